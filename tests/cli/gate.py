# SPDX-License-Identifier: Apache-2.0
"""The gate as its users run it: what it finds, what the policies make of it, what comes out."""
import html
import json
import os
import re
import socket
import time
import xml.etree.ElementTree

from harness import EXAMPLE, NAME, PIN, ROOT, SCRATCH, check, expect, fresh_state, run

DIGEST = "sha256:472da16b085b05d12238016828a9c1f33588e084420f338fa9883b2e26fa8dbe"
PINNED = f"{NAME}:1.0@{DIGEST}"
OPTIONAL = "schema: 1\nscopes:\n  '*':\n    references: {digest: optional}\n"
_count = 0


def tree(**files):
    """A fresh directory; names with '__' for '/' and '_dot_' for '.'."""
    global _count
    _count += 1
    top = f"{SCRATCH}/gate-{_count}"
    os.makedirs(top)
    for name, text in files.items():
        path = os.path.join(top, name.replace("__", "/").replace("_dot_", "."))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    return top


def gate(*args, root=PIN, state=None, **more):
    return run("gate", "--root", root, "--bundle", f"{EXAMPLE}/trust.tar", "--state-dir", state or fresh_state(),
               *args, **more)


def policy(text):
    return tree(policy_dot_yaml=text) + "/policy.yaml"


def test_outcomes():
    rows = [
        ("pinned", f"FROM {PINNED}\n", 0, ["TRUSTED"]),
        ("no digest", f"FROM {NAME}:1.0\n", 1, ["digest-missing"]),
        ("not signed", f"FROM {NAME}:9@{DIGEST}\n", 3, ["tag-not-signed"]),
        ("another digest", f"FROM {NAME}:1.0@sha256:{'0' * 64}\n", 1, ["digest-mismatch"]),
        ("not known", "ARG X\nFROM $X\n", 4, ["reference-unresolved"]),
        ("not an image's name", "FROM Hello/World:1\n", 2, ["reference-malformed"]),
        ("no image", "FROM scratch\n", 5, []),
        ("elsewhere", f"FROM registry.example.com/other:1@{DIGEST}\n", 4, ["image-absent"]),
        ("latest", f"FROM {NAME}@{DIGEST}\nFROM {NAME}\n", 1, ["tag-latest"]),
    ]
    for name, dockerfile, code, parts in rows:
        expect(f"gate: {name}", gate(tree(Dockerfile=dockerfile)), code, parts)
    expect("gate: another pin", gate(tree(Dockerfile=f"FROM {PINNED}\n"), root="sha256:" + "0" * 64), 1, ["pin-mismatch"])
    expect("gate: no pin", run("gate", "--bundle", f"{EXAMPLE}/trust.tar", "--state-dir", fresh_state(),
                               tree(Dockerfile=f"FROM {PINNED}\n")), 4, ["no-root-pinned"])


def test_places():
    top = tree(Dockerfile=f"# c\nFROM \\\n  {PINNED} AS a\nCOPY --from={NAME}:1.0 /x /y\n",
               compose_dot_yaml=f"services:\n  web:\n    image: '{NAME}:1.0'\n",
               k8s__pod_dot_yaml=f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: {NAME}:1.0\n",
               _dot_github__workflows__ci_dot_yml=f"jobs:\n  a:\n    container: {NAME}:1.0\n    steps: []\n")
    result = gate(top)
    expect("gate: every kind of file", result, 1, ["Dockerfile:3:", "Dockerfile:4:", "compose.yaml:3:", "k8s/pod.yaml:6:",
                                                   ".github/workflows/ci.yml:3:"])
    check("gate: four without digest", result.out.count("digest-missing") >= 4, result)
    expect("gate: left out", gate("--exclude", "k8s", "--exclude", "compose.yaml", "--exclude", ".github",
                                  "--policy", policy(OPTIONAL), top), 0)
    with open(f"{SCRATCH}/list", "w") as file:
        file.write(f"# list\n{PINNED}\n\n{NAME}:1.0\n")
    with open(f"{SCRATCH}/list") as file:
        expect("gate: a list", gate("-", stdin=file), 1, ["-:4:", "digest-missing", "that 'assay pin' prints"])
    expect("gate: an argument without digest", gate(f"docker://{NAME}:1.0"), 1, ["that 'assay pin' prints"])
    expect("gate: an argument", gate(f"docker://{PINNED}"), 0, ["TRUSTED"])
    with open(f"{top}/k8s/pod.yaml") as file:
        expect("gate: rendered output", gate("-", stdin=file), 1, ["-:6:"])
    expect("gate: no such path", gate(f"{SCRATCH}/nothing-there"), 4, ["an image is docker://REF"])
    expect("gate: nothing named", run("gate"), 2)


