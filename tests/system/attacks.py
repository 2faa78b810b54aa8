# SPDX-License-Identifier: ISC
"""Hostile identities, and what each of them must give.

A row is one sign-in: what the fake Genesys Cloud server is made to say of a
person, the account asked for, the host's map and configuration, and the one
outcome that is right.  The few rows with "ok" are the controls: they show
that the row beside them fails for the reason it names.
"""

from dataclasses import dataclass, field
from typing import Any, List, Tuple

from faults import REMOVED
from people import FAR_NAMES, lasting_id

ALICE, BOB, CAROL = (
    lasting_id("person/" + key) for key in ("alice", "bob", "carol"))
ORGANIZATION = lasting_id("organization")
PARTNER = lasting_id("partner")
ELSEWHERE = lasting_id("elsewhere")
CLIENT = lasting_id("client/public")
OTHER_CLIENT = lasting_id("client/confidential")
OPERATORS, AGENTS = (
    lasting_id("group/" + name) for name in ("operators", "agents"))
ADMIN, SUPERVISOR = (
    lasting_id("role/" + name) for name in ("admin", "supervisor"))
HOME, SUPPORT = (
    lasting_id("division/" + name) for name in ("Home", "Support"))

MAP = [f"alice id:{ALICE}", "bob email:bob@example.test",
       f"ops id:{ALICE} id:{BOB}", f"root id:{ALICE}"]
BY_EMAIL = {"map": "email", "email_domains": "example.test"}
BY_LOCALPART = {"map": "localpart", "email_domains": "example.test"}
BY_FILE_FIRST = {"map": "file, localpart", "email_domains": "example.test"}
ROOT_ALLOWED = {"allow_root": "yes"}

DENIED = "not_mapped"
INCOMPLETE = "identity_incomplete"


@dataclass
class Row:
    """One sign-in; user, token and reply change what the fake server says."""

    sentence: str
    outcome: str
    user: Any = field(default_factory=dict)
    token: Any = field(default_factory=dict)
    reply: Any = field(default_factory=dict)
    account: str = "alice"
    person: str = "alice"
    map: List[str] = field(default_factory=lambda: MAP)
    conf: dict = field(default_factory=dict)
    broken: Tuple[str, ...] = ()  # endpoints that answer with 404
    unopened: bool = False  # no user could sign in to the account


def ids():
    """The person's id, changed; alice is mapped by hers."""
    for sentence, value, outcome in (
            ("the right id", ALICE, "ok"),
            ("another person's id", BOB, DENIED),
            ("an id cut by a character", ALICE[:-1], DENIED),
            ("an id cut at its first hyphen", ALICE[:8], DENIED),
            ("an id of one character", ALICE[0], DENIED),
            ("an id with a character behind", ALICE + "0", DENIED),
            ("an id with a character before", "0" + ALICE, DENIED),
            ("an id with a second one behind", ALICE + "-" + BOB, INCOMPLETE),
            ("an id twice", ALICE + ALICE, INCOMPLETE),
            ("an id with another last character", ALICE[:-1] + "_", DENIED),
            ("an id in capitals", ALICE.upper(), DENIED),
            ("an id without hyphens", ALICE.replace("-", ""), DENIED),
            ("an id with its prefix of the map", "id:" + ALICE, INCOMPLETE),
            ("an id in braces", "{" + ALICE + "}", INCOMPLETE),
            ("an id behind a space", " " + ALICE, INCOMPLETE),
            ("an id before a space", ALICE + " ", INCOMPLETE),
            ("an id before a newline", ALICE + "\n", INCOMPLETE),
            ("an id before a NUL", ALICE + "\0", INCOMPLETE),
            ("an id before a NUL and more", ALICE + "\0x", INCOMPLETE),
            ("a NUL before an id", "\0" + ALICE, INCOMPLETE),
            ("an id with ESC", ALICE + "\x1b[2K", INCOMPLETE),
            ("an id with DEL", ALICE + "\x7f", INCOMPLETE),
            ("an id with a C1 control", ALICE + "\x85", INCOMPLETE),
            ("an id with a space of no width", ALICE + "\u200b", INCOMPLETE),
            ("an id with a full-width digit", "\uff11" + ALICE[1:],
             INCOMPLETE),
            ("an id and another, parted by a comma", f"{BOB},{ALICE}",
             INCOMPLETE),
            ("an id and another, parted by a space", f"{BOB} {ALICE}",
             INCOMPLETE),
            ("an id with a slash", "../" + ALICE, INCOMPLETE),
            ("an empty id", "", INCOMPLETE),
            ("a dash as the id", "-", DENIED),
            ("an asterisk as the id", "*", INCOMPLETE),
            ("no id", REMOVED, INCOMPLETE),
            ("null as the id", None, INCOMPLETE),
            ("a number as the id", 7, INCOMPLETE),
            ("true as the id", True, INCOMPLETE),
            ("a list as the id", [ALICE], INCOMPLETE),
            ("an object as the id", {"id": ALICE}, INCOMPLETE),
            ("an id of a megabyte's quarter", "a" * 250000, INCOMPLETE)):
        yield Row(sentence, outcome, user={"id": value})
    yield Row("an id in another member", DENIED, person="bob",
              user={"userId": ALICE, "selfUri": "/api/v2/users/" + ALICE,
                    "Id": ALICE, "name": ALICE, "username": ALICE})
    yield Row("an id member in capitals only", INCOMPLETE,
              user={"id": REMOVED, "ID": ALICE})
    yield Row("an id in the e-mail address", DENIED, person="bob",
              user={"email": ALICE})


