# SPDX-License-Identifier: ISC
"""Many sign-ins: at once, one after the other, and such as never end.

Every run has a small share of them; GCPKCE_LOAD=full has all, which takes
minutes ("make load").
"""

import os
import re
import secrets
import socket
import subprocess
import time
from collections import Counter

import pytest

from conftest import BUILD, STACK
from browser import pair
from crowd import Crowd, code_in, land
from hosts import PASTE
from procfs import (manners, newcomers, open_fds, own_kib, present,
                    proportional_kib)
from waiting import wait_until

FULL = os.environ.get("GCPKCE_LOAD") == "full"
AT_ONCE = 200 if FULL else 24
SOAK = 2000 if FULL else 60
SOAK_SSH = 400 if FULL else 16
SOAK_AT_ONCE = 50 if FULL else 4
FLOOD = 1000 if FULL else 40
FLOOD_AT_ONCE = 250  # more would be a test of this machine's memory
LIMIT = 1200 if FULL else 100
PATIENCE = 150 if FULL else 60
pytestmark = pytest.mark.alone
# Clients, sshd, helpers and the fake server share the cores here.
SLOW = {"timeout": 300, "connect_timeout": 60, "request_timeout": 120}


def at_rest(sshd):
    """What the daemon has open when no connection is being set up."""
    def fds_at_rest():
        fds = open_fds(sshd.pid)
        return None if "pipe" in fds.values() else fds

    fds = wait_until(fds_at_rest)
    assert fds, "a connection is being set up all the time"
    return fds


# Many at once

class Visit:
    """What a user does at the prompt, and what the journal says of it."""

    def __init__(self, account, who, outcome, answer="{landed}"):
        self.account = account
        self.who = who
        self.outcome = outcome
        self.answer = answer

    @property
    def redeems(self):
        """Does the code that was issued for this one go out?"""
        return (self.answer == "{landed}"
                and self.account in ("alice", "bob", "ops"))

    @property
    def may_have(self):
        """The outcomes that may be in the journal, though none need be.

        Who leaves may be gone before there is one; or ssh still sends what
        it has read of the line, which may be nothing.
        """
        if self.outcome:
            return ()
        if self.answer is None:
            return ("answer_empty",)
        return ("ok", "answer_empty", "answer_malformed", "state_mismatch")


VISITS = (
    Visit("alice", "alice", "ok"),
    Visit("bob", "bob", "ok"),
    Visit("ops", "alice", "ok"),
    Visit("ops", "bob", "ok"),
    Visit("alice", "bob", "not_mapped"),
    Visit("bob", "inactive", "account_inactive"),
    Visit("ops", "stranger", "wrong_organization"),
    Visit("alice", "alice", "code_refused", "{unknown}"),
    Visit("ops", "alice", "state_mismatch", "{neighbour}"),
    Visit("bob", "bob", "answer_malformed", "what do you mean?"),
    Visit("alice", "alice", "answer_empty", ""),
    Visit("carol", "carol", "not_mapped"),
    Visit("absent-user", "alice", "user_unknown"),
    Visit("alice", "alice", None, None),    # leaves at the prompt
    Visit("bob", "bob", None, "{leaves}"),  # answers and leaves at once
)

def answer_all(crowd, visits, genesys):
    """All users answer; gives what should have been redeemed."""
    landed = [land(genesys, caller.shown, visit.who)
              for caller, visit in zip(crowd.callers, visits)]
    unknown = {}
    for number, (caller, visit) in enumerate(zip(crowd.callers, visits)):
        if visit.answer is None:
            crowd.lose(caller)
            continue
        unknown[number] = secrets.token_urlsafe(32)
        caller.answer(visit.answer.format(
            landed=landed[number], leaves=landed[number],
            unknown=pair(unknown[number], caller.shown), neighbour=landed[number - 1]))
        if visit.answer == "{leaves}":
            crowd.lose(caller)
    once = [code_in(landed[number]) for number, visit in enumerate(visits)
            if visit.redeems]
    once += [unknown[number] for number, visit in enumerate(visits)
             if visit.answer == "{unknown}"]
    at_most_once = [code_in(landed[number])
                    for number, visit in enumerate(visits)
                    if visit.answer == "{leaves}"]
    return once, at_most_once


def leave_all(crowd, visits):
    """Who may come in does, as the right account; the others are sent off."""
    stay = [caller for caller, visit in zip(crowd.callers, visits)
            if visit.outcome == "ok"]
    crowd.wait(lambda caller: caller.inside or caller.gone, PATIENCE, stay)
    for caller, visit in zip(crowd.callers, visits):
        assert caller.inside == (visit.outcome == "ok"), (
            f"{vars(visit)}:\n{caller.shown}")
        if caller.inside:
            assert f"\n@@session\n{visit.account}\n" in caller.shown
            caller.answer("")
    crowd.wait(lambda caller: caller.gone, PATIENCE)
    assert [caller.status for caller in stay] == [0] * len(stay)


def decisions(journal):
    """(account, outcome) of each decision, counted."""
    return Counter((line["user"], line["outcome"])
                   for line in journal.decisions() if "attempt" in line)


