# SPDX-License-Identifier: ISC
"""The helper as a service: who uses its socket, whom it serves, and what fails.

make check-service runs the other sign-ins over it.
"""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

import hosts
from conftest import BUILD, OVER_THE_SOCKET
from faults import Fault
from house import ACCOUNTS, HELPER_USER
from procfs import status
from service import LAUNCHER, SOCKET, Service
from waiting import PATIENCE, wait_until

sys.path.append(os.path.join(os.path.dirname(__file__), "../fuzz"))
from seeds import LABEL, ROUTE, frame, request, text  # noqa: E402

pytestmark = pytest.mark.skipif(OVER_THE_SOCKET, reason="the socket is another's")
HELPER = f"{BUILD}/gcpkce-helper"
CHECK = [f"{BUILD}/tests/gcpkce", "check", "--offline"]
OK, READY, VERDICT = 1, 2, 4


@pytest.fixture
def service(house):
    service = Service([HELPER], HELPER_USER)
    yield service
    service.stop()


@contextlib.contextmanager
def listener(serve, uid=0, owner=0):
    """A socket in the service's place; serve gets each connection."""
    os.makedirs(os.path.dirname(SOCKET), 0o755, exist_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(SOCKET)
    os.chown(SOCKET, owner, 0)
    os.seteuid(uid)
    try:
        listening.listen(1)
    finally:
        os.seteuid(0)

    def run():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                serve(connection)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        os.unlink(SOCKET)


def denied(house, journal, outcome, *words):
    """alice is refused with this outcome and cause, and no helper was started."""
    terminal = hosts.Pamtester(house).open("alice")
    terminal.end()
    assert terminal.status != 0
    line = journal.decision(outcome)
    assert all(word in line["cause"] for word in words), line
    assert house.processes("gcpkce-helper") == []


# ---- a sign-in over it ----

def test_a_sign_in_goes_over_the_socket(house, service, people, genesys, journal, configure):
    configure(sandbox="strict")  # every layer is live
    terminal = hosts.Pamtester(house).open("alice")
    shown = terminal.asked()
    (helper,) = house.processes("gcpkce-helper")
    assert status(helper)["PPid"] == str(service.process.pid)
    assert status(helper)["Uid"].split() == [str(ACCOUNTS[HELPER_USER])] * 4
    journal.wait("helper -1 of the service started")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")
    journal.wait("outcome=revoked")
    assert "sandbox_layer_missing" not in journal.text()
    assert house.wait_until_gone("gcpkce-helper") == []


def test_without_the_socket_the_application_starts_the_helper(
        house, service, people, journal):
    service.stop()
    with listener(lambda _: None):
        pass  # its removal counts as well
    try:
        terminal = hosts.Pamtester(house).open("alice")
        terminal.answer(people["alice"].sign_in(terminal.asked()))
        terminal.leave()
        journal.decision("ok")
        assert "of the service" not in journal.text()
    finally:
        service.__init__([HELPER], HELPER_USER)


def test_the_user_who_leaves_ends_the_helper(house, service):
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert len(house.processes("gcpkce-helper")) == 1
    terminal.kill()
    assert house.wait_until_gone("gcpkce-helper") == []


def test_the_deadline_ends_the_helper(house, service, journal, configure):
    configure(timeout=2)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    begun = time.monotonic()
    assert house.wait_until_gone("gcpkce-helper") == []
    assert time.monotonic() - begun < 6
    terminal.kill()


def test_the_first_process_stays_until_the_token_is_revoked(
        house, service, people, genesys, journal):
    """systemd would end a revoker that is left behind."""
    genesys.faults["revoke"] = Fault(delay=1.5)
    terminal = hosts.Pamtester(house).open("alice")
    shown = terminal.asked()
    (first,) = house.processes("gcpkce-helper")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")
    assert first in house.processes("gcpkce-helper")
    journal.wait("outcome=revoked")
    assert house.wait_until_gone("gcpkce-helper") == []


def test_the_token_of_a_session_ends_over_it(house, service, people, journal, configure):
    configure(export="env")
    terminal = hosts.Sudo(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.session()
    assert house.wait_until_gone("gcpkce-helper") == []
    terminal.leave()
    journal.wait("outcome=revoked")


# ---- a socket that is not as it must be: no sign-in, and no other way ----

def put(path):
    os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
    with open(path, "w", encoding="ascii"):
        pass


def test_a_file_in_its_place_denies(house, journal):
    put(SOCKET)
    try:
        denied(house, journal, "config_unsafe", SOCKET, "must be a socket owned by root")
    finally:
        os.unlink(SOCKET)


def test_a_link_in_its_place_denies(house, service, journal):
    os.rename(SOCKET, "/run/elsewhere.sock")
    os.symlink("/run/elsewhere.sock", SOCKET)
    try:
        denied(house, journal, "config_unsafe", "must be a socket owned by root")
    finally:
        os.rename("/run/elsewhere.sock", SOCKET)


def test_a_socket_of_another_owner_denies(house, journal):
    with listener(lambda _: None, owner=ACCOUNTS["bob"]):
        denied(house, journal, "config_unsafe", f"belongs to uid {ACCOUNTS['bob']}")


@pytest.mark.parametrize("directory", ["/run", "/run/gcpkce"])
def test_a_directory_that_others_may_write_to_denies(house, service, journal, directory):
    os.chmod(directory, 0o777)
    try:
        denied(house, journal, "config_unsafe", "owned by root, without the mode bits 0022")
    finally:
        os.chmod(directory, 0o755)


def test_a_listener_that_is_not_root_denies(house, journal):
    bob = ACCOUNTS["bob"]
    got = []
    with listener(lambda connection: got.append(connection.recv(1)), uid=bob):
        denied(house, journal, "helper_failed", f"uid {bob} listens there, not root")
    assert got in ([], [b""]), "it got a frame"


def test_a_socket_that_refuses_denies(house, journal):
    os.makedirs(os.path.dirname(SOCKET), 0o755, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as nobody_listens:
        nobody_listens.bind(SOCKET)
    try:
        denied(house, journal, "helper_failed", "Connection refused")
    finally:
        os.unlink(SOCKET)


def after_the_request(sent):
    def serve(connection):
        connection.recv(65536)
        connection.sendall(sent)
    return serve


def read_all(connection):
    connection.settimeout(PATIENCE)
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


@pytest.mark.parametrize(("serve", "outcome", "cause"), [
    (lambda _: None, "helper_failed", "the connection was closed"),
    (lambda c: c.recv(1), "helper_failed", "the connection was closed"),  # a reset
    (after_the_request(b"HTTP/1.1 200 OK\r\n"), "helper_failed", "frame: version 47"),
    (after_the_request(frame(READY)), "helper_failed", "frame: the field address"),
    (after_the_request(frame(13)), "helper_failed", "type 13 came where 2 must come"),
    (read_all, "timed_out", "deadline"),
], ids=["closed", "reset", "other-protocol", "garbage", "out-of-turn", "silent"])
def test_a_service_that_breaks_the_rules_denies(
        house, journal, configure, serve, outcome, cause):
    configure(timeout=2)
    with listener(serve):
        denied(house, journal, outcome, cause)


def test_a_queue_that_is_full_denies_in_time(house, journal, configure):
    configure(timeout=30)
    held = []

    def connects():
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        held.append(client)
        with contextlib.suppress(BlockingIOError):
            client.connect(SOCKET)
            return True
        return False

    with listener(read_all):
        # one is served, and two wait
        assert wait_until(lambda: sum(connects() for _ in range(3)) == 0 and len(held) > 3)
        begun = time.monotonic()
        denied(house, journal, "helper_failed", "Resource temporarily unavailable")
        assert time.monotonic() - begun < 10
        for client in held:
            client.close()


# ---- whom the helper serves ----

def answer_to(account, sent):
    """What the service answers a process of this account: a frame's type, the frame."""
    os.seteuid(ACCOUNTS.get(account, 0))
    try:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE)
        client.connect(SOCKET)
    finally:
        os.seteuid(0)
    with client:
        client.sendall(sent)
        received = b""
        while len(received) < 6 or len(received) < 4 + struct.unpack(">I", received[:4])[0]:
            block = client.recv(65536)
            assert block, "the helper ended without a word"
            received += block
    return received[5], received


ALICE = ACCOUNTS["alice"]
REVOCATION = frame(7, ROUTE + LABEL + struct.pack(">IQ", 1, 0) + text("tOkEn"))


@pytest.mark.parametrize(("account", "sent", "kind", "words"), [
    ("root", request(ALICE), READY, ""),
    ("alice", request(ALICE, secret=""), READY, ""),
    ("alice", request(ACCOUNTS["bob"], decoy=1, secret=""), READY, ""),
    ("alice", request(ACCOUNTS["bob"], secret=""), VERDICT, "to its own account only"),
    ("alice", request(0, secret=""), VERDICT, "to its own account only"),
    ("alice", request(ALICE), VERDICT, "takes a client secret from root only"),
    ("alice", None, VERDICT, "takes a revocation from root only"),
], ids=["root", "own", "decoy", "another", "roots", "secret", "revocation"])
def test_the_service_serves_root_and_others_for_themselves(
        service, account, sent, kind, words):
    os.chmod(SOCKET, 0o666)
    got, received = answer_to(account, REVOCATION if sent is None else frame(1, sent))
    assert got == kind
    assert words.encode() in received


@pytest.mark.parametrize(("sent", "cause"), [
    (b"", "the other end closed the socket"),
    (b"GET / HTTP/1.1\r\n\r\n", "frame: version 47, not 9"),
    (struct.pack(">IBB", 2, 6, 7), "frame: version 6, not 9: restart an application"),  # 0.1's
    (frame(3, text("x")), "frame: type 3 is not a request"),
    (frame(1, b"\xff" * 64), "frame: the field provider"),
    (struct.pack(">IBB", 0x7fffffff, 9, 1), "frame: length 2147483647 is out of bounds"),
], ids=["nothing", "http", "old", "answer", "noise", "long"])
def test_a_client_that_breaks_the_rules_is_refused(service, sent, cause):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect(SOCKET)
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        received = client.recv(65536)
    assert received[5] == VERDICT
    assert OK != received[6]
    assert cause.encode() in received


# ---- applications that are not root ----

def locker(house, account="alice"):
    house.stack("gcpkce-test", "auth required {module}\n")
    return hosts.Terminal(house, hosts.as_account(account, [
        "pamtester", "gcpkce-test", account, "authenticate"]))


def test_a_locker_uses_a_socket_that_admits_it(house, service, people, journal):
    os.chmod(SOCKET, 0o666)
    terminal = locker(house)
    shown = terminal.asked()
    journal.wait("helper -1 of the service started")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.end()
    journal.decision("ok")


def test_a_locker_starts_its_own_helper_beside_a_socket_of_root_s(
        house, service, people, journal):
    terminal = locker(house)
    shown = terminal.asked()
    (helper,) = house.processes("gcpkce-helper")
    assert status(helper)["Uid"].split()[0] == str(ALICE)
    terminal.answer(people["alice"].sign_in(shown))
    terminal.end()
    journal.decision("ok")


# ---- the module with a helper that does what a script says ----

@pytest.mark.parametrize("program", ["test_attempts", "test_decoys", "test_dialogue"])
def test_the_dialogue_is_the_same_over_it(house, program):
    """Attempts, interrupted sign-ins and their deadlines, decoys."""
    service = Service([f"{BUILD}/tests/scripted-helper"], "65534")
    os.chmod(SOCKET, 0o666)  # some tests are of an application that is not root
    try:
        done = subprocess.run([f"{BUILD}/tests/module/{program}"], text=True, check=False,
                              env=dict(os.environ, GCPKCE_SERVICE="yes"), timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    finally:
        service.stop()
    assert done.returncode == 0, done.stdout


# ---- gcpkce check says which way is used ----

def check(account="root"):
    done = subprocess.run(hosts.as_account(account, CHECK), text=True, capture_output=True,
                          check=False)
    return done.stdout


def test_check_says_which_way_is_used_and_why(house, service):
    assert f"helper started by\n  systemd, because {SOCKET} exists\n" in check()
    os.chmod(SOCKET, 0o666)
    assert "users other than root may use the service (mode 0666)" in check()
    os.chmod(SOCKET, 0o600)
    assert (f"helper started by\n  the application, because {SOCKET} does not admit this "
            "user\n") in check("alice")
    os.rename(SOCKET, "/run/away.sock")
    try:
        assert (f"helper started by\n  the application, because {SOCKET} does not "
                "exist\n") in check()
    finally:
        os.rename("/run/away.sock", SOCKET)


def test_check_finds_a_socket_that_is_not_root_s(house):
    with listener(lambda _: None, owner=ACCOUNTS["bob"]):
        assert (f"fault    {SOCKET}: sign-ins fail: {SOCKET} belongs to uid "
                f"{ACCOUNTS['bob']}") in check()


def test_check_finds_a_service_that_does_not_answer(house):
    with listener(lambda _: None):
        assert (f"fault    {SOCKET}: the helper does not start or does not answer: {SOCKET}: "
                "the connection was closed") in check()


def test_the_launcher_is_what_systemd_starts_helpers_with(service):
    """It accepts, and passes the connection as descriptor 3."""
    with open(f"/proc/{service.process.pid}/comm", encoding="ascii") as file:
        assert file.read().strip() == LAUNCHER[:15]
