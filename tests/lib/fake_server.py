#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A fake Genesys Cloud server: a login server and an API server on this machine.

    with FakeServer(directory) as fake:
        fake.login_url, fake.api_url, fake.ca_file
        fake.clients["public"].id, fake.people["alice"].id
        fake.faults["token"] = Fault(status=500, times=1)
        fake.log.count("POST", "/oauth/token")

As a program it prints one line of JSON when it is ready, and serves until
its standard input is closed or SIGTERM comes.
"""

import argparse
import itertools
import json
import os
import signal
import ssl
import sys
import threading
import time
import warnings
from urllib.parse import urlencode

from api import Api
from certs import KINDS, Authority
from faults import REMOVED, Fault, Faults
from listener import Listener, unread
from oauth import Login
from people import Cast
from record import PATIENCE, Log
from token_store import TokenStore

__all__ = ["FakeServer", "Fault", "REMOVED"]

EXAMPLE_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
TLS_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3,
}


class FakeServer(Cast):
    """Both hosts, with their people, clients, faults and log.

    The options are attributes too, and may be changed while it runs (those
    of certificates through present()).
    """

    sites = {"login": Login, "api": Api}

    def __init__(self, directory, *, address="127.0.0.1", login_port=0,
                 api_port=0, login_certificate="good",
                 api_certificate="good", names=(), tls=True, tls_max=None,
                 code_length=43, code_lifetime=300, token_lifetime=86400,
                 idle_timeout=60, revoke_status=200,
                 correlation_header="ININ-Correlation-Id", log_file=None):
        super().__init__()
        self.address = address
        self.names = names
        self.tls = tls
        self.tls_max = tls_max
        self.code_length = code_length
        self.code_lifetime = code_lifetime
        self.token_lifetime = token_lifetime
        self.idle_timeout = idle_timeout
        self.revoke_status = revoke_status
        self.correlation_header = correlation_header
        self.authority = Authority(directory)
        self.ca_file = self.authority.ca_file
        self.ca_dir = self.authority.ca_dir
        self.faults = Faults()
        self.log = Log(log_file)
        self.token_store = TokenStore(self, self.log)
        self._numbers = itertools.count(1)
        self._ahead = 0.0
        self._ports = {"login": login_port, "api": api_port}
        kinds = {"login": login_certificate, "api": api_certificate}
        self._listeners = {
            host: Listener(host, site(self), self, self._context(kinds[host]))
            for host, site in self.sites.items()}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def login_url(self):
        """The address of the login server."""
        return self._url("login")

    @property
    def api_url(self):
        """The address of the API server."""
        return self._url("api")

    def start(self):
        """Starts to listen on both hosts."""
        for host, listener in self._listeners.items():
            listener.start(self._ports[host])

    def stop(self):
        """Ends everything."""
        for listener in self._listeners.values():
            listener.stopping.set()
            listener.stop()
            listener.drop()
        self.log.close()

    def refuse(self, host):
        """Stops listening on a host: its port refuses, its connections end.
        """
        self._listeners[host].stop()
        self._listeners[host].drop()

    def listen(self, host):
        """Listens again, on the same port."""
        self._listeners[host].start()

    def drop(self, host):
        """Ends the open connections of a host; it goes on listening."""
        self._listeners[host].drop()

    def open_connections(self, host):
        """Counts the open connections of a host."""
        return self._listeners[host].open_connections()

    def wait_until_read(self, timeout=PATIENCE):
        """Waits until the clients have read all that was sent; False if they
        do not.
        """
        end = time.monotonic() + timeout
        while any(unread(listener.clients())
                  for listener in self._listeners.values()):
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def present(self, host, kind):
        """Shows another certificate from now on; see certs.KINDS."""
        self._listeners[host].context = self._context(kind)

    def issue_token(self, person, client="public"):
        """Makes a token without a sign-in, and returns its value."""
        return self.token_store.issue_token(self.clients[client],
                                      self.people[person]).value

    def issue_code(self, person, challenge, redirect_uri, client="public",
                   nonce=""):
        """Makes a code without a sign-in page, and returns its value."""
        return self.token_store.issue_code(self.clients[client],
                                     self.people[person], redirect_uri,
                                     challenge, nonce).value

    def now(self):
        """The fake server's clock, for the lifetime of codes and tokens."""
        return time.monotonic() + self._ahead

    def advance(self, seconds):
        """Puts the fake server's clock forward."""
        self._ahead += seconds

    def next_number(self):
        """Numbers the connections."""
        return next(self._numbers)

    def authorize_address(self, client="public", redirect_uri=None,
                          challenge=EXAMPLE_CHALLENGE, **more):
        """Returns an authorize address, to open in a browser."""
        values = {
            "response_type": "code", "client_id": self.clients[client].id,
            "redirect_uri": (redirect_uri or
                             self.clients[client].redirect_uris[0]),
            "code_challenge": challenge, "code_challenge_method": "S256",
            **more}
        return self.login_url + "/oauth/authorize?" + urlencode(values)

    def settings(self):
        """Returns a configuration of pam_gcpkce that leads here."""
        client = self.clients["public"]
        return {
            "region": "eu-central-1", "login_url": self.login_url,
            "api_url": self.api_url, "ca_file": self.ca_file,
            "client_id": client.id, "redirect_uri": client.redirect_uris[0],
            "organization": self.organization.id}

    def summary(self):
        """Returns all that another process has to know, as plain data."""
        return {
            "login_url": self.login_url, "api_url": self.api_url,
            "authorize": self.login_url + "/oauth/authorize",
            "token": self.login_url + "/oauth/token",
            "users_me": self.api_url + "/api/v2/users/me",
            "tokens_me": self.api_url + "/api/v2/tokens/me",
            "page": self.authorize_address(),
            "ca_file": self.ca_file, "ca_dir": self.ca_dir,
            "organization": vars(self.organization),
            "clients": {key: client.summary()
                        for key, client in self.clients.items()},
            "people": {key: person.summary()
                       for key, person in self.people.items()},
            "groups": {key: group.id for key, group in self.groups.items()},
            "roles": {key: role.id for key, role in self.roles.items()},
            "divisions": {key: division.id
                          for key, division in self.divisions.items()},
        }

    def _url(self, host):
        return "%s://localhost:%d" % ("https" if self.tls else "http",
                                      self._listeners[host].port)

    def _context(self, kind):
        if not self.tls:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.authority.certificate(kind, self.names))
        context.set_alpn_protocols(["http/1.1"])
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.tls_max:
            limit_tls(context, TLS_VERSIONS[self.tls_max])
        return context


