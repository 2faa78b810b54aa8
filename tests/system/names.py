# SPDX-License-Identifier: ISC
"""A name server that listens."""

import socket


class NameServer:
    """Takes every question over UDP and answers none."""

    address = "127.0.0.77"

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 53))
        self._socket.setblocking(False)

    def questions(self):
        """The questions that came since the last time, as sent."""
        found = []
        while True:
            try:
                found.append(self._socket.recv(4096))
            except BlockingIOError:
                return found

    def close(self):
        self._socket.close()
