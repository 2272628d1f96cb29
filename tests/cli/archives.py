# SPDX-License-Identifier: Apache-2.0
"""Rows I of the attack matrix: saved images that are malformed or altered, each as a file and through a pipe, with
its exact status. The image is the example's, as docker saves it; every archive is written here, header by header."""
import gzip
import hashlib
import io
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import time

from harness import ASSAY, EXAMPLE, NAME, PIN, ROOT, SCRATCH, check, environment, fresh_state, run

BUNDLE = f"{SCRATCH}/archives-trust.tar"
AS = f"{NAME}:1.0"
_state = None


def member(name, data=b"", kind=b"0", link="", size=None, prefix="", magic=b"ustar\x0000", sum_error=0):
    """One entry, every field of it as told; size: the 12 bytes of the field."""
    block = bytearray(512)

    def put(at, text, room):
        raw = text if isinstance(text, bytes) else text.encode()
        block[at:at + len(raw[:room])] = raw[:room]
    put(0, name, 100)
    put(100, "0000644", 8)
    put(108, "0000000", 8)
    put(116, "0000000", 8)
    put(124, "%011o" % len(data) if size is None else size, 12)
    put(136, "00000000000", 12)
    put(148, b" " * 8, 8)
    block[156:157] = kind
    put(157, link, 100)
    put(257, magic, 8)
    put(345, prefix, 155)
    put(148, "%06o\0" % (sum(block) + sum_error), 7)
    return bytes(block) + data + b"\0" * (-len(data) % 512)


END = b"\0" * 1024


def pax(*records):
    return member("x", b"".join(records), b"x")


def record(key, value):
    body = b" %s=%s\n" % (key, value)
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def saved():
    """The example as docker 20.10 saves it: names and contents in order; links are what they lead to."""
    with tarfile.open(f"{ROOT}/vectors/saved/docker-20.10.tar") as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.isfile() or m.issym()}


def write(files, front=b"", end=END):
    return front + b"".join(member(n, d) if isinstance(d, bytes) else d[0] for n, d in files.items()) + end


FILES = None
CONFIG = LAYERS = None


def load():
    global FILES, CONFIG, LAYERS, _state
    if FILES is not None:
        return
    FILES = saved()
    manifest = json.loads(FILES["manifest.json"])[0]
    CONFIG, LAYERS = manifest["Config"], manifest["Layers"]
    made = run("bundle", "create", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", "--state-dir", "none", "--as", AS,
               f"oci:{EXAMPLE}/image", "--to", BUNDLE)
    check("archives: a bundle is made of the example", made.code == 0, made)
    _state = fresh_state()
    judge("docker-archive", write(FILES), "ok", "archives: as it is")
    done = verify(f"docker-archive:{SCRATCH}/archive.tar")
    check("archives: a bundle with an archive is offline", json.loads(done.out)["results"][0]["offline"] is True, done)


def tree(path):
    return {f"{d}/{f}": open(f"{d}/{f}", "rb").read() for d, _, fs in os.walk(path) for f in fs}


def verify(what, **more):
    return run("verify", "--output", "json", "--bundle", BUNDLE, "--root", PIN, "--state-dir", _state, "--as", AS, what,
               **more)


def judge(transport, archive, status, name, modes=("file", "pipe")):
    path = f"{SCRATCH}/archive.tar"
    if not isinstance(archive, str):
        with open(path, "wb") as out:
            out.write(archive)
    else:
        path = archive
    for mode in modes:
        before = tree(_state)
        if mode == "file":
            done = verify(f"{transport}:{path}")
        else:
            cat = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
            done = verify(f"{transport}:-", stdin=cat.stdout)
            cat.stdout.close()
            cat.wait()
        said = json.loads(done.out)["results"]
        got = said[0]["status"] if said else json.loads(done.out)["error"]
        check(f"{name} ({mode}): {got}", got == status and (status == "ok") == (done.code == 0), done)
        if status != "ok":
            check(f"{name} ({mode}): state unchanged", tree(_state) == before)
            check(f"{name} ({mode}): nothing positive", said == [] or not said[0]["trusted"], done)


