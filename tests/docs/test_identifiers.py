# SPDX-License-Identifier: ISC
"""docs/TOUR.md and docs/DESIGN.md name functions, types and keys that exist.

A name is a word in backticks, a lower-case word in bold, or any word with an
underscore.  The walk must find its names in the product; the design may also
name what a test, a tool or the Makefile has.
"""

import glob
import os
import re

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PRODUCT = ("pam_gcpkce/**/*.[ch]", "include/**/*.h")
REST = ("tests/**/*.[ch]", "tests/**/*.py", "tools/*", "Makefile", "**/*.mk")
PLACEHOLDERS = {"ttyN", "ttySN", "hvcN", "START_URL"}  # terminals with their number, an address


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
            | set(re.findall(r"\*\*([a-z_]\w*)\*\*", text))
            | set(re.findall(r"(?<![\w/.=*-])[A-Za-z]\w*_\w*[A-Za-z0-9](?![\w/*-]|\.\w)", text)))


def missing(text, words):
    return sorted(named_in(text) - words - PLACEHOLDERS)


@pytest.mark.parametrize("page, where", [
    ("docs/TOUR.md", PRODUCT), ("docs/DESIGN.md", PRODUCT + REST)], ids=["TOUR", "DESIGN"])
def test_each_name_exists(page, where):
    text = read(os.path.join(ROOT, page))
    assert len(named_in(text)) > 100
    assert missing(text, words_of(where)) == []


def test_a_name_that_does_not_exist_is_noticed():
    words = words_of(PRODUCT)
    text = "**policy_decide** calls `config_load()`, then {} in `a/b_c.c` for pam_sm_*."
    assert missing(text.format("`signin_run`"), words) == []
    for absent in ("`no_such`", "**nosuchfunction**", "no_such_function", "`nosuchfunction`"):
        assert missing(text.format(absent), words) == [absent.strip("`*")]
    assert "Alice" not in named_in("**Alice**") and "policy_decides" in named_in("policy_decides")
