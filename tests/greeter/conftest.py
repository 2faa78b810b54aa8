# SPDX-License-Identifier: ISC
"""What the tests of the login screen find: a tree of their own with the product
installed, an account for the greeter, a screen, a session bus, and web servers.
"""

import contextlib
import functools
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
for directory in ("lib", "system"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), directory))

import desk as desks  # noqa: E402
import tree  # noqa: E402
from fake_server import FakeServer  # noqa: E402
from house import MARK, move_in, why_not  # noqa: E402
from journal import Journal  # noqa: E402
from lightdm import LightDM  # noqa: E402
from machine import ROOT, start_network  # noqa: E402
from screen import Screen  # noqa: E402
from site_server import Site, page  # noqa: E402
from viewer import PROGRAM, Viewer  # noqa: E402
from waiting import PATIENCE, wait_until  # noqa: E402

BUILD = os.path.realpath(os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default")))
SHOTS = os.path.join(BUILD, "greeter")
ACCOUNT, UID = "gcpkce-greeter", 3950

LOGIN, APPS, IDP = "login.example.test", "apps.example.test", "idp.example.test"
OTHER = "other.example.test"  # no page may reach it
CALLBACK = "/callback/desk"
DESK = "desk.example.test"  # of the redirect URI; no page may reach it
HOSTS = (LOGIN, APPS, IDP)
LOOKED_UP = (OTHER, DESK)  # by DNS, the others in /etc/hosts


def pytest_cmdline_main(config):
    if config.option.collectonly or config.option.help:
        return None
    return move_in(config)


@pytest.fixture(scope="session")
def private_tree():
    """The tests move into it, with the product installed in /usr/local."""
    directory = os.environ.pop(MARK, None)
    if directory is None:
        pytest.exit(why_not() or "give pytest the directory tests/greeter by name", 2)
    start_network()
    tree.enter(directory)
    tree.install(BUILD)
    tree.name_hosts(HOSTS)
    tree.add_account(ACCOUNT, UID)


@pytest.fixture(scope="session")
def german(private_tree):
    """The German locale is there; gives a view's environment of it."""
    if not os.path.exists("/usr/lib/locale/de_DE.UTF-8"):
        tree.run("localedef", "--no-archive", "-i", "de_DE", "-f", "UTF-8", "/usr/lib/locale/de_DE.UTF-8")
    return {"LANG": "de_DE.UTF-8"}


@pytest.fixture(scope="session")
def bus(private_tree, screen):
    """A session bus of the account, with the accessibility bus behind it."""
    address = f"unix:path=/run/user/{UID}/bus-of-tests"
    environment = {**screen.environment, "XDG_RUNTIME_DIR": f"/run/user/{UID}", "HOME": "/"}
    daemon = tree.as_account(UID, ["dbus-daemon", "--session", "--nofork", f"--address={address}"],
                             environment, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: os.path.exists(address.split("=")[1]))
    asked = tree.as_account(UID, ["dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus",
                                  "org.a11y.Bus.GetAddress"], {"DBUS_SESSION_BUS_ADDRESS": address},
                            stdout=subprocess.DEVNULL)
    assert asked.wait(PATIENCE) == 0
    yield {"DBUS_SESSION_BUS_ADDRESS": address}
    daemon.terminate()
    daemon.wait()


@pytest.fixture(scope="session")
def servers(private_tree):
    """Web servers for HOSTS, which every program of the tree trusts."""
    site = Site("/tmp/site", HOSTS + LOOKED_UP, LOOKED_UP)
    tree.trust(site.ca_file)
    yield site
    site.close()


@pytest.fixture
def site(servers):
    servers.clear()
    servers.present("good")
    return servers


@pytest.fixture
def link(site):
    """A page whose upper half is a link to another host, of one colour: WebKit may paint it red while it is pressed."""
    site.pages[LOGIN, "/start"] = page(
        f"<a href='{site.url(OTHER, '/link')}' style='display: block; height: 50vh; background: #ccc;"
        " color: black'>Help</a>"
        "<script>addEventListener('dragstart', () => fetch('/dragged')); fetch('/there')</script>")
    return site


@pytest.fixture(scope="session")
def screen(private_tree):
    screen = Screen(SHOTS)
    yield screen
    screen.close()


def start_view(started, screen, site, target="/start", *options, host=LOGIN, redirect=None,
               env=None, program=PROGRAM, by_input=False):
    """Start the view at an address of the site; it ends with the stack."""
    address = target if ":" in target else site.url(host, target)
    argv = [*options, "--redirect", redirect or site.url(DESK, CALLBACK), "-" if by_input else address]
    return started.enter_context(Viewer(screen, UID, argv, env, program, address if by_input else ""))


@pytest.fixture
def view(screen, site):
    """Start the view: view("/path", "--allow", IDP, env={...})."""
    with contextlib.ExitStack() as started:
        yield functools.partial(start_view, started, screen, site)


@pytest.fixture(scope="module")
def module_view(screen, servers):
    """The same as view, for fixtures that several tests share."""
    with contextlib.ExitStack() as started:
        yield functools.partial(start_view, started, screen, servers)


@pytest.fixture
def routes(private_tree):
    """routes(True) or routes(False): is there a default route, until the test ends?"""
    before = desks.is_connected()

    def switch(on):
        if on != desks.is_connected():
            (desks.connect if on else desks.disconnect)()
    yield switch
    switch(before)


@pytest.fixture(scope="session")
def genesys(private_tree):
    """The fake Genesys Cloud server; its sign-in page is on localhost."""
    with FakeServer("/tmp/genesys") as fake:
        tree.trust(fake.ca_file, "genesys")
        desks.set_up(fake)
        desks.connect()
        yield fake


@pytest.fixture(scope="session")
def all_lines(private_tree):
    return Journal("/dev/log")


@pytest.fixture
def journal(all_lines):
    all_lines.clear()
    return all_lines


@contextlib.contextmanager
def in_use(workstation, journal, *stack, **changes):
    """A workstation for a fixture: configured (see Desk.configure), and stopped at the end."""
    workstation.fake.faults.clear()
    workstation.fake.log.clear()
    workstation.configure(*stack, **changes)
    try:
        yield workstation
    finally:
        workstation.stop()
        print(f"The journal:\n{journal.text()}")  # shown of what failed


@pytest.fixture
def desk(screen, genesys, journal):
    """A configured workstation whose display manager the test starts."""
    with in_use(desks.Desk(screen, genesys, ACCOUNT, UID), journal) as workstation:
        yield workstation


@pytest.fixture
def lightdm(screen, genesys, journal):
    with in_use(LightDM(screen, genesys), journal) as workstation:
        yield workstation