def test_arguments_of_a_stage():
    """Before the first FROM an ARG is for every FROM; behind it, for its stage alone."""
    top = tree(Dockerfile=f"FROM {PINNED}\nARG X\nFROM $X\n")
    expect("gate: no value", gate(top), 4, ["an ARG before the first FROM can have one"])
    expect("gate: a value that does not count", gate("--build-arg", f"X={PINNED}", top), 4,
           ["counts only for an ARG before the first FROM"])
    top = tree(Dockerfile=f"ARG X\nFROM $X\n")
    expect("gate: a value that counts", gate("--build-arg", f"X={PINNED}", top), 0)


def test_bad_files():
    top = tree(a_dot_yaml="apiVersion: v1\nkind: Pod\nspec: [\n", Dockerfile=f"FROM {PINNED}\n")
    expect("gate: malformed, the rest is judged", gate(top), 2, ["a.yaml:4:", "file-unread", "TRUSTED"])
    bomb = "apiVersion: v1\nkind: Pod\na: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for old, new in zip("abcdefg", "bcdefgh"):
        bomb += f"{new}: &{new} [" + ",".join([f"*{old}"] * 10) + "]\n"
    expect("gate: a bomb", gate(tree(b_dot_yaml=bomb)), 2, ["file-unread", "aliases unfold"])
    top = tree(Dockerfile=f"FROM {PINNED}\n")
    os.symlink("/etc/passwd", f"{top}/Dockerfile.link")
    expect("gate: a link out of the tree", gate(top), 4, ["Dockerfile.link", "leads out"])
    top = tree(Dockerfile=f"FROM {PINNED}\n")
    os.rename(f"{top}/Dockerfile", f"{top}/x\x1b[31m\n\u202eDockerfile".replace("Dockerfile", ".Dockerfile"))
    for form in ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "jsonl"):
        result = gate("-o", form, top)
        check(f"gate: no control character reaches {form}", "\x1b" not in result.out and "\u202e" not in result.out, result)


def test_frontends():
    """Whether here-documents are read so by the frontend that a file asks for; of that one this bundle has nothing."""
    for version, is_read in [("1.3", False), ("1.4", True)]:
        text = f"# syntax=docker/dockerfile:{version}\nFROM {PINNED}\nRUN <<E\nFROM {NAME}:9\nE\n"
        unread = ["Dockerfile:3:1", "file-unread", "name docker/dockerfile:1.4 or newer"]
        done = gate(tree(Dockerfile=text))
        expect(f"gate: here-documents of {version}", done, 1, ["TRUSTED"] + ([] if is_read else unread))
        check(f"gate: here-documents of {version}: read or not", ("file-unread" in done.out) != is_read, done)


def test_models():
    """They are judged as images are, but for those that no registry has under a digest."""
    rows = [
        ("not known to the bundle", "registry.example.com/llm:1", ["compose.yaml:2:21", "trust"]),
        ("not signed", f"{NAME}:9", ["compose.yaml:2:21", "does not list the tag"]),
        ("no namespace", "llm", ["compose.yaml:2:21", "reference-unresolved", "no namespace"]),
        ("Hugging Face", "hf.co/a/llm", ["compose.yaml:2:21", "reference-unresolved", "file by file"]),
    ]
    for name, model, parts in rows:
        text = f"services: {{a: {{image: '{PINNED}'}}}}\nmodels: {{m: {{model: {model}}}}}\n"
        code = 4 if "reference-unresolved" in parts else 1
        expect(f"gate: a model: {name}", gate(tree(compose_dot_yaml=text)), code, ["TRUSTED", *parts])


