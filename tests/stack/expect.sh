#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # assay and work are those of the script that sources this
# What a command is expected to end with, counted; for the tests on the real servers.

passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok: $*"; }
not_ok() { failed=$((failed + 1)); echo "not ok: $*"; sed 's/^/    /' "$work/out" "$work/err"; }

# run EXIT WHAT COMMAND...: the exit code, and nothing positive on stdout unless it is 0.
run() {
    local want=$1 what=$2 code=0
    shift 2
    "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    if [ "$code" != "$want" ]; then
        not_ok "$what: exit $code, expected $want"
    elif [ "$want" != 0 ] && grep -q TRUSTED "$work/out"; then
        not_ok "$what: exit $code but TRUSTED on stdout"
    else
        return 0
    fi
    return 1
}
# status EXIT ID WHAT COMMAND...: as run, and the status id is printed.
status() {
    local id=$2
    run "$1" "$3" "${@:4}" || return
    if grep -q -- "$id" "$work/out" "$work/err"; then ok "$3 ($id)"; else not_ok "$3: no $id"; fi
}
# says EXIT ID WHAT COMMAND...: as run, and the line on stdout has exactly this status id.
says() {
    run "$1" "$3" "${@:4}" || return
    local id
    id=$(awk '$1 ~ /^(REJECTED|UNSIGNED|UNDECIDED)$/ { print $3 }' "$work/out")
    [ "$1" != 0 ] || id=$(awk '$1 == "TRUSTED" { print "ok" }' "$work/out")
    if [ "$id" = "$2" ]; then ok "$3 $2"; else not_ok "$3: '$id', expected $2"; fi
}
# holds WHAT CONDITION...: what the last run printed is as it must be.
holds() {
    local what=$1
    shift
    if "$@"; then ok "$what"; else not_ok "$what"; fi
}
verify() { "$assay" verify "$@"; }

root_id() { # GUN: the id of the root key as the newest root lists it
    stack_get "$TRUST_SERVER/v2/$1/_trust/tuf/root.json" |
        python3 -c 'import json,sys; print(json.load(sys.stdin)["signed"]["roles"]["root"]["keyids"][0])'
}
pin_root() { run 0 "pin $1" "$assay" root pin "$1" "sha256:$(root_id "$1")" && ok "pin $1"; }
