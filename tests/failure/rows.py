# SPDX-License-Identifier: ISC
"""The rows of the matrix: where a fault strikes, and what must come of it."""

import threading
import time

from browser import pair
from cxone_server import new_key
from faults import Fault
from network import NEIGHBOUR
from peers import (FAILED, REFUSED, UNANSWERED, Backlog, ClosedPort, Counter,
                   Proxy)
from replies import (API_REFUSALS, CONTENTS, CXONE_REFUSALS, CXONE_WAYS, INFO_FIELDS, NEVER, ON_THE_WAY,
                     PAGE, STATUSES, TOKEN_FIELDS, TOKEN_REFUSALS,
                     TOKENS_IN_VAIN, USER_FIELDS, raw_member,
                     with_token)
from signin import Row, nothing

ENDPOINTS = {"token": "/oauth/token", "users_me": "users/me",
             "tokens_me": "tokens/me"}
HOSTS = {"login": "login server", "api": "API server"}
CERTIFICATES = {
    "expired": "an expired certificate",
    "not_yet_valid": "a certificate of the future",
    "self_signed": "a self-signed certificate",
    "wrong_host": "a certificate for another host",
    "other_ca": "a certificate of another authority",
}



def rows():
    """All rows; each has a key of its own."""
    return [*control_rows(), *endpoint_rows(), *token_rows(),
            *identity_rows(), *host_rows(), *proxy_rows(), *preconnect_rows(),
            *moment_rows(), *clock_rows(), *cxone_rows(), *private_rows()]


def control_rows():
    yield Row("nowhere", "nothing goes wrong", "ok", token=True)
    yield Row("nowhere", "nothing goes wrong, and there was a preconnect",
              "ok", arrange=preconnect_awaited, heal=no_connection_came,
              token=True, warm=True)


# ---- a preconnect ----

PRECONNECT = {"login": 1, "api": 2}  # its connections
DEAD_PATH = "This host could not reach the sign-in service just now"


def heads_awaited(world, login, api):
    """Waits for as many connections of preconnects in all."""
    log = world.genesys.log
    if not (log.wait("HEAD", "/", login + api)
            and world.genesys.wait_until_read()
            and log.handshakes("login") == login
            and log.handshakes("api") == api):
        world.complaints.append("there was no preconnect: %s" % [
            (record.kind, record.host) for record in log.records()])
    world.connections = log.connections()


def preconnect_awaited(world):
    heads_awaited(world, **PRECONNECT)


def no_connection_came(world):
    """Were those of the preconnect enough?"""
    came = world.genesys.log.connections() - world.connections
    if came:
        world.complaints.append("%d connections more were made" % came)


def after_preconnect(arrange):
    """Lets a fault happen when the connections stand."""
    def both(world):
        preconnect_awaited(world)
        arrange(world)
    return both


def drop_and_see_reopened(world):
    """Drops the connections, long before the answer."""
    preconnect_awaited(world)
    drop_all(world)
    heads_awaited(world, 2 * PRECONNECT["login"], 2 * PRECONNECT["api"])


def empty_answer_is_reported(login, api, more=nothing):
    """Gives an empty answer when a preconnect has found a path dead."""
    def arrange(world):
        if world.asked == 1:
            heads_awaited(world, login, api)
            if DEAD_PATH in world.said:
                world.complaints.append("a path is dead before a preconnect")
            world.answer = " "
            return
        world.answer = None
        if DEAD_PATH not in world.said:
            world.complaints.append("a dead path is not said")
        more(world)
    return arrange


def preconnect_rows():
    place = "preconnect"
    yield Row(place, "its connections dropped, and opened again, while the "
              "person was signing in", "ok", arrange=drop_and_see_reopened,
              heal=no_connection_came, token=True, warm=True)
    yield Row(place, "its connections dropped as the answer came", "ok",
              arrange=after_preconnect(drop_all), token=True, warm=True)
    for way in ON_THE_WAY:
        if not way.name.startswith(("closed", "reset")):
            continue
        for endpoint, path in ENDPOINTS.items():
            yield Row(place, "then, at %s: %s" % (path, way.name),
                      way.at_token if endpoint == "token" else way.at_api,
                      arrange=after_preconnect(faulty(endpoint, way.fault())),
                      token=endpoint != "token", warm=True)
    yield Row(place, "finds no login server, and says so", "unreachable",
              settings=lambda world: {
                  "attempts": 2, **instead("login", ClosedPort)(world)},
              arrange=empty_answer_is_reported(0, 2), warm=True)
    yield Row(place, "finds no API server, says so, and it is back", "ok",
              settings=api_refused, token=True, warm=True,
              arrange=empty_answer_is_reported(
                  1, 0, lambda world: world.genesys.listen("api")))


