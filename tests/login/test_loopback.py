# SPDX-License-Identifier: ISC
"""callback=loopback in real programs: who gets a listener, and who does not."""

import re
import socket
from urllib.parse import parse_qs, urlsplit

import pytest

import contract
import hosts
from person import address_in
from waiting import PATIENCE

ENTER = ("Press Enter when the page says so, or paste the code, or the whole "
         "address of the page you land on: ")


@pytest.fixture(autouse=True)
def listening(genesys, configure):
    client = genesys.clients.get("loopback") or genesys.add_client(
        "loopback", redirect_uris=["http://localhost/back"])
    configure(callback="loopback", client_id=client.id,
              redirect_uri=client.redirect_uris[0])


def visit(redirect):
    """What a browser shows that goes there, up to the page's end."""
    parts = urlsplit(redirect)
    with socket.create_connection(("127.0.0.1", parts.port), PATIENCE) as browser:
        browser.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\n"
                        f"Host: {parts.netloc}\r\n\r\n".encode())
        reply = b""
        while piece := browser.recv(4096):
            reply += piece
    return reply.decode()


@pytest.mark.parametrize("kind", [hosts.Su, hosts.Sudo, hosts.Login],
                         ids=lambda kind: kind.name)
def test_the_browser_brings_the_code_to(house, people, journal, kind):
    terminal = kind(house).open("alice")
    shown = terminal.asked(ENTER)
    terminal.answer("")
    assert "You are signed in as " in visit(people["alice"].sign_in(shown))
    terminal.session()
    terminal.leave()
    assert journal.decision("ok")["genesys_id"] == people["alice"].id


def without_chances(text):
    """A text without what is another each time."""
    text = re.sub(r"localhost(:|%3A)\d+|until [\d:]+|code_challenge=[\w-]+"
                  r"|state=[\w.~-]+"
                  # stands there when the browser is faster than Enter
                  r"|<p>Now press Enter[^<]*</p>\n", "", text)
    return re.sub("alice|nobody-here|dave", "NAME", text)


def test_a_decoy_listens_and_says_the_same(house, genesys, journal):
    """What comes of the same code, at accounts of somebody and of nobody."""
    house.stack("gcpkce-test", "auth required {module} attempts=1\n")
    terminals = [hosts.Pamtester(house).open(account)
                 for account in ("alice", "dave", "nobody-here")]
    seen = set()
    for terminal in terminals:
        shown = terminal.asked(ENTER)
        query = parse_qs(urlsplit(address_in(shown)).query)
        terminal.answer("")
        page = visit(f"{query['redirect_uri'][0]}?code={'A' * 43}"
                     f"&state={query['state'][0]}")
        assert contract.REFUSED[:20] in page
        seen.add((without_chances(shown), without_chances(page)))
    assert len(seen) == 1, "\n---\n".join(map(repr, seen))
    for terminal in terminals:
        assert contract.REFUSED in terminal.end()
    assert genesys.log.count("POST", "/oauth/token") == 1  # alice's
    journal.decision("user_unknown")


def test_ssh_from_this_very_host_has_a_listener(sshd, people):
    terminal = sshd.open("alice")
    shown = terminal.asked(ENTER)
    terminal.answer("")
    assert "You are signed in as alice on bastion01" in visit(
        people["alice"].sign_in(shown))
    assert terminal.session()[0] == "alice"


def pamtester(house, item):
    """pamtester with one item of PAM's set."""
    return hosts.Terminal(house, [
        "pamtester", "-I", item, "gcpkce-test", "alice", "authenticate"])


def test_somebody_elsewhere_gets_none(house, people):
    terminal = pamtester(house, "rhost=203.0.113.7")
    terminal.answer(people["alice"].sign_in(terminal.asked(hosts.PASTE)))
    assert "successfully authenticated" in terminal.end()


def test_at_a_console_nobody_is_asked(house, people):
    terminal = pamtester(house, "tty=tty1")
    shown = terminal.asked("then the sign-in goes on by itself.")
    assert "Enter" not in shown
    page = visit(people["alice"].sign_in(shown))
    assert "You are signed in as alice on bastion01" in page
    assert "Enter" not in page
    assert "successfully authenticated" in terminal.end()
