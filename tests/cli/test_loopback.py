# SPDX-License-Identifier: ISC
"""callback=loopback: the code comes by the browser, to the helper's listener.

The helper is the real one, Genesys Cloud is the fake server, and the browsers are
sockets that say whatever a test wants.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pexpect
import pytest

from browser import Browser, pair
from conftest import GCPKCE, descendants
from faults import Fault
from ports import free_port
from fake_server import FakeServer
from waiting import PATIENCE, wait_until

NUMBER = "Then type the number that the page shows, or paste the whole address of the " \
         "page you land on: "
CONNECTIONS = 8  # at once, of the listener
IDLE = 3  # seconds that a connection has for its request
TRIES = 4  # the machine has other things to do
HEAD_MAX = 16384


@pytest.fixture(scope="module")
def genesys():
    with tempfile.TemporaryDirectory(prefix="gcpkce-cli-") as path, \
            FakeServer(os.path.join(path, "genesys")) as fake:
        os.chmod(path, 0o755)
        fake.add_client("loopback", redirect_uris=["http://localhost/back"])
        fake.add_client("literals", redirect_uris=[
            "http://127.0.0.1/back", "http://[::1]/back"])
        yield fake


@pytest.fixture
def conf(genesys, configure, account):
    genesys.faults.clear()
    genesys.log.clear()

    def write(client="loopback", lines=None, **changes):
        return configure(
            lines or [f"{account} id:{genesys.people['alice'].id}"],
            **{"login_url": genesys.login_url, "api_url": genesys.api_url,
               "ca_file": genesys.ca_file, "organization": genesys.organization.id,
               "client_id": genesys.clients[client].id, "callback": "loopback",
               "redirect_uri": "http://localhost/back", **changes})
    return write


class Login:
    """gcpkce login at a terminal, and the address that it shows."""

    def __init__(self, conf, account, *words):
        self.child = pexpect.spawn(
            GCPKCE, ["login", "--conf", conf, "--user", account, *words],
            timeout=PATIENCE, encoding="utf-8", echo=False)
        self.child.delaybeforesend = None
        self.asked()

    def asked(self, question=NUMBER):
        self.child.expect(re.escape(question).replace("\n", "\r\n"))
        self.said = self.child.before
        found = re.search(r"^(https://\S+/oauth/authorize\S+)\r$", self.said, re.MULTILINE)
        self.address = found.group(1)
        query = parse_qs(urlsplit(self.address).query)
        self.redirect = query["redirect_uri"][0]
        self.state = query["state"][0]
        self.port = urlsplit(self.redirect).port
        return self

    def enter(self, text=""):
        self.child.sendline(text)

    def bring(self, redirect, address="127.0.0.1"):
        """A browser goes there, and the person types the number of its page."""
        visit = Visit(redirect, address)
        self.enter(visit.number())
        return visit

    def end(self):
        """Waits for the end; gives the exit status and what was shown last."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, self.child.before

    def target(self, code="A" * 43, state=None):
        return f"/back?code={code}&state={state or self.state}"


@pytest.fixture
def login(conf, account):
    running = []

    def start(*words, **changes):
        running.append(Login(conf(**changes), account, *words))
        return running[-1]
    yield start
    for one in running:
        one.child.close(force=True)


def test_login_ends_when_its_time_is_over_and_the_listener_with_it(genesys, login):
    one = login(timeout=3)
    helpers = descendants(one.child.pid)
    status, shown = one.end()
    assert status == 1
    assert "timed_out: the time for signing in is over" in shown
    assert helpers and wait_until(
        lambda: not any(os.path.exists(f"/proc/{pid}") for pid in helpers))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", one.port), timeout=PATIENCE)
    assert genesys.log.count("POST", "/oauth/token") == 0


def request(target, port, host=None, method="GET", more=""):
    host = f"localhost:{port}" if host is None else host
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()


def say(port, what, address="127.0.0.1"):
    """Sends bytes, and reads the whole reply; "" for none."""
    with socket.create_connection((address, port), PATIENCE) as connection:
        connection.sendall(what)
        reply = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(4096):
                reply += piece
        return reply.decode()


