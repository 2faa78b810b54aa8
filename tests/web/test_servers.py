# SPDX-License-Identifier: ISC
"""The example configurations: what the real web servers make of them."""

import os
import re
import socket
import ssl
import tempfile
from contextlib import contextmanager
from http.client import HTTPSConnection

import pytest
from servers import KINDS, PATIENCE
from test_callback import ANSWER, GOOD
from webhost import CALLBACK, START, page

SECRET = "SECRETqoGdVEkdr0s5vHzHk2w"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    from certs import Authority
    return Authority(str(tmp_path_factory.mktemp("authority")))


@contextmanager
def serving(name, authority):
    """One of the servers, for a while."""
    kind = KINDS[name]
    if kind.find() is None:
        pytest.skip(f"there is no {kind.program} here; "
                    "make check-web installs it")
    # Not pytest's directory: servers that drop their rights must reach it.
    with tempfile.TemporaryDirectory(prefix="gcpkce-web-") as directory:
        running = kind(directory, authority)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module", params=KINDS)
def server(request, authority):
    with serving(request.param, authority) as running:
        yield running


@pytest.fixture
def ask(server, authority):
    """GET a target over TLS: (status, headers, text)."""
    def get(target, **headers):
        connection = HTTPSConnection(
            "localhost", server.port, timeout=PATIENCE,
            context=ssl.create_default_context(cafile=authority.ca_file))
        try:
            connection.request("GET", target, headers=headers)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read().decode()
        finally:
            connection.close()
    return get


@pytest.mark.parametrize("target, name", [
    (CALLBACK + "?code=x", "callback.html"),
    (CALLBACK + "/ZONE-A_1.eu?code=x", "callback.html"),
    (CALLBACK + "/" + "z" * 64, "callback.html"), (CALLBACK + "/html", "callback.html"),
    (CALLBACK + "/callback.html.x", "callback.html"), (CALLBACK + "/CALLBACK", "callback.html"),
    (START, "start.html")])
def test_each_page_has_its_address_and_the_headers(ask, target, name):
    status, headers, text = ask(target)
    assert status == 200
    assert text == page(name)
    assert headers.get_all("Content-Type") == ["text/html; charset=utf-8"]
    for header, value in HEADERS.items():
        assert headers.get_all(header) == [value]


def test_the_policy_is_that_of_the_pages_and_forbids_frames(ask):
    [policy] = ask(CALLBACK)[1].get_all("Content-Security-Policy")
    given = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    pages = [dict(part.strip().split(" ", 1) for part in re.search(
        'http-equiv="Content-Security-Policy" content="([^"]*)"',
        page(name)).group(1).split(";"))
        for name in ("callback.html", "start.html")]
    assert given.pop("frame-ancestors") == "'none'"
    assert set(given) == set(pages[0]) == set(pages[1])
    for name, value in given.items():
        assert set(value.split()) == {
            source for one in pages for source in one[name].split()}


@pytest.mark.parametrize("target", [
    "/", "/nginx.conf", "/callback.html/", "/callback/", "/callback/x/y", "/callback/%3C", "/s/",
    # names that the page does not show as a zone
    "/callback/" + "z" * 65, "/callback/callback", "/callback/callback.html",
    "/callback/index.html", "/callback/.html",
    "/../server.conf", "/pages/", "/server.conf"])
def test_nothing_else_is_there(ask, target):
    status, headers, _ = ask(target)
    assert status in (400, 403, 404)
    if status != 400:
        assert headers["Cache-Control"] == "no-store"


def test_no_log_has_the_query(ask, server):
    target = f"{CALLBACK}?code={SECRET}&state=x"
    told = {"Referer": f"https://x.example/?code={SECRET}",
            "User-Agent": SECRET}
    assert ask(target, **told)[0] == 200
    ask(f"/nothing?code={SECRET}", **told)
    ask(f"{CALLBACK}?code={SECRET}%zz%00", **told)
    hidden = os.path.join(server.pages, "callback.html")
    os.rename(hidden, hidden + ".away")
    assert ask(target, **told)[0] in (403, 404)
    os.symlink(hidden, hidden)  # leads nowhere, which is worth a line
    assert ask(target, **told)[0] in (403, 404, 500)
    os.replace(hidden + ".away", hidden)
    speak(server.port, f"GET /.%2e/x?code={SECRET} HTTP/1.0\r\n\r\n")
    speak(server.port, f"GET {target} HTTP/1.1\r\nbad header\r\n\r\n")
    speak(server.port, f"GET {target} HTTP/9.9\r\n\r\n")
    server.stop()  # what is kept back is written now
    log = server.written()
    assert CALLBACK in log  # there is a log
    assert SECRET not in log, [
        line for line in log.splitlines() if SECRET in line]


def speak(port, words):
    """Say something over TLS that no browser would."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as wire:
            wire.sendall(words.encode())
            while wire.recv(4096):
                pass


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_takes_the_page_from_it(kind, tab, authority):
    with serving(kind, authority) as running:
        tab.open(f"https://localhost:{running.port}{CALLBACK}{GOOD}")
        assert tab.text_of("answer") == ANSWER
        assert tab.complaints() == []
        tab.open(f"https://localhost:{running.port}{START}#x")
        assert "not set up" in tab.text


def test_the_pages_name_nothing_outside():
    for name in ("callback.html", "start.html"):
        text = page(name)
        assert not re.search(r"""(?:src|href|action)\s*=\s*["']""", text)
        assert not re.search(r"@import|url\(|innerHTML|fetch\(|XMLHttp", text)
        assert len(text) < 16384
        assert len(re.findall("<script", text)) == 1
        assert len(re.findall("<style", text)) == 1
