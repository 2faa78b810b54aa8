#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Writes the seeds of the fuzz targets: inputs in their real formats.

    seeds.py [DIRECTORY]       DIRECTORY/NAME/*, tests/fuzz/corpus by default

Seeds whose name begins with "yes" must be said yes to; tests/fuzz/run.py looks
at that, so that what the targets assert of a success is not asserted of
nothing.  The frames here are docs/PROTOCOL.md's, written a third time.
"""

import base64
import json
import os
import re
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = "6f1c2a9e-0000-4000-8000-0000000000"
CLIENT, ORGANIZATION, ALICE = BASE + "c1", BASE + "f1", BASE + "a1"
GROUP, ROLE, DIVISION = BASE + "d1", BASE + "d2", BASE + "d3"
ALICE_, BOB, LOW, ROOT, CAROL, DAVE, LOCKED, AL, BROKEN, NOBODY = range(10)
PARTNERS, ALLOW_ROOT, EVERY_UID, BY_EMAIL = 0x10, 0x20, 0x40, 0x80
NEED_GROUP, NEED_ROLE, NEED_DIVISION, STAFF = 1, 2, 4, 8


# ---- what is pasted ----

def answers():
    state = "AbCdEfGhIjKlMnOpQrStUv"
    site = "https://signin.example.com/done"
    code = "Qk3-cOdE_of.alice~12"
    yield "code", b"\x8b" + code.encode()
    yield "code-short", b"\x8b" + code[1:].encode()
    yield "code-alone", b"\x0b" + code.encode()
    yield "marks", b"\x8b\x1b[200~" + code.encode() + b"\x1b[201~"
    yield "longest", b"\x8b" + b"x" * 511 + b"y"
    yield "long", b"\x8b" + b"x" * 512 + b"y"
    texts = {
        "query": f"code={code}&state={state}.alice~bastion01",
        "address": f"{site}?code={code}&state={state}.alice~bastion01#top",
        "no-state": f"{site}?code={code}",
        "state-alone": f"{site}?code={code}&state={state}",
        "encoded": f"{site}?code=Qk3%2DcOdE&state=AbCdEfGhIjKlMnOpQrStU%76%2Ealice",
        "earlier": f"code={code}&state=0123456789-_0123456789.alice~bastion01",
        "stranger": f"code={code}&state=QQQQQQQQQQQQQQQQQQQQQQ.alice",
        "refused": f"{site}?error=access_denied&error_description=no+way%21&state={state}",
        "refused-bare": "error=server_error&description=%1b%5bx",
        "both": f"code={code}&error=access_denied",
        "twice": f"code={code}&code={code}x&state={state}",
        "address-twice": f"{site}?code={code}&state={state}.a {site}?code={code}&state={state}.a",
        "chat": f"[{site}?code={code}&state={state}.a]({site}?code={code}&state={state}.a)",
        "two": f"{site}?code={code}&state={state}.a {site}?code={code}x&state={state}.a",
        "state-of-another": f"{site}?code={code} {site}?state={state}.a",
        "beside-authorize": f"{site}?code={code}&state={state}.a {site}?x=code&state={state}.a",
        "cut": f"{site}?code={code}&state={state[:9]}",
        "focus": f"\x1b[O\x1b[I{site}?code={code}&state={state}",
        "focus-text": f"^[[O^[[I{site}?code={code}&state={state}^[[O",
        "mouse": f"\x1b[<35;20;10M\x1b[M !!code={code}&state={state}",
        "osc": f"\x1b]11;rgb:0/0/0\x1b\\\x1bP>|x\x07code={code}&state={state}",
        "report-cut": f"code={code}&state={state}\x1b]11;rgb",
        "password": "Winter2026",
        "broken": f"code=%4&state={state}",
        "marks-bare": f"[200~code={code}&state={state}[201~",
        "quoted": f' "<{site}?code={code}&state={state}.a>" \r\n',
        "empty": " \t\r\n",
        "junk": "\b\n\r\x7fINCORRECT\b\n\r\x7fINCORRECT",
        "control": "abc\x00def",
    }
    for name, text in texts.items():
        yield name, b"\x0b" + text.encode()


# ---- replies ----

USER = {"id": ALICE, "name": "Alice Example", "email": "bob@example.com", "state": "active",
        "division": {"id": DIVISION, "name": "Home"}, "version": 7,
        "groups": [{"id": CLIENT}, {"id": GROUP, "name": "admins"}],
        "authorization": {"roles": [{"id": ROLE, "name": "employee"}], "unusedRoles": []}}
TOKEN = {"organization": {"id": ORGANIZATION, "name": "Acme"},
         "homeOrganization": {"id": ORGANIZATION}, "authorizedScope": ["user-basic-info"],
         "OAuthClient": {"id": CLIENT, "name": "hosts", "organization": {"id": ORGANIZATION}}}
REPLY = {"access_token": "tOkEn-of.alice_0123456789~+/==", "token_type": "bearer",
         "expires_in": 86399}
SUBJECT = {"id": ALICE, "grants": [{"role": {"id": ROLE, "policies": []},
                                    "division": {"id": DIVISION}}]}


def without(object_, *names):
    return {name: value for name, value in object_.items() if name not in names}


def decision(who=0, how=0, user=None, token=None, reply=None):
    parts = [user or USER, token or TOKEN, reply or REPLY, USER, SUBJECT]
    return bytes([who, how]) + b"\x1e".join(
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts)


def decisions():
    carol = dict(USER, email="Carol@Example.com")
    yield "yes-alice", decision()
    yield "yes-bob", decision(BOB)
    yield "yes-low", decision(LOW)
    yield "yes-root", decision(ROOT | ALLOW_ROOT)
    yield "yes-al", decision(AL)
    yield "yes-carol", decision(CAROL | BY_EMAIL, user=carol)
    yield "yes-dave", decision(DAVE | BY_EMAIL | EVERY_UID,
                               user=dict(USER, email="dave@example.com"))
    yield "yes-staff", decision(CAROL | BY_EMAIL, STAFF, user=carol)
    yield "no-staff", decision(DAVE | BY_EMAIL | EVERY_UID, STAFF,
                               user=dict(USER, email="dave@example.com"))
    yield "no-broken", decision(BROKEN)
    yield "yes-gates", decision(0, 7)
    yield "yes-gates-elsewhere", decision(0, 7, user=without(USER, "groups", "authorization"))
    yield "yes-partner", decision(PARTNERS, token=dict(
        TOKEN, homeOrganization={"id": CLIENT}, clonedUser={"id": CLIENT}))
    yield "no-root", decision(ROOT)
    yield "no-carol", decision(CAROL | BY_EMAIL)
    yield "no-locked", decision(LOCKED)
    yield "no-such-account", decision(NOBODY)
    yield "no-clone", decision(token=dict(TOKEN, clonedUser={"id": ALICE}))
    yield "no-home", decision(token=without(TOKEN, "homeOrganization"))
    yield "no-state", decision(user=without(USER, "state"))
    yield "no-inactive", decision(user=dict(USER, state="inactive"))
    yield "no-client", decision(token=dict(TOKEN, OAuthClient={"id": ALICE}))
    yield "no-organization", decision(token=dict(TOKEN, organization={"id": ALICE}))
    yield "no-group", decision(0, 1, user=dict(USER, groups=[]))
    yield "no-division", decision(0, 4, user=dict(USER, division={"id": None}))
    yield "no-twice", decision(user=json.dumps(USER).encode()[:-1] + b',"id":"x"}')
    yield "no-nul", decision(user=dict(USER, state="active\0"))
    yield "no-type", decision(user=dict(USER, id=7))
    yield "no-token", decision(reply=dict(REPLY, token_type="mac"))


# ---- frames ----

def text(value):
    value = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">I", len(value)) + value


def frame(kind, payload=b""):
    return struct.pack(">IBB", len(payload) + 2, VERSION, kind) + payload


VERSION = 9
ROUTE = (b"\0" + text("https://login.mypurecloud.de") + text("https://api.mypurecloud.de")
         + text("") * 5 + b"\0"
         + text("/etc/ssl/ca.pem") + text("http://proxy.example.com:3128")
         + struct.pack(">II", 5, 10) + b"\0")
LABEL = text("alice") + text("sshd") + text("bastion01")


PERSON_OF = b"\0" + text("")  # of Genesys Cloud, which has no issuer
ALL_LIVE = bytes(4)
MISSING = struct.pack(">III", 0xa0, 0, 38)


def verdict(outcome=1, identity=ALICE, token="tOkEn", missing=ALL_LIVE):
    return (bytes([outcome, 0, 0, 0]) + text("the reason") + text("5d2f7b") + PERSON_OF + text(identity)
            + text("bob@example.com") + text("active") + text(CLIENT) + text(ORGANIZATION)
            + text(ORGANIZATION) + b"\0" + text("user-basic-info") + b"\1" + text(GROUP)
            + b"\1" + text(f"{CLIENT} {ROLE}") + b"\0" + text("")
            + struct.pack(">I", 86399) + text(token) + missing)


PORTRAIT = (text("Alice Example") + text("Acme") + text("hosts") + b"\1\1\1\0"
            + struct.pack(">I", 2) + b"\0" + text(GROUP) + text("admins")
            + b"\1" + text(ROLE) + text("employee"))


def request(uid=1000, decoy=0, secret="the-secret"):
    return (ROUTE + LABEL + struct.pack(">I", uid) + text(CLIENT)
            + text("http://localhost/done") + text("https://signin.example.com/s")
            + text("acme") + text("okta") + text("") + struct.pack(">I", 60) + b"\0\0"
            + b"\0\1\1\0" + bytes([decoy]) + b"\1\1\1\1\0"
            + b"\1" + struct.pack(">II", 2, 90000) + text(secret))


def frames():
    yield "request", frame(1, request())
    address = text("https://login.mypurecloud.de/oauth/authorize?state=x")
    yield "ready", frame(2, address + b"\0\0" + ALL_LIVE)
    yield "ready-unreachable", frame(2, address + b"\1\2" + ALL_LIVE)
    yield "ready-missing", frame(2, address + b"\0\1" + MISSING)
    yield "answer", frame(3, text(b"\x1b[200~code=x\x00\xff"))
    yield "answer-empty", frame(3, text(""))
    yield "verdict", frame(4, verdict())
    yield "verdict-missing", frame(4, verdict(missing=MISSING))
    yield "verdict-denial", frame(4, verdict(5, "", ""))
    yield "keep", frame(5)
    yield "revoke", frame(6)
    yield "revoke-request", frame(7, ROUTE + LABEL + struct.pack(">IQ", 60, 1790000000)
                                  + text("tOkEn"))
    yield "token-request", frame(8, ROUTE + b"\1" + struct.pack(">I", 15) + text("tOkEn"))
    yield "token-reply", frame(9, verdict(token="") + PORTRAIT)
    yield "granted", frame(10)
    yield "probe-request", frame(11, ROUTE + text(CLIENT) + text("https://signin.example.com/done")
                                 + text("") + text("") + b"\1" + struct.pack(">I", 45))
    reach = (b"\5\0" + text("") + struct.pack(">5I", 1, 20, 0, 40, 20) + text("192.0.2.1")
             + text("TLSv1.3") + struct.pack(">IIQQQ", 401, 0, 4000000000, 1790000000, 1790000001))
    failed = (b"\1\2" + text("Couldn't connect to server") + struct.pack(">5I", 1, 0, 0, 0, 0)
              + text("") + text("") + bytes(32))
    authorize = struct.pack(">I", 302) + b"\1" + text("invalid_request") + text("https://x/cb")
    yield "probe-reply", frame(12, text("") + MISSING + reach + failed + authorize
                               + struct.pack(">I", 400) + b"\0" + text("") + text("") + b"\0"
                               + struct.pack(">I", 1) + text("") + struct.pack(">I", 200)
                               + text("https://i") + 4 * text("") + b"\0\1\1\0\0")
    yield "revoking", frame(13)
    yield "two", frame(5) + frame(6)
    yield "version", struct.pack(">IBB", 2, 1, 5)
    yield "long", struct.pack(">IBB", 0x7fffffff, VERSION, 4)


# ---- whole sign-ins ----

READY = (2, b"")
SESSION, EXPORT_ENV, EXPORT_FILE, NOT_ROOT, SUDO, DEBUG = 0x40, 0x08, 0x10, 1, 4, 0x20
CALLS = ("malloc calloc open fstat read write socketpair pipe socket connect fork pidfd_open "
         "pidfd_signal exec poll send recv waitpid getpwnam getpwuid getrandom gethostname "
         "mmap clock child get_user get_item set_data putenv getgrnam").split()


def said(outcome=1, flags=0, **fields):
    """A verdict by choices: 0 is right, 1 is missing, 2 is wrong."""
    names = "id email state client organization home groups roles divisions token expires".split()
    values = dict({"expires": 86}, **fields)
    return (3, bytes([outcome, flags] + [values.get(name, 0) for name in names]))


def sign_in(*records, who=0, how=0, options=0, more=2, faults=(), replies=()):
    out = bytes([who, how, options, more, len(faults)])
    for call, nth, way in faults:
        out += struct.pack(">BHB", CALLS.index(call), nth, way)
    out += bytes([len(replies)])
    for result, meanwhile, pasted in replies:
        out += bytes([result, meanwhile, len(pasted)]) + pasted
    for kind, content in records:
        length = content if isinstance(content, int) else len(content)
        out += struct.pack(">BH", kind, length) + (b"" if isinstance(content, int) else content)
    return out


def sign_ins():
    ok = (READY, said())
    yield "yes-alice", sign_in(*ok)
    yield "yes-sudo", sign_in(*ok, options=SUDO | DEBUG)
    yield "yes-bob", sign_in(*ok, who=BOB)
    yield "yes-root", sign_in(*ok, who=ROOT | ALLOW_ROOT)
    yield "yes-al", sign_in(*ok, who=AL)
    yield "yes-gates", sign_in(*ok, how=7)
    yield "yes-partner", sign_in(READY, said(flags=4, home=2), who=PARTNERS)
    yield "yes-carol", sign_in(READY, said(email=4), who=CAROL | BY_EMAIL)
    yield "yes-env", sign_in(*ok, options=EXPORT_ENV | SESSION)
    yield "yes-file", sign_in(*ok, options=EXPORT_FILE | SESSION)
    yield "yes-env-alone", sign_in(*ok, options=EXPORT_ENV)
    yield "yes-env-elsewhere", sign_in(*ok, options=EXPORT_ENV | SESSION, more=0x62)
    yield "yes-file-elsewhere", sign_in(*ok, options=EXPORT_FILE | SESSION, more=0x62)
    yield "yes-staff", sign_in(READY, said(email=4), who=CAROL | BY_EMAIL, how=STAFF)
    yield "no-staff", sign_in(READY, said(email=8), who=DAVE | BY_EMAIL | EVERY_UID, how=STAFF)
    yield "no-broken", sign_in(*ok, who=BROKEN)
    yield "fault-settle", sign_in(*ok, options=EXPORT_ENV, faults=[("send", 2, 2)])
    yield "fault-file-write", sign_in(*ok, options=EXPORT_FILE | SESSION, faults=[("write", 0, 6)])
    yield "fault-file-random", sign_in(*ok, options=EXPORT_FILE, faults=[("getrandom", 0, 0)])
    yield "yes-not-root", sign_in(*ok, options=NOT_ROOT)
    yield "yes-second", sign_in(READY, said(17), READY, said(), replies=[(0, 0, b"zzz")])
    yield "yes-unreachable", sign_in(READY, said(17), (2, b"https://x/y"), said(),
                                     replies=[(0, 0, b"zzz")])
    yield "yes-again", sign_in(*ok, replies=[(1, 0, b"")])
    yield "yes-slow", sign_in(READY, (4, 30), said())
    yield "yes-frame", sign_in((1, b"\2" + text("https://x/") + bytes(6)), (1, b"\4" + verdict()))
    yield "yes-bytes", sign_in((0, frame(2, text("https://x/") + bytes(6)) + frame(4, verdict())))
    lacking = (2, b"https://x/")  # by its length, see record_put
    yield "yes-missing", sign_in(lacking, said())
    yield "yes-missing-later", sign_in(READY, said(flags=0x40))
    yield "yes-strict", sign_in(*ok, more=0x82)
    yield "no-missing-strict", sign_in(lacking, said(), more=0x82)
    yield "no-missing-strict-later", sign_in(READY, said(flags=0x40), more=0x82)
    for outcome in (0, 6, 16, 18, 20):
        yield f"no-outcome-{outcome}", sign_in(READY, said(outcome))
    for field in "id state client organization home".split():
        yield f"no-{field}", sign_in(READY, said(**{field: 2}))
    yield "no-field", sign_in(READY, said(id=1, state=1, client=1, organization=1, home=1))
    for field in "groups roles divisions".split():
        yield f"no-{field}", sign_in(READY, said(**{field: 2}), how=7)
        yield f"no-{field}-missing", sign_in(READY, said(**{field: 7}), how=7)
    yield "no-junk", sign_in(READY, said(flags=2))
    yield "no-clone", sign_in(READY, said(flags=4))
    yield "no-such-account", sign_in(*ok, who=NOBODY)
    yield "no-locked", sign_in(*ok, who=LOCKED)
    yield "no-root", sign_in(*ok, who=ROOT)
    yield "no-other", sign_in(*ok, who=ROOT | ALLOW_ROOT, options=NOT_ROOT)
    yield "no-silence", sign_in(READY, (5, b""))
    yield "no-late", sign_in(READY, (4, 1200), said())
    yield "no-end", sign_in(READY)
    yield "no-verdict-first", sign_in(said(), READY)
    yield "no-conversation", sign_in(*ok, options=2)
    for change in range(1, 5):
        yield f"no-change-{change}", sign_in(*ok, replies=[(0, change, b"x")])
    yield "no-answer", sign_in(*ok, replies=[(2, 0, b"")])
    yield "no-bare", sign_in(READY, said(16), READY, said(16), replies=[(4, 0, b""), (8, 0, b"")])
    for call in CALLS:
        yield f"fault-{call}", sign_in(
            *ok, faults=[(call, 0, 0)], options=EXPORT_ENV | SESSION,
            who=CAROL | BY_EMAIL if call == "getgrnam" else 0, how=STAFF)
    # another user, and a fault after the verdict
    for call, nth in (("getpwnam", 4), ("getpwuid", 4), ("malloc", 60), ("get_item", 9),
                      ("recv", 6), ("poll", 5), ("mmap", 1), ("send", 2), ("clock", 20)):
        yield f"no-fault-{call}", sign_in(READY, said(id=2), options=EXPORT_ENV,
                                          faults=[(call, nth, 0)])
    yield "no-fault-owner", sign_in(*ok, faults=[("fstat", 1, 1)])
    yield "no-fault-mode", sign_in(*ok, faults=[("fstat", 1, 2)])
    yield "no-fault-map", sign_in(*ok, faults=[("fstat", 4, 2)])
    yield "fault-stubborn", sign_in(*ok, faults=[("child", 0, 1)])
    yield "fault-stubborn-old", sign_in(*ok, faults=[("child", 0, 1), ("pidfd_open", 0, 1)])
    yield "fault-bytewise", sign_in(*ok, faults=[("recv", 0, 0xff), ("send", 1, 0xff)])
    yield "fault-reaped", sign_in(*ok, faults=[("waitpid", 0, 0)])
    yield "fault-memory", sign_in(*ok, faults=[("malloc", 20, 0)], options=EXPORT_FILE)


# ---- configurations and map files ----

BASIC = f"""# pam_gcpkce
region = eu-central-1
client_id = {CLIENT}
redirect_uri = https://signin.example.com/done
organization = {ORGANIZATION}
"""


def configuration(main=BASIC, site="", host="", *arguments, purpose=0):
    parts = [main, site, host, *arguments]
    return bytes([purpose]) + b"\x1e".join(part.encode() for part in parts)


def configurations():
    with open(os.path.join(HERE, "../../etc/pam_gcpkce.conf"), encoding="utf-8") as example:
        yield "example", configuration(example.read())
    for purpose in range(4):
        yield f"yes-basic-{purpose}", configuration(purpose=purpose)
    yield "yes-token", configuration("region = mypurecloud.com\n", purpose=3)
    yield "yes-drop-ins", configuration(BASIC, "timeout = 3600\ndebug = yes\n",
                                        "timeout = 1\nmin_uid =\n", "attempts=20", "preconnect=no")
    yield "yes-urls", configuration(BASIC.replace("region = eu-central-1", (
        "login_url = http://127.0.0.1:8080\napi_url = https://[::1]:443/x")))
    yield "yes-all", configuration(BASIC + f"""
client_secret_file = /etc/security/secret
partner_logins = yes
signin_org = acme
signin_provider = okta
force_signin = yes
dialogue = split
map = file, email, localpart
map_file = /etc/security/map
email_domains = example.com,example.org
account_group = staff
require_group = {GROUP}
require_role = {ROLE},{GROUP}
require_division = {DIVISION}
allow_root = yes
preconnect_max = 0
remember = 28800
export = file
token_env = TOKEN
region_env = REGION
region_value = domain
revoke = never
ca_file = /etc/ssl/ca.pem
proxy = http://proxy.example.com:3128
connect_timeout = 300
request_timeout = 1
helper_user = nobody
sandbox = default
""")
    yield "no-root", configuration(BASIC + "export = env\n", purpose=0x10)
    yield "no-empty", configuration("")
    yield "no-loopback", configuration(BASIC + "callback = loopback\nstart_url = https://x.org\n")
    yield "loopback", configuration(re.sub("redirect_uri = .*", "redirect_uri = http://[::1]:8400/",
                                           BASIC) + "callback = loopback\n")
    yield "no-twice", configuration(BASIC + "region = eu-west-2\n")
    yield "no-key", configuration(BASIC + "Region = x\nno equals\n= y\n", "", "", "x", "=", "conf=y")
    yield "no-bytes", configuration(BASIC + "timeout = \x1b[0m\nmap =\0\n")
    yield "no-number", configuration(BASIC + "timeout = 99999999999999999999\nmin_uid = -1\n")
    yield "no-long", configuration(BASIC + "proxy = http://" + "x" * 600 + "\n")
    yield "no-ca", configuration(BASIC + "ca_file = /nowhere\n")
    yield "no-pairs", configuration(BASIC + "signin_org = x\nmap = localpart\ntoken_env = A\n"
                                    "region_env = A\n")


def maps():
    alice, bob = f"alice id:{ALICE}\n", "bob email:bob@example.com\n"
    texts = {
        "yes-alice": (0, alice + bob),
        "yes-bob": (1, alice + bob),
        "yes-second": (0, f"alice email:x@example.org\nalice\tid:{CLIENT} id:{ALICE} # both\n"),
        "yes-al": (7, f"al id:{ALICE}"),
        "yes-crlf": (0, f"alice id:{ALICE}\r\n"),
        "yes-brackets": (0, f"[jo hn] -\n[alice] id:{ALICE}\n"),
        "yes-root": (3, f"root id:{ALICE}\n"),
        "no-dash": (0, "alice -\n"),
        "no-quotes": (0, f'"alice" id:{ALICE}\n[alice\nAlice@example.test -\nal%69ce -\n'),
        "no-dash-before": (0, "alice -\n" + alice),
        "no-dash-after": (0, alice + "alice - # gone\n"),
        "no-both": (0, f"alice - id:{ALICE}\n"),
        "no-none": (0, "alice\nalice #\n"),
        "no-upper": (0, alice.upper() + f"alice id:{ALICE.upper()}\n"),
        "no-other": (0, f"alice2 id:{ALICE}\n#alice id:{ALICE}\n"),
        "no-comment": (0, f"alice id:{CLIENT} #id:{ALICE}\n"),
        "no-email": (1, "bob email:bob@example.com@example.com\n"),
        "no-word": (1, "bob bob@example.com\n"),
        "no-nul": (0, f"alice\0 id:{ALICE}\nalice id:{ALICE}\0\n"),
        "no-account": (8, alice),
    }
    for name, (who, content) in texts.items():
        yield name, bytes([who]) + content.encode()


# ---- replies of the two hosts ----

def replies():
    bodies = {
        "token": REPLY,
        "token-alone": without(REPLY, "expires_in"),
        "token-type": dict(REPLY, token_type="MAC"),
        "token-refresh": dict(REPLY, refresh_token="x", scope="a b"),
        "token-long": dict(REPLY, access_token="x" * 8193),
        "token-longest": dict(REPLY, access_token="x" * 8192),
        "token-line": dict(REPLY, access_token="abc\r\nSet-Cookie: x"),
        "token-nul": dict(REPLY, access_token="abc\0def"),
        "token-empty": dict(REPLY, access_token=""),
        "token-escaped": b'{"access_token":"\\u0041\\u0062\\/c","token_type":"Bearer"}',
        "expires-zero": dict(REPLY, expires_in=0),
        "expires-text": dict(REPLY, expires_in="86399"),
        "expires-huge": dict(REPLY, expires_in=10 ** 30),
        "expires-real": dict(REPLY, expires_in=1.5e3),
        "expires-null": dict(REPLY, expires_in=None),
        "twice": b'{"access_token":"a","access_token":"b","token_type":"bearer"}',
        "quotes": b"{'access_token':'a'}",
        "zeros": b'{"expires_in":007}',
        "deep": b"[" * 17 + b"]" * 17,
        "surrogates": b'{"x":"\\ud83d\\ude00\\ud83d"}',
        "utf8": '{"x":"\u20ac\U0001f600"}'.encode() + b"\xc3",
        "behind": json.dumps(REPLY).encode() + b"x",
        "html": b"<html><body>502</body></html>",
        "array": [REPLY],
        "cut": json.dumps(REPLY).encode()[:-9],
    }
    for name, body in bodies.items():
        yield name, body if isinstance(body, bytes) else json.dumps(body).encode()


def refusals():
    def refused(status, body, circumstances=b"\0\0"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return struct.pack(">H", status) + circumstances + body

    words = ("invalid_grant invalid_client unauthorized_client invalid_request "
             "unsupported_grant_type invalid_scope access_denied").split()
    for word in words:
        yield word, refused(400, {"error": word, "error_description": "it is not found"})
    yield "grant-again", refused(401, {"error": "invalid_grant"}, b"\4\377")
    yield "grant-ours", refused(400, {"error": "invalid_grant", "description": "expired"}, b"\2\1")
    yield "client-of-cxone", refused(400, {"error": "invalid_client",
                                           "error_description": "it is not found"}, b"\77\0")
    yield "client-secret", refused(401, {"error": "invalid_client"}, b"\1\0")
    yield "rate", refused(400, {"error": "invalid_request",
                                "error_description": "Rate limit exceeded the maximum"})
    yield "rate-429", refused(429, {"message": "slow down", "code": "too.many.requests",
                                    "status": 429, "contextId": "5d2f7b"})
    for status in (200, 302, 401, 403, 404, 499, 500, 503, 599):
        yield f"status-{status}", refused(status, {"message": "m\x1b[31m", "code": "c",
                                                   "contextId": "c" * 70})
    yield "escapes", refused(400, b'{"error":"invalid_\\u0067rant","description":"\\u0000\\n"}')
    yield "html", refused(502, b"<html>")
    yield "empty", refused(400, b"")
    form = "grant_type=authorization_code&code=Qk3-cOdE_of.alice~1&client_id=client"
    for name, quote in {
            "form": form, "form-cut": form[:43], "bearer": "Bearer T0+k/En-of.alice~1==",
            "percent": "token=T0%2Bk%2fEn-of.alice~1", "secret": "client:sEcReT:of%25the client",
            "basic": "Basic Y2xpZW50OnNFY1JlVDpvZiV0aGUgY2xpZW50",
            "none": "Basic eHh4Onl5eQ=="}.items():
        yield f"echo-{name}", refused(503, {"error": "server_error",
                                            "error_description": f"upstream failed for: {quote}"})
    yield "echo-name", refused(400, {"error": form, "contextId": "T0+k/En-of.alice~1=="})


# ---- stacks of pam.d ----

def stacks():
    ours = "auth required pam_gcpkce.so\n"
    for name, parts in {
            "yes-plain": (ours,),
            "yes-debian": ("auth sufficient pam_gcpkce.so timeout=50\n@include a\n", """\
auth [success=1 default=ignore] pam_unix.so nullok
auth requisite pam_deny.so
auth required pam_permit.so
""", "", ours),
            "yes-substacks": ("auth substack a\nauth substack a\n" + ours,
                              "auth [success=1 default=ignore] pam_gcpkce.so\nauth substack b\n"
                              "auth required pam_permit.so\n",
                              "auth [success=done default=reset] pam_sss.so\n"),
            "yes-words": ("-AUTH Required \\\n pam_gcpkce.so [a b\\] c] # x\n",),
            "yes-other": ("account required pam_permit.so\n", "", "", ours),
            "jump-too-far": ("auth [success=3 default=die] pam_gcpkce.so\n" + ours,),
            "loop": ("auth include a\n", "auth substack b\n", "@include a\n"),
            "no-file": (ours + "auth include nowhere\n",),
            "no-end": (ours + "auth required \\",),
            "nothing": ("auth\nauth required\natuh x y\n[\n@include\n",),
            "pairs": ("auth [success=okdefault=bad] x\nauth [default=0] x\nauth [] []\n",)}.items():
        yield name, "\x1e".join(parts).encode()


# ---- what is handed to explain ----

def explained():
    address = ("https://login.mypurecloud.de/oauth/authorize?response_type=code&client_id="
               "11111111-2222-4333-8444-555555555555&redirect_uri=https%3A%2F%2Fhost.example%2F"
               "callback&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
               "&code_challenge_method=S256&org=a&provider=b")
    body = '{"error":"invalid_client","description":"client not found"}'
    texts = {
        "authorize": address, "authorize-hex": address.replace("E9M", "13d31e961a1ad8ec2f16b1"),
        "redirect": "http://host.example:1/callback/?error=access_denied&error_description=a+%62",
        "code": "https://host.example/callback?code=abc&state=x",
        "token": "https://host.example/callback#access_token=abc", "body": body,
        "api": '{"code":"not.authorized","message":"m","status":403}',
        "reply": f"HTTP/1.1 100 Continue\r\n\r\nHTTP/2 400\r\na: b\r\n\r\n{body}",
        "journal": 'cause="POST /oauth/token: 400 invalid_client: client not found; likely: x"',
        "status": "429 Too Many Requests", "page": "<html>", "nothing": "",
    }
    for name, text in texts.items():
        yield name, b"\0" + text.encode()
        yield f"{name}-conf", b"\3" + text.encode()


# ---- what browsers ask the listener ----

def requests():
    """Of a browser and of others, each to a listener that shows this state."""
    state = "AbCdEfGhIjKlMnOpQrStUv.a~b"
    chrome = ("Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0\r\n"
              "Accept: text/html,*/*;q=0.8\r\nSec-Fetch-Mode: navigate\r\nCookie: a=b; c=d\r\n")

    def asked(target, fields=chrome, method="GET", version="HTTP/1.1", share=128):
        head = f"{method} {target} {version}\r\nHost: localhost:8400\r\n{fields}\r\n"
        return bytes([share]) + head.encode("latin-1")

    yield "code", asked(f"/back?code=Qk3-cOdE_of.alice~1&state={state}")
    yield "code-alone", asked("/back?Qk3-cOdE")
    yield "other-state", asked(f"/back?code=x&state={state[:21]}x")
    yield "earlier-state", asked("/back?code=x&state=0123456789-_0123456789")
    yield "error", asked(f"/back?error=access_denied&error_description=%3Cb%3E&state={state}")
    yield "head", asked("/back?code=x", method="HEAD")
    yield "favicon", asked("/favicon.ico")
    yield "old", asked("/?", "", version="HTTP/1.0", share=255)
    yield "http2", b"\x40PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "tls", b"\x40\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    yield "two-hosts", asked("/", "Host: other\r\n")
    yield "folded", asked("/", "A: b\r\n c\r\n")
    yield "body", asked("/", "Content-Length: 3\r\n", method="POST") + b"a=b"
    yield "chunked", asked("/", "Transfer-Encoding: chunked\r\n")
    yield "cookies", asked("/", "Cookie: \xe4" + "x" * 3000 + "\r\n")


