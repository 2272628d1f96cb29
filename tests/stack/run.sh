#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh ASSAY FIXTURE VECTORS: assay against the real notary-server, notary-signer, docker-registry
# and dockerd, side by side with docker under content trust. Ends with "N passed, N failed".
here=$(cd "$(dirname "$0")" && pwd)
assay=$(realpath "$1") fixture=$(realpath "$2") vectors=$(realpath "$3")
# shellcheck source=servers.sh
. "$here/servers.sh"
work=$(mktemp -d)
trap 'stack_stop; rm -rf "$work"' EXIT
stack_start "$work/stack"
# shellcheck source=publish.sh
. "$here/publish.sh"
# shellcheck source=refusals.sh
. "$here/refusals.sh"

# shellcheck source=expect.sh
. "$here/expect.sh"

# agree REPOSITORY:TAG: docker under content trust and assay name the same digest.
agree() {
    local theirs ours
    theirs=$(DOCKER_CONTENT_TRUST=1 docker pull "$REGISTRY/$1" 2>"$work/err" |
        sed -n 's/^Pull (1 of 1): .*@\(sha256:[0-9a-f]*\)$/\1/p')
    run 0 "verify $1" verify "$REGISTRY/$1" || return
    ours=$(awk '$1 == "TRUSTED" { print $3 }' "$work/out")
    if [ -n "$theirs" ] && [ "$theirs" = "$ours" ]; then
        ok "docker and assay agree on $1: $ours"
    else
        not_ok "$1: docker pulled '$theirs', assay says '$ours'"
    fi
}
# docker_does pulls|refuses REFERENCE
docker_does() {
    local does=refuses
    DOCKER_CONTENT_TRUST=1 docker pull -q "$2" >"$work/out" 2>"$work/err" && does=pulls
    [ "$does" = "$1" ] && return
    not_ok "$2: docker $does"
    return 1
}

# both_refuse REPOSITORY:TAG EXIT ID
both_refuse() {
    docker_does refuses "$REGISTRY/$1" || return
    says "$2" "$3" "docker and assay refuse $1" verify "$REGISTRY/$1"
}
docker_pulls() { docker_does pulls "$REGISTRY/$1"; } # what follows is refused by assay alone
same_as_docker() { # REPOSITORY [--pretty]
    docker trust inspect ${2:+"$2"} "$REGISTRY/$1" >"$work/docker" 2>"$work/err"
    run 0 "inspect --trust $*" "$assay" inspect --trust ${2:+"$2"} "$REGISTRY/$1" || return
    if cmp -s "$work/docker" "$work/out"; then
        ok "inspect --trust $2 prints what docker prints for $1"
    else
        not_ok "inspect --trust $2 differs from docker for $1"
        diff "$work/docker" "$work/out" | head -20
    fi
}

publish_all

echo "# first use"
docker_pulls test/plain:one && says 4 no-root-pinned "without a pin" verify "$REGISTRY/test/plain:one"
status 0 "first use" "--tofu accepts and says so" verify --tofu --state-dir "$work/tofu" \
    "$REGISTRY/test/plain:one"
status 0 TRUSTED "what --tofu accepted is known" verify --state-dir "$work/tofu" \
    "$REGISTRY/test/plain:one"
says 1 pin-mismatch "a pin that no root has" verify --root "sha256:$(printf '0%.0s' $(seq 64))" \
    --state-dir "$work/other" "$REGISTRY/test/plain:one"
for name in plain delegated unpublished keyless rotated docker; do pin_root "$REGISTRY/test/$name"; done

echo "# agreement"
for image in plain:one plain:many plain:moved delegated:one delegated:two delegated:many \
    delegated:both unpublished:one keyless:one rotated:one docker:one docker:two; do
    agree "test/$image"
done
status 0 "now points elsewhere" "a tag that moved is noted" verify "$REGISTRY/test/plain:moved"
run 0 "all at once" verify "$REGISTRY"/test/{plain:one,delegated:two,docker:two} &&
    holds "several references in one run" [ "$(grep -c ^TRUSTED "$work/out")" = 3 ]
