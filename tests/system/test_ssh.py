# SPDX-License-Identifier: ISC
"""Who gets in through a real sshd, with keyboard-interactive, and who not."""

import os
import re
import signal
import time
from datetime import datetime, timezone
from urllib.parse import urlsplit

import pytest

import contract
from browser import pair
from conftest import STACK
from faults import REMOVED
from hosts import NO_DELAY
from ports import free_port


def come_in(terminal, person):
    """Answer the question as asked; gives the session's environment."""
    terminal.answer(person.sign_in(terminal.asked()))
    return terminal.session()


# The right person

@pytest.mark.parametrize("account, who", [
    ("alice", "alice"),       # by a line with the person's id
    ("bob", "bob"),           # by a line with the person's address
    ("ops", "bob"),           # an account that two share
])
def test_the_map_file_lets_its_people_in(sshd, people, journal, account, who):
    terminal = sshd.open(account)
    name, _ = come_in(terminal, people[who])
    assert name == account
    terminal.leave()
    assert terminal.status == 0
    decision = journal.decision("ok")
    assert decision["user"] == account
    assert decision["service"] == "sshd"
    assert decision["rhost"] == "127.0.0.1"
    assert decision["subject"] == people[who].id
    assert decision["email"] == people[who].email


@pytest.mark.parametrize("method, account", [
    ("email", "carol@example.test"), ("localpart", "carol")])
def test_a_method_lets_the_person_of_that_name_in(
        sshd, people, configure, method, account):
    configure(map=f"file, {method}", email_domains="example.test")
    terminal = sshd.open(account)
    name, _ = come_in(terminal, people["carol"])
    assert name == account


@pytest.mark.parametrize("write", [
    pytest.param("code={code}&state={state}", id="query"),
    pytest.param("  code={code}&state={state} ", id="query and spaces"),
    pytest.param("{address} {address}", id="pasted twice"),
    pytest.param("[{address}]({address})", id="link of a chat"),
    pytest.param("\x1b[O\x1b[I{address}", id="focus lost and had again"),
    pytest.param("\x1b[<35;20;10M{address}", id="mouse report"),
    pytest.param("'{address}'", id="quoted address"),
    pytest.param('"{address}"', id="twice quoted address"),
    pytest.param("\x1b[200~{address}\x1b[201~", id="bracketed paste"),
])
def test_an_answer_is_understood_in_many_forms(sshd, people, write):
    terminal = sshd.open("alice")
    address = people["alice"].sign_in(terminal.asked())
    query = dict(part.split("=") for part in address.split("?")[1].split("&"))
    terminal.answer(write.format(address=address, **query))
    assert terminal.session()[0] == "alice"


def test_the_dialogue_says_who_where_and_how_long(sshd, configure):
    """In seconds: the clock of the host may be of another zone than the person's."""
    configure(timeout=60, attempts=2)
    before = time.monotonic()
    terminal = sshd.open("alice")
    shown = terminal.asked()
    waited = time.monotonic() - before
    lines = [line for line in shown.split("\n") if line.strip()]
    left = re.fullmatch(r"Sign in to Genesys Cloud to continue as alice on bastion01 "
                        r"\(within (\d+) seconds\):", lines[-2]).group(1)
    assert 60 - waited <= int(left) <= 60
    assert shown.isascii()
    time.sleep(1.1)
    terminal.answer("")
    again = re.search(r"\(within (\d+) seconds\)", terminal.asked()).group(1)
    assert 60 - (time.monotonic() - before) <= int(again) < int(left)


def test_a_dialogue_in_two_parts_works_too(sshd, people, configure):
    configure(dialogue="split")
    terminal = sshd.open("alice")
    assert come_in(terminal, people["alice"])[0] == "alice"


# What the session sees

def test_an_exported_token_is_in_the_environment(
        sshd, people, genesys, configure):
    configure(export="env")
    terminal = sshd.open("alice")
    _, env = come_in(terminal, people["alice"])
    assert contract.ours(env) == contract.EXPORTED
    assert genesys.log.tokens() == {env["GENESYSCLOUD_ACCESS_TOKEN"]: True}
    assert env["GENESYSCLOUD_REGION"] == "eu-central-1"
    assert env["GCPKCE_USER_ID"] == people["alice"].id
    assert env["GCPKCE_USER_EMAIL"] == people["alice"].email
    expires = datetime.fromisoformat(
        env["GCPKCE_TOKEN_EXPIRES"].replace("Z", "+00:00"))
    left = (expires - datetime.now(timezone.utc)).total_seconds()
    assert abs(left - genesys.token_lifetime) < 600


