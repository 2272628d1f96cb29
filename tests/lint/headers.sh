#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# headers.sh BUILD: each header compiles alone; the public ones also as strict C99, C11 and C++.
set -u
build=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 1
count=0
failed=0
alone() { # COMPILER LANGUAGE STANDARD HEADER
    count=$((count + 1))
    echo 'int main(void) { return 0; }' | $1 -x "$2" -std="$3" -Wall -Wextra -Wpedantic -Werror \
        -D_GNU_SOURCE -fsyntax-only -Isrc -Iinclude -I"$build/include" -include "$4" - || { echo "alone: $4 ($3)"; failed=$((failed + 1)); }
}
for header in include/assay/*.h "$build"/include/assay/*.h; do
    name=assay/$(basename "$header")
    alone "${CC:-cc}" c c99 "$name"
    alone "${CC:-cc}" c c11 "$name"
    if command -v "${CXX:-c++}" >/dev/null; then
        alone "${CXX:-c++}" c++ c++11 "$name"
    fi
done
for header in src/*/*.h; do
    alone "${CC:-cc}" c gnu11 "$(echo "$header" | cut -d/ -f2-)"
done
echo "headers: $count compiled alone, $failed failed"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
