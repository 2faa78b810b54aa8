# SPDX-License-Identifier: ISC
"""The page on which a sign-in may begin: it makes the authorize address."""

import base64
import hashlib
import os
import re
import time
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from chrome import DESKTOP, PHONE
from webhost import ROOT, START, page, set_up

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
HASH = CHALLENGE[:22]
CLIENT = "4767912e-0000-4000-8000-000000000000"
REDIRECT = "https://signin.example.com/callback"
SETTINGS = {"region": "eu-central-1", "client_id": CLIENT,
            "redirect_uri": REDIRECT}
LABEL = "alice~bastion01"
ENTER, TAB = "\ue007", "\ue004"


@pytest.fixture
def start(tab, webhost):
    """Open the page: start("#...", a_setting="...")."""
    def open_page(fragment, **settings):
        webhost.pages[START] = set_up(
            page("start.html"), **{**SETTINGS, **settings})
        return tab.open(webhost.url(START) + fragment)
    return open_page


def regions():
    """AWS name -> domain, as the helper has them."""
    path = os.path.join(ROOT, "pam_gcpkce", "config", "region.c")
    with open(path, encoding="utf-8") as file:
        return re.findall(r'\{"([^"]+)", "([^"]+)"\}', file.read())


# What it shows, and where it leads

def test_it_shows_who_where_and_whither(start):
    page = start(f"#{CHALLENGE}.{LABEL}")
    assert page.text_of("account") == "alice"
    assert page.text_of("host") == "bastion01"
    assert "only what the address says" in page.text
    assert "you yourself have just started to sign in" in page.text
    assert page.text_of("where") == "login.mypurecloud.de"
    assert not page.shows("bare") and not page.shows("bad")


def test_the_address_is_made_of_settings_and_fragment(start):
    page = start(f"#{CHALLENGE}.{LABEL}")
    assert page.link("go") == (
        "https://login.mypurecloud.de/oauth/authorize?response_type=code"
        f"&client_id={CLIENT}"
        "&redirect_uri=https%3A%2F%2Fsignin.example.com%2Fcallback"
        f"&code_challenge={CHALLENGE}&code_challenge_method=S256"
        f"&state={HASH}.alice~bastion01")


@pytest.mark.parametrize("settings, end", [
    ({"signin_org": "acme corp", "signin_provider": "okta (1)"},
     "&org=acme%20corp&provider=okta%20%281%29"),
    ({"force_signin": "yes"}, "&prompt=login"),
    ({"signin_org": "a", "signin_provider": "b", "force_signin": "yes"},
     "&org=a&provider=b&prompt=login"),
])
def test_optional_settings_come_last(start, settings, end):
    page = start(f"#{CHALLENGE}", **settings)
    assert page.link("go").endswith(f"&state={HASH}{end}")


ORGANIZATION = "5c0ed927-0786-5372-aab9-464117094a6e"
CXONE = {"provider": "cxone", "region": "", "organization": ORGANIZATION}


@pytest.mark.parametrize("settings, base, end", [
    ({}, "https://cxone.niceincontact.com/auth/authorize", ""),
    ({"issuer": "https://cxone-gov.niceincontact.com", "force_signin": "yes"},
     "https://cxone-gov.niceincontact.com/auth/authorize", "&prompt=login"),
    ({"authorize_url": "https://cxone.niceincontact.com/x", "client_id": "A B@c Inc."},
     "https://cxone.niceincontact.com/x", "")])
def test_with_cxone_the_address_has_scope_nonce_and_tenant(start, settings, base, end):
    page = start(f"#{CHALLENGE}.{LABEL}", **CXONE, **settings)
    page.wait("account", "alice")
    nonce = base64.urlsafe_b64encode(
        hashlib.sha256(CHALLENGE.encode()).digest()).rstrip(b"=").decode()
    client = quote(settings.get("client_id", CLIENT), safe="")
    assert page.link("go") == (
        f"{base}?response_type=code&client_id={client}"
        "&redirect_uri=https%3A%2F%2Fsignin.example.com%2Fcallback"
        f"&code_challenge={CHALLENGE}&code_challenge_method=S256&state={HASH}.{LABEL}"
        f"&scope=openid&nonce={nonce}&tenantId={ORGANIZATION}{end}")
    assert page.complaints() == []


