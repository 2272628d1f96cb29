# SPDX-License-Identifier: Apache-2.0
"""The command line, help, manual pages, configuration, and where results go."""
import json
import os
import re
import subprocess

from harness import (altered_image, ASSAY, BUILD, EXAMPLE, NAME, PIN, ROOT, SCRATCH, Result, check, environment, example, expect,
                     on_terminal, run)

COMMANDS = ["verify", "pin", "pull", "gate", "explain", "policy", "inspect", "bundle", "audit", "root", "version", "help"]

# ---- misuse: exit 2, a hint, and nothing on standard output

def test_misuse():
    hint = ["See 'assay help"]
    table = [
        ([], ["no command"]),
        (["verfy"], ["did you mean 'verify'"]),
        (["frobnicate-the-whole-registry"], ["unknown command"]),
        (["--verison"], ["unknown command '--verison'; did you mean '--version'?"]),
        (["-q", "verify", "x"], ["'-q' stands before the command"]),
        (["verify"], ["usage: assay verify"]),
        (["pin"], ["usage: assay pin"]),
        (["explain"], ["usage: assay explain"]),
        (["explain", "a", "b"], ["at most 1 operand"]),
        (["inspect"], ["usage: assay inspect"]),
        (["inspect", "a", "b"], ["at most 1 operand"]),
        (["inspect", "--pretty", "a"], ["--trust"]),
        (["inspect", "--trust", "-o", "json", "a"], ["docker's"]),
        (["inspect", "--trust", "--as", "b", "a"], ["docker's"]),
        (["root", "remove", "-o", "json", "x/y"], ["root list"]),
        (["root", "pin", "-o", "json", "x/y", PIN], ["root list"]),
        (["root"], ["usage: assay root"]),
        (["root", "bogus"], ["list, show, pin or remove"]),
        (["root", "list", "x"], ["takes no operand"]),
        (["root", "show"], ["one repository name"]),
        (["root", "remove"], ["one repository name"]),
        (["root", "pin", "x/y"], ["one of sha256:HEX"]),
        (["root", "pin", "x/y", PIN, "--ca", "f"], ["one of sha256:HEX"]),
        (["root", "remove", "x/y", "--root", "f"], ["go with 'assay root pin'"]),
        (["version", "x"], ["at most 0 operands"]),
        (["version", "--trust-server", "x"], ["does not take --trust-server"]),
        (["help", "nonsense"], ["no command, status or rule"]),
        (["help", "verify", "pin"], ["at most 1 operand"]),
        (["verify", "--tofuu", "x"], ["unknown option --tofuu; did you mean --tofu?"]),
        (["verify", "--tofu=1", "x"], ["takes no value"]),
        (["verify", "--tofu", "--tofu", "x"], ["given twice"]),
        (["verify", "--root"], ["needs a value"]),
        (["verify", "--root=", "x"], ["needs a value"]),
        (["verify", "-x", "x"], ["does not take -x"]),
        (["verify", "-o"], ["needs a value"]),
        (["verify", "--output", "xml", "x"], ["not text or json"]),
        (["verify", "--output", "json=", "x"], ["no file is named"]),
        (["verify", "-o", "json", "-o", "text", "x"], ["only one"]),
        (["verify", "--color", "red", "x"], ["auto, always or never"]),
        (["verify", "-q", "-v", "x"], ["contradict"]),
        (["verify", "--timeout", "0", "x"], ["no time"]),
        (["verify", "--timeout", "-1", "x"], ["no time"]),
        (["verify", "--timeout", "61m", "x"], ["no time"]),
        (["verify", "--timeout", "1.5s", "x"], ["no time"]),
        (["verify", "--jobs", "0", "x"], ["no number"]),
        (["verify", "--jobs", "65", "x"], ["no number"]),
        (["verify", "--jobs", "1x", "x"], ["no number"]),
        (["verify", "--platform", "linux", "x"], []),
        (["verify", "--at", "2026-11-25T00:00:00Z", "--tofu", "x"], []),
        (["verify", "--state-dir", "none", "--tofu", "x"], []),
        (["pin", "--at", "2026-11-25T00:00:00Z", "x"], ["does not take --at"]),
        (["pin", "--as", "x", "x"], ["does not take --as"]),
    ]
    for args, parts in table:
        expect(f"misuse {args}", run(*args), 2, "", parts + (hint if args else []))
    for args in (["verify", "--", "--tofu"], ["verify", "x/UPPER"], ["verify", "a b"], ["verify", "name:tag:tag"],
                 ["verify", "\u202e\x1b[31m"], ["verify", "x" * 100000], ["pin", "@"],
                 ["explain", "@"], ["inspect", "--trust", ":1"], ["root", "pin", "UPPER", PIN]):
        result = run(*args)
        check(f"reference {args[:2]}", result.code == 2 and "TRUSTED" not in result.out, result)
        check(f"escaped {args[:2]}", "\x1b" not in result.out + result.err and
              "\u202e" not in result.out + result.err, result)
    result = subprocess.run([ASSAY, b"verify", b"\xff\xfe"], env=environment(), capture_output=True)
    check("argument that is no UTF-8", result.returncode == 2 and b"\xff" not in result.stdout)
    for bad, part in (("--at", "yesterday"), ("--root", "sha256:12"), ("--root", "/nonexistent")):
        result = run("verify", bad, part, "--state-dir", "none", "x/y")
        check(f"{bad} {part}", result.code == 2 and result.out == "", result)