def test_without_export_nothing_is_in_the_environment(sshd, people):
    terminal = sshd.open("alice")
    _, env = come_in(terminal, people["alice"])
    assert contract.ours(env) == set()


# Whom it keeps out.  Each way in gets one answer, so that it ends at once.

def keep_out(terminal, journal, outcome, sentence):
    """The login failed, and the user and the journal have the reason."""
    rest = terminal.end()
    assert "@@session" not in terminal.transcript
    assert terminal.status == 255
    assert sentence in rest
    return journal.decision(outcome)


@pytest.mark.parametrize("who, outcome", [
    ("bob", "not_mapped"),
    ("inactive", "account_inactive"),
    ("stranger", "wrong_organization"),
    ("partner", "partner_refused"),
])
def test_a_wrong_person_is_kept_out(sshd, people, journal, who, outcome):
    terminal = sshd.open("alice")
    terminal.answer(people[who].sign_in(terminal.asked()))
    decision = keep_out(terminal, journal, outcome, contract.DENIED)
    assert decision["subject"] == people[who].id


def test_required_ids_let_their_people_in_and_keep_the_others_out(
        sshd, people, journal, configure, genesys):
    genesys.faults.override_user = {"groups": REMOVED}  # asked for once more
    configure(require_group=genesys.groups["operators"].id,
              require_role=genesys.roles["employee"].id,
              require_division=", ".join(
                  division.id for division in genesys.divisions.values()))
    terminal = sshd.open("ops")
    assert come_in(terminal, people["alice"])[0] == "ops"
    terminal.leave()
    terminal = sshd.open("ops")
    terminal.answer(people["bob"].sign_in(terminal.asked()))
    decision = keep_out(terminal, journal, "group_missing", contract.DENIED)
    assert decision["subject"] == people["bob"].id


def test_root_is_kept_out(house, sshd, people, journal, configure):
    house.stack("sshd", STACK.replace(NO_DELAY, ""))
    configure(attempts=1)
    terminal = sshd.open("root")
    answer = people["alice"].sign_in(terminal.asked())
    begun = time.monotonic()
    terminal.answer(answer)
    decision = keep_out(terminal, journal, "root_refused", contract.REFUSED)
    # libpam waits for half of the module's two seconds, or for more
    assert time.monotonic() - begun - int(decision["ms"]) / 1000 >= 1


@pytest.mark.parametrize("account, options", [
    ("absent-user", ""), ("alice", "DenyUsers alice"),
    ("root", "PermitRootLogin no")])
def test_a_name_that_sshd_refuses_is_kept_out_and_the_journal_says_why(
        sshd, people, journal, configure, genesys, account, options):
    configure(attempts=1)
    sshd.start(options)
    terminal = sshd.open(account)
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    assert "@@session" not in terminal.transcript
    assert contract.SSHD_REFUSES in journal.wait("sshd refuses")
    assert genesys.log.count("POST", "/oauth/token") == 0
    if account == "absent-user":
        assert contract.REFUSED in terminal.transcript
        journal.decision("user_unknown")


def test_a_code_of_another_sign_in_is_refused(
        sshd, people, journal, configure, genesys):
    configure(attempts=1)
    other, mine = sshd.open("alice"), sshd.open("alice")
    theirs = people["alice"].sign_in(other.asked())
    mine.asked()
    mine.answer(theirs)
    keep_out(mine, journal, "state_mismatch", contract.OTHER_ADDRESS)
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_a_bare_code_is_no_answer(sshd, people, journal, configure, genesys):
    configure(attempts=1)
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].code(terminal.asked()))
    keep_out(terminal, journal, "answer_malformed", contract.NO_CODE)
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_a_bare_code_is_an_answer_where_it_is_allowed(
        sshd, people, journal, configure):
    configure(bare_code="yes")
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].code(terminal.asked()))
    assert terminal.session()[0] == "alice"
    journal.decision("ok")


