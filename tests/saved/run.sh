#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh ASSAY FIXTURE DAMAGE: images signed on the real servers, saved by docker, podman, skopeo and umoci, a bundle
# made online; then all is judged in a network namespace without interfaces. Needs root.
here=$(cd "$(dirname "$0")" && pwd)
assay=$(realpath "$1") fixture=$(realpath "$2") damage=$(realpath "$3")
# shellcheck source=../stack/servers.sh
. "$here/../stack/servers.sh"
work=$(mktemp -d)
trap 'stack_stop; rm -rf "$work"' EXIT
stack_start "$work/stack"
# shellcheck source=../stack/publish.sh
. "$here/../stack/publish.sh"
# shellcheck source=../stack/expect.sh
. "$here/../stack/expect.sh"
# shellcheck source=save.sh
. "$here/save.sh"

# offline OPTION|SOURCE...: in an empty network namespace, with the bundle unless another is named.
bundle=$work/trust.tar
offline() { unshare --net -- "$assay" verify --bundle "$bundle" "$@"; }
refuses() { # EXIT ID SOURCE OPTION...
    says "$1" "$2" "${3/"$saved/"/}" offline "${@:4}" "$3"
}

# A repository of the fixture maker whose trust data expire soon: judged before and after.
"$fixture" repo "$work/short" gun=example.com/short made=$(($(date +%s) - 14 * 86400 + 60)) threshold=1 roots=1 \
    timestamp-days=14
short_expires=$(($(date +%s) + 60)) short_pin=$(cat "$work/short/pin")
logged skopeo copy --quiet "oci:$work/short/oci:1.0" "docker-archive:$work/short/image.tar:example.com/short:1.0"
run 0 "a bundle that expires soon" "$assay" bundle create --root "$short_pin" --trust-dir "$work/short/cache" \
    --as example.com/short:1.0 "oci:$work/short/oci" --to "$work/short.tar"

publish_saved
pin_root "$app"
pin_root "$docker"
root=sha256:$(root_id "$app")
declare -A online
for image in "$app":{one,two,many,zstd,large} "$docker:one"; do
    run 0 "online $image" verify "$image"
    online[$image]=$(cat "$work/out")
done
# same IMAGE SOURCE OPTION...: word for word what was said online
same() {
    local image=$1 source=$2
    run 0 "${source/"$saved/"/}" offline "${@:3}" "$source" || return
    holds "${source/"$saved/"/}: as online" [ "$(cat "$work/out")" = "${online[$image]}" ]
}

echo "# bundles"
run 0 "bundle create" "$assay" bundle create "$app":{one,two,many,zstd,large} "$docker:one" --to "$bundle"
run 0 "bundle create, again" "$assay" bundle create "$app":{one,two,many,zstd,large} "$docker:one" \
    --to "$work/again.tar"
holds "the same data give the same bytes" cmp "$bundle" "$work/again.tar"
run 0 "a bundle of one image" "$assay" bundle create "$app:one" --to "$work/few.tar"
run 0 "a bundle that grows" "$assay" bundle create "$docker:one" --to "$work/few.tar"
run 0 "bundle verify" unshare --net -- "$assay" bundle verify "$bundle" &&
    holds "bundle verify judges all six" [ "$(grep -c ^TRUSTED "$work/out")" = 6 ]
status 0 "$app" "bundle show" unshare --net -- "$assay" bundle show "$bundle"
run 3 "no bundle of what is not signed" "$assay" bundle create "$app:unsigned" --to "$work/unsigned.tar" &&
    holds "and none is written" [ ! -e "$work/unsigned.tar" ]

# a repository that goes on after its bundle was made
moving=$REGISTRY/saved/moving
push one saved/moving:one
as_notary init "$moving"
sign "$moving" one one
as_notary publish "$moving"
pin_root "$moving"
run 0 "a bundle" "$assay" bundle create "$moving:one" --to "$work/moving-1.tar"
sign "$moving" two two
as_notary publish "$moving"
run 0 "the next bundle" "$assay" bundle create "$moving:one" --to "$work/moving-2.tar"
run 0 "online $moving:one" verify "$moving:one"
online[$moving:one]=$(cat "$work/out")

save_with_docker
save_with_skopeo
save_with_podman
save_with_others

