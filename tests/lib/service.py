# SPDX-License-Identifier: ISC
"""The helper as a service, without systemd as the first process.

systemd-socket-activate, which comes with systemd, listens and starts a helper
for each connection, as systemd does for Accept=yes; setpriv and prlimit set what
the unit says.  tests/system/test_units.py runs the unit itself.
"""

import configparser
import os
import re
import signal
import subprocess

from waiting import wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
UNITS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "packaging/systemd")
SOCKET = "/run/gcpkce/helper.sock"
LAUNCHER = "systemd-socket-activate"
SIZES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def unit(name):
    """A unit's sections; of a setting that occurs twice, the last."""
    reader = configparser.RawConfigParser(strict=False)
    reader.optionxform = str
    reader.read(os.path.join(UNITS, name))
    return reader


def limits():
    """The unit's limits: {"core": 0, ...}, as prlimit names them."""
    found = {}
    for key, value in unit("gcpkce-helper@.service.in")["Service"].items():
        if key.startswith("Limit"):
            number, size = re.fullmatch(r"(\d+)([KMG]?)", value).groups()
            found[key[len("Limit"):].lower()] = int(number) * SIZES.get(size, 1)
    return found


def as_the_unit_says(command, account):
    """The command, as the unit has it started."""
    return ["prlimit", *(f"--{name}={most}:{most}" for name, most in limits().items()),
            "setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups",
            "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command]


class Service:
    """A socket at SOCKET, root's and of mode 0600, and what serves it."""

    def __init__(self, command, account, mode=0o600):
        os.makedirs(os.path.dirname(SOCKET), 0o755, exist_ok=True)
        self.process = subprocess.Popen(
            [LAUNCHER, "--accept", f"--listen={SOCKET}",
             *as_the_unit_says(command, account)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, umask=0o177)
        assert wait_until(lambda: os.path.exists(SOCKET) or self.process.poll() is not None)
        assert self.process.poll() is None, f"{LAUNCHER} has ended"
        os.chmod(SOCKET, mode)

    def stop(self):
        """End it as systemd does: with RemoveOnStop=, the socket goes, too."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.unlink(SOCKET)