# ---- remembered sign-ins ----

RAW, CHECKSUM, SPLICED = range(3)


def checksum(data):
    """FNV-1a."""
    total = 0xcbf29ce484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001b3 % 2**64
    return total


def identity(groups=None, roles=None, divisions=None, cloned=False, **changes):
    person = {"id": ALICE, "email": "bob@example.com", "state": "active", "client": CLIENT,
              "organization": ORGANIZATION, "home": ORGANIZATION, **changes}
    lists = b"".join(bytes([ids is not None]) + text(ids or "") for ids in (groups, roles, divisions))
    return PERSON_OF + b"".join(text(value) for value in person.values()) + bytes([cloned]) + text("") + lists


def remembered(who=ALICE_, how=0, mode=SPLICED, made=1000, lasts=600, remember=600, now=1001, **changes):
    times = struct.pack(">QQ", made, lasts)
    return struct.pack(">BBBHI", who, how, mode, remember, now) + times + identity(**changes)


def alices_file(**changes):
    """All of a file, as module/remember.c makes it for alice."""
    key = (' account="alice" service="sshd" provider="genesys" issuer="" authorize_url="" token_url=""'
           ' jwks_url="" userinfo_url="" nonce="require" userinfo="no" login_url="" api_url=""'
           f' client_id="{CLIENT}" organization="{ORGANIZATION}" partner_logins="no" signin_org=""'
           ' signin_provider="" force_signin="no" map="100" map_file=""'
           ' require_group="" require_role="" require_division=""'
           ' rhost="192.0.2.7" key="ssh-ed25519 AAAA"')
    fields = (text("alice") + struct.pack(">IQQ", 2001, 1000, 600) + text(key) + identity(**changes))
    return fields, struct.pack(">IQ", 2, checksum(fields)) + fields