echo "# the engine, and pipes from it"
run 0 "docker-daemon:" verify "docker-daemon:$app:one" && holds "engine=exported is said" grep -q engine=exported "$work/out"
holds "the engine's image is the signed one" grep -q "$(digest_of one)" "$work/out"
from_docker() { docker save "$app:one" | offline "$1"; }
from_docker_gzip() { docker save "$app:one" | gzip | offline -; }
from_another() { docker save "$app:two" | offline --as "$app:one" -; }
from_podman() { podman_here save "$@" "$app:one" | offline -; }
says 0 ok "docker save into -" from_docker -
says 0 ok "docker save and gzip into -" from_docker_gzip
says 0 ok "docker save into docker-archive:-" from_docker docker-archive:-
says 0 ok "podman save into -" from_podman -q
says 1 digest-mismatch "docker save of another image into -" from_another
# shellcheck source=engine_tls.sh
. "$here/engine_tls.sh"
stack_stop # servers and engine: whatever asked them from here on would fail

echo "# as every tool saves, judged as online, without network"
same "$app:one" "docker-archive:$saved/docker.tar"
same "$app:many" "docker-archive:$saved/docker-many.tar"
same "$docker:one" "docker-archive:$saved/docker-signed.tar"
same "$app:one" "docker-archive:$saved/docker-several.tar:$app:one"
same "$app:two" "docker-archive:$saved/docker-several.tar:$app:two"
# docker writes several images in an order of its own
place=$(tar -xOf "$saved/docker-several.tar" manifest.json | python3 -c \
    'import json, sys; print([sys.argv[1] in image["RepoTags"] for image in json.load(sys.stdin)].index(True))' "$app:two")
same "$app:two" "docker-archive:$saved/docker-several.tar:@$place"
same "$app:one" "docker-archive:$saved/docker-nameless.tar" --as "$app:one"
same "$app:two" "docker-archive:$saved/docker-renamed.tar" --as "$app:two"
same "$app:one" "docker-archive:$saved/docker.tar.gz"
same "$app:one" "docker-archive:$saved/docker.tar.zst"
same "$app:one" "docker-archive:$saved/skopeo.tar"
same "$app:many" "docker-archive:$saved/skopeo-many.tar"
same "$docker:one" "docker-archive:$saved/skopeo-signed.tar"
same "$app:one" "docker-archive:$saved/podman.tar"
same "$app:many" "docker-archive:$saved/podman-many.tar"
same "$app:two" "docker-archive:$saved/podman-several.tar:$app:two"
same "$app:one" "oci-archive:$saved/skopeo-oci.tar"
same "$app:zstd" "oci-archive:$saved/skopeo-oci-zstd.tar"
same "$app:many" "oci-archive:$saved/skopeo-oci-all.tar"
same "$app:many" "oci-archive:$saved/skopeo-oci-running.tar"
same "$docker:one" "oci-archive:$saved/skopeo-oci-signed.tar"
same "$app:one" "oci-archive:$saved/skopeo-oci.tar.gz"
same "$app:one" "oci-archive:$saved/skopeo-oci.tar.zst"
same "$app:many" "oci-archive:$saved/gnu-tar.tar:$app:many"
same "$app:one" "oci:$saved/skopeo-layout:$app:one"
same "$app:many" "oci:$saved/skopeo-layout:$app:many"
same "$app:one" "oci:$saved/umoci-layout:again" --as "$app:one"
same "$app:one" "dir:$saved/skopeo-dir" --as "$app:one"
same "$app:many" "dir:$saved/skopeo-dir-all" --as "$app:many"
same "$docker:one" "dir:$saved/skopeo-dir-signed" --as "$docker:one"
status 0 '"because": "not-present"' "a platform that was not saved is listed as such" offline --output json \
    "docker-archive:$saved/docker-many.tar"
says 0 ok "one platform of an index" offline --platform linux/arm64/v8 "oci-archive:$saved/skopeo-oci-all.tar"

echo "# where the chain cannot close"
refuses 1 digest-mismatch "oci-archive:$saved/podman-oci.tar"
refuses 1 digest-mismatch "oci:$saved/podman-layout" --as "$app:one"
refuses 1 digest-mismatch "dir:$saved/podman-dir" --as "$app:one"
refuses 1 digest-mismatch "oci-archive:$saved/skopeo-oci-converted.tar"
refuses 1 digest-mismatch "oci:$saved/umoci-layout:changed" --as "$app:one"
refuses 4 platform-absent "docker-archive:$saved/docker-many.tar" --platform linux/arm64/v8

