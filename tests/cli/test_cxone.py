# SPDX-License-Identifier: ISC
"""gcpkce login and decide with provider = cxone: whole sign-ins against a small server.

The server signs with the openssl command, so that no line is shared with what verifies.
"""

import base64
import copy
import hashlib
import http.server
import json
import os
import re
import subprocess
import threading
import time
import urllib.parse
from email.utils import formatdate

import pexpect
import pytest

import test_id_token as verdict
from conftest import CLIENT, GCPKCE, ORGANIZATION, PERSON, ROOT
from test_command import GOOD
from waiting import wait_until

CODE = "c0de" * 150  # longer than a code of Genesys Cloud may be
TOKEN = "access-token-of-cxone"


def private(path, flags):
    return os.open(path, flags, 0o600)


def with_secret(directory, client_auth):
    path = f"{directory}/secret"
    with open(path, "w", encoding="ascii", opener=private) as file:
        file.write("client-secret-1\n")
    return {"client_auth": client_auth, "client_secret_file": path}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An RSA key of the openssl command."""

    def __init__(self, directory, kid):
        self.kid, self.path = kid, f"{directory}/{kid}.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.path, "2048"],
                       check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.path, "-noout", "-modulus"],
                                 check=True, capture_output=True, text=True).stdout
        self.jwk = {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB",
                    "n": b64(bytes.fromhex(modulus.strip().partition("=")[2]))}

    def sign(self, claims):
        head = {"alg": "RS256", "typ": "JWT", "kid": self.kid}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path],
                                   input=signed.encode(), check=True, capture_output=True).stdout
        return f"{signed}.{b64(signature)}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return formatdate(time.time() + self.server.ahead_s, usegmt=True)

    def reply(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("ININ-Correlation-Id", "of-genesys-cloud")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def do_HEAD(self):
        self.reply({})

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        if self.path.startswith("/auth/authorize?"):
            self.reply({}, 200 if f"client_id={CLIENT}&" in self.path else 400)
        elif self.path == self.server.jwks_path:
            keys = self.server.key_sets
            self.reply({"keys": keys.pop(0) if len(keys) > 1 else keys[0]})
        elif self.path == "/.well-known/openid-configuration":
            self.reply(*self.server.discovery)
        elif self.path == "/auth/userinfo":
            self.reply(self.server.userinfo)
        else:
            self.reply({}, 404)

    def do_POST(self):
        form = urllib.parse.parse_qs(
            self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.forms.append({name: value for name, [value] in form.items()})
        self.reply(*self.server.token_reply(self.server.forms[-1]))


class Cxone(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, keys):
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key, self.other = map(copy.copy, keys)  # a test may rename one
        self.key_sets = [[self.key.jwk]]
        self.userinfo = {"sub": f"user:{PERSON}", "email": "alice@example.test"}
        self.jwks_path = "/auth/jwks"
        self.asked, self.forms, self.changes = [], [], {}
        self.signed, self.shown = [], ""
        self.access_token, self.expires_in, self.client = TOKEN, 3600, CLIENT
        self.signer, self.nonce, self.challenge = self.key, None, None
        self.ahead_s = 0
        self.discovery = ({  # of CXone's, but for its hosts
            "issuer": self.issuer, "jwks_uri": f"{self.issuer}/auth/jwks",
            "authorization_endpoint": f"{self.issuer}/auth/authorize",
            "token_endpoint": f"{self.issuer}/auth/token",
            "userinfo_endpoint": f"{self.issuer}/auth/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"]}, 200)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def authorize(self, address):
        """What the browser would be led to."""
        asked = dict(urllib.parse.parse_qsl(address.partition("?")[2], strict_parsing=True))
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        return asked, f"{asked['redirect_uri']}?code={CODE}&state={asked['state']}"

    def token_reply(self, form):
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if form["code"] != CODE or b64(digest) != self.challenge:
            return {"error": "invalid_grant"}, 400
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": f"user:{PERSON}", "userId": PERSON, "aud": self.client,
                  "iat": now, "exp": now + 3600, "nonce": self.nonce,
                  "tenantId": ORGANIZATION, "name": "root@example.test", **self.changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        self.signed.append(self.signer.sign(claims))
        return {"access_token": self.access_token, "token_type": "Bearer",
                "expires_in": self.expires_in, "refresh_token": "refresh-token-of-cxone",
                "id_token": self.signed[-1]}, 200

    def paths(self):
        return [path for path, _ in self.asked]


@pytest.fixture(scope="module")
def signing_keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("keys")
    return Key(directory, "one"), Key(directory, "two")


@pytest.fixture
def cxone(signing_keys):
    with Cxone(signing_keys) as server:
        yield server
        server.shutdown()


@pytest.fixture
def sign_in(cxone, configure, account):
    def run(**changes):
        conf = configure([f"{account} id:{PERSON}"], **{
            "provider": "cxone", "region": None, "issuer": cxone.issuer, "preconnect": "0",
            **changes})
        child = pexpect.spawn(GCPKCE, ["--json", "login", "--conf", conf, "--user", account],
                              timeout=60, encoding="utf-8", echo=False)
        child.expect(r"Sign in to CXone \(within \d+ seconds\):\r\n\r\n(http://\S+/auth/authorize\S+)\r")
        cxone.authorized, answer = cxone.authorize(child.match.group(1))
        child.expect("land on: ")
        if "preconnect" not in changes:
            wait_until(lambda: "/auth/jwks" in cxone.paths())
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        cxone.shown = child.before
        return json.loads(re.search(r"^\{.*\}", child.before, re.MULTILINE | re.DOTALL).group())
    return run


def test_login_signs_in_by_an_id_token(cxone, sign_in):
    told = sign_in()
    assert told["outcome"] == "ok", told
    assert (told["provider"], told["subject"]) == ("cxone", PERSON)
    asked = cxone.authorized
    assert asked["scope"] == "openid"
    assert asked["tenantId"] == ORGANIZATION
    assert len(asked["nonce"]) == 43
    assert asked["nonce"] == b64(hashlib.sha256(asked["code_challenge"].encode()).digest())
    assert cxone.paths() == ["/auth/jwks", "/auth/token"]
    form = cxone.forms[0]
    assert sorted(form) == ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]
    headers = cxone.asked[1][1]
    assert "Authorization" not in headers
    assert headers["Accept"] == "application/json"
    assert "refresh-token" not in str(told)


def test_the_keys_are_fetched_without_a_token_and_not_twice(cxone, sign_in):
    assert sign_in(preconnect="no")["outcome"] == "ok"
    assert sorted(cxone.paths()) == ["/auth/jwks", "/auth/token"]
    assert not any("Authorization" in headers for _, headers in cxone.asked)


@pytest.mark.parametrize("changes, outcome, cause", [
    ({"nonce": "x" * 43}, "token_invalid", "nonce is not this sign-in's"),
    ({"nonce": None}, "identity_incomplete", "nonce is missing"),
    ({"iss": "https://cxone.niceincontact.com"}, "token_invalid", "iss is not the issuer"),
    ({"aud": "other"}, "wrong_client", "aud has another client"),
    ({"tenantId": PERSON}, "wrong_organization", "tenantId is another organization"),
    ({"iat": 1, "exp": 2}, "token_invalid", "it has expired"),
    ({"userId": ORGANIZATION}, "token_invalid", "sub is not \"user:\" and userId"),
    ({"sub": f"user:{ORGANIZATION}", "userId": ORGANIZATION}, "not_mapped", "no line of the map file"),
    ({"impersonatingUserTenantId": PERSON}, "partner_refused", "another person acts"),
    ({"at_hash": "x" * 22}, "token_invalid", "at_hash is not that"),
])
def test_login_refuses_claims(cxone, sign_in, changes, outcome, cause):
    """For that cause alone; nothing more is asked, and nothing that is shown is secret."""
    cxone.changes = changes
    told = sign_in(userinfo="no" if outcome == "not_mapped" else "yes", debug="yes")
    assert told["outcome"] == outcome, told
    assert cause in told["cause"]
    assert cxone.paths() == ["/auth/jwks", "/auth/token"]
    for secret in (CODE, cxone.nonce, cxone.forms[0]["code_verifier"], TOKEN,
                   "refresh-token", *cxone.signed[-1].split(".")):
        assert secret not in cxone.shown


def test_a_token_without_a_nonce_needs_the_option(cxone, sign_in):
    cxone.changes = {"nonce": None}
    assert sign_in(nonce="if_present")["outcome"] == "ok"
    cxone.changes = {"nonce": "x" * 43}
    assert sign_in(nonce="if_present")["outcome"] == "token_invalid"


def test_an_unknown_key_is_fetched_once_more(cxone, sign_in):
    cxone.key_sets = [[cxone.other.jwk], [cxone.key.jwk]]
    assert sign_in()["outcome"] == "ok"
    assert cxone.paths() == ["/auth/jwks", "/auth/token", "/auth/jwks"]


def test_a_key_that_stays_unknown_is_a_refusal(cxone, sign_in):
    cxone.key_sets = [[cxone.other.jwk]]
    assert sign_in()["outcome"] == "token_invalid"
    assert cxone.paths() == ["/auth/jwks", "/auth/token", "/auth/jwks"]


def test_another_key_of_the_same_name_is_a_refusal(cxone, sign_in):
    cxone.signer, cxone.other.kid = cxone.other, "one"
    assert sign_in()["outcome"] == "token_invalid"


@pytest.mark.parametrize("userinfo, outcome", [
    ({}, "ok"),
    ({"sub": f"user:{ORGANIZATION}"}, "token_invalid"),
    ({"sub": PERSON}, "token_invalid"),
    ({"sub": ""}, "identity_incomplete"),
    ({"email": "bob@example.test"}, "not_mapped"),
    ({"email": 7}, "identity_incomplete"),
])
def test_userinfo_gives_the_address(cxone, sign_in, account, userinfo, outcome):
    cxone.userinfo.update(userinfo)
    if "email" not in userinfo:
        cxone.userinfo["email"] = f"{account}@example.test"
    told = sign_in(userinfo="yes", map="localpart", email_domains="example.test")
    assert told["outcome"] == outcome, told
    asked = [headers for path, headers in cxone.asked if path == "/auth/userinfo"]
    assert [headers["Authorization"] for headers in asked] == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize("size, outcome", [(8192, "ok"), (8193, "token_invalid")])
def test_an_access_token_may_have_8192_bytes(cxone, sign_in, size, outcome):
    cxone.access_token = "x" * size
    told = sign_in(userinfo="yes")
    assert told["outcome"] == outcome, told
    asked = [headers for path, headers in cxone.asked if path == "/auth/userinfo"]
    assert [headers["Authorization"] for headers in asked] == ["Bearer " + "x" * size] * (
        outcome == "ok")


@pytest.mark.parametrize("client_auth", ["basic", "post"])
def test_a_client_secret_goes_where_client_auth_says(cxone, sign_in, directory, client_auth):
    told = sign_in(**with_secret(directory, client_auth))
    assert told["outcome"] == "ok", told
    form, headers = cxone.forms[0], cxone.asked[-1][1]
    if client_auth == "post":
        assert (form["client_id"], form["client_secret"]) == (CLIENT, "client-secret-1")
        assert "Authorization" not in headers
    else:
        assert "client_secret" not in form and "client_id" not in form
        pair = base64.b64decode(headers["Authorization"].split()[1]).decode()
        assert pair == f"{CLIENT}:client-secret-1"


@pytest.mark.parametrize("client_auth", ["none", "basic", "post"])
def test_a_client_s_name_and_secret_are_percent_encoded(cxone, sign_in, directory, client_auth):
    cxone.client, secret = "Agent Console@inContact: Inc.", "a+b/c%=@:"
    cxone.expires_in = "3600"
    with open(f"{directory}/secret", "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
    subprocess.run(["chmod", "600", f"{directory}/secret"], check=True)
    told = sign_in(client_id=cxone.client, client_auth=client_auth, **(
        {} if client_auth == "none" else {"client_secret_file": f"{directory}/secret"}))
    assert told["outcome"] == "ok", told
    assert cxone.authorized["client_id"] == cxone.client
    form, headers = cxone.forms[0], cxone.asked[-1][1]
    if client_auth == "basic":  # RFC 6749 section 2.3.1
        pair = base64.b64decode(headers["Authorization"].split()[1]).decode().split(":")
        assert [urllib.parse.unquote(part) for part in pair] == [cxone.client, secret]
    else:
        assert form["client_id"] == cxone.client
        assert form.get("client_secret", secret) == secret


@pytest.fixture
def exporting(gcpkce, cxone, configure):
    """Runs a command in a session that has a token of CXone's."""
    conf = configure(provider="cxone", region=None, issuer=cxone.issuer,
                     export="env", token_env="CXONE_TOKEN")

    def run(*arguments, token=TOKEN):
        return gcpkce(*arguments, "--conf", conf, env={"CXONE_TOKEN": token})
    return run


