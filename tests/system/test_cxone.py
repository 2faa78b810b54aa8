# SPDX-License-Identifier: ISC
"""Sign-ins with CXone: real programs, against a server that signs by python3-jwcrypto."""

import hashlib
import json
import re
import time
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

import hosts
from browser import Browser, pair
from conftest import BUILD
from cxone_server import POST, CxoneServer, base64url, new_key, secret_key
from faults import REMOVED, Fault, deep_json, elsewhere, huge_json
from person import address_in
from test_loopback import NUMBER, visit
from test_pages import CALLBACK, START, Webhost, chrome, page, set_up, start_address  # noqa: F401

SIGNING_KEYS = {"another": new_key(), "short": new_key(size=1024)}


@pytest.fixture(scope="module", name="genesys")
def cxone_in_its_place(house):
    with CxoneServer(house.path("cxone")) as fake:
        fake.add_client("other")
        yield fake


@pytest.fixture(autouse=True)
def prepared(fresh, cxone, configure):
    cxone.restore()
    configure(preconnect="0", attempts=1)


@pytest.fixture
def cxone(genesys):
    return genesys


@pytest.fixture
def configure(house, settings):
    def write(**changes):
        settings.update(changes)
        house.configure(settings)
    return write


def with_keys(terminal, cxone):
    """Wait for the question, and until the keys are here; gives what was shown."""
    shown = terminal.asked()
    assert cxone.log.wait("GET", "/auth/jwks")
    assert cxone.wait_until_read()
    assert asked_of(cxone) == [("GET", "/auth/jwks")]
    return shown


def asked_of(cxone):
    """What the module asked, but for what opens connections."""
    return [(one.method, one.path) for one in cxone.log.requests()
            if one.method != "HEAD" and not one.path.startswith(
                ("/auth/authorize", "/signin", "/interaction/"))]


def keeps_secrets(text, cxone):
    """Does a text have no code, token, verifier or nonce?"""
    nonces = [one for record in cxone.log.requests() if record.path == "/auth/authorize"
              for one in record.parameters().get("nonce", [])]
    return not any(secret in text for secret in (
        *cxone.log.secrets(), *nonces, *(part for one in cxone.id_tokens
                                         for part in one.split(".")[1:] if part)))


def login(house, account):
    return hosts.Terminal(house, [f"{BUILD}/tests/gcpkce", "--json", "login", "--user", account])


def decision_shown(terminal, cxone):
    """What gcpkce login says at its end."""
    terminal.end()
    shown = terminal.transcript[terminal.transcript.rindex("\n{"):]
    assert keeps_secrets(shown, cxone)
    decision = json.loads(shown)
    assert (terminal.status == 0) == (decision["outcome"] == "ok")
    return decision


# Who gets in

@pytest.mark.parametrize("kind, session", [
    (hosts.Sshd, "alice"), (hosts.Sudo, "ops"), (hosts.Su, "alice"), (hosts.Login, "alice")],
    ids=lambda value: getattr(value, "name", ""))
def test_a_user_of_cxone_signs_in_by_two_requests(
        house, sshd, cxone, people, journal, kind, session):
    """Discovery is not among them, whatever its document says."""
    cxone.faults["discovery"] = {"body": {"issuer": "https://elsewhere.example.test"}}
    host = sshd if kind is hosts.Sshd else kind(house)
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(with_keys(terminal, cxone)))
    account, environment = terminal.session()
    assert account == session
    terminal.leave()
    decision = journal.decision("ok")
    assert (decision["provider"], decision["subject"]) == ("cxone", people["alice"].id)
    assert asked_of(cxone) == [("GET", "/auth/jwks"), ("POST", "/auth/token")]
    assert not any("TOKEN" in name for name in environment)
    assert keeps_secrets(journal.text(), cxone)


def test_gcpkce_login_signs_in(house, cxone, people):
    terminal = login(house, "alice")
    terminal.answer(people["alice"].sign_in(with_keys(terminal, cxone)))
    decision = decision_shown(terminal, cxone)
    assert (decision["outcome"], decision["subject"]) == ("ok", people["alice"].id)


