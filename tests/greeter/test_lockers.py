# SPDX-License-Identifier: ISC
"""Screen lockers, with the real module and helper: what serves at them, and what does not."""

import subprocess
import time

import desk as desks
import pexpect
import pytest
import tree
from browser import Browser
from person import address_in
from waiting import PATIENCE, wait_until

UID = desks.PEOPLE["alice"]
STACK = desks.STACK.replace(" export=env", "")
XSECURELOCK = {"XSECURELOCK_NO_COMPOSITE": "1", "XSECURELOCK_SAVER": "saver_blank",
               "XSECURELOCK_PAM_SERVICE": "xsecurelock"}


@pytest.fixture
def lock(desk, screen):
    """Start a locker as alice."""
    started = []

    def start(service, *argv, **environment):
        desk.configure(attempts=1)
        desks.write(f"/etc/pam.d/{service}", STACK)
        started.append(tree.as_account(UID, argv, {
            **screen.environment, "HOME": "/home/alice", "USER": "alice", **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(2)  # it has no window that xdotool finds
        assert started[-1].poll() is None
        return started[-1]
    yield start
    for locker in started:
        locker.kill()
        locker.wait(PATIENCE)


def is_asked(journal):
    """Does the module wait for an answer?"""
    return wait_until(lambda: "started in" in journal.text())


def test_i3lock_answers_with_the_password_which_goes_nowhere(lock, screen, genesys, journal):
    """It shows nothing, and answers each prompt with what was typed before."""
    locker = lock("i3lock", "i3lock", "--nofork")
    screen.type(desks.PASSWORD)
    screen.keys("Return")
    assert locker.wait(PATIENCE) == 0  # by the line after ours
    (decision,) = journal.decisions()
    assert (decision["outcome"], decision["service"]) == ("answer_malformed", "i3lock")
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_xsecurelock_is_at_this_host_and_has_room_for_a_password_alone(
        lock, screen, genesys, journal):
    locker = lock("xsecurelock", "xsecurelock", **XSECURELOCK)
    screen.keys("Shift_L")
    assert is_asked(journal)
    for _ in range(2):  # our prompt, and that of the line after ours
        time.sleep(3)  # it shows a message for a second, and drops keys
        screen.type(desks.PASSWORD)
        screen.keys("Return")
    assert locker.wait(PATIENCE) == 0
    (decision,) = journal.decisions()
    assert (decision["outcome"], decision["rhost"]) == ("answer_malformed", "localhost")
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_xscreensaver_answers_with_the_password_which_goes_nowhere(
        lock, screen, genesys, journal):
    """Pages, one after the other: the address with OK, our prompt, why it was refused
    with OK, and the password of the line after ours."""
    desks.write("/home/alice/.xscreensaver", "mode: blank\nsplash: False\nfade: False\n")
    lock("xscreensaver", "xscreensaver", "--no-splash")

    def command(word):
        return screen.run("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups",
                          "xscreensaver-command", word)
    command("-lock")
    assert wait_until(lambda: "locked since" in command("-time"))
    assert wait_until(lambda: screen.keys("Shift_L") or "started in" in journal.text())
    pages = 0
    while "locked since" in command("-time"):
        assert pages < 10, journal.text()
        pages += 1
        screen.type(desks.PASSWORD)
        screen.keys("Return")
        time.sleep(3)  # until the next page takes keys
    assert pages >= 4
    assert {(line["outcome"], line["service"]) for line in journal.decisions()} == {
        ("answer_malformed", "xscreensaver")}
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_vlock_shows_the_address_and_takes_what_is_pasted(desk, genesys, journal):
    desk.configure()
    desks.write("/etc/pam.d/vlock", STACK)
    terminal = pexpect.spawn(
        "setpriv", [f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "vlock-main"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "USER": "alice", "HOME": "/home/alice",
             "TERM": "dumb"}, encoding="utf-8", timeout=PATIENCE)
    terminal.sendline("")
    terminal.expect("land on: ")
    shown = terminal.before.replace("\r\n", "\n")
    terminal.sendline(Browser(genesys.ca_file).sign_in(address_in(shown), "alice"))
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    (decision,) = journal.decisions()
    assert (decision["outcome"], decision["service"]) == ("ok", "vlock")
