# SPDX-License-Identifier: ISC
"""A workstation with a login screen: accounts, PAM stack, greetd, and what is seen."""

import json
import os
import signal
import subprocess
import sys
import time

import chromium
import tree
from waiting import PATIENCE, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
GREETER = f"{tree.PREFIX}/bin/gcpkce-greeter"
MODULE = f"{tree.PREFIX}/lib/security/pam_gcpkce.so"
CONF = "/etc/gcpkce-greeter.conf"
PASSWORD = "correct horse"
PEOPLE = {"alice": 3001, "bob": 3002}
HELPER = "gcpkce-helper"

STACK = f"""\
auth sufficient {MODULE} export=env
auth required pam_unix.so
account required pam_permit.so
session required {MODULE} export=env
session required pam_permit.so
"""
ALONE = STACK.replace("auth required pam_unix.so", "auth required pam_deny.so")
OPEN_STACK = "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n"

# A session says who and where it is, and stays until the test ends it.
SESSION = """\
#!/bin/sh
{ id -un; env; } > /tmp/session.new
mv /tmp/session.new /tmp/session
while test ! -e /tmp/leave; do sleep 0.1; done
rm -f /tmp/session
"""

# What the administrator's configuration of greetd runs, as the greeter's account.
START = """\
#!/bin/sh
export XDG_RUNTIME_DIR=/run/user/{uid} WLR_BACKENDS=x11 DISPLAY={display}
export WLR_RENDERER=pixman LIBGL_ALWAYS_SOFTWARE=1 GDK_BACKEND=wayland NO_AT_BRIDGE=0
export DBUS_SESSION_BUS_ADDRESS={bus} {variables}
rm -f {socket}
dbus-daemon --session --address=$DBUS_SESSION_BUS_ADDRESS --nofork --nopidfile --nosyslog &
while test ! -S {socket}; do sleep 0.05; done
cage -- {greeter} 2>/tmp/greeter.log
kill $!
"""

GREETD = """\
[terminal]
vt = "none"
switch = false
[general]
runfile = "/tmp/greetd.run"
[default_session]
command = "/tmp/start-greeter"
user = "{user}"
"""


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)


def read(path):
    """The text of a file; "" if there is none."""
    if not exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


exists = os.path.exists


def set_up(fake):
    """Accounts, a helper's account, and the module's configuration."""
    for name, uid in PEOPLE.items():
        tree.run("useradd", "--uid", str(uid), "--create-home", "--shell", "/bin/sh", name)
    subprocess.run(["chpasswd"], input=f"alice:{PASSWORD}\n", text=True, check=True)
    tree.run("systemd-sysusers", f"{tree.ROOT}/etc/sysusers.d/pam_gcpkce.conf")
    write("/etc/pam.d/greetd-greeter", OPEN_STACK)
    write("/tmp/session.sh", SESSION, 0o755)
    os.makedirs("/etc/security", exist_ok=True)
    write("/etc/security/pam_gcpkce.map", "".join(
        f"{name} id:{fake.people[name].id}\n" for name in PEOPLE))


def is_connected():
    return "00000000" in read("/proc/net/route").split()[12:14]


def connect():
    """Have a network, as far as a screen can tell: a default route."""
    tree.run("ip", "route", "replace", "default", "dev", "lo")


def disconnect():
    tree.run("ip", "route", "del", "default")


