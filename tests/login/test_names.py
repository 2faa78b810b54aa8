# SPDX-License-Identifier: ISC
"""A name server that never answers: no sign-in, no wait, and no token kept."""

import socket
import time

import pytest

NAME_SERVER = "127.0.0.77"


@pytest.fixture
def silent_names(house):
    """Names are asked of a server that takes questions and says nothing."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((NAME_SERVER, 53))
    files = {path: open(path, encoding="utf-8").read()
             for path in ("/etc/nsswitch.conf", "/etc/resolv.conf")}
    house.write("/etc/nsswitch.conf", files["/etc/nsswitch.conf"].replace(
        "hosts: files", "hosts: files dns"))
    house.write("/etc/resolv.conf", f"nameserver {NAME_SERVER}\n")
    yield server
    for path, text in files.items():
        house.write(path, text)
    server.close()


def test_a_silent_name_server_neither_delays_nor_loses_a_token(
        sshd, people, journal, configure, silent_names):
    configure(api_url="https://api.slow.test", timeout=4, request_timeout=1,
              connect_timeout=1)
    terminal = sshd.open("alice")
    landed = people["alice"].sign_in(terminal.asked())
    begun = time.monotonic()
    terminal.answer(landed)
    decision = journal.decision("unreachable|timed_out", seconds=10)
    assert time.monotonic() - begun < 6, "the helper was deaf"
    assert int(decision["ms"]) < 5500
    journal.wait("outcome=revoke_failed", seconds=15)
