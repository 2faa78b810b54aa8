# SPDX-License-Identifier: ISC
"""gcpkce whoami: whose token this is, asked of the fake server."""

import os
from json import dumps, loads

import pytest

from faults import REMOVED, Fault
from people import FAR_NAMES
from fake_server import FakeServer

TOKEN = "GENESYSCLOUD_ACCESS_TOKEN"
FILE = "GCPKCE_TOKEN_FILE"
EXPIRES = "2026-11-24T06:46:47Z"


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def settings(genesys):
    client = genesys.clients["public"]
    return dict(
        login_url=genesys.login_url, api_url=genesys.api_url, ca_file=genesys.ca_file,
        client_id=client.id, redirect_uri=client.redirect_uris[0],
        organization=genesys.organization.id)


@pytest.fixture
def conf(configure, settings):
    return configure(**settings)


@pytest.fixture
def whoami(gcpkce, conf):
    """Runs gcpkce whoami with a token in the environment, or as asked."""
    def run(*arguments, token=None, json=True, **environment):
        if token is not None:
            environment[TOKEN] = token
        return gcpkce(*(["--json"] if json else []), "whoami", "--conf", conf, *arguments,
                      env=environment)
    return run


@pytest.mark.parametrize("key, name, belongings", FAR_NAMES)
def test_whoami_reads_names_in_other_letters(genesys, whoami, key, name, belongings):
    run = whoami("--ids", token=genesys.issue_token(key))
    assert run.json["name"] == name
    assert [group["name"] for group in run.json["groups"]] == [belongings]


def test_whoami_tells_person_organization_client_scopes_and_expiry(genesys, whoami):
    alice = genesys.people["alice"]
    run = whoami(token=genesys.issue_token("alice"), json=False, GCPKCE_TOKEN_EXPIRES=EXPIRES)
    assert run.status == 0
    for line in (f"user:          {alice.email}  Alice Anders",
                 f"id:            {alice.id}",
                 "state:         active",
                 f"organization:  {genesys.organization.id}  Example Organization  "
                 "(the configured one)",
                 f"client:        {genesys.clients['public'].id}  public client  "
                 "(the configured one)",
                 "scopes:        user-basic-info",
                 f"token expires: {EXPIRES}"):
        assert line in run.out.splitlines()


def test_whoami_asks_once_and_leaves_the_token_alone(genesys, whoami):
    token = genesys.issue_token("alice")
    assert whoami(token=token).status == 0
    asked = [(r.method, r.path, r.query) for r in genesys.log.requests("api")]
    assert sorted(asked) == [("GET", "/api/v2/tokens/me", ""), ("GET", "/api/v2/users/me", "")]
    assert genesys.log.requests("login") == []
    assert genesys.log.tokens() == {token: True}


def test_whoami_json_has_it_all(genesys, whoami):
    alice = genesys.people["alice"]
    run = whoami(token=genesys.issue_token("alice"), GCPKCE_TOKEN_EXPIRES=EXPIRES)
    expected = {
        "version": 1, "outcome": "ok", "provider": "genesys", "subject": alice.id,
        "name": alice.name,
        "email": alice.email, "state": "active", "organization": genesys.organization.id,
        "organization_name": "Example Organization", "organization_is_configured": True,
        "home_organization": genesys.organization.id, "cloned_user": False,
        "client_id": genesys.clients["public"].id, "client_name": "public client",
        "client_is_configured": True, "scopes": "user-basic-info", "expires": EXPIRES}
    assert {key: run.json[key] for key in expected} == expected
    assert run.json["correlation"] != ""
    assert "groups" not in run.json


@pytest.mark.parametrize("stamp", ["", "soon", EXPIRES + "x", "2026-13-41T06:46:47Z"])
def test_whoami_tells_no_expiry_that_is_none(genesys, whoami, stamp):
    run = whoami(token=genesys.issue_token("alice"), GCPKCE_TOKEN_EXPIRES=stamp)
    assert run.json["expires"] == ""


def test_whoami_says_that_client_and_organization_are_others(genesys, whoami):
    run = whoami(token=genesys.issue_token("stranger", "confidential"), json=False)
    assert run.status == 0
    assert run.out.count("NOT the configured one") == 2
    run = whoami(token=genesys.issue_token("stranger", "confidential"))
    assert run.json["client_is_configured"] is False
    assert run.json["organization_is_configured"] is False


