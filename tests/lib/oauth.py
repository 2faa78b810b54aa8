# SPDX-License-Identifier: ISC
"""The login server: the authorize request, the page, the token request."""

import base64
import binascii
import hmac
import re
import secrets
import threading
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from faults import overridden
from message import NO_STORE, Reply, Site, pairs
from page import CANCEL, error_page, sign_in_page
from people import Client
from token_store import GrantRefused, is_challenge

AUTHORIZE = re.compile(r"/oauth/authorize")
SIGN_IN = re.compile(r"/signin")
TOKEN = re.compile(r"/oauth/token")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
FORM = "application/x-www-form-urlencoded"


class Refusal(Exception):
    """An OAuth error: its code and its description."""

    def __init__(self, error, description):
        super().__init__(error, description)
        self.error = error
        self.description = description

    def reply(self):
        """Makes the reply of the token endpoint, which is always 400."""
        return Reply.json(400, {
            "error": self.error, "description": self.description,
            "error_description": self.description}, NO_STORE)


class NoRedirect(Exception):
    """A fault that is told on a page only."""


@dataclass
class SignIn:
    """A sign-in that waits for the choice of a person."""

    client: Client
    redirect_uri: str
    challenge: str
    state: str = ""
    nonce: str = ""

    def answer(self, **values):
        """Makes the redirect that carries the answer."""
        if self.state:
            values["state"] = self.state
        query = "&".join(
            name + "=" + quote(value, safe="", encoding="latin-1")
            for name, value in values.items())
        glue = "&" if "?" in self.redirect_uri else "?"
        return Reply(302, headers=[
            ("Location", self.redirect_uri + glue + query), *NO_STORE])