def test_an_address_that_was_cut_is_sent_nowhere(sshd, people, journal, genesys):
    terminal = sshd.open("alice")
    for cut in ("code=", "&state=", "state="):  # within, after, in the state
        landed = people["alice"].sign_in(terminal.asked())
        end = landed.index(cut) + (0 if cut[0] == "&" else 16)
        terminal.answer(landed[:end])
    keep_out(terminal, journal, "answer_malformed", contract.NO_CODE)
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_a_bare_code_of_another_sign_in_is_refused(
        sshd, people, journal, configure, genesys):
    """Without its state only the verifier can tell whose it is."""
    configure(attempts=1, bare_code="yes")
    other, mine = sshd.open("alice"), sshd.open("alice")
    theirs = people["alice"].code(other.asked())
    mine.asked()
    mine.answer(theirs)
    keep_out(mine, journal, "code_refused", contract.REFUSED)
    assert genesys.log.count("POST", "/oauth/token") == 1
    assert genesys.log.tokens() == {}


@pytest.mark.parametrize("write, outcome, sentence, asked", [
    (lambda landed: landed, "answer_malformed", contract.OTHER_PAGE, 0),
    (lambda landed: urlsplit(landed).query, "code_refused", contract.REFUSED, 1),
], ids=["address", "code and state"])
def test_a_code_of_another_zone_is_refused(
        sshd, people, journal, configure, genesys, write, outcome, sentence, asked):
    """A host of zone A shows the address of a sign-in to zone B, with A's page."""
    zone_a, zone_b = (f"https://signin.example.test/callback/ZONE-{zone}" for zone in "AB")
    client = genesys.add_client("zones", redirect_uris=[zone_a, zone_b])
    configure(attempts=1, client_id=client.id, redirect_uri=zone_b)
    terminal = sshd.open("alice")
    shown = terminal.asked()
    landed = people["alice"].sign_in(shown.replace("ZONE-B", "ZONE-A"))
    assert landed.startswith(zone_a + "?")
    terminal.answer(write(landed))
    keep_out(terminal, journal, outcome, sentence)
    assert genesys.log.count("POST", "/oauth/token") == asked
    assert genesys.log.tokens() == {}
    # the control: from the page of its own zone it signs in
    terminal = sshd.open("alice")
    landed = people["alice"].sign_in(terminal.asked())
    assert landed.startswith(zone_b + "?")
    terminal.answer(landed)
    assert terminal.session()[0] == "alice"


def test_a_used_code_is_refused(sshd, people, journal, configure):
    configure(attempts=1)
    terminal = sshd.open("alice")
    shown = terminal.asked()
    code = people["alice"].code(shown)
    terminal.answer(pair(code, shown))
    assert terminal.session()[0] == "alice"
    terminal.leave()
    again = sshd.open("alice")
    again.answer(pair(code, again.asked()))
    keep_out(again, journal, "code_refused", contract.REFUSED)


def test_an_empty_answer_is_refused(sshd, journal, configure):
    configure(attempts=1)
    terminal = sshd.open("alice")
    terminal.asked()
    terminal.answer("")
    keep_out(terminal, journal, "answer_empty", contract.EMPTY)


def test_an_end_of_file_is_an_empty_answer(sshd, journal, configure):
    configure(attempts=1)
    terminal = sshd.open("alice")
    terminal.asked()
    terminal.press_eof()
    keep_out(terminal, journal, "answer_empty", contract.EMPTY)


def test_a_cancelled_sign_in_is_refused(sshd, people, journal, configure):
    configure(attempts=1)
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].cancel(terminal.asked()))
    keep_out(terminal, journal, "signin_refused", contract.CANCELLED)


def test_three_wrong_answers_end_the_connection(sshd, journal, genesys):
    terminal = sshd.open("alice", "-o", "NumberOfPasswordPrompts=3")
    terminal.asked()
    terminal.answer("what do you mean?")
    assert contract.NO_CODE in terminal.asked()
    terminal.answer("")
    assert contract.EMPTY in terminal.asked()
    terminal.answer("https://www.example.test/?code=")
    keep_out(terminal, journal, "answer_malformed", contract.OTHER_PAGE)
    assert genesys.log.requests() == []


