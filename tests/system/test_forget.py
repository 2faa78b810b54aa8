# SPDX-License-Identifier: ISC
"""gcpkce forget: which remembered sign-ins it removes, and what it says."""

import json
import os
import subprocess

import pytest

from conftest import BUILD
from hosts import as_account

GCPKCE = os.path.join(BUILD, "tests/gcpkce")
DIRECTORY = "/run/gcpkce/remembered"
NAMES = {"3001-0123456789abcdef", "3001-fedcba9876543210", "3002-0123456789abcdef",
         "30010-0123456789abcdef"}


def forget(*arguments, by="root"):
    argv = [GCPKCE, *arguments]
    return subprocess.run(argv if by == "root" else as_account(by, argv),
                          capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def records(house):
    """Files that are named as records are; what is in them does not matter."""
    os.makedirs(DIRECTORY, 0o700)
    for name in NAMES:
        house.write(f"{DIRECTORY}/{name}", "x", 0o600)


def test_forget_removes_those_of_one_user(records):
    done = forget("forget", "--user", "alice")
    assert (done.returncode, done.stdout, done.stderr) == (
        0, "forgotten: 2 remembered sign-ins\n", "")
    assert set(os.listdir(DIRECTORY)) == {name for name in NAMES if not name.startswith("3001-")}
    assert forget("forget", "--user", "alice").stdout == "forgotten: 0 remembered sign-ins\n"
    assert forget("forget", "--user", "bob").stdout == "forgotten: 1 remembered sign-in\n"


def test_forget_removes_those_of_all_users(records):
    done = forget("--json", "forget", "--all")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["outcome"], answer["forgotten"]) == (0, "ok", len(NAMES))
    assert os.listdir(DIRECTORY) == []


def test_forget_is_root_s(records):
    done = forget("forget", "--all", by="alice")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == "gcpkce: remembered sign-ins are root's; run this as root\n"
    assert json.loads(forget("--json", "forget", "--all", by="alice").stdout)["outcome"] == (
        "system_error")
    assert set(os.listdir(DIRECTORY)) == NAMES


def test_forget_says_what_it_could_not_remove(records, house):
    os.mkdir(f"{DIRECTORY}/3001-a-directory")
    done = forget("forget", "--user", "alice")
    assert done.returncode == 1
    assert done.stdout == "forgotten: 2 remembered sign-ins\n"
    assert "3001-a-directory" in done.stderr


def test_forget_does_not_follow_a_directory_of_another_user(house, records):
    """A directory that is not root's alone is not root's records."""
    os.chown(DIRECTORY, 3001, 3001)
    done = forget("forget", "--all")
    assert done.returncode == 1 and done.stdout == "" and os.path.basename(DIRECTORY) in done.stderr
    assert set(os.listdir(DIRECTORY)) == NAMES
