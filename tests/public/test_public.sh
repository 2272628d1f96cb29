#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_public.sh BUILD-DIR: installs into a scratch directory and uses nothing but what is there:
# each header alone in C and C++, the exported symbols, and the example program through pkg-config,
# on the image of vectors/example and on an altered copy.
set -eu
build=$1
root=$ASSAY_SOURCE_ROOT
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

DESTDIR=$scratch/dest meson install -C "$build" --no-rebuild --quiet
pc=$(find "$scratch/dest" -name libassay.pc)
[ -n "$pc" ] || fail 'no libassay.pc is installed'
lib=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH="$(dirname "$pc")" PKG_CONFIG_SYSROOT_DIR="$scratch/dest"
cflags=$(pkg-config --cflags libassay)
libs=$(pkg-config --libs libassay)

headers=0
for header in "$scratch"/dest/usr/local/include/assay/*.h; do
    name=assay/$(basename "$header")
    printf '#include <%s>\n#include <%s>\n' "$name" "$name" >"$scratch/alone.c"
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror $cflags -c "$scratch/alone.c" -o "$scratch/alone.o" ||
        fail "$name alone in C"
    cp "$scratch/alone.c" "$scratch/alone.cc"
    c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror $cflags -c "$scratch/alone.cc" -o "$scratch/alone.o" ||
        fail "$name alone in C++"
    headers=$((headers + 1))
done
[ "$headers" -ge 5 ] || fail "only $headers headers are installed"

# The library exports what the headers declare, neither more nor less.
grep -ohE 'assay_[a-z_]+\(' "$scratch"/dest/usr/local/include/assay/*.h | tr -d '(' | sort -u >"$scratch/declared"
nm -D --defined-only "$lib/libassay.so" | awk '{ print $3 }' | sed 's/@.*//' | grep '^assay_' | sort -u >"$scratch/exported"
diff "$scratch/declared" "$scratch/exported" || fail 'declared (<) and exported (>) functions differ'
nm -D --defined-only "$lib/libassay.so" | awk '{ print $3 }' | grep -vE '^(assay_|ASSAY_0)' && fail 'other symbols are exported'

[ "${ASSAY_SANITIZED:-0}" = 0 ] || { echo "$headers headers; the example is not linked with a sanitizer"; exit 0; }
cc -std=c11 -Wall -Wextra -Wpedantic -Werror $cflags "$root/tests/public/example.c" $libs -o "$scratch/example" ||
    fail 'the example does not build'
run() {
    LD_LIBRARY_PATH=$lib "$scratch/example" "$scratch/state" "sha256:$(cat "$root/vectors/example/root-key.sha256")" \
        "$root/vectors/example/trust" registry.example.com/hello:1.0 "oci:$1"
}
digest=$(run "$root/vectors/example/image") || fail "the example image is not trusted ($?)"
case $digest in sha256:????????????????????????????????????????????????????????????????) ;; *) fail "printed '$digest'" ;; esac
[ -d "$scratch/state" ] || fail 'nothing was remembered'

cp -r "$root/vectors/example/image" "$scratch/altered"
blob=$(find "$scratch/altered/blobs" -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
printf X | dd of="$blob" bs=1 seek=100 conv=notrunc 2>/dev/null
code=0
out=$(run "$scratch/altered" 2>/dev/null) || code=$?
[ "$code" = 1 ] && [ -z "$out" ] || fail "the altered image: exit $code, '$out'"
echo "$headers headers, $(wc -l <"$scratch/exported") functions, example and altered example"
