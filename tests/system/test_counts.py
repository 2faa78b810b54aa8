# SPDX-License-Identifier: ISC
"""What a sign-in costs Genesys Cloud, counted by the fake server."""

import time

import pytest

import contract
import hosts


@pytest.mark.parametrize("host", [hosts.Sshd, hosts.Pamtester],
                         ids=lambda host: host.name)
def test_a_sign_in_makes_three_requests_on_three_connections(
        house, people, genesys, configure, host):
    configure(revoke="never", preconnect="no")
    entrance = host(house)
    terminal = entrance.open("alice")
    shown = terminal.asked()
    assert genesys.log.requests() == []
    answer = people["alice"].sign_in(shown)
    genesys.log.clear()
    terminal.answer(answer)
    terminal.session()
    terminal.leave()
    made = sorted((request.method, request.path)
                  for request in genesys.log.requests())
    # a HEAD opens each connection to the API server while the code goes out
    assert made == [("GET", "/api/v2/tokens/me"), ("GET", "/api/v2/users/me"),
                    ("HEAD", "/"), ("HEAD", "/"), ("POST", "/oauth/token")]
    assert genesys.log.count("HEAD", "/") == len(
        [r for r in genesys.log.requests("api") if r.method == "HEAD"])
    assert genesys.log.connections("login") == 1
    assert genesys.log.handshakes("login") == 1
    assert genesys.log.connections("api") <= 2
    assert genesys.log.handshakes("api") <= 2
    assert genesys.log.failed_handshakes() == []
    if host is hosts.Sshd:
        entrance.stop()


def test_revocation_makes_one_request_more(house, people, genesys, configure):
    configure(preconnect="no")
    terminal = hosts.Pamtester(house).open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    genesys.log.clear()
    terminal.answer(answer)
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    terminal.leave()
    assert house.wait_until_gone("gcpkce-helper") == []
    made = [request.method for request in genesys.log.requests()]
    assert sorted(made) == ["DELETE", "GET", "GET", "HEAD", "HEAD", "POST"]
    assert genesys.log.connections("api") <= 2


@pytest.mark.parametrize("account, outcome, changes", [
    ("absent-user", "user_unknown", {}),
    ("dave", "not_mapped", {}),
    ("carol", "not_mapped", {}),
    ("root", "root_refused", {}),
    ("nightjob", "uid_refused",
     {"map": "file, localpart", "email_domains": "example.test"}),
])
def test_an_account_that_no_user_can_sign_in_to_costs_nothing(
        house, people, genesys, journal, configure, account, outcome,
        changes):
    configure(attempts=1, preconnect=0, **changes)
    house.map(f"alice id:{people['alice'].id}", "carol -",
              f"root id:{people['alice'].id}")
    terminal = hosts.Pamtester(house).open(account)
    answer = people["alice"].sign_in(terminal.asked())
    genesys.log.clear()
    time.sleep(0.3)
    terminal.answer(answer)
    assert contract.REFUSED in terminal.end()
    assert journal.decision(outcome)["user"] == account
    assert genesys.log.records() == []


def test_a_dialogue_without_an_answer_makes_no_request(
        house, genesys, configure, journal):
    configure(timeout=3, preconnect="no")
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert house.wait_until_gone("gcpkce-helper") == []
    assert genesys.log.records() == []
    terminal.answer("")
    terminal.end()
    journal.decision("timed_out")
