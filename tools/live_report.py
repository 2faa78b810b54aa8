# SPDX-License-Identifier: ISC
"""What tools/live-check has for both providers: the report, requests, sign-ins."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import ssl
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import parse_qs, quote, urlsplit

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
MAIL = re.compile(r"[^\s\"'<>]+@[^\s\"'<>]+")
LONG = re.compile(r"[A-Za-z0-9+/_=~-]{24,}")
ADDRESS = re.compile(r"https?://\S+/o?auth/authorize\S*")
SECONDS = 20


def say(text=""):
    print(text, file=sys.stderr, flush=True)


class Report:
    """Lines for each point, and all that none of them may hold."""

    def __init__(self, show_ids):
        self._show_ids = show_ids
        self._key = secrets.token_bytes(32)
        self._hidden = set()
        self._lines = []
        self.points = set()

    def hide(self, *values):
        """These, and what a URL makes of them, must not be in the report."""
        for value in values:
            if value:
                self._hidden.update({str(value), quote(str(value), safe="")})

    def clean(self, text, names=False):
        """A foreign text without what is hidden, ids, people and, but for names, long words."""
        text = str(text)
        for value in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(value, "[removed]")
        text = MAIL.sub("[address]", text)
        text = UUID.sub(lambda found: self._id(found.group(0)), text)
        text = text if names else LONG.sub("[text]", text)
        return "".join(c if c.isprintable() else "?" for c in text)[:600]

    def add(self, point, text, names=False):
        line = f"{point:>3}  {self.clean(text, names)}"
        self._lines.append(line)
        self.points.add(point)
        say("  " + line)

    def write(self, path, document):
        text = "".join(line + "\n" for line in self._lines)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("gcpkce live-check: what an organization answered.\n"
                       f"The numbers are those of {document}.\n\n" + text)

    def _id(self, text):
        if not self._show_ids:
            return "[id]"
        digest = hmac.new(self._key, text.lower().encode(), hashlib.sha256)
        return f"[id {digest.hexdigest()[:8]}]"


class Reply:
    """What a host answered."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        try:
            self.json = json.loads(body)
        except ValueError:
            self.json = None

    def field(self, *names):
        value = self.json
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def keys(self):
        return ", ".join(sorted(self.json)) if isinstance(self.json, dict) else "no JSON object"

    def refusal(self):
        """Status, error and text; of a success the status alone."""
        if self.status < 300:
            return f"{self.status}, taken"
        error = self.field("error") or self.field("code") or "no error name"
        text = (self.field("error_description") or self.field("description")
                or self.field("message") or "no text")
        return f"{self.status} {error}: \"{text}\""

    def correlation(self):
        names = sorted(name for name in self.headers if "correlation" in name.lower())
        return ", ".join(names) or "none"


class Host:
    """Asks the servers, by the configured proxy and certificates."""

    def __init__(self, conf):
        self._proxy = urlsplit(conf["proxy"]) if conf.get("proxy") else None
        self._context = ssl.create_default_context(cafile=conf.get("ca_file"))

    def ask(self, method, address, headers=None, body=None):
        parts = urlsplit(address)
        link = self._connection(parts)
        try:
            link.request(method, (parts.path or "/") + ("?" + parts.query if parts.query else ""),
                         body, {"Accept": "application/json", **(headers or {})})
            reply = link.getresponse()
            return Reply(reply.status, dict(reply.getheaders()), reply.read(1 << 18))
        finally:
            link.close()

    def _connection(self, parts):
        host, port = parts.hostname, parts.port
        if self._proxy:
            link = HTTPSConnection(self._proxy.hostname, self._proxy.port, timeout=SECONDS,
                                   context=self._context)
            link.set_tunnel(host, port or 443)
            return link
        if parts.scheme == "https":
            return HTTPSConnection(host, port, timeout=SECONDS, context=self._context)
        return HTTPConnection(host, port, timeout=SECONDS)


