#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nonempty.sh PROGRAM...: each Criterion program has tests; one that has none exits 0 as well.
set -u
[ $# -gt 0 ] || { echo "nothing was checked"; exit 1; }
failed=0
for program in "$@"; do
    count=$("$program" --list 2>/dev/null | grep -c '├──\|└──')
    if [ "$count" -eq 0 ]; then
        echo "$program: no test in it"
        failed=$((failed + 1))
    fi
done
echo "nonempty: $# programs, $failed empty"
[ "$failed" -eq 0 ]
