# SPDX-License-Identifier: ISC
"""The login screen for everybody: keyboard, screen reader, German, large, dark."""

import os
import re
import subprocess
import time

import desk as desks
import pytest
from lightdm import write_entry
from screen import KEYS
from waiting import wait_until

# asks for the password once /tmp/go is there
SLOW = f"""\
auth required pam_exec.so /tmp/slow
auth required pam_unix.so
{desks.OPEN_STACK.split(chr(10), 1)[1]}"""
UNTIL = "#!/bin/sh\nwhile ! test -e /tmp/go; do sleep 0.1; done\nrm /tmp/go\n"
LARGE = ("scale = 200", "appearance = dark", "locale = de_DE.UTF-8")


def controls(objects):
    return [thing for thing in objects if "focusable" in thing["states"]
            and "sensitive" in thing["states"]]


def focused(desk):
    return [thing["name"] for thing in desk.objects() if "focused" in thing["states"]]


def tab_round(desk, names):
    """Press Tab until the focus is where it began; gives the names on the way."""
    begin = focused(desk)
    seen = [*begin]
    for _ in names[1:]:
        desk.screen.keys("Tab")
        assert wait_until(lambda: focused(desk) not in ([], [seen[-1]]), 5), seen
        seen += focused(desk)
    return seen


def test_each_control_has_a_name_and_tab_reaches_it(desk):
    """The rows: page, role, name; the first control has the focus."""
    desk.start()
    tables = {"start": [("text", "User name"), ("push button", "Sign in"),
                        ("push button", "Other way in")],
              "password": [("password text", "Password:"), ("push button", "Continue"),
                           ("push button", "Start again")]}
    for page, rows in tables.items():
        if page == "password":
            desk.screen.keys("Return")  # the other way, on which the focus is
            desk.wait_for("Password:")
        else:
            desk.type_name("alice")
        assert wait_until(lambda rows=rows: focused(desk) == [rows[0][1]], 10)
        objects = desk.objects()
        assert [(thing["role"], thing["name"]) for thing in controls(objects)] == rows
        names = [name for _, name in rows]
        assert tab_round(desk, names) == names
        assert not [thing for thing in objects if "_" in thing["name"]]


def shown(desk):
    """All that is shown, without the clock."""
    return [(thing["role"], thing["name"]) for thing in desk.objects()
            if not re.search("[0-9]:[0-9][0-9]|20[0-9][0-9]", thing["name"])]


def test_no_key_opens_anything(desk):
    """On each page, also where the environment asks for GTK's inspector."""
    desk.configure(stack=SLOW)
    desks.write("/tmp/slow", UNTIL, 0o755)
    desk.variables = "GTK_DEBUG=interactive"
    desk.start()
    for page in ("User name", "One moment", "Password:"):
        desk.wait_for(page)
        before = shown(desk)
        assert [name for role, name in before if role == "frame"] == ["Sign-in screen"]
        for key in KEYS:
            desk.screen.keys(key)
        time.sleep(1)  # until a window is there
        assert shown(desk) == before, page
        if page == "User name":
            desk.sign_in("alice")
        elif page == "One moment":
            desks.write("/tmp/go", "")
    desk.screen.type(desks.PASSWORD)
    desk.screen.keys("Return")
    assert desk.session()[0] == "alice"


@pytest.fixture
def slow(desk):
    """The start page with a name typed; gives what ends the wait that Enter begins."""
    desk.configure(stack=SLOW)
    desks.write("/tmp/slow", UNTIL, 0o755)
    desk.start()
    desk.type_name("alice")
    return lambda: desks.write("/tmp/go", "")


def finish(desk):
    """The password's page is there, stays, and works."""
    desk.wait_for("Password:")
    time.sleep(1)
    assert "Password:" in desk.names()
    desk.screen.type(desks.PASSWORD)
    desk.screen.keys("Return")
    assert desk.session()[0] == "alice"


def test_enter_again_does_nothing_while_the_user_waits(desk, slow):
    desk.screen.run("xdotool", "key", "--delay", "250", "Return", "Return")
    desk.wait_for("One moment")
    time.sleep(1)  # GTK may move the focus later
    assert focused(desk) == []
    desk.screen.keys("Return", "Return", "space")
    time.sleep(0.5)
    assert any("One moment" in name for name in desk.names())
    slow()
    finish(desk)


