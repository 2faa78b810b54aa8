# SPDX-License-Identifier: ISC
"""gcpkce-chromium: what its pages can do, what it prints, and how it ends.

The screen has no window manager, as LightDM's has none.
"""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import time

import pytest
from Xlib import XK, X, display

import chromium as browsers
import desk
from conftest import IDP, LOGIN, OTHER, UID, start_view
from house import process_ids
from ports import free_port
from site_server import page, redirect
from test_at_the_screen import KEYS, area, is_there
from test_ways_out import filled, furnish
from waiting import PATIENCE, wait_until
from ways import LEAVES, LOADS, OPENS

HERE = "<script>fetch('/there')</script>"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CODE = "C0dE-of-this-sign-in"
# Chromium shows a page of its own after these; the others are tried in frames.
TOP = {name: {**LEAVES, **OPENS}[name] for name in ("location", "form-post", "bounce", "http", "file")}
STAYS = ["window-open", "target-blank", "form-blank", "download", "attachment", "octets", "file-link",
         "file-frame", "file-fetch", "data", "print", "http-img"]


@contextlib.contextmanager
def renamed(path, name=None):
    """A file or directory of the tree is not there under its name for a while."""
    away = name or f"{path}.away"
    os.rename(path, away)
    try:
        yield
    finally:
        os.rename(away, path)


@pytest.fixture
def back():
    return browsers.REDIRECT.format(free_port())


@pytest.fixture
def chromium(screen, site, back):
    """Start it: chromium("/start?state=s", "--allow", IDP)."""
    with contextlib.ExitStack() as started:
        yield functools.partial(start_view, started, screen, site, program=browsers.PROGRAM, redirect=back)


@contextlib.contextmanager
def listener(name):
    """A bus that accepts and does not answer; gives its socket and its address."""
    path = f"/run/user/{UID}/{name}-of-test"
    with socket.socket(socket.AF_UNIX) as service:
        service.bind(path)
        try:
            os.chmod(path, 0o666)
            service.listen()
            yield service, f"unix:path={path}"
        finally:
            os.remove(path)


def reached(site, *names):
    """The ways out that came to the other host."""
    return [name for name in names if any(request.path == f"/{name}" for request in site.asked(OTHER))]


@pytest.mark.parametrize("host, status", [("localhost", 302), ("127.0.0.1", 307)])
def test_the_redirect_is_printed_and_ends_it(site, chromium, host, status):
    """Not that of another sign-in, and not what is nearly it."""
    back = browsers.REDIRECT.format(free_port()).replace("localhost", host)
    site.pages[LOGIN, "/start"] = page(
        "<script>(async () => {"
        f"for (const near of ['{back}/?code=c&state=s', '{back}?code=c&state=other', '{back}?code=c'])"
        " await fetch(near, {mode: 'no-cors'}).catch(() => 0);"
        "location = '/go' })()</script>")
    site.pages[LOGIN, "/go"] = redirect(f"{back}?code={CODE}&state=s", status)
    viewer = chromium("/start?state=s", redirect=back)
    assert viewer.wait() == 0, viewer.said
    assert (viewer.printed, viewer.said) == (f"{back}?code={CODE}&state=s\n", "")
    assert wait_until(lambda: not browsers.running())


def test_no_argv_has_the_address(site, chromium):
    """All users can read it, and end the sign-in or answer for the person."""
    site.pages[LOGIN, "/start"] = page(HERE)
    viewer = chromium("/start?state=of-this-sign-in", by_input=True)
    is_there(site, viewer)
    argvs = [browsers.field(pid, "cmdline", r"(?s)(.*)") or "" for pid in process_ids()]
    assert any("--kiosk" in argv for argv in argvs)
    assert not [argv for argv in argvs if "of-this-sign-in" in argv or f"{LOGIN}:" in argv]


def test_the_provider_is_reached_and_a_start_page_s_fragment_makes_the_state(site, chromium, back):
    site.pages[LOGIN, "/start"] = redirect(site.url(IDP, "/idp"))
    site.pages[IDP, "/idp"] = redirect(f"{back}?error=access_denied&state={CHALLENGE[:22]}.alice~desk")
    viewer = chromium(f"/start#{CHALLENGE}.alice~desk", "--allow", IDP)
    assert viewer.wait() == 0, viewer.said
    assert viewer.printed == f"{back}?error=access_denied&state={CHALLENGE[:22]}.alice~desk\n"


def test_nothing_of_one_person_is_there_for_the_next(site, chromium, back):
    """Cookies are counted at the server."""
    site.pages[LOGIN, "/start"] = lambda request: page(
        "<script>const seen = localStorage.a; localStorage.a = 1;"
        f"location = seen ? '{back}?code=c&state=s' : location.href</script>",
        Set_Cookie="who=alice; Max-Age=9999; Secure")
    for _ in range(2):
        viewer = chromium("/start?state=s")
        assert viewer.wait() == 0, viewer.said
    cookies = [request.headers.get("cookie") for request in site.requests if request.path == "/start"]
    assert cookies == [None, "who=alice"] * 2


