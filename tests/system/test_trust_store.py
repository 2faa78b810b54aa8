# SPDX-License-Identifier: ISC
"""The system's trust store: what the machine's curl trusts, a sign-in trusts.

The store is a directory of certificates by the hash of their subject, and a
bundle of all of them; a host may have one form, both, or two that differ.
"""

import glob
import json
import os
import pwd
import re
import shutil
import subprocess

import pytest

import hosts
from conftest import BUILD
from house import HELPER_USER
from machine import mount, run
from waiting import PATIENCE

CERTS = "/etc/ssl/certs"
BUNDLE = f"{CERTS}/ca-certificates.crt"
LISTED = "/etc/ca-certificates/fake.crt"
MAP = "/etc/security/pam_gcpkce.map"
GCPKCE = f"{BUILD}/tests/gcpkce"


class Store:
    """The store in the house's own /etc; AUTHORITY is the fake server's."""

    def __init__(self, house, authority):
        self._house = house
        self.authority = authority
        self.away = house.path("certs-elsewhere")
        self.kept = house.path("certs-kept")
        subprocess.run(["cp", "-a", CERTS, self.kept], check=True)
        os.makedirs(self.away)
        self._begin()

    def _begin(self):
        """Both forms of the machine's own certificates, which agree."""
        with open(BUNDLE, encoding="ascii") as file:
            found = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n",
                               file.read(), re.DOTALL)
        self.no_directory()
        found = sorted(set(found))
        self._house.write(BUNDLE, "".join(found))
        for number, pem in enumerate(found):
            self._house.write(f"{CERTS}/{number}.pem", pem)
        subprocess.run(["openssl", "rehash", CERTS], capture_output=True, check=True)

    def restore(self):
        if os.path.islink(CERTS):
            os.unlink(CERTS)
        else:
            shutil.rmtree(CERTS)
        subprocess.run(["cp", "-a", self.kept, CERTS], check=True)
        shutil.rmtree(self.kept)
        shutil.rmtree(self.away)
        if os.path.islink(LISTED):
            os.unlink(LISTED)

    # what there may be

    def in_bundle(self):
        with open(self.authority, encoding="ascii") as file:
            pem = file.read()
        with open(BUNDLE, "a", encoding="ascii") as file:
            file.write(pem)

    def in_directory(self, directory=CERTS, relative=False, of=None):
        path = f"{directory}/fake.crt"
        shutil.copyfile(self.authority, path)
        os.chmod(path, 0o644)
        name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", path],
                              capture_output=True, text=True, check=True).stdout.strip()
        os.symlink(os.path.relpath(path, CERTS) if relative else of or path, f"{CERTS}/{name}.0")

    def in_directory_by_link(self):
        self.in_directory(self.away)

    def in_directory_by_relative_link(self):
        self.in_directory(self.away, relative=True)

    def in_directory_by_two_links(self):
        """As of an authority in a directory of the list that is itself a link."""
        os.makedirs(os.path.dirname(LISTED), exist_ok=True)
        os.symlink(f"{self.away}/fake.crt", LISTED)
        self.in_directory(self.away, of=LISTED)

    def no_directory(self):
        for path in glob.glob(f"{CERTS}/*"):
            if path != BUNDLE:
                os.unlink(path) if not os.path.isdir(path) else shutil.rmtree(path)

    def no_bundle(self):
        os.unlink(BUNDLE)

    def bundle_by_link(self):
        shutil.move(BUNDLE, f"{self.away}/bundle.crt")
        os.symlink(f"{self.away}/bundle.crt", BUNDLE)

    def directory_by_link(self):
        shutil.move(CERTS, f"{self.away}/certs")
        os.symlink(f"{self.away}/certs", CERTS)

    def bundle_nowhere(self):
        os.unlink(BUNDLE)
        os.symlink(f"{self.away}/gone.crt", BUNDLE)

    def bundle_broken(self):
        with open(BUNDLE, "w", encoding="ascii") as file:
            file.write("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")

    # what comes of it

    def curl_trusts(self, url):
        return subprocess.run(
            hosts.as_account("bob", ["curl", "-sS", "-o", "/dev/null", url]),
            capture_output=True, timeout=PATIENCE, check=False).returncode == 0

    def findings(self, *arguments):
        done = subprocess.run([GCPKCE, "check", "--json", *arguments], capture_output=True,
                              text=True, timeout=120, check=False)
        return [one for one in json.loads(done.stdout)["findings"]
                if one["section"] == "files" and not one["where"].startswith(MAP)]


@pytest.fixture
def store(house, genesys, configure):
    configure(ca_file=None)
    one = Store(house, genesys.ca_file)
    yield one
    one.restore()


def sign_in(house, people, journal):
    """alice signs in; gives the outcome."""
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    return journal.decisions()[-1]["outcome"]


