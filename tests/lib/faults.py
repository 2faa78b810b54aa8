# SPDX-License-Identifier: ISC
"""Faults: a switchboard of what goes wrong, set while the fake server runs.

    faults["token"] = Fault(status=500)                 for all requests
    faults["token"] = Fault(status=500, times=1)        for the next one
    faults.add("token", Fault(delay=2, times=1))        after those before it
    faults["users_me"] = {"close": "middle"}            a dict will do
    faults.override_user = {"state": "inactive", "email": REMOVED}
    del faults["token"]; faults.clear()
"""

import threading
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Union

from message import Reply, json_bytes, pairs

ENDPOINTS = ("authorize", "signin", "token", "users_me", "tokens_me",
             "revoke", "organizations_me", "subjects_me", "group", "user",
             "discovery", "jwks", "userinfo",
             "login_connect", "api_connect")
ECHOES = (None, "headers", "body")
CLOSINGS = (None, "before", "middle", "reset", "middle_reset")
REMOVED = object()


@dataclass
class Fault:
    """One fault. Without status, body or raw the true reply is spoilt.

    status, body, headers  a reply in place of the true one (a dict or list
                           as body is sent as JSON)
    echo                   "headers" or "body": every text of an error body
                           quotes the request, those first, and so does the
                           correlation header
    raw                    bytes in place of a whole HTTP reply
    delay                  seconds before the answer
    close                  "before": without an answer; "middle": in the
                           middle of the body; "reset" and "middle_reset":
                           the same, by RST
    drip                   seconds between the bytes of the body, or of raw
    stream                 bytes that the body goes on for; its end is the
                           connection's, unless headers give a length
    times                  for how many requests; None: for all
    handle                 whether the true endpoint still does its work;
                           None: only where its reply is used
    """

    status: Optional[int] = None
    body: Union[bytes, str, dict, list, None] = None
    headers: Dict[str, str] = field(default_factory=dict)
    echo: Optional[str] = None
    raw: Optional[bytes] = None
    delay: float = 0
    close: Optional[str] = None
    drip: float = 0
    stream: int = 0
    times: Optional[int] = None
    handle: Optional[bool] = None

    def __post_init__(self):
        if self.close not in CLOSINGS:
            raise ValueError("no such way to close: %r" % (self.close,))
        if self.echo not in ECHOES:
            raise ValueError("no such echo: %r" % (self.echo,))

    def replaces(self):
        """Says whether the true reply is not used."""
        return (self.status is not None or self.body is not None
                or self.raw is not None or self.stream > 0
                or self.echo is not None
                or self.close in ("before", "reset"))

    def handles(self):
        """Says whether the true endpoint does its work."""
        return not self.replaces() if self.handle is None else self.handle

    def reply(self, request):
        """Makes the reply that stands in for the true one."""
        body = self.body
        headers = dict(self.headers)
        if self.echo:
            body = quoting(request, self.echo)
            headers["ININ-Correlation-Id"] = body["contextId"]
        if isinstance(body, (dict, list)):
            body = json_bytes(body)
        if isinstance(body, str):
            body = body.encode()
        body = body or b""
        kind = "application/json" if body[:1] in b"{[" else "text/html"
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        return Reply(self.status or 200, body, list(headers.items()))


class Faults:
    """The switchboard: endpoint name to faults, and changed fields."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        """Takes every fault and every override away."""
        with self._lock:
            self._queues = {}
        self.override_user = {}
        self.override_token_info = {}
        self.override_reply = {}

    def __setitem__(self, endpoint, fault):
        with self._lock:
            self._queues[known(endpoint)] = [made(fault)]

    def __getitem__(self, endpoint):
        with self._lock:
            return self._queues[known(endpoint)][0]

    def __delitem__(self, endpoint):
        with self._lock:
            self._queues.pop(known(endpoint), None)

    def __contains__(self, endpoint):
        with self._lock:
            return bool(self._queues.get(endpoint))

    def add(self, endpoint, fault):
        """Lets a fault follow those that are there (which have times)."""
        with self._lock:
            self._queues.setdefault(known(endpoint), []).append(made(fault))

    def take(self, endpoint):
        """Returns the fault for one request to an endpoint, or None."""
        with self._lock:
            queue = self._queues.get(endpoint)
            if not queue:
                return None
            fault = queue[0]
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    queue.pop(0)
            return fault


def known(endpoint):
    """Returns the name of an endpoint; KeyError if there is none such."""
    if endpoint not in ENDPOINTS:
        raise KeyError("no such endpoint: %r" % (endpoint,))
    return endpoint


def made(fault):
    """Returns a fault of its own, made of a fault or a dict."""
    values = fault if isinstance(fault, dict) else vars(fault)
    return Fault(**values)


def merged(value, changes):
    """Returns JSON data with changes put in and REMOVED keys left out."""
    result = dict(value)
    for key, change in changes.items():
        if change is REMOVED:
            result.pop(key, None)
        elif isinstance(change, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], change)
        else:
            result[key] = change
    return result


def overridden(value: dict, changes: Any, headers=()):
    """Makes the reply to a good request; bytes replace the whole body."""
    if isinstance(changes, bytes):
        return Reply(200, changes, [
            ("Content-Type", "application/json"), *headers])
    return Reply.json(200, merged(value, changes), headers)


def quoting(request, first):
    """An error body of both hosts, as of a gateway that quotes a request."""
    body = request.body.decode("latin-1")
    proof = request.headers.get("authorization", "")
    quotes = ["authorization: " + proof if proof else "", body]
    if first == "body":
        quotes.reverse()
    # what a gateway might know a request by, cut as for a column of a table
    word = dict(pairs(body)).get("code", "")
    if first == "headers" and proof:
        word = proof.split(" ")[-1]
    word = word[:48]
    text = "upstream failed for: " + " ".join(quotes)
    return {"error": word, "error_description": text, "description": text,
            "code": word, "message": text, "contextId": word}


def login_rate_limit(**fields):
    """The login server's way to say: too many requests."""
    text = "rate limit exceeded; try again later"
    return Fault(status=400, body={
        "error": "invalid_request", "description": text,
        "error_description": text}, **fields)


def api_rate_limit(retry_after=1, **fields):
    """The API server's way to say: too many requests."""
    return Fault(status=429, headers={"Retry-After": str(retry_after)}, body={
        "message": "Rate limit exceeded.", "status": 429,
        "code": "too.many.requests.retry.after", "details": [],
        "errors": []}, **fields)


def deep_json(depth=100, **fields):
    """A JSON reply of that many nested arrays."""
    return Fault(status=200, body=b"[" * depth + b"]" * depth, **fields)


def huge_json(size=1 << 20, **fields):
    """A JSON reply of at least that many bytes."""
    return Fault(status=200, body={"filling": "x" * size},
                 **fields)


def elsewhere(address="https://elsewhere.example.test/", **fields):
    """A redirect to another host."""
    return Fault(status=302, headers={"Location": address}, body=b"",
                 **fields)
