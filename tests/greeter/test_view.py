# SPDX-License-Identifier: ISC
"""gcpkce-view: what it prints, and how it ends."""

import os
import subprocess
import threading
import time

import pytest

import tree
from conftest import APPS, CALLBACK, DESK, IDP, LOGIN, OTHER, UID
from site_server import page, redirect
from viewer import PROGRAM
from waiting import wait_until

CODE = "C0dE-of-this-sign-in"
SIGN_IN = "<h1>Sign in</h1><form method=post action=/check><input name=user autofocus></form>"
GOING = {  # how a page goes to {to}
    "link": '<a id="a" href="{to}">x</a><script>a.click()</script>',
    "location": '<script>location = "{to}"</script>',
    "replace": '<script>location.replace("{to}")</script>',
    "refresh": '<meta http-equiv="refresh" content="0;url={to}">',
    "form": '<form id="f" action="{bare}"><input name="code" value="{code}">'
            '<input name="state" value="s"></form><script>f.submit()</script>',
    "frame": '<iframe src="{to}"></iframe>',
    "frame-to-top": "<iframe src='/frame'></iframe>",
}


def address(site, host=DESK, query=f"?code={CODE}&state=s"):
    return site.url(host, CALLBACK) + query


def ends_with_answer(site, viewer, answer):
    assert viewer.wait() == 0, viewer.said
    assert viewer.printed == answer + "\n"
    assert [request for request in site.requests if request.path == CALLBACK] == []
    assert site.signs(DESK) == []
    assert CODE not in viewer.said


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_caught_before_a_request_leaves(site, view, status):
    site.pages[LOGIN, "/start"] = redirect(address(site), status)
    ends_with_answer(site, view(), address(site))


@pytest.mark.parametrize("way", GOING)
def test_a_page_that_goes_to_the_redirect_uri_is_caught(site, view, way):
    answer = address(site)
    site.pages[LOGIN, "/start"] = page(GOING[way].format(
        to=answer, bare=site.url(DESK, CALLBACK), code=CODE))
    site.pages[LOGIN, "/frame"] = page(f"<script>top.location = '{answer}'</script>")
    ends_with_answer(site, view(), answer)


def test_a_chain_over_the_provider_and_a_typed_name_is_caught(site, screen, view):
    """With a POST on the way, as sign-in pages have it."""
    site.pages[LOGIN, "/start"] = redirect(site.url(IDP, "/idp"))
    site.pages[IDP, "/idp"] = page(SIGN_IN)
    site.pages[IDP, "/check"] = lambda request: redirect(
        site.url(APPS, "/back") if request.body == b"user=alice" else "/wrong", 303)
    site.pages[APPS, "/back"] = redirect(address(site), 307)
    viewer = view("/start", "--allow", IDP)
    assert wait_until(lambda: site.asked(IDP))
    time.sleep(1)  # until the field has the keyboard
    screen.type("alice")
    screen.keys("Return")
    ends_with_answer(site, viewer, address(site))


def test_the_redirect_uri_may_be_at_an_allowed_host(site, view):
    """And a script or an image that goes there sends nothing."""
    answer = address(site, LOGIN)
    site.pages[LOGIN, "/start"] = page(
        f"<img src='{answer}'><script>fetch('{answer}').catch(() => 0);"
        "fetch('/bounce').catch(() => 0);"
        f"setTimeout(() => {{ location = '{answer}' }}, 1500)</script>")
    site.pages[LOGIN, "/bounce"] = redirect(answer)
    viewer = view(redirect=site.url(LOGIN, CALLBACK))
    ends_with_answer(site, viewer, answer)


def test_the_redirect_uri_may_be_a_loopback_one_without_tls(site, view):
    answer = f"http://localhost:{site.http_port}{CALLBACK}?error=access_denied&state=s"
    site.pages[LOGIN, "/start"] = redirect(answer + "#fragment")
    viewer = view(redirect=answer.split("?")[0])
    ends_with_answer(site, viewer, answer)
    assert None not in site.connections


@pytest.mark.parametrize("near", [
    "{desk}/callback/desk/?code=c", "{desk}/callback/des?code=c", "{desk}/callback/desk2?code=c",
    "{desk}/callback/desk", "{desk}/x/../callback/Desk?code=c"])
def test_what_is_nearly_the_redirect_uri_is_no_answer(site, view, near):
    site.pages[LOGIN, "/start"] = redirect(near.format(desk=site.url(DESK, "")))
    viewer = view()
    assert wait_until(lambda: "not allowed" in viewer.said)
    assert (viewer.runs(), viewer.printed, site.signs(DESK)) == (True, "", [])


