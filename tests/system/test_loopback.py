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

PASTE = ("Even if the browser shows an error, paste the whole address of the page "
         "you land on: ")
NUMBER = ("Then type the number that the page shows, or paste the whole address "
          "of the page you land on: ")


@pytest.fixture(autouse=True)
def listening(genesys, configure):
    client = genesys.clients.get("loopback") or genesys.add_client(
        "loopback", redirect_uris=["http://localhost/back"])
    configure(callback="loopback", client_id=client.id,
              redirect_uri=client.redirect_uris[0])


def visit(redirect, terminal=None):
    """What a browser shows that goes there, up to the page's end.

    At a terminal the person types the number of the page.
    """
    parts = urlsplit(redirect)
    with socket.create_connection(("127.0.0.1", parts.port), PATIENCE) as browser:
        browser.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\n"
                        f"Host: {parts.netloc}\r\n\r\n".encode())
        reply = b""
        while piece := browser.recv(4096):
            reply += piece
            if terminal and (number := number_of(reply.decode())):
                terminal.answer(number)
                terminal = None
    return reply.decode()


def number_of(page):
    """The number that a page asks to type; None if it does not."""
    found = re.search(r"Type (\d{4}) in the terminal", page)
    return found and found.group(1)


def is_in(text, number):
    """Does a text have the number by itself, not as a part of an id or a port?"""
    return re.search(rf"(?<![\w-]){number}(?![\w-])", text) is not None


class Held:
    """A browser that has brought a code, and waits for its page's end."""

    def __init__(self, redirect):
        parts = urlsplit(redirect)
        self._browser = socket.create_connection(("127.0.0.1", parts.port), PATIENCE)
        self._browser.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\n"
                              f"Host: {parts.netloc}\r\n\r\n".encode())
        page = ""
        while number_of(page) is None:
            piece = self._browser.recv(4096).decode()
            assert piece, page
            page += piece
        self.number = number_of(page)

    def rest(self):
        page = b""
        while piece := self._browser.recv(4096):
            page += piece
        self._browser.close()
        return page.decode()


class OwnSu(hosts.Su):
    """alice becomes alice."""

    def open(self, account):
        return hosts.Terminal(self._house, hosts.as_account(account, [
            "su", account, "-c", self._house.session]))


@pytest.mark.parametrize("kind", [OwnSu, hosts.Sudo, hosts.Login],
                         ids=lambda kind: kind.name)
def test_the_browser_brings_the_code_to(house, people, journal, kind):
    terminal = kind(house).open("alice")
    shown = terminal.asked(NUMBER)
    page = visit(people["alice"].sign_in(shown), terminal)
    assert "You are signed in as " in page
    terminal.session()
    terminal.leave()
    assert journal.decision("ok")["subject"] == people["alice"].id
    for shown in (terminal.transcript.replace(f"{number_of(page)}\n", "", 1), journal.text()):
        assert not is_in(shown, number_of(page))


def without_chances(text):
    """A text without what is another each time."""
    text = re.sub(r"localhost(:|%3A)\d+|within \d+ seconds|code_challenge=[\w-]+"
                  r"|state=[\w.~-]+"
                  r"|Type \d{4}", "", text)
    return re.sub("alice|absent-user|dave", "NAME", text)


def pamtester(house, *items, account="alice"):
    """pamtester with some items of PAM's set."""
    options = [word for item in items for word in ("-I", item)]
    return hosts.Terminal(house, [
        "pamtester", *options, "gcpkce-test", account, "authenticate"])


def test_a_decoy_listens_and_says_the_same(house, genesys, journal):
    """The result of the same code, at mapped and at unmapped accounts."""
    house.stack("gcpkce-test", "auth required {module} attempts=1\n")
    terminals = [pamtester(house, "tty=pts/9", account=account)
                 for account in ("alice", "dave", "absent-user")]
    seen = set()
    for terminal in terminals:
        shown = terminal.asked(NUMBER)
        query = parse_qs(urlsplit(address_in(shown)).query)
        page = visit(f"{query['redirect_uri'][0]}?code={'A' * 43}"
                     f"&state={query['state'][0]}", terminal)
        assert contract.REFUSED[:20] in page
        seen.add((without_chances(shown), without_chances(page)))
    assert len(seen) == 1, "\n---\n".join(map(repr, seen))
    for terminal in terminals:
        assert contract.REFUSED in terminal.end()
    assert genesys.log.count("POST", "/oauth/token") == 1  # alice's
    journal.decision("user_unknown")


