# SPDX-License-Identifier: ISC
"""The token store: codes and tokens, and the PKCE check between them."""

import base64
import hashlib
import hmac
import re
import secrets
import string
import threading
from dataclasses import dataclass, field
from typing import Callable, List, Optional

from people import Client, Person

ALPHABET = string.ascii_letters + string.digits + "-_"
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class GrantRefused(Exception):
    """A code that gives no token, with the reason."""


@dataclass
class Token:
    """An access token."""

    value: str
    client: Client
    person: Person
    expires_at: float
    now: Callable[[], float]
    refresh: Optional[str] = None
    nonce: str = ""
    scopes: List[str] = field(default_factory=list)
    revoked: bool = False

    def expired(self):
        """Says whether its time is over."""
        return self.now() >= self.expires_at

    def valid(self):
        """Says whether the API takes it."""
        return not self.revoked and not self.expired()


@dataclass
class Code:
    """An authorization code and all it is bound to."""

    value: str
    client: Client
    person: Person
    redirect_uri: str
    challenge: str
    expires_at: float
    nonce: str = ""
    used: bool = False
    reused: bool = False
    token: Optional[Token] = None


def challenge_of(verifier):
    """Returns the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_challenge(text):
    """Says whether this can be the S256 challenge of some verifier."""
    if not CHALLENGE.fullmatch(text):
        return False
    raw = base64.urlsafe_b64decode(text + "=")
    return base64.urlsafe_b64encode(raw).decode() == text + "="


class TokenStore:
    """Gives out codes and tokens, and takes them back."""

    def __init__(self, settings, log):
        self._settings = settings
        self._log = log
        self._lock = threading.Lock()
        self._codes = {}
        self._tokens = {}

    def issue_code(self, client, person, redirect_uri, challenge, nonce=""):
        """Makes a code for a person who signed in."""
        value = "".join(secrets.choice(ALPHABET)
                        for _ in range(self._settings.code_length))
        code = Code(value, client, person, redirect_uri, challenge,
                    self._settings.now() + self._settings.code_lifetime,
                    nonce)
        with self._lock:
            self._codes[value] = code
        self._log.issued_code(code)
        return code

    def issue_token(self, client, person):
        """Makes a token; a confidential client's has a refresh token."""
        token = Token(secrets.token_urlsafe(64), client, person,
                      self._settings.now() + self._settings.token_lifetime,
                      self._settings.now, scopes=list(client.scopes))
        if client.secret is not None:
            token.refresh = secrets.token_urlsafe(64)
        with self._lock:
            self._tokens[token.value] = token
        self._log.issued_token(token)
        return token

    def redeem(self, value, client, redirect_uri, verifier):
        """Gives the token of a code, once; GrantRefused otherwise."""
        code = self._spend(value, client)
        if self._settings.now() >= code.expires_at:
            raise GrantRefused("the authorization code has expired")
        if redirect_uri != code.redirect_uri:
            raise GrantRefused("redirect_uri differs from the authorize "
                               "request")
        if not VERIFIER.fullmatch(verifier) or not hmac.compare_digest(
                challenge_of(verifier), code.challenge):
            raise GrantRefused("code_verifier does not fit code_challenge")
        code.token = self.issue_token(client, code.person)
        code.token.nonce = code.nonce
        with self._lock:
            code.token.revoked = code.reused
        return code.token

    def token(self, value):
        """Returns the token with that value, valid or not, or None."""
        with self._lock:
            return self._tokens.get(value)

    def _spend(self, value, client):
        with self._lock:
            code = self._codes.get(value)
            if code is None or code.client is not client:
                raise GrantRefused("the authorization code is invalid")
            if code.used:
                code.reused = True
                if code.token:
                    code.token.revoked = True
                raise GrantRefused("the authorization code was used already")
            code.used = True
            return code
