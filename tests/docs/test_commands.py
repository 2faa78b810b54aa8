# SPDX-License-Identifier: ISC
"""A test runs each shell command of README.md and of the pages it leads to.

A test that calls documents.commands(PAGE, HEADING) runs all commands of that
section.  For the others NAMED has the test that runs the same command.
"""

import os
import re
import subprocess

import pytest

from named_tests import ROOT, TESTS, found
from documents import all_commands, commands_in, sections

NAMED = {
    "gcpkce forget": "test_forget_removes_those_of_all_users",
    "make demo": "test_demo_signs_in_by_itself_and_shows_what_it_promises",
    "make demo PROVIDER=cxone": "test_demo_signs_in_with_cxone",
    "make check": "test_make_check_runs_all_tests",
    "make deb": "test_the_package_is_built_and_installed_as_the_documents_say",
    "apt install ./build/deb/libpam-gcpkce_*.deb":
        "test_the_package_is_built_and_installed_as_the_documents_say",
}
RUN = found(r'commands\("([^"]+", "[^"]+)"\)', "tests/**/*.py")
COMMANDS = all_commands()


def is_run(page, heading, command):
    return f'{page}", "{heading}' in RUN or NAMED.get(command) in TESTS


@pytest.mark.parametrize("page, heading, command", COMMANDS,
                         ids=[f"{page}: {command}" for page, _, command in COMMANDS])
def test_a_command_is_run_by_a_test(page, heading, command):
    assert is_run(page, heading, command), "run it in a test, or add it to NAMED"


def test_a_command_without_a_test_is_noticed():
    lines = ["    gcpkce new --thing   # why", "Look with `ssh -V`.", "    timeout = 5"]
    assert commands_in("README.md", lines) == ["gcpkce new --thing", "ssh -V"]
    assert commands_in("docs/INSTALL.md", lines) == ["gcpkce new --thing"]
    assert not is_run("README.md", "A new section", "gcpkce new --thing")
    assert len(COMMANDS) > 30


def test_each_page_has_a_heading_once():
    for page in {page for page, _, _ in COMMANDS}:
        headings = [heading for heading, _ in sections(page)]
        assert sorted(set(headings)) == sorted(headings)


def dry_run(target):
    """What make would run."""
    return subprocess.run(["make", "--no-print-directory", "--dry-run", target], cwd=ROOT,
                          check=True, text=True, stdout=subprocess.PIPE,
                          env={"PATH": os.environ["PATH"]}).stdout


def test_make_check_runs_all_tests():
    assert re.search(r"^\S+ tests/run\.py --build build/default +all$", dry_run("check"),
                     re.MULTILINE)


def test_make_demo_runs_the_demo():
    assert re.search(r"^\S+ tools/demo --build build/default$", dry_run("demo"), re.MULTILINE)
