# SPDX-License-Identifier: ISC
"""The page on which a sign-in ends."""

import time

import pytest
from chrome import DESKTOP, HOST, PHONE
from webhost import CALLBACK

CODE = "qoGdVEkdr0s5vHzHk2wBq9L3x-Yp_7TnZ4mJcA1eQuo"
HASH = "lxgFWVjYI7xpl8rSGKL8KB"
STATE = HASH + ".alice~bastion01"
ANSWER = f"code={CODE}&state={STATE}"
GOOD = f"?{ANSWER}"
NOT_ONE = "The address of this page is not one that a sign-in leads to."
CONTROL, ENTER, TAB = "\ue009", "\ue007", "\ue004"


@pytest.fixture
def callback(tab, webhost):
    """Land on the page: callback("?code=...")."""
    def land(query, host="localhost", path=CALLBACK):
        return tab.open(webhost.url(path, host) + query)
    return land


# What it shows

def test_the_answer_is_shown_with_whom_it_is_for(callback):
    page = callback(GOOD)
    assert page.text_of("answer") == ANSWER
    assert page.text_of("account") == "alice"
    assert page.text_of("host") == "bastion01"
    assert "only what the address says" in page.text
    assert "in which you yourself have just started to sign in" in page.text
    assert page.title == "Your sign-in answer"
    assert not page.shows("bare") and not page.shows("bad")


@pytest.mark.parametrize("size, larger", [(DESKTOP, 1.5), (PHONE, 1.2)])
def test_the_zone_is_in_large_type_above_the_hint(tab, callback, webhost, size, larger):
    path = CALLBACK + "/ZONE-A"
    webhost.pages[path] = webhost.pages[CALLBACK]
    tab.be(size)
    page = callback(GOOD, path=path)
    assert page.text_of("zone") == "ZONE-A"
    assert page.type_size("zone") >= larger * page.type_size("mind")
    assert page.text.index("Zone ZONE-A") < page.text.index("For the account")
    assert "on hosts of this zone alone" in page.text
    assert page.text_of("answer") == ANSWER


@pytest.mark.parametrize("path, zone", [
    (CALLBACK, None), ("/" + CALLBACK, None), (CALLBACK + ".html", None), (CALLBACK + "/", None),
    (CALLBACK + "/callback", None), (CALLBACK + "/index.html", None), ("/prod", None),
    ("/oauth", None), ("/oauth2callback", None), ("/a/b/oauth", None), ("/xcallback/prod", None),
    (CALLBACK + "/a/prod", None), ("/a" + CALLBACK + "/eu.prod_1", "eu.prod_1"),
    (CALLBACK + "/callback.html.x", "callback.html.x"),
    (CALLBACK + "/" + "z" * 64, "z" * 64), (CALLBACK + "/" + "z" * 65, None),
    (CALLBACK + "/a%20b", None), (CALLBACK + "/%3Cb%3E", None)])
def test_the_zone_is_the_part_below_callback(callback, webhost, path, zone):
    webhost.pages[path] = webhost.pages[CALLBACK]
    page = callback(GOOD, path=path)
    assert page.text_of("answer") == ANSWER
    assert page.shows("zoned") is (zone is not None)
    assert zone is None or page.text_of("zone") == zone


def test_no_query_and_no_label_names_the_zone(callback, webhost):
    path = CALLBACK + "/ZONE-A"
    webhost.pages[path] = webhost.pages[CALLBACK]
    page = callback(f"?zone=ZONE-B&code={CODE}&state={HASH}.alice~ZONE-B#/ZONE-B", path=path)
    assert page.text_of("zone") == "ZONE-A"
    assert page.text_of("host") == "ZONE-B"


