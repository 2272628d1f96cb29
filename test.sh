#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test.sh [STAGE...]: installs what is missing (Debian, as root), builds, and runs every test, the
# real servers included. Stages, all by default: gcc asan clang fuzz valgrind analysis
# coverage; bench only when it is named.
# Ends with "N passed, N failed", counted in meson's tests; one of them holds many cases.
cd "$(dirname "$0")" || exit 1
tests/packages.sh test || exit 1
[ $# -gt 0 ] || set -- gcc asan clang fuzz valgrind analysis coverage

passed=0 failed=0 done=0
check() { # WHAT COMMAND...
    local what=$1
    shift
    echo "== $what"
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $what"; fi
}
# configure DIR CC OPTIONS...
configure() {
    local dir=$1 cc=$2
    shift 2
    [ -e "$dir/build.ninja" ] || CC=$cc meson setup "$dir" "$@" >"$dir.log" 2>&1 || { cat "$dir.log"; return 1; }
    ninja -C "$dir" >"$dir.log" 2>&1 || { grep -A 12 FAILED "$dir.log" | head -60; return 1; }
}
# meson_tests DIR ARGS...: adds meson's own counts, and shows what failed. A run that ends badly without a
# failed test, or without a count, is a failure of its own.
meson_tests() {
    local dir=$1 log code ok bad
    shift
    log=$dir/meson-tests.log
    echo "== meson test -C $dir $*"
    meson test -C "$dir" --print-errorlogs "$@" >"$log" 2>&1
    code=$?
    grep -vE '^\[|^ninja|^$' "$log"
    # what the vector runners count of their own cases
    grep -hE '^[a-z][a-z -]*: [0-9]+ (cases|vectors)|^[0-9]+ passed, [0-9]+ failed' \
        "$dir/meson-logs/testlog.txt" 2>/dev/null
    ok=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$log" | tail -1)
    bad=$(sed -n 's/^\(Fail\|Unexpected Pass\|Timeout\): *\([0-9]*\).*/\2/p' "$log" |
        awk '{ n += $1 } END { print n + 0 }')
    if [ "${ok:-0}" = 0 ] || { [ "$code" != 0 ] && [ "$bad" = 0 ]; }; then
        echo "FAILED: meson test ended with $code and counted ${ok:-nothing}"
        bad=$((bad + 1))
    fi
    passed=$((passed + ${ok:-0}))
    failed=$((failed + bad))
}
# What the public suites said: Criterion keeps it from meson's log.
public_counts() {
    local name
    for name in crypto_public_vectors json_testsuite; do
        ASSAY_SOURCE_ROOT=$PWD "build/gcc/tests/test_$name" 2>/dev/null | grep -E 'accepted|refused'
    done
}
sanitize='-Db_sanitize=address,undefined'
mkdir -p build

for stage in "$@"; do
    case $stage in
    gcc)
        check 'build with gcc' configure build/gcc gcc &&
            meson_tests build/gcc --num-processes 2
        [ -z "${ASSAY_PUBLIC_VECTORS:-}" ] || public_counts ;;
    asan)
        check 'build with gcc, AddressSanitizer and UBSan' configure build/asan gcc "$sanitize" &&
            meson_tests build/asan --suite unit --suite vectors --suite cli --suite fuzz --suite report --suite public ;;
    clang)
        check 'build with clang, AddressSanitizer and UBSan' configure build/clang clang "$sanitize" &&
            meson_tests build/clang --suite unit --suite vectors --suite cli --suite fuzz --suite report --suite public ;;
    fuzz)
        check 'build with libFuzzer' configure build/fuzz clang -Dfuzz=true "$sanitize" &&
            check 'five seconds of each fuzzer' tests/fuzz/run.sh build/fuzz 5 ;;
    valgrind)
        check 'build for valgrind' configure build/gcc gcc &&
            # those that reach most code in the time: memcheck is thirty times slower
            meson_tests build/gcc --setup valgrind base_text json_tree crypto_key tuf_trusted \
                tuf_roots oci_manifest verify_session net_credentials cases-d ;;
    analysis)
        check 'clang-tidy, cppcheck, -fanalyzer' tests/analyse.sh ;;
    coverage)
        check 'line and branch coverage' tests/coverage.sh ;;
    bench)
        tests/packages.sh bench || exit 1
        check 'build for benchmarks' configure build/bench gcc -Dbench=true --buildtype=release &&
            check 'benchmarks' meson test -C build/bench --benchmark --verbose ;;
    *)
        echo "test.sh: unknown stage $stage" >&2
        exit 2 ;;
    esac
    done=$((done + 1))
done
[ "$done" = $# ] || { echo "FAILED: only $done of $# stages ran"; failed=$((failed + 1)); }
echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
