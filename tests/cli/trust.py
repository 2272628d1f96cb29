# SPDX-License-Identifier: Apache-2.0
"""Verdicts, roots of trust and inspection, on files alone."""
import json
import os
import re
import shutil

from harness import (EXAMPLE, NAME, PIN, ROOT, SCRATCH, altered_image, check, environment, example, expect, fresh_state,
                     on_terminal, run)

# ---- verify, on the example of the README

def test_verify():
    result = example()
    expect("trusted", result, 0)
    fields = re.split(r"  +", result.out.strip())
    check("fields", fields[0] == "TRUSTED" and fields[1] == f"{NAME}:1.0" and
          re.fullmatch(r"sha256:[0-9a-f]{64}", fields[2]) and fields[3] == "role=targets/releases" and
          fields[4].startswith("expires=2") and len(fields) == 5, result)
    check("one line", result.out.count("\n") == 1 and result.err == "", result)
    digest = fields[2]

    result = example(image=altered_image())
    expect("altered", result, 1, [f"REJECTED  {NAME}:1.0  "], ["why", "do"])
    check("no digest of what is not trusted", digest not in result.out, result)
    check("fields of a failure", len(re.split(r"  +", result.out.strip())) == 4, result)
    expect("quiet", example("-q", image=altered_image()), 1, ["REJECTED"])
    check("quiet says nothing else", example("-q", image=altered_image()).err == "")
    expect("unsigned tag", example(tag="9.9"), 3, [f"UNSIGNED  {NAME}:9.9  tag-not-signed  "])
    expect("other pin", example(root="sha256:" + "0" * 64), 1, ["REJECTED", "pin-mismatch"])
    expect("expired", run("verify", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", "--at",
                          "2099-01-01T00:00:00Z", "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"),
           1, ["REJECTED", "expired", "  at=2099-01-01T00:00:00Z"])
    expect("at", example("--at", "2026-01-01T00:00:00Z"), 0, ["TRUSTED", "  at=2026-01-01T00:00:00Z"])
    expect("no state", example(state="none"), 0, ["TRUSTED", "  state=none"])
    expect("nothing pinned", run("verify", "--trust-dir", f"{EXAMPLE}/trust", "--as", f"{NAME}:1.0",
                                 f"oci:{EXAMPLE}/image"), 4, ["UNDECIDED", "no-root-pinned"])
    result = run("verify", "--tofu", "--trust-dir", f"{EXAMPLE}/trust", "--state-dir", fresh_state(),
                 "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image")
    expect("tofu", result, 0, ["TRUSTED"], ["note:", PIN])
    result = example("--explain")
    expect("explain", result, 0, ["TRUSTED", "  pass  pin  ", "  pass  manifest-digest  ",
                                  "  configuration  ", "  state  "])
    check("explained lines are indented", all(line.startswith("  ") for line in
                                              result.out.splitlines()[1:]), result)
    result = example("--explain", image=altered_image())
    expect("explained failure", result, 1, ["  FAIL  "])
    state = os.path.relpath(fresh_state(), SCRATCH)
    expect("relative state directory", example(state=state), 0, ["TRUSTED"])
    check("and it is there", os.path.isdir(f"{SCRATCH}/{state}"))
    expect("no HOME", run("verify", "x/y", env=environment(HOME=None)), 2, None, ["HOME"])
    result = example("--", env=environment(SSL_CERT_FILE="/x", OPENSSL_CONF="/x",
                                           DOCKER_CONTENT_TRUST="0"))
    expect("variables that change nothing", result, 0, ["TRUSTED"])


def test_json():
    results = {}
    for name, code, args in (("good", 0, {}), ("bad", 1, {"image": altered_image()})):
        result = example("--output", "json", **args)
        check(f"json {name}", result.code == code, result)
        document = json.loads(result.out)
        results[name] = document
        check(f"json {name} head", document["schema"] == 1 and document["exit"] == code and
              document["tool"]["name"] == "assay" and len(document["results"]) == 1, result)
        item = document["results"][0]
        check(f"json {name} verdict", item["trusted"] == (code == 0) and
              (item["status"] == "ok") == (code == 0) and item["checks"] and
              (item["digest"] != "") == (code == 0) and item["reference"] == f"{NAME}:1.0", result)
    check("the same members", results["good"]["results"][0].keys() ==
          results["bad"]["results"][0].keys())
    result = run("verify", "-o", "json", "--config", "/nonexistent", "x/y")
    document = json.loads(result.out)
    check("json without a result", result.code == 2 and document["exit"] == 2 and
          document["results"] == [] and document["error"]["status"] == "config", result)
    # what the command line itself gets wrong is told on standard error alone
    result = run("verify", "-o", "json", "--root", "sha256:12", "--state-dir", "none", "x/y")
    document = json.loads(result.out)
    check("json of a failed run", result.code == 2 and document["exit"] == 2 and
          document["results"] == [] and document["error"]["status"] == "pin-invalid", result)


