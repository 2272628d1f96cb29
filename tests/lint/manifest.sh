#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# manifest.sh [--update]: vectors/ is what vectors/MANIFEST.sha256 says, no file more or less.
set -eu
cd "$(dirname "$0")/../../vectors"
hashes() {
    find . -type f ! -name 'MANIFEST.sha256*' | LC_ALL=C sort | while IFS= read -r file; do
        sha256sum "$file"
    done
}
if [ "${1:-}" = --update ]; then
    hashes >MANIFEST.sha256.new
    mv MANIFEST.sha256.new MANIFEST.sha256
fi
[ -s MANIFEST.sha256 ] || { echo "vectors/MANIFEST.sha256 is missing: tests/lint/manifest.sh --update"; exit 1; }
hashes | diff -u MANIFEST.sha256 - || {
    echo "vectors/ differs from its manifest; if that is meant: tests/lint/manifest.sh --update"
    exit 1
}
echo "manifest: $(wc -l <MANIFEST.sha256) files"
