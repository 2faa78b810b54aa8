# SPDX-License-Identifier: ISC
"""Messages: a request as it came, a reply as it goes, and sites."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Dict, List, Tuple
from urllib.parse import parse_qsl

NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]


def pairs(text, encoding="utf-8"):
    """Splits form or query text; ValueError if it is not well formed."""
    if text == "":
        return []
    return parse_qsl(text, keep_blank_values=True, strict_parsing=True,
                     encoding=encoding, errors="strict")


@dataclass
class Request:
    """One HTTP request. Header names are in lower case."""

    method: str
    path: str
    query: str = ""
    version: str = "HTTP/1.1"
    headers: Dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    correlation: str = field(default_factory=lambda: str(uuid.uuid4()))

    def keeps_alive(self):
        """Says whether the connection stays open after the reply."""
        wish = self.headers.get("connection", "").lower()
        return self.version == "HTTP/1.1" and wish != "close"


def json_bytes(value):
    """Makes JSON as Genesys Cloud does: what is not ASCII is not escaped."""
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass
class Reply:
    """One HTTP reply."""

    status: int
    body: bytes = b""
    headers: List[Tuple[str, str]] = field(default_factory=list)

    @classmethod
    def json(cls, status, value, headers=()):
        """Makes a reply with a JSON body."""
        return cls(status, json_bytes(value),
                   [("Content-Type", "application/json"), *headers])

    @classmethod
    def html(cls, status, text, headers=()):
        """Makes a reply with a page."""
        return cls(status, text.encode(), [
            ("Content-Type", "text/html; charset=utf-8"), *headers])


class Site:
    """Maps method and path to the name of an endpoint and its function."""

    def routes(self):
        """Returns tuples (method, compiled path, endpoint, function)."""
        raise NotImplementedError

    def refuse(self, request, status):
        """Makes the reply to a request that no endpoint takes."""
        return Reply.html(status, "<h1>%d</h1>" % status)

    def find(self, request):
        """Returns (endpoint, function that makes the reply)."""
        status = 404
        for method, path, endpoint, function in self.routes():
            match = path.fullmatch(request.path)
            if match and method == request.method:
                return endpoint, lambda: function(request, *match.groups())
            if match:
                status = 405
        return None, lambda: self.refuse(request, status)