def test_a_token_of_cxone_is_not_revoked(cxone, exporting):
    run = exporting("--json", "logout")
    assert run.status == 1
    assert (run.json["outcome"], run.json["cause"]) == (
        "config_invalid", "CXone revokes no token")
    assert not cxone.asked


def test_whoami_asks_userinfo_alone(cxone, exporting):
    cxone.userinfo["name"] = "Alice Anders"
    run = exporting("--json", "whoami")
    assert run.status == 0, run.err
    assert [run.json[name] for name in ("outcome", "provider", "subject", "email", "name")] == [
        "ok", "cxone", PERSON, "alice@example.test", "Alice Anders"]
    assert run.json["organization_is_configured"] is None
    assert run.json["correlation"] == ""  # the header is Genesys Cloud's
    [(path, headers)] = cxone.asked
    assert (path, headers["Authorization"]) == ("/auth/userinfo", f"Bearer {TOKEN}")
    lines = exporting("whoami").out.splitlines()
    assert "user:          alice@example.test  Alice Anders" in lines
    assert "organization:  not said" in lines
    assert exporting("whoami", "--ids", "--user", "alice").out == (
        f"# map file: Alice Anders alice@example.test\nalice id:{PERSON}\n")


@pytest.mark.parametrize("userinfo, outcome", [
    ({"sub": ""}, "identity_incomplete"), ({"sub": PERSON}, "token_invalid"),
    ({"sub": f"user:{PERSON}", "email": 7}, "identity_incomplete"),
    ({"sub": f"user:{PERSON}", "email": TOKEN}, "reply_invalid")])
