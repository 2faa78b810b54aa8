# SPDX-License-Identifier: ISC
"""The documents of the source name functions, types, members and keys that exist.

A name is a word in backticks, there also the name of a struct and a member with
its value; a lower-case word in bold; or any word with an underscore.  The walk
must find its names in the product; the other pages may also name what a test, a
tool or the Makefile has.
"""

import glob
import os
import re

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PRODUCT = ("pam_gcpkce/**/*.[ch]", "include/**/*.h")
REST = ("tests/**/*.[ch]", "tests/**/*.py", "tools/*", "Makefile", "**/*.mk",
        "packaging/systemd/*")
PLACEHOLDERS = {"ttyN", "ttySN", "hvcN", "START_URL",  # terminals with their number, an address
                "command_NAME", "check_NAME", "goto"}  # names to be chosen, and one that is not used


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def words_of(patterns):
    """The words of the files, without comments of C; a frame also without WIRE_."""
    words = set()
    for pattern in patterns:
        for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
            if os.path.isfile(path) and path != os.path.abspath(__file__):
                words |= set(re.findall(r"\w+", re.sub(r"/\*.*?\*/", "", read(path),
                                                       flags=re.DOTALL)))
    return words | {word[len("WIRE_"):] for word in words if word.startswith("WIRE_")}


def named_in(text):
    return (set(re.findall(r"`([A-Za-z_]\w*)(?:\(\))?`", text))
            | set(re.findall(r"`(?:struct|enum) (\w+)`", text))
            | set(sum(re.findall(r"`([a-z]\w*) = (\w+)`", text), ()))
            | set(re.findall(r"\*\*([a-z_]\w*)\*\*", text))
            | set(re.findall(r"(?<![\w/.=*-])[A-Za-z]\w*_\w*[A-Za-z0-9](?![\w/*-]|\.\w)", text)))


def missing(text, words):
    return sorted(named_in(text) - words - PLACEHOLDERS)


@pytest.mark.parametrize("page, where, least", [
    ("docs/TOUR.md", PRODUCT, 100), ("docs/DESIGN.md", PRODUCT + REST, 100),
    ("CONTRIBUTING.md", PRODUCT + REST, 40)], ids=["TOUR", "DESIGN", "CONTRIBUTING"])
def test_each_name_exists(page, where, least):
    text = read(os.path.join(ROOT, page))
    assert len(named_in(text)) > least
    assert missing(text, words_of(where)) == []


def test_a_name_that_does_not_exist_is_noticed():
    words = words_of(PRODUCT)
    text = "**policy_decide** calls `config_load()`, then {} in `a/b_c.c` for pam_sm_*."
    assert missing(text.format("`signin_run`"), words) == []
    assert missing(text.format("`struct signin`"), words) == []
    assert missing(text.format("`struct nosuch`, `enum nonesuch`"), words) == ["nonesuch", "nosuch"]
    assert missing(text.format("`nosuch = HELPER_PROC_NONE`"), words) == ["nosuch"]
    for absent in ("`no_such`", "**nosuchfunction**", "no_such_function", "`nosuchfunction`"):
        assert missing(text.format(absent), words) == [absent.strip("`*")]
    assert "Alice" not in named_in("**Alice**") and "policy_decides" in named_in("policy_decides")