def test_ssh_from_this_very_host_has_a_listener(sshd, people):
    terminal = sshd.open("alice")
    shown = terminal.asked(NUMBER)
    assert "You are signed in as alice on bastion01" in visit(
        people["alice"].sign_in(shown), terminal)
    assert terminal.session()[0] == "alice"


@pytest.mark.parametrize("account", ["alice", "dave"])
def test_what_is_not_a_number_of_a_page_is_reported_and_sends_nothing(
        house, genesys, journal, account):
    """Also at an account that no user can sign in to."""
    house.stack("gcpkce-test", "auth required {module} attempts=6\n")
    terminal = pamtester(house, "tty=pts/9", account=account)
    shown = terminal.asked(NUMBER)
    query = parse_qs(urlsplit(address_in(shown)).query)
    state = query["state"][0]
    seen = []

    def say(text):
        terminal.answer(text)
        seen.append(terminal.asked(NUMBER))
    say("")
    say("0042")
    browser = Held(f"{query['redirect_uri'][0]}?code={'A' * 43}&state={state}")
    wrong = f"{(int(browser.number) + 1) % 10000:04}"
    for _ in range(3):
        say(wrong)
    assert "You are not signed in." in browser.rest()
    for shown, sentence in zip(seen, (
            "The answer was empty.", "No code has come from a browser yet",
            *["That is not the number that the page in the browser shows."] * 2,
            "That was the third wrong number")):
        assert sentence in shown
    assert [state in shown for shown in seen] == [True, True, True, True, False]
    assert genesys.log.count("POST", "/oauth/token") == 0
    terminal.press_eof()
    terminal.end()
    if account == "alice":
        assert [
                line["cause"] for line in journal.decisions()
                if line["outcome"] == "answer_malformed"] == [
            "a number was typed before the browser sent a code", "the number is not the page's",
            "the number is not the page's", "the number is not the page's, for the third "
            "time: the browser's code is discarded"]
    assert not is_in(journal.text(), browser.number)


def sudo_of_target(house):
    """carol becomes alice, by what alice knows."""
    return hosts.Terminal(house, hosts.as_account("carol", [
        "sudo", "-u", "alice", house.session]))


@pytest.mark.parametrize("start", [
    pytest.param(lambda house: hosts.Su(house).open("alice"), id="su"),
    pytest.param(sudo_of_target, id="sudo with targetpw")])
def test_who_becomes_another_account_gets_none(house, people, start):
    terminal = start(house)
    shown = terminal.asked(PASTE)
    assert "localhost%2F" in shown  # without the port of a listener
    # no server has the page that the browser lands on; its address is pasted
    terminal.answer(people["alice"].sign_in(shown))
    assert terminal.session()[0] == "alice"
    terminal.leave()


@pytest.mark.parametrize("items", [
    ["rhost=203.0.113.7"], ["rhost=203.0.113.7", "tty=pts/9"], ["ruser=alice"], []])
def test_a_user_on_another_host_gets_none(house, people, items):
    terminal = pamtester(house, *items)
    terminal.answer(people["alice"].sign_in(terminal.asked(PASTE)))
    assert "successfully authenticated" in terminal.end()


@pytest.mark.parametrize("items", [
    ["tty=pts/9"], ["tty=pts/9", "ruser=alice"], ["tty=ssh", "rhost=127.0.0.1"],
    ["rhost=localhost"], ["rhost=::1"]])
def test_a_user_on_this_host_gets_one(house, people, items):
    terminal = pamtester(house, *items)
    shown = terminal.asked(NUMBER)
    assert "You are signed in as alice on bastion01" in visit(
        people["alice"].sign_in(shown), terminal)
    assert "successfully authenticated" in terminal.end()


def test_a_greeter_that_sets_nothing_gets_one(house, people):
    house.stack("greetd", "auth required {module}\n")
    terminal = hosts.Terminal(
        house, ["pamtester", "greetd", "alice", "authenticate"])
    shown = terminal.asked(NUMBER)
    assert "You are signed in as alice on bastion01" in visit(
        people["alice"].sign_in(shown), terminal)
    assert "successfully authenticated" in terminal.end()


def test_at_a_console_there_is_no_prompt(house, people):
    terminal = pamtester(house, "tty=tty1")
    shown = terminal.asked("then the sign-in goes on by itself.")
    assert "number" not in shown
    page = visit(people["alice"].sign_in(shown))
    assert "You are signed in as alice on bastion01" in page
    assert number_of(page) is None and "Enter" not in page
    assert "successfully authenticated" in terminal.end()
