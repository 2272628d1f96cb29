# SPDX-License-Identifier: Apache-2.0
"""Audits of recorded histories: as they are, with their golden reports, and spoilt in every way."""
import json
import os
import shutil
import subprocess

from harness import ROOT as SOURCE, SCRATCH, check, expect, fresh_state, run

NOTARY = f"{SOURCE}/vectors/notary"
GOLDEN = f"{SOURCE}/vectors/audit"
AT = "2026-11-23T08:00:00Z"
ROT = "docker.io/library/rot"
_made = 0


def root_of(version):
    with open(f"{NOTARY}/rotation/{version}.root.json", "rb") as file:
        return file.read()


def audit(directory, *args, name=ROT, root=f"{NOTARY}/rotation/1.root.json", at=AT, **more):
    pin = ("--root", root) if root else ()
    return run("audit", "--state-dir", fresh_state(), *pin, *(("--at", at) if at else ()), "--as", name, *args,
               directory, **more)


def report(directory, *args, **more):
    """The one result, and the exit code."""
    result = audit(directory, "-o", "json", **more) if not args else audit(directory, "-o", "json", *args, **more)
    try:
        return json.loads(result.out)["results"][0], result
    except (ValueError, IndexError):
        return None, result


def history(change, base="rotation"):
    """A copy of a recorded history that change has spoilt; its path."""
    global _made
    _made += 1
    path = f"{SCRATCH}/audit-{_made}"
    shutil.copytree(f"{NOTARY}/{base}", path)
    change(path)
    return path


def put(path, name, data):
    with open(f"{path}/{name}.json", "wb") as file:
        file.write(data)


def ids(result, severity=None):
    return [finding["id"] for finding in result["findings"] if severity in (None, finding["severity"])]


def trusts(result, role="root"):
    [role] = [r for r in result["roles"] if r["name"] == role]
    return [(version["version"], version["trust"]) for version in role["versions"]]


# ---- as they are

def test_golden():
    for name, gun, root in (("rotation", ROT, f"{NOTARY}/rotation/1.root.json"),
                            ("delegations", "docker.io/library/demo", f"{NOTARY}/delegations/root.json")):
        where = f"./vectors/notary/{name}"
        args = ("audit", "--state-dir", "none", "--root", os.path.relpath(root, SOURCE), "--at", AT, "--as", gun,
                where)
        text = run(*args, cwd=SOURCE)
        with open(f"{GOLDEN}/{name}.txt") as file:
            expect(f"audit of {name}", text, 0)
            check(f"text of {name}", text.out == file.read(), text)
        wide = [line for line in text.out.splitlines()[1:] if len(line) > 100]
        check(f"{name}: 100 columns", not wide, text)
        data = json.loads(run(*args, "-o", "json", cwd=SOURCE).out)
        with open(f"{GOLDEN}/{name}.json") as file:
            check(f"JSON of {name}", data["results"] == json.load(file)["results"])
        again = run(*args, "-o", "json", "--jobs", "1", cwd=SOURCE).out
        check(f"{name}: one thread", json.loads(again)["results"][0]["roles"] == data["results"][0]["roles"])


# ---- spoilt

def spoilt(what, change, exit_code, status, findings, trust, **more):
    result, ran = report(history(change), **more)
    expect(f"audit: {what}", ran, exit_code)
    if result is None:
        check(f"{what}: a report", False, ran)
        return
    check(f"{what}: {status}", result["status"] == status, ran)
    usual = ("threshold-one", "key-unused", "history-partial")
    found = list(dict.fromkeys(name for name in ids(result) if name not in usual))
    check(f"{what}: findings {found}", found == findings, ran)
    check(f"{what}: roots {trusts(result)}", [t for _, t in trusts(result)] == trust, ran)


def resigned(version, change):
    """The root with another content, its signatures as they were."""
    document = json.loads(root_of(version))
    change(document)
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def without_signatures(document):
    document["signatures"] = []


def without_former(document):
    own = document["signed"]["roles"]["root"]["keyids"]
    document["signatures"] = [s for s in document["signatures"] if s["keyid"] in own]


def other_expiry(document):
    document["signed"]["expires"] = "2030-01-01T00:00:00Z"


