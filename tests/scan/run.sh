#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh LIST COUNT: the finder in Dockerfiles against dockerfile-ast. The library comes from npm, in the
# version that package-lock.json names.
set -eu
list=$1 count=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v node >/dev/null && command -v npm >/dev/null || {
    echo "FAILED: node and npm are missing; tests/packages.sh test installs them" >&2
    exit 1
}
cp "$here/package.json" "$here/package-lock.json" "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline >log 2>&1) || {
    cat "$work/log" >&2
    echo "FAILED: npm cannot fetch dockerfile-ast; the test needs a network" >&2
    exit 1
}
mkdir "$work/files"
node "$here/differential.js" "$list" "$work/node_modules" "$here/dockerfiles" "$work/files" "$count"
