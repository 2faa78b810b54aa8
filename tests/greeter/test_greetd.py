# SPDX-License-Identifier: ISC
"""Sign-ins at the login screen of greetd, with the real module, helper and page."""

import os
import re
import sys
import time

import desk as desks
import pytest
import tree
from browser import Browser
from conftest import CALLBACK, DESK, LOGIN
from contract import LATER, REFUSED, ours
from house import process_ids, runs
from machine import ROOT
from site_server import page
from waiting import wait_until

# A greeter of an attacker: it lets the user sign in, and gives the session variables
# of its own.  /tmp/shown is what the module says, /tmp/answer what it is told.
HOSTILE = """\
#!%s
import json, os, socket, struct, time
connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["GREETD_SOCK"])

def ask(**request):
    text = json.dumps(request).encode()
    connection.sendall(struct.pack("=I", len(text)) + text)
    length, = struct.unpack("=I", connection.recv(4, socket.MSG_WAITALL))
    return json.loads(connection.recv(length, socket.MSG_WAITALL))

reply = ask(type="create_session", username="alice")
while reply["type"] == "auth_message":
    answer = {}
    if reply["auth_message_type"] == "info":
        open("/tmp/shown.new", "w").write(reply["auth_message"])
        os.rename("/tmp/shown.new", "/tmp/shown")
    else:
        while not os.path.exists("/tmp/answer"):
            time.sleep(0.05)
        answer = {"response": open("/tmp/answer").read()}
    reply = ask(type="post_auth_message_response", **answer)
assert reply["type"] == "success", reply
ask(type="start_session", cmd=["/tmp/session.sh"], env=[
    "GCPKCE_TOKEN_ID=0123456789abcdef0123456789abcdef", "GENESYSCLOUD_ACCESS_TOKEN=evil",
    "GCPKCE_USER_ID=evil", "GCPKCE_TOKEN_FILE=/etc/shadow", "GENESYSCLOUD_REGION=evil"])
"""


# In place of gcpkce-view; /tmp/mode says how it ends.
PROGRAM = """\
#!/bin/sh
case $(cat /tmp/mode) in
flood) head -c 100000 /dev/zero | tr '\\0' x ;;
foreign) echo 'https://evil.example/?code=1&state=2' ;;
fails) echo 'a line before' >&2; echo "$(cat) has no answer" >&2; exit 3 ;;
untrusted) echo 'gcpkce-view: the certificate is not valid: a.example' >&2; exit 3 ;;
usage) echo 'gcpkce-view: not a host name' >&2; exit 2 ;;
killed) kill -9 $$ ;;
hangs) sleep 1000 ;;
esac
"""


def helpers():
    return [pid for pid in process_ids() if runs(pid, desks.HELPER)]


def test_a_start_page_leads_to_a_session(desk, genesys, site):
    """The real page, which the module and the screen are told of alike."""
    start, redirect = site.url(LOGIN, "/start"), site.url(DESK, CALLBACK)
    genesys.clients["public"].redirect_uris.append(redirect)
    with open(f"{ROOT}/etc/www/start.html", encoding="utf-8") as file:
        text = file.read()
    for name, value in (("redirect_uri", redirect), ("login_url", genesys.login_url),
                        ("client_id", genesys.clients["public"].id)):
        text = re.sub(f'(<meta name="{name}" content=)"[^"]*"', rf'\1"{value}"', text)
    site.pages[LOGIN, "/start"] = page(text)
    desk.configure(start_url=start, redirect_uri=redirect, greeter=[
        f"start_url = {start}", f"redirect_uri = {redirect}", "trusted_hosts = localhost"])
    desk.start()
    desk.sign_in("alice")
    desk.wait_for(f"Page of {LOGIN}")
    desk.shot("greetd-start-page")
    desk.screen.keys("Tab", "Return")  # its link
    desk.choose("alice")
    user, environment = desk.session()
    assert user == "alice" and environment["GENESYSCLOUD_ACCESS_TOKEN"] in genesys.log.tokens()
    assert [request.path for request in site.asked(LOGIN)] == ["/start"]
    assert site.signs(DESK) == []


