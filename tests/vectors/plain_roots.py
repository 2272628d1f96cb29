#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""plain_roots.py FILE: makes chains of plain TUF roots, right ones and wrong ones, and writes them with
what must come of each. All that is right is made by securesystemslib (Debian: python3-securesystemslib,
python3-nacl): keys, ids, canonical form and signatures. Every run makes other keys."""
import copy
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature as numbers_of
from securesystemslib import keys as lib
from securesystemslib.formats import encode_canonical

ROLES = ("root", "timestamp", "snapshot", "targets")
TEXT = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
CASES = []


def ec_key(curve, scheme, keytype="ecdsa"):
    private = ec.generate_private_key(curve)
    value = {"public": private.public_key().public_bytes(*TEXT).decode(),
             "private": private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()).decode()}
    key = lib.format_metadata_to_key(lib.format_keyval_to_metadata(keytype, scheme, value, private=True))[0]
    return key


ED = [lib.generate_ed25519_key() for _ in range(3)]
EC = [lib.generate_ecdsa_key() for _ in range(3)]
RSA = lib.generate_rsa_key(2048)
P384 = ec_key(ec.SECP384R1(), "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384")


def private_of(key):
    return serialization.load_pem_private_key(key["keyval"]["private"].encode(), None)


def listed(key, **changes):
    """The key as metadata lists it."""
    out = lib.format_keyval_to_metadata(key["keytype"], key["scheme"], key["keyval"])
    public = changes.pop("public", None)
    out = copy.deepcopy({**out, **changes})
    if public is not None:
        out["keyval"]["public"] = public
    return out


def root(keys, threshold=1, version=1):
    """The signed part; keys: those of the root role, or (id, as listed)."""
    named = [(k["keyid"], listed(k)) if isinstance(k, dict) else k for k in keys]
    online = ED[2]
    roles = {r: {"keyids": [online["keyid"]], "threshold": 1} for r in ROLES}
    roles["root"] = {"keyids": [i for i, _ in named], "threshold": threshold}
    return {"_type": "root", "spec_version": "1.0.31", "version": version, "consistent_snapshot": True,
            "expires": "2027-03-01T00:00:00Z", "keys": {**dict(named), online["keyid"]: listed(online)},
            "roles": roles}


def make(key, data):
    if key is P384:  # the library verifies with these, and does not sign
        return private_of(key).sign(data, ec.ECDSA(hashes.SHA384())).hex()
    return lib.create_signature(key, data)["sig"]


def sign(signed, keys):
    """Signatures by keys; (id, key) signs under another name."""
    data = encode_canonical(signed).encode()
    pairs = [(k["keyid"], k) if isinstance(k, dict) else k for k in keys]
    return [{"keyid": i, "sig": make(k, data)} for i, k in pairs]


def file(signed, keys=(), signatures=None, indent=None):
    signatures = sign(signed, keys) if signatures is None else signatures
    return json.dumps({"signatures": signatures, "signed": signed}, indent=indent)


def case(name, expect, *files, at="2027-01-15T12:00:00Z", pin=None):
    assert name not in [c["id"] for c in CASES], name
    CASES.append({"id": name, "expect": expect, "at": at, "roots": list(files), **({"pin": pin} if pin else {})})


def one(name, expect, keys=(ED[0],), by=None, edit=None, threshold=1, **more):
    """One root, edited before it is signed."""
    signed = root(keys, threshold)
    if edit:
        edit(signed)
    case(name, expect, file(signed, keys if by is None else by), **more)


def replaced(name, expect, old, new, signed=None, by=(ED[0],)):
    """The file's text altered after signing."""
    text = file(signed or root([ED[0]]), by)
    assert text.count(old) >= 1, (name, old)
    case(name, expect, text.replace(old, new, 1))