def api_refused(world):
    world.genesys.refuse("api")
    return {"attempts": 2}


# ---- one endpoint answers badly ----

def faulty(endpoint, fault):
    """Lets an endpoint have a fault; where a redirect leads, a trap is."""
    def arrange(world):
        made = Fault(**vars(fault))
        if "Location" in made.headers:
            trap = world.meet(Counter())
            made.headers = {"Location": "https://localhost:%d/" % trap.port}
            world.trap = trap
        world.faults[endpoint] = made
    return arrange


def trap_is_empty(world):
    if hasattr(world, "trap") and world.trap.count:
        world.complaints.append("the redirect was followed")


def endpoint_rows():
    for way in (*ON_THE_WAY, *STATUSES, *CONTENTS):
        for endpoint, place in ENDPOINTS.items():
            is_token = endpoint == "token"
            outcome = way.at_token if is_token else way.at_api
            yield Row(place, way.name, outcome,
                      arrange=faulty(endpoint, way.fault()),
                      heal=trap_is_empty,
                      token=not is_token or way.has_token,
                      waits=way.waits)


# ---- the token endpoint ----

def overriding(name, changes):
    """Changes fields of a good reply."""
    def arrange(world):
        person = world.genesys.people["alice"]
        setattr(world.faults, "override_" + name, filled(changes, person.id))
    return arrange


def filled(value, identity):
    """The same with {id} filled in, wherever it stands."""
    if isinstance(value, dict):
        return {key: filled(one, identity) for key, one in value.items()}
    return value.replace("{id}", identity) if isinstance(value, str) else value


def token_rows():
    place = ENDPOINTS["token"]
    for name, outcome, fault in TOKEN_REFUSALS:
        yield Row(place, name, outcome, arrange=faulty("token", fault))
    for name, outcome, fault in TOKENS_IN_VAIN:
        yield Row(place, name, outcome, arrange=faulty("token", fault),
                  heal=trap_is_empty, token=True)
    for name, changes, came in TOKEN_FIELDS:
        arrange = overriding("reply", changes)
        if isinstance(changes, bytes):
            arrange = overriding("reply", raw_member(changes))
        yield Row(place, "200, " + name, "token_invalid", arrange=arrange,
                  token=came)


# ---- the identity ----

def identity_rows():
    for endpoint in ("users_me", "tokens_me"):
        for name, fault, outcome in API_REFUSALS:
            yield Row(ENDPOINTS[endpoint], name, outcome,
                      arrange=faulty(endpoint, fault), token=True)
    for place, override, fields in (
            ("users/me", "user", USER_FIELDS),
            ("tokens/me", "token_info", INFO_FIELDS)):
        for name, changes, outcome in fields:
            yield Row(place, "200, " + name, outcome,
                      arrange=overriding(override, changes), token=True)


# ---- a whole host ----

def stumbling(host, fault):
    """Spoils every new connection to a host."""
    return lambda world: world.faults.__setitem__(host + "_connect", fault)


def steady(host):
    """No longer."""
    return lambda world: world.faults.__delitem__(host + "_connect")


def presenting(host, kind, newest=None):
    """Shows another certificate, or speaks old TLS only."""
    def arrange(world):
        world.genesys.tls_max = newest
        world.genesys.present(host, kind)
    return arrange


def instead(host, peer):
    """Puts a port of a peer in a host's place."""
    return lambda world: {
        host + "_url": "https://localhost:%d" % world.meet(peer()).port}


def host_rows():
    """The API server may be well again when the revoker comes."""
    for host, place in HOSTS.items():
        api = host == "api"
        gone = {"token": api, "revoked": False}
        well = {"token": api, "heal": steady(host)}
        again = {"token": api, "heal": presenting(host, "good")}
        yield Row(place, "connection refused", "unreachable",
                  settings=instead(host, ClosedPort), **gone)
        yield Row(place, "black hole at connect, by a full queue",
                  "unreachable", settings=instead(host, Backlog), waits=True,
                  **gone)
        yield Row(place, "black hole at TLS", "unreachable", waits=True,
                  arrange=stumbling(host, Fault(delay=NEVER)), **well)
        yield Row(place, "no TLS spoken", "tls_failed",
                  arrange=stumbling(host, Fault(
                      raw=b"HTTP/1.1 400 Bad Request\r\n\r\n",
                      close="before")), **well)
        # a moment later, or it could still be a connect that fails
        for close, name in (("before", "closed"), ("reset", "reset")):
            yield Row(place, name + " at TLS", "tls_failed", arrange=stumbling(
                host, Fault(delay=1, close=close)), **well)
        for kind, name in CERTIFICATES.items():
            yield Row(place, name, "tls_failed",
                      arrange=presenting(host, kind), **again)
        yield Row(place, "TLS 1.1 only", "tls_failed",
                  arrange=presenting(host, "good", "1.1"), **again)