def test_gcpkce_login_shows_what_cxone_has(house, cxone, people):
    terminal = hosts.Terminal(house, [f"{BUILD}/tests/gcpkce", "login", "--user", "alice"])
    terminal.answer(people["alice"].sign_in(with_keys(terminal, cxone)))
    terminal.end()
    assert f"\nid:            {people['alice'].id}" in terminal.transcript
    assert "\ndecision:      ok: " in terminal.transcript
    assert re.search("signed in:|scopes:", terminal.transcript) is None


@pytest.mark.parametrize("code_length", [300, 2048])
def test_the_browser_brings_a_code_of_any_length(
        house, cxone, people, journal, configure, code_length):
    cxone.code_length = code_length
    configure(callback="loopback", redirect_uri="http://localhost:8085/oauth2/callback")
    terminal = hosts.Sudo(house).open("alice")
    page = visit(people["alice"].sign_in(terminal.asked(NUMBER)), terminal)
    assert "You are signed in as " in page
    assert terminal.session()[0] == "ops"
    journal.decision("ok")


def test_a_sign_in_goes_from_page_to_page(
        sshd, chrome, cxone, journal, people, configure):  # noqa: F811
    """The start page makes the nonce that the helper expects in the id_token."""
    pages = Webhost()
    client = cxone.add_client("pages", redirect_uris=[pages.url(CALLBACK)])
    settings = {"client_id": client.id, "redirect_uri": pages.url(CALLBACK),
                "issuer": cxone.issuer}
    pages.pages[START] = set_up(page("start.html"), provider="cxone",
                                organization=cxone.organization.id, **settings)
    configure(start_url=pages.url(START), **settings)
    try:
        terminal = sshd.open("alice")
        shown = with_keys(terminal, cxone)
        assert "Sign in to CXone to continue as alice on " in shown
        tab = chrome.page().open(start_address(pages.url(START), shown))
        tab.wait("account", "alice")
        tab.click("go")
        tab.choose("alice")
        tab.wait_for_text("Your sign-in answer")
        tab.click("copy")
        tab.wait("said", "Copied")
        terminal.answer(tab.pasted())
        assert terminal.session()[0] == "alice"
    finally:
        pages.close()
    assert journal.decision("ok")["subject"] == people["alice"].id


def test_a_code_that_the_ssh_client_cut_is_sent_nowhere(sshd, cxone, people, journal):
    cxone.code_length = 1200
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(with_keys(terminal, cxone)))
    terminal.end()
    assert "cut by the client" in journal.decision("answer_malformed")["cause"]
    assert cxone.log.count("POST", "/auth/token") == 0


@pytest.mark.parametrize("method", ["basic", "post"])
def test_a_confidential_app_signs_in(house, cxone, people, configure, method):
    client = cxone.clients["confidential"]
    secret = house.write("/etc/security/cxone.secret", client.secret + "\n", 0o600)
    if method == "post":
        cxone.auth_methods[client.id] = POST
    configure(client_id=client.id, client_auth=method, client_secret_file=secret)
    assert outcome_of(house, cxone, people) == "ok"


@pytest.mark.parametrize("prefix, outcome", [("cxone:email:", "ok"), ("email:", "not_mapped")])
def test_an_e_mail_address_needs_one_request_more(
        house, cxone, people, configure, prefix, outcome):
    configure(userinfo="yes")
    house.map(f"bob {prefix}{people['bob'].email}")
    terminal = login(house, "bob")
    terminal.answer(people["bob"].sign_in(with_keys(terminal, cxone)))
    assert decision_shown(terminal, cxone)["outcome"] == outcome
    assert asked_of(cxone) == [
        ("GET", "/auth/jwks"), ("POST", "/auth/token"), ("GET", "/auth/userinfo")]


# The keys

KEYS, TOKEN, USERINFO = ("GET", "/auth/jwks"), ("POST", "/auth/token"), ("GET", "/auth/userinfo")