def forms():
    for name, key in (("ed25519", ED[0]), ("ecdsa", EC[0]), ("rsa", RSA), ("p384", P384)):
        one("good-" + name, "ok", [key])
    case("good-pretty", "ok", file(root([ED[0]]), [ED[0]], indent=1))
    case("good-canonical", "ok", encode_canonical({"signatures": sign(root([ED[0]]), [ED[0]]), "signed": root([ED[0]])}))
    one("good-odd-text", "ok", edit=lambda s: s.update(
        {"x": "\x01\n\t\x7f/<\u2028\"\\\u00e9\U0001F600", "\uffff": 1, "\U0001F600": [None, True, -5, {}],
         "e\u0301": "", "\"": 0, "\\": {"b": 1, "a": 2}}))
    one("good-no-consistent-snapshot", "ok", edit=lambda s: s.pop("consistent_snapshot"))
    one("good-more-roles", "ok", edit=lambda s: s["roles"].update(mirrors={"keyids": "?", "threshold": 0}))
    one("good-more-members", "ok", edit=lambda s: (s.update({"x-a": []}), s["roles"]["root"].update({"x-b": 7})))
    one("good-fraction", "ok", edit=lambda s: s.update(expires="2027-03-01T00:00:00.99008Z"))
    one("good-two-part-version", "ok", edit=lambda s: s.update(spec_version="1.0"))
    for i, text in enumerate(("2.0.0", "1", "1.", "1.x", "1.0.0.0", "1..0", "01.0", "", " 1.0")):
        one(f"spec-version-{i}", "schema", edit=lambda s, t=text: s.update(spec_version=t))
    one("spec-version-number", "schema", edit=lambda s: s.update(spec_version=1))
    one("spec-version-missing", "schema", edit=lambda s: s.pop("spec_version"))
    one("type-of-notary", "type", edit=lambda s: s.update(_type="Root"))
    one("type-other", "type", edit=lambda s: s.update(_type="snapshot"))
    one("version-0", "version", edit=lambda s: s.update(version=0))
    one("version-bool", "schema", edit=lambda s: s.update(version=True))
    for name, zone in (("offset", "-06:00"), ("zero-offset", "+00:00"), ("small-z", "z")):
        one("time-" + name, "time-format", edit=lambda s, z=zone: s.update(expires="2027-03-01T00:00:00" + z))
    one("time-no-zone", "time-format", edit=lambda s: s.update(expires="2027-03-01T00:00:00"))
    one("time-no-day", "time-format", edit=lambda s: s.update(expires="2027-02-30T00:00:00Z"))
    one("expired", "expired", at="2027-03-01T00:00:00Z")
    one("last-second", "ok", at="2027-02-28T23:59:59Z")
    for role in ROLES:
        one("no-role-" + role, "schema", edit=lambda s, r=role: s["roles"].pop(r))
    one("threshold-0", "threshold-config", edit=lambda s: s["roles"]["root"].update(threshold=0))
    one("threshold-above-keys", "threshold-config", threshold=2)
    one("threshold-text", "schema", edit=lambda s: s["roles"]["root"].update(threshold="1"))
    replaced("member-case", "schema", '"version": 1', '"version": 1, "Version": 1')
    replaced("member-twice", "json-duplicate", '"version": 1', '"version": 1, "version": 1')
    replaced("member-twice-escaped", "json-duplicate", '"version": 1', '"version": 1, "\\u0076ersion": 1')
    replaced("member-escaped", "ok", '"version"', '"\\u0076ersion"')
    replaced("key-twice", "json-duplicate", '"keys": {', f'"keys": {{"{ED[0]["keyid"]}": {{}}, ')
    for i, number in enumerate(("1.0", "1e0", "-0", "0.1e1")):
        replaced(f"number-{i}", "json-number", '"version": 1', '"version": ' + number)
    replaced("leading-zero", "json-syntax", '"version": 1', '"version": 01')
    replaced("byte-order-mark", "json-syntax", "{", "\ufeff{")
    case("trailing", "json-syntax", file(root([ED[0]]), [ED[0]]) + "x")
    replaced("envelope-more", "schema", '"signed"', '"more": 1, "signed"')
    replaced("other-content", "threshold", '"expires": "2027-03', '"expires": "2028-03')
    replaced("other-text", "threshold", '"x": "a"', '"x": "\\u0001a"', {**root([ED[0]]), "x": "a"})


