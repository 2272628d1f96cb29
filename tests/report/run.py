#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py FORMATS SOURCE [--write]: the gate's samples in each format. They are what expected/ holds (--write renews
it), what the schemas of those who read them allow, and nothing in them says what only a text from outside said."""
import atexit
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

FORMATS, SOURCE = sys.argv[1:3]
HERE = f"{SOURCE}/tests/report"
SCRATCH = tempfile.mkdtemp()
atexit.register(shutil.rmtree, SCRATCH)
SAMPLES = ("tidy", "hostile", "green", "empty")
KINDS = ("text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown")
# the text of the hostile sample's file, and as a report shows it
RAW = b"\n##[add-mask]##vso[x]::error::%0A]]>\"'<b>&amp;|`*_~\\[x](http://x){0},:  TRUSTED  \x1b[31m\xe2\x80\xae\xff\xc2\x9b"
SHOWN = "\\x0a# #[add-mask]# #vso[x]::error::%0A]]>\"'<b>&amp;|`*_~\\[x](http://x){0},:  TRUSTED  \\x1b[31m\\u{202e}\\xff\\u{9b}"
WHOLE = SHOWN.replace("# #", "##")

count = failed = 0


def check(name, condition, detail=""):
    global count, failed
    count += 1
    if not condition:
        failed += 1
        print(f"FAILED: {name}: {detail}"[:600])


def made(sample, kind):
    with open(f"{SCRATCH}/{sample}.{kind}", "rb") as file:
        return file.read()


def ran(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout.decode(errors="replace")[:500]


def scratch(content, name):
    path = f"{SCRATCH}/{name}"
    with open(path, "wb") as file:
        file.write(content)
    return path


def is_json_valid(document, schema):
    path = scratch(json.dumps(document).encode(), "instance.json")
    # Debian's validator, whichever Python runs these tests
    return ran("/usr/bin/python3", "-W", "ignore", "-m", "jsonschema", "-i", path, schema)


def is_junit_valid(text):
    return ran("xmllint", "--noout", "--nonet", "--schema", f"{HERE}/schemas/jenkins-junit.xsd", scratch(text, "junit.xml"))


# ---- all formats

def test_expected():
    for sample in SAMPLES:
        for kind in KINDS:
            have = re.sub(rb'("(?:semanticV|v)ersion":")[0-9]+\.[0-9]+\.[0-9]+"', rb'\1VERSION"', made(sample, kind))
            path = f"{HERE}/expected/{sample}.{kind}"
            if "--write" in sys.argv:
                with open(path, "wb") as file:
                    file.write(have)
            with open(path, "rb") as file:
                want = file.read()
            lines = [(a, b) for a, b in zip(have.split(b"\n"), want.split(b"\n")) if a != b]
            check(f"expected {sample}.{kind}", have == want, lines[:1] or "another number of lines")


def test_bytes():
    for kind in KINDS:
        text = made("hostile", kind)
        check(f"{kind}: UTF-8", text == text.decode(errors="ignore").encode())
        check(f"{kind}: no control characters", not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", text))
        check(f"{kind}: no turns of direction", not re.search("[\u0080-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text.decode()))
        check(f"{kind}: no command in a log", b"##" not in text.removeprefix(b"## "))
        check(f"{kind}: no command in a line", kind == "github" or not re.search(rb"^\s*::", text, re.M))
        if kind in ("json", "jsonl", "sarif", "gitlab"):
            check(f"{kind}: ASCII", text.isascii())


def test_schemas():
    """The copies are those that their README names."""
    with open(f"{HERE}/schemas/README.md") as file:
        rows = re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", file.read(), re.M)
    check("schemas: two are named", len(rows) == 2, rows)
    for name, digest in rows:
        with open(f"{HERE}/schemas/{name}", "rb") as file:
            check(f"schemas: {name}", hashlib.sha256(file.read()).hexdigest() == digest)


# ---- text

def test_text():
    lines = made("hostile", "text").decode().splitlines()
    check("text: one line for each", len(lines) == 5, lines)
    fields = re.split("  +", lines[0])
    check("text: its fields", len(fields) == 4 and fields[0] == "REJECTED" and fields[3] == "reference", fields)
    check("text: nothing begins as trusted", not any(re.match(r"\s*TRUSTED", line) for line in lines))


# ---- JSON

def test_json():
    schema = f"{SOURCE}/src/report/gate.schema.json"
    for sample in SAMPLES:
        document = json.loads(made(sample, "json"))
        valid, why = is_json_valid(document, schema)
        check(f"json: {sample}: {why}", valid)
        lines = [json.loads(line) for line in made(sample, "jsonl").splitlines()]
        check(f"jsonl: {sample}: images", [line["image"] for line in lines if "image" in line] == document["results"])
        check(f"jsonl: {sample}: findings", [line["finding"] for line in lines if "finding" in line] == document["findings"])
        check(f"jsonl: {sample}: the rest", lines[-1] == {key: document[key] for key in ("schema", "tool", "exit", "summary")})
    document = json.loads(made("hostile", "json"))
    check("json: a written text is whole", document["results"][0]["written"] == WHOLE, document)
    check("json: a message is as it is shown", document["findings"][0]["message"] == SHOWN, document)
    check("json: without checks", "checks" not in json.loads(made("green", "json"))["results"][0]["verdict"])
    failure = {"schema": 1, "tool": document["tool"], "exit": 2, "results": [],
               "error": {"status": "policy-invalid", "message": "m", "remedy": "r", "context": []}}
    check("schema: a run without an answer", is_json_valid(failure, schema)[0])
    for what, change in (("a member is missing", lambda d: d["findings"][0].pop("why")),
                         ("another word", lambda d: d["results"][0].update(outcome="good")),
                         ("trusted and failed", lambda d: d["results"][1].update(trusted=True)),
                         ("trusted without saying so", lambda d: d["results"][0].update(trusted=False)),
                         ("no findings", lambda d: d.pop("findings")),
                         ("another schema", lambda d: d.update(schema=2))):
        document = json.loads(made("tidy", "json"))
        change(document)
        check(f"schema: {what}", not is_json_valid(document, schema)[0])


# ---- SARIF

def test_sarif():
    schema = f"{HERE}/schemas/sarif-2.1.0-rtm.5.json"
    for sample in SAMPLES:
        document = json.loads(made(sample, "sarif"))
        valid, why = is_json_valid(document, schema)
        check(f"sarif: {sample}: {why}", valid)
        run = document["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        findings = json.loads(made(sample, "json"))["findings"]
        check(f"sarif: {sample}: all findings", len(run["results"]) == len(findings))
        check(f"sarif: {sample}: exit", run["invocations"][0]["exitCode"] == json.loads(made(sample, "json"))["exit"])
        for rule in rules:
            check(f"sarif: rule {rule['id']}", rule["help"]["text"] and rule["help"]["markdown"] and
                  0 < float(rule["properties"]["security-severity"]) <= 10 and len(rule["properties"]["tags"]) <= 20)
        for result in run["results"]:
            check(f"sarif: {sample}: rule", rules[result["ruleIndex"]]["id"] == result["ruleId"], result)
            check(f"sarif: {sample}: place", result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1)
            check(f"sarif: {sample}: fingerprint", not re.search("sha256|[^0-9a-f]", result["partialFingerprints"]["assay/v1"]))
        levels = [("suppressions" in result, ["error", "warning", "note"].index(result["level"])) for result in run["results"]]
        check(f"sarif: {sample}: the most severe first", levels == sorted(levels), levels)
    for what, change in (("no message", lambda r: r.pop("message")), ("another level", lambda r: r.update(level="bad")),
                         ("a line 0", lambda r: r["locations"][0]["physicalLocation"]["region"].update(startLine=0)),
                         ("another member", lambda r: r.update(extra=1))):
        document = json.loads(made("tidy", "sarif"))
        change(document["runs"][0]["results"][0])
        check(f"sarif: {what}", not is_json_valid(document, schema)[0])
    results = json.loads(made("hostile", "sarif"))["runs"][0]["results"]
    where = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results]
    check("sarif: a name in a URI", re.fullmatch(r"[A-Za-z0-9/._~%-]+", where[0]["uri"]), where)
    check("sarif: which is the name", urllib.parse.unquote_to_bytes(where[0]["uri"]) == RAW and
          where[0]["uriBaseId"] == "%SRCROOT%", where)
    check("sarif: an absolute name", where[1] == {"uri": "file:///absolute/%23x"}, where)
    text = results[0]["message"]["text"]
    check("sarif: no link", not re.search(r"(?<!\\)(\\\\)*[\[\]]", text), text)
    check("sarif: no placeholder", not re.search(r"\{", text.replace("{{", "")), text)
    check("sarif: the message", re.sub(r"\\(.)", r"\1", text).replace("{{", "{").replace("}}", "}") == f"{SHOWN}: {SHOWN}", text)
    check("sarif: a reason", results[1]["suppressions"] == [{"kind": "inSource", "justification": SHOWN}], results[1])
    region = json.loads(made("tidy", "sarif"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    check("sarif: a region", region == {"startLine": 4, "startColumn": 6, "endColumn": 12}, region)


# ---- JUnit

def test_junit():
    for sample in SAMPLES:
        text = made(sample, "junit")
        valid, why = is_junit_valid(text)
        check(f"junit: {sample}: {why}", valid)
        root = xml.etree.ElementTree.fromstring(text)
        for node in [root, *root.iter("testsuite")]:
            for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                check(f"junit: {sample}: {name}", int(node.get(name, len(list(node.iter(tag))))) == len(list(node.iter(tag))))
    for what, old, new in (("no name", b' name="', b' nome="'), ("another element", b"<failure", b"<failed"),
                           ("no XML", b"&#39;", b"<")):
        check(f"junit: {what}", not is_junit_valid(made("tidy", "junit").replace(old, new, 1))[0])
    root = xml.etree.ElementTree.fromstring(made("hostile", "junit"))
    cases = list(root.iter("testcase"))
    check("junit: two cases", len(cases) == 2)
    check("junit: names", cases[0].get("classname") == SHOWN and cases[0].get("name") == f"{SHOWN} (line 2)", cases[0].attrib)
    check("junit: a failure", cases[0].find("failure").attrib == {"type": "reference", "message": SHOWN})
    check("junit: its text", cases[0].find("failure").text == f"error reference-malformed: {SHOWN}; {SHOWN}\n")
    check("junit: a skipped one", cases[1].find("skipped").text == f"ignored tag-latest: {SHOWN}; because {SHOWN}\n")


# ---- GitHub

def command_of(line):
    """As a runner reads a line: kind, properties, message."""
    head, message = line.removeprefix("::").split("::", 1)
    kind, _, properties = head.partition(" ")
    pairs = [pair.partition("=") for pair in properties.split(",")]

    def plain(text, marks):
        for mark in marks:
            text = text.replace(f"%{ord(mark):02X}", mark)
        return text.replace("%25", "%")
    return kind, {key: plain(value, "\r\n:,") for key, _, value in pairs}, plain(message, "\r\n")


def test_github():
    for sample in SAMPLES:
        lines = made(sample, "github").decode().splitlines()
        check(f"github: {sample}: a command a line", all(re.match("::(error|warning|notice) ", line) for line in lines), lines)
    kind, properties, message = command_of(made("hostile", "github").decode().splitlines()[0])
    check("github: kind", kind == "error")
    check("github: properties", properties == {"file": SHOWN, "line": "2", "col": "3", "title": "assay reference-malformed"},
          properties)
    check("github: message", message == f"{SHOWN}: {SHOWN}\n{SHOWN}", message)
    check("github: what is ignored is not shown", len(made("hostile", "github").splitlines()) == 2)
    kind, properties, message = command_of(made("tidy", "github").decode().splitlines()[2])
    check("github: a whole file", properties == {"file": "deploy/broken.yaml", "title": "assay file-unread"}, properties)


# ---- GitLab

def test_gitlab():
    for sample in SAMPLES:
        issues = json.loads(made(sample, "gitlab"))
        counted = [finding for finding in json.loads(made(sample, "json"))["findings"] if finding["ignored"] is None]
        check(f"gitlab: {sample}: what counts", len(issues) == len(counted))
        check(f"gitlab: {sample}: each its own", len({issue["fingerprint"] for issue in issues}) == len(issues))
        for issue in issues:
            check(f"gitlab: {sample}: members", sorted(issue) == ["check_name", "description", "fingerprint", "location", "severity"])
            check(f"gitlab: {sample}: severity", issue["severity"] in ("info", "minor", "major", "critical", "blocker"))
            check(f"gitlab: {sample}: place", issue["location"]["path"] and issue["location"]["lines"]["begin"] >= 1)
    issue = json.loads(made("hostile", "gitlab"))[0]
    check("gitlab: description", issue["description"] == f"{SHOWN}: {SHOWN}", issue)


# ---- Markdown

def test_markdown():
    for sample in SAMPLES:
        rows = [line for line in made(sample, "markdown").decode().splitlines() if line.startswith("|")]
        widths = {len(row.split("|")) for row in rows}
        check(f"markdown: {sample}: cells", widths <= {8, 6}, widths)
    text = made("hostile", "markdown").decode()
    check("markdown: no other element", set(re.findall(r"<[^>]*>", text)) == {"<code>", "</code>"})
    check("markdown: no link, span or emphasis", not re.search(r"[\[\]`*_~\\]", re.sub(r"^\*\*[a-z-]+\*\*", "", text, flags=re.M)), text)
    check("markdown: the lines", len(text.splitlines()) == 14, len(text.splitlines()))


def main():
    done = ran(FORMATS, SCRATCH)
    check("the samples are written", *done)
    for test in (test_expected, test_bytes, test_schemas, test_text, test_json, test_sarif, test_junit, test_github,
                 test_gitlab, test_markdown):
        test()
    print(f"{count - failed} passed, {failed} failed")
    sys.exit(failed != 0 or count == 0)


main()
