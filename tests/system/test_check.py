# SPDX-License-Identifier: ISC
"""gcpkce check on whole hosts: each broken set-up is named, with its fix.

The host is real: its own sshd tells its settings, the built helper is started
in its sandbox and asks the fake server.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from email.utils import formatdate

import pytest

from conftest import BUILD, OVER_THE_SOCKET
from faults import Fault
from hosts import as_account
from house import HELPER_USER

GCPKCE = os.path.join(BUILD, "tests/gcpkce")
WITHOUT = os.path.join(BUILD, "tests/without")
HELPER = os.path.join(BUILD, "gcpkce-helper")
FAULT, WARNING, NOTE = "fault", "warning", "note"
CONF = "/etc/security/pam_gcpkce.conf"
MAP = "/etc/security/pam_gcpkce.map"
SSHD_CONFIG = """\
HostKey /etc/ssh/gcpkce-test-key
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
AuthenticationMethods keyboard-interactive
LoginGraceTime 120
MaxStartups 50:30:200
PerSourceMaxStartups 10
PerSourceNetBlockSize 32:64
"""
STACK = """\
auth     sufficient {module}
auth     required pam_unix.so
account  required pam_permit.so
session  required pam_permit.so
password required pam_permit.so
"""


class Host:
    """A host that was set up well, and ways to break it."""

    def __init__(self, house, genesys, people, settings):
        self.house = house
        self.genesys = genesys
        self.settings = dict(settings)
        self.lines = [f"alice id:{people['alice'].id}", f"bob email:{people['bob'].email}"]
        self.sshd = SSHD_CONFIG
        self.stack = STACK
        self.arguments = ["--service", "sshd"]
        self.before = []
        self.fixes = []

    def file(self, name, text="", mode=0o644, owner=0):
        """A file below /etc/security."""
        path = f"/etc/security/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.house.write(path, text, mode)
        os.chown(path, owner, owner)
        self.fixes.append(lambda: os.path.exists(path) and os.unlink(path))
        return path

    def mode(self, path, mode):
        old = os.stat(path).st_mode & 0o7777
        self.fixes.append(lambda: os.path.exists(path) and os.chmod(path, old))
        os.chmod(path, mode)

    def secret(self, text="s3cret\n", mode=0o600):
        self.settings["client_secret_file"] = self.file("gcpkce.secret", text, mode)

    def ca(self, text=None, mode=0o644):
        with open(self.genesys.ca_file, encoding="utf-8") as file:
            text = file.read() if text is None else text
        self.settings["ca_file"] = self.file("ca.pem", text, mode)

    def replace_helper(self, with_what):
        away = HELPER + ".away"
        os.rename(HELPER, away)
        self.fixes.append(lambda: os.replace(away, HELPER))
        if with_what:
            shutil.copyfile(with_what, HELPER)
            os.chmod(HELPER, 0o755)

    def present(self, host, kind, tls_max=None):
        self.genesys.tls_max = tls_max
        self.genesys.present(host, kind)
        self.genesys.tls_max = None
        self.fixes.append(lambda: self.genesys.present(host, "good"))

    def refuse(self, host):
        self.genesys.refuse(host)
        self.fixes.append(lambda: self.genesys.listen(host))

    def client(self, **fields):
        """Configure a client that is registered like this."""
        self.settings["client_id"] = self.genesys.add_client("other", **fields).id

    def clock(self, seconds):
        """The login server's clock is ahead of ours."""
        self.genesys.faults["authorize"] = Fault(
            status=200, headers={"Date": formatdate(time.time() + seconds, usegmt=True)})

    def password(self, account):
        with open("/etc/shadow", encoding="utf-8") as file:
            old = file.read()
        new = re.sub(f"^{account}:[^:]*:", f"{account}:$6$x$y:", old, flags=re.MULTILINE)
        self.house.write("/etc/shadow", new, 0o600)
        self.fixes.append(lambda: self.house.write("/etc/shadow", old, 0o600))

    def lock(self, account, expires="", password="!$6$x$y"):
        """As passwd -l does with a password that was set."""
        with open("/etc/shadow", encoding="utf-8") as file:
            old = file.read()
        new = [line for line in old.splitlines() if not line.startswith(f"{account}:")]
        new.append(f"{account}:{password}:20000:0:99999:7::{expires}:")
        self.house.write("/etc/shadow", "\n".join([*new, ""]), 0o600)
        self.fixes.append(lambda: self.house.write("/etc/shadow", old, 0o600))

    def remove_directory(self, path):
        os.rmdir(path)
        self.fixes.append(lambda: os.mkdir(path, 0o755))

    def newer_sshd(self, settings):
        """This host's sshd, with what a newer one prints beyond."""
        shutil.copy(self.house.write(self.house.path("settings"), settings), "/run/newer-sshd")
        subprocess.run(["mount", "-t", "tmpfs", "sshd", "/usr/local/sbin"], check=True)
        self.house.write("/usr/local/sbin/sshd", """\
#!/bin/sh
cat /run/newer-sshd
exec /usr/sbin/sshd "$@"
""", 0o755)
        self.fixes.append(lambda: subprocess.run(["umount", "/usr/local/sbin"], check=True))

    def make_directory(self, path, mode):
        there = os.path.isdir(path)
        os.makedirs(path, exist_ok=True)
        if there:
            self.mode(path, mode)
        else:
            os.chmod(path, mode)
            self.fixes.append(lambda: shutil.rmtree(path))

    def write(self):
        self.house.configure(self.settings)
        self.house.map(*self.lines)
        self.house.stack("sshd", self.stack)
        self.house.write("/etc/ssh/sshd_config", self.sshd)

    def check(self, *arguments, before=()):
        done = subprocess.run(
            [*before, *self.before, GCPKCE, *arguments, "check", *self.arguments],
            capture_output=True, text=True, timeout=120, check=False)
        assert done.stderr == ""
        return done

    def findings(self, *severities):
        done = self.check("--json")
        found = json.loads(done.stdout)["findings"]
        faults = [one for one in found if one["severity"] == FAULT]
        assert done.returncode == (1 if faults else 0)
        return [one for one in found if not severities or one["severity"] in severities]