def test_batch():
    def many(*images):
        return run("verify", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", "--state-dir",
                   fresh_state(), "--offline", *images)
    result = many(f"{NAME}:9.9", f"{NAME}:1.0", "BAD")
    check("one line for each", [line.split("  ")[0] for line in result.out.splitlines()][0] ==
          "UNSIGNED" and len(result.out.splitlines()) == 3 and result.code == 3, result)
    result = many("BAD", f"{NAME}:9.9")
    check("order is kept", result.out.splitlines()[0].split("  ")[1] == "BAD" and
          result.code == 3, result)


# ---- on a terminal

def test_ask():
    home = f"{SCRATCH}/ask-home"
    env = environment(HOME=home)
    args = ["verify", "--trust-dir", f"{EXAMPLE}/trust", "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"]
    roots = f"{home}/.config/assay/roots"
    for answer in ("no\n", "y\n", "YES\n", "\n", "yes please\n", "x" * 40 + "\n", "\x04"):
        result = on_terminal(args, answer, env)
        check(f"answer {answer!r}", result.code == 4 and PIN in result.out and
              "TRUSTED" not in result.out and not os.path.exists(roots), result)
    result = on_terminal(args, "yes\n", env, stdin_terminal=False)
    check("nobody to ask", result.code == 4 and "Type yes" not in result.out, result)
    result = on_terminal(args, "yes\n", env)
    check("yes", result.code == 0 and "TRUSTED" in result.out and len(os.listdir(roots)) == 1, result)
    result = on_terminal(args, "no\n", env)
    check("asked once", result.code == 0 and "Type yes" not in result.out, result)
    expect("and listed", run("root", "list", env=env), 0, f"{NAME}  {PIN}  {roots}\n")


# ---- roots

def test_root():
    env = environment(HOME=f"{SCRATCH}/root-home")
    roots = f"{SCRATCH}/root-home/.config/assay/roots"
    verify = ["verify", "--trust-dir", f"{EXAMPLE}/trust", "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"]
    expect("list nothing", run("root", "list", env=env), 0, "", ["no root of trust"])
    expect("remove nothing", run("root", "remove", NAME, env=env), 5, "", ["'assay root list'"])
    expect("show nothing", run("root", "show", NAME, env=env), 0, [f"{NAME}\n", "pin   none"])
    expect("pin", run("root", "pin", NAME, PIN, env=env), 0, f"{NAME}  {PIN}  {roots}\n")
    expect("the same again", run("root", "pin", NAME, PIN, env=env), 0)
    expect("another", run("root", "pin", NAME, "sha256:" + "1" * 64, env=env), 1, "", ["pin-mismatch"])
    expect("no fingerprint", run("root", "pin", "x/y", "/etc/passwd", env=env), 2, "", ["sha256:HEX"])
    expect("a tag", run("root", "show", f"{NAME}:1.0", env=env), 2, "", ["NAME alone"])
    expect("stored pin", run(*verify, env=env), 0, ["TRUSTED"])
    result = run("root", "show", NAME, env=env)
    expect("show", result, 0, [f"pin   {PIN}", "state generation ", "root  version 1  sha256:",
                               "key   root  id ", f"canonical {PIN}", "seen  targets/releases  version "])
    expect("prefix pin", run("root", "pin", "registry.example.com/*", "sha256:" + "2" * 64, env=env), 0)
    expect("the exact pin stands first", run(*verify, env=env), 0, ["TRUSTED"])
    metadata = f"{EXAMPLE}/trust/tuf/{NAME}/metadata"
    expect("root file", run("root", "pin", "other.example.com/x", "--root", f"{metadata}/root.json",
                            env=env), 0, ["root file sha256:"])
    expect("list", run("root", "list", env=env), 0, ["other.example.com/x  root file sha256:",
                                                     "registry.example.com/*  sha256:22", PIN])
    result = run("root", "remove", NAME, env=env)
    expect("remove", result, 0, [f"removed the pin of {NAME}", "forgot its state: 1 verified root"],
           ["still falls under"])
    expect("what is left decides", run(*verify, env=env), 1, ["pin-mismatch"])
    expect("remove the prefix", run("root", "remove", "registry.example.com/*", env=env), 0)
    expect("nothing is left", run(*verify, env=env), 4, ["no-root-pinned"])


