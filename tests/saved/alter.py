#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""alter.py WHAT ARCHIVE OUT: a copy of a docker-archive with one thing wrong.

layer: a byte of the last layer; config: a byte of the config; swap: the first two layers change
places; drop: the last layer is left out.
"""
import io
import json
import sys
import tarfile


def main():
    what, source, out = sys.argv[1:]
    with tarfile.open(source) as old, tarfile.open(out, "w") as new:
        entry = json.loads(old.extractfile("manifest.json").read())[0]
        layer = old.extractfile(entry["Layers"][-1])  # resolves a link
        altered = {"layer": old.getmember(entry["Layers"][-1]).name, "config": entry["Config"]}
        if old.getmember(entry["Layers"][-1]).issym():
            sys.exit("alter.py: layers behind links are not altered")
        if what == "swap":
            entry["Layers"][:2] = reversed(entry["Layers"][:2])
        for member in old.getmembers():
            data = old.extractfile(member).read() if member.isreg() else b""
            if member.name == altered.get(what):
                middle = len(data) // 2
                data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
            if member.name == "manifest.json" and what == "swap":
                data = json.dumps([entry]).encode()
            if what == "drop" and member.name == altered["layer"]:
                continue
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        layer.close()


main()
