# SPDX-License-Identifier: Apache-2.0
"""docker-daemon: against a scripted engine that answers what no real one would, and the progress of
an image that comes slowly."""
import http.server
import os
import re
import signal
import socket
import subprocess
import tarfile
import threading
import time

from harness import (ASSAY, EXAMPLE, FIXTURE, NAME, PIN, ROOT, SCRATCH, Result, check, environment, expect, fresh_state,
                     on_terminal, run)
from network import Registry

SAVED = open(f"{ROOT}/vectors/saved/docker-28-containerd.tar", "rb").read()
OTHER = open(f"{ROOT}/vectors/saved/podman-oci.tar", "rb").read()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
SOURCE = f"docker-daemon:{NAME}:1.0"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def status(code, body=b""):
    return b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n%s" % (code, len(body), body)


class Engine:
    """Answers one request by parts; a number is a pause in seconds, None waits until the other side
    goes away."""

    def __init__(self, *parts):
        self.path = f"{SCRATCH}/engine-{id(self)}.sock"
        self.asked = b""
        self.parts = parts
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(4)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        try:
            peer = self.listener.accept()[0]
        except OSError:
            return
        with peer:
            while b"\r\n\r\n" not in self.asked:
                self.asked += peer.recv(65536)
            try:
                for part in self.parts:
                    if part is None:
                        peer.recv(1)
                    elif isinstance(part, float):
                        time.sleep(part)
                    else:
                        peer.sendall(part)
            except OSError:
                pass  # assay has heard enough

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)
        check("the engine's thread has ended", not self.thread.is_alive())
        os.unlink(self.path)


