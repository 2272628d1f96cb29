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
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1 >log 2>&1) || {
    cat "$work/log" >&2
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|CERT' "$work/log"; then
        echo "SKIPPED: npm reaches no registry, and dockerfile-ast is not in its cache" >&2
        exit 77 # meson counts it as skipped, not as passed
    fi
    echo "FAILED: npm cannot install dockerfile-ast" >&2
    exit 1
}
mkdir "$work/files"
node "$here/differential.js" "$list" "$work/node_modules" "$here/dockerfiles" "$work/files" "$count"
