# SPDX-License-Identifier: Apache-2.0
"""Images in archives and directories: made here from the image of the example."""
import hashlib
import io
import json
import os
import subprocess
import tarfile

from harness import EXAMPLE, NAME, PIN, SCRATCH, check, expect, fresh_state, run

BLOBS = f"{EXAMPLE}/image/blobs/sha256"
_made = 0


def blob(digest):
    with open(f"{BLOBS}/{digest[-64:]}", "rb") as file:
        return file.read()


def digest_of(data):
    return hashlib.sha256(data).hexdigest()


SIGNED = json.load(open(f"{EXAMPLE}/image/index.json"))["manifests"][0]["digest"]
INDEX = json.loads(blob(SIGNED))
MANIFESTS = [blob(entry["digest"]) for entry in INDEX["manifests"]]  # amd64, arm64
CONFIGS = [blob(json.loads(manifest)["config"]["digest"]) for manifest in MANIFESTS]
LAYERS = [blob(layer["digest"]) for layer in json.loads(MANIFESTS[0])["layers"]]


def unpacked(layer):
    return subprocess.run(["gzip", "-dc"], input=layer, stdout=subprocess.PIPE, check=True).stdout


def blob_name(data):
    return f"blobs/sha256/{digest_of(data)}"


def write_tar(members):
    global _made
    _made += 1
    path = f"{SCRATCH}/saved-{_made}.tar"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            if data.startswith(b"->"):
                member.type, member.linkname, data = tarfile.SYMTYPE, data[2:].decode(), b""
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def docker_archive(config=CONFIGS[0], layers=None, tags=(f"{NAME}:1.0",), documents=None, more=()):
    """As docker saves it, with the manifests of documents beside it."""
    layers = [unpacked(layer) for layer in LAYERS] if layers is None else layers
    documents = [blob(SIGNED), *MANIFESTS] if documents is None else documents
    manifest = [{"Config": "config.json", "RepoTags": list(tags) or None,
                 "Layers": [f"{i}/layer.tar" for i in range(len(layers))]}]
    return write_tar([("config.json", config),
                      *[(f"{i}/layer.tar", layer) for i, layer in enumerate(layers)],
                      *[(blob_name(document), document) for document in documents],
                      ("manifest.json", json.dumps(manifest).encode()), *more])


def verify(source, *args, command="verify", trust=f"{EXAMPLE}/trust", **more):
    trust = [] if trust is None else ["--trust-dir", trust]
    return run(command, "--root", PIN, *trust, "--state-dir", fresh_state(), *args, source, **more)


def bundle():
    path = f"{SCRATCH}/saved-bundle.tar"
    if not os.path.exists(path):
        expect("bundle", run("bundle", "--state-dir", "none", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust",
               "--as", f"{NAME}:1.0", "--to", path, "create", f"oci:{EXAMPLE}/image"), 0)
    return path


def refused(name, path, code, status, *args, err=None):
    expect(name, verify(f"docker-archive:{path}", *args), code, [f"  {status}  "], err)


