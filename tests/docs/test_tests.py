# SPDX-License-Identifier: ISC
"""tests/README.md: a row for each directory, and tests that exist."""

import os
import re

import pytest

from named_tests import ROOT, TESTS, read
from documents import sections

README = read("tests", "README.md")
TABLES = README.split("\n## ")


def rows(text):
    """The cells of each row of a table, without its head."""
    lines = [line for line in text.split("\n") if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


DIRECTORIES, BEHAVIOURS = rows(TABLES[0]), rows(TABLES[1])


def test_each_directory_has_a_row():
    with os.scandir(f"{ROOT}/tests") as entries:
        found = {entry.name + "/" for entry in entries
                 if entry.is_dir() and not entry.name.startswith(("_", "."))}
    assert {row[0] for row in DIRECTORIES} == found
    assert len(DIRECTORIES) == len(found)


@pytest.mark.parametrize("row", DIRECTORIES, ids=lambda row: row[0])
def test_a_row_runs_a_test_of_its_directory(row):
    """A directory without tests names those that use what it has."""
    assert len(row) == 6
    word = re.search(r" (?:T|FUZZ_TARGETS)=(\w+)", row[5])
    if word is None:
        assert row[5] in TESTS | {"make bench FIGURE=4"}
        return
    where = "" if row[1].startswith("no tests") else row[0]
    names = [os.path.join(base, name) for base, _, files in os.walk(f"{ROOT}/tests/{where}")
             for name in files if name.endswith((".c", ".py"))]
    assert any(word[1] in name for name in names)


def test_there_are_thirteen_behaviours():
    assert len(BEHAVIOURS) == 13


@pytest.mark.parametrize("behaviour, file, test", BEHAVIOURS, ids=[row[2] for row in BEHAVIOURS])
def test_a_behaviour_names_a_test_of_the_file(behaviour, file, test):
    assert behaviour
    assert test in TESTS
    assert re.search(rf"^(def |static void )?{test}\(", read("tests", *file.split("/")),
                     re.MULTILINE)


@pytest.mark.parametrize("command", re.findall(r"^ {4}(.+)$", README, re.MULTILINE))
def test_a_command_names_a_file_that_exists(command):
    file = re.search(r"tests/\w+/test_\w+(?:\.py)?", command)[0]
    assert os.path.exists(f"{ROOT}/{file}") or os.path.exists(f"{ROOT}/{file}.c")


ID_TOKENS = rows(read("tests", "ID_TOKENS.md").split("\n\n")[-1])


def test_all_attacks_on_id_tokens_have_a_row():
    assert len({row[0] for row in ID_TOKENS}) == len(ID_TOKENS) == 84


@pytest.mark.parametrize("attack, tests", ID_TOKENS, ids=[row[0] for row in ID_TOKENS])
def test_an_attack_on_id_tokens_names_its_tests(attack, tests):
    assert attack
    assert set(tests.replace("`", "").split(", ")) <= TESTS


# one table for each program
WAYS_OUT = [row for table in read("docs", "WAYS_OUT.md").split("\n## ") for row in rows(table)]


@pytest.mark.parametrize("way", WAYS_OUT, ids=[row[0] for row in WAYS_OUT])
def test_a_way_out_of_the_sign_in_page_names_its_tests(way):
    assert len(WAYS_OUT) > 25 and len(way) == 3
    names = way[2].split("`, `")
    assert [name for name in names if name not in TESTS] == []


WORKSTATION = [row for page, heading in (
    ("docs/WORKSTATIONS.md", "The greeter's account"),
    ("tests/README.md", "What a screen reader finds at the login screen"))
    for row in rows("\n".join(dict(sections(page))[heading]))]


@pytest.mark.parametrize("row", WORKSTATION, ids=lambda row: row[0])
def test_a_row_of_the_workstation_names_its_tests_or_was_not_tried(row):
    assert len(WORKSTATION) > 15
    names = re.findall(r"test_\w+", row[-1])
    assert names or row[-1] == "not tried"
    assert set(names) <= TESTS
