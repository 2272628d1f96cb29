# SPDX-License-Identifier: Apache-2.0
"""What the fault tests share: running the store's driver, and counting."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile


class Faults:
    def __init__(self, driver):
        self.driver = driver
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.base = tempfile.mkdtemp(prefix="assay-fault-", dir=memory)
        self.passed = 0
        self.failed = 0
        self.checker = subprocess.Popen([driver, "check"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def expect(self, ok, what):
        if ok:
            self.passed += 1
            return
        self.failed += 1
        if self.failed <= 20:
            print("FAILED:", what)

    def finish(self):
        self.checker.stdin.close()
        self.expect(self.checker.wait() == 0, "the checker's end")
        shutil.rmtree(self.base)
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)

    def fresh(self, start=None):
        """A directory for one run; start is the state to begin with."""
        path = os.path.join(self.base, "run")
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path, 0o700)
        if start:
            shutil.copytree(start, os.path.join(path, "state"))
        return path

    def commit(self, path, version, **faults):
        """What the driver printed and how it ended (negative: by a signal)."""
        env = dict(os.environ, **{"FAULT_" + k.upper(): str(v) for k, v in faults.items()})
        done = subprocess.run([self.driver, "commit", os.path.join(path, "state"), str(version)],
                              env=env, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip(), done.returncode

    def check(self, path):
        self.checker.stdin.write(os.path.join(path, "state") + "\n")
        self.checker.stdin.flush()
        return self.checker.stdout.readline().strip()

    def trace(self, path):
        with open(os.path.join(path, "trace")) as f:
            return [line.split() for line in f]


KILLED = -signal.SIGKILL
# How a run begins: nothing, or generation 1 at version 1; and what it then stores.
SCENARIOS = [("first", 0, "0 0", "1 1"), ("second", 1, "1 1", "2 2")]


def starting_states(faults):
    state = os.path.join(faults.base, "one")
    os.mkdir(state, 0o700)
    said, _ = faults.commit(state, 1)
    faults.expect(said == "stored 1", "the first state: " + said)
    return {0: None, 1: os.path.join(state, "state")}