def test_what_the_page_s_program_prints_is_judged(desk, genesys):
    """Each way to end: what the screen says then, and that nothing was answered."""
    desks.write("/tmp/program", PROGRAM, 0o755)
    desk.configure(greeter=["view = /tmp/program"])
    unloaded = "The sign-in page cannot be reached"
    ways = {"flood": unloaded, "killed": unloaded, "fails": unloaded,
            "untrusted": "Its certificate is not valid", "foreign": "The sign-in page ended in an unexpected way",
            "usage": "The configuration of this screen has a fault"}
    desks.write("/tmp/mode", "flood")
    desk.start()
    desk.sign_in("alice")
    for mode, text in ways.items():
        desks.write("/tmp/mode", mode)
        if mode != "flood":
            desk.screen.keys("Return")  # Try again
            desk.wait_for("Try again", text)
        else:
            desk.wait_for("Try again", text, "alice")
        assert not any("://" in name or "example" in name for name in desk.names())
    log = desks.read("/tmp/greeter.log")
    assert "gcpkce-view: not a host name\n" in log and "://" not in log
    desks.write("/tmp/mode", "nothing")
    desk.screen.keys("Return")
    desk.wait_for("Number that the page showed")
    desk.screen.type("4821")
    desk.screen.keys("Return")
    desk.wait_for("Please sign in once more", "That is not the answer")
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_what_the_user_leaves_gives_way_to_the_start_page(desk):
    """A question, and a page whose program goes on after its time."""
    desks.write("/tmp/program", PROGRAM, 0o755)
    desks.write("/tmp/mode", "hangs")
    desk.configure(greeter=["view = /tmp/program", "timeout = 4"])
    desk.start()
    desk.other_way("alice")
    desk.wait_for("Password:", "alice")
    shown = desk.wait_for("User name")
    assert "alice" not in [thing["name"] for thing in shown]
    desk.sign_in("alice")
    desk.wait_for("The sign-in page opens")
    desk.wait_for("User name", "The time for the sign-in page is over.")
    assert wait_until(lambda: not any("sleep\0001000" in desks.read(f"/proc/{pid}/cmdline") for pid in process_ids()))


def test_a_session_that_ends_at_once_is_in_the_journal_and_not_on_the_screen(desk, journal):
    """greetd tells the next greeter nothing of it."""
    desk.configure(stack=desks.OPEN_STACK.replace("session required pam_permit.so", "session required pam_unix.so"))
    desks.write(desks.CONF, desks.read(desks.CONF).replace("/tmp/session.sh", "no-such-program"))
    desk.start()
    desk.sign_in("alice")
    assert wait_until(lambda: "greetd:session): session closed for user alice" in journal.text()), journal.text()
    assert "greetd:session): session opened for user alice" in journal.text()
    shown = desk.wait_for("User name", "The configuration of this screen has a fault")
    assert not any("session" in thing["name"] for thing in shown)


