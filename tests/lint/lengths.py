# SPDX-License-Identifier: Apache-2.0
"""Functions of at most 60 lines, files of at most 400, every file with its licence."""
import re

import tree

FUNCTION_LINES = 60
FILE_LINES = 400
NAME = re.compile(r"(\w+)\s*\(")


def functions(text):
    """(name, first line, lines) of each body that stands at the left margin."""
    lines = tree.bare(text).split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            head = " ".join(lines[max(0, start - 6):start - 1])
            names = NAME.findall(head.split("}")[-1].split(";")[-1])
            if names:
                yield names[0], start, number - start + 1
            start = None


def main():
    findings = []
    names = tree.files(r"src/.*\.[ch]", r"include/.*\.h")
    count = 0
    for name in names:
        text = tree.read(name)
        lines = text.count("\n")
        if lines > FILE_LINES:
            findings.append(f"{name}: {lines} lines, at most {FILE_LINES}")
        for function, start, length in functions(text):
            count += 1
            if length > FUNCTION_LINES:
                findings.append(f"{name}:{start}: {function} has {length} lines, "
                                f"at most {FUNCTION_LINES}")
    for name in tree.files(r".*\.(c|h|py|sh|def|map\.in)", r".*meson\.build"):
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(tree.read(name).split("\n")[:3]):
            findings.append(f"{name}: no SPDX line at its head")
    tree.finish(findings, count, "lengths of functions")


main()
