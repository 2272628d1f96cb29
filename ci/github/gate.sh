#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# gate.sh: the step of action.yml. Takes its inputs from INPUT_* and ends with assay's exit code; any other
# way to end is a failure as well.
set -euo pipefail

fail() {
    echo "gate.sh: $*" >&2
    exit 2
}
# lines TEXT: sets list to its lines that are not empty.
lines() {
    list=()
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        [ -z "$line" ] || list+=("$line")
    done <<<"$1"
}
# build DIR: assay from the source that this file is part of.
build() {
    local source
    source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    if [ "$(id -u)" = 0 ]; then "$source/tests/packages.sh" build; else sudo "$source/tests/packages.sh" build; fi
    meson setup "$1" "$source" -Dtests=false --buildtype=release
    ninja -C "$1" src/assay
}

# top PATH: the checkout that PATH lies in, which is what GitHub's pages know: the nearest directory that has .git.
top() {
    local dir
    dir=$(realpath -e -- "$1" 2>/dev/null) || return
    [ -d "$dir" ] || dir=$(dirname -- "$dir")
    until [ -e "$dir/.git" ]; do
        [ "$dir" != / ] || return
        dir=$(dirname -- "$dir")
    done
    printf '%s\n' "$dir"
}

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/assay-gate.XXXXXX")
secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

assay=${INPUT_ASSAY:-}
[ -n "$assay" ] || assay=$(type -P assay) || assay=
if [ -z "$assay" ]; then
    echo "::group::build assay"
    build "$work/build"
    echo "::endgroup::"
    assay=$work/build/src/assay
fi
sarif=${INPUT_SARIF:-$work/assay.sarif}
if [ -e "$sarif" ] || [ -L "$sarif" ]; then fail "sarif: the file is there already"; fi

arguments=(--fail-on "${INPUT_FAIL_ON:-error}")
lines "${INPUT_POLICY:-}"
for policy in "${list[@]}"; do arguments+=(--policy "$policy"); done
case ${INPUT_PROJECT:-false} in
true) arguments+=(--project) ;;
false) ;;
*) fail "project: '${INPUT_PROJECT//[^[:print:]]/?}' is neither true nor false" ;;
esac
lines "${INPUT_OPTIONS:-}"
source_root=
for option in "${list[@]}"; do
    [[ $option != --source-root=* ]] || source_root=$option
    case $option in
    -*) arguments+=("$option") ;;
    *) fail "options: '${option//[^[:print:]]/?}' is no option; write --name=value" ;;
    esac
done
lines "${INPUT_PATH:-.}"
[ "${#list[@]}" != 0 ] || fail "path: names nothing"
if [ -z "$source_root" ] && source_root=$(top "${list[0]}"); then arguments+=(--source-root "$source_root"); fi

# What assay shows holds names of files and images, and the runner takes commands from what is shown.
code=0
echo "::stop-commands::$secret"
"$assay" gate "${arguments[@]}" --output text --output "github=$work/annotations" --output "sarif=$sarif" \
    --output "markdown=$work/summary.md" -- "${list[@]}" 2>&1 || code=$?
echo "::$secret::"
[ ! -e "$work/annotations" ] || cat "$work/annotations"
[ ! -e "$work/summary.md" ] || cat "$work/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

case $code in
0) verdict=passed ;;
1) verdict=rejected ;;
2) verdict=usage ;;
3) verdict=unsigned ;;
4) verdict=undecided ;;
5) verdict=nothing ;;
*) verdict=failed ;;
esac
[ -s "$sarif" ] || sarif=
{
    printf 'verdict=%s\nexit=%s\n' "$verdict" "$code"
    printf 'sarif<<%s\n%s\n%s\n' "$secret" "$sarif" "$secret"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
