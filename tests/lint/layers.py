# SPDX-License-Identifier: Apache-2.0
"""A file includes headers of its own layer and of those to its left, and a foreign library only
where it lives."""
import re

import tree

LAYERS = ["base", "crypto", "json", "net", "archive", "oci", "tuf", "source", "trust", "verify",
          "audit", "policy", "scan", "gate", "report", "cli"]
# Headers of libraries, and the files that may include them.
HOMES = [(r"openssl/.*|sodium(/.*)?\.h", r"src/crypto/.*"),
         (r"jansson.*\.h", r"src/json/.*"),
         (r"yaml\.h", r"src/json/.*"),
         (r"curl/.*", r"src/net/fetch_curl.*"),
         (r"zlib\.h|zstd\.h|isa-l.*", r"src/archive/.*"),
         (r"dlfcn\.h", r"src/net/fetch_curl.*"),
         (r"locale\.h|wchar\.h|regex\.h|setjmp\.h", r"nowhere")]
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def judge(name, kind, header):
    layer = name.split("/")[1]
    target = header.split("/")[0]
    if kind == '"':
        if target not in LAYERS:
            return f"includes \"{header}\", which names no layer"
        if layer in LAYERS and LAYERS.index(target) > LAYERS.index(layer):
            return f"{layer} includes \"{header}\", which is to its right"
    for library, home in HOMES:
        if re.fullmatch(library, header) and not re.fullmatch(home, name):
            return f"includes <{header}>, whose home is {home}"
    return None


def main():
    findings = []
    names = tree.files(r"src/[a-z]+/.*\.[ch]")
    for name in names:
        for kind, header in INCLUDE.findall(tree.bare(tree.read(name), keep_texts=True)):
            problem = judge(name, kind, header)
            if problem:
                findings.append(f"{name}: {problem}")
    tree.finish(findings, len(names), "layers")


main()
