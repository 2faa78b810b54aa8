# SPDX-License-Identifier: ISC
"""gcpkce logout: the token of the session is ended, and the command knows."""

import os

import pytest

from faults import Fault
from fake_server import FakeServer

TOKEN = "GENESYSCLOUD_ACCESS_TOKEN"


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def logout(gcpkce, configure, genesys):
    """Runs gcpkce logout with a token, by a configuration of the bare way."""
    conf = configure(login_url=genesys.login_url, api_url=genesys.api_url,
                     ca_file=genesys.ca_file, client_id=None, organization=None,
                     redirect_uri=None)

    def run(token, json=True, **environment):
        return gcpkce(*(["--json"] if json else []), "logout", "--conf", conf,
                      env={TOKEN: token, **environment})
    return run


def test_logout_ends_the_token_before_it_says_so(genesys, logout):
    token, other = genesys.issue_token("alice"), genesys.issue_token("alice")
    run = logout(token, json=False)
    assert genesys.log.tokens() == {token: False, other: True}
    assert (run.status, run.out) == (0, "revoked: the token is revoked\n")
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 1


def test_logout_json(genesys, logout):
    run = logout(genesys.issue_token("alice"))
    assert run.status == 0
    assert run.json["version"] == 1
    assert run.json["outcome"] == "ok"
    assert run.json["correlation"] != ""


def test_logout_ends_the_token_of_a_file(genesys, logout, directory):
    token = genesys.issue_token("alice")
    with open(f"{directory}/token", "w", encoding="utf-8") as file:
        file.write(token)
    assert logout("", GCPKCE_TOKEN_FILE=f"{directory}/token").status == 0
    assert genesys.log.tokens() == {token: False}


def test_logout_of_a_token_that_has_ended_is_good_and_says_so(genesys, logout):
    token = genesys.issue_token("alice")
    logout(token)
    run = logout(token)
    assert run.status == 0
    assert run.json["cause"] == "the token was no longer accepted"


@pytest.mark.parametrize("status", [200, 202, 204])
def test_logout_takes_every_kind_of_yes(genesys, logout, status):
    genesys.revoke_status = status
    assert logout(genesys.issue_token("alice")).status == 0


@pytest.mark.parametrize("fault, outcome", [
    (dict(status=500), "provider_error"), (dict(status=403), "token_invalid"),
    (dict(status=429), "rate_limited"), (dict(status=404), "reply_invalid"),
    (dict(close="before"), "unreachable")])
def test_logout_says_why_it_could_not(genesys, logout, fault, outcome):
    genesys.faults["revoke"] = Fault(**fault)
    token = genesys.issue_token("alice")
    run = logout(token)
    assert run.status == 1
    assert run.json["outcome"] == outcome
    assert run.json["cause"] != ""
    assert genesys.log.tokens() == {token: True}
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 1
    run = logout(token, json=False)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith(f"not revoked: {outcome}: ")


def test_logout_without_the_host_says_unreachable(genesys, logout):
    genesys.refuse("api")
    run = logout(genesys.issue_token("alice"))
    assert run.status == 1
    assert run.json["outcome"] == "unreachable"


def test_logout_believes_no_wrong_certificate(genesys, logout):
    genesys.present("api", "other_ca")
    run = logout(genesys.issue_token("alice"))
    assert run.json["outcome"] == "tls_failed"
    assert genesys.log.requests() == []


def test_logout_without_a_token_is_bad(genesys, logout):
    run = logout("")
    assert run.status == 1
    assert run.json["outcome"] == "token_invalid"
    assert genesys.log.requests() == []


def test_logout_shows_no_token_that_a_server_quotes(genesys, logout):
    token = genesys.issue_token("alice")
    genesys.faults["revoke"] = Fault(status=403, echo="headers")
    run = logout(token)
    assert run.json["outcome"] == "token_invalid"
    assert run.json["correlation"] == "(not shown: it repeats a secret)"
    assert run.json["cause"].endswith("403 (not shown: it repeats a secret)")
    assert token[:12] not in run.out + run.err


def test_logout_never_shows_the_token(genesys, logout):
    token = genesys.issue_token("alice")
    for json in (False, True):
        run = logout(token, json)
        assert token not in run.out + run.err