def test_a_server_that_is_away_refuses_all_users(
        sshd, people, journal, genesys):
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    genesys.refuse("login")
    try:
        terminal.answer(answer)
        keep_out(terminal, journal, "unreachable", contract.LATER)
    finally:
        genesys.listen("login")


def test_a_server_of_another_authority_refuses_all_users(
        sshd, people, journal, genesys):
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    genesys.present("login", "other_ca")
    try:
        terminal.answer(answer)
        keep_out(terminal, journal, "tls_failed", contract.ADMIN)
    finally:
        genesys.present("login", "good")
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_an_answer_after_the_deadline_is_too_late(
        sshd, people, journal, configure, genesys, house):
    configure(timeout=3)
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    assert house.wait_until_gone("gcpkce-helper") == []
    terminal.answer(answer)
    keep_out(terminal, journal, "timed_out", contract.TOO_LATE)
    assert genesys.log.count("POST", "/oauth/token") == 0


# Further attempts

def test_the_second_attempt_works_with_the_new_address(sshd, people, journal):
    terminal = sshd.open("alice")
    first = terminal.asked()
    terminal.answer(pair("A" * 43, first))
    second = terminal.asked()
    assert contract.REFUSED in second
    old = people["alice"].sign_in(first)
    terminal.answer(old)
    third = terminal.asked()
    assert contract.EARLIER in third
    answer = people["alice"].sign_in(third)
    assert answer.split("state=")[1] != old.split("state=")[1]
    terminal.answer(answer)
    assert terminal.session()[0] == "alice"
    journal.decision("ok")


def test_an_answer_without_a_code_leaves_the_address_as_it_was(sshd, people):
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    terminal.answer("")
    assert contract.EMPTY in terminal.asked()
    terminal.answer(answer)
    assert terminal.session()[0] == "alice"


# People who leave

@pytest.mark.parametrize("leave", ["close_window", "kill"])
def test_a_client_that_leaves_takes_the_helper_with_it(
        sshd, house, configure, leave):
    configure(preconnect="no")  # which has a process more
    terminal = sshd.open("alice")
    terminal.asked()
    assert len(house.processes("gcpkce-helper")) == 1
    getattr(terminal, leave)()
    assert house.wait_until_gone("gcpkce-helper") == []


def test_a_client_that_leaves_in_the_exchange_costs_one_timeout(
        sshd, house, genesys, people, configure):
    """sshd waits for PAM and does not look at the connection meanwhile, so
    no message reaches the helper; the request's own limit ends it."""
    configure(connect_timeout=3, request_timeout=1)
    genesys.faults["token"] = {"delay": 90}
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert genesys.log.wait_for_request("POST", "/oauth/token")
    terminal.kill()
    assert house.wait_until_gone("gcpkce-helper") == []


def test_several_people_sign_in_at_once(sshd, people):
    accounts = ("alice", "bob", "ops")
    terminals = {account: sshd.open(account) for account in accounts}
    shown = {account: terminals[account].asked() for account in accounts}
    time.sleep(0.5)
    for account in reversed(accounts):
        who = people["bob" if account == "bob" else "alice"]
        terminals[account].answer(who.sign_in(shown[account]))
    for account in accounts:
        assert terminals[account].session()[0] == account


# A host that is not in order

def test_a_helper_that_dies_is_a_denial(
        sshd, people, journal, house, configure):
    configure(preconnect="no")  # which has a process more
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    (pid,) = house.processes("gcpkce-helper")
    os.kill(pid, signal.SIGKILL)
    terminal.answer(answer)
    keep_out(terminal, journal, "helper_failed", contract.ADMIN)


def test_a_host_without_a_journal_lets_people_in(sshd, people):
    os.rename("/dev/log", "/dev/log.away")
    try:
        terminal = sshd.open("alice")
        assert come_in(terminal, people["alice"])[0] == "alice"
        terminal.leave()
    finally:
        os.rename("/dev/log.away", "/dev/log")


def test_a_broken_configuration_is_a_denial(sshd, journal, configure):
    configure(client_id=None, login_url=f"https://localhost:{free_port()}")
    terminal = sshd.open("alice")
    terminal.end()
    assert "@@session" not in terminal.transcript
    assert contract.ADMIN in terminal.transcript
    journal.decision("config_invalid")