# ---- what a directory names is what is judged

def named_image(name, digest, change):
    """A copy of the example's image whose index.json names digest, changed by change(blobs, digest)."""
    to = f"{SCRATCH}/{name}"
    shutil.copytree(f"{EXAMPLE}/image", to)
    blobs = f"{to}/blobs/sha256"
    change(blobs, digest)
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{digest}",
             "size": os.path.getsize(f"{blobs}/{digest}") if os.path.exists(f"{blobs}/{digest}") else 554}
    with open(f"{to}/index.json", "w") as index:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, index)
    return to


def test_named():
    image = f"{EXAMPLE}/image"
    signed = json.load(open(f"{image}/index.json"))["manifests"][0]["digest"][7:]
    entries = json.load(open(f"{image}/blobs/sha256/{signed}"))["manifests"]
    amd, arm = (entry["digest"][7:] for entry in entries)

    def nothing(blobs, digest):
        pass

    def moved(blobs, digest):
        os.rename(f"{blobs}/{arm}", f"{blobs}/{digest}")

    expect("one platform of the signed index", example(image=named_image("n1", arm, nothing)), 0, ["TRUSTED"])
    other = named_image("n2", "a" * 64, moved)
    expect("signed bytes under another name", example(image=other), 1, ["REJECTED", "digest-mismatch"])
    absent = named_image("n3", "b" * 64, nothing)
    expect("a name without a blob", example(image=absent), 4, ["UNDECIDED", "manifest-missing"])
    expect("a platform that was not asked for",
           example("--platform", "linux/amd64", image=named_image("n4", arm, nothing)), 4,
           ["UNDECIDED", "platform-absent"])
    expect("the platform that was asked for",
           example("--platform", "linux/amd64", image=named_image("n5", amd, nothing)), 0, ["TRUSTED"])


def test_pin_is_needed_again():
    state = fresh_state()
    local = ["verify", "--trust-dir", f"{EXAMPLE}/trust", "--state-dir", state, "--as", f"{NAME}:1.0",
             f"oci:{EXAMPLE}/image"]
    expect("with --root", run(*local, "--root", PIN), 0, ["TRUSTED"])
    expect("--root holds for one run", run(*local), 4, ["UNDECIDED", "no-root-pinned"])
    expect("first use is no way around it", run(*local, "--tofu"), 4, ["UNDECIDED", "no-root-pinned"])


def test_links_are_a_local_failure():
    trust = f"{SCRATCH}/linked"
    shutil.copytree(f"{EXAMPLE}/trust", trust)
    metadata = f"{trust}/tuf/{NAME}/metadata"
    os.rename(f"{metadata}/snapshot.json", f"{metadata}/elsewhere")
    os.symlink("elsewhere", f"{metadata}/snapshot.json")
    expect("a link in the trust directory", run("verify", "--root", PIN, "--trust-dir", trust, "--state-dir",
           fresh_state(), "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"), 4, ["UNDECIDED", "file-io"])


# ---- inspect

