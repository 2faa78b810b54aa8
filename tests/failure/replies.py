# SPDX-License-Identifier: ISC
"""Bad replies: the ways in which an endpoint may answer, and what each means.

A way is a name, what makes the fault, and its outcome at the token endpoint
and at the API's two.  Ways that are told apart by the fields of a good reply
are in the lists of their endpoint.
"""

from dataclasses import dataclass
from typing import Callable, Optional

from faults import REMOVED, Fault, deep_json, huge_json, login_rate_limit

NEVER = 600  # seconds; longer than any wait
GIB = 1 << 30
PAGE = "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>"
HUGE = 10 ** 400


@dataclass(frozen=True)
class Way:
    """How an endpoint answers; an outcome of None: not a way for it."""

    name: str
    fault: Callable[[], Fault]
    at_token: Optional[str]
    at_api: Optional[str]
    waits: bool = False
    has_token: bool = False  # what came of it has one that can be read


def way(name, outcome, at_api="same", waits=False, has_token=False, **fault):
    """A way that is one fault of the fake server."""
    return Way(name, lambda: Fault(**fault), outcome,
               outcome if at_api == "same" else at_api, waits, has_token)


def good(status=200, **headers):
    """The beginning of a reply in raw bytes."""
    lines = ["HTTP/1.1 %d Something" % status,
             "Content-Type: application/json"]
    lines += ["%s: %s" % (name.replace("_", "-"), value)
              for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


ON_THE_WAY = [
    way("no answer", "unreachable", waits=True, delay=NEVER),
    way("headers, then no body", "unreachable", waits=True, drip=NEVER),
    way("a byte a second of the headers", "unreachable", waits=True,
        raw=good(Content_Length=2) + b"{}", drip=1),
    way("a byte a second of the body", "unreachable", waits=True, drip=1),
    way("closed before the answer", "unreachable", close="before"),
    way("reset before the answer", "unreachable", close="reset"),
    way("closed in mid-body", "unreachable", close="middle"),
    way("reset in mid-body", "unreachable", close="middle_reset"),
]

STATUSES = [
    *(way("%d to another host" % status, "reply_invalid", status=status,
          body="", headers={"Location": "{elsewhere}"})
      for status in (301, 302, 303, 307, 308)),
    way("204", "reply_invalid", status=204),
    way("400, an HTML page", "reply_invalid", status=400, body=PAGE),
    way("400, empty", "reply_invalid", status=400),
    way("401, empty", "reply_invalid", "token_invalid", status=401),
    way("403, an HTML page", "reply_invalid", "token_invalid", status=403,
        body=PAGE),
    way("404, an HTML page", "reply_invalid", status=404, body=PAGE),
    *(way("429, Retry-After: %s" % seconds, "rate_limited", status=429,
          headers={"Retry-After": seconds})
      for seconds in ("1", "31536000", "9" * 40, "-1", "soon",
                      "Wed, 21 Oct 2099 07:28:00 GMT")),
    way("429, without Retry-After", "rate_limited", status=429),
    way("500, empty", "provider_error", status=500),
    way("502, an HTML page", "provider_error", status=502, body=PAGE),
    way("503, Retry-After: 1", "provider_error", status=503,
        headers={"Retry-After": "1"}),
    way("504, truncated JSON", "provider_error", status=504,
        body='{"message":'),
    way("503, and the request quoted", "provider_error", status=503,
        echo="body"),
    way("403, and the request's headers quoted", "reply_invalid",
        "token_invalid", status=403, echo="headers"),
    way("status 700", "reply_invalid", status=700, body="{}"),
]

CONTENTS = [
    way("200, an HTML page", "reply_invalid", status=200, body=PAGE),
    way("200, empty", "reply_invalid", status=200, body=""),
    way("200, truncated JSON", "reply_invalid", status=200,
        body='{"access_token":"abc","token_type":"bea', has_token=True),
    way("200, a list", "reply_invalid", status=200, body="[]"),
    way("200, 10,000-deep JSON", "reply_invalid", status=200,
        body=deep_json(10000).body),
    way("200, 10,000-deep JSON in a member", "reply_invalid", status=200,
        body=b'{"id":' + deep_json(10000).body + b"}"),
    way("200, 300 KiB", "reply_invalid", status=200,
        body=huge_json(300 << 10).body),
    way("200, 2 GiB announced", "reply_invalid", stream=2 * GIB,
        headers={"Content-Length": str(2 * GIB)}),
    way("200, 2 GiB unannounced", "reply_invalid", stream=2 * GIB),
    way("200, a name in invalid UTF-8", "reply_invalid", status=200,
        body=b'{"id":"a","\xff\xfe":1}'),
    way("200, a raw NUL in the JSON", "reply_invalid", status=200,
        body=b'{"id":"a\0b"}'),
    way("200, a malformed number", "reply_invalid", status=200,
        body=b'{"id":"a","version":0x10}'),
    way("200, the same name twice", "reply_invalid", status=200,
        body=b'{"id":"a","id":"b"}'),
    way("200, compressed without being asked", "reply_invalid", status=200,
        headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b\x08\0\0"),
    way("not HTTP", "reply_invalid", raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
    way("a header line of 300 KiB", "reply_invalid",
        raw=good(X_Filling="x" * (300 << 10))),
    way("headers of 100 KiB, then a body", "reply_invalid",
        raw=good(Content_Length=2)[:-2] + b"X-Filling: y\r\n" * (7 << 10)
        + b"\r\n{}"),
    way("headers of 4 MiB", "reply_invalid",
        raw=good()[:-2] + b"X-Filling: y\r\n" * (300 << 10)),
    way("a status line alone, over and over", "unreachable",
        raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    way("chunks of no length", "unreachable",
        raw=good(Transfer_Encoding="chunked") + b"many\r\n{}\r\n"),
    way("a malformed length", "reply_invalid",
        raw=good(Content_Length="many") + b"{}"),
    way("a body shorter than its length", "unreachable",
        raw=good(Content_Length=1000) + b"{}"),
]


# Of these, the ways that CXone's requests have in the matrix as well, beside
# all that happens on the way: one of each kind.
CXONE_WAYS = {
    "302 to another host", "204", "400, an HTML page", "401, empty",
    "403, an HTML page", "404, an HTML page", "429, Retry-After: 1",
    "500, empty", "502, an HTML page", "503, and the request quoted",
    "200, an HTML page", "200, empty", "200, truncated JSON", "200, a list",
    "200, 10,000-deep JSON in a member", "200, 300 KiB",
    "200, 2 GiB unannounced", "200, the same name twice",
    "200, compressed without being asked", "not HTTP",
    "a body shorter than its length"}


def login_error(error, text, status=400):
    """An error body of the login server; see its three fields."""
    return Fault(status=status, body={
        "error": error, "description": text, "error_description": text})


def with_token(end):
    """A token reply whose end is something else."""
    return b'{"access_token":"a-token-of-the-test",' + end


# Replies that fail though a token came: it must be revoked.
TOKENS_IN_VAIN = [
    ("201 and a token", "reply_invalid",
     Fault(status=201, body=with_token(b'"token_type":"bearer"}'))),
    ("302 and a token", "reply_invalid",
     Fault(status=302, headers={"Location": "{elsewhere}"},
           body=with_token(b'"token_type":"bearer"}'))),
    ("400 invalid_grant and a token", "reply_invalid",
     Fault(status=400, body=with_token(b'"error":"invalid_grant"}'))),
    ("503 and a token", "provider_error",
     Fault(status=503, body=with_token(b'"token_type":"bearer"}'))),
    ("200, a token, then invalid UTF-8", "reply_invalid",
     Fault(status=200, body=with_token(b'"token_type":"bearer\xff"}'))),
    ("200, a token, then a second one", "reply_invalid",
     Fault(status=200, body=with_token(
         b'"access_token":"b","token_type":"bearer"}'))),
    ("200, a token in a member of a member", "token_invalid",
     Fault(status=200, body=b'{"data":%s}' % with_token(
         b'"token_type":"bearer"}'))),
    ("200, a token, then 300 KiB", "reply_invalid",
     Fault(raw=good() + with_token(
         b'"token_type":"%s"}' % (b"x" * (300 << 10))))),
    ("200, a token, then closed", "unreachable",
     Fault(raw=good(Content_Length=1000) + with_token(b'"token_type":'))),
    ("200, a token, then chunks of no length", "unreachable",
     Fault(raw=good(Transfer_Encoding="chunked") + b"27\r\n"
           + with_token(b"") + b"\r\nmany\r\n")),
]

TOKEN_REFUSALS = [
    ("400 invalid_client: authentication failed", "client_refused",
     login_error("invalid_client", "authentication failed")),
    ("400 invalid_client: client not found", "client_refused",
     login_error("invalid_client", "client not found")),
    ("401 invalid_client", "client_refused",
     login_error("invalid_client", "authentication failed", 401)),
    ("400 unauthorized_client", "client_refused",
     login_error("unauthorized_client", "client is not authorized to use "
                 "the authorization_code grant type")),
    ("400 invalid_request", "client_refused",
     login_error("invalid_request", "redirect_uri is missing")),
    ("400 invalid_request: rate limit exceeded", "rate_limited",
     login_rate_limit()),
    ("400 invalid_grant", "code_refused",
     login_error("invalid_grant", "the authorization code is invalid")),
    ("400 unsupported_grant_type", "client_refused",
     login_error("unsupported_grant_type", "no such grant type")),
    ("400 invalid_scope", "client_refused",
     login_error("invalid_scope", "no such scope")),
    ("400 with an unknown error", "reply_invalid",
     login_error("out_of_cheese", "redo from start")),
    ("400 with an error that is not a string", "reply_invalid",
     login_error(["invalid_grant"], "one of many")),
    ("400 invalid_grant with a NUL behind it", "reply_invalid",
     login_error("invalid_grant\0", "cut here")),
    ("403 invalid_grant", "reply_invalid",
     login_error("invalid_grant", "the wrong status", 403)),
]


def cxone_error(error, status=400):
    """An error body of CXone's token endpoint."""
    return Fault(status=status, body={"error": error,
                                      "error_description": "Something is wrong."})


CXONE_REFUSALS = [
    *(("400 " + error, outcome, cxone_error(error)) for error, outcome in (
        ("invalid_grant", "code_refused"), ("invalid_client", "client_refused"),
        ("invalid_request", "client_refused"),
        ("unauthorized_client", "client_refused"),
        ("unsupported_grant_type", "client_refused"),
        ("invalid_scope", "client_refused"), ("out_of_cheese", "reply_invalid"))),
    ("401 invalid_client", "client_refused", cxone_error("invalid_client", 401)),
]


def api_error(status, code):
    """An error body of the API server."""
    return ("%d %s" % (status, code), Fault(status=status, body={
        "message": "Something is wrong.", "code": code, "status": status,
        "contextId": "7e57", "details": [], "errors": []}))


API_REFUSALS = [
    *((*api_error(401, code), "token_invalid") for code in (
        "authentication.required", "bad.credentials", "credentials.expired")),
    *((*api_error(403, code), "token_invalid") for code in (
        "missing.permissions", "missing.any.permissions", "not.authorized",
        "missing.division.permission")),
    (*api_error(404, "not.found"), "reply_invalid"),
    *((*api_error(429, code), "rate_limited") for code in (
        "too.many.requests.retry.after", "too.many.requests")),
    *((*api_error(status, code), "provider_error") for status, code in (
        (503, "service.unavailable"), (504, "request.timeout"),
        (504, "authentication.request.timeout"))),
]

# Changed fields of the token reply.  Where the token itself is good, it came,
# and must be revoked.
TOKEN_FIELDS = [
    ("no token", {"access_token": REMOVED}, False),
    ("a token that is a number", {"access_token": 7}, False),
    ("a token that is a list", {"access_token": ["a"]}, False),
    ("an empty token", {"access_token": ""}, False),
    ("a token with CR LF", {"access_token": "a\r\nX-Injected: b"}, False),
    ("a token with a blank", {"access_token": "a b"}, False),
    ("a token with a NUL", {"access_token": "a\0b"}, False),
    ("a token that is not ASCII", {"access_token": "t\u00f6ken"}, False),
    ("a token of 100 KB", {"access_token": "a" * 100000}, False),
    ("no type", {"token_type": REMOVED}, True),
    ("another type", {"token_type": "mac"}, True),
    ("a type that is a list", {"token_type": ["bearer"]}, True),
    ("a type with a NUL", {"token_type": "bearer\0"}, True),
    ("expires_in in words", {"expires_in": "86399"}, True),
    ("expires_in of 400 digits", {"expires_in": HUGE}, True),
    ("expires_in below zero", {"expires_in": -HUGE}, True),
    ("expires_in of 1e400", b'"expires_in":1e400', True),
]

# The same for users/me and tokens/me, with the outcome.
USER_FIELDS = [
    ("no id", {"id": REMOVED}, "identity_incomplete"),
    ("an id that is a number", {"id": HUGE}, "identity_incomplete"),
    ("an id that is null", {"id": None}, "identity_incomplete"),
    ("an id with a NUL", {"id": "{id}\0"}, "identity_incomplete"),
    ("an id of 100 KB", {"id": "a" * 100000}, "identity_incomplete"),
    ("an e-mail address that is a list", {"email": ["a@example.test"]},
     "identity_incomplete"),
    ("an e-mail address with CR LF", {"email": "a@example.test\r\nb"},
     "identity_incomplete"),
    ("a state that is a boolean", {"state": True}, "identity_incomplete"),
    ("a state with a NUL", {"state": "active\0"}, "identity_incomplete"),
    ("an ignored number of 400 digits", {"version": HUGE}, "ok"),
]
INFO_FIELDS = [
    ("no OAuthClient", {"OAuthClient": REMOVED}, "identity_incomplete"),
    ("an OAuthClient that is a string", {"OAuthClient": "{id}"},
     "identity_incomplete"),
    ("an OAuthClient whose id is a number", {"OAuthClient": {"id": HUGE}},
     "identity_incomplete"),
    ("an organization with a NUL", {"organization": {"id": "{id}\0"}},
     "identity_incomplete"),
    ("an organization that is a list", {"organization": []},
     "identity_incomplete"),
    ("no homeOrganization", {"homeOrganization": REMOVED},
     "identity_incomplete"),
    ("scopes that are a string", {"authorizedScope": "all"},
     "identity_incomplete"),
    ("an ignored number of 400 digits", {"dateTokenIdles": HUGE},
     "ok"),
]


def raw_member(member):
    """A token reply with one member in raw JSON."""
    return (b'{"access_token":"a-token-without-user","token_type":"bearer",'
            + member + b"}")