def test_keys_that_failed_are_fetched_again_before_the_answer(house, cxone, people):
    cxone.faults["jwks"] = Fault(status=503, times=1)
    terminal = login(house, "alice")
    shown = terminal.asked()
    assert cxone.log.wait(*KEYS, 2)
    assert cxone.wait_until_read()
    terminal.answer(people["alice"].sign_in(shown))
    assert decision_shown(terminal, cxone)["outcome"] == "ok"
    assert asked_of(cxone) == [KEYS, KEYS, TOKEN]


def test_keys_are_fetched_three_times_before_the_answer_and_no_more(house, cxone, people):
    cxone.faults["jwks"] = Fault(status=503)
    terminal = login(house, "alice")
    shown = terminal.asked()
    assert cxone.log.wait(*KEYS, 3)
    time.sleep(5)
    assert asked_of(cxone) == [KEYS] * 3
    del cxone.faults["jwks"]
    terminal.answer(people["alice"].sign_in(shown))
    assert decision_shown(terminal, cxone)["outcome"] == "ok"
    assert sorted(asked_of(cxone)) == sorted([*[KEYS] * 4, TOKEN])


def test_keys_on_their_way_are_not_asked_for_again(house, cxone, people, journal, configure):
    """Neither for the first code, which is another's, nor for the next one."""
    cxone.faults["jwks"] = Fault(delay=8, times=1)
    configure(attempts=2)
    terminal = hosts.Pamtester(house).open("alice")
    shown = terminal.asked()
    assert cxone.log.wait_for_request(*KEYS)
    terminal.answer(pair("x" * 300, shown))
    shown = terminal.asked()
    assert asked_of(cxone) == [KEYS, TOKEN]
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")
    assert asked_of(cxone) == [KEYS, TOKEN, TOKEN]


@pytest.mark.parametrize("preconnect", ["no", 0])
def test_keys_that_never_come_end_a_sign_in_in_time(
        house, cxone, people, configure, preconnect):
    configure(preconnect=preconnect, connect_timeout=3, request_timeout=3, timeout=120)
    cxone.faults["jwks"] = Fault(delay=60)
    terminal = login(house, "alice")
    landed = people["alice"].sign_in(terminal.asked())
    begun = time.monotonic()
    terminal.answer(landed)
    assert decision_shown(terminal, cxone)["outcome"] == "unreachable"
    assert time.monotonic() - begun < 12  # not twice the limit; 6.5 without other load


def test_a_set_of_keys_is_read_up_to_its_bound(house, cxone, people):
    keys = json.dumps({"keys": cxone.jwks}).ljust(64 * 1024)
    cxone.faults["jwks"] = Fault(body=keys)
    assert outcome_of(house, cxone, people) == "ok"
    for fault in (Fault(body=keys + " "), Fault(stream=200 * 1024)):
        cxone.faults["jwks"] = fault
        terminal = login(house, "alice")
        terminal.answer(people["alice"].sign_in(terminal.asked()))
        decision = decision_shown(terminal, cxone)
        assert decision["outcome"] == "reply_invalid"
        assert "larger than 65536 bytes" in decision["cause"]


def test_a_token_of_this_sign_in_may_be_as_old_as_it(house, cxone, people, configure):
    """The keys are slow, and the id_token waits for them, without allowance."""
    cxone.faults["jwks"] = Fault(delay=4, times=1)
    configure(preconnect="no", clock_skew=0)
    assert outcome_of(house, cxone, people) == "ok"


@pytest.mark.parametrize("secret", ["nonce", "id_token"])
def test_an_error_that_repeats_a_secret_is_not_shown(house, cxone, people, configure, secret):
    def quote(compact):
        values = {"id_token": compact, "nonce": next(
            record for record in cxone.log.requests()
            if record.path == "/auth/authorize").parameters()["nonce"][0]}
        cxone.faults["userinfo"] = Fault(status=400, body={
            "error": "odd", "error_description": f"no: {values[secret]}"})
        return compact
    cxone.spoil = quote
    configure(userinfo="yes")
    terminal = login(house, "alice")
    terminal.answer(people["alice"].sign_in(with_keys(terminal, cxone)))
    decision = decision_shown(terminal, cxone)
    assert decision["outcome"] == "reply_invalid"
    assert "400 odd: (not shown: it repeats a secret)" in decision["cause"]


