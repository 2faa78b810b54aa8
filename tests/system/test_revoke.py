# SPDX-License-Identifier: ISC
"""When a token ends: at once, with the session, or never."""

import time

import pytest

import hosts
from waiting import wait_until_revoked

ALL = (hosts.Sshd, hosts.Sudo, hosts.Su, hosts.Login, hosts.Pamtester)


@pytest.fixture(params=ALL, ids=lambda host: host.name)
def host(request, house):
    host = request.param(house)
    yield host
    if host.name == "sshd":
        host.stop()


def come_in(host, people):
    """alice signs in and is in her session."""
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.session()
    return terminal


def valid(genesys):
    """Whether the one token of the sign-in is valid."""
    (token,) = genesys.log.tokens().values()
    return token


def test_a_token_that_is_not_exported_ends_at_once(
        sshd, people, genesys, journal):
    terminal = come_in(sshd, people)
    wait_until_revoked(genesys)
    journal.wait("outcome=revoked")
    terminal.leave()
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 1


def test_an_exported_token_ends_with_the_session(
        host, people, genesys, journal, configure):
    configure(export="env")
    terminal = come_in(host, people)
    if host.name != "pamtester":  # whose session is over at once
        time.sleep(0.3)
        assert valid(genesys)
    terminal.leave()
    wait_until_revoked(genesys)
    journal.wait("outcome=revoked")


def test_a_token_ends_when_the_client_is_lost(
        sshd, people, genesys, configure):
    configure(export="env")
    terminal = come_in(sshd, people)
    assert valid(genesys)
    terminal.hang_up()
    wait_until_revoked(genesys)


@pytest.mark.parametrize("export", ["none", "env"])
def test_revoke_never_leaves_the_token(
        sshd, people, genesys, configure, house, export):
    configure(export=export, revoke="never")
    terminal = come_in(sshd, people)
    terminal.leave()
    assert house.wait_until_gone("gcpkce-helper") == []
    time.sleep(0.3)
    assert valid(genesys)
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 0


def test_without_a_session_line_of_ours_an_exported_token_stays(
        sshd, house, people, genesys, configure):
    configure(export="env")
    house.stack("sshd", "auth required {module}\n"
                "account required pam_permit.so\n"
                "session required pam_permit.so\n")
    come_in(sshd, people).leave()
    assert house.wait_until_gone("gcpkce-helper") == []
    assert valid(genesys)


def test_the_token_that_came_is_revoked_whatever_stands_there_later(
        house, people, genesys, configure):
    configure(export="env")
    path = house.write(f"{house.share}/env.conf",
                       "GENESYSCLOUD_ACCESS_TOKEN OVERRIDE=another\n")
    house.stack("su", "auth required {module}\n"
                "account required pam_permit.so\n"
                "session required {module}\n"
                f"session required pam_env.so conffile={path} readenv=0\n")
    terminal = hosts.Su(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    _, env = terminal.session()
    assert env["GENESYSCLOUD_ACCESS_TOKEN"] == "another"
    terminal.leave()
    wait_until_revoked(genesys)


def test_a_wrong_person_s_token_ends_at_once(sshd, people, genesys):
    terminal = sshd.open("alice")
    terminal.answer(people["bob"].sign_in(terminal.asked()))
    terminal.end()
    wait_until_revoked(genesys)


def test_a_token_ends_when_its_host_dies_before_the_decision(
        house, people, genesys, configure):
    configure(export="env")
    genesys.faults["users_me"] = {"delay": 3}
    terminal = hosts.Pamtester(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    # asked whose it is, so the token has arrived
    assert genesys.log.wait_for_request("GET", "/api/v2/users/me")
    terminal.hang_up()
    wait_until_revoked(genesys)


def test_a_slow_revocation_does_not_delay_the_session(
        sshd, people, genesys, journal):
    genesys.faults["revoke"] = {"delay": 6}  # of the 10 that it may take
    terminal = come_in(sshd, people)
    assert "outcome=revoked" not in journal.text(), "the login waited for it"
    terminal.leave()
    journal.wait("outcome=revoked")


def test_a_revocation_that_fails_once_is_tried_again(
        sshd, people, genesys, journal):
    genesys.faults["revoke"] = {"status": 503, "times": 1}
    terminal = come_in(sshd, people)
    wait_until_revoked(genesys)
    journal.wait("outcome=revoked")
    terminal.leave()
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 2


def test_a_revocation_that_fails_does_not_prevent_the_session(
        sshd, people, genesys, journal):
    genesys.faults["revoke"] = {"status": 403}
    terminal = come_in(sshd, people)
    line = journal.wait("outcome=revoke_failed")
    assert "expires=" in line
    terminal.leave()
    assert terminal.status == 0