def test_whoami_tells_partners_and_clones(genesys, whoami):
    run = whoami(token=genesys.issue_token("partner"), json=False)
    assert f"home org.:     {genesys.partner.id}" in run.out
    assert whoami(token=genesys.issue_token("cloned")).json["cloned_user"] is True


def test_whoami_needs_no_client_and_no_organization_configured(
        genesys, gcpkce, configure, settings):
    settings.update(client_id=None, organization=None, redirect_uri=None)
    conf = configure(**settings)
    run = gcpkce("whoami", "--conf", conf, env={TOKEN: genesys.issue_token("alice")})
    assert run.status == 0
    assert run.out.count("(none is configured)") == 2


def test_whoami_reads_the_variable_that_token_env_names(genesys, gcpkce, configure, settings):
    conf = configure(**settings, token_env="MY_TOKEN")
    run = gcpkce("--json", "whoami", "--conf", conf,
                 env={"MY_TOKEN": genesys.issue_token("bob"),
                      TOKEN: genesys.issue_token("alice")})
    assert run.json["subject"] == genesys.people["bob"].id


# ids

def test_whoami_ids_prints_lines_to_copy(genesys, whoami):
    alice = genesys.people["alice"]
    run = whoami("--ids", token=genesys.issue_token("alice"), json=False)
    assert run.status == 0
    lines = run.out.splitlines()
    for line in (f"ACCOUNT id:{alice.id}",
                 f"organization = {genesys.organization.id}  # Example Organization",
                 f"client_id = {genesys.clients['public'].id}  # public client",
                 *(f"require_group = {group.id}  # {group.name}" for group in alice.groups),
                 *(f"require_role = {role.id}  # {role.name}" for role in alice.roles),
                 f"require_division = {alice.division.id}  # {alice.division.name}"):
        assert line in lines
    keys = ("ACCOUNT ", "organization = ", "client_id = ", "require_")
    assert all(line == "" or line.startswith(("# ", *keys)) for line in lines)


def test_whoami_ids_asks_for_groups_and_roles(genesys, whoami):
    whoami("--ids", token=genesys.issue_token("alice"))
    asked, = [r for r in genesys.log.requests("api") if r.path.endswith("/users/me")]
    assert asked.query == "expand=authorization&expand=groups"


def test_whoami_ids_lines_are_taken_by_the_files_they_are_for(
        genesys, whoami, gcpkce, configure, settings, account):
    run = whoami("--ids", "--user", account, token=genesys.issue_token("alice"), json=False)
    lines = run.out.splitlines()
    conf = configure(
        [line for line in lines if line.startswith(account + " ")],
        **{**settings,
           **{key: next(line for line in lines if line.startswith(key + " = ")).split(" = ")[1]
              for key in ("organization", "client_id")}})
    run = gcpkce("--json", "whoami", "--conf", conf,
                 env={TOKEN: genesys.issue_token("alice")})
    assert run.json["client_is_configured"] is True
    assert run.json["organization_is_configured"] is True


def test_whoami_ids_writes_a_name_as_the_map_wants_it(genesys, whoami):
    for name, written in (("jo hn", "[jo hn]"), (r"EXAMPLE\jo", r"EXAMPLE\jo"),
                          ("\x1b[2J", "ACCOUNT")):
        run = whoami("--ids", "--user", name, token=genesys.issue_token("alice"), json=False)
        assert f"\n{written} id:" in run.out
        assert "\x1b" not in run.out


def test_whoami_ids_json_has_lists(genesys, whoami):
    carol = genesys.people["carol"]
    run = whoami("--ids", token=genesys.issue_token("carol"))
    assert run.json["groups"] == []
    assert run.json["roles"] == [{"id": role.id, "name": role.name} for role in carol.roles]
    assert run.json["divisions"] == [{"id": carol.division.id, "name": carol.division.name}]
    assert run.json["more"] is False


