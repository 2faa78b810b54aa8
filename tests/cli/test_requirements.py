# SPDX-License-Identifier: ISC
"""Required groups, roles and divisions: what is asked of Genesys Cloud, and when."""

import dataclasses
import os
import re

import pexpect
import pytest

from browser import Browser
from conftest import GCPKCE
from faults import REMOVED, Fault, api_rate_limit, huge_json
from fake_server import FakeServer

SUBJECTS_ME = "/api/v2/authorization/subjects/me"


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def alice(genesys):
    return genesys.people["alice"]


@pytest.fixture
def requirements(genesys):
    """What Alice has, as the configuration names it."""
    return {
        "require_group": genesys.groups["operators"].id,
        "require_role": genesys.roles["admin"].id,
        "require_division": genesys.divisions["Home"].id,
    }


@pytest.fixture
def sign_in(genesys, configure, account, alice):
    """Alice's sign-in with these requirements; gives outcome and cause."""
    def run(**changes):
        client = genesys.clients["public"]
        conf = configure(
            lines=[f"{account} id:{alice.id}"], login_url=genesys.login_url,
            api_url=genesys.api_url, ca_file=genesys.ca_file, client_id=client.id,
            redirect_uri=client.redirect_uris[0], organization=genesys.organization.id,
            attempts=1, **changes)
        child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                              encoding="utf-8", dimensions=(60, 1000))
        child.expect(r"\n(https?://\S+/oauth/authorize\S+)\r")
        landed = Browser(genesys.ca_file).sign_in(child.match.group(1), "alice")
        genesys.log.clear()
        child.expect("land on: ")
        child.sendline(landed)
        child.expect(r"decision:\s+(\w+): ([^\r]*)\r")
        decision = child.match.groups()
        child.expect(pexpect.EOF)
        child.close()
        assert genesys.log.wait("DELETE", "/api/v2/tokens/me"), "the token is revoked"
        return decision
    return run


def asked(genesys):
    """The GETs of a sign-in, with their queries."""
    return sorted(r.path + ("?" + r.query if r.query else "")
                  for r in genesys.log.requests("api") if r.method == "GET")


@pytest.mark.parametrize("keys, query", [
    ([], ""),
    (["require_division"], ""),
    (["require_role"], "?expand=authorization"),
    (["require_group"], "?expand=groups"),
    (["require_group", "require_role", "require_division"],
     "?expand=authorization&expand=groups")])
def test_only_what_is_required_is_asked_for(genesys, sign_in, requirements, keys, query):
    assert sign_in(**{key: requirements[key] for key in keys})[0] == "ok"
    assert asked(genesys) == ["/api/v2/tokens/me", "/api/v2/users/me" + query]
    assert genesys.log.handshakes("api") == 2


@pytest.mark.parametrize("key, kind, name, outcome", [
    ("require_group", "groups", "agents", "group_missing"),
    ("require_role", "roles", "supervisor", "role_missing"),
    ("require_division", "divisions", "Support", "division_missing")])
def test_a_user_who_lacks_it_is_refused(genesys, sign_in, requirements, key, kind, name, outcome):
    lacking = getattr(genesys, kind)[name].id
    assert sign_in(**{**requirements, key: lacking})[0] == outcome


def test_one_of_a_list_is_enough(genesys, sign_in, requirements):
    several = f"{genesys.groups['agents'].id}, {requirements['require_group']}"
    assert sign_in(require_group=several)[0] == "ok"


MISSING = [
    pytest.param("require_group", {"groups": REMOVED}, id="groups"),
    pytest.param("require_group", {"groups": None}, id="null groups"),
    pytest.param("require_role", {"authorization": REMOVED}, id="authorization"),
    pytest.param("require_role", {"authorization": {"roles": REMOVED}}, id="roles"),
]
DEDICATED = {"require_group": "user", "require_role": "subjects_me"}


def place_of(key, alice):
    """Where a list is asked for when users/me does not have it."""
    return {"require_group": f"/api/v2/users/{alice.id}?expand=groups",
            "require_role": SUBJECTS_ME}[key]


@pytest.mark.parametrize("key, override", MISSING)
def test_a_missing_list_is_asked_for_once_more(
        genesys, sign_in, requirements, alice, key, override):
    genesys.faults.override_user = override
    assert sign_in(**{key: requirements[key]})[0] == "ok"
    assert asked(genesys).count(place_of(key, alice)) == 1
    assert len(asked(genesys)) == 3
    assert genesys.log.handshakes("api") == 2, "over the connection that is there"
    requests = genesys.log.requests("api")
    assert len({r.headers["authorization"] for r in requests if r.method != "HEAD"}) == 1
    assert not [r for r in requests if r.method == "HEAD" and "authorization" in r.headers]


def test_both_lists_may_be_missing(genesys, sign_in, requirements, alice):
    genesys.faults.override_user = {"groups": REMOVED, "authorization": REMOVED}
    assert sign_in(**requirements)[0] == "ok"
    assert len(asked(genesys)) == 4
    assert genesys.log.handshakes("api") == 2


@pytest.mark.parametrize("key, kind, name, outcome", [
    ("require_group", "groups", "agents", "group_missing"),
    ("require_role", "roles", "supervisor", "role_missing")])
