#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py NET_CLIENT [CASE...]: every case of cases.json against its scripted servers.

A case has "servers" (see scripted_server.py; "tls" is a kind of certificate, or false), "args" and
"get" (of net_client) and what must follow: "expect" (for each get "STATUS HTTP BYTES", alternatives
separated by '|'), and if said "requests", "connections", "paths", "authorization" (by server),
"bodies", "flights", "max_ms", "min_ms", "max_sent", "max_rss_kib", "log" (a text in what the client
says), "absent" (files), "exit" (when the whole flight fails).
In its texts {a} is server a as localhost:PORT, {a4} as 127.0.0.1:PORT, {dir} the case's directory.

"files" are written below the case's directory: {"path": "text"}, or "@ca.crt" for a certificate,
"@dir" for a directory. Without "registry-dir" the client trusts the test authority for all hosts.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from certificates import Certificates
from scripted_server import Server

HERE = os.path.dirname(os.path.abspath(__file__))


class Failed(Exception):
    pass


def expect(condition, *what):
    if not condition:
        raise Failed(" ".join(str(part) for part in what))


def copy_certificate(certificates, source, target):
    shutil.copy(certificates.path(source), target)


def write_files(case, directory, certificates, fill):
    for name, text in case.get("files", {}).items():
        path = os.path.join(directory, fill(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if text == "@dir":
            os.makedirs(path)
        elif text.startswith("@"):
            copy_certificate(certificates, text[1:], path)
        else:
            with open(path, "w") as out:
                out.write(fill(text))
            os.chmod(path, 0o755)


def trust_authority(directory, servers, certificates):
    for server in servers.values():
        for host in ("localhost", "127.0.0.1"):
            path = os.path.join(directory, "certs", "%s:%d" % (host, server.port))
            os.makedirs(path, exist_ok=True)
            copy_certificate(certificates, "ca.crt", os.path.join(path, "ca.crt"))


def client_arguments(case, directory, fill):
    arguments = []
    for name, value in case.get("args", {}).items():
        for one in value if isinstance(value, list) else [value]:
            arguments += ["--" + name, fill(str(one))]
    if not case.get("own-trust"):
        certs = os.path.join(directory, "certs")
        arguments += ["--registry-dir", certs, "--trust-dir", certs]
    for url in case["get"]:
        if isinstance(url, dict):  # {"each": N, "url": "...{n}..."}
            arguments += [fill(url["url"]).replace("{n}", str(i)) for i in range(*url["range"])]
        else:
            arguments.append(fill(url))
    return arguments


def check_results(case, lines, said):
    wanted = case["expect"]
    if isinstance(wanted, str):
        wanted = [wanted] * len(lines)
    expect(len(lines) == len(wanted), "results", lines, "wanted", wanted, said)
    for line, want in zip(lines, wanted):
        expect(line in want.split("|"), "result", repr(line), "wanted", repr(want), said)


def check_servers(case, servers, fill):
    for name, count in case.get("requests", {}).items():
        seen = servers[name].requests
        expect(len(seen) == count, "requests to", name, [r[1] for r in seen], "wanted", count)
    for name, count in case.get("connections", {}).items():
        expect(servers[name].connections == count, "connections to", name,
               servers[name].connections, "wanted", count)
    for name, wanted in case.get("authorization", {}).items():
        seen = [r[2].get("authorization", "") for r in servers[name].requests]
        expect(sorted(seen) == sorted(wanted), "authorization at", name, seen, "wanted", wanted)
    for name, wanted in case.get("paths", {}).items():
        seen = ["%s %s" % (r[0], r[1]) for r in servers[name].requests]
        expect(sorted(seen) == sorted(fill(p) for p in wanted), "paths at", name, seen)
    for name, wanted in case.get("bodies", {}).items():
        seen = [r[3] for r in servers[name].requests]
        expect(seen == wanted, "bodies at", name, seen)
    for name, most in case.get("max_sent", {}).items():
        expect(servers[name].sent <= most, "server", name, "sent", servers[name].sent)
    for server in servers.values():
        for request in server.requests:
            expect("cookie" not in request[2], "a cookie was sent")
            expect("accept-encoding" not in request[2], "an encoding was asked for")


def check_cost(case, cost, elapsed_ms):
    values = dict(part.split("=") for part in cost.split())
    if "flights" in case:
        expect(int(values["flights"]) == case["flights"], "flights", values, "wanted",
               case["flights"])
    expect(int(values["rss_kib"]) <= case.get("max_rss_kib", 10 ** 7), "memory", values)
    expect(elapsed_ms <= case.get("max_ms", 20000), "took", elapsed_ms, "ms")
    expect(elapsed_ms >= case.get("min_ms", 0), "took only", elapsed_ms, "ms")


def run_case(client, case, certificates, directory):
    servers = {}

    def fill(text):
        for name, server in servers.items():
            text = text.replace("{%s}" % name, "localhost:%d" % server.port)
            text = text.replace("{%s4}" % name, "127.0.0.1:%d" % server.port)
            text = text.replace("{%s-port}" % name, str(server.port))
        text = text.replace("{ca-hash}", certificates.ca_hash)
        return text.replace("{dir}", directory).replace("{ca}", certificates.path("ca.crt"))

    for name, script in case.get("servers", {}).items():
        servers[name] = Server(name, script, certificates, fill)
    try:
        write_files(case, directory, certificates, fill)
        if not case.get("own-trust"):
            trust_authority(directory, servers, certificates)
        environment = {name: value for name, value in os.environ.items()
                       if "proxy" not in name.lower()}
        environment["HOME"] = directory
        environment.update({k: fill(v) for k, v in case.get("environment", {}).items()})
        started = time.monotonic()
        done = subprocess.run([client, *client_arguments(case, directory, fill)],
                              capture_output=True, env=environment, timeout=60)
        elapsed_ms = int((time.monotonic() - started) * 1000)
        said = done.stderr.decode("utf-8", "strict")
        lines = done.stdout.decode("ascii").splitlines()
        wanted_exit = case.get("exit", 0)
        expect(done.returncode == wanted_exit and lines, "exit", done.returncode, said[-2000:])
        if wanted_exit != 0:
            check_results(case, lines, said)
            check_servers(case, servers, fill)
            return
        if os.environ.get("VERBOSE"):
            print("   ", case["id"], said.strip().replace("\n", "\n    "), lines[-1], elapsed_ms)
        check_results(case, lines[:-1], said)
        check_servers(case, servers, fill)
        check_cost(case, lines[-1], elapsed_ms)
        expect(fill(case.get("log", "")) in said, "said", said)
        for name in case.get("absent", []):
            path = os.path.join(directory, name)
            expect(not os.path.exists(path) or os.path.getsize(path) == 0, name, "was written")
        for c in said:
            expect(c == "\n" or c.isprintable(), "unprintable", repr(said))
        for secret in ("secret", "s3cr3t"):
            expect(secret not in said, "a secret was shown:", said)
    finally:
        for server in servers.values():
            server.stop()


def try_case(client, case, certificates, directory):
    os.mkdir(directory)
    try:
        run_case(client, case, certificates, directory)
    except (Failed, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        print("FAILED %s %s: %s" % (case["id"], case["name"], error))
        return False
    return True


def main():
    client, wanted = sys.argv[1], sys.argv[2:]
    with open(os.path.join(HERE, "cases.json")) as file:
        cases = json.load(file)
    cases = [c for c in cases if not wanted or any(c["id"].startswith(w) for w in wanted)]
    with tempfile.TemporaryDirectory(prefix="assay-transport-") as work:
        os.mkdir(os.path.join(work, "certificates"))
        certificates = Certificates(os.path.join(work, "certificates"))
        # most of a case is waiting: a few at a time
        with ThreadPoolExecutor(max_workers=4) as pool:
            results = list(pool.map(
                lambda item: try_case(client, item[1], certificates,
                                      os.path.join(work, "case-%d" % item[0])),
                enumerate(cases)))
    passed = sum(results)
    print("%d passed, %d failed" % (passed, len(results) - passed))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
