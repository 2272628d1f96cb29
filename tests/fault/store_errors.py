# SPDX-License-Identifier: Apache-2.0
"""Every system call of a commit fails in every way, or is the last one: the state that is found
afterwards is the old one or the new one, "stored" is said only of the new one, and the next run
works."""
import errno
import os
import sys

from fault import Faults, KILLED, SCENARIOS, starting_states

ERRORS = [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE,
          errno.EACCES, errno.ELOOP, errno.ENOMEM, errno.EXDEV, errno.ENOLCK, errno.EINTR]
# What must never fail unnoticed; a parent on a read-only file system (EROFS) may.
LOAD_BEARING = {"write", "fsync", "renameat", "mkdirat"}
HARD = {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM}
# Calls that are made again after a signal: there EINTR must change nothing.
RETRIED = {"openat", "read", "write", "fsync", "fcntl", "flock", "getrandom"}


def calls_of(faults, start, version):
    path = faults.fresh(start)
    said, _ = faults.commit(path, version, trace=os.path.join(path, "trace"))
    faults.expect(said.startswith("stored"), "without a fault: " + said)
    return [line[1] for line in faults.trace(path) if line[0] == "call"]


def judge(faults, path, what, said, code, scenario):
    _, before, old, new = scenario
    found = faults.check(path)
    stored = said.startswith("stored")
    faults.expect(stored == (code == 0), f"{what}: said {said!r}, exit {code}")
    faults.expect(found == new or (found == old and not stored),
                  f"{what}: said {said!r}, found {found!r}")
    again, _ = faults.commit(path, before + 1)
    faults.expect(again == f"stored {before + 1}", f"{what}: next run: {again}")
    return stored


def run_scenario(faults, scenario, start):
    name, before, _, _ = scenario
    calls = calls_of(faults, start, before + 1)
    tolerated = 0
    for at, call in enumerate(calls, 1):
        path = faults.fresh(start)
        said, code = faults.commit(path, before + 1, at=at, kill=1)
        faults.expect(code == KILLED, f"{name} {at} {call}: not killed: {said}")
        judge(faults, path, f"{name} {at} {call} kill", said, code, scenario)
        for error in ERRORS:
            what = f"{name} {at} {call} {errno.errorcode[error]}"
            path = faults.fresh(start)
            said, code = faults.commit(path, before + 1, at=at, errno=error)
            stored = judge(faults, path, what, said, code, scenario)
            tolerated += stored and error != errno.EINTR
            if call in LOAD_BEARING and error in HARD:
                faults.expect(not stored, f"{what}: ignored")
            if error == errno.EINTR and call in RETRIED:
                faults.expect(stored, f"{what}: not made again: {said}")
            if not stored:
                faults.expect(said.split(":")[0] in ("state-io", "state-lock", "no-memory",
                                                     "state-link", "state-corrupt"),
                              f"{what}: {said}")
    path = faults.fresh(start)
    said, code = faults.commit(path, before + 1, short=1)
    faults.expect(said == f"stored {before + 1}", f"{name} short reads and writes: {said}")
    print(f"{name}: {len(calls)} calls, {len(calls) * (len(ERRORS) + 1)} faults, "
          f"{tolerated} of them without effect on the commit")


def main():
    faults = Faults(sys.argv[1])
    starts = starting_states(faults)
    for scenario in SCENARIOS:
        run_scenario(faults, scenario, starts[scenario[1]])
    faults.finish()


main()