def test_a_user_who_lacks_it_there_is_refused(genesys, sign_in, key, kind, name, outcome):
    genesys.faults.override_user = {"groups": REMOVED, "authorization": REMOVED}
    assert sign_in(**{key: getattr(genesys, kind)[name].id})[0] == outcome


@pytest.mark.parametrize("fault", [
    pytest.param(Fault(status=401), id="401"),
    pytest.param(Fault(status=403), id="403"),
    pytest.param(Fault(status=404), id="404"),
    pytest.param(Fault(status=500), id="500"),
    pytest.param(api_rate_limit(), id="429"),
    pytest.param(Fault(status=302, headers={"Location": "/api/v2/users/me"}), id="302"),
    pytest.param(Fault(status=200, body='{"id":"@"}'), id="missing again"),
    pytest.param(Fault(status=200, body='{"id":"@","groups":null,"grants":null}'), id="null again"),
    pytest.param(Fault(status=200, body='{"id":"@","groups":7,"grants":7}'), id="wrong type"),
    pytest.param(Fault(status=200, body="<html>"), id="no JSON"),
    pytest.param(Fault(status=204, body=""), id="204"),
    pytest.param(huge_json(300 * 1024), id="huge"),
    pytest.param(Fault(close="before"), id="closed"),
    pytest.param(Fault(close="middle"), id="cut off"),
    pytest.param(Fault(delay=60), id="slow"),
])
@pytest.mark.parametrize("key, field", [
    ("require_group", "groups"), ("require_role", "authorization.roles")])
def test_a_list_that_cannot_be_had_is_no_pass(
        genesys, sign_in, requirements, alice, key, field, fault):
    genesys.faults.override_user = {"groups": REMOVED, "authorization": REMOVED}
    if isinstance(fault.body, str):
        fault = dataclasses.replace(fault, body=fault.body.replace("@", alice.id))
    genesys.faults[DEDICATED[key]] = fault
    limits = {"connect_timeout": 3, "request_timeout": 1} if fault.delay else {}
    outcome, cause = sign_in(**{key: requirements[key]}, **limits)
    assert outcome == "identity_incomplete"
    assert cause.startswith(f"the field {field} is missing in GET /api/v2/users/me")


@pytest.mark.parametrize("about", ["", '"id":null,', '"id":"{other}",'],
                         ids=["absent", "null", "another"])
@pytest.mark.parametrize("key", ["require_group", "require_role"])
def test_another_user_s_list_does_not_count(genesys, sign_in, requirements, alice, key, about):
    genesys.faults.override_user = {"groups": REMOVED, "authorization": REMOVED}
    other = next(p.id for p in genesys.people.values() if p.id != alice.id)
    about = about.replace("{other}", other)
    mine = requirements[key]
    genesys.faults[DEDICATED[key]] = Fault(
        status=200, headers={"Content-Type": "application/json"},
        body='{%s"groups":[{"id":"%s"}],"grants":[{"role":{"id":"%s"}}]}' % (about, mine, mine))
    outcome, cause = sign_in(**{key: mine})
    assert outcome == "identity_incomplete"
    assert "id is not that of users/me" in cause


def test_a_missing_list_that_is_not_required_is_not_asked_for(genesys, sign_in, requirements):
    genesys.faults.override_user = {"groups": REMOVED, "authorization": REMOVED}
    assert sign_in(require_division=requirements["require_division"])[0] == "ok"
    assert asked(genesys) == ["/api/v2/tokens/me", "/api/v2/users/me"]


@pytest.mark.parametrize("override", [
    {"division": REMOVED}, {"division": None}, {"division": {"id": REMOVED}}])
def test_a_missing_division_is_no_pass(genesys, sign_in, requirements, override):
    genesys.faults.override_user = override
    outcome, cause = sign_in(require_division=requirements["require_division"])
    assert outcome == "identity_incomplete"
    assert "the field division is missing" in cause


@pytest.mark.parametrize("person_id", ["..", "me", "a.b", "9", REMOVED])
def test_an_id_that_is_none_becomes_no_part_of_a_path(genesys, sign_in, requirements, person_id):
    genesys.faults.override_user = {"groups": REMOVED, "id": person_id}
    outcome, cause = sign_in(require_group=requirements["require_group"])
    assert outcome == "identity_incomplete"
    assert re.match("the field groups is missing", cause)
    assert asked(genesys) == ["/api/v2/tokens/me", "/api/v2/users/me?expand=groups"]


@pytest.mark.parametrize("count, outcome", [(1024, "ok"), (1025, "identity_incomplete")])
def test_more_ids_than_1024_are_no_list(genesys, sign_in, requirements, count, outcome):
    genesys.faults.override_user = {
        "groups": [{"id": f"{n:064d}"} for n in range(count - 1)]
        + [{"id": requirements["require_group"]}],
        "authorization": {"roles": [{"id": f"{n:064d}"} for n in range(1023)]
                          + [{"id": requirements["require_role"]}]}}
    assert sign_in(**requirements)[0] == outcome


def test_a_list_of_1025_does_not_matter_where_it_is_not_required(genesys, sign_in, requirements):
    genesys.faults.override_user = {"groups": [{"id": "x"}] * 1025}
    assert sign_in(require_role=requirements["require_role"])[0] == "ok"