def test_whoami_ids_names_what_the_reply_lacks(genesys, whoami):
    genesys.faults.override_user = {"groups": REMOVED, "authorization": REMOVED,
                                    "division": REMOVED}
    run = whoami("--ids", token=genesys.issue_token("alice"), json=False)
    assert run.status == 0
    for name in ("groups", "roles", "division"):
        assert f"# {name}: not in the reply for this token" in run.out
    run = whoami("--ids", token=genesys.issue_token("alice"))
    assert run.json["groups"] is None


@pytest.mark.parametrize("key, name, belonging", FAR_NAMES)
@pytest.mark.parametrize("locale, is_plain", [("C.UTF-8", True), ("C", False)])
def test_whoami_shows_letters_that_the_locale_has(genesys, whoami, key, name, belonging, locale,
                                                  is_plain):
    escaped = "".join(f"\\x{byte:02x}" if byte > 0x7e else chr(byte) for byte in name.encode())
    for arguments in ((), ("--ids",)):
        run = whoami(*arguments, token=genesys.issue_token(key), json=False, LC_ALL=locale)
        assert run.status == 0
        assert (name if is_plain else escaped) in run.out
        assert (belonging in run.out) == (is_plain and arguments != ())


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("name", [
    "a\u2066b", "a\u200fb", "a\u061cb",
    "a\u009b31mred", "a\u001b[31mred", "a\nrequire_role = x", "a\u202eb", "a\u2028b", "ä\"\\"])
def test_whoami_shows_no_byte_of_a_name_that_could_act(genesys, whoami, name, locale):
    genesys.groups["operators"].name = name
    genesys.people["alice"].name = name
    for arguments in ((), ("--ids",)):
        run = whoami(*arguments, token=genesys.issue_token("alice"), json=False, LC_ALL=locale)
        assert run.status == 0
        assert all(char == "\n" or " " <= char <= "~" or char == "ä" and locale != "C"
                   for char in run.out)
        assert "\nrequire_role = x" not in run.out


def test_whoami_ids_prints_no_line_for_an_id_that_is_none(genesys, whoami):
    genesys.faults.override_user = {"id": "someone"}
    run = whoami("--ids", token=genesys.issue_token("alice"), json=False)
    assert "id:" not in run.out


# the token's place