def names():
    """Letters of other languages, sent raw, are no attack."""
    for key, name, _belongings in FAR_NAMES:
        person = lasting_id("person/" + key)
        yield Row(f"a person whose name is {key}", "ok", person=key,
                  map=[f"alice id:{person}"])
        yield Row(f"a person whose name is {key}, for alice", DENIED,
                  person=key)
        yield Row(f"a name that is {key}", "ok", user={"name": name})


def states():
    for sentence, value, outcome in (
            ("inactive", "inactive", "account_inactive"),
            ("deleted", "deleted", "account_inactive"),
            ("unknown", "suspended", "account_inactive"),
            ("in capitals", "ACTIVE", "account_inactive"),
            ("with one capital", "Active", "account_inactive"),
            ("a prefix of active", "activ", "account_inactive"),
            ("longer than active", "active2", "account_inactive"),
            ("before a space", "active ", "account_inactive"),
            ("before a NUL", "active\0", INCOMPLETE),
            ("over-long", "active" * 3, INCOMPLETE),
            ("empty", "", INCOMPLETE),
            ("missing", REMOVED, INCOMPLETE),
            ("a number", 1, INCOMPLETE),
            ("true", True, INCOMPLETE),
            ("a list", ["active"], INCOMPLETE)):
        yield Row(f"a state that is {sentence}", outcome,
                  user={"state": value})
    yield Row("a person who is inactive", "account_inactive",
              person="inactive", map=["alice id:" + lasting_id(
                  "person/inactive")])
    yield Row("a person who is deleted", "account_inactive",
              person="deleted", map=["alice id:" + lasting_id(
                  "person/deleted")])


