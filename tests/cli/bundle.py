# SPDX-License-Identifier: Apache-2.0
"""Bundles: made, shown, judged, altered; and that nothing opens a socket where nothing must."""
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import tarfile
import threading

from harness import (ASSAY, EXAMPLE, FIXTURE, NAME, PIN, ROOT, SCRATCH, altered_image, check, environment, expect, fresh_state,
                     run)
from network import Registry

REF = f"{NAME}:1.0"


def create(to, *args, root=PIN, trust=f"{EXAMPLE}/trust", state=None, tag="1.0", image=f"{EXAMPLE}/image", name=NAME):
    return run("bundle", "create", "--root", root, "--trust-dir", trust, "--state-dir", state or fresh_state(),
               "--as", f"{name}:{tag}", f"oci:{image}", "--to", to, *args)


def with_bundle(path, *args, root=PIN, state=None, what=(REF, ), command=("verify", ), **more):
    return run(*command, "--root", root, "--bundle", path, "--state-dir", state or fresh_state(), *args, *what, **more)


def made(name, **more):
    path = f"{SCRATCH}/{name}"
    if not os.path.exists(path):
        expect(f"create {name}", create(path, **more), 0, ["TRUSTED  "])
    return path


def content(path):
    return open(path, "rb").read()


# ---- the life of one

def test_bundle():
    path = made("trust.tar")
    online = run("verify", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", "--state-dir", fresh_state(), "--as", REF,
                 f"oci:{EXAMPLE}/image")
    local = ("--as", REF, f"oci:{EXAMPLE}/image")
    for name, what in (("a local image", local), ("a reference", ("--offline", REF)), ("nothing to ask", (REF, ))):
        result = with_bundle(path, what=what)
        expect(f"verify by bundle: {name}", result, 0, online.out)
    expect("an altered image", with_bundle(path, what=("--as", REF, f"oci:{altered_image()}")), 1, ["REJECTED"])
    expect("a tag that is not signed", with_bundle(path, what=(f"{NAME}:9.9", )), 3, ["tag-not-signed"])
    expect("without the pin", run("verify", "--bundle", path, "--state-dir", fresh_state(), REF), 4, ["no-root-pinned"])
    expect("another pin", with_bundle(path, root="sha256:" + "0" * 64), 1, ["pin-mismatch"])
    expect("another repository", with_bundle(path, what=("registry.example.com/other:1.0", )), 4,
           ["image-absent", f"it holds: {NAME}"])
    expect("first use", run("verify", "--tofu", "--bundle", path, "--state-dir", fresh_state(), REF), 0, ["TRUSTED"],
           [PIN])
    expect("both places", with_bundle(path, "--trust-dir", f"{EXAMPLE}/trust"), 2, None, ["not both"])
    expect("explain", with_bundle(path, command=("explain", )), 0, [f"{path} (--bundle)"])
    expect("inspect", with_bundle(path, command=("inspect", ), what=local), 0, ["TRUSTED"])
    expect("inspect trust", with_bundle(path, "--trust", command=("inspect", ), what=(NAME, )), 0, ["SignedTags"])
    expect("no such file", with_bundle(f"{SCRATCH}/none.tar"), 4, ["file-io"])

    # judged alone
    def alone(*args, root=PIN, state=None):
        return run("bundle", "verify", "--root", root, "--state-dir", state or fresh_state(), *args)

    expect("alone", alone(path), 0, online.out, ["no layers"])
    expect("alone, by name", alone(path, REF), 0, online.out)
    expect("alone, quiet", alone("-q", path), 0, online.out, [])
    expect("alone, another name", alone(path, f"{NAME}:9.9"), 3, ["tag-not-signed"])
    expect("alone, another pin", alone(path, root="sha256:" + "0" * 64), 1, ["pin-mismatch"])
    document = json.loads(alone("-o", "json", path).out)
    platforms = document["results"][0]["platforms"]
    check("alone, as JSON", document["results"][0]["trusted"] is True and len(platforms) == 2)

    # what it says of itself
    shown = run("bundle", "show", path)
    expect("show", shown, 0, ["NOT VERIFIED", f"\n{NAME}\n", f"reference  {REF}\n", "role       timestamp  version 7  expires ",
                              "role       1.root  version 1", "role       targets/releases  version 2"])
    check("documents shown", len(re.findall(r"^document  sha256:[0-9a-f]{64}  \d+ bytes$", shown.out, re.M)) == 5, shown)
    document = json.loads(run("bundle", "show", "-o", "json", path).out)["results"][0]
    check("show as JSON", document["verified"] is False and document["repositories"][0]["name"] == NAME and
          len(document["repositories"][0]["roles"]) == 6 and len(document["documents"]) == 5)

    # time
    late = "2099-01-01T00:00:00Z"
    expect("expired", with_bundle(path, "--at", late), 1, ["expired", f"at={late}"], ["assay bundle create", "--at"])
    expect("at", alone("--at", "2026-01-01T00:00:00Z", path), 0, ["TRUSTED", "at=2026-01-01T00:00:00Z"])


