# SPDX-License-Identifier: ISC
"""A stack that fails behind us, and a server that is away at the end."""

import os
import shutil
import subprocess
import time

import pytest

import hosts
from waiting import wait_until, wait_until_revoked

BASE = "/run/gcpkce"
PENDING = f"{BASE}/pending"
FAILING = """\
auth    required {module}
account required pam_deny.so
session required {module}
"""
ALL = (hosts.Sshd, hosts.Sudo, hosts.Su, hosts.Login, hosts.Pamtester)
# sudo ends PAM with PAM_DATA_SILENT, and sshd's child without a word
ENDING = (hosts.Su, hosts.Login, hosts.Pamtester)
QUIET = (hosts.Sshd, hosts.Sudo)


@pytest.fixture(autouse=True)
def tidy(fresh):
    shutil.rmtree(BASE, ignore_errors=True)
    yield
    shutil.rmtree(BASE, ignore_errors=True)


@pytest.fixture
def start(house):
    """Make a host of a kind; sshd is stopped afterwards."""
    started = []

    def make(kind):
        started.append(kind(house))
        return started[-1]
    yield make
    for host in started:
        if host.name == "sshd":
            host.stop()


def valid(genesys):
    (token,) = genesys.log.tokens().values()
    return token


def pending():
    return os.listdir(PENDING) if os.path.exists(PENDING) else []


def fail_behind_us(house, host, people, journal):
    house.stack(host.service, FAILING)
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    assert "@@session" not in terminal.transcript
    journal.decision("ok")


@pytest.mark.parametrize("export", ["env", "file"])
@pytest.mark.parametrize("kind", ENDING, ids=lambda kind: kind.name)
def test_a_stack_that_fails_behind_us_ends_the_token(
        start, house, people, genesys, journal, configure, kind, export):
    configure(export=export)
    fail_behind_us(house, start(kind), people, journal)
    wait_until_revoked(genesys)
    journal.wait("outcome=revoked")
    assert pending() == []


@pytest.mark.parametrize("kind", QUIET, ids=lambda kind: kind.name)
def test_where_that_cannot_be_known_the_file_waits_for_the_sweep(
        start, house, people, genesys, journal, configure, kind):
    configure(export="file")
    host = start(kind)
    fail_behind_us(house, host, people, journal)
    assert house.wait_until_gone("gcpkce-helper") == []
    assert valid(genesys)
    (left,) = pending()
    (stale,) = genesys.log.tokens()
    then = time.time() - 11 * 60
    os.utime(f"{PENDING}/{left}", (then, then))
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    assert left not in pending()
    assert wait_until(lambda: not genesys.log.tokens()[stale])


@pytest.mark.parametrize("kind, export", [
    # sudo to another account hands over no file
    (kind, export) for kind in ALL for export in ("env", "file")
    if kind is not hosts.Pamtester and (kind, export) != (hosts.Sudo, "file")],
    ids=lambda value: getattr(value, "name", value))
def test_a_server_that_is_away_at_the_end_keeps_no_session_open(
        start, people, genesys, configure, house, kind, export):
    configure(export=export)
    terminal = start(kind).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.session()
    genesys.refuse("api")
    try:
        terminal.leave()
        # it goes on trying; sshd outlives its client, and starts it then
        assert wait_until(lambda: house.processes("gcpkce-helper"))
        assert terminal.status == 0
        assert valid(genesys)
    finally:
        genesys.listen("api")
    wait_until_revoked(genesys)


@pytest.mark.parametrize("export", ["env", "file"])
def test_a_revocation_that_is_refused_at_the_end_is_logged_with_the_expiry(
        start, people, genesys, configure, journal, export):
    configure(export=export)
    terminal = start(hosts.Sshd).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    expires = terminal.session()[1]["GCPKCE_TOKEN_EXPIRES"]
    genesys.faults["revoke"] = {"status": 403}
    terminal.leave()
    assert terminal.status == 0
    line = journal.wait("outcome=revoke_failed")
    assert f'expires="{expires}"' in line


def test_a_variable_of_the_host_s_own_is_not_revoked(
        start, house, genesys, people, configure, journal):
    """A login by key, on a host that gives every user a token."""
    configure(export="env")
    conf = house.write(f"{house.share}/env.conf",
                       "GENESYSCLOUD_ACCESS_TOKEN DEFAULT=the-host-s-own\n")
    house.stack("su", "auth required pam_permit.so\n"
                "account required pam_permit.so\n"
                f"session required pam_env.so conffile={conf} readenv=0\n"
                "session required {module}\n")
    terminal = start(hosts.Su).open("alice")
    assert terminal.session()[1]["GENESYSCLOUD_ACCESS_TOKEN"]
    terminal.leave()
    assert house.wait_until_gone("gcpkce-helper") == []
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 0
    assert "outcome=" not in journal.text()


@pytest.mark.parametrize("text", [None, "regoin = eu-central-1\nclient_id = x y\n"],
                         ids=["missing", "wrong"])
def test_a_session_without_a_sign_in_reads_no_configuration(house, journal, text):
    house.stack("cron", "auth required pam_deny.so\naccount required pam_permit.so\n"
                "session optional {module}\n")
    if text is None:
        os.unlink("/etc/security/pam_gcpkce.conf")
    else:
        house.write("/etc/security/pam_gcpkce.conf", text)
    for _ in range(3):
        subprocess.run(["pamtester", "cron", "bob", "open_session", "close_session"],
                       capture_output=True, check=True)
    assert [line for line in journal.lines() if "pam_gcpkce" in line] == []
