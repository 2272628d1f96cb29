# SPDX-License-Identifier: Apache-2.0
"""What ci/ and .pre-commit-hooks.yaml have ready: each script is taken out of its file and run as its host
runs it, with a program that writes down its arguments, and with assay itself on the README's example."""
import json
import os
import re
import shlex
import stat
import subprocess

from harness import ASSAY, EXAMPLE, NAME, PIN, ROOT as SOURCE, SCRATCH, Result, check, environment, fresh_state

HOSTILE = "a b'c\"d$(touch pwned)`touch pwned`;touch pwned|&*"
RECORDER = """#!/usr/bin/python3
import json, os, sys
json.dump(sys.argv[1:], open(os.environ["RECORD"], "w"))
for word in sys.argv:
    if "=" in word and word.split("=")[0] in ("github", "sarif", "markdown", "gitlab", "junit"):
        name, path = word.split("=", 1)
        open(path, "x").write(f"::{name} file=a::b\\n")
print("::set-output name=verdict::forged")
sys.exit(int(os.environ["EXIT"]))
"""
_made = 0


def read_yaml(name):
    """By Debian's reader, whichever Python runs these tests."""
    with open(f"{SOURCE}/{name}") as file:
        done = subprocess.run(["/usr/bin/python3", "-c", "import json, sys, yaml\n"
                               "json.dump(yaml.safe_load(sys.stdin), sys.stdout)"],
                              stdin=file, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def fresh(files=()):
    """A checkout of its own."""
    global _made
    _made += 1
    path = f"{SCRATCH}/checkout-{_made}"
    os.makedirs(path)
    for name, text in dict(files).items():
        with open(f"{path}/{name}", "w") as file:
            file.write(text)
    return path


def recorder():
    path = f"{SCRATCH}/recorder/assay"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(RECORDER)
    os.chmod(path, stat.S_IRWXU)
    return path


def content(path):
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def shell(words, script, checkout, env):
    """The script from a file, as both hosts run it."""
    path = f"{checkout}.script"
    with open(path, "w") as file:
        file.write(script)
    done = subprocess.run([*words, path], env=env, cwd=checkout, stdin=subprocess.DEVNULL, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


# ---- GitHub

def github(checkout, exit_code=0, **inputs):
    """The step as the runner starts it: its result, the arguments of the recorder, outputs and summary."""
    action = read_yaml("ci/github/action.yml")
    [step] = action["runs"]["steps"]
    values = {name: row["default"] for name, row in action["inputs"].items()}
    values.update({name.replace("_", "-"): value for name, value in inputs.items()})
    temporary = f"{checkout}.tmp"
    os.makedirs(temporary)
    env = environment(GITHUB_ACTION_PATH=f"{SOURCE}/ci/github", GITHUB_OUTPUT=f"{temporary}/output",
                      GITHUB_STEP_SUMMARY=f"{temporary}/summary", RUNNER_TEMP=temporary,
                      RECORD=f"{temporary}/record", EXIT=str(exit_code))
    for name, value in step["env"].items():
        [of] = re.findall(r"^\$\{\{ inputs\.([a-z-]+) \}\}$", value)
        env[name] = values[of]
    result = shell(["bash", "--noprofile", "--norc", "-eo", "pipefail"], step["run"], checkout, env)
    record = content(f"{temporary}/record")
    return result, json.loads(record) if record else None, content(f"{temporary}/output"), \
        content(f"{temporary}/summary")


def test_github_action():
    action = read_yaml("ci/github/action.yml")
    steps = action["runs"]["steps"]
    check("action: no expression in what is run", steps and all("${{" not in step["run"] for step in steps))
    check("action: every input is used", sorted(value[11:-3] for value in steps[0]["env"].values()) ==
          sorted(action["inputs"]))
    assay = recorder()
    for code, verdict in ((0, "passed"), (1, "rejected"), (2, "usage"), (3, "unsigned"), (4, "undecided"),
                          (5, "nothing"), (70, "failed"), (139, "failed")):
        result, _, output, summary = github(fresh(), code, assay=assay)
        check(f"action: exit {code} is kept", result.code == code, result)
        check(f"action: {verdict}", output.startswith(f"verdict={verdict}\nexit={code}\nsarif<<"), result)
        check("action: the summary is written", summary == "::markdown file=a::b\n", result)
    lines = result.out.split("\n")
    stop = re.fullmatch("::stop-commands::([0-9a-f]{32})", lines[0])
    check("action: commands are off while assay speaks", stop and lines[1].startswith("::set-output") and
          lines[2] == f"::{stop.group(1)}::", result)
    check("action: and on for the annotations", lines[3] == "::github file=a::b", result)


def test_github_inputs():
    assay = recorder()
    checkout = fresh()
    result, words, output, _ = github(
        checkout, assay=assay, path=f"{HOSTILE}\r\n\n-x\nb", policy=f"{HOSTILE}\n/p 2", project="true",
        fail_on=HOSTILE, options=f"--build-arg=A={HOSTILE}\n-v", sarif=f"{HOSTILE}\nverdict=forged")
    check("action: hostile inputs", result.code == 0, result)
    check("action: each is one argument", words is not None and words[:11] ==
          ["gate", "--fail-on", HOSTILE, "--policy", HOSTILE, "--policy", "/p 2", "--project",
           f"--build-arg=A={HOSTILE}", "-v", "--output"] and words[-4:] == ["--", HOSTILE, "-x", "b"], result)
    check("action: nothing of them is run", "pwned" not in os.listdir(checkout))
    secret = re.search("^sarif<<([0-9a-f]{32})$", output, re.M)
    check("action: no output is forged", secret and
          output.endswith(f"{secret.group(1)}\n{HOSTILE}\nverdict=forged\n{secret.group(1)}\n"), result)
    for what, inputs in (("project", {"project": "yes"}), ("options", {"options": "docker://a\n"}),
                         ("path", {"path": "\n"}), ("sarif", {"sarif": "there"})):
        result, words, output, _ = github(fresh({"there": ""}), assay=assay, **inputs)
        check(f"action: {what} that is not understood", result.code == 2 and words is None and output == "" and
              f"{what}:" in result.err, result)
    result, _, _, _ = github(fresh(), assay=f"{SCRATCH}/none")
    check("action: no such program", result.code == 127, result)


def test_github_places():
    """GitHub's pages know files by their path in the repository, wherever in the workspace it was checked out."""
    for inputs, root, places in (
            ({"path": "code"}, "code", ["Dockerfile", "deploy/Dockerfile"]),
            ({"path": "code/deploy"}, "code", ["deploy/Dockerfile"]),
            ({"path": "./code//deploy/Dockerfile"}, "code", ["deploy/Dockerfile"]),
            ({"path": "code/deploy\nother"}, "code", ["deploy/Dockerfile", "/other/Dockerfile"]),
            ({"path": "other\ncode/deploy"}, "other", ["Dockerfile", "/code/deploy/Dockerfile"]),
            ({"path": "plain"}, None, ["plain/Dockerfile"]),
            ({"path": "code", "options": "--source-root=code/deploy"}, "code/deploy", ["/code/Dockerfile", "Dockerfile"])):
        checkout = fresh()
        for name in ("code/.git", "code/deploy", "other/.git", "plain"):
            os.makedirs(f"{checkout}/{name}")
        for name in ("code", "code/deploy", "other", "plain"):
            with open(f"{checkout}/{name}/Dockerfile", "w") as file:
                file.write(f"FROM {NAME}:9\n")
        places = [f"{checkout}{place}" if place[0] == "/" else place for place in places]
        what = " ".join(inputs.values()).replace("\n", " ")
        options = "\n".join(part for part in (trusting(), inputs.get("options")) if part)
        result, _, output, _ = github(checkout, assay=ASSAY, **{**inputs, "options": options})
        check(f"action: places: {what}", result.code == 1, result)
        sarif = json.loads(content(output.split("\n")[3]))
        found = {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].removeprefix("file://")
                 for row in sarif["runs"][0]["results"]}
        check(f"action: SARIF: {what}", found == set(places), result)
        check(f"action: annotations: {what}", set(re.findall("^::error file=([^,]+),", result.out, re.M)) == set(places),
              result)


# ---- GitLab

def gitlab(checkout, program, exit_code=0, **variables):
    job = read_yaml("ci/gitlab/assay-gate.yml")[".assay-gate"]
    env = environment(RECORD=f"{checkout}.record", EXIT=str(exit_code))
    env.update({**job["variables"], **variables})
    env["PATH"] = f"{os.path.dirname(program)}:{env['PATH']}"
    result = shell(["sh", "-e"], "\n".join(job["script"]), checkout, env)
    record = content(f"{checkout}.record")
    return result, json.loads(record) if record else None


def test_gitlab_template():
    job = read_yaml("ci/gitlab/assay-gate.yml")[".assay-gate"]
    assay = recorder()
    for code in (0, 1, 4, 139):
        checkout = fresh({"assay-junit.xml": "of the checkout"})
        result, _ = gitlab(checkout, assay, code)
        check(f"template: exit {code} is kept", result.code == code, result)
        check("template: its reports are those that the job keeps", sorted(job["artifacts"]["reports"].values()) ==
              sorted(os.listdir(checkout)), result)
        check("template: and are new", content(f"{checkout}/assay-junit.xml").startswith("::junit"), result)
    check("template: they are kept when it fails", job["artifacts"]["when"] == "always")
    checkout = fresh({"one": ""})
    result, words = gitlab(checkout, assay, ASSAY_PATH=f"{HOSTILE}\n-x\n\n*", ASSAY_POLICY=f"{HOSTILE}\n/p 2",
                           ASSAY_FAIL_ON=HOSTILE, ASSAY_OPTIONS=f"--build-arg=A={HOSTILE}\n-v")
    check("template: each value is one argument", words is not None and words[:10] ==
          ["gate", "--fail-on", HOSTILE, "--policy", HOSTILE, "--policy", "/p 2", f"--build-arg=A={HOSTILE}",
           "-v", "--output"] and words[-4:] == ["--", HOSTILE, "-x", "*"], result)
    check("template: nothing of them is run", "pwned" not in os.listdir(checkout))
    result, words = gitlab(fresh(), assay, ASSAY_OPTIONS="docker://a")
    check("template: an option that is none", result.code == 2 and words is None, result)


# ---- pre-commit

def hook(name, checkout, program, exit_code=0, *args):
    [row] = [row for row in read_yaml(".pre-commit-hooks.yaml") if row["id"] == name]
    env = environment(RECORD=f"{checkout}.record", EXIT=str(exit_code))
    env["PATH"] = f"{os.path.dirname(program)}:{env['PATH']}"
    done = subprocess.run([*shlex.split(row["entry"]), *args], env=env, cwd=checkout, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_hooks():
    rows = read_yaml(".pre-commit-hooks.yaml")
    check("hooks: two", [row["id"] for row in rows] == ["assay-gate", "assay-pin-check"])
    for row in rows:
        check(f"{row['id']}: no file name becomes an option", row["pass_filenames"] is False)
        for name, is_ours in (("Dockerfile", True), ("a/Dockerfile.dev", True), ("a/web.dockerfile", True),
                              ("Containerfile", True), ("compose.yaml", True), ("k8s/app.yml", True),
                              (".github/workflows/ci.yml", True), (".gitlab-ci.yml", True), ("pod.json", True),
                              (".env", True), ("main.c", False), ("Dockerfiles/a.txt", False),
                              ("README.md", False), ("a.yaml.bak", False)):
            check(f"{row['id']}: {name}", bool(re.search(row["files"], name)) == is_ours)
        for code in (0, 1, 5):
            result = hook(row["id"], fresh(), recorder(), code)
            check(f"{row['id']}: exit {code} is kept", result.code == code, result)
    hook("assay-pin-check", checkout := fresh(), recorder())
    check("assay-pin-check: writes nothing", "--check" in json.loads(content(f"{checkout}.record")))


# ---- with assay itself

def trusting():
    return f"--root={PIN}\n--bundle={EXAMPLE}/trust.tar\n--state-dir={fresh_state()}"


def signed_digest():
    done = subprocess.run([ASSAY, "bundle", "verify", "--root", PIN, "--state-dir", fresh_state(), f"{EXAMPLE}/trust.tar"],
                          env=environment(), stdout=subprocess.PIPE, check=False)
    return re.search("sha256:[0-9a-f]{64}", done.stdout.decode()).group(0)


def test_green_and_red():
    good = {"Dockerfile": f"FROM {NAME}:1.0@{signed_digest()}\n"}
    bad = {"Dockerfile": f"FROM {NAME}:1.0@sha256:{'0' * 64}\n"}
    for what, files, code, verdict in (("green", good, 0, "passed"), ("red", bad, 1, "rejected"),
                                       ("no image", {}, 5, "nothing")):
        result, _, output, summary = github(fresh(files), assay=ASSAY, options=trusting())
        check(f"action: {what}", result.code == code and output.startswith(f"verdict={verdict}\n"), result)
        sarif = json.loads(content(output.split("\n")[3]))
        check(f"action: SARIF when {what}", bool(sarif["runs"][0]["results"]) == (code == 1), result)
        check(f"action: annotations when {what}", ("\n::error file=Dockerfile,line=1" in result.out) == (code == 1),
              result)
        check(f"action: summary when {what}", bool(files) == (NAME in summary), result)
        checkout = fresh(files)
        result, _ = gitlab(checkout, ASSAY, ASSAY_OPTIONS=trusting())
        check(f"template: {what}", result.code == code, result)
        check(f"template: report when {what}",
              bool(json.loads(content(f"{checkout}/assay-codequality.json"))) == (code == 1), result)
        check(f"template: JUnit when {what}", "<testsuites" in content(f"{checkout}/assay-junit.xml"), result)
        result = hook("assay-gate", fresh(files), ASSAY, 0, *trusting().split("\n"))
        check(f"hook: {what}", result.code == code, result)
