# SPDX-License-Identifier: ISC
"""Programs and terminals that take or show only part of what there is."""

import json
import os
import re
import shutil
import subprocess

import pytest

import hosts
from conftest import BUILD
from house import find_program
from waiting import wait_until

SUDO_MAX = 511  # bytes of an answer that sudo takes


def padded(address, length):
    """The address with a parameter that makes it as long."""
    return address + "&pad=" + "x" * (length - len(address) - 5)


@pytest.mark.parametrize("kind", [hosts.Sudo, hosts.SudoRs],
                         ids=lambda host: host.name)
def test_sudo_takes_an_answer_of_511_bytes_and_none_in_part(
        house, people, journal, kind):
    if find_program(kind.program) is None:
        pytest.skip(f"there is no {kind.program} here")
    terminal = kind(house).open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    terminal.answer(padded(answer, SUDO_MAX))
    terminal.session()
    terminal.leave()
    journal.decision("ok")
    terminal = kind(house).open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    terminal.answer(padded(answer, SUDO_MAX + 1))
    terminal.end()
    assert "@@session" not in terminal.transcript
    journal.decision("aborted")


@pytest.mark.parametrize("kind", [hosts.Su, hosts.Login],
                         ids=lambda host: host.name)
def test_a_terminal_that_nothing_is_known_of_is_enough(
        house, people, kind, monkeypatch):
    monkeypatch.delitem(hosts.CLIENT_ENV, "TERM")
    monkeypatch.delitem(hosts.CLIENT_ENV, "LANG")
    terminal = kind(house).open("alice")
    shown = terminal.asked()
    assert all(char == "\n" or " " <= char <= "~" for char in shown)
    terminal.answer(people["alice"].sign_in(shown))
    assert terminal.session()[0] == "alice"


# Programs that cannot ask

# what pam-auth-update makes of common-auth with the profile
WITH_PROFILE = """\
auth [success=2 default=ignore] pam_unix.so nullok
auth [success=1 default=ignore] {module} attempts=1
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_permit.so
"""


@pytest.fixture
def saslauthd():
    """The mail server's, which dies of a prompt that echoes."""
    if find_program("saslauthd") is None:
        pytest.skip("there is no saslauthd here (sasl2-bin)")
    os.mkdir("/run/saslauthd", 0o755)
    daemon = subprocess.Popen(
        ["saslauthd", "-a", "pam", "-m", "/run/saslauthd", "-n", "0", "-d"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: os.path.exists("/run/saslauthd/mux"))
    yield daemon
    daemon.terminate()
    daemon.wait()
    shutil.rmtree("/run/saslauthd")


def test_a_wrong_password_of_mail_is_refused_without_a_prompt(house, saslauthd, journal, genesys):
    house.stack("smtp", WITH_PROFILE)
    for _ in range(2):  # one after the other, of the same daemon
        said = subprocess.run(["testsaslauthd", "-u", "alice", "-p", "Winter2026", "-s", "smtp",
                               "-f", "/run/saslauthd/mux"],
                              capture_output=True, text=True, check=False)
        assert "authentication failed" in said.stdout
        assert saslauthd.poll() is None, "saslauthd has died"
    journal.decision("no_conversation")
    assert genesys.log.requests() == [] and house.processes("gcpkce-helper") == []


@pytest.mark.parametrize("service, warned", [("smtp", 1), ("dovecot", 1), ("xrdp-sesman", 1), ("su", 0)])
def test_check_warns_of_a_service_that_cannot_ask(house, service, warned):
    house.stack(service, WITH_PROFILE)
    done = subprocess.run([f"{BUILD}/tests/gcpkce", "--json", "check", "--offline", "--service", service],
                          capture_output=True, text=True, check=False)
    found = [one for one in json.loads(done.stdout)["findings"] if "cannot prompt" in one["what"]]
    assert [(one["severity"], one["where"]) for one in found] == [
        ("warning", f"/etc/pam.d/{service}:2")] * warned


# A program that breaks lines

def plink(house, sshd):
    """PuTTY's plink at a terminal, up to the question; gives it and what it showed."""
    sshd.start()
    terminal = hosts.Terminal(house, [
        find_program("plink"), "-ssh", "-t", "-P", str(sshd.port), "-l", "alice", "127.0.0.1",
        house.session])
    terminal.asked("Store key in cache? (y/n, Return cancels connection, i for more info) ")
    terminal.answer("n")
    return terminal, terminal.asked("on: ")  # the prompt may be broken as well


@pytest.fixture
def needs_plink():
    if find_program("plink") is None:
        pytest.skip("there is no plink here; see tools/install-deps")


def test_plink_shows_an_address_of_77_bytes_in_one_piece(
        needs_plink, house, sshd, genesys, people, settings, configure):
    start = "https://signin.example.com/start1"
    assert len(start) == 33
    configure(start_url=start)
    terminal, shown = plink(house, sshd)
    [address] = re.findall(r"https://\S+", shown)
    challenge = address.removeprefix(f"{start}#")
    assert len(challenge) == 43 and len(address) == 77
    # what the start page makes of it
    terminal.answer(people["alice"].sign_in(
        f"{genesys.login_url}/oauth/authorize?response_type=code"
        f"&client_id={settings['client_id']}&redirect_uri={settings['redirect_uri']}"
        f"&code_challenge={challenge}&code_challenge_method=S256&state={challenge[:22]}"))
    terminal.asked("Access granted. Press Return to begin session.")
    terminal.answer("")
    assert terminal.session()[0] == "alice"


def test_plink_breaks_the_authorize_address(needs_plink, house, sshd):
    """What docs/CALLERS.md says; a plink that does not would need no start_url."""
    _, shown = plink(house, sshd)
    assert re.search(r"\| https://\S+\s+> \S+", shown)
