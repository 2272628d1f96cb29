# SPDX-License-Identifier: Apache-2.0
"""A registry on the loopback interface, signals, and what other processes may see."""
import hashlib
import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import threading
import time

from harness import (ASSAY, EXAMPLE, FIXTURE, NAME, SCRATCH, Result, check, environment, expect, fresh_state, run)

# ---- a registry on the loopback interface

class Registry(http.server.BaseHTTPRequestHandler):
    layout, delay_s, said = "", 0.0, ""

    def do_GET(self):
        time.sleep(self.delay_s)
        try:
            body = self.content(self.path.rsplit("/", 1)[1])
        except OSError:
            self.send_error(404)
            return
        media = json.loads(body).get("mediaType", "") if "/manifests/" in self.path else ""
        media = self.said if self.said and "sha256:" not in self.path else media # of a tag
        try:
            self.send_response(200)
            self.send_header("Content-Type", media or "application/vnd.oci.image.manifest.v1+json"
                             if "/manifests/" in self.path else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.send_body(body)
        except OSError:
            pass

    def content(self, what):
        """By tag: the only image; by sha256 also what the layout names otherwise."""
        def blob(digest):
            return open(f"{self.layout}/blobs/{digest.replace(':', '/')}", "rb").read()

        named = json.load(open(f"{self.layout}/index.json"))["manifests"][0]["digest"]
        if ":" not in what or what == f"sha256:{hashlib.sha256(blob(named)).hexdigest()}":
            return blob(named)
        return blob(what)

    def send_body(self, body):
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_registry():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    server.daemon_threads = True
    port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    name = f"127.0.0.1:{port}/app"
    made = f"{SCRATCH}/made"
    subprocess.run([FIXTURE, "repo", made, f"gun={name}", "made=now"], check=True, timeout=60)
    Registry.layout = f"{made}/oci"
    pin = f"{made}/root.json"

    def registry(command, *args, state=None, **more):
        return run(command, "--root", pin, "--trust-dir", f"{made}/cache", "--state-dir",
                   state or fresh_state(), "--plain-http", f"127.0.0.1:{port}", *args, **more)

    state = fresh_state()
    result = registry("pin", f"{name}:1.0", state=state)
    check("pin", result.code == 0 and re.fullmatch(
        rf"{re.escape(name)}:1\.0@sha256:[0-9a-f]{{64}}\n", result.out), result)
    pinned = result.out.strip()
    expect("what pin printed verifies", registry("verify", pinned, state=state), 0, ["TRUSTED"])
    expect("layers", registry("verify", "--layers", f"{name}:1.0"), 0, ["TRUSTED"])
    other = pinned[:-1] + ("1" if pinned.endswith("0") else "0")
    result = registry("verify", other, state=state)
    check("another digest", result.code == 1 and "REJECTED" in result.out, result)
    result = registry("pin", f"{name}:1.0", f"{name}:9.9")
    check("one of two", result.code == 3 and result.out == pinned + "\n", result)
    document = json.loads(registry("pin", "-o", "json", f"{name}:1.0").out)
    check("pin as JSON", document["results"][0]["trusted"] is True)
    result = run("verify", "--root", pin, "--trust-dir", f"{made}/cache", "--state-dir", fresh_state(),
                 f"{name}:1.0")
    check("no plain HTTP unless named", result.code == 4 and "TRUSTED" not in result.out, result)
    result = registry("verify", "--offline", f"{name}:1.0")
    check("offline", result.code == 4 and "TRUSTED" not in result.out, result)
    secret = "cGxhbnRlZDpzZWNyZXQtcGxhbnRlZA=="
    env = environment(DOCKER_AUTH_CONFIG=json.dumps({"auths": {f"127.0.0.1:{port}": {"auth": secret}}}))
    result = registry("verify", "-vv", "--explain", f"{name}:1.0", env=env)
    check("secrets stay secret", result.code == 0 and secret not in result.out + result.err and
          "secret-planted" not in result.out + result.err, result)
    keys = f"{SCRATCH}/keys"
    result = registry("verify", f"{name}:1.0", env=environment(SSLKEYLOGFILE=keys))
    check("no key log", result.code == 0 and not os.path.exists(keys), result)

    result = registry("inspect", f"{name}:1.0", state=state)
    check("inspect says that it is signed", result.code == 0 and result.out.startswith(f"TRUSTED  {name}:1.0  ") and
          f"\nimage     {pinned.split('@')[1]}  " in result.out, result)
    result = run("inspect", "--plain-http", f"127.0.0.1:{port}", "--state-dir", fresh_state(), f"{name}:1.0")
    check("inspect without any trust", result.code == 0 and result.out.startswith(f"NOT JUDGED  {name}:1.0  "), result)
    result = run("inspect", "--plain-http", f"127.0.0.1:{port}", "--state-dir", state, f"{name}:1.0")
    check("a state is reason to judge", result.code == 4 and result.out.startswith("UNDECIDED  "), result)
    home = environment(HOME=f"{SCRATCH}/inspect-home")
    run("root", "pin", name, "--root", pin, env=home)
    result = run("inspect", "--plain-http", f"127.0.0.1:{port}", f"{name}:1.0", env=home)
    check("a pin is reason to judge", result.code == 4 and result.out.startswith("UNDECIDED  "), result)
    server_env = environment(DOCKER_CONTENT_TRUST_SERVER=f"https://127.0.0.1:{port}")
    result = run("inspect", "--plain-http", f"127.0.0.1:{port}", "--state-dir", fresh_state(), f"{name}:1.0",
                 env=server_env)
    check("a named server is reason to judge", result.code == 4 and result.out.startswith("UNDECIDED  "), result)
    moved = f"{SCRATCH}/moved"
    shutil.copytree(f"{made}/oci", moved)
    index = json.load(open(f"{moved}/index.json"))
    signed = index["manifests"][0]["digest"]
    child = json.load(open(f"{moved}/blobs/sha256/{signed[7:]}"))["manifests"][0]["digest"]
    index["manifests"][0]["digest"] = child
    json.dump(index, open(f"{moved}/index.json", "w"))
    Registry.layout = moved
    expect("verify is about the signed digest", registry("verify", f"{name}:1.0"), 0, ["TRUSTED"], ["points elsewhere"])
    result = registry("inspect", f"{name}:1.0")
    check("inspect is about the tree shown", result.code == 1 and f"\nimage     {child}  " in result.out and
          result.out.startswith(f"REJECTED  {name}:1.0  digest-mismatch  "), result)
    document = json.loads(registry("inspect", "-o", "json", f"{name}:1.0").out)
    check("and its digest is not given as signed", document["exit"] == 1 and
          document["results"][0]["verdict"]["trusted"] is False and
          document["results"][0]["verdict"]["digest"] == "" and not document["results"][0]["verdict"]["checks"][-1]["ok"])
    Registry.layout = f"{SCRATCH}/lacking"
    shutil.copytree(f"{made}/oci", Registry.layout)
    os.remove(f"{Registry.layout}/blobs/sha256/{child[7:]}")
    result = run("inspect", "--plain-http", f"127.0.0.1:{port}", "--state-dir", fresh_state(), f"{name}:1.0")
    check("a registry lacks what its index names", result.code == 4 and result.out == "" and
          "manifest-missing" in result.err, result)
    Registry.layout = f"{made}/oci"
    Registry.said = "application/vnd.docker.distribution.manifest.v2+json"
    expect("the header says another type", registry("verify", f"{name}:1.0"), 1, ["media-type"])
    result = run("inspect", "--plain-http", f"127.0.0.1:{port}", "--state-dir", fresh_state(), f"{name}:1.0")
    expect("inspect: the header says another type", result, 1, "", ["media-type"])
    Registry.said = ""

    Registry.delay_s = 0.02
    names = [f"127.0.0.1:{port}/{letter}/app" for letter in "cab"]
    for one in names:
        subprocess.run([FIXTURE, "repo", f"{SCRATCH}/several", f"gun={one}", "made=now", "threshold=1"],
                       check=True, timeout=60)
    Registry.layout = f"{SCRATCH}/several/oci"
    images = [f"{one}:{tag}" for tag in ("1.0", "9.9", "legacy") for one in names]
    answers = [run("verify", "--root", open(f"{SCRATCH}/several/pin").read().strip(), "--trust-dir",
                   f"{SCRATCH}/several/cache", "--state-dir", fresh_state(), "--plain-http", f"127.0.0.1:{port}",
                   "--jobs", jobs, *images) for jobs in ("1", "4")]
    check("jobs: in the order of the command line", answers[0].code == 3 and
          [line.split()[1] for line in answers[0].out.splitlines()] == images and
          answers[0].out.count("TRUSTED") == 6, answers[0])
    check("jobs: side by side gives the same", (answers[0].code, answers[0].out, answers[0].err) ==
          (answers[1].code, answers[1].out, answers[1].err), answers[1])

    Registry.delay_s = 30
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        child = subprocess.Popen([ASSAY, "verify", "--root", pin, "--trust-dir", f"{made}/cache", "--state-dir",
                                  fresh_state(), "--plain-http", f"127.0.0.1:{port}", f"{name}:1.0"],
                                 env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=SCRATCH)
        time.sleep(1)
        child.send_signal(number)
        started = time.monotonic()
        out, err = child.communicate(timeout=60)
        check(f"signal {number}", child.returncode == code and b"TRUSTED" not in out and
              time.monotonic() - started < 10, Result(child.returncode, out.decode(), err.decode()))
    result = registry("verify", "--timeout", "500ms", f"{name}:1.0")
    check("timeout", result.code == 4 and "net-timeout" in result.out, result)
    server.shutdown()


def test_process():
    """No core file, and no other process of the user may look inside."""
    if os.environ.get("ASSAY_SANITIZED"):
        return  # LeakSanitizer has to look inside
    master, slave = pty.openpty()
    nobody = {"user": 65534} if os.geteuid() == 0 else {}
    os.chmod(SCRATCH, 0o711)
    try:
        child = subprocess.Popen([ASSAY, "verify", "--trust-dir", f"{EXAMPLE}/trust", "--state-dir", fresh_state(),
                                  "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"], env=environment(), stdin=slave,
                                 stdout=slave, stderr=slave, **nobody)
    except PermissionError:
        print("not run: another user cannot enter the build directory")
        return
    os.close(slave)
    text = b""
    try:
        while b"Type yes or no" not in text and select.select([master], [], [], 30)[0]:
            text += os.read(master, 4096)
    except OSError:
        pass
    check("asks another user", b"Type yes or no" in text, Result(0, text.decode(), ""))
    limits = open(f"/proc/{child.pid}/limits").read()
    check("no core file", re.search(r"Max core file size +0 +0 ", limits))
    check("not dumpable", os.stat(f"/proc/{child.pid}/environ").st_uid == 0)
    child.send_signal(signal.SIGINT)
    try:  # what nobody reads would hold the program at its end
        while select.select([master], [], [], 30)[0] and os.read(master, 4096):
            pass
    except OSError:
        pass
    check("interrupted while asking", child.wait(timeout=30) == 130)
    os.close(master)


# ---- what is loaded and opened

def traced(*args):
    """The names of the files that assay opens and the sockets that it makes."""
    log = f"{SCRATCH}/trace"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,socket", "-o", log, ASSAY, *args],
                   env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    return open(log).read()


def test_offline_opens_no_socket():
    if os.environ.get("ASSAY_SANITIZED"):
        return  # LeakSanitizer does not work under ptrace
    example = ["--root", f"sha256:{open(f'{EXAMPLE}/root-key.sha256').read().strip()}", "--trust-dir",
               f"{EXAMPLE}/trust", "--state-dir", fresh_state()]
    local = traced("verify", *example, "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image")
    check("the trace saw the verification", "oci-layout" in local and "libcrypto" in local)
    check("no socket for local data", "socket(" not in local)
    check("no libcurl for local data", "libcurl" not in local)
    offline = traced("verify", "--offline", *example, f"{NAME}:1.0")
    check("no socket with --offline", "socket(" not in offline and "libcurl" not in offline)
    for args in (["version"], ["help"], ["explain", NAME], ["root", "list"]):
        trace = traced(*args)
        check(f"no socket for {args[0]}", trace != "" and "socket(" not in trace and
              "libcurl" not in trace)
    # the same trace does see a socket and libcurl where something is fetched
    online = traced("verify", "--tofu", "--state-dir", fresh_state(), "127.0.0.1:1/app:1")
    check("a fetch is seen", "socket(" in online and "libcurl" in online)


def test_no_password_of_a_url_is_shown():
    secret = "s3cret-of-the-test"
    for env in ({"https_proxy": f"http://user:{secret}@proxy.invalid:99999"},
                {"https_proxy": f"bogus://user:{secret}@proxy.invalid:3128"},
                {"DOCKER_CONTENT_TRUST_SERVER": f"https://user:{secret}@trust.invalid"}):
        for command in (["verify", "--tofu", "--output", "json"], ["verify", "--tofu"], ["explain"]):
            result = run(*command, "--state-dir", fresh_state(), "127.0.0.1:1/app:1",
                         env=environment(**env))
            check(f"no password in {command} {list(env)}", secret not in result.out + result.err, result)
    result = run("explain", NAME, env=environment(DOCKER_CONTENT_TRUST_SERVER="http://trust.invalid"))
    expect("explain refuses what verify refuses", result, 2, "", ["config"])
