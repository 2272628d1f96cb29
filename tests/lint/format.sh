#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-format finds nothing to change. Exit 77 (skipped) where it is absent.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format >/dev/null || { echo "skipped: no clang-format"; exit 77; }
files=$(find src include tests -name '*.[ch]' -type f)
[ -n "$files" ] || { echo "nothing was checked"; exit 1; }
# shellcheck disable=SC2086 # no name here has a blank in it
clang-format --dry-run -Werror $files || exit 1
echo "format: $(echo "$files" | wc -l) files"