def with_file(name, data):
    return {**FILES, name: data}


def with_manifest(**more):
    manifest = json.loads(FILES["manifest.json"])
    manifest[0].update(more)
    return with_file("manifest.json", json.dumps(manifest).encode())


# ---- the form of the archive: I02 to I20, I23, I38, I41 ----

def test_form():
    load()
    one = member("one", b"x")
    for row, what, status, front in (
        ("I02", "PAX size greater", "archive", pax(record(b"size", b"2")) + one),
        ("I02", "PAX size less", "archive", pax(record(b"size", b"0")) + one),
        ("I02", "PAX size alone", "archive", pax(record(b"size", b"1")) + member("one", b"x", size="%011o" % 0)),
        ("I03", "a key twice", "archive", pax(record(b"path", b"a"), record(b"path", b"b")) + one),
        ("I03", "PAX path and long name", "archive", pax(record(b"path", b"a")) + member("L", b"b\0", b"L") + one),
        ("I04", "length too small", "archive", pax(b"8 path=b\n") + one),
        ("I04", "length too large", "archive", pax(b"11 path=b\n") + one),
        ("I04", "zero in front", "archive", pax(b"010 path=b\n") + one),
        ("I04", "no newline", "archive", pax(b"10 path=bcd") + one),
        ("I04", "no equals sign", "archive", pax(b"9 pathbc\n") + one),
        ("I04", "no digit", "archive", pax(b"x path=b\n") + one),
        ("I05", "two in a row", "archive", pax(record(b"path", b"a")) * 2 + one),
        ("I05", "global path", "archive", member("g", record(b"path", b"a"), b"g") + one),
        ("I05", "global size", "archive", member("g", record(b"size", b"1"), b"g") + one),
        ("I05", "global comment", "ok", member("g", record(b"comment", b"a"), b"g")),
        ("I05", "global between PAX and entry", "archive",
         pax(record(b"path", b"a")) + member("g", record(b"comment", b"a"), b"g") + one),
        ("I06", "PAX beyond its limit", "archive", pax(record(b"comment", b"x" * (1 << 20))) + one),
        ("I07", "long name beyond its limit", "archive-name", member("L", b"n" * 4097 + b"\0", b"L") + one),
        ("I07", "long name without NUL", "archive", member("L", b"name", b"L") + one),
        ("I07", "long name with NUL", "archive", member("L", b"na\0me\0", b"L") + one),
        ("I08", "sparse type", "archive", member("one", b"x", b"S")),
        ("I08", "sparse PAX", "archive", pax(record(b"GNU.sparse.size", b"9")) + one),
        ("I09", "negative binary", "archive", member("one", b"x", size=b"\xff" * 12)),
        ("I09", "binary 2^63", "archive", member("one", b"x", size=b"\x80" + b"\0" * 3 + b"\x80" + b"\0" * 7)),
        ("I09", "octal 8", "archive", member("one", b"x", size="00000000008")),
        ("I09", "octal sign", "archive", member("one", b"x", size="+0000000001")),
        ("I09", "spaces", "archive", member("one", b"x", size=" " * 12)),
        ("I10", "parent", "archive-name", member("../one", b"x")),
        ("I10", "parent within", "archive-name", member("a/../../one", b"x")),
        ("I11", "absolute", "archive-name", member("/etc/one", b"x")),
        ("I11", "two slashes", "archive-name", member("//one", b"x")),
        ("I12", "one ./ is taken off", "ok", member("./one", b"x")),
        ("I12", "./ and without: twice", "archive-duplicate", member("./manifest.json", b"[]")),
        ("I12", "back again", "archive-name", member("x/../manifest.json", b"x")),
        ("I12", "empty part", "archive-name", member("a//one", b"x")),
        ("I12", "dot within", "archive-name", member("a/./one", b"x")),
        ("I13", "backslash", "archive-name", member("a\\one", b"x")),
        ("I13", "control", "archive-name", member("a\none", b"x")),
        ("I13", "not UTF-8", "archive-name", member(b"a\xff", b"x")),
        ("I13", "too long", "archive-name", member("L", b"n" * 513 + b"\0", b"L") + one),
        ("I13", "empty", "archive-name", member("", b"x")),
        ("I13", "prefix under GNU's mark", "archive", member("one", b"x", prefix="p", magic=b"ustar  \0")),
        ("I14", "file like a directory", "archive", member("one/", b"x")),
        ("I15", "manifest.json twice", "archive-duplicate", member("manifest.json", b"[]")),
        ("I15", "config twice", "archive-duplicate", member(CONFIG, b"{}")),
        ("I15", "layer twice", "archive-duplicate", member(LAYERS[0], b"x")),
        ("I16", "directory twice", "ok", member("d/", kind=b"5") * 2),
        ("I17", "other case", "ok", member("Manifest.json", b"[]")),
        ("I20", "hard link", "ok", member("one", kind=b"1", link=CONFIG)),
        ("I20", "device", "ok", member("one", kind=b"3")),
        ("I20", "FIFO", "ok", member("one", kind=b"6")),
        ("I20", "type 7", "archive", member("one", b"x", b"7")),
        ("I20", "unknown type", "archive", member("one", b"x", b"Z")),
        ("I23", "checksum", "archive", member("one", b"x", sum_error=1)),
        ("I28", "extra file", "ok", one),
    ):
        judge("docker-archive", write(FILES, front), status, f"{row} {what}")
    judge("docker-archive", write(FILES, end=pax(record(b"path", b"a")) + END), "archive", "I05 PAX without entry")
    judge("docker-archive", write(FILES, end=b""), "archive", "I38 no end")
    judge("docker-archive", write(FILES, end=END[:512]), "archive", "I38 one zero block")
    judge("docker-archive", write(FILES) + b"x", "archive", "I38 data behind the end")
    judge("docker-archive", write(FILES) + write(FILES), "archive", "I38 a second archive")
    judge("docker-archive", write(FILES, member("d/", kind=b"5") * 100001), "archive", "I41 many entries")