# name -> what the store has; does curl trust the authority; does a sign-in?
# Without its bundle curl fails, whatever its directory has.
STATES = {
    "both": (["in_bundle", "in_directory"], True, True),
    "bundle-has-it": (["in_bundle"], True, True),
    "directory-has-it": (["in_directory"], True, True),
    "neither-has-it": ([], False, False),
    "bundle-alone": (["in_bundle", "no_directory"], True, True),
    "directory-alone": (["in_directory", "no_bundle"], False, True),
    "nothing-there": (["no_directory", "no_bundle"], False, False),
    "bundle-by-link": (["in_bundle", "bundle_by_link"], True, True),
    "bundle-alone-by-link": (["in_bundle", "no_directory", "bundle_by_link"], True, True),
    "directory-by-link": (["in_directory", "directory_by_link"], True, True),
    "certificate-by-link": (["in_directory_by_link"], True, True),
    "certificate-by-relative-link": (["in_directory_by_relative_link"], True, True),
    "certificate-by-two-links": (["in_directory_by_two_links"], True, True),
    "bundle-nowhere": (["in_directory", "bundle_nowhere"], False, True),
    "bundle-broken": (["bundle_broken", "in_directory"], False, True),
    "both-broken": (["bundle_broken"], False, False),
}


@pytest.mark.parametrize("state", STATES)
def test_what_curl_trusts_a_sign_in_trusts(house, genesys, people, journal, store, state):
    steps, by_curl, by_us = STATES[state]
    for step in steps:
        getattr(store, step)()
    assert store.curl_trusts(f"{genesys.login_url}/") == by_curl
    genesys.log.clear()
    assert sign_in(house, people, journal) == ("ok" if by_us else "tls_failed")
    # a further handshake comes before any request: a code goes out once
    assert genesys.log.count("POST", "/oauth/token") == (1 if by_us else 0)


def connections_after_the_answer(house, genesys, people, journal):
    """A sign-in; gives the connections that its answer took, by host."""
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    answer = people["alice"].sign_in(terminal.asked())
    genesys.log.clear()
    terminal.answer(answer)
    terminal.end()
    assert journal.decisions()[-1]["outcome"] == "ok"
    return genesys.log.connections("login"), genesys.log.connections("api")


def test_the_bundle_costs_a_handshake_where_it_is_needed_alone(
        house, genesys, people, journal, store, configure):
    configure(ca_file=None, preconnect="no")
    store.in_bundle()
    needed = connections_after_the_answer(house, genesys, people, journal)
    store.in_directory()
    assert connections_after_the_answer(house, genesys, people, journal) == (1, 2)
    # a lane that begins after another one has failed begins with both
    assert needed[0] == 2 and 2 < needed[1] <= 4


def test_a_preconnect_takes_the_bundle_as_well(
        house, genesys, people, journal, store, configure):
    configure(ca_file=None, preconnect="0")
    store.in_bundle()
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    shown = terminal.asked()
    assert genesys.log.wait("HEAD", "/", 3)
    answer = people["alice"].sign_in(shown)
    assert genesys.wait_until_read()
    genesys.log.clear()
    terminal.answer(answer)
    terminal.end()
    assert journal.decisions()[-1]["outcome"] == "ok"
    assert genesys.log.connections() == 0


def test_ca_file_alone_counts_where_it_is_set(house, people, journal, store, configure):
    store.in_bundle()
    store.in_directory()
    configure(ca_file=f"{CERTS}/0.pem")
    assert sign_in(house, people, journal) == "tls_failed"


def test_the_environment_names_no_certificates(house, people, journal, store, monkeypatch):
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setitem(hosts.CLIENT_ENV, name, store.authority)
    monkeypatch.setitem(hosts.CLIENT_ENV, "SSL_CERT_DIR", os.path.dirname(store.authority))
    assert sign_in(house, people, journal) == "tls_failed"


# ---- what check says of it ----

# name -> what the store has, severity, where, what
SAID = {
    "bundle-has-more": (["in_bundle"], "warning", BUNDLE,
                        f"has 1 certificate that {CERTS} does not have"),
    "directory-has-more": (["in_directory"], "warning", BUNDLE, f"lacks 1 certificate of {CERTS}"),
    "bundle-nowhere": (["bundle_nowhere"], "warning", BUNDLE, "is a dangling link"),
    "nothing-there": (["no_directory", "no_bundle"], "fault", "ca_file",
                      "no certificates of authorities"),
}


@pytest.mark.parametrize("state", SAID)
def test_check_names_a_store_that_differs(store, state):
    steps, severity, where, what = SAID[state]
    for step in steps:
        getattr(store, step)()
    found = store.findings("--offline")
    assert [one for one in found if one["severity"] == severity and one["where"] == where
            and what in one["what"] and one["fix"]], found


def test_check_says_nothing_of_a_store_whose_forms_agree(store):
    assert store.findings("--offline") == []
    store.in_bundle()
    store.in_directory()
    assert store.findings("--offline") == []


# ---- files that root can read and the helper cannot ----

