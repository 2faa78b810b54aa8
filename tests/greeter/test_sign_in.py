# SPDX-License-Identifier: ISC
"""What users do at a login screen: at greetd and at LightDM, each with a page whose
redirect is caught, with callback=loopback, and with Chromium in the page's place.

A workstation stays for all of its tests, as it does in a contact center; each test
begins and ends at the start page.
"""

import chromium
import desk as desks
import pytest
from conftest import ACCOUNT, UID, in_use
from contract import CANCELLED, DENIED
from faults import Fault
from house import process_ids, runs
from lightdm import LightDM
from ports import free_port
from waiting import wait_until

# The first page gives a cookie, which the one that follows has.
COOKIE = Fault(status=200, body="<title>First</title><script>location.reload()</script>", times=1,
               headers={"Set-Cookie": "person=alice; Max-Age=9999; Secure; HttpOnly"})


@pytest.fixture(scope="module", ids="-".join, params=[
    (manager, way) for manager in ("greetd", "lightdm") for way in ("caught", "loopback", "chromium")])
def workstation(request, screen, genesys, all_lines):
    manager, way = request.param
    station = desks.Desk(screen, genesys, ACCOUNT, UID) if manager == "greetd" else LightDM(screen, genesys)
    changes = {}
    if way != "caught":
        changes = {"callback": "loopback", "redirect_uri": chromium.REDIRECT.format(free_port())}
        genesys.clients["public"].redirect_uris.append(changes["redirect_uri"])
    station.name = "-".join(request.param).replace("-caught", "")
    greeter = [f"view = {chromium.PROGRAM}"] if way == "chromium" else []
    with in_use(station, all_lines, desks.ALONE, greeter, **changes):
        station.start()
        yield station


@pytest.fixture
def desk(workstation, genesys, journal):
    """The workstation, at its start page."""
    genesys.faults.clear()
    genesys.log.clear()
    workstation.wait_for("User name")
    yield workstation
    print(f"{workstation.said()}\nThe journal:\n{journal.text()}")  # shown of what failed


def left_over():
    """What a sign-in that has ended must not leave."""
    return chromium.running() + [
        pid for pid in process_ids() for name in ("gcpkce-view", "bwrap", desks.HELPER) if runs(pid, name)]


def test_a_server_that_cannot_be_reached_is_tried_again(desk, genesys):
    desk.shot(f"{desk.name}-start")
    genesys.refuse("login")
    try:
        desk.sign_in("alice")
        # Chromium has a page of its own, without a button of ours
        desk.wait_for("refused to connect" if desk.by_chromium else "localhost accepts no connection")
        desk.shot(f"{desk.name}-no-server")
    finally:
        genesys.listen("login")
    desk.screen.keys("Escape" if desk.by_chromium else "Return")
    if desk.by_chromium:
        desk.sign_in("alice")
    desk.wait_for_page()
    desk.screen.keys("Escape")
    desk.wait_for("User name", "The sign-in was cancelled.")


def test_another_person_is_refused_and_the_screen_says_so(desk, journal):
    desk.sign_in("alice")
    desk.choose("bob")
    shown = desk.wait_for("You are not signed in", DENIED, "Start again", "alice")
    desk.shot(f"{desk.name}-refused")
    assert not any("User name" in thing["name"] for thing in shown)
    journal.decision("not_mapped")
    desk.screen.keys("Return")
    desk.wait_for("User name")


def test_escape_ends_the_page_and_the_sign_in(desk):
    desk.sign_in("alice")
    desk.wait_for_page()
    assert left_over()
    desk.screen.keys("Escape")
    shown = desk.wait_for("User name", "The sign-in was cancelled.")
    assert [thing["text"] for thing in shown if thing["name"] == "User name"] == ["", ""]
    assert wait_until(lambda: not left_over()), left_over()


def test_a_second_attempt_signs_in_and_nothing_of_it_is_there_for_the_next_person(desk, genesys, journal):
    genesys.faults["authorize"] = COOKIE
    desk.sign_in("alice")
    desk.wait_for_page(2)
    desk.shot(f"{desk.name}-page")
    desk.screen.keys("shift+Tab", "Return")  # the page's last button: Cancel
    # one text has both, because LightDM's greeters may show the last text alone
    desk.wait_for("Please sign in once more", CANCELLED, "Open the sign-in page")
    desk.shot(f"{desk.name}-again")
    desk.screen.keys("Return")
    desk.choose("alice", 3)
    sessions = [desk.session()]
    desk.leave()
    desk.sign_in("bob")
    desk.choose("bob", 4)
    sessions.append(desk.session())
    assert wait_until(lambda: not left_over()), left_over()
    desk.leave()
    assert [user for user, _ in sessions] == ["alice", "bob"]
    assert [environment["GENESYSCLOUD_ACCESS_TOKEN"] for _, environment in sessions] == list(genesys.log.tokens())
    assert [environment["GCPKCE_USER_ID"] for _, environment in sessions] == [
        genesys.people[name].id for name in ("alice", "bob")]
    journal.wait('outcome=ok user="bob"')
    cookies = [record.headers.get("cookie") for record in genesys.log.requests("login")
               if record.path == "/oauth/authorize"]
    assert cookies == [None, "person=alice", None, None]
    if desk.name.startswith("greetd"):
        assert sessions[0][1]["XDG_SESSION_TYPE"] == "wayland"
    # at LightDM there is no prompt: the greeter gives the listener what the page came to
    heard = "an answer of 0 bytes; verdict: ok" in journal.text()
    assert heard == (desk.name in ("lightdm-loopback", "lightdm-chromium"))
    assert genesys.log.count("POST", "/oauth/token") == 2
