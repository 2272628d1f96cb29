#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the profiles as a C table: embed.py OUT.c PROFILE.yaml..."""
import pathlib
import sys

out, *files = (pathlib.Path(argument) for argument in sys.argv[1:])
lines = ["/* Made from " + ", ".join(file.name for file in files) + ". */", '#include "policy/profiles.h"', ""]
lines.append("const struct policy_profile_row policy_profiles[] = {")
for file in files:
    lines.append(f'    {{ "{file.stem}",')
    for line in file.read_text(encoding="ascii").splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
        lines.append(f'      "{escaped}\\n"')
    lines.append("    },")
lines += ["    { NULL, NULL },", "};", ""]
out.write_text("\n".join(lines), encoding="ascii")
