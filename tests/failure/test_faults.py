# SPDX-License-Identifier: ISC
"""Whatever goes wrong on the way: its outcome, in time, with nothing left."""

import os
import re

import pytest

from matrix import line
from rows import rows
from signin import PAM_RESULT, ROOT, Got, Row

ROWS = rows()
PAGE = os.path.join(ROOT, "docs", "FAULTS.md")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_fault_has_its_outcome_and_leaves_nothing_behind(matrix, row):
    wrong = matrix.wrong(row)
    if wrong is None:
        pytest.skip(matrix.skipped)
    print(matrix.got[row.key].output)
    assert wrong == []


def test_only_these_two_outcomes_are_authinfo_unavail():
    assert {outcome for outcome, result in PAM_RESULT.items()
            if result == "PAM_AUTHINFO_UNAVAIL"} == {
                "unreachable", "provider_error"}


def test_no_two_rows_have_the_same_key():
    keys = [row.key for row in ROWS]
    assert len(keys) == len(set(keys))


def without_time(table_line):
    return re.sub(r"\| \d+\.\d (?=\|)", "| ", table_line)


def test_the_page_of_the_docs_has_these_rows_and_outcomes():
    """It is renewed by make fault-table."""
    with open(PAGE, encoding="utf-8") as file:
        there = [without_time(one) for one in file
                 if one.startswith("| ") and not one.startswith("| where")]
    assert there == [without_time(line(row, expected(row))) for row in ROWS]


def expected(row):
    return Got(outcome=row.outcome, result=PAM_RESULT[row.outcome],
               children=(int(row.token), 0), fds=(3, 3))


ROW = Row("somewhere", "something", "unreachable", token=True)


def good():
    return Got(outcome="unreachable", result="PAM_AUTHINFO_UNAVAIL",
               seconds=1, bound=2, children=(1, 0), fds=(3, 3), revoked=True,
               requests={"the code ...abcd": 1})


def test_a_row_without_a_fault_is_not_complained_about():
    assert good().judge(ROW) == []


@pytest.mark.parametrize("field, value", [
    ("outcome", "ok"), ("result", "PAM_SUCCESS"), ("seconds", 2.1),
    ("children", (0, 0)), ("children", (2, 0)), ("children", (1, 1)),
    ("fds", (3, 4)), ("fds", (-1, -1)), ("revoked", False),
    ("requests", {"the code ...abcd": 2}), ("complaints", ["something"]),
])
def test_whatever_differs_is_complained_about(field, value):
    got = good()
    setattr(got, field, value)
    assert len(got.judge(ROW)) == 1


def test_a_request_to_the_api_without_a_token_is_complained_about():
    row = Row("somewhere", "something", "unreachable")
    got = good()
    got.children, got.revoked = (0, 0), False
    assert got.judge(row) == []
    got.requests = {"GET /users/me": 1}
    assert len(got.judge(row)) == 1
