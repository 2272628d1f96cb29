#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# recorded.sh ASSAY DAMAGE VECTORS FLIPS: what real tools saved (vectors/saved) is judged as expected.txt there says, as
# a file, through a pipe and compressed as a whole; and with every byte changed, one at a time.
here=$(cd "$(dirname "$0")" && pwd)
assay=$1 damage=$2 saved=$3/saved example=$3/example flips=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=../stack/expect.sh
. "$here/../stack/expect.sh"

name=registry.example.com/hello:1.0
root=sha256:$(cat "$example/root-key.sha256")
judge() { "$assay" verify --bundle "$example/trust.tar" --root "$root" --state-dir none "$@"; }
judge_pipe() { judge "$1:-" "${@:3}" <"$2"; }
echo '{"schema":1}' >"$work/config.json" # and no pins beside it

while read -r source file status; do
    case $source in '' | '#'*) continue ;; esac
    exit=$([ "$status" = ok ] && echo 0 || echo 1)
    as=(--as "$name") # not all OCI archives say their full name, all others do
    [ "$source" = oci-archive ] || as=()
    gzip -c "$saved/$file" >"$work/$file.gz"
    says "$exit" "$status" "$source:$file" judge "$source:$saved/$file" "${as[@]}"
    says "$exit" "$status" "$source:$file through a pipe" judge_pipe "$source" "$saved/$file" "${as[@]}"
    says "$exit" "$status" "$source:$file, gzip around it" judge "$source:$work/$file.gz" "${as[@]}"
    says 4 no-root-pinned "$source:$file without a pin" "$assay" verify --state-dir "$work/state" \
        --config "$work/config.json" "${as[@]}" --bundle "$example/trust.tar" "$source:$saved/$file"
    [ "$status" = ok ] || continue
    case $file in
    docker-28.tar | skopeo-oci.tar) how=$flips ;; # every byte of one of each kind
    *) how=sample=200 ;;
    esac
    run 0 "$source:$file damaged" python3 "$here/damage.py" "$damage" "$source" "$saved/$file" \
        "$name" "$example/trust.tar" "$root" "$how" cut && ok "$source:$file: $(cat "$work/out")"
done <"$saved/expected.txt"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
