# SPDX-License-Identifier: ISC
"""Figure 8: when a sign-in ends that gets no answer."""

import contextlib
import os
import signal
import socket
import ssl
import threading
import time

from report import Figure
from stage import Program

TIMEOUT, CONNECT, REQUEST = 3, 1, 2  # seconds
SPARE = 0.5


@contextlib.contextmanager
def silent_server(setting, tls):
    """An address where connections are taken, and no request is answered."""
    kept = []

    def serve(listener):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*setting.certificate)
        with contextlib.suppress(OSError):
            while True:
                kept.append(listener.accept()[0])
                kept[-1] = context.wrap_socket(kept[-1], server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        if tls:
            threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        if tls:
            listener.shutdown(socket.SHUT_RDWR)
    for connection in kept:
        connection.close()


def seconds(setting, service, at_prompt=lambda: None):
    """Answer at once; (from the beginning, from the answer) to the result."""
    host = Program(*setting.host(service, "ask"))
    try:
        if host.line() != "ready":
            raise RuntimeError("the host is not ready")
        begun = time.monotonic()
        host.tell()
        if host.line() != "waiting":
            raise RuntimeError("the host is not waiting")
        at_prompt()
        answered = time.monotonic()
        host.tell()
        if host.line() == "waiting":
            raise RuntimeError("there was another prompt")
        ended = time.monotonic()
    finally:
        host.end()
    setting.settle(30)
    return ended - begun, ended - answered


def stop_helper(setting):
    for pid in setting.house.processes("gcpkce-helper"):
        os.kill(pid, signal.SIGSTOP)


def measure(setting):
    """Figure 8."""
    login, _ = setting.urls(None)
    limits = {"preconnect": "no", "timeout": TIMEOUT}
    service = setting.module(None, **limits)
    stopped, _ = seconds(setting, service, lambda: stop_helper(setting))
    rows = [["helper stopped by SIGSTOP", f"{stopped:.2f}", f"timeout: {TIMEOUT}"]]
    slowest = 0
    for tls, name in ((False, "API host: TLS is not answered"),
                      (True, "API host: requests are not answered")):
        with silent_server(setting, tls) as api:
            service = setting.service_of(
                f"silent-{tls:d}", login, api, preconnect="no",
                connect_timeout=CONNECT, request_timeout=REQUEST)
            _, took = seconds(setting, service)
        slowest = max(slowest, took)
        rows.append([name, f"{took:.2f}",
                     f"connect_timeout + request_timeout: {CONNECT + REQUEST}"])
    figure = Figure(8, "When a sign-in ends that gets no answer")
    figure.show(["what does not answer", "seconds", "limit"], rows)
    figure.say("The first row counts from pam_authenticate, the others from "
               "the code's entry. The login host answers.")
    figure.promise(f"ends at most {SPARE} s after its deadline", stopped - TIMEOUT,
                   stopped <= TIMEOUT + SPARE, "{:.2f} s")
    figure.promise(
        f"an API that never answers: at most {SPARE} s after both limits",
        slowest - CONNECT - REQUEST, slowest <= CONNECT + REQUEST + SPARE, "{:.2f} s")
    return figure
