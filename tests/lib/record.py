# SPDX-License-Identifier: ISC
"""The record of what the fake server saw and gave out."""

import json
import os
import threading
from dataclasses import asdict, dataclass, field
from time import time as clock
from typing import Dict, Optional

from message import pairs

PATIENCE = 30.0  # seconds
CONNECTION, HANDSHAKE, HANDSHAKE_FAILED, REQUEST = (
    "connection", "handshake", "handshake_failed", "request")


@dataclass
class Record:
    """One event.

    A request's status is None until it is answered; the answer is_out when
    all of it was sent.
    """

    kind: str
    host: str
    connection: int
    time: float = field(default_factory=clock)
    method: str = ""
    path: str = ""
    query: str = ""
    headers: Dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: Optional[int] = None
    correlation: str = ""
    detail: str = ""
    is_out: bool = False

    def parameters(self):
        """Returns the query as a dict of lists."""
        return gathered(self.query)

    def form(self):
        """Returns the form body as a dict of lists, empty if it is none."""
        return gathered(self.body.decode("latin-1"))


def gathered(text):
    """Returns form text as a dict of lists; empty if it is malformed."""
    found = {}
    try:
        for name, value in pairs(text):
            found.setdefault(name, []).append(value)
    except ValueError:
        return {}
    return found


class Log:
    """Thread-safe list of records, with questions that tests ask."""

    def __init__(self, file=None):
        self._changed = threading.Condition()
        self._records = []
        self._codes = []
        self._tokens = []
        self._file = None
        if file:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._file = os.fdopen(os.open(file, flags, 0o600), "w")

    def add(self, record):
        """Adds an event; a request is added when it came in."""
        with self._changed:
            self._records.append(record)
            self._changed.notify_all()
        if record.kind != REQUEST:
            self._save(record)

    def answer(self, record, status):
        """Notes how a request was answered: 0 means not at all."""
        with self._changed:
            record.status = status
            self._changed.notify_all()
        self._save(record)

    def sent(self, record):
        """Notes that nothing more is sent in answer to a request."""
        with self._changed:
            record.is_out = True
            self._changed.notify_all()

    def issued_code(self, code):
        """Notes a code that was given out."""
        with self._changed:
            self._codes.append(code)

    def issued_token(self, token):
        """Notes a token that was given out."""
        with self._changed:
            self._tokens.append(token)

    def records(self):
        """Returns every event since clear()."""
        with self._changed:
            return list(self._records)

    def requests(self, host=None):
        """Returns the requests, of one host or of both."""
        return self._of(REQUEST, host)

    def count(self, method, path_suffix):
        """Counts the requests with that method and end of path."""
        return len([record for record in self.requests()
                    if record.method == method
                    and record.path.endswith(path_suffix)])

    def connections(self, host=None):
        """Counts the TCP connections."""
        return len(self._of(CONNECTION, host))

    def handshakes(self, host=None):
        """Counts the TLS handshakes that succeeded."""
        return len(self._of(HANDSHAKE, host))

    def failed_handshakes(self, host=None):
        """Returns the events of TLS handshakes that failed."""
        return self._of(HANDSHAKE_FAILED, host)

    def codes(self):
        """Returns the codes that were given out."""
        with self._changed:
            return [code.value for code in self._codes]

    def tokens(self):
        """Returns {token that was given out: whether it is valid now}."""
        with self._changed:
            return {token.value: token.valid() for token in self._tokens}

    def verifiers(self):
        """Returns the code verifiers that requests carried."""
        return [value for record in self.requests()
                for value in record.form().get("code_verifier", [])]

    def secrets(self):
        """Returns every code, verifier and token, for searches in logs."""
        with self._changed:
            refresh = [token.refresh for token in self._tokens
                       if token.refresh]
        return {*self.codes(), *self.verifiers(), *self.tokens(), *refresh}

    def wait(self, method, path_suffix, count=1, timeout=PATIENCE):
        """Waits for that many requests whose answers are out; False if they
        fail to come.
        """
        def there():
            return count <= len([
                record for record in self._records
                if record.method == method and record.is_out
                and record.path.endswith(path_suffix)])
        with self._changed:
            return self._changed.wait_for(there, timeout)

    def wait_for_request(self, method, path_suffix, timeout=PATIENCE):
        """Waits until there is such a request, answered or not."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self.count(method, path_suffix) > 0, timeout)

    def wait_for_handshakes(self, host, count, timeout=PATIENCE):
        """Waits for that many TLS handshakes; False if they fail to come."""
        def there():
            return count <= len([
                record for record in self._records
                if record.kind == HANDSHAKE and record.host == host])
        with self._changed:
            return self._changed.wait_for(there, timeout)

    def clear(self):
        """Forgets events, codes and tokens (which stay valid)."""
        with self._changed:
            self._records.clear()
            self._codes.clear()
            self._tokens.clear()

    def close(self):
        """Closes the file."""
        with self._changed:
            if self._file:
                self._file.close()
                self._file = None

    def _of(self, kind, host):
        with self._changed:
            return [record for record in self._records
                    if record.kind == kind and host in (None, record.host)]

    def _save(self, record):
        with self._changed:
            if self._file:
                values = asdict(record)
                del values["is_out"]
                values["body"] = record.body.decode("latin-1")
                self._file.write(json.dumps(values) + "\n")
                self._file.flush()