def signatures():
    signed = root([ED[0], EC[0]])
    good = sign(signed, [ED[0]])[0]

    def sigs(name, expect, *texts):
        case("sig-" + name, expect, file(signed, signatures=[
            {"keyid": k["keyid"], "sig": t} for k, t in zip((EC[0], ED[0]), texts)]))
    hexa = good["sig"]
    sigs("empty-beside-good", "ok", "", hexa)
    sigs("no-hex-beside-good", "ok", "!", hexa)
    for name, text in (("empty", ""), ("upper", hexa.upper().replace("0", "A", 1)), ("odd", hexa[:-1]), ("space", " " + hexa[1:]),
                       ("short", hexa[:-2]), ("long", hexa + "00"), ("endless", "00" * 3000), ("prefix", "0x" + hexa),
                       ("base64", "9" * 86 + "=="), ("zero", "00" * 64)):
        sigs(name, "threshold", "", text)
    case("sig-missing", "schema", file(signed, signatures=[{"keyid": ED[0]["keyid"]}]))
    case("sig-null", "schema", file(signed, signatures=[{"keyid": ED[0]["keyid"], "sig": None}]))
    case("sig-number", "schema", file(signed, signatures=[{"keyid": ED[0]["keyid"], "sig": 1}]))
    case("sig-more", "ok", file(signed, signatures=[{**good, "method": "rsa", "x": [1]}]))
    case("sig-twice", "schema", file(signed, signatures=[good, good]))
    case("sig-twice-one-empty", "schema", file(signed, signatures=[good, {**good, "sig": ""}]))
    case("sig-of-none", "threshold", file(signed, signatures=[]))
    case("sig-other-key", "threshold", file(signed, [(ED[0]["keyid"], ED[1])]))
    case("sig-other-name", "threshold", file(signed, [(ED[1]["keyid"], ED[0])]))
    case("sig-unlisted-beside-good", "ok", file(signed, [ED[1], ED[0]]))


def number(value, pad=0):
    body = bytes(pad) + value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    return b"\x02" + bytes([len(body)]) + body


def sequence(body, head=None):
    return (head or b"\x30" + bytes([len(body)])) + body


def der():
    signed = root([EC[0]])
    text = sign(signed, [EC[0]])[0]["sig"]
    r, s = numbers_of(bytes.fromhex(text))
    rs = number(r) + number(s)

    def one_sig(name, expect, made):
        case("der-" + name, expect, file(signed, signatures=[{"keyid": EC[0]["keyid"], "sig": made.hex()}]))
    one_sig("good", "ok", sequence(rs))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for name, made in (
            ("raw", r.to_bytes(32, "big") + s.to_bytes(32, "big")), ("trailing", sequence(rs) + b"\0"),
            ("trailing-inside", sequence(rs + b"\0")), ("third-number", sequence(rs + number(1))),
            ("padded-r", sequence(number(r, 1) + number(s))), ("padded-s", sequence(number(r) + number(s, 1))),
            ("long-length", sequence(rs, b"\x30\x81" + bytes([len(rs)]))), ("indefinite", b"\x30\x80" + rs + b"\0\0"),
            ("negative", sequence(number(-r) + number(s))), ("zero", sequence(number(0) + number(0))),
            ("zero-r", sequence(number(0) + number(s))), ("above-order", sequence(number(r + order) + number(s))),
            ("set", sequence(rs, b"\x31" + bytes([len(rs)]))), ("cut", sequence(rs)[:-1]), ("one", sequence(number(r)))):
        one_sig(name, "threshold", made)
    key = private_of(P384)
    signed = root([P384])
    case("p384-sha256", "threshold", file(signed, signatures=[{"keyid": P384["keyid"], "sig": key.sign(
        encode_canonical(signed).encode(), ec.ECDSA(hashes.SHA256())).hex()}]))
    key, signed = private_of(RSA), root([RSA])
    mgf = padding.MGF1(hashes.SHA256())
    for name, how, md in (("salt-0", padding.PSS(mgf, 0), hashes.SHA256()), ("salt-20", padding.PSS(mgf, 20), hashes.SHA256()),
                          ("salt-most", padding.PSS(mgf, 222), hashes.SHA256()), ("pkcs1", padding.PKCS1v15(), hashes.SHA256()),
                          ("sha512", padding.PSS(padding.MGF1(hashes.SHA512()), 32), hashes.SHA512())):
        case("rsa-" + name, "threshold", file(signed, signatures=[
            {"keyid": RSA["keyid"], "sig": key.sign(encode_canonical(signed).encode(), how, md).hex()}]))


