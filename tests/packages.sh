#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packages.sh build|test|bench: installs the Debian packages that are missing. Needs root for that only.
set -eu

build='gcc libc6-dev meson ninja-build pkg-config python3
       libssl-dev libcurl4-openssl-dev libjansson-dev libyaml-dev libsodium-dev zlib1g-dev libisal-dev libzstd-dev ca-certificates'
test='libcriterion-dev clang libclang-rt-14-dev g++ clang-format clang-tidy cppcheck valgrind gcovr
      strace openssl curl git mandoc python3-jsonschema libxml2-utils python3-yaml
      notary docker-registry docker.io skopeo podman umoci zstd chromium chromium-driver'
# a node from elsewhere brings its own npm, beside which Debian's cannot be
command -v node >/dev/null || test="$test nodejs"
command -v npm >/dev/null || test="$test npm"

bench='golang-go golang-github-docker-notary-dev'

case ${1:-} in
build) wanted=$build ;;
test) wanted="$build $test" ;;
bench) wanted="$build $test $bench" ;;
*) echo "usage: packages.sh build|test|bench" >&2; exit 2 ;;
esac

missing=
for package in $wanted; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *' installed') ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "packages.sh: run as root or with sudo, to install:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing:$missing"
apt-get update -qq
# services that a package brings must not be started: the tests start their own
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
