#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py ASSAY FIXTURE SOURCE-ROOT BUILD-ROOT: the command as a user meets it.

Exit code, standard output and standard error of every command and misuse. Nothing outside a scratch
directory and the loopback interface is touched.
"""
import sys

sys.dont_write_bytecode = True  # the source directory stays as it is

import archives
import audit
import bundle
import ci_files
import engine
import gate
import harness
import network
import pin_write
import policy
import progress
import saved
import sha512
import trust
import usage


def main():
    modules = (usage, trust, saved, network, bundle, engine, archives, progress, sha512, audit, ci_files, policy, gate,
               pin_write)
    tests = [value for module in modules for name, value in vars(module).items()
             if name.startswith("test_")]
    try:
        for test in tests:
            test()
    finally:
        harness.clean_up()
    print(f"command: {harness.count} cases, {harness.failed} failed")
    return 1 if harness.failed or harness.count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