# ---- a proxy ----

def by_proxy(only=None, **fault):
    """Puts a proxy in the way; only is the host that it refuses."""
    def settings(world):
        world.proxy = world.meet(Proxy(
            only=world.port(only) if only else None, **fault))
        return {"proxy": world.proxy.url}
    return settings


def proxy_opens(world):
    world.proxy.reply = None


def proxy_rows():
    yield Row("proxy", "nothing goes wrong", "ok", settings=by_proxy(),
              token=True)
    yield Row("proxy", "connection refused", "unreachable", settings=lambda
              world: {"proxy": "http://127.0.0.1:%d" % world.meet(
                  ClosedPort()).port})
    for name, reply in (
            ("407, wants authentication",
             b"HTTP/1.1 407 Proxy Authentication Required\r\n"
             b"Proxy-Authenticate: Basic realm=\"proxy\"\r\n"
             b"Content-Length: 0\r\n\r\n"),
            ("403, an HTML page",
             b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n"
             b"Content-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE.encode())),
            ("502", b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
            ("302 to another host", b"HTTP/1.1 302 Found\r\n"
             b"Location: http://localhost:1/\r\n\r\n"),
            ("407, a header of 100 KiB",
             b"HTTP/1.1 407 Proxy Authentication Required\r\n"
             b"X-Filler: %s\r\n\r\n" % (b"x" * 102400)),
            ("407, headers of 100 KiB",
             b"HTTP/1.1 407 Proxy Authentication Required\r\n"
             b"%s\r\n" % (b"X-Filler: %s\r\n" % (b"x" * 1000) * 100)),
            ("closed before the answer", b"")):
        yield Row("proxy", name, "unreachable",
                  settings=by_proxy(reply=reply))
    yield Row("proxy", "200, then an HTML page", "tls_failed",
              settings=by_proxy(
                  reply=b"HTTP/1.1 200 OK\r\n\r\n" + PAGE.encode()))
    yield Row("proxy", "an HTML page without HTTP", "unreachable",
              settings=by_proxy(reply=PAGE.encode()))
    yield Row("proxy", "no answer", "unreachable",
              settings=by_proxy(silent=True), waits=True)
    yield Row("proxy", "403 for the API server alone", "unreachable",
              settings=by_proxy(reply=b"HTTP/1.1 403 Forbidden\r\n\r\n",
                                only="api"),
              heal=proxy_opens, token=True)


# ---- moments ----

def drop_all(world):
    for host in HOSTS:
        world.genesys.drop(host)


def drop_after_refusal(world):
    """Answers wrongly; then drops the connections of that answer."""
    world.answer = pair("A" * 43, world.said) if world.asked == 1 else None
    if world.asked == 2:
        drop_all(world)


def drop_those_who_wait(world):
    """Ends the API's connections that wait for a token."""
    world.faults["token"] = Fault(delay=6)

    def drop():
        log = world.genesys.log
        if log.wait_for_handshakes("api", 2):
            world.genesys.drop("api")
    threading.Thread(target=drop, daemon=True).start()


def come_late(_world):
    time.sleep(3)


def moment_rows():
    yield Row("connections", "dropped after a code was refused", "ok",
              settings=lambda _world: {"attempts": 2},
              arrange=drop_after_refusal, token=True)
    yield Row("connections", "dropped while they wait for the token",
              "ok", arrange=drop_those_who_wait, token=True)
    yield Row("deadline", "passes before the answer", "timed_out",
              settings=lambda _world: {"timeout": 2}, arrange=come_late)
    yield Row("deadline", "passes while the token is awaited", "timed_out",
              settings=lambda _world: {"timeout": 4},
              arrange=faulty("token", Fault(delay=NEVER)))
    yield Row("deadline", "passes within the token reply, after the token",
              "timed_out", settings=lambda _world: {"timeout": 4}, token=True,
              arrange=faulty("token", Fault(
                  body=with_token(b'"filling":"' + b"x" * 2000), drip=.01)))
    yield Row("deadline", "passes while users/me is awaited", "timed_out",
              settings=lambda _world: {"timeout": 10}, token=True,
              arrange=faulty("users_me", Fault(delay=NEVER)))


# ---- a time of day that leaps ----

def clock_rows():
    yield Row("clock", "leaps by hours", "ok", token=True, leaping=True)
    yield Row("clock", "leaps, and no answer of /oauth/token", "unreachable",
              arrange=faulty("token", Fault(delay=NEVER)), waits=True,
              leaping=True)
    yield Row("clock", "leaps, and no answer of users/me", "unreachable",
              arrange=faulty("users_me", Fault(delay=NEVER)), waits=True,
              token=True, leaping=True)
    yield Row("clock", "leaps, and the deadline passes", "timed_out",
              settings=lambda _world: {"timeout": 4}, leaping=True,
              arrange=faulty("token", Fault(delay=NEVER)))


# ---- CXone ----

CXONE_ENDPOINTS = {"token": "/auth/token", "jwks": "/auth/jwks",
                   "userinfo": "/auth/userinfo"}


def keys_awaited(world):
    """Waits until the keys are there, before the answer."""
    log = world.genesys.log
    if not (log.wait("GET", "/auth/jwks") and world.genesys.wait_until_read()):
        world.complaints.append("no keys were fetched")


def keys_came_once(world):
    if world.genesys.log.count("GET", "/auth/jwks") != 1:
        world.complaints.append("the keys were fetched again")


def keys_of_another(world):
    world.genesys.jwks = [world.genesys.published(new_key("another"))]


def cxone_rows():
    place = CXONE_ENDPOINTS
    yield Row("nowhere", "nothing goes wrong with CXone", "ok", cxone=True)
    yield Row("nowhere", "nothing goes wrong with CXone, and there was a "
              "preconnect", "ok", arrange=keys_awaited, heal=keys_came_once,
              warm=True, cxone=True)
    for way in (*ON_THE_WAY, *STATUSES, *CONTENTS):
        if way.name not in CXONE_WAYS and way not in ON_THE_WAY:
            continue
        for endpoint, at in place.items():
            outcome = way.at_api if endpoint == "userinfo" else way.at_token
            yield Row(at, way.name, outcome, heal=trap_is_empty,
                      arrange=faulty(endpoint, way.fault()), waits=way.waits,
                      cxone=True)
    for name, outcome, fault in CXONE_REFUSALS:
        yield Row(place["token"], name, outcome, cxone=True,
                  arrange=faulty("token", fault))
    yield Row(place["jwks"], "200, the keys of another", "token_invalid",
              arrange=keys_of_another, cxone=True)


# ---- names, and a network that swallows; in a network of our own ----

def named(host, name, address):
    """Calls a host by a name that leads to an address, or nowhere."""
    def settings(world):
        name_known(world, name, address)
        return {host + "_url": "https://%s:%d" % (name, world.port(host))}
    return settings


def name_known(world, name, address):
    if address:
        world.names.known[name] = address


def found_again(name):
    return lambda world: name_known(world, name, "127.0.0.1")


def private_rows():
    for host, place in HOSTS.items():
        # of the names that the certificates have
        name = host + ".example.test"
        yield Row(place, "DNS: the name is good", "ok", private=True,
                  settings=named(host, name, "127.0.0.1"), token=True)
        for what, address in (("NXDOMAIN", None), ("no answer", UNANSWERED),
                              ("SERVFAIL", FAILED), ("REFUSED", REFUSED)):
            missing = "%s.%s.test" % (what.replace(" ", "-").lower(), host)
            yield Row(place, "DNS: " + what, "unreachable", private=True,
                      settings=named(host, missing, address), waits=True,
                      token=host == "api", revoked=False)
        yield Row(place, "black hole at connect, by a network that swallows",
                  "unreachable", private=True, waits=True,
                  settings=named(host, "hole.%s.test" % host, NEIGHBOUR),
                  token=host == "api", revoked=False)
    yield Row("API server", "DNS: no answer, and the name is good later",
              "unreachable", private=True, waits=True, token=True,
              settings=named("api", "signin.example.test", UNANSWERED),
              heal=found_again("signin.example.test"))
    yield Row("proxy", "DNS: NXDOMAIN", "unreachable", private=True,
              settings=lambda _world: {"proxy": "http://proxy.test:3128"})