def test_links():
    load()
    other = "moved/layer.tar"

    def linked(name, target, more=None):
        files = {n: d for n, d in FILES.items() if n != name}
        files[name] = (member(name, kind=b"2", link=target),)
        return write({**files, **(more or {})})
    layer = {other: FILES[LAYERS[0]]}
    judge("docker-archive", linked(LAYERS[0], f"../{other}", layer), "ok", "I19 a link to a later layer")
    judge("docker-archive", write({**layer, **{n: d for n, d in FILES.items() if n != LAYERS[0]},
                                   LAYERS[0]: (member(LAYERS[0], kind=b"2", link=f"../{other}"),)}), "ok",
          "I19 a link to an earlier layer")
    chain = {"hop": (member("hop", kind=b"2", link=other),), **layer}
    for what, target, more in (("outside", "../../etc/passwd", None), ("absolute", "/etc/passwd", None),
                               ("a chain", "../hop", chain), ("a loop", "layer.tar", None), ("nowhere", "../none", None)):
        judge("docker-archive", linked(LAYERS[0], target, more), "archive-link", f"I18 {what}")
    judge("docker-archive", linked("manifest.json", "real", {"real": FILES["manifest.json"]}), "archive-link",
          "I18 as manifest.json")
    judge("docker-archive", linked(CONFIG, "real", {"real": FILES[CONFIG]}), "archive-link", "I18 as config")
    through = {"up": (member("up", kind=b"2", link="."),), "up/manifest.json": b"[]"}
    judge("docker-archive", write({**FILES, **through}), "archive-link", "I18 a file below a link")
    files = {n: d for n, d in FILES.items() if n != LAYERS[0]}
    hard = {**files, "real": FILES[LAYERS[0]], LAYERS[0]: (member(LAYERS[0], kind=b"1", link="real"),)}
    judge("docker-archive", write(hard), "archive-link", "I20 a layer that is a hard link")


