# SPDX-License-Identifier: ISC
"""A web server for the pages: one file for each path, and a record."""

import http.server
import os
import re
import threading
from html import escape

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
WWW = os.path.join(ROOT, "etc", "www")
CALLBACK = "/callback"
START = "/s"


def page(name):
    with open(os.path.join(WWW, name), encoding="utf-8") as file:
        return file.read()


def set_up(start, **settings):
    """The start page with settings, as an administrator writes them."""
    for name, value in settings.items():
        ours = f'<meta name="{name}" content="{escape(value)}">'
        start, count = re.subn(f'<meta name="{name}" content="[^"]*">',
                               lambda _, ours=ours: ours, start)
        assert count == 1, f"{count} settings named {name}"
    return start


class Webhost:
    """Serves self.pages (path -> HTML); self.seen has each target asked for.

    It sends no header that matters: what the pages promise without a web
    server's help is tested here, and the web servers elsewhere.
    """

    def __init__(self):
        self.pages = {CALLBACK: page("callback.html")}
        self.seen = []
        self.referrers = []
        handler = type("Handler", (Handler,), {"webhost": self})
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def url(self, path, host="localhost"):
        return f"http://{host}:{self.port}{path}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection."""

    webhost = None

    def do_GET(self):
        self.path = re.sub("^/+", "/", self.path)  # as newer Pythons do
        self.webhost.seen.append(self.path)
        self.webhost.referrers.append(self.headers.get("Referer"))
        found = self.webhost.pages.get(self.path.split("?")[0])
        body = (found or "not here").encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """The record is webhost.seen."""