# path -> what to do with it, the part that is to be changed, the change
SHUT = {
    "/etc/hosts": (0o600, "/etc/hosts", "chmod o+r /etc/hosts"),
    "/etc/resolv.conf": (0o640, "/etc/resolv.conf", "chmod o+r /etc/resolv.conf"),
    "/etc/nsswitch.conf": (0o600, "/etc/nsswitch.conf", "chmod o+r /etc/nsswitch.conf"),
    "/etc/host.conf": (0o600, "/etc/host.conf", "chmod o+r /etc/host.conf"),
    "/etc/gai.conf": (0o600, "/etc/gai.conf", "chmod o+r /etc/gai.conf"),
    "/etc/services": (0o600, "/etc/services", "chmod o+r /etc/services"),
    "/etc/ssl/openssl.cnf": (0o600, "/etc/ssl/openssl.cnf", "chmod o+r /etc/ssl/openssl.cnf"),
    BUNDLE: (0o600, BUNDLE, f"chmod o+r {BUNDLE}"),
    CERTS: (0o700, BUNDLE, f"chmod o+x {CERTS}"),
    "/etc/ssl": (0o700, "/etc/ssl/openssl.cnf", "chmod o+x /etc/ssl"),
    "/dev/urandom": (0o600, "/dev/urandom", "chmod o+r /dev/urandom"),
}


@pytest.mark.parametrize("path", SHUT)
def test_check_names_what_the_helper_cannot_read(request, house, store, path):
    mode, where, fix = SHUT[path]
    if path.startswith("/dev/"):  # a device is the same in all houses
        mount("--bind", house.write(house.path("device"), ""), path)
        request.addfinalizer(lambda: run("umount", path))
    made = not os.path.exists(path)
    if made:
        house.write(path, "")
    before = os.stat(path).st_mode & 0o7777
    assert not [one for one in store.findings("--offline") if "cannot read" in one["what"]]
    os.chmod(path, mode)
    try:
        found = [one for one in store.findings("--offline") if "cannot read" in one["what"]]
    finally:
        os.chmod(path, before)
        if made:
            os.unlink(path)
    assert [(one["where"], one["fix"]) for one in found if one["severity"] == "fault"] == [
        (where, fix)]


@pytest.mark.parametrize("mode, owner, group", [
    (0o640, False, True), (0o600, True, False), (0o604, False, False)])
def test_a_file_that_the_helper_can_read_is_not_named(house, store, mode, owner, group):
    entry = pwd.getpwnam(HELPER_USER)
    path = house.write("/etc/gai.conf", "", mode)
    os.chown(path, entry.pw_uid if owner else 0, entry.pw_gid if group else 0)
    try:
        assert store.findings("--offline") == []
    finally:
        os.unlink(path)


def test_check_says_what_it_could_not_look_at(store):
    """Root of a container may be unable to become another account."""
    done = subprocess.run(
        ["setpriv", "--bounding-set=-setuid,-setgid", "--inh-caps=-all", GCPKCE, "check",
         "--offline"], capture_output=True, text=True, timeout=120, check=False)
    assert "files that the helper's account must read were not checked" in done.stdout


def test_check_names_the_way_to_ca_file(house, store, configure):
    directory = house.make_directory("authorities", 0o750)
    shutil.copyfile(store.authority, f"{directory}/ca.pem")
    configure(ca_file=f"{directory}/ca.pem")
    try:
        found = store.findings("--offline")
    finally:
        shutil.rmtree(directory)
    assert [(one["severity"], one["where"], one["fix"]) for one in found] == [
        ("fault", f"{directory}/ca.pem", f"chmod o+x {directory}")]


def test_check_names_a_certificate_that_the_helper_cannot_read(store):
    store.in_directory_by_link()
    os.chmod(f"{store.away}/fake.crt", 0o600)
    found = [one for one in store.findings("--offline") if "cannot read" in one["what"]]
    assert [one["fix"] for one in found] == [f"chmod o+r {store.away}/fake.crt"]


def test_check_names_many_such_files_by_a_few_findings(store):
    for path in glob.glob(f"{CERTS}/*.pem"):
        os.chmod(path, 0o600)
    found = [one for one in store.findings("--offline") if "cannot read" in one["what"]]
    assert len(found) == 6
    assert "more files" in found[-1]["what"]


def test_check_follows_the_way_of_a_link(house, store):
    directory = house.make_directory("resolver", 0o700)
    shutil.copy("/etc/resolv.conf", f"{directory}/resolv.conf")
    shutil.copy("/etc/resolv.conf", house.path("resolv.conf.kept"))
    os.unlink("/etc/resolv.conf")
    os.symlink(f"{directory}/resolv.conf", "/etc/resolv.conf")
    try:
        found = [one for one in store.findings("--offline") if "cannot read" in one["what"]]
    finally:
        os.replace(house.path("resolv.conf.kept"), house.path("resolv.conf.back"))
        os.unlink("/etc/resolv.conf")
        shutil.copy(house.path("resolv.conf.back"), "/etc/resolv.conf")
        shutil.rmtree(directory)
    assert [(one["where"], one["fix"]) for one in found] == [
        ("/etc/resolv.conf", f"chmod o+x {directory}")]