def settled(journal, expected, optional):
    """Is there a line for each who answered, and none that is not due?"""
    found = decisions(journal)
    return not expected - found and not found - expected - optional


def sent_codes(genesys):
    """How often each code came to the token endpoint."""
    return Counter(request.form()["code"][0] for request in genesys.log
                   .requests("login") if request.path == "/oauth/token")


@pytest.mark.limit(LIMIT)
def test_a_crowd_signs_in_at_once_and_each_gets_the_right_outcome(
        house, sshd, genesys, journal, configure, measured):
    # what is counted below are people who wait; make bench has the preconnect
    configure(**SLOW, attempts=1, debug="no", preconnect="no")
    sshd.start("LoginGraceTime 400", startups=AT_ONCE + 1)
    fds, before = at_rest(sshd), present()
    visits = [VISITS[number % len(VISITS)] for number in range(AT_ONCE)]
    with Crowd() as crowd:
        started = time.monotonic()
        for visit in visits:
            crowd.call(sshd.command(visit.account))
        crowd.wait(lambda caller: caller.asked, PATIENCE)
        asked = time.monotonic()
        assert [caller.shown for caller in crowd.callers if caller.gone] == []
        helpers = house.processes("gcpkce-helper")
        assert len(helpers) == len(visits)
        share = proportional_kib(helpers) / len(helpers)
        assert genesys.log.records() == []
        once, at_most_once = answer_all(crowd, visits, genesys)
        leave_all(crowd, visits)
    ended = time.monotonic()

    assert newcomers(before, 30) == {}
    assert at_rest(sshd) == fds
    expected = Counter((visit.account, visit.outcome) for visit in visits
                       if visit.outcome)
    optional = Counter((visit.account, outcome) for visit in visits
                       for outcome in visit.may_have)
    assert wait_until(lambda: settled(journal, expected, optional)), (
        decisions(journal) - expected, expected - decisions(journal))
    sent = sent_codes(genesys)
    assert {code: sent.pop(code, 0) for code in once} == dict.fromkeys(once, 1)
    assert all(sent.pop(code, 0) <= 1 for code in at_most_once)
    assert not sent, "a code that was never an answer was sent"
    assert not any(genesys.log.tokens().values()), "a token was not revoked"
    measured(
        f"{len(visits)} sign-ins at once through one sshd: all asked after "
        f"{asked - started:.1f} s, all gone after {ended - started:.1f} s; "
        f"a waiting helper takes {share:.0f} KiB (PSS); "
        f"{len(genesys.log.requests())} requests")


# One after the other, in one process that lives long

# What malloc keeps in a thread's cache counts as used; so without one.
GREETER_ENV = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


