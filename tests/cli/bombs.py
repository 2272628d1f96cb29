#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bombs.py ASSAY FIXTURE SOURCE-ROOT BUILD-ROOT: archives that pass the limits of src/base/limits.h themselves, each
with its exact status, and its time and peak memory printed and bounded. Three times 16 GiB are unpacked, which
takes half a minute. The limit of all layers together is held by tests/unit/archive/test_measure.c."""
import gzip
import json
import os
import struct
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True  # the source directory stays as it is

import archives
import harness
from archives import AS, END, member, with_file, with_manifest, write, zstd_frame
from harness import ASSAY, PIN, SCRATCH, check, environment

# Started from a process that is small itself: a child's peak is never below that of who made it.
RUN = """if 1:
    import os, sys, time
    started = time.monotonic()
    child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
    _, state, used = os.wait4(child, 0)
    print(os.waitstatus_to_exitcode(state), time.monotonic() - started, used.ru_maxrss, file=open(sys.argv[1], "w"))
"""
GIB, TIB = 1 << 30, 1 << 40
WINDOW = b"\0\x68"  # 8 MiB
SANITIZED = bool(os.environ.get("ASSAY_SANITIZED"))


def judge(name, status, transport="docker-archive", pipe=False, max_s=10, max_mib=32):
    """What is in the scratch archive; max_s is a bound for slow machines, no measurement."""
    path, used = f"{SCRATCH}/bomb.tar", f"{SCRATCH}/used"
    cat = subprocess.Popen(["cat", path], stdout=subprocess.PIPE) if pipe else None
    done = subprocess.run(
        [sys.executable, "-S", "-c", RUN, used, ASSAY, "verify", "--output", "json", "--bundle", archives.BUNDLE, "--root", PIN,
         "--state-dir", "none", "--as", AS, f"{transport}:{'-' if pipe else path}"],
        stdin=cat.stdout if cat else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(), cwd=SCRATCH, timeout=280)
    if cat:
        cat.stdout.close()
        cat.wait()
    code, seconds, kib = (float(word) for word in open(used).read().split())
    result = json.loads(done.stdout)["results"][0]
    print(f"{name}{' (pipe)' if pipe else ''}: exit {code:.0f} {result['status']}, {seconds:.1f} s, {kib / 1024:.0f} MiB",
          flush=True)
    check(f"{name}: {result['status']}", result["status"] == status and code == (0 if status == "ok" else 1) and
          result["trusted"] == (status == "ok"), harness.Result(code, done.stdout.decode(), done.stderr.decode()))
    check(f"{name}: {seconds:.1f} s", seconds < max_s * (10 if SANITIZED else 1))
    check(f"{name}: {kib} KiB", SANITIZED or kib < max_mib * 1024)


def put(*parts):
    """Bytes, or numbers of zeros that take no room."""
    with open(f"{SCRATCH}/bomb.tar", "wb") as out:
        for part in parts:
            if isinstance(part, int):
                out.seek(part, os.SEEK_CUR)
            else:
                out.write(part)


def large(size):
    return b"\x80" + b"\0" * 3 + struct.pack(">Q", size)


def gzip_of_zeros(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    one = packer.compress(bytes(1 << 26)) + packer.flush()
    return one * (size >> 26)


def zstd_of_zeros(size):
    """Blocks that say one byte and how often."""
    block = struct.pack("<I", 1 << 17 << 3 | 2)[:3] + b"\0"
    last = struct.pack("<I", size % (1 << 17) << 3 | 3)[:3] + b"\0"
    return b"\x28\xb5\x2f\xfd" + WINDOW + block * (size >> 17) + last


def long_layers():
    layer = archives.LAYERS[0]
    without = write({n: d for n, d in archives.FILES.items() if n != layer}, end=b"")
    if SANITIZED:
        print("skipped under sanitizers: what unpacks to 16 GiB")
    else:
        put(write(with_file(layer, gzip_of_zeros(16 * GIB) + gzip.compress(b"\0"))))
        judge("a gzip layer of 16 GiB and one byte", "bomb", max_s=120)
        put(write(with_file(layer, zstd_of_zeros(16 * GIB + 1))))
        judge("a zstd layer of 16 GiB and one byte", "bomb", pipe=True, max_s=120)
        put(zstd_frame(without + member(layer, size=large(17 * GIB)), WINDOW), zstd_of_zeros(17 * GIB),
            zstd_frame(END, WINDOW))
        judge("zstd around an archive with a layer of 17 GiB", "too-large", max_s=120)
    put(without, member(layer, size=large(8 * TIB)), 8 * TIB, END)
    judge("a layer of 8 TiB in a sparse file", "too-large")


def long_files():
    whole = write(archives.FILES)
    put(member("other", size=large(8 * TIB)), 8 * TIB, whole)
    judge("a file of 8 TiB that nothing names", "ok")
    for name, what in (("manifest.json", "manifest.json"), (archives.CONFIG, "a config")):
        without = write({n: d for n, d in archives.FILES.items() if n != name}, end=b"")
        put(without, member(name, size=large(TIB)), TIB, END)
        judge(f"{what} of 1 TiB", "too-large")
        put(without, member(name, size=large(TIB)), END)
        for pipe in (False, True):
            judge(f"{what} that is said to have 1 TiB", "archive", pipe=pipe)


def many_things():
    whole = write(archives.FILES)
    put(b"".join(member(f"d{n}/", kind=b"5") for n in range(100001)), whole)
    for pipe in (False, True):
        judge("100,001 entries", "archive", pipe=pipe)
    put(b"".join(member("L", b"%04000d\0" % n, b"K") + member(f"l{n}", kind=b"2") for n in range(17000)), whole)
    for pipe in (False, True):
        judge("17,000 links of 4000 bytes", "too-large", pipe=pipe, max_mib=128)
    put(write(with_manifest(Layers=archives.LAYERS[:1] * 513)))
    judge("513 layers", "json-limit")
    image = json.loads(archives.FILES["manifest.json"])[0]
    put(write(with_file("manifest.json", json.dumps([image] * 4097).encode())))
    judge("4097 images", "json-limit")


def main():
    archives.load()
    try:
        long_layers()
        long_files()
        many_things()
    finally:
        harness.clean_up()
    print(f"bombs: {harness.count} checks, {harness.failed} failed")
    return 1 if harness.failed or harness.count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