@pytest.mark.parametrize("state, account, host", [
    (HASH + ".alice~", "alice", "(not named)"),
    (HASH + ".alice", "alice", "(not named)"),
    (HASH + ".~bastion01", "(not named)", "bastion01"),
    (HASH + "." + "a" * 31 + "~" + "b" * 31, "a" * 31, "b" * 31),
    (HASH + ".carol_example.test~h-1.example.test",
     "carol_example.test", "h-1.example.test"),
])
def test_the_label_is_read_as_far_as_it_goes(callback, state, account, host):
    page = callback(f"?code={CODE}&state={state}")
    assert page.text_of("account") == account
    assert page.text_of("host") == host


@pytest.mark.parametrize("state", [HASH, HASH + ".~", HASH + "."])
def test_without_a_label_there_is_no_hint(callback, state):
    page = callback(f"?app=login&code={CODE}&state={state}")
    assert page.text_of("answer") == f"code={CODE}&state={state}"
    assert not page.shows("hint")


@pytest.mark.parametrize("code", ["x", "Az09-._~" * 32, "y" * 512, "z" * 2048])
def test_a_code_of_any_length_is_shown_with_its_state(callback, code):
    page = callback(f"?state={STATE}&code={code}")
    answer = f"code={code}&state={STATE}"
    assert page.text_of("answer") == answer
    assert not page.overflows()
    page.click("copy")
    page.wait("said", "Copied")
    assert page.pasted() == answer


@pytest.mark.parametrize("length", [511, 512, 2048])
def test_an_answer_that_sudo_cuts_is_said_to_be_long(callback, length):
    code = "c" * (length - len(f"code=&state={STATE}"))
    page = callback(f"?state={STATE}&code={code}")
    assert page.shows("long") is (length > 511)
    assert length == 511 or page.text_of("size") == str(length)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_button_is_in_sight_below_the_longest_answer(tab, callback, size):
    tab.be(size)
    page = callback(f"?state={STATE}&code={'c' * 2048}")
    bottom = page.driver.execute_script(
        "return document.getElementById('copy').getBoundingClientRect().bottom")
    assert bottom < page.driver.execute_script("return innerHeight")


# What it does with it

@pytest.mark.parametrize("path", [CALLBACK, "/" + CALLBACK])
def test_the_query_leaves_the_address_bar_and_the_history(
        callback, webhost, path):
    page = callback(GOOD + "#part", path=path)
    assert page.text_of("answer") == ANSWER
    assert page.address == webhost.url(path)
    assert page.history_length == 2  # the empty tab and this page
    page.driver.refresh()
    assert webhost.seen == [CALLBACK + GOOD, CALLBACK]
    assert CODE not in page.text
    assert "shows its answer once" in page.text
    page.driver.back()
    page.driver.forward()
    assert page.address == webhost.url(path)
    assert CODE not in page.driver.page_source


@pytest.mark.parametrize("query", [GOOD, "?error=access_denied", "?code=<b>"])
def test_no_request_leaves(callback, webhost, query):
    page = callback(query)
    if query == GOOD:
        page.click("copy")
        page.wait("said", "Copied")
    time.sleep(0.5)  # icons are asked for late
    asked = page.requests()
    assert len(asked) == 1 and asked[0][0] == "GET", asked
    assert len(webhost.seen) == 1, webhost.seen
    assert page.complaints() == []


def test_a_script_that_is_not_ours_does_not_run(tab, webhost):
    webhost.pages[CALLBACK] = webhost.pages[CALLBACK].replace(
        "</main>", "<img src=/x onerror=alert(1)><script>"
        "document.title='theirs';fetch('/stolen')</script></main>")
    page = tab.open(webhost.url(CALLBACK) + GOOD)
    assert page.title == "Your sign-in answer"
    assert webhost.seen == [CALLBACK + GOOD]
    assert len([line for line in page.complaints()
                if "Content Security Policy" in line]) >= 2


# Copying

def test_the_button_copies_code_and_state_and_nothing_else(callback):
    page = callback(GOOD)
    page.click("copy")
    page.wait("said", "Copied. Paste it into your terminal")
    assert page.pasted() == ANSWER


