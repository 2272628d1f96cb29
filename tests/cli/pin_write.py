# SPDX-License-Identifier: Apache-2.0
"""pin -w and --check: what is written into files, what stays, and what the exit code says."""
import json
import os
import stat

from bundle import made
from harness import NAME, PIN, SCRATCH, check, expect, fresh_state, run

OLD = "sha256:" + "1" * 64
_made = 0


def signed():
    result = run("pin", "--bundle", made("trust.tar"), "--root", PIN, "--state-dir", fresh_state(), f"{NAME}:1.0")
    expect("pin by bundle", result, 0, [f"{NAME}:1.0@sha256:"])
    return result.out.strip().split("@")[1]


class Files:
    """A directory with files; names to bytes."""

    def __init__(self, **files):
        global _made
        _made += 1
        self.path = f"{SCRATCH}/pins-{_made}"
        os.mkdir(self.path)
        for name, data in files.items():
            self.put(name.replace("__", "."), data)

    def put(self, name, data):
        with open(f"{self.path}/{name}", "wb") as file:
            file.write(data)

    def get(self, name):
        with open(f"{self.path}/{name}", "rb") as file:
            return file.read()

    def pin(self, *args, what=(".", ), root=("--root", PIN), **more):
        return run("pin", "--bundle", made("trust.tar"), *root, "--state-dir", fresh_state(), *args, *what,
                   cwd=self.path, **more)


def test_pin_write():
    digest = signed()
    text = b"# top\r\nFROM  %s:1.0  AS build\r\nCOPY --from=%s:1.0@%s /a /b\r\nFROM build\r\n" % (
        NAME.encode(), NAME.encode(), OLD.encode())
    wanted = text.replace(b":1.0@" + OLD.encode(), b":1.0").replace(b":1.0", b":1.0@" + digest.encode())
    pod = b"apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: '%s:1.0'}]}" % NAME.encode()
    files = Files(Dockerfile=text, pod__yaml=pod, readme=b"FROM x\n")
    os.chmod(f"{files.path}/Dockerfile", 0o640)
    lines = (f"Dockerfile:2  {NAME}:1.0 -> {NAME}:1.0@{digest}\n"
             f"Dockerfile:3  {NAME}:1.0@{OLD} -> {NAME}:1.0@{digest}\n"
             f"pod.yaml:3  {NAME}:1.0 -> {NAME}:1.0@{digest}\n")
    expect("check finds what would change", files.pin("--check"), 1, lines)
    check("check writes nothing", files.get("Dockerfile") == text and files.get("pod.yaml") == pod)
    expect("write", files.pin("-w"), 0, lines)
    check("all other bytes stay", files.get("Dockerfile") == wanted)
    check("quotes stay", files.get("pod.yaml") == pod.replace(b":1.0", b":1.0@" + digest.encode()))
    check("the mode stays", stat.S_IMODE(os.stat(f"{files.path}/Dockerfile").st_mode) == 0o640)
    check("nothing is left behind", sorted(os.listdir(files.path)) == ["Dockerfile", "pod.yaml", "readme"])
    before = os.stat(f"{files.path}/Dockerfile")
    expect("write again", files.pin("-w"), 0, "")
    after = os.stat(f"{files.path}/Dockerfile")
    check("a file that is right is not touched", (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns))
    expect("check is content", files.pin("--check"), 0, "")
    expect("one file", files.pin("--write", "--check", what=("Dockerfile", )), 0, "")


def test_pin_write_models():
    digest = signed()
    text = b"models:\n  m: {model: '%s:1.0'} # c\n" % NAME.encode()
    files = Files(compose__yaml=text)
    expect("a model", files.pin("-w"), 0, f"compose.yaml:2  {NAME}:1.0 -> {NAME}:1.0@{digest}\n")
    check("its other bytes stay", files.get("compose.yaml") == text.replace(b":1.0", b":1.0@" + digest.encode()))