def test_policies():
    top = tree(Dockerfile=f"FROM {NAME}:1.0\n", assay_dot_yaml=OPTIONAL)
    expect("gate: the checkout's policy does not count", gate(top), 1, ["digest-missing"])
    expect("gate: but for --project", gate("--project", top), 0, ["TRUSTED"])
    strict = policy("schema: 1\nscopes:\n  '*': {references: {digest: required}}\n")
    expect("gate: the stricter counts", gate("--project", "--policy", strict, top), 1, ["digest-missing"])
    expect("gate: in either order", gate("--policy", strict, "--policy", policy(OPTIONAL), top), 1, ["digest-missing"])
    expect("gate: no policy there", gate("--project", tree(Dockerfile=f"FROM {PINNED}\n")), 4, None, ["assay.yaml"])
    for name, text in (("unknown key", "schema: 1\nscopes: {'*': {colour: red}}\n"),
                       ("twice", "schema: 1\nschema: 1\n"), ("no schema", "scopes: {}\n"),
                       ("not YAML", "schema: [\n")):
        expect(f"gate: a policy with {name}", gate("--policy", policy(text), top), 2, "", ["policy"])
    scope = f"schema: 1\nscopes:\n  {NAME}:\n    reject: withdrawn\n"
    expect("gate: rejected", gate("--policy", policy(scope), tree(Dockerfile=f"FROM {PINNED}\n")), 1,
           ["rejected", "withdrawn"])
    allowed = f"schema: 1\nscopes:\n  registry.example.com/other:\n    allow:\n    - digest: {DIGEST}\n" \
              "      reason: reviewed by hand\n      until: 2099-01-01\n"
    other = tree(Dockerfile=f"FROM registry.example.com/other:1@{DIGEST}\n")
    expect("gate: an allowed digest", gate("--policy", policy(allowed), other), 0, ["digest-allowed", "reviewed by hand"])
    expect("gate: allowed until", gate("--policy", policy(allowed.replace("2099", "2020")), other), 1,
           ["digest-allowed-expired"])
    rooted = f"schema: 1\nscopes:\n  {NAME}: {{trust: {{root: '{PIN}'}}}}\n"
    result = run("gate", "--bundle", f"{EXAMPLE}/trust.tar", "--state-dir", fresh_state(), "--policy", policy(rooted),
                 tree(Dockerfile=f"FROM {PINNED}\n"))
    expect("gate: a root by policy", result, 0, ["TRUSTED"])
    roles = f"schema: 1\nscopes:\n  '*': {{trust: {{roles: [targets/nobody]}}}}\n"
    expect("gate: another role", gate("--policy", policy(roles), tree(Dockerfile=f"FROM {PINNED}\n")), 1,
           ["role-not-accepted"])


def test_ignores():
    top = tree(Dockerfile=f"# assay ignore=digest-missing reason=\"built in this job\"\nFROM {NAME}:1.0\n",
               assay_dot_yaml="schema: 1\n")
    expect("gate: comments do not count", gate(top), 1, ["digest-missing", "ignore-refused"])
    expect("gate: but for --project", gate("--project", top), 0, ["built in this job"])
    beside = policy("schema: 1\nscopes: {'*': {references: {latest: forbidden}}}\n")
    expect("gate: nor beside another policy", gate("--project", "--policy", beside, top), 1, ["ignore-refused"])
    bare = tree(Dockerfile=f"# assay ignore=digest-missing\nFROM {NAME}:1.0\n", assay_dot_yaml="schema: 1\n")
    expect("gate: a reason is needed", gate("--project", bare), 1, ["ignore-malformed"])
    trust = tree(Dockerfile=f"# assay ignore=trust reason=\"no\"\nFROM {NAME}:9@{DIGEST}\n", assay_dot_yaml="schema: 1\n")
    expect("gate: trust cannot be ignored", gate("--project", trust), 3, ["ignore-refused"])


