# SPDX-License-Identifier: ISC
"""gcpkce-view at its keyboard and mouse, and what it shows when something is wrong.

The pictures are in build/*/greeter.
"""

import hashlib
import os
import subprocess
import time

import pytest

import tree
from conftest import HERE, LOGIN, OTHER, UID
from screen import KEYS
from site_server import page
from waiting import PATIENCE, wait_until

FORM = """<!DOCTYPE html><html lang="en"><style>
:root {{ color-scheme: light dark; font-family: sans-serif }}
form {{ max-width: 22em; margin: 12vh auto; display: grid; gap: .8em }}
input, button {{ font: inherit; padding: .5em }}</style>
<form method="post" action="/check"><h1>Sign in</h1><input name="user" aria-label="User" autofocus>
<input name="password" type="password" aria-label="Password"><button>Next</button>{more}</form>
<script>fetch("/there")</script></html>"""


def is_there(site, viewer):
    """Wait for the page; it says so when it is drawn."""
    assert wait_until(lambda: any(request.path == "/there" for request in site.requests)), viewer.said
    time.sleep(1)


@pytest.fixture
def form(site):
    site.pages[LOGIN, "/start"] = page(FORM.format(more=""))
    site.pages[LOGIN, "/there"] = page("")
    site.pages[LOGIN, "/check"] = page("<h1>Checked</h1><script>fetch('/there')</script>")
    return site


def area(screen):
    """The screen below the bar, as a hash."""
    return hashlib.sha256(subprocess.run(
        ["import", "-window", "root", "-crop", "1280x700+0+60", "rgb:-"],
        env=screen.environment, capture_output=True, check=True).stdout).hexdigest()


def test_no_key_opens_anything(form, screen, view):
    viewer = view()
    is_there(form, viewer)
    screen.shot("page")
    screen.click(640, 700)  # so that no caret blinks
    time.sleep(1)
    before, asked = area(screen), len(form.requests)
    for key in KEYS:
        screen.keys(key)
        assert viewer.runs(), key
    time.sleep(1)
    assert area(screen) == before
    assert (viewer.runs(), screen.windows(), len(form.requests)) == (True, ["Sign in"], asked)


@pytest.mark.parametrize("button, modifier", [(3, None), (2, None), (1, "ctrl"), (1, "shift"), (8, None),
                                              (9, None)])
def test_no_button_of_the_mouse_opens_anything(link, screen, view, button, modifier):
    viewer = view()
    is_there(link, viewer)
    screen.run("xdotool", "mousemove", "640", "300", "sleep", "0.5")
    before = area(screen)
    screen.run("xdotool", *(["keydown", modifier] if modifier else []), "click", str(button),
               *(["keyup", modifier] if modifier else []))
    time.sleep(1)
    assert screen.windows() == ["Sign in"]
    assert (link.signs(OTHER), viewer.runs()) == ([], True)
    if button == 3:  # the others are refused like the first
        assert area(screen) == before


def test_a_link_to_another_host_is_explained(link, screen, view):
    viewer = view()
    is_there(link, viewer)
    screen.click(640, 300)
    assert wait_until(lambda: f"not allowed: {OTHER}" in viewer.said)
    time.sleep(1)
    screen.shot("refused")
    assert screen.colour(1200, 70) == "FDEEDE"
    assert link.signs(OTHER) == []


def test_nothing_is_dragged_in(link, screen, view):
    """A link of the page itself.  That the drag begins is asserted, not that a drop follows."""
    viewer = view()
    is_there(link, viewer)
    screen.drag((20, 60), (640, 600))
    assert wait_until(lambda: any(request.path == "/dragged" for request in link.requests), 10)
    time.sleep(1)
    assert link.signs(OTHER) == []
    assert (viewer.runs(), screen.windows()) == (True, ["Sign in"])


@pytest.fixture
def drag_source(screen):
    """Show a small window of another program, from which a text is dragged."""
    started = []

    def start(text):
        started.append(subprocess.Popen(["/usr/bin/python3", os.path.join(HERE, "drag_source.py"), text],
                                        env={**screen.environment, "GSK_RENDERER": "cairo"}))
        assert wait_until(lambda: "Another program" in screen.windows())
        time.sleep(1)  # until it is drawn
    yield start
    for process in started:
        process.kill()
        process.wait(PATIENCE)


