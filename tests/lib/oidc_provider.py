# SPDX-License-Identifier: ISC
"""node's oidc-provider, a certified provider, in the place of CXone.

    with OidcProvider(directory) as provider:
        provider.issuer, provider.settings()
        provider.log.count("POST", "/auth/token"), provider.errors

Its people's claims are those of CXone; all else is what the provider does.
"""

import json
import os
import shutil
import subprocess
import threading
import typing
from urllib.parse import urlencode, urljoin, urlsplit

from browser import Browser
from certs import Authority
from listener import unread
from machine import ROOT
from people import Cast
from record import REQUEST, Log, Record
from waiting import wait_until

PACKAGES = os.path.join(ROOT, "build", "oidc", "node_modules")
HERE = os.path.dirname(os.path.abspath(__file__))


def why_not():
    """Why it cannot run here; None when it can."""
    if shutil.which("node") is None:
        return "there is no node here; see tools/install-deps oidc"
    if not os.path.isdir(f"{PACKAGES}/oidc-provider"):
        return "oidc-provider is not installed; see tools/install-deps oidc"
    return None


def claims(person):
    """What CXone says about a person."""
    given, _, family = person.name.partition(" ")
    return {"sub": "user:" + person.id, "userId": person.id,
            "tenantId": person.organization.id,
            "tenant": person.organization.short_name,
            "name": person.username, "given_name": given,
            "family_name": family, "email": person.email, "icBUId": 4711}


def registered(client, method):
    """A client as the provider's configuration has it."""
    secret = {} if method == "none" else {"client_secret": client.secret}
    return {"client_id": client.id, "redirect_uris": client.redirect_uris,
            "application_type": "native", "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method, **secret}


def clients_of(port):
    """The ports that open connections to a port come from."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        places = [line.split()[1:3] for line in file.readlines()[1:]]
    return {int(here.rpartition(":")[2], 16) for here, there in places
            if int(there.rpartition(":")[2], 16) == port}


class OidcBrowser(Browser):
    """A browser of another person each time, which follows the provider."""

    def sign_in(self, address, person):
        self.cookies.clear()
        return super().sign_in(address, person)

    def visit(self, address, method="GET", form=None):
        answer = super().visit(address, method, form)
        while answer.location:
            there = urljoin(address, answer.location)
            if urlsplit(there)[:2] != urlsplit(address)[:2]:
                break
            address, answer = there, super().visit(there)
        return answer


class GivenToken(typing.NamedTuple):
    """An access token, as the log has it."""

    value: str
    refresh: typing.Optional[str] = None

    @staticmethod
    def valid():
        return True


class OidcProvider(Cast):
    """The provider, its people and apps, and the log of its requests.

    errors are the refusals of the token endpoint: (error, why).
    """

    sites = ()  # no host of the fake server

    def __init__(self, directory):
        super().__init__()
        self.authority = Authority(directory)
        self.ca_file = self.authority.ca_file
        self.add_client("post", secret="a-secret-of-the-tests-only")
        self.add_client("other")
        self.faults, self.log = {}, Log()
        self.errors, self.id_tokens = [], []
        self._cast = os.path.join(directory, "cast.json")
        self._port = self._node = self._reader = None

    def __enter__(self):
        certificate, key = self.authority.certificate()
        methods = {"public": "none", "other": "none",
                   "confidential": "client_secret_basic",
                   "post": "client_secret_post"}
        with open(self._cast, "w", encoding="utf-8") as file:
            json.dump({
                "certificate": certificate, "key": key,
                "people": {name: claims(one)
                           for name, one in self.people.items()},
                "clients": [registered(self.clients[name], method)
                            for name, method in methods.items()]}, file)
        self._node = subprocess.Popen(
            ["node", os.path.join(HERE, "oidc_provider.mjs"), PACKAGES,
             self._cast], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self._port = json.loads(self._node.stdout.readline())["port"]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_):
        self._node.stdin.close()
        self._node.wait()
        self._reader.join()
        self._node.stdout.close()

    @property
    def issuer(self):
        """The issuer of the id_tokens."""
        return f"https://localhost:{self._port}"

    def restore(self):
        """Takes back what a test changed."""
        self.errors.clear()
        self.id_tokens.clear()

    def open_connections(self, _host):
        """Counts the open connections."""
        return len(clients_of(self._port))

    def wait_until_read(self):
        """Waits until the clients have read all that was sent."""
        return wait_until(lambda: not unread(clients_of(self._port)))

    def settings(self):
        """Returns a configuration of pam_gcpkce that leads here."""
        client = self.clients["public"]
        return {"provider": "cxone", "issuer": self.issuer,
                "ca_file": self.ca_file, "client_id": client.id,
                "redirect_uri": client.redirect_uris[0],
                "organization": self.organization.id}

    def _read(self):
        for line in self._node.stdout:
            told = json.loads(line)
            if "error" in told:
                self.errors.append((told["error"], told["why"]))
                continue
            form, reply = told["form"], told["reply"]
            if "access_token" in reply:
                self.log.issued_code(GivenToken(form["code"]))
                self.log.issued_token(GivenToken(reply["access_token"]))
                self.id_tokens.append(reply["id_token"])
            self.log.add(Record(
                REQUEST, "login", 0, method=told["method"], path=told["path"],
                query=told["query"], body=urlencode(form).encode(),
                status=told["status"], is_out=True))
