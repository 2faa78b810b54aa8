# SPDX-License-Identifier: ISC
"""Web servers for hosts of any name, on one port with TLS and one without.

They record what reaches them: each connection, and each request.  A name server
records each look-up of a name that /etc/hosts does not have.
"""

import http.server
import ssl
import threading
import typing

from certs import Authority
from name_server import NameServer

PATIENCE = 30  # seconds; a connection that says nothing ends then


class Request(typing.NamedTuple):
    """What came: scheme and host, method, target, headers and body."""

    scheme: str
    host: str
    method: str
    target: str
    headers: dict
    body: bytes

    @property
    def path(self):
        return self.target.split("?")[0]


class Site:
    """Serves self.pages: (host, path) -> what page() gives, or a function of the request.

    self.requests has all Requests; self.connections the host of each
    connection with TLS (None without).
    """

    def __init__(self, directory, names, looked_up):
        """looked_up has those of the names that the name server answers."""
        self.pages = {}
        self.requests = []
        self.connections = []
        self._authority = Authority(directory)
        self._names = names
        self._name_server = NameServer("127.0.0.1", looked_up)
        self.ca_file = self._authority.ca_file
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.sni_callback = self._note_name
        self.present("good")
        self._servers = [self._serve("https"), self._serve("http")]
        self.port, self.http_port = (server.server_address[1] for server in self._servers)

    def present(self, kind):
        """Show a certificate of a kind (see certs.KINDS) from now on."""
        self._context.load_cert_chain(*self._authority.certificate(kind, self._names))

    def ask_for_certificates(self, asks):
        """Ask clients for a certificate, from the next connection on."""
        self._context.load_verify_locations(self.ca_file)
        self._context.verify_mode = ssl.CERT_OPTIONAL if asks else ssl.CERT_NONE

    def url(self, host, target="/", scheme="https"):
        return f"{scheme}://{host}:{self.port if scheme == 'https' else self.http_port}{target}"

    def clear(self):
        self.ask_for_certificates(False)
        self.pages.clear()
        self.forget()

    def forget(self):
        """Clear the records."""
        self.requests.clear()
        self.connections.clear()
        self._name_server.asked.clear()

    def asked(self, host):
        """The requests that reached a host."""
        return [request for request in self.requests if request.host == host]

    def looked_up(self):
        """The names that were looked up."""
        return {name for _, _, name in self._name_server.asked}

    def signs(self, host):
        """All that shows that a program tried to reach a host: a look-up, connections, requests."""
        return [name for name in (*self.looked_up(), *self.connections) if name == host] + self.asked(host)

    def close(self):
        self._name_server.close()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _note_name(self, _socket, name, _context):
        self.connections.append(name)

    def _serve(self, scheme):
        handler = type("Handler", (Handler,), {"site": self, "scheme": scheme})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if scheme == "https":  # the handshake is for the connection's own thread
            server.socket = self._context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server


def page(body, status=200, kind="text/html; charset=utf-8", **headers):
    """An answer; a header's name has "_" for "-"."""
    return status, {"Content-Type": kind, **{
        name.replace("_", "-"): value for name, value in headers.items()}}, body


def redirect(location, status=302):
    return page("", status, Location=location)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection."""

    site = None
    scheme = None
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def setup(self):
        super().setup()
        if self.scheme == "http":
            self.site.connections.append(None)

    def handle(self):
        try:
            if self.scheme == "https":
                self.connection.settimeout(PATIENCE)
                self.connection.do_handshake()
            super().handle()
        except (OSError, ssl.SSLError):
            self.close_connection = True  # the client has gone

    def answer(self):
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.scheme, host, self.command, self.path,
                          {name.lower(): value for name, value in self.headers.items()},
                          self.rfile.read(length))
        self.site.requests.append(request)
        found = self.site.pages.get((host, request.path), page("not here", 404))
        status, headers, body = found(request) if callable(found) else found
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_PUT = do_OPTIONS = answer

    def log_message(self, *_):
        """The record is site.requests."""
