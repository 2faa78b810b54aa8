# SPDX-License-Identifier: ISC
"""From the start page, over Genesys Cloud, to the code in a real ssh."""

import os
import re
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

from house import ROOT
from person import address_in

sys.path.append(os.path.join(ROOT, "tests", "web"))
from chrome import Chrome, why_not  # noqa: E402
from webhost import CALLBACK, START, Webhost, page, set_up  # noqa: E402

ADDRESS_MAX = 89  # bytes; one line of a terminal
HASH_LENGTH = 22


@pytest.fixture(scope="module")
def chrome(house):
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    browser = Chrome()
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
    configure(**settings)
    yield server
    server.close()


def start_address(start, shown):
    """The short address: what the terminal shows, or should."""
    found = re.search(rf"^{re.escape(start)}#\S+$", shown, re.MULTILINE)
    if found:
        return found.group()
    query = parse_qs(urlsplit(address_in(shown)).query)
    label = query["state"][0][HASH_LENGTH:]
    return f"{start}#{query['code_challenge'][0]}{label}"[:ADDRESS_MAX]


def test_a_sign_in_goes_from_page_to_page(
        sshd, chrome, webhost, genesys, journal, people):
    terminal = sshd.open("alice")
    shown = terminal.asked()
    tab = chrome.page().open(start_address(webhost.url(START), shown))
    assert tab.text_of("account") == "alice"
    assert tab.text_of("host") == "bastion01"
    assert tab.link("go") == address_in(shown)  # the helper's own, exactly

    tab.click("go")
    tab.choose("alice")
    tab.wait_for_text("Your sign-in code")
    assert tab.text_of("account") == "alice"
    assert tab.text_of("host") == "bastion01"
    assert tab.address == webhost.url(CALLBACK)
    tab.click("copy")
    tab.wait("said", "Copied")
    terminal.answer(tab.pasted())

    assert terminal.session()[0] == "alice"
    terminal.leave()
    assert journal.decision("ok")["genesys_id"] == people["alice"].id
    assert [target.split("?")[0] for target in webhost.seen] == [
        START, CALLBACK]


def test_after_a_cancelled_one_the_next_attempt_succeeds(
        sshd, chrome, webhost):
    terminal = sshd.open("alice")
    start = start_address(webhost.url(START), terminal.asked())
    tab = chrome.page().open(start)
    tab.click("go")
    tab.choose("cancel")
    tab.wait_for_text("You are not signed in")
    assert "The sign-in was cancelled" in tab.text
    terminal.answer("")  # as the page says

    shown = terminal.asked()
    assert "The answer was empty." in shown
    tab.open(start_address(webhost.url(START), shown))
    tab.click("go")
    tab.choose("alice")
    tab.wait_for_text("Your sign-in code")
    terminal.answer(tab.text_of("code"))
    assert terminal.session()[0] == "alice"