def test_bundle_form():
    path = made("trust.tar")
    again = made("again.tar")
    check("the same bytes", content(path) == content(again))
    expect("over itself", create(again), 0, ["TRUSTED"])
    check("the same bytes again", content(path) == content(again))
    with tarfile.open(path) as tar:
        members = tar.getmembers()
        check("one index, then blobs in order", members[0].name == "assay-bundle.json" and
              [m.name for m in members[1:]] == sorted(m.name for m in members[1:]))
        check("blobs are what their names say", all(
            hashlib.sha256(tar.extractfile(m).read()).hexdigest() == m.name.rsplit("/", 1)[1] for m in members[1:]))
        check("nothing of the machine", all((m.mode, m.uid, m.gid, m.uname, m.gname, m.mtime) == (0o644, 0, 0, "", "", 0)
                                            for m in members))

    # nothing is written unless everything is trusted
    for name, more in (("unsigned", {"tag": "9.9"}), ("altered", {"image": altered_image()}),
                       ("pin", {"root": "sha256:" + "0" * 64})):
        to = f"{SCRATCH}/not-{name}.tar"
        result = create(to, **more)
        check(f"no bundle: {name}", result.code in (1, 3) and not os.path.exists(to) and "not written" in result.err, result)
    before = content(path)
    create(path, tag="9.9")
    check("the old one stays", content(path) == before)
    other = f"{SCRATCH}/notes.txt"
    open(other, "w").write("mine")
    expect("a file that is no bundle", create(other), 1, None, ["is no bundle", "Name another file by --to"])
    check("is left alone", open(other).read() == "mine")
    expect("a place that is none", create(f"{SCRATCH}/none/t.tar"), 4, None, ["output"])
    for args in (["bundle", "create", REF], ["bundle", "create", "--at", "2026-01-01T00:00:00Z", "--to", "x", REF],
                 ["bundle", "verify", path, "--to", "x"], ["bundle", "show", path, path], ["bundle", "show", "--root", PIN, path],
                 ["bundle", "make", path], ["bundle", "show"]):
        expect(f"usage: {args}", run(*args), 2)


def second_repository():
    made_at = f"{SCRATCH}/second"
    if not os.path.exists(made_at):
        subprocess.run([FIXTURE, "repo", made_at, "gun=reg.test/second", "made=now"], check=True, timeout=60)
    return dict(root=f"{made_at}/root.json", trust=f"{made_at}/cache", image=f"{made_at}/oci", name="reg.test/second")