def test_outputs():
    top = tree(Dockerfile=f"FROM {NAME}:1.0\nFROM {PINNED}\n")
    to = tree()
    forms = ("json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown")
    result = gate(*[part for form in forms for part in ("-o", f"{form}={to}/{form}")], "-o", "text", top)
    expect("gate: outputs together", result, 1, ["digest-missing"])
    check("gate: every file is there", sorted(os.listdir(to)) == sorted(forms))
    found = json.load(open(f"{to}/json"))
    check("gate: json", found["exit"] == 1 and found["schema"] == 1 and
          [f["rule"] for f in found["findings"]] == ["digest-missing"], found)
    sarif = json.load(open(f"{to}/sarif"))
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    check("gate: sarif", place["artifactLocation"] ==
          {"uri": f"{os.path.basename(top)}/Dockerfile", "uriBaseId": "%SRCROOT%"} and
          place["region"]["startLine"] == 1 and place["region"]["startColumn"] == 6, result)
    expect("gate: json on failure", gate("-o", "json", "--policy", f"{SCRATCH}/no-policy", top), 4, ["\"exit\": 4"])
    expect("gate: no such form", gate("-o", "xml", top), 2, "", ["markdown"])
    warned = gate("--fail-on", "warning", "--project", tree(
        Dockerfile=f"# assay ignore=digest-missing reason=\"x\"\nFROM {PINNED}\n", assay_dot_yaml="schema: 1\n"))
    expect("gate: a warning fails where it is asked to", warned, 1, ["ignore-unused"])


def files_of(*args, cwd):
    """The files that each form names, of one run."""
    to = tree()
    forms = ("json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown")
    result = gate(*[part for form in forms for part in ("-o", f"{form}={to}/{form}")], "-o", "text", *args, cwd=cwd)
    said = {form: open(f"{to}/{form}").read() for form in forms}
    lines = [json.loads(line) for line in said["jsonl"].splitlines()]
    found = {
        "text": re.findall(r"^(?:TRUSTED|REJECTED)  \S+  (\S+):\d+:\d+  ", result.out, re.M),
        "json": [row["file"] for row in json.loads(said["json"])["results"]],
        "jsonl": [line["image"]["file"] for line in lines if "image" in line],
        "junit": [case.get("classname") for case in xml.etree.ElementTree.fromstring(said["junit"]).iter("testcase")],
        "markdown": re.findall(r"<code>([^<]+)</code>:\d+ \| policy", html.unescape(said["markdown"])),
        "sarif": [row["locations"][0]["physicalLocation"]["artifactLocation"]
                  for row in json.loads(said["sarif"])["runs"][0]["results"]],
        "github": re.findall("^::error file=([^,]+),", said["github"], re.M),
        "gitlab": [row["location"]["path"] for row in json.loads(said["gitlab"])],
    }
    prints = {row["fingerprint"] for row in json.loads(said["gitlab"])}
    return result, found, prints


