#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # work is run.sh's; what is set here is used there
# Publishes with the tools of ../stack/publish.sh and saves with every tool there is; sourced by run.sh.

app=$REGISTRY/saved/app docker=$REGISTRY/saved/docker
certs=$HOME/.config/containers/certs.d/$REGISTRY
saved=$work/saved
mkdir -p "$saved"
[ -e "$DOCKER_CONFIG/config.json" ] || echo '{}' >"$DOCKER_CONFIG/config.json" # podman wants it

fetch() { logged skopeo copy --quiet --src-cert-dir "$certs" "$@"; }
podman_here() {
    podman --root "$work/podman/root" --runroot "$work/podman/run" --tmpdir "$work/podman/tmp" \
        --storage-driver vfs --cgroup-manager cgroupfs --events-backend none "$@"
}
as_podman() { logged podman_here "$@"; }
# made NAME: an image of $IMAGES that another tool has put there becomes one that can be signed.
made() {
    python3 - "$IMAGES" "$1" >>"$STACK_DIR/images.txt" <<'P'
import json, sys
for entry in json.load(open(sys.argv[1] + "/index.json"))["manifests"]:
    if entry.get("annotations", {}).get("org.opencontainers.image.ref.name") == sys.argv[2]:
        print(sys.argv[2], entry["digest"], entry["size"])
P
}

publish_saved() {
    local image
    logged skopeo copy --quiet --dest-decompress "oci:$IMAGES:one" "dir:$work/unpacked"
    logged skopeo copy --quiet --dest-compress-format zstd "dir:$work/unpacked" "oci:$IMAGES:zstd"
    made zstd
    head -c 25165824 /dev/urandom >"$work/noise"
    logged umoci insert --image "$IMAGES:one" --tag large "$work/noise" /noise
    made large
    rm "$work/noise"
    as_notary init "$app"
    for image in one two many zstd large; do
        push "$image" "saved/app:$image"
        sign "$app" "$image" "$image"
    done
    as_notary publish "$app"
    push other saved/app:unsigned

    push one saved/source:one
    as_docker pull "$REGISTRY/saved/source:one"
    as_docker tag "$REGISTRY/saved/source:one" "$docker:one"
    DOCKER_CONTENT_TRUST=1 as_docker push "$docker:one"
    docker images -q | sort -u | xargs -r docker rmi -f >>"$STACK_DIR/log/publish" 2>&1
}

save_with_docker() {
    local image
    for image in "$app":{one,two,many} "$docker:one"; do logged docker pull -q "$image"; done
    logged docker save -o "$saved/docker.tar" "$app:one"
    logged docker save -o "$saved/docker-many.tar" "$app:many"
    logged docker save -o "$saved/docker-signed.tar" "$docker:one"
    logged docker save -o "$saved/docker-several.tar" "$app:one" "$app:two"
    # without a name, and with another's
    logged docker save -o "$saved/docker-nameless.tar" "$(docker images -q "$app:one")"
    logged docker tag "$app:two" example.com/other:1
    logged docker save -o "$saved/docker-renamed.tar" example.com/other:1
    logged docker tag "$app:two" "$app:one"
    logged docker save -o "$saved/docker-another.tar" "$app:one"
    logged docker pull -q "$app:one"
}

save_with_skopeo() {
    fetch "docker://$app:one" "docker-archive:$saved/skopeo.tar:$app:one"
    fetch "docker://$app:one" "oci-archive:$saved/skopeo-oci.tar:$app:one"
    fetch --preserve-digests "docker://$app:zstd" "oci-archive:$saved/skopeo-oci-zstd.tar:$app:zstd"
    fetch "docker://$app:one" "oci:$saved/skopeo-layout:$app:one"
    fetch "docker://$app:one" "dir:$saved/skopeo-dir"
    fetch --all "docker://$app:many" "oci-archive:$saved/skopeo-oci-all.tar:$app:many"
    fetch --all "docker://$app:many" "oci:$saved/skopeo-layout:$app:many"
    fetch --all "docker://$app:many" "dir:$saved/skopeo-dir-all"
    fetch "docker://$app:many" "docker-archive:$saved/skopeo-many.tar:$app:many"
    fetch "docker://$app:many" "oci-archive:$saved/skopeo-oci-running.tar:$app:many"
    fetch "docker://$docker:one" "docker-archive:$saved/skopeo-signed.tar:$docker:one"
    fetch "docker://$docker:one" "dir:$saved/skopeo-dir-signed"
    fetch --preserve-digests "docker://$docker:one" "oci-archive:$saved/skopeo-oci-signed.tar:$docker:one"
    fetch "docker://$docker:one" "oci-archive:$saved/skopeo-oci-converted.tar:$docker:one"
    fetch "docker://$app:large" "docker-archive:$saved/large.tar:$app:large"
    fetch "docker://$app:large" "oci-archive:$saved/large-oci.tar:$app:large"
}

save_with_podman() {
    local image
    for image in "$app":{one,two,many}; do as_podman pull -q --cert-dir "$certs" "$image"; done
    as_podman save -q -o "$saved/podman.tar" "$app:one"
    as_podman save -q -o "$saved/podman-many.tar" "$app:many"
    as_podman save -q -m -o "$saved/podman-several.tar" "$app:one" "$app:two"
    as_podman save -q --format oci-archive -o "$saved/podman-oci.tar" "$app:one"
    as_podman save -q --format oci-dir -o "$saved/podman-layout" "$app:one"
    as_podman save -q --format docker-dir -o "$saved/podman-dir" "$app:one"
}

save_with_others() {
    cp -r "$saved/skopeo-layout" "$saved/umoci-layout"
    logged umoci tag --image "$saved/umoci-layout:$app:one" again
    logged umoci config --image "$saved/umoci-layout:again" --tag changed --author someone
    tar -C "$saved/skopeo-layout" -cf "$saved/gnu-tar.tar" .
    gzip -k "$saved/docker.tar" "$saved/skopeo-oci.tar"
    zstd -q "$saved/docker.tar" "$saved/skopeo-oci.tar"
}