def flipped(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def test_docker_archive():
    path = docker_archive()
    result = verify(f"docker-archive:{path}")
    expect("docker-archive", result, 0, [f"TRUSTED  {NAME}:1.0  {SIGNED}  "])
    check("the claim is shown", "the name that the source claims" in result.err, result)
    for text in [f"docker-archive:{path}:{NAME}:1.0", f"docker-archive:{path}:@0"]:
        expect("chosen", verify(text), 0, ["TRUSTED"])
    expect("absent", verify(f"docker-archive:{path}:other:1"), 4, ["  image-absent  ", f"{NAME}:1.0"])
    expect("at", verify(f"docker-archive:{path}", "--at", "2026-01-01T00:00:00Z"), 0, ["at=2026"])
    expect("at, expired", verify(f"docker-archive:{path}", "--at", "2099-01-01T00:00:00Z"), 1, ["expired"])
    explained = verify(f"docker-archive:{path}", "--explain")
    expect("explained", explained, 0, ["layer-diff-id  layer 1 of 2", "layer-diff-id  layer 2 of 2",
                                       "linux/arm64", "not present", "config-digest"])
    check("stored layers are not the registry's", "layer-digest" not in explained.out, explained)
    result = verify(f"docker-archive:{docker_archive(tags=[])}")
    expect("without a name", result, 2, ["usage", "--as"])
    expect("with the asked name", verify(f"docker-archive:{docker_archive(tags=[])}", "--as",
                                         f"{NAME}:1.0"), 0, ["TRUSTED"])
    expect("packed layers", verify(f"docker-archive:{docker_archive(layers=LAYERS)}"), 0, ["TRUSTED"])


def test_docker_archive_altered():
    layers = [unpacked(layer) for layer in LAYERS]
    other = CONFIGS[0].replace(b"linux", b"linus")
    assert other != CONFIGS[0]
    refused("another config", docker_archive(config=other), 1, "digest-mismatch",
            err=[digest_of(other), SIGNED])
    for i in range(len(layers)):
        changed = list(layers)
        changed[i] = layers[i][:100] + flipped(layers[i][100:101]) + layers[i][101:]
        refused(f"layer {i}", docker_archive(layers=changed), 1, "digest-mismatch", err=["diff_id"])
        changed[i] = layers[i][:-1]
        refused(f"layer {i} cut", docker_archive(layers=changed), 1, "digest-mismatch")
        changed[i] = flipped(LAYERS[i])
        expect(f"layer {i} badly packed", verify(f"docker-archive:{docker_archive(layers=changed)}"), 1,
               ["REJECTED"])
    refused("swapped", docker_archive(layers=layers[::-1]), 1, "digest-mismatch")
    refused("dropped", docker_archive(layers=layers[:1]), 1, "schema")
    refused("added", docker_archive(layers=layers + layers[:1]), 1, "schema")
    refused("another index", docker_archive(documents=[blob(SIGNED) + b" "]), 4, "manifest-missing")
    blobs = [(blob_name(blob(SIGNED)), flipped(blob(SIGNED)))]
    refused("an altered index", docker_archive(documents=MANIFESTS, more=blobs), 1, "digest-mismatch")
    blobs = [(blob_name(MANIFESTS[1]), flipped(MANIFESTS[1]))]
    refused("an altered manifest of another platform",
            docker_archive(documents=[blob(SIGNED), MANIFESTS[0]], more=blobs), 1, "digest-mismatch")


def test_docker_archive_platforms():
    index = blob(SIGNED)
    expect("arm64", verify(f"docker-archive:{docker_archive(config=CONFIGS[1])}", "--explain"), 0,
           [f"{digest_of(MANIFESTS[1])}  judged", f"{digest_of(MANIFESTS[0])}  not present"])
    refused("another platform was asked for", docker_archive(config=CONFIGS[1]), 4, "platform-absent",
            "--platform", "linux/amd64")
    expect("the one that was asked for", verify(f"docker-archive:{docker_archive()}", "--platform",
                                                "linux/amd64"), 0, ["TRUSTED"])
    expect("a manifest that is not needed", verify(
        f"docker-archive:{docker_archive(documents=[index, MANIFESTS[0]])}"), 0, ["TRUSTED"])
    refused("the manifest that is needed", docker_archive(documents=[index, MANIFESTS[1]]), 4,
            "manifest-missing", err=["--bundle"])
    bare = f"docker-archive:{docker_archive(documents=[])}"
    expect("no manifests", verify(bare), 4, ["  manifest-missing  "], ["--bundle"])
    expect("the manifests of a bundle", verify(bare, "--bundle", bundle(), trust=None), 0, ["TRUSTED"])
    other = docker_archive(config=CONFIGS[0] + b" ", documents=[])
    expect("another image than the bundle's", verify(f"docker-archive:{other}", "--bundle", bundle(),
           trust=None), 1, ["  digest-mismatch  ", digest_of(CONFIGS[0] + b" ")])


def test_docker_archive_links():
    layers = [unpacked(layer) for layer in LAYERS]
    documents = [(blob_name(document), document) for document in [blob(SIGNED), *MANIFESTS]]
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [f"{NAME}:1.0"],
                            "Layers": ["a/layer.tar", "1.tar"]}]).encode()

    def linked(to):
        return write_tar([("a/layer.tar", b"->" + to), ("config.json", CONFIGS[0]), ("0.tar", layers[0]),
                          ("1.tar", layers[1]), ("b.tar", b"->0.tar"), *documents,
                          ("manifest.json", manifest)])
    expect("a link to a later layer", verify(f"docker-archive:{linked(b'../0.tar')}"), 0, ["TRUSTED"])
    refused("a link to a link", linked(b"../b.tar"), 1, "archive-link")
    refused("a link that leaves", linked(b"../../etc/passwd"), 1, "archive-link")
    refused("a link to the wrong layer", linked(b"../1.tar"), 1, "digest-mismatch")