class Desk:
    """The login screen as greetd runs it."""

    def __init__(self, screen, fake, account, uid):
        self.screen = screen
        self.fake = fake
        self.uid = uid
        self.account = account
        self.socket = f"/run/user/{uid}/bus"
        self.variables = ""  # more for the greeter
        self._daemon = self._eyes = None
        self.by_chromium = False

    def configure(self, stack=STACK, greeter=(), **changes):
        """Write all configuration; greeter has lines of the greeter's file."""
        settings = {**self.fake.settings(), "debug": "yes", **changes}
        self.by_chromium = f"view = {chromium.PROGRAM}" in greeter
        write("/etc/security/pam_gcpkce.conf", "".join(
            f"{key} = {value}\n" for key, value in settings.items() if value is not None))
        write("/etc/pam.d/greetd", stack)
        write(CONF, "\n".join(["organization = Example Contact Center",
                               "session = /tmp/session.sh", "session_type = wayland",
                               "login_hosts = localhost", *greeter, ""]))

    def start(self, greeter=None):
        """Start the display manager; greeter is a script in place of ours."""
        write("/tmp/start-greeter", greeter or START.format(
            uid=self.uid, display=self.screen.name, socket=self.socket,
            bus=f"unix:path={self.socket}", greeter=GREETER, variables=self.variables), 0o755)
        write("/tmp/greetd.toml", GREETD.format(user=self.account))
        # cage gets no keys while the pointer is beside its output
        self.screen.run("xdotool", "mousemove", "640", "400")
        self._run("greetd", "--config", "/tmp/greetd.toml")

    def _run(self, *argv):
        """Start the display manager, without the files of an earlier run, also of another account."""
        for name in ("leave", "session", "shown", "answer", "greeter.log"):
            if exists(f"/tmp/{name}"):
                os.unlink(f"/tmp/{name}")
        with open("/tmp/greetd.log", "wb") as log:
            # pylint: disable-next=consider-using-with
            self._daemon = subprocess.Popen(
                ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *argv],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def stop(self):
        self._close_eyes()
        if self._daemon is None:
            return
        self._daemon.send_signal(signal.SIGKILL)
        self._daemon.wait(PATIENCE)
        self._daemon = None
        for left in (self.socket, "/tmp/greeter.log"):  # the next desk may have another account
            if exists(left):
                os.unlink(left)

    def said(self):
        """What the programs say, for a test that fails."""
        return read("/tmp/greeter.log") + read("/tmp/greetd.log")

    # what is seen

    def bus(self):
        """The address of the greeter's session bus; None while there is none."""
        return f"unix:path={self.socket}" if exists(self.socket) else None

    def objects(self):
        """What a screen reader is told of the greeter; [] while it is not there."""
        if self._eyes is None:
            bus = self.bus()
            if bus is None:
                return []
            self._eyes = tree.as_account(
                self.uid, [sys.executable, f"{HERE}/look.py"],
                {"PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": bus,
                 "LANG": "C.UTF-8"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, bufsize=1)
        try:
            self._eyes.stdin.write("look\n")
            found = json.loads(self._eyes.stdout.readline() or "[]")
        except BrokenPipeError:
            found = []
        if not found:  # it may look at a bus that is gone
            self._close_eyes()
        return found

    def _close_eyes(self):
        if self._eyes is not None:
            self._eyes.kill()
            self._eyes.wait(PATIENCE)
            self._eyes.stdin.close()
            self._eyes.stdout.close()
        self._eyes = None

    def names(self):
        return [thing["name"] for thing in self.objects() if thing["name"]]

    def wait_for(self, *texts, seconds=PATIENCE):
        """Wait until objects with these texts in their names are shown; gives all objects."""
        seen = []

        def there():
            seen[:] = self.objects()
            return all(any(text in thing["name"] for thing in seen) for text in texts)
        assert wait_until(there, seconds), (
            texts, [thing["name"] for thing in seen], self.said())
        return seen

    def wait_for_page(self, count=1):
        """Wait until the server's page is there, for the count-th time."""
        self.fake.log.wait("GET", "/oauth/authorize", count)
        # a screen reader reads the page itself in Chromium, and our window's bar else
        self.wait_for("Alice Anders" if self.by_chromium else "Page of localhost")
        if self.by_chromium:
            time.sleep(2)  # until it has the keyboard

    def shot(self, name):
        """Photograph what cage shows; gives the picture's path."""
        time.sleep(1)  # what is accessible may not be drawn yet
        path = self.screen.shot(name)
        self.screen.run("convert", path, "-crop", "1024x768+0+0", "+repage", path)
        return path

    # what the user does

    def field(self):
        """The text of the field that has the keyboard; None if no field has it."""
        return next((thing["text"] for thing in self.objects()
                     if {"focused", "editable"} <= set(thing["states"])), None)

    def type_name(self, name, proposed="", keys=None):
        """Type a name at the start page over the proposed one, and look that all its keys arrived."""
        self.wait_for("User name")
        assert wait_until(lambda: self.field() == proposed), self.objects()
        self.screen.type(keys or name)
        assert wait_until(lambda: self.field() == name), self.objects()

    def sign_in(self, name, keys=None):
        """Type a name at the start page; keys are those of another layout."""
        self.type_name(name, keys=keys)
        self.screen.keys("Return")

    def other_way(self, name):
        """Type a name at the start page, and leave out the page."""
        self.type_name(name)
        self.screen.keys("Tab", "Tab", "Return")

    def choose(self, person, count=1):
        """Choose a person on the server's page, which has a button for each."""
        self.wait_for_page(count)
        self.screen.keys(*["Tab"] * (1 + list(self.fake.people).index(person)), "Return")

    def session(self):
        """Wait for the session; gives its user and its environment."""
        assert wait_until(lambda: exists("/tmp/session")), (
            self.names(), self.said())
        user, *lines = read("/tmp/session").splitlines()
        return user, dict(line.split("=", 1) for line in lines if "=" in line)

    def leave(self):
        """End the session; the screen comes back."""
        write("/tmp/leave", "")
        assert wait_until(lambda: not exists("/tmp/session"))
        os.unlink("/tmp/leave")