def test_a_password_that_has_expired_is_named(desk):
    desk.configure(stack="auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
    tree.run("chage", "-d", "0", "alice")
    try:
        desk.start()
        desk.sign_in("alice")
        desk.wait_for("Password:")
        desk.screen.type(desks.PASSWORD)
        desk.screen.keys("Return")
        desk.wait_for("You are not signed in", "Change it on a text console")
    finally:
        tree.run("chage", "-d", "20000", "alice")


def test_escape_begins_anew_wherever_it_is_pressed(desk, genesys):
    desk.start()
    desk.sign_in("alice")
    desk.wait_for_page()
    assert helpers()
    desk.screen.keys("Escape")
    shown = desk.wait_for("User name", "The sign-in was cancelled.")
    assert [thing["text"] for thing in shown if thing["name"] == "User name"] == ["", ""]
    assert wait_until(lambda: not helpers()), "the cancelled sign-in goes on"
    # at a password, and the next sign-in is whole
    desk.other_way("alice")
    desk.wait_for("Password:")
    desk.screen.type("half a pass")
    desk.screen.keys("Escape")
    desk.sign_in("bob")
    desk.choose("bob", 2)
    assert desk.session()[0] == "bob"


def test_an_api_that_cannot_be_reached_is_told(desk, genesys, journal):
    desk.configure(stack=desks.ALONE)
    desk.start()
    genesys.refuse("api")
    try:
        desk.sign_in("alice")
        desk.choose("alice")
        desk.wait_for("You are not signed in", LATER)
    finally:
        genesys.listen("api")
    journal.decision("unreachable")


def test_a_name_that_is_not_here_is_what_the_screen_asks_to_check(desk, journal):
    desk.configure(stack=desks.ALONE, attempts=1)
    desk.start()
    desk.sign_in("alcie")
    desk.choose("alice")
    desk.wait_for("You are not signed in", "alcie", REFUSED)
    desk.shot("greetd-no-such-name")
    journal.decision("user_unknown")


def test_a_page_of_a_host_that_is_not_listed_stays_closed(desk, genesys):
    desk.configure()
    desks.write(desks.CONF, desks.read(desks.CONF).replace("= localhost", "= login.example.test"))
    desk.start()
    desk.sign_in("alice")
    shown = desk.wait_for("This screen is not set up", "localhost\n", "Other way in", "Start again")
    desk.shot("greetd-unlisted")
    assert not any("http" in thing["name"] for thing in shown)
    desk.screen.keys("shift+Tab", "Return")
    desk.wait_for("Password:")
    assert not genesys.log.count("GET", "/oauth/authorize")


def test_the_other_way_in_is_the_rest_of_the_stack(desk, genesys):
    desk.start()
    for password in ("wrong", desks.PASSWORD):
        desk.other_way("alice")
        shown = desk.wait_for("alice", "Password:")
        [field] = [thing for thing in shown if "editable" in thing["states"]]
        assert field["role"] == "password text" and "focused" in field["states"]
        assert "The answer was empty." not in desk.names()
        desk.screen.run("xdotool", "key", "Caps_Lock")
        desk.wait_for("Caps Lock is on")
        desk.shot("greetd-password")
        desk.screen.run("xdotool", "key", "Caps_Lock")
        desk.screen.type(password)
        desk.screen.keys("Return")
        if password == "wrong":
            desk.wait_for("You are not signed in")
            desk.screen.keys("Return")
    user, environment = desk.session()
    assert user == "alice" and not ours(environment)
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_without_a_network_the_screen_says_it_before_and_after(desk, genesys):
    desks.disconnect()
    genesys.refuse("login")
    try:
        desk.start()
        desk.wait_for("User name", "No network")
    finally:
        genesys.listen("login")
        desks.connect()
    assert wait_until(lambda: "No network" not in desk.names())


def test_variables_of_a_hostile_greeter_are_no_token(desk, genesys):
    desk.start(HOSTILE % sys.executable)
    assert wait_until(lambda: desks.exists("/tmp/shown"))
    address = next(line for line in desks.read("/tmp/shown").split() if line.startswith("https:"))
    desks.write("/tmp/answer", Browser(genesys.ca_file).sign_in(address, "alice"))
    user, environment = desk.session()
    assert user == "alice"
    [token] = genesys.log.tokens()
    assert environment["GENESYSCLOUD_ACCESS_TOKEN"] == token
    assert environment["GCPKCE_USER_ID"] == genesys.people["alice"].id
    assert "evil" not in environment.values()


@pytest.mark.parametrize("program", ["greeter", "view"])
def test_what_greetd_s_screen_needs_no_rights(desk, program):
    desk.start()
    desk.sign_in("alice")
    desk.wait_for_page()
    found = [pid for pid in process_ids() if runs(pid, f"gcpkce-{program}")]
    assert found
    for pid in found:
        status = dict(line.split(":", 1) for line in desks.read(f"/proc/{pid}/status").splitlines())
        assert status["Uid"].split() == [str(desk.uid)] * 4
        assert int(status["CapEff"], 16) == 0
        assert "Max core file size        0 " in desks.read(f"/proc/{pid}/limits")
        assert "state=" not in desks.read(f"/proc/{pid}/cmdline")
    if program == "view":
        assert "GREETD_SOCK" not in desks.read(f"/proc/{found[0]}/environ")


def memory(*programs):
    """MiB of each program's processes (PSS: what they share is divided among them)."""
    found = dict.fromkeys(programs, 0)
    for pid in process_ids():
        for program in programs:
            if runs(pid, program):
                found[program] += int(re.search(
                    r"^Pss: +(\d+)", desks.read(f"/proc/{pid}/smaps_rollup"), re.MULTILINE)[1]) / 1024
    return found


def test_what_a_sign_in_takes(desk, genesys):
    """docs/WORKSTATIONS.md has these figures; the bounds are for a busy machine."""
    programs = ("gcpkce-greeter", "gcpkce-view", "WebKitNetworkProcess", "WebKitWebProcess", "cage",
                desks.HELPER)
    desk.start()
    desk.wait_for("User name")
    before = memory("gcpkce-greeter", "cage")
    desk.sign_in("alice")
    pressed = time.time()
    desk.wait_for_page()
    time.sleep(2)
    found = memory(*programs)
    desk.choose("alice")
    desk.session()
    [page], [code] = ([record.time for record in genesys.log.requests() if record.path == path]
                      for path in ("/oauth/authorize", "/signin"))
    seconds = os.stat("/tmp/session").st_mtime - code
    with open(os.path.join(desk.screen.shots, "figures.txt"), "w", encoding="ascii") as file:
        print(f"from Sign in to the page's request: {page - pressed:.1f} s", file=file)
        print(f"from the code to the session: {seconds:.2f} s", file=file)
        for when, figures in (("start", before), ("page", found)):
            for program, size in figures.items():
                print(f"{when}: {program}: {size:.0f} MiB", file=file)
    assert 0 < seconds < 10
    assert all(0 < size < 200 for size in found.values())
