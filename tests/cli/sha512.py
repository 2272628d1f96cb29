# SPDX-License-Identifier: Apache-2.0
"""Images whose descriptors name content by sha512: good, and with one byte altered, in every place."""
import gzip
import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import tarfile
import threading

from harness import FIXTURE, SCRATCH, check, expect, fresh_state, run
from network import Registry

_made = 0


def scratch():
    global _made
    _made += 1
    return f"{SCRATCH}/wide-{_made}"


class Image:
    """A signed image, its layout, and its content by what it is."""

    def __init__(self, gun, diff_ids):
        self.path = scratch()
        subprocess.run([FIXTURE, "repo", self.path, f"gun={gun}", "made=now", "descriptors=sha512",
                        f"diff-ids={diff_ids}"], check=True, timeout=60)
        self.name, self.layout = f"{gun}:1.0", f"{self.path}/oci"
        self.root = ["--root", f"{self.path}/root.json", "--state-dir"]
        self.trust = ["--trust-dir", f"{self.path}/cache"]
        self.index = json.load(open(f"{self.layout}/index.json"))["manifests"][0]["digest"][7:]
        self.manifests = [entry["digest"][7:] for entry in self.document(self.index)["manifests"]]
        first = self.document(self.manifests[0])
        self.config = first["config"]["digest"][7:]
        self.layer = first["layers"][1]["digest"][7:]
        self.parts = {"index": self.index, "manifest": self.manifests[0], "config": self.config, "layer": self.layer}

    def blob(self, digest, layout=None):
        return open(f"{layout or self.layout}/blobs/sha512/{digest}", "rb").read()

    def document(self, digest):
        return json.loads(self.blob(digest))

    def altered(self, digest):
        """A copy of the layout with one byte of one blob altered."""
        to = scratch()
        shutil.copytree(self.layout, to)
        data = bytearray(self.blob(digest))
        data[len(data) // 2] ^= 1
        with open(f"{to}/blobs/sha512/{digest}", "wb") as file:
            file.write(data)
        return to

    def verify(self, source, *args, trust=None, **more):
        return run("verify", *self.root, fresh_state(), *(self.trust if trust is None else trust), *args, source, **more)


def archive_of(layout):
    path = f"{scratch()}.tar"
    with tarfile.open(path, "w") as tar:
        for folder, _, names in sorted(os.walk(layout)):
            for name in sorted(names):
                tar.add(f"{folder}/{name}", os.path.relpath(f"{folder}/{name}", layout))
    return path


def directory_of(image, layout, version):
    """As skopeo would write it: from version 1.2 on, names say the algorithm."""
    to = scratch()
    os.mkdir(to)
    prefix = "" if version == "1.1" else "sha512-"
    files = {"version": f"Directory Transport Version: {version}\n".encode(), "manifest.json": image.blob(image.index, layout)}
    for digest in os.listdir(f"{layout}/blobs/sha512"):
        suffix = ".manifest.json" if digest in image.manifests else ""
        files[f"{prefix}{digest}{suffix}"] = image.blob(digest, layout)
    for name, data in files.items():
        with open(f"{to}/{name}", "wb") as file:
            file.write(data)
    return to


def through_pipe(image, source, path, packed=False):
    with open(path, "rb") as file:
        data = gzip.compress(file.read()) if packed else file.read()
    path = f"{scratch()}.pipe"
    with open(path, "wb") as file:
        file.write(data)
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
        return image.verify(source, "--as", image.name, stdin=cat.stdout)


def ways(image, layout):
    as_name = ("--as", image.name)
    archive = archive_of(layout)
    yield "oci", image.verify(f"oci:{layout}", *as_name)
    yield "oci-archive", image.verify(f"oci-archive:{archive}", *as_name)
    yield "from a pipe", through_pipe(image, "oci-archive:-", archive)
    yield "packed, from a pipe", through_pipe(image, "-", archive, packed=True)
    for version in ("1.1", "1.2"):
        yield f"dir {version}", image.verify(f"dir:{directory_of(image, layout, version)}", *as_name)


def test_sha512():
    for diff_ids in ("sha256", "sha512"):
        image = Image("registry.example.com/wide", diff_ids)
        for way, result in ways(image, image.layout):
            expect(f"sha512, diff_ids {diff_ids}: {way}", result, 0, ["TRUSTED"])
        for part, digest in image.parts.items():
            for way, result in ways(image, image.altered(digest)):
                if part == "index" and way.startswith("dir"):
                    # which has no digest to contradict: it just is not the signed one
                    expect(f"sha512, an altered {part}: {way}", result, 4, ["  manifest-missing  "])
                else:
                    expect(f"sha512, an altered {part}: {way}", result, 1, ["  digest-mismatch  "])


def named(image, digest):
    """The layout, led to another of its documents."""
    to = scratch()
    shutil.copytree(image.layout, to)
    data = image.blob(digest)
    entry = {"mediaType": json.loads(data)["mediaType"], "digest": f"sha512:{digest}", "size": len(data)}
    json.dump({"schemaVersion": 2, "manifests": [entry]}, open(f"{to}/index.json", "w"))
    return to


def docker_archive(image, alter=None):
    """The first platform as docker saves it: unpacked layers beside a config."""
    path = f"{scratch()}.tar"
    config = bytearray(image.blob(image.config))
    if alter is not None:
        at = config.index(alter)
        config[at] ^= 1
    layers = [gzip.decompress(image.blob(layer["digest"][7:])) for layer in image.document(image.manifests[0])["layers"]]
    listed = [{"Config": "config.json", "RepoTags": [image.name], "Layers": [f"{i}.tar" for i in range(len(layers))]}]
    files = {"config.json": bytes(config), "manifest.json": json.dumps(listed).encode()}
    files.update({f"{i}.tar": layer for i, layer in enumerate(layers)})
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_sha512_bundle():
    for diff_ids in ("sha256", "sha512"):
        image = Image("registry.example.com/wide", diff_ids)
        path = f"{scratch()}.tar"
        bundle = ("--bundle", path)
        expect("a bundle of it", run("bundle", "create", *image.root, fresh_state(), *image.trust, "--as", image.name,
                                     "--to", path, f"oci:{image.layout}"), 0, ["TRUSTED"])
        expect("alone", run("bundle", "verify", *image.root, fresh_state(), path), 0, ["TRUSTED"])
        expect("the signed digest is by sha256", image.verify(image.name, *bundle, "--offline", trust=()), 0, ["TRUSTED"])
        one = named(image, image.manifests[1])
        for digest in (image.index, image.manifests[0]):
            os.remove(f"{one}/blobs/sha512/{digest}")
        expect("one platform, the index is in the bundle", image.verify(f"oci:{one}", *bundle, "--as", image.name, trust=()),
               0, ["TRUSTED"])
        foreign = named(image, image.manifests[1])
        data = image.blob(image.manifests[1]).replace(b"}]", b"} ]")
        digest = hashlib.sha512(data).hexdigest()
        with open(f"{foreign}/blobs/sha512/{digest}", "wb") as file:
            file.write(data)
        entry = {"mediaType": json.loads(data)["mediaType"], "digest": f"sha512:{digest}", "size": len(data)}
        json.dump({"schemaVersion": 2, "manifests": [entry]}, open(f"{foreign}/index.json", "w"))
        expect("a manifest that is not in the index", image.verify(f"oci:{foreign}", *bundle, "--as", image.name, trust=()), 1,
               ["  digest-mismatch  "])
        saved = f"docker-archive:{docker_archive(image)}"
        expect("as docker saves it", image.verify(saved, *bundle, trust=()), 0, ["TRUSTED"])
        expect("another config", image.verify(f"docker-archive:{docker_archive(image, alter=b'linux')}", *bundle, trust=()), 1,
               ["  digest-mismatch  "])
        with subprocess.Popen(["cat", saved[15:]], stdout=subprocess.PIPE) as cat:
            piped = image.verify("-", *bundle, trust=(), stdin=cat.stdout)
        expect("and from a pipe", piped, 0 if diff_ids == "sha256" else 1,
               ["TRUSTED" if diff_ids == "sha256" else "  digest-algorithm  "])


def test_sha512_registry():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    Registry.delay_s = 0.0
    image = Image(f"{host}/wide", "sha256")
    Registry.layout = image.layout
    more = ("--layers", "--plain-http", host)
    expect("sha512 in a registry", image.verify(image.name, *more), 0, ["TRUSTED"])
    path = f"{scratch()}.tar"
    expect("into a bundle", run("bundle", "create", *image.root, fresh_state(), *image.trust, "--plain-http", host, "--to", path,
                                image.name), 0, ["TRUSTED"])
    expect("and from it", run("bundle", "verify", *image.root, fresh_state(), path), 0, ["TRUSTED"])
    for part, digest in image.parts.items():
        Registry.layout = image.altered(digest)
        # a registry that has another index has not the signed one
        result = image.verify(image.name, *more)
        check(f"sha512, an altered {part} in a registry", "TRUSTED" not in result.out and
              (result.code == 1 and "  digest-mismatch  " in result.out or part == "index" and result.code == 4), result)
    server.shutdown()