def oci_members():
    image = f"{EXAMPLE}/image"
    for folder, _, names in sorted(os.walk(image)):
        for name in sorted(names):
            path = f"{folder}/{name}"
            yield os.path.relpath(path, image), open(path, "rb").read()


def test_oci_archive():
    as_name = ["--as", f"{NAME}:1.0"]
    members = list(oci_members())
    path = write_tar(members)
    expect("oci-archive", verify(f"oci-archive:{path}", *as_name), 0, [f"TRUSTED  {NAME}:1.0  {SIGNED}"])
    expect("by its name", verify(f"oci-archive:{path}:1.0", *as_name), 0, ["TRUSTED"])
    expect("absent", verify(f"oci-archive:{path}:2.0", *as_name), 4, ["image-absent"])
    for name, data in members:
        if not name.startswith("blobs/"):
            continue
        # what has another size is seen before it is hashed
        for what, new in [("altered", flipped(data)), ("longer", data + b" "), ("shorter", data[:-1])]:
            changed = [(n, new if n == name else d) for n, d in members]
            result = verify(f"oci-archive:{write_tar(changed)}", *as_name)
            expect(f"{what} {name}", result, 1,
                   [f"  {'digest' if what == 'altered' else 'size'}-mismatch  "])
        left = [(n, d) for n, d in members if n != name]
        result = verify(f"oci-archive:{write_tar(left)}", *as_name)
        gone = name[-64:] in {digest_of(manifest) for manifest in MANIFESTS}
        check(f"without {name}", gone and result.code == 0 and "TRUSTED" in result.out or
              not gone and result.code in (1, 4) and "TRUSTED" not in result.out, result)


def skopeo_dir(changed=None, only=None):
    global _made
    _made += 1
    path = f"{SCRATCH}/dir-{_made}"
    os.mkdir(path)
    files = {"version": b"Directory Transport Version: 1.1\n", "manifest.json": blob(SIGNED)}
    files.update({f"{digest_of(m)}.manifest.json": m for m in MANIFESTS})
    if only is not None:
        files = {"version": files["version"], "manifest.json": only}
    files.update({digest_of(data): data for data in CONFIGS + LAYERS})
    files.update(changed or {})
    for name, data in files.items():
        if data is not None:
            with open(f"{path}/{name}", "wb") as file:
                file.write(data)
    return path


def test_paths():
    """What looks like a path and has no transport is told what it may be."""
    for path in ("./image.tar", "/srv/image.tar", "../image.tar"):
        expect(f"verify {path}", run("verify", "--root", PIN, path), 2, None, ["docker-archive:FILE"])


