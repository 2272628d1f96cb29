# SPDX-License-Identifier: Apache-2.0
"""What the cases share: running assay, checking what it did, the example of the README."""
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile

ASSAY, FIXTURE, ROOT, BUILD = (os.path.abspath(path) for path in sys.argv[1:5])
SCRATCH = tempfile.mkdtemp(prefix="assay-cli-")
EXAMPLE = f"{ROOT}/vectors/example"
PIN = "sha256:" + open(f"{EXAMPLE}/root-key.sha256").read().strip()
NAME = "registry.example.com/hello"
count = failed = 0

os.makedirs(f"{SCRATCH}/home")


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


def environment(**more):
    env = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k in ("PATH", "MALLOC_PERTURB_")}
    env.update(HOME=f"{SCRATCH}/home", TERM="xterm")
    env.update(more)
    return {k: v for k, v in env.items() if v is not None}


def run(*args, env=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=SCRATCH, **more):
    done = subprocess.run([ASSAY, *args], env=env or environment(), stdin=stdin, stdout=stdout,
                          stderr=subprocess.PIPE, cwd=cwd, timeout=60, **more)
    return Result(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def check(name, condition, result=None):
    global count, failed
    count += 1
    if not condition:
        failed += 1
        print(f"FAILED: {name[:160]}")
        if result is not None:
            print(f"  exit {result.code}\n  out: {result.out[:500]!r}\n  err: {result.err[:500]!r}")


def expect(name, result, code, out=None, err=None):
    """out: exact text, or a list of parts; err: parts."""
    good = result.code == code
    if isinstance(out, str):
        good = good and result.out == out
    for part in out if isinstance(out, list) else []:
        good = good and part in result.out
    for part in err or []:
        good = good and part in result.err
    check(name, good, result)


_state = 0


def fresh_state():
    global _state
    _state += 1
    return f"{SCRATCH}/state-{_state}"


def example(*args, image=f"{EXAMPLE}/image", tag="1.0", root=PIN, state=None, command="verify",
            **more):
    return run(command, "--root", root, "--trust-dir", f"{EXAMPLE}/trust", "--state-dir",
               state or fresh_state(), "--as", f"{NAME}:{tag}", *args, f"oci:{image}", **more)


def altered_image():
    to = f"{SCRATCH}/altered"
    if not os.path.exists(to):
        shutil.copytree(f"{EXAMPLE}/image", to)
        blobs = f"{to}/blobs/sha256"
        largest = max(os.listdir(blobs), key=lambda b: os.path.getsize(f"{blobs}/{b}"))
        with open(f"{blobs}/{largest}", "r+b") as blob:
            blob.seek(100)
            byte = blob.read(1)
            blob.seek(100)
            blob.write(bytes([byte[0] ^ 1]))
    return to


def on_terminal(args, answer, env=None, stdin_terminal=True):
    """Runs with a pseudo-terminal as all three descriptors; types answer once asked."""
    master, slave = pty.openpty()
    child = subprocess.Popen([ASSAY, *args], env=env or environment(), cwd=SCRATCH,
                             stdin=slave if stdin_terminal else subprocess.DEVNULL, stdout=slave,
                             stderr=slave)
    os.close(slave)
    text, typed = b"", False
    while True:
        ready = select.select([master], [], [], 60)[0]
        try:
            part = os.read(master, 65536) if ready else b""
        except OSError:
            part = b""
        if not part:
            break
        text += part
        if b"Type yes or no: " in text and not typed:
            typed = True
            os.write(master, answer.encode())
    os.close(master)
    return Result(child.wait(), text.decode().replace("\r\n", "\n"), "")


def clean_up():
    shutil.rmtree(SCRATCH, ignore_errors=True)