def test_whoami_refuses_a_userinfo_that_is_none(cxone, exporting, userinfo, outcome):
    cxone.userinfo = userinfo
    run = exporting("--json", "whoami")
    assert run.json["outcome"] == outcome, run.json
    assert TOKEN not in run.out + run.err


def test_export_needs_the_name_of_a_variable(gcpkce, cxone, configure):
    conf = configure(provider="cxone", region=None, issuer=cxone.issuer)
    run = gcpkce("--json", "login", "--export", "--conf", conf)
    assert (run.json["outcome"], "token_env" in run.json["cause"]) == ("config_invalid", True)
    assert not cxone.asked


# check

@pytest.fixture
def check(gcpkce, cxone, configure):
    """Runs check; gives what it found, and the hosts of its probe."""
    def run(**changes):
        conf = configure(**{"provider": "cxone", "region": None, "issuer": cxone.issuer, **changes})
        told = gcpkce("--json", "check", "--conf", conf).json
        assert "Genesys" not in json.dumps([one["what"] for one in told["findings"]])
        run.findings = [(one["severity"], one["where"], one["what"], one["fix"])
                        for one in told["findings"] if one["section"] == "network"]
        return ([(one["where"], one["what"]) for one in told["findings"]
                 if one["severity"] == "fault"], told["probe"]["hosts"])
    return run


