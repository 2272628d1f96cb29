# SPDX-License-Identifier: Apache-2.0
"""How far an image has come that a registry sends slowly."""
import http.server
import re
import subprocess
import threading
import time

from harness import FIXTURE, SCRATCH, check, expect, fresh_state, on_terminal, run
from network import Registry

PARTS = 4


class Slow(Registry):
    """Blobs come in parts, one after the other; manifests at once."""
    pause_s = delay_s = 0.0

    def send_body(self, body):
        if "/blobs/" not in self.path:
            self.wfile.write(body)
            return
        for i in range(PARTS):
            self.wfile.write(body[len(body) * i // PARTS:len(body) * (i + 1) // PARTS])
            self.wfile.flush()
            time.sleep(self.pause_s)


def told(result):
    """What there are lines of progress about."""
    return re.findall(r"^assay: (\S.*): [1-9][\d.]* (?:B|KiB) in [1-9]\.\d s, [1-9][\d.]* (?:B|KiB)/s$", result.err, re.M)


def test_progress_of_a_registry():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    name, made = f"{host}/app", f"{SCRATCH}/slow"
    subprocess.run([FIXTURE, "repo", made, f"gun={name}", "made=now"], check=True, timeout=60)
    Registry.layout = f"{made}/oci"

    def words(*args, command=("verify", "--layers")):
        return [*command, "--root", f"{made}/root.json", "--trust-dir", f"{made}/cache", "--state-dir", fresh_state(),
                "--plain-http", host, *args]

    fast = run(*words(f"{name}:1.0"))
    check("layers that come at once", fast.code == 0 and fast.err == "", fast)
    Slow.pause_s = 0.13
    slow = run(*words(f"{name}:1.0"))
    expect("layers that come slowly", slow, 0, ["TRUSTED"])
    check("one line when they are there", told(slow) == [f"{name}:1.0"] and slow.err.count("\n") == 1, slow)
    quiet = run(*words("-q", f"{name}:legacy"))
    check("none with -q", quiet.code == 0 and quiet.err == "", quiet)
    Slow.pause_s = 0.3  # of the second image only layers: it has the config of the first
    both = run(*words(f"{name}:1.0", f"{name}:legacy"))
    Slow.pause_s = 0.13
    check("one line an image", both.code == 0 and told(both) == [f"[1/2] {name}:1.0", f"[2/2] {name}:legacy"], both)
    without = run(*words(f"{name}:1.0", command=("verify", )))
    check("nothing without layers", without.code == 0 and without.err == "", without)

    shown = on_terminal(words("--color", "never", f"{name}:1.0"), "")
    drawn = re.findall(rf"\r({re.escape(name)}:1.0  [^\r\n]*) *", shown.out)
    check("drawn on a terminal: bytes, rate, time left", shown.code == 0 and any(
        re.fullmatch(r"\S+  [\d.]+ KiB of [\d.]+ KiB  [\d.]+ (B|KiB)/s  \d+ s left *", d) for d in drawn), shown)
    check("and taken away before the result", re.search(r"\r +\rTRUSTED  \S+  sha256:", shown.out), shown)
    check("within its columns", all(len(d.rstrip()) < 80 for d in drawn), shown)
    shown = on_terminal(words("-q", "--color", "never", f"{name}:legacy"), "")
    check("none with -q on a terminal", shown.code == 0 and shown.out.startswith("TRUSTED  "), shown)

    Slow.pause_s = 0.4  # of configs, which are less
    create = ("bundle", "create", "--to", f"{SCRATCH}/slow.tar")
    images = (f"{name}:1.0", f"{name}:legacy")
    made_one = run(*words(*images, command=create))
    check("bundle create: a line for the image that takes its time", made_one.code == 0 and
          told(made_one) == [f"[1/2] {name}:1.0"], made_one)
    shown = on_terminal(words(*images, "--color", "never", command=create), "")
    check("and drawn on a terminal", shown.code == 0 and
          re.search(rf"\r\[1/2\] {re.escape(name)}:1.0  [^\r\n]*/s", shown.out), shown)
    quiet = run(*words("-q", f"{name}:1.0", command=create))
    check("none with -q", quiet.code == 0 and quiet.err == "", quiet)
    server.shutdown()