def addresses():
    """The e-mail address against a map line, the name, the local part."""
    for sentence, value, outcome in (
            ("as the line has it", "bob@example.test", "ok"),
            ("with capitals in the domain", "bob@EXAMPLE.Test", "ok"),
            ("with capitals in the local part", "BOB@example.test", "ok"),
            ("with a + tag", "bob+x@example.test", DENIED),
            ("with a dot in the local part", "b.ob@example.test", DENIED),
            ("with a dot before the @", "bob.@example.test", DENIED),
            ("with a dot behind the domain", "bob@example.test.", DENIED),
            ("with a quoted local part", '"bob"@example.test', DENIED),
            ("with a comment", "bob(x)@example.test", DENIED),
            ("in angle brackets", "<bob@example.test>", DENIED),
            ("behind a name", "Bob <bob@example.test>", DENIED),
            ("with two @", "bob@example.test@evil.test", DENIED),
            ("with two @ and our domain last", "bob@evil.test@example.test",
             DENIED),
            ("with nothing before the @", "@example.test", DENIED),
            ("with nothing behind the @", "bob@", DENIED),
            ("without @", "bob", DENIED),
            ("in a subdomain", "bob@sub.example.test", DENIED),
            ("in a superdomain", "bob@test", DENIED),
            ("in a domain that ends alike", "bob@evilexample.test", DENIED),
            ("in a domain that begins alike", "bob@example.test.evil.test",
             DENIED),
            ("with a homoglyph in the domain", "bob@ex\u0430mple.test",
             DENIED),
            ("with a homoglyph in the local part", "b\u043eb@example.test",
             DENIED),
            ("in a domain of punycode", "bob@xn--exmple-4nf.test", DENIED),
            ("with a full-width @", "bob\uff20example.test", DENIED),
            ("with an ideographic full stop", "bob@example\u3002test",
             DENIED),
            ("with a Kelvin sign, which folds to k", "bo\u212a@example.test",
             DENIED),
            ("with a combining mark", "bob\u0301@example.test", DENIED),
            ("with a space of no width", "bob\u200b@example.test", DENIED),
            ("before a space", "bob@example.test ", DENIED),
            ("and another, parted by a comma",
             "eve@evil.test,bob@example.test", DENIED),
            ("before a newline", "bob@example.test\n", INCOMPLETE),
            ("before a NUL", "bob@example.test\0.evil.test", INCOMPLETE),
            ("with a tab", "bob\t@example.test", INCOMPLETE),
            ("over-long", "b" * 242 + "@example.test", INCOMPLETE),
            ("empty", "", DENIED),
            ("missing", REMOVED, DENIED),
            ("a number", 7, INCOMPLETE),
            ("a list", ["bob@example.test"], INCOMPLETE)):
        yield Row(f"an address {sentence}, by a line", outcome,
                  account="bob", person="carol", user={"email": value})
    for sentence, value, outcome in (
            ("that is the name", "carol@example.test", "ok"),
            ("in another domain", "carol@evil.test", DENIED),
            ("in a subdomain", "carol@sub.example.test", DENIED),
            ("with a + tag", "carol+x@example.test", DENIED),
            ("with a dot behind", "carol@example.test.", DENIED),
            ("with two @", "carol@example.test@example.test", DENIED)):
        yield Row(f"an address {sentence}, by email", outcome,
                  account="carol@example.test", person="carol",
                  user={"email": value}, conf=BY_EMAIL)
    for sentence, value, outcome in (
            ("with the name as local part", "alice@example.test", "ok"),
            ("with capitals", "Alice@Example.Test", "ok"),
            ("of another user", "bob@example.test", DENIED),
            ("with a + tag", "alice+root@example.test", DENIED),
            ("with a dot", "al.ice@example.test", DENIED),
            ("with quotes", '"alice"@example.test', DENIED),
            ("with a longer local part", "alice2@example.test", DENIED),
            ("with a shorter local part", "alic@example.test", DENIED),
            ("in another domain", "alice@evil.test", DENIED),
            ("in a subdomain", "alice@a.example.test", DENIED),
            ("in a superdomain", "alice@test", DENIED),
            ("in a domain that ends alike", "alice@notexample.test", DENIED),
            ("with a dot behind", "alice@example.test.", DENIED),
            ("with two @", "alice@evil.test@example.test", DENIED),
            ("with two @ the other way", "alice@example.test@evil.test",
             DENIED),
            ("with a route", "alice%evil.test@example.test", DENIED),
            ("with a homoglyph", "\u0430lice@example.test", DENIED),
            ("with a dotless i", "al\u0131ce@example.test", DENIED),
            ("missing", REMOVED, DENIED)):
        yield Row(f"an address {sentence}, by localpart", outcome,
                  person="carol", user={"email": value}, conf=BY_LOCALPART)
    yield Row("an address of another name, which username has right", DENIED,
              person="bob", user={"username": "alice@example.test"},
              conf=BY_LOCALPART)
    yield Row("the second of two allowed domains", "ok",
              user={"email": "alice@b.test"},
              conf={**BY_LOCALPART, "email_domains": "example.test, b.test"})
    yield Row("two allowed domains as one", DENIED,
              user={"email": "alice@example.test,b.test"},
              conf={**BY_LOCALPART, "email_domains": "example.test, b.test"})