def test_paths():
    """A file is named so that it can be opened from the working directory; for a checkout, by its place in it."""
    text = f"FROM {NAME}:1.0\n"
    top = tree(code__a__Dockerfile=text, code__b__Dockerfile=text, other__Dockerfile=text)
    cwd = f"{top}/code"
    below = {name: {"uri": name, "uriBaseId": "%SRCROOT%"} for name in ("a/Dockerfile", "b/Dockerfile")}
    rows = [
        ("a", ["a/Dockerfile"], ["a/Dockerfile"]),
        ("./a/", ["a/Dockerfile"], ["a/Dockerfile"]),
        ("a/Dockerfile", ["a/Dockerfile"], ["a/Dockerfile"]),
        (".", ["a/Dockerfile", "b/Dockerfile"], ["a/Dockerfile", "b/Dockerfile"]),
        ("a b", ["a/Dockerfile", "b/Dockerfile"], ["a/Dockerfile", "b/Dockerfile"]),
        (". b ./b/Dockerfile", ["a/Dockerfile", "b/Dockerfile"], ["a/Dockerfile", "b/Dockerfile"]),
        ("b/../a", ["b/../a/Dockerfile"], ["a/Dockerfile"]),
        (f"{cwd}/a", [f"{cwd}/a/Dockerfile"], ["a/Dockerfile"]),
        ("../other", ["../other/Dockerfile"], [f"{top}/other/Dockerfile"]),
        (f"{top}/other", [f"{top}/other/Dockerfile"], [f"{top}/other/Dockerfile"]),
    ]
    first = None
    for what, names, places in rows:
        result, found, prints = files_of(*what.split(), cwd=cwd)
        expect(f"paths: {what}", result, 1)
        for form in ("text", "json", "jsonl", "junit", "markdown"):
            check(f"paths: {what}: {form}", found[form] == names, result)
        for form in ("github", "gitlab"):
            check(f"paths: {what}: {form}", found[form] == places, result)
        check(f"paths: {what}: sarif", found["sarif"] == [below.get(place, {"uri": f"file://{place}"})
                                                           for place in places], result)
        check(f"paths: {what}: they open", all(os.path.exists(os.path.join(cwd, name)) for name in names + places))
        check(f"paths: {what}: no two fingerprints are one", len(prints) == len(names), result)
        first = first or prints
        check(f"paths: {what}: the fingerprint is the file's", (first <= prints) == ("a/Dockerfile" in places), result)
    result, found, prints = files_of("--source-root", "code", "code/a", "other", cwd=top)
    expect("paths: another root", result, 1)
    check("paths: another root: names", found["text"] == ["code/a/Dockerfile", "other/Dockerfile"], result)
    check("paths: another root: places", found["gitlab"] == ["a/Dockerfile", f"{top}/other/Dockerfile"] ==
          found["github"] and found["sarif"][0] == below["a/Dockerfile"], result)
    check("paths: another root: fingerprints", first <= prints, result)
    expect("paths: no root", gate("--source-root", "code/a/Dockerfile", "code", cwd=top), 2, "", ["is no directory"])
    expect("pin: by the same names", run("pin", "--check", "--root", PIN, "--bundle", f"{EXAMPLE}/trust.tar", "--state-dir",
                                         fresh_state(), "a", "../other", cwd=cwd), 1,
           ["a/Dockerfile:1  ", "../other/Dockerfile:1  "])
    expect("pin: writes there", run("pin", "-w", "--root", PIN, "--bundle", f"{EXAMPLE}/trust.tar", "--state-dir",
                                    fresh_state(), "a", "../other", cwd=cwd), 0)
    check("pin: into each", all(open(f"{top}/{name}/Dockerfile").read() == f"FROM {PINNED}\n"
                                for name in ("code/a", "other")) and open(f"{cwd}/b/Dockerfile").read() == text)


def test_patterns_are_below_the_root():
    """What is left out, what ignores, and a project's policy do not depend on how the directory was named."""
    ignored = f"# assay ignore=digest-missing reason=\"why\"\nFROM {NAME}:1.0\n"
    top = tree(code__Dockerfile=ignored, code__k8s__Dockerfile=f"FROM {NAME}:9\n", code__assay_dot_yaml="schema: 1\n")
    for root in ("code", "./code/", f"{top}/code", "code/../code"):
        left = gate("--project", "--exclude", "k8s", root, cwd=top)
        expect(f"patterns: {root}", left, 0, ["why"])
        check(f"patterns: {root}: no note", left.err == "", left)
        expect(f"patterns: {root}: all", gate("--project", root, cwd=top), 1, ["why", "does not list the tag 9"])
        other = gate("--project", "--exclude", "code/k8s", "--exclude", "k8s/*", root, cwd=top)
        expect(f"patterns: {root}: with the root", other, 0, ["why"], ["note: --exclude code/k8s left nothing out"])
        check(f"patterns: {root}: one note", other.err.count("\n") == 1, other)
        check(f"patterns: {root}: none if quiet", gate("-q", "--project", "--exclude", "x", root, cwd=top).err == "")


