# SPDX-License-Identifier: Apache-2.0
"""Each row of the attack matrix (vectors/rows.txt) has a case or a named test, and each case a row."""
import json
import os
import re

import tree

LINE = re.compile(r"([A-J]\d\d) (\S+)((?: \S+)+)")


def read_cases():
    cases = set()
    for name in tree.files(r"vectors/cases/[a-h]\.json"):
        cases |= {c["id"] for c in json.loads(tree.read(name))["cases"]}
    return cases


def is_there(place, cases):
    """A case's id, or PATH:WORD."""
    path, _, word = place.partition(":")
    if not word:
        return place in cases
    there = os.path.isfile(os.path.join(tree.ROOT, path))
    return there and re.search(rf"\b{re.escape(word)}\b", tree.read(path)) is not None


def main():
    findings = []
    cases = read_cases()
    rows = []
    for line in tree.read("vectors/rows.txt").splitlines():
        match = LINE.fullmatch(line)
        if not match:
            findings.append(f"rows.txt: malformed: {line}")
            continue
        rows.append(match[1])
        for place in match[3].split():
            if not is_there(place, cases):
                findings.append(f"rows.txt: {match[1]}: {place} is not there")
    wanted = [f"{group}{number:02}" for group in "ABCDEFGHIJ"
              for number in range(1, 1 + sum(r[0] == group for r in rows))]
    if rows != wanted:
        gap = next((w for r, w in zip(rows + [""], wanted) if r != w), rows[-1:])
        findings.append(f"rows.txt: not every row once and in order, from {gap} on")
    for case in sorted(cases):
        if case[1:3] != "00" and case[:3] not in rows:
            findings.append(f"vectors/cases: {case} belongs to no row")
    tree.finish(findings, len(rows), "rows of the attack matrix")


main()