def organizations():
    wrong = "wrong_organization"
    yield Row("users/me of alice, tokens/me of elsewhere", wrong,
              token={"organization": {"id": ELSEWHERE},
                     "homeOrganization": {"id": ELSEWHERE}})
    yield Row("tokens/me of a stranger, users/me of alice", wrong,
              person="stranger", user={"id": ALICE})
    yield Row("users/me that claims our organization", wrong,
              person="stranger", user={
                  "id": ALICE, "organization": {"id": ORGANIZATION}})
    for sentence, value, outcome in (
            ("cut", ORGANIZATION[:-1], wrong),
            ("in capitals", ORGANIZATION.upper(), wrong),
            ("longer", ORGANIZATION + "0", wrong),
            ("with a newline", ORGANIZATION + "\n", INCOMPLETE),
            ("empty", "", INCOMPLETE),
            ("missing", REMOVED, INCOMPLETE),
            ("a number", 7, INCOMPLETE)):
        yield Row(f"an organization's id that is {sentence}", outcome,
                  token={"organization": {"id": value}})
    for sentence, value, outcome in (
            ("another", {"id": PARTNER}, "partner_refused"),
            ("in capitals", {"id": ORGANIZATION.upper()}, "partner_refused"),
            ("empty", {"id": ""}, INCOMPLETE),
            ("null", None, INCOMPLETE),
            ("a string", ORGANIZATION, INCOMPLETE),
            ("missing", REMOVED, INCOMPLETE)):
        yield Row(f"a home organization that is {sentence}", outcome,
                  token={"homeOrganization": value})
    yield Row("an organization that is a string", INCOMPLETE,
              token={"organization": ORGANIZATION})
    yield Row("a partner's person", "partner_refused", person="partner",
              user={"id": ALICE})
    yield Row("a partner's person, where partners may", "ok",
              person="partner", user={"id": ALICE},
              conf={"partner_logins": "yes"})
    yield Row("a stranger, where partners may", wrong, person="stranger",
              user={"id": ALICE}, conf={"partner_logins": "yes"})
    yield Row("a cloned person", "partner_refused", person="cloned",
              user={"id": ALICE})
    for sentence, value in (("empty", {}), ("false", False), ("text", "")):
        yield Row(f"a clonedUser that is {sentence}", "partner_refused",
                  token={"clonedUser": value})


def clients():
    client = {"id": CLIENT, "name": "public client"}
    for sentence, value, outcome in (
            ("another client's", OTHER_CLIENT, "wrong_client"),
            ("cut", CLIENT[:-1], "wrong_client"),
            ("longer", CLIENT + "0", "wrong_client"),
            ("in capitals", CLIENT.upper(), "wrong_client"),
            ("before a NUL", CLIENT + "\0", INCOMPLETE),
            ("a list", [CLIENT], INCOMPLETE),
            ("empty", "", INCOMPLETE),
            ("missing", REMOVED, INCOMPLETE)):
        yield Row(f"a client's id that is {sentence}", outcome,
                  token={"OAuthClient": {"id": value}})
    yield Row("no client", INCOMPLETE, token={"OAuthClient": REMOVED})
    for name in ("oauthClient", "OauthClient", "OAuthclient"):
        yield Row(f"a client called {name}", INCOMPLETE,
                  token={"OAuthClient": REMOVED, name: client})
    yield Row("the right oauthClient beside a wrong one", "wrong_client",
              token={"oauthClient": client,
                     "OAuthClient": {"id": OTHER_CLIENT}})


