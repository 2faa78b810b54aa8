# SPDX-License-Identifier: ISC
"""The journal: what syslog(3) wrote to the private /dev/log."""

import os
import re
import socket
import threading
import time

from waiting import PATIENCE

_FIELD = re.compile(r'(?<!\S)([a-z_]+)=("(?:[^"\\]|\\.)*"|\S*)')


class Journal:
    """Reads the socket in a thread and keeps every line."""

    def __init__(self, path):
        self._lines = []
        self._news = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            data = self._socket.recv(65536)
            line = data.decode("utf-8", "backslashreplace").rstrip("\n\0")
            with self._news:
                self._lines.append(re.sub(r"^<\d+>", "", line))
                self._news.notify_all()

    def clear(self):
        with self._news:
            self._lines.clear()

    def lines(self):
        with self._news:
            return list(self._lines)

    def text(self):
        return "\n".join(self.lines())

    def wait(self, pattern, seconds=PATIENCE):
        """Wait for a line with the pattern; gives it, or fails."""
        end = time.monotonic() + seconds
        with self._news:
            while True:
                for line in self._lines:
                    if re.search(pattern, line):
                        return line
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._news.wait(left)
        raise AssertionError(
            f"the journal has no {pattern!r}:\n{self.text()}")

    def decisions(self):
        """The fields of every line that names an outcome, oldest first."""
        return [fields(line) for line in self.lines()
                if "pam_gcpkce(" in line and "outcome=" in line]

    def decision(self, outcome, seconds=PATIENCE):
        """Wait for a decision of this outcome; gives its fields."""
        return fields(self.wait(
            rf'pam_gcpkce\(.*\boutcome="?{outcome}"?(\s|$)', seconds))


def fields(line):
    """key=value and key="quoted value" of a line, as a dict."""
    return {key: re.sub(r"\\(.)", r"\1", value[1:-1])
            if value.startswith('"') else value
            for key, value in _FIELD.findall(line)}
