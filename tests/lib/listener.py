# SPDX-License-Identifier: ISC
"""A listener: TCP, TLS and HTTP/1.1 for one host, with faults."""

import socket
import struct
import threading
import traceback
from email.utils import formatdate
from http.client import responses

import record as events
from message import Reply, Request

MAX_LINE = 1 << 16
MAX_HEADERS = 200
MAX_BODY = 1 << 20
MAX_DRAIN = 64


class BadRequest(Exception):
    """Bytes that are not a request; the connection ends."""


class Hangup(Exception):
    """The end of a connection; reset says in which way."""

    def __init__(self, reset=False):
        super().__init__()
        self.reset = reset


class Listener:
    """Accepts connections for one host ("login" or "api")."""

    def __init__(self, host, site, fake, context):
        self.host = host
        self.site = site
        self.fake = fake
        self.context = context
        self.address = fake.address
        self.port = 0
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._connections = set()
        self._server = None
        self._thread = None

    def start(self, port=0):
        """Listens, on the port it had before if it had one."""
        self._server = socket.create_server(
            (self.address, port or self.port), backlog=256)
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(
            target=self._accept, args=(self._server,), daemon=True)
        self._thread.start()

    def stop(self):
        """Stops listening: the port is refused; connections stay."""
        server, self._server = self._server, None
        if server:
            server.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            server.close()

    def drop(self):
        """Ends the connections that are open."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.drop()

    def open_connections(self):
        """Counts the connections that are open."""
        with self._lock:
            return len(self._connections)

    def clients(self):
        """Returns the ports that the open connections come from."""
        with self._lock:
            return {connection.client for connection in self._connections}

    def forget(self, connection):
        """Takes a connection off the list."""
        with self._lock:
            self._connections.discard(connection)

    def _accept(self, server):
        while True:
            try:
                sock, client = server.accept()
            except OSError:
                if self._server is not server or self.stopping.wait(0.05):
                    return
                continue
            connection = Connection(self, sock, client[1],
                                    self.fake.next_number())
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=connection.run, daemon=True).start()


class Connection:
    """One connection, from its start to its end."""

    def __init__(self, listener, sock, client, number):
        self.listener = listener
        self.client = client
        self.number = number
        self.log = listener.fake.log
        self.faults = listener.fake.faults
        self._sock = sock
        self._file = None
        self._dropped = threading.Event()

    def run(self):
        """Serves requests until the connection ends."""
        reset = False
        try:
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sock.settimeout(self.listener.fake.idle_timeout)
            self._note(events.CONNECTION)
            self._stumble()
            self._handshake()
            self._file = self._sock.makefile("rb")
            while self._exchange():
                pass
            self._part()
        except Hangup as hangup:
            reset = hangup.reset
        except (OSError, ValueError):
            pass
        finally:
            self._close(reset)
            self.listener.forget(self)

    def drop(self):
        """Ends the connection, from another thread.

        A request that waits to be handled never will be.
        """
        self._dropped.set()
        try:
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        except OSError:
            pass

    def _note(self, kind, detail=""):
        self.log.add(events.Record(kind, self.listener.host, self.number,
                                   detail=detail))

    def _stumble(self):
        fault = self.faults.take(self.listener.host + "_connect")
        if fault:
            self._pause(fault.delay)
            if fault.raw is not None:
                self._sock.sendall(fault.raw)
            if fault.close:
                raise Hangup(fault.close == "reset")

    def _handshake(self):
        if not self.listener.context:
            return
        try:
            self._sock = self.listener.context.wrap_socket(
                self._sock, server_side=True)
        except OSError as error:
            self._note(events.HANDSHAKE_FAILED, str(error))
            raise
        self._note(events.HANDSHAKE, "%s%s" % (
            self._sock.version(),
            " resumed" if self._sock.session_reused else ""))

    def _exchange(self):
        try:
            request = read_request(self._file)
        except BadRequest:
            self._send(None, Reply(400), None)
            return False
        if request is None:
            return False
        record = events.Record(
            events.REQUEST, self.listener.host, self.number,
            method=request.method, path=request.path, query=request.query,
            headers=request.headers, body=request.body,
            correlation=request.correlation)
        self.log.add(record)
        try:
            endpoint, function = self.listener.site.find(request)
            fault = self.faults.take(endpoint)
            reply = self._reply(function, fault, record)
            self.log.answer(record, reply.status)
            return self._send(request, reply, fault)
        finally:
            self.log.sent(record)

    def _reply(self, function, fault, record):
        if not fault:
            return answered(function)
        self._pause(fault.delay)
        reply = answered(function) if fault.handles() else None
        if fault.close in ("before", "reset"):
            self.log.answer(record, 0)
            raise Hangup(fault.close == "reset")
        return fault.reply(record) if fault.replaces() else reply

    def _pause(self, seconds):
        """Waits; ends early when the connection is dropped."""
        if seconds and self._dropped.wait(seconds):
            raise Hangup()

    def _send(self, request, reply, fault):
        stays = request is not None and request.keeps_alive()
        if fault and fault.raw is not None:
            self._put(fault.raw, fault.drip)
            return False
        if fault and fault.stream:
            self._sock.sendall(self._head(request, reply, False, fault))
            self._stream(fault.stream)
            return False
        self._sock.sendall(self._head(request, reply, stays))
        if request is not None and request.method == "HEAD":
            return stays
        body = reply.body
        if fault and fault.close in ("middle", "middle_reset"):
            self._sock.sendall(body[:len(body) // 2])
            raise Hangup(fault.close == "middle_reset")
        self._put(body, fault.drip if fault else 0)
        return stays

    def _put(self, data, drip):
        if not drip:
            self._sock.sendall(data)
            return
        for i in range(len(data)):
            self._pause(drip)
            self._sock.sendall(data[i:i + 1])

    def _stream(self, length):
        """Sends the beginning of a string that takes its time to end."""
        self._sock.sendall(b'"')
        block = b"x" * MAX_LINE
        for _ in range(length // len(block)):
            self._sock.sendall(block)

    def _head(self, request, reply, stays, fault=None):
        given = {name.lower() for name, _ in reply.headers}
        usual = [("Date", formatdate(usegmt=True))]
        name = self.listener.fake.correlation_header
        if request is not None and name:
            usual.append((name, request.correlation))
        if (reply.status != 204 and "transfer-encoding" not in given
                and not (fault and fault.stream)):
            usual.append(("Content-Length", str(len(reply.body))))
        if not stays:
            usual.append(("Connection", "close"))
        lines = ["HTTP/1.1 %d %s" % (
            reply.status, responses.get(reply.status, "Unknown"))]
        lines += ["%s: %s" % header for header in reply.headers]
        lines += ["%s: %s" % header for header in usual
                  if header[0].lower() not in given]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _part(self):
        """Ends TLS as it should be ended."""
        if self.listener.context:
            self._sock.settimeout(0.2)
            self._sock.unwrap().close()

    def _close(self, reset):
        try:
            if reset:
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      struct.pack("ii", 1, 0))
            else:
                drain(self._sock)
        except (OSError, ValueError):
            pass
        if self._file:
            self._file.close()
        self._sock.close()


def unread(ports):
    """Says whether a client of ours at these ports has bytes to read."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            place, queues = line.split()[1], line.split()[4]
            if (int(place.rpartition(":")[2], 16) in ports
                    and int(queues.rpartition(":")[2], 16) > 0):
                return True
    return False