def test_a_page_loads_nothing_from_another_host(site, chromium):
    """All ways on one page, and the same page where the other host is allowed."""
    furnish(site)
    for name in LOADS:
        site.pages[LOGIN, f"/bounce/{name}"] = redirect(site.url(OTHER, f"/{name}"))
    site.pages[LOGIN, "/start"] = page("".join(
        filled(site, name, html) + "\n" for name, html in LOADS.items())
        + "<script>setTimeout(() => fetch('/there'), 5000)</script>")
    found = []
    for options in (["--allow", OTHER], []):
        site.forget()
        viewer = chromium("/start", *options)
        is_there(site, viewer)
        found.append((len(reached(site, *LOADS)), site.signs(OTHER)))
        viewer.close()
    (tried, _), refused = found
    assert tried >= 30
    assert refused == (0, [])


def test_a_page_loads_nothing_from_this_host(site, chromium):
    """Chromium's own rule is to ask loopback hosts without the proxy."""
    with socket.create_server(("127.0.0.1", 0)) as service:
        site.pages[LOGIN, "/start"] = page("<script>" + "".join(
            f"fetch('http://{host}:{service.getsockname()[1]}', {{mode: 'no-cors'}});"
            for host in ("localhost", "127.0.0.1"))
            + "setTimeout(() => fetch('/there'), 3000)</script>")
        is_there(site, chromium())
        service.setblocking(False)
        with pytest.raises(BlockingIOError):
            service.accept()


@pytest.mark.parametrize("way", TOP)
def test_a_page_does_not_leave_for_another_host(site, screen, chromium, way):
    """Chromium says so on a page of its own, on which Escape serves as well."""
    site.pages[LOGIN, "/start"] = page(
        HERE + filled(site, way, TOP[way]))
    site.pages[LOGIN, f"/bounce/{way}"] = redirect(site.url(OTHER, f"/{way}"))
    viewer = chromium()
    is_there(site, viewer)
    assert wait_until(lambda: browsers.shows(f"{OTHER}.*|{LOGIN}.*"))
    if way == "location":
        time.sleep(3)
        screen.shot("chromium-blocked")
    assert (site.signs(OTHER), viewer.runs()) == ([], True)
    assert not [request for request in site.requests if request.scheme == "http"]
    screen.keys("Escape")
    assert viewer.wait() == 1


def test_a_page_opens_nothing_and_stays(site, screen, chromium):
    """Nor do frames leave; each way has a page or a frame of its own."""
    furnish(site)
    for name, html in LEAVES.items():
        site.pages[LOGIN, f"/frame/{name}"] = page(filled(site, name, html))
        site.pages[LOGIN, f"/bounce/{name}"] = redirect(site.url(OTHER, f"/{name}"))
    frames = [name for name in LEAVES if not name.startswith("frame-")]
    for number, name in enumerate(STAYS):
        site.pages[LOGIN, f"/page/{number}"] = page(
            f"<script>setTimeout(() => location = '/page/{number + 1}', 800)</script>"
            f"{filled(site, name, OPENS[name])}")
    site.pages[LOGIN, f"/page/{len(STAYS)}"] = page(
        "".join(f"<iframe src='/frame/{name}'></iframe>" for name in frames)
        + "<script>setTimeout(() => fetch('/there'), 3000)</script>")
    viewer = chromium("/page/0")
    is_there(site, viewer)
    assert {f"/frame/{name}" for name in frames} <= {request.path for request in site.requests}
    assert site.signs(OTHER) == []
    assert not [request for request in site.requests if request.scheme == "http" or request.path == "/leak"]
    assert (viewer.runs(), len(screen.windows())) == (True, 1)


def test_no_key_and_no_button_of_the_mouse_opens_anything(site, screen, chromium):
    site.pages[LOGIN, "/start"] = page(f"<h1>Sign in</h1><a href='/link'>Link</a>{HERE}")
    viewer = chromium()
    is_there(site, viewer)
    screen.click(640, 700)
    time.sleep(1)
    before, windows, asked = area(screen), screen.windows(), len(site.requests)
    for key in [*KEYS, "ctrl+h", "ctrl+j", "ctrl+shift+Delete", "alt+f"]:
        screen.keys(key)
    for button in (2, 3, 8, 9):
        screen.click(640, 600, button)
    time.sleep(2)
    assert (area(screen), screen.windows(), len(site.requests)) == (before, windows, asked)
    assert viewer.runs() and len(windows) == 1


