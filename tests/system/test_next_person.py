# SPDX-License-Identifier: ISC
"""login(1) lets several people try on one PAM handle: what one exported is
another user's."""

import os
import shutil
import subprocess

import pytest

import contract
import hosts
from house import HOST
from waiting import wait_until_revoked

BASE = "/run/gcpkce"
PASSWORD = "a-word-of-the-account-s-own"
AGAIN = f"{HOST} login: "
LOGIN_DEFS = """\
LOGIN_RETRIES 3
LOGIN_TIMEOUT 60
ENV_PATH PATH=/usr/bin:/bin
"""
# As pam-auth-update makes it of etc/pam-configs, and after it modules of type
# Additional, which deny the first that comes so far.  By PAM_AUTH_ERR: after
# other results, login of util-linux ends.
BEHIND = """\
auth requisite pam_deny.so
auth required pam_permit.so
auth [success=1 default=ignore] pam_exec.so quiet {once}
auth requisite pam_deny.so
account required pam_permit.so
session required {{module}} attempts=1
"""
UNIX = "auth [success={} default=ignore] pam_unix.so nodelay\n"
OURS = "auth [success={} default=ignore] {{module}} attempts=1\n"
ONCE = """\
#!/bin/sh
test -e {mark} && exit 0
touch {mark}
exit 1
"""


@pytest.fixture(autouse=True)
def tidy():
    shutil.rmtree(BASE, ignore_errors=True)
    yield
    shutil.rmtree(BASE, ignore_errors=True)


@pytest.fixture(autouse=True)
def passwords(house):
    """bob and ops have one."""
    made = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True,
                          capture_output=True, text=True)
    files = {path: open(path, encoding="utf-8").read()
             for path in ("/etc/shadow", "/etc/login.defs")}
    shadow = files["/etc/shadow"]
    for name in ("bob", "ops"):
        shadow = shadow.replace(f"\n{name}:*:", f"\n{name}:{made.stdout.strip()}:")
    house.write("/etc/shadow", shadow, 0o600)
    house.write("/etc/login.defs", LOGIN_DEFS)
    yield
    house.write("/etc/shadow", files["/etc/shadow"], 0o600)
    house.write("/etc/login.defs", files["/etc/login.defs"])


@pytest.fixture
def stack(house):
    """Write login's; gives what is there after a denial."""
    def write(password_first):
        mark = house.path("denied")
        if os.path.exists(mark):
            os.unlink(mark)
        once = house.write(house.path("once"), ONCE.format(mark=mark), 0o755)
        first, second = (UNIX, OURS) if password_first else (OURS, UNIX)
        house.stack("login", (first.format(2) + second.format(1)
                              + BEHIND.format(once=once)))
        return mark
    return write


ORDERS = pytest.mark.parametrize("password_first", [False, True],
                                 ids=["sign-in first", "password first"])


def come_and_be_denied(terminal, person, password_first, mark):
    """The sign-in is a success, and the stack's answer a denial."""
    if password_first:
        terminal.asked("Password: ")
        terminal.answer("not-the-password")
    terminal.answer(person.sign_in(terminal.asked()))
    terminal.asked("Login incorrect")
    assert os.path.exists(mark)


def come_by_password(terminal, account, password_first):
    """Another user types a name and gets in; gives the environment."""
    terminal.asked(AGAIN)
    terminal.answer(account)
    if not password_first:
        terminal.asked()
        terminal.answer("")
    terminal.asked("Password: ")
    terminal.answer(PASSWORD)
    who, env = terminal.session()
    assert who == account
    return env


def assert_ended(terminal, genesys, journal, account):
    """The token is the first one's, and ended as hers; nothing else did."""
    wait_until_revoked(genesys)
    assert journal.wait("outcome=revoked").count(f'user="{account}"') == 1
    terminal.leave()
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 1


@ORDERS
@pytest.mark.parametrize("export", ["env", "file"])
def test_who_gets_in_by_password_has_no_token_of_who_was_denied(
        house, people, genesys, journal, configure, stack, export, password_first):
    configure(export=export)
    mark = stack(password_first)
    terminal = hosts.Login(house).open("alice")
    come_and_be_denied(terminal, people["alice"], password_first, mark)
    env = come_by_password(terminal, "bob", password_first)
    assert contract.ours(env) == set()
    assert_ended(terminal, genesys, journal, "alice")


@pytest.mark.parametrize("export", ["env", "file"])
def test_two_people_of_one_account_have_no_token_of_each_other_s(
        house, people, genesys, journal, configure, stack, export):
    configure(export=export)
    mark = stack(password_first=False)
    terminal = hosts.Login(house).open("ops")
    come_and_be_denied(terminal, people["alice"], False, mark)
    env = come_by_password(terminal, "ops", False)
    assert contract.ours(env) == set()
    assert os.listdir(f"{BASE}/pending") == [] if export == "file" else True
    assert_ended(terminal, genesys, journal, "ops")