@pytest.mark.parametrize("settings, base", [
    ({"region": "mypurecloud.de"}, "https://login.mypurecloud.de"),
    ({"region": "new.pure.cloud"}, "https://login.new.pure.cloud"),
    ({"login_url": "https://gateway.example.com:8443/gc/"},
     "https://gateway.example.com:8443/gc"),
    ({"region": "", "login_url": "http://127.0.0.1:9"}, "http://127.0.0.1:9"),
])
def test_the_login_host_may_be_named_otherwise(start, settings, base):
    page = start(f"#{CHALLENGE}", **settings)
    assert page.link("go").split("/oauth/authorize?")[0] == base


def test_its_regions_are_those_of_the_module():
    theirs = re.findall(r'\["([^"]+)", "([^"]+)"\]', re.search(
        r"const REGIONS = new Map\((.*?)\);", page("start.html"),
        re.DOTALL).group(1))
    assert theirs == regions()
    assert len(theirs) > 10


@pytest.mark.parametrize("length, label", [
    (255 - 22 - 1 - len(LABEL), "." + LABEL),
    (255 - 22 - 1 - len(LABEL) + 1, "." + LABEL[:-1]),
    (255 - 22 - 2, "." + LABEL[:1]), (255 - 22 - 1, ""), (255 - 22, "")])
def test_redirect_and_state_stay_within_255_bytes(start, length, label):
    redirect = REDIRECT + "/" + "x" * (length - len(REDIRECT) - 1)
    page = start(f"#{CHALLENGE}.{LABEL}", redirect_uri=redirect)
    values = dict(parse_qsl(urlsplit(page.link("go")).query))
    assert values["redirect_uri"] == redirect
    assert values["state"] == HASH + label
    assert len(redirect + values["state"]) <= 255


@pytest.mark.parametrize("label, account, host", [
    ("alice", "alice", "(not named)"), ("alice~", "alice", "(not named)"),
    ("~bastion01", "(not named)", "bastion01"),
    ("a%7Eb", "a", "b"), ("a" * 31 + "~" + "b" * 31, "a" * 31, "b" * 31)])
def test_a_label_that_was_cut_is_read_as_far_as_it_goes(
        start, label, account, host):
    page = start(f"#{CHALLENGE}.{label}")
    assert page.text_of("account") == account
    assert page.text_of("host") == host
    assert page.link("go").endswith(
        f"&state={HASH}.{label.replace('%7E', '~')}")


def test_without_a_label_there_is_no_hint(start):
    page = start(f"#{CHALLENGE}")
    assert page.shows("go") and not page.shows("hint")


# What it does

def test_nothing_leaves_before_the_click(start, webhost):
    page = start(f"#{CHALLENGE}.{LABEL}")
    time.sleep(0.5)  # icons are asked for late
    asked = page.requests()
    assert len(asked) == 1, asked
    assert webhost.seen == [START]  # the fragment is not in it
    assert page.history_length == 2
    assert page.complaints() == []


@pytest.mark.parametrize("by", ["click", "keyboard"])
def test_it_goes_there_and_says_not_from_where(start, webhost, by):
    webhost.pages["/oauth/authorize"] = "Sign in here"
    page = start(f"#{CHALLENGE}.{LABEL}", login_url=webhost.url(""))
    if by == "click":
        page.click("go")
    else:
        page.press(TAB)
        assert page.focused() == "go"
        page.press(ENTER)
    page.wait_for_text("Sign in here")
    assert webhost.seen[0] == START
    assert webhost.seen[1].startswith("/oauth/authorize?response_type=code&")
    assert webhost.referrers[:2] == [None, None]  # its icon is third


