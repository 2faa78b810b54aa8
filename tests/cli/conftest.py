# SPDX-License-Identifier: ISC
"""What the command's tests share: the built command and a configuration."""

import contextlib
import json
import os
import pwd
import subprocess
import sys
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default"))
GCPKCE = os.path.join(BUILD, "tests/gcpkce")
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

from shares import add_mark, pytest_collection_modifyitems  # noqa: E402,F401

CLIENT = "11111111-2222-4333-8444-555555555555"
ORGANIZATION = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
PERSON = "99999999-8888-4777-8666-555555555555"


class Command:
    """Runs gcpkce; keeps what it printed."""

    def __init__(self, *arguments, stdin="", env=None):
        done = subprocess.run([GCPKCE, *arguments], input=stdin, text=True,
                              capture_output=True, timeout=60, check=False,
                              env=dict(os.environ, **(env or {})))
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        return json.loads(self.out)


def descendants(pid):
    """The ids of a process's children, and of theirs, as the kernel lists them."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
    except OSError:
        return []
    return children + [one for child in children for one in descendants(child)]


def running(program):
    """The ids of the processes that run a program; root alone sees all of them."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/exe") == program:
                found.append(pid)
    return found


MEASURED = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[MEASURED] = []
    add_mark(config)


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[MEASURED]:
        terminalreporter.write_line(f"MEASURED: {line}")


@pytest.fixture
def measured(pytestconfig):
    """Note a figure, which the end of the run shows."""
    return pytestconfig.stash[MEASURED].append


@pytest.fixture
def gcpkce():
    return Command


@pytest.fixture
def directory():
    """A directory that is this user's alone to write, and others may read."""
    with tempfile.TemporaryDirectory(prefix="gcpkce-cli-") as path:
        os.chmod(path, 0o755)
        yield path


@pytest.fixture
def account():
    """An account that an identity may become: not root, and not below 1000."""
    for entry in pwd.getpwall():
        if entry.pw_uid >= 1000:
            return entry.pw_name
    return pytest.skip("there is no ordinary account on this machine")


@pytest.fixture
def configure(directory, account):
    """Writes a configuration with changes; gives its path."""
    def write(lines=None, **changes):
        settings = {
            "region": "eu-central-1", "client_id": CLIENT,
            "organization": ORGANIZATION,
            "redirect_uri": "https://signin.example.test/callback",
            "map_file": f"{directory}/map", "helper_user": "nobody", "preconnect": "no", **changes,
        }
        with open(f"{directory}/map", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write("\n".join(lines or [f"{account} id:{PERSON}"]) + "\n")
        with open(f"{directory}/conf", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644)
            file.writelines(f"{key} = {value}\n" for key, value in settings.items()
                            if value is not None)
        return f"{directory}/conf"
    return write
