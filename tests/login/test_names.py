# SPDX-License-Identifier: ISC
"""A name server that never answers: no sign-in, no wait, and no token kept."""

import time


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