def accounts():
    toor = [f"toor id:{ALICE}"]
    refused = {"outcome": "root_refused", "unopened": True}
    yield Row("root by a line, not allowed", account="root", **refused)
    yield Row("root by a line, allowed", "ok", account="root",
              conf=ROOT_ALLOWED)
    yield Row("root by a line, allowed, another person", DENIED,
              account="root", person="bob", conf=ROOT_ALLOWED)
    for allow in ("no", "yes"):
        yield Row(f"root by localpart, allow_root {allow}", account="root",
                  user={"email": "root@example.test"}, **refused,
                  conf={**BY_LOCALPART, "allow_root": allow})
        yield Row(f"toor, uid 0, by localpart, allow_root {allow}",
                  account="toor", user={"email": "toor@example.test"},
                  **refused, conf={**BY_LOCALPART, "allow_root": allow})
    yield Row("root by localpart behind a - line", DENIED, account="root",
              user={"email": "root@example.test"}, map=["root -"],
              unopened=True, conf={**BY_FILE_FIRST, **ROOT_ALLOWED})
    yield Row("toor, uid 0, by a line, not allowed", account="toor",
              map=toor, **refused)
    yield Row("toor, uid 0, by a line, allowed", "ok", account="toor",
              map=toor, conf=ROOT_ALLOWED)
    yield Row("toor, uid 0, by root's line, not allowed", account="toor",
              **refused)
    yield Row("toor, uid 0, behind root's - line", DENIED, account="toor",
              map=["root -"], unopened=True, user={
                  "email": "toor@example.test"},
              conf={**BY_FILE_FIRST, **ROOT_ALLOWED})
    deputy = {"account": "deputy", "person": "carol",
              "user": {"email": "deputy@example.test"}}
    yield Row("a second name by localpart, its uid not named", "ok",
              map=MAP[:2], conf=BY_FILE_FIRST, **deputy)
    yield Row("a second name by localpart, its uid mapped to others", DENIED,
              conf=BY_FILE_FIRST, **deputy)
    yield Row("a second name by localpart, its uid's line -", DENIED,
              map=["ops -"], conf=BY_FILE_FIRST, unopened=True, **deputy)
    yield Row("a second name by its uid's line", "ok", account="deputy")
    for account in ("ALICE", "alic", "alice2", "absent-user", "alice.",
                    "alice@example.test"):
        yield Row(f"no account: {account}", "user_unknown", account=account,
                  unopened=True, map=[f"{account} id:{ALICE}"])
    nightjob = {"account": "nightjob",
                "user": {"email": "nightjob@example.test"}}
    yield Row("an account below min_uid, by localpart", "uid_refused",
              conf=BY_LOCALPART, unopened=True, **nightjob)
    yield Row("an account below min_uid, by localpart behind the map",
              "uid_refused", conf=BY_FILE_FIRST, unopened=True, **nightjob)
    yield Row("an account below min_uid, by a line", "ok",
              map=[f"nightjob id:{ALICE}"], **nightjob)
    yield Row("an account below min_uid, by a lower min_uid", "ok",
              conf={**BY_LOCALPART, "min_uid": 901}, **nightjob)
    yield Row("an account one below a higher min_uid", "uid_refused",
              conf={**BY_LOCALPART, "min_uid": 3002}, unopened=True)
    yield Row("an account with a - line", DENIED, map=["alice -"],
              unopened=True)
    yield Row("an account with a - line, by localpart", DENIED,
              map=["alice -"], conf=BY_FILE_FIRST, unopened=True)
    yield Row("an account that no line names", DENIED, account="dave",
              unopened=True)
    yield Row("an account named in a comment", DENIED, unopened=True,
              map=[f"# alice id:{ALICE}", f"bob id:{ALICE}"])
    yield Row("an account whose line is another's prefix", DENIED,
              map=[f"alice2 id:{ALICE}", f"alic id:{ALICE}"], unopened=True)
    yield Row("an account whose line is in capitals", "config_invalid",
              map=[f"ALICE id:{ALICE}"], unopened=True)
    yield Row("a line with an id in a comment", DENIED,
              map=[f"alice id:{BOB} # id:{ALICE}"])
    for sentence, identity in (
            ("a prefix of the id", "id:" + ALICE[:-1]),
            ("the id in capitals", "id:" + ALICE.upper()),
            ("a wildcard", "*"), ("- and an id", f"- id:{ALICE}"),
            ("an address with two @", "email:alice@example.test@b.test"),
            ("a bare id", ALICE), ("nothing", "")):
        yield Row(f"a line with {sentence}", "config_invalid",
                  map=[f"alice {identity}"], unopened=True)
    yield Row("a person whose address line names another user", DENIED,
              person="bob", conf=BY_FILE_FIRST,
              user={"email": "alice@example.test"})
    yield Row("an account outside account_group", DENIED,
              conf={**BY_LOCALPART, "account_group": "bob"}, unopened=True)
    yield Row("an account in account_group", "ok",
              conf={**BY_LOCALPART, "account_group": "alice"})


