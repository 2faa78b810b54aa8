# SPDX-License-Identifier: ISC
"""gcpkce-view as a screen reader finds it, by AT-SPI."""

import json
import os
import re
import subprocess
import time

import pytest

import tree
from conftest import HERE, LOGIN, OTHER, UID
from site_server import page, redirect
from ports import free_port
from waiting import PATIENCE, wait_until


@pytest.fixture
def read(screen, bus):
    """What a screen reader finds, as a set of (role, name, "focused" or "")."""
    def run():
        child = tree.as_account(UID, ["/usr/bin/python3", "-B", os.path.join(HERE, "look.py")],
                                {**screen.environment, **bus, "XDG_RUNTIME_DIR": f"/run/user/{UID}"},
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return {(thing["role"], thing["name"], "focused" if "focused" in thing["states"] else "")
                for thing in json.loads(child.communicate("look\n", timeout=PATIENCE)[0] or "[]")}
    return run


def names(found, *roles):
    return {name for role, name, _ in found if role in roles}


def focused(found):
    return {name for _, name, state in found if state}


def test_the_bar_has_names(site, view, bus, read):
    """And the page, where GTK can have another process's part in its own (4.14)."""
    site.pages[LOGIN, "/start"] = page(
        "<form><label>User name <input name=user autofocus></label><button>Next</button></form>"
        "<script>fetch('/there')</script>")
    viewer = view(env=bus)
    assert wait_until(lambda: len(site.requests) == 2)
    assert wait_until(lambda: f"Page of {LOGIN}" in names(read(), "label"), 20), read()
    found = read()
    assert "Cancel" in names(found, "push button", "button")
    assert "Sign in" in names(found, "frame", "window")
    assert "gcpkce-view" in names(found, "application")
    has_socket = subprocess.run(["pkg-config", "--atleast-version=4.14", "gtk4"], check=False).returncode == 0
    assert ("User name" in names(found, "entry")) == has_socket
    assert viewer.runs()


def test_the_time_that_is_left_is_counted_down_from_the_deadline(site, view, bus, read):
    site.pages[LOGIN, "/start"] = page("Sign in")

    def left():
        """The seconds of the label; None while there is no such label."""
        found = [re.fullmatch(r"(\d):([0-5]\d) left", name) for name in names(read(), "label")]
        return next((int(label[1]) * 60 + int(label[2]) for label in found if label), None)

    begun = time.monotonic()
    viewer = view("/start", "--deadline", "125", env=bus)
    assert wait_until(lambda: left() is not None), read()
    first = left()
    assert 125 - (time.monotonic() - begun) - 2 <= first <= 125
    assert wait_until(lambda: (left() or first) < first - 5)
    now = left()
    assert now >= 125 - (time.monotonic() - begun) - 2
    assert viewer.runs()


@pytest.mark.parametrize("what", ["route", "name", "port", "answer"])
def test_what_is_wrong_is_read_and_the_button_has_the_keyboard(site, screen, view, bus, read, routes, what):
    """One sentence says what is wrong, and names the host once."""
    host, title, sentence = {
        "route": ("nowhere.example.test", "No network",
                  "This computer has no network connection. Check the cable or the wireless network, then try again."),
        "name": ("nowhere.example.test", "The sign-in page cannot be reached",
                 "The network does not know nowhere.example.test. Try again in a moment, or tell the administrator."),
        "port": ("localhost", "The sign-in page cannot be reached",
                 "localhost accepts no connection. Try again in a moment."),
        "answer": (LOGIN, "The sign-in page cannot be reached", f"{LOGIN} does not answer. Try again in a moment."),
    }[what]
    routes(what != "route")
    site.pages[LOGIN, "/start"] = lambda request: time.sleep(120) or page("late")
    viewer = view(f"https://localhost:{free_port()}/" if what == "port" else "/start", env=bus, host=host)
    assert wait_until(lambda: f"{host} cannot be reached: " in viewer.said, 2 * PATIENCE), viewer.said
    assert wait_until(lambda: title in names(read(), "heading"), 20), read()
    found = read()
    assert names(found, "alert", "notification") == {sentence}
    assert [name for _, name, _ in found if host in name and name != sentence] == []
    assert focused(found) == {"Try again"}
    if what == "answer":  # a server that does not answer is asked again by the keyboard
        site.pages[LOGIN, "/start"] = page("<script>fetch('/there')</script>")
        screen.keys("Return")
        assert wait_until(lambda: any(request.path == "/there" for request in site.requests)), viewer.said


@pytest.mark.parametrize("way", ["another host", "a download", "no content"])
def test_a_page_stays_where_a_link_leads_to_no_page(site, screen, view, bus, read, way):
    """Also after the time in which another page must answer."""
    site.pages[LOGIN, "/start"] = page(
        "<a href='/on' style='display: block; height: 60vh'>Help</a><script>fetch('/there')</script>")
    site.pages[LOGIN, "/on"] = {"another host": redirect(site.url(OTHER, "/on")),
                                "a download": page("x", Content_Disposition="attachment; filename=x"),
                                "no content": page("", 204)}[way]
    viewer = view(env=bus)
    assert wait_until(lambda: f"Page of {LOGIN}" in names(read(), "label"), 20), read()
    screen.click(640, 300)
    assert wait_until(lambda: any(request.path == "/on" for request in site.requests))
    assert wait_until(lambda: f"Page of {LOGIN}" in names(read(), "label"), 10), read()
    assert any(name.startswith(f"{OTHER} is not allowed") for name in names(
        read(), "alert", "notification")) == (way == "another host")
    if way == "another host":
        time.sleep(31)
    assert ("cannot be reached" in viewer.said, viewer.runs()) == (False, True)


def test_a_first_page_of_a_refused_host_is_named(site, view, bus, read):
    site.pages[LOGIN, "/start"] = redirect(site.url(OTHER, "/idp"))
    viewer = view(env=bus)
    assert wait_until(lambda: any(name.startswith(f"{OTHER} is not allowed") for name in names(
        read(), "alert", "notification")), 20), (read(), viewer.said)
    assert focused(read()) == {"Try again"}


def test_tab_goes_from_the_page_to_the_button_and_back(site, screen, view, bus, read):
    site.pages[LOGIN, "/start"] = page(
        "<form method=post><input name=user aria-label=User autofocus><button>Next</button></form>"
        "<script>fetch('/there')</script>")
    viewer = view(env=bus)
    assert wait_until(lambda: len(site.requests) == 2)

    def reaches(button, *keys):
        """Has the button the keyboard, or something else, which is the page's?"""
        if keys:
            screen.keys(*keys)
        assert wait_until(lambda: (found := focused(read())) and ("Cancel" in found) == button, 20), read()
    reaches(False)
    reaches(True, "Tab", "Tab")
    assert wait_until(lambda: screen.colour(1201, 10) == "174EA6")  # the edge that says so
    reaches(False, "Tab")
    screen.keys("Tab")
    screen.type("alice")
    reaches(True, "shift+Tab")
    reaches(False, "shift+Tab")
    screen.keys("shift+Tab", "shift+Tab", "Return")
    assert wait_until(lambda: [request.body for request in site.requests if request.method == "POST"] == [b"user=alice"])
    assert viewer.runs()


def test_a_refused_host_is_read(link, screen, view, bus, read):
    viewer = view(env=bus)
    assert wait_until(lambda: len(link.requests) == 2)
    time.sleep(1)
    screen.click(640, 300)
    assert wait_until(lambda: "not allowed" in viewer.said)
    assert wait_until(lambda: any(name.startswith(f"{OTHER} is not allowed") for name in names(
        read(), "alert", "notification")), 20), read()
