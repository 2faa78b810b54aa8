# SPDX-License-Identifier: ISC
"""The fake CXone server refuses what a provider refuses."""

import base64
import json
import os
import sys
from http.client import HTTPSConnection
from urllib.parse import quote_plus, urlencode, urlsplit

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from jwcrypto import jwk, jws  # noqa: E402

from browser import Browser, SignInRefused  # noqa: E402
from cxone_server import POST, CxoneServer  # noqa: E402

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture(scope="module", name="cxone")
def cxone_server(tmp_path_factory):
    with CxoneServer(str(tmp_path_factory.mktemp("cxone"))) as fake:
        yield fake


def authorize(cxone, client="public", **changes):
    """Where alice's browser lands."""
    values = {"response_type": "code", "client_id": cxone.clients[client].id,
              "redirect_uri": cxone.clients[client].redirect_uris[0], "scope": "openid",
              "code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s",
              "nonce": "n", "tenantId": cxone.organization.id, **changes}
    return Browser(cxone.ca_file).sign_in(
        f"{cxone.issuer}/auth/authorize?{urlencode(values)}", "alice")


def form(cxone, client="public", **changes):
    return {"grant_type": "authorization_code", "client_id": cxone.clients[client].id,
            "code": Browser.code_of(authorize(cxone, client)), "code_verifier": VERIFIER,
            "redirect_uri": cxone.clients[client].redirect_uris[0], **changes}


def exchange(cxone, values, authorization=None):
    """The status of a token request, and the reply."""
    parts = urlsplit(cxone.issuer)
    connection = HTTPSConnection(parts.hostname, parts.port,
                                 context=Browser(cxone.ca_file).context, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if authorization:
        headers["Authorization"] = authorization
    connection.request("POST", "/auth/token", urlencode(values), headers)
    reply = connection.getresponse()
    told = json.loads(reply.read())
    connection.close()
    return reply.status, told


def test_a_code_gives_an_id_token_once(cxone):
    values = form(cxone)
    status, told = exchange(cxone, values)
    assert status == 200
    [key] = json.loads(Browser(cxone.ca_file).visit(f"{cxone.issuer}/auth/jwks").text)["keys"]
    assert "d" not in key
    token = jws.JWS()
    token.deserialize(told["id_token"], jwk.JWK(**key))
    claims = json.loads(token.payload)
    assert (claims["nonce"], claims["aud"]) == ("n", values["client_id"])
    assert exchange(cxone, values) == (400, {
        "error": "invalid_grant",
        "error_description": "the authorization code was used already"})


@pytest.mark.parametrize("changes", [
    {"code_challenge_method": "plain"}, {"code_challenge_method": ""}, {"code_challenge": ""},
    {"scope": "openid email"}, {"redirect_uri": "http://localhost:1234/callback"},
    {"redirect_uri": "https://signin.example.test/callback/"}, {"client_id": "another"},
    {"tenantId": "another"}])
def test_an_authorize_request_is_refused(cxone, changes):
    with pytest.raises(SignInRefused):
        Browser.code_of(authorize(cxone, **changes))


@pytest.mark.parametrize("changes, error", [
    ({"code_verifier": "x" * 43}, "invalid_grant"), ({"code": "x" * 300}, "invalid_grant"),
    ({"redirect_uri": "http://localhost/callback"}, "invalid_grant"),
    ({"client_id": "another"}, "invalid_client"), ({"client_secret": "x"}, "invalid_client"),
    ({"code_verifier": ""}, "invalid_request"), ({"grant_type": "password"},
                                                 "unsupported_grant_type")])
def test_a_token_request_is_refused(cxone, changes, error):
    status, told = exchange(cxone, form(cxone, **changes))
    assert (status, told["error"]) == (400, error)


def test_a_code_of_another_app_is_refused(cxone):
    cxone.add_client("other")
    values = form(cxone, client_id=cxone.clients["other"].id)
    assert exchange(cxone, values)[1]["error"] == "invalid_grant"


def test_a_confidential_app_authenticates_as_it_is_registered(cxone):
    client = cxone.clients["confidential"]
    pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}".encode()
    basic = "Basic " + base64.b64encode(pair).decode()
    secret = {"client_secret": client.secret}
    for method, right in (("basic", 0), ("post", 1)):
        if method == "post":
            cxone.auth_methods[client.id] = POST
        ways = [exchange(cxone, form(cxone, "confidential"), basic)[0],
                exchange(cxone, form(cxone, "confidential", **secret))[0],
                exchange(cxone, form(cxone, "confidential"))[0],
                exchange(cxone, form(cxone, "confidential", client_secret="x"))[0]]
        assert [status == 200 for status in ways] == [i == right for i in range(4)]


def test_userinfo_needs_an_access_token(cxone):
    assert Browser(cxone.ca_file).visit(f"{cxone.issuer}/auth/userinfo").status == 401
