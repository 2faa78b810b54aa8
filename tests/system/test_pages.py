# SPDX-License-Identifier: ISC
"""From the start page to the code in a real ssh, and the browser to su."""

import os
import re
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

import hosts
from house import ROOT
from person import address_in

sys.path.append(os.path.join(ROOT, "tests", "web"))
from chrome import Chrome, why_not  # noqa: E402
from webhost import CALLBACK, START, Webhost, page, set_up  # noqa: E402

ADDRESS_MAX = 77  # bytes; one line for plink
HASH_LENGTH = 22
NUMBER = ("Then type the number that the page shows, or paste the whole address "
          "of the page you land on: ")


@pytest.fixture(scope="module")
def chrome(house):
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    # the listener's page has no end before the sign-in has one
    browser = Chrome(load="none")
    yield browser
    browser.close()


@pytest.fixture
def webhost(genesys, configure):
    """Our pages, the callback registered, and both configured alike."""
    server = Webhost()
    client = genesys.add_client("pages", redirect_uris=[server.url(CALLBACK)])
    settings = {"client_id": client.id, "redirect_uri": server.url(CALLBACK),
                "login_url": genesys.login_url}
    server.pages[START] = set_up(page("start.html"), **settings)
    configure(start_url=server.url(START), **settings)
    yield server
    server.close()


def start_address(start, shown):
    """The short address that the terminal shows, alone on its line."""
    found = re.findall(rf"^{re.escape(start)}#\S+$", shown, re.MULTILINE)
    assert len(found) == 1 and "/oauth/authorize" not in shown
    assert len(found[0]) <= ADDRESS_MAX
    return found[0]


def test_a_sign_in_goes_from_page_to_page(
        sshd, chrome, webhost, genesys, journal, people):
    terminal = sshd.open("alice")
    shown = terminal.asked()
    start = start_address(webhost.url(START), shown)
    challenge, label = re.search(r"#([\w-]{43})\.(.+)", start).groups()
    tab = chrome.page().open(start)
    tab.wait("account", "alice")
    assert label == "alice"  # with the host it would be too long
    assert tab.text_of("host") == "(not named)"
    query = parse_qs(urlsplit(tab.link("go")).query)
    assert query["code_challenge"] == [challenge]
    assert query["state"] == [f"{challenge[:HASH_LENGTH]}.{label}"]

    tab.click("go")
    tab.choose("alice")
    tab.wait_for_text("Your sign-in answer")
    assert tab.text_of("account") == "alice"
    assert tab.address == webhost.url(CALLBACK)
    tab.click("copy")
    tab.wait("said", "Copied")
    terminal.answer(tab.pasted())

    assert terminal.session()[0] == "alice"
    terminal.leave()
    assert journal.decision("ok")["subject"] == people["alice"].id
    assert [target.split("?")[0] for target in webhost.seen] == [
        START, CALLBACK]


def test_after_a_cancelled_one_the_next_attempt_succeeds(
        sshd, chrome, webhost):
    terminal = sshd.open("alice")
    start = start_address(webhost.url(START), terminal.asked())
    tab = chrome.page().open(start)
    tab.wait("account", "alice")
    tab.click("go")
    tab.choose("cancel")
    tab.wait_for_text("You are not signed in")
    assert "The sign-in was cancelled" in tab.text
    terminal.answer("")  # as the page says

    shown = terminal.asked()
    assert "The answer was empty." in shown
    tab.open(start_address(webhost.url(START), shown))
    tab.wait("account", "alice")
    tab.click("go")
    tab.choose("alice")
    tab.wait_for_text("Your sign-in answer")
    terminal.answer(tab.text_of("answer"))
    assert terminal.session()[0] == "alice"


@pytest.fixture
def sudo(house, genesys, configure):
    """sudo, and a browser on the same host that brings the code."""
    client = genesys.add_client(
        "loopback", redirect_uris=["http://localhost/back"])
    configure(callback="loopback", client_id=client.id,
              redirect_uri=client.redirect_uris[0])
    return hosts.Sudo(house)


def test_the_browser_brings_the_code_to_sudo(sudo, chrome, journal, people):
    terminal = sudo.open("alice")
    tab = chrome.page().open(address_in(terminal.asked(NUMBER)))
    tab.choose("alice")
    tab.wait_for_text("in the terminal, if you yourself")
    assert "You are signed in" not in tab.text
    terminal.answer(re.search(r"Type (\d{4}) in the terminal", tab.text).group(1))
    assert terminal.session()[0] == "ops"
    tab.wait_for_text("You are signed in as alice on bastion01; "
                      "you can close this window.")
    assert tab.title == "Your sign-in"
    assert not tab.complaints()  # but for its favicon nothing was asked for
    terminal.leave()
    assert journal.decision("ok")["subject"] == people["alice"].id