V, U, I, A = "vouched", "unvouched", "invalid", "absent"


def test_histories():
    spoilt("a version is missing", lambda path: os.remove(f"{path}/3.root.json"), 4, "root-chain-missing",
           ["version-missing", "role-invalid"], [V, V, A, U, U, U])
    spoilt("two versions are swapped", lambda path: (put(path, "3.root", root_of(4)), put(path, "4.root", root_of(3))),
           1, "root-version", ["version-invalid", "role-invalid"], [V, V, I, I, U, U])
    spoilt("a version is not signed", lambda path: put(path, "4.root", resigned(4, without_signatures)), 1,
           "root-rotation", ["chain-broken", "role-invalid"], [V, V, V, I, U, U])
    spoilt("a version lacks the former key's signature", lambda path: put(path, "5.root", resigned(5, without_former)),
           1, "root-rotation", ["chain-broken"], [V, V, V, V, I, U])
    spoilt("a version has another content", lambda path: put(path, "2.root", resigned(2, other_expiry)), 1,
           "root-rotation", ["chain-broken", "role-invalid"], [V, I, U, U, U, U])
    spoilt("the newest is not the plain one", lambda path: put(path, "root", root_of(5)), 0, "ok", ["newest-hidden"],
           [V] * 6)
    spoilt("the plain one is another newest", lambda path: put(path, "root", resigned(6, other_expiry)), 1,
           "threshold", ["two-contents"], [V] * 6 + [I])
    spoilt("all are the first", lambda path: [put(path, f"{v}.root", root_of(1)) for v in range(2, 7)], 1,
           "root-version", ["version-invalid", "two-contents", "role-invalid"], [V, I, I, I, I, I, U])
    spoilt("no JSON", lambda path: put(path, "3.root", b"<html>"), 1, "json-syntax", ["version-invalid", "role-invalid"],
           [V, V, I, U, U, U])


def test_liars():
    """Servers that claim too much, stop half way, or answer with one file for ever."""
    claim = history(lambda path: put(path, "root", resigned(6, lambda d: d["signed"].update(version=10**12))))
    result, ran = report(claim)
    expect("audit: a newest version that nobody has", ran, 4)
    check("audit: what is there is vouched for", trusts(result)[:6] == [(v, V) for v in range(1, 7)], ran)
    check("audit: missing ones are not counted for ever", len(trusts(result)) < 1000, ran)
    check("audit: it is found", {"version-missing", "version-invalid"} <= set(ids(result)), ran)
    half = history(lambda path: [os.remove(f"{path}/{v}.root.json") for v in (4, 5, 6)])
    result, ran = report(half)
    expect("audit: a server that stops half way", ran, 4)
    check("audit: the first half is vouched for", trusts(result) == [(1, V), (2, V), (3, V), (4, A), (5, A), (6, U)], ran)
    loop = history(lambda path: [shutil.copyfile(f"{path}/1.root.json", f"{path}/{v}.root.json")
                                 for v in range(2, 3000)])
    result, ran = report(loop)
    expect("audit: one file for ever", ran, 1)
    check("audit: only the first is what it says", trusts(result)[0] == (1, V) and
          all(t != V for _, t in trusts(result)[1:]), ran)