def status(reply):
    return int(reply.split()[1]) if reply else 0


class Visit(threading.Thread):
    """A browser that goes to an address and waits for the page's end."""

    def __init__(self, redirect, address="127.0.0.1"):
        super().__init__()
        parts = urlsplit(redirect)
        self._said = request(f"{parts.path}?{parts.query}", parts.port, parts.netloc)
        self._connection = socket.create_connection((address, parts.port), PATIENCE)
        self.page = ""
        self.start()

    def run(self):
        self._connection.sendall(self._said)
        while piece := self._connection.recv(4096):
            self.page += piece.decode()
        self._connection.close()

    def shows(self, text):
        deadline = time.monotonic() + PATIENCE
        while text not in self.page and time.monotonic() < deadline:
            time.sleep(0.002)
        return text in self.page

    def number(self):
        """The number that the page asks to type."""
        assert self.shows(" in the terminal</strong>"), self.page
        return re.search(r"<strong>Type (\d{4}) in the terminal</strong>", self.page).group(1)

    def whole(self):
        self.join(PATIENCE)
        return self.page


def sign_in(genesys, login, person="alice"):
    return Browser(genesys.ca_file).sign_in(login.address, person)


def is_open(port, address="127.0.0.1"):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        return probe.connect_ex((address, port)) == 0


# What is good

@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_browser_brings_the_code(genesys, login, account, address):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal), address)
    number = visit.number()
    assert "You are" not in visit.page  # nothing is decided yet
    terminal.enter(number)
    exit_status, shown = terminal.end()
    assert exit_status == 0, shown
    assert shown.startswith("Checking ...")
    assert "decision:      ok" in shown
    assert f"You are signed in as {account} on " in visit.whole()
    assert "you can close this window" in visit.page
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")


def posts(genesys):
    """How many codes were sent."""
    return genesys.log.count("POST", "/oauth/token")


def test_enter_alone_is_no_answer(genesys, login, account):
    terminal = login()
    terminal.enter()
    terminal.asked()
    assert "The answer was empty." in terminal.said
    visit = Visit(sign_in(genesys, terminal))
    number = visit.number()
    terminal.enter()
    terminal.asked()
    assert "The answer was empty." in terminal.said
    assert posts(genesys) == 0 and "You are" not in visit.page
    terminal.enter(number)
    assert terminal.end()[0] == 0
    assert f"You are signed in as {account} on " in visit.whole()


def test_a_number_before_the_code_says_so_and_uses_none(genesys, login):
    terminal = login(attempts=9)
    for early in ("4821", "0000", " 1 "):
        terminal.enter(early)
        terminal.asked()
        assert "No code has come from a browser yet" in terminal.said
    # none of them was one of the three tries
    visit = Visit(sign_in(genesys, terminal))
    for _ in range(2):
        terminal.enter(another(visit.number()))
        terminal.asked()
    assert posts(genesys) == 0
    terminal.enter(visit.number())
    assert terminal.end()[0] == 0


def another(number):
    return f"{(int(number) + 1) % 10000:04}"


@pytest.mark.parametrize("write", [
    "{another}", "{number}0", "0{number}", "{number}{number}", "{cut}", "{cut} ", "{number}.",
    "{number}x", "code={number}"])
def test_another_number_uses_no_code(genesys, login, write):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal))
    number = visit.number()
    terminal.enter(write.format(number=number, another=another(number), cut=number[:3]))
    terminal.asked()
    assert posts(genesys) == 0
    assert "You are" not in visit.page and not is_open(terminal.port)
    terminal.enter(number)
    assert terminal.end()[0] == 0


@pytest.mark.parametrize("write", [
    "  {}", "{} ", "\t{}\t ", "\x1b[O\x1b[I{}", "\x1b[200~{}\x1b[201~"])
def test_blanks_and_reports_around_the_number_do_not_count(genesys, login, write):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal))
    terminal.enter(write.format(visit.number()))
    assert terminal.end()[0] == 0


