# SPDX-License-Identifier: Apache-2.0
"""Every system call of a rewriting fails in every way, or is the last one: the file is the old one or
the new one, whole, "written" is said only of the new one, and nothing is left beside it."""
import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile

ERRORS = [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.EACCES, errno.ENOMEM, errno.EINTR]
OLD, NEW = b"old " + b"x" * 500, b"new " + b"x" * 500
# What must never fail unnoticed, and what is made again after a signal.
LOAD_BEARING = {"openat", "read", "write", "fsync", "renameat", "fchmod", "fstat", "fstatat", "getrandom"}
RETRIED = {"openat", "read", "write", "fsync", "getrandom"}


def main():
    driver = sys.argv[1]
    base = tempfile.mkdtemp(prefix="assay-fault-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    passed = failed = 0

    def expect(ok, what):
        nonlocal passed, failed
        passed, failed = passed + bool(ok), failed + (not ok)
        if not ok and failed <= 20:
            print("FAILED:", what)

    def run(**faults):
        path = f"{base}/run"
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        with open(f"{path}/file", "wb") as file:
            file.write(OLD)
        env = dict(os.environ, **{"FAULT_" + k.upper(): str(v) for k, v in faults.items()})
        done = subprocess.run([driver, f"{path}/file"], env=env, stdout=subprocess.PIPE, text=True)
        with open(f"{path}/file", "rb") as file:
            found = file.read()
        return done.stdout.strip(), done.returncode, found, sorted(os.listdir(path))

    said, code, found, left = run(trace=f"{base}/trace")
    expect((said, code, found, left) == ("written", 0, NEW, ["file"]), f"without a fault: {said}")
    said, code, found, left = run(short=1)
    expect((said, code, found, left) == ("written", 0, NEW, ["file"]), f"a byte at a time: {said}")
    with open(f"{base}/trace") as trace:
        calls = [line.split()[1] for line in trace if line.startswith("call ")]
    expect({"openat", "write", "fsync", "renameat", "fstatat"} <= set(calls), f"the calls: {calls}")
    for at, call in enumerate(calls, 1):
        said, code, found, left = run(at=at, kill=1)
        expect(code == -signal.SIGKILL and found in (OLD, NEW), f"{at} {call} kill: {code}")
        for error in ERRORS:
            what = f"{at} {call} {errno.errorcode[error]}"
            said, code, found, left = run(at=at, errno=error)
            expect((said == "written") == (code == 0), f"{what}: said {said!r}, exit {code}")
            expect(found == NEW or (found == OLD and code != 0), f"{what}: said {said!r}, found another file")
            expect(left == ["file"], f"{what}: left {left}")
            if call in LOAD_BEARING and error != errno.EINTR:
                expect(code != 0, f"{what}: ignored")
            if call in RETRIED and error == errno.EINTR:
                expect(code == 0, f"{what}: not made again: {said}")
    shutil.rmtree(base)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
