# SPDX-License-Identifier: ISC
"""docs/THREATS.md names the test that shows it in every row, and each exists.

Where there is no test it says "not tested: " and why.
"""

import re

import pytest

from named_tests import TESTS, rows, shown_by

ROWS = list(rows("THREATS.md"))


def test_there_are_rows_and_tests_to_look_at():
    assert len(ROWS) > 100
    assert len(TESTS) > 500
    assert "policy_all_zero_is_a_denial" in TESTS


@pytest.mark.parametrize("number, cells", ROWS,
                         ids=[f"line {number}" for number, _ in ROWS])
def test_a_row_names_a_test_that_exists_or_says_why_not(number, cells):
    assert all(cells), "an empty cell"
    names = shown_by(cells)
    assert names or re.search(r"not tested: \w+", cells[-1])
    assert [name for name in names if name not in TESTS] == []