def test_a_form_that_is_posted_to_the_redirect_uri_does_not_leave(site, view):
    """Its code is in the body, which no address has."""
    site.pages[LOGIN, "/start"] = page(
        f"<form id=f method=post action='{site.url(DESK, CALLBACK)}'>"
        f"<input name=code value={CODE}></form><script>f.submit()</script>")
    viewer = view()
    assert wait_until(lambda: "not allowed: desk.example.test" in viewer.said)
    assert (viewer.runs(), viewer.printed, site.signs(DESK)) == (True, "", [])


def test_what_a_sign_in_page_needs_is_there(site, view):
    site.pages[LOGIN, "/start"] = page(
        "<img id=i src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>"
        "<iframe src='/frame'></iframe><script src='{}'></script>".format(site.url(APPS, "/s.js")))
    site.pages[LOGIN, "/frame"] = page("<script>parent.framed = 1</script>")
    site.pages[APPS, "/s.js"] = page(
        "localStorage.a = 1; document.cookie = 'b=2';"
        "onload = async () => location = (await fetch('/data').then(r => r.text())).trim() +"
        " [i.width, localStorage.a, framed, document.cookie].join('/')",
        kind="text/javascript")
    site.pages[LOGIN, "/data"] = page(address(site) + "&seen=")
    ends_with_answer(site, view(), address(site) + "&seen=1/1/1/b=2")


@pytest.mark.parametrize("how", ["Escape", "button", "window"])
def test_the_user_cancels(site, screen, view, how):
    """Even where the page is busy for ever, and keeps all keys for itself."""
    site.pages[LOGIN, "/start"] = page(
        "<script>addEventListener('keydown', e => e.preventDefault(), true);"
        "onbeforeunload = e => { e.preventDefault(); return 'x' };"
        "setTimeout(() => { fetch('/busy'); setTimeout(() => { for (;;) alert('again') }, 200) }, 500)"
        "</script>")
    viewer = view()
    assert wait_until(lambda: len(site.requests) == 2)
    time.sleep(1)
    if how == "Escape":
        screen.keys("Escape")
    elif how == "button":
        screen.click(1230, 22)
    else:
        screen.close_window("Sign in")
    assert viewer.wait() == 1
    assert (viewer.printed, "X Window System error" in viewer.said) == ("", False)


def test_the_deadline_ends_it(site, screen, view):
    """Here a page that never loads."""
    site.pages[LOGIN, "/start"] = lambda request: time.sleep(60) or page("late")
    viewer = view("/start", "--deadline", "8")
    began = time.monotonic()
    assert viewer.wait() == 3
    assert time.monotonic() - began < 20
    assert (viewer.printed, "the time is over" in viewer.said) == ("", True)


@pytest.mark.parametrize("kind", ["expired", "not_yet_valid", "wrong_host", "self_signed", "other_ca"])
def test_a_certificate_that_is_not_valid_ends_it(site, view, kind):
    site.present(kind)
    site.pages[LOGIN, "/start"] = page(SIGN_IN)
    viewer = view()
    assert viewer.wait() == 3
    assert "the certificate is not valid: login.example.test" in viewer.said
    assert (site.requests, viewer.printed) == ([], "")