# Who is kept out

def decision_of(house, cxone, people, who="alice", account="alice",
                lead=lambda shown: shown, write=lambda landed: landed):
    """A sign-in of one attempt by gcpkce login.

    lead changes the address that the browser opens, write what it lands on.
    """
    terminal = login(house, account)
    terminal.answer(write(people[who].sign_in(lead(terminal.asked()))))
    return decision_shown(terminal, cxone)


def outcome_of(*arguments, **changes):
    return decision_of(*arguments, **changes)["outcome"]


@pytest.mark.parametrize("kind", [hosts.Sshd, hosts.Sudo, hosts.Su, hosts.Login],
                         ids=lambda kind: kind.name)
@pytest.mark.parametrize("who, outcome", [
    ("bob", "not_mapped"), ("stranger", "wrong_organization")])
def test_another_person_is_kept_out_of(
        house, sshd, cxone, people, journal, kind, who, outcome):
    """The stranger chooses their own tenant, in the address that the host shows."""
    host = sshd if kind is hosts.Sshd else kind(house)
    terminal = host.open("alice")
    shown = with_keys(terminal, cxone)
    if who == "stranger":
        assert cxone.organization.id in shown
        shown = shown.replace(cxone.organization.id, cxone.elsewhere.id)
    terminal.answer(people[who].sign_in(shown))
    terminal.end()
    assert "@@session" not in terminal.transcript
    journal.decision(outcome)
    assert keeps_secrets(journal.text(), cxone)
    assert asked_of(cxone) == [("GET", "/auth/jwks"), ("POST", "/auth/token")]


def claims(**changes):
    """An attack that changes claims; REMOVED leaves one out."""
    def attack(cxone):
        def draft(drafted):
            drafted.claims.update(changes)
            drafted.claims = {name: value for name, value in drafted.claims.items()
                              if value is not REMOVED}
        cxone.draft = draft
    return attack


def drafted(key=None, algorithm="RS256", **header):
    """An attack that changes header, key (a name) or algorithm."""
    def attack(cxone):
        def draft(one):
            one.header.update(header)
            one.key = SIGNING_KEYS.get(key, one.key)
            one.algorithm = algorithm
        cxone.draft = draft
    return attack


def by_public_key(cxone):
    def draft(one):
        one.header["alg"] = one.algorithm = "HS256"
        one.key = secret_key(cxone.key.export_to_pem())
    cxone.draft = draft


def with_own_key(cxone):
    def draft(one):
        one.key = SIGNING_KEYS["another"]
        one.header["jwk"] = cxone.published(one.key)
    cxone.draft = draft


def keys_at_an_address(cxone):
    """The address leads to the server that keeps the log of requests."""
    address = cxone.issuer + "/elsewhere"
    drafted("another", jku=address, x5u=address)(cxone)


def spoilt(change):
    def attack(cxone):
        cxone.spoil = change
    return attack


def replied(**changes):
    def attack(cxone):
        cxone.faults.override_reply = changes
    return attack


def faulty(endpoint, **fault):
    def attack(cxone):
        cxone.faults[endpoint] = fault
    return attack


def with_set(change):
    def attack(cxone):
        cxone.jwks = change(cxone)
    return attack


def access_token_as_id_token(cxone):
    def draft(one):
        one.header["typ"] = "at+jwt"
        one.claims.pop("nonce")
    cxone.draft = draft