def test_without_the_clipboard_interface_the_code_is_selected(callback):
    page = callback(GOOD, host=HOST)  # http, so not a secure context
    assert page.driver.execute_script("return !navigator.clipboard")
    page.click("copy")
    page.wait("said", "The answer is selected. Press Ctrl+C")
    page.press(CONTROL, "c")
    assert page.pasted() == ANSWER


def test_when_copying_is_refused_the_code_is_selected(callback, webhost):
    page = callback(GOOD)
    page.driver.execute_cdp_cmd("Browser.setPermission", {
        "permission": {"name": "clipboard-write"}, "setting": "denied",
        "origin": webhost.url("")})
    try:
        page.click("copy")
        page.wait("said", "The answer is selected. Press Ctrl+C")
    finally:
        page.driver.execute_cdp_cmd("Browser.resetPermissions", {})


def test_the_keyboard_suffices(callback, shot):
    page = callback(GOOD)
    page.press(TAB)
    assert page.focused() == "copy"
    page.press(ENTER)
    page.wait("said", "Copied")
    assert page.focused() == "copy"
    shot("callback-copied")
    assert page.pasted() == ANSWER


def test_a_screen_reader_gets_all_of_it(callback):
    page = callback(GOOD)
    told = page.accessible()
    assert ("heading", "Your sign-in answer", "") in told
    assert ("main", "", "") in told
    [button] = [part for part in told if part[0] == "button"]
    assert button[1] == "Copy the answer"
    assert "you yourself have just started to sign in" in button[2]
    assert [part for part in told if part[0] == "status"]
    order = [role for role, _, _ in told
             if role in ("heading", "button", "status")]
    assert order == ["heading", "button", "status"]
    page.click("copy")
    page.wait("said", "Copied")
    assert [name for role, name, _ in page.accessible()
            if role == "StaticText" and name.startswith("Copied")]


# What is no code

@pytest.mark.parametrize("error, sentence", [
    ("access_denied", "The sign-in was cancelled, or you may not use it."),
    ("unauthorized_client", "does not let this application ask"),
    ("invalid_request", "did not understand the request"),
    ("unsupported_response_type", "does not give codes"),
    ("invalid_scope", "the scopes that it asks for"),
    ("server_error", "had a fault"),
    ("temporarily_unavailable", "too busy"),
    ("something_new", "an error that this page does not know"),
    ("constructor", "an error that this page does not know"),
])
def test_an_error_is_said_in_plain_words(callback, webhost, error, sentence):
    page = callback(f"?error={error}&error_description="
                    f"%3Cb%3ECall+555%3C%2Fb%3E&state={STATE}")
    assert "You are not signed in" in page.text
    assert sentence in page.text
    assert page.text_of("bad-word") == error
    assert "press Enter there to try again" in page.text
    assert "555" not in page.text
    assert not page.shows("copy")
    assert page.address == webhost.url(CALLBACK)


