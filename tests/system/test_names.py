# SPDX-License-Identifier: ISC
"""Names: a name server that never answers, and an account of a domain."""

import time

import hosts
from person import address_in


def test_a_silent_name_server_neither_delays_nor_loses_a_token(
        sshd, people, journal, configure, name_server):
    configure(api_url="https://api.slow.test", timeout=5, request_timeout=1,
              connect_timeout=2)
    terminal = sshd.open("alice")
    landed = people["alice"].sign_in(terminal.asked())
    begun = time.monotonic()  # the resolver itself tries for 10 seconds
    terminal.answer(landed)
    decision = journal.decision("unreachable|timed_out")
    assert time.monotonic() - begun < 9, "the helper was deaf"
    assert int(decision["ms"]) < 9000
    journal.wait("outcome=revoke_failed")


def test_an_account_of_a_domain_is_shown_as_its_owner_writes_it(house, people, journal):
    with open("/etc/passwd", encoding="utf-8") as file:
        before = file.read()
    house.write("/etc/passwd", before + "EXAMPLE\\jdoe:x:7777:7777::/tmp:/bin/sh\n")
    house.map(f"EXAMPLE\\jdoe id:{people['alice'].id}")
    try:
        terminal = hosts.Pamtester(house).open("EXAMPLE\\jdoe", "authenticate")
        shown = terminal.asked()
        assert "to continue as EXAMPLE\\jdoe on bastion01 " in shown
        assert address_in(shown).endswith(".EXAMPLE_jdoe~bastion01")
        terminal.answer(people["alice"].sign_in(shown))
        terminal.end()
        journal.decision("ok")
        assert 'user="EXAMPLE\\x5cjdoe"' in journal.text()
    finally:
        house.write("/etc/passwd", before)
