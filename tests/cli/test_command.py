# SPDX-License-Identifier: ISC
"""gcpkce without a network: usage, pkce, decide."""

import copy
import json
import os
import re

import pexpect
import pytest

from conftest import CLIENT, GCPKCE, ORGANIZATION, PERSON, ROOT

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B

GOOD = {
    "user": {"id": PERSON, "name": "Pat", "email": "pat@example.test", "state": "active"},
    "token": {
        "organization": {"id": ORGANIZATION, "name": "Example"},
        "homeOrganization": {"id": ORGANIZATION, "name": "Example"},
        "authorizedScope": ["user-basic-info"],
        "OAuthClient": {"id": CLIENT, "name": "sign-in"},
    },
    "reply": {"access_token": "a" * 86, "token_type": "bearer", "expires_in": 86399},
}


# usage

def test_help_names_every_subcommand(gcpkce):
    run = gcpkce("--help")
    assert run.status == 0
    for name in ("check", "login", "whoami", "logout", "forget", "decide", "explain", "pkce"):
        assert f"gcpkce {name}" in run.out


def test_version_is_the_project_s(gcpkce):
    run = gcpkce("--version")
    with open(os.path.join(ROOT, "VERSION"), encoding="ascii") as file:
        version = file.read().strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert (run.status, run.out) == (0, f"gcpkce {version}\n")
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        assert f"\nVersion {version}. " in file.read()
    with open(os.path.join(ROOT, "NEWS.md"), encoding="utf-8") as file:
        assert f"\n## {version}\n" in file.read()


@pytest.mark.parametrize("arguments", [
    (), ("nonsense",), ("pkce", "login"), ("--nonsense",), ("decide",),
    ("pkce", "--challenge", CHALLENGE), ("pkce", "--verifier"),
    ("login", "--export", "--print-token"), ("login", "--csh"), ("login", "--sh"),
    ("login", "--export", "--sh", "--csh"), ("pkce", "--user", "alice"),
    ("decide", "--user", "alice", "--print-token"), ("logout", "--ids"),
    ("whoami", "--export"), ("forget",), ("forget", "--all", "--user", "alice"),
    ("forget", "--user"), ("forget", "alice"), ("forget", "--all", "--conf", "x")])
def test_wrong_usage_is_2_and_says_where_help_is(gcpkce, arguments):
    run = gcpkce(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert run.err != ""


# pkce

def test_pkce_computes_the_rfc_s_challenge(gcpkce):
    run = gcpkce("--json", "pkce", "--verifier", VERIFIER)
    assert run.status == 0
    assert run.json["code_challenge"] == CHALLENGE
    assert run.json["version"] == 1


def test_pkce_makes_a_new_pair_each_time(gcpkce):
    first, second = gcpkce("--json", "pkce").json, gcpkce("--json", "pkce").json
    assert len(first["code_verifier"]) == 43
    assert first["code_verifier"] != second["code_verifier"]
    run = gcpkce("pkce", "--verifier", first["code_verifier"],
                 "--challenge", first["code_challenge"])
    assert run.status == 0
    assert run.out.startswith("right: ")


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + " "])
def test_pkce_refuses_what_is_no_verifier(gcpkce, verifier):
    run = gcpkce("pkce", "--verifier", verifier)
    assert run.status == 1
    assert "7636" in run.out


# decide

def decide(gcpkce, conf, user, identity, escaped=True):
    return gcpkce("--json", "decide", "--conf", conf, "--user", user,
                  stdin=json.dumps(identity, ensure_ascii=escaped))


def changed(path, value):
    """GOOD with one member set; value None takes it out."""
    identity = copy.deepcopy(GOOD)
    *parents, last = path.split(".")
    place = identity
    for name in parents:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return identity


def test_decide_lets_the_mapped_person_in(gcpkce, configure, account):
    run = decide(gcpkce, configure(), account, GOOD)
    assert run.status == 0
    assert run.json["outcome"] == "ok"
    assert run.json["pam"] == "PAM_SUCCESS"
    assert run.json["subject"] == PERSON
    assert run.json["version"] == 1


def test_decide_says_on_a_terminal_what_it_waits_for(configure, account):
    child = pexpect.spawn(GCPKCE, ["decide", "--conf", configure(), "--user", account],
                          timeout=60, encoding="utf-8")
    child.expect("Paste it, then press Ctrl-D")
    child.sendline(json.dumps(GOOD))
    child.sendeof()
    child.expect("PAM_SUCCESS")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_decide_needs_no_reply(gcpkce, configure, account):
    assert decide(gcpkce, configure(), account, changed("reply", None)).status == 0


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("name", [
    "Jürgen", "Жанна", "山田 花子", "\U0001f469\u200d\U0001f4bb", "a\0b\x1b\x7f"])
