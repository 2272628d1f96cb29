#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""saved_images.py OUT none|gzip|zstd NAME MIB...: an image with layers of so many MiB of what this
machine has in /usr, so that it compresses as file systems do: OUT/oci, a layout, and OUT/app.tar, an
archive as docker (none) or skopeo writes it. Prints the digest and size of the manifest.
"""
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import zlib
from concurrent.futures import ThreadPoolExecutor

MIB = 1 << 20
FILES = ("lib/x86_64-linux-gnu", "share")  # programs and texts, about 3:1
OCI = "application/vnd.oci.image."


class Hashed:
    """Writes to a file and hashes what it writes."""

    def __init__(self, path):
        self.file, self.sha256, self.size = open(path, "wb"), hashlib.sha256(), 0

    def write(self, data):
        self.file.write(data)
        self.sha256.update(data)
        self.size += len(data)

    def close(self):
        self.file.close()
        return self.sha256.hexdigest()


def compress(kind, source, out):
    if kind == "zstd":
        with subprocess.Popen(["zstd", "-3", "-q", "-c", source], stdout=subprocess.PIPE) as zstd:
            while data := zstd.stdout.read(MIB):
                out.write(data)
        return
    gzip = zlib.compressobj(6, zlib.DEFLATED, 31)
    with open(source, "rb") as file:
        while data := file.read(MIB):
            out.write(gzip.compress(data))
    out.write(gzip.flush())


def layer(kind, path):
    """diff_id and descriptor; the layer lies beside path afterwards, named by its digest."""
    with open(path, "rb") as file:
        diff_id = hashlib.sha256()
        while data := file.read(MIB):
            diff_id.update(data)
    name, size = diff_id.hexdigest(), path.stat().st_size
    if kind != "none":
        out = Hashed(path.with_suffix(".packed"))
        compress(kind, path, out)
        name, size = out.close(), out.size
        path.unlink()
        path = path.with_suffix(".packed")
    path.rename(path.with_name(name))
    media_type = OCI + "layer.v1.tar" + ("" if kind == "none" else "+" + kind)
    return "sha256:" + diff_id.hexdigest(), {"mediaType": media_type, "digest": "sha256:" + name,
                                             "size": size}


def cut(blobs, sizes):
    """The machine's files as one stream, over and over, cut into layers."""
    paths, stream = [], None
    for number, mib in enumerate(sizes):
        paths.append(blobs / f"layer-{number}")
        with open(paths[-1], "wb") as out:
            left = mib * MIB
            while left > 0:
                if stream is None:
                    stream = subprocess.Popen(["tar", "-C", "/usr", "-cf", "-", *FILES],
                                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                data = stream.stdout.read(min(left, MIB))
                left -= out.write(data)
                if not data:
                    stream.wait()
                    stream = None
    if stream is not None:
        stream.kill()
        stream.wait()
    return paths


def add(tar, name, data):
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def main():
    out, kind, name = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    blobs = out / "oci" / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool: # zlib and hashlib let other threads run
        layers = list(pool.map(lambda path: layer(kind, path), cut(blobs, map(int, sys.argv[4:]))))

    def document(value):
        data = json.dumps(value).encode()
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    config = document({"architecture": "amd64", "os": "linux", "config": {},
                       "rootfs": {"type": "layers", "diff_ids": [d for d, _ in layers]}})
    manifest = document({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                         "config": {"mediaType": OCI + "config.v1+json", **config},
                         "layers": [descriptor for _, descriptor in layers]})
    entry = {"mediaType": OCI + "manifest.v1+json", **manifest,
             "annotations": {"org.opencontainers.image.ref.name": name}}
    (out / "oci" / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (out / "oci" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    with tarfile.open(out / "app.tar", "w") as tar:
        if kind != "none":
            for each in ("oci-layout", "index.json", "blobs"):
                tar.add(out / "oci" / each, each)
        else:
            names = [d["digest"][7:] for _, d in layers]
            for each in dict.fromkeys(names):
                tar.add(blobs / each, each + ".tar")
            add(tar, config["digest"][7:] + ".json", (blobs / config["digest"][7:]).read_bytes())
            add(tar, "manifest.json", json.dumps([{
                "Config": config["digest"][7:] + ".json", "RepoTags": [name],
                "Layers": [each + ".tar" for each in names]}]).encode())
    print(manifest["digest"], manifest["size"])


main()
