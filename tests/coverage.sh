#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Line and branch coverage of the layers that decide, by the tests that need no server.
cd "$(dirname "$0")/.." || exit 1
dir=build/coverage
mkdir -p build
if [ ! -e $dir/build.ninja ]; then
    # gcc guesses about lengths when it does not optimise: warnings are the other builds' business
    meson setup $dir -Db_coverage=true --buildtype=debug -Dwerror=false >$dir.log 2>&1 || { cat $dir.log; exit 1; }
fi
ninja -C $dir >$dir.log 2>&1 || { tail -20 $dir.log; exit 1; }
meson test -C $dir --suite unit --suite vectors --suite cli --suite fuzz >$dir.log 2>&1 ||
    { tail -30 $dir.log; exit 1; }
total_lines=0
for kind in line branch; do
    option=
    [ $kind = line ] || option=--branches
    echo "-- $kind coverage"
    for layer in crypto json tuf trust verify; do
        # shellcheck disable=SC2086
        percent=$(gcovr -r . $option --exclude-throw-branches --filter "src/$layer/" $dir 2>/dev/null |
            awk '$1 == "TOTAL" { print $2, $3, $4 }')
        [ -n "$percent" ] || { echo "no coverage of src/$layer was measured"; exit 1; }
        echo "$layer: $percent (of, executed, percent)"
        total_lines=$((total_lines + 1))
    done
done
[ $total_lines = 10 ]
