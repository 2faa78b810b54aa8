# SPDX-License-Identifier: ISC
"""Asks a CXone tenant what docs/CXONE.md is not sure of; tools/live-check calls it.

Of tokens the report has lengths, names and types of members, and whether a value
is the expected one; never a value.
"""

import base64
import binascii
import hashlib
import json
import secrets
import socket
import ssl
import time
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from live_report import Code, Host, first_signin, keep, redirects, say

POINTS = 16
DISCOVERY = "/.well-known/openid-configuration"
CONFIGURATION = "/.well-known/cxone-configuration?tenantId="
LINES = (("sudo", 511), ("ssh", 1023))  # what one line takes


class Tenant(Host):
    """The issuer's endpoints, as the configuration names them."""

    def __init__(self, conf, report):
        super().__init__(conf)
        self.issuer = conf.get("issuer", "https://cxone.niceincontact.com")
        self._conf = conf
        self.client_id, self.redirect_uri = conf["client_id"], conf["redirect_uri"]
        self.tenant, self.secret = conf["organization"], None
        if conf.get("client_secret_file"):
            with open(conf["client_secret_file"], encoding="utf-8") as file:
                self.secret = file.readline().rstrip("\r\n")
            report.hide(self.secret)

    def url(self, name):
        return self._conf.get(f"{name}_url") or f"{self.issuer}/auth/{name}"

    def authorize(self, challenge, state, **changes):
        """Values of None are left out."""
        values = {
            "response_type": "code", "client_id": self.client_id,
            "redirect_uri": self.redirect_uri, "code_challenge": challenge,
            "code_challenge_method": "S256", "state": state, "scope": "openid",
            "nonce": nonce_of(challenge), "tenantId": self.tenant, **changes}
        return self.url("authorize") + "?" + urlencode(
            {name: value for name, value in values.items() if value is not None},
            quote_via=quote)

    def token(self, auth=None, **form):
        """POST to the token endpoint; auth: the configured way of the client."""
        auth = auth or self._conf.get("client_auth", "none")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if auth == "basic":
            pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form = {"client_id": self.client_id, **form}
        if auth == "post":
            form["client_secret"] = self.secret
        return self.ask("POST", self.url("token"), headers, urlencode(
            {name: value for name, value in form.items() if value is not None}))

    def exchange(self, code, verifier, **changes):
        return self.token(**{
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier,
            "redirect_uri": self.redirect_uri, **changes})