@pytest.fixture
def host(house, genesys, people, settings):
    key = "/etc/ssh/gcpkce-test-key"
    if not os.path.exists(key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    settings.pop("debug")
    one = Host(house, genesys, people, settings)
    known = subprocess.run(["/usr/sbin/sshd", "-T", "-f", "/dev/null", "-h", key],
                           capture_output=True, text=True, check=True).stdout.lower()
    if "persourcepenalties" in known:  # OpenSSH 9.8 and newer
        one.sshd += "PerSourcePenalties authfail:1 grace-exceeded:1\n"
    with open("/etc/ssh/sshd_config", encoding="utf-8") as file:
        old = file.read()
    one.fixes.append(lambda: house.write("/etc/ssh/sshd_config", old))
    yield one
    for fix in reversed(one.fixes):
        fix()


@pytest.fixture
def proxy():
    """A proxy that asks for a password."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.recv(4096)
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            client.close()
    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def changed(**changes):
    return lambda h: h.settings.update(changes)


def sshd(old, new, **changes):
    def do(h):
        assert old in h.sshd
        h.sshd = h.sshd.replace(old, new)
        h.settings.update(changes)
    return do


def lines(*more):
    return lambda h: h.lines.extend(more)


def late(function):
    """A break that needs the files to be there already."""
    function.late = True
    return function


def fake(endpoint, **fault):
    return lambda h: h.genesys.faults.__setitem__(endpoint, Fault(**fault))


# As OpenSSH 10.0 and 10.6 print them by "sshd -T".
PENALTIES = """\
pamservicename sshd
persourcepenaltyexemptlist none
persourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:10 refuseconnection:10 max:600 \
min:15 max-sources4:65536 max-sources6:65536 overflow:permissive overflow6:permissive
"""
PENALTIES_10_6 = """\
PAMServiceName sshd
PerSourcePenaltyExemptList none
PerSourcePenalties crash:90.000000 authfail:5.000000 noauth:1.000000 invaliduser:5.000000 \
grace-exceeded:10.000000 refuseconnection:10.000000 max:600.000000 min:15.000000 \
max-sources4:65536 max-sources6:65536 overflow:permissive overflow6:permissive
"""

# name -> how to break it, severity, section, where, what, fix
ROWS = {
    # configuration
    "bad-value": (changed(timeout="soon"), FAULT, "configuration", r"\.conf:\d+$",
                  '"soon" is not a whole number', "write one"),
    "configuration-writable": (late(lambda h: h.mode(CONF, 0o666)), FAULT, "configuration",
                               CONF, "may be written by others .mode 0666", "chmod go-w"),
    "drop-in-of-another-user": (lambda h: h.file("pam_gcpkce.conf.d/a.conf", owner=3001), FAULT,
                            "configuration", "a.conf", "belongs to uid 3001", "give it to root"),
    "region-gc-cannot-read": (changed(region="me-central-1", export="env", revoke="never"),
                              WARNING, "configuration|pam.d", "", "gc command does not know",
                              "region_value=domain"),
    "unknown-region": (changed(region="mypureclowd.de", login_url=None, api_url=None),
                       WARNING, "configuration", "^region$",
                       "no known region .* has the domain mypureclowd.de",
                       "region = mypurecloud.de.*login_url and api_url"),
    "region-of-other-hosts": (changed(region="signin.example.com", login_url=None, api_url=None),
                              WARNING, "configuration", "^region$", "the domain signin.example.com",
                              "^for servers other than Genesys Cloud"),
    "quoted-value": (changed(timeout='"90"'), FAULT, "configuration", rf"^{CONF}:\d+$",
                     "stands in quotes", "without them"),
    # files
    "drop-in-not-read": (lambda h: h.file("pam_gcpkce.conf.d/local.cfg"), WARNING, "files",
                         r"conf\.d$", "local.cfg is not read", "rename it"),
    "secret-readable": (lambda h: h.secret(mode=0o640), FAULT, "files", "gcpkce.secret",
                        "may be read by others", "^chmod 0600 /etc/security/gcpkce.secret$"),
    "secret-missing": (changed(client_secret_file="/etc/security/nowhere"), FAULT, "files",
                       "nowhere", "does not exist", "write the client secret"),
    "secret-empty": (lambda h: h.secret(text="\n"), FAULT, "files", "gcpkce.secret:1",
                     "is not a client secret", "on the first line"),
    "ca-without-certificate": (lambda h: h.ca(text="# none\n"), FAULT, "files", "ca.pem",
                               "no certificate in PEM", "openssl x509"),
    "ca-unreadable-for-the-helper": (lambda h: h.ca(mode=0o600), FAULT, "files", "ca.pem",
                                     f"account {HELPER_USER} cannot read it",
                                     r"^chmod o\+r /etc/security/ca.pem$"),
    "ca-writable": (lambda h: h.ca(mode=0o646), FAULT, "configuration", "ca_file",
                    "/ca.pem: may be written by others", "chmod go-w"),
    "map-missing": (late(lambda h: os.unlink(MAP)), FAULT, "files", MAP, "does not exist",
                    "write it"),
    "map-writable": (late(lambda h: h.mode(MAP, 0o664)), FAULT, "files", MAP,
                     "may be written by others", f"^chmod go-w {MAP}$"),
    "map-of-another-user": (late(lambda h: os.chown(MAP, 3001, 3001)), FAULT, "files", MAP,
                        "belongs to uid 3001", f"^chown root {MAP}$"),
    "map-in-a-shared-directory": (lambda h: (h.make_directory("/etc/security/shared", 0o777),
                                          h.file("shared/map", "alice -\n"),
                                          h.settings.update(map_file="/etc/security/shared/map")),
                               FAULT, "files", "shared/map", "may be written by others .mode 0777",
                               "^chmod go-w /etc/security/shared$"),
    "map-line": (lines("carol 12"), FAULT, "files", f"{MAP}:3", '"12" is not an identity', "id:UUID"),
    "map-line-without-identity": (lines("carol"), FAULT, "files", f"{MAP}:3",
                                  "follows the account", "or - for no user"),
    "map-unknown-account": (lines("zoe -"), WARNING, "files", f"{MAP}:3",
                            'no account "zoe"', "create the account"),
    "map-root": (lines("root -"), WARNING, "files", f"{MAP}:3", "uid 0.*without allow_root",
                 "allow_root=yes"),
    "map-second-name": (lines("deputy -"), WARNING, "files", f"{MAP}:3",
                        "has the uid of ops", "first entry"),
    "map-locked-star": (lambda h: h.lock("alice", password="!*"), WARNING, "files", f"{MAP}:1",
                        "password of alice is locked, which does not end sign-ins",
                        "usermod -e 1"),
    "map-locked-password": (lambda h: h.lock("alice"), WARNING, "files", f"{MAP}:1",
                            "password of alice is locked, which does not end sign-ins",
                            "usermod -e 1"),
    "map-name-in-quotes": (lines('"carol" -'), WARNING, "files", f"{MAP}:3",
                           "there is no account", "exact name, in brackets"),
    "map-shut-beside-another-line": (lines("alice -"), WARNING, "files", f"{MAP}:1",
                                     "the - in line 3 closes this account", "one of the two lines"),
    "map-shut-before-another-line": (lambda h: h.lines.insert(0, "alice -"), WARNING, "files",
                                     f"{MAP}:2", "the - in line 1 closes this account",
                                     "one of the two lines"),
    "map-shut-of-no-account": (lambda h: (h.settings.update(map="file, localpart",
                                                            email_domains="example.com"),
                                          h.lines.append("Carol. -")), FAULT, "files", f"{MAP}:3",
                               'no account "Carol."', "correct the name"),
    "map-empty": (lambda h: h.lines.clear(), FAULT, "files", MAP, "names no account", "gcpkce login"),
    "no-user-for-this-account": (lambda h: h.arguments.extend(("--user", "dave")), FAULT, "files",
                                "dave", "no user can sign in.*not_mapped", "whoami --ids"),
    "no-such-group": (changed(account_group="staffers"), FAULT, "files", "account_group",
                      "no group staffers", "create it"),
    "state-directory-writable": (lambda h: h.make_directory("/run/gcpkce", 0o777), FAULT, "files",
                              "/run/gcpkce", "mode 0777", "chmod 0755"),
    # helper
    "no-helper-account": (changed(helper_user="_gcpkce"), FAULT, "helper", rf"^{CONF}:\d+$",
                          "helper_user: the account _gcpkce does not exist", "useradd --system .* _gcpkce"),
    "helper-is-root": (changed(helper_user="root"), FAULT, "helper", rf"^{CONF}:\d+$",
                       "helper_user: the account root has uid 0",
                       "without rights"),
    "helper-has-a-shell": (changed(helper_user="alice"), WARNING, "helper", "alice",
                           "has a shell: /bin/sh", "usermod --shell /usr/sbin/nologin alice"),
    "helper-is-nobody": (changed(helper_user="nobody"), WARNING, "helper", "nobody",
                         "of other programs", "helper alone"),
    "helper-shares-a-uid": (changed(helper_user="deputy"), WARNING, "helper", "deputy",
                            "shares its uid with ops", "its own uid"),
    "helper-has-a-password": (lambda h: h.password(HELPER_USER), WARNING, "helper", HELPER_USER,
                              "has a password", "passwd --lock"),
    "no-helper": (lambda h: h.replace_helper(None), FAULT, "helper", HELPER, "does not exist",
                  "make install"),
    "helper-writable": (lambda h: h.mode(HELPER, 0o777), FAULT, "helper", HELPER,
                        "may be written by others", "^chmod go-w "),
    "helper-not-executable": (lambda h: h.mode(HELPER, 0o744), FAULT, "helper", HELPER,
                              "may not be run by the helper's account", "^chmod 0711 "),
    "another-program": (lambda h: h.replace_helper("/bin/true"), FAULT, "helper", HELPER,
                        "does not start or does not answer: .*exited", "noexec"),
    "no-program": (lambda h: h.replace_helper("/etc/hosts"), FAULT, "helper", HELPER,
                   "executing the helper: Exec format error", "noexec"),
    "no-landlock": (lambda h: h.before.extend((WITHOUT, "landlock")), WARNING, "helper", "sandbox",
                    "landlock is missing: Function not implemented$", "5.13"),
    "no-seccomp-and-strict": (lambda h: (h.before.extend((WITHOUT, "seccomp")),
                                         h.settings.update(sandbox="strict")), FAULT, "helper",
                              "sandbox", "seccomp is missing.*refuses every sign-in",
                              "CONFIG_SECCOMP_FILTER"),
    # network
    "no-such-name": (changed(login_url="https://login.nowhere.example"), FAULT, "network",
                     "nowhere", "DNS failed: Could not resolve host", "region or login_url"),
    "refused": (lambda h: h.refuse("api"), FAULT, "network", "localhost", "TCP failed",
                "let the firewall pass"),
    "silent": (lambda h: (h.settings.update(connect_timeout=1, request_timeout=1),
                          h.genesys.faults.__setitem__("api_connect", Fault(delay=4))),
               FAULT, "network", "localhost", "TLS failed: .*timed? ?out", "HTTPS"),
    "expired": (lambda h: h.present("login", "expired"), FAULT, "network", "localhost",
                "TLS failed: .*expired", "clock"),
    "wrong-host": (lambda h: h.present("api", "wrong_host"), FAULT, "network", "localhost",
                   "TLS failed: .*subject name", "region or api_url"),
    "unknown-authority": (changed(ca_file=None), FAULT, "network", "localhost",
                          "TLS failed: .*issuer", "ca_file name its authority"),
    "old-tls": (lambda h: h.present("login", "good", "1.1"), FAULT, "network", "localhost",
                "TLS failed", "TLS 1.2 or newer"),
    "ends-soon": (lambda h: h.present("api", "ends_soon"), WARNING, "network", "localhost",
                  "ends soon, at 20", "must renew it"),
    "no-proxy": (changed(proxy="http://127.0.0.1:1"), FAULT, "network", "localhost",
                 "TCP failed", "correct proxy, or start it: http://127.0.0.1:1"),
    "proxy-refuses": (lambda h: h.settings.update(proxy=h.refusing_proxy), FAULT, "network",
                      "localhost", "proxy failed: .*407", "CONNECT to https://localhost"),
    "not-the-api": (lambda h: h.settings.update(api_url=h.genesys.login_url), FAULT, "network",
                    "localhost", "is not Genesys Cloud's API: .* status 404, not 401",
                    "correct api_url"),
    "not-the-login-host": (lambda h: h.settings.update(login_url=h.genesys.api_url), FAULT,
                           "network", "localhost", "is not Genesys Cloud's login server",
                           "correct login_url"),
    "unknown-client": (changed(client_id="11111111-2222-4333-8444-555555555555"), FAULT,
                       "network", "client_id", "as it does to an unknown client", "region"),
    "unregistered-redirect": (changed(redirect_uri="https://elsewhere.example.test/"), FAULT,
                              "network", "redirect_uri", "refuses redirect_uri",
                              "byte for byte"),
    "client-of-another-grant": (lambda h: h.client(grant_type="TOKEN"), FAULT, "network", "client_id",
                                "refuses the client at once: .*unauthorized_client",
                                "Code Authorization"),
    "trouble": (fake("users_me", status=503), WARNING, "network", "localhost",
                "answers with status 503", "try again later"),
    "silent-about-clients": (fake("authorize", status=200, body="<html>"), NOTE, "network",
                             "client_id", "only a sign-in shows", "gcpkce login"),
    "clock-behind": (lambda h: h.clock(60), WARNING, "network", "clock",
                     r"(5\d|60|61) s behind Genesys", "timedatectl"),
    "clock-far-ahead": (lambda h: h.clock(-3600), FAULT, "network", "clock",
                        r"(3599|36\d\d) s ahead of Genesys", "timedatectl"),
    # pam.d
    "fail-open": (lambda h: setattr(h, "stack", STACK.replace("pam_unix", "pam_permit")), FAULT,
                  "pam.d", "sshd:1", "lets every user in", "required"),
    # sshd
    "no-pam": (sshd("UsePAM yes", "UsePAM no"), FAULT, "sshd", "sshd_config",
               "never asks pam_gcpkce", "set UsePAM yes"),
    "no-dialogue": (sshd("KbdInteractiveAuthentication yes\nPasswordAuthentication no\n"
                         "AuthenticationMethods keyboard-interactive",
                         "KbdInteractiveAuthentication no"), FAULT, "sshd", "sshd_config", "cannot show the address",
                    "set KbdInteractiveAuthentication yes"),
    "keys-alone": (sshd("keyboard-interactive", "publickey"), FAULT, "sshd", "sshd_config",
                   "AuthenticationMethods publickey: pam_gcpkce is never asked",
                   "add keyboard-interactive"),
    "passwords": (sshd("PasswordAuthentication no", ""), WARNING, "sshd", "sshd_config",
                  "PasswordAuthentication yes", "PasswordAuthentication no"),
    "remembered-without-a-key": (changed(remember=60), WARNING, "sshd", "sshd_config",
                                 "AuthenticationMethods keyboard-interactive: remember needs a key",
                                 "publickey,keyboard-interactive:pam"),
    "remembered-with-a-key-in-one-list": (
        lambda h: (h.settings.update(remember=60),
                   sshd("AuthenticationMethods keyboard-interactive",
                        "AuthenticationMethods publickey,keyboard-interactive:pam "
                        "password,keyboard-interactive:pam")(h)),
        WARNING, "sshd", "sshd_config", "remember needs a key", "publickey,keyboard-interactive:pam"),
    "keys-too": (sshd("AuthenticationMethods keyboard-interactive", ""), NOTE, "sshd",
                 "sshd_config", "a public key is enough", "publickey,keyboard-interactive"),
    "short-grace": (sshd("LoginGraceTime 120", "LoginGraceTime 1m"), WARNING, "sshd",
                    "sshd_config", "LoginGraceTime 60 is not above timeout=90",
                    "set LoginGraceTime 120"),
    "long-timeout": (lambda h: setattr(h, "stack", STACK.replace(
        "{module}", "{module} timeout=300")), WARNING, "sshd", "sshd_config",
                     "LoginGraceTime 120 is not above timeout=300", "LoginGraceTime 330"),
    "few-startups": (sshd("MaxStartups 50:30:200", ""), WARNING, "sshd", "sshd_config",
                     "MaxStartups 10:30:100: with 10 users", "set MaxStartups 50:30:200"),
    "one-startup": (sshd("MaxStartups 50:30:200", "MaxStartups 1:30:200"), WARNING, "sshd",
                    "sshd_config", "MaxStartups 1:30:200: with 1 user in", "50:30:200"),
    "one-client-fills-it": (sshd("PerSourceMaxStartups 10", ""), WARNING, "sshd", "sshd_config",
                            "PerSourceMaxStartups none: one client", "PerSourceMaxStartups 10"),
    "one-client-may-have-all": (sshd("PerSourceMaxStartups 10", "PerSourceMaxStartups 50"), WARNING,
                                "sshd", "sshd_config", "PerSourceMaxStartups 50: one client",
                                "PerSourceMaxStartups 10"),
    "each-address-a-source": (sshd("PerSourceNetBlockSize 32:64", ""), WARNING, "sshd",
                              "sshd_config", "PerSourceNetBlockSize 32:128: each IPv6 address",
                              "set PerSourceNetBlockSize 32:64"),
    "more-than-a-client-has": (sshd("BlockSize 32:64", "BlockSize 24:65"), WARNING, "sshd",
                               "sshd_config", "PerSourceNetBlockSize 24:65: each IPv6 address",
                               "set PerSourceNetBlockSize 32:64"),
    "penalties": (lambda h: h.newer_sshd(PENALTIES), WARNING, "sshd", "sshd_config",
                  "PerSourcePenalties: 4 failed sign-ins lock out", "PerSourcePenaltyExemptList"),
    "penalties-for-the-slow": (lambda h: h.newer_sshd(PENALTIES_10_6.replace(
        "authfail:5", "authfail:1")), WARNING, "sshd", "sshd_config",
                               "PerSourcePenalties: 2 users slower than LoginGraceTime",
                               "grace-exceeded:1"),
    "another-stack": (lambda h: h.newer_sshd("PAMServiceName sshd-trial\n"), FAULT, "sshd",
                      "sshd_config", "PAMServiceName sshd-trial: sshd reads that stack",
                      "--service"),
    "root-not-permitted": (sshd("UsePAM", "PermitRootLogin prohibit-password\nUsePAM",
                                allow_root="yes"), WARNING, "sshd", "sshd_config",
                           "PermitRootLogin .*: allow_root=yes has no effect",
                           "PermitRootLogin yes"),
    "only-this-user": (lambda h: (setattr(h, "sshd", h.sshd + "Match User alice\n"
                                          "  KbdInteractiveAuthentication no\n"),
                                  h.arguments.extend(("--user", "alice"))), FAULT, "sshd",
                       "sshd_config", "cannot show the address", "KbdInteractive"),
    "sshd-config": (sshd("UsePAM yes", "UsePAM perhaps"), FAULT, "sshd", "sshd",
                    "does not report its settings: .*line 2", "sshd -t"),
    "no-run-sshd": (lambda h: h.remove_directory("/run/sshd"), FAULT, "sshd", "sshd",
                    "Missing privilege separation directory", "mkdir"),
}


# of a helper that the command starts itself, and not of the service's
STARTED = {"no-landlock", "no-seccomp-and-strict", "another-program", "no-program", "no-helper",
           *(name for name in ROWS if name.startswith(("helper-", "no-helper-")))}
assert STARTED <= set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_set_up_is_named_with_its_fix(host, proxy, name):
    if OVER_THE_SOCKET and name in STARTED:
        pytest.skip("systemd starts the helper")
    how, severity, section, where, what, fix = ROWS[name]
    host.refusing_proxy = proxy
    if not getattr(how, "late", False):
        how(host)
    host.write()
    if getattr(how, "late", False):
        how(host)
    found = host.findings()
    matching = [one for one in found
                if one["severity"] == severity and re.search(section, one["section"])
                and re.search(where, one["where"]) and re.search(what, one["what"])
                and re.search(fix, one["fix"])]
    assert matching, json.dumps(found, indent=1)


@pytest.mark.skipif(OVER_THE_SOCKET, reason="systemd starts the helper")
def test_a_trial_may_use_the_account_nobody_for_the_helper(host):
    host.settings["helper_user"] = "nobody"
    host.write()
    trial = host.file("trial.conf")
    shutil.copyfile(CONF, trial)
    host.arguments = ["--conf", trial]
    assert [one for one in host.findings(WARNING) if one["where"] == "nobody"] == []
    assert [one["severity"] for one in host.findings() if one["where"] == "nobody"] == [NOTE]
    host.arguments = ["--conf", CONF]
    assert [one["severity"] for one in host.findings() if one["where"] == "nobody"] == [WARNING]


def test_an_account_that_ended_or_is_not_mapped_is_not_named_for_its_lock(host):
    host.lock("alice", expires="1")
    host.write()
    assert host.findings(FAULT, WARNING) == []
    host.lock("alice")
    host.lines[0] = "alice -"
    host.write()
    assert host.findings(FAULT, WARNING) == []


@pytest.mark.parametrize("password", ["!", "!!", "*"])
def test_an_account_that_never_had_a_password_is_not_locked(host, password):
    host.lock("alice", password=password)
    host.write()
    assert host.findings(FAULT, WARNING) == []


def test_every_section_has_broken_set_ups():
    sections = {row[2].split("|")[0] for row in ROWS.values()}
    assert sections == {"configuration", "files", "helper", "network", "pam.d", "sshd"}
    assert len(ROWS) >= 60


def test_a_good_set_up_has_no_finding(host, genesys):
    zone = "https://signin.example.test/callback/prod"
    client = genesys.add_client("prod", redirect_uris=[zone])
    host.settings.update(client_id=client.id, redirect_uri=zone)
    host.write()
    assert host.findings(FAULT, WARNING) == []
    assert {one["section"] for one in host.findings(NOTE)} <= {"pam.d"}


def test_a_good_set_up_without_a_zone_has_a_note(host):
    host.write()
    assert host.findings(FAULT, WARNING) == []
    [note] = [one for one in host.findings(NOTE) if one["section"] != "pam.d"]
    assert "one compromised host can use" in note["what"]


def test_nothing_is_changed_and_three_questions_are_asked(host, genesys):
    host.write()
    before = subprocess.run("find /etc /run -printf '%p %m %u %s %T@\\n' | sort", shell=True,
                            capture_output=True, text=True, check=True).stdout
    genesys.log.clear()
    assert host.check().returncode == 0
    after_it = subprocess.run("find /etc /run -printf '%p %m %u %s %T@\\n' | sort", shell=True,
                              capture_output=True, text=True, check=True).stdout
    assert before == after_it
    asked = [(r.method, r.path) for host_name in ("login", "api")
             for r in genesys.log.requests(host_name)]
    assert asked == [("GET", "/oauth/authorize")] * 2 + [("GET", "/api/v2/users/me")]
    assert genesys.log.tokens() == {}


def test_offline_sends_no_request(host, genesys):
    host.write()
    host.arguments.append("--offline")
    genesys.log.clear()
    done = host.check()
    assert done.returncode == 0
    assert "no request was sent to Genesys Cloud: --offline" in done.stdout
    assert "landlock seccomp" in done.stdout
    assert genesys.log.requests("login") == genesys.log.requests("api") == []


def test_the_times_of_all_steps_are_reported(host, genesys):
    host.write()
    done = host.check()
    for url in (genesys.login_url, genesys.api_url):
        assert re.search(rf"^  {url}: DNS \d+ ms TCP \d+ ms TLS \d+ ms HTTP \d+ ms, TLSv1\.[23], "
                         r"certificate until 2049-01-01, status (200|401)$", done.stdout,
                         re.MULTILINE), done.stdout
    probe = json.loads(host.check("--json").stdout)["probe"]
    assert all(probe["layers"].values())
    assert len(probe["layers"]) == 9
    login, api = probe["hosts"]
    assert (login["status"], api["status"]) == (200, 401)
    assert set(login["ms"]) == {"DNS", "TCP", "TLS", "HTTP"}


@pytest.mark.alone
def test_a_slow_step_is_the_one_that_is_reported(host, genesys):
    host.write()
    genesys.faults["users_me"] = Fault(delay=2)
    probe = json.loads(host.check("--json").stdout)["probe"]
    login, api = probe["hosts"]
    assert api["ms"]["HTTP"] >= 2000
    assert sum(ms for step, ms in api["ms"].items() if step != "HTTP") < 2000
    assert sum(login["ms"].values()) < 2000


def test_a_name_server_that_says_nothing_is_dns(host, name_server):
    assert name_server
    host.settings.update(login_url="https://login.example.net", connect_timeout=1,
                         request_timeout=1)
    host.write()
    fault, = host.findings(FAULT)
    assert re.match(r"DNS failed: .*timed out", fault["what"])
    assert "/etc/resolv.conf" in fault["fix"]


def test_a_strict_set_up_has_no_finding(host):
    host.settings["sandbox"] = "strict"
    host.write()
    assert host.findings(FAULT, WARNING) == []


def test_an_ordinary_user_learns_what_may_not_be_read(host):
    host.secret()
    path = host.settings.pop("client_secret_file")
    host.write()
    done = host.check(before=as_account("alice", []))
    assert done.returncode == 0, done.stdout
    assert re.search(r"note +sshd: sshd does not report its settings: .*\n +fix: run this as root",
                     done.stdout)
    host.settings["client_secret_file"] = path
    host.write()
    done = host.check(before=as_account("alice", []))
    assert f"note     {path}: this user may not read the file" in done.stdout


def test_another_service_s_sshd_does_not_matter(host):
    host.sshd = host.sshd.replace("UsePAM yes", "UsePAM no")
    host.write()
    host.house.stack("sudo", STACK)
    host.arguments = ["--service", "sudo"]
    assert host.check().returncode == 0
    host.house.stack("sshd", "auth required pam_unix.so\n")
    host.arguments = []
    assert "the stack of sshd does not name pam_gcpkce" in host.check().stdout


@pytest.mark.parametrize("printed", [
    PENALTIES.replace("none", "192.0.2.0/24", 1),
    PENALTIES_10_6.replace("authfail:5", "authfail:1").replace("exceeded:10", "exceeded:1"),
    "PAMServiceName SSHD\nPerSourcePenalties no\n"], ids=["exempt", "few", "none"])
def test_a_newer_sshd_that_is_set_up_well_has_no_finding(host, printed):
    host.newer_sshd(printed)
    host.write()
    assert host.findings(FAULT, WARNING) == []


def test_the_stack_that_sshd_reads_is_judged_with_its_settings(host, house):
    host.newer_sshd("PAMServiceName sshd-trial\n")
    host.sshd = host.sshd.replace("UsePAM yes", "UsePAM no")
    host.write()
    house.stack("sshd-trial", host.stack)
    host.arguments = ["--service", "sshd-trial"]
    assert [one["what"] for one in host.findings(FAULT)] == ["UsePAM no: sshd never asks pam_gcpkce"]


def test_a_key_before_pam_is_what_remember_needs(host):
    host.settings["remember"] = "60"
    host.sshd = host.sshd.replace(
        "AuthenticationMethods keyboard-interactive",
        "AuthenticationMethods publickey,keyboard-interactive:pam "
        "publickey,publickey,keyboard-interactive:pam")
    host.write()
    assert [one for one in host.findings() if "remember" in one["what"]] == []


def test_the_stack_of_a_renamed_sshd_needs_no_audit_session(host):
    host.newer_sshd("pamservicename Bastion\n")
    host.settings["remember"] = "60"
    host.house.stack("bastion", STACK)
    host.write()
    host.arguments = ["--offline", "--service", "bastion"]
    assert [one for one in host.findings() if "audit session" in one["what"]] == []


@pytest.mark.parametrize("service, session, warned", [
    ("sudo", "echo 0 > /proc/self/loginuid", 0), ("sudo", "true", 1), ("sshd", "true", 0)])
def test_a_missing_audit_session_is_a_warning_where_one_is_needed(
        host, service, session, warned):
    host.settings["remember"] = "60"
    host.house.stack("sudo", STACK)
    host.write()
    host.arguments = ["--offline", "--service", service]
    with open("/proc/self/sessionid", encoding="ascii") as file:
        if warned and file.read() != "4294967295":
            pytest.skip("these tests were started in an audit session")
    host.before = ["sh", "-c", f'{session} && exec "$@"', "sh"]
    found = [one for one in host.findings(WARNING) if "audit session" in one["what"]]
    assert [one["where"] for one in found] == [f"/etc/pam.d/{service}:1"] * warned
    assert all("pam_loginuid.so" in one["fix"] for one in found)


# ---- polkit ----

POLKIT_UNIT = "/etc/systemd/system/polkit-agent-helper@.service"


@pytest.mark.skipif(OVER_THE_SOCKET, reason="the socket is another's")
@pytest.mark.parametrize("unit, drop_in, serves, named", [
    (True, None, False, True), (True, "PrivateNetwork=yes\n", False, True),
    (True, "PrivateNetwork=no\n", False, False), (True, None, True, False),
    (False, None, False, False)])
def test_a_polkit_without_a_network_is_named(host, unit, drop_in, serves, named):
    host.write()
    host.house.stack("polkit-1", STACK)
    host.arguments = ["--offline", "--service", "polkit-1"]
    for path, text in ((POLKIT_UNIT, "" if unit else None),
                       (f"{POLKIT_UNIT}.d/10-gcpkce.conf", drop_in)):
        if text is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            host.house.write(path, text)
            host.fixes.append(lambda path=path: os.unlink(path))
    listening = socket.socket(socket.AF_UNIX)
    if serves:
        host.make_directory("/run/gcpkce", 0o755)
        listening.bind("/run/gcpkce/helper.sock")
        host.fixes.append(lambda: os.unlink("/run/gcpkce/helper.sock"))
    found = [one for one in host.findings(FAULT) if "polkit" in one["what"]]
    listening.close()
    if not unit and os.path.exists("/usr/lib/systemd/system/polkit-agent-helper@.service"):
        named = True  # this host's own polkit is 127 or later
    assert [one["section"] for one in found] == ["pam.d"] * named
    assert all("gcpkce-helper.socket" in one["fix"] for one in found)
