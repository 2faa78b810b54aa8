# SPDX-License-Identifier: ISC
"""The helper's sandbox on a whole host: names, missing layers, bombs."""

import os
import shutil
import subprocess
import time

import pytest

import hosts
from browser import pair
from conftest import BUILD, nss_module
from house import BOMB_USER, process_ids, runs
from name_server import A, NameServer
from procfs import status

NAME_SERVER = "127.{}.{}.53".format(*os.urandom(2))  # this run's own
PROCESSES_MAX = 4096


@pytest.fixture
def names(house):
    """Has names asked of a server of our own: names("hosts: files dns")."""
    paths = ("/etc/nsswitch.conf", "/etc/resolv.conf")
    files = {path: open(path, encoding="utf-8").read() for path in paths}
    servers = []

    def ask(sources, truncated=False):
        servers.append(NameServer(NAME_SERVER, truncated=truncated))
        house.write(paths[0], files[paths[0]].replace("hosts: files", sources))
        house.write(paths[1], f"nameserver {NAME_SERVER}\n")
        return servers[0]
    yield ask
    for path, text in files.items():
        house.write(path, text)
    for server in servers:
        server.close()


@pytest.fixture
def nss_resolve(house):
    """A module named as nss-resolve, where the loader finds it."""
    with nss_module("resolve"):
        yield


def named(url, name):
    return f"https://{name}.example.test:{url.rsplit(':', 1)[1]}"


def sign_in(house, people, genesys, account="alice"):
    """A sign-in of Alice's by pamtester; gives what was shown at its end."""
    terminal = hosts.Pamtester(house).open(account, "authenticate")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    return terminal.end()


@pytest.mark.parametrize("sandbox", ["default", "strict"])
@pytest.mark.parametrize("truncated", [False, True], ids=["udp", "tcp"])
def test_names_are_found_by_dns(
        house, people, genesys, configure, journal, names, sandbox, truncated):
    server = names("hosts: files dns", truncated)
    configure(sandbox=sandbox, preconnect="no", login_url=named(genesys.login_url, "login"),
              api_url=named(genesys.api_url, "api"))
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    landed = people["alice"].sign_in(terminal.asked())
    server.asked.clear()
    terminal.answer(landed)
    terminal.end()
    assert journal.decision("ok")
    assert ("tcp" if truncated else "udp", A, "login.example.test") in server.asked
    journal.wait("outcome=revoked")
    assert "sandbox_layer_missing" not in journal.text()


@pytest.mark.parametrize("sandbox", ["default", "strict"])
@pytest.mark.parametrize("present", [False, True], ids=["absent", "present"])
def test_nss_resolve_is_passed_over(
        house, people, genesys, configure, journal, names, request, sandbox, present):
    if present:
        request.getfixturevalue("nss_resolve")
    server = names("hosts: files resolve [!UNAVAIL=return] dns")
    configure(sandbox=sandbox, login_url=named(genesys.login_url, "login"),
              api_url=named(genesys.api_url, "api"))
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    # a browser elsewhere, which has other names
    shown = terminal.asked().replace("login.example.test", "localhost")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.end()
    assert journal.decision("ok")
    assert ("udp", A, "login.example.test") in server.asked


@pytest.mark.parametrize("lacking", ["landlock", "seccomp"])
def test_a_missing_layer_is_one_line_in_the_journal(
        house, people, genesys, journal, lacking):
    terminal = hosts.Terminal(house, [
        f"{BUILD}/tests/without", lacking, "pamtester", "gcpkce-test", "alice",
        "authenticate"])
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    assert journal.decision("ok")
    lines = [line for line in journal.lines() if "sandbox_layer_missing" in line]
    assert len(lines) == 1
    assert "pam_gcpkce(gcpkce-test:auth): " in lines[0]
    assert ('outcome=sandbox_layer_missing user="alice" service="gcpkce-test" '
            f'cause="the helper\'s sandbox lacks {lacking}: Function not implemented"'
            ) in lines[0]


def test_strict_without_a_layer_is_refused_before_the_prompt_and_says_why(
        house, configure, journal):
    configure(sandbox="strict")
    terminal = hosts.Terminal(house, [
        f"{BUILD}/tests/without", "landlock", "pamtester", "gcpkce-test", "alice",
        "authenticate"])
    terminal.end()
    decision = journal.decision("helper_failed")
    assert decision["attempt"] == "0"
    assert "sandbox = strict: the helper's sandbox lacks landlock" in decision["cause"]
    assert journal.text().count("outcome=sandbox_layer_missing") == 1


@pytest.fixture
def trial(house):
    """The trial helper in the helper's place."""
    place = f"{BUILD}/gcpkce-helper"
    real = house.path("real-helper")
    shutil.copy(place, real)

    def copy(source):
        os.unlink(place)
        shutil.copyfile(source, place)
        os.chmod(place, 0o711)
    copy(f"{BUILD}/tests/trial-helper")
    yield lambda: copy(real)
    copy(real)


@pytest.mark.parametrize("trial_name, cause", [
    ("shadow", "trial shadow: EACCES"),
    ("exec", "trial exec: EPERM"),
    ("setuid", "trial setuid: EPERM"),
    ("unix-socket", "trial unix-socket: EACCES"),
])
def test_below_sshd_it_is_refused(sshd, configure, journal, trial, trial_name, cause):
    configure(signin_org=trial_name, signin_provider="trial")
    terminal = sshd.open("alice")
    terminal.answer(pair("a-code", terminal.asked()))
    assert journal.decision("helper_failed")["cause"] == cause
    terminal.hang_up()


@pytest.mark.alone
def test_a_bomb_is_bounded_and_ends_with_its_sign_in(
        house, people, genesys, configure, journal, trial):
    configure(signin_org="bomb", signin_provider="trial", helper_user=BOMB_USER, timeout=4,
              request_timeout=1, connect_timeout=1)
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    terminal.answer(pair("a-code", terminal.asked()))
    most, end = 0, time.monotonic() + 2.5
    while time.monotonic() < end:
        found = house.processes("gcpkce-helper")
        assert len(found) <= 2, "it forked"
        most = max([most, *(int(status(pid).get("Threads", 0)) for pid in found)])
        time.sleep(0.1)
    assert 1000 < most <= PROCESSES_MAX
    terminal.end()
    assert journal.decision("timed_out")
    assert house.wait_until_gone("gcpkce-helper") == []
    assert [pid for pid in process_ids() if runs(pid, "trial-helper")] == []

    trial()  # the real one again, for the same account
    configure(helper_user=BOMB_USER)
    sign_in(house, people, genesys)
    assert journal.decision("ok")


def test_an_ordinary_user_runs_the_helper_and_cannot_read_it(house, people, journal):
    """As a locker does, whose host is not root."""
    helper = f"{BUILD}/gcpkce-helper"
    assert oct(os.stat(helper).st_mode & 0o7777) == "0o711"
    assert subprocess.run(hosts.as_account("alice", ["cat", helper]), check=False,
                          capture_output=True).returncode != 0
    terminal = hosts.Terminal(house, hosts.as_account(
        "alice", ["pamtester", "gcpkce-test", "alice", "authenticate"]))
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    journal.decision("ok")
    assert "sandbox_layer_missing" not in journal.text()
