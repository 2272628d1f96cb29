#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # here, work, assay and others are run.sh's, which sources this
# assay gate on a repository whose images are signed, unsigned, moved, expired, unpinned, badly made and out
# of reach; assay pin -w mends what can be mended, and the gate is green.

gate() { "$assay" gate "$@"; }
# found: the findings of $work/gate.json, "FILE:LINE RULE STATUS", and the images, "FILE:LINE OUTCOME".
found() {
    python3 - "$work/gate.json" <<'P'
import json, sys
report = json.load(open(sys.argv[1]))
for i in report["results"]:
    print(f'{i["file"]}:{i["line"]} {i["outcome"]}')
for f in report["findings"]:
    print(f'{f["file"]}:{f["line"]} {f["rule"]} {f["status"]}')
P
}
masked() { # what differs from run to run
    sed -E "s/sha256:[0-9a-f]{64}/sha256:HEX/g; s/localhost:$REGISTRY_PORT/REGISTRY/g; s/localhost:[0-9]+/localhost:PORT/g
        s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z/TIME/g; s/Failed to connect .*/cannot connect/; s|$work/||g"
}
# like_golden NAME FILE: the file, masked, is golden/NAME.
like_golden() {
    masked <"$2" >"$work/masked"
    if cmp -s "$here/golden/$1" "$work/masked"; then
        ok "gate: $1 is as it was"
    else
        not_ok "gate: $1 differs"
        diff "$here/golden/$1" "$work/masked"
    fi
}

echo "# gate"
stale_server=$DOCKER_CONTENT_TRUST_SERVER
mkdir "$work/nothing"
serve "$work/nothing" limited limited
limited=${DOCKER_CONTENT_TRUST_SERVER#https://}
export DOCKER_CONTENT_TRUST_SERVER=$TRUST_SERVER
mkdir -p "$HOME/.config/containers/certs.d/$limited"
cp "$CA" "$HOME/.config/containers/certs.d/$limited/ca.crt"
away=localhost:$(stack_ports 1)
gated=$REGISTRY/test/gated
for image in hardened weak; do push "$image" "test/gated:$image"; done
push hardened test/gated:moved
push two test/gated:unsigned
as_notary init "$gated"
for tag in hardened moved; do sign "$gated" "$tag" hardened; done
sign "$gated" weak weak
as_notary publish "$gated"
for gun in "$away/test/away" "$limited/test/limited"; do
    as_notary init "$gun"
    sign "$gun" one hardened
    as_notary publish "$gun"
    pin_root "$gun"
done
pin_root "$gated"
run 0 "the tag as it was" verify "$gated:moved"
push renewed test/gated:moved
sign "$gated" moved renewed
as_notary publish "$gated"

tree=$work/gated
mkdir -p "$tree"/{k8s,.github/workflows,bad}
cat >"$work/policy.yaml" <<Y
schema: 1
scopes:
  "*":
    references: {digest: required, latest: forbidden, ignores: accepted}
    image: {user: numeric, lowest-port: 1024, secrets: forbidden}
  "$REGISTRY/test/stale":
    trust: {server: "$stale_server"}
Y
cat >"$tree/Dockerfile" <<D
ARG TAG=hardened
FROM $gated:hardened@$(digest_of hardened) AS build
FROM $gated:hardened
COPY --from=build /app /app
D
cat >"$tree/compose.yaml" <<Y
services:
  web:
    image: $gated:moved@$(digest_of hardened)
  own:
    build: .
    pull_policy: build
    image: example.com/own
Y
cat >"$tree/k8s/app.yaml" <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      initContainers:
      - {name: first, image: "$gated:hardened@$(digest_of hardened)"}
      containers:
      - name: app
        image: '$gated:moved' # its tag alone
Y
cat >"$tree/.github/workflows/ci.yml" <<Y
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: $gated:hardened
Y
cat >"$tree/bad/Dockerfile" <<D
FROM $gated:unsigned@$(digest_of two)
FROM $REGISTRY/test/never:one@$(digest_of one)
FROM $REGISTRY/test/stale:1.0
FROM $gated:\${UNKNOWN}
FROM $gated:weak@$(digest_of weak)
# assay ignore=digest-missing reason="tried here"
FROM $gated:hardened
D
cat >"$tree/bad/away.yaml" <<Y
apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "$away/test/away:one@$(digest_of hardened)"}]}
Y
cat >"$tree/bad/limited.yaml" <<Y
apiVersion: v1
kind: Pod
spec: {containers: [{name: a, image: "$limited/test/limited:one@$(digest_of hardened)"}]}
Y
printf 'apiVersion: v1\nkind: Pod\nspec: {containers: [\n' >"$tree/bad/broken.yaml"
printf 'FROM %s\n' "$gated:unsigned@$(digest_of two)" >"$tree/bad/unsigned.Dockerfile"
ln -s /etc "$tree/bad/etc"