@pytest.mark.parametrize("what", ["address", "file"])
def test_nothing_is_dropped_from_another_program(site, screen, view, drag_source, what):
    """On the page, which would go there, and on a field that takes files."""
    site.pages[LOGIN, "/start"] = page(
        "<input type=file id=i style='display: block; width: 100%; height: 60vh; background: #ccc'><script>"
        "for (const e of ['dragover', 'drop']) addEventListener(e, x => fetch(`/${e}?${x.dataTransfer.files.length}`));"
        "i.onchange = async () => fetch('/leak', {method: 'POST', body: await i.files[0].text()});"
        "fetch('/there')</script>")
    viewer = view()
    is_there(site, viewer)
    drag_source(site.url(OTHER, "/dropped") if what == "address" else "file:///etc/hostname")
    screen.drag((150, 100), (640, 700))
    place = OTHER if what == "address" else "file"
    assert wait_until(lambda: f"not allowed: {place}\n" in viewer.said), viewer.said
    screen.drag((150, 100), (640, 400))
    assert wait_until(lambda: any(request.path == "/drop" for request in site.requests)), site.requests
    time.sleep(1)
    assert {request.target for request in site.requests} == {"/start", "/there", "/dragover?0", "/drop?0"}
    assert (site.signs(OTHER), viewer.runs()) == ([], True)


@pytest.mark.parametrize("kind", ["file", "color"])
def test_no_chooser_opens(site, screen, view, kind):
    site.pages[LOGIN, "/start"] = page(
        f"<input type={kind} id=i style='width: 900px; height: 500px' onclick=\"fetch('/clicked')\">"
        "<script>fetch('/there')</script>")
    viewer = view()
    is_there(site, viewer)
    screen.click(400, 300)
    assert wait_until(lambda: any(request.path == "/clicked" for request in site.requests))
    time.sleep(1)
    named = [name for name in screen.windows() if name != "gcpkce-view"]  # a tooltip
    assert (viewer.runs(), named) == (True, ["Sign in"])