INVALID, INCOMPLETE, REPLY = "token_invalid", "identity_incomplete", "reply_invalid"
# name: (what is done, outcome, cause)
ATTACKS = {
    "no algorithm": (drafted(algorithm=None, alg="none"), INVALID,
        "id_token: not three parts with a dot between"),
    "HMAC by the public key": (by_public_key, INVALID, "id_token: alg is not RS256"),
    "RS512": (drafted(algorithm="RS512", alg="RS512"), INVALID, "id_token: alg is not RS256"),
    "another key": (drafted("another"), INVALID,
        "id_token: the signature is not that of the provider's key"),
    "its own key": (with_own_key, INVALID,
        "id_token: the signature is not that of the provider's key"),
    "an address of keys": (keys_at_an_address, INVALID,
        "id_token: the signature is not that of the provider's key"),
    "an unknown kid": (drafted(kid="two"), INVALID, "id_token: no key of the JWK set fits"),
    "crit": (drafted(crit=["exp"]), INVALID, "id_token: the header has crit"),
    "another type": (access_token_as_id_token, INVALID, "id_token: typ is not JWT"),
    "padding": (spoilt(lambda compact: compact + "="), INVALID,
        "id_token: the signature: not base64url"),
    "four parts": (spoilt(lambda compact: compact + ".e30"), INVALID,
        "id_token: not three parts with a dot between"),
    "no signature": (spoilt(lambda compact: compact.rpartition(".")[0] + "."), INVALID,
        "id_token: not three parts with a dot between"),
    "another signature": (spoilt(lambda compact: compact.rpartition(".")[0] + "."
                                 + base64url(bytes(256))), INVALID,
        "id_token: the signature is not that of the provider's key"),
    "another issuer": (claims(iss="https://cxone.niceincontact.com"), INVALID,
        "id_token: iss is not the issuer of the configuration"),
    "another audience": (claims(aud="another"), "wrong_client", "id_token: aud has another client"),
    "another audience too": (lambda cxone: claims(
        aud=[cxone.clients["public"].id, "another"])(cxone), "wrong_client",
        "id_token: aud has another client"),
    "another party": (claims(azp="another"), "wrong_client", "id_token: azp is another client"),
    "another tenant": (lambda cxone: claims(tenantId=cxone.elsewhere.id)(cxone),
                       "wrong_organization", "id_token: tenantId is another organization"),
    "no tenant": (claims(tenantId=REMOVED), INCOMPLETE, "id_token: the claim tenantId is missing"),
    "expired": (claims(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200), INVALID,
        "id_token: it has expired"),
    "before the sign-in": (claims(iat=int(time.time()) - 7200), INVALID,
        "id_token: iat is before this sign-in"),
    "from the future": (claims(iat=int(time.time()) + 7200), INVALID,
        "id_token: iat is in the future"),
    "not yet": (claims(nbf=int(time.time()) + 7200), INVALID, "id_token: nbf is in the future"),
    "for years": (claims(exp=int(time.time()) + 10 ** 9), INVALID,
        "id_token: it is valid for more than a day"),
    "a wrong nonce": (claims(nonce="x" * 43), INVALID, "id_token: nonce is not this sign-in's"),
    "no nonce": (claims(nonce=REMOVED), INCOMPLETE, "id_token: the claim nonce is missing"),
    "a wrong at_hash": (claims(at_hash=base64url(bytes(16))), INVALID,
        "id_token: at_hash is not that of the access token"),
    "another sub": (claims(sub="user:11ef1287-04bf-8540-8a7e-0242ac110004"), INVALID,
        'id_token: sub is not "user:" and userId'),
    "no sub": (claims(sub=REMOVED), INCOMPLETE, "id_token: the claim sub is missing"),
    "an actor": (claims(act={"sub": "user:x"}), "partner_refused",
        "id_token: another person acts as this user"),
    "impersonation": (claims(impersonatingUserTenantId="x"), "partner_refused",
        "id_token: another person acts as this user"),
    "no id_token": (replied(id_token=REMOVED), INCOMPLETE, "token reply: id_token is missing"),
    "an id_token of null": (replied(id_token=None), INCOMPLETE, "token reply: id_token is missing"),
    "an empty id_token": (replied(id_token=""), INVALID,
        "token reply: id_token is empty or too long"),
    "an id_token that is no text": (replied(id_token=7), INVALID,
        "token reply: id_token is not a string"),
    "another token type": (replied(token_type="mac"), INVALID,
        "token reply: token_type is not bearer"),
    "no keys": (with_set(lambda cxone: []), INVALID, "id_token: no key of the JWK set fits"),
    "a short key": (lambda cxone: (with_set(lambda _: [
        cxone.published(SIGNING_KEYS["short"])])(cxone), drafted("short")(cxone)), INVALID,
        "id_token: no key of the JWK set fits: n has too few or too many bits"),
    "keys in HTML": (faulty("jwks", status=200, body=b"<html></html>"), REPLY,
        "GET /auth/jwks: JSON: not an object"),
    "too many keys": (with_set(lambda cxone: [cxone.published(cxone.key)] * 10000), REPLY,
        "GET /auth/jwks: the reply is larger than 65536 bytes"),
    "keys elsewhere": (faulty("jwks", status=302, headers={
        "Location": "https://elsewhere.example.test/"}, body=b""), REPLY, "GET /auth/jwks: 302"),
    "keys with status 500": (faulty("jwks", status=500), "provider_error", "GET /auth/jwks: 500"),
    "keys with status 401": (faulty("jwks", status=401), REPLY, "GET /auth/jwks: 401"),
    "keys with status 403": (faulty("jwks", status=403), REPLY, "GET /auth/jwks: 403"),
    "no reply with keys": (faulty("jwks", close="before"), "unreachable", "GET /auth/jwks:"),
    "a token reply in HTML": (faulty("token", status=200, body=b"<html></html>"), REPLY,
        "JSON: not an object"),
    "a token reply from elsewhere": (faulty("token", **vars(elsewhere())), REPLY,
        "POST /auth/token: 302"),
    "a deep token reply": (faulty("token", **vars(deep_json())), REPLY, "JSON: not an object"),
    "a huge token reply": (faulty("token", **vars(huge_json())), REPLY,
        "the reply is larger than 262144 bytes"),
}


