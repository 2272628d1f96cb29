#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_images.py DIR: an OCI layout with small images for the tests against real servers.

one, two, three, other: linux/amd64 with two gzip layers; many: an index of one and its linux/arm64/v8
sibling; hardened, renewed and weak: images whose configs a policy likes, and one that it does not.
Prints NAME DIGEST SIZE for each.
"""
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

OCI = "application/vnd.oci.image."


class Layout:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        (self.path / "blobs" / "sha256").mkdir(parents=True)
        self.index = []

    def blob(self, content):
        name = hashlib.sha256(content).hexdigest()
        (self.path / "blobs" / "sha256" / name).write_bytes(content)
        return {"digest": "sha256:" + name, "size": len(content)}

    def document(self, value):
        return self.blob(json.dumps(value, separators=(",", ":")).encode())

    def image(self, words, arch, variant=None, history=(), **runs):
        manifest_type = OCI + "manifest.v1+json"
        diff_ids, layers = [], []
        for name, text in (("base", "the same in every image\n" * 64), ("app", words)):
            unpacked = tar_of(name, text.encode())
            diff_ids.append("sha256:" + hashlib.sha256(unpacked).hexdigest())
            layers.append({"mediaType": OCI + "layer.v1.tar+gzip",
                           **self.blob(gzip.compress(unpacked, mtime=0))})
        config = {"architecture": arch, "os": "linux", "config": {"Cmd": ["/app"], **runs},
                  "rootfs": {"type": "layers", "diff_ids": diff_ids}}
        if history:
            config["history"] = [{"created_by": line} for line in history]
        if variant:
            config["variant"] = variant
        return {"mediaType": manifest_type,
                **self.document({"schemaVersion": 2, "mediaType": manifest_type,
                                 "config": {"mediaType": OCI + "config.v1+json",
                                            **self.document(config)},
                                 "layers": layers})}

    def name(self, name, descriptor):
        self.index.append({**descriptor,
                           "annotations": {"org.opencontainers.image.ref.name": name}})
        print(name, descriptor["digest"], descriptor["size"])

    def finish(self):
        (self.path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (self.path / "index.json").write_text(
            json.dumps({"schemaVersion": 2, "manifests": self.index}))


def tar_of(name, content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def main():
    layout = Layout(sys.argv[1])
    one = layout.image("one", "amd64")
    arm = layout.image("one", "arm64", "v8")
    layout.name("one", one)
    for word in ("two", "three", "other"):
        layout.name(word, layout.image(word, "amd64"))
    many = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": [
        {**one, "platform": {"architecture": "amd64", "os": "linux"}},
        {**arm, "platform": {"architecture": "arm64", "os": "linux", "variant": "v8"}}]}
    layout.name("many", {"mediaType": OCI + "index.v1+json", **layout.document(many)})
    for word in ("hardened", "renewed"):
        layout.name(word, layout.image(word, "amd64", User="65532", ExposedPorts={"8080/tcp": {}},
                                       Env=["PATH=/bin", "PASSWORD_FILE=/run/secrets/password"]))
    layout.name("weak", layout.image("weak", "amd64", User="root", ExposedPorts={"80/tcp": {}},
                                     Env=["DB_PASSWORD=planted-in-the-environment"],
                                     history=["RUN login --token ghp_planted0in0the0history0of0the0image0"]))
    layout.finish()


main()