def remembered_files():
    gates = {"groups": f"{CLIENT} {GROUP}", "roles": ROLE, "divisions": DIVISION}
    carol = {"email": "Carol@Example.com"}
    yield "yes-alice", remembered()
    yield "yes-last-second", remembered(now=1599)
    yield "yes-bob", remembered(BOB)
    yield "yes-root", remembered(ROOT | ALLOW_ROOT)
    yield "yes-carol", remembered(CAROL | BY_EMAIL, **carol)
    yield "yes-staff", remembered(CAROL | BY_EMAIL, STAFF, **carol)
    yield "yes-partner", remembered(PARTNERS, home=CLIENT)
    yield "yes-gates", remembered(0, 7, **gates)
    fields, file = alices_file()
    head = struct.pack(">BBBHI", 0, 0, RAW, 600, 1001)
    yield "yes-raw", head + file
    yield "yes-checksum", struct.pack(">BBBHI", 0, 0, CHECKSUM, 600, 1001) + fields
    yield "no-version", head + b"\0\0\0\1" + file[4:]
    yield "no-checksum", head + file[:-1] + b"x"
    yield "no-cut", head + file[:-1]
    yield "no-more", head + file + b"\0"
    yield "no-empty", head
    yield "no-key", struct.pack(">BBBHI", 0, 4, CHECKSUM, 600, 1001) + fields
    yield "no-over", remembered(now=1600)
    yield "no-shorter", remembered(remember=1)
    yield "no-never", remembered(made=0, now=1)
    yield "no-future", remembered(made=1002)
    yield "no-off", remembered(remember=0)
    yield "no-root", remembered(ROOT)
    yield "no-carol", remembered(CAROL | BY_EMAIL)
    yield "no-locked", remembered(LOCKED)
    yield "no-nobody", remembered(NOBODY)
    yield "no-clone", remembered(cloned=True)
    yield "no-home", remembered(home="")
    yield "no-id", remembered(id="")
    yield "no-state", remembered(state="inactive")
    yield "no-client", remembered(client=ALICE)
    yield "no-organization", remembered(organization=ALICE)
    yield "no-group", remembered(0, 1, groups="")
    yield "no-groups", remembered(0, 1)


