# SPDX-License-Identifier: ISC
"""The journal: what syslog(3) wrote to the private /dev/log."""

import os
import re
import socket
import struct
import threading
import time

from waiting import PATIENCE

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
_FIELD = re.compile(r'(?<!\S)([a-z_]+)=("(?:[^"\\]|\\.)*"|\S*)')


def _without_priority(line):
    return re.sub(r"^<\d+>", "", line)


class Journal:
    """Reads the socket in a thread and keeps every line.

    A reader sees all that was sent before: a word of our own goes the
    same way, behind it.
    """

    _OURS = b"have you read so far? "

    def __init__(self, path):
        self._path = path
        self._asked = self._answered = 0
        self._lines = []  # as they came, with the priority
        self._uids = []  # of their senders
        self._news = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            data, ((_, _, credentials), *_), _, _ = self._socket.recvmsg(
                65536, socket.CMSG_SPACE(_CREDENTIALS.size))
            if data.startswith(self._OURS):
                with self._news:
                    self._answered = int(data[len(self._OURS):])
                    self._news.notify_all()
                continue
            line = data.decode("utf-8", "backslashreplace").rstrip("\n\0")
            with self._news:
                self._lines.append(line)
                self._uids.append(_CREDENTIALS.unpack(credentials)[1])
                self._news.notify_all()

    def _catch_up(self):
        with self._news:
            self._asked += 1
            number = self._asked
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asker:
            asker.sendto(self._OURS + b"%d" % number, self._path)
        with self._news:
            assert self._news.wait_for(
                lambda: self._answered >= number, PATIENCE)

    def clear(self):
        self._catch_up()
        with self._news:
            self._lines.clear()
            self._uids.clear()

    def raw(self):
        """All lines, with their priorities."""
        self._catch_up()
        with self._news:
            return list(self._lines)

    def senders(self):
        """The uid of the sender of each of these lines, as the kernel has it."""
        self._catch_up()
        with self._news:
            return list(self._uids)

    def lines(self):
        return list(map(_without_priority, self.raw()))

    def text(self):
        return "\n".join(self.lines())

    def wait(self, pattern, seconds=PATIENCE):
        """Wait for a line with the pattern; gives it, or fails."""
        end = time.monotonic() + seconds
        with self._news:
            while True:
                for line in map(_without_priority, self._lines):
                    if re.search(pattern, line):
                        return line
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._news.wait(left)
            seen = "\n".join(map(_without_priority, self._lines))
        raise AssertionError(
            f"the journal has no {pattern!r}:\n{seen}")

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