status 0 linux/arm64 "each platform of an index is judged" verify --output json "$REGISTRY/test/plain:many"
status 0 TRUSTED "one platform" verify --platform linux/arm64/v8 "$REGISTRY/test/plain:many"
says 4 platform-absent "a platform that is not there" verify --platform linux/s390x \
    "$REGISTRY/test/plain:many"
status 0 'round trips *1$' "warm, one flight for metadata and manifest" verify --explain \
    "$REGISTRY/test/plain:one"
status 0 'round trips *1$' "cold, one flight as well" verify --explain --state-dir "$work/cold" \
    "$REGISTRY/test/plain:one"
status 0 'round trips *2$' "an index takes one more, for all its platforms" verify --explain \
    "$REGISTRY/test/plain:many"
status 0 layer-diff-id "layers down to their diff_ids" verify --layers --explain \
    "$REGISTRY/test/docker:two"
run 0 "bundle create" "$assay" bundle create "$REGISTRY"/test/{plain:one,delegated:two} --to "$work/trust.tar" &&
    run 0 "bundle again" "$assay" bundle create "$REGISTRY"/test/{delegated:two,plain:one} --to "$work/again.tar" &&
    run 0 "bundle offline" unshare -n "$assay" verify --bundle "$work/trust.tar" --offline "$REGISTRY"/test/{plain:one,delegated:two} &&
    run 0 "bundle verify" unshare -n "$assay" bundle verify "$work/trust.tar" &&
    run 0 "bundle show" "$assay" bundle show "$work/trust.tar" &&
    if cmp -s "$work/trust.tar" "$work/again.tar" && [ "$(grep -c "^  server     $TRUST_SERVER\|^  modified   2" "$work/out")" = 4 ]; then
        ok "a bundle of the real servers is verified without a network, and made twice the same"
    else
        not_ok "bundle: not the same twice, or without server and time"
    fi
run 0 "pin" "$assay" pin "$REGISTRY/test/plain:one" &&
    holds "pin prints name:tag@digest" \
        [ "$(cat "$work/out")" = "$REGISTRY/test/plain:one@$(digest_of one)" ]

echo "# docker trust inspect"
for name in plain unpublished docker; do
    same_as_docker "test/$name"
    same_as_docker "test/$name" --pretty
done

# shellcheck source=pull.sh
. "$here/pull.sh"
# shellcheck source=audit.sh
. "$here/audit.sh"

echo "# rotations: snapshot, timestamp, targets, root twice"
before=$(root_id "$REGISTRY/test/rotated")
rotate_all
holds "the root key was rotated" [ "$(root_id "$REGISTRY/test/rotated")" != "$before" ]
holds "six root versions" stack_get -o "$work/out" \
    "$TRUST_SERVER/v2/$REGISTRY/test/rotated/_trust/tuf/6.root.json"
agree test/rotated:one
agree test/rotated:later
status 0 TRUSTED "a fresh state follows the chain from the pinned first root" verify \
    --state-dir "$work/fresh" "$REGISTRY/test/rotated:later"

echo "# refused by both"
both_refuse test/plain:unsigned 3 tag-not-signed
both_refuse test/delegated:three 3 tag-not-signed
both_refuse test/keyless:two 3 tag-not-signed
both_refuse test/docker:unsigned 3 tag-not-signed
both_refuse test/never:one 3 no-trust-data

echo "# digests in references"
status 0 TRUSTED "name@digest of a signed tag" verify "$REGISTRY/test/plain@$(digest_of one)"
says 3 digest-not-signed "name@digest that no tag answers with" verify \
    "$REGISTRY/test/plain@$(digest_of other)"
says 3 digest-not-signed "a superseded entry" verify "$REGISTRY/test/delegated@$(digest_of three)"
status 0 TRUSTED "name:tag@digest that agree" verify "$REGISTRY/test/plain:one@$(digest_of one)"
says 1 digest-mismatch "name:tag@digest that disagree" verify \
    "$REGISTRY/test/plain:one@$(digest_of other)"
arm=$(skopeo inspect --raw --cert-dir "$HOME/.config/containers/certs.d/$REGISTRY" \
    "docker://$REGISTRY/test/plain:many" | python3 -c \
    'import json,sys; print(json.load(sys.stdin)["manifests"][1]["digest"])')
