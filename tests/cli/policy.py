# SPDX-License-Identifier: Apache-2.0
"""Policies as their authors meet them: lint, show, import, explain, the schema, the manual page."""
import glob
import json
import os
import re
import subprocess

from harness import ROOT, SCRATCH, check, environment, expect, run

HEX = "a" * 64
ROOT_A, ROOT_B = f"sha256:{HEX}", "sha256:" + "b" * 64
GOOD = {
    "empty": "schema: 1\n",
    "profile": "schema: 1\nprofile: production\n",
    "json": '{"schema": 1, "scopes": {"*": {"image": {"max-age": "30d", "lowest-port": 1024}}}}\n',
    "all": f"""schema: 1
profile: development
scopes:
  "*":
    trust: {{format: notary, first-use: reject, roles: [targets, targets/releases], minimum: 1, threshold: 1}}
    references: {{digest: required, latest: forbidden, registries: [docker.io, 'a.example:5000/b'], ignores: refused}}
    image: {{user: numeric, lowest-port: 1024, secrets: forbidden, max-age: 90d, platforms: [linux/arm64/v8], labels: [a.b]}}
    freshness: {{max-age: 3d, lifetime: 14, warn-before: 7d}}
  a.example:5000/b/*:
    trust: {{server: 'https://trust.example/', root: '{ROOT_A}', signers: ['{HEX}', '{ROOT_B}']}}
    reject: "no: not yet"
  a.example:5000/b/c:
    reject: false
    allow:
    - {{digest: '{ROOT_A}', reason: reviewed, until: 2027-01-31}}
  alpine:3: {{}}
""",
}
# what the schema can see, too, and what lint alone can
BAD = {
    "key": ("schema: 1\nscope: {}\n", "2:1", True),
    "no schema": ("scopes: {}\n", "1:1", True),
    "schema 2": ("schema: 2\n", "1:9", True),
    "group": ("schema: 1\nscopes: {'*': {trusts: {}}}\n", "2:16", True),
    "key of a group": ("schema: 1\nscopes: {'*': {trust: {first_use: accept}}}\n", "2:24", True),
    "word": ("schema: 1\nscopes: {'*': {trust: {first-use: maybe}}}\n", "2:35", True),
    "days": ("schema: 1\nscopes: {'*': {image: {max-age: 2w}}}\n", "2:33", True),
    "number": ("schema: 1\nscopes: {'*': {image: {lowest-port: 70000}}}\n", "2:37", True),
    "list": ("schema: 1\nscopes: {'*': {trust: {roles: targets}}}\n", "2:31", True),
    "empty list": ("schema: 1\nscopes: {'*': {trust: {roles: []}}}\n", "2:31", True),
    "role": ("schema: 1\nscopes: {'*': {trust: {roles: [root]}}}\n", "2:32", True),
    "server": ("schema: 1\nscopes: {'*': {trust: {server: 'http://a.example'}}}\n", "2:32", True),
    "root": ("schema: 1\nscopes: {'*': {trust: {root: 'sha256:12'}}}\n", "2:30", True),
    "profile": ("schema: 1\nprofile: nowhere\n", "2:10", True),
    "reject": ("schema: 1\nscopes: {'*': {reject: true}}\n", "2:24", True),
    "star": ("schema: 1\nscopes: {'a*': {}}\n", "2:10", True),
    "reason": (f"schema: 1\nscopes: {{alpine: {{allow: [{{digest: '{ROOT_A}', until: 2027-01-31}}]}}}}\n", "2:27", True),
    "until": (f"schema: 1\nscopes: {{alpine: {{allow: [{{until: 2027-1-31, reason: r, digest: '{ROOT_A}'}}]}}}}\n", "2:35",
              True),
    "day": (f"schema: 1\nscopes: {{alpine: {{allow: [{{until: 2027-02-30, reason: r, digest: '{ROOT_A}'}}]}}}}\n", "2:35",
            False),
    "allow for all": (f"schema: 1\nscopes: {{'*': {{allow: [{{digest: '{ROOT_A}', reason: r, until: 2027-01-31}}]}}}}\n",
                      "2:23", False),
    "twice": ("schema: 1\nscopes: {}\nscopes: {}\n", "3:1", False),
    "scope twice": ("schema: 1\nscopes: {alpine: {}, docker.io/library/alpine: {}}\n", "2:22", False),
    "name": ("schema: 1\nscopes: {alpine/X: {}}\n", "2:10", False),
    "no root": ("schema: 1\nscopes: {alpine: {trust: {root: none.json}}}\n", "2:33", False),
}
# Debian's libraries, whichever Python runs these tests; dates are texts, as in JSON
VALIDATOR = """
import json, sys, jsonschema, yaml
class Loader(yaml.SafeLoader):
    pass
Loader.yaml_implicit_resolvers = {key: [(tag, rule) for tag, rule in rows if not tag.endswith(":timestamp")]
                                  for key, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
print(json.dumps([validator.is_valid(yaml.load(open(path), Loader)) for path in sys.argv[2:]]))
"""


