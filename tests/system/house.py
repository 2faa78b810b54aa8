# SPDX-License-Identifier: ISC
"""The isolated test environment in which the sign-ins happen.

move_in() runs pytest once more, on a machine of its own (machine.py).  There
House lays copies of /etc, /run, /dev and the log directories over the machine's,
with accounts that exist nowhere else.  The kernel takes all of
it away with the last process; the machine itself is never written to, but for
one empty directory below /tmp, which move_in() removes.
"""

import ctypes
import os
import random
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

from journal import Journal
from machine import (
    NETWORK, furnish_dev, mount, open_path, run, under_init, unshare)
from waiting import PATIENCE

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MARK = "GCPKCE_HOUSE"
HOST = "bastion01"
HELPER_USER = "gcpkce-test"
BOMB_USER = "gcpkce-bomb"  # its processes are counted

# name -> uid; each has a group of its own with the same number
ACCOUNTS = {
    "alice": 3001,
    "bob": 3002,
    "carol": 3003,
    "dave": 3004,
    "carol@example.test": 3005,
    "ops": 3010,
    "nightjob": 901,
    HELPER_USER: 3900,
    # The kernel counts its processes, over all houses that there are.
    BOMB_USER: random.randrange(10000, 60000),
}

# Second names: a uid that another account has already.  They stand behind it
# in passwd, so that the uid's own name stays the other one's.
ALIASES = {
    "toor": 0,
    "deputy": ACCOUNTS["ops"],
}

# The command of every session: who am I, what do I see, what state did the
# host leave me in; then stay until told.  The state is read without a fork,
# which would show for a moment.
SESSION = """\
#!/bin/sh
echo "@@session"
id -un
env
while read -r name value; do
    case $name in
    Groups:|Umask:|SigBlk:|SigIgn:|NoNewPrivs:|Seccomp:)
        echo "STATE_${name%:}=$value" ;;
    esac
done < /proc/$$/status
echo "STATE_FDS=" /proc/self/fd/*
echo "STATE_LIMITS=$(ulimit -a | cksum)"
echo "@@end"
read -r bye
echo "@@gone"
"""

SUDOERS = """\
Defaults env_reset, use_pty, !fqdn, !lecture
Defaults passwd_tries=1, timestamp_timeout=0
Defaults secure_path=/usr/sbin:/usr/bin:/sbin:/bin
Defaults:carol targetpw
root ALL=(ALL:ALL) ALL
alice ALL=(ALL:ALL) ALL
bob ALL=(ALL:ALL) ALL
carol ALL=(ALL:ALL) ALL
"""

LOGIN_DEFS = """\
LOGIN_RETRIES 1
LOGIN_TIMEOUT 60
ENV_PATH PATH=/usr/bin:/bin
ENV_SUPATH PATH=/usr/sbin:/usr/bin:/sbin:/bin
"""


def why_not():
    """Why no house can be built here; None when one can."""
    if not sys.platform.startswith("linux"):
        return "these tests need Linux"
    if os.geteuid() != 0:
        return "these tests need root, for mount namespaces and real logins"
    for program in ("unshare", "mount", "ip", "setpriv", "sshd", "ssh", "sudo",
                    "su", "login", "pamtester"):
        if find_program(program) is None:
            return f"there is no {program} here; see tools/install-deps"
    tried = subprocess.run(
        [*unshare(*NETWORK), "true"], capture_output=True, text=True,
        check=False)
    if tried.returncode != 0:
        return f"no private namespaces here: {tried.stderr.strip()}"
    return None


def find_program(name):
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def move_in(config):
    """Run this very pytest inside a house; gives its exit status.

    Gives None when we are in the house already, or when none can be built:
    then the tests run here and skip themselves.
    """
    if MARK in os.environ or why_not() is not None:
        return None
    directory = tempfile.mkdtemp(prefix="gcpkce-login-")
    inside = under_init([
        sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider",
        *config.invocation_params.args])
    child = subprocess.Popen(
        [*unshare(*NETWORK), *inside], cwd=config.invocation_params.dir,
        env=dict(os.environ, **{MARK: directory}), preexec_fn=_die_with_parent,
        start_new_session=True)  # some daemons end their whole process group
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            child.wait()
        os.rmdir(directory)