def answered(function):
    """Calls an endpoint; its own mistakes are shown and answered 500."""
    try:
        return function()
    except Exception:
        traceback.print_exc()
        return Reply(500)


def drain(sock):
    """Ends the stream after what was sent, so that no RST overtakes it."""
    socket.socket.shutdown(sock, socket.SHUT_WR)
    sock.settimeout(0.2)
    for _ in range(MAX_DRAIN):
        if not socket.socket.recv(sock, MAX_LINE):
            return


def read_request(file):
    """Reads one request; None at the end of the connection."""
    line = read_line(file)
    if not line:
        return None
    words = line.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise BadRequest()
    method, target, version = words
    path, _, query = target.partition("?")
    headers = read_headers(file)
    return Request(method, path, query, version, headers,
                   read_body(file, headers))


def read_line(file):
    """Reads one line without its end; empty at the end of the stream."""
    line = file.readline(MAX_LINE)
    if line and not line.endswith(b"\n"):
        raise BadRequest()
    return line.rstrip(b"\r\n").decode("latin-1")


def read_headers(file):
    """Reads headers; those with the same name are joined."""
    headers = {}
    for _ in range(MAX_HEADERS):
        line = read_line(file)
        if not line:
            return headers
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or name != name.strip():
            raise BadRequest()
        value = value.strip()
        if name in headers:
            value = headers[name] + ", " + value
        headers[name] = value
    raise BadRequest()


def read_body(file, headers):
    """Reads a body of the length that the headers give."""
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        raise BadRequest()
    if int(length) > MAX_BODY:
        raise BadRequest()
    body = file.read(int(length))
    if len(body) != int(length):
        raise BadRequest()
    return body
