# SPDX-License-Identifier: Apache-2.0
"""Certificates of the scripted servers, made with openssl(1) when the tests run: one good and each
of the bad kinds, all from one authority that only the tests know."""
import os
import ssl
import subprocess

# name -> (issuer, subject, extensions); days below 0: expired
LEAVES = {
    "good": ("ca", "/CN=good", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    "wrong-host": ("ca", "/CN=localhost", "subjectAltName=DNS:other.invalid"),
    "expired": ("ca", "/CN=expired", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    "self-signed": (None, "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    # a dNSName "localhost<NUL>.evil.invalid"
    "nul-in-name": ("ca", "/CN=nul",
                    "subjectAltName=DER:30198217" + b"localhost\0.evil.invalid".hex()),
    "wildcard": ("ca", "/CN=wildcard", "subjectAltName=DNS:*"),
    "partial-wildcard": ("ca", "/CN=partial", "subjectAltName=DNS:local*"),
    "common-name": ("ca", "/CN=localhost", None),
    "foreign": ("ca2", "/CN=foreign", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    "intermediate": ("mid", "/CN=below", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
    "client": ("ca", "/CN=client", None),
}


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    return done.stdout.decode().strip()


class Certificates:
    def __init__(self, directory):
        self.directory = directory
        self.contexts = {}
        self.authority("ca", None)
        self.authority("ca2", None)
        self.authority("mid", "ca")
        self.ca_hash = openssl("x509", "-noout", "-hash", "-in", self.path("ca.crt"))
        for name, (issuer, subject, extensions) in LEAVES.items():
            self.leaf(name, issuer, subject, extensions)

    def path(self, name):
        return os.path.join(self.directory, name)

    def authority(self, name, issuer):
        extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
        self.issue(name, issuer, "/CN=" + name, extensions, 3650)

    def leaf(self, name, issuer, subject, extensions):
        text = "basicConstraints=CA:FALSE\n" + (extensions + "\n" if extensions else "")
        self.issue(name, issuer, subject, text, -1 if name == "expired" else 3650)
        if issuer == "mid":
            with open(self.path(name + ".crt"), "a") as out, open(self.path("mid.crt")) as mid:
                out.write(mid.read())

    def issue(self, name, issuer, subject, extensions, days):
        key, crt, csr = (self.path(name + end) for end in (".key", ".crt", ".csr"))
        with open(self.path(name + ".ext"), "w") as out:
            out.write(extensions)
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", csr, "-subj", subject)
        signer = ["-signkey", key] if issuer is None else [
            "-CA", self.path(issuer + ".crt"), "-CAkey", self.path(issuer + ".key"),
            "-CAcreateserial"]
        openssl("x509", "-req", "-in", csr, "-out", crt, "-days", str(days), "-extfile",
                self.path(name + ".ext"), *signer)

    def context(self, kind):
        """kind is a certificate, "tls11" or "client-required"."""
        if kind in self.contexts:
            return self.contexts[kind]
        name = "good" if kind in ("tls11", "client-required") else kind
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name + ".crt"), self.path(name + ".key"))
        if kind == "tls11":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        if kind == "client-required":
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("ca.crt"))
        self.contexts[kind] = context
        return context
