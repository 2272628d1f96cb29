#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# example.sh FIXTURE ASSAY DIR: the example in DIR is what the fixture maker, and assay its bundle, make
# today.
set -eu
fixture=$(realpath "$1") assay=$(realpath "$2") example=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$fixture" example "$work/example"
cd "$work/example"
"$assay" bundle create --root "sha256:$(cat root-key.sha256)" --state-dir none --trust-dir trust \
    --as registry.example.com/hello:1.0 oci:image --to trust.tar >"$work/out"
diff -r "$work/example" "$example"
echo "example: $(find "$example" -type f | wc -l) files are as made"