def keys():
    def as_listed(name, expect, key, under=None, by=None, **changes):
        entry = listed(key, **changes)
        under = under or key["keyid"]
        one(name, expect, [(under, entry)], by=[(under, by or key)])
    pem = EC[0]["keyval"]["public"]
    point = private_of(EC[0]).public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint).hex()
    small = private_of(EC[0]).public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint).hex()
    as_listed("key-old-type", "ok", EC[0], keytype="ecdsa-sha2-nistp256")
    as_listed("key-p384-new-type", "ok", P384, keytype="ecdsa")
    as_listed("key-point", "ok", EC[0], keytype="ecdsa-sha2-nistp256", public=point)
    as_listed("key-pem-no-end", "ok", EC[0], public=pem.rstrip("\n"))
    as_listed("key-more-members", "ok", EC[0], **{"x-owner": "@a", "keyid_hash_algorithms": None})
    # the pair is not one that is known, or not what the key is: it never counts
    as_listed("key-type-unknown", "threshold", ED[0], keytype="sphincs")
    as_listed("key-type-case", "threshold", ED[0], keytype="Ed25519")
    as_listed("key-scheme-unknown", "threshold", RSA, scheme="rsa-pkcs1v15-sha256")
    as_listed("key-scheme-of-other", "threshold", EC[0], scheme="ed25519")
    as_listed("key-scheme-mixed", "threshold", EC[0], keytype="ecdsa-sha2-nistp384")
    as_listed("key-curve-of-other", "threshold", EC[0], scheme="ecdsa-sha2-nistp384")
    as_listed("key-curve-of-other-2", "threshold", P384, keytype="ecdsa", scheme="ecdsa-sha2-nistp256")
    one("key-unknown-beside-good", "ok", [ED[0], ("fulcio", {
        "keytype": "sigstore-oidc", "scheme": "Fulcio", "keyval": {"identity": "a@b", "issuer": "c", "public": {}}})], by=[ED[0]])
    for name, text in (("crlf", pem.replace("\n", "\r\n")), ("text-before", "a\n" + pem), ("text-after", pem + "a\n"),
                       ("twice", pem + pem), ("label", pem.replace("PUBLIC KEY", "CERTIFICATE")),
                       ("one-line", "".join(pem.split("\n")[1:3])), ("empty", ""), ("long-line", pem.replace("\n", "", 2)),
                       ("escaped", pem.replace("A", "\\", 1)),
                       ("point-small", small), ("point-off-curve", point[:-2] + f"{int(point[-2:], 16) ^ 1:02x}"),
                       ("point-cut", point[:-2]), ("point-of-p384", point + "00" * 32)):
        as_listed("key-pem-" + name, "key-malformed", EC[0], public=text)
    as_listed("key-point-of-other-scheme", "key-malformed", P384, public=point)
    as_listed("key-point-upper", "schema", EC[0], public=point[:-2] + "AA")
    as_listed("key-rsa-as-ecdsa", "key-algorithm", EC[0], public=RSA["keyval"]["public"])
    raw = ED[0]["keyval"]["public"]
    as_listed("key-ed-upper", "schema", ED[0], public="AB" + raw[2:])
    as_listed("key-ed-odd", "schema", ED[0], public=raw[:-1])
    as_listed("key-ed-cut", "key-malformed", ED[0], public=raw[:-2])
    as_listed("key-ed-weak", "key-weak", ED[0], public="01" + "00" * 31)
    weak = rsa.generate_private_key(65537, 1024).public_key().public_bytes(*TEXT).decode()
    as_listed("key-rsa-small", "key-weak", RSA, public=weak)
    for name in ("keytype", "scheme", "keyval"):
        one("key-no-" + name, "schema", edit=lambda s, n=name: s["keys"][ED[0]["keyid"]].pop(n))
    one("key-no-public", "key-malformed", edit=lambda s: s["keys"][ED[0]["keyid"]]["keyval"].pop("public"))
    # an id is a name
    as_listed("id-of-nothing", "ok", ED[0], under="any name")
    as_listed("id-upper", "ok", ED[0], under=ED[0]["keyid"].upper())
    one("id-swapped", "ok", [(ED[0]["keyid"], listed(ED[1])), (ED[1]["keyid"], listed(ED[0]))], threshold=2,
        by=[(ED[0]["keyid"], ED[1]), (ED[1]["keyid"], ED[0])])
    one("id-absent", "schema", edit=lambda s: s["roles"]["root"]["keyids"].append("none"))
    one("id-twice", "schema", edit=lambda s: s["roles"]["root"]["keyids"].append(ED[0]["keyid"]))
    one("id-control", "schema", [("a\n", listed(ED[0]))], by=[("a\n", ED[0])])
    # one public key is one signer
    twice = [EC[0], ("second", listed(EC[0], **{"x-owner": "@b"}))]
    by = [EC[0], ("second", EC[0])]
    one("distinct-too-few-keys", "threshold-config", twice, by, threshold=2)
    one("distinct-too-few-signers", "threshold", twice + [ED[0]], by, threshold=2)
    one("distinct-enough", "ok", twice + [ED[0]], by + [ED[0]], threshold=2)
    one("distinct-point-and-pem", "threshold", [EC[0], ("p", listed(EC[0], public=point)), ED[0]],
        [EC[0], ("p", EC[0])], threshold=2)
    one("distinct-two-of-three", "ok", EC, EC[1:], threshold=2)
    one("distinct-one-of-three", "threshold", EC, EC[1:2], threshold=2)


