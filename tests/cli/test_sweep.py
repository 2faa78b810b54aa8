# SPDX-License-Identifier: ISC
"""The helper, with its n-th allocation or call failing: no wrong success.

The helper is a build of its own (tests/failure); its orders are in a page of
shared memory, since it has neither arguments nor an environment.
"""

import mmap
import os
import re
import struct

import pexpect
import pytest

from browser import Browser
from conftest import BUILD, running
from fake_server import FakeServer
from waiting import wait_until

GCPKCE = os.path.join(BUILD, "tests/failure/gcpkce")
HELPER = os.path.realpath(os.path.join(BUILD, "tests/failure/gcpkce-helper"))
PAGE = struct.Struct("iiiii32s")  # tests/failure/inject.h
MEMORY, SYSTEM = 1, 2
READY_AND_VERDICT = 2  # the frames
PRECONNECT_S = 0.3  # long enough for one without a fault
# each call takes a minute; make check-deep has it
STRIDE = 1 if os.environ.get("GCPKCE_LOAD") == "full" else 7


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def conf(genesys, configure, account):
    """Writes a configuration with changes; gives its path."""
    client = genesys.clients["public"]

    def write(**changes):
        return configure(
            [f"{account} id:{genesys.people['alice'].id}"],
            login_url=genesys.login_url, api_url=genesys.api_url, ca_file=genesys.ca_file,
            client_id=client.id, redirect_uri=client.redirect_uris[0],
            organization=genesys.organization.id, **changes)
    return write


@pytest.fixture
def page():
    """The page whose path is compiled into the helper of the sweep."""
    with open(os.path.join(BUILD, "tests/failure/gcpkce-helper"), "rb") as file:
        path = re.search(rb"/dev/shm/gcpkce-inject-\d+", file.read()).group(0)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        os.fchmod(fd, 0o666)
        os.ftruncate(fd, mmap.PAGESIZE)
        with mmap.mmap(fd, mmap.PAGESIZE) as shared:
            yield shared
    finally:
        os.close(fd)
        os.unlink(path)


def sign_in(genesys, conf, account, has_preconnect):
    """Signs in as alice; gives the command's status and what it said."""
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account],
                          timeout=60, encoding="utf-8", echo=False)
    child.delaybeforesend = None
    if child.expect([r"\n(https://\S+/oauth/authorize\S+)\r", pexpect.EOF]) == 0:
        address = child.match.group(1)
        child.expect("land on: ")
        answer = Browser(genesys.ca_file).sign_in(address, "alice")
        if has_preconnect:  # as far as it comes
            genesys.log.wait("HEAD", "/", 3, PRECONNECT_S)
        child.sendline(answer)
        child.expect(pexpect.EOF)
    child.close()
    # a revoker would count its calls on the page of the next sign-in
    assert wait_until(lambda: running(HELPER) == [])
    genesys.log.clear()
    return child.exitstatus, child.before


@pytest.mark.parametrize("preconnect, kind, stride, least", [
    ("no", MEMORY, 1, 30),
    ("no", SYSTEM, STRIDE, 60),
    (0, MEMORY, STRIDE, 30),
    (0, SYSTEM, STRIDE, 60),
])
def test_helper_that_meets_a_fault_denies_until_its_verdict(
        genesys, conf, account, page, preconnect, kind, stride, least):
    path = conf(preconnect=preconnect)
    # a preconnect may fail, and so may calls of the system that have another way
    needs_all = preconnect == "no" and kind == MEMORY
    count = 1
    while True:
        PAGE.pack_into(page, 0, kind, count, 0, 0, 0, b"")
        status, shown = sign_in(genesys, path, account, preconnect == 0)
        sent, failed = PAGE.unpack_from(page)[4:]
        failed = failed.rstrip(b"\0")
        if not failed:
            break
        assert status in (0, 1), f"{count} ({failed}): {shown}"
        if status == 0:
            assert "decision:      ok" in shown, f"{count} ({failed})"
            assert sent >= READY_AND_VERDICT or not needs_all, \
                f"{count} ({failed}) passes unnoticed"
        else:
            assert "decision:      ok" not in shown, f"{count} ({failed})"
        count += stride
    assert status == 0 and count > least