@pytest.fixture
def token_file(directory):
    """Writes a token's file; gives its path."""
    def write(text, name="token"):
        path = os.path.join(directory, name)
        with open(path, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        return path
    return write


@pytest.mark.parametrize("end", ["", "\n"])
def test_whoami_reads_the_token_s_file(genesys, whoami, token_file, end):
    path = token_file(genesys.issue_token("alice") + end)
    run = whoami(**{FILE: path, TOKEN: ""})
    assert run.json["subject"] == genesys.people["alice"].id


def test_whoami_prefers_the_variable_to_the_file(genesys, whoami, token_file):
    path = token_file(genesys.issue_token("bob"))
    run = whoami(token=genesys.issue_token("alice"), **{FILE: path})
    assert run.json["subject"] == genesys.people["alice"].id


def refused(run, genesys, words):
    assert run.status == 1
    assert run.json["outcome"] == "token_invalid"
    assert words in run.json["cause"]
    assert genesys.log.requests() == []


def test_whoami_without_a_token_says_where_it_looked(genesys, whoami):
    run = whoami(**{TOKEN: "", FILE: ""})
    refused(run, genesys, f"neither {TOKEN} nor {FILE} is set")


def test_whoami_follows_no_link_to_a_token(genesys, whoami, token_file, directory):
    link = os.path.join(directory, "link")
    os.symlink(token_file(genesys.issue_token("alice")), link)
    refused(whoami(**{TOKEN: "", FILE: link}), genesys, "cannot be opened")


def test_whoami_waits_for_no_fifo(genesys, whoami, directory):
    fifo = os.path.join(directory, "fifo")
    os.mkfifo(fifo)
    refused(whoami(**{TOKEN: "", FILE: fifo}), genesys, "not a regular file")


def test_whoami_does_not_read_a_directory(genesys, whoami, directory):
    refused(whoami(**{TOKEN: "", FILE: directory}), genesys, "not a regular file")


def test_whoami_names_a_file_that_is_missing(genesys, whoami, directory):
    refused(whoami(**{TOKEN: "", FILE: directory + "/none"}), genesys, "No such file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_whoami_does_not_read_another_user_s_file(genesys, whoami, token_file):
    path = token_file(genesys.issue_token("alice"))
    os.chown(path, 12345, 12345)
    refused(whoami(**{TOKEN: "", FILE: path}), genesys, "belongs to another user")


@pytest.mark.parametrize("text", ["aa bb", "a\r", "ä", "a\nb", "a\n\n", "\n", "", "a" * 8193,
                                  "a" * 9000])
def test_whoami_sends_nothing_that_is_no_token(genesys, whoami, token_file, text):
    run = whoami(**{TOKEN: "", FILE: token_file(text)})
    refused(run, genesys, FILE)
    assert text.strip() == "" or text not in run.json["cause"]
    if "\0" not in text and text:
        refused(whoami(token=text), genesys, TOKEN)


# what may go wrong

@pytest.mark.parametrize("fault, outcome", [
    (dict(status=500), "provider_error"), (dict(status=401), "token_invalid"),
    (dict(status=403), "token_invalid"), (dict(status=429), "rate_limited"),
    (dict(status=302, headers={"Location": "https://localhost/"}), "reply_invalid"),
    (dict(status=200, body="<html>"), "reply_invalid"),
    (dict(status=200, body='{"id": 7, "organization": 7}'), "identity_incomplete"),
    (dict(close="before"), "unreachable")])
@pytest.mark.parametrize("endpoint", ["users_me", "tokens_me"])
def test_whoami_names_what_went_wrong(genesys, whoami, endpoint, fault, outcome):
    genesys.faults[endpoint] = Fault(**fault)
    run = whoami(token=genesys.issue_token("alice"))
    assert run.status == 1
    assert run.json["outcome"] == outcome
    assert run.json["subject"] == "" and run.json["name"] == ""
    assert "/me: " in run.json["cause"]


def test_whoami_says_on_stderr_that_a_token_is_refused(genesys, whoami):
    run = whoami(token="unknown", json=False)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("token_invalid: GET /api/v2/users/me: 401 bad.credentials")
    assert genesys.log.count("GET", "/users/me") == 1


def test_whoami_ends_without_an_answer(genesys, gcpkce, configure, settings):
    conf = configure(**settings, request_timeout=1, connect_timeout=1)
    genesys.faults["users_me"] = Fault(delay=8)
    run = gcpkce("--json", "whoami", "--conf", conf, env={TOKEN: genesys.issue_token("alice")})
    assert run.json["outcome"] in ("unreachable", "timed_out")


def test_whoami_never_shows_the_token(genesys, whoami):
    token = genesys.issue_token("alice")
    for arguments in ((), ("--ids",)):
        for json in (False, True):
            run = whoami(*arguments, token=token, json=json)
            assert token not in run.out + run.err


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("endpoint", ["users_me", "tokens_me"])
def test_whoami_shows_no_token_that_a_server_quotes(genesys, whoami, endpoint, json):
    token = genesys.issue_token("alice")
    genesys.faults[endpoint] = Fault(status=500, echo="headers")
    run = whoami(token=token, json=json)
    assert run.status == 1
    assert "500 (not shown: it repeats a secret)" in run.out + run.err
    assert token[:12] not in run.out + run.err


@pytest.mark.parametrize("changes", [
    {"name": "{token}"}, {"email": "{token}@example.test"},
    {"groups": [{"id": "6f1c2a9e-0000-4000-8000-0000000000d1", "name": "{token}"}]}])
def test_whoami_takes_no_token_for_a_name(genesys, whoami, changes):
    token = genesys.issue_token("alice")
    genesys.faults.override_user = loads(
        dumps(changes).replace("{token}", token))
    run = whoami("--ids", token=token)
    assert (run.status, run.json["outcome"]) == (1, "reply_invalid")
    assert token[:12] not in run.out + run.err


def test_whoami_names_the_faults_of_the_configuration(gcpkce, configure):
    conf = configure(region=None)
    run = gcpkce("--json", "whoami", "--conf", conf, env={TOKEN: "t"})
    assert run.status == 1
    assert run.json["outcome"] == "config_invalid"
    assert "region" in run.err