def limit_tls(context, newest):
    """Lets a context speak no newer TLS; old ones need weak ciphers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if newest < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest


def arguments(words=None):
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description="A fake Genesys Cloud server. Prints one line of JSON "
        "when it is ready; ends with its standard input (so give it one "
        "that stays open) or by SIGTERM.")
    parser.add_argument("--dir", required=True,
                        help="directory for the authority and certificates")
    parser.add_argument("--client", nargs=2, action="append", default=[],
                        metavar=("ID", "REDIRECT_URI"),
                        help="adds a public client")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--login-port", type=int, default=0)
    parser.add_argument("--api-port", type=int, default=0)
    parser.add_argument("--login-certificate", choices=KINDS, default="good")
    parser.add_argument("--api-certificate", choices=KINDS, default="good")
    parser.add_argument("--name", action="append", default=[],
                        help="one more host name for the certificates")
    parser.add_argument("--tls-max", choices=sorted(TLS_VERSIONS))
    parser.add_argument("--code-length", type=int, default=43)
    parser.add_argument("--code-lifetime", type=int, default=300)
    parser.add_argument("--token-lifetime", type=int, default=86400)
    parser.add_argument("--log", metavar="FILE",
                        help="appends what is seen, a line of JSON each")
    parser.add_argument("--conf", metavar="FILE",
                        help="writes a configuration of pam_gcpkce for it")
    return parser.parse_args(words)


def configuration(fake):
    """Returns the text of a configuration that leads here."""
    return "".join("%s = %s\n" % setting
                   for setting in fake.settings().items())


def say_all(fake):
    """Says what a program needs, and shows a person where to begin."""
    print(json.dumps(fake.summary()), flush=True)
    print("Open this page in a browser that trusts %s:\n\n  %s\n" % (
        fake.ca_file, fake.authorize_address()), file=sys.stderr,
        flush=True)


def serve(fake, ended, conf=None):
    """Says that it is ready, and waits for the end."""
    if conf and sys.stdout.isatty():
        print("wrote %s" % conf, flush=True)
    else:
        say_all(fake)

    def watch():
        try:
            while os.read(0, 4096):
                pass
        finally:
            ended.set()

    threading.Thread(target=watch, daemon=True).start()
    ended.wait()


def main():
    """The program."""
    given = arguments()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    fake = FakeServer(
        given.dir, address=given.address, login_port=given.login_port,
        api_port=given.api_port, login_certificate=given.login_certificate,
        api_certificate=given.api_certificate, names=tuple(given.name),
        tls_max=given.tls_max, code_length=given.code_length,
        code_lifetime=given.code_lifetime,
        token_lifetime=given.token_lifetime, log_file=given.log)
    for number, (client_id, redirect_uri) in enumerate(given.client, 1):
        fake.add_client("client%d" % number, id=client_id,
                           redirect_uris=[redirect_uri])
    with fake:
        if given.conf:
            with open(given.conf, "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(configuration(fake))
        serve(fake, ended, given.conf)


if __name__ == "__main__":
    main()
