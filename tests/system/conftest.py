# SPDX-License-Identifier: ISC
"""What every test finds: a house, the fake Genesys Cloud server, people, hosts.

Each test begins with an unused configuration, empty records and no process
of an earlier one, and must leave none behind.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

import hosts  # noqa: E402
from browser import Browser  # noqa: E402
from house import (  # noqa: E402
    HELPER_USER, MARK, ROOT, House, move_in, why_not)
from machine import start_network  # noqa: E402
from names import NameServer  # noqa: E402
from person import Person  # noqa: E402
from procfs import newcomers, present  # noqa: E402
from service import Service  # noqa: E402
from shares import add_mark, pytest_collection_modifyitems  # noqa: E402,F401
from fake_server import FakeServer  # noqa: E402
from waiting import wait_until  # noqa: E402

TEST_LIMIT = 300  # seconds; a test may say otherwise by a mark
REVOKER_LIMIT = 40  # seconds; the revoker of a sign-in ends itself after 10
OVER_THE_SOCKET = "GCPKCE_SERVICE" in os.environ  # by make check-service
SKIPPED = pytest.StashKey[str]()
MEASURED = pytest.StashKey[list]()
BUILD = os.path.realpath(
    os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default")))

# The stack of the examples; {module} is the built one.
STACK = hosts.NO_DELAY + """\
auth    required {module}
account required pam_permit.so
session required {module}
"""
SHOW_SESSION = "session optional pam_exec.so quiet stdout {session}\n"


def pytest_cmdline_main(config):
    if config.option.collectonly or config.option.help:
        return None
    return move_in(config)


def pytest_configure(config):
    config.stash[MEASURED] = []
    config.addinivalue_line(
        "markers", "limit(seconds): how long the test may take")
    add_mark(config)


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[MEASURED]:
        terminalreporter.write_line(f"MEASURED: {line}")
    reason = config.stash.get(SKIPPED, None)
    if reason is not None:
        terminalreporter.write_sep("!", "NO SIGN-IN WAS TESTED", red=True)
        terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def house(pytestconfig):
    directory = os.environ.pop(MARK, None)
    if directory is None:
        reason = why_not() or "give pytest the directory tests/system by name"
        pytestconfig.stash[SKIPPED] = reason
        pytest.skip(reason)
    # of a daemon that ends its process group; the house itself ends by SIGKILL
    signal.signal(signal.SIGTERM, lambda *_: None)
    start_network()
    house = House(directory)
    for built in ("gcpkce-helper", "tests/pam_gcpkce.so"):
        path = os.path.join(BUILD, built)
        if not os.path.exists(path):
            pytest.exit(f"{path} is not built; run make test-parts", 2)
    house.install(BUILD)
    if OVER_THE_SOCKET:
        Service([f"{BUILD}/gcpkce-helper"], HELPER_USER)  # ends with the house
    return house


@pytest.fixture(scope="session")
def genesys(house):
    """The fake Genesys Cloud server, which every account here may trust."""
    with FakeServer(house.path("genesys")) as fake:
        yield fake


@pytest.fixture(scope="module")
def people(genesys):
    """key -> Person, for all people of the fake server."""
    browser = Browser(genesys.ca_file)
    return {key: Person(browser, record)
            for key, record in genesys.people.items()}


@pytest.fixture
def settings(genesys):
    """The configuration that works, as a dict to change and to write."""
    return {**genesys.settings(), "helper_user": HELPER_USER, "debug": "yes"}


@pytest.fixture
def configure(house, settings):
    """Write the configuration, with changes: configure(export="env")."""
    def write(**changes):
        house.configure({**settings, **changes})
    return write


@pytest.fixture
def measured(pytestconfig):
    """Note a figure, which the end of the run shows."""
    return pytestconfig.stash[MEASURED].append


@pytest.fixture(autouse=True)
def fresh(request, house, genesys, people, configure):
    """A host that was just set up, with nothing going on."""
    mark = request.node.get_closest_marker("limit")
    limit = mark.args[0] if mark else TEST_LIMIT
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(limit)
    house.clear()
    for service in ("sshd", "sudo", "su", "login"):
        house.stack(service, STACK)
    house.stack("gcpkce-test", STACK + SHOW_SESSION)
    configure()
    house.map(f"alice id:{people['alice'].id}",
              f"bob email:{people['bob'].email}",
              f"ops id:{people['alice'].id} id:{people['bob'].id}",
              f"root id:{people['alice'].id}")
    genesys.faults.clear()
    for host in genesys.sites:
        genesys.drop(host)  # a delayed request of an earlier test is none of ours
    assert wait_until(lambda: not any(
        map(genesys.open_connections, genesys.sites)))
    genesys.log.clear()
    house.journal.clear()
    before = present()
    yield
    house.close_terminals()
    # a host that has lost its person still ends the session, and the token
    left = newcomers(before, REVOKER_LIMIT, but="chromium")  # is for many tests
    signal.alarm(0)
    print(f"The journal:\n{house.journal.text()}")  # shown of what failed
    assert left == {}, "these outlive the test"


def _too_long(*_):
    raise TimeoutError("the test takes longer than it may")


@pytest.fixture
def journal(house):
    return house.journal


@pytest.fixture
def sshd(house):
    daemon = hosts.Sshd(house)
    yield daemon
    daemon.stop()


@contextlib.contextmanager
def nss_module(name):
    """A built name service, where the loader finds it; needs the house."""
    place = "/usr/local/lib"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "lib", place], check=True)
    shutil.copy(f"{BUILD}/tests/libnss_{name}.so.2", place)
    subprocess.run(["ldconfig"], check=True)
    yield
    # a process that is ending may still have it open
    subprocess.run(["umount", "--lazy", place], check=True)
    subprocess.run(["ldconfig"], check=True)


@pytest.fixture
def name_server(house):
    """Names are asked of a server that takes questions and says nothing."""
    server = NameServer()
    files = {path: open(path, encoding="utf-8").read()
             for path in ("/etc/nsswitch.conf", "/etc/resolv.conf")}
    house.write("/etc/nsswitch.conf", files["/etc/nsswitch.conf"].replace(
        "hosts: files", "hosts: files dns"))
    house.write("/etc/resolv.conf", f"nameserver {server.address}\n")
    yield server
    for path, text in files.items():
        house.write(path, text)
    server.close()
