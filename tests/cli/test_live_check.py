# SPDX-License-Identifier: ISC
"""tools/live-check against the fake server: what it finds, and what it never writes."""

import os
import re
import stat
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pexpect
import pytest

from browser import Browser
from conftest import GCPKCE, ROOT
from cxone_server import CxoneServer
from faults import Fault
from fake_server import FakeServer

SCRIPT = os.path.join(ROOT, "tools/live-check")
PERSON_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


def write_conf(fake, configure, account, directory, client, **settings):
    """Writes the configuration of one of a fake server's clients; gives its path."""
    client = fake.clients[client]
    if client.secret:
        with open(f"{directory}/secret", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(client.secret + "\n")
        settings["client_secret_file"] = f"{directory}/secret"
    return configure(
        [f"{account} id:{fake.people['alice'].id}"], **{
            **settings, "ca_file": fake.ca_file, "client_id": client.id,
            "redirect_uri": client.redirect_uris[0], "organization": fake.organization.id})


@pytest.fixture
def conf(genesys, configure, account, directory):
    return lambda client="public": write_conf(
        genesys, configure, account, directory, client, login_url=genesys.login_url,
        api_url=genesys.api_url)


class Run:
    """Plays the person until the script ends; keeps status and report."""

    def __init__(self, genesys, conf, directory, *options):
        self.path = f"{directory}/report"
        child = pexpect.spawn(sys.executable, [
            SCRIPT, "--conf", conf, "--report", self.path, "--command", GCPKCE, *options],
            timeout=60, encoding="utf-8", echo=False, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        browser = Browser(genesys.ca_file)
        self.addresses = []
        while child.expect([r"\n(https://\S+/o?auth/authorize\S+)\r\n[\s\S]*?land on:", pexpect.EOF]) == 0:
            self.addresses.append(child.match.group(1))
            child.sendline(browser.sign_in(self.addresses[-1], "alice"))
        child.close()
        self.status = child.exitstatus
        with open(self.path, encoding="utf-8") as file:
            self.report = file.read()

    def point(self, number):
        return "\n".join(re.findall(rf"^ *{number}  (.*)$", self.report, re.MULTILINE))


def secrets_of(genesys, run):
    """All that the fake server knows and the report must not tell."""
    people = [word for person in genesys.people.values()
              for word in (person.id, person.email, person.name, person.username)]
    clients = [word for client in genesys.clients.values() for word in (client.id, client.secret)
               if word]
    sent = [value for record in genesys.log.requests()
            for values in (record.parameters(), record.form())
            for name in ("state", "code_challenge", "ticket", "code_verifier", "code")
            for value in values.get(name, []) if len(value) > 12]
    return {*genesys.log.secrets(), *people, *clients, *sent, *run.addresses,
            genesys.organization.id}


def test_two_signins_answer_the_open_points(genesys, conf, directory):
    genesys.code_length = 61
    genesys.revoke_status = 204
    genesys.correlation_header = "Genesys-Correlation-Id"
    run = Run(genesys, conf(), directory)
    assert run.status == 0 and len(run.addresses) == 2
    assert re.search(r"outcome (ok|not_mapped); scopes: user-basic-info", run.point("-"))
    assert "0 seconds after it was pasted the code is answered: 200" in run.point(1)
    assert '400 invalid_grant: "the authorization code was used already"' in run.point(2)
    assert '400 invalid_grant: "the authorization code is invalid"' in run.point(2)
    assert "its token, after that: 401" in run.point(2)
    assert "has: access_token, expires_in, token_type; token_type bearer" in run.point(3)
    assert "GET tokens/me: 200" in run.point(4) and "DELETE tokens/me: 204" in run.point(4)
    assert re.search(r"expand=groups: 200; \d groups, with .*id", run.point(5))
    assert "not registered: 400" in run.point(6)
    assert run.point(8).count("Genesys-Correlation-Id") == 2
    assert "status 204; a request afterwards: 401 bad.credentials" in run.point(9)
    assert "OAuthClient.id is there" in run.point(10)
    assert "61 characters" in run.point(11) and "state came back as it was sent" in run.point(11)
    assert run.point(7) == run.point(12) == ""


def test_a_secret_is_tried_with_and_without_a_verifier(genesys, conf, directory):
    run = Run(genesys, conf("confidential"), directory, "--more")
    assert run.status == 0 and len(run.addresses) == 5
    assert "refresh_token" not in run.point(3)  # the plain form is refused
    assert "400 invalid_client" in run.point(1)
    assert "a wrong verifier: 400" in run.point(2)
    assert "verifier: 200, taken" in run.point(7)
    assert "no verifier: 400 invalid_request" in run.point(12)
    assert set(genesys.log.tokens().values()) == {False}
    assert [secret for secret in secrets_of(genesys, run) if secret in run.report] == []


@pytest.mark.parametrize("options", [[], ["--ids", "--more"]], ids=["plain", "with ids"])
def test_the_report_holds_nothing_that_the_fake_server_gave_out_or_saw(
        genesys, conf, directory, options):
    run = Run(genesys, conf(), directory, *options)
    known = secrets_of(genesys, run)
    assert len(known) > 20
    assert [secret for secret in known if secret in run.report] == []
    assert stat.S_IMODE(os.stat(run.path).st_mode) == 0o600


def test_every_token_has_ended_afterwards(genesys, conf, directory):
    Run(genesys, conf(), directory)
    assert len(genesys.log.tokens()) == 2
    assert set(genesys.log.tokens().values()) == {False}


def test_an_error_that_repeats_what_was_sent_is_not_repeated(genesys, conf, directory):
    """Texts of errors are foreign; this one has all that it should not."""
    alice = genesys.people["alice"]
    token = genesys.issue_token("alice")
    genesys.faults["revoke"] = Fault(times=1, status=403, body={
        "code": "not.authorized",
        "message": f"{alice.email} ({alice.id}) with {token} may not"})
    run = Run(genesys, conf(), directory)
    assert '403 not.authorized: "[removed] ([id]) with [text] may not"' in run.point(4)
    assert [secret for secret in secrets_of(genesys, run) if secret in run.report] == []


def test_a_host_that_is_away_leaves_a_report(genesys, conf, directory):
    path = conf()
    genesys.refuse("api")
    run = Run(genesys, path, directory)
    assert run.status == 1
    assert "outcome unreachable" in run.point("-")


def loaded():
    loader = SourceFileLoader("live_check", SCRIPT)
    module = module_from_spec(spec_from_loader("live_check", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def test_a_hidden_word_goes_in_each_form():
    report = loaded().Report(show_ids=True)
    report.hide("pa ss/wd", "short")
    text = report.clean("pa ss/wd pa%20ss%2Fwd short \x1b[31m 11111111-2222-3333-4444-555555555555")
    assert text.startswith("[removed] [removed] [removed] ?[31m [id ")
    assert not PERSON_UUID.search(text)


# ---- CXone ----

@pytest.fixture
def cxone(directory):
    with CxoneServer(os.path.join(directory, "cxone")) as fake:
        yield fake


@pytest.fixture
def cxone_conf(cxone, configure, account, directory):
    return lambda client="public", **more: write_conf(
        cxone, configure, account, directory, client, region=None, provider="cxone",
        issuer=cxone.issuer, **more)


def parts_of(cxone):
    return {part for token in cxone.id_tokens for part in token.split(".") if len(part) > 12}


def test_a_tenant_is_asked_all_questions(cxone, cxone_conf, directory):
    run = Run(cxone, cxone_conf(), directory)
    assert run.status == 0, run.report
    assert len(run.addresses) == 2
    assert re.search(r"outcome (ok|not_mapped)", run.point("-"))
    assert re.search(r"the code has 300 characters", run.point(1))
    assert "it is no JWT" in run.point(1) and "is TOO LONG for sudo" not in run.point(1)
    assert "0 seconds after it was pasted it is answered: 200" in run.point(1)
    assert "nonce is as expected; aud is a text with the client; azp is missing" in run.point(2)
    assert "at_hash text, aud text, exp number" in run.point(2)
    assert "1 keys: alg text, e text, kid text, kty text, n text, use text" in run.point(3)
    assert "header of the id_token: alg text, kid text, typ text; alg RS256" in run.point(3)
    for said in ("a code that never was: 400 invalid_grant", "an unknown client: 400 invalid_client",
                 "a code that was used: 400 invalid_grant", "authorize with an unknown client: 400"):
        assert said in run.point(4)
    assert "one that is not registered: 400" in run.point(5)
    assert "authorize with no code_challenge: 302" in run.point(6)
    assert "userinfo: 200; email text, family_name text" in run.point(7)
    assert "id_token: " in run.point(8) and "and is no JWT" in run.point(8)
    assert "cxone-configuration: 404" in run.point(12)
    assert "the server chooses" in run.point(13)
    assert "its issuer is the configured one" in run.point(14)
    assert run.point(15) == "icAgentId text; icBUId number; icSPId missing"
    assert run.point(16) == "with max_age auth_time is null"
    assert [run.point(number) for number in (9, 10, 11)] == ["not measured"] * 3


def test_a_tenant_refuses_what_is_wrong(cxone, cxone_conf, directory):
    run = Run(cxone, cxone_conf("confidential", client_auth="basic"), directory, "--more", "--ids")
    assert run.status == 0, run.report
    assert len(run.addresses) == 7
    for said in ("a wrong verifier: 400 invalid_grant", "another redirect_uri: 400 invalid_grant"):
        assert said in run.point(4)
    assert "no verifier: 400 invalid_request" in run.point(6)
    assert "HTTP Basic and a verifier: 200, taken" in run.point(6)
    assert "a refresh: 400 unsupported_grant_type" in run.point(11)
    assert "auth_time is missing" in run.point(16)
    known = secrets_of(cxone, run) | parts_of(cxone)
    assert len(known) > 20
    assert [secret for secret in known if secret in run.report] == []
    assert stat.S_IMODE(os.stat(run.path).st_mode) == 0o600