def test_the_third_wrong_number_drops_the_code(genesys, login):
    terminal = login(attempts=9)
    visit = Visit(sign_in(genesys, terminal))
    number, before = visit.number(), terminal.state
    for _ in range(2):
        terminal.enter(another(number))
        terminal.asked()
        assert "That is not the number that the page in the browser shows." in terminal.said
        assert terminal.state == before
    terminal.enter(another(number))
    terminal.asked()
    assert "That was the third wrong number" in terminal.said
    assert "You are not signed in." in visit.whole()
    assert terminal.state != before
    # the address that the code was for is used up, and so is its number
    assert status(say(terminal.port, request(
        terminal.target(state=before), terminal.port))) == 409
    terminal.enter(number)
    terminal.asked()
    assert "No code has come from a browser yet" in terminal.said
    assert posts(genesys) == 0
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0
    assert posts(genesys) == 1


def test_each_code_has_a_number_of_its_own_which_only_the_page_shows(genesys, login):
    numbers = set()
    for _ in range(3):
        terminal = login()
        visit = Visit(sign_in(genesys, terminal))
        numbers.add(visit.number())
        assert visit.number() not in terminal.said.replace(terminal.address, "")
        terminal.enter(visit.number())
        exit_status, shown = terminal.end()
        assert exit_status == 0 and visit.number() not in re.sub(r"\S*-\S*", "", shown)
    assert len(numbers) > 1


def test_the_address_can_still_be_pasted(genesys, login):
    terminal = login()
    terminal.enter(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_the_browser_tells_another_user_as_well(genesys, login):
    terminal = login()
    visit = terminal.bring(sign_in(genesys, terminal, "bob"))
    exit_status, shown = terminal.end()
    assert exit_status == 1 and "not_mapped" in shown
    page = visit.whole()
    assert "You are not signed in." in page and "does not give access to this account" in page
    assert "You are signed in" not in page


def test_a_fault_of_genesys_cloud_is_reported_in_the_browser_as_well(genesys, login):
    genesys.faults["users_me"] = Fault(status=500)
    terminal = login()
    visit = terminal.bring(sign_in(genesys, terminal))
    assert "provider_error" in terminal.end()[1]
    assert "The sign-in service cannot be reached" in visit.whole()


def test_the_page_can_do_nothing(genesys, login):
    terminal = login()
    visit = terminal.bring(sign_in(genesys, terminal))
    terminal.end()
    head, page = visit.whole().split("\r\n\r\n", 1)
    for header in ("Cache-Control: no-store", "Referrer-Policy: no-referrer",
                   "X-Content-Type-Options: nosniff", "Connection: close"):
        assert header in head
    policy = re.search(r"Content-Security-Policy: (.*)", head).group(1)
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert not re.search(r"<(script|style|img|link|iframe|form|a)\b|\bon\w+=", page)
    assert "code=" not in page and terminal.state not in page


def test_a_cancelled_sign_in_is_reported_and_the_next_one_works(genesys, login):
    terminal = login()
    visit = Visit(Browser(genesys.ca_file).cancel(terminal.address))
    page = visit.whole()
    assert "You are not signed in" in page and "access_denied" in page
    assert "Press Enter in the terminal" in page
    terminal.enter()
    terminal.asked()
    assert "The sign-in was cancelled or refused in the browser." in terminal.said
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_a_code_outdoes_an_error_before_it(genesys, login):
    terminal = login()
    Visit(Browser(genesys.ca_file).cancel(terminal.address)).whole()
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_a_code_waits_for_its_number_beyond_an_answer_that_is_none(genesys, login):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal))
    assert visit.number()
    terminal.enter("what?")
    terminal.asked()
    assert "That is not the answer: " in terminal.said
    assert "You are not" not in visit.page
    assert not is_open(terminal.port)  # nothing more is waited for
    terminal.enter(visit.number())
    assert terminal.end()[0] == 0
    assert "You are signed in" in visit.whole()


