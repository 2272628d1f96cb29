# SPDX-License-Identifier: Apache-2.0
"""The project speaks of itself only: no paths of one machine, no notes to be done later."""
import re

import tree

WORDS = re.compile(r"/wo" r"rk/|\.\./sha" r"red|/ho" r"me/[a-z]|\bTO" r"DO\b|\bFIX" r"ME\b|\bX" r"XX\b")
EXEMPT = r"\.ci/run|vectors/(notary|docker-inspect|public)/.*|tests/fuzz/corpus/.*|.*\.(png|gz|tar|bin)"


def main():
    findings = []
    names = [n for n in tree.files(r".*") if not re.fullmatch(EXEMPT, n)]
    for name in names:
        for number, line in enumerate(tree.read(name).split("\n"), 1):
            hit = WORDS.search(line)
            if hit:
                findings.append(f"{name}:{number}: {hit.group(0)}")
            if re.search(r"[ \t]+$", line) and re.fullmatch(r".*\.([ch]|py|sh|build)", name):
                findings.append(f"{name}:{number}: blanks at the end of the line")
    tree.finish(findings, len(names), "words")


main()