def pins():
    pin = "sha256:" + ED[0]["keyid"]
    spki = hashes.Hash(hashes.SHA256())
    spki.update(private_of(EC[0]).public_key().public_bytes(serialization.Encoding.DER, TEXT[1]))
    spki = "sha256:" + spki.finalize().hex()
    one("pin-id", "ok", pin=pin)
    one("pin-id-ecdsa", "ok", [EC[0]], pin="sha256:" + EC[0]["keyid"])
    one("pin-id-rsa", "ok", [RSA], pin="sha256:" + RSA["keyid"])
    one("pin-public-key", "ok", [EC[0]], pin=spki)
    one("pin-other", "pin-mismatch", [ED[1]], pin=pin)
    # the name that a file gives to a key is not what was pinned
    one("pin-borrowed-name", "pin-mismatch", [(ED[0]["keyid"], listed(ED[1]))], by=[(ED[0]["keyid"], ED[1])], pin=pin)
    one("pin-under-other-name", "ok", [("a", listed(ED[0]))], by=[("a", ED[0])], pin=pin)


def chains():
    first, next_ = [ED[0], EC[0]], [EC[0], P384]
    one_ = root(first, 2)
    two = root(next_, 2, 2)
    start = file(one_, first, indent=2)
    everyone = [ED[0], EC[0], P384]
    case("chain-2", "ok", start, file(two, everyone))
    case("chain-3", "ok", start, file(two, everyone), file(root([RSA], 1, 3), [RSA] + next_, indent=1))
    case("chain-old-only", "threshold", start, file(two, first))
    case("chain-new-only", "root-rotation", start, file(two, next_))
    case("chain-one-of-two", "root-rotation", start, file(two, [EC[0], P384, RSA]))
    case("chain-skips", "root-version", start, file(root(next_, 2, 3), everyone))
    case("chain-repeats", "root-version", start, file(root(next_, 2, 1), everyone))
    case("chain-third-by-first", "root-rotation", start, file(two, everyone), file(root([RSA], 1, 3), [RSA] + first))
    old = dict(two, expires="2026-01-01T00:00:00Z")
    case("chain-middle-expired", "ok", start, file(old, everyone), file(root(next_, 2, 3), next_))
    case("chain-last-expired", "expired", start, file(old, everyone))
    # the same key under another name in the next file: ids are looked up in the file that they stand in
    renamed = root([("x", listed(ED[0]))], 1, 2)
    case("chain-renamed", "ok", file(root([ED[0]]), [ED[0]]), file(renamed, [("x", ED[0]), ED[0]]))
    case("chain-renamed-old-name", "root-rotation", file(root([ED[0]]), [ED[0]]), file(renamed, [("x", ED[0])]))
    swapped = root([(ED[0]["keyid"], listed(ED[1]))], 1, 2)
    case("chain-name-taken-over", "root-rotation", file(root([ED[0]]), [ED[0]]), file(swapped, [(ED[0]["keyid"], ED[1])]))


def main():
    for group in (forms, signatures, der, keys, pins, chains):
        group()
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump({"cases": CASES}, out, indent=1, ensure_ascii=True)
        out.write("\n")
    print(f"plain roots: {len(CASES)} cases")


main()
