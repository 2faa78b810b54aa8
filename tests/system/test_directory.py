# SPDX-License-Identifier: ISC
"""Accounts of a directory service, which finds them by more than one spelling.

The name service is nss_directory.c: it gives the entry alice for Alice,
EXAMPLE\\alice, alice@example.test and asmith, and has names with a blank.
"""

import json
import os
import subprocess

import pytest

import hosts
from conftest import BUILD, nss_module

GCPKCE = os.path.join(BUILD, "tests/gcpkce")
MAP = "/etc/security/pam_gcpkce.map"
SPELLINGS = ["Alice", "ALICE", "alice@example.test", "Alice@EXAMPLE.test",
             r"EXAMPLE\alice", r"[example\Alice]"]
BY_NAME = {"map": "file, localpart", "email_domains": "example.test"}


@pytest.fixture(autouse=True)
def directory(house):
    path = "/etc/nsswitch.conf"
    with open(path, encoding="utf-8") as file:
        old = file.read()
    lines = [line for line in old.splitlines() if not line.startswith("passwd:")]
    with nss_module("directory"):
        house.write(path, "\n".join([*lines, "passwd: files directory", ""]))
        yield
        house.write(path, old)


def sign_in(house, person, account):
    """One answer of a person's; what comes of it stands in the journal."""
    terminal = hosts.Pamtester(house).open(account, "authenticate")
    terminal.answer(person.sign_in(terminal.asked()))
    return terminal


def let_in(house, journal, person, account):
    sign_in(house, person, account).end()
    return journal.decision("ok")


def kept_out(house, journal, person, account, outcome):
    terminal = sign_in(house, person, account)
    decision = journal.decision(outcome)
    terminal.hang_up()
    return decision


def check(*arguments):
    done = subprocess.run([GCPKCE, "--json", "check", "--offline", *arguments],
                          capture_output=True, text=True, check=False)
    return [one for one in json.loads(done.stdout)["findings"] if one["section"] == "files"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_line_in_another_spelling_lets_its_person_in(house, people, journal, spelling):
    house.map(f"{spelling} id:{people['bob'].id}")
    assert let_in(house, journal, people["bob"], "alice")


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("asked", ["alice", "Alice"])
def test_a_line_in_another_spelling_keeps_others_out(house, people, journal, configure, spelling,
                                                     asked):
    configure(**BY_NAME)
    house.map(f"{spelling} -", f"bob id:{people['bob'].id}")
    assert kept_out(house, journal, people["alice"], asked, "not_mapped")


def test_without_a_line_the_local_part_lets_her_in(house, people, journal, configure):
    configure(**BY_NAME)
    house.map("alice@elsewhere.test -", "dora -")
    assert let_in(house, journal, people["alice"], "alice")


def test_a_name_with_a_blank_stands_in_brackets(house, people, journal):
    house.map(f"[jo hn] id:{people['alice'].id}")
    assert let_in(house, journal, people["alice"], "jo hn")
    assert check("--user", "jo hn") == []


@pytest.mark.parametrize("name", ["jo hn", r"jo\ hn", '"jo hn"', "'jo hn'", "jo%20hn", r"jo\x20hn"])
def test_a_name_with_a_blank_in_another_form_is_a_fault_that_says_how(house, people, journal,
                                                                      name):
    house.map(f"{name} id:{people['alice'].id}")
    assert "in brackets" in kept_out(
        house, journal, people["alice"], "jo hn", "config_invalid")["cause"]
    found = check()
    assert [one for one in found if one["where"] == f"{MAP}:1" and "in brackets" in one["fix"]], found


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_check_names_a_line_in_another_spelling(house, people, spelling):
    house.map(f"dora id:{people['bob'].id}", f"{spelling} id:{people['alice'].id}")
    found, = check("--user", "alice")
    assert (found["severity"], found["where"], found["fix"]) == ("warning", f"{MAP}:2",
                                                                  "write alice")
    assert found["what"].startswith("the account's name is alice: the line counts for it")


def test_check_names_a_line_that_has_no_effect(house, people, journal):
    house.map(f"asmith id:{people['alice'].id}")
    found, = check()
    assert (found["severity"], found["where"], found["fix"]) == ("fault", f"{MAP}:1",
                                                                  "write alice")
    assert found["what"] == "the account's name is alice: the line has no effect"
    assert kept_out(house, journal, people["alice"], "alice", "not_mapped")