@pytest.mark.parametrize("argv", [
    [], ["https://login.example.test/"], ["--redirect", "https://a.example/cb"],
    ["--redirect", "https://a.example/cb", "http://login.example.test/"],
    ["--redirect", "https://a.example/cb", "file:///etc/passwd"],
    ["--redirect", "https://a.example/cb", "https://u@login.example.test/"],
    ["--redirect", "https://a.example/cb", "https://a.example/cb?code=c"],
    ["--redirect", "http://a.example/cb", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb?x=y", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "--redirect", "https://b/", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "--allow", "*", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "--allow", "https://b.example", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "--deadline", "0", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "--scale", "300", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "--no-such", "https://login.example.test/"],
    ["--redirect", "https://a.example/cb", "https://login.example.test/", "more"],
    ["--redirect", "https://a.example/cb", "-"],
    ["--redirect", "https://a.example/cb", *["--allow", "a.example"] * 40, "https://login.example.test/"],
])
def test_a_mistake_in_the_command_line_is_reported(private_tree, argv):
    done = subprocess.run([PROGRAM, *argv], capture_output=True, text=True, check=False, env={})
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: gcpkce-view" in done.stderr


def test_help_and_version_need_no_display(private_tree):
    for option, text in (("--help", "usage: gcpkce-view"), ("--version", "gcpkce-view 0.")):
        done = subprocess.run([PROGRAM, option], capture_output=True, text=True, check=False, env={})
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(text)


def test_without_a_display_it_fails(site, private_tree):
    done = subprocess.run([PROGRAM, "--redirect", "https://a.example/cb", site.url(LOGIN)],
                          capture_output=True, text=True, check=False, env={}, timeout=60)
    assert (done.returncode, done.stdout) == (3, "")


def test_without_a_runtime_directory_it_names_the_path(view):
    viewer = view(env={"XDG_RUNTIME_DIR": "/run/user/missing"})
    assert viewer.wait() == 3
    assert "enforced: /run/user/missing (XDG_RUNTIME_DIR): No such file or directory" in viewer.said


def test_a_page_writes_few_lines_into_the_log(site, view):
    """Each place once, and 20 places at most."""
    site.pages[LOGIN, "/start"] = page(
        f"<script>for (let i = 0; i < 500; i++) {{ const f = document.createElement('iframe');"
        f" f.src = i % 2 ? 'x' + i + ':y' : '{site.url(OTHER, '/frame')}'; document.body.append(f) }}"
        "setTimeout(() => fetch('/there'), 2000)</script>".replace("<script>", "<body><script>", 1))
    viewer = view()
    assert wait_until(lambda: any(request.path == "/there" for request in site.requests))
    refused = [line for line in viewer.said.splitlines() if "not allowed" in line]
    assert len(refused) == len(set(refused)) == 20
    assert f"gcpkce-view: not allowed: {OTHER}" in refused


def test_code_and_address_are_in_no_argument_environment_or_file(site, view):
    """All processes of the account are looked at, again and again, to the end."""
    seen, stop = {}, threading.Event()

    def look():
        while not stop.is_set():
            for pid in tree.processes_of(UID):
                for name in ("cmdline", "environ"):
                    try:
                        with open(f"/proc/{pid}/{name}", "rb") as file:
                            seen.setdefault((pid, name), set()).add(file.read())
                    except OSError:
                        continue
    site.pages[LOGIN, "/start"] = page(SIGN_IN + f"<script>setTimeout(() => location = '/go?secret={CODE}', 500)"
                                       "</script>")
    site.pages[LOGIN, "/go"] = redirect(address(site))
    watcher = threading.Thread(target=look)
    watcher.start()
    viewer = view("/start?state=St4t3", by_input=True)
    ends_with_answer(site, viewer, address(site))
    stop.set()
    watcher.join()
    assert len({pid for pid, _ in seen}) >= 3  # the view, WebKit's two
    texts = set.union(*seen.values())
    assert not any(CODE.encode() in text for text in texts)
    assert not any(b"St4t3" in text for text in texts)
    # -xdev: not in this checkout, which has the code in this file
    found = subprocess.run(["find", "/run", "/tmp", "/var", "/home", "/root", "/dev/shm", "/etc", "-xdev", "-type", "f",
                            "-exec", "grep", "-lsF", "--", CODE, "{}", "+"],
                           capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert os.listdir(f"/run/user/{UID}") == [] or not any(
        name.startswith("gcpkce") for name in os.listdir(f"/run/user/{UID}"))


def test_nothing_of_one_person_is_there_for_the_next(site, view):
    store = ("<script>(async () => {{ let seen = [document.cookie, localStorage.a, sessionStorage.a,"
             " (await caches.keys()).join(), await new Promise(r => {{ let q = indexedDB.open('d', 1);"
             " q.onupgradeneeded = () => {{ q.result.createObjectStore('s').put(7, 7) }};"
             " q.onsuccess = () => {{ let g = q.result.transaction('s').objectStore('s').getAllKeys();"
             " g.onsuccess = () => r('{first}' + g.result) }} }})].join('/');"
             " document.cookie = 'a=1; max-age=9999'; localStorage.a = sessionStorage.a = 2;"
             " await caches.open('c'); await fetch('/cached');"
             " location = '{to}' + encodeURIComponent(seen) }})()</script>")
    site.pages[LOGIN, "/cached"] = page("x", Cache_Control="max-age=9999")
    site.pages[LOGIN, "/start"] = page(store.format(first="", to="/again?seen="))
    site.pages[LOGIN, "/again"] = lambda request: page(
        store.format(first="", to=address(site) + "&" + request.target.split("?")[1] + "&then="))
    answers = []
    for _ in range(2):
        viewer = view()
        assert viewer.wait() == 0, viewer.said
        answers.append(viewer.printed)
    first, then = answers[0].split("seen=")[1].split("&then=")
    assert "a%3D1" not in first and "a%3D1" in then  # within one run it is there
    assert answers[1] == answers[0]
    # a run may keep what its first page fetched or not; the next run has to fetch it again
    pages = [request.headers["referer"] for request in site.requests if request.path == "/cached"]
    assert pages.count(site.url(LOGIN, "/start")) == 2