def arguments(*args, source=SOURCE):
    return ["verify", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", "--state-dir", fresh_state(), *args, source]


def ask(engine, *args, source=SOURCE, **more):
    return run(*arguments(*args, source=source), env=environment(DOCKER_HOST=f"unix://{engine.path}"), **more)


def test_engine_answers():
    middle = len(SAVED) // 2
    flipped = bytearray(SAVED)
    at = SAVED.index(b'"diff_ids"')
    flipped[at + 30] ^= 1
    table = [
        ("what was signed", (HEAD, chunk(SAVED), END), 0, ["TRUSTED", "engine=exported"]),
        ("in small pieces", (HEAD, *[chunk(SAVED[i:i + 700]) for i in range(0, len(SAVED), 700)], END), 0, ["TRUSTED"]),
        ("with a length", (status(200, SAVED).replace(b" No", b" OK"),), 0, ["TRUSTED"]),
        ("an altered config", (HEAD, chunk(bytes(flipped)), END), 1, ["REJECTED"]),
        ("another image", (HEAD, chunk(OTHER), END), 1, ["REJECTED"]),
        ("the connection ends in the middle", (HEAD, chunk(SAVED[:middle])), 4, ["  engine  "]),
        ("the connection ends before the last chunk", (HEAD, chunk(SAVED)), 4, ["  engine  "]),
        ("a shorter tar, well framed", (HEAD, chunk(SAVED[:middle]), END), 1, ["  archive"]),
        ("nothing, well framed", (HEAD, END), 1, ["  archive"]),
        ("no tar", (HEAD, chunk(b"{}" * 4096), END), 1, ["REJECTED"]),
        ("no tar, and no end of it", (HEAD, chunk(b"{}" * 4096), None), 1, ["REJECTED"]),
        ("no HTTP", (b"SSH-2.0-OpenSSH\r\n\r\n",), 4, ["  engine  "]),
        ("no answer", (), 4, ["  engine  "]),
        ("no such image", (status(404, b'{"message":"no such image"}\n'),), 4, ["  image-absent  ", "no such image"]),
        ("not allowed", (status(403, b"no"),), 4, ["  engine  ", "403"]),
        ("an error", (status(500, b"\x1b[31mno"),), 4, ["  engine  ", "500", "\\x1b"]),
        ("elsewhere", (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",), 4,
         ["  engine  ", "302"]),
        ("a login", (b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",), 4,
         ["  engine  ", "401"]),
        ("no end", (b"HTTP/1.1 200 OK\r\n\r\n" + SAVED,), 4, ["  engine  "]),
    ]
    for name, parts, code, out in table:
        with Engine(*parts) as engine:
            expect(f"an engine answers: {name}", ask(engine), code, out)
            check(f"{name}: asked once, without credentials",
                  engine.asked.startswith(f"GET /images/{NAME}:1.0/get HTTP/1.1\r\n".encode()) and
                  b"uthorization" not in engine.asked)


def test_engine_is_not_asked():
    with Engine(HEAD, chunk(SAVED), END) as engine:
        expect("--offline asks no engine", ask(engine, "--offline"), 4, ["  offline  "])
        expect("a name that is none", ask(engine, source="docker-daemon:A b"), 2, ["  reference  "])
        check("no engine was asked", engine.asked == b"")
    for host in ("ssh://user@host", "npipe://x", "fd://", "unix://relative", "tcp://127.0.0.1:2375", "tcp://x", "x"):
        expect(f"DOCKER_HOST={host}", run(*arguments(), env=environment(DOCKER_HOST=host)), 2, ["  usage  ", "DOCKER_HOST"])
    expect("TLS without its files", run(*arguments(), env=environment(
        DOCKER_HOST="tcp://127.0.0.1:9", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH="/nowhere")), 2, ["/nowhere/ca.pem"])
    os.makedirs(f"{SCRATCH}/empty-ca")
    open(f"{SCRATCH}/empty-ca/ca.pem", "wb").close()
    expect("TLS without an authority", run(*arguments(), env=environment(
        DOCKER_HOST="tcp://127.0.0.1:9", DOCKER_CERT_PATH=f"{SCRATCH}/empty-ca")), 2, ["  config  ", "ca.pem is empty"])
    expect("plain TCP, allowed", run(*arguments("--plain-http", "127.0.0.1:9"), env=environment(
        DOCKER_HOST="tcp://127.0.0.1:9")), 4, ["  engine  "])


def test_engine_without_a_name():
    image_id = "sha256:" + "0" * 64
    with Engine(HEAD, chunk(SAVED), END) as engine:
        expect("an id has no name", ask(engine, source=f"docker-daemon:{image_id}"), 2, ["--as"])
        check("the id was asked for", engine.asked.startswith(f"GET /images/{image_id}/get ".encode()))
    with Engine(HEAD, chunk(SAVED), END) as engine:
        expect("an id with --as", ask(engine, "--as", f"{NAME}:1.0", source=f"docker-daemon:{image_id}"), 0, ["TRUSTED"])


SLOWLY = (HEAD, chunk(SAVED[:6000]), 1.3, chunk(SAVED[6000:9000]), 0.2, chunk(SAVED[9000:]), END)
LINE = re.compile(r"assay: docker-daemon:\S+: [\d.]+ (B|KiB) in 1\.\d s, [\d.]+ (B|KiB)/s\n")


def test_progress():
    with Engine(*SLOWLY) as engine:
        slow = ask(engine)
        expect("a slow image", slow, 0, ["TRUSTED"])
        check("one line of progress when it is over", len(LINE.findall(slow.err)) == 1, slow)
    with Engine(*SLOWLY) as engine:
        quiet = ask(engine, "-q")
        check("none with -q", quiet.code == 0 and quiet.err == "", quiet)
    with Engine(HEAD, chunk(SAVED), END) as engine:
        fast = ask(engine)
        check("none where it is quick", fast.code == 0 and fast.err == "", fast)
    with Engine(*SLOWLY) as engine:
        shown = on_terminal(arguments("--color", "never"), "", env=environment(DOCKER_HOST=f"unix://{engine.path}"))
        drawn = re.findall(r"\r(docker-daemon:[^\r\n]*/s) *", shown.out)
        check("a line is drawn on a terminal", shown.code == 0 and drawn, shown)
        check("and taken away before the result", re.search(r"/s *\r +\rTRUSTED  \S+  sha256:", shown.out), shown)
        check("within its columns", all(len(line) < 80 for line in drawn), shown)
    with Engine(*SLOWLY) as engine:
        shown = on_terminal(arguments("-q", "--color", "never"), "", env=environment(DOCKER_HOST=f"unix://{engine.path}"))
        check("none with -q on a terminal", shown.code == 0 and shown.out.startswith("TRUSTED  "), shown)


def test_pull_usage():
    empty = environment(PATH=f"{SCRATCH}/nowhere")
    table = [
        ("--at", ["--at", "2026-11-25T13:18:37Z", f"{NAME}:1.0"], 2, "does not take --at"),
        ("--offline", ["--offline", f"{NAME}:1.0"], 2, "does not take --offline"),
        ("--as", ["--as", "x/y:1", f"{NAME}:1.0"], 2, "does not take --as"),
        ("no operand", [], 2, "usage: assay pull"),
        ("another engine", ["--engine", "runc", f"{NAME}:1.0"], 2, "not docker or podman"),
        ("no engine", [f"{NAME}:1.0"], 4, "neither docker nor podman"),
        ("no docker", ["--engine", "docker", f"{NAME}:1.0"], 4, "no docker is installed"),
    ]
    for name, args, code, err in table:
        expect(f"pull: {name}", run("pull", *args, env=empty), code, "", [err])


class Puller:
    """assay pull with a docker of our own, whose commands are lines of shell."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.made, self.bin, self.tag = f"{SCRATCH}/pulled", f"{SCRATCH}/pull-bin", f"{SCRATCH}/pull-tag"
        os.mkdir(self.bin)
        subprocess.run([FIXTURE, "repo", self.made, f"gun={self.host}/app", "made=now"], check=True, timeout=60)
        Registry.layout, Registry.delay_s = f"{self.made}/oci", 0.0
        with tarfile.open(f"{self.made}/saved.tar", "w") as tar:
            for name in ("oci-layout", "index.json", "blobs"):
                tar.add(f"{self.made}/oci/{name}", name)

    def run(self, tag=None, save=None, interrupt_at=None):
        """interrupt_at: the file that stands when the signal is to come."""
        lines = {"pull": ":", "tag": tag or f"touch {self.tag}", "save": save or f"cat {self.made}/saved.tar",
                 "rmi": f"rm -f {self.tag}"}
        with open(f"{self.bin}/docker", "w") as file:
            file.write('#!/bin/sh\ncase "$1" in\n' + "".join(f"{k}) {v};;\n" for k, v in lines.items()) + "esac\n")
        os.chmod(f"{self.bin}/docker", 0o755)
        if os.path.exists(self.tag):
            os.remove(self.tag)
        args = [ASSAY, "pull", "--root", f"{self.made}/root.json", "--trust-dir", f"{self.made}/cache", "--plain-http",
                self.host, "--state-dir", fresh_state(), f"{self.host}/app:1.0"]
        child = subprocess.Popen(args, env=environment(PATH=f"{self.bin}:{os.environ['PATH']}"), cwd=SCRATCH,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while interrupt_at and not os.path.exists(interrupt_at) and time.monotonic() < deadline:
            time.sleep(0.01)
        if interrupt_at:
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        return Result(child.returncode, out.decode(), err.decode())

    def has_tag(self):
        return os.path.exists(self.tag)


def test_pull_tag():
    puller = Puller()
    set_tag = f"touch {puller.tag}"
    result = puller.run()
    check("pull: a tag on what was checked stays", result.code == 0 and puller.has_tag() and "TRUSTED" in result.out, result)
    for name, code, more in (
            ("set by a command that fails", 4, {"tag": f"{set_tag}; exit 1"}),
            ("set by a command that dies", 4, {"tag": f"{set_tag}; kill -9 $$"}),
            ("set by a command that is interrupted", 130, {"tag": f"{set_tag}; exec sleep 30", "interrupt_at": puller.tag}),
            ("of an image that is not exported whole", 1, {"save": f"head -c 3000 {puller.made}/saved.tar"}),
            ("of an image whose export fails at its end", 4, {"save": f"cat {puller.made}/saved.tar; exit 1"})):
        result = puller.run(**more)
        check(f"pull: a tag {name} is taken away", result.code == code and not puller.has_tag() and
              "TRUSTED" not in result.out, result)
    puller.server.shutdown()
