# SPDX-License-Identifier: ISC
"""The programs that people sign in to, each at a terminal of its own.

Every host here is the machine's own program under the private /etc/pam.d.
`open` starts it for an account and gives a Terminal, where a test waits for
the question, answers, looks around in the session and leaves.
"""

import io
import os
import re
import signal
import subprocess
import time

import pexpect

from ports import free_port
from waiting import PATIENCE, wait_until

PASTE = "Paste what the button copies, or the whole address of the page you land on: "
# the line of a stack by which no application waits after a denial
NO_DELAY = "auth    optional {no_delay}\n"
# a stack that asks for a password here, and then us
PASSWORD_FIRST = NO_DELAY + """\
auth    required pam_unix.so nodelay
auth    required {module}
account required pam_permit.so
session required {module}
"""
CLIENT_ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb",
              "LANG": "C.UTF-8", "HOME": "/"}


class Terminal:
    """A program at a pseudo-terminal, and what a person sees there."""

    spawn = pexpect.spawn

    def __init__(self, house, argv):
        house.terminals.append(self)
        self._seen = io.StringIO()
        self._child = self.spawn(
            argv[0], argv[1:], env=CLIENT_ENV, encoding="utf-8",
            codec_errors="backslashreplace", dimensions=(24, 1000),
            timeout=PATIENCE)
        self._child.logfile_read = self._seen
        self._child.delaybeforesend = None
        self._child.ptyproc.delayafterclose = 0

    @property
    def transcript(self):
        return self._seen.getvalue().replace("\r\n", "\n")

    @property
    def status(self):
        """The program's exit status, after end()."""
        return self._child.exitstatus

    def _wait(self, what, seconds):
        try:
            self._child.expect(what, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF) as fault:
            raise AssertionError(
                f"waited for {what!r}: {type(fault).__name__}; "
                f"the terminal shows:\n{self.transcript}") from None
        return self._child.before.replace("\r\n", "\n")

    def asked(self, question=PASTE, seconds=PATIENCE):
        """Wait for a question; gives the text that came before it."""
        return self._wait(re.escape(question), seconds)

    def answer(self, text):
        self._child.sendline(text)

    def press_eof(self):
        self._child.sendeof()

    def session(self):
        """Wait for the session's own words; gives (account, environment)."""
        self._wait(r"(?:^|\n)@@session\r\n", PATIENCE)
        account, *lines = self._wait(r"(?<=\n)@@end\r\n", PATIENCE).split("\n")
        return account, dict(line.split("=", 1) for line in lines
                             if "=" in line)

    def leave(self):
        """End the session as a person does; gives what else was shown."""
        self._child.sendline("")
        return self.end()

    def end(self, seconds=PATIENCE):
        """Wait until the program is gone; gives what else was shown."""
        rest = self._wait(pexpect.EOF, seconds)
        self._child.wait()
        self._child.close()
        return rest

    def kill(self):
        """End the program without a word."""
        self._child.kill(signal.SIGKILL)

    def close_window(self):
        """Take the terminal away, and nothing else."""
        with open(os.devnull, "r+b") as nothing:
            os.dup2(nothing.fileno(), self._child.child_fd)

    def hang_up(self):
        """Close the window, and end what does not notice."""
        try:
            self._child.close(force=True)
        except pexpect.ExceptionPexpect:
            self._child.wait()  # it was killed, and is not gone yet


def as_account(account, argv):
    """The argv that runs a program as an ordinary account."""
    return ["setpriv", "--reuid", account, "--regid", account,
            "--init-groups", "--", *argv]


