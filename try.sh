#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing (Debian, as root), builds assay, and verifies the saved image in
# vectors/example without any network: the image first, then a copy with one byte altered.
set -eu
cd "$(dirname "$0")"

tests/packages.sh build
[ -e build/try/build.ninja ] || meson setup build/try -Dtests=false --buildtype=release >/dev/null
ninja -C build/try >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# a letter of a script in the last layer
LC_ALL=C sed 's/echo hello/echo hullo/' vectors/example/image.tar >"$work/tampered.tar"
cmp -s vectors/example/image.tar "$work/tampered.tar" && { echo "nothing was altered" >&2; exit 1; }

pin=$(cat vectors/example/root-key.sha256)
verify() { # SHOWN FILE
    printf '$ assay verify --root sha256:%s \\\n' "$pin"
    printf '      --bundle vectors/example/trust.tar docker-archive:%s\n' "$1"
    build/try/src/assay verify --root "sha256:$pin" --state-dir "$work/state" \
        --bundle vectors/example/trust.tar "docker-archive:$2"
}

verify vectors/example/image.tar vectors/example/image.tar
echo
code=0
verify TAMPERED-COPY "$work/tampered.tar" || code=$?
echo
if [ "$code" != 1 ]; then
    echo "the altered copy was not rejected (exit $code)" >&2
    exit 1
fi
echo "The image is what its publisher signed; the altered copy was rejected (exit 1)."
