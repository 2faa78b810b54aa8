# SPDX-License-Identifier: ISC
"""Peers that are worse than a fake server with faults: bare sockets."""

import socket
import struct
import threading

REFUSED, UNANSWERED, FAILED = "refused", "unanswered", "failed"


class Backlog:
    """A port whose queue is full: a client that connects gets no answer."""

    def __init__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port = self._listener.getsockname()[1]
        self._waiting = []
        for _ in range(16):
            sock = socket.socket()
            self._waiting.append(sock)
            sock.settimeout(0.3)
            try:
                sock.connect(("127.0.0.1", self.port))
            except OSError:
                return
        raise RuntimeError("the queue of a port does not get full")

    def close(self):
        for sock in (*self._waiting, self._listener):
            sock.close()


class ClosedPort:
    """A port that refuses, and stays ours: it is bound, and no process listens."""

    def __init__(self):
        self._sock = socket.socket()
        self._sock.bind(("127.0.0.1", 0))
        self.port = self._sock.getsockname()[1]

    def close(self):
        self._sock.close()


class Counter:
    """A port that counts clients, and answers none."""

    def __init__(self):
        self.count = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.count += 1
            sock.close()

    def close(self):
        hang_up(self._listener)


class Proxy:
    """An HTTP proxy that knows CONNECT alone.

    reply   bytes in place of the tunnel; b"" hangs up, None opens the tunnel
    silent  it never answers
    only    the one port for which reply stands; None: for all
    """

    def __init__(self, reply=None, *, silent=False, only=None):
        self.reply = reply
        self.silent = silent
        self.only = only
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._ended.set()
        hang_up(self._listener)

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,),
                             daemon=True).start()

    def _answer(self, client):
        with client:
            port = asked_port(client)
            if port is None:
                return
            reply = self.reply if self.only in (None, port) else None
            if self.silent:
                self._ended.wait()
            elif reply is not None:
                client.sendall(reply)
                if reply:  # let it be read before the end
                    client.settimeout(2)
                    read_some(client)
            else:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                tunnel(client, port)


def hang_up(listener):
    """Close a listener in whose accept a thread waits."""
    try:
        listener.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    listener.close()


def read_some(sock):
    """What comes next; empty at the end, however it comes."""
    try:
        return sock.recv(65536)
    except OSError:
        return b""


def asked_port(client):
    """The port that a CONNECT asks for; None for anything else."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = read_some(client)
        if not more:
            return None
        head += more
    words = head.split()
    return int(words[1].rsplit(b":", 1)[1]) if words[0] == b"CONNECT" else None


def tunnel(client, port):
    """Copy both ways until one side ends."""
    with socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=copy, args=(server, client), daemon=True)
        back.start()
        copy(client, server)
        back.join()


def copy(source, target):
    try:
        while data := read_some(source):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Names:
    """A name server: name -> address, REFUSED, UNANSWERED or FAILED.

    A name that is not there does not exist.  Nothing has an IPv6 address.
    """

    CODES = {FAILED: 2, REFUSED: 5}
    NO_SUCH_NAME = 3

    def __init__(self, address="127.0.0.1"):
        self.known = {}
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind((address, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            question, client = self._sock.recvfrom(4096)
            reply = self._reply(question)
            if reply:
                self._sock.sendto(reply, client)

    def _reply(self, question):
        name, end = name_at(question, 12)
        kind = struct.unpack("!H", question[end:end + 2])[0]
        known = self.known.get(name)
        if known == UNANSWERED:
            return None
        code = self.CODES.get(known, 0 if known else self.NO_SUCH_NAME)
        answer = b""
        if code == 0 and kind == 1:
            answer = struct.pack("!HHHIH", 0xc00c, 1, 1, 0, 4)
            answer += socket.inet_aton(known)
        head = question[:2] + struct.pack(
            "!HHHHH", 0x8180 | code, 1, 1 if answer else 0, 0, 0)
        return head + question[12:end + 4] + answer


def name_at(message, at):
    """The name that is written there, and where it ends."""
    labels = []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
        at += 1 + message[at]
    return ".".join(labels).lower(), at + 1