def test_a_code_is_forgotten_with_its_address(genesys, login):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal))
    assert visit.number()
    terminal.enter(pair("A" * 43, terminal.address))  # which is sent in its place, and refused
    terminal.asked()
    assert "You are not signed in." in visit.whole()  # its end has come
    assert not visit.is_alive()
    assert is_open(terminal.port)
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_a_code_that_was_not_taken_hears_of_no_other(genesys, login):
    terminal = login()
    visit = Visit(f"http://localhost:{terminal.port}{terminal.target()}")
    assert visit.number()
    terminal.enter(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0
    assert "You are not signed in." in visit.whole()
    assert "You are signed in" not in visit.page


def test_a_refused_code_gives_a_new_address_at_the_same_port(genesys, login):
    terminal = login()
    visit = terminal.bring(f"http://localhost:{terminal.port}{terminal.target()}")
    before = terminal.address, terminal.port
    terminal.asked()
    assert "The sign-in was refused" in terminal.said
    assert "The sign-in was refused" in visit.whole()
    assert terminal.port == before[1] and terminal.address != before[0]
    # the old state is another sign-in's now
    old = parse_qs(urlsplit(before[0]).query)["state"][0]
    assert status(say(terminal.port, request(
        terminal.target(state=old), terminal.port))) == 409
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


# Where it listens

def listening(port):
    """The addresses of this machine on which a process listens at a port."""
    found = set()
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(name, encoding="ascii") as file:
            for line in file.readlines()[1:]:
                place, state = line.split()[1], line.split()[3]
                if state == "0A" and int(place.split(":")[1], 16) == port:
                    found.add(place.split(":")[0])
    return found


V4, V6 = "0100007F", "0" * 24 + "01000000"


def test_localhost_is_both_addresses_and_no_other(login):
    terminal = login()
    assert terminal.redirect == f"http://localhost:{terminal.port}/back"
    assert terminal.port >= 1024
    assert listening(terminal.port) == {V4, V6}


@pytest.mark.parametrize("literal, places", [("127.0.0.1", {V4}), ("[::1]", {V6})])
def test_a_literal_address_is_that_one_alone(genesys, login, literal, places):
    terminal = login(client="literals", redirect_uri=f"http://{literal}/back")
    assert listening(terminal.port) == places
    terminal.bring(sign_in(genesys, terminal), literal.strip("[]"))
    assert terminal.end()[0] == 0


def test_the_configured_port_is_taken(genesys, login):
    port = free_port()
    terminal = login(redirect_uri=f"http://localhost:{port}/back")
    assert terminal.port == port
    visit = terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0
    visit.whole()
    # and again at once: what is left of the first is not in the way
    terminal = login(redirect_uri=f"http://localhost:{port}/back")
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


@pytest.mark.parametrize("listens", [True, False], ids=["listens", "waits"])
@pytest.mark.parametrize("family, address", [
    (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET, "0.0.0.0")])
def test_where_the_port_is_busy_the_code_is_pasted_and_the_prompt_says_why(
        genesys, conf, account, family, address, listens):
    with socket.socket(family) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((address, 0))
        if listens:
            other.listen()
        port = other.getsockname()[1]
        terminal = Login.__new__(Login)
        terminal.child = pexpect.spawn(
            GCPKCE, ["login", "--conf", conf(redirect_uri=f"http://localhost:{port}/back"),
                     "--user", account], timeout=PATIENCE, encoding="utf-8", echo=False)
        terminal.asked("the port of redirect_uri is taken, or cannot be had. "
                       "Paste the whole address of the page you land on: ")
        terminal.enter("")
        terminal.child.expect("The answer was empty")
        terminal.asked("land on: ")
        terminal.enter(sign_in(genesys, terminal))
        assert terminal.end()[0] == 0


def test_two_sign_ins_at_once_have_two_ports(login):
    first, second = login(), login()
    assert first.port != second.port
    assert status(say(second.port, request(
        second.target(state=first.state), second.port))) == 409


def test_no_process_takes_the_port_beside_or_after_the_listener(genesys, login):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal))
    assert visit.number()  # the port is closed, and the helper's
    for _ in range(2):
        for reuse in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            with socket.socket() as thief:
                thief.setsockopt(socket.SOL_SOCKET, reuse, 1)
                with pytest.raises(OSError):
                    thief.bind(("127.0.0.1", terminal.port))
    terminal.enter(visit.number())
    assert terminal.end()[0] == 0