def _die_with_parent():
    """If the outer pytest is killed, all its processes in the house are."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class House:
    """The private host: its files, accounts, stacks and processes."""

    def __init__(self, directory):
        self.directory = directory
        open_path(ROOT)
        mount("-t", "tmpfs", "-o", "mode=755", "house", directory)
        self.share = self.make_directory("share")
        self.homes = self.make_directory("home")
        self._furnish_etc()
        self._furnish_state()
        self._furnish_dev()
        socket.sethostname(HOST)
        self.journal = Journal("/dev/log")
        self.session = self.write(f"{self.share}/session", SESSION, 0o755)
        self.module = f"{self.share}/pam_gcpkce.so"
        self.no_delay = f"{self.share}/pam_no_delay.so"
        self.terminals = []
        self.clear()

    # what is there

    def path(self, name):
        return os.path.join(self.directory, name)

    def make_directory(self, name, mode=0o755):
        path = self.path(name)
        os.mkdir(path)
        os.chmod(path, mode)
        return path

    def write(self, path, text, mode=0o644):
        """Write a file of root's, in place of one that may be running;
        gives its path."""
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
        os.replace(f"{path}.new", path)
        return path

    def home(self, account):
        return os.path.join(self.homes, account)

    # what an administrator sets up

    def clear(self):
        """As after an installation without a configuration."""
        for name in os.listdir("/etc/pam.d"):
            os.unlink(f"/etc/pam.d/{name}")
        self.stack("other", "auth required pam_deny.so\n"
                   "account required pam_deny.so\n"
                   "session required pam_deny.so\n")
        shutil.rmtree("/run/gcpkce/remembered", ignore_errors=True)
        for name in ("conf", "map"):
            path = f"/etc/security/pam_gcpkce.{name}"
            if os.path.exists(path):
                os.unlink(path)

    def stack(self, service, text):
        """Write a pam.d file; {module}, {no_delay} and {session} stand for paths."""
        for name in ("module", "no_delay", "session"):
            text = text.replace(f"{{{name}}}", getattr(self, name))
        self.write(f"/etc/pam.d/{service}", text)

    def configure(self, settings):
        """Write the module's configuration from a dict; None leaves out."""
        lines = [f"{key} = {value}\n" for key, value in settings.items()
                 if value is not None]
        self.write("/etc/security/pam_gcpkce.conf", "".join(lines))

    def map(self, *lines):
        self.write("/etc/security/pam_gcpkce.map",
                   "".join(f"{line}\n" for line in lines))

    # what happens in it

    def processes(self, program):
        """The ids of the living processes that run a program."""
        return [pid for pid in process_ids() if runs(pid, program)]

    def wait_until_gone(self, program, seconds=PATIENCE):
        """Wait for a program's last process; gives what is left."""
        end = time.monotonic() + seconds
        while True:
            left = self.processes(program)
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.05)

    def close_terminals(self):
        for terminal in self.terminals:
            terminal.hang_up()
        self.terminals.clear()

    def install(self, build):
        """Lay root-owned copies of the module and its helper over a build.

        A clone may belong to another user, or have been made with a strict umask;
        an installed program is root's, and all users may run it.  And who
        goes on building meanwhile does not change what is tested.
        """
        cover = self.make_directory("build")
        self._copy_program(f"{build}/tests/pam_gcpkce.so", self.module)
        self._copy_program(f"{build}/tests/pam_no_delay.so", self.no_delay)
        self._copy_program(f"{build}/gcpkce-helper", f"{cover}/gcpkce-helper", 0o711)
        if os.path.isdir(f"{build}/locale"):
            shutil.copytree(f"{build}/locale", f"{cover}/locale")
        os.mkdir(f"{cover}/tests")  # where reports of the tests are written
        mount("--bind", f"{build}/tests", f"{cover}/tests")
        mount("--rbind", cover, build)

    @staticmethod
    def _copy_program(built, copy, mode=0o755):
        shutil.copyfile(built, copy)
        os.chmod(copy, mode)

    # how it is built

    def _furnish_etc(self):
        etc = self.path("etc")
        run("cp", "-a", "/etc", etc)
        mount("--bind", etc, "/etc")
        self.write("/etc/sudoers", SUDOERS, 0o440)
        self.write("/etc/login.defs", LOGIN_DEFS)
        self.write("/etc/profile", "PS1='$ '\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost {HOST}\n")
        self._furnish_accounts()

    def _furnish_accounts(self):
        self.write("/etc/nsswitch.conf",
                   "passwd: files\ngroup: files\nshadow: files\n"
                   "hosts: files\n")
        for file, entry in (("passwd", self._passwd_entry),
                            ("group", "{0}:x:{1}:".format),
                            ("shadow", "{0}:*:19000:0:99999:7:::".format)):
            self._add_entries(f"/etc/{file}", [
                entry(name, uid) for name, uid in ACCOUNTS.items()])
        for name, uid in (*ACCOUNTS.items(), *ALIASES.items()):
            os.mkdir(self.home(name), 0o755)
            os.chown(self.home(name), uid, uid)
        with open("/etc/passwd", "a", encoding="utf-8") as file:
            for name, uid in ALIASES.items():
                file.write(self._passwd_entry(name, uid) + "\n")

    def _passwd_entry(self, name, uid):
        shell = "/usr/sbin/nologin" if name in (HELPER_USER, BOMB_USER) else "/bin/sh"
        return f"{name}:x:{uid}:{uid}::{self.home(name)}:{shell}"

    def _add_entries(self, path, ours):
        """Add our entries; the machine's with our names or ids go."""
        names = {line.split(":")[0] for line in ours}
        ids = {line.split(":")[2] for line in ours}
        with open(path, encoding="utf-8") as file:
            entries = [line.rstrip("\n").split(":") for line in file]
        theirs = [":".join(entry) for entry in entries
                  if entry[0] not in names and entry[2] not in ids]
        mode = stat.S_IMODE(os.stat(path).st_mode)
        self.write(path, "\n".join([*theirs, *ours]) + "\n", mode)

    def _furnish_state(self):
        """The places where sshd, sudo, su and login keep their books."""
        for place, things in (
                ("/run", ("sshd/", "lock/", "sudo/", "utmp")),
                ("/var/log", ("wtmp", "btmp", "lastlog", "faillog")),
                ("/var/lib/sudo", ())):
            mount("-t", "tmpfs", "-o", "mode=755", "state", place)
            for thing in things:
                path = os.path.join(place, thing)
                if thing.endswith("/"):
                    os.mkdir(path, 0o755)
                else:
                    self.write(path, "", 0o600 if thing == "btmp" else 0o644)
        self.logs = "/var/log"

    def _furnish_dev(self):
        """A /dev with terminals of its own and room for our /dev/log."""
        dev = self.make_directory("dev")
        furnish_dev(dev)
        mount("--rbind", dev, "/dev")


def process_ids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def runs(pid, program):
    """Is this living process one of the program?"""
    try:
        path = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return False
    return re.sub(r" \(deleted\)$", "", os.path.basename(path)) == program