def test_check_finds_no_fault_in_a_good_server(check, cxone):
    faults, hosts = check()
    assert faults == []
    assert [(host["url"], host["status"]) for host in hosts] == [(cxone.issuer, 200)] * 2
    assert [path.partition("?")[0] for path in cxone.paths()] == [
        "/auth/authorize", "/auth/authorize", "/auth/jwks", "/.well-known/openid-configuration"]
    assert [(severity, what) for severity, _, what, _ in check.findings] == [
        ("note", "lists no token_endpoint_auth_method none")]


DOCUMENT = "/.well-known/openid-configuration"
ELSEWHERE = "https://elsewhere.example.test"


def test_check_compares_the_discovery_document(check, cxone, directory):
    cxone.discovery[0].update({
        "issuer": ELSEWHERE, "authorization_endpoint": ELSEWHERE, "token_endpoint": ELSEWHERE,
        "jwks_uri": ELSEWHERE, "userinfo_endpoint": ELSEWHERE,
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["plain"]})
    check(userinfo="yes", **with_secret(directory, "post"))
    where, names = f"{cxone.issuer}{DOCUMENT}", f"CXone's discovery document names {ELSEWHERE}"
    assert check.findings == [
        ("fault", "issuer", f"{names}, so each id_token is refused",
         f"set issuer = {ELSEWHERE}, if that is CXone's"),
        *(("warning", f"{name}_url", f"{names}, not {cxone.issuer}/auth/{name}",
           f"set {name}_url = {ELSEWHERE}, if it is CXone's")
          for name in ("authorize", "token", "jwks", "userinfo")),
        ("fault", where, "lists no RS256 for id_tokens, and no other is accepted",
         "ask NICE to sign id_tokens with RS256"),
        ("warning", where, "lists no S256 for PKCE", "gcpkce login shows whether a sign-in works"),
        ("warning", where, "lists no token_endpoint_auth_method client_secret_post",
         "compare client_auth with the app's registration")]


