# SPDX-License-Identifier: ISC
"""A bastion that remembers sign-ins, its clients, and what a connection costs.

A client has no terminal, so a prompt ends it: what succeeds was not asked.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess

import hosts
from conftest import BUILD
from waiting import PATIENCE, wait_until

DIRECTORY = "/run/gcpkce/remembered"
KEYS = "/etc/ssh/keys"  # where sshd accepts the modes of all directories above
BOTH = "AuthenticationMethods publickey,keyboard-interactive:pam"
HELPER = f"{BUILD}/gcpkce-helper"
IN_OPEN, IN_NONBLOCK = 0x20, 0o4000
EVENT = 16  # bytes of an inotify_event without a name


class Opened:
    """How often a file was opened: a program cannot be started without."""

    def __init__(self, path):
        libc = ctypes.CDLL(None)
        self._fd = libc.inotify_init1(IN_NONBLOCK)
        assert libc.inotify_add_watch(self._fd, os.fsencode(path), IN_OPEN) >= 0

    def count(self):
        """Since the last call; the kernel merges equal ones in a row."""
        with contextlib.suppress(BlockingIOError):
            return len(os.read(self._fd, 65536)) // EVENT
        return 0

    def close(self):
        os.close(self._fd)


class Bastion(hosts.Sshd):
    """sshd that demands a key and then asks, and the clients' keys."""

    def __init__(self, house):
        super().__init__(house)
        shutil.rmtree(KEYS, ignore_errors=True)
        os.mkdir(KEYS, 0o755)
        self.keys = house.path("client-keys")
        shutil.rmtree(self.keys, ignore_errors=True)
        os.mkdir(self.keys, 0o755)
        self.add_key("laptop", "alice")

    def start(self, options=BOTH, **more):
        super().start(f"AuthorizedKeysFile {KEYS}/%u\n{options}", **more)

    def key(self, name):
        return f"{self.keys}/{name}"

    def add_key(self, name, *accounts, options=""):
        """Make a key that the accounts accept."""
        path = self.key(name)
        if not os.path.exists(path):
            hosts.make_key(path)
        with open(f"{path}.pub", encoding="ascii") as file:
            line = f"{options} {file.read()}".lstrip()
        for account in accounts:
            with open(f"{KEYS}/{account}", "a", encoding="ascii") as file:
                file.write(line)
        return path

    def ssh_config(self, *options, key="laptop"):
        """The client's configuration; gives its path."""
        lines = [
            *options, f"Port {self.port}", f"IdentityFile {self.key(key)}", "IdentitiesOnly yes",
            "IdentityAgent none", "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null",
            "GlobalKnownHostsFile /dev/null", "LogLevel ERROR", "NumberOfPasswordPrompts 1",
            "PreferredAuthentications hostbased,publickey,keyboard-interactive"]
        return self._house.write(self._house.path("ssh_config"), "\n".join([*lines, ""]))

    def argv(self, account, *options, key="laptop"):
        if self._daemon is None:
            self.start()
        return ["ssh", "-F", self.ssh_config(*options, key=key), f"{account}@127.0.0.1"]

    def sign_in(self, person, account="alice", *options, key="laptop"):
        """A connection with its browser, which ends at once."""
        terminal = hosts.Terminal(
            self._house, [*self.argv(account, *options, key=key), "id", "-un"])
        terminal.answer(person.sign_in(terminal.asked()))
        assert terminal.end().strip().endswith(account)
        assert terminal.status == 0

    def connect(self, account="alice", *options, key="laptop"):
        """A connection that cannot answer; gives whose session it was."""
        return run([*self.argv(account, *options, key=key), "id", "-un"]).stdout.strip()

    def asks(self, account="alice", *options, key="laptop"):
        """Is a connection asked for the browser?  It gives up then."""
        terminal = hosts.Terminal(
            self._house, [*self.argv(account, *options, key=key), "id", "-un"])
        shown = terminal.asked()
        terminal.hang_up()
        return "/oauth/authorize?" in shown


def run(argv, **more):
    """A program without a terminal: ssh cannot ask."""
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          start_new_session=True, check=False, timeout=PATIENCE,
                          env=dict(hosts.CLIENT_ENV, **more))


def records():
    return sorted(os.listdir(DIRECTORY)) if os.path.isdir(DIRECTORY) else []


class Cost:
    """What happens within `free()`: no helper, no request, and the successes
    that the journal has."""

    def __init__(self, house, genesys, journal):
        self._house, self._genesys, self._journal = house, genesys, journal
        self.helper = Opened(HELPER)

    @contextlib.contextmanager
    def free(self, count):
        """`count` sign-ins, each of them remembered."""
        # the revocation of an earlier one is not part of it
        assert wait_until(lambda: not any(self._genesys.log.tokens().values()))
        assert self._house.wait_until_gone("gcpkce-helper") == []
        self.helper.count()
        self._genesys.log.clear()
        self._journal.clear()
        yield
        assert wait_until(lambda: len(self._journal.decisions()) >= count)
        decisions = self._journal.decisions()
        assert len(decisions) == count
        for one in decisions:
            assert (one["outcome"], one["token"], one["attempt"]) == ("ok", "none", "0")
            assert int(one["remembered"]) >= 0
        assert self.helper.count() == 0
        assert self._genesys.log.records() == []