def test_inspect_tree():
    source = f"oci:{EXAMPLE}/image"
    result = run("inspect", source)
    expect("tree", result, 0, ["image ", "config ", "layer "])
    check("nothing named, nothing judged", result.out.startswith(f"NOT JUDGED  {source}  ") and
          "TRUSTED" not in result.out and result.err == "", result)
    tree = result.out.split("\n", 1)[1]

    def judged(name, code, word, result, err=None):
        check(f"inspect: {name}", result.code == code and result.out.startswith(f"{word}  {NAME}:") and
              result.out.count("\nimage ") == 1 and all(part in result.err for part in err or []), result)
        return result

    result = judged("trusted", 0, "TRUSTED", example(command="inspect"))
    check("the same tree", result.out.split("\n", 1)[1] == tree, result)
    check("the line of verify", result.out.split("\n", 1)[0] + "\n" == example().out, result)
    judged("altered", 1, "REJECTED", example(command="inspect", image=altered_image()), ["why", "do"])
    judged("unsigned", 3, "UNSIGNED", example(command="inspect", tag="9.9"), ["tag-not-signed"])
    judged("pin", 1, "REJECTED", example(command="inspect", root="sha256:" + "0" * 64), ["pin-mismatch"])
    judged("at", 1, "REJECTED", example("--at", "2099-01-01T00:00:00Z", command="inspect"), ["expired"])
    judged("nothing pinned", 4, "UNDECIDED", run("inspect", "--trust-dir", f"{EXAMPLE}/trust", "--as",
                                                 f"{NAME}:1.0", source), ["no-root-pinned"])
    result = run("inspect", "--root", PIN, "--trust-dir", f"{EXAMPLE}/trust", source)
    check("trust for a source without a name", result.code == 2 and
          result.out.startswith(f"UNDECIDED  {source}  usage  ") and "--as" in result.out, result)
    expect("quiet", example("-q", command="inspect", tag="9.9"), 3, ["UNSIGNED"])
    check("quiet says nothing else", example("-q", command="inspect", tag="9.9").err == "")
    check("colour", example("--color=always", command="inspect").out.startswith("\x1b[32mTRUSTED\x1b[0m"))
    expect("no tree, no verdict", example(command="inspect", image="/nonexistent"), 4, "")

    image = f"{EXAMPLE}/image"
    signed = json.load(open(f"{image}/index.json"))["manifests"][0]["digest"][7:]
    arm = json.load(open(f"{image}/blobs/sha256/{signed}"))["manifests"][1]["digest"][7:]
    judged("one platform of the signed index", 0, "TRUSTED",
           example(command="inspect", image=named_image("i1", arm, lambda blobs, digest: None)))
    lacks = f"{SCRATCH}/i2"
    shutil.copytree(image, lacks)
    os.remove(f"{lacks}/blobs/sha256/{arm}")
    result = judged("a platform that is not there", 0, "TRUSTED", example(command="inspect", image=lacks))
    check("is said not to be", f"{arm}" in result.out and result.out.count("  not present\n") == 1, result)


def test_inspect_json():
    def inspect(code, *args, **more):
        result = example("-o", "json", *args, command="inspect", **more)
        document = json.loads(result.out)
        check(f"inspect -o json {code}", result.code == code == document["exit"] and
              document["schema"] == 1 and list(document) == ["schema", "tool", "exit", "results", "error"], result)
        return document

    good, bad = inspect(0), inspect(3, tag="9.9")
    for document, trusted in ((good, True), (bad, False)):
        item = document["results"][0]
        check("verdict", item["verdict"]["trusted"] is trusted and document["error"] is None)
        check("tree", len(item["image"]["manifests"]) == 2 and item["image"]["manifests"][0]["layers"])
    check("the same members", good["results"][0].keys() == bad["results"][0].keys())
    verified = json.loads(example("-o", "json").out)["results"][0]
    check("the verdict is verify's", good["results"][0]["verdict"].keys() == verified.keys() and
          good["results"][0]["verdict"]["digest"] == verified["digest"] == good["results"][0]["image"]["digest"])
    document = json.loads(run("inspect", "-o", "json", f"oci:{EXAMPLE}/image").out)
    check("not judged", document["exit"] == 0 and document["results"][0]["verdict"] is None)
    document = inspect(4, image="/nonexistent")
    check("no tree", document["results"] == [] and document["error"]["status"] == "file-io" and
          document["error"]["remedy"] != "", None)


# ---- JSON of what else there is to see

def of_json(name, code, *args, **more):
    result = run(*args, "--output", "json", **more)
    document = json.loads(result.out)
    check(f"{name} as JSON", result.code == code == document["exit"] and document["tool"]["name"] == "assay" and
          list(document) == ["schema", "tool", "exit", "results", "error"] and
          (document["error"] is None) == (code == 0), result)
    return document