def test_check_compares_what_is_used_alone(check, cxone, directory):
    cxone.discovery[0].update(userinfo_endpoint=ELSEWHERE, token_endpoint=7, jwks_uri=None)
    check(**with_secret(directory, "basic"))
    assert check.findings == []


@pytest.mark.parametrize("reply, what", [
    (({}, 302), "is not a discovery document: status 302"), (([], 200), "names no issuer")])
def test_check_warns_where_there_is_no_discovery_document(check, cxone, reply, what):
    cxone.discovery = reply
    assert check()[0] == []
    assert [one[1:3] for one in check.findings if one[0] == "warning"] == [
        (f"{cxone.issuer}{DOCUMENT}", what)]


@pytest.mark.parametrize("userinfo, lines", [("no", [1, 3]), ("yes", [])])
def test_check_warns_of_addresses_that_no_user_has(
        gcpkce, cxone, configure, account, userinfo, lines):
    conf = configure([f"{account} cxone:email:a@example.test", f"{account} id:{PERSON}",
                      f"{account} id:{PERSON} cxone:email:b@example.test",
                      f"{account} id:{PERSON} email:c@example.test",
                      f"{account} genesys:email:d@example.test"],
                     provider="cxone", region=None, issuer=cxone.issuer, userinfo=userinfo)
    found = gcpkce("--json", "check", "--offline", "--conf", conf).json["findings"]
    for what, expected in (("without userinfo", lines), ("counts for users of Genesys Cloud", [4])):
        assert [int(one["where"].rpartition(":")[2]) for one in found
                if what in one["what"] and one["severity"] == "warning"] == expected


@pytest.mark.parametrize("keys, why", [
    ([], "it is empty"), ([{"kty": "EC"}], "kty is not RSA"),
    ([{"kty": "RSA", "n": "AQAB", "e": "AQAB"}], "n has too few or too many bits")])
def test_check_judges_keys_as_a_sign_in_does(check, cxone, keys, why):
    cxone.key_sets = [keys]
    assert check()[0] == [
        (cxone.issuer, f"has no key that can verify an id_token: {why}")]


@pytest.mark.parametrize("ahead_s, skew, severity", [
    (20, "60", None), (45, "60", "warning"), (-70, "60", "fault"), (70, "300", "warning"),
    (10, "5", "fault")])