def put(name, text):
    directory = f"{SCRATCH}/policies"
    os.makedirs(directory, exist_ok=True)
    path = f"{directory}/{name.replace(' ', '-')}.yaml"
    with open(path, "w") as file:
        file.write(text)
    return path


def test_lint():
    good = [put(name, text) for name, text in GOOD.items()]
    for name, path in zip(GOOD, good):
        expect(f"lint: {name}", run("policy", "lint", path), 0, f"{path}: ok\n")
    bad = {name: put(f"bad {name}", text) for name, (text, _, _) in BAD.items()}
    for name, (_, place, _) in BAD.items():
        result = run("policy", "lint", bad[name])
        expect(f"lint: bad {name}", result, 2, [f"{bad[name]}:{place}: "])
        check(f"lint: bad {name} is not ok", ": ok" not in result.out, result)
    everything = run("policy", "lint", bad["word"], good[0], bad["days"])
    expect("lint: several", everything, 2, [f"{bad['word']}:2:35: ", f"{good[0]}: ok\n", f"{bad['days']}:2:33: "])
    expect("lint: none there", run("policy", "lint", f"{SCRATCH}/nothing"), 4, ["No such file"])
    expect("lint: nothing named", run("policy", "lint"), 2, "", ["lint FILE..."])
    expect("lint: not by option", run("policy", "lint", "--policy", good[0], good[0]), 2, "")
    document = json.loads(run("policy", "lint", "-o", "json", good[0], bad["word"]).out)
    check("lint: JSON", document["exit"] == 2 and [row["ok"] for row in document["results"]] == [True, False] and
          document["results"][0]["file"] == good[0] and "first-use" in document["results"][1]["message"])
    one = put("one", f"schema: 1\nscopes: {{alpine: {{trust: {{root: '{ROOT_A}'}}}}}}\n")
    other = put("other", f"schema: 1\nscopes: {{alpine: {{trust: {{root: '{ROOT_B}'}}}}}}\n")
    expect("lint: not together", run("policy", "lint", one, other), 2,
           [f"{one}: ok\n", f"{other}: ok\n", f"{other}:2:10: trust.root: ", one])
    expect("lint: together", run("policy", "lint", one, one), 0)
    escaped = run("policy", "lint", put("escape", "schema: 1\n\"\\e[31m\\u202E\": 1\n"))
    check("lint: nothing reaches the terminal", escaped.code == 2 and "\x1b" not in escaped.out and
          "\u202e" not in escaped.out, escaped)