# ---- help, version and manual pages agree with the tables

def options_of(text):
    return set(re.findall(r"^ +(?:-[a-z], )?--([a-z-]+)", text, re.M))


def test_help():
    expect("version", run("version"), 0, [re.search(r"version: '([^']+)'", open(
        f"{ROOT}/meson.build").read()).group(1)])
    document = json.loads(run("version", "--output", "json").out)
    check("version as JSON", document["exit"] == 0 and document["results"] == [] and document["error"] is None and
          run("version").out == f"assay {document['tool']['version']}\n")
    check("--version", run("--version").out == run("version").out)
    overview = run("help")
    expect("help", overview, 0, ["Usage: assay COMMAND"])
    check("--help", run("--help").out == overview.out and run("-h").out == overview.out)
    listed = re.findall(r"^  ([a-z]+) ", overview.out.split("Options of")[0], re.M)
    check("help lists what is built, no more", listed == COMMANDS, overview)
    common = options_of(overview.out)
    pages = {"assay": common}
    texts = [overview.out, run("help", "status").out]
    for command in COMMANDS:
        result = run("help", command)
        expect(f"help {command}", result, 0, [f"Usage: assay {command}"])
        check(f"{command} --help", result.out.startswith(run(command, "--help").out))
        pages[f"assay-{command}"] = options_of(result.out) - common
        texts.append(result.out)
    for text in texts:
        wide = [line for line in text.splitlines() if len(line) > 80]
        check("80 columns", not wide, Result(0, "\n".join(wide), ""))
    for page, options in pages.items():
        source = open(f"{ROOT}/src/man/{page}.1").read()
        found = set(re.findall(r"^\.It (?:Fl [a-z] , )?Fl -([a-z-]+)", source, re.M))
        check(f"{page}(1) has the options of the table: {sorted(found ^ options)}", found == options)
        check(f"{page}(1) is named so", f".Nm {page}\n" in source)
    rows = re.findall(r'^X\(\d+, *\w+, *"([^"]+)", *(\w+),', open(
        f"{ROOT}/include/assay/status.def").read(), re.M)
    codes = dict(TRUSTED=0, REJECTED=1, USAGE=2, UNSIGNED=3, UNDECIDED=4, NOTHING=5, INTERNAL=70,
                 INTERRUPTED=130, TERMINATED=143)
    table = dict(re.findall(r"^([a-z0-9-]+) +(\d+)  ", texts[1], re.M))
    check("help status has every status", {r[0]: str(codes[r[1]]) for r in rows} == table)
    manual = open(f"{BUILD}/src/man/assay-status.7").read().split(".Sh RULES")
    rules = re.findall(r'^X\(\w+, *"([^"]+)"', open(f"{ROOT}/src/base/rules.def").read(), re.M)
    for part, what, wanted in zip(manual, ("status", "rule"), ([r[0] for r in rows], rules)):
        check(f"assay-status(7) has every {what}",
              re.findall(r"^\.It Li (\S+)$", part, re.M) == wanted)
    check("assay-status(7) has both parts", len(manual) == 2)
    for id_, class_ in rows:
        expect(f"help {id_}", run("help", id_), 0, [f"{id_} (exit code {codes[class_]})"])


