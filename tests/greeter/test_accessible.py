# SPDX-License-Identifier: ISC
"""gcpkce-view as a screen reader finds it, by AT-SPI."""

import os
import subprocess
import time

import pytest

import tree
from conftest import HERE, LOGIN, OTHER, UID
from site_server import page
from waiting import PATIENCE, wait_until


@pytest.fixture
def read(screen, bus):
    """What is on the screen, as a set of (role, name, "focused" or "")."""
    def run():
        child = tree.as_account(UID, ["/usr/bin/python3", "-B", os.path.join(HERE, "at_spi.py")],
                                {**screen.environment, **bus, "XDG_RUNTIME_DIR": f"/run/user/{UID}"},
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return {tuple(line.split("|")) for line in child.communicate(timeout=PATIENCE)[0].decode().splitlines()
                if line.count("|") == 2}
    return run


def names(found, *roles):
    return {name for role, name, _ in found if role in roles}


def test_the_bar_has_names(site, view, bus, read):
    """And the page, where GTK can have another process's part in its own (4.14)."""
    site.pages[LOGIN, "/start"] = page(
        "<form><label>User name <input name=user autofocus></label><button>Next</button></form>"
        "<script>fetch('/there')</script>")
    viewer = view(env=bus)
    assert wait_until(lambda: len(site.requests) == 2)
    assert wait_until(lambda: f"Page of {LOGIN}" in names(read(), "label"), 20), read()
    # the time is there from the first second on
    assert wait_until(lambda: any(name.endswith(" left") for name in names(read(), "label")), 20), read()
    found = read()
    assert "Cancel" in names(found, "push button", "button")
    assert "Sign in" in names(found, "frame", "window")
    assert "gcpkce-view" in names(found, "application")
    has_socket = subprocess.run(["pkg-config", "--atleast-version=4.14", "gtk4"], check=False).returncode == 0
    assert ("User name" in names(found, "entry")) == has_socket
    assert viewer.runs()


def test_what_is_wrong_is_read_and_the_button_has_the_keyboard(site, screen, view, bus, read):
    viewer = view("/start", env=bus, host="nowhere.example.test")
    assert wait_until(lambda: "cannot be reached" in viewer.said), viewer.said
    assert wait_until(lambda: "No network" in names(read(), "label"), 20), read()
    found = read()
    assert any(name.startswith("nowhere.example.test cannot be reached: ") for name in names(found, "label"))
    assert any(name == "Try again" and focused for _, name, focused in found), found


def test_a_refused_host_is_read(site, screen, view, bus, read):
    site.pages[LOGIN, "/start"] = page(
        f"<a href='{site.url(OTHER)}' style='display: block; height: 90vh'>Help</a><script>fetch('/there')</script>")
    viewer = view(env=bus)
    assert wait_until(lambda: len(site.requests) == 2)
    time.sleep(1)
    screen.click(640, 400)
    assert wait_until(lambda: "not allowed" in viewer.said)
    assert wait_until(lambda: any(name.startswith(f"{OTHER} is not allowed") for name in names(
        read(), "label")), 20), read()