# ---- what manifest.json says: I21 to I30, I44 ----

def test_documents():
    load()
    without = {n: d for n, d in FILES.items() if n != "manifest.json"}
    manifest = json.loads(FILES["manifest.json"])[0]
    judge("docker-archive", write(without), "archive-missing", "I21 no manifest.json")
    judge("docker-archive", write(with_file("manifest.json", b"[]")), "archive-missing", "I21 no image")
    judge("docker-archive", write(with_file("manifest.json", b"{}")), "schema", "I21 no list")
    judge("docker-archive", write(with_manifest(Layers=None)), "schema", "I21 no layers")
    judge("docker-archive", write(with_file("manifest.json", json.dumps(
        [manifest, {**manifest, "RepoTags": ["other:1"]}]).encode())), "usage", "I21 two images, none asked for")
    judge("docker-archive", write(with_file("manifest.json", b'[{"Config":"a","Config":"b","Layers":[]}]')),
          "json-duplicate", "I21 a member twice")
    judge("docker-archive", write(with_manifest(Config="none.json")), "archive-missing", "I21 config missing")
    judge("docker-archive", write(with_manifest(Layers=LAYERS[:-1] + ["none"])), "archive-missing", "I21 layer missing")
    judge("docker-archive", write(with_manifest(Config="../" + CONFIG)), "archive-missing", "I21 a config outside")
    altered = FILES[CONFIG].replace(b"linux", b"linuz")
    judge("docker-archive", write(with_file(CONFIG, altered)), "digest-mismatch", "I24 another config of that name")
    for i, layer in enumerate(LAYERS):
        data = bytearray(FILES[layer])
        data[len(data) // 2] ^= 1
        judge("docker-archive", write(with_file(layer, bytes(data))), "digest-mismatch", f"I25 layer {i}")
    judge("docker-archive", write(with_manifest(Layers=LAYERS[::-1])), "digest-mismatch", "I26 swapped")
    judge("docker-archive", write(with_manifest(Layers=LAYERS[:-1])), "schema", "I26 dropped")
    judge("docker-archive", write(with_manifest(Layers=LAYERS + LAYERS[:1])), "schema", "I26 added")
    judge("docker-archive", write(with_manifest(Layers=LAYERS[:1] * len(LAYERS))), "digest-mismatch",
          "I26 one path for two layers")
    judge("docker-archive", write(with_manifest(RepoTags=None)), "ok", "I27 no names")
    judge("docker-archive", write(with_file("repositories", b"{}")), "ok", "I44 repositories")
    judge("docker-archive", write({n: b"{}" if n.endswith("/json") else d for n, d in FILES.items()}), "ok",
          "I44 json of each layer")
    path = f"{SCRATCH}/big.tar"
    with open(path, "wb") as out:
        out.write(write(without, end=b"") + member("manifest.json", size="%011o" % (1 << 30)))
        out.seek(1 << 30, os.SEEK_CUR)
        out.write(END)
    judge("docker-archive", path, "too-large", "I30 manifest.json of 1 GiB", modes=("file",))
    os.unlink(path)


def test_names():
    load()
    manifest = json.loads(FILES["manifest.json"])[0]
    two = write(with_file("manifest.json", json.dumps([manifest, {**manifest, "RepoTags": ["other:1"]}]).encode()))
    path = f"{SCRATCH}/names.tar"
    for what, archive, asked, status in (("absent", write(FILES), ":none:1", "image-absent"),
                                         ("listed by two", write(with_file("manifest.json", json.dumps(
                                             [manifest, manifest]).encode())), f":{manifest['RepoTags'][0]}", "ambiguous"),
                                         ("one of two", two, f":{manifest['RepoTags'][0]}", "ok")):
        with open(path, "wb") as out:
            out.write(archive)
        done = verify(f"docker-archive:{path}{asked}")
        got = json.loads(done.out)["results"][0]["status"]
        check(f"I27 {what}: {got}", got == status, done)


def test_waiting():
    """A pipe that brings half an archive, and then nothing: one signal is enough."""
    load()
    half = write(FILES)[:3000]
    for args in (["verify", "--bundle", BUNDLE, "--root", PIN, "--state-dir", _state, "--as", AS, "docker-archive:-"],
                 ["gate", "-"]):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            child = subprocess.Popen([ASSAY, *args], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, cwd=SCRATCH)
            child.stdin.write(half)
            child.stdin.flush()
            time.sleep(1)
            child.send_signal(number)
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
            check(f"waiting: {args[0]} ends by signal {number}", child.wait() == code and b"TRUSTED" not in child.stdout.read())
            child.stdin.close()
            child.stdout.close()


# ---- OCI archives: I22, I29 ----

def oci_files():
    files = {}
    for where, _, names in os.walk(f"{EXAMPLE}/image"):
        for name in sorted(names):
            path = f"{where}/{name}"
            files[os.path.relpath(path, f"{EXAMPLE}/image")] = open(path, "rb").read()
    return files


def test_oci():
    load()
    files = oci_files()
    judge("oci-archive", write(files), "ok", "I29 as it is")
    judge("oci-archive", write({n: d for n, d in files.items() if n != "oci-layout"}), "archive-missing",
          "I29 no oci-layout")
    judge("oci-archive", write({n: d for n, d in files.items() if n != "index.json"}), "archive-missing",
          "I29 no index.json")
    judge("oci-archive", write({**files, "oci-layout": b'{"imageLayoutVersion":"2.0.0"}'}), "layout", "I29 version 2.0.0")
    for name in [n for n in files if n.startswith("blobs/")]:
        data = bytearray(files[name])
        data[len(data) // 2] ^= 1
        judge("oci-archive", write({**files, name: bytes(data)}), "digest-mismatch", f"I29 {name[13:25]} altered")
    hybrid = {**files, **FILES}
    index = json.loads(files["index.json"])
    judge("docker-archive", write(hybrid), "ok", "I22 both, of one image")
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1}
    wide = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
        {**entry, "digest": f"sha256:{n:064x}", "platform": {"os": "linux", "architecture": f"a{n}"}}
        for n in range(500)]}).encode()
    digest = hashlib.sha256(wide).hexdigest()
    many = {**index, "manifests": index["manifests"] + [{
        "mediaType": "application/vnd.oci.image.index.v1+json", "size": len(wide), "digest": f"sha256:{digest}"}
        for _ in range(9)]}
    judge("docker-archive", write({**hybrid, "index.json": json.dumps(many).encode(), f"blobs/sha256/{digest}": wide}),
          "too-large", "I22 more documents than are looked at")
    layer = FILES[LAYERS[0]]
    diff_id = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    other = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                        "rootfs": {"type": "layers", "diff_ids": [diff_id]}})
    digest = hashlib.sha256(other.encode()).hexdigest()
    media = "application/vnd.oci.image"
    wrong = json.dumps({"schemaVersion": 2, "mediaType": f"{media}.manifest.v1+json",
                        "config": {"mediaType": f"{media}.config.v1+json", "digest": f"sha256:{digest}", "size": len(other)},
                        "layers": [{"mediaType": f"{media}.layer.v1.tar", "digest": diff_id, "size": len(layer)}]}).encode()
    hybrid.update({f"blobs/sha256/{hashlib.sha256(wrong).hexdigest()}": wrong, f"blobs/sha256/{digest}": other.encode()})

    def two(right, annotations, tags=(AS,), more=()):
        second = {"mediaType": f"{media}.manifest.v1+json", "size": len(wrong),
                  "digest": f"sha256:{hashlib.sha256(wrong).hexdigest()}", "annotations": annotations}
        docker = json.loads(FILES["manifest.json"])[0]
        docker["RepoTags"] = tags and list(tags)
        return write({**hybrid, "index.json": json.dumps({**index, "manifests": right + [second]}).encode(),
                      "manifest.json": json.dumps([docker, *more]).encode()})
    short, full = "org.opencontainers.image.ref.name", "io.containerd.image.name"
    right = index["manifests"]
    for what, status, archive in (
        ("two images in one archive", "ambiguous", two([], {short: "1.0"})),
        ("a second image of the same name", "ambiguous", two(right, {full: AS})),
        ("a second image with a name, the first has none", "ambiguous", two(right, {full: AS}, None)),
        ("a second image with a tag, the first has none", "ambiguous", two(right, {short: "1.0"}, None)),
        ("a second image with a name, the first has another", "ambiguous", two(right, {full: AS}, ["other:1"])),
        ("a second image without a name", "ok", two(right, {})),
    ):
        judge("docker-archive", archive, status, f"I22 {what}")
    path = f"{SCRATCH}/archive.tar"
    with open(path, "wb") as out:
        out.write(two(right, {full: "docker.io/library/other:1"}, more=[{"Config": "none", "RepoTags": ["other:1"], "Layers": []}]))
    done = verify(f"docker-archive:{path}:{AS}")
    check("archives: I22 a second image that both name", done.code == 0, done)


