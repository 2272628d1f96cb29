#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyse.sh [FILE...]: clang-tidy, cppcheck and gcc's analyser over src, or over these files of it.
# Ends with a summary; 1 on any finding. JOBS says how many at a time (2).
set -u
cd "$(dirname "$0")/.." || exit 1
jobs=${JOBS:-2}
build=build-analyse
[ $# -gt 0 ] || set -- $(find src -name '*.c' | sort)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in clang clang-tidy cppcheck gcc meson; do
    command -v $tool >/dev/null || { echo "$tool is missing"; exit 1; }
done
if [ ! -d $build ]; then
    CC=clang meson setup $build >"$work/setup" 2>&1 || { cat "$work/setup"; exit 1; }
fi
ninja -C $build -j"$jobs" include/assay/version.h >/dev/null 2>&1 # a header that is made

# One file a process: several in one give false reports of va_list.
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh -c 'clang-tidy -p '$build' --quiet "$1" 2>/dev/null \
    >"'"$work"'/tidy.$(echo "$1" | tr / _)"' sh
cat "$work"/tidy.* | grep -E '(error|warning):' | sort -u >"$work/tidy"

cppcheck --quiet --std=c11 -j "$jobs" --inline-suppr --error-exitcode=0 -Isrc -Iinclude -I$build/include \
    --enable=warning,performance,portability --template='{file}:{line}: {severity}: {id}: {message}' \
    --suppress=missingIncludeSystem "$@" 2>&1 | sort -u >"$work/cppcheck"

printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh -c 'gcc -std=gnu11 -D_GNU_SOURCE -O1 -g -fanalyzer -Wall -Isrc \
    -Iinclude -I'$build'/include -c "$1" -o /dev/null \
    2>"'"$work"'/gcc.$(echo "$1" | tr / _)"' sh
cat "$work"/gcc.* | grep -E '(error|warning):' | sort -u >"$work/gcc"

total=0
for tool in tidy cppcheck gcc; do
    cat "$work/$tool"
    found=$(wc -l <"$work/$tool")
    total=$((total + found))
    summary="${summary:-}$tool $found, "
done
echo "$# files: ${summary}$total in all"
[ "$total" -eq 0 ]