def test_keys_that_another_program_holds_end_it(site, screen, chromium):
    """The X server refuses all keys of a modifier then, so that none would be taken."""
    other = display.Display(screen.environment["DISPLAY"])
    try:
        other.screen().root.grab_key(other.keysym_to_keycode(XK.XK_f), X.ControlMask, False,
                                     X.GrabModeAsync, X.GrabModeAsync)
        other.sync()
        viewer = chromium()
        assert viewer.wait() == 3
        assert "another program of this screen has taken keys" in viewer.said
    finally:
        other.close()
    assert site.requests == []


def test_the_host_s_policies_open_nothing_and_stop_nothing(site, chromium, back):
    """Files with a comment, and no object; the authorities of another are in use."""
    paths = [f"{browsers.MANAGED}/{name}" for name in ("1-comment", "2-list.json", "3-open.json")]
    for path, text in zip(paths, ('// {}', '[]', '{"PopupsAllowedForUrls": ["*"]}')):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    try:
        site.pages[LOGIN, "/start"] = page(
            "<script>open('/opened');"
            f"setTimeout(() => location = '{back}?code=c&state=s', 3000)</script>")
        viewer = chromium("/start?state=s")
        assert viewer.wait() == 0, viewer.said
    finally:
        for path in paths:
            os.remove(path)
    assert [line.split(": ")[1] for line in viewer.said.splitlines()] == paths[:2]
    assert "/opened" not in [request.path for request in site.requests]


def test_options_of_the_host_s_chromium_do_not_count(site, chromium, back):
    """Debian's /usr/bin/chromium adds them."""
    with open("/etc/chromium.d/of-test", "w", encoding="ascii") as file:
        file.write('CHROMIUM_FLAGS="$CHROMIUM_FLAGS --user-agent=of-the-host --remote-debugging-port=9"\n')
    try:
        site.pages[LOGIN, "/start"] = redirect(f"{back}?code=c&state=s")
        viewer = chromium("/start?state=s")
        assert viewer.wait() == 0, viewer.said
    finally:
        os.remove("/etc/chromium.d/of-test")
    [agent] = [request.headers["user-agent"] for request in site.requests if request.path == "/start"]
    assert "Chrome/" in agent and "of-the-host" not in agent


def test_fedora_s_place_of_chromium_is_known(chromium):
    """Where Debian's does not exist."""
    place = "/usr/lib64/chromium-browser"
    os.makedirs(place)
    desk.write(f"{place}/chromium-browser", "#!/bin/sh\nexit 7\n", 0o755)
    try:
        with renamed("/usr/lib/chromium/chromium"):
            viewer = chromium()
            assert viewer.wait() == 3
    finally:
        shutil.rmtree(place)
    assert viewer.said == "gcpkce-chromium: bwrap or Chromium failed with 7\n"


@pytest.mark.parametrize("program", ["dbus-send", "dbus-send.away"])
def test_without_an_accessibility_bus_the_page_is_there(site, chromium, program):
    """The session bus does not answer, or the program that asks it does not exist."""
    site.pages[LOGIN, "/start"] = page(HERE)
    with renamed("/usr/bin/dbus-send", f"/usr/bin/{program}"), listener("session") as (_, address):
        is_there(site, chromium(env={"DBUS_SESSION_BUS_ADDRESS": address}))


def test_the_environment_s_accessibility_bus_is_used(chromium, bus):
    """And that of the session bus is not asked for."""
    with listener("accessibility") as (service, address):
        chromium(env={**bus, "AT_SPI_BUS_ADDRESS": address})
        service.settimeout(PATIENCE)
        service.accept()[0].close()


@pytest.fixture
def no_mount_point(private_tree):
    """Without it bwrap fails."""
    shutil.move("/etc/chromium", "/etc/chromium.away")
    yield
    shutil.move("/etc/chromium.away", "/etc/chromium")


def test_why_bwrap_fails_is_reported(site, chromium, no_mount_point):
    viewer = chromium()
    assert viewer.wait() == 3
    assert viewer.said == ("gcpkce-chromium: bwrap or Chromium failed with 1; "
                           "bwrap: Can't mkdir /etc/chromium: Read-only file system\n")


NOISY = """\
#!/bin/sh
printf 'bwrap: one\\nbwrap: two\\n%s' >&2
head -c 100000000 /dev/zero >&2
printf '\\nbwrap: https://login.example.test/?code=1\\n' >&2
awk '/VmHWM/ { exit $2 < 60000 ? 7 : 8 }' /proc/$PPID/status
"""


@pytest.mark.parametrize("more", ["", "[1:1] https://login.example.test/?code=1\\n"])
def test_nothing_that_chromium_writes_is_reported(site, chromium, more):
    """Also if it writes as bwrap does, and a line of 100 MB, which must not be held in memory (status 8)."""
    with renamed("/usr/bin/bwrap"):
        desk.write("/usr/bin/bwrap", NOISY % more, 0o755)
        viewer = chromium()
        assert viewer.wait() == 3
    assert viewer.said == "gcpkce-chromium: bwrap or Chromium failed with 7; bwrap: two\n"