# ---- compression: I32 to I37 ----

def zstd_frame(data, head):
    blocks = b""
    for at in range(0, len(data), 65536) or [0]:
        part = data[at:at + 65536]
        blocks += struct.pack("<I", len(part) << 3 | (at + 65536 >= len(data)))[:3] + part
    return b"\x28\xb5\x2f\xfd" + head + blocks


def test_compression():
    load()
    first = FILES[LAYERS[0]]
    packed = gzip.compress(first, mtime=0)
    half = len(first) // 2
    fhcrc = b"\x1f\x8b\x08\x02\0\0\0\0\0\x03"
    body = packed[10:]
    crc = struct.pack("<H", __import__("zlib").crc32(fhcrc) & 0xFFFF)
    window_8m, window_16m, window_2g = b"\0\x68", b"\0\x70", b"\0\xa8"
    for row, what, status, layer in (
        ("I34", "gzip", "ok", packed),
        ("I34", "zstd", "ok", zstd_frame(first, window_8m)),
        ("I32", "gzip of gzip", "compression", gzip.compress(packed)),
        ("I32", "zstd of gzip", "compression", zstd_frame(packed, window_8m)),
        ("I33", "window of 2 GiB", "compression", zstd_frame(first, window_2g)),
        ("I33", "window of 16 MiB", "compression", zstd_frame(first, window_16m)),
        ("I33", "wrong checksum", "compression", zstd_frame(first, b"\x04\x68") + b"\0\0\0\0"),
        ("I33", "cut", "compression", zstd_frame(first, window_8m)[:-1]),
        ("I33", "bytes behind the end", "compression", zstd_frame(first, window_8m) + b"x"),
        ("I33", "dictionary", "compression", zstd_frame(first, b"\x01\x58\x07")),
        ("I33", "skippable frame in front of content", "digest-mismatch", b"\x50\x2a\x4d\x18\x01\0\0\0x" +
         zstd_frame(first, window_8m)),
        ("I33", "skippable frame behind", "compression", zstd_frame(first, window_8m) + b"\x50\x2a\x4d\x18\x01\0\0\0x"),
        ("I35", "100,000 empty members", "ok", gzip.compress(b"", mtime=0) * 100000 + packed),
        ("I35", "100,000 empty frames", "ok", zstd_frame(b"", window_8m) * 100000 + zstd_frame(first, window_8m)),
        ("I36", "xz", "compression", b"\xfd7zXZ\0" + first),
        ("I36", "bzip2", "compression", b"BZh9" + first),
        ("I36", "lz4", "compression", b"\x04\x22\x4d\x18" + first),
        ("I36", "compress", "compression", b"\x1f\x9d\x90" + first),
        ("I37", "two members", "ok", gzip.compress(first[:half]) + gzip.compress(first[half:])),
        ("I37", "bytes behind the end", "compression", packed + b"x"),
        ("I37", "wrong checksum", "compression", packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]),
        ("I37", "wrong length", "compression", packed[:-1] + bytes([packed[-1] ^ 1])),
        ("I37", "cut", "compression", packed[:-9]),
        ("I37", "header checksum", "ok", fhcrc + crc + body),
        ("I37", "wrong header checksum", "compression", fhcrc + bytes([crc[0] ^ 1]) + crc[1:] + body),
    ):
        judge("docker-archive", write(with_file(LAYERS[0], layer)), status, f"{row} {what}")
    for around in (gzip.compress(write(FILES)), zstd_frame(write(FILES), window_8m)):
        judge("docker-archive", around, "ok", "I42 compressed as a whole")
    judge("docker-archive", gzip.compress(write(FILES)) + b"x", "compression", "I37 bytes behind the whole")