HOSTILE = {
    "markup": "?code=<img src=x onerror=alert(1)>",
    "encoded markup": "?code=%3Cscript%3Ealert(1)%3C/script%3E",
    "markup in the state": f"?code={CODE}&state=<svg/onload=alert(1)>",
    "markup in the label": f"?code={CODE}&state={HASH}.%3Cb%3E~h",
    "markup in the error": "?error=<b>denied</b>",
    "another alphabet": f"?code={CODE}%E2%80%AE",
    "a blank in the code": f"?code={CODE}+{CODE}",
    "a line break in the code": f"?code={CODE}%0a{CODE}",
    "a NUL in the code": f"?code={CODE}%00",
    "an escape sequence": f"?code=%1b[31m{CODE}",
    "a broken percent sign": f"?code={CODE}%",
    "a percent sign of no digits": "?code=%zz&state=%zz",
    "bytes that are no text": "?code=%ff%fe%80",
    "a code too long": "?code=" + "a" * 2049,
    "a query too long": f"?code={CODE}&x=" + "a" * 4096,
    "no code in it": "?code=",
    "no state beside it": f"?code={CODE}",
    "an empty state beside it": f"?code={CODE}&state=",
    "two codes": f"?code={CODE}&code=other",
    "two states": f"?code={CODE}&state={STATE}&state={STATE}",
    "code and error": f"?code={CODE}&error=access_denied",
    "two errors": "?error=access_denied&error=server_error",
    "an error too long": "?error=" + "a" * 65,
    "a state too short": f"?code={CODE}&state={HASH[1:]}",
    "a state too long": f"?code={CODE}&state={HASH}x",
    "a label too long": f"?code={CODE}&state={HASH}." + "a" * 32 + "~h",
    "two hosts in the label": f"?code={CODE}&state={HASH}.a~b~c",
    "an error with a foreign state": "?error=access_denied&state=x",
    "another scheme": "?javascript:alert(1)",
    "a name of the language": "?__proto__=x&constructor=y",
    "thousands of parameters": "?" + "a&" * 2000,
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_query_gets_a_plain_sentence(callback, webhost, query):
    page = callback(query)
    assert page.text_of("bad-name") == "There is no answer here"
    assert page.text_of("bad-text") == NOT_ONE
    assert CODE not in page.driver.page_source
    assert not page.shows("good") and not page.shows("bad-error")
    assert page.address == webhost.url(CALLBACK)
    assert len(webhost.seen) == 1
    assert page.complaints() == []


def test_a_fragment_is_no_query(callback, webhost):
    page = callback("#" + GOOD[1:])
    assert CODE not in page.driver.page_source
    assert page.address == webhost.url(CALLBACK)


def test_within_another_page_it_shows_nothing(tab, webhost):
    webhost.pages["/frame"] = f'<iframe src="{CALLBACK}{GOOD}"></iframe>'
    page = tab.open(webhost.url("/frame"))
    page.driver.switch_to.frame(0)
    assert "does not work inside another page" in page.text
    assert CODE not in page.driver.page_source


# Without scripts, and as it looks

def test_without_scripts_it_says_what_to_do(tab, webhost, shot):
    tab.refuse_scripts()
    tab.open(webhost.url(CALLBACK) + GOOD)
    assert "Copy the whole address out of the address bar" in tab.text
    assert "in which you yourself have just started to sign in" in tab.text
    assert "what stands after its question mark" in tab.text
    assert not tab.shows("good") and not tab.shows("bad")
    assert tab.address == webhost.url(CALLBACK) + GOOD  # it is still there
    shot("callback-without-scripts")


def test_a_script_that_the_policy_forbids_leaves_the_same_words(tab, webhost):
    webhost.pages[CALLBACK] = webhost.pages[CALLBACK].replace(
        "const LONGEST_QUERY = 4096", "const LONGEST_QUERY = 4097")
    tab.open(webhost.url(CALLBACK) + GOOD)
    assert "Copy the address of this page" in tab.text


LOOKS = {"desktop": (DESKTOP, 1, False), "dark": (DESKTOP, 1, True),
         "phone": (PHONE, 2, False), "phone-dark": (PHONE, 2, True)}
SCENES = {"answer": GOOD, "error": f"?error=access_denied&state={STATE}",
          "nothing": "", "long": f"?code={'Az09-._~' * 256}&state={STATE}"}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("scene", SCENES)
def test_it_fits_every_screen(tab, callback, shot, scene, look):
    size, scale, dark = LOOKS[look]
    tab.be(size, scale, dark)
    page = callback(SCENES[scene])
    page.driver.execute_script("document.getElementById('copy')?.focus()")
    shot(f"callback-{scene}-{look}")
    assert not page.overflows()
    paper = page.driver.execute_script(
        "return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (not dark)
