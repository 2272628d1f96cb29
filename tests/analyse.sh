#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# analyse.sh [FILE...]: clang-tidy, cppcheck and gcc's analyser over src, or over these files of it.
# Ends with the counts; 1 on any finding. JOBS says how many at a time (all processors).
# A tool that fails without a word is a finding, too.
cd "$(dirname "$0")/.." || exit 1
jobs=${JOBS:-$(nproc)}
export build=build/analyse
if [ $# -eq 0 ]; then
    mapfile -t files < <(find src -name "*.c" | sort)
    set -- "${files[@]}"
fi
export work
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in clang clang-tidy cppcheck gcc meson ninja; do
    command -v $tool >/dev/null || { echo "$tool is missing"; exit 1; }
done
mkdir -p build
[ -e $build/build.ninja ] || CC=clang meson setup $build >"$work/setup" 2>&1 &&
    ninja -C $build build.ninja >>"$work/setup" 2>&1 || # files may have come or gone since
    { cat "$work/setup"; exit 1; }

# The same finding in a header, seen from several files, is one.
findings() {
    grep -E '(error|warning): ' | sed -E 's#^[^ ]*\.\./(src|include)/#\1/#' | sort -u
}
# judged TOOL FILE STATUS: hands the tool's output on; failing without a finding is one.
judged() {
    local log
    log=$(cat)
    printf '%s\n' "$log"
    [ "$3" -eq 0 ] || grep -qE '(error|warning): ' <<<"$log" || echo "$2: error: $1 ended with $3"
}
run_tidy() {
    local log
    log=$(clang-tidy -p $build --quiet "$1" 2>&1)
    judged clang-tidy "$1" $? <<<"$log"
}
run_gcc() {
    local log
    log=$(gcc -std=gnu11 -D_GNU_SOURCE -O1 -g -fanalyzer -Wall -Isrc -Iinclude -I$build/include \
        -c "$1" -o /dev/null 2>&1)
    judged gcc "$1" $? <<<"$log"
}
run_cppcheck() {
    local log
    log=$(cppcheck --quiet --std=c11 -j "$jobs" --inline-suppr --error-exitcode=0 -Isrc -Iinclude \
        -I$build/include --enable=warning,performance,portability \
        --suppress=missingIncludeSystem --template='{file}:{line}: warning: {message} [{id}]' \
        "$@" 2>&1)
    judged cppcheck src $? <<<"$log"
}
# each TOOL FILE...: one file a process; several in one give false reports of va_list.
each() {
    local tool=$1
    shift
    printf '%s\n' "$@" |
        xargs -P "$jobs" -I{} bash -c 'run_'"$tool"' "$1" >"$work/'"$tool"'.${1//\//_}"' bash {} ||
        echo "src: error: $tool did not run on every file"
    cat "$work/$tool".*
}
export -f run_tidy run_gcc judged

run_cppcheck "$@" | findings >"$work/cppcheck"
each gcc "$@" | findings >"$work/gcc"
each tidy "$@" | findings >"$work/tidy"

total=0 summary=
for tool in tidy cppcheck gcc; do
    cat "$work/$tool"
    found=$(wc -l <"$work/$tool")
    total=$((total + found))
    summary="$summary$tool $found, "
done
echo "$# files in $SECONDS s: $summary$total findings"
[ "$total" -eq 0 ]
