#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# example.sh FIXTURE DIR: the example in DIR is what the fixture maker makes today.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" example "$work/example"
diff -r "$work/example" "$2"
echo "example: $(find "$2" -type f | wc -l) files are as made"