echo "# refused"
alter() { logged python3 "$here/alter.py" "$1" "$saved/docker.tar" "$saved/$1.tar"; }
for what in layer config swap drop; do alter $what; done
refuses 1 digest-mismatch "docker-archive:$saved/layer.tar"
refuses 1 digest-mismatch "docker-archive:$saved/config.tar"
refuses 1 digest-mismatch "docker-archive:$saved/swap.tar"
refuses 1 archive-missing "docker-archive:$saved/drop.tar"
refuses 1 digest-mismatch "docker-archive:$saved/docker-another.tar"
refuses 1 digest-mismatch "docker-archive:$saved/docker.tar" --as "$app:two"
refuses 3 tag-not-signed "docker-archive:$saved/docker.tar" --as "$app:unsigned"
head -c 20000 "$saved/docker.tar" >"$saved/cut.tar"
refuses 1 archive "docker-archive:$saved/cut.tar"
head -c 1000 "$saved/docker.tar.gz" >"$saved/cut.tar.gz"
run 1 "cut.tar.gz" offline "docker-archive:$saved/cut.tar.gz" && ok "a cut gzip file"
refuses 2 usage "docker-archive:$saved/docker-several.tar"
refuses 2 usage "docker-archive:$saved/docker-nameless.tar"
refuses 4 image-absent "docker-archive:$saved/docker-several.tar:$app:zstd"
refuses 4 file-io "docker-archive:$saved/none.tar"
status 4 no-root-pinned "no pin" unshare --net -- env XDG_CONFIG_HOME="$work/empty" "$assay" verify \
    --bundle "$bundle" --state-dir "$work/unpinned" "docker-archive:$saved/docker.tar"
refuses 1 pin-mismatch "docker-archive:$saved/docker.tar" --state-dir "$work/pinned" \
    --root "sha256:$(printf '0%.0s' $(seq 64))"
says 4 image-absent "a bundle of another repository" offline --as "$REGISTRY/saved/other:one" \
    "docker-archive:$saved/docker.tar"
bundle=$work/few.tar
refuses 4 manifest-missing "docker-archive:$saved/docker-several.tar:$app:two"
same "$app:zstd" "oci-archive:$saved/skopeo-oci-zstd.tar" # brings its manifest
bundle=$work/cut-bundle.tar
head -c 5000 "$work/trust.tar" >"$bundle"
run 1 "a cut bundle" offline "docker-archive:$saved/docker.tar" && ok "a cut bundle"
gzip -c "$work/trust.tar" >"$bundle"
refuses 1 bundle "docker-archive:$saved/docker.tar"

echo "# bundles and time"
bundle=$work/moving-1.tar
refuses 1 rollback "docker-archive:$saved/docker.tar" --as "$moving:one"
status 0 at= "the older bundle, judged by --at" offline --at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --as "$moving:one" \
    "docker-archive:$saved/docker.tar"
bundle=$work/moving-2.tar
same "$moving:one" "docker-archive:$saved/docker.tar" --as "$moving:one"
bundle=$work/short.tar
while [ "$(date +%s)" -le "$short_expires" ]; do sleep 1; done
refuses 1 expired "docker-archive:$work/short/image.tar" --root "$short_pin"
status 1 "--at" "the remedy is named" offline --root "$short_pin" "docker-archive:$work/short/image.tar"
then=$(date -u -d "@$((short_expires - 10))" +%Y-%m-%dT%H:%M:%SZ)
status 0 "at=$then" "the same by --at" offline --root "$short_pin" --at "$then" "docker-archive:$work/short/image.tar"
bundle=$work/trust.tar

echo "# bytes of a large image"
# damaged SOURCE FILE TAG CHANGES
damaged() {
    run 0 "$1:$2 changed" python3 "$here/damage.py" "$damage" "$1" "$saved/$2" "$app:$3" "$bundle" "$root" "$4" &&
        ok "$1:$2: $(tail -n 1 "$work/out")"
}
damaged docker-archive large.tar large sample=500
damaged oci-archive large-oci.tar large sample=500

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
