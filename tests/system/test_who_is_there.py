# SPDX-License-Identifier: ISC
"""Does the dialogue tell which accounts exist, or which can be used?

The same input goes to accounts of every kind, all at once and over several
rounds.  What the person sees must be the same but for the name and for what
is random in every address.
"""

import re
import socket
import statistics
import time
from urllib.parse import parse_qs, urlsplit

import pytest

import contract
import hosts
from browser import pair
from person import address_in
from waiting import PATIENCE

# Accounts that no user could sign in to, and what the journal says of each.
CLOSED = {
    "dave": "not_mapped",
    "absent-user": "user_unknown",
    "root": "root_refused",
    "nightjob": "uid_refused",
}
OPEN = "alice"
CHANGES = {"map": "file, localpart", "email_domains": "example.test"}
MAP = ("alice id:{}", "root id:{}", "dave -")

CODE = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_~.abc"
# What sshd sends in place of an answer; the terminal must not act on it.
JUNK = "".join("\x16" + byte for byte in "\b\n\r\x7f") + "INCORRECT"


@pytest.fixture(autouse=True)
def the_map(house, people):
    house.map(*(line.format(people[OPEN].id) for line in MAP))


def redirect(query):
    """Makes an answer of the redirect address with this query."""
    def make(shown):
        asked = parse_qs(urlsplit(address_in(shown)).query)
        return f"{asked['redirect_uri'][0]}?{query}&state={asked['state'][0]}"
    return make


def text(answer):
    return lambda shown: answer


def paired(code):
    """Makes an answer of a code and the state that is shown."""
    return lambda shown: pair(code, address_in(shown))


# Three rounds each: the last one ends the sign-in.
INPUTS = {
    "nothing": [text("")] * 3,
    "words": [text("what do you mean?"), text("\x16\x1b[A"), text("%")],
    "codes": [paired(CODE), paired(CODE[1:]), paired(CODE)],
    "passwords": [text("Winter2026"), text(CODE), text(f"code={CODE}")],
    "redirects": [redirect("code=" + CODE)] * 3,
    "refusals": [redirect("error=access_denied")] * 3,
    "other states": [text(f"code={CODE}&state={'s' * 22}.x")] * 3,
    "sshd's junk": [text(JUNK), text(JUNK), text(JUNK * 3)],
    "long": [paired("a" * 512), paired("a" * 513), text("a" * 3000)],
    "mixed": [text(""), redirect("code=" + CODE), text(JUNK)],
}


def plain(shown, account):
    """What was shown, without the name, the time and what is random.

    ssh's own words about host keys, before the first prompt, come and go.
    """
    shown = re.sub(rf"\A.*?(?=\({account}@)", "", shown, flags=re.DOTALL)
    for pattern, instead in (
            (rf"(?<![\w-]){account}(?![\w-])", "NAME"),
            (r"\(within \d+ seconds\)", "(within N seconds)"),
            (r"code_challenge=[\w-]{43}(?!\w)", "code_challenge=RANDOM"),
            (r"state=[\w-]{22}(?=\.)", "state=RANDOM")):
        shown = re.sub(pattern, instead, shown)
    return shown


def dialogues(host, accounts, inputs):
    """Every input to every account, at once; gives what was shown."""
    terminals = {(account, name): host.open(account, *host.alone)
                 for account in accounts for name in inputs}
    for round_number in range(3):
        for (account, name), terminal in terminals.items():
            shown = terminal.asked()
            terminal.answer(inputs[name][round_number](shown))
    for terminal in terminals.values():
        terminal.end()
    return {(account, name): plain(terminal.transcript, account)
            for (account, name), terminal in terminals.items()}


class Pamtester(hosts.Pamtester):
    alone = ("authenticate",)


class Sshd(hosts.Sshd):
    alone = ()


def assert_alike(open_ones, closed_ones):
    for (account, name), shown in closed_ones.items():
        wanted = open_ones[OPEN, name]
        assert shown == wanted, f"{account} differs with {name}"
        assert shown.count("code_challenge=RANDOM") == 3


def test_all_accounts_have_one_dialogue(
        house, genesys, journal, configure):
    configure(**CHANGES)
    host = Pamtester(house)
    closed = dialogues(host, CLOSED, INPUTS)
    assert genesys.log.records() == [], "bots cost a connection"
    for account, outcome in CLOSED.items():
        said = [line["outcome"] for line in journal.decisions()
                if line.get("user") == account]
        assert said == [outcome] * (3 * len(INPUTS))
    assert_alike(dialogues(host, [OPEN], INPUTS), closed)
    # the control: the open account's codes do go out, the longest one too
    assert genesys.log.count("POST", "/oauth/token") == 8
    # a refusal comes no sooner where a server near by has refused it
    refused = [int(line["ms"]) for line in journal.decisions()
               if line["outcome"] == "code_refused"]
    assert len(refused) == 8
    assert min(refused) >= 890


def test_accounts_that_no_user_can_sign_in_to_ask_no_name_server(
        house, people, configure, name_server):
    configure(login_url="https://login.counted.test",
              api_url="https://api.counted.test", timeout=60,
              connect_timeout=1, request_timeout=1, **CHANGES)
    host = Pamtester(house)
    inputs = {name: INPUTS[name] for name in ("codes", "redirects", "words")}
    dialogues(host, CLOSED, inputs)
    assert name_server.questions() == []
    # the control: the open account's code asks for both hosts
    terminal = host.open(OPEN, *host.alone)
    terminal.answer(pair(CODE, terminal.asked()))
    assert contract.LATER in terminal.end()
    asked = b"".join(name_server.questions())
    assert b"\x05login\x07counted\x04test" in asked
    assert b"\x03api\x07counted\x04test" in asked


