# SPDX-License-Identifier: ISC
"""A fake NICE CXone: one host, whose id_tokens python3-jwcrypto signs.

    with CxoneServer(directory) as fake:
        fake.issuer, fake.ca_file, fake.settings()
        fake.draft = lambda draft: draft.claims.update(aud="another")
        fake.spoil = lambda compact: compact + "="
        fake.jwks = [fake.published(other_key)]
        fake.faults.override_reply = {"id_token": REMOVED}
        fake.faults["jwks"] = Fault(status=500)

People, clients, codes, faults and the log are those of FakeServer.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any, Optional
from urllib.parse import unquote_plus

from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from fake_server import FakeServer
from faults import overridden
from message import NO_STORE, Reply
from oauth import Login, NoRedirect, Refusal
from token_store import is_challenge

BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"


def base64url(data):
    """Encodes bytes as RFC 7515 does."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key(kid="one", size=2048):
    """Makes a key that signs."""
    return JWK.generate(kty="RSA", size=size, kid=kid, use="sig", alg="RS256")


def secret_key(data):
    """Makes a key of HMAC from bytes."""
    return JWK(kty="oct", k=base64url(data))


@dataclass
class Draft:
    """An id_token before it is signed; header and claims may be bytes."""

    header: Any
    claims: Any
    key: JWK
    algorithm: Optional[str] = "RS256"  # that signs; None: no signature

    def compact(self):
        """Returns the signed token."""
        signed = ".".join(
            base64url(part if isinstance(part, bytes)
                      else json.dumps(part).encode())
            for part in (self.header, self.claims))
        signature = b"" if self.algorithm is None else JWA.signing_alg(
            self.algorithm).sign(self.key, signed.encode())
        return signed + "." + base64url(signature)