# What is not the sign-in's

STRAYS = [
    ("/", 404), ("/back/", 404), ("/Back", 404), ("/favicon.ico", 404), ("//back", 404),
    ("/back", 400), ("/back?", 400), ("/back?code=" + "A" * 43, 400),
    ("/back?state={state}", 400), ("/back?code={code}&state=", 400),
    ("/back?code={code}&state={short}", 400),
    ("/back?code={code}&state={hash}x", 409), ("/back?code={code}&state={other}", 409),
    ("/back?code=%3Cb%3E&state={state}", 400), ("/back?code=&state={state}", 400),
    ("/back?code={code}&code={code}&state={state}", 400),
    ("/back?code={code}&state={state}&error=x", 400),
    ("/back?error=access_denied", 400), ("/back?error=access_denied&state={other}", 409),
    ("/back?" + "x" * 4000, 400), ("/back#?code={code}&state={state}", 400),
    ("http://localhost:{port}/back?code={code}&state={state}", 400), ("*", 400),
]


def test_other_targets_are_answered_and_end_nothing(genesys, login):
    terminal = login()
    words = {"state": terminal.state, "hash": terminal.state[:22], "code": "A" * 43,
             "short": terminal.state[:21], "other": "z" * 22, "port": terminal.port}
    for target, expected in STRAYS:
        reply = say(terminal.port, request(target.format(**words), terminal.port))
        assert status(reply) == expected, target
        assert terminal.state not in reply
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_the_label_in_the_state_does_not_count(login):
    terminal = login()
    state = f"{terminal.state}x"
    visit = Visit(f"http://localhost:{terminal.port}{terminal.target(state=state)}")
    assert visit.number()


REQUESTS = [
    (dict(method="POST", more="Content-Length: 0\r\n"), 405), (dict(method="HEAD"), 405),
    (dict(method="PUT"), 405), (dict(method="get"), 405), (dict(method="OPTIONS"), 405),
    (dict(host="evil.example"), 421), (dict(host="localhost"), 421), (dict(host=""), 421),
    (dict(host="localhost:1"), 421), (dict(host="127.0.0.1:{port}"), 421),
    (dict(host="[::1]:{port}"), 421), (dict(host="localhost.:{port}"), 421),
    (dict(host="LOCALHOST:{port}x"), 421), (dict(host="evil@localhost:{port}"), 421),
    (dict(more="Host: localhost:{port}\r\n"), 400), (dict(more="Content-Length: 5\r\n"), 400),
    (dict(more="Transfer-Encoding: chunked\r\n"), 400), (dict(more=" folded: x\r\n"), 400),
    (dict(more="x\r\n"), 400), (dict(more="a\0b: x\r\n"), 400),
]

GARBAGE = [
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400), (b"\r\n\r\n", 400),
    (b"GET /back\r\n\r\n", 400), (b"GET / HTTP/1.1\nHost: x\n\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET /back?" + b"x" * HEAD_MAX, 431),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"x" * HEAD_MAX, 431),
]


def test_other_requests_are_answered_and_end_nothing(genesys, login):
    """Each would bring the code, were it not for one thing."""
    terminal = login()
    for what, expected in REQUESTS:
        what = {key: value.format(port=terminal.port) for key, value in what.items()}
        reply = say(terminal.port, request(terminal.target(), terminal.port, **what))
        assert status(reply) == expected, what
        assert ("Allow: GET" in reply) == (expected == 405)
    for garbage, expected in GARBAGE:
        assert status(say(terminal.port, garbage)) == expected, garbage[:40]
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_the_last_thing_that_was_wrong_was_all_that_was_wrong(genesys, login):
    """What the requests above have in common is taken for the code's."""
    terminal = login()
    visit = terminal.bring(f"http://localhost:{terminal.port}{terminal.target()}")
    terminal.asked()
    assert genesys.log.count("POST", "/oauth/token") == 1
    assert "The sign-in was refused" in visit.whole()