def test_a_further_address_in_the_same_window_counts(start, webhost):
    other = CHALLENGE[::-1]
    page = start(f"#{CHALLENGE}.{LABEL}")
    page.open(webhost.url(START) + f"#{other}.ops~bastion02")
    page.wait("host", "bastion02")
    assert f"code_challenge={other}&" in page.link("go")
    page.open(webhost.url(START) + "#<b>")
    page.wait("bad-name", "Nothing to sign in to")
    assert page.link("go") is None and not page.shows("good")
    page.open(webhost.url(START) + f"#{CHALLENGE}.{LABEL}")
    page.wait("host", "bastion01")
    assert page.shows("go") and not page.shows("bad")


def test_a_screen_reader_gets_all_of_it(start):
    told = start(f"#{CHALLENGE}.{LABEL}").accessible()
    assert ("heading", "Sign in to a host", "") in told
    [link] = [part for part in told if part[0] == "link"]
    assert link[1] == "Go on and sign in"
    assert "you yourself have just started to sign in" in link[2]


@pytest.mark.parametrize("fragment", [
    f"#{CHALLENGE[:30]}%0A%3E%20{CHALLENGE[30:]}.{LABEL}",
    f"#{CHALLENGE[:30]}%0D%0A> {CHALLENGE[30:]}.{LABEL}",
    f"#{CHALLENGE[:30]}>%20{CHALLENGE[30:]}.{LABEL}",
    f"#{CHALLENGE}.alice~%3E bastion01%0A", f"# {CHALLENGE}%09.{LABEL}"])
def test_what_plink_puts_into_a_long_line_is_left_out(start, fragment):
    page = start(fragment)
    assert page.link("go").endswith(
        f"&code_challenge={CHALLENGE}&code_challenge_method=S256&state={HASH}.{LABEL}")
    assert page.text_of("host") == "bastion01"


# What it does not do

HOSTILE = {
    "markup": "#<img src=x onerror=alert(1)>",
    "markup in the label": f"#{CHALLENGE}.<b>~h",
    "encoded markup in the label": f"#{CHALLENGE}.%3Cb%3E~h",
    "another scheme": "#javascript:alert(1)",
    "an address": "#https://evil.example/",
    "a broken percent sign": f"#{CHALLENGE}.%",
    "a percent sign of no digits": f"#{CHALLENGE}.%zz",
    "bytes that are no text": f"#{CHALLENGE}.%ff%fe",
    "more parameters": f"#{CHALLENGE}&redirect_uri=https://evil.example/",
    "a NUL": f"#{CHALLENGE}%00",
    "another alphabet": f"#{CHALLENGE}.al%D1%96ce~h",
    "a padded challenge": f"#{CHALLENGE}=",
    "a short challenge": f"#{CHALLENGE[1:]}.{LABEL}",
    "a long challenge": f"#{CHALLENGE}x.{LABEL}",
    "an empty label": f"#{CHALLENGE}.",
    "two hosts": f"#{CHALLENGE}.a~b~c",
    "a long label": f"#{CHALLENGE}." + "a" * 32 + "~h",
    "a very long one": f"#{CHALLENGE}." + "a" * 100000,
    "a long one that begins well": f"#{CHALLENGE}.a" + "%41" * 200,
}