def test_check_of_the_clock_follows_clock_skew(check, cxone, ahead_s, skew, severity):
    cxone.ahead_s = ahead_s
    check(clock_skew=skew)
    assert [one[0] for one in check.findings if one[1] == "clock"] == (
        [severity] if severity else [])


def test_check_names_what_cxone_does_not_accept(check, cxone):
    assert check(client_id=PERSON)[0] == [
        ("client_id", "refuses the authorize address (status 400)")]
    cxone.jwks_path = "/elsewhere"
    assert check()[0] == [
        (cxone.issuer, "has no keys of CXone's: the GET has status 404, not 200")]
    assert check(jwks_url=f"{cxone.issuer}/elsewhere")[0] == []
    assert check(authorize_url=f"{cxone.issuer}/x", jwks_url=f"{cxone.issuer}/elsewhere")[0] == [
        (f"{cxone.issuer}/x", "refuses the authorize address (status 404)")]


def test_check_of_an_old_client_id_has_no_complaint_about_its_form(gcpkce, cxone, configure):
    conf = configure(provider="cxone", region=None, issuer=cxone.issuer,
                     client_id="Agent Console@inContact Inc.")
    told = gcpkce("--json", "check", "--offline", "--conf", conf).json
    assert [one for one in told["findings"] if one["where"] == "client_id"] == []
    assert "no request was sent to CXone: --offline" in str(told["findings"])


# decide

CLAIMS = {"iss": "https://cxone.niceincontact.com", "sub": f"user:{PERSON}", "userId": PERSON,
          "aud": CLIENT, "iat": 1790000000, "exp": 1790003600, "nonce": "n-1",
          "tenantId": ORGANIZATION}


@pytest.mark.parametrize("part, changes, settings, outcome", [
    ("id_token_claims", {}, {}, "ok"),
    ("id_token_claims", {"tenantId": PERSON}, {}, "wrong_organization"),
    ("id_token_claims", {"aud": "other"}, {}, "wrong_client"),
    ("id_token_claims", {"act": {"sub": "x"}}, {}, "partner_refused"),
    ("id_token_claims", {"iss": "https://cxone-gov.niceincontact.com"}, {}, "token_invalid"),
    ("id_token_claims", {"iss": "https://cxone-gov.niceincontact.com"},
     {"issuer": "https://cxone-gov.niceincontact.com"}, "ok"),
    ("other", {}, {}, "identity_incomplete"),
    ("id_token_claims", {}, {"userinfo": "yes"}, "identity_incomplete"),
])
def test_decide_takes_recorded_claims(gcpkce, configure, account, part, changes, settings, outcome):
    conf = configure(provider="cxone", region=None, **settings)
    run = gcpkce("--json", "decide", "--conf", conf, "--user", account,
                 stdin=json.dumps({part: {**CLAIMS, **changes}}))
    assert run.json["outcome"] == outcome, run.json


REPLY = {"access_token": TOKEN, "token_type": "Bearer", "id_token": "x"}

# A record is judged as at its iat, in the sign-in whose nonce it has.
MOMENT = {"expired": "ok", "iat ahead": "ok", "iat too old": "ok", "another nonce": "ok",
          "nbf": "token_invalid"}
RECORDS = {name: (row[1], MOMENT.get(name, row[2] if len(row) > 2 else "ok"))
           for name, row in {**verdict.GOOD, **verdict.BAD}.items() if row[1]}


@pytest.mark.parametrize("changes, outcome", RECORDS.values(), ids=RECORDS)
def test_decide_judges_claims_as_the_helper_does(gcpkce, configure, account, changes, outcome):
    conf = configure([f"{account} id:{verdict.USER}"], provider="cxone", region=None,
                     issuer=verdict.ISSUER, client_id=verdict.CLIENT, organization=verdict.TENANT)
    claims = changes.decode() if isinstance(changes, bytes) else json.dumps(
        verdict.changed(verdict.CLAIMS, changes))
    reply = json.dumps({**REPLY, "access_token": verdict.ACCESS})
    run = gcpkce("--json", "decide", "--conf", conf, "--user", account,
                 stdin=f'{{"reply":{reply},"id_token_claims":{claims}}}')
    assert run.json["outcome"] == outcome, run.json


