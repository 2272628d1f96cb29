#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Publishes with the real tools on the servers of servers.sh. Sourced by run.sh; all publishing is
# done as another user of the machine would, with trust directories of its own.

export DOCKER_CONTENT_TRUST_SERVER=$TRUST_SERVER
export DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE=root-passphrase
export DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE=repository-passphrase
export NOTARY_ROOT_PASSPHRASE=root-passphrase NOTARY_TARGETS_PASSPHRASE=repository-passphrase
export NOTARY_SNAPSHOT_PASSPHRASE=repository-passphrase
export NOTARY_DELEGATION_PASSPHRASE=repository-passphrase

PUBLISHER=$STACK_DIR/publisher
IMAGES=$STACK_DIR/images
mkdir -p "$PUBLISHER"/{docker,notary,keys}
cp -r "$DOCKER_CONFIG/tls" "$PUBLISHER/docker/"
cat >"$PUBLISHER/notary/config.json" <<J
{"trust_dir": "$PUBLISHER/notary", "remote_server": {"url": "$TRUST_SERVER", "root_ca": "$CA"}}
J
python3 "$(dirname "${BASH_SOURCE[0]}")/make_images.py" "$IMAGES" >"$STACK_DIR/images.txt"

logged() {
    "$@" >>"$STACK_DIR/log/publish" 2>&1 </dev/null && return
    tail -n 5 "$STACK_DIR/log/publish" >&2
    stack_die "failed: $*"
}
digest_of() { awk -v n="$1" '$1 == n { print $2 }' "$STACK_DIR/images.txt"; }
size_of() { awk -v n="$1" '$1 == n { print $3 }' "$STACK_DIR/images.txt"; }

# push IMAGE REPOSITORY:TAG
push() {
    logged skopeo copy --all --preserve-digests --dest-cert-dir "$HOME/.config/containers/certs.d/$REGISTRY" \
        "oci:$IMAGES:$1" "docker://$REGISTRY/$2"
}
as_notary() { logged notary -c "$PUBLISHER/notary/config.json" "$@"; }
as_notary_yes() {
    echo yes | notary -c "$PUBLISHER/notary/config.json" "$@" >>"$STACK_DIR/log/publish" 2>&1 ||
        stack_die "failed: notary $*"
}
as_docker() { DOCKER_CONFIG=$PUBLISHER/docker logged docker "$@"; }
# sign GUN TAG IMAGE [notary's options]
sign() {
    local gun=$1 tag=$2 digest
    digest=$(digest_of "$3")
    local size
    size=$(size_of "$3")
    shift 3
    as_notary addhash "$gun" "$tag" "$size" --sha256 "${digest#sha256:}" "$@"
}
# delegation_key NAME: a key that notary holds and a certificate to delegate to.
delegation_key() {
    local key=$PUBLISHER/keys/$1
    openssl ecparam -name prime256v1 -genkey -noout -out "$key.ec"
    openssl req -x509 -new -key "$key.ec" -sha256 -days 3650 -subj "/CN=$1" -out "$key.crt"
    openssl pkcs8 -topk8 -nocrypt -in "$key.ec" -out "$key.key"
    as_notary key import "$key.key" --role "$1"
}
# notary_key NAME: the canonical id of a delegation key.
notary_key() {
    notary -c "$PUBLISHER/notary/config.json" key list | awk -v n="$1" '$1 == n { print $(NF-1) }'
}

# Signed by the notary client: without delegations.
publish_plain() {
    local gun=$REGISTRY/test/plain
    push one test/plain:one
    push many test/plain:many
    push one test/plain:moved
    as_notary init "$gun"
    sign "$gun" one one
    sign "$gun" many many
    sign "$gun" moved one
    as_notary publish "$gun"
    push other test/plain:moved
    push two test/plain:unsigned
}

# Delegations: targets/releases answers before targets; another one that nobody pulls from.
publish_delegated() {
    local gun=$REGISTRY/test/delegated
    for image in one two three many; do push "$image" "test/delegated:$image"; done
    push two test/delegated:both
    as_notary init "$gun"
    sign "$gun" one one
    sign "$gun" both one
    as_notary publish "$gun"
    as_notary delegation add "$gun" targets/releases "$PUBLISHER/keys/bob.crt" --all-paths -p
    as_notary delegation add "$gun" targets/qa "$PUBLISHER/keys/carol.crt" --paths three -p
    sign "$gun" two two -r targets/releases
    sign "$gun" many many -r targets/releases
    sign "$gun" both two -r targets/releases
    sign "$gun" three three -r targets/qa
    as_notary publish "$gun"
}

# targets/releases is delegated, but nobody ever signed in it.
publish_unpublished() {
    local gun=$REGISTRY/test/unpublished
    push one test/unpublished:one
    as_notary init "$gun"
    sign "$gun" one one
    as_notary publish "$gun"
    as_notary delegation add "$gun" targets/releases "$PUBLISHER/keys/bob.crt" --all-paths -p
}

# The keys of targets/releases were removed, its role is still listed.
publish_keyless() {
    local gun=$REGISTRY/test/keyless
    push one test/keyless:one
    push two test/keyless:two
    as_notary init "$gun"
    sign "$gun" one one
    as_notary publish "$gun"
    as_notary delegation add "$gun" targets/releases "$PUBLISHER/keys/bob.crt" --all-paths -p
    sign "$gun" two two -r targets/releases
    as_notary publish "$gun"
    as_notary delegation remove "$gun" targets/releases "$(notary_key bob)" -p
}

# A repository that goes on: rotations come later, in run.sh.
publish_rotated() {
    local gun=$REGISTRY/test/rotated
    push one test/rotated:one
    push two test/rotated:later
    as_notary init "$gun"
    sign "$gun" one one
    as_notary publish "$gun"
}
rotate_all() {
    local gun=$REGISTRY/test/rotated
    as_notary key rotate "$gun" snapshot -r
    as_notary key rotate "$gun" timestamp -r
    as_notary key rotate "$gun" targets
    as_notary_yes key rotate "$gun" root
    as_notary_yes key rotate "$gun" root
    sign "$gun" later two
    as_notary publish "$gun"
}

# Signed by docker: by push, and by docker trust sign with two signers.
publish_docker() {
    local repository=$REGISTRY/test/docker
    push one test/source:one
    push two test/source:two
    for image in one two; do
        as_docker pull "$REGISTRY/test/source:$image"
        as_docker tag "$REGISTRY/test/source:$image" "$repository:$image"
    done
    DOCKER_CONTENT_TRUST=1 as_docker push "$repository:one"
    for signer in alice dora; do
        (cd "$PUBLISHER/keys" && as_docker trust key generate "$signer")
        as_docker trust signer add --key "$PUBLISHER/keys/$signer.pub" "$signer" "$repository"
    done
    as_docker trust sign "$repository:two"
    push three test/docker:unsigned
    # the engine must fetch everything anew when the tests pull
    docker images -q | sort -u | xargs -r docker rmi -f >>"$STACK_DIR/log/publish" 2>&1
}

publish_all() {
    delegation_key bob
    delegation_key carol
    publish_plain
    publish_delegated
    publish_unpublished
    publish_keyless
    publish_rotated
    publish_docker
    push one test/never:one
}