def test_show():
    one = put("show", GOOD["all"])
    expect("show: nothing", run("policy", "show"), 0, "no policy: the defaults hold\n")
    expect("show: scopes", run("policy", "show", "--policy", one), 0,
           f"{one}\n  *\n  a.example:5000/b/*\n  a.example:5000/b/c\n  alpine:3\n  *  (profile development)\n")
    expect("show: defaults", run("policy", "show", "alpine"), 0,
           ["docker.io/library/alpine:latest\n", "  references.digest      required (default)\n", "refused (default)\n"])
    shown = run("policy", "show", "--policy", one, f"a.example:5000/b/c@{ROOT_A}")
    expect("show: a reference", shown, 0, [f"  trust.server           https://trust.example ({one}, scope a.example:5000/b/*)\n",
                                           f"without signature until 2027-01-31: reviewed ({one}, scope a.example:5000/b/c)\n"])
    check("show: not rejected", "\n  reject" not in shown.out, shown)
    expect("show: rejected", run("policy", "show", "--policy", one, "a.example:5000/b/d"), 0,
           ["  reject                 no: not yet (", "scope a.example:5000/b/*)"])
    document = json.loads(run("policy", "show", "-o", "json", "--policy", one, f"a.example:5000/b/c@{ROOT_A}").out)
    policy = document["results"][0]["policy"]
    fields = {f"{row['group']}.{row['key']}": row for row in policy["fields"]}
    check("show: JSON", policy["files"] == [one] and policy["reject"] is None and
          policy["allowed"]["until"] == "2027-01-31T23:59:59Z" and fields["image.max-age"]["value"] == 90 and
          fields["trust.signers"]["value"] == [HEX, "b" * 64] and fields["trust.root"]["value"] == ROOT_A and
          fields["image.user"]["value"] == "numeric" and fields["freshness.lifetime"]["scope"] == "*", policy)
    listed = json.loads(run("policy", "show", "-o", "json", "--policy", one).out)["results"]
    check("show: scopes in JSON", [row["scope"] for row in listed[0]["scopes"]][:2] == ["*", "a.example:5000/b/*"] and
          listed[0]["scopes"][-1]["file"] == "profile development", listed)
    project = f"{SCRATCH}/project"
    os.makedirs(project)
    with open(f"{project}/assay.yaml", "w") as file:
        file.write("schema: 1\nscopes: {'*': {references: {digest: optional}}}\n")
    expect("show: the project is not asked", run("policy", "show", cwd=project), 0, ["no policy"])
    expect("show: --project", run("policy", "show", "--project", "alpine", cwd=project), 0, ["optional (./assay.yaml, scope *)"])
    expect("show: --project only tightens", run("policy", "show", "--project", "--policy", put("none", "schema: 1\n"), "alpine",
                                                cwd=project), 0, ["required (default)"])
    linked = f"{SCRATCH}/linked-policy"
    os.makedirs(linked)
    os.symlink(one, f"{linked}/assay.yaml")
    expect("show: --project follows no link", run("policy", "show", "--project", cwd=linked), 4, "", ["symbolic link"])
    expect("show: --project without a policy", run("policy", "show", "--project"), 4, "", ["assay.yaml: no such file"])
    expect("show: what is named may be a link", run("policy", "show", "--policy", f"{linked}/assay.yaml"), 0)
    config = f"{SCRATCH}/config"
    os.makedirs(f"{config}/assay")
    with open(f"{config}/assay/policy.yaml", "w") as file:
        file.write("schema: 1\nscopes: {'*': {image: {user: numeric}}}\n")
    expect("show: the user's", run("policy", "show", "alpine", env=environment(XDG_CONFIG_HOME=config)), 0,
           [f"numeric ({config}/assay/policy.yaml, scope *)"])
    expect("show: a bad one", run("policy", "show", "--policy", put("bad", "schema: 2\n")), 2, "", ["1:9"])
    expect("show: bad reference", run("policy", "show", "x/UPPER"), 2, "", ["reference"])
    expect("show: two", run("policy", "show", "a", "b"), 2, "", ["show [REF]"])
    expect("policy: no such action", run("policy", "frobnicate"), 2, "", ["lint, show or import"])


def test_import():
    containers = put("containers", json.dumps({"default": [{"type": "reject"}], "transports": {"docker": {
        "docker.io/library": [{"type": "insecureAcceptAnything"}],
        "a.example/b": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}]}}}))
    made = run("policy", "import", containers)
    expect("import: containers", made, 0, ["schema: 1\n", "\"docker.io/library/*\":\n    reject: false\n", "  # "])
    path = put("imported", made.out)
    expect("import: what is made is a policy", run("policy", "lint", path), 0)
    expect("import: signed by others", run("policy", "show", "--policy", path, "a.example/b"), 0, ["\n  reject "])
    notary = put("notary", json.dumps({"trust_pinning": {"certs": {"a.example/b": [HEX]}, "disable_tofu": True}}))
    made = run("policy", "import", notary)
    expect("import: notary", made, 0, [f"root: \"{ROOT_A}\"\n", "first-use: reject\n"])
    expect("import: what is made of notary's is a policy", run("policy", "lint", put("imported", made.out)), 0)
    expect("import: something else", run("policy", "import", path), 2, "", ["policy-invalid"])
    expect("import: not there", run("policy", "import", f"{SCRATCH}/nothing"), 4, "")
    expect("import: JSON", run("policy", "import", "-o", "json", notary), 2, "", ["YAML"])
    expect("import: two", run("policy", "import", notary, notary), 2, "")


