# SPDX-License-Identifier: ISC
"""Tests of the fake server itself: it must refuse what it should refuse."""

import base64
import hashlib
import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from http.client import HTTPException, HTTPSConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from browser import Browser, SignInRefused  # noqa: E402
from faults import (REMOVED, Fault, api_rate_limit,  # noqa: E402
                    deep_json, elsewhere, huge_json, login_rate_limit)
from fake_server import FakeServer, limit_tls  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CALLBACK = "https://signin.example.test/callback"
FORM = "application/x-www-form-urlencoded"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """The directory of the authority, made once."""
    return str(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def fake(directory):
    """A fresh fake server."""
    with FakeServer(directory) as running:
        yield running


class Caller:
    """Makes requests of its own, with one kept connection a host."""

    def __init__(self, fake):
        self.fake = fake
        self.context = ssl.create_default_context(cafile=fake.ca_file)
        self.kept = {}

    def request(self, method, address, body=None, headers=None):
        """Returns (status, headers, body)."""
        parts = urlsplit(address)
        if parts.port not in self.kept:
            self.kept[parts.port] = HTTPSConnection(
                "localhost", parts.port, context=self.context, timeout=60)
        connection = self.kept[parts.port]
        target = parts.path + ("?" + parts.query if parts.query else "")
        try:
            connection.request(method, target, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        except (OSError, HTTPException):
            connection.close()
            raise

    def close(self):
        """Closes the connections."""
        for connection in self.kept.values():
            connection.close()

    def exchange(self, form, headers=None):
        """Posts a token request; returns (status, JSON)."""
        if isinstance(form, (dict, list)):
            form = urlencode(form)
        status, _, body = self.request(
            "POST", self.fake.login_url + "/oauth/token", form,
            {"Content-Type": FORM, **(headers or {})})
        return status, json.loads(body)

    def api(self, path, token=None, method="GET"):
        """Calls the API; returns (status, JSON or None)."""
        headers = {"Authorization": "Bearer " + token} if token else {}
        status, _, body = self.request(
            method, self.fake.api_url + "/api/v2/" + path, None, headers)
        return status, json.loads(body) if body else None


@pytest.fixture
def caller(fake):
    """A caller of the fake server."""
    made = Caller(fake)
    yield made
    made.close()


def form_of(fake, good_code, **changes):
    """A right token request, but for the changes; None takes away."""
    values = {"grant_type": "authorization_code", "code": good_code,
              "code_verifier": VERIFIER,
              "client_id": fake.clients["public"].id,
              "redirect_uri": CALLBACK, **changes}
    return {name: value for name, value in values.items()
            if value is not None}


def code_of(fake, person="alice", client="public", redirect_uri=CALLBACK):
    """A code, without the page."""
    return fake.issue_code(person, CHALLENGE, redirect_uri, client)


def basic(name, secret):
    """The header of HTTP Basic."""
    text = base64.b64encode((name + ":" + secret).encode()).decode()
    return {"Authorization": "Basic " + text}


def refused(answer, error, description=""):
    """Checks a refusal of the token endpoint."""
    status, body = answer
    assert status == 400
    assert set(body) == {"error", "description", "error_description"}
    assert body["error"] == error
    assert body["description"] == body["error_description"]
    assert description in body["description"]


# The whole way


def test_whole_sign_in(fake, caller):
    browser = Browser(fake.ca_file)
    redirect = browser.sign_in(
        fake.authorize_address(state="abc.alice~host"), "alice")
    assert redirect.startswith(CALLBACK + "?code=")
    assert browser.state_of(redirect) == "abc.alice~host"
    code = browser.code_of(redirect)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", code)
    status, reply = caller.exchange(form_of(fake, code))
    assert status == 200
    assert set(reply) == {"access_token", "token_type", "expires_in"}
    assert reply["token_type"] == "bearer" and reply["expires_in"] == 86399
    token = reply["access_token"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{86}", token)
    status, user = caller.api("users/me", token)
    assert status == 200
    assert user["id"] == fake.people["alice"].id
    assert user["email"] == "alice@example.test"
    assert user["state"] == "active"
    status, info = caller.api("tokens/me", token)
    assert info["OAuthClient"]["id"] == fake.clients["public"].id
    assert info["organization"]["id"] == fake.organization.id
    assert info["homeOrganization"]["id"] == fake.organization.id
    assert "clonedUser" not in info
    assert caller.api("tokens/me", token, "DELETE")[0] in (200, 204)
    status, error = caller.api("users/me", token)
    assert (status, error["code"]) == (401, "bad.credentials")
    assert fake.log.codes() == [code]
    assert fake.log.verifiers() == [VERIFIER]
    assert fake.log.tokens() == {token: False}
    assert fake.log.secrets() == {code, VERIFIER, token}


def test_vector_is_right():
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode() == CHALLENGE + "="


def test_codes_of_another_length(fake):
    fake.code_length = 400
    assert len(code_of(fake)) == 400


# The authorize request


def authorize_error(fake, **changes):
    """The error in the redirect of an authorize request."""
    address = fake.authorize_address(**changes)
    redirect = Browser(fake.ca_file).sign_in(address, "alice")
    values = parse_qs(urlsplit(redirect).query)
    assert "code" not in values
    return values["error"][0]


@pytest.mark.parametrize("changes, error", [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": ""}, "invalid_request"),
    ({"challenge": ""}, "invalid_request"),
    ({"challenge": CHALLENGE + "="}, "invalid_pkce_package"),
    ({"challenge": CHALLENGE[:-1]}, "invalid_pkce_package"),
    ({"challenge": CHALLENGE[:-1] + "+"}, "invalid_pkce_package"),
    ({"challenge": CHALLENGE[:-1] + "B"}, "invalid_pkce_package"),
    ({"challenge": CHALLENGE + "\n"}, "invalid_pkce_package"),
    ({"code_challenge_method": "plain"}, "invalid_pkce_package"),
    ({"code_challenge_method": ""}, "invalid_pkce_package"),
    ({"org": "example"}, "invalid_request"),
    ({"provider": "okta"}, "invalid_request"),
    ({"prompt": "none"}, "invalid_request"),
    ({"client": "other_grant"}, "unauthorized_client"),
    ({"client": "disabled"}, "unauthorized_client"),
])
def test_authorize_faults_are_redirected(fake, changes, error):
    assert authorize_error(fake, **changes) == error


def test_authorize_takes_prompt_org_and_provider(fake):
    address = fake.authorize_address(prompt="login", org="example",
                                        provider="okta")
    browser = Browser(fake.ca_file)
    assert browser.code_of(browser.sign_in(address, "bob@example.test"))


def test_a_parameter_twice_is_refused(fake):
    address = fake.authorize_address() + "&response_type=code"
    redirect = Browser(fake.ca_file).sign_in(address, "alice")
    assert "error=invalid_request" in redirect


@pytest.mark.parametrize("old, new", [
    ("client_id=", "client_id=0"), ("client_id=", "no_client_id="),
    ("callback", "callback%2F"), ("callback", "Callback"),
    ("redirect_uri=https", "redirect_uri=http"),
    ("redirect_uri=", "no_redirect_uri="),
    ("client_id=", "client_id=twice&client_id="),
    ("response_type=code", "response_type"),
])
def test_a_wrong_client_or_redirect_gives_a_page(fake, old, new):
    address = fake.authorize_address().replace(old, new)
    answer = Browser(fake.ca_file).visit(address)
    assert (answer.status, answer.location) == (400, "")
    assert "<html" in answer.text
    with pytest.raises(SignInRefused):
        Browser(fake.ca_file).sign_in(address, "alice")


@pytest.mark.parametrize("redirect_uri, good", [
    ("http://localhost", True), ("http://localhost:41234", True),
    ("http://localhost:41234/", False),
    ("http://localhost:41234/callback", True),
    ("http://localhost:8085/oauth2/callback", True),
    ("http://localhost:8086/oauth2/callback", False),
    ("http://127.0.0.1:41234", False), ("https://localhost:41234", False),
    ("http://localhost:0", False), ("http://localhost:99999", False),
    ("http://localhost:41234@elsewhere.example.test", False),
    (CALLBACK.replace("/callback", ":443/callback"), False),
])
def test_loopback_redirects_take_any_port(fake, redirect_uri, good):
    address = fake.authorize_address(redirect_uri=redirect_uri)
    browser = Browser(fake.ca_file)
    if good:
        redirect = browser.sign_in(address, "alice")
        assert redirect.startswith(redirect_uri + "?code=")
    else:
        assert browser.visit(address).status == 400


def test_a_redirect_with_a_query_is_continued(fake):
    redirect_uri = CALLBACK + "?app=login"
    address = fake.authorize_address(redirect_uri=redirect_uri)
    redirect = Browser(fake.ca_file).sign_in(address, "alice")
    assert redirect.startswith(redirect_uri + "&code=")


def test_state_comes_back_byte_for_byte(fake):
    address = fake.authorize_address() + "&state=%00%FF+%26%3D%C3%A9a.~"
    redirect = Browser(fake.ca_file).sign_in(address, "alice")
    assert redirect.endswith("&state=%00%FF%20%26%3D%C3%A9a.~")


def test_cancel_is_access_denied(fake):
    browser = Browser(fake.ca_file)
    redirect = browser.cancel(fake.authorize_address(state="s"))
    assert parse_qs(urlsplit(redirect).query)["error"] == ["access_denied"]
    assert browser.state_of(redirect) == "s"
    with pytest.raises(SignInRefused, match="access_denied"):
        browser.code_of(redirect)
    assert fake.log.codes() == []


def test_no_person_of_that_name(fake):
    with pytest.raises(SignInRefused):
        Browser(fake.ca_file).sign_in(fake.authorize_address(), "eve")


def test_the_page_is_of_no_use_without_its_ticket(fake):
    answer = Browser(fake.ca_file).visit(
        fake.login_url + "/signin?ticket=x&person=alice")
    assert (answer.status, answer.location) == (400, "")


# The token request


@pytest.mark.parametrize("changes, error", [
    ({"grant_type": None}, "invalid_request"),
    ({"code": None}, "invalid_request"),
    ({"code": ""}, "invalid_request"),
    ({"redirect_uri": None}, "invalid_request"),
    ({"code_verifier": None}, "invalid_request"),
    ({"client_id": None}, "invalid_request"),
    ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ({"code": "x" * 43}, "invalid_grant"),
    ({"redirect_uri": CALLBACK + "/"}, "invalid_grant"),
    ({"code_verifier": "x" * 43}, "invalid_grant"),
    ({"code_verifier": VERIFIER + "="}, "invalid_grant"),
    ({"code_verifier": VERIFIER + "\n"}, "invalid_grant"),
    ({"client_id": "unknown"}, "invalid_client"),
])
def test_token_request_refused(fake, caller, changes, error):
    form = form_of(fake, code_of(fake), **changes)
    refused(caller.exchange(form), error)
    assert fake.log.tokens() == {}


@pytest.mark.parametrize("verifier, good", [
    ("a" * 42, False), ("a" * 43, True), ("aZ9-._~" * 10, True),
    ("a" * 128, True), ("a" * 129, False), ("a" * 42 + "+", False),
    ("a" * 42 + "\xe9", False),
])
def test_the_alphabet_of_verifiers(fake, caller, verifier, good):
    digest = hashlib.sha256(verifier.encode("latin-1")).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    code = fake.issue_code("alice", challenge, CALLBACK)
    status, _ = caller.exchange(form_of(fake, code,
                                        code_verifier=verifier))
    assert status == (200 if good else 400)


def test_a_parameter_of_the_token_request_twice(fake, caller):
    for name in form_of(fake, ""):
        form = form_of(fake, code_of(fake))
        refused(caller.exchange([*form.items(), (name, form[name])]),
                "invalid_request", name)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_only_forms_are_taken(fake, caller, kind):
    form = urlencode(form_of(fake, code_of(fake)))
    refused(caller.exchange(form, {"Content-Type": kind}), "invalid_request")


def test_json_and_queries_are_not_taken(fake, caller):
    form = form_of(fake, code_of(fake))
    refused(caller.exchange(json.dumps(form),
                            {"Content-Type": "application/json"}),
            "invalid_request")
    status, _, body = caller.request(
        "POST", fake.login_url + "/oauth/token?" + urlencode(form), "",
        {"Content-Type": FORM})
    refused((status, json.loads(body)), "invalid_request")
    assert caller.request("GET", fake.login_url + "/oauth/token")[0] == 405


def test_a_code_is_good_once_and_its_reuse_kills_the_token(fake, caller):
    form = form_of(fake, code_of(fake))
    status, reply = caller.exchange(form)
    assert status == 200
    assert caller.api("tokens/me", reply["access_token"])[0] == 200
    refused(caller.exchange(form), "invalid_grant", "used")
    assert caller.api("tokens/me", reply["access_token"])[0] == 401


def test_a_failed_try_spends_the_code(fake, caller):
    code = code_of(fake)
    refused(caller.exchange(form_of(fake, code, code_verifier="x" * 50)),
            "invalid_grant")
    refused(caller.exchange(form_of(fake, code)), "invalid_grant", "used")


def test_a_code_is_short_lived(fake, caller):
    early, late = code_of(fake), code_of(fake)
    fake.advance(290)
    assert caller.exchange(form_of(fake, early))[0] == 200
    fake.advance(11)
    refused(caller.exchange(form_of(fake, late)), "invalid_grant",
            "expired")


def test_a_code_is_bound_to_its_client(fake, caller):
    code = code_of(fake)
    other = fake.add_client("another")
    refused(caller.exchange(form_of(fake, code, client_id=other.id)),
            "invalid_grant")
    assert caller.exchange(form_of(fake, code))[0] == 200


def test_a_code_is_bound_to_its_redirect(fake, caller):
    code = code_of(fake, redirect_uri="http://localhost:1234")
    refused(caller.exchange(form_of(fake, code,
                                    redirect_uri="http://localhost:1235")),
            "invalid_grant", "redirect_uri")


def test_clients_that_may_not(fake, caller):
    for key, error in (("other_grant", "unauthorized_client"),
                       ("disabled", "invalid_client")):
        form = form_of(fake, code_of(fake, client=key),
                       client_id=fake.clients[key].id)
        refused(caller.exchange(form), error)
    refused(caller.exchange(form_of(fake, "x", client_id="unknown")),
            "invalid_client", "client not found")


def test_a_public_client_may_send_an_empty_secret(fake, caller):
    client_id = fake.clients["public"].id
    form = form_of(fake, code_of(fake))
    for header in (basic(client_id, "guess"), basic("other", ""),
                   {"Authorization": "Basic %%%"},
                   {"Authorization": "Bearer x"}):
        refused(caller.exchange(form, header), "invalid_client",
                "authentication failed")
    assert caller.exchange(form, basic(client_id, ""))[0] == 200


def test_a_confidential_client_needs_its_secret(fake, caller):
    client = fake.clients["confidential"]
    form = form_of(fake, code_of(fake, client="confidential"),
                   client_id=client.id)
    for header in ({}, basic(client.id, ""), basic(client.id, "guess"),
                   basic(fake.clients["public"].id, client.secret)):
        refused(caller.exchange(form, header), "invalid_client",
                "authentication failed")
    refused(caller.exchange({**form, "client_secret": client.secret}),
            "invalid_client")
    del form["client_id"]
    status, reply = caller.exchange(form, basic(client.id, client.secret))
    assert status == 200 and reply["refresh_token"]
    assert reply["refresh_token"] in fake.log.secrets()


# The API


def test_api_without_and_with_bad_credentials(fake, caller):
    for path, method in (("users/me", "GET"), ("tokens/me", "GET"),
                         ("tokens/me", "DELETE"),
                         ("organizations/me", "GET"),
                         ("authorization/subjects/me", "GET")):
        status, error = caller.api(path, None, method)
        assert (status, error["code"]) == (401, "authentication.required")
        status, error = caller.api(path, "wrong", method)
        assert (status, error["code"]) == (401, "bad.credentials")
        assert {"message", "code", "status", "contextId", "details",
                "errors"} <= set(error)
        assert error["status"] == 401 and UUID.fullmatch(error["contextId"])


def test_head_of_tokens_me(fake, caller):
    token = fake.issue_token("alice")
    assert caller.api("tokens/me", token, "HEAD") == (200, None)
    caller.api("tokens/me", token, "DELETE")
    assert caller.api("tokens/me", token, "HEAD") == (401, None)


def test_a_token_expires(fake, caller):
    token = fake.issue_token("alice")
    fake.advance(86399)
    assert caller.api("users/me", token)[0] == 200
    fake.advance(1)
    status, error = caller.api("users/me", token)
    assert (status, error["code"]) == (401, "credentials.expired")
    assert fake.log.tokens() == {token: False}


def test_expands_only_when_asked_for(fake, caller):
    token = fake.issue_token("alice")
    kinds = {"authorization", "groups", "organization", "token"}
    assert not kinds & set(caller.api("users/me", token)[1])
    assert not kinds & set(caller.api("users/me?expand=groups,token",
                                      token)[1])
    _, user = caller.api("users/me?expand=groups&expand=authorization",
                         token)
    assert kinds & set(user) == {"groups", "authorization"}
    assert fake.groups["operators"].id in [
        group["id"] for group in user["groups"]]
    assert fake.roles["admin"].id in [
        role["id"] for role in user["authorization"]["roles"]]
    _, user = caller.api("users/me?expand=token&expand=organization", token)
    assert user["token"]["OAuthClient"]["id"]
    assert user["organization"]["id"] == fake.organization.id


def test_other_endpoints(fake, caller):
    token = fake.issue_token("bob")
    bob, group = fake.people["bob"], fake.groups["agents"]
    _, subject = caller.api("authorization/subjects/me", token)
    assert subject["id"] == bob.id
    assert subject["grants"][0]["division"]["id"] == bob.division.id
    assert subject["grants"][0]["role"]["id"] == bob.roles[0].id
    assert caller.api("organizations/me", token)[1]["id"] == (
        fake.organization.id)
    assert caller.api("groups/" + group.id, token)[1]["name"] == "agents"
    assert caller.api("groups/0", token)[1]["code"] == "not.found"
    _, user = caller.api("users/%s?expand=groups" % bob.id, token)
    assert group.id in [value["id"] for value in user["groups"]]
    gone = fake.people["deleted"].id
    assert caller.api("users/" + gone, token)[0] == 404
    assert caller.api("users/%s?state=deleted" % gone, token)[0] == 200
    assert caller.api("nothing", token)[0] == 404
    assert caller.api("users/me", token, "POST")[0] == 405


def test_unusual_people(fake, caller):
    def seen(key):
        token = fake.issue_token(key)
        return (caller.api("users/me", token)[1],
                caller.api("tokens/me", token)[1])
    assert seen("inactive")[0]["state"] == "inactive"
    assert seen("deleted")[0]["state"] == "deleted"
    info = seen("partner")[1]
    assert info["organization"]["id"] == fake.organization.id
    assert info["homeOrganization"]["id"] == fake.partner.id
    info = seen("cloned")[1]
    assert info["homeOrganization"]["id"] == fake.organization.id
    assert info["clonedUser"]["organization"]["id"] == fake.partner.id
    assert seen("stranger")[1]["organization"]["id"] == fake.elsewhere.id
    assert all(UUID.fullmatch(person.id)
               for person in fake.people.values())


def test_every_reply_has_a_correlation_id(fake, caller):
    for address in (fake.login_url + "/oauth/authorize",
                    fake.login_url + "/nothing",
                    fake.api_url + "/api/v2/users/me"):
        headers = caller.request("GET", address)[1]
        assert UUID.fullmatch(headers["ININ-Correlation-Id"])
        assert headers["ININ-Correlation-Id"] == (
            fake.log.requests()[-1].correlation)


# Log and connections


def test_the_log_counts(fake, caller):
    token = fake.issue_token("alice")
    for _ in range(3):
        caller.api("users/me?expand=groups", token)
    caller.exchange(form_of(fake, "x" * 43))
    log = fake.log
    assert log.connections() == 2 and log.connections("api") == 1
    assert log.handshakes("api") == 1 and log.handshakes("login") == 1
    assert log.count("GET", "/users/me") == 3
    assert log.count("POST", "/oauth/token") == 1
    request = log.requests("api")[0]
    assert request.status == 200 and request.path == "/api/v2/users/me"
    assert request.parameters() == {"expand": ["groups"]}
    assert request.headers["authorization"] == "Bearer " + token
    assert log.requests("login")[0].form()["code"] == ["x" * 43]
    assert len({request.connection for request in log.requests("api")}) == 1
    assert log.wait("GET", "/users/me", 3, timeout=5)
    assert not log.wait("GET", "/users/me", 4, timeout=0)
    log.clear()
    assert log.records() == [] and log.tokens() == {}
    assert caller.api("users/me", token)[0] == 200


def test_silent_and_rude_clients_do_no_harm(fake, caller):
    port = urlsplit(fake.api_url).port
    silent = [socket.create_connection(("127.0.0.1", port))
              for _ in range(20)]
    for rude in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01"):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(rude)
    with socket.create_connection(("127.0.0.1", port)) as sock:
        with caller.context.wrap_socket(
                sock, server_hostname="localhost") as tls:
            tls.sendall(b"nonsense\r\n\r\n")
            assert b" 400 " in tls.recv(4096)
    assert caller.api("users/me", fake.issue_token("alice"))[0] == 200
    for sock in silent:
        sock.close()


def test_refuse_listen_and_drop(fake, caller):
    token = fake.issue_token("alice")
    assert caller.api("users/me", token)[0] == 200
    fake.refuse("api")
    with pytest.raises((OSError, HTTPException)):
        caller.api("users/me", token)
    with pytest.raises(ConnectionRefusedError):
        caller.api("users/me", token)
    fake.listen("api")
    assert caller.api("users/me", token)[0] == 200
    fake.drop("api")
    with pytest.raises((OSError, HTTPException)):
        caller.api("users/me", token)
    assert caller.api("users/me", token)[0] == 200


# Certificates


@pytest.mark.parametrize("kind, reason", [
    ("expired", "expired"), ("not_yet_valid", "not yet valid"),
    ("wrong_host", "ostname mismatch"), ("self_signed", "self.signed"),
    ("other_ca", "local issuer"),
])
def test_bad_certificates(directory, kind, reason):
    with FakeServer(directory, login_certificate=kind) as fake:
        browser = Browser(fake.ca_file)
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            browser.visit(fake.login_url)
        assert browser.visit(fake.api_url).status == 404
        fake.present("login", "good")
        fake.present("api", kind)
        assert browser.visit(fake.login_url).status == 404
        with pytest.raises(ssl.SSLCertVerificationError):
            browser.visit(fake.api_url)
        assert fake.log.requests("login")[0].path == "/"


def test_names_and_hashed_directory(fake):
    context = ssl.create_default_context(capath=fake.ca_dir)
    port = urlsplit(fake.login_url).port
    for name in ("localhost", "127.0.0.1", "::1", "login.example.test",
                 "api.example.test"):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            with context.wrap_socket(sock, server_hostname=name) as tls:
                assert tls.version() in ("TLSv1.2", "TLSv1.3")


def test_all_users_may_read_the_authority(fake, directory):
    assert stat.S_IMODE(os.stat(directory).st_mode) == 0o755
    assert stat.S_IMODE(os.stat(fake.ca_dir).st_mode) == 0o755
    assert stat.S_IMODE(os.stat(fake.ca_file).st_mode) == 0o644
    for name in os.listdir(directory):
        if name.endswith(".key"):
            mode = os.stat(os.path.join(directory, name)).st_mode
            assert stat.S_IMODE(mode) == 0o600


def test_old_tls_only(directory):
    with FakeServer(directory, tls_max="1.1") as fake:
        with pytest.raises(ssl.SSLError):
            Browser(fake.ca_file).visit(fake.login_url)
        assert fake.log.handshakes() == 0
        assert fake.log.requests() == []
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(fake.ca_file)
        limit_tls(old, ssl.TLSVersion.TLSv1_1)
        port = urlsplit(fake.login_url).port
        with socket.create_connection(("127.0.0.1", port)) as sock:
            with old.wrap_socket(sock, server_hostname="localhost") as tls:
                assert tls.version() == "TLSv1.1"


# Faults


@pytest.mark.parametrize("fault, status", [
    (login_rate_limit(), 400), (api_rate_limit(7), 429),
    (elsewhere(), 302), (deep_json(50), 200), (huge_json(300000), 200),
    (Fault(status=500), 500), ({"status": 502, "body": "<h1>no</h1>"}, 502),
    (Fault(status=503, body={"a": 1}), 503),
    (Fault(body=b'{"access_token":"x'), 200),
])
def test_fixed_replies(fake, caller, fault, status):
    address = fake.login_url + "/oauth/token"
    form = urlencode(form_of(fake, code_of(fake)))
    fake.faults["token"] = fault
    got, headers, body = caller.request("POST", address, form,
                                        {"Content-Type": FORM})
    assert got == status
    if status == 429:
        assert headers["Retry-After"] == "7"
    if status == 400:
        assert json.loads(body)["description"].startswith(
            "rate limit exceeded;")
    if status == 302:
        assert headers["Location"].startswith("https://elsewhere")
    del fake.faults["token"]
    assert caller.exchange(form)[0] == 200


@pytest.mark.parametrize("first", ["headers", "body"])
def test_a_request_that_is_quoted(fake, caller, first):
    form = urlencode(form_of(fake, code_of(fake)))
    fake.faults["token"] = Fault(status=503, echo=first)
    status, headers, body = caller.request(
        "POST", fake.login_url + "/oauth/token", form,
        {"Content-Type": FORM, "Authorization": "Basic QWxhZGRpbg=="})
    said = json.loads(body)
    code = fake.log.codes()[0]
    words = {"headers": "QWxhZGRpbg==", "body": code[:48]}
    quotes = {"headers": "authorization: Basic QWxhZGRpbg== " + form,
              "body": form + " authorization: Basic QWxhZGRpbg=="}
    assert status == 503
    assert {said["error"], said["code"], said["contextId"],
            headers["ININ-Correlation-Id"]} == {words[first]}
    assert {said["error_description"], said["description"],
            said["message"]} == {"upstream failed for: " + quotes[first]}
    with pytest.raises(ValueError):
        Fault(echo="everything")


def test_a_fault_for_the_next_requests(fake, caller):
    token = fake.issue_token("alice")
    fake.faults["users_me"] = Fault(status=500, times=2)
    fake.faults.add("users_me", {"status": 503, "times": 1})
    assert "users_me" in fake.faults
    got = [caller.request("GET", fake.api_url + "/api/v2/users/me", None,
                          {"Authorization": "Bearer " + token})[0]
           for _ in range(4)]
    assert got == [500, 500, 503, 200]
    assert [record.status for record in fake.log.requests()] == got
    assert "users_me" not in fake.faults
    with pytest.raises(KeyError):
        fake.faults["nothing"] = Fault(status=500)


@pytest.mark.parametrize("close", ["before", "middle", "reset",
                                   "middle_reset"])
def test_closed_connections(fake, caller, close):
    token = fake.issue_token("alice")
    fake.faults["tokens_me"] = Fault(close=close, times=1)
    with pytest.raises((OSError, HTTPException)):
        caller.api("tokens/me", token)
    assert caller.api("tokens/me", token)[0] == 200


def test_a_token_whose_reply_is_lost(fake, caller):
    fake.faults["token"] = Fault(close="before", handle=True)
    with pytest.raises((OSError, HTTPException)):
        caller.exchange(form_of(fake, code_of(fake)))
    assert list(fake.log.tokens().values()) == [True]
    assert fake.log.requests()[0].status == 0


def test_revocation_that_fails(fake, caller):
    token = fake.issue_token("alice")
    fake.faults["revoke"] = Fault(status=503, times=1)
    assert caller.request("DELETE", fake.api_url + "/api/v2/tokens/me",
                          None, {"Authorization": "Bearer " + token})[0] == 503
    assert fake.log.tokens() == {token: True}
    assert caller.api("tokens/me", token, "DELETE")[0] == 200
    assert fake.log.tokens() == {token: False}


def test_delay_and_drip(fake, caller):
    token = fake.issue_token("alice")
    fake.faults["users_me"] = Fault(delay=0.1)
    fake.faults["tokens_me"] = Fault(body="{}", drip=0.05)
    start = time.monotonic()
    assert caller.api("users/me", token)[0] == 200
    assert caller.api("tokens/me", token) == (200, {})
    assert time.monotonic() - start > 0.19


def test_a_drip_of_raw_bytes(fake, caller):
    fake.faults["tokens_me"] = Fault(
        raw=b"HTTP/1.1 200 OK\r\n\r\n{}", drip=0.01)
    start = time.monotonic()
    assert caller.api("tokens/me", fake.issue_token("alice")) == (200, {})
    assert time.monotonic() - start > 0.2


def test_a_body_that_goes_on(fake, caller):
    fake.faults["tokens_me"] = Fault(stream=1 << 20)
    token = fake.issue_token("alice")
    with pytest.raises(json.JSONDecodeError) as told:
        caller.api("tokens/me", token)
    assert len(told.value.doc) == (1 << 20) + 1
    fake.faults["tokens_me"] = Fault(
        stream=1 << 20, headers={"Content-Length": "16"})
    with pytest.raises(json.JSONDecodeError) as told:
        caller.api("tokens/me", token)
    assert told.value.doc == '"' + "x" * 15


def test_handshakes_are_waited_for(fake, caller):
    caller.api("tokens/me", fake.issue_token("alice"))
    assert fake.log.wait_for_handshakes("api", 1)
    assert not fake.log.wait_for_handshakes("login", 1, timeout=0)


def test_what_was_sent_is_known_to_be_read(fake, caller):
    port = urlsplit(fake.api_url).port
    with socket.create_connection(("127.0.0.1", port)) as sock:
        with caller.context.wrap_socket(
                sock, server_hostname="localhost") as tls:
            tls.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
            assert fake.log.wait("HEAD", "/")
            assert not fake.wait_until_read(timeout=0.1)
            assert tls.recv(4096).endswith(b"\r\n\r\n")
            assert fake.wait_until_read()


def test_a_request_is_waited_for_until_its_answer_is_out(fake, caller):
    token = fake.issue_token("alice")
    fake.faults["tokens_me"] = Fault(body="{}", drip=1)
    ask = threading.Thread(target=caller.api, args=("tokens/me", token))
    ask.start()
    assert fake.log.wait_for_request("GET", "/tokens/me")
    assert not fake.log.wait("GET", "/tokens/me", timeout=0.5)
    assert fake.log.wait("GET", "/tokens/me")
    ask.join()


def test_a_long_delay_does_not_hold_the_end(directory):
    with FakeServer(directory) as fake:
        fake.faults["login_connect"] = Fault(delay=600)
        fake.faults["api_connect"] = Fault(raw=b"what?", close="before")
        port = urlsplit(fake.login_url).port
        sock = socket.create_connection(("127.0.0.1", port))
        port = urlsplit(fake.api_url).port
        with socket.create_connection(("127.0.0.1", port)) as other:
            assert other.recv(16) == b"what?"
    sock.close()


def test_it_writes_a_configuration_that_leads_to_it(directory, tmp_path):
    conf = tmp_path / "my.conf"
    with subprocess.Popen(
            [sys.executable, os.path.join(os.path.dirname(__file__), "fake_server.py"),
             "--dir", directory, "--conf", conf],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL) as program:
        summary = json.loads(program.stdout.readline())
        settings = dict(line.split(" = ") for line in
                        conf.read_text(encoding="utf-8").splitlines())
        program.stdin.close()
    assert settings["login_url"] == summary["login_url"]
    assert settings["api_url"] == summary["api_url"]
    assert settings["client_id"] in json.dumps(summary)


def test_a_dropped_connection_handles_no_delayed_request(fake, caller):
    token = fake.issue_token("alice")
    fake.faults["revoke"] = Fault(delay=2)
    fake.faults["users_me"] = Fault(delay=2.5)
    ask = threading.Thread(target=lambda: pytest.raises(
        (OSError, HTTPException), caller.api, "tokens/me", token, "DELETE"))
    ask.start()
    assert fake.log.wait_for_request("DELETE", "/tokens/me")
    fake.drop("api")
    ask.join()
    assert caller.api("users/me", token)[0] == 200  # later than the delay
    assert fake.log.tokens() == {token: True}


def test_bytes_that_are_no_http(fake, caller):
    fake.faults["users_me"] = Fault(raw=b"\x00\x01\x02\r\n\r\n")
    with pytest.raises((OSError, HTTPException)):
        caller.api("users/me", fake.issue_token("alice"))


def test_overrides(fake, caller):
    token = fake.issue_token("alice")
    fake.faults.override_user = {"state": "inactive", "email": REMOVED,
                                    "division": {"id": None}}
    fake.faults.override_token_info = {"OAuthClient": {"id": "other"}}
    fake.faults.override_reply = {"token_type": "mac",
                                     "expires_in": REMOVED}
    _, user = caller.api("users/me?expand=token", token)
    assert user["state"] == "inactive" and "email" not in user
    assert user["division"] == {
        **user["division"], "id": None, "name": "Home"}
    assert user["token"]["OAuthClient"]["id"] == "other"
    _, info = caller.api("tokens/me", token)
    assert info["OAuthClient"]["id"] == "other"
    assert info["OAuthClient"]["name"]
    _, reply = caller.exchange(form_of(fake, code_of(fake)))
    assert reply["token_type"] == "mac" and "expires_in" not in reply
    fake.faults.override_user = b'{"id":"x","id":"y"}'
    assert caller.api("users/me", token)[1] == {"id": "y"}
    fake.faults.clear()
    assert caller.api("users/me", token)[1]["email"] == "alice@example.test"


# The programs


def test_as_programs(directory, tmp_path):
    log = tmp_path / "log"
    client_id = "11111111-2222-3333-4444-555555555555"
    program = subprocess.Popen(
        [sys.executable, os.path.join(HERE, "fake_server.py"), "--dir", directory,
         "--log", str(log), "--client", client_id, "http://localhost/x"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    try:
        known = json.loads(program.stdout.readline())
        assert known["clients"]["client1"]["id"] == client_id
        assert known["people"]["alice"]["id"]
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, "browser.py"), "--ca",
             known["ca_file"], known["page"], "alice"],
            stdout=subprocess.PIPE, check=True)
        assert done.stdout.decode().startswith(CALLBACK + "?code=")
    finally:
        program.stdin.close()
        program.stdin = None
        _, errors = program.communicate(timeout=30)
    assert program.returncode == 0 and known["page"] in errors.decode()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["status"] for line in lines
            if line["kind"] == "request"] == [200, 302]
    assert stat.S_IMODE(os.stat(log).st_mode) == 0o600


def test_the_program_ends_by_a_signal(directory):
    program = subprocess.Popen(
        [sys.executable, os.path.join(HERE, "fake_server.py"), "--dir", directory],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    program.stdout.readline()
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout=30) == 0
    program.stdin.close()
    program.stdout.close()
