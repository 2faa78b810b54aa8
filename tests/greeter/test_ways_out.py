# SPDX-License-Identifier: ISC
"""What a page tries (ways.py), in the real view: what reached which server.

The same pages run twice: where the other host is allowed, which shows that
they try it, and where it is not.
"""

import pytest

from conftest import LOGIN, OTHER
from site_server import page, redirect

from waiting import PATIENCE, wait_until
from test_at_the_screen import is_there
from ways import CLICKS, LEAVES, LOADS, NEVER, OPENS

NEXT = 800  # ms that a page stays, if it is not left


def filled(site, name, html, host=OTHER):
    to = site.url(host, f"/{name}")
    return html.format(to=to, name=name, ws=to.replace("https", "wss"), bounce=f"/bounce/{name}",
                       http=site.url(LOGIN, f"/{name}", "http"))


def furnish(site):
    """The pages that the ways need beside their own."""
    site.pages[LOGIN, "/csp"] = lambda request: page(
        "<img src='data:,'>", Content_Security_Policy="img-src 'none'; report-uri " + site.url(
            OTHER, "/csp-report"))
    site.pages[LOGIN, "/link"] = page("x", Link=", ".join(
        f"<{site.url(OTHER, '/early-hint')}>; rel={rel}" for rel in ("preload; as=image", "preconnect", "dns-prefetch")))
    site.pages[LOGIN, "/to-top"] = page(f"<script>top.location = '{site.url(OTHER, '/frame-to-top')}'</script>")
    site.pages[LOGIN, "/link-top"] = page(
        f"<a id=a target=_top href='{site.url(OTHER, '/frame-link')}'>x</a><script>a.click()</script>")
    site.pages[LOGIN, "/own-file"] = page("text", kind="text/plain")
    site.pages[LOGIN, "/attachment"] = page("text", Content_Disposition="attachment; filename=x.html")
    site.pages[LOGIN, "/octets"] = page("text", kind="application/octet-stream")
    site.pages[LOGIN, "/to-http"] = redirect(site.url(LOGIN, "/http-bounce", "http"))


def chain(site, ways):
    """A page for each way, one after the other: /page/N; then /end."""
    furnish(site)
    for number, (name, html) in enumerate(ways.items()):
        on = f"/page/{number + 1}" if number + 1 < len(ways) else "/end"
        site.pages[LOGIN, f"/page/{number}"] = page(
            f"<h1>{name}</h1><script>setTimeout(() => {{ onbeforeunload = null; location = '{on}' }},"
            f" {NEXT})</script>{filled(site, name, html)}")
        site.pages[LOGIN, f"/bounce/{name}"] = redirect(site.url(OTHER, f"/{name}"))
        site.pages[OTHER, f"/{name}"] = redirect(site.url(LOGIN, on))
    site.pages[LOGIN, "/end"] = page("<h1>The end</h1>")


def paths(servers, host):
    return {request.path for request in servers.asked(host)}


class Seen:
    """What a run of pages came to."""

    def __init__(self, servers):
        self.pages = paths(servers, LOGIN)
        self.elsewhere = {path[1:] for path in paths(servers, OTHER)}
        self.signs = servers.signs(OTHER)
        self.looked_up = servers.looked_up()
        self.plain = [request.path for request in servers.requests if request.scheme == "http"]
        self.leaked = [request.body for request in servers.requests if request.path == "/leak"]


@pytest.fixture(scope="module")
def one_page(servers, module_view):
    """All of LOADS on one page, where the other host is allowed and where it is not."""
    def run(*options):
        servers.clear()
        furnish(servers)
        body = "".join(filled(servers, name, html, host) + "\n" for host in (OTHER, f"below.{LOGIN}")
                       for name, html in LOADS.items())
        for name in LOADS:
            servers.pages[LOGIN, f"/bounce/{name}"] = redirect(servers.url(OTHER, f"/{name}"))
        servers.pages[LOGIN, "/start"] = page(
            f"{body}<script>setTimeout(() => fetch('/end'), 5000)</script>")
        with module_view("/start", *options) as viewer:
            assert wait_until(lambda: "/end" in paths(servers, LOGIN)), viewer.said
            return Seen(servers)
    return {"allowed": run("--allow", OTHER, "--allow", f"below.{LOGIN}"), "refused": run()}


@pytest.fixture(scope="module")
def many_pages(servers, module_view, screen):
    """Runs a page for each way; gives what was Seen, and the windows at the end."""
    def run(ways, *options):
        servers.clear()
        chain(servers, ways)
        with module_view("/page/0", *options) as viewer:
            wait_until(lambda: not viewer.runs() or "/end" in paths(servers, LOGIN),
                       PATIENCE + len(ways) * NEXT / 1000)
            assert viewer.runs(), viewer.said
            return Seen(servers), screen.windows()
    return run


@pytest.fixture(scope="module")
def leaving(many_pages):
    return {"allowed": many_pages(LEAVES, "--allow", OTHER)[0], "refused": many_pages(LEAVES)[0]}


@pytest.fixture(scope="module")
def opening(many_pages):
    return many_pages(OPENS)


@pytest.mark.parametrize("way", LOADS)
def test_a_page_loads_nothing_from_another_host(one_page, way):
    assert way in one_page["allowed"].elsewhere or way in NEVER, "the page does not try it"
    assert way not in one_page["refused"].elsewhere
    assert one_page["refused"].signs == []


def test_a_page_looks_no_name_up(one_page):
    """Not of another host, and not below one of its own."""
    assert one_page["allowed"].looked_up == {OTHER, f"below.{LOGIN}"}
    assert one_page["refused"].looked_up == set()


@pytest.mark.parametrize("way", LEAVES)
def test_a_page_does_not_leave_for_another_host(leaving, way):
    assert way in leaving["allowed"].elsewhere, "the page does not try it"
    assert way not in leaving["refused"].elsewhere
    assert leaving["refused"].signs == []
    assert "/end" in leaving["refused"].pages


@pytest.mark.parametrize("way", OPENS)
def test_a_page_opens_nothing_and_stays(opening, way):
    """A page that was left would not go on to the next."""
    seen, windows = opening
    following = list(OPENS).index(way) + 1
    assert (f"/page/{following}" if following < len(OPENS) else "/end") in seen.pages
    assert (seen.signs, seen.plain, seen.leaked) == ([], [], [])
    assert windows == ["Sign in"]


@pytest.mark.parametrize("way", CLICKS)
def test_a_click_opens_nothing_and_the_page_stays(site, screen, view, way):
    html, refused = CLICKS[way]
    furnish(site)
    site.pages[LOGIN, "/start"] = page(
        "<style>a, button { position: fixed; inset: 0 }</style>"
        "<script>addEventListener('click', () => setTimeout("
        "() => fetch('/stays?' + !!document.fullscreenElement), 1500)); fetch('/there')</script>" + html)
    viewer = view()
    is_there(site, viewer)
    screen.click(640, 400)
    assert wait_until(lambda: "/stays" in paths(site, LOGIN)), viewer.said
    said = [line for line in viewer.said.splitlines() if line.startswith("gcpkce-view: ")]
    assert said == ([f"gcpkce-view: not allowed: {refused}"] if refused else [])
    assert "/opened" not in paths(site, LOGIN)
    assert "/stays?false" in {request.target for request in site.requests}
    assert (viewer.runs(), screen.windows()) == (True, ["Sign in"])