def test_explain_policy():
    one = put("explain", GOOD["all"])
    text = run("explain", "--policy", one, "alpine:3")
    expect("explain: steps", text, 0, ["docker.io/library/alpine:3\n", "whose publisher must have signed",
                                       "3 (may mean other bytes tomorrow)", "none (what is used later may be",
                                       f"{one} (of the gate)", f"numeric ({one}, scope *)"])
    steps = ["registry ", "name ", "tag ", "digest ", "trust data ", "pinned root ", "state ", "policies ", "trust.format "]
    places = [text.out.find(f"\n  {step}") for step in steps]
    check("explain: in order", -1 not in places and places == sorted(places), text)
    expect("explain: without policy", run("explain", "alpine"), 0, ["none (the defaults hold)", "required (default)"])
    expect("explain: a digest", run("explain", f"alpine@{ROOT_A}"), 0, [f"{ROOT_A} (these bytes and no others)"])
    found = json.loads(run("explain", "-o", "json", "--policy", one, "alpine:3").out)["results"][0]
    check("explain: JSON", found["policy"]["files"] == [one] and len(found["policy"]["fields"]) == len(table()), found)
    expect("explain: a bad policy", run("explain", "--policy", put("bad", "schema: 2\n"), "alpine"), 2, "", ["1:9"])


def table():
    """GROUP.KEY to (kind, words) of the table of fields."""
    rows = re.findall(r'^X\(\w+, +"([^"]+)", +"([^"]+)", +(\w+), +"([^"]*)"', open(f"{ROOT}/src/policy/fields.def").read(), re.M)
    return {f"{group}.{key}": (kind, words.split()) for group, key, kind, words in rows}


def test_schema_has_the_fields():
    with open(f"{ROOT}/src/policy/policy.schema.json") as file:
        schema = json.load(file)
    groups = {name: value["properties"] for name, value in schema["$defs"]["scope"]["properties"].items()
              if "properties" in value}
    fields = {f"{group}.{key}": value for group, keys in groups.items() for key, value in keys.items()}
    rows = table()
    check(f"schema: the fields of the table {sorted(fields.keys() ^ rows.keys())}", fields.keys() == rows.keys() and rows)
    for name, (kind, words) in rows.items():
        field = fields[name]
        good = {"CHOICE": field.get("enum") == words, "SAME": field.get("type") == "string",
                "ANY": field.get("type") == "array", "ALL": field.get("type") == "array"}.get(
                    kind, field.get("type") == "integer" or field.get("$ref") == "#/$defs/days")
        check(f"schema: {name} is {kind}", good)
    profiles = sorted(os.path.basename(path)[:-5] for path in glob.glob(f"{ROOT}/src/policy/profiles/*.yaml"))
    check("schema: the profiles", schema["properties"]["profile"]["enum"] == profiles)
    manual = open(f"{ROOT}/src/man/assay-policy.5").read()
    for name in rows:
        group, key = name.split(".")
        section = manual.split(f"\n.Ss {group}\n")[1].split("\n.Ss ")[0]
        check(f"assay-policy(5): {name}", f"\n.It Cm {key}\n" in section)
    example = manual.split(".Bd -literal -offset indent\n")[1].split("\n.Ed")[0]
    expect("assay-policy(5): the example", run("policy", "lint", put("manual", example + "\n")), 0)


def test_schema_judges():
    profiles = sorted(glob.glob(f"{ROOT}/src/policy/profiles/*.yaml"))
    good = [put(name, text) for name, text in GOOD.items()] + profiles
    seen = {name: put(f"bad {name}", text) for name, (text, _, by_schema) in BAD.items() if by_schema}
    done = subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c", VALIDATOR, f"{ROOT}/src/policy/policy.schema.json", *good,
                           *seen.values()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(f"schema: it is one: {done.stdout.decode()[-500:]}", done.returncode == 0)
    valid = json.loads(done.stdout) if done.returncode == 0 else [False] * (len(good) + len(seen))
    for path, ok in zip(good, valid):
        check(f"schema: {path} is good", ok)
    for name, ok in zip(seen, valid[len(good):]):
        check(f"schema: {name} is bad", not ok)
    for path in profiles:
        expect(f"lint: {path}", run("policy", "lint", path), 0)
