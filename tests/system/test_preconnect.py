# SPDX-License-Identifier: ISC
"""The preconnect: connections that stand before the answer comes."""

import contextlib
import fcntl
import os
import socket
import struct
import subprocess
import time
from urllib.parse import parse_qs, urlsplit

import pytest

import hosts
from browser import pair
from conftest import BUILD
from crowd import land
from faults import Fault
from house import mount
from person import address_in
from procfs import status
from waiting import PATIENCE, wait_until

LOCK = "/run/gcpkce/preconnect.lock"
DEAD = ("This host could not reach the sign-in service just now; "
        "signing in may fail.")


def helpers(house):
    return house.processes("gcpkce-helper")


def maps_libcurl(pid):
    with contextlib.suppress(OSError), open(
            f"/proc/{pid}/maps", encoding="utf-8") as file:
        return "libcurl" in file.read()
    return False  # it has ended


def assert_unloaded_until(moment, house):
    """Nothing has begun yet; unless we come too late to see it."""
    loaded = [maps_libcurl(pid) for pid in helpers(house)]
    assert loaded == [False] or time.time() >= moment


def standing(genesys):
    """The handshakes that there were, by host."""
    return genesys.log.handshakes("login"), genesys.log.handshakes("api")


def flown(genesys):
    """Wait until all three stand, and the helper knows it."""
    return (wait_until(lambda: standing(genesys) == (1, 2))
            and genesys.log.wait("HEAD", "/", 3)
            and genesys.wait_until_read())


def preconnect_of(terminal, genesys):
    """Wait for the prompt and the preconnect; forget it; gives the prompt."""
    shown = terminal.asked()
    assert flown(genesys), genesys.log.records()
    genesys.log.clear()
    return shown


def test_it_comes_after_its_seconds_and_not_before(
        house, genesys, configure):
    configure(preconnect=2)
    begun = time.time()
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert_unloaded_until(begun + 2, house)
    assert flown(genesys)
    assert genesys.log.records()[0].time >= begun + 2
    warden, worker = sorted(helpers(house), key=maps_libcurl)
    assert not maps_libcurl(warden) and maps_libcurl(worker)
    assert status(worker)["PPid"] == str(warden)
    terminal.kill()


def test_then_a_sign_in_makes_its_requests_and_no_connection(
        house, people, genesys, journal, configure):
    configure(preconnect=0)
    terminal = hosts.Pamtester(house).open("alice")
    answer = people["alice"].sign_in(preconnect_of(terminal, genesys))
    genesys.log.clear()
    terminal.answer(answer)
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    terminal.leave()
    journal.decision("ok")
    assert sorted((r.method, r.path) for r in genesys.log.requests()) == [
        ("DELETE", "/api/v2/tokens/me"), ("GET", "/api/v2/tokens/me"),
        ("GET", "/api/v2/users/me"), ("POST", "/oauth/token")]
    assert genesys.log.connections() == 0


def test_no_leaves_the_connections_to_the_answer(
        house, people, genesys, journal, configure):
    configure(preconnect="no", revoke="never")
    terminal = hosts.Pamtester(house).open("alice")
    shown = terminal.asked()
    time.sleep(0.5)
    assert genesys.log.records() == []
    assert [maps_libcurl(pid) for pid in helpers(house)] == [False]
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")
    # the API's two, beside the code; none on the login server
    assert [r.method for r in genesys.log.requests("login")][-1:] == ["POST"]
    assert "HEAD" not in [r.method for r in genesys.log.requests("login")]
    assert genesys.log.count("HEAD", "/") == 2


def test_what_the_server_closes_is_opened_again_before_the_answer(
        house, people, genesys, journal, configure):
    configure(preconnect=0)
    terminal = hosts.Pamtester(house).open("alice")
    shown = preconnect_of(terminal, genesys)
    genesys.drop("login")
    genesys.drop("api")
    assert flown(genesys), genesys.log.records()
    assert [record.detail for record in genesys.log.records()
            if record.kind == "handshake"] == ["TLSv1.3 resumed"] * 3
    answer = people["alice"].sign_in(shown)
    genesys.log.clear()
    terminal.answer(answer)
    terminal.leave()
    journal.decision("ok")
    assert genesys.log.connections() == 0


