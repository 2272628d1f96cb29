#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SOURCE_WALK MAKE_IMAGES: images as skopeo and umoci write them and docker-registry serves
# them are read to the last byte, and altered ones are not.
set -u
walk=$1
make_images=$2
for tool in skopeo umoci docker-registry python3; do
    command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }
done
work=$(mktemp -d)
registry_pid=
trap '[ -z "$registry_pid" ] || kill "$registry_pid"; rm -rf "$work"' EXIT
passed=0
failed=0

# expect NAME PATTERN SOURCE [HOST:PORT]
expect() {
    local said
    said=$("$walk" "${@:3}" 2>&1)
    # shellcheck disable=SC2254 # a pattern is meant
    case $said in
    $2) passed=$((passed + 1)) ;;
    *) failed=$((failed + 1)); echo "FAILED $1: expected '$2', found '$said'" ;;
    esac
}

tool() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "cannot prepare: $*"; exit 1; }
}

copy() {
    tool skopeo --insecure-policy copy --quiet "$@"
}

images=$work/images
python3 "$make_images" "$images" >"$work/names" || exit 1
digest() {
    awk -v name="$1" '$1 == name { print $2 }' "$work/names"
}

expect "as made" "ok $(digest one) 1 2 -" "oci:$images:one"
expect "index as made" "ok $(digest many) 2 4 -" "oci:$images:many"
expect "no name given" "no usage *one, *" "oci:$images"
expect "no such name" "no image-absent *" "oci:$images:none"

copy "oci:$images:one" "oci:$work/single"
expect "skopeo, one image without a name" "ok $(digest one) 1 2 -" "oci:$work/single"
copy "oci:$images:one" "oci:$work/named:registry.example.com/app:1.0"
expect "skopeo, full name" "ok $(digest one) 1 2 registry.example.com/app:1.0" "oci:$work/named"
expect "skopeo, tag of a full name" "ok $(digest one) 1 2 registry.example.com/app:1.0" \
    "oci:$work/named:1.0"
copy "oci:$images:two" "oci:$work/named:registry.example.com/app:2.0"
expect "skopeo, two names" "ok $(digest two) 1 2 registry.example.com/app:2.0" "oci:$work/named:2.0"
expect "skopeo, two names, none given" "no usage *registry.example.com/app:1.0, *" "oci:$work/named"
copy --all "oci:$images:many" "oci:$work/all:many"
expect "skopeo --all" "ok $(digest many) 2 4 -" "oci:$work/all:many"
copy --format v2s2 "oci:$images:one" "dir:$work/docker"
docker=sha256:$(sha256sum <"$work/docker/manifest.json" | cut -d' ' -f1)
copy --preserve-digests "dir:$work/docker" "oci:$work/preserved:one"
expect "skopeo, a docker manifest in a layout" "ok $docker 1 2 -" "oci:$work/preserved"
copy --dest-decompress "oci:$images:one" "dir:$work/plain"
copy "dir:$work/plain" "oci:$work/recompressed:one"
expect "skopeo, compressed by skopeo" "ok sha256:* 1 2 -" "oci:$work/recompressed"
copy --dest-oci-accept-uncompressed-layers "dir:$work/plain" "oci:$work/uncompressed:one"
expect "skopeo, uncompressed layers" "ok sha256:* 1 2 -" "oci:$work/uncompressed"

cp -r "$images" "$work/umoci"
tool umoci tag --image "$work/umoci:one" again
expect "umoci tag" "ok $(digest one) 1 2 -" "oci:$work/umoci:again"
tool umoci config --image "$work/umoci:one" --tag changed --author someone
expect "umoci config" "ok sha256:* 1 2 -" "oci:$work/umoci:changed"
tool umoci init --layout "$work/fresh"
expect "umoci init" "no image-absent *" "oci:$work/fresh"
tool umoci new --image "$work/fresh:empty"
expect "umoci new, an image without layers" "no schema *" "oci:$work/fresh:empty"

# alter FILE: same size, other content
alter() {
    printf 'X' | dd of="$1" bs=1 seek=5 conv=notrunc status=none
}

blob() {
    echo "$1/blobs/sha256/${2#sha256:}"
}

manifest=$(blob "$work/single" "$(digest one)")
layer=$(blob "$work/single" "$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["layers"][1]["digest"])' "$manifest")")
config=$(blob "$work/single" "$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["config"]["digest"])' "$manifest")")
for file in "$layer" "$config" "$manifest"; do
    cp "$file" "$work/kept"
    alter "$file"
    expect "altered ${file##*/}" "no digest-mismatch *" "oci:$work/single"
    cp "$work/kept" "$file"
done
mv "$layer" "$work/elsewhere"
expect "missing layer" "no manifest-missing *" "oci:$work/single"
ln -s "$work/elsewhere" "$layer"
expect "layer behind a link" "no layout *" "oci:$work/single"

# ---- a registry ----

cat >"$work/registry.yml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: "127.0.0.1:0"}
log: {level: info}
END
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
registry_pid=$!
for _ in $(seq 100); do
    port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' "$work/registry.log" | head -1)
    [ -n "$port" ] && break
    sleep 0.1
done
[ -n "$port" ] || { cat "$work/registry.log"; exit 1; }
host=127.0.0.1:$port

push() {
    copy --dest-tls-verify=false "$@"
}

push "oci:$images:one" "docker://$host/ns/app:1.0"
expect "registry, by tag" "ok $(digest one) 1 2 -" "docker://$host/ns/app:1.0" "$host"
expect "registry, by digest" "ok $(digest one) 1 2 -" "$host/ns/app@$(digest one)" "$host"
push --all "oci:$images:many" "docker://$host/ns/many"
expect "registry, an index" "ok $(digest many) 2 4 -" "$host/ns/many" "$host"
push --format v2s2 "oci:$images:one" "docker://$host/docker:1"
expect "registry, a docker manifest" "ok sha256:* 1 2 -" "$host/docker:1" "$host"
expect "registry, no such tag" "no not-found *" "$host/ns/app:2.0" "$host"
expect "registry, no such repository" "no not-found *" "$host/ns/none:1" "$host"
expect "registry, plain HTTP not allowed" "no tls *" "$host/ns/app:1.0"

# A layer of many network reads, of bytes that do not compress.
head -c 30000000 /dev/urandom >"$work/noise"
tool umoci insert --image "$work/umoci:one" --tag large "$work/noise" /noise
push "oci:$work/umoci:large" "docker://$host/large:1"
expect "registry, a large layer" "ok sha256:* 1 3 -" "$host/large:1" "$host"

# stored DIGEST: where the registry keeps a blob
stored() {
    local hex=${1#sha256:}
    echo "$work/registry/docker/registry/v2/blobs/sha256/${hex:0:2}/$hex/data"
}

kept=$(stored "sha256:${layer##*/}")
cp "$kept" "$work/kept"
printf 'X' >>"$kept"
expect "registry, a layer with a byte more" "no size-mismatch *" "$host/ns/app:1.0" "$host"
head -c 20 "$work/kept" >"$kept"
expect "registry, a layer cut short" "no digest-mismatch *" "$host/ns/app:1.0" "$host"
cp "$work/kept" "$kept"
expect "registry, whole again" "ok $(digest one) 1 2 -" "$host/ns/app:1.0" "$host"
alter "$kept"
expect "registry, an altered layer" "no digest-mismatch *" "$host/ns/app:1.0" "$host"
rm "$kept"
expect "registry, a missing layer" "no manifest-missing *" "$host/ns/app:1.0" "$host"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
