# SPDX-License-Identifier: ISC
"""One sign-in in which something goes wrong, and what came of it.

The module, the helper and TLS are the real ones.  Genesys Cloud is a fake server
of the row's own, so that rows can run side by side.
"""

import os
import pwd
import re
import subprocess
import threading
from dataclasses import asdict, dataclass, field
from typing import Callable, Dict, List, Tuple
from urllib.parse import parse_qs, urlsplit

from browser import pair
from cxone_server import CxoneServer, new_key
from network import why_not
from fake_server import FakeServer

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.realpath(
    os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default")))
HOST_LIMIT = 150  # seconds until a host is ended that does not end
SLACK = 15        # seconds that a busy machine may add to any bound
HELPER_GRACE = 5  # the module waits as long for a verdict that is late
PATIENT = {"timeout": 90, "connect_timeout": 15, "request_timeout": 15}
IMPATIENT = {"timeout": 90, "connect_timeout": 2, "request_timeout": 2}
READ = (("GET", "/users/me"), ("GET", "/tokens/me"), ("GET", "/auth/jwks"),
        ("GET", "/auth/userinfo"))
KEY = new_key()  # of all fake CXone servers: making one takes its time

# What docs/DESIGN.md section 6 says of the outcomes that occur here; there is
# one answer, so none is left after a code that was refused.
PAM_RESULT = {
    "ok": "PAM_SUCCESS",
    "client_refused": "PAM_SERVICE_ERR",
    "unreachable": "PAM_AUTHINFO_UNAVAIL",
    "provider_error": "PAM_AUTHINFO_UNAVAIL",
    "tls_failed": "PAM_AUTH_ERR",
    "rate_limited": "PAM_AUTH_ERR",
    "reply_invalid": "PAM_AUTH_ERR",
    "token_invalid": "PAM_AUTH_ERR",
    "identity_incomplete": "PAM_AUTH_ERR",
    "timed_out": "PAM_MAXTRIES",
    "code_refused": "PAM_MAXTRIES",
}


def nothing(_world):
    """What most rows have to do at most points."""


@dataclass(frozen=True)
class Row:
    """One row of the matrix.

    settings  makes the changes of the configuration; before the host starts
    arrange   lets the fault happen; each time when an answer is asked for
    heal      takes it away again; when the sign-in has ended
    token     the helper gets a token, so a revoker must stay behind
    revoked   its request arrives
    waits     a timeout ends it, so the timeouts are short
    leaping   host and helper have a time of day that leaps
    private   it needs a network of its own
    warm      a preconnect opens the connections before the first answer; its
              requests to the API may be repeated, which changes nothing there
    cxone     the provider is CXone, which revokes no token; userinfo is asked
    """

    strikes: str
    name: str
    outcome: str
    arrange: Callable = nothing
    settings: Callable = nothing
    heal: Callable = nothing
    token: bool = False
    revoked: bool = True
    waits: bool = False
    leaping: bool = False
    private: bool = False
    warm: bool = False
    cxone: bool = False

    @property
    def may_ask(self):
        """May the API be asked about the person?"""
        return self.token or self.cxone and (
            self.outcome == "ok" or self.strikes.endswith("userinfo"))

    @property
    def key(self):
        return "%s: %s" % (self.strikes, self.name)


@dataclass
class Got:
    """What came of a row."""

    outcome: str = "none"
    result: str = "none"
    seconds: float = 0.0
    bound: float = 0.0
    children: Tuple[int, int] = (-1, -1)
    fds: Tuple[int, int] = (-1, -1)
    revoked: bool = False
    requests: Dict[str, int] = field(default_factory=dict)
    complaints: List[str] = field(default_factory=list)
    output: str = ""

    def plain(self):
        return asdict(self)

    def judge(self, row):
        """Gives what is not as it must be, in sentences."""
        wrong = list(self.complaints)
        wrong += [] if self.outcome == row.outcome else [
            "the outcome is %s, not %s" % (self.outcome, row.outcome)]
        wrong += [] if self.result == PAM_RESULT[row.outcome] else [
            "PAM's result is " + self.result]
        if self.seconds > self.bound:
            wrong.append("it took %.1f s of at most %.1f" % (
                self.seconds, self.bound))
        if tuple(self.children) != (int(row.token), 0):
            wrong.append("children: %d at the end of the sign-in, %d when "
                         "the revoker's time was over" % tuple(self.children))
        if self.fds[0] != self.fds[1] or self.fds[0] < 0:
            wrong.append("descriptors: %d before, %d after" % tuple(self.fds))
        if self.revoked != (row.token and row.revoked):
            wrong.append("the token was %srevoked" % (
                "" if self.revoked else "not "))
        wrong += ["%s went out %d times" % item
                  for item in self.requests.items()
                  # a GET goes out again where its open connection has ended
                  if item[1] > (2 if item[0].startswith("GET") else 1)]
        if not row.may_ask and any(
                count for request, count in self.requests.items()
                if request.startswith("GET") and "jwks" not in request):
            wrong.append("the API was asked without a good token")
        return wrong


def account():
    """Whom to sign in: ourselves, or an ordinary user if we are root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    return next((entry.pw_name for entry in pwd.getpwall()
                 if entry.pw_uid >= 1000), None)


def preconnect_can_be():
    """Is what it is counted by outside the machine's own /run?"""
    return os.geteuid() != 0 or why_not() is None


class World:
    """The host, the fake server and the peers of one row."""

    def __init__(self, row, base, number, names=None):
        self.directory = os.path.join(base, "row-%03d" % number)
        os.mkdir(self.directory)
        os.chmod(self.directory, 0o755)
        self.names = names  # the name server, in a private network
        server = CxoneServer if row.cxone else FakeServer
        self.genesys = server(os.path.join(base, "genesys"),
                              idle_timeout=HOST_LIMIT,
                              **({"key": KEY} if row.cxone else {}))
        self.faults = self.genesys.faults
        self.asked = 0
        self.answer = None  # in place of that person's
        self.said = ""      # with the last prompt
        self.complaints = []
        self._peers = []

    def __enter__(self):
        self.genesys.start()
        return self

    def __exit__(self, *_):
        for peer in self._peers:
            peer.close()
        self.genesys.stop()

    def meet(self, peer):
        """Takes a peer into this world, which ends with it."""
        self._peers.append(peer)
        return peer

    def port(self, host):
        """The fake server's port for "login" or "api"."""
        url = self.genesys.login_url if host == "login" else (
            self.genesys.api_url)
        return urlsplit(url).port

    def run(self, row):
        """Runs the sign-in."""
        settings = self._configure(row)
        got = Got(bound=SLACK + HELPER_GRACE + min(
            settings["timeout"], 2 * (settings["connect_timeout"]
                                      + settings["request_timeout"])))
        build = os.path.join(BUILD, "tests")
        host = subprocess.Popen(
            [os.path.join(build, "leaping-host" if row.leaping
                          else "fault-host"),
             self.directory, "fault", account()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1)
        watch = threading.Timer(HOST_LIMIT, host.kill)
        watch.start()
        try:
            self._talk(host, row, got)
        finally:
            watch.cancel()
            host.kill()
            host.wait()
        self._look(row, got)
        return got

    def _configure(self, row):
        genesys = self.genesys
        settings = {
            **genesys.settings(), **({"userinfo": "yes"} if row.cxone else {}),
            "attempts": 1,
            "map_file": os.path.join(self.directory, "map"),
            "helper_user": "nobody",
            # a cold row's fault must strike before any connection
            "preconnect": 0 if row.warm and preconnect_can_be() else "no",
            **(IMPATIENT if row.waits else PATIENT),
            **(row.settings(self) or {})}
        self._write("conf", "".join("%s = %s\n" % item
                                    for item in settings.items()))
        self._write("map", "%s id:%s\n" % (
            account(), genesys.people["alice"].id))
        self._write("fault", "auth required %s conf=%s\n" % (
            os.path.join(BUILD, "tests", "pam_gcpkce_leaping.so"
                         if row.leaping else "pam_gcpkce.so"),
            os.path.join(self.directory, "conf")))
        return settings

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), "w",
                  encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(text)

    def _talk(self, host, row, got):
        """Plays the person, and notes what the host says."""
        said = []
        for line in host.stdout:
            got.output += line
            kind, _, text = line.rstrip("\n").partition(": ")
            if line.startswith("ask:"):
                answer = self._answer(said)
                self.said = "\n".join(said)
                said.clear()
                self.asked += 1
                row.arrange(self)
                host.stdin.write((self.answer or answer) + "\n")
            elif kind == "say":
                said.append(text)
            elif kind == "result":
                got.result = text
                row.heal(self)
            elif kind == "ms":
                got.seconds = int(text) / 1000
            elif kind in ("children", "fds"):
                setattr(got, kind, tuple(map(int, text.split())))
            elif kind == "journal":
                found = re.search(r"\boutcome=(\w+)", text)
                got.outcome = found.group(1) if found else got.outcome

    def _answer(self, said):
        """What a person copies who signed in at that address."""
        address = next(line for line in said if "auth/authorize?" in line)
        asked = parse_qs(urlsplit(address).query)
        return pair(self.genesys.issue_code(
            "alice", asked["code_challenge"][0], asked["redirect_uri"][0],
            nonce=asked.get("nonce", [""])[0]), address)

    def _look(self, row, got):
        log = self.genesys.log
        got.complaints += self.complaints
        got.requests = {"%s %s" % request: log.count(*request)
                        for request in READ}
        for request in log.requests("login"):
            for code in request.form().get("code", ()):
                name = "the code ..." + code[-4:]
                got.requests[name] = got.requests.get(name, 0) + 1
        # 401: the token of a reply that we made up
        got.revoked = any(request.method == "DELETE"
                          and request.status in (200, 401)
                          for request in log.requests("api"))
        if any(secret[:12] in got.output for secret in log.secrets()):
            got.complaints.append("a code, verifier or token was told")
