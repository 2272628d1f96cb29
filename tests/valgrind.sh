#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# valgrind.sh PROGRAM...: runs it under memcheck and fails on any finding in any child. Criterion runs
# each test in a process of its own and does not pass on what memcheck returns, hence the logs.
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
valgrind -q --trace-children=yes --leak-check=full --errors-for-leak-kinds=definite \
    --show-leak-kinds=definite --child-silent-after-fork=no --log-file="$logs/%p" "$@"
code=$?
for log in "$logs"/*; do
    if [ -s "$log" ]; then
        head -n 60 "$log" >&2
        exit 99
    fi
done
exit $code