def selected(screen, selection):
    """What one would paste; None for no such selection."""
    done = subprocess.run(["xclip", "-o", "-selection", selection], env=screen.environment,
                          capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_the_clipboard_of_the_last_person_is_empty(form, screen, view):
    """What was copied before is not pasted here, and what is copied here is gone."""
    copy = [subprocess.Popen(["xclip", "-quiet", "-selection", selection], stdin=subprocess.PIPE,
                             env=screen.environment) for selection in ("clipboard", "primary")]
    for process in copy:
        process.stdin.write(b"of-the-last-person")
        process.stdin.close()
    for selection in ("clipboard", "primary"):
        assert wait_until(lambda of=selection: selected(screen, of) == b"of-the-last-person")
    viewer = view()
    is_there(form, viewer)
    screen.keys("ctrl+v")
    screen.type("alice")
    screen.keys("ctrl+a", "ctrl+c", "Return")
    assert wait_until(lambda: any(request.method == "POST" for request in form.requests))
    posted = [request.body for request in form.requests if request.method == "POST"]
    assert posted == [b"user=alice&password="]
    screen.keys("Escape")
    assert viewer.wait() == 1
    for process in copy:
        process.wait(PATIENCE)  # it gave the selection to the view
    for selection in ("clipboard", "primary"):
        assert selected(screen, selection) is None


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Negotiate"])
def test_no_dialog_asks_for_a_password_of_http(site, screen, view, scheme):
    challenge = {"Basic": 'Basic realm="x"', "Negotiate": "Negotiate",
                 "Digest": 'Digest realm="x", nonce="n", qop="auth"'}[scheme]
    site.pages[LOGIN, "/start"] = page("<h1>Not you</h1><script>fetch('/there')</script>", 401,
                                       WWW_Authenticate=challenge)
    viewer = view()
    is_there(site, viewer)
    screen.type("alice")
    screen.keys("Return")
    time.sleep(1)
    asked = [request for request in site.requests if request.path == "/start"]
    assert len(asked) == 1 and "authorization" not in asked[0].headers
    assert (viewer.runs(), screen.windows()) == (True, ["Sign in"])


def test_a_client_certificate_is_not_asked_for(site, screen, view):
    site.ask_for_certificates(True)
    site.pages[LOGIN, "/start"] = page("<script>fetch('/there')</script>")
    viewer = view()
    is_there(site, viewer)
    assert (viewer.runs(), screen.windows()) == (True, ["Sign in"])


def test_a_page_gets_no_device_and_no_permission(site, view):
    site.pages[LOGIN, "/start"] = page("""<script>(async () => {
        const no = Promise.resolve("no");
        const tried = {
            place: new Promise(r => navigator.geolocation ? navigator.geolocation.getCurrentPosition(
                () => r("yes"), () => r("no")) : r("no")),
            note: window.Notification ? Notification.requestPermission().then(p => p == "granted" ? "yes" : "no") : no,
            camera: navigator.mediaDevices ? navigator.mediaDevices.getUserMedia({video: true}).then(
                () => "yes", () => "no") : no,
            clipboard: navigator.clipboard && navigator.clipboard.readText ? navigator.clipboard.readText().then(
                () => "yes", () => "no") : no,
            key: Promise.resolve(window.PublicKeyCredential ? "yes" : "no"),
            worker: navigator.serviceWorker ? navigator.serviceWorker.register("/sw.js").then(
                () => "yes", () => "no") : no,
            peer: Promise.resolve(window.RTCPeerConnection ? "yes" : "no"),
            gl: Promise.resolve(document.createElement("canvas").getContext("webgl") ? "yes" : "no"),
            files: Promise.resolve(window.showOpenFilePicker ? "yes" : "no"),
            usb: Promise.resolve(navigator.usb || navigator.bluetooth || navigator.hid ? "yes" : "no"),
            share: Promise.resolve(navigator.share ? "yes" : "no"),
            full: Promise.resolve(document.fullscreenEnabled ? "yes" : "no"),
        };
        const said = [];
        for (const name in tried) said.push(name + "=" + await tried[name]);
        fetch("/said?" + said.join("&")) })()</script>""")
    site.pages[LOGIN, "/sw.js"] = page("", kind="text/javascript")
    viewer = view()
    assert wait_until(lambda: any(request.path == "/said" for request in site.requests)), viewer.said
    said = next(request.target for request in site.requests if request.path == "/said")
    assert "yes" not in said and said.count("=no") == 12
    assert viewer.runs()


def test_a_page_that_eats_memory_is_ended_and_may_be_tried_again(site, screen, view):
    site.pages[LOGIN, "/start"] = page("""<script>fetch("/there"); const all = [];
        setInterval(() => { if (all.length < 100) { const a = new Uint8Array(16 << 20); a.fill(7); all.push(a) } }, 100)</script>""")
    viewer = view()
    assert wait_until(lambda: "too much memory" in viewer.said), viewer.said
    used = sum(resident(pid) for pid in tree.processes_of(UID))
    time.sleep(1)
    screen.shot("memory")
    assert viewer.runs() and used < 600
    site.pages[LOGIN, "/start"] = page(FORM.format(more=""))
    site.requests.clear()
    screen.keys("Return")
    is_there(site, viewer)


def resident(pid):
    """MiB that a process has for itself; 0 once it has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Private_")) / 1024
    except OSError:
        return 0


def test_without_a_network_it_says_so_and_tries_again(site, screen, view):
    """The server's name has no address; then it has one."""
    with open("/etc/hosts", encoding="ascii") as file:
        hosts = file.read()
    site.pages[LOGIN, "/start"] = page(FORM.format(more=""))
    with open("/etc/hosts", "w", encoding="ascii") as file:
        file.write(hosts.replace(LOGIN, "x.example.test"))
    try:
        viewer = view()
        assert wait_until(lambda: "cannot be reached" in viewer.said), viewer.said
        time.sleep(1)
        screen.shot("no-network")
    finally:
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write(hosts)
    screen.keys("Return")
    is_there(site, viewer)


def test_it_is_german_dark_and_large(form, screen, view, german):
    """Pages are told of the first two; the pictures are for people."""
    form.pages[LOGIN, "/start"] = page(FORM.format(more="") + (
        "<script>fetch('/look?' + [navigator.language, matchMedia('(prefers-color-scheme: dark)').matches,"
        " devicePixelRatio, innerWidth])</script>"))
    viewer = view("/start", "--dark", "--scale", "200", env=german)
    is_there(form, viewer)
    screen.shot("german-dark-200")
    look = next(request.target for request in form.requests if request.path == "/look")
    assert look.startswith("/look?de-DE,true,")
    assert int(look.rsplit(",", 1)[1]) == 640
    red, green, blue = (int(screen.colour(640, 20)[i:i + 2], 16) for i in (0, 2, 4))
    assert max(red, green, blue) < 0x60  # the bar is dark


@pytest.mark.parametrize("name, options, left, colour", [
    ("light", (), 460, "FFFFFF"), ("dark", ("--dark",), 460, "212934"),
    ("dark-200", ("--dark", "--scale", "200"), 280, "212934")])
def test_what_is_wrong_looks_like_the_login_screen(screen, view, routes, german, name, options, left, colour):
    """A card of its colours; the pictures are for people."""
    routes(True)
    viewer = view("/start", *options, env=german, host="nowhere.example.test")
    assert wait_until(lambda: "cannot be reached" in viewer.said), viewer.said
    time.sleep(1)
    screen.shot(f"german-no-network-{name}")
    assert (screen.colour(left, 420), screen.colour(20, 420) != colour) == (colour, True)