def nonce_of(challenge):
    digest = hashlib.sha256(challenge.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def part(token, number):
    """Header (0) or claims (1) of a JWT, unverified; None if it is none."""
    try:
        text = token.split(".")[number]
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (AttributeError, IndexError, ValueError, binascii.Error):
        return None
    return found if isinstance(found, dict) else None


def kind(value):
    return {str: "text", bool: "bool", list: "list", dict: "object", type(None): "null"}.get(
        type(value), "number")


def members(found):
    return ", ".join(f"{name} {kind(found[name])}" for name in sorted(found)) or "nothing"


# ---- without a sign-in ----

def published(tenant, report):
    """The documents that anyone may read."""
    document = tenant.ask("GET", tenant.issuer + DISCOVERY)
    report.add(14, f"discovery document: {document.status}; {document.keys()}", names=True)
    report.add(14, "its issuer is " + ("" if document.field("issuer") == tenant.issuer else "NOT ")
               + "the configured one; token_endpoint_auth_methods_supported: "
               f"{document.field('token_endpoint_auth_methods_supported')}; "
               f"code_challenge_methods_supported: "
               f"{document.field('code_challenge_methods_supported')}", names=True)
    keys = tenant.ask("GET", tenant.url("jwks")).field("keys") or []
    report.add(3, f"{len(keys)} keys: " + "; ".join(members(key) for key in keys), names=True)
    own = tenant.ask("GET", tenant.issuer + CONFIGURATION + tenant.tenant)
    report.add(12, f"cxone-configuration: {own.status}; {own.keys()}", names=True)


def protocol(tenant, report):
    """Whether the host of the token endpoint offers HTTP/2."""
    parts = urlsplit(tenant.url("token"))
    if parts.scheme != "https":
        return
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with socket.create_connection((parts.hostname, parts.port or 443), 20) as link, \
                context.wrap_socket(link, server_hostname=parts.hostname) as secured:
            chosen = secured.selected_alpn_protocol() or "nothing"
            report.add(13, f"of h2 and http/1.1 the server chooses {chosen} ({secured.version()})")
    except OSError as fault:
        report.add(13, f"not measured: {fault}")


def refused_at_once(tenant, report):
    """Requests that need no sign-in."""
    made_up = {"code": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(32)}
    report.hide(*made_up.values())
    report.add(4, f"a code that never was: {tenant.exchange(**made_up).refusal()}")
    unknown = tenant.exchange(**made_up, auth="none",
                              client_id="00000000-0000-4000-8000-000000000000")
    report.add(4, f"an unknown client: {unknown.refusal()}")
    challenge = nonce_of("x")
    for name, changes in (("prompt=none without a session", {"prompt": "none"}),
                          ("no code_challenge", {"code_challenge": None,
                                                 "code_challenge_method": None}),
                          ("an unknown client", {"client_id": "nobody"})):
        reply = tenant.ask("GET", tenant.authorize(challenge, "live-check", **changes))
        to = parse_qs(urlsplit(reply.headers.get("Location", "")).query)
        report.add(6 if "code_challenge" in changes else 4,
                   f"authorize with {name}: {reply.status} "
                   f"{reply.headers.get('Content-Type', '')}"
                   f"{', error ' + to['error'][0] if 'error' in to else ''}")


# ---- with a token ----

def look_at_access_token(tenant, token, report, api):
    userinfo = tenant.ask("GET", tenant.url("userinfo"), {"Authorization": "Bearer " + token})
    report.add(7, f"userinfo: {userinfo.status}; "
               f"{members(userinfo.json) if isinstance(userinfo.json, dict) else 'no object'}",
               names=True)
    claims = part(token, 1)
    report.add(8, f"the access token has {len(token)} bytes, "
               + ("and is a JWT: " + members(claims) if claims else "and is no JWT"), names=True)
    if claims:
        report.add(8, "its iss is " + ("" if claims.get("iss") == tenant.issuer else "NOT ")
                   + "the issuer")
    user = str(userinfo.field("sub") or "").partition(":")[2]
    report.hide(user)
    for path in (f"/user-management/v3/users/{user}", "/tenants/v2/current") if api else ():
        reply = tenant.ask("GET", f"https://{api}{path}", {"Authorization": "Bearer " + token})
        report.add(12, f"{path.replace(user, 'ID')}: {reply.status}; {reply.keys()}", names=True)


def look_at_id_token(tenant, code, reply, report):
    token = reply.field("id_token") or ""
    header, claims = part(token, 0) or {}, part(token, 1) or {}
    report.add(3, f"header of the id_token: {members(header)}; alg {header.get('alg')}",
               names=True)
    report.add(2, f"the id_token has: {members(claims)}", names=True)
    audience = claims.get("aud")
    is_ours = tenant.client_id in (audience if isinstance(audience, list) else [audience])
    report.add(2, f"nonce {found(claims, 'nonce', nonce_of(code.challenge))}; "
               f"aud is a {kind(audience)} {'with' if is_ours else 'WITHOUT'} the client; azp "
               f"{found(claims, 'azp', tenant.client_id)}; iss "
               f"{found(claims, 'iss', tenant.issuer)}; tenantId "
               f"{found(claims, 'tenantId', tenant.tenant)}")
    report.add(15, "; ".join(f"{name} {kind(claims[name]) if name in claims else 'missing'}"
                             for name in ("icAgentId", "icBUId", "icSPId")))
    report.add(8, "; ".join(f"{name}: {len(reply.field(name) or '')} bytes" for name in (
        "access_token", "refresh_token", "id_token")))
    return claims


def found(claims, name, expected):
    return "is missing" if name not in claims else (
        "is as expected" if claims[name] == expected else "is ANOTHER")


# ---- sign-ins of this script ----

def plain_code(tenant, report, wait, tokens):
    """A code at its best, and then once more."""
    code = Code(tenant, report, max_age="3600")
    if not code.value:
        report.add(1, "no code came: " + ", ".join(sorted(code.redirect)))
        return
    code.describe(report, 1)
    whole = len(urlencode({name: value[0] for name, value in code.redirect.items()})
                ) + len(tenant.redirect_uri) + 1
    report.add(1, f"it is {'' if part(code.value, 0) else 'no '}JWT; the whole address has {whole} "
               "bytes: " + ", ".join(f"{'fits' if whole < most else 'is TOO LONG for'} {name}"
                                     for name, most in LINES))
    if wait:
        say(f"Waiting {wait} seconds before the code is used.")
        time.sleep(wait)
    reply = keep([], report, tenant.exchange(code.value, code.verifier))
    report.add(1, f"{wait} seconds after it was pasted it is answered: {reply.refusal()}")
    if reply.status == 200:
        tokens.append(reply)
        report.add(1, f"the reply has: {members(reply.json)}", names=True)
        claims = look_at_id_token(tenant, code, reply, report)
        report.add(16, f"with max_age auth_time is {kind(claims.get('auth_time'))}")
    again = keep([], report, tenant.exchange(code.value, code.verifier))
    report.add(4, f"a code that was used: {again.refusal()}")


def more_codes(tenant, report, tokens):
    other = secrets.token_urlsafe(32)
    report.hide(other)
    for point, name, changes in (
            (4, "a wrong verifier", {"code_verifier": other}),
            (4, "another redirect_uri", {"redirect_uri": "https://nowhere.invalid/"}),
            (6, "no verifier", {"code_verifier": None})):
        code = Code(tenant, report)
        reply = keep([], report, tenant.exchange(code.value, code.verifier, **changes))
        report.add(point, f"{name}: {reply.refusal()}")
    begun = time.time()
    code = Code(tenant, report, prompt="login", max_age="0")
    reply = keep([], report, tenant.exchange(code.value, code.verifier))
    authenticated = (part(reply.field("id_token"), 1) or {}).get("auth_time")
    report.add(16, "prompt=login and max_age=0: auth_time is " + (
        "missing" if not isinstance(authenticated, int) else
        "that of this sign-in" if authenticated >= begun - 300 else "an EARLIER one's"))
    for old in tokens:
        renewed = keep([], report, tenant.token(
            grant_type="refresh_token", refresh_token=old.field("refresh_token")))
        same = renewed.field("refresh_token") == old.field("refresh_token")
        report.add(11, f"a refresh: {renewed.refusal()}; its refresh token is "
                   f"{'the same' if same else 'another'}; id_token "
                   f"{'comes' if renewed.field('id_token') else 'does not come'}")


def check(given, conf, report):
    tenant, tokens = Tenant(conf, report), []
    published(tenant, report)
    protocol(tenant, report)
    refused_at_once(tenant, report)
    redirects(tenant, report, 5)
    token, address = first_signin(given, report)
    if address is None:
        return False
    if token:
        look_at_access_token(tenant, token, report, given.api)
    say("\nThen a sign-in of this script's own.")
    plain_code(tenant, report, given.wait, tokens)
    if tenant.secret:
        code = Code(tenant, report)
        reply = keep([], report, tenant.exchange(code.value, code.verifier, auth="basic"))
        report.add(6, f"HTTP Basic and a verifier: {reply.refusal()}")
    if given.more:
        more_codes(tenant, report, tokens)
    for point in range(1, POINTS + 1):
        if point not in report.points:
            report.add(point, "not measured")
    return True
