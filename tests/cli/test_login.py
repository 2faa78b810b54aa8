# SPDX-License-Identifier: ISC
"""gcpkce login: a whole sign-in in a terminal, against the stand-in."""

import json
import os
import re
import subprocess

import pexpect
import pytest

from browser import Browser
from conftest import GCPKCE
from faults import Fault
from standin import Standin


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


def sign_in(genesys, person, *arguments):
    """Drives gcpkce login; gives its status and all that the terminal showed."""
    child = pexpect.spawn(GCPKCE, list(arguments), timeout=20, encoding="utf-8", echo=False)
    child.expect(r"\n(https://\S+/oauth/authorize\S+)")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, person))
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.before


def test_login_says_who_signed_in_and_what_the_decision_would_be(genesys, conf, account):
    status, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert status == 0
    alice = genesys.people["alice"]
    for words in (alice.email, alice.id, genesys.organization.id, "token expires: 2",
                  "decision:      ok"):
        assert words in shown


def test_login_names_the_denial_of_another_person(genesys, conf, account):
    status, shown = sign_in(genesys, "bob", "login", "--conf", conf, "--user", account)
    assert status == 1
    assert "decision:      not_mapped" in shown
    assert genesys.people["bob"].email in shown


def test_login_revokes_the_token_it_does_not_print(genesys, conf, account):
    sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    assert list(genesys.log.tokens().values()) == [False]


def test_login_prints_the_token_when_asked_to_and_keeps_it(genesys, conf, account):
    status, shown = sign_in(genesys, "alice", "--json", "login", "--conf", conf,
                            "--user", account, "--print-token")
    assert status == 0
    report = json.loads(shown[shown.index("{"):])
    assert genesys.log.tokens() == {report["access_token"]: True}
    assert report["outcome"] == "ok"
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 0


def test_login_gives_further_attempts_with_the_sentence_for_each(genesys, conf, account):
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account],
                          timeout=20, encoding="utf-8")
    child.expect("land on: ")
    child.sendline("")
    child.expect("The answer was empty")
    child.expect("land on: ")
    child.sendline("what?")
    child.expect("no code in that answer")
    child.expect("land on: ")
    child.sendline("A" * 43)
    child.expect("code_refused")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1


def test_login_ends_with_its_input(conf, account):
    done = subprocess.run([GCPKCE, "--json", "login", "--conf", conf, "--user", account],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["outcome"] == "aborted"
    assert re.search(r"\nhttps://\S+\n", done.stderr)


@pytest.mark.parametrize("fault, outcome", [
    (dict(delay=8), "timed_out"), (dict(status=500), "provider_error"),
    (dict(status=401), "token_invalid"), (dict(status=200, body="<html>"), "reply_invalid"),
    (dict(close="before"), "unreachable")])
@pytest.mark.parametrize("endpoint", ["users_me", "tokens_me"])
def test_login_revokes_the_token_of_an_identity_that_failed(
        genesys, conf, account, endpoint, fault, outcome):
    with open(conf, "a", encoding="utf-8") as file:
        file.write("timeout = 3\n")
    genesys.faults[endpoint] = Fault(**fault)
    status, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert status == 1
    assert f"decision:      {outcome}" in shown
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    assert list(genesys.log.tokens().values()) == [False]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give capabilities")
def test_login_hands_no_ambient_capability_to_the_helper(conf):
    child = pexpect.spawn("setpriv", [
        "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--inh-caps", "+kill",
        "--ambient-caps", "+kill", GCPKCE, "login", "--conf", conf, "--user", "nobody"],
        timeout=20, encoding="utf-8")
    assert child.expect(["land on: ", "decision: "]) == 0
    child.close()
