# SPDX-License-Identifier: ISC
"""docs/CALLERS.md names tests that exist, and the manual says the same."""

import re

import pytest

from named_tests import TESTS, read, rows, shown_by

VERDICTS = ("works", "works with split", "works with start_url", "refused",
            "not yet", "not possible")
ROWS = list(rows("CALLERS.md"))


@pytest.mark.parametrize("number, cells", ROWS,
                         ids=[cells[0] for _, cells in ROWS])
def test_a_caller_names_a_test_that_exists_or_was_not_tried(number, cells):
    assert all(cells), "an empty cell"
    assert cells[1] in VERDICTS
    names = shown_by(cells)
    assert names or cells[-1] == "not tried"
    assert [name for name in names if name not in TESTS] == []
    assert names or cells[1] == "not yet", "a promise without a test"


def manual():
    """caller -> verdict, by the manual's table."""
    page = read("man", "pam_gcpkce.8")
    table = page[page.index(".Sh CALLERS\n"):].split(".El\n")[0]
    return dict(re.findall(r"^\.It (.+) Ta (.+)$", table, re.MULTILINE))


def test_the_manual_has_the_same_callers_and_verdicts():
    assert len(ROWS) > 15
    verdicts = {"works with split": "split", "works with start_url": "start_url"}
    assert manual() == {cells[0]: verdicts.get(cells[1], cells[1])
                        for _, cells in ROWS}
