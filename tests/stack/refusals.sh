#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # here, work, assay and others are run.sh's
# Metadata from serve.py, images from the real registry; sourced by run.sh. First what the real
# notary-server served before, then the repositories of refusals.json, which no real server keeps: where
# their state is good, docker and assay first see the repository as it was before, then as it is after.

# serve DIRECTORY NAME [OPTION]: a server of files over TLS, named by DOCKER_CONTENT_TRUST_SERVER from now on.
serve() {
    python3 "$here/serve.py" "$1" "$STACK_DIR/tls/server.crt" "$STACK_DIR/tls/server.key" ${3:+"$3"} \
        >"$work/port" 2>/dev/null &
    echo $! >"$STACK_DIR/pid/serve-$2"
    while [ ! -s "$work/port" ]; do
        stack_alive "serve-$2" || stack_die "serve-$2 ended"
        sleep 0.1
    done
    local port
    port=$(cat "$work/port")
    rm "$work/port"
    mkdir -p "$DOCKER_CONFIG/tls/localhost:$port"
    cp "$CA" "$DOCKER_CONFIG/tls/localhost:$port/ca.crt"
    export DOCKER_CONTENT_TRUST_SERVER=https://localhost:$port
}

exit_of() { # STATUS-ID: the exit code of its class, from the table itself
    sed -n "s/^X([0-9]*, *[A-Z0-9_]*, *\"$1\", *\([A-Z]*\),.*/\1/p" \
        "$here/../../include/assay/status.def" |
        sed 's/TRUSTED/0/; s/REJECTED/1/; s/UNSIGNED/3/; s/UNDECIDED/4/'
}

# judge DOCKER STATUS REFERENCE WHAT COMMAND...
judge() {
    local docker=$1 expect=$2 reference=$3 what=$4
    shift 4
    if [ "$docker $expect" = 'pulls ok' ]; then
        agree "${reference#"$REGISTRY/"}"
    elif docker_does "$docker" "$reference"; then
        says "$(exit_of "$expect")" "$expect" "$what: docker $docker, assay says" "$@" "$reference"
    fi
}

# record GUN DIRECTORY: what the real server serves of it now, under every name that may be asked for.
record() {
    local from=$TRUST_SERVER/v2/$1/_trust/tuf to=$2/v2/$1/_trust/tuf role version=1
    mkdir -p "$to/targets"
    for role in root timestamp snapshot targets targets/releases; do
        stack_get -o "$to/$role.json" "$from/$role.json" 2>/dev/null || continue
        cp "$to/$role.json" "$to/$role.$(sha256sum "$to/$role.json" | cut -d' ' -f1).json"
    done
    while stack_get -o "$to/$version.root.json" "$from/$version.root.json" 2>/dev/null; do
        version=$((version + 1))
    done
}

recorded() {
    local gun=$REGISTRY/test/recorded rotated=$REGISTRY/test/rotated root=$work/recorded
    local tuf=v2/$gun/_trust/tuf hashed expect
    push one test/recorded:one
    push two test/recorded:two
    as_notary init "$gun"
    sign "$gun" one one
    as_notary publish "$gun"
    as_notary delegation add "$gun" targets/releases "$PUBLISHER/keys/bob.crt" --all-paths -p
    sign "$gun" two one -r targets/releases
    as_notary publish "$gun"
    record "$gun" "$root/old"
    sign "$gun" two two -r targets/releases
    as_notary publish "$gun"
    record "$gun" "$root/new"
    record "$rotated" "$root/new"
    pin_root "$gun"
    serve "$root/now" recorded
    ln -sfn new "$root/now"
    agree test/recorded:two
    ln -sfn old "$root/now"
    both_refuse test/recorded:two 1 rollback

    # new, but for one file
    cp -r "$root/new" "$root/mixed"
    ln -sfn mixed "$root/now"
    hashed=$(basename "$root/new/$tuf/targets"/releases.*.json)
    rm -f "$root/mixed/$tuf/targets"/releases*.json
    cp "$root/old/$tuf/targets/releases.json" "$root/mixed/$tuf/targets/releases.json"
    cp "$root/old/$tuf/targets/releases.json" "$root/mixed/$tuf/targets/$hashed"
    rm -rf "$DOCKER_CONFIG/trust/tuf/$gun"
    # the time of signing is written with as many digits as it needs
    expect=length-mismatch
    [ "$(stat -c %s "$root/old/$tuf/targets/releases.json")" != \
        "$(stat -c %s "$root/new/$tuf/targets/releases.json")" ] || expect=hash-mismatch
    both_refuse test/recorded:two 1 $expect
    rm -f "$root/mixed/$tuf/targets"/releases*.json
    both_refuse test/recorded:two 1 metadata-missing
    rm "$root/mixed/$tuf/timestamp.json"
    ln -sfn new "$root/now"
    agree test/recorded:two
    ln -sfn mixed "$root/now"
    judge pulls trust-data-gone "$gun:two" "no timestamp, where one was seen" "$assay" verify
    mkdir "$root/mixed/$tuf/timestamp.json" # a directory's name without a slash is redirected
    judge pulls redirect "$gun:two" "a trust server that sends elsewhere" "$assay" verify

    ln -sfn new "$root/now"
    rm "$root/new/v2/$rotated/_trust/tuf/5.root.json"
    rm -rf "$DOCKER_CONFIG/trust/tuf/$rotated"
    judge pulls root-chain-missing "$rotated:later" "a chain of real roots that lacks one" "$assay" \
        verify --state-dir "$work/chain"
    stack_stop_one serve-recorded
    judge pulls net-connect "$gun:two" "a server that is away, with good state" "$assay" verify
    export DOCKER_CONTENT_TRUST_SERVER=$TRUST_SERVER
}

refusals() { # VECTORS
    local id state expect docker tag pin command what gun
    "$1" export "$here/refusals.json" "$REGISTRY/refusals" "$work/refusals" || stack_die "no refusals"
    serve "$work/refusals/now" refusals
    while IFS=$'\t' read -r id state expect docker tag pin command what; do
        gun=$REGISTRY/refusals/$id
        logged skopeo copy --all --dest-cert-dir "$HOME/.config/containers/certs.d/$REGISTRY" \
            "oci:$work/refusals/oci/$id:1.0" "docker://$gun:1.0"
        run 0 "pin $gun" "$assay" root pin "$gun" "$pin" "$work/refusals/pin/$id.pin" || continue
        if [ "$state" = good ]; then
            ln -sfn before "$work/refusals/now"
            docker_does pulls "$gun:$tag" || continue
            run 0 "$id, before" verify "$gun:$tag" || continue
        fi
        ln -sfn after "$work/refusals/now"
        # shellcheck disable=SC2086 # a command and its options
        judge "$docker" "$expect" "$gun:$tag" "$what" "$assay" $command
    done <"$work/refusals/list"
    stack_stop_one serve-refusals
    export DOCKER_CONTENT_TRUST_SERVER=$TRUST_SERVER
}
