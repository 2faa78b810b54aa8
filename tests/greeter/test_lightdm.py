# SPDX-License-Identifier: ISC
"""Sign-ins at the login screen of LightDM, with the real module, helper and page."""

import tree
from contract import DENIED
from desk import PEOPLE, exists, read
from lightdm import DISPLAY
from waiting import wait_until


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


def test_a_session_that_is_not_installed_is_reported_before_and_after_the_sign_in(lightdm):
    lightdm.configure(greeter=["session = dekstop"])
    lightdm.start()
    lightdm.wait_for("The configuration of this screen has a fault")
    assert "session = dekstop: LightDM has no such session" in read("/tmp/greeter.log")
    lightdm.sign_in("alice")
    lightdm.choose("alice")
    shown = lightdm.wait_for("Your session did not start", "Your sign-in was accepted")
    assert not any("You are not signed in" in thing["name"] for thing in shown)
    lightdm.screen.keys("Escape")
    lightdm.wait_for("User name")