# Slow ones, and crowds

def test_a_slow_client_delays_no_other(genesys, login):
    for _ in range(TRIES):
        terminal = login()
        redirect = sign_in(genesys, terminal)
        slow = socket.create_connection(("127.0.0.1", terminal.port), PATIENCE)
        begun = time.monotonic()
        slow.sendall(b"GET /back?code=")
        visit = Visit(redirect)
        assert visit.number()
        assert slow.recv(1) == b""  # the port is closed, and what came by it
        took = time.monotonic() - begun
        terminal.enter(visit.number())
        assert terminal.end()[0] == 0
        if took < IDLE:
            return
    pytest.fail(f"it took {took} s")


def test_one_that_says_nothing_is_let_go_after_its_time(login):
    terminal = login()
    with socket.create_connection(("127.0.0.1", terminal.port), PATIENCE) as silent:
        begun = time.monotonic()
        assert silent.recv(1) == b""
        assert time.monotonic() - begun > IDLE - 1


def test_the_oldest_gives_way_to_a_ninth(genesys, login):
    terminal = login()
    begun = time.monotonic()
    crowd = [socket.create_connection(("127.0.0.1", terminal.port), PATIENCE)
             for _ in range(CONNECTIONS + 2)]
    for late in crowd[:2]:
        assert late.recv(1) == b""
    crowd[2].setblocking(False)
    try:
        assert crowd[2].recv(1) == b"" and time.monotonic() - begun > IDLE - 1
    except BlockingIOError:
        pass  # it is still there
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0
    for one in crowd:
        one.close()


def cpu_seconds(pids):
    """CPU time of processes, by their /proc/PID/stat."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def share_of_a_processor(terminal, seconds):
    """How much of one the sign-in's helper takes for itself, for so long."""
    helper = descendants(terminal.child.pid)
    before, begun = cpu_seconds(helper), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(helper) - before) / (time.monotonic() - begun)


@contextlib.contextmanager
def flood(port, target="/"):
    """Four that call as often as they can."""
    stop = threading.Event()

    def pour():
        while not stop.is_set():
            with contextlib.suppress(OSError):
                say(port, request(target, port))
    pourers = [threading.Thread(target=pour) for _ in range(4)]
    for pourer in pourers:
        pourer.start()
    try:
        yield
    finally:
        stop.set()
        for pourer in pourers:
            pourer.join()


# of another path, and of the right one without what it must have
FLOODS = ["/", "/back", f"/back?code={'A' * 43}&state={'z' * 22}"]


@pytest.mark.parametrize("target", FLOODS)
def test_a_flood_does_not_keep_the_browser_off(genesys, login, target):
    terminal = login()
    with flood(terminal.port, target):
        time.sleep(0.3)
        assert share_of_a_processor(terminal, 1) < 0.5
        redirect = sign_in(genesys, terminal)
        visit = terminal.bring(redirect)
        assert terminal.end()[0] == 0
    assert "You are signed in" in visit.whole()


@pytest.mark.parametrize("target", FLOODS)
def test_a_flood_does_not_outlast_the_deadline(login, target):
    terminal = login(timeout=4)  # and no number is typed
    with flood(terminal.port, target):
        time.sleep(4)
        begun = time.monotonic()
        while is_open(terminal.port):
            assert time.monotonic() - begun < PATIENCE


