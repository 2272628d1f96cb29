#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""damage.py DAMAGE SOURCE ARCHIVE REFERENCE BUNDLE ROOT every|sample=N|cut...

Changes an archive that is TRUSTED, one byte at a time, on all cores, and looks at each change that
is still TRUSTED: whoever loads the archive must read the very same image. That is decided by
Python's tarfile and json, from what a loader follows: manifest.json or index.json, the manifests,
the config and the layers. What no loader reads into the image (times, owners, padding, files that
nothing names) may change.

every: each byte by 0x01. sample=N: N bytes. cut: at every 512 bytes, where nothing may be TRUSTED at
all.
"""
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

MASK = "0x01"


def content(tar, name):
    return tar.extractfile(tar.getmember(name)).read()


def docker_image(tar):
    """Config and layers of the only image, as docker loads them."""
    entry, = json.loads(content(tar, "manifest.json"))
    return [content(tar, entry["Config"])] + [content(tar, name) for name in entry["Layers"]]


def oci_image(tar):
    """All that is there below the only descriptor of index.json: whole images, at least one."""
    def blob(descriptor):
        return content(tar, "blobs/" + descriptor["digest"].replace(":", "/"))

    def image(text):
        manifest = json.loads(text)
        return [text] + [blob(part) for part in [manifest["config"], *manifest["layers"]]]

    entry, = json.loads(content(tar, "index.json"))["manifests"]
    top = blob(entry)
    there = tar.getnames()
    listed = [e for e in json.loads(top).get("manifests", [])
              if "blobs/" + e["digest"].replace(":", "/") in there]
    if not listed:
        return image(top)
    return [top] + [part for e in listed for part in image(blob(e))]


def loaded(source, path):
    with tarfile.open(path, errorlevel=2) as tar:
        return {"docker-archive": docker_image, "oci-archive": oci_image}[source](tar)


class Damage:
    def __init__(self, program, source, archive, reference, bundle, root):
        self.program, self.source, self.archive = program, source, pathlib.Path(archive)
        self.arguments = [reference, bundle, root]
        self.original = loaded(source, archive)
        self.size = self.archive.stat().st_size
        self.judged = self.bad = self.harmless = 0

    def start(self, directory, number, *how):
        copy = pathlib.Path(directory) / f"{number}.tar"
        copy.write_bytes(self.archive.read_bytes())
        return subprocess.Popen([self.program, self.source, copy, *self.arguments, *how],
                                stdout=subprocess.PIPE, text=True)

    def finish(self, process, check):
        out, _ = process.communicate()
        if process.returncode != 0:
            sys.exit(f"damage ended with {process.returncode}")
        *trusted, last = out.splitlines()
        for line in trusted:
            check(int(line.split()[1]))
        self.judged += int(last.split()[1])

    def same_image(self, directory, at):
        """A change that is TRUSTED: the loader reads the same, or it is a failure."""
        copy = pathlib.Path(directory) / "look.tar"
        changed = bytearray(self.archive.read_bytes())
        changed[at] ^= int(MASK, 0)
        copy.write_bytes(changed)
        try:
            same = loaded(self.source, copy) == self.original
        except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
            print(f"byte {at} ^ {MASK}: TRUSTED, but not read by tarfile: {error!r}")
            same = False
        else:
            if not same:
                print(f"byte {at} ^ {MASK}: TRUSTED, but another image")
        self.harmless += same
        self.bad += not same

    def flips(self, step):
        workers = len(os.sched_getaffinity(0))
        with tempfile.TemporaryDirectory() as directory:
            running = [self.start(directory, n, "flip", str(n * step), str(workers * step), MASK)
                       for n in range(workers)]
            for process in running:
                self.finish(process, lambda at: self.same_image(directory, at))

    def cuts(self):
        def refuse(at):
            print(f"cut at {at}: TRUSTED")
            self.bad += 1

        with tempfile.TemporaryDirectory() as directory:
            self.finish(self.start(directory, 0, "cut", "0", "512"), refuse)


def main():
    damage = Damage(*sys.argv[1:7])
    for how in sys.argv[7:]:
        if how == "every":
            damage.flips(1)
        elif how.startswith("sample="):
            # a step that is no power of two comes by headers as well as contents
            damage.flips(damage.size // int(how[7:]) | 1)
        else:
            damage.cuts()
    print(f"{damage.judged} changes: {damage.judged - damage.harmless - damage.bad} refused, "
          f"{damage.harmless} TRUSTED with the same image, {damage.bad} wrong")
    return 1 if damage.bad or damage.judged == 0 else 0


sys.exit(main())