class Sshd:
    """A real sshd on a free loopback port; its accounts come by ssh."""

    name = service = "sshd"
    program = ("/usr/sbin/sshd",)

    def __init__(self, house):
        self._house = house
        self._daemon = None
        self.port = None
        self.log_path = f"{house.logs}/sshd"

    def start(self, options="", startups="100:30:200", penalties=None):
        """Start the daemon; options are lines of sshd_config.

        MaxStartups is not among them: of several, some releases take the
        first, some the last.  Without lines of penalties there are no
        penalties.
        """
        self.stop()
        self.port = free_port()
        config = self._house.write(self._house.path("sshd_config"), f"""\
{options}
ListenAddress 127.0.0.1:{self.port}
HostKey {self._host_key()}
PidFile none
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
PermitRootLogin yes
PrintMotd no
MaxStartups {startups}
LogLevel VERBOSE
{self._no_penalties() if penalties is None else penalties}
""")
        earlier = len(self.log())
        self._daemon = subprocess.Popen(
            [*self.program, "-D", "-f", config, "-E", self.log_path],
            stdin=subprocess.DEVNULL, env=CLIENT_ENV)
        self._wait_for_port(earlier)

    def stop(self):
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait()
            self._daemon = None

    def log(self):
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    @property
    def pid(self):
        """The daemon that listens, the parent of all its connections."""
        return self._daemon.pid

    def open(self, account, *options, methods="keyboard-interactive"):
        if self._daemon is None:
            self.start()
        return Terminal(self._house,
                        self.command(account, *options, methods=methods))

    def command(self, account, *options, methods="keyboard-interactive"):
        """The argv of a user's ssh."""
        return [
            "ssh", "-F", "none", "-p", str(self.port),
            "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null",
            "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "IdentityAgent=none",
            "-o", "NumberOfPasswordPrompts=1",
            "-o", f"PreferredAuthentications={methods}",
            *options, f"{account}@127.0.0.1", self._house.session]

    def _no_penalties(self):
        """The line that lets one address fail often, where sshd has it."""
        known = subprocess.run(
            ["/usr/sbin/sshd", "-T", "-f", "/dev/null", "-h", self._host_key()],
            check=True, capture_output=True, text=True).stdout.lower()
        return "PerSourcePenalties no" if "persourcepenalties" in known else ""

    def _host_key(self):
        path = self._house.path("host_key")
        if not os.path.exists(path):
            make_key(path)
        return path

    def _wait_for_port(self, earlier):
        """Wait until the log says so: a connection would be one more visit."""
        listens = f"Server listening on 127.0.0.1 port {self.port}."
        assert wait_until(lambda: listens in self.log()[earlier:]
                          or self._daemon.poll() is not None)
        assert self._daemon.poll() is None, f"sshd ended:\n{self.log()}"


class Sudo:
    """alice runs something as ops; sudo asks who alice is."""

    name = service = program = "sudo"

    def __init__(self, house):
        self._house = house

    def open(self, account, *options):
        return Terminal(self._house, as_account(account, [
            self.program, *options, "-u", "ops", self._house.session]))


class SudoRs(Sudo):
    """The same by sudo-rs, which reads sudo's stack and sudoers."""

    name = program = "sudo-rs"


class Su:
    """carol, an ordinary account, becomes the account."""

    name = service = "su"

    def __init__(self, house):
        self._house = house

    def open(self, account):
        return Terminal(self._house, as_account("carol", [
            "su", account, "-c", self._house.session]))


class Login:
    """login(1), as a getty starts it; the session is a login shell."""

    name = service = "login"

    def __init__(self, house):
        self._house = house

    def open(self, account):
        return LoginTerminal(self._house, ["login", account])


class LoginChild(pexpect.spawn):
    """login, which begins with vhangup() on some releases.

    Until it has opened its terminal again, that seems to be closed.
    """

    _has_shown = False

    def read_nonblocking(self, size=1, timeout=-1):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                shown = super().read_nonblocking(size, timeout)
                self._has_shown = self._has_shown or shown != ""
                return shown
            except pexpect.EOF:
                self.flag_eof = False  # isalive() would wait for the end
                if (self._has_shown or not self.isalive()
                        or time.monotonic() > end):
                    self.flag_eof = True
                    raise
            time.sleep(0.01)


class LoginTerminal(Terminal):
    """A login shell gets the command to run."""

    spawn = LoginChild

    def __init__(self, house, argv):
        super().__init__(house, argv)
        self._session = house.session

    def session(self):
        self._wait(r"\$ ", PATIENCE)
        self.answer(f"exec {self._session}")
        return super().session()


class Pamtester:
    """libpam alone, for a person at a terminal; pam_exec in the stack shows
    the PAM environment."""

    name = "pamtester"
    service = "gcpkce-test"

    def __init__(self, house):
        self._house = house

    @classmethod
    def argv(cls, account, *operations):
        return ["pamtester", "-I", "tty=pts/9", cls.service, account, *(operations or (
            "authenticate", "acct_mgmt", "setcred(PAM_ESTABLISH_CRED)",
            "open_session", "close_session"))]

    def open(self, account, *operations):
        return Terminal(self._house, self.argv(account, *operations))


def openssh_version():
    """As a pair of numbers: (10, 0)."""
    printed = subprocess.run(["ssh", "-V"], check=True, capture_output=True, text=True).stderr
    return tuple(map(int, re.match(r"OpenSSH_(\d+)\.(\d+)", printed).groups()))


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path],
                   check=True)
