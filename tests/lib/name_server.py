# SPDX-License-Identifier: ISC
"""A name server that records which names are looked up."""

import socket
import struct
import threading

A = 1


def name_of(query):
    """The name that a query asks for, in lower case."""
    labels, at = [], 12
    while query[at] > 0:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    return ".".join(labels)


class NameServer:
    """Answers names with 127.0.0.1, by UDP and TCP; answers=None: every name.

    self.asked has what was asked for: ("udp" or "tcp", kind, name).
    """

    def __init__(self, address, answers=None, truncated=False):
        self._answers = answers
        self._truncated = truncated  # UDP tells to come by TCP
        self.asked = []
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((address, 53))
        self._datagrams.settimeout(0.05)
        self._closed = threading.Event()
        self._streams = socket.create_server((address, 53))
        self._threads = [threading.Thread(target=serve, daemon=True)
                         for serve in (self._serve_datagrams, self._serve_streams)]
        for thread in self._threads:
            thread.start()

    def _answer(self, query, way):
        end = query.index(b"\0", 12) + 5
        kind, = struct.unpack(">H", query[end - 4:end - 2])
        name = name_of(query)
        self.asked.append((way, kind, name))
        found = (kind == A and not (way == "udp" and self._truncated)
                 and (self._answers is None or name in self._answers))
        flags = 0x8180 | (0x0200 if way == "udp" and self._truncated else 0)
        answer = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 0, 4) + bytes((127, 0, 0, 1))
        return (query[:2] + struct.pack(">HHHHH", flags, 1, int(found), 0, 0)
                + query[12:end] + (answer if found else b""))

    def _serve_datagrams(self):
        while not self._closed.is_set():
            try:
                query, client = self._datagrams.recvfrom(4096)
            except TimeoutError:
                continue
            self._datagrams.sendto(self._answer(query, "udp"), client)

    def _serve_streams(self):
        while True:
            try:
                client, _ = self._streams.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_stream, args=(client,), daemon=True).start()

    def _serve_stream(self, client):
        with client, client.makefile("rb") as stream:
            while len(head := stream.read(2)) == 2:
                query = stream.read(struct.unpack(">H", head)[0])
                reply = self._answer(query, "tcp")
                client.sendall(struct.pack(">H", len(reply)) + reply)

    def close(self):
        self._closed.set()
        self._streams.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._datagrams.close()
        self._streams.close()
