# SPDX-License-Identifier: ISC
"""The login screen with a greetd of the test's own, which replies when it likes."""

import contextlib
import http.server
import json
import os
import queue
import socket
import struct
import subprocess
import threading
import time

import desk as desks
import pytest
from conftest import ACCOUNT, UID
from waiting import PATIENCE, wait_until

SOCKET = "/tmp/scripted.sock"


class Scripted(desks.Desk):
    """A Desk whose display manager is the test."""

    def __init__(self, *rest):
        super().__init__(*rest)
        self.requests = queue.Queue()
        self._listener = socket.socket(socket.AF_UNIX)
        self._connection = None
        self.layout = "us"  # of the keyboard
        self._listener.bind(SOCKET)
        self._listener.listen()
        os.chmod(SOCKET, 0o777)

    def _run(self, *_):
        # pylint: disable-next=consider-using-with
        self._daemon = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "setpriv", f"--reuid={self.uid}",
             f"--regid={self.uid}", "--clear-groups", "/tmp/start-greeter"],
            env={"PATH": "/usr/bin:/bin", "GREETD_SOCK": SOCKET, "XKB_DEFAULT_LAYOUT": self.layout,
                 "all_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"})
        self._connection, _ = self._listener.accept()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with contextlib.suppress(OSError):
            while head := self._connection.recv(4, socket.MSG_WAITALL):
                text = self._connection.recv(*struct.unpack("=I", head), socket.MSG_WAITALL)
                self.requests.put(json.loads(text))

    def request(self):
        """The next request."""
        return self.requests.get(timeout=PATIENCE)

    def reply(self, **reply):
        text = json.dumps(reply).encode()
        self._connection.sendall(struct.pack("=I", len(text)) + text)

    def stop(self):
        super().stop()
        for connection in filter(None, (self._connection, self._listener)):
            connection.close()
        os.unlink(SOCKET)


@pytest.fixture
def scripted(screen, genesys):
    greetd = Scripted(screen, genesys, ACCOUNT, UID)
    greetd.configure()
    yield greetd
    greetd.stop()


def test_a_session_that_starts_cannot_be_cancelled(scripted):
    """Nor can another user begin, whom greetd's success would let in."""
    scripted.start()
    scripted.sign_in("alice")
    assert scripted.request() == {"type": "create_session", "username": "alice"}
    scripted.reply(type="success")
    assert scripted.request()["type"] == "start_session"
    shown = scripted.wait_for("Your session starts")
    assert not any("Start again" in thing["name"] for thing in shown)
    scripted.screen.keys("Escape", "Return")
    scripted.screen.type("bob")
    scripted.screen.keys("Return")
    scripted.wait_for("Your session starts")
    scripted.reply(type="error", error_type="error", description="no such command")
    scripted.wait_for("Your session did not start", "Your sign-in was accepted", "no such command")
    assert scripted.request() == {"type": "cancel_session"}
    scripted.reply(type="success")
    scripted.screen.keys("Return")  # Start again, which is there again
    scripted.sign_in("bob")
    assert scripted.request() == {"type": "create_session", "username": "bob"}
    assert scripted.requests.empty()


def test_a_long_name_after_a_cancelled_sign_in_is_whole(scripted):
    """greetd still works for the first one when the second one begins."""
    scripted.layout = "th"  # three bytes a letter
    letter = "\u0e01"
    scripted.start()
    scripted.sign_in(letter, "d")
    assert scripted.request() == {"type": "create_session", "username": letter}
    scripted.screen.keys("Escape")
    scripted.sign_in(letter * 200, "d" * 200)
    scripted.wait_for("One moment")
    scripted.reply(type="auth_message", auth_message_type="secret", auth_message="Password: ")
    assert scripted.request() == {"type": "cancel_session"}
    scripted.reply(type="success")
    assert scripted.request() == {"type": "create_session", "username": letter * 200}


class Listener(http.server.BaseHTTPRequestHandler):
    """The module's; it takes a code, or it does not."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        self.server.asked.append((self.path, self.headers["Host"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Not to the test's output."""


@pytest.mark.parametrize("status", [200, 409, None])
def test_the_listener_of_the_module_is_asked_without_a_proxy(scripted, status):
    """The screen says if it does not take the code, or is not there."""
    listener = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    listener.status, listener.asked = status, []
    here = f"localhost:{listener.server_port}"
    desks.write("/tmp/program", f"#!/bin/sh\necho 'http://{here}/cb?code=1&state=s'\n", 0o755)
    scripted.configure(greeter=["view = /tmp/program"])
    scripted.start()
    scripted.sign_in("alice")
    assert scripted.request()["type"] == "create_session"
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    if status is None:
        listener.shutdown()
        listener.server_close()
    scripted.reply(type="auth_message", auth_message_type="info", auth_message=(
        f"https://localhost/authorize?response_type=code&redirect_uri=http://{here}/cb&state=s\n\nOpen it."))
    assert scripted.request() == {"type": "post_auth_message_response"}
    if status != 200:
        scripted.wait_for("The sign-in page ended in an unexpected way", "Try again", "alice")
    else:
        assert wait_until(lambda: listener.asked)
        time.sleep(2)
        scripted.wait_for("Checking your sign-in")
    assert listener.asked == ([("/cb?code=1&state=s", here)] if status else [])
    if status is not None:
        listener.shutdown()
        listener.server_close()
