# SPDX-License-Identifier: ISC
"""Tables of the documents whose last column names tests.

Names stand in backticks: of a test, of a row of the table of attacks
(test_attack[...]), or of a target of make.
"""

import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path += [os.path.join(ROOT, "tests", name) for name in (
    "system", "lib")]
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
            | {f"make {name}" for files in ("Makefile", "mk/*.mk",
                                             "tests/**/*.mk")
               for name in found(r"^([a-z][a-z-]*):(?!=)", files)}
            | {f"test_attack[{row.sentence}]" for row in ATTACKS})


def rows(document):
    """(line, its cells) for each row of the tables, without their heads."""
    lines = read("docs", document).split("\n")
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[-1] != "shown by":
            yield number, cells


def shown_by(cells):
    return re.findall(r"`([^`]+)`", cells[-1])


TESTS = all_tests()
