# SPDX-License-Identifier: ISC
"""Sign-ins at the login screen of LightDM, with the real module, helper and page."""

import pytest
import tree
from contract import CANCELLED, DENIED
from desk import ALONE, PEOPLE, exists, read
from lightdm import DISPLAY, LightDM
from ports import free_port
from waiting import wait_until


@pytest.fixture
def lightdm(screen, genesys, journal):
    genesys.faults.clear()
    genesys.log.clear()
    desk = LightDM(screen, genesys)
    desk.configure()
    yield desk
    desk.stop()
    print(f"The journal:\n{journal.text()}")  # shown of what failed


def test_a_person_escapes_tries_twice_and_gets_a_session_with_the_token(lightdm, genesys):
    lightdm.start()
    lightdm.wait_for("Example Contact Center")
    lightdm.screen.shot("lightdm-start")
    lightdm.sign_in("bob")
    lightdm.wait_for_page()
    lightdm.screen.keys("Escape")
    lightdm.wait_for("User name", "The sign-in was cancelled.")
    lightdm.sign_in("alice")
    lightdm.wait_for_page(2)
    lightdm.screen.shot("lightdm-page")
    lightdm.screen.keys("shift+Tab", "Return")  # the page's last button: Cancel
    # one text has both, because LightDM's greeters may show the last text alone
    lightdm.wait_for("Please sign in once more", CANCELLED)
    lightdm.screen.keys("Return")
    lightdm.choose("alice", 3)
    user, environment = lightdm.session()
    assert user == "alice"
    [token] = genesys.log.tokens()
    assert environment["GENESYSCLOUD_ACCESS_TOKEN"] == token


def test_another_person_is_refused_and_the_screen_says_so(lightdm, journal):
    lightdm.configure(stack=ALONE)
    lightdm.start()
    lightdm.sign_in("alice")
    lightdm.choose("bob")
    lightdm.wait_for("You are not signed in", DENIED, "Start again")
    journal.decision("not_mapped")
    lightdm.screen.keys("Return")
    lightdm.wait_for("User name")


def test_without_a_prompt_the_listener_gets_the_code(lightdm, genesys, journal):
    """With callback=loopback the module does not ask at a display of this host."""
    port = free_port()
    redirect = f"http://localhost:{port}/oauth2/callback"
    genesys.clients["public"].redirect_uris.append(redirect)
    lightdm.configure(callback="loopback", redirect_uri=redirect)
    lightdm.start()
    lightdm.sign_in("alice")
    lightdm.choose("alice")
    user, environment = lightdm.session()
    assert user == "alice" and environment["GENESYSCLOUD_ACCESS_TOKEN"] in genesys.log.tokens()
    assert "an answer of 0 bytes; verdict: ok" in journal.text()  # the listener had the code


def sessions():
    """Whose sessions run."""
    return {user for user, uid in PEOPLE.items() for pid in tree.processes_of(uid)
            if "/tmp/session.sh" in read(f"/proc/{pid}/cmdline")}


def test_a_locked_session_opens_for_its_user_and_another_gets_one_beside_it(
        lightdm, genesys):
    """dm-tool lock: the login screen on an X server of its own."""
    lightdm.start()
    lightdm.sign_in("alice")
    lightdm.choose("alice")
    lightdm.lock(DISPLAY + 1)
    lightdm.sign_in("bob")
    lightdm.choose("bob", 2)
    assert lightdm.session()[0] == "bob" and sessions() == {"alice", "bob"}
    lightdm.lock(DISPLAY + 2)
    lightdm.sign_in("alice")
    lightdm.choose("bob", 3)
    lightdm.wait_for("Password:", DENIED)
    lightdm.screen.keys("Escape")
    assert "Returning to existing" not in lightdm.said()
    lightdm.sign_in("alice")
    lightdm.choose("alice", 4)
    assert wait_until(lambda: "Returning to existing user session alice" in lightdm.said())
    # it is the same session, with its own token; the new one is revoked
    assert wait_until(lambda: list(genesys.log.tokens().values()) == [True, True, False, False])
    assert sessions() == {"alice", "bob"} and not exists("/tmp/session")
