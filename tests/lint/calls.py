# SPDX-License-Identifier: Apache-2.0
"""Calls that have one home, or none."""
import re

import tree

CLI = r"src/(cli|man)/.*"  # man holds a program that runs while building
# What, where it may stand, and why nowhere else.
RULES = [
    (r"memcmp|bcmp", r"src/base/slice\.h", "slice_equal, digest_equal"),
    (r"malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf|getline|"
     r"posix_memalign|aligned_alloc", r"src/base/mem\.c", "mem_alloc, mem_free"),
    (r"getenv|secure_getenv|setenv|putenv|unsetenv|clearenv", CLI, "the environment is cli's"),
    (r"exit|_exit|_Exit|abort|quick_exit|atexit|assert|err|errx|warn|warnx|perror", CLI,
     "a status goes up"),
    (r"printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|putchar|fputc|fwrite|fopen|fdopen|freopen|"
     r"fclose|fread|fgets|fflush|tmpfile|isatty", CLI, "only cli talks to the terminal"),
    (r"time|clock_gettime|gettimeofday|clock|ftime|localtime|localtime_r|gmtime|mktime|timegm|"
     r"strftime", r"src/base/env\.c|src/base/clock\.c", "struct assay_clock"),
    (r"strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|strtok_r|sscanf|scanf|fscanf|vsscanf|atoi|atol|"
     r"atoll|atof|strtol|strtoll|strtoul|strtoull|strtod|strtoimax|strtoumax|alloca|setlocale|rand|"
     r"random|srand|mktemp|tmpnam|tempnam|mkstemp|system|popen|signal|setjmp|longjmp|umask|chdir|"
     r"vfork", r"nowhere", "nowhere"),
    (r"fork|execve|execv|execvp|posix_spawnp?", r"src/base/process\.c",
     "base/process.c"),
]


def main():
    findings = []
    names = tree.files(r"src/.*\.[ch]", r"include/.*\.h")
    for name in names:
        for number, line in enumerate(tree.bare(tree.read(name)).split("\n"), 1):
            for calls, home, why in RULES:
                # not a member (a->free(b)), not a declaration of a pointer ((*free)(...))
                hit = re.search(r"(?<![\w.>])(?:" + calls + r")\s*\(", line)
                if hit and not re.fullmatch(home, name):
                    findings.append(f"{name}:{number}: {hit.group(0)}...): {why}")
    tree.finish(findings, len(names), "calls")


main()
