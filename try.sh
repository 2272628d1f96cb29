#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing (Debian, as root), builds assay, and verifies the example in
# vectors/example without any network: the image first, then a copy with one byte altered.
set -eu
cd "$(dirname "$0")"

tests/packages.sh build
[ -e build/try/build.ninja ] || meson setup build/try -Dtests=false --buildtype=release >/dev/null
ninja -C build/try >/dev/null

assay=build/try/src/assay
name=registry.example.com/hello:1.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r vectors/example/image "$work/tampered"
layer=$(find "$work/tampered/blobs/sha256" -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
printf 'X' | dd of="$layer" bs=1 seek=100 conv=notrunc 2>/dev/null

verify() {
    printf '$ assay verify --root sha256:%.12s... --trust-dir vectors/example/trust \\\n' "$pin"
    printf '      --as %s oci:%s\n' "$name" "$1"
    "$assay" verify --root "sha256:$pin" --trust-dir vectors/example/trust \
        --state-dir "$work/state" --as "$name" "oci:$2"
}

pin=$(cat vectors/example/root-key.sha256)
verify vectors/example/image vectors/example/image
echo
code=0
verify 'TAMPERED-COPY' "$work/tampered" || code=$?
echo
if [ "$code" != 1 ]; then
    echo "the altered copy was not rejected (exit $code)" >&2
    exit 1
fi
echo "The image is what its publisher signed; the altered copy was rejected (exit 1)."