def test_anchors():
    whole = f"{NOTARY}/rotation"
    result, _ = report(whole, root=f"{NOTARY}/rotation/3.root.json")
    check("audit: a later root file", trusts(result) == [(1, U), (2, U), (3, V), (4, V), (5, V), (6, V)])
    check("audit: older roots are shown", "not-vouched" in ids(result))
    spki = [key for key in result["keys"] if key["id"].startswith("1c07b15e")][0]
    for pin in (spki["canonical-id"], spki["spki"][7:], spki["id"]):
        result, ran = report(whole, root=f"sha256:{pin}")
        check("audit: the newest key alone", result["status"] == "ok" and trusts(result)[-1] == (6, V) and
              trusts(result)[0] == (1, U), ran)
    first = [key for key in result["keys"] if key["id"].startswith("bf19ff2f")][0]
    result, ran = report(whole, root=f"sha256:{first['canonical-id']}")
    check("audit: the first key vouches for all it signed", [t for _, t in trusts(result)] == [V] * 6, ran)
    check("audit: from the newest that it signs", result["anchor-version"] == 4, ran)
    result, ran = report(whole, root="sha256:" + "0" * 64)
    expect("audit: a pin that no root has", ran, 1)
    check("audit: everything is shown", result["status"] == "pin-mismatch" and len(trusts(result)) == 6 and
          all(t == U for _, t in trusts(result)), ran)
    late = history(lambda path: [os.remove(f"{path}/{v}.root.json") for v in range(1, 6)])
    result, ran = report(late, root=f"sha256:{first['canonical-id']}")
    expect("audit: the pinned root may be one that is not there", ran, 4)
    check("audit: that is no mismatch", result["status"] == "root-chain-missing" and trusts(result) == [(6, U)], ran)
    down = ("--trust-server", "https://127.0.0.1:1", "--root", f"sha256:{first['canonical-id']}")
    expect("audit: nobody answers", run("audit", "--state-dir", fresh_state(), *down, ROT), 4, "", ["[net-connect]"])
    expect("audit: no pin", audit(whole, root=None, at=None), 4, "", ["no-root-pinned"])
    result, _ = report(whole, "--tofu", root=None, at=None)
    check("audit: first use is the oldest root", result["anchor"] == "first-use" and result["anchor-version"] == 1)


# ---- options

def test_options():
    whole = f"{NOTARY}/rotation"
    for severity, code in (("info", 1), ("low", 1), ("medium", 0), ("high", 0), ("critical", 0)):
        expect(f"audit --fail-on {severity}", audit(whole, "--fail-on", severity), code)
    expect("audit --fail-on nothing", audit(whole, "--fail-on", "fatal"), 2, "", ["fatal"])
    expect("audit: a tag", run("audit", f"{ROT}:1"), 2, "", ["whole repository"])
    expect("audit: a Notary directory without a name", run("audit", "--tofu", whole), 2, "", ["--as"])
    expect("audit: no such path", run("audit", f"{whole}/none"), 4, "", ["No such file"])
    expect("audit: --warn-before", audit(whole, "--warn-before", "soon"), 2, "", ["30d"])
    near, _ = report(whole, "--warn-before", "3650d")
    check("audit: everything ends within ten years", "expiry-near" in ids(near))
    late, _ = report(whole, at="2040-01-01T00:00:00Z")
    check("audit: everything has expired", ids(late, "high").count("expired") == 4)
    early, ran = report(whole, at="2026-01-01T00:00:00Z")
    check("audit: nothing was published then", early["status"] == "not-found" and not trusts(early), ran)


def test_diff():
    whole = f"{NOTARY}/rotation"
    before = history(lambda path: (os.remove(f"{path}/6.root.json"), put(path, "root", root_of(5))))
    earlier = f"{SCRATCH}/earlier.json"
    for name in os.listdir(SCRATCH):
        if name == "earlier.json":
            os.remove(earlier)
    expect("audit: a report in a file", audit(before, "-o", f"json={earlier}"), 0, "")
    result, ran = report(whole, "--diff", earlier)
    changes = {change["change"] for change in result["diff"]["changes"]}
    check("audit --diff: a new root", changes >= {"version-new", "key-added", "key-removed"}, ran)
    text = audit(whole, "--diff", earlier)
    expect("audit --diff: in text", text, 0, ["Since the report of", "root version 6 is new"])
    same, _ = report(before, "--diff", earlier)
    check("audit --diff: nothing", same["diff"]["changes"] == [])
    gone, _ = report(history(lambda path: [os.remove(f"{path}/{v}.root.json") for v in (1, 6)] +
                             [put(path, "root", root_of(5))]), "--diff", earlier, root=f"{whole}/2.root.json")
    check("audit --diff: a root is gone", "version-gone" in {c["change"] for c in gone["diff"]["changes"]})
    with open(earlier) as file:
        document = json.load(file)
    for role in document["results"][0]["roles"]:
        if role["name"] == "root":
            role["versions"][1]["sha256"] = "sha256:" + "0" * 64
    other = f"{SCRATCH}/other.json"
    with open(other, "w") as file:
        json.dump(document, file)
    result, ran = report(before, "--diff", other)
    check("audit --diff: other bytes are a finding", "two-contents" in ids(result), ran)
    for what, content in (("no JSON", b"{"), ("no report", b"{}"), ("another schema", b'{"schema":2}'),
                          ("no result", b'{"schema":1,"results":[]}'),
                          ("of another", json.dumps(document).replace(ROT, "docker.io/library/other").encode())):
        with open(other, "wb") as file:
            file.write(content)
        expect(f"audit --diff: {what}", audit(before, "--diff", other), 2, "", ["config"])