def test_what_the_server_always_closes_is_opened_a_few_times(
        house, genesys, configure):
    genesys.faults["login_connect"] = Fault(close="reset")
    configure(preconnect=0)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert wait_until(lambda: genesys.log.connections("login") == 3)
    time.sleep(3.5)
    assert genesys.log.connections("login") == 3
    terminal.kill()


def test_a_code_goes_out_once_though_its_connection_dies(
        house, people, genesys, journal, configure):
    configure(preconnect=0, attempts=1)
    terminal = hosts.Pamtester(house).open("alice")
    answer = people["alice"].sign_in(preconnect_of(terminal, genesys))
    genesys.faults["token"] = Fault(close="before")
    terminal.answer(answer)
    terminal.end()
    assert journal.decision("unreachable")["user"] == "alice"
    assert genesys.log.count("POST", "/oauth/token") == 1


def test_a_refused_code_leaves_the_connections_to_the_next_answer(
        house, people, genesys, journal, configure):
    configure(preconnect=0)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.answer(pair("not-a-code-of-any-user", preconnect_of(terminal, genesys)))
    answer = people["alice"].sign_in(terminal.asked())
    genesys.log.clear()
    terminal.answer(answer)
    terminal.leave()
    journal.decision("ok")
    assert genesys.log.connections() == 0


def test_a_dead_path_is_said_with_the_next_prompt_and_tried_again(
        house, people, genesys, journal, configure):
    configure(preconnect=0)
    genesys.refuse("api")
    terminal = hosts.Pamtester(house).open("alice")
    assert DEAD not in terminal.asked()
    assert genesys.log.wait("HEAD", "/") and genesys.wait_until_read()
    time.sleep(0.3)
    terminal.answer("")
    shown = terminal.asked()
    assert DEAD in shown
    genesys.listen("api")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")


def test_a_path_that_is_back_is_said_no_more(
        house, genesys, configure):
    configure(preconnect=0)
    genesys.refuse("api")
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert genesys.log.wait("HEAD", "/") and genesys.wait_until_read()
    genesys.listen("api")
    assert wait_until(lambda: genesys.log.handshakes("api") == 2)
    assert genesys.log.wait("HEAD", "/", 3) and genesys.wait_until_read()
    terminal.answer("")
    assert DEAD not in terminal.asked()
    terminal.kill()


def test_one_at_a_time_if_there_may_be_one(
        house, people, genesys, journal, configure):
    configure(preconnect=0, preconnect_max=1)
    first = hosts.Pamtester(house).open("alice")
    preconnect_of(first, genesys)
    second = hosts.Pamtester(house).open("bob")
    shown = second.asked()
    time.sleep(0.5)
    assert genesys.log.records() == []
    assert wait_until(lambda: all(status(pid)["State"].startswith("S")
                                  for pid in helpers(house)))
    first.kill()
    assert wait_until(lambda: len(helpers(house)) == 1)
    third = hosts.Pamtester(house).open("alice")
    preconnect_of(third, genesys)
    # the second does without
    second.answer(people["bob"].sign_in(shown))
    second.leave()
    journal.decision("ok")
    third.kill()


