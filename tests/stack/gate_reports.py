#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gate_reports.py DIR: the reports of one gate run, DIR/gate.*, say the same. Prints where they do not."""
import collections
import json
import sys
import urllib.parse
import xml.etree.ElementTree

wrong = []


def same(what, ours, theirs):
    ours, theirs = collections.Counter(ours), collections.Counter(theirs)
    if ours != theirs:
        wrong.append(f"{what}: lacks {list(ours - theirs)}, has {list(theirs - ours)} as well")


def places(findings):
    return [(f["file"], f["line"], f["rule"]) for f in findings]


def sarif(text, findings):
    [run] = json.loads(text)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        found.append((urllib.parse.unquote(place["artifactLocation"]["uri"].removeprefix("file://")),
                      place["region"]["startLine"], result["ruleId"]))
        if rules[result["ruleIndex"]] != result["ruleId"]:
            wrong.append(f"sarif: {result['ruleId']} has another index")
    same("sarif", [(f, max(line, 1), rule) for f, line, rule in places(findings)], found)
    same("sarif: ignored", [f["ignored"] for f in findings if f["ignored"]],
         [s["justification"] for r in run["results"] for s in r.get("suppressions", [])])
    prints = [json.dumps(r["partialFingerprints"]) for r in run["results"]]
    if len(set(prints)) != len(prints):
        wrong.append("sarif: two findings have one fingerprint")


def junit(text, images, ignored):
    root = xml.etree.ElementTree.fromstring(text)
    bad = sum(case.find("failure") is not None for case in root.iter("testcase"))
    unknown = sum(case.find("error") is not None for case in root.iter("testcase"))
    outcomes = collections.Counter(i["outcome"] for i in images)
    if bad < outcomes["failed"] or unknown < outcomes["undecided"]:
        wrong.append(f"junit: {bad} failures and {unknown} errors for {dict(outcomes)}")
    same("junit: what passes", [(i["file"], f'{i["reference"]} (line {i["line"]})') for n, i in enumerate(images)
                                if i["outcome"] == "trusted" and n not in ignored],
         [(case.get("classname"), case.get("name")) for case in root.iter("testcase")
          if [child.tag for child in case] == ["system-out"] and "sha256:" in case[0].text])


def main():
    def read(kind):
        with open(f"{sys.argv[1]}/gate.{kind}", encoding="utf-8") as file:
            return file.read()
    report = json.loads(read("json"))
    images, findings = report["results"], report["findings"]
    counting = [f for f in findings if not f["ignored"]]
    lines = [json.loads(line) for line in read("jsonl").splitlines()]
    same("jsonl", places(findings), places([line["finding"] for line in lines if "finding" in line]))
    if lines[-1]["summary"] != report["summary"] or lines[-1]["exit"] != report["exit"]:
        wrong.append("jsonl: another summary")
    sarif(read("sarif"), findings)
    junit(read("xml"), images, {f["image"] for f in findings if f["ignored"]})
    issues = json.loads(read("gitlab"))
    same("gitlab", [(f["file"], max(f["line"], 1), f["rule"]) for f in counting],
         [(i["location"]["path"], i["location"]["lines"]["begin"], i["check_name"]) for i in issues])
    if len({i["fingerprint"] for i in issues}) != len(issues):
        wrong.append("gitlab: two findings have one fingerprint")
    shown = sum(line.startswith("::error ") for line in read("github").splitlines())
    errors = sum(f["level"] == "error" for f in counting)
    if shown != min(errors, 10):
        wrong.append(f"github: {shown} errors of {errors}")
    print("\n".join(wrong))
    return 1 if wrong or not images or not findings else 0


sys.exit(main())
