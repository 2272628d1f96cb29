#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# man.sh PAGE...: mandoc has nothing to say about the manual pages, these and those in the sources. Long
# lines are sentences, and pages that are not installed yet cannot be found.
set -u
pages=$(realpath "$(dirname "$0")"/../../src/man/*.[1-9] "$@")
# shellcheck disable=SC2086 # no name here has a blank in it
found=$(mandoc -Tlint $pages | grep -v 'input text line longer than 80 bytes\|referenced manual not found')
# shellcheck disable=SC2086
set -- $pages
echo "man: $# pages"
[ -z "$found" ] || { echo "$found"; exit 1; }
