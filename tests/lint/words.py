# SPDX-License-Identifier: Apache-2.0
"""The project speaks of itself only: no paths of one machine, no notes to be done later."""
import os
import re

import tree

WORDS = r"/wo" r"rk/|\.\./sha" r"red|/ho" r"me/[a-z]|\bTO" r"DO\b|\bFIX" r"ME\b|\bX" r"XX\b"
BLANKS = r"(?<![ \t])[ \t]+$"
IN_DATA = re.compile(WORDS)
IN_SOURCE = re.compile(f"{WORDS}|{BLANKS}", re.M)
SOURCE = r".*\.([ch]|py|sh|build)"
EXEMPT = r"\.ci/run|vectors/(notary|docker-inspect|public)/.*|tests/fuzz/corpus/.*|.*\.(png|gz|tar|bin)"
MOST_BYTES = 256 * 1024  # what is larger was made by a machine


def is_read(name):
    return not re.fullmatch(EXEMPT, name) and \
        os.path.getsize(os.path.join(tree.ROOT, name)) <= MOST_BYTES


def main():
    findings = []
    names = [n for n in tree.files(r".*") if is_read(n)]
    for name in names:
        text = tree.read(name)
        pattern = IN_SOURCE if re.fullmatch(SOURCE, name) else IN_DATA
        for hit in pattern.finditer(text):
            number = text.count("\n", 0, hit.start()) + 1
            what = hit.group(0).strip() or "blanks at the end of the line"
            findings.append(f"{name}:{number}: {what}")
    tree.finish(findings, len(names), "words")


main()