def settings(path):
    """The keys of one configuration file; drop-ins are not read."""
    with open(path, encoding="utf-8") as file:
        lines = [re.sub(r"(^|\s)#.*", "", line) for line in file]
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key.strip(): value.strip() for key, value in pairs if value.strip()}


def copy_words(source, seen):
    """Show what the command says, as it says it, and keep it."""
    while words := os.read(source.fileno(), 4096):
        seen.append(words)
        sys.stderr.buffer.write(words)
        sys.stderr.flush()


def command_signin(command, conf):
    """Sign in by gcpkce; gives its JSON and the address that it showed."""
    seen = []
    with subprocess.Popen([command, "--json", "login", "--conf", conf, "--print-token"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        reader = threading.Thread(target=copy_words, args=(child.stderr, seen))
        reader.start()
        out = child.stdout.read()
        reader.join()
    shown = ADDRESS.search(b"".join(seen).decode("utf-8", "replace"))
    try:
        return json.loads(out), shown.group(0) if shown else None
    except ValueError:
        return {}, None


def first_signin(given, report):
    """The command's sign-in; gives its token and the address, None without one."""
    say("First the built command.  It shows an address and asks for a code.")
    first, address = command_signin(given.command, given.conf)
    report.hide(first.get("access_token"), address, first.get("email"))
    report.add("-", f"gcpkce login: outcome {first.get('outcome', 'none')}; scopes: "
               f"{first.get('scopes') or 'none named'}; cause: {first.get('cause', '')}")
    return first.get("access_token"), address


def there(value):
    return "is there" if value else "is missing"


class Code:
    """A code that this script asked for, and its verifier."""

    def __init__(self, organization, report, **more):
        self.verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        state = secrets.token_urlsafe(16)
        self.challenge = challenge
        report.hide(self.verifier, challenge, state)
        say("\nSign in once more, at this address:\n\n"
            f"{organization.authorize(challenge, state, **more)}\n\n"
            "and paste the whole address of the page you land on:")
        answer = sys.stdin.readline().strip()
        values = parse_qs(urlsplit(answer).query, keep_blank_values=True)
        self.value = values.get("code", [""])[0]
        self.redirect = values
        report.hide(answer, self.value, *values.get("state", []))
        self.state_is_same = values.get("state") == [state]

    def describe(self, report, point):
        kinds = {name for name, pattern in (
            ("upper case", "[A-Z]"), ("lower case", "[a-z]"), ("digits", "[0-9]"))
                 if re.search(pattern, self.value)}
        others = "".join(sorted(set(re.sub(r"[A-Za-z0-9]", "", self.value))))
        report.add(point, f"the code has {len(self.value)} characters: "
                   f"{', '.join(sorted(kinds)) or 'no letters'}; others: {others or 'none'}")
        report.add(point, f"the redirect has: {', '.join(sorted(self.redirect))}; state came back "
                   f"{'as it was sent' if self.state_is_same else 'CHANGED'}")


def keep(tokens, report, reply):
    """Note the tokens of a reply, so that they are hidden and revoked."""
    for name in ("access_token", "refresh_token", "id_token"):
        report.hide(reply.field(name))
    if reply.field("access_token"):
        tokens.append(reply.field("access_token"))
    return reply


def redirects(organization, report, point):
    """What the login server says of redirect addresses, before a sign-in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"x").digest()).rstrip(b"=").decode()
    for name, address in (("the configured one", organization.redirect_uri),
                          ("http://localhost:49152/", "http://localhost:49152/"),
                          ("http://127.0.0.1:49152/", "http://127.0.0.1:49152/"),
                          ("one that is not registered", "https://nowhere.invalid/")):
        reply = organization.ask("GET", organization.authorize(challenge, "live-check", redirect_uri=address))
        to = urlsplit(reply.headers.get("Location", ""))
        place = f", on to {to.hostname}{to.path}" if to.path else ""
        report.add(point, f"redirect_uri {name}: {reply.status}{place}")
