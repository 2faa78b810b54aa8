# SPDX-License-Identifier: ISC
"""The preflight: connections that stand before the answer comes."""

import contextlib
import fcntl
import os
import struct
import time

import pytest

import contract
import hosts
from faults import Fault
from procfs import status

LOCK = "/run/gcpkce/preflight.lock"
DEAD = ("This host could not reach Genesys Cloud just now; "
        "signing in may fail.")


def helpers(house):
    return house.processes("gcpkce-helper")


def wait_until(happened, seconds=5):
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.02)
    return happened()


def maps_libcurl(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return "libcurl" in file.read()


def standing(genesys):
    """The handshakes that there were, by host."""
    return genesys.log.handshakes("login"), genesys.log.handshakes("api")


def flown(genesys):
    return wait_until(lambda: standing(genesys) == (1, 2)
                      and genesys.log.wait("HEAD", "/", 3, 2))


def preflight_of(terminal, genesys):
    """Wait for the prompt and the preflight; forget it; gives the prompt."""
    shown = terminal.asked()
    assert flown(genesys), genesys.log.records()
    genesys.log.clear()
    return shown


def test_it_comes_after_its_seconds_and_not_before(
        house, genesys, configure):
    configure(preflight=1)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    time.sleep(0.6)
    assert genesys.log.records() == []
    assert [maps_libcurl(pid) for pid in helpers(house)] == [False]
    assert flown(genesys)
    warden, worker = sorted(helpers(house), key=maps_libcurl)
    assert not maps_libcurl(warden) and maps_libcurl(worker)
    assert status(worker)["PPid"] == str(warden)
    terminal.kill()


def test_then_a_sign_in_makes_its_requests_and_no_connection(
        house, people, genesys, journal, configure):
    configure(preflight=0)
    terminal = hosts.Pamtester(house).open("alice")
    answer = people["alice"].sign_in(preflight_of(terminal, genesys))
    genesys.log.clear()
    terminal.answer(answer)
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    terminal.leave()
    journal.decision("ok")
    assert sorted((r.method, r.path) for r in genesys.log.requests()) == [
        ("DELETE", "/api/v2/tokens/me"), ("GET", "/api/v2/tokens/me"),
        ("GET", "/api/v2/users/me"), ("POST", "/oauth/token")]
    assert genesys.log.connections() == 0
