# SPDX-License-Identifier: ISC
"""Certificates: an authority of our own, and good and bad certificates of it.

Everything is made with the openssl command, in one directory, and kept there: a
second fake server in the same directory uses the same authority.
"""

import fcntl
import os
import subprocess
import time
import zlib

NAMES = ("localhost", "login.example.test", "api.example.test",
         "signin.example.test")
ADDRESSES = ("127.0.0.1", "::1")
KINDS = ("good", "expired", "not_yet_valid", "ends_soon", "wrong_host",
         "self_signed", "other_ca")

CONFIG = """\
[ca]
default_ca = authority
[authority]
database = {directory}/index.txt
new_certs_dir = {directory}
default_md = sha256
rand_serial = yes
unique_subject = no
policy = any_name
[any_name]
commonName = supplied
[req]
distinguished_name = no_questions
prompt = no
[no_questions]
CN = unused
[authority_extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""

LEAF = """\
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
"""

DATES = {
    "expired": ("20150101000000Z", "20160101000000Z"),
    "not_yet_valid": ("20950101000000Z", "20960101000000Z"),
}
SOON = 5 * 86400  # seconds
USUAL_DATES = ("20200101000000Z", "20490101000000Z")


def openssl(*arguments):
    """Runs the openssl command and returns what it printed."""
    done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise RuntimeError("openssl %s: %s" % (
            " ".join(arguments), done.stderr.decode(errors="replace")))
    return done.stdout.decode()


def write(path, text):
    """Writes a small file that all users may read."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, 0o644)


class Authority:
    """A certificate authority that lives in a directory."""

    def __init__(self, directory, name="Fake CA"):
        self.directory = os.path.abspath(directory)
        self.name = name
        os.makedirs(self.directory, exist_ok=True)
        os.chmod(self.directory, 0o755)
        self.config = os.path.join(self.directory, "openssl.cnf")
        self.key_file = os.path.join(self.directory, "ca.key")
        self.ca_file = os.path.join(self.directory, "ca.pem")
        self.ca_dir = os.path.join(self.directory, "ca.d")
        with self._lock():
            if not os.path.exists(self.ca_file):
                self._make()

    def certificate(self, kind="good", names=()):
        """Returns (certificate file, key file) of the kind asked for."""
        if kind not in KINDS:
            raise ValueError("no such kind of certificate: %r" % (kind,))
        alternatives = self._alternatives(kind, names)
        stem = os.path.join(self.directory, "%s-%08x" % (
            kind, zlib.crc32(alternatives.encode())))
        with self._lock():
            if not os.path.exists(stem + ".pem"):
                self._issue(kind, alternatives, stem)
        return stem + ".pem", stem + ".key"

    def _lock(self):
        file = open(os.path.join(self.directory, "lock"), "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file

    def _make(self):
        write(self.config, CONFIG.format(directory=self.directory))
        write(os.path.join(self.directory, "index.txt"), "")
        fresh = self.ca_file + ".new"
        openssl("req", "-x509", "-config", self.config, "-newkey", "ec",
                "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", "/CN=" + self.name, "-days", "3650", "-sha256",
                "-extensions", "authority_extensions",
                "-keyout", self.key_file, "-out", fresh)
        os.chmod(fresh, 0o644)
        os.makedirs(self.ca_dir, exist_ok=True)
        os.chmod(self.ca_dir, 0o755)
        with open(fresh, encoding="ascii") as file:
            write(os.path.join(self.ca_dir, "ca.pem"), file.read())
        openssl("rehash", self.ca_dir)
        os.rename(fresh, self.ca_file)

    @staticmethod
    def _alternatives(kind, names):
        if kind == "wrong_host":
            return "DNS:elsewhere.example.test"
        listed = ["DNS:" + name for name in (*NAMES, *names)]
        listed += ["IP:" + address for address in ADDRESSES]
        return ",".join(listed)

    def _issue(self, kind, alternatives, stem):
        extensions = stem + ".ext"
        write(extensions, LEAF.format(names=alternatives))
        self._request(stem)
        if kind == "self_signed":
            openssl("x509", "-req", "-in", stem + ".csr", "-signkey",
                    stem + ".key", "-days", "365", "-sha256", "-extfile",
                    extensions, "-out", stem + ".new")
        else:
            self._sign(kind, stem, extensions)
        os.chmod(stem + ".new", 0o644)
        os.rename(stem + ".new", stem + ".pem")

    @staticmethod
    def _request(stem):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=fake", "-keyout", stem + ".key", "-out",
                stem + ".csr")

    def _sign(self, kind, stem, extensions):
        signer = self
        if kind == "other_ca":
            signer = Authority(os.path.join(self.directory, "other"),
                               "Another CA")
        start, end = DATES.get(kind, USUAL_DATES)
        if kind == "ends_soon":
            end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + SOON))
        openssl("ca", "-batch", "-config", signer.config, "-cert",
                signer.ca_file, "-keyfile", signer.key_file, "-in",
                stem + ".csr", "-out", stem + ".new", "-startdate", start,
                "-enddate", end, "-extfile", extensions, "-notext")
