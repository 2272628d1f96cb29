#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2034 # assay and work are those of run.sh, which sources this
# assay audit of a repository whose life the real tools made: every event, in order, and no other.

audit() { "$assay" audit "$@"; }
# events FILE: one line an event, "ROLE VERSION EVENT ABOUT"; about is "-" where there is none.
events() {
    python3 - "$1" <<'P'
import json, sys
for e in json.load(open(sys.argv[1]))["results"][0]["events"]:
    print(e["role"], e["version"], e["event"], e["about"] or "-")
P
}
# happened WHAT ARGUMENT... with the expected events on standard input
happened() {
    local what=$1
    cat >"$work/expected"
    events "$work/out" >"$work/events"
    if cmp -s "$work/expected" "$work/events"; then
        ok "$what: $(wc -l <"$work/events") events, in order"
    else
        not_ok "$what: other events"
        diff "$work/expected" "$work/events"
    fi
}
findings() { # FILE: the ids
    python3 -c 'import json,sys
print(*dict.fromkeys(f["id"] for f in json.load(open(sys.argv[1]))["results"][0]["findings"]))' "$1"
}

echo "# audit"
audited=$REGISTRY/test/audited
root_key() { # the canonical id of the newest root key
    notary -c "$PUBLISHER/notary/config.json" key list | awk '$1 == "root" { print $(NF-1) }' | sort >"$work/roots.now"
    comm -13 "$work/roots.before" "$work/roots.now"
}
roots_before() {
    notary -c "$PUBLISHER/notary/config.json" key list | awk '$1 == "root" { print $(NF-1) }' | sort >"$work/roots.before"
}
as_notary init "$audited"
sign "$audited" one one
as_notary publish "$audited"
as_notary key rotate "$audited" snapshot -r
as_notary key rotate "$audited" timestamp -r
as_notary key rotate "$audited" targets
as_notary_yes key rotate "$audited" root
roots_before
as_notary_yes key rotate "$audited" root
cp "$PUBLISHER/notary/private/$(root_key).key" "$work/root.pem"
as_notary_yes key rotate "$audited" root -k "$work/root.pem" # the same key: a new certificate
as_notary delegation add "$audited" targets/releases "$PUBLISHER/keys/bob.crt" --all-paths -p
as_notary delegation add "$audited" targets/qa "$PUBLISHER/keys/carol.crt" --paths three -p
sign "$audited" two two -r targets/releases
as_notary publish "$audited"
sign "$audited" two three -r targets/releases
as_notary publish "$audited"
as_notary delegation add "$audited" targets/releases "$PUBLISHER/keys/carol.crt" -p
as_notary delegation remove "$audited" targets/releases "$(notary_key bob)" -p
as_notary delegation remove "$audited" targets/qa -y -p
as_notary remove "$audited" one -p
stack_get "$TRUST_SERVER/v2/$audited/_trust/tuf/1.root.json" >"$work/audited.json"

run 0 "audit from the first root" audit -o json --root "$work/audited.json" "$audited" && happened "audit" <<'E'
root 1 first -
targets 2 tag-signed one
root 2 keys-changed snapshot
root 3 keys-changed timestamp
root 4 keys-changed targets
root 5 keys-changed root
root 6 keys-changed root
root 7 certificate-renewed root
targets 4 delegation-added targets/releases
targets 5 delegation-added targets/qa
targets/releases 1 tag-signed two
targets/releases 2 tag-moved two
targets 6 delegation-changed targets/releases
targets 7 delegation-changed targets/releases
targets 8 delegation-removed targets/qa
targets 9 tag-removed one
E
holds "the signer that is gone is found: $(findings "$work/out")" [ "$(findings "$work/out")" = \
    "signer-gone delegation-all-paths threshold-one key-unused" ]
holds "every time is the changefeed's" [ "$(grep -c '"published-source": "changefeed"' "$work/out")" -ge 60 ]
cp "$work/out" "$work/audit.json"
run 0 "audit from the newest root" audit -o json --root "sha256:$(root_id "$audited")" "$audited" &&
    holds "what older keys signed is old, not wrong: $(findings "$work/out")" [ "$(findings "$work/out")" = \
        "signer-gone delegation-all-paths threshold-one key-unused not-vouched" ]
status 4 trust-data-gone "audit of a repository that a pin promises" audit \
    --root "sha256:$(printf '0%.0s' $(seq 64))" "$REGISTRY/test/never"
status 3 no-trust-data "audit of one that was never signed" audit --tofu "$REGISTRY/test/never"
status 4 net-connect "audit of a server that is down" audit --trust-server https://localhost:1 --root "$work/audited.json" \
    "$audited"
run 0 "audit in text" audit --root "$work/audited.json" "$audited" &&
    holds "it is vouched for" grep -q "^VOUCHED  $audited  root=1-7  anchor=root-file" "$work/out"
run 1 "audit --fail-on high" audit --fail-on high --root "$work/audited.json" "$audited" && ok "audit --fail-on high"
status 4 no-root-pinned "audit without a pin" audit "$audited"
status 1 pin-mismatch "audit with another pin" audit --root "sha256:$(printf '0%.0s' $(seq 64))" "$audited"
run 0 "audit of a docker repository" audit -o json --tofu --state-dir "$work/tofu" "$REGISTRY/test/docker" &&
    events "$work/out" >"$work/events" &&
    holds "docker's signers are added by name" \
        [ "$(grep -c 'delegation-added targets/\(alice\|dora\|releases\)$' "$work/events")" = 3 ]

as_notary_yes delete "$audited" --remote
as_notary init "$audited"
sign "$audited" one one
as_notary publish "$audited"
run 1 "audit after it was deleted and made again" audit -o json --diff "$work/audit.json" --root "$work/audited.json" \
    "$audited" && happened "audit after a deletion" <<'E'
root 0 deleted -
root 1 first -
E
holds "it is told as that" grep -q '"root-restarted"' "$work/out"
holds "and that the roots differ" grep -q '"two-contents"' "$work/out"
run 0 "audit of the new one" audit -o json --tofu --state-dir "$work/tofu-new" "$audited" &&
    happened "audit of the new one" <<'E'
root 0 deleted -
root 1 first -
targets 2 tag-signed one
E