AT_LEAST_S = 0.1
ROUNDS = 5
TRIES = 8  # the machine has other things to do


def alike(factor, *how):
    """Are the times alike, once in a few tries?  Who is there shows in all.

    Gives also the times of the last try.
    """
    for _ in range(TRIES):
        took = times(*how)
        if max(took.values()) < factor * min(took.values()):
            return True, took
    return False, took


def times(host, question, wait, measure):
    """The median of each kind's times, which are taken in turns."""
    accounts = [OPEN, "absent-user"] * ROUNDS
    terminals = [host.open(account, *host.alone) for account in accounts]
    shown = [terminal.asked(question) for terminal in terminals]
    time.sleep(wait)
    took = {account: [] for account in accounts}
    for account, terminal, text_shown in zip(accounts, terminals, shown):
        begun = time.monotonic()
        measure(terminal, text_shown)
        took[account].append(time.monotonic() - begun)
    for terminal in terminals:
        terminal.kill()
    return {account: statistics.median(seconds)
            for account, seconds in took.items()}


@pytest.mark.alone
@pytest.mark.parametrize("preconnect", ["no", 0])
@pytest.mark.parametrize("answer", [
    "", "not a code!", f"code={CODE}&state={'s' * 22}.x"],
    ids=["nothing", "words", "another state"])
def test_an_answer_without_a_code_takes_the_same_time_for_all_accounts(
        house, configure, preconnect, answer):
    configure(preconnect=preconnect, **CHANGES)

    def measure(terminal, _):
        terminal.answer(answer)
        terminal.asked()

    are_alike, took = alike(1.3, Pamtester(house), hosts.PASTE, 1, measure)
    assert min(took.values()) > AT_LEAST_S * 0.99, took
    assert are_alike, took


@pytest.mark.alone
def test_the_listener_takes_the_same_time_for_all_accounts(
        house, genesys, configure):
    client = genesys.clients.get("loopback") or genesys.add_client(
        "loopback", redirect_uris=["http://localhost/back"])
    configure(preconnect="no", callback="loopback", client_id=client.id,
              redirect_uri=client.redirect_uris[0], **CHANGES)

    def measure(_, shown):
        query = parse_qs(urlsplit(address_in(shown)).query)
        port = urlsplit(query["redirect_uri"][0]).port
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as stranger:
            stranger.sendall(b"X\r\n")
            assert stranger.recv(1)

    are_alike, took = alike(2.5, Pamtester(house), "the page you land on: ", 1, measure)
    assert are_alike, took


@pytest.fixture
def daemon(house):
    daemon = Sshd(house)
    yield daemon
    daemon.stop()


def test_sshd_shows_one_dialogue_for_what_a_bot_sends(
        daemon, genesys, configure):
    configure(**CHANGES)
    daemon.start()
    inputs = {name: INPUTS[name] for name in ("nothing", "codes")}
    shown = dialogues(daemon, [OPEN, *CLOSED], inputs)
    assert genesys.log.count("POST", "/oauth/token") == 3  # the open one's
    assert_alike(shown, shown)


class SshdAfterPassword(Sshd):
    """A stack that asks for a password first; ours is asked after it."""

    length = 1  # of the password

    def open(self, account, *options):
        terminal = super().open(account, *options)
        terminal.asked("Password: ")
        terminal.answer("p" * self.length)
        return terminal


@pytest.mark.parametrize("account", ["absent-user", "root"])
def test_a_password_as_long_as_the_answer_does_not_tell_who_is_there(
        house, journal, configure, account):
    """For a name that sshd refuses, password and answer are the same junk."""
    configure(**CHANGES)
    house.stack("sshd", hosts.PASSWORD_FIRST)
    daemon = SshdAfterPassword(house)
    daemon.start("PermitRootLogin no")
    shown = {}
    for name in (OPEN, account):
        terminal = daemon.open(name)
        daemon.length = len(paired(CODE)(terminal.asked()))
        terminal.kill()
        shown |= dialogues(daemon, [name], {"codes": INPUTS["codes"]})
    daemon.stop()
    assert shown[OPEN, "codes"].count(contract.REFUSED) == 3
    assert_alike(shown, shown)
    said = journal.decisions()
    assert len(said) == 6
    assert min(int(line["ms"]) for line in said) >= 890
    assert "was not sent" not in journal.text()


# What remains; docs/THREATS.md says so.

def test_sshd_hides_what_was_typed_for_a_name_that_it_refuses(
        daemon, configure):
    configure(attempts=1)
    daemon.start()
    terminals = {account: daemon.open(account)
                 for account in (OPEN, "dave", "absent-user")}
    for terminal in terminals.values():
        terminal.asked()
        terminal.answer("what do you mean?")
    said = {account: terminal.end()
            for account, terminal in terminals.items()}
    assert contract.NO_CODE in said[OPEN]
    assert contract.NO_CODE in said["dave"]
    # junk came in place of the words, as it does in place of a code
    assert contract.REFUSED in said["absent-user"]