def test_dir():
    as_name = ["--as", f"{NAME}:1.0"]
    expect("dir", verify(f"dir:{skopeo_dir()}", *as_name), 0, [f"TRUSTED  {NAME}:1.0  {SIGNED}"])
    expect("it has no name", verify(f"dir:{skopeo_dir()}"), 2, ["usage", "--as"])
    cases = {"version": (None, 1, "layout"), "manifest.json": (flipped(blob(SIGNED)), 4, "manifest-missing"),
             digest_of(LAYERS[1]): (flipped(LAYERS[1]), 1, "digest-mismatch"),
             digest_of(CONFIGS[0]): (flipped(CONFIGS[0]), 1, "digest-mismatch"),
             f"{digest_of(MANIFESTS[0])}.manifest.json": (flipped(MANIFESTS[0]), 1, "digest-mismatch")}
    for name, (data, code, status) in cases.items():
        expect(f"dir: {name}", verify(f"dir:{skopeo_dir({name: data})}", *as_name), code, [f"  {status}  "])
    expect("no layer", verify(f"dir:{skopeo_dir({digest_of(LAYERS[0]): None})}", *as_name), 4,
           ["manifest-missing"])
    path = skopeo_dir()
    os.rename(f"{path}/{digest_of(LAYERS[0])}", f"{path}/elsewhere")
    os.symlink("elsewhere", f"{path}/{digest_of(LAYERS[0])}")
    expect("a link", verify(f"dir:{path}", *as_name), 1, ["layout"])
    expect("one platform", verify(f"dir:{skopeo_dir(only=MANIFESTS[0])}", *as_name), 4,
           ["manifest-missing", digest_of(MANIFESTS[0])])
    foreign = MANIFESTS[0].replace(b"}]", b"} ]")
    expect("a manifest that is not in the index", verify(f"dir:{skopeo_dir(only=foreign)}", "--bundle",
           bundle(), *as_name, trust=None), 1, ["digest-mismatch", digest_of(foreign)])
    expect("one that is", verify(f"dir:{skopeo_dir(only=MANIFESTS[1])}", "--bundle", bundle(), *as_name,
           trust=None), 0, ["TRUSTED"])
    expect("tree", run("inspect", f"dir:{skopeo_dir()}"), 0, ["NOT JUDGED", SIGNED, "linux/arm64"])


def test_standard_input():
    oci = write_tar(oci_members())
    docker = docker_archive()
    for name, path, source in [("docker", docker, "-"), ("docker", docker, "docker-archive:-"),
                               ("oci", oci, "-"), ("oci", oci, "oci-archive:-:1.0")]:
        for command in ["verify", "inspect"]:
            with open(path, "rb") as file:
                piped = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
                result = verify(source, "--as", f"{NAME}:1.0", command=command, stdin=piped.stdout)
                piped.stdout.close()
                piped.wait()
            expect(f"{command} {source}: {name}", result, 0, [f"TRUSTED  {NAME}:1.0  {SIGNED}"])
    packed = subprocess.run(["gzip", "-c", docker], stdout=subprocess.PIPE, check=True).stdout
    with open(f"{SCRATCH}/packed.tar.gz", "wb") as file:
        file.write(packed)
    expect("packed", verify(f"docker-archive:{SCRATCH}/packed.tar.gz"), 0, ["TRUSTED"])
    with open(docker, "rb") as file:
        expect("two from one", run("verify", "--trust-dir", f"{EXAMPLE}/trust", "-", "docker-archive:-",
                                   stdin=file), 2, ["usage"])
    expect("nothing", verify("-", "--as", f"{NAME}:1.0"), 1, ["archive"])
    neither = write_tar([("hello", b"hello")])
    with open(neither, "rb") as file:
        expect("neither kind", verify("-", "--as", f"{NAME}:1.0", stdin=file), 1, ["archive-missing"])


def test_inspect_docker_archive():
    result = run("inspect", f"docker-archive:{docker_archive()}")
    expect("tree", result, 0, ["NOT JUDGED", "without a manifest", "linux/amd64", digest_of(CONFIGS[0]),
                               *[digest_of(unpacked(layer)) for layer in LAYERS]])
    document = json.loads(run("inspect", "-o", "json", f"docker-archive:{docker_archive()}").out)
    image = document["results"][0]["image"]
    check("json", image["config"]["digest"] == f"sha256:{digest_of(CONFIGS[0])}" and image["digest"] == "" and
          len(image["layers"]) == 2)
    expect("judged", verify(f"docker-archive:{docker_archive()}", command="inspect"), 0,
           [f"TRUSTED  {NAME}:1.0", "without a manifest"])
    layers = [flipped(unpacked(layer)) for layer in LAYERS]
    expect("altered", run("inspect", f"docker-archive:{docker_archive(layers=layers)}"), 1, "", ["diff_id"])


def test_unused_files_are_told():
    path = docker_archive(more=[("repositories", b"{"), ("0/json", b"{"), ("0/VERSION", b"2.0")])
    result = verify(f"docker-archive:{path}", "-v", "-v")
    expect("unused files", result, 0, ["TRUSTED"], ["does not name 'repositories'", "'0/VERSION'"])