@contextlib.contextmanager
def in_the_place_of_the_lock(put):
    os.makedirs(os.path.dirname(LOCK), exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(LOCK)
    put()
    try:
        yield
    finally:
        os.unlink(LOCK)


def link_to_roots_own():
    with open("/run/other", "w", encoding="ascii"):
        os.chmod("/run/other", 0o600)
    os.symlink("/run/other", LOCK)


def fifo():
    os.mkfifo(LOCK)
    os.chmod(LOCK, 0o600)


def owned_by_another_user():
    with open(LOCK, "w", encoding="ascii"):
        os.chown(LOCK, 1000, 1000)
        os.chmod(LOCK, 0o600)


def open_to_others():
    with open(LOCK, "w", encoding="ascii"):
        os.chmod(LOCK, 0o644)


@pytest.mark.parametrize("put", [
    link_to_roots_own, fifo, owned_by_another_user, open_to_others])
def test_a_file_that_is_not_roots_alone_means_no(
        house, people, genesys, journal, configure, put):
    with in_the_place_of_the_lock(put):
        configure(preconnect=0)
        terminal = hosts.Pamtester(house).open("alice")
        shown = terminal.asked()
        journal.wait("no preconnect: ")
        time.sleep(0.3)
        assert genesys.log.records() == []
        terminal.answer(people["alice"].sign_in(shown))
        terminal.leave()
        journal.decision("ok")


def test_a_directory_of_another_user_means_no(
        house, genesys, journal, configure):
    directory = os.path.dirname(LOCK)
    os.makedirs(directory, exist_ok=True)
    os.chown(directory, 1000, 1000)
    configure(preconnect=0)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    os.chown(directory, 0, 0)
    journal.wait("no preconnect: ")
    time.sleep(0.3)
    assert genesys.log.records() == []
    terminal.kill()


def test_a_run_that_is_read_only_means_no(
        house, people, genesys, journal, configure):
    directory = os.path.dirname(LOCK)
    os.makedirs(directory, exist_ok=True)
    mount("--bind", directory, directory)
    mount("-o", "remount,bind,ro", directory)
    try:
        configure(preconnect=0)
        terminal = hosts.Pamtester(house).open("alice")
        shown = terminal.asked()
    finally:
        subprocess.run(["umount", directory], check=True)
    journal.wait("no preconnect: preconnect.lock: Read-only file system")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")


def test_the_lock_is_held_as_long_as_the_preconnect(
        house, genesys, configure):
    def is_free():
        with open(LOCK, "r+b") as file:
            asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 1, 0)
            got = fcntl.fcntl(file, fcntl.F_OFD_GETLK, asked)
            return struct.unpack("hhqqi4x", got)[0] == fcntl.F_UNLCK

    configure(preconnect=0, preconnect_max=1)
    terminal = hosts.Pamtester(house).open("alice")
    preconnect_of(terminal, genesys)
    assert os.stat(LOCK).st_mode & 0o7777 == 0o600
    assert not is_free()
    terminal.kill()
    assert wait_until(is_free)


def test_a_user_who_leaves_during_a_preconnect_leaves_no_process(
        house, genesys, configure):
    genesys.faults["login_connect"] = Fault(delay=90)
    configure(preconnect=0, connect_timeout=90)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert wait_until(lambda: len(helpers(house)) == 2)
    assert wait_until(lambda: genesys.log.connections("login") == 1)
    terminal.kill()
    assert house.wait_until_gone("gcpkce-helper") == []


def test_an_answer_in_the_middle_of_it_is_not_kept_waiting(
        house, people, genesys, journal, configure):
    genesys.faults["login_connect"] = Fault(delay=60, times=1)
    configure(preconnect=0, connect_timeout=60)
    terminal = hosts.Pamtester(house).open("alice")
    shown = terminal.asked()
    assert genesys.log.wait("HEAD", "/", 2) and genesys.wait_until_read()
    assert wait_until(lambda: "login_connect" not in genesys.faults)
    begun = time.monotonic()
    terminal.answer(land(genesys, shown, "alice"))
    terminal.leave()
    journal.decision("ok")
    assert time.monotonic() - begun < 30
    assert genesys.log.connections("api") == 2, "those that stood are used"