def test_decide_takes_names_escaped_and_raw(gcpkce, configure, account, name, escaped):
    identity = changed("user.name", name)
    assert decide(gcpkce, configure(), account, identity, escaped).status == 0


def test_decide_takes_what_a_host_may_send(gcpkce, configure, account):
    """Up to its size and its numbers; a part may have most of both."""
    identity = changed("user.filling", ["/" * (200 << 10), 10 ** 400, -10 ** 400])
    assert decide(gcpkce, configure(), account, identity).status == 0


OTHER = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("path, value, outcome", [
    ("user.id", OTHER, "not_mapped"),
    ("user.id", PERSON[:-1], "not_mapped"),
    ("user.id", PERSON + "0", "not_mapped"),
    ("user.id", PERSON.upper().replace("9", "A"), "not_mapped"),
    ("user.id", "", "identity_incomplete"),
    ("user.id", None, "identity_incomplete"),
    ("user.id", 7, "identity_incomplete"),
    ("user.id", PERSON + "\0", "identity_incomplete"),
    ("user.state", "inactive", "account_inactive"),
    ("user.state", "deleted", "account_inactive"),
    ("user.state", "Active", "account_inactive"),
    ("user.state", None, "identity_incomplete"),
    ("user", None, "identity_incomplete"),
    ("token", None, "identity_incomplete"),
    ("token.OAuthClient.id", OTHER, "wrong_client"),
    ("token.OAuthClient", None, "identity_incomplete"),
    ("token.organization.id", OTHER, "wrong_organization"),
    ("token.organization", None, "identity_incomplete"),
    ("token.homeOrganization.id", OTHER, "partner_refused"),
    ("token.homeOrganization", None, "identity_incomplete"),
    ("token.clonedUser", {"id": OTHER}, "partner_refused"),
    ("reply.token_type", "mac", "token_invalid"),
    ("reply.access_token", "a b", "token_invalid"),
    ("reply.access_token", "a" * 8193, "token_invalid"),
    ("reply.access_token", None, "token_invalid")])
def test_decide_refuses(gcpkce, configure, account, path, value, outcome):
    run = decide(gcpkce, configure(), account, changed(path, value))
    assert run.status == 1
    assert run.json["outcome"] == outcome


def test_decide_knows_no_oauthclient_in_another_case(gcpkce, configure, account):
    identity = changed("token.oauthClient", {"id": CLIENT})
    del identity["token"]["OAuthClient"]
    assert decide(gcpkce, configure(), account, identity).json["outcome"] == "identity_incomplete"


GROUP, ROLE, DIVISION = (f"01234567-89ab-4cde-8f01-23456789ab0{n}" for n in "123")
MEMBER = {
    "groups": [{"id": OTHER}, {"id": GROUP, "name": "operators"}],
    "authorization": {"roles": [{"id": ROLE, "name": "admin"}], "unusedRoles": [{"id": OTHER}]},
    "division": {"id": DIVISION, "name": "Home"},
}
GATES = {"require_group": GROUP, "require_role": ROLE, "require_division": DIVISION}


@pytest.mark.parametrize("gates, changes, outcome", [
    (GATES, {}, "ok"),
    ({"require_group": f"{PERSON}, {GROUP}"}, {}, "ok"),
    ({"require_group": OTHER}, {}, "ok"),
    ({"require_role": f"{GROUP},{ROLE}"}, {}, "ok"),
    ({"require_group": PERSON}, {}, "group_missing"),
    ({"require_group": ROLE}, {}, "group_missing"),
    ({"require_role": OTHER}, {}, "role_missing"),       # an unused role is none
    ({"require_role": GROUP}, {}, "role_missing"),
    ({"require_division": OTHER}, {}, "division_missing"),
    ({**GATES, "require_role": OTHER}, {}, "role_missing"),
    (GATES, {"groups": []}, "group_missing"),
    (GATES, {"groups": [{"id": GROUP.upper()}]}, "group_missing"),
    (GATES, {"groups": [{"id": GROUP + "0"}]}, "group_missing"),
    (GATES, {"groups": [{"id": GROUP[:-1]}]}, "group_missing"),
    (GATES, {"groups": [{"id": OTHER, "name": GROUP}]}, "group_missing"),
    (GATES, {"groups": None}, "identity_incomplete"),
    (GATES, {"groups": {"id": GROUP}}, "identity_incomplete"),
    (GATES, {"groups": [GROUP]}, "identity_incomplete"),
    (GATES, {"groups": [{"id": GROUP}, {"id": ""}]}, "identity_incomplete"),
    (GATES, {"groups": [{"id": GROUP}, {"id": f"x {GROUP}"}]}, "identity_incomplete"),
    (GATES, {"groups": [{"id": GROUP}] * 1024}, "ok"),
    (GATES, {"groups": [{"id": GROUP}] * 1025}, "identity_incomplete"),
    ({"require_role": ROLE}, {"groups": [{"id": GROUP}] * 1025}, "ok"),
    ({"require_role": ROLE}, {"groups": "none of them"}, "ok"),
    (GATES, {"authorization": {"roles": []}}, "role_missing"),
    (GATES, {"authorization": {}}, "identity_incomplete"),
    (GATES, {"authorization": None}, "identity_incomplete"),
    (GATES, {"division": {"id": OTHER}}, "division_missing"),
    (GATES, {"division": {}}, "identity_incomplete"),
    (GATES, {"division": None}, "identity_incomplete"),
    (GATES, {"division": {"id": f"{DIVISION} x"}}, "identity_incomplete"),
    (GATES, {"id": OTHER, "groups": []}, "not_mapped")])
