# SPDX-License-Identifier: ISC
"""What a stranger learns who tries names, and what he does not."""

import time

import pytest

import contract
import hosts
from browser import pair


@pytest.mark.parametrize("account", ["carol", "nobody-here"])
def test_a_code_for_an_account_of_nobody_is_refused_after_a_time_of_its_own(
        house, genesys, configure, account):
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
    assert all(0.29 < seconds for seconds in took), took
    assert len({round(seconds, 3) for seconds in took}) > 1, took
    assert genesys.log.records() == []
