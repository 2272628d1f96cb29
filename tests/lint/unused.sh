#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# unused.sh BUILD: what one file of src gives to others, another file of src uses. What is only used
# at home is static there.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
# Used at home, and by tests, which otherwise could not ask for the same.
seams='audit_fitting docker_natural_order json_path scan_rewrite session_new'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -p "$build"/src/libcore.a.p/*.o "$build"/src/assay.p/*.o >"$work/all"
awk 'NF == 2 && $1 == "U" { print $2 }' "$work/all" | sort -u >"$work/used"
awk 'NF == 3 && $2 ~ /[TDRB]/ && $3 !~ /^_/ { print $3 }' "$work/all" | sort -u >"$work/given"
comm -23 "$work/given" "$work/used" >"$work/unused"
{
    sed -n 's/^ *\(assay_[a-z0-9_]*\);$/\1/p' src/libassay.map
    printf '%s\n' main $seams
} | sort >"$work/excused"
failed=0
for name in $(comm -23 "$work/unused" "$work/excused"); do
    echo "$name: used by no other file of src: make it static, or remove it"
    failed=$((failed + 1))
done
for seam in $seams; do
    grep -qx "$seam" "$work/unused" || { echo "$seam: needs no excuse"; failed=$((failed + 1)); }
done
echo "unused: $(wc -l <"$work/given") names, $failed findings"
[ "$failed" -eq 0 ] && [ -s "$work/given" ]