def test_pin_write_what_stays():
    digest = signed()
    text = b"FROM %s:9.9\nFROM %s:1.0\nFROM %s@%s\nFROM %s@%s\n" % (NAME.encode(), NAME.encode(), NAME.encode(),
                                                                digest.encode(), NAME.encode(), OLD.encode())
    files = Files(Dockerfile=text)
    result = files.pin("-w")
    expect("unsigned tags stay", result, 3, f"Dockerfile:2  {NAME}:1.0 -> {NAME}:1.0@{digest}\n",
           [f"Dockerfile:1  {NAME}:9.9", "tag-not-signed", "Dockerfile:4", "digest-not-signed"])
    check("the others are written", files.get("Dockerfile") == text.replace(b":1.0", b":1.0@" + digest.encode()))

    for name, line in (("unknown", "ARG V\nFROM {}:$V\n"), ("a variable", "ARG V=1.0\nFROM {}:$V\n")):
        files = Files(Dockerfile=line.format(NAME).encode())
        expect(f"{name} stays", files.pin("-w"), 4, "", ["Dockerfile:2", "unresolved"])
        check(f"{name} is not touched", files.get("Dockerfile") == line.format(NAME).encode())

    files = Files(Dockerfile=b"FROM UPPER:1\n")
    expect("a malformed reference", files.pin("-w"), 2, "", ["Dockerfile:1", "reference"])
    files = Files(Dockerfile=b"FROM %s\n" % NAME.encode())
    expect("no tag is latest", files.pin("-w"), 3, "", ["latest"])
    files = Files(readme=b"nothing\n")
    expect("no reference", files.pin("-w"), 5, "")
    expect("an absent file", files.pin("-w", what=("absent", )), 4, "", ["absent", "file-io"])
    expect("a file of no kind", files.pin("-w", what=("readme", )), 2, "", ["readme", "file-syntax"])


def test_pin_write_links_and_errors():
    digest = signed()
    text = b"FROM %s:1.0\n" % NAME.encode()
    files = Files(real__txt=text)
    os.symlink("real.txt", f"{files.path}/Dockerfile")
    expect("a link that is named", files.pin("-w", what=("Dockerfile", )), 0, [f"Dockerfile:1  {NAME}:1.0 -> "])
    check("stays a link", os.path.islink(f"{files.path}/Dockerfile"))
    check("and its file is written", files.get("real.txt") == text.replace(b":1.0", b":1.0@" + digest.encode()))

    outside = Files(Dockerfile=text)
    files = Files()
    os.symlink(f"{outside.path}/Dockerfile", f"{files.path}/Dockerfile")
    expect("a link that leads out of a directory", files.pin("-w"), 4, "", ["file-link"])
    check("is not followed", outside.get("Dockerfile") == text)


def test_pin_write_one_file_named_twice():
    digest = signed()
    files = Files(Dockerfile=b"FROM %s:1.0\n" % NAME.encode())
    files.pin("-w", what=(".", files.path, "Dockerfile"))
    check("is written once", files.get("Dockerfile") == b"FROM %s:1.0@%s\n" % (NAME.encode(), digest.encode()))