class Greeter:
    """The host of tests/lib/pam_greeter.c, which is one process for all."""

    def __init__(self):
        self._process = subprocess.Popen(
            [f"{BUILD}/tests/pam-greeter"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=GREETER_ENV)
        self.pid = self._process.pid
        self.heap = None  # bytes, after the last sign-in

    def ask(self, service, account):
        """Begin a sign-in; gives what is shown with the question."""
        self._write(f"{service} {account}")
        return self._read_until(re.escape(PASTE) + "$")

    def answer(self, text):
        """Answer; gives the sign-in's PAM result, after its session."""
        self._write(text)
        ended = self._read_until(r"@@result=(\d+) heap=(\d+)\n$")
        result, self.heap = map(int, re.search(
            r"@@result=(\d+) heap=(\d+)\n$", ended).groups())
        return result

    def leave(self):
        self._process.stdin.close()
        assert self._process.wait() == 0
        self._process.stdout.close()

    def _write(self, line):
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def _read_until(self, pattern):
        seen = b""
        while not re.search(pattern, seen.decode()):
            more = os.read(self._process.stdout.fileno(), 65536)
            assert more, f"the greeter ended after {seen}"
            seen += more
        return seen.decode()


PAM_SUCCESS = 0
SERVICES = {
    "greeter": "",
    "greeter-env": " export=env",
    "greeter-file": " export=file",
}
# service, account, who comes, what is answered; most get in
ROUND = [
    ("greeter", "alice", "alice", "{landed}"),
    ("greeter-env", "alice", "alice", "{landed}"),
    ("greeter-file", "ops", "bob", "{landed}"),
    ("greeter", "ops", "alice", "{landed}"),
    ("greeter-env", "bob", "bob", "{landed}"),
    ("greeter-file", "alice", "alice", "{landed}"),
    ("greeter", "alice", "bob", "{landed}"),
    ("greeter", "bob", "bob", "{unknown}"),
    ("greeter", "ops", "alice", "what do you mean?"),
    ("greeter", "absent-user", "alice", "{landed}"),
]
FITTING = {"alice": ("alice",), "bob": ("bob",), "ops": ("alice", "bob")}


def greet(greeter, genesys, number):
    """One sign-in of the round, which must end as it should."""
    service, account, who, answer = ROUND[number % len(ROUND)]
    shown = greeter.ask(service, account)
    text = answer.format(landed=land(genesys, shown, who),
                         unknown=pair(secrets.token_urlsafe(32), shown))
    welcome = who in FITTING.get(account, ()) and answer == "{landed}"
    assert (greeter.answer(text) == PAM_SUCCESS) == welcome, ROUND[number %
                                                                  len(ROUND)]


def forget(genesys, journal):
    """Look whether the tokens are gone, and let the records go.

    The fake server is in this very process; what it remembers would slow down
    what comes later.
    """
    assert wait_until(lambda: not any(genesys.log.tokens().values()))
    genesys.log.clear()
    journal.clear()


@pytest.mark.limit(LIMIT)
def test_a_host_that_lives_long_keeps_its_memory_and_its_descriptors(
        genesys, house, journal, configure, measured):
    configure(attempts=1, debug="no")
    for service, arguments in SERVICES.items():
        house.stack(service, STACK.replace("{module}", "{module}" + arguments))
    before = present()
    greeter = Greeter()
    warm, started = SOAK // 3, time.monotonic()
    for number in range(SOAK):
        greet(greeter, genesys, number)
        if number + 1 == warm:
            held = open_fds(greeter.pid), manners(greeter.pid)
            heap, memory = greeter.heap, own_kib(greeter.pid)
        if number % 100 == 99:
            forget(genesys, journal)
    took = time.monotonic() - started
    assert (open_fds(greeter.pid), manners(greeter.pid)) == held
    grown, more = greeter.heap - heap, own_kib(greeter.pid) - memory
    measured(
        f"{SOAK} sign-ins in one process: {took * 1000 / SOAK:.0f} ms each; "
        f"after the first {warm} its heap grew by {grown} bytes and its own "
        f"memory, of {memory} KiB, by {more} KiB")
    assert grown < SOAK - warm, "more than a byte a sign-in"
    assert more <= 64
    assert newcomers(before | {greeter.pid}, 30) == {}
    greeter.leave()
    assert os.listdir("/run/gcpkce/pending") == []


@pytest.mark.limit(LIMIT)
def test_an_sshd_that_lives_long_keeps_its_memory_and_its_descriptors(
        genesys, journal, sshd, configure, measured):
    configure(**SLOW, attempts=1, debug="no")
    sshd.start("LoginGraceTime 400")
    fds, before = at_rest(sshd), present()
    batch, memory, started = SOAK_AT_ONCE, {}, time.monotonic()
    for came in range(0, SOAK_SSH, batch):
        with Crowd() as crowd:
            visits = [VISITS[(came + number) % len(VISITS)]
                      for number in range(batch)]
            for visit in visits:
                crowd.call(sshd.command(visit.account))
            crowd.wait(lambda caller: caller.asked, PATIENCE)
            answer_all(crowd, visits, genesys)
            leave_all(crowd, visits)
        forget(genesys, journal)
        memory[came + batch] = own_kib(sshd.pid)
    assert newcomers(before, 30) == {}
    assert at_rest(sshd) == fds
    first, last = list(memory.values())[1], list(memory.values())[-1]
    measured(
        f"{SOAK_SSH} sign-ins through one sshd, {batch} at a time: "
        f"{(time.monotonic() - started) * 1000 / SOAK_SSH:.0f} ms each; "
        f"its parent's own memory, of {first} KiB, grew by "
        f"{last - first} KiB")
    assert last - first <= 64


# Such as never end

def fall_silent(crowd, sshd, number):
    """Some see the prompt, some say hello, some do not even do that."""
    if number % 4 < 2:
        crowd.call(sshd.command(("alice", "absent-user")[number % 4]))
        return None
    line = socket.create_connection(("127.0.0.1", sshd.port))
    if number % 4 == 3:
        line.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    return line


@pytest.mark.limit(LIMIT)
def test_a_flood_that_never_answers_costs_nothing_and_leaves_no_process(
        house, genesys, sshd, configure, measured):
    grace = 40 if FULL else 15
    configure(**{**SLOW, "timeout": grace - 2}, preconnect="no", debug="no")
    sshd.start(f"LoginGraceTime {grace}", startups=FLOOD_AT_ONCE + 1)
    fds, before = at_rest(sshd), present()
    helpers, started = 0, time.monotonic()
    for came in range(0, FLOOD, FLOOD_AT_ONCE):
        numbers = range(came, min(came + FLOOD_AT_ONCE, FLOOD))
        with Crowd() as crowd:
            lines = [fall_silent(crowd, sshd, number) for number in numbers]
            crowd.wait(lambda caller: caller.asked, PATIENCE)
            waiting = house.processes("gcpkce-helper")
            helpers += len(waiting)
            # A client that asks its person sees nothing of the connection.
            clients = {caller.pid for caller in crowd.callers}
            assert newcomers(before | clients, grace + 30) == {}
        for line in filter(None, lines):
            line.close()
    assert helpers == FLOOD // 2
    assert at_rest(sshd) == fds
    assert genesys.log.records() == []
    measured(
        f"{FLOOD} connections that never answered, {helpers} of them at the "
        f"prompt: no connection to the fake server, no process left, in "
        f"{time.monotonic() - started:.0f} s")
