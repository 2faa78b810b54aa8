# SPDX-License-Identifier: ISC
"""gcpkce-view: what it shows, prints and how it ends."""

from conftest import LOGIN, REDIRECT
from site_server import page, redirect
from waiting import wait_until


def test_the_answer_is_printed_and_nothing_goes_there(site, view):
    answer = f"{REDIRECT}?code=C0dE&state=sTaTe"
    site.pages[LOGIN, "/start"] = redirect(answer)
    viewer = view()
    assert viewer.wait() == 0, viewer.said
    assert viewer.printed == answer + "\n"
    assert [request.target for request in site.requests] == ["/start"]


def test_escape_cancels(site, screen, view):
    site.pages[LOGIN, "/start"] = page("<h1>Sign in</h1><form><input name=user autofocus></form>")
    viewer = view()
    assert wait_until(lambda: site.requests)
    screen.shot("page")
    screen.keys("Escape")
    assert viewer.wait() == 1
    assert viewer.printed == ""
