#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# saved.sh ASSAY MEASURE: saved images from the page cache, as ratios to what this machine hashes and inflates, and
# to the peers, in the same run. Needs root and the packages of the stack test. Nothing here passes or fails by time.
here=$(cd "$(dirname "$0")" && pwd)
assay=$(realpath "$1") measure=$(realpath "$2")
# shellcheck source=../stack/servers.sh
. "$here/../stack/servers.sh"
work=$(mktemp -d)
trap 'stack_stop; rm -rf "$work"' EXIT
stack_start "$work/stack"
# shellcheck source=../stack/publish.sh
. "$here/../stack/publish.sh"
cores=$(nproc)
gun=$REGISTRY/bench/app
as_notary init "$gun"

# make NAME KIND MIB...: an image and its archive; its manifest is signed, its layers stay here
make() {
    local name=$1 digest size
    read -r digest size <<<"$(python3 "$here/saved_images.py" "$work/$name" "$2" "$gun:$name" "${@:3}")"
    as_notary addhash "$gun" "$name" "$size" --sha256 "${digest#sha256:}"
}
make even none 128 128 128 128 128 128 128 128
make small none 8 8 8 8 8 8 8 8
make big none 512 512 512 512 512 512 512 512
make gzip gzip 128 128 128 128
make gzip-three gzip 600 331 152
make gzip-one gzip 448 16 16
make zstd zstd 128 128 128 128
make zstd-one zstd 448 16 16
as_notary publish "$gun"
id=$(stack_get "$TRUST_SERVER/v2/$gun/_trust/tuf/root.json" |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["signed"]["roles"]["root"]["keyids"][0])')
logged "$assay" root pin "$gun" "sha256:$id"
for name in even small big gzip gzip-three gzip-one zstd zstd-one; do
    logged "$assay" bundle create --as "$gun:$name" "oci:$work/$name/oci" --to "$work/trust.tar"
    rm -r "${work:?}/$name/oci"
done

row() { printf '%-40s %9s ms %9s ms CPU %8s KiB\n' "$@"; }
timed() { read -r wall cpu peak <<<"$("$measure" "$@")"; [ -n "$peak" ] || stack_die "a measurement failed"; }
calc() { awk "BEGIN { printf \"%.2f\", $1 }"; }
mib_of() { calc "$(stat -c %s "$1") / 1048576"; }
verify() { timed 5 -- "$assay" verify --offline --bundle "$work/trust.tar" --as "$gun:$1" "$2:$work/$1/app.tar"; row "assay verify $2:, $1" "$wall" "$cpu" "$peak"; }
sha256_rate() { # MiB/s of OpenSSL on all cores
    openssl speed -seconds 1 -multi "$cores" -mr -evp sha256 -bytes 262144 2>/dev/null |
        awk -F: '/^\+F:/ { print $4 / 1048576 }'
}

echo "1 GiB in eight unpacked layers (goals: 0.9 of the hash rate, 10 times skopeo)"
before=$(sha256_rate)
verify even docker-archive
rate=$(calc "($before + $(sha256_rate)) / 2")
mib=$(mib_of "$work/even/app.tar")
echo "OpenSSL on $cores cores: $rate MiB/s; assay: $(calc "$mib / $wall * 1000") MiB/s, ratio $(calc "$mib / $wall * 1000 / $rate")"
ours=$wall
timed 1 --before "rm -rf $work/copy" -- skopeo copy --quiet "docker-archive:$work/even/app.tar" "dir:$work/copy"
row "skopeo copy docker-archive: dir:" "$wall" "$cpu" "$peak"
echo "ratio: $(calc "$wall / $ours") times"

(cd "$here" && GO111MODULE=off GOCACHE="$work/go" go build -o "$work/saved_go" saved_go.go) ||
    stack_die "cannot build saved_go.go"
echo
echo "four gzip layers of 128 MiB; 600, 331 and 152; 448 and two of 16 (goals: wall 1.1 of CPU/cores, 5 times Go)"
declare -A unpacked=([gzip]=512 [gzip-three]=1083 [gzip-one]=480 [zstd]=512 [zstd-one]=480)
for name in gzip gzip-three gzip-one; do
    verify $name oci-archive
    echo "wall against CPU/cores: $(calc "$wall / ($cpu / $cores)"); $(calc "${unpacked[$name]} / $wall * 1000") MiB/s unpacked"
    ours=$wall
    for processors in "$cores" 1; do
        timed 3 -- env GOMAXPROCS="$processors" "$work/saved_go" "$work/$name/app.tar"
        row "Go's standard library, cores: $processors" "$wall" "$cpu" "$peak"
        echo "ratio: $(calc "$wall / $ours") times"
    done
done

echo
echo "the same with zstd (goal: wall 1.1 of CPU/cores)"
for name in zstd zstd-one; do
    verify $name oci-archive
    echo "wall against CPU/cores: $(calc "$wall / ($cpu / $cores)"); $(calc "${unpacked[$name]} / $wall * 1000") MiB/s unpacked"
done

echo
echo "peak memory (goal: 16 MiB at any size)"
verify small docker-archive
verify even docker-archive
verify big docker-archive

echo
echo "a bundle without layers (goal: 5 ms of CPU more than assay version)"
timed 31 -- "$assay" version
row "assay version" "$wall" "$cpu" "$peak"
base=$cpu
timed 31 -- "$assay" bundle verify --offline "$work/trust.tar"
row "assay bundle verify, eight images" "$wall" "$cpu" "$peak"
echo "difference: $(calc "$cpu - $base") ms of CPU"
