# SPDX-License-Identifier: ISC
"""Many people at once: each has an ssh at a terminal of its own.

One thread drives them all.  A Terminal of hosts.py waits for one thing at a
time, and two hundred of them would need two hundred threads.
"""

import os
import pty
import selectors
import time
from urllib.parse import parse_qs, urlsplit

from hosts import CLIENT_ENV, PASTE
from person import address_in


class Caller:
    """A user of ssh, and what the terminal has shown so far."""

    def __init__(self, argv):
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(argv[0], argv, CLIENT_ENV)
            finally:
                os._exit(127)
        self._shown = bytearray()
        self.status = None

    def fileno(self):
        return self._terminal

    @property
    def shown(self):
        text = self._shown.decode("utf-8", "backslashreplace")
        return text.replace("\r\n", "\n")

    @property
    def gone(self):
        return self.status is not None

    @property
    def asked(self):
        return self.gone or self._shown.endswith(PASTE.encode())

    @property
    def inside(self):
        return "\n@@end\n" in self.shown

    def answer(self, text):
        os.write(self._terminal, f"{text}\r".encode())

    def read(self):
        """Take what there is to read; at its end the program is gone."""
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # so a terminal says that its other side is closed
            data = b""
        self._shown += data
        if not data:
            self.hang_up()

    def hang_up(self):
        """Close the window, and wait for the program to end of it."""
        if not self.gone:
            os.close(self._terminal)
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)


class Crowd:
    """All users who came, in order."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self.callers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for caller in self.callers:
            self.lose(caller)
        self._selector.close()

    def call(self, argv):
        caller = Caller(argv)
        self._selector.register(caller, selectors.EVENT_READ)
        self.callers.append(caller)
        return caller

    def lose(self, caller):
        """This one closes the window."""
        if not caller.gone:
            self._selector.unregister(caller)
            caller.hang_up()

    def wait(self, ready, seconds, callers=None):
        """Listen to all until ready(caller) is true for each of them."""
        waiting = set(self.callers if callers is None else callers)
        end = time.monotonic() + seconds
        while True:
            waiting = {caller for caller in waiting if not ready(caller)}
            if not waiting:
                return
            left = end - time.monotonic()
            if left <= 0:
                break
            for key, _ in self._selector.select(left):
                self._listen(key.fileobj)
        raise AssertionError(
            f"{len(waiting)} of {len(self.callers)} are still waiting; "
            f"one of them sees:\n{waiting.pop().shown}")

    def _listen(self, caller):
        number = caller.fileno()
        caller.read()
        if caller.gone:
            self._selector.unregister(number)


def land(genesys, shown, who):
    """Sign in, and give the address landed on.

    Like Person.sign_in, but without the sign-in page: its handshakes cost
    more than all that is measured here.
    """
    asked = parse_qs(urlsplit(address_in(shown)).query)
    redirect = asked["redirect_uri"][0]
    code = genesys.issue_code(who, asked["code_challenge"][0], redirect)
    return f"{redirect}?code={code}&state={asked['state'][0]}"


def code_in(address):
    """The code in an address landed on."""
    return parse_qs(urlsplit(address).query)["code"][0]