def test_reports_agree_on_warnings():
    """A warning that fails the run is an error in every report, and only then."""
    top = tree(Dockerfile=f"# assay ignore=digest-missing reason=\"x\"\nFROM {PINNED}\n", assay_dot_yaml="schema: 1\n")
    signs = {"text": ["ERROR", "1 error, 0 warnings"], "json": ['"level":"error","status":"policy"', '"exit":1'],
             "jsonl": ['"level":"error"', '"exit":1'], "sarif": ['"level":"error","message"', '"exitCode":1'],
             "junit": ['failures="1"', "<failure type=\"policy\""], "github": ["::error file=Dockerfile,line=1"],
             "gitlab": ['"severity":"major"'], "markdown": ["not passed", "| error | ignore-unused"]}
    for form, parts in signs.items():
        expect(f"warnings: {form}", gate("--project", "--fail-on", "warning", "-o", form, ".", cwd=top), 1, parts)
        calm = gate("--project", "-o", form, ".", cwd=top)
        check(f"warnings: {form}: none", calm.code == 0 and not any(part in calm.out for part in parts), calm)


def test_notes():
    top = tree(Dockerfile=f"FROM {PINNED}\n", assay_dot_yaml="schema: 1\nscopes: {'*': {reject: never}}\n")
    note = "assay: note: {}assay.yaml is not used, for --project is not given\n"
    for what, root, cwd in (("a directory", top, None), ("this one", ".", top), ("a file in it", "Dockerfile", top)):
        result = gate(root, cwd=cwd or SCRATCH)
        check(f"notes: {what}", result.code == 0 and result.err == note.format("./" if cwd else f"{top}/"), result)
    for what, args in (("quiet", ("-q", )), ("another policy", ("--policy", policy("schema: 1\n")))):
        result = gate(*args, ".", cwd=top)
        check(f"notes: none: {what}", result.code == 0 and result.err == "", result)
    expect("notes: it counts", gate("--project", ".", cwd=top), 1, ["never"])
    bare = tree(Dockerfile=f"FROM {PINNED}\n")
    check("notes: none without it", gate(".", cwd=bare).err == "")
    check("notes: no verdict", "assay.yaml" not in gate("-o", "json", ".", cwd=top).out)


def test_to_green():
    """From a failing gate to a green one."""
    top = tree(Dockerfile=f"FROM {NAME}:1.0\n", compose_dot_yaml=f"services:\n  a: {{image: \"{NAME}:1.0\"}}\n")
    options = ("--root", PIN, "--bundle", f"{EXAMPLE}/trust.tar", "--state-dir", fresh_state())
    expect("gate: red", run("gate", *options, top), 1)
    expect("pin: would change", run("pin", "--check", *options, top), 1, [PINNED])
    expect("pin: writes", run("pin", "-w", *options, top), 0, [PINNED])
    check("pin: the Dockerfile", open(f"{top}/Dockerfile").read() == f"FROM {PINNED}\n")
    check("pin: the compose file", open(f"{top}/compose.yaml").read() == f"services:\n  a: {{image: \"{PINNED}\"}}\n")
    expect("gate: green", run("gate", *options, top), 0, ["TRUSTED"])
    expect("pin: nothing more to do", run("pin", "--check", *options, top), 0, "")



def test_options_before_images():
    """What is wrong with an option is no judgement on an image."""
    empty = tree()
    for args in (("--build-arg", "=x"), ("--build-arg", "="), ("--build-context", "=docker-image://a")):
        expect(f"gate: {' '.join(args)}", run("gate", "--state-dir", fresh_state(), *args, empty), 2, "",
               [f"{args[0]}: '{args[1]}' has no name before the '='"])
        expect(f"pin: {' '.join(args)}", run("pin", "-w", "--state-dir", fresh_state(), *args, empty), 2, "", ["no name"])
    expect("gate: a value may be empty", gate("--build-arg", "A=", "--build-arg", "B", tree(
        Dockerfile=f"ARG A=x\nFROM {NAME}${{A:+x}}:1.0@{DIGEST}\n")), 0, ["TRUSTED"])
    expect("gate: --explain", run("gate", "--explain", empty), 2, "", ["assay explain REF", "assay verify --explain REF"])
    for args in (("--jobs", "0"), ("--deadline", "soon"), ("--platform", "windows"), ("--root", "sha256:abc"),
                 ("--plain-http", "a/b"), ("--timeout", "x")):
        expect(f"gate: {' '.join(args)}", run("gate", "--state-dir", fresh_state(), *args, empty), 2, "", ["assay:"])
    to = f"{SCRATCH}/not-written"
    expect("gate: a failed run", run("gate", "--state-dir", fresh_state(), "-o", f"sarif={to}", "--jobs", "0", empty), 2, "")
    check("gate: leaves no empty file", not os.path.exists(to))
    bare = policy("schema: 1\nscopes: {registry.example.com: {reject: 'no'}}\n")
    expect("gate: a registry without a star", gate("--policy", bare, tree(Dockerfile=f"FROM {PINNED}\n")), 2, "",
           ["'/*' behind it"])
    rule = run("help", "digest-missing")
    expect("help on a rule", rule, 0, ["Rule digest-missing", "pin -w"])
    expect("help on what is both", run("help", "pin-stale"), 0, ["exit code 1", "Rule pin-stale"])
    expect("help on neither", run("help", "digest-missin"), 2, "", ["no command, status or rule"])


