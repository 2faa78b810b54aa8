# SPDX-License-Identifier: ISC
"""What a person sees, word by word: a transcript for each way in.

transcripts/FLOW.txt is the terminal of three sign-ins, with fixed words for
what differs from one to the next.  `make transcripts` renews them all; read
the difference as a person would.  A new flow is a row of FLOWS.
"""

import os
import re
import socket
import typing
from urllib.parse import urlsplit

import pytest

import hosts
from browser import pair
from waiting import PATIENCE

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "transcripts")
RENEW = os.environ.get("GCPKCE_TRANSCRIPTS") == "renew"


NUMBER = ("Then type the number that the page shows, or paste the whole address "
          "of the page you land on: ")
BROWSERS = []  # that wait for their page


def visit(person, shown):
    """Signs in by a browser that goes where it is sent; the page's number is typed."""
    parts = urlsplit(person.sign_in(shown))
    browser = socket.create_connection(("127.0.0.1", parts.port), PATIENCE)
    BROWSERS.append(browser)
    browser.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\n"
                    f"Host: {parts.netloc}\r\n\r\n".encode())
    page = ""
    while not (found := re.search(r"Type (\d{4}) in the terminal", page)):
        piece = browser.recv(4096).decode()
        assert piece, page
        page += piece
    return found.group(1)


class Flow(typing.NamedTuple):
    """One way in."""

    name: str
    kind: type
    redirect_uri: str = ""  # with a client of its own
    settings: dict = {}  # that the configuration has besides
    question: str = hosts.PASTE
    # what the person types, having signed in with what was shown
    answer: typing.Callable = lambda person, shown: person.sign_in(shown)


FLOWS = (
    Flow("ssh", hosts.Sshd),
    Flow("sudo", hosts.Sudo),
    Flow("su", hosts.Su),
    Flow("login", hosts.Login),
    Flow("loopback", hosts.Sudo, "http://localhost/callback",
         {"callback": "loopback"}, NUMBER, visit),
)

# What differs from one sign-in to the next, or in a program's own words from
# one release to the next: a pattern, and its fixed word.
MASKS = (
    (r"\(within \d+ seconds\)", "(within N seconds)"),
    (r"https://localhost:\d+/", "https://login.example.test/"),
    (r"localhost%3A\d+", "localhost%3APORT"),
    (r"client_id=[\w-]+", "client_id=CLIENT"),
    (r"code_challenge=[\w-]+", "code_challenge=CHALLENGE"),
    (r"state=[\w-]{22}", "state=STATE"),
    (r"code=(?!code\b)[\w~-]+", "code=CODE"),
    (r"\[127\.0\.0\.1\]:\d+", "[127.0.0.1]:PORT"),
    (r"/tmp/gcpkce-login-\w+", "/HOUSE"),
    (r"@@session\n(\w+)\n.*?@@end\n", r"[a session of \1]\n"),
    (r"land on: \d{4}\n", "land on: NUMBER\n"),
    (r"\n*@@gone\n", "\n"),
    (r"\nMaximum number of tries exceeded \(1\)\n", "\n"),
    (r"\n+(\S+: Permission denied)", r"\n\n\1"),
)


def masked(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def transcribe(flow, host, people):
    """The transcripts of three sign-ins, by what happens in them."""
    good, refused, second = (host.open("alice") for _ in range(3))
    # first, because a denial takes its time
    refused.answer(flow.answer(people["bob"], refused.asked(flow.question)))
    good.answer(flow.answer(people["alice"], good.asked(flow.question)))
    good.session()
    good.leave()
    second.answer(pair("CUTOFFCODE", second.asked(flow.question)))
    second.answer(flow.answer(people["alice"], second.asked(flow.question)))
    second.session()
    second.leave()
    refused.end()
    # ssh has a terminal in raw mode, and returns before and after its lines
    return {what: re.sub(r"\r*\n\r*", "\n", terminal.transcript)
            for what, terminal in (("A good sign-in", good),
                                   ("A wrong person", refused),
                                   ("A second attempt", second))}


@pytest.fixture
def host(request, house, genesys, configure):
    flow = request.getfixturevalue("flow")
    settings = dict(flow.settings)
    if flow.redirect_uri:
        client = genesys.add_client(flow.name, redirect_uris=[flow.redirect_uri])
        settings.update(client_id=client.id, redirect_uri=flow.redirect_uri)
    configure(**settings)
    host = flow.kind(house)
    if isinstance(host, hosts.Sshd):
        host.start()
    yield host
    while BROWSERS:
        BROWSERS.pop().close()
    if isinstance(host, hosts.Sshd):
        host.stop()


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_person_sees_what_the_transcript_has(flow, host, people):
    shown = transcribe(flow, host, people)
    for text in shown.values():
        assert not re.search(r"[^\n -~]", text), "a byte that is no text"
    made = "".join(f"==== {what} ====\n\n{masked(text)}\n\n"
                   for what, text in shown.items()).rstrip("\n") + "\n"
    path = os.path.join(DIRECTORY, f"{flow.name}.txt")
    if RENEW:
        with open(path, "w", encoding="utf-8") as file:
            file.write(made)
    with open(path, encoding="utf-8") as file:
        assert made == file.read(), "renew it by: make transcripts"