def test_bundle_update():
    path = f"{SCRATCH}/grows.tar"
    shutil.copy(made("trust.tar"), path)
    second = second_repository()
    expect("add to it", create(path, **second), 0, ["TRUSTED"])
    expect("what was there", with_bundle(path), 0, ["TRUSTED"])
    expect("what was added", with_bundle(path, root=second["root"], what=("reg.test/second:1.0", )), 0, ["TRUSTED"])
    turned = f"{SCRATCH}/turned.tar"
    expect("the other way round", create(turned, **second), 0)
    expect("and the first", create(turned), 0)
    check("make the same bytes", content(path) == content(turned))


def test_bundle_rollback():
    gun = "reg.test/rolled"
    paths = {}
    for name, later in (("old", 0), ("new", 1)):
        out = f"{SCRATCH}/{name}"
        subprocess.run([FIXTURE, "repo", out, f"gun={gun}", "made=now", f"later={later}", "threshold=1"], check=True, timeout=60)
        paths[name] = f"{SCRATCH}/{name}.tar"
        expect(f"create {name}", create(paths[name], root="sha256:" + open(f"{out}/pin").read().strip().removeprefix("sha256:"),
                                        trust=f"{out}/cache", image=f"{out}/oci", name=gun), 0, ["TRUSTED"])
    pin = "sha256:" + open(f"{SCRATCH}/new/pin").read().strip().removeprefix("sha256:")
    state = fresh_state()
    expect("new by directory", run("verify", "--root", pin, "--trust-dir", f"{SCRATCH}/new/cache", "--state-dir", state,
                                   "--as", f"{gun}:1.0", f"oci:{SCRATCH}/new/oci"), 0, ["TRUSTED"])
    result = with_bundle(paths["old"], root=pin, state=state, what=(f"{gun}:1.0", ))
    expect("an older bundle", result, 1, ["  rollback  "])
    expect("a new one", with_bundle(paths["new"], root=pin, state=state, what=(f"{gun}:1.0", )), 0, ["TRUSTED"])


# ---- altered ones

def parts_of(path):
    with tarfile.open(path) as tar:
        return json.load(tar.extractfile("assay-bundle.json")), {
            m.name: tar.extractfile(m).read() for m in tar.getmembers()[1:]}


def written(name, index, blobs):
    """As a bundle is written, whatever is in it."""
    path = f"{SCRATCH}/{name}.tar"
    with open(path, "wb") as file:
        for member, data in [("assay-bundle.json", (json.dumps(index, indent=1) + "\n").encode()), *sorted(blobs.items())]:
            info = tarfile.TarInfo(member)
            info.size = len(data)
            header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
            header[329:345] = b"0000000\0" * 2
            header[148:156] = b" " * 8
            header[148:156] = b"%06o\0 " % sum(header)
            file.write(header + data + bytes(-len(data) % 512))
        file.write(bytes(1024))
    return path


def replace_role(index, blobs, role, data):
    digest = hashlib.sha256(data).hexdigest()
    for entry in index["repositories"][0]["roles"]:
        if entry["name"] == role:
            old = entry["digest"][7:]
            entry.update(digest=f"sha256:{digest}", size=len(data))
            if not any(old in r["digest"] for r in index["repositories"][0]["roles"] + index["documents"]):
                del blobs[f"blobs/sha256/{old}"]
    blobs[f"blobs/sha256/{digest}"] = data