def test_enter_held_goes_on_to_the_next_page_alone(desk, slow):
    slow()
    desk.screen.run("xdotool", "keydown", "Return", "sleep", "2", "keyup", "Return")
    finish(desk)


@pytest.mark.usefixtures("slow")
def test_the_button_that_starts_again_is_one_tab_away(desk):
    desk.screen.keys("Return")
    desk.wait_for("One moment")
    desk.screen.keys("Tab")
    assert wait_until(lambda: focused(desk) == ["Start again"], 10), desk.objects()
    desk.screen.keys("Return")
    desk.wait_for("User name")


def drawn(path, area):
    """A part of a picture, as text."""
    return subprocess.run(["convert", path, "-crop", area, "-depth", "8", "txt:-"],
                          capture_output=True, text=True, check=True).stdout


def test_a_long_text_leaves_the_field_on_the_screen(desk):
    """It scrolls, by the keyboard too."""
    desks.write("/tmp/long", "".join(f"Line {number} of the terms that a user must read\n" for number in range(200)))
    desk.configure(stack=f"auth optional pam_echo.so file=/tmp/long\nauth required pam_unix.so\n"
                   f"{desks.OPEN_STACK.split(chr(10), 1)[1]}")
    desk.start()
    desk.sign_in("alice")
    desk.wait_for("Password:")
    path = desk.shot("greetd-long-text")
    assert "#174EA6" in drawn(path, "1024x768+0+0"), "the button below the field is not on the screen"
    before = drawn(path, "400x180+312+260")
    desk.screen.keys("shift+Tab", "Page_Down")
    assert drawn(desk.shot("greetd-long-text-below"), "400x180+312+260") != before


def test_messages_are_told_to_a_screen_reader(desk):
    desk.configure(stack=desks.ALONE)
    desk.start()
    desk.other_way("alice")
    shown = desk.wait_for("You are not signed in")
    roles = {thing["name"]: thing["role"] for thing in shown}
    assert roles["You are not signed in"] == "heading"
    assert roles["This sign-in was refused."] in ("alert", "notification")


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("pictures", [("greetd-german", "greetd-german-password")])
def test_large_dark_and_german(desk, pictures):
    desk.configure(greeter=LARGE)
    desk.start()
    shown = desk.wait_for("Benutzername", "Anmelden", "Anderer Weg")
    assert not any(thing["name"] == "User name" for thing in shown)
    path = desk.shot(pictures[0])
    corner = subprocess.run(["convert", path, "-format", "%[fx:int(255*p{4,4}.r)]", "info:"],
                            capture_output=True, text=True, check=True).stdout
    assert int(corner) < 60, "it is not dark"
    desk.screen.type("alice")
    desk.screen.keys("Tab", "Tab", "Return")
    desk.wait_for("Password:", "Weiter", "Von vorn")
    desk.shot(pictures[1])


def checked():
    """What gcpkce-greeter --check says, and its status."""
    done = subprocess.run([desks.GREETER, "--check"], capture_output=True, text=True, check=False)
    return done.stderr.removeprefix("gcpkce-greeter: ").strip(), done.returncode


def test_a_fault_of_the_configuration_is_shown_and_locks_nobody_out(desk):
    desk.configure(greeter=["scale = big", "colour = red"])
    desk.start()
    desk.wait_for("User name", "The configuration of this screen has a fault")
    said = "/etc/gcpkce-greeter.conf:5: scale is not a whole number from 100 to 200; write one"
    assert said in desks.read("/tmp/greeter.log")
    assert checked() == (said, 1)
    desk.sign_in("alice")
    desk.choose("alice")
    assert desk.session()[0] == "alice"


def test_a_missing_session_is_a_fault_where_greetd_needs_one(desk):
    desk.configure()
    desks.write(desks.CONF, "organization = Example Contact Center\n")
    os.makedirs("/etc/greetd", exist_ok=True)
    desks.write("/etc/greetd/config.toml", '[default_session]\ncommand = "cage -- agreety"\n')
    assert checked() == ("", 0)  # LightDM has sessions of its own
    desks.write("/etc/greetd/config.toml", '[default_session]\ncommand = "cage -- gcpkce-greeter"\n')
    said = "/etc/gcpkce-greeter.conf: session is missing, and greetd needs it; write session = COMMAND"
    assert checked() == (said, 1)
    desk.start()
    desk.wait_for("User name", "The configuration of this screen has a fault")
    assert said in desks.read("/tmp/greeter.log")


