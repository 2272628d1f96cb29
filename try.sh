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
# the first gzip blob is a layer: change one byte of what it holds
for blob in "$work"/tampered/blobs/sha256/*; do
    if [ "$(head -c 2 "$blob" | od -An -tx1 | tr -d ' ')" = 1f8b ]; then
        printf 'X' | dd of="$blob" bs=1 seek=40 conv=notrunc 2>/dev/null
        break
    fi
done

verify() { # WHAT DIRECTORY
    printf '$ assay verify --root sha256:%s \\\n' "$pin"
    printf '      --trust-dir vectors/example/trust --as %s oci:%s\n' "$name" "$1"
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
