# SPDX-License-Identifier: ISC
"""The login screen as LightDM runs it: on an X server of its own, as root."""

import os
import pwd
import time

import desk
import tree
from desk import GREETER, OPEN_STACK, exists, read, write
from machine import under_init
from screen import Screen
from waiting import PATIENCE, wait_until

DISPLAY = 80  # of the first X server; one for a locked screen follows

# What this machine needs of any configuration, and the rest of ours.
HERE = f"""\
[LightDM]
run-directory=/run/lightdm
log-directory=/tmp/lightdm-log
cache-directory=/tmp/lightdm-cache
logind-check-graphical=false
greeters-directory={tree.PREFIX}/share/xgreeters:/usr/share/xgreeters
minimum-display-number=80
minimum-vt=0
[Seat:*]
type=local
xserver-command=/tmp/x-server
session-wrapper=/tmp/lightdm-session
"""
CONF = f"""\
{HERE}greeter-session=gcpkce-greeter
greeter-hide-users=true
user-session=desk
[LightDM]
greeters-directory=/tmp/xgreeters
"""

# LightDM asks for a terminal, which this server neither has nor needs.
SERVER = """\
#!/bin/sh
display=$1
while test $# -gt 0; do
    case $1 in -auth) auth=$2; shift ;; esac
    shift
done
exec Xvfb "$display" -screen 0 1280x800x24 -nolisten tcp -auth "$auth"
"""

ENTRY = "[Desktop Entry]\nType=Application\nName={name}\nExec={command}\n"

START = """\
#!/bin/sh
export DBUS_SESSION_BUS_ADDRESS={bus} XDG_RUNTIME_DIR=/run/user/{uid} LIBGL_ALWAYS_SOFTWARE=1
rm -f {socket}
dbus-daemon --session --address=$DBUS_SESSION_BUS_ADDRESS --nofork --nopidfile --nosyslog &
while test ! -S {socket}; do sleep 0.05; done
{greeter} 2>/tmp/greeter.log
status=$?
kill $!
exit $status
"""


def write_entry(directory, name, command):
    os.makedirs(directory, exist_ok=True)
    write(f"{directory}/{name}.desktop", ENTRY.format(name=name, command=command))


class OtherScreen(Screen):
    """An X server of LightDM's own."""

    def __init__(self, shots, number=DISPLAY):  # pylint: disable=super-init-not-called
        self.name = f":{number}"
        self.shots = shots
        self.authority = f"/run/lightdm/root/{self.name}"
        self.environment = {"PATH": "/usr/bin:/bin", "DISPLAY": self.name,
                            "XAUTHORITY": self.authority}
        assert wait_until(lambda: exists(self.authority)), read("/tmp/greetd.log")


class LightDM(desk.Desk):
    """A Desk whose screen is LightDM's, of the package's account."""

    def __init__(self, screen, fake):
        account = pwd.getpwnam("lightdm")
        super().__init__(screen, fake, account.pw_name, account.pw_uid)
        os.makedirs(f"/run/user/{self.uid}", mode=0o700, exist_ok=True)
        os.chown(f"/run/user/{self.uid}", account.pw_uid, account.pw_gid)

    def configure(self, stack=desk.STACK, greeter=(), **changes):
        super().configure(stack, greeter, **changes)
        desk.write(desk.CONF, read(desk.CONF).replace("session = /tmp/session.sh\n", "")
                   .replace("session_type = wayland\n", ""))
        write("/etc/pam.d/lightdm", stack)
        write("/etc/pam.d/lightdm-greeter", OPEN_STACK)

    def stop(self):
        super().stop()
        for name in desk.PEOPLE:  # LightDM remembers a user's session
            for left in (f"/home/{name}/.dmrc", f"/tmp/lightdm-cache/dmrc/{name}.dmrc"):
                if exists(left):
                    os.unlink(left)
        for number in (DISPLAY, DISPLAY + 1, DISPLAY + 2):
            # its X server may end after LightDM, and the next one needs the socket
            assert wait_until(lambda name=f"@/tmp/.X11-unix/X{number}\n": name not in read("/proc/net/unix"))
            for left in (f"/tmp/.X{number}-lock", f"/tmp/.X11-unix/X{number}",
                         f"/run/lightdm/root/:{number}"):
                if exists(left):
                    os.unlink(left)

    def said(self):
        logs = "/tmp/lightdm-log"
        return "\n".join(read(f"{logs}/{name}") for name in os.listdir(logs))

    def start(self, greeter=None):
        write("/tmp/start-greeter", START.format(
            uid=self.uid, socket=self.socket, bus=f"unix:path={self.socket}", greeter=GREETER), 0o755)
        write("/tmp/lightdm.conf", CONF)
        write_entry("/tmp/xgreeters", "gcpkce-greeter", "/tmp/start-greeter")
        self._launch("desk", "-c", "/tmp/lightdm.conf")

    def _launch(self, session, *options):
        """Start LightDM with what it needs, and a session's name."""
        write("/tmp/x-server", SERVER, 0o755)
        write("/tmp/lightdm-session", '#!/bin/sh\nexec "$@"\n', 0o755)
        write_entry("/usr/share/xsessions", session, "/tmp/session.sh")
        for directory in ("/tmp/lightdm-log", "/tmp/lightdm-cache", "/run/lightdm", "/run/dbus"):
            os.makedirs(directory, exist_ok=True)
        if not exists("/run/dbus/system_bus_socket"):
            tree.run("dbus-daemon", "--system", "--fork", "--nosyslog")
        # an X server is not ready for a parent that is process 1
        self._run(*under_init(["lightdm", "-d", *options]))
        self.screen = OtherScreen(self.screen.shots)

    def shot(self, name):
        """Photograph the whole screen."""
        time.sleep(1)  # what is accessible may not be drawn yet
        return self.screen.shot(name)

    def new_session(self):
        """Wait for the session, and forget it, so that the next one can be waited for."""
        found = self.session()
        os.unlink("/tmp/session")
        return found

    def lock(self, session, number, by=("dm-tool", "lock")):
        """Lock from a session; the login screen is at the next X server, of that number."""
        user, environment = session
        self._close_eyes()
        child = tree.as_account(pwd.getpwnam(user).pw_uid, by, environment)
        assert child.wait(PATIENCE) == 0
        self.screen = OtherScreen(self.screen.shots, number)
