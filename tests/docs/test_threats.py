# SPDX-License-Identifier: ISC
"""docs/THREATS.md names the test that shows it in every row, and each exists.

In its last column stand names in backticks: of a test, of a row of the table
of attacks (test_attack[...]), or of a target of make.  Where there is no test
it says "not tested: " and why.
"""

import glob
import os
import re
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path += [os.path.join(ROOT, "tests", name) for name in (
    "login", "genesys")]
from attacks import ROWS as ATTACKS  # noqa: E402


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def found(pattern, files):
    """All that a pattern finds in the files of a pattern of names."""
    return {name for path in glob.glob(os.path.join(ROOT, files),
                                       recursive=True)
            for name in re.findall(pattern, read(path), re.MULTILINE)}


def in_c():
    """Functions of the tests that stand in a list that cmocka is given."""
    listed = {name for tests in found(
        r"CMUnitTest \w+\[\] = \{([^;]*)\};", "tests/**/test_*.c")
        for name in re.findall(r"\w+", tests)}
    return listed & found(r"^(\w+)\(void \*\*\w+\)", "tests/**/test_*.c")


def all_tests():
    return (in_c()
            | found(r"^def (test_\w+)\(", "tests/**/test_*.py")
            | {f"make {name}" for name in
               found(r"^([a-z][a-z-]*):(?!=)", "Makefile")}
            | {f"test_attack[{row.sentence}]" for row in ATTACKS})


def rows():
    """(line, its cells) for each row of the tables, without their heads."""
    for number, line in enumerate(read("docs", "THREATS.md").split("\n"), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[-1] != "shown by":
            yield number, cells


def shown_by(cells):
    return re.findall(r"`([^`]+)`", cells[-1])


ROWS = list(rows())
TESTS = all_tests()


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
