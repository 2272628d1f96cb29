# SPDX-License-Identifier: Apache-2.0
"""Every status is produced by the code and says what it means; every rule is cited by a check; ids
and numbers are used once."""
import re

import tree

STATUS = re.compile(r'^X\((\d+),\s*(\w+),\s*"([^"]*)",\s*(\w+),\s*"([^"]*)",\s*"([^"]*)"\)', re.M)
RULE = re.compile(r'^X\((\w+),\s*"([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\)', re.M)
# Classes for which there is nothing to be done.
SILENT = {"TRUSTED", "INTERRUPTED", "TERMINATED"}


def main():
    findings = []
    statuses = STATUS.findall(tree.read("include/assay/status.def"))
    rules = RULE.findall(tree.read("src/base/rules.def"))
    code = "\n".join(tree.bare(tree.read(n)) for n in tree.files(r"src/.*\.[ch]"))
    words = set(re.findall(r"\w+", code))
    for number, name, ident, group, sentence, remedy in statuses:
        if f"ASSAY_{name}" not in words:
            findings.append(f"status.def: {name} is produced nowhere in src")
        if not sentence.endswith(".") or (not remedy and group not in SILENT):
            findings.append(f"status.def: {name} does not say what it means or what to do")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", ident):
            findings.append(f"status.def: {ident} is no id")
    for name, ident, sentence, source in rules:
        if f"RULE_{name}" not in words:
            findings.append(f"rules.def: {name} is cited nowhere in src")
        if not sentence.endswith(".") or not source:
            findings.append(f"rules.def: {name} does not say what it demands and whence")
    for what, values in (("number", [s[0] for s in statuses]), ("id", [s[2] for s in statuses]),
                         ("rule", [r[1] for r in rules])):
        for value in sorted({v for v in values if values.count(v) > 1}):
            findings.append(f"{what} {value} is used twice")
    tree.finish(findings, len(statuses) + len(rules), "statuses and rules")


main()
