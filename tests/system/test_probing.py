# SPDX-License-Identifier: ISC
"""What a stranger learns who tries names, and what he does not."""

import time

import pytest

import contract
import hosts
from browser import pair


@pytest.mark.parametrize("account, requests", [("carol", 0), ("absent-user", 0), ("alice", 3)])
def test_a_refused_code_takes_every_account_the_same_time(
        house, genesys, configure, account, requests):
    configure(attempts=4)
    terminal = hosts.Pamtester(house).open(account)
    shown = terminal.asked()
    took = []
    for _ in range(3):
        began = time.monotonic()
        terminal.answer(pair("A" * 43, shown))
        shown = terminal.asked()
        assert contract.REFUSED in shown
        took.append(time.monotonic() - began)
    assert min(took) > 0.89, took
    assert min(took) < 1.4, took  # and no longer than that
    assert genesys.log.count("POST", "/oauth/token") == requests
    assert requests or genesys.log.records() == []