@pytest.mark.parametrize("attack, outcome, why", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused(house, cxone, people, attack, outcome, why):
    """No address in a token or a reply is asked for anything."""
    attack(cxone)
    decision = decision_of(house, cxone, people)
    assert decision["outcome"] == outcome
    assert decision["cause"].startswith(why)
    assert cxone.log.count("POST", "/auth/token") <= 1
    assert set(asked_of(cxone)) <= {KEYS, TOKEN}


@pytest.mark.parametrize("attack", [
    claims(icBUId="4711", icAgentId=1234, auth_time=1, acr="0"),
    claims(given_name="\x1b[2J\n%s\u202e", family_name="x" * 4000),
    replied(expires_in="3599"), replied(expires_in=REMOVED),
    drafted(typ="jwt"), claims(at_hash=REMOVED)],
    ids=["other types", "odd names", "a text", "no lifetime", "jwt", "no at_hash"])
def test_what_does_not_matter_keeps_no_user_out(house, cxone, people, attack):
    attack(cxone)
    assert outcome_of(house, cxone, people) == "ok"


def test_a_key_that_was_withdrawn_is_not_accepted_again(house, cxone, people):
    assert outcome_of(house, cxone, people) == "ok"
    cxone.jwks = [cxone.published(SIGNING_KEYS["another"])]
    assert outcome_of(house, cxone, people) == INVALID


def test_the_journal_names_a_user_of_another_tenant(house, cxone, people, journal):
    claims(tenantId=cxone.elsewhere.id)(cxone)
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    terminal.answer(people["alice"].sign_in(with_keys(terminal, cxone)))
    terminal.end()
    decision = journal.decision("wrong_organization")
    assert terminal.status != 0
    assert (decision["subject"], decision["organization"]) == (
        people["alice"].id, cxone.elsewhere.id)


def test_the_nonce_of_another_sign_in_is_refused(house, cxone, people):
    """The browser is led to an address with another nonce; all else is right."""
    def lead(shown):
        nonce = parse_qs(urlsplit(address_in(shown)).query)["nonce"][0]
        return shown.replace(nonce, base64url(hashlib.sha256(b"another").digest()))
    assert outcome_of(house, cxone, people, lead=lead) == INVALID


def led_with(name, value):
    """Changes a parameter of the address that the browser opens."""
    def lead(cxone, shown):
        address = address_in(shown)
        before = parse_qs(urlsplit(address).query)[name][0]
        changed = address.replace(quote(before, safe=""), quote(value(cxone), safe=""))
        assert changed != address
        return shown.replace(address, changed)
    return lead


# name: (what the browser is led to, what is in place of the code, outcome, the
# provider's error, and what oidc-provider says about it)
WRONG_EXCHANGES = {
    "a code that was never given out": (
        lambda cxone, shown: shown, lambda code: "x" * len(code), "code_refused",
        "invalid_grant", "authorization code not found"),
    "a code of another verifier": (
        led_with("code_challenge", lambda _: base64url(hashlib.sha256(b"x" * 43).digest())),
        str, "code_refused", "invalid_grant", "PKCE verification failed"),
    "a code of another redirect_uri": (
        led_with("redirect_uri", lambda cxone: cxone.clients["public"].redirect_uris[3]),
        str, "code_refused", "invalid_grant", "authorization code redirect_uri mismatch"),
    "a code of another app": (
        led_with("client_id", lambda cxone: cxone.clients["other"].id),
        str, "code_refused", "invalid_grant", "client mismatch"),
    "an app that the provider does not know": (
        led_with("client_id", lambda cxone: cxone.clients["public"].id),
        str, "client_refused", "invalid_client", "client not found"),
}


@pytest.mark.parametrize("lead, code, outcome, error, _why", WRONG_EXCHANGES.values(),
                         ids=WRONG_EXCHANGES)
def test_a_wrong_exchange_is_refused(
        house, cxone, people, journal, configure, lead, code, outcome, error, _why):
    """The provider refuses it; no token comes, and nothing more is asked."""
    if outcome == "client_refused":
        configure(client_id="11ef1287-04bf-8540-8a7e-0242ac110004")
    terminal = hosts.Sudo(house).open("alice")
    shown = with_keys(terminal, cxone)
    landed = people["alice"].sign_in(lead(cxone, shown))
    terminal.answer(pair(code(Browser.code_of(landed)), shown))
    terminal.end()
    assert "@@session" not in terminal.transcript
    decision = journal.decision(outcome)
    assert error in decision["cause"]
    assert keeps_secrets(journal.text(), cxone)
    assert asked_of(cxone) == [("GET", "/auth/jwks"), ("POST", "/auth/token")]
    assert cxone.log.tokens() == {}


def test_a_used_code_is_refused(house, cxone, people):
    used = []
    outcome_of(house, cxone, people,
               write=lambda landed: used.append(landed) or landed)
    code = Browser.code_of(used[0])
    shown = []
    assert outcome_of(house, cxone, people,
                      lead=lambda text: shown.append(text) or text,
                      write=lambda _: pair(code, shown[0])) == "code_refused"


ID_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyOngifQ." + "A" * 342
MALFORMED = "answer_malformed"
ELSEWHERE = (MALFORMED, "the address with the code is not redirect_uri")
OF_ANOTHER = (MALFORMED, "iss is another issuer's")
ANSWERS = {
    "a bare code": (lambda landed: parse_qs(urlsplit(landed).query)["code"][0],
                    MALFORMED, "no address, and no code with its state"),
    "another state": (lambda landed: landed.replace("&state=", "&state=x"),
                      "state_mismatch", "not that of any address shown here"),
    "no state": (lambda landed: landed.rpartition("&state=")[0],
                 MALFORMED, "a code without its state"),
    "an error too": (lambda landed: landed + "&error=access_denied",
                     MALFORMED, "a code and an error in one answer"),
    "two codes": (lambda landed: landed + "&code=another",
                  MALFORMED, "the same parameter twice"),
    "a fragment": (lambda landed: landed.replace("?", "#"),
                   MALFORMED, "an address without a code"),
    "a token": (lambda landed: ID_TOKEN,
                MALFORMED, "no address, and no code with its state"),
    "cut": (lambda landed: landed.partition("&state=")[0][:511],
            MALFORMED, "a code without its state"),
    "another scheme": (lambda landed: landed.replace("https:", "http:"), *ELSEWHERE),
    "another host": (lambda landed: landed.replace("://", "://www."), *ELSEWHERE),
    "another port": (lambda landed: landed.replace(
        urlsplit(landed).netloc, urlsplit(landed).hostname + ":8444"), *ELSEWHERE),
    "another path": (lambda landed: landed.replace("?", "x?"), *ELSEWHERE),
    "another issuer": (lambda landed: landed.partition("&iss=")[0] + "&iss=https%3A%2F%2Felsewhere.example",
                       *OF_ANOTHER),
    "two issuers": (lambda landed: landed + "&iss=x&iss=x",
                    MALFORMED, "the same parameter twice"),
}


@pytest.mark.parametrize("write, outcome, why", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_refused_before_a_request(house, cxone, people, write, outcome, why):
    decision = decision_of(house, cxone, people, write=write)
    assert decision["outcome"] == outcome
    assert why in decision["cause"]
    assert cxone.log.count("POST", "/auth/token") == 0


def test_an_answer_may_name_our_issuer(house, cxone, people, settings):
    assert outcome_of(house, cxone, people, write=lambda landed: (
        landed + "&" + urlencode({"iss": settings["issuer"]}))) == "ok"


def test_a_good_token_of_a_server_of_another_authority_is_refused(
        house, cxone, people, configure):
    configure(preconnect="no")

    def write(landed):
        cxone.present("login", "other_ca")
        return landed
    try:
        assert outcome_of(house, cxone, people, write=write) == "tls_failed"
    finally:
        cxone.present("login", "good")
    assert asked_of(cxone) == []


def test_keys_of_another_host_are_not_fetched(house, cxone, journal, configure):
    configure(jwks_url="https://elsewhere.example.test/auth/jwks")
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    terminal.end()
    assert terminal.status != 0
    journal.decision("config_invalid")
    assert asked_of(cxone) == []


ACTOR = {"impersonatingUserTenantId": "11ef1287-04bf-8540-8a7e-0242ac110004"}


def userinfo_of_an_actor(cxone):
    cxone.faults.override_user = ACTOR


def access_token_of_an_actor(cxone):
    claims(at_hash=REMOVED)(cxone)
    parts = ({"alg": "RS256"}, {"sub": "x", **ACTOR})
    cxone.faults.override_reply = {"access_token": ".".join(
        [*(base64url(json.dumps(part).encode()) for part in parts), "x"])}


@pytest.mark.parametrize("attack, source", [
    (claims(**ACTOR), "id_token: "),
    (userinfo_of_an_actor, "GET /auth/userinfo: "),
    (access_token_of_an_actor, "access token: ")])
def test_another_person_who_acts_as_the_user_is_refused(
        house, cxone, people, configure, attack, source):
    configure(userinfo="yes")
    attack(cxone)
    decision = decision_of(house, cxone, people)
    assert decision["outcome"] == "partner_refused"
    assert decision["cause"] == source + "another person acts as this user"


def test_a_bad_id_token_s_access_token_is_not_used(house, cxone, people, configure):
    configure(userinfo="yes")
    claims(aud="elsewhere")(cxone)
    assert outcome_of(house, cxone, people) == "wrong_client"
    assert sorted(asked_of(cxone)) == sorted([KEYS, TOKEN])


@pytest.mark.parametrize("account, changes, outcome", [
    ("carol", {"email": REMOVED}, "not_mapped"),
    ("carol", {"email": "@example.test"}, "not_mapped"),
    ("carol", {"sub": "user:11ef1287-04bf-8540-8a7e-0242ac110004"}, INVALID),
    ("carol", {"sub": REMOVED}, INCOMPLETE),
    ("root", {"email": "root@example.test"}, "root_refused"),
    ("nightjob", {"email": "nightjob@example.test"}, "uid_refused"),
])
def test_what_userinfo_says_lets_no_other_account_in(
        house, cxone, people, configure, account, changes, outcome):
    configure(userinfo="yes", map="localpart", email_domains="example.test")
    assert outcome_of(house, cxone, people, "carol", "carol") == "ok"
    cxone.faults.override_user = changes
    assert outcome_of(house, cxone, people, "carol", account) == outcome