status 3 "$(digest_of many)" "a child of a signed index is not enough, and the index is named" \
    verify "$REGISTRY/test/plain@$arm"

echo "# one update for a hundred tags"
gun=$REGISTRY/test/hundred
push one test/hundred:t1
as_notary init "$gun"
for i in $(seq 100); do sign "$gun" "t$i" one; done
as_notary publish "$gun"
pin_root "$gun"
before=$(grep -c "$gun/_trust/tuf/timestamp.json" "$STACK_DIR/log/notary")
run 0 "a hundred tags" verify $(seq -f "$gun:t%.0f" 100) &&
    holds "a hundred tags of one repository" [ "$(grep -c ^TRUSTED "$work/out")" = 100 ]
after=$(grep -c "$gun/_trust/tuf/timestamp.json" "$STACK_DIR/log/notary")
if [ $((after - before)) = 1 ]; then ok "one timestamp was asked for"; else not_ok "$((after - before)) timestamps were asked for"; fi

echo "# without network"
logged skopeo copy --src-cert-dir "$HOME/.config/containers/certs.d/$REGISTRY" \
    "docker://$REGISTRY/test/plain:one" "oci:$work/layout:one"
status 0 TRUSTED "the stored state and a local image" verify --offline \
    --as "$REGISTRY/test/plain:one" "oci:$work/layout:one"
status 0 TRUSTED "docker's own trust directory" verify --trust-dir "$DOCKER_CONFIG/trust" \
    --as "$REGISTRY/test/plain:one" "oci:$work/layout:one"
says 4 manifest-missing "another image under the name" verify --offline \
    --as "$REGISTRY/test/delegated:two" "oci:$work/layout:one"
layer=$(find "$work/layout/blobs" -type f -printf '%s %p\n' | sort -n | head -1 | cut -d' ' -f2)
printf x | dd of="$layer" bs=1 seek=40 conv=notrunc 2>/dev/null
says 1 digest-mismatch "an altered local image" verify --offline --as "$REGISTRY/test/plain:one" \
    "oci:$work/layout:one"

echo "# credentials"
private=localhost:$PRIVATE_PORT
logged skopeo copy --dest-creds reader:secret-of-the-test \
    --dest-cert-dir "$HOME/.config/containers/certs.d/$private" "oci:$IMAGES:one" "docker://$private/test/app:one"
as_notary init "$private/test/app"
sign "$private/test/app" one one
as_notary publish "$private/test/app"
pin_root "$private/test/app"
auth_file() { printf '{"auths":{"%s":{"auth":"%s"}}}' "$private" "$(printf %s "$1" | base64)"; }
auth_file reader:secret-of-the-test >"$work/auth.json"
auth_file reader:wrong >"$work/wrong.json"
says 4 unauthorized "a private registry without credentials" verify "$private/test/app:one"
holds "how to log in can be copied" grep -q "'docker login $private'" "$work/err"
says 4 unauthorized "wrong credentials" verify --authfile "$work/wrong.json" "$private/test/app:one"
holds "it is told that they were refused" grep -q "answered 401 to the login that is stored" "$work/err"
status 0 TRUSTED "credentials from a file" verify --authfile "$work/auth.json" "$private/test/app:one"
if grep -rq secret-of-the-test "$work/out" "$work/err" "$HOME/.local"; then not_ok "a secret was shown"; else ok "no secret is shown or stored"; fi

echo "# refused by assay alone"
docker_pulls test/delegated:both
gun=$REGISTRY/test/delegated
as_notary delegation add "$gun" targets/releases "$PUBLISHER/keys/carol.crt" -p
as_notary delegation remove "$gun" targets/releases "$(notary_key bob)" -p
docker_pulls test/delegated:both && says 1 threshold \
    "a delegation whose new key has not signed" verify "$gun:both"
cp "$STACK_DIR/tls/other-ca.crt" "$DOCKER_CONFIG/tls/localhost:$NOTARY_PORT/ca.crt"
docker_pulls test/plain:one && says 4 tls "a trust server with another CA" verify "$REGISTRY/test/plain:one"
says 4 tls "no variable names a CA" env SSL_CERT_FILE="$CA" CURL_CA_BUNDLE="$CA" "$assay" verify \
    "$REGISTRY/test/plain:one"