class CxoneLogin(Login):
    """CXone's endpoints."""

    def __init__(self, fake):
        super().__init__(fake)
        self._routes = (
            ("GET", re.compile("/auth/authorize"), "authorize",
             self.authorize),
            ("GET", re.compile("/signin"), "signin", self.sign_in),
            ("POST", re.compile("/signin"), "signin", self.sign_in),
            ("POST", re.compile("/auth/token"), "token", self.token),
            ("GET", re.compile("/auth/jwks"), "jwks", self.jwks),
            ("GET", re.compile("/auth/userinfo"), "userinfo", self.userinfo),
            ("GET", re.compile("/.well-known/openid-configuration"),
             "discovery", self.discovery),
        )

    def discovery(self, _request):
        """What the server has (OpenID Connect Discovery 1.0)."""
        issuer = self._fake.issuer
        return Reply.json(200, {
            "issuer": issuer,
            "authorization_endpoint": issuer + "/auth/authorize",
            "token_endpoint": issuer + "/auth/token",
            "userinfo_endpoint": issuer + "/auth/userinfo",
            "jwks_uri": issuer + "/auth/jwks",
            "token_endpoint_auth_methods_supported": [BASIC, POST, NONE],
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"]})

    def jwks(self, _request):
        """The keys."""
        return Reply.json(200, {"keys": self._fake.jwks})

    def userinfo(self, request):
        """The person an access token belongs to."""
        scheme, _, value = request.headers.get(
            "authorization", "").partition(" ")
        token = self._fake.token_store.token(value)
        if scheme != "Bearer" or not token or not token.valid():
            return Reply(401, headers=[
                ("WWW-Authenticate", 'Bearer error="invalid_token"')])
        person = token.person
        given, _, family = person.name.partition(" ")
        return overridden({
            "sub": "user:" + person.id, "name": person.username,
            "given_name": given, "family_name": family,
            "email": person.email}, self._fake.faults.override_user)

    def token(self, request):
        """Tokens for a code; CXone's errors have no member description."""
        reply = super().token(request)
        if reply.status == 200:
            return reply
        error = json.loads(reply.body)
        del error["description"]
        return Reply.json(reply.status, error, NO_STORE)

    def _start(self, values):
        """Redirect URIs are compared byte for byte, also their port."""
        sign_in = super()._start(values)
        if sign_in.redirect_uri not in sign_in.client.redirect_uris:
            raise NoRedirect("The redirect URI is not registered.")
        known = {person.organization.id
                 for person in self._fake.people.values()}
        if values.get("tenantId", self._fake.organization.id) not in known:
            raise NoRedirect("There is no such tenant.")
        return sign_in

    @staticmethod
    def _check(client, values):
        if client.state != "active":
            raise Refusal("unauthorized_client", "the app is disabled")
        if values.get("response_type") != "code":
            raise Refusal("invalid_request", "response_type must be code")
        if values.get("scope") != "openid":
            raise Refusal("invalid_scope", "scope must be openid")
        if (values.get("code_challenge_method") != "S256"
                or not is_challenge(values.get("code_challenge", ""))):
            raise Refusal("invalid_request", "PKCE with S256 is required")

    def _authenticated(self, request, form):
        header = request.headers.get("authorization")
        method = (BASIC if header is not None
                  else POST if "client_secret" in form else NONE)
        client_id, secret = form.get("client_id", ""), form.get(
            "client_secret", "")
        if method == BASIC:
            if "client_secret" in form:
                raise Refusal("invalid_request", "two client secrets")
            name, secret = encoded_credentials(header)
            if client_id not in ("", name):
                raise Refusal("invalid_client", "two client ids")
            client_id = name
        client = self._fake.client_by_id(client_id)
        if (client is None or client.state != "active"
                or method != self._fake.auth_methods.get(client.id, NONE)
                or not hmac.compare_digest(
                    secret.encode(), (client.secret or "").encode())):
            raise Refusal("invalid_client", "client authentication failed")
        return client

    def _values(self, token):
        fake = self._fake
        return {**super()._values(token), "token_type": "Bearer",
                "refresh_token": secrets.token_urlsafe(64),
                "id_token": fake.id_token(token)}


def encoded_credentials(header):
    """Returns id and secret of a Basic header (RFC 6749, section 2.3.1)."""
    scheme, _, text = header.partition(" ")
    try:
        name, colon, secret = base64.b64decode(
            text, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if scheme != "Basic" or not colon:
        raise Refusal("invalid_client", "malformed Authorization header")
    return unquote_plus(name), unquote_plus(secret)


class CxoneServer(FakeServer):
    """CXone with its people, apps, keys, faults and log."""

    sites = {"login": CxoneLogin}

    def __init__(self, directory, *, key=None, **options):
        # as long as a short JWT, and the answer is not cut by sudo
        super().__init__(directory, **{
            "code_length": 300, "token_lifetime": 3600,
            "correlation_header": None, **options})
        self.auth_methods = {self.clients["confidential"].id: BASIC}
        self.key = key or new_key()
        self.id_tokens = []  # all that were sent
        self.restore()

    @property
    def issuer(self):
        """The issuer of the id_tokens."""
        return self.login_url

    def restore(self):
        """Takes back what a test changed."""
        self.faults.clear()
        self.code_length = 300
        self.draft = lambda draft: None
        self.spoil = lambda compact: compact
        self.jwks = [self.published(self.key)]

    @staticmethod
    def published(key):
        """Returns the public part of a key, for the JWK set."""
        return json.loads(key.export_public())

    def id_token(self, token):
        """Makes the id_token that belongs to an access token."""
        person, now = token.person, int(time.time())
        given, _, family = person.name.partition(" ")
        digest = hashlib.sha256(token.value.encode()).digest()
        claims = {
            "iss": self.issuer, "sub": "user:" + person.id,
            "aud": token.client.id, "iat": now,
            "exp": now + self.token_lifetime,
            "tenantId": person.organization.id,
            "tenant": person.organization.short_name, "userId": person.id,
            "name": person.username, "given_name": given,
            "family_name": family, "icBUId": 4711, "icAgentId": "1234",
            "area": "na1", "at_hash": base64url(digest[:16])}
        if token.nonce:
            claims["nonce"] = token.nonce
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key["kid"]}
        draft = Draft(header, claims, self.key)
        self.draft(draft)
        self.id_tokens.append(self.spoil(draft.compact()))
        return self.id_tokens[-1]

    def settings(self):
        """Returns a configuration of pam_gcpkce that leads here."""
        client = self.clients["public"]
        return {
            "provider": "cxone", "issuer": self.issuer,
            "ca_file": self.ca_file, "client_id": client.id,
            "redirect_uri": client.redirect_uris[0],
            "organization": self.organization.id}