def gates():
    group, role, division = ({"require_group": OPERATORS},
                             {"require_role": ADMIN},
                             {"require_division": HOME})
    yield Row("all that is required", "ok", conf={
        **group, **role, **division})
    for sentence, value, outcome in (
            ("others", [{"id": AGENTS}], "group_missing"),
            ("none", [], "group_missing"),
            ("a prefix", [{"id": OPERATORS[:-1]}], "group_missing"),
            ("a longer one", [{"id": OPERATORS + "0"}], "group_missing"),
            ("in capitals", [{"id": OPERATORS.upper()}], "group_missing"),
            ("by name only", [{"id": AGENTS, "name": OPERATORS}],
             "group_missing"),
            ("two in one id", [{"id": f"{AGENTS} {OPERATORS}"}], INCOMPLETE),
            ("without an id", [{"name": OPERATORS}], INCOMPLETE),
            ("strings", [OPERATORS], INCOMPLETE),
            ("an object", {"id": OPERATORS}, INCOMPLETE),
            ("too many", [{"id": OPERATORS}] * 1025, INCOMPLETE)):
        yield Row(f"groups that are {sentence}", outcome, conf=group,
                  user={"groups": value})
    yield Row("groups that the reply lacks", INCOMPLETE, conf=group,
              user={"groups": REMOVED}, broken=("user",))
    for sentence, value, outcome in (
            ("others", [{"id": SUPERVISOR}], "role_missing"),
            ("a prefix", [{"id": ADMIN[:-1]}], "role_missing"),
            ("a group's id", [{"id": OPERATORS}], "role_missing"),
            ("none", [], "role_missing"),
            ("numbers", [7], INCOMPLETE)):
        yield Row(f"roles that are {sentence}", outcome, conf=role,
                  user={"authorization": {"roles": value}})
    yield Row("a role that is unused", "role_missing", conf=role, user={
        "authorization": {"roles": [], "unusedRoles": [{"id": ADMIN}]}})
    yield Row("roles that the reply lacks", INCOMPLETE, conf=role,
              user={"authorization": REMOVED}, broken=("subjects_me",))
    for sentence, value, outcome in (
            ("another", {"id": SUPPORT}, "division_missing"),
            ("a prefix", {"id": HOME[:-1]}, "division_missing"),
            ("right by name only", {"id": SUPPORT, "name": HOME},
             "division_missing"),
            ("missing", REMOVED, INCOMPLETE),
            ("a string", HOME, INCOMPLETE)):
        yield Row(f"a division that is {sentence}", outcome, conf=division,
                  user={"division": value})
    yield Row("a required group by its display name", "config_invalid",
              conf={"require_group": "operators"})


def replies():
    bad = "token_invalid"
    for sentence, changes in (
            ("no token", {"access_token": REMOVED}),
            ("an empty token", {"access_token": ""}),
            ("a token that is a number", {"access_token": 7}),
            ("a token with a space", {"access_token": "a b"}),
            ("a token with a new header",
             {"access_token": "a\r\nX-Evil: yes"}),
            ("a token before a NUL", {"access_token": "a" * 86 + "\0"}),
            ("a token that is not ASCII", {"access_token": "\u00e4" * 86}),
            ("an over-long token", {"access_token": "a" * 8193}),
            ("no type", {"token_type": REMOVED}),
            ("another type", {"token_type": "mac"}),
            ("a type that is a list", {"token_type": ["bearer"]}),
            ("a lifetime of 0", {"expires_in": 0}),
            ("a lifetime below 0", {"expires_in": -1}),
            ("a lifetime in words", {"expires_in": "86399"}),
            ("an endless lifetime", {"expires_in": 1 << 62})):
        yield Row(f"a token reply with {sentence}", bad, reply=changes)
    yield Row("a token reply with a type in capitals", "ok",
              reply={"token_type": "Bearer"})
    yield Row("a token reply with an unasked refresh token", "ok",
              reply={"refresh_token": "r" * 86})
    good = b'{"id": "%s", "state": "active"' % ALICE.encode()
    for sentence, body in (
            ("nothing", b""), ("HTML", b"<html>signed in</html>"),
            ("a list", b"[]"), ("a string", b'"%s"' % ALICE.encode()),
            ("a body cut off", good), ("a NUL behind", good + b"}\0"),
            ("a second body behind", good + b"}{}"),
            ("a member twice", good + b', "id": "x"}'),
            ("bytes that are not UTF-8", good + b', "email": "\xff"}'),
            ("a lone surrogate's bytes", good + b', "name": "\xed\xa0\x80"}'),
            ("a thousand arrays", b"[" * 1000 + b"]" * 1000)):
        for part in ("user", "token", "reply"):
            yield Row(f"{part}: {sentence} as the whole body",
                      "reply_invalid", **{part: body})


ROWS = [row for family in (ids, names, states, addresses, organizations,
                           clients, accounts, gates, replies)
        for row in family()]