@pytest.mark.parametrize("fragment", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_fragment_gets_a_plain_sentence(start, webhost, fragment):
    page = start(fragment)
    assert page.text_of("bad-name") == "Nothing to sign in to"
    assert page.text_of("bad-text") == (
        "The address of this page is not one that a terminal shows, or it "
        "was cut off. Copy it once more, all of it.")
    assert page.link("go") is None and not page.shows("good")
    assert webhost.seen == [START]
    assert page.complaints() == []


def test_a_query_changes_nothing(tab, webhost):
    webhost.pages[START] = set_up(page("start.html"), **SETTINGS)
    tab.open(webhost.url(START) + "?login_url=https://evil.example&client_id=x"
             f"#{CHALLENGE}")
    assert tab.link("go").startswith("https://login.mypurecloud.de/")
    assert f"&client_id={CLIENT}&" in tab.link("go")


def test_without_a_fragment_it_says_where_to_start(start):
    page = start("")
    assert "Start in your terminal" in page.text
    assert page.link("go") is None


@pytest.mark.parametrize("fault, settings", [
    ("provider", {"provider": "nice"}),
    ("issuer or authorize_url", {**CXONE, "issuer": "cxone.niceincontact.com"}),
    ("issuer or authorize_url", {**CXONE, "authorize_url": "http://h.example/a"}),
    ("organization", {**CXONE, "organization": ""}),
    ("client_id", {**CXONE, "client_id": "\u00e9"}),
    ("region or login_url", {"region": ""}),
    ("region or login_url", {"region": "eu-nowhere-1"}),
    ("region or login_url", {"region": "a.b/c"}),
    ("region or login_url", {"region": "constructor"}),
    ("region or login_url", {"login_url": "javascript:alert(1)//"}),
    ("region or login_url", {"login_url": "data:text/html,x"}),
    ("region or login_url", {"login_url": "http://login.mypurecloud.de"}),
    ("region or login_url", {"login_url": "https://"}),
    ("region or login_url", {"login_url": "https://a@b.example"}),
    ("region or login_url", {"login_url": "https://a.example/?x"}),
    ("region or login_url", {"login_url": "https://a.example/#"}),
    ("client_id", {"client_id": ""}),
    ("client_id", {"client_id": "a b"}),
    ("redirect_uri", {"redirect_uri": ""}),
    ("redirect_uri", {"redirect_uri": "http://signin.example.com/callback"}),
    ("redirect_uri", {"redirect_uri": "javascript:alert(1)"}),
    ("signin_org and signin_provider", {"signin_org": "acme"}),
    ("signin_org and signin_provider", {"signin_provider": "okta"}),
    ("force_signin", {"force_signin": "maybe"}),
])
def test_a_wrong_setting_is_named(start, fault, settings):
    page = start(f"#{CHALLENGE}.{LABEL}", **settings)
    assert page.text_of("bad-name") == "This page is not set up"
    assert f"has to put {fault} right" in page.text_of("bad-text")
    assert page.link("go") is None and not page.shows("good")


def test_as_it_comes_it_is_not_set_up(tab, webhost):
    webhost.pages[START] = page("start.html")
    tab.open(webhost.url(START) + f"#{CHALLENGE}")
    assert "This page is not set up" in tab.text


def test_within_another_page_it_leads_nowhere(start, webhost):
    page = start("")
    webhost.pages["/frame"] = (
        f'<iframe src="{START}#{CHALLENGE}"></iframe>')
    page.open(webhost.url("/frame"))
    page.driver.switch_to.frame(0)
    assert "does not work inside another page" in page.text
    assert page.link("go") is None


def test_without_scripts_it_says_what_to_do(start, tab, shot):
    tab.refuse_scripts()
    page = start(f"#{CHALLENGE}.{LABEL}")
    assert "This page needs scripts" in page.text
    assert "Allow scripts for it" in page.text
    assert not page.shows("good")
    shot("start-without-scripts")


LOOKS = {"desktop": (DESKTOP, 1, False), "dark": (DESKTOP, 1, True),
         "phone": (PHONE, 2, False), "phone-dark": (PHONE, 2, True)}
SCENES = {"go": f"#{CHALLENGE}.{LABEL}", "nothing": "#nothing"}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("scene", SCENES)
def test_it_fits_every_screen(tab, start, shot, scene, look):
    size, scale, dark = LOOKS[look]
    tab.be(size, scale, dark)
    page = start(SCENES[scene])
    page.press(TAB)
    shot(f"start-{scene}-{look}")
    assert not page.overflows()
    paper = page.driver.execute_script(
        "return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (not dark)