cp "$CA" "$DOCKER_CONFIG/tls/localhost:$NOTARY_PORT/ca.crt"

docker_pulls "test/plain@$(digest_of other)" && says 3 digest-not-signed "an unsigned digest" verify \
    "$REGISTRY/test/plain@$(digest_of other)"
docker_pulls "test/plain:one@$(digest_of other)" && says 1 digest-mismatch "another tag's digest" verify \
    "$REGISTRY/test/plain:one@$(digest_of other)"
docker_pulls test/plain:one && says 1 pin-mismatch "another pin, where the roots are known" verify \
    --root "sha256:$(printf '0%.0s' $(seq 64))" "$REGISTRY/test/plain:one"
sign "$REGISTRY/test/plain" moved other
as_notary publish "$REGISTRY/test/plain"
agree test/plain:moved
docker_pulls "test/plain:moved@$(digest_of one)" && says 1 pin-stale "a digest that the tag had before" \
    verify "$REGISTRY/test/plain:moved@$(digest_of one)"

echo "# what the real server served before, served again"
recorded

echo "# refusals.json, from a server of files"
refusals "$vectors"

echo "# metadata that has expired, from a server of files"
# made NAME DAYS-AGO: a repository of the fixture maker, its image in the registry, its files served
made() {
    local gun=$REGISTRY/test/$1
    "$fixture" repo "$work/$1" gun="$gun" made=$(($(date +%s) - $2 * 86400)) threshold=1 roots=1 \
        timestamp-days=14
    logged skopeo copy --all --dest-cert-dir "$HOME/.config/containers/certs.d/$REGISTRY" \
        "oci:$work/$1/oci:1.0" "docker://$gun:1.0"
    serve "$work/$1/server" "$1"
    run 0 "pin $gun" "$assay" root pin "$gun" "$(cat "$work/$1/pin")"
}
made fresh 1
agree test/fresh:1.0
made stale 20
both_refuse test/stale:1.0 1 expired
status 0 at= "a past moment can be judged, and is marked" verify \
    --at "$(date -u -d '10 days ago' +%Y-%m-%dT%H:%M:%SZ)" "$REGISTRY/test/stale:1.0"
# shellcheck source=gate.sh
. "$here/gate.sh"
stack_stop_one serve-fresh
stack_stop_one serve-stale
stack_stop_one serve-limited
export DOCKER_CONTENT_TRUST_SERVER=$TRUST_SERVER

echo "# content that was altered in the registry"
manifest=$(find "$STACK_DIR/registry" -path "*$(digest_of two | cut -d: -f2)/data")
sed -i 's/schemaVersion/schemaversion/' "$manifest"
docker rmi -f "$(docker images -q "$REGISTRY/test/rotated" | head -1)" >/dev/null 2>&1
both_refuse test/rotated:later 1 digest-mismatch
sed -i 's/schemaversion/schemaVersion/' "$manifest"

manifest=$(find "$STACK_DIR/registry" -path "*${arm#sha256:}/data")
sed -i 's/schemaVersion/schemaversion/' "$manifest"
docker_pulls test/plain:many && says 1 digest-mismatch "the manifest of another platform was altered" \
    verify "$REGISTRY/test/plain:many"
sed -i 's/schemaversion/schemaVersion/' "$manifest"

echo "# a repository that was deleted and made anew"
as_notary delete "$REGISTRY/test/rotated" --remote
as_notary init "$REGISTRY/test/rotated"
sign "$REGISTRY/test/rotated" one one
as_notary publish "$REGISTRY/test/rotated"
both_refuse test/rotated:one 1 threshold
says 1 pin-mismatch "the same without state" verify --state-dir "$work/unknown" "$REGISTRY/test/rotated:one"
status 0 "forgot" "root remove says what it forgets" "$assay" root remove "$REGISTRY/test/rotated"
pin_root "$REGISTRY/test/rotated"
status 0 TRUSTED "after root remove and a new pin" verify "$REGISTRY/test/rotated:one"

echo "# servers that are away"
stack_stop_one registry
says 4 net-connect "no registry" verify "$REGISTRY/test/plain:one"
stack_stop_one notary
says 4 net-connect "no trust server, with good state" verify "$REGISTRY/test/plain:one"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