def test_root_json():
    env = environment(HOME=f"{SCRATCH}/root-json-home")
    roots = f"{SCRATCH}/root-json-home/.config/assay/roots"
    verify = ["verify", "--trust-dir", f"{EXAMPLE}/trust", "--as", f"{NAME}:1.0", f"oci:{EXAMPLE}/image"]
    check("no roots", of_json("root list", 0, "root", "list", env=env)["results"] == [])
    empty = of_json("root show", 0, "root", "show", NAME, env=env)["results"][0]
    check("nothing known", empty == {"name": NAME, "pin": "none", "pin-digest": "", "pin-name": "", "generation": 0,
                                     "anchor": "none", "roots": [], "roles": [], "seen": []})
    expect("accept", run(*verify, "--tofu", env=env), 0)
    first = of_json("root list", 0, "root", "list", env=env)["results"]
    check("first use", [(r["name"], r["pin"], r["pin-digest"]) for r in first] == [(NAME, "first-use", "")])
    run("root", "pin", NAME, PIN, env=env)
    run("root", "pin", "other.example.com/x", "--root", f"{EXAMPLE}/trust/tuf/{NAME}/metadata/root.json", env=env)
    listed = of_json("root list", 0, "root", "list", env=env)["results"]
    check("pins", [(r["name"], r["pin"], r["directory"]) for r in listed] ==
          [("other.example.com/x", "root-file", roots), (NAME, "fingerprint", roots)] and
          listed[1]["pin-digest"] == PIN)
    shown = of_json("root show", 0, "root", "show", NAME, env=env)["results"][0]
    check("the same members", shown.keys() == empty.keys())
    check("shown", shown["pin"] == "fingerprint" and shown["pin-digest"] == PIN and shown["pin-name"] == NAME and
          shown["generation"] > 0 and shown["roots"][0]["version"] == 1 and
          shown["roles"][0]["role"] == "root" and shown["roles"][0]["threshold"] == 1 and
          f"sha256:{shown['roles'][0]['keys'][0]['canonical-id']}" == PIN and
          "targets/releases" in [seen["role"] for seen in shown["seen"]])
    failed = of_json("a failure", 2, "root", "show", "UPPER", env=env)
    check("of root show", failed["results"] == [] and failed["error"]["status"] == "reference")
    with open(f"{roots}/{'0' * 64}.json", "w") as damaged:
        damaged.write("{")
    failed = of_json("a damaged pin", 2, "root", "list", env=env)
    check("of root list", failed["results"] == [] and failed["error"]["status"] == "config")


def test_explain_json():
    item = of_json("explain", 0, "explain", "alpine")["results"][0]
    check("explained", item["reference"] == "docker.io/library/alpine:latest" and item["tag-implied"] is True and
          item["trust-data"] == "" and item["pin"] == "none" and item["state"]["generation"] == 0 and
          item["pin-directories"])
    other = of_json("explain", 0, "explain", f"{NAME}@{PIN}", "--root", PIN)["results"][0]
    check("the same members", other.keys() == item.keys() and other["digest"] == PIN and other["tag"] == "" and
          other["pin-origin"] == "--root" and other["trust-data"] == "https://registry.example.com")
    failed = of_json("a failure", 2, "explain", "x/UPPER")
    check("of explain", failed["results"] == [] and failed["error"]["status"] == "reference")


# ---- inspect --trust

def test_inspect():
    for folder, suffix, tag, code in (("many", "", "", 0), ("many", "-v2", ":v2", 0), ("many", "-nope", ":nope", 3),
                                      ("docker", "", "", 0), ("notary", "", "", 0), ("plain", "", "", 0),
                                      ("empty", "", "", 0)):
        vectors = f"{ROOT}/vectors/docker-inspect/{folder}"
        for option, name in (([], f"inspect{suffix}.json"), (["--pretty"], f"pretty{suffix}.txt")):
            result = run("inspect", "--trust", *option, "--trust-dir", f"{vectors}/metadata", "--root",
                         f"{vectors}/metadata/1.root.json", "--at", "2026-11-25T14:00:00Z",
                         f"localhost:16400/dct/{folder}{tag}")
            expect(f"docker trust inspect {folder}{tag} {name}", result, code,
                   open(f"{vectors}/{name}").read() if code == 0 else "", ["at=2026-11-25T14:00:00Z"] if code == 0
                   else ["tag-not-signed"])
    result = run("inspect", "--trust", "--trust-dir", f"{EXAMPLE}/trust", "--root", "sha256:" + "0" * 64,
                 "--state-dir", "none", NAME)
    expect("inspect --trust of what is not trusted", result, 1, "", ["pin-mismatch"])