# ---- where results go

def test_outputs():
    with open("/dev/full", "wb") as full:
        for args in (["version"], ["help"], ["help", "status"]):
            result = run(*args, stdout=full)
            expect(f"/dev/full {args}", result, 4, None, ["standard output"])
        result = example(stdout=full)
        expect("/dev/full verify", result, 4, None, ["output"])
        result = example("--output", "json", stdout=full)
        expect("/dev/full json", result, 4)
        result = example(stdout=full, image=altered_image())
        expect("a rejection stays one", result, 1)
    shell = f'exec "{ASSAY}" "$@" >&-'
    done = subprocess.run(["sh", "-c", shell, "sh", "version"], env=environment(), capture_output=True)
    check("closed stdout", done.returncode == 4)
    done = subprocess.run(["sh", "-c", f'exec "{ASSAY}" "$@" <&- >&- 2>&-', "sh", "version"],
                          env=environment())
    check("all closed", done.returncode == 4)
    reader, writer = os.pipe()
    os.close(reader)
    result = run("help", "status", stdout=writer)
    os.close(writer)
    check("broken pipe", result.code == 4, result)

    path = f"{SCRATCH}/report.json"
    result = example("-o", f"json={path}", "-o", "text")
    expect("file and standard output", result, 0, ["TRUSTED"])
    check("the file", json.load(open(path))["exit"] == 0)
    expect("an existing file", example("-o", f"json={path}"), 4, "", [path])
    os.symlink(f"{SCRATCH}/elsewhere", f"{SCRATCH}/link")
    expect("a link", example("-o", f"text={SCRATCH}/link"), 4, "", ["link"])
    check("nothing behind the link", not os.path.exists(f"{SCRATCH}/elsewhere"))
    expect("no such directory", example("-o", "text=/nonexistent/x"), 4, "", ["/nonexistent/x"])
    expect("only a file", example("-o", f"text={SCRATCH}/only"), 0, "")
    check("text in a file has no colour", "\x1b" not in open(f"{SCRATCH}/only").read())


def test_colour():
    check("no colour in a pipe", "\x1b" not in example().out)
    check("always", "\x1b[32mTRUSTED\x1b[0m" in example("--color=always").out)
    check("always, NO_COLOR", "\x1b" in example("--color", "always", env=environment(NO_COLOR="1")).out)
    for name, env, coloured in (("terminal", {}, True), ("NO_COLOR", {"NO_COLOR": "1"}, False),
                                ("empty NO_COLOR", {"NO_COLOR": ""}, True),
                                ("dumb", {"TERM": "dumb"}, False), ("no TERM", {"TERM": None}, False)):
        result = on_terminal(["verify", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", "--state-dir",
                              "none", "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"], "",
                             environment(**env))
        check(f"colour: {name}", ("\x1b[32mTRUSTED" in result.out) == coloured, result)


# ---- configuration