def unique(text):
    """Returns form text as a dict, byte for byte; no name may come twice."""
    try:
        found = pairs(text, "latin-1")
    except ValueError:
        raise Refusal("invalid_request", "malformed parameters") from None
    names = [name for name, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise Refusal("invalid_request", name + " is there twice")
    return dict(found)


def is_registered(address, registered):
    """Says whether a redirect URI is one of the client's.

    They are compared byte for byte, but a loopback one that was registered
    without a port goes with any port.
    """
    if address in registered:
        return True
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if parts.hostname not in LOOPBACK or not port:
        return False
    plain = address.replace(":%d" % port, "", 1)
    return address != plain and plain in registered


class Login(Site):
    """The login server."""

    def __init__(self, fake):
        self._fake = fake
        self._lock = threading.Lock()
        self._waiting = {}
        self._routes = (
            ("GET", AUTHORIZE, "authorize", self.authorize),
            ("GET", SIGN_IN, "signin", self.sign_in),
            ("POST", SIGN_IN, "signin", self.sign_in),
            ("POST", TOKEN, "token", self.token),
        )

    def routes(self):
        return self._routes

    def authorize(self, request):
        """Shows the sign-in page, or says what is wrong."""
        try:
            values = self._query(request.query)
            sign_in = self._start(values)
        except NoRedirect as fault:
            return Reply.html(400, error_page(str(fault)), NO_STORE)
        try:
            self._check(sign_in.client, values)
            unique(request.query)
        except Refusal as refusal:
            return sign_in.answer(error=refusal.error,
                                  error_description=refusal.description)
        ticket = secrets.token_urlsafe(16)
        with self._lock:
            self._waiting[ticket] = sign_in
        people = list(self._fake.people.values())
        return Reply.html(200, sign_in_page(
            ticket, sign_in.client, people, "prompt" in values), NO_STORE)

    def sign_in(self, request):
        """Takes the choice made on the page."""
        text = request.query if request.method == "GET" else (
            request.body.decode("latin-1"))
        try:
            values = unique(text)
        except Refusal:
            values = {}
        with self._lock:
            waiting = self._waiting.get(values.get("ticket"))
        key = values.get("person")
        if waiting and key == CANCEL:
            return waiting.answer(
                error="access_denied",
                error_description="the sign-in was cancelled")
        person = self._fake.people.get(key)
        if not waiting or not person:
            return Reply.html(400, error_page("This page is out of date."))
        code = self._fake.token_store.issue_code(
            waiting.client, person, waiting.redirect_uri, waiting.challenge,
            waiting.nonce)
        return waiting.answer(code=code.value)

    def token(self, request):
        """Gives an access token for a code."""
        try:
            form = self._form(request)
            client = self._authenticated(request, form)
            token = self._redeem(client, form)
        except Refusal as refusal:
            return refusal.reply()
        return overridden(self._values(token),
                          self._fake.faults.override_reply, NO_STORE)

    def _values(self, token):
        values = {"access_token": token.value, "token_type": "bearer",
                  "expires_in": self._fake.token_lifetime - 1}
        if token.refresh:
            values["refresh_token"] = token.refresh
        return values

    @staticmethod
    def _query(text):
        """Returns the first value of each parameter; none may be odd."""
        try:
            found = pairs(text, "latin-1")
        except ValueError:
            raise NoRedirect("The request is malformed.") from None
        names = [name for name, _ in found]
        for name in ("client_id", "redirect_uri"):
            if names.count(name) != 1:
                raise NoRedirect("The request needs one %s." % name)
        return dict(reversed(found))

    def _start(self, values):
        client = self._fake.client_by_id(values["client_id"])
        if client is None:
            raise NoRedirect("The client id is invalid.")
        if not is_registered(values["redirect_uri"], client.redirect_uris):
            raise NoRedirect("The redirect URI is not registered.")
        return SignIn(client, values["redirect_uri"],
                      values.get("code_challenge", ""),
                      values.get("state", ""), values.get("nonce", ""))

    @staticmethod
    def _check(client, values):
        if client.state != "active" or client.grant_type != "CODE":
            raise Refusal("unauthorized_client", "client is not authorized "
                          "to use the authorization_code grant type")
        if values.get("response_type") != "code":
            raise Refusal("unsupported_response_type"
                          if values.get("response_type") else
                          "invalid_request", "response_type must be code")
        if not values.get("code_challenge"):
            raise Refusal("invalid_request", "code_challenge is missing")
        if values.get("code_challenge_method") != "S256":
            raise Refusal("invalid_pkce_package",
                          "code_challenge_method must be S256")
        if not is_challenge(values["code_challenge"]):
            raise Refusal("invalid_pkce_package",
                          "code_challenge is malformed")
        if bool(values.get("org")) != bool(values.get("provider")):
            raise Refusal("invalid_request",
                          "org and provider go together")
        if values.get("prompt", "login") != "login":
            raise Refusal("invalid_request", "prompt must be login")

    @staticmethod
    def _form(request):
        kind = request.headers.get("content-type", "").split(";")[0]
        if kind.strip().lower() != FORM:
            raise Refusal("invalid_request", "content type must be " + FORM)
        if request.query:
            raise Refusal("invalid_request", "parameters belong in the body")
        form = unique(request.body.decode("latin-1"))
        if not form.get("grant_type"):
            raise Refusal("invalid_request", "grant_type is missing")
        if form["grant_type"] != "authorization_code":
            raise Refusal("unsupported_grant_type",
                          "grant_type must be authorization_code")
        return form

    def _authenticated(self, request, form):
        header = request.headers.get("authorization")
        name, secret = credentials(header) if header is not None else (
            None, "")
        client_id = form.get("client_id", name)
        if not client_id:
            raise Refusal("invalid_request", "client_id is missing")
        client = self._fake.client_by_id(client_id)
        if client is None:
            raise Refusal("invalid_client", "client not found")
        if name not in (None, client_id) or not hmac.compare_digest(
                secret.encode(), (client.secret or "").encode()):
            raise Refusal("invalid_client", "authentication failed")
        if client.secret is None and "client_id" not in form:
            raise Refusal("invalid_request", "client_id is missing")
        if client.state != "active":
            raise Refusal("invalid_client", "client is " + client.state)
        if client.grant_type != "CODE":
            raise Refusal("unauthorized_client", "client is not authorized "
                          "to use the authorization_code grant type")
        return client

    def _redeem(self, client, form):
        for name in ("code", "redirect_uri", "code_verifier"):
            if not form.get(name):
                raise Refusal("invalid_request", name + " is missing")
        try:
            return self._fake.token_store.redeem(
                form["code"], client, form["redirect_uri"],
                form["code_verifier"])
        except GrantRefused as reason:
            raise Refusal("invalid_grant", str(reason)) from None


def credentials(header):
    """Returns name and secret of an Authorization: Basic header."""
    scheme, _, text = header.partition(" ")
    try:
        raw = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raw = ""
    if scheme.lower() != "basic" or ":" not in raw:
        raise Refusal("invalid_client", "authentication failed")
    name, _, secret = raw.partition(":")
    return name, secret