def test_decide_asks_for_one_of_each_required_list(
        gcpkce, configure, account, gates, changes, outcome):
    identity = copy.deepcopy(GOOD)
    identity["user"] = {**identity["user"], **MEMBER, **changes}
    run = decide(gcpkce, configure(**gates), account, identity)
    assert run.json["outcome"] == outcome, run.json["cause"]


@pytest.mark.parametrize("key, field", [
    ("require_group", "groups"), ("require_role", "roles"),
    ("require_division", "division")])
def test_decide_names_a_list_that_is_missing(gcpkce, configure, account, key, field):
    run = decide(gcpkce, configure(**{key: OTHER}), account, GOOD)
    assert run.json["outcome"] == "identity_incomplete"
    assert run.json["cause"] == f"the field {field} is missing"


def test_decide_refuses_display_names_and_says_why(gcpkce, configure, account):
    run = decide(gcpkce, configure(require_group="operators"), account, GOOD)
    assert run.json["outcome"] == "config_invalid"
    assert "display names are not unique" in run.err


def test_decide_says_that_there_is_no_such_account(gcpkce, configure):
    run = decide(gcpkce, configure(), "no-such-account", GOOD)
    assert run.json["outcome"] == "user_unknown"


@pytest.mark.parametrize("allow, lines, outcome", [
    ("no", [f"root id:{PERSON}"], "root_refused"),
    ("yes", [f"root id:{PERSON}"], "ok"),
    ("yes", ["root -"], "not_mapped")])
def test_decide_reaches_root_by_a_line_and_leave_alone(gcpkce, configure, allow, lines, outcome):
    conf = configure(lines, allow_root=allow)
    assert decide(gcpkce, conf, "root", GOOD).json["outcome"] == outcome


def test_decide_never_reaches_root_by_localpart(gcpkce, configure):
    conf = configure(map="localpart", email_domains="example.test", allow_root="yes")
    identity = changed("user.email", "root@example.test")
    assert decide(gcpkce, conf, "root", identity).json["outcome"] == "root_refused"


def test_decide_ignores_secret_export_and_sandbox(gcpkce, configure, account):
    conf = configure(client_secret_file="/nonexistent/secret", export="file", sandbox="strict")
    assert decide(gcpkce, conf, account, GOOD).status == 0


def test_decide_names_every_fault_of_the_configuration(gcpkce, configure, account):
    conf = configure(timeout="soon", colour="red", client_id=None)
    run = decide(gcpkce, conf, account, GOOD)
    assert run.json["outcome"] == "config_invalid"
    for words in ('timeout: "soon"', 'colour: "(not shown)"', 'client_id: ""'):
        assert words in run.err


@pytest.mark.parametrize("command", [
    ("login",), ("whoami",), ("logout",), ("explain",), ("decide", "--user", "root")],
    ids=lambda words: words[0])
def test_a_missing_configuration_is_reported_in_one_line(gcpkce, directory, command):
    for conf in (f"{directory}/none.conf", "./none.conf"):
        run = gcpkce(*command, "--conf", conf, env={"GENESYSCLOUD_ACCESS_TOKEN": "x" * 40})
        assert run.status == 1
        assert [line for line in run.err.splitlines() if "none.conf" in line] == [
            f"{conf}: there is no such file; write it as pam_gcpkce.conf(5) describes, "
            "or name another with --conf"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"user": {}} trailing', "[" * 10000])
def test_decide_refuses_what_is_no_identity(gcpkce, configure, account, text):
    run = gcpkce("--json", "decide", "--conf", configure(), "--user", account, stdin=text)
    assert run.status == 1
    assert run.json["outcome"] == "reply_invalid"