@pytest.mark.parametrize("manager, setting, fault", [
    ("greetd", "session = swya --debug", "session = swya --debug: its program is not installed; "
                                         "install it, or write another command"),
    ("greetd", "session = /tmp", "session = /tmp: its program is not installed; "
                                 "install it, or write another command"),
    ("greetd", "session = LANG=C env", "session = LANG=C env: its program is not installed; "
                                       "install it, or write another command"),
    ("greetd", "session = env no-such-program", None),
    ("greetd", "session = $HOME/start", None),
    ("greetd", "session = ~/start", None),
    ("lightdm", "session = dekstop", "session = dekstop: LightDM has no such session; install it, or "
                                     "write the name of a file in /usr/share/xsessions or "
                                     "/usr/share/wayland-sessions, without .desktop"),
    ("lightdm", "session = desktop-x", None),
    ("lightdm", "session = desktop-wayland", None),
    ("lightdm", "", None),
    ("lightdm", "locale = xx_XX.UTF-8", "locale = xx_XX.UTF-8 is not installed; install it, or "
                                        "write a name that locale -a lists"),
    ("lightdm", "locale = C.UTF-8", None),
])
def test_what_the_host_does_not_have_is_a_fault(desk, manager, setting, fault):
    starts = {"greetd": "cage -- gcpkce-greeter", "lightdm": "agreety"}[manager]
    os.makedirs("/etc/greetd", exist_ok=True)
    os.makedirs("/etc/lightdm", exist_ok=True)
    desks.write("/etc/greetd/config.toml", f'[default_session]\ncommand = "{starts}"\n')
    write_entry("/usr/share/xsessions", "desktop-x", "/bin/true")
    write_entry("/usr/share/wayland-sessions", "desktop-wayland", "/bin/true")
    desk.configure()
    desks.write(desks.CONF, f"{setting}\n")
    assert checked() == (("", 0) if fault is None else (f"/etc/gcpkce-greeter.conf: {fault}", 1))


@pytest.mark.parametrize("manager, setting, found, fault", [
    ("lightdm", "", {"lightdm.conf": "desktop-x"}, None),
    ("lightdm", "", {"lightdm.conf.d/50.conf": "dekstop"}, ("lightdm.conf.d/50.conf", "dekstop")),
    ("lightdm", "", {"lightdm.conf.d/50.conf": "dekstop", "lightdm.conf": "desktop-x"}, None),
    ("lightdm", "", {"lightdm.conf.d/50.conf": "desktop-x", "lightdm.conf.d/60.conf": "xfec "},
     ("lightdm.conf.d/60.conf", "xfec")),
    ("lightdm", "session = desktop-x", {"lightdm.conf": "dekstop"}, None),
    ("greetd", "session = env", {"lightdm.conf": "dekstop"}, None),
])
def test_the_session_of_lightdm_s_own_files_is_judged_where_it_counts(desk, manager, setting, found, fault):
    """Of several files the last one counts, as LightDM reads them."""
    write_entry("/usr/share/xsessions", "desktop-x", "/bin/true")
    os.makedirs("/etc/greetd", exist_ok=True)
    starts = {"greetd": "cage -- gcpkce-greeter", "lightdm": "agreety"}[manager]
    desks.write("/etc/greetd/config.toml", f'[default_session]\ncommand = "{starts}"\n')
    desks.write(desks.CONF, f"{setting}\n")
    os.makedirs("/etc/lightdm/lightdm.conf.d", exist_ok=True)
    for name, session in found.items():
        desks.write(f"/etc/lightdm/{name}", f"[Seat:*]\nuser-session={session}\n")
    try:
        said = checked()
    finally:
        for name in found:
            os.unlink(f"/etc/lightdm/{name}")
    assert said == (("", 0) if fault is None else (
        f"/etc/lightdm/{fault[0]}: user-session = {fault[1]}: LightDM has no such session; install it, or write the "
        "name of a file in /usr/share/xsessions or /usr/share/wayland-sessions, without .desktop", 1))