def test_escape_ends_a_page_that_is_busy_and_keeps_all_keys(site, screen, chromium):
    site.pages[LOGIN, "/start"] = page(
        "<script>addEventListener('keydown', e => e.preventDefault(), true);"
        "onbeforeunload = e => { e.preventDefault(); return 'x' };"
        "fetch('/there').then(() => { for (;;) alert('again') })</script>")
    viewer = chromium()
    is_there(site, viewer)
    screen.keys("Escape")
    assert (viewer.wait(), viewer.printed) == (1, "")
    assert wait_until(lambda: not browsers.running())


def test_the_deadline_ends_it(site, chromium):
    site.pages[LOGIN, "/start"] = lambda request: time.sleep(60) or page("late")
    viewer = chromium("/start", "--deadline", "5")
    assert (viewer.wait(), viewer.printed) == (3, "")
    assert "the time is over" in viewer.said
    assert wait_until(lambda: not browsers.running())


def test_it_is_confined_and_nothing_of_it_stays_even_if_it_is_killed(site, chromium, bus):
    site.pages[LOGIN, "/start"] = page(f"<script>document.cookie = 'a={CODE}'</script>{HERE}")
    viewer = chromium(env=bus)
    is_there(site, viewer)
    kinds = {browsers.field(pid, "cmdline", "--type=(renderer)"): browsers.field(pid, "status", r"\nSeccomp:\t(\d)")
             for pid in browsers.running()}
    assert kinds["renderer"] == "2"
    with socket.socket(socket.AF_UNIX) as service:
        service.bind("/run/service-of-test")
        try:
            there, session = browsers.roots(), bus["DBUS_SESSION_BUS_ADDRESS"].removeprefix("unix:path=")
            assert there and os.path.exists(session)
            for root in there:
                assert os.path.exists(f"{root}/run/user/{UID}/at-spi")
                assert not os.path.exists(f"{root}/run/service-of-test")
                assert not os.path.exists(root + session)
        finally:
            os.remove("/run/service-of-test")
    viewer.process.kill()
    assert wait_until(lambda: not browsers.running())
    found = subprocess.run(["find", "/run", "/tmp", "/var", "/home", "/dev/shm", "-xdev", "-user", str(UID),
                            "-type", "f"], capture_output=True, text=True, check=False)
    assert "hromium" not in found.stdout and "profile" not in found.stdout


@pytest.mark.parametrize("kind", ["expired", "wrong_host", "other_ca"])
def test_a_certificate_that_is_not_valid_is_not_accepted(site, screen, chromium, kind):
    """There is no way on, and Escape ends it."""
    site.present(kind)
    site.pages[LOGIN, "/start"] = page(HERE)
    viewer = chromium()
    assert wait_until(lambda: browsers.shows("Privacy error")), viewer.said
    time.sleep(1)  # until it has the keyboard
    screen.type("thisisunsafe")  # which overrides where that is allowed
    time.sleep(2)
    assert site.requests == []
    screen.keys("Escape")
    assert viewer.wait() == 1


@pytest.mark.parametrize("argv, status, said", [
    ([], 2, "usage: gcpkce-chromium"),
    (["--redirect", "http://localhost:8400/cb", "--allow", "*", "https://login.example.test/"], 2, "--allow"),
    (["--redirect", "https://a.example/cb", "https://login.example.test/"], 2, "localhost or 127.0.0.1"),
    (["--redirect", "http://localhost:8400/cb", "http://login.example.test/"], 2, "not https"),
    (["--redirect", "http://localhost:8400/cb", "-"], 2, "not https"),
    (["--redirect", "http://localhost:8400/cb", "https://login.example.test/"], 3, "needs an X server")])
def test_a_mistake_is_reported(private_tree, argv, status, said):
    done = subprocess.run([browsers.PROGRAM, *argv], capture_output=True, text=True, check=False,
                          env={"PATH": "/usr/bin:/bin"}, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr and "gcpkce-chromium: " in done.stderr


@pytest.mark.parametrize("program, package", [
    ("bin/bwrap", "bubblewrap"), ("lib/chromium/chromium", "chromium")])
def test_a_program_that_is_not_there_is_named(private_tree, program, package):
    argv = [browsers.PROGRAM, "--redirect", "http://localhost:8400/cb", "https://login.example.test/"]
    with renamed(f"/usr/{program}"):
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"gcpkce-chromium: install {package}\n")


def test_the_policies_of_the_host_are_not_changed(servers):
    """They are for the browsers of users."""
    assert os.listdir(browsers.MANAGED) == ["authorities.json"]