@pytest.mark.parametrize("text, outcome, cause", [
    (json.dumps({"id_token_claims": {**CLAIMS, "nonce": ""}}), "token_invalid", "nonce"),
    (json.dumps({"id_token_claims": {**CLAIMS, "at_hash": ""}}), "token_invalid", "at_hash"),
    (json.dumps({"id_token_claims": {**CLAIMS, "at_hash": "x"}}), "token_invalid", "at_hash"),
    (json.dumps({"id_token_claims": {**CLAIMS, "name": "\ud800"}}), "token_invalid", "half a character"),
    (json.dumps({"id_token_claims": {**CLAIMS, **{f"m{i}": i for i in range(1024)}}}),
     "token_invalid", "too many members"),
    (json.dumps({"id_token_claims": {**CLAIMS, "name": "x" * 25000}}), "token_invalid", "too long"),
    (json.dumps({"id_token_claims": [CLAIMS]}), "token_invalid", "not an object"),
    (json.dumps({"id_token_claims": CLAIMS, "reply": {**REPLY, "id_token": None}}),
     "identity_incomplete", "id_token is missing"),
    (json.dumps({"id_token_claims": CLAIMS, "reply": {**REPLY, "id_token": ""}}),
     "token_invalid", "id_token is empty"),
    (json.dumps({"id_token_claims": CLAIMS, "reply": {**REPLY, "token_type": "mac"}}),
     "token_invalid", "token_type"),
])
def test_decide_refuses_what_the_helper_refuses(gcpkce, configure, account, text, outcome, cause):
    conf = configure(provider="cxone", region=None)
    run = gcpkce("--json", "decide", "--conf", conf, "--user", account, stdin=text)
    assert run.json["outcome"] == outcome, run.json
    assert cause in run.json["cause"]


def test_the_example_is_a_configuration_for_cxone(gcpkce, configure, account):
    path = configure([f"{account} id:{PERSON}"])
    with open(f"{ROOT}/etc/pam_gcpkce.cxone.conf", encoding="utf-8") as file:
        example = file.read()
    nil = "00000000-0000-0000-0000-000000000000"
    assert example.count(nil) == 2
    example = example.replace(f"client_id = {nil}", f"client_id = {CLIENT}").replace(
        f"organization = {nil}", f"organization = {ORGANIZATION}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{example}map_file = {path.removesuffix('conf')}map\n")
    for tenant, outcome in ((ORGANIZATION, "ok"), (PERSON, "wrong_organization")):
        run = gcpkce("--json", "decide", "--conf", path, "--user", account,
                     stdin=json.dumps({"id_token_claims": {**CLAIMS, "tenantId": tenant}}))
        assert run.json["outcome"] == outcome, run.json


@pytest.mark.parametrize("settings, record, missing", [
    ({}, {"id_token_claims": CLAIMS}, '"user", '),
    ({"provider": "cxone", "region": None}, {**GOOD, "reply": REPLY}, '"id_token_claims", ')])
def test_decide_takes_no_record_of_the_other_provider(
        gcpkce, configure, account, settings, record, missing):
    """Each of the two is good where it belongs; of both, one's own counts."""
    conf = configure([f"{account} id:{PERSON}"], **settings)

    def decide(recorded):
        return gcpkce("--json", "decide", "--conf", conf, "--user", account,
                      stdin=json.dumps(recorded)).json
    genesys = {**GOOD, "reply": REPLY}
    refused = decide(record)
    assert refused["outcome"] == "identity_incomplete"
    assert refused["cause"].startswith(missing) and refused["subject"] == ""
    assert decide({**genesys, "id_token_claims": CLAIMS})["outcome"] == "ok"
    bad = {**genesys, "user": {**GOOD["user"], "id": ORGANIZATION}} if settings else {
        **genesys, "id_token_claims": {**CLAIMS, "aud": "other"}}
    assert decide({"id_token_claims": CLAIMS, **bad})["outcome"] == "ok"