def test_deadline():
    """A server that takes requests and never answers, and a deadline far below all other limits."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        top = tree(Dockerfile="".join(f"FROM {host}/app{i}:1@{DIGEST}\n" for i in range(3)))
        began = time.monotonic()
        result = run("gate", "--root", PIN, "--trust-server", f"https://{host}", "--state-dir", fresh_state(), "--plain-http",
                     host, "--jobs", "1", "--deadline", "1s", top)
        took = time.monotonic() - began
    expect("gate: a deadline ends undecided", result, 4, ["net-timeout"])
    check(f"gate: and in its time ({took:.1f} s)", 0.9 < took < 4, result)


def test_what_names_other_files():
    """Files that decide which others count, and changes that are no objects."""
    pinned = f"services: {{a: {{image: '{PINNED}'}}}}\n"
    rows = [
        ("its own name", "COMPOSE_FILE=compose.yaml:compose.prod.yaml\n", 0),
        ("other names of it", "# COMPOSE_FILE=x\nexport A=b\nCOMPOSE_FILES=x.txt\n", 0),
        ("another name", "COMPOSE_FILE=x.txt\n", 4),
        ("one of two", "export COMPOSE_FILE = 'compose.yaml:x.txt'\n", 4),
        ("outside", "COMPOSE_FILE=../compose.yaml\n", 4),
        ("a variable", "COMPOSE_FILE=$X/compose.yaml\n", 4),
    ]
    for name, text, code in rows:
        expect(f"gate: .env: {name}", gate(tree(compose_dot_yaml=pinned, _dot_env=text)), code,
               ["reference-unresolved", ".env:1:1"] if code else ["TRUSTED"])
    change = "- {op: replace, path: /spec/replicas, value: 2}\n"
    image = "- {op: replace, path: /spec/containers/0/image, value: other}\n"
    rows = [
        ("a change", f"patches: [{{patch: '{change.strip()}'}}]\n", {}, 0),
        ("an image", f"patches: [{{patch: '{image.strip()}'}}]\n", {}, 4),
        ("a file", "patches: [{path: p.yaml}]\n", {"p_dot_yaml": change}, 0),
        ("an image by a file", "patches: [{path: p.yaml}]\n", {"p_dot_yaml": image}, 4),
        ("an image the old way", "patchesJson6902: [{path: p.yaml}]\n", {"p_dot_yaml": image}, 4),
        ("an image by a file that says a kind in passing", "patches: [{path: p.yaml}]\n", {"p_dot_yaml": "# kind\n" + image}, 4),
        ("a manifest of another name", "resources: [r]\n", {"r": "apiVersion: v1\nkind: Pod\nspec: {}\n"}, 4),
        ("a merge", "patchesStrategicMerge:\n- |\n  spec: {image: x}\n", {}, 4),
    ]
    for name, text, more, code in rows:
        top = tree(Dockerfile=f"FROM {PINNED}\n", kustomization_dot_yaml=text, **more)
        expect(f"gate: a patch: {name}", gate(top), code, ["reference-unresolved"] if code else ["TRUSTED"])