def test_formats():
    """What Python's tarfile writes in each of its formats, long names and fractions of seconds too."""
    load()
    layer = "d" * 90 + "/" + "1" * 90
    files = {layer if n == LAYERS[0] else n: d for n, d in with_manifest(Layers=[layer, *LAYERS[1:]]).items()}
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(data), 1.5 if form == tarfile.PAX_FORMAT else 1
                tar.addfile(info, io.BytesIO(data))
        judge("docker-archive", out.getvalue(), "ok", f"tarfile's format {form}")


# ---- what is no archive: I39 ----

def test_no_archive():
    load()
    os.makedirs(f"{SCRATCH}/odd", exist_ok=True)
    os.mkfifo(f"{SCRATCH}/odd/fifo")
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{SCRATCH}/odd/socket")
    for what, path, status in (("directory", f"{SCRATCH}/odd", "file-io"), ("FIFO", f"{SCRATCH}/odd/fifo", "archive"),
                               ("device", "/dev/zero", "file-io"), ("socket", f"{SCRATCH}/odd/socket", "file-io"),
                               ("nothing", f"{SCRATCH}/odd/none", "file-io"), ("empty file", "/dev/null", "file-io")):
        done = verify(f"docker-archive:{path}", env=environment())
        got = json.loads(done.out)["results"][0]["status"]
        check(f"I39 {what}: {got}", got == status, done)
    server.close()
    with open("/dev/zero", "rb") as zeros:
        done = verify("docker-archive:-", stdin=zeros)
        got = json.loads(done.out)["results"][0]["status"]
        check(f"I39 zeros for ever: {got}", got == "archive", done)


