# SPDX-License-Identifier: ISC
"""gcpkce-view, run as the greeter's account runs it."""

import os
import signal
import tempfile

import tree
from waiting import PATIENCE

PROGRAM = f"{tree.PREFIX}/bin/gcpkce-view"


class Viewer:
    """A running view; its output is read when it has ended."""

    def __init__(self, screen, uid, argv, environment=None, program=PROGRAM, text=""):
        self.screen = screen
        self._files = [tempfile.TemporaryFile() for _ in range(3)]
        os.pwrite(self._files[2].fileno(), text.encode(), 0)
        self.process = tree.as_account(
            uid, [program, *argv],
            {**screen.environment, "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": f"/run/user/{uid}",
             **(environment or {})},
            stdin=self._files[2], stdout=self._files[0], stderr=self._files[1])

    def runs(self):
        return self.process.poll() is None

    def wait(self, seconds=PATIENCE):
        """Wait for its end; gives its status."""
        return self.process.wait(seconds)

    @staticmethod
    def _text(file):
        """All of it, without moving the place where its programs write."""
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()

    @property
    def printed(self):
        return self._text(self._files[0])

    @property
    def said(self):
        """What is on its standard error."""
        return self._text(self._files[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        print(f"The view said:\n{self.said}")  # shown of what failed
        self.close()

    def close(self):
        """End it, and its children with it."""
        if self.runs():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