def test_config():
    home = f"{SCRATCH}/config-home"
    os.makedirs(f"{home}/.config/assay")
    path = f"{home}/.config/assay/config.json"
    env = environment(HOME=home)

    def config(text, mode=0o600):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return run("explain", "registry.example.com/a/b:1", env=env)

    expect("server", config('{"schema":1,"trust-servers":{"registry.example.com":"https://n.example.com"}}'),
           0, ["https://n.example.com", path])
    expect("longest prefix", config('{"schema":1,"trust-servers":{"registry.example.com":"https://n.example.com",'
                                    '"registry.example.com/a":"https://m.example.com"}}'), 0,
           ["https://m.example.com"])
    for prefix in ("REGISTRY.example.com", "registry.example.com/a/", "registry.example.com/a/b"):
        expect(f"config: prefix {prefix}", config('{"schema":1,"trust-servers":{"%s":"https://m.example.com"}}'
                                                  % prefix), 0, ["https://m.example.com"])
    for prefix in ("registry.example.com/A", "registry.example.com/a:1", "registry.example.com//a", "", "/",
                   "https://registry.example.com", "docker://registry.example.com", "library",
                   "index.docker.io", "registry.example.com:x", "registry.example.com "):
        expect(f"config: prefix {prefix}", config('{"schema":1,"trust-servers":{"%s":"https://m.example.com"}}'
                                                  % prefix), 2, "", ["[config]", "begins so", "config.json"])
    expect("config: no component", config('{"schema":1,"trust-servers":{"registry.example.com/a/bb":'
                                          '"https://m.example.com"}}'), 0, ["https://registry.example.com"])
    expect("lists", config('{"schema":1,"plain-http":["localhost:5000"],"insecure-tls":["h"]}'), 0)
    for name, text in (("unknown key", '{"schema":1,"trust-server":{}}'), ("no schema", "{}"),
                       ("schema 2", '{"schema":2}'), ("duplicate", '{"schema":1,"schema":1}'),
                       ("syntax", "{"), ("array", "[]"), ("empty", ""), ("text behind", '{"schema":1}x'),
                       ("type", '{"schema":1,"plain-http":"localhost"}'),
                       ("item", '{"schema":1,"plain-http":[1]}'),
                       ("url", '{"schema":1,"trust-servers":{"a":1}}'), ("NUL", '{"schema":1,"\\u0000":1}')):
        expect(f"config: {name}", config(text), 2, "", ["[config]", "config.json"])
    for mode in (0o620, 0o602, 0o666):
        expect(f"config mode {mode:o}", config('{"schema":1}', mode), 2, "", ["written by others"])
    os.chmod(path, 0o600)
    os.makedirs(f"{SCRATCH}/cwd/assay")
    for name in ("config.json", "assay/config.json", "assay.json"):
        with open(f"{SCRATCH}/cwd/{name}", "w") as file:
            file.write("nonsense")
    expect("the working directory is not read", run("explain", "x/y", cwd=f"{SCRATCH}/cwd"), 0)
    expect("--config", run("explain", "x/y", "--config", f"{SCRATCH}/cwd/config.json"), 2, "", ["[config]"])
    expect("--config that is not there", run("explain", "x/y", "--config", "none.json"), 2, "", ["none.json"])
    os.mkfifo(f"{SCRATCH}/fifo")
    expect("--config that is no file", run("explain", "x/y", "--config", f"{SCRATCH}/fifo"), 2, "", ["regular"])
    with open(f"{SCRATCH}/cwd/good.json", "w") as file:
        file.write('{"schema":1}')
    expect("pins lie beside it", run("root", "pin", "x.example/y", PIN, "--config", "good.json",
                                     cwd=f"{SCRATCH}/cwd"), 0, [f"{SCRATCH}/cwd/roots"])


def test_explain():
    expect("short name", run("explain", "alpine"), 0,
           ["docker.io/library/alpine:latest", "latest (nothing was written; ", "none known"])
    expect("digest", run("explain", "x.example/y@" + PIN), 0, [f"digest                 {PIN} (these bytes"])
    env = environment(DOCKER_CONTENT_TRUST_SERVER="https://from.example.com")
    expect("variable", run("explain", "x.example/y", env=env), 0, ["https://from.example.com"])
    expect("option stands first", run("explain", "x.example/y", "--trust-server", "https://o.example.com",
                                      env=env), 0, ["https://o.example.com (--trust-server"])
    expect("XDG", run("explain", "x.example/y", env=environment(XDG_STATE_HOME="/xdg/state",
                                                               XDG_CONFIG_HOME="/xdg/config")), 0,
           ["/xdg/state/assay", "/xdg/config/assay/roots"])
    expect("relative XDG is ignored", run("explain", "x.example/y", env=environment(
        XDG_STATE_HOME="state")), 0, [f"{SCRATCH}/home/.local/state/assay"])
