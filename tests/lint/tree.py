# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the files under version control, and C without comments and texts."""
import os
import re
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*patterns):
    """The paths of files below the root; those of git where this is a checkout of it."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
                          capture_output=True, text=True)
    names = done.stdout.split("\n") if done.returncode == 0 else walk()
    return sorted(n for n in names if n and os.path.isfile(os.path.join(ROOT, n)) and
                  any(re.fullmatch(p, n) for p in patterns))


def walk():
    for folder, _, names in os.walk(ROOT):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if not path.startswith("build"):
                yield path


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="replace") as f:
        return f.read()


def bare(text, keep_texts=False):
    """The code alone, of the same lines: comments (and texts) become blanks."""
    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token if keep_texts else token[0] + token[0]
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(blank, text)


def finish(findings, checked, what):
    for finding in findings:
        print(finding)
    if not checked:
        findings = ["nothing was checked"]
    print(f"{what}: {checked} checked, {len(findings)} found")
    sys.exit(1 if findings else 0)
