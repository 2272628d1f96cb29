#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh LIBRARY: what the library exports, what libassay.map lists and what the public headers
# declare ASSAY_API are the same names.
set -eu
library=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -D --defined-only "$library" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
sed -n 's/^ *\(assay_[a-z0-9_]*\);$/\1/p' src/libassay.map | sort >"$work/listed"
cat include/assay/*.h include/assay/*.h.in | tr '\n' ' ' | grep -o 'ASSAY_API[^;{]*' | grep -o 'assay_[a-z0-9_]*(' |
    tr -d '(' | sort >"$work/declared"
[ -s "$work/listed" ] || { echo "nothing was checked"; exit 1; }
diff -u "$work/listed" "$work/exported" || { echo "libassay.map and the library differ"; exit 1; }
diff -u "$work/listed" "$work/declared" || { echo "libassay.map and the headers differ"; exit 1; }
echo "symbols: $(wc -l <"$work/listed") names, three times the same"