# ---- the schema

def is_valid(document):
    path = f"{SCRATCH}/instance.json"
    with open(path, "w") as file:
        json.dump(document, file)
    # Debian's validator, whichever Python runs these tests
    done = subprocess.run(["/usr/bin/python3", "-W", "ignore", "-m", "jsonschema", "-i", path,
                           f"{SOURCE}/src/report/audit.schema.json"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout.decode()[:500]


def test_schema():
    broken = history(lambda path: (os.remove(f"{path}/3.root.json"), put(path, "root", resigned(6, other_expiry))))
    earlier = f"{SCRATCH}/for-schema.json"
    expect("audit: a report to compare with", audit(broken, "-o", f"json={earlier}"), 4, "")
    for what, directory, args in (("whole", f"{NOTARY}/rotation", ()), ("broken", broken, ()),
                                  ("compared", f"{NOTARY}/rotation", ("--diff", earlier)),
                                  ("plain TUF", f"{SOURCE}/vectors/tuf/sigstore", None)):
        ran = (run("audit", "--tofu", "--state-dir", fresh_state(), "-o", "json", directory) if args is None
               else audit(directory, "-o", "json", *args))
        valid, why = is_valid(json.loads(ran.out))
        check(f"schema: {what}: {why}", valid)
    failure = audit(f"{NOTARY}/rotation", "-o", "json", root=None, at=None)
    check("schema: a run without an answer", is_valid(json.loads(failure.out))[0], failure)
    document = json.loads(ran.out)
    del document["results"][0]["events"]
    check("schema: a member is missing", not is_valid(document)[0])
    document = json.loads(ran.out)
    document["results"][0]["roles"][0]["versions"][0]["trust"] = "good"
    check("schema: another word", not is_valid(document)[0])


def test_plain_tuf():
    """Roots 3, 7 to 9, 12, 14 and 16 of Sigstore: the chain leads from 7 to 9."""
    where = f"{SOURCE}/vectors/tuf/sigstore"
    pinned = ("--root", f"{where}/7.root.json", "--state-dir", fresh_state(), "-o", "json", where)
    ran = run("audit", *pinned)
    expect("audit: Sigstore's roots, as far as they lead", ran, 4)
    result = json.loads(ran.out)["results"][0]
    check("audit: plain TUF", result["dialect"] == "tuf" and result["gun"] == "")
    check("audit: its roots", trusts(result) == [(3, U), (4, A), (5, A), (6, A), (7, V), (8, V), (9, V), (10, A),
                                                 (11, A), (12, U), (13, A), (14, U), (15, A), (16, U)], ran)
    versions = result["roles"][0]["versions"]
    thresholds = {role: keys["threshold"] for role, keys in versions[6]["roles"].items()}
    check("audit: its thresholds", thresholds == {"root": 3, "targets": 3, "snapshot": 1, "timestamp": 1}, ran)
    check("audit: nobody says when", {v["published-source"] for v in versions} == {"none"})
    later = run("audit", "--root", f"{where}/8.root.json", *pinned[2:])
    check("audit: from a later root", trusts(json.loads(later.out)["results"][0])[4:7] == [(7, U), (8, V), (9, V)])
    first = run("audit", "--tofu", *pinned[2:])
    check("audit: first use is the oldest", json.loads(first.out)["results"][0]["anchor-version"] == 3, first)


def test_pages():
    for form, start in (("html", "<!doctype html>"), ("svg", "<?xml")):
        result = audit(f"{NOTARY}/rotation", "-o", form)
        check(f"audit -o {form}", result.code == 0 and result.out.startswith(start), result)
    expect("only audits make pages", run("version", "-o", "html"), 2, "", ["text or json"])
    expect("audit -o pdf", audit(f"{NOTARY}/rotation", "-o", "pdf"), 2, "", ["html or svg"])