def test_pin_write_by_policy():
    digest = signed()
    text = b"FROM %s:1.0\n" % NAME.encode()
    rows = [
        ("the policy's root", "{trust: {root: '%s'}}" % PIN, (), 0, []),
        ("another root", "{trust: {root: 'sha256:%s'}}" % ("0" * 64), (), 1, ["pin-mismatch"]),
        ("no root", "{references: {digest: required}}", (), 4, ["no-root-pinned"]),
        ("a rejected image", "{reject: 'not that one'}", ("--root", PIN), 1, ["policy", "not that one"]),
        ("no allowed registry", "{references: {registries: [example.org]}}", ("--root", PIN), 1,
         ["is not in an allowed registry"]),
    ]
    for name, scope, root, code, parts in rows:
        files = Files(Dockerfile=text, assay__yaml=b"schema: 1\nscopes: {'*': %s}\n" % scope.encode())
        expect(f"policy: {name}", files.pin("-w", "--policy", "assay.yaml", root=root), code, None, parts)
        wanted = text.replace(b":1.0", b":1.0@" + digest.encode()) if code == 0 else text
        check(f"policy: {name}: the file", files.get("Dockerfile") == wanted)
    files = Files(Dockerfile=text, assay__yaml=b"schema: 1\nscopes: {'*': {trust: {root: '%s'}}}\n" % PIN.encode())
    expect("policy: of the project, not asked for", files.pin("-w", root=()), 4, "", ["no-root-pinned"])
    expect("policy: of the project", files.pin("-w", "--project", root=()), 0, ["Dockerfile:1"])

    text = b"FROM %s:9.9@%s\n" % (NAME.encode(), OLD.encode())
    allow = "schema: 1\nscopes: {'%s': {allow: [{digest: '%s', reason: x, until: %s}]}}\n"
    for until, code in (("2099-01-01", 0), ("2020-01-01", 3)):
        files = Files(Dockerfile=text, assay__yaml=(allow % (NAME, OLD, until)).encode())
        expect(f"policy: a digest allowed until {until}", files.pin("-w", "--policy", "assay.yaml"), code, "")
        check("policy: it stays", files.get("Dockerfile") == text)
    text = text.replace(b":9.9", b":1.0")
    for until, wanted in (("2099-01-01", OLD), ("2020-01-01", digest)):
        files = Files(Dockerfile=text, assay__yaml=(allow % (NAME, OLD, until)).encode())
        expect(f"policy: a digest allowed until {until}, of a signed tag", files.pin("-w", "--policy", "assay.yaml"), 0)
        check("policy: it stays until then", files.get("Dockerfile") == text.replace(OLD.encode(), wanted.encode()))


def test_pin_write_json():
    digest = signed()
    files = Files(Dockerfile=b"FROM %s:1.0\nFROM %s:9.9\n" % (NAME.encode(), NAME.encode()))
    result = files.pin("-w", "-o", "json", "-q")
    expect("json", result, 3, None)
    results = json.loads(result.out)["results"]
    check("an object for each reference", results == [
        {"file": "Dockerfile", "line": 1, "column": 6, "written": f"{NAME}:1.0", "pinned": f"{NAME}:1.0@{digest}",
         "status": "ok"},
        {"file": "Dockerfile", "line": 2, "column": 6, "written": f"{NAME}:9.9", "pinned": None,
         "status": "tag-not-signed"}], result)
    check("quiet", result.err == "", result)


def test_pin_write_usage():
    files = Files(Dockerfile=b"FROM a\n")
    expect("standard input", files.pin("-w", what=("-", )), 2, "", ["expected a file or a directory"])
    expect("a reference", files.pin("-w", what=("docker://a", )), 2, "", ["expected a file or a directory"])
    for option in (("--build-arg", "a=b"), ("--exclude", "a"), ("--build-context", "a=b"), ("--custom", "A:b.image"),
                   ("--policy", "x"), ("--project", ), ("--deadline", "1m")):
        expect(f"{option[0]} without -w", files.pin(*option, what=(NAME, )), 2, "", ["needs --write or --check"])
    check("nothing was written", files.get("Dockerfile") == b"FROM a\n")


def test_pin_write_options():
    text = b"ARG V\nFROM %s:$V\nFROM %s:1.0\n" % (NAME.encode(), NAME.encode())
    files = Files(Dockerfile=text)
    expect("exclude", files.pin("--check", "--exclude", "Dockerfile"), 5, "")
    expect("build-arg", files.pin("--check", "--build-arg", "V=9.9"), 1, [f"Dockerfile:3  {NAME}:1.0 -> "], ["Dockerfile:2"])