# ---- what we take, others read alike: I45 ----

def test_peers():
    """Headers changed at random: where we say ok, skopeo and Python read the same config and the same layers."""
    load()
    chance = random.Random(45)
    skopeo = shutil.which("skopeo")
    path = f"{SCRATCH}/peers.tar"
    good = write(FILES)
    headers, at = [], 0
    for data in FILES.values():
        headers.append(at)
        at += 512 + (len(data) + 511) // 512 * 512
    accepted = 0
    for i in range(500):
        archive = bytearray(good)
        start = chance.choice(headers)
        archive[start + chance.randrange(512)] ^= 1 << chance.randrange(8)
        if i % 2 == 0:  # with the sum made right again
            block = archive[start:start + 512]
            block[148:156] = b" " * 8
            archive[start + 148:start + 155] = b"%06o\0" % sum(block)
        with open(path, "wb") as out:
            out.write(archive)
        if verify(f"docker-archive:{path}").code != 0:
            continue
        accepted += 1
        with tarfile.open(path) as tar:
            alike = all(name in tar.getnames() and tar.extractfile(name).read() == FILES[name]
                        for name in [CONFIG, *LAYERS])
        if skopeo:
            config = subprocess.run([skopeo, "inspect", "--config", "--raw", f"docker-archive:{path}"], capture_output=True,
                                    check=False).stdout
            alike = alike and config == FILES[CONFIG]
        check(f"I45 mutation {i}: others read another image", alike)
    check(f"I45: {accepted} of 500 accepted", 50 < accepted < 450)
