#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2016 # assay and work are those of run.sh, which sources this
# assay pull, and docker-daemon: on the real engine. What an engine says or saves that is not what
# was signed is played by a program of its name.

pull() { "$assay" pull "$@"; }
image_id() { docker image inspect -f '{{.Id}}' "$REGISTRY/$1" 2>/dev/null; }
printed() { grep -qxF -- "$1" "$work/$2"; }
forget() { docker image rm -f "$@" >/dev/null 2>&1 || true; }

# pulls REPOSITORY:TAG [OPTION...]: docker's words, and the tag stands on what was signed.
pulls() {
    local image=$REGISTRY/$1 name=$REGISTRY/${1%:*} digest
    forget "$image"
    run 0 "pull $*" pull "${@:2}" "$image" || return
    digest=$(awk '$1 == "TRUSTED" { print $3 }' "$work/out")
    if printed "Pull (1 of 1): $image@$digest" out && printed "Digest: $digest" out &&
        printed "Tagging $name@$digest as $image" err &&
        docker image inspect "$image" | grep -qF "\"$name@$digest\""; then
        ok "pull $* in docker's words: $digest"
    else
        not_ok "pull $*: not in docker's words, or the tag stands elsewhere"
    fi
}

# an_engine PROGRAM SCRIPT: a docker or podman of the test, alone on PATH.
an_engine() {
    mkdir -p "$work/bin"
    rm -f "$work/bin"/*
    printf '#!/bin/bash\nexport PATH=%q\necho "$*" >>%q\n%s\n' "$PATH" "$work/calls" "$2" \
        >"$work/bin/$1"
    chmod 755 "$work/bin/$1"
    : >"$work/calls"
}
pull_by_it() { PATH=$work/bin "$assay" pull "$@"; }

echo "# pull"
pulls test/plain:one
pulls test/plain:many
pulls test/delegated:two
pulls test/plain:one --platform linux/amd64
run 0 "pull what is there" pull -q "$REGISTRY/test/plain:one" &&
    holds "pull -q prints three lines" [ "$(wc -l <"$work/out")" = 3 ]
run 0 "pull in JSON" pull -o json "$REGISTRY/test/plain:one" &&
    holds "only the object is on standard output" python3 -c \
        'import json,sys; assert json.load(open(sys.argv[1]))["results"][0]["trusted"]' "$work/out"
forget "$REGISTRY/test/plain:one"
says 3 tag-not-signed "pull of what is not signed" pull "$REGISTRY/test/plain:absent"
holds "nothing was pulled for it" [ -z "$(image_id test/plain:absent)" ]
mkdir -p "$work/unpinned-config" && echo '{"schema":1}' >"$work/unpinned-config/config.json"
says 4 no-root-pinned "pull without a pin" pull --state-dir "$work/unpinned" \
    --config "$work/unpinned-config/config.json" "$REGISTRY/test/plain:one"
run 0 "pull -a" pull -a "$REGISTRY/test/delegated" && {
    tags=$(grep -c '^Pull (' "$work/out")
    holds "pull -a pulls all $tags tags" [ "$tags" -ge 3 ]
    holds "and judges all" [ "$(grep -c '^TRUSTED' "$work/out")" = "$tags" ]
    holds "and counts them" printed "$(grep "^Pull ($tags of $tags)" "$work/out")" out
}
status 2 "reference" "pull -a takes no tag" pull -a "$REGISTRY/test/delegated:one"

echo "# docker-daemon:"
pulls test/plain:one
says 0 ok "what docker exports" verify "docker-daemon:$REGISTRY/test/plain:one"
holds "says that it was exported" grep -q 'engine=exported' "$work/out"
says 0 ok "an index of which the engine has one platform" verify "docker-daemon:$REGISTRY/test/plain:many"
id=$(image_id test/plain:one)
status 2 "--as" "an id has no name" verify "docker-daemon:$id"
says 0 ok "an id with --as" verify --as "$REGISTRY/test/plain:one" "docker-daemon:$id"
says 4 image-absent "what the engine does not have" verify "docker-daemon:$REGISTRY/test/plain:absent"
says 4 offline "--offline opens no socket" verify --offline "docker-daemon:$REGISTRY/test/plain:one"
docker tag "$REGISTRY/test/plain:one" "$REGISTRY/test/delegated:two"
says 1 digest-mismatch "another image under the tag" verify "docker-daemon:$REGISTRY/test/delegated:two"
DOCKER_HOST=unix://$work/nowhere.sock \
    says 4 engine "no engine at the socket" verify "docker-daemon:$REGISTRY/test/plain:one"
DOCKER_HOST=ssh://user@host \
    says 2 usage "DOCKER_HOST of another kind" verify "docker-daemon:$REGISTRY/test/plain:one"

echo "# pull through an engine that is wrong"
an_engine docker 'case $1 in save) docker save '"$REGISTRY"'/test/delegated:two ;; *) docker "$@" ;; esac'
pulls test/delegated:two
says 1 digest-mismatch "the engine has another image" pull_by_it "$REGISTRY/test/plain:one"
holds "and the tag is gone" [ -z "$(image_id test/plain:one)" ]
an_engine docker 'case $1 in save) docker "$@" | head -c 3000 ;; *) docker "$@" ;; esac'
says 1 archive "the engine's image ends early" pull_by_it "$REGISTRY/test/plain:one"
holds "and the tag is gone" [ -z "$(image_id test/plain:one)" ]
an_engine docker 'docker "$@"; [ $1 != save ]'
says 4 engine "the engine fails behind a good image" pull_by_it "$REGISTRY/test/plain:one"
an_engine docker 'exit 3'
status 4 "exit code 3" "the engine fails" pull_by_it "$REGISTRY/test/plain:one"
holds "and is asked once" [ "$(wc -l <"$work/calls")" = 1 ]
an_engine docker '[ -z "${DOCKER_CONTENT_TRUST+set}" ] || exit 9; [ "$KEPT" = yes ] || exit 8; docker "$@"'
DOCKER_CONTENT_TRUST=1 KEPT=yes says 0 ok "the environment but for content trust" \
    pull_by_it "$REGISTRY/test/plain:one"
an_engine podman 'exit 3'
status 4 "'podman pull'" "podman, where docker is not installed" pull_by_it "$REGISTRY/test/plain:one"
status 4 "no docker is installed" "--engine docker, where it is not" \
    pull_by_it --engine docker "$REGISTRY/test/plain:one"
an_engine docker 'kill -INT $PPID; exec sleep 20'
run 130 "an interruption while docker pulls" pull_by_it "$REGISTRY/test/plain:one" &&
    ok "an interruption while docker pulls"

echo "# podman"
# a store of its own, and docker's configuration that podman insists on where it is named
echo '{}' >"$DOCKER_CONFIG/config.json"
mkdir -p "$work/xdg"
podman_here() { XDG_RUNTIME_DIR=$work/xdg podman --root "$work/podman" --runroot "$work/podman-run" \
    --storage-driver vfs "$@"; }
an_engine podman "XDG_RUNTIME_DIR=$work/xdg exec podman --root $work/podman --runroot $work/podman-run \
    --storage-driver vfs \"\$@\""
for image in plain:one plain:many; do
    says 0 ok "pull $image by podman" pull_by_it "$REGISTRY/test/$image"
done
holds "podman has the tag" podman_here image exists "$REGISTRY/test/plain:one"
stack_run podman env XDG_RUNTIME_DIR="$work/xdg" podman --root "$work/podman" \
    --runroot "$work/podman-run" --storage-driver vfs system service -t 0 "unix://$work/podman.sock"
stack_wait podman 20 curl -fsS --unix-socket "$work/podman.sock" http://podman/_ping
DOCKER_HOST=unix://$work/podman.sock \
    says 0 ok "what podman exports" verify "docker-daemon:$REGISTRY/test/plain:one"
DOCKER_HOST=unix://$work/podman.sock \
    says 4 image-absent "what podman does not have" verify "docker-daemon:$REGISTRY/test/plain:absent"
stack_stop_one podman
rm -f "$DOCKER_CONFIG/config.json"
