# SPDX-License-Identifier: ISC
"""Sign-ins at the login screen of LightDM, with the real module, helper and page."""

import tree
from contract import DENIED
from desk import PEOPLE, exists, read
from lightdm import DISPLAY
from waiting import wait_until


SERVICE = "org.freedesktop.DisplayManager"
STILL_OPEN = "A session is still open. Its user signs in to return to it."


def sessions():
    """Whose sessions run."""
    return {user for user, uid in PEOPLE.items() for pid in tree.processes_of(uid)
            if "/tmp/session.sh" in read(f"/proc/{pid}/cmdline")}


def test_a_locked_session_opens_for_its_user_and_another_gets_one_beside_it(
        lightdm, genesys):
    """dm-tool lock: the login screen on an X server of its own, which names no user."""
    def unnamed():
        shown = lightdm.wait_for("Locked", STILL_OPEN)
        assert "Locked" in [thing["name"] for thing in shown]

    lightdm.start()
    lightdm.sign_in("alice")
    lightdm.choose("alice")
    alice = lightdm.new_session()
    lightdm.lock(alice, DISPLAY + 1)
    unnamed()
    lightdm.shot("lightdm-locked")
    lightdm.sign_in("bob")
    lightdm.choose("bob", 2)
    bob = lightdm.new_session()
    assert bob[0] == "bob" and sessions() == {"alice", "bob"}
    lightdm.lock(bob, DISPLAY + 2)
    unnamed()
    lightdm.sign_in("alice")
    lightdm.choose("bob", 3)
    lightdm.wait_for("Password:", DENIED)
    lightdm.screen.keys("Escape")
    unnamed()  # as before
    assert "Returning to existing" not in lightdm.said()
    lightdm.sign_in("alice")
    lightdm.choose("alice", 4)
    assert wait_until(lambda: "Returning to existing user session alice" in lightdm.said())
    # it is the same session, with its own token; the new one is revoked
    assert wait_until(lambda: list(genesys.log.tokens().values()) == [True, True, False, False])
    assert sessions() == {"alice", "bob"} and not exists("/tmp/session")


def test_a_session_that_is_locked_has_its_user_s_name_filled_in(lightdm):
    """LightDM names the user if a session is locked, and not the seat."""
    lightdm.start()
    lightdm.sign_in("alice")
    lightdm.choose("alice")
    alice = lightdm.new_session()
    lightdm.lock(alice, DISPLAY + 1, ["dbus-send", "--system", "--print-reply", f"--dest={SERVICE}",
                                      alice[1]["XDG_SESSION_PATH"], f"{SERVICE}.Session.Lock"])
    shown = lightdm.wait_for("Locked by alice")
    assert STILL_OPEN not in [thing["name"] for thing in shown]
    lightdm.type_name("bob", proposed="alice")
    lightdm.screen.keys("Escape")
    assert wait_until(lambda: lightdm.field() == "alice")
    lightdm.screen.keys("Return")
    lightdm.choose("alice", 2)
    assert wait_until(lambda: "Returning to existing user session alice" in lightdm.said())


def test_a_session_that_is_not_installed_is_reported_before_and_after_the_sign_in(lightdm):
    lightdm.configure(greeter=["session = dekstop"])
    lightdm.start()
    shown = lightdm.wait_for("The configuration of this screen has a fault")
    assert not any("Locked by" in thing["name"] for thing in shown)
    assert "session = dekstop: LightDM has no such session" in read("/tmp/greeter.log")
    lightdm.sign_in("alice")
    lightdm.choose("alice")
    shown = lightdm.wait_for("Your session did not start", "Your sign-in was accepted")
    assert not any("You are not signed in" in thing["name"] for thing in shown)
    lightdm.screen.keys("Escape")
    lightdm.wait_for("User name")