def test_strangers_at_the_listener_open_no_connection_more(
        house, people, genesys, journal, configure):
    client = genesys.clients.get("loopback") or genesys.add_client(
        "loopback", redirect_uris=["http://localhost/back"])
    genesys.faults["login_connect"] = Fault(delay=2, times=1)
    configure(preconnect=0, connect_timeout=60, callback="loopback", client_id=client.id,
              redirect_uri=client.redirect_uris[0])
    terminal = hosts.Pamtester(house).open("alice")
    shown = terminal.asked("the page you land on: ")
    assert genesys.log.wait("HEAD", "/", 2)
    query = parse_qs(urlsplit(address_in(shown)).query)
    port = urlsplit(query["redirect_uri"][0]).port
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as stranger:
            stranger.sendall(b"X\r\n")
            assert stranger.recv(1)
        time.sleep(0.02)
    assert genesys.log.wait("HEAD", "/", 3), "the one goes on"
    assert genesys.log.connections("login") == 1
    assert genesys.log.connections("api") == 2
    answer = people["alice"].sign_in(shown)
    genesys.log.clear()
    terminal.answer(answer)
    terminal.leave()
    journal.decision("ok")
    assert genesys.log.connections() == 0


def test_an_answer_without_a_code_gives_no_connection_up(
        house, people, genesys, journal, configure):
    genesys.faults["login_connect"] = Fault(delay=2, times=1)
    configure(preconnect=0, connect_timeout=60)
    terminal = hosts.Pamtester(house).open("alice")
    terminal.asked()
    assert genesys.log.wait("HEAD", "/", 2)
    terminal.answer("")
    shown = terminal.asked()
    assert genesys.log.wait("HEAD", "/", 3), "the one goes on"
    assert genesys.log.connections("login") == 1
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")


@pytest.mark.skipif("address" in os.path.basename(BUILD),
                    reason="sanitizers make calls of their own")
def test_strict_has_room_for_it(house, people, genesys, journal, configure):
    configure(preconnect=0, preconnect_max=1, sandbox="strict")
    terminal = hosts.Pamtester(house).open("alice")
    shown = preconnect_of(terminal, genesys)
    genesys.drop("api")
    assert wait_until(lambda: genesys.log.handshakes("api") == 2)
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")


def test_an_application_that_is_not_root_counts_no_sign_in(
        house, people, genesys, configure):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(LOCK)
    configure(preconnect=0, preconnect_max=1)
    for _ in range(2):
        preconnect_of(hosts.Terminal(house, hosts.as_account("alice", [
            f"{BUILD}/tests/gcpkce", "login", "--user", "alice", "--conf",
            "/etc/security/pam_gcpkce.conf"])), genesys)
    assert not os.path.exists(LOCK)


def test_a_decoy_has_its_worker_and_no_connection(
        house, genesys, configure):
    """The time that a worker costs would tell which accounts exist."""
    configure(preconnect=2, preconnect_max=1)
    begun = time.time()
    terminal = hosts.Pamtester(house).open("absent-user")
    first = terminal.asked()
    assert_unloaded_until(begun + 2, house)
    assert wait_until(
        lambda: sorted(map(maps_libcurl, helpers(house))) == [False, True])
    # and takes no place of another
    preconnect_of(hosts.Pamtester(house).open("alice"), genesys)
    third = hosts.Pamtester(house).open("absent-user")
    third.asked()
    time.sleep(2.5)
    assert len(helpers(house)) == 5, "no worker where there is no place"
    terminal.answer(pair("A" * 43, first))
    terminal.asked()
    assert genesys.log.records() == []


def test_a_decoy_has_its_worker_at_the_first_answer(
        house, genesys, configure):
    configure(preconnect="no")
    terminal = hosts.Pamtester(house).open("absent-user")
    terminal.asked()
    terminal.answer("")
    terminal.asked()
    assert sorted(map(maps_libcurl, helpers(house))) == [False, True]
    assert genesys.log.records() == []
    terminal.kill()


@pytest.mark.parametrize("account", ["alice", "absent-user"])
def test_the_file_is_opened_for_all_accounts(house, configure, account):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(LOCK)
    configure(preconnect=60)
    terminal = hosts.Pamtester(house).open(account)
    terminal.asked()
    assert os.path.exists(LOCK)
    terminal.kill()