def stream(connection):
    connection.sendall(b"X\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def drip(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"GET /back HTTP/1.1\r\n")
    for _ in range(HEAD_MAX // 5):
        for byte in b"a:b\r\n":
            connection.sendall(bytes([byte]))


@pytest.mark.parametrize("pour", [stream, drip])
def test_what_has_no_end_costs_little(genesys, login, pour):
    terminal = login()
    stop = threading.Event()

    def pour_on():
        while not stop.is_set():
            with contextlib.suppress(OSError), \
                    socket.create_connection(("127.0.0.1", terminal.port), 1) as connection:
                pour(connection)
    pourers = [threading.Thread(target=pour_on) for _ in range(2)]
    for pourer in pourers:
        pourer.start()
    try:
        time.sleep(0.5)
        assert share_of_a_processor(terminal, 1) < 0.25
    finally:
        terminal.enter(sign_in(genesys, terminal))
        ended = terminal.end()[0]
        stop.set()
        for pourer in pourers:
            pourer.join()
    assert ended == 0


# The port's end

def test_the_port_closes_the_moment_the_code_has_come(genesys, login):
    terminal = login()
    visit = Visit(sign_in(genesys, terminal))
    assert visit.number()
    assert not is_open(terminal.port) and not is_open(terminal.port, "::1")
    terminal.enter(visit.number())
    assert terminal.end()[0] == 0


@pytest.mark.parametrize("way", ["pasted", "interrupted", "killed", "timed out"])
def test_the_port_closes_when_the_sign_in_ends(genesys, login, way, measured):
    terminal = login(timeout=4 if way == "timed out" else 60)
    assert is_open(terminal.port)
    redirect = sign_in(genesys, terminal)
    if way == "pasted":
        terminal.enter(redirect)
    elif way == "interrupted":
        terminal.child.sendintr()
    elif way == "killed":
        terminal.child.kill(9)
    shown = terminal.end()[1]
    ended = time.monotonic()
    while is_open(terminal.port) or is_open(terminal.port, "::1"):
        assert time.monotonic() - ended < PATIENCE
    took = time.monotonic() - ended
    assert ("timed_out" in shown) == (way == "timed out")
    measured(f"{way}: the listener's port was closed {took * 1000:.1f} ms after "
             "the sign-in's end")


def test_a_strict_sandbox_lets_it_work(genesys, login):
    terminal = login(sandbox="strict")
    terminal.bring(f"http://localhost:{terminal.port}{terminal.target()}").whole()
    terminal.asked()  # listens again, under the filter
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


def test_a_preconnect_goes_on_beside_the_browser(genesys, login):
    terminal = login(preconnect=0)
    time.sleep(0.3)
    assert status(say(terminal.port, request("/", terminal.port))) == 404
    terminal.bring(sign_in(genesys, terminal))
    assert terminal.end()[0] == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("family", ["-4", "-6"])
def test_curl_understands_the_page(genesys, login, account, family):
    terminal = login()
    with subprocess.Popen(
            ["curl", "-sSN", family, "--noproxy", "*", "--max-time", "20",
             sign_in(genesys, terminal)], stdout=subprocess.PIPE, text=True) as curl:
        page = ""
        while not (asked := re.search(r"Type (\d{4}) in the terminal", page)):
            line = curl.stdout.readline()
            assert line, page
            page += line
        terminal.enter(asked.group(1))
        assert f"You are signed in as {account} on " in curl.stdout.read()
    assert curl.returncode == 0
    assert terminal.end()[0] == 0


# The start page's short address

def test_start_url_makes_the_address_short(genesys, conf, account):
    child = pexpect.spawn(GCPKCE, [
        "login", "--conf", conf("public", callback="paste",
                                redirect_uri=genesys.clients["public"].redirect_uris[0],
                                start_url="https://x.test/s"),
        "--user", account], timeout=PATIENCE, encoding="utf-8", echo=False)
    child.expect(r"\n(https://x.test/s#([\w-]{43})\.(\S+))\r\n")
    address, challenge, label = child.match.groups()
    assert len(address) <= 77
    assert label.split("~")[0] == account
    child.expect("land on: ")
    redirect = genesys.clients["public"].redirect_uris[0]
    full = (f"{genesys.login_url}/oauth/authorize?response_type=code"
            f"&client_id={genesys.clients['public'].id}&redirect_uri={redirect}"
            f"&code_challenge={challenge}&code_challenge_method=S256"
            f"&state={challenge[:22]}.{label}")
    child.sendline(Browser(genesys.ca_file).sign_in(full, "alice"))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
