# SPDX-License-Identifier: ISC
"""The helper, with its n-th allocation failing: no success until the verdict.

The helper is a build of its own (tests/sweep); its orders are in a page of
shared memory, since it has neither arguments nor an environment.
"""

import mmap
import os
import re
import struct

import pexpect
import pytest

from browser import Browser
from conftest import BUILD
from standin import Standin

GCPKCE = os.path.join(BUILD, "tests/sweep/gcpkce")
PAGE = struct.Struct("iiii32s")  # tests/sweep/inject.h
MEMORY = 1


@pytest.fixture
def genesys(folder):
    with Standin(os.path.join(folder, "genesys")) as standin:
        yield standin


@pytest.fixture
def conf(genesys, configure, account):
    client = genesys.clients["public"]
    return configure(
        [f"{account} id:{genesys.people['alice'].id}"],
        login_url=genesys.login_url, api_url=genesys.api_url, ca_file=genesys.ca_file,
        client_id=client.id, redirect_uri=client.redirect_uris[0],
        organization=genesys.organization.id)


@pytest.fixture
def page():
    """The page whose path is compiled into the helper of the sweep."""
    with open(os.path.join(BUILD, "tests/sweep/gcpkce-helper"), "rb") as file:
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


def sign_in(genesys, conf, account):
    """Signs in as alice; gives the command's status and what it said."""
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account],
                          timeout=20, encoding="utf-8", echo=False)
    child.delaybeforesend = None
    if child.expect([r"\n(https://\S+/oauth/authorize\S+)", pexpect.EOF]) == 0:
        address = child.match.group(1)
        child.expect("land on: ")
        child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
        child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.before


def test_helper_without_memory_denies_until_its_verdict(
        genesys, conf, account, page):
    count = successes = 0
    while True:
        PAGE.pack_into(page, 0, MEMORY, count + 1, 0, 0, b"")
        status, shown = sign_in(genesys, conf, account)
        failed = PAGE.unpack_from(page)[4].rstrip(b"\0")
        if not failed:
            break
        count += 1
        assert status in (0, 1), f"{count} ({failed}): {shown}"
        if status == 0:  # after the verdict nothing can be denied any more
            assert "decision:      ok" in shown, f"{count} ({failed})"
            successes += 1
        else:
            assert "decision:      ok" not in shown, f"{count} ({failed})"
    assert status == 0 and count > 30
    assert successes <= 8, f'{successes} of {count} allocations are not missed'