# ---- everything at once, in every form
judge_all() {
    gate --policy "$work/policy.yaml" --deadline 20s --output json="$work/gate.json" --output jsonl="$work/gate.jsonl" \
        --output sarif="$work/gate.sarif" --output junit="$work/gate.xml" --output github="$work/gate.github" \
        --output gitlab="$work/gate.gitlab" --output markdown="$work/gate.md" --output text="$work/gate.txt" "$tree"
}
run 1 "gate" judge_all
found >"$work/found"
like_golden gate.findings "$work/found"
like_golden gate.txt "$work/gate.txt"
holds "gate: the reports agree" python3 "$here/gate_reports.py" "$work"
if grep -q planted "$work"/gate.*; then not_ok "gate: a secret was shown"; else ok "gate: no secret is shown"; fi

# ---- each alone has the exit code of its class
alone() { # EXIT ID FILE
    status "$1" "$2" "gate: $3 alone" gate --policy "$work/policy.yaml" --deadline 5s -o json "$tree/$3"
}
alone 1 pin-stale compose.yaml
alone 1 digest-missing Dockerfile
alone 2 file-syntax bad/broken.yaml
alone 3 tag-not-signed bad/unsigned.Dockerfile
alone 4 net-connect bad/away.yaml
alone 4 rate-limited bad/limited.yaml
mkdir "$work/empty"
status 5 "" "gate: no image" gate --policy "$work/policy.yaml" "$work/empty"
status 1 expired "gate: an expired image" gate --policy "$work/policy.yaml" -o json "docker://$REGISTRY/test/stale:1.0"

# ---- mended
pin_write() { "$assay" pin -w --exclude bad "$@" "$tree"; }
cp -r "$tree" "$work/before"
run 1 "pin -w --check" pin_write --check && ok "pin -w --check: there is something to pin"
holds "pin -w --check writes nothing" diff -r "$tree" "$work/before"
run 0 "pin -w" pin_write &&
    holds "pin -w: four references" [ "$(diff -r "$tree" "$work/before" | grep -c '^<')" = 4 ]
holds "pin -w: quotes and comments stay" grep -q \
    "        image: '$gated:moved@$(digest_of renewed)' # its tag alone" "$tree/k8s/app.yaml"
run 0 "pin -w --check again" pin_write --check && ok "pin -w --check: nothing is left"
status 0 "" "gate: what is bad is left out" gate --policy "$work/policy.yaml" --exclude bad "$tree"
rm -r "$tree/bad"
status 0 "" "gate: green" gate --policy "$work/policy.yaml" "$tree"

# ---- a thousand references
many=$work/many
mkdir "$many"
for repository in hundred gated plain; do
    case $repository in
    hundred) tags=$(seq -f t%.0f 100) ;;
    gated) tags='hardened moved' ;;
    plain) tags='one many' ;;
    esac
    for tag in $tags; do echo "FROM $REGISTRY/test/$repository:$tag"; done
done >"$work/references"
for i in $(seq 10); do cp "$work/references" "$many/Dockerfile.$i"; done
printf 'schema: 1\nscopes:\n  "*":\n    references: {digest: optional}\n' >"$work/tags.yaml"
timestamps() { grep -c timestamp.json "$STACK_DIR/log/notary"; }
manifests() { grep -o '"GET /v2/[^ ]*/manifests/[^ ]*' "$STACK_DIR/log/registry" | tail -n "+$((${1:-0} + 1))"; }
# judge_many WHAT MOST: each repository's metadata once, each manifest once, at most so many manifests.
judge_many() {
    local before_notary before_registry
    before_notary=$(timestamps)
    before_registry=$(manifests | wc -l)
    run 0 "gate: $1" gate --policy "$work/tags.yaml" --output json "$many" &&
        holds "gate: $1: 1,040 images are trusted" [ "$(grep -c '"outcome":"trusted"' "$work/out")" = 1040 ]
    echo >"$work/out"
    holds "gate: $1: $(($(timestamps) - before_notary)) timestamps for three repositories" \
        [ $(($(timestamps) - before_notary)) = 3 ]
    manifests "$before_registry" >"$work/asked"
    holds "gate: $1: $(wc -l <"$work/asked") manifests, at most $2" [ "$(wc -l <"$work/asked")" -le "$2" ]
    holds "gate: $1: none twice" [ -z "$(sort "$work/asked" | uniq -d)" ]
}
# each of 104 tags is asked for beside the metadata; what is in no such answer, by its digest
judge_many "1,040 references by tag" 109
run 0 "pin -w of 1,040 references" "$assay" pin -w "$many" && ok "pin -w of 1,040 references"
judge_many "1,040 references by digest" 109