def test_bundle_altered():
    path = made("trust.tar")
    signed = re.search("sha256:[0-9a-f]{64}", with_bundle(path).out).group(0)
    index, blobs = parts_of(path)
    expect("written by another hand", with_bundle(written("same", index, blobs)), 0, ["TRUSTED"])

    def role(name, index=index, blobs=blobs):
        digest = [r["digest"][7:] for r in index["repositories"][0]["roles"] if r["name"] == name][0]
        return blobs[f"blobs/sha256/{digest}"]

    expected = {"timestamp": "signature|threshold", "snapshot": "length-mismatch|hash-mismatch|threshold",
                "targets": "length-mismatch|hash-mismatch", "targets/releases": "length-mismatch|hash-mismatch",
                "root": "root|hash-mismatch|threshold|length-mismatch"}
    for name, status in expected.items():
        index, blobs = parts_of(path)
        replace_role(index, blobs, name, role(name, index, blobs).replace(b'"expires":"2045', b'"expires":"2046'))
        result = with_bundle(written("role", index, blobs))
        check(f"another {name}", result.code in (1, 4) and "TRUSTED  " not in result.out and re.search(status, result.out), result)
    for name in ("timestamp", "snapshot", "targets", "targets/releases"):
        index, blobs = parts_of(path)
        kept = role(name, index, blobs)
        roles = index["repositories"][0]["roles"]
        index["repositories"][0]["roles"] = [r for r in roles if r["name"] != name]
        del blobs["blobs/sha256/" + hashlib.sha256(kept).hexdigest()]
        result = with_bundle(written("less", index, blobs))
        check(f"without {name}", result.code in (1, 4) and "TRUSTED  " not in result.out, result)

    # the right files under another repository's name
    index, blobs = parts_of(path)
    index["repositories"][0].update(name="registry.example.com/world", references=["registry.example.com/world:1.0"])
    result = with_bundle(written("world", index, blobs), what=("registry.example.com/world:1.0", ))
    expect("another repository's files", result, 1, ["certificate-name"])

    # without a document it could not be told
    index, blobs = parts_of(path)
    del blobs["blobs/sha256/" + signed[7:]]
    index["documents"] = [d for d in index["documents"] if d["digest"] != signed]
    expect("without the manifest", with_bundle(written("lacks", index, blobs), "--offline"), 4, ["manifest-missing"])

    # a bit here and there: never trusted for another digest; the unit tests change every one
    data = bytearray(content(path))
    passed = 0
    for bit in range(5, len(data) * 8, len(data) * 8 // 160):
        data[bit // 8] ^= 1 << bit % 8
        flipped = f"{SCRATCH}/flipped.tar"
        open(flipped, "wb").write(data)
        data[bit // 8] ^= 1 << bit % 8
        result = with_bundle(flipped, "-q", state="none")
        passed += result.code == 0
        check(f"bit {bit}", result.code in (1, 3, 4) or (result.code == 0 and signed in result.out), result)
    check("most changes are seen", passed < 10)
    for size in range(0, len(data), 512):
        open(flipped, "wb").write(data[:size])
        expect(f"cut at {size}", with_bundle(flipped, "-q", state="none"), 1, ["  bundle  "])


# ---- where it is asked for, and where not

class Counting(Registry):
    asked, delay_s, meanwhile = 0, 0.0, None

    def do_GET(self):
        Counting.asked += 1
        if Counting.meanwhile is not None:
            Counting.meanwhile()
        super().do_GET()


def test_bundle_and_registry():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    out = f"{SCRATCH}/served"
    subprocess.run([FIXTURE, "repo", out, f"gun={host}/app", "made=now"], check=True, timeout=60)
    Registry.layout = f"{out}/oci"
    pin, path, reference = f"{out}/root.json", f"{SCRATCH}/served.tar", f"{host}/app:1.0"
    common = ("--plain-http", host, reference)
    result = run("bundle", "create", "--root", pin, "--trust-dir", f"{out}/cache", "--state-dir", fresh_state(), "--to", path,
                 *common)
    expect("from a registry", result, 0, ["TRUSTED"])
    Counting.asked = 0
    expect("all is there", with_bundle(path, root=pin, what=common), 0, ["TRUSTED"])
    check("so nothing is asked for", Counting.asked == 0)
    other = made("trust.tar")
    for name, before in (("nothing was there", None), ("another one was there", path)):
        mine = f"{SCRATCH}/mine.tar"
        if before is not None:
            shutil.copy(before, mine)
        Counting.meanwhile = lambda to=mine: os.rename(shutil.copy(other, f"{to}.{threading.get_ident()}"), to)
        result = run("bundle", "create", "--root", pin, "--trust-dir", f"{out}/cache", "--state-dir", fresh_state(), "--to", mine,
                     *common)
        Counting.meanwhile = None
        expect(f"written meanwhile, {name}", result, 4, err=["output", "by somebody else", "Run the command again"])
        check(f"keeps the other's, {name}", content(mine) == content(other))
        os.remove(mine)
    one = f"{SCRATCH}/one.tar"
    result = run("bundle", "create", "--platform", "linux/amd64", "--root", pin, "--trust-dir", f"{out}/cache", "--state-dir",
                 fresh_state(), "--to", one, *common)
    expect("one platform", result, 0, ["TRUSTED"])
    check("is less", os.path.getsize(one) < os.path.getsize(path))
    Counting.asked = 0
    expect("the rest is asked for", with_bundle(one, root=pin, what=common), 0, ["TRUSTED"])
    check("and nothing else", Counting.asked == 1)
    expect("unless offline", with_bundle(one, "--offline", root=pin, what=common), 4, ["manifest-missing"])
    expect("one asked for", with_bundle(one, "--offline", "--platform", "linux/amd64", root=pin, what=common), 0, ["TRUSTED"])
    result = run("bundle", "verify", "-o", "json", "--root", pin, "--state-dir", fresh_state(), one)
    document = json.loads(result.out)["results"][0]
    check("alone, the other is not present", result.code == 0 and [p["platform"] for p in document["platforms"]] ==
          ["linux/amd64"] and len(document["platforms-not-judged"]) == 1, result)
    server.shutdown()


# ---- no socket

def traced(*args):
    """The socket calls of a run."""
    log = f"{SCRATCH}/strace.log"
    env = environment()
    if os.environ.get("ASSAY_SANITIZED"):
        env["ASAN_OPTIONS"] = "detect_leaks=0"  # the leak check cannot work below strace
    done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o", log, ASSAY, *args], env=env,
                          capture_output=True, timeout=120, cwd=SCRATCH)
    calls = [line for line in open(log) if re.search(r"\b(socket|socketpair|connect|bind|send\w*|recv\w*)\(", line)]
    return done.returncode, done.stdout.decode(), calls


def test_no_socket():
    path = made("trust.tar")
    local = ("--as", REF, f"oci:{EXAMPLE}/image")
    archive = ("--as", REF, f"docker-archive:{ROOT}/vectors/saved/docker-20.10.tar")
    for name, args in (
            ("a saved image", ["verify", "--root", PIN, "--bundle", path, "--state-dir", fresh_state(), "--offline", *archive]),
            ("a local image", ["verify", "--root", PIN, "--bundle", path, "--state-dir", fresh_state(), "--offline", *local]),
            ("implied", ["verify", "--root", PIN, "--bundle", path, "--state-dir", fresh_state(), *local]),
            ("a reference", ["verify", "--root", PIN, "--bundle", path, "--state-dir", fresh_state(), "--offline", REF]),
            ("a bundle", ["bundle", "verify", "--root", PIN, "--state-dir", fresh_state(), path])):
        code, out, calls = traced(*args)
        check(f"no socket call: {name} {calls[:2]}", code == 0 and out.startswith("TRUSTED  ") and not calls)
        space = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
        done = subprocess.run([*space, ASSAY, *args], env=environment(), capture_output=True, timeout=60, cwd=SCRATCH)
        check(f"without a network: {name} {done.stderr[:200]!r}", done.returncode == 0 and done.stdout.startswith(b"TRUSTED  "))
    # what the test looks for is there where a server is asked
    code, out, calls = traced("verify", "--root", PIN, "--trust-server", "https://127.0.0.1:9", "--state-dir", fresh_state(), REF)
    check("a server is asked by socket calls", code == 4 and any("connect(" in call for call in calls))