# ---- id_tokens, and the keys that sign them ----

with open(os.path.join(HERE, "token.h"), encoding="utf-8") as header:
    KEY_N, SIGNED = ("".join(re.findall(r'"(.*)"', part)) for part in re.findall(
        r"^#define TOKEN(?:_N)? (.*?[^\\])\n(?![\t])", header.read(), re.MULTILINE | re.DOTALL))


def base64url(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def tokens():
    def token(header, claims=b"{}", signature="AQ"):
        header = header if isinstance(header, bytes) else json.dumps(header).encode()
        return f"{base64url(header)}.{base64url(claims)}.{signature}".encode()

    good = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    yield "signed", SIGNED.encode()
    yield "good", token(good)
    for name, value in {"alg": "none", "typ": "at+jwt", "crit": ["exp"], "b64": False,
                        "kid": "x" * 257, "jwk": {"kty": "RSA"}, "jku": "https://a.example"}.items():
        yield name, token({**good, name: value})
    yield "type", token({**good, "typ": "application/JWT"})
    yield "twice", token(b'{"alg":"none","\\u0061lg":"RS256"}')
    yield "half", token(b'{"alg":"RS256","x":"\\ud83d"}')
    yield "spare", token(good, signature="AR")
    yield "padded", token(good, signature="AQ==")
    yield "dots", b"." * 100
    yield "json", b'{"protected":"e30","payload":"e30","signature":"AQ"}'


def key_sets():
    key = {"kty": "RSA", "kid": "k1", "n": KEY_N, "e": "AQAB"}
    sets = {
        "yes-bare": [key],
        "yes-whole": [{**key, "use": "sig", "alg": "RS256", "key_ops": ["sign", "verify"]}],
        "yes-beside": [{"kty": "oct", "k": "AQ", "kid": "k1"}, {}, 7, {**key, "n": "AQ"}, key],
        "yes-twice": [{**key, "n": KEY_N[:-2] + "AQ"}, key],
        "none": [], "use": [{**key, "use": "enc"}], "alg": [{**key, "alg": "PS256"}],
        "ops": [{**key, "key_ops": ["encrypt"]}], "private": [{**key, "d": "AQ"}],
        "kid": [{**key, "kid": "k2"}], "no-kid": [{"kty": "RSA", "n": KEY_N, "e": "AQAB"}],
        "one": [{**key, "e": "AQ"}], "even": [{**key, "n": KEY_N[:-1] + "A"}],
        "many": [key] * 9, "zeros": [{**key, "n": "AAAA" + KEY_N}], "ec": [{**key, "kty": "EC"}],
    }
    for name, keys in sets.items():
        yield name, json.dumps({"keys": keys}).encode()
    yield "object", json.dumps({"keys": key}).encode()
    yield "html", b"<html>"


def claims():
    user, tenant = "11ef1287-04bf-8540-8a7e-0242ac110004", "11eb0b5e-1111-4222-8333-0242ac110002"
    good = {"iss": "https://idp.example", "aud": "app", "sub": f"user:{user}", "userId": user,
            "tenantId": tenant, "nonce": "n0nce", "iat": 1700000000, "exp": 1700003600}
    rows = {
        "yes-good": {}, "yes-list": {"aud": ["app"]}, "yes-azp": {"azp": "app"},
        "yes-nbf": {"nbf": 1700000070}, "yes-at-hash": {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},
        "yes-names": {"name": "\u20ac\x1b[31m", "icBUId": 7, "act": None},
        "iss": {"iss": "https://idp.example/"}, "aud": {"aud": ["app", "other"]},
        "azp": {"azp": ""}, "exp": {"exp": 1e300}, "exp-text": {"exp": "1700003600"},
        "iat": {"iat": 1700000071}, "nbf": {"nbf": 1700000071}, "nonce": {"nonce": ["n0nce"]},
        "at-hash": {"at_hash": "77QmUPtjPfzWtF2AnpK9RA"}, "act": {"Act": {}},
        "impersonation": {"impersonatingUserTenantId": tenant}, "sub": {"sub": user},
        "tenant": {"tenantId": user}, "life": {"exp": 1800000000},
    }
    for name, more in rows.items():
        yield name, b"\0" + json.dumps({**good, **more}).encode()
    yield "yes-no-nonce", b"\1" + json.dumps(without(good, "nonce")).encode()
    yield "no-nonce", b"\0" + json.dumps(without(good, "nonce")).encode()
    yield "nul", b'\0{"iss\\u0000":"https://idp.example"}'


def greetd_replies():
    address = ("https://login.example/oauth/authorize?response_type=code&client_id=c"
               "&redirect_uri=https%3A%2F%2Fhost.example%2Fcallback&state=s")

    def message(kind, text):
        return {"type": "auth_message", "auth_message_type": kind, "auth_message": text}
    rows = {
        "yes-page": message("info", f"\nRefused.\n\nSign in:\n\n{address}\n"),
        "yes-start": message("visible", "Sign in:\n https://go.example/s#abc.alice \r\nPaste: "),
        "token": message("info", address.replace("=code", "=token")),
        "two": message("info", address + "&redirect_uri=https://b.example/"),
        "secret": message("secret", "Pass\u200bw\u00f6rd\x1b[31m: "),
        "error": message("error", "\ufffd\x00"), "kind": message("hidden", ""),
        "success": {"type": "success"},
        "denied": {"type": "error", "error_type": "auth_error", "description": "pam"},
        "failed": {"type": "error", "error_type": "error", "description": "\"\\\n"},
        "missing": {"type": "auth_message", "auth_message_type": "info"},
    }
    for name, row in rows.items():
        text = json.dumps(row).encode()
        yield name, text if name == "two" else struct.pack("=I", len(text)) + text
    yield "long", struct.pack("=I", 65537) + b"{}"


TARGETS = {"remembered": remembered_files, "jws": tokens, "jwks": key_sets, "claims": claims, "greetd": greetd_replies,
           "config": configurations, "map": maps, "reply": replies, "refusal": refusals,
           "explain": explained, "stack": stacks, "listener": requests,
           "answer": answers, "decision": decisions, "wire": frames, "authenticate": sign_ins}


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "corpus")
    for target, seeds in TARGETS.items():
        os.makedirs(os.path.join(directory, target), exist_ok=True)
        for name, content in seeds():
            with open(os.path.join(directory, target, name), "wb") as file:
                file.write(content)


if __name__ == "__main__":
    main()
