#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD SECONDS: runs each libFuzzer harness of a build for so long, from its corpus. New inputs
# go to a directory that is thrown away; what crashes is kept in BUILD/crashes.
here=$(cd "$(dirname "$0")" && pwd)
build=$1 seconds=$2 count=0
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
mkdir -p "$build/crashes"
for harness in "$build"/tests/fuzz/fuzz_*; do
    [ -f "$harness" ] && [ -x "$harness" ] || continue
    name=$(basename "$harness")
    mkdir -p "$found/$name"
    if ! "$harness" -max_total_time="$seconds" -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$build/crashes/$name-" "$found/$name" "$here/corpus/${name#fuzz_}" \
        >"$found/log" 2>&1; then
        tail -n 40 "$found/log"
        echo "FAILED: $name"
        exit 1
    fi
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log") runs"
    count=$((count + 1))
done
echo "fuzzers: $count"
[ "$count" -gt 0 ]
