#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# peers.sh ASSAY MEASURE FIXTURE BENCH-TARGETS KEYS: assay and the peers on the same servers in the same run, as ratios.
# Needs root and the packages of the stack test. Nothing here passes or fails by time.
here=$(cd "$(dirname "$0")" && pwd)
assay=$(realpath "$1") measure=$(realpath "$2") fixture=$(realpath "$3")
targets=$(realpath "$4") keys=$5
# shellcheck source=../stack/servers.sh
. "$here/../stack/servers.sh"
work=$(mktemp -d)
proxies=()
trap 'kill "${proxies[@]}" 2>/dev/null; stack_stop; rm -rf "$work"' EXIT
stack_start "$work/stack"
# shellcheck source=../stack/publish.sh
. "$here/../stack/publish.sh"

gun=$REGISTRY/test/plain
publish_plain
id=$(stack_get "$TRUST_SERVER/v2/$gun/_trust/tuf/root.json" |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["signed"]["roles"]["root"]["keyids"][0])')
"$assay" root pin "$gun" "sha256:$id" >/dev/null

reader=$work/reader
mkdir -p "$reader"
notary_config() { # URL
    cat >"$reader/config.json" <<J
{"trust_dir": "$reader/trust", "remote_server": {"url": "$1", "root_ca": "$CA"}}
J
}
# A figure that is missing is a failure of the comparison, not a number.
ratio() { [ -n "$1" ] && [ -n "$2" ] || stack_die "a measurement failed"; awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
# row NAME WALL CPU PEAK
row() { printf '%-44s %9s ms %9s ms CPU %9s KiB\n' "$@"; }

echo "start"
read -r w c p <<<"$("$measure" 51 -- "$assay" version)"
read -r pw pc pp <<<"$("$measure" 51 -- notary version)"
row "assay version" "$w" "$c" "$p"
row "notary version" "$pw" "$pc" "$pp"
echo "ratio: wall $(ratio "$w" "$pw"), CPU $(ratio "$c" "$pc"), peak $(ratio "$p" "$pp") (goal 0.4)"

echo
echo "a bundle without layers (goal: at most 5 ms of CPU more than assay version)"
version_cpu=$c
"$assay" bundle create -q --state-dir none "$gun:one" --to "$work/trust.tar" >/dev/null || stack_die "no bundle was made"
read -r w c p <<<"$("$measure" 51 -- "$assay" bundle verify -q --state-dir "$work/bundle-state" "$work/trust.tar")"
row "assay bundle verify" "$w" "$c" "$p"
echo "CPU more than assay version: $(awk -v a="$c" -v b="$version_cpu" 'BEGIN { printf "%.2f", a - b }') ms"

# cold HOW RUNS: verify against lookup plus inspect --raw
cold() {
    read -r w c p <<<"$("$measure" "$2" --before "rm -rf $work/state" -- "$assay" verify \
        --state-dir "$work/state" "$gun:one")"
    read -r nw nc np <<<"$("$measure" "$2" --before "rm -rf $reader/trust" -- notary -c \
        "$reader/config.json" lookup "$gun" one)"
    read -r sw sc sp <<<"$("$measure" "$2" -- skopeo inspect --raw --cert-dir \
        "$HOME/.config/containers/certs.d/$REGISTRY" "docker://$gun:one")"
    row "assay verify, cold, $1" "$w" "$c" "$p"
    row "notary lookup, cold" "$nw" "$nc" "$np"
    row "skopeo inspect --raw" "$sw" "$sc" "$sp"
    printf 'ratio: wall %s, CPU %s, peak %s\n' \
        "$(ratio "$w" "$(awk -v a="$nw" -v b="$sw" 'BEGIN { print a + b }')")" \
        "$(ratio "$c" "$(awk -v a="$nc" -v b="$sc" 'BEGIN { print a + b }')")" \
        "$(ratio "$p" "$(awk -v a="$np" -v b="$sp" 'BEGIN { print (a > b ? a : b) }')")"
}

echo
echo "one tag, cold, on loopback (goal: CPU and peak 0.8)"
notary_config "$TRUST_SERVER"
cold loopback 31

echo
echo "the gate on one Dockerfile, from start to verdict, warm, on loopback (goal: CPU 20 ms)"
mkdir "$work/gated"
printf 'FROM %s\n' "$gun:one@$(digest_of one)" >"$work/gated/Dockerfile"
"$assay" gate "$work/gated" >/dev/null || stack_die "the gate is not green"
read -r w c p <<<"$("$measure" 51 -- "$assay" gate "$work/gated")"
row "assay gate, warm" "$w" "$c" "$p"
read -r w c p <<<"$("$measure" 51 -- "$assay" verify "$gun:one@$(digest_of one)")"
row "assay verify of the same, warm" "$w" "$c" "$p"

echo
echo "one tag over a round trip of 20 ms (goal: wall 0.25)"
registry_port=$REGISTRY_PORT
delayed() { # BACKEND_PORT: starts a proxy and sets port
    coproc P { exec python3 "$here/delay_proxy.py" "$1" 20; }
    proxies+=("$P_PID")
    read -r port <&"${P[0]}"
}
delayed "$NOTARY_PORT" 2>/dev/null
trust_proxy=$port
export DOCKER_CONTENT_TRUST_SERVER=https://localhost:$trust_proxy
mkdir -p "$DOCKER_CONFIG/tls/localhost:$trust_proxy"
cp "$CA" "$DOCKER_CONFIG/tls/localhost:$trust_proxy/ca.crt"
notary_config "https://localhost:$trust_proxy"
# the registry's name is part of the GUN: the delayed registry has to take over its very port
stack_stop_one registry
REGISTRY_PORT=$(stack_ports 1)
sed -i "s/addr: .*/addr: 127.0.0.1:$REGISTRY_PORT/" "$STACK_DIR/conf/registry.yml"
stack_run registry env OTEL_TRACES_EXPORTER=none docker-registry serve "$STACK_DIR/conf/registry.yml"
stack_wait registry 20 stack_get "https://localhost:$REGISTRY_PORT/v2/"
python3 "$here/delay_proxy.py" "$REGISTRY_PORT" 20 "$registry_port" >/dev/null &
proxies+=($!)
sleep 0.5
cold "20 ms" 11
read -r w c p <<<"$("$measure" 11 -- "$assay" verify "$gun:one")"
row "assay verify, warm, 20 ms" "$w" "$c" "$p"
"$assay" verify --explain "$gun:one" | grep 'round trips'

echo
echo "a targets file of 100,000 tags, load to verified (goal: 20 times the Go library's rate)"
if command -v go >/dev/null && [ -d /usr/share/gocode/src/github.com/theupdateframework/notary ]; then
    "$fixture" targets 100000 "$work/t" threshold=1 roots=1 made=now
    (cd "$here" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/go" \
        go build -o "$work/targets_go" targets_go.go)
    files=$work/t/cache/tuf/reg.test/acme/app/metadata
    read -r w c p <<<"$("$measure" 3 -- "$work/targets_go" "$files/root.json" \
        "$files/targets.json" t0000000)"
    row "Go library, 100000 tags" "$w" "$c" "$p"
    "$targets" "$keys" | tee "$work/ours"
    echo "ratio of CPU: $(ratio "$c" "$(awk '$1 == 100000 { print $3 }' "$work/ours")") times"
else
    echo "skipped: needs the packages golang-go and golang-github-docker-notary-dev"
fi
