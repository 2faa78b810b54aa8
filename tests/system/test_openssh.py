# SPDX-License-Identifier: ISC
"""What differs between releases of OpenSSH: messages, programs, penalties."""

import os
import re
import signal
import subprocess

import pytest

import contract
from conftest import STACK
from hosts import Sshd, openssh_version
from house import ROOT, process_ids
from procfs import status
from waiting import wait_until

VERSION = openssh_version()
# Ten times the default, so that a slow machine does not wait for its end.
PENALTIES = "PerSourcePenalties authfail:50 grace-exceeded:100 noauth:1 min:150 max:6000"
ACTIVE = "activating ipv4 penalty"


@pytest.fixture(autouse=True)
def own_log(sshd):
    """A log without what an earlier test's sshd wrote."""
    if os.path.exists(sshd.log_path):
        os.unlink(sshd.log_path)


def since(major, minor, what):
    return pytest.mark.skipif(
        VERSION < (major, minor),
        reason=f"OpenSSH {VERSION[0]}.{VERSION[1]} has no {what}; {major}.{minor} and newer have")


# Messages

def requests(terminal):
    """How many prompts each request of keyboard-interactive had, by "ssh -vv"."""
    return re.findall(r"input_userauth_info_req: num_prompts (\d+)", terminal.transcript)


@pytest.mark.parametrize("dialogue", ["prompt", "split"])
def test_a_message_is_a_request_of_its_own_since_10_3(sshd, people, configure, dialogue):
    """By default nothing depends on it: all of the dialogue is the prompt."""
    configure(dialogue=dialogue)
    terminal = sshd.open("alice", "-vv")
    shown = terminal.asked()
    at_once = VERSION >= (10, 3) and dialogue == "split"
    assert requests(terminal) == (["0", "1"] if at_once else ["1"])
    terminal.answer("")
    again = terminal.asked()
    assert contract.EMPTY in again
    terminal.answer(people["alice"].sign_in(shown))
    assert terminal.session()[0] == "alice"


def test_forty_messages_of_one_dialogue_do_not_end_the_connection(sshd, people, configure):
    """From 9.4 to 10.2 sshd ends when more than 32 wait for one prompt."""
    configure(dialogue="split", attempts=20)
    terminal = sshd.open("alice")
    shown = terminal.asked()
    for _ in range(19):
        terminal.answer("")
        assert contract.EMPTY in terminal.asked()
    terminal.answer(people["alice"].sign_in(shown))
    assert terminal.session()[0] == "alice"


# Programs

def users_of_the_module(house):
    """The programs that have mapped the module."""
    found = set()
    for pid in process_ids():
        try:
            with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
                if house.module in file.read():
                    found.add(os.path.basename(os.readlink(f"/proc/{pid}/exe")))
        except OSError:
            continue
    return found


def test_one_program_of_sshd_loads_the_module_and_starts_the_helper(sshd, house, configure):
    """Neither the one that listens nor the one that an unknown client talks to."""
    configure(preconnect="no")  # which has a process more
    sshd.open("alice").asked()
    expected = "sshd-session" if VERSION >= (9, 8) else "sshd"
    helper, = house.processes("gcpkce-helper")
    assert os.path.basename(os.readlink(f"/proc/{status(helper)['PPid']}/exe")) == expected
    assert users_of_the_module(house) == {expected}


@since(10, 0, "sshd-auth")
def test_sshd_auth_that_dies_ends_the_sign_in(sshd, house, people, journal, genesys):
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    for pid in house.processes("sshd-auth"):
        os.kill(pid, signal.SIGKILL)
    terminal.answer(answer)
    terminal.end()
    assert terminal.status == 255 and "@@session" not in terminal.transcript
    assert house.wait_until_gone("gcpkce-helper") == []
    assert genesys.log.count("POST", "/oauth/token") == 0
    assert [one for one in journal.decisions() if one["outcome"] == "ok"] == []


class Trial(Sshd):
    """A second sshd by another name."""

    program = ("/run/sshd-trial",)


@pytest.mark.parametrize("options, service", [
    pytest.param("", "sshd-trial" if VERSION < (9, 8) else "sshd", id="by its name"),
    pytest.param("PAMServiceName sshd-trial", "sshd-trial", id="PAMServiceName",
                 marks=since(9, 8, "PAMServiceName")),
])
def test_what_selects_the_stack_of_a_second_sshd(house, journal, configure, options, service):
    configure(attempts=1)
    house.stack("sshd-trial", STACK)
    os.symlink("/usr/sbin/sshd", Trial.program[0])
    trial = Trial(house)
    try:
        trial.start(options)
        terminal = trial.open("alice")
        terminal.asked()
        terminal.answer("")
        terminal.end()
        assert journal.decision("answer_empty")["service"] == service
    finally:
        trial.stop()
        os.unlink(Trial.program[0])


def test_which_of_two_maxstartups_counts(house, sshd):
    if (10, 0) < VERSION < (10, 6):
        pytest.skip("not known of this release")
    sshd.start()  # for its key
    path = house.write(house.path("two_config"), f"""\
HostKey {house.path("host_key")}
MaxStartups 50:30:200
MaxStartups 10:30:100
""")
    shown = subprocess.run(["/usr/sbin/sshd", "-T", "-f", path], check=True, capture_output=True,
                           text=True).stdout.lower()
    os.unlink(path)
    counts = re.search(r"^maxstartups (\S+)$", shown, re.MULTILINE).group(1)
    assert counts == ("50:30:200" if VERSION >= (10, 6) else "10:30:100")


# Penalties

def commented(keyword):
    """The line of the drop-in that an administrator may enable."""
    with open(f"{ROOT}/etc/sshd_config.d/10-gcpkce.conf", encoding="utf-8") as file:
        return re.search(rf"^#({keyword} .*)$", file.read(), re.MULTILINE).group(1)


def refuse(sshd, people, count):
    """As many sign-ins of a wrong person at once; returns after sshd has noted them."""
    terminals = [sshd.open("alice") for _ in range(count)]
    for terminal in terminals:
        terminal.answer(people["bob"].sign_in(terminal.asked()))
    for terminal in terminals:
        terminal.end()
    closed = "Connection closed by authenticating user alice 127.0.0.1"
    assert wait_until(lambda: sshd.log().count(closed) >= count)


def signs_in(sshd, people, *options):
    terminal = sshd.open("alice", *options)
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    return terminal.session()[0] == "alice"


@since(9, 8, "PerSourcePenalties")
def test_four_failed_sign_ins_lock_an_address_out_and_no_other(sshd, people, configure, genesys):
    configure(attempts=1)
    sshd.start(penalties="")
    known = subprocess.run(["/usr/sbin/sshd", "-T", "-f", "/dev/null", "-h",
                            sshd._host_key()], check=True, capture_output=True, text=True)
    default = re.search(r"authfail:5(?:\.0+)? .*min:15(?:\.0+)?\b", known.stdout)
    assert default, "the default of which PENALTIES is ten times"
    sshd.start(penalties=PENALTIES)
    refuse(sshd, people, 3)
    assert ACTIVE not in sshd.log()
    refuse(sshd, people, 1)
    assert wait_until(lambda: ACTIVE in sshd.log())
    genesys.log.clear()
    terminal = sshd.open("alice")
    terminal.end()
    assert (terminal.status, "Sign in" in terminal.transcript) == (255, False)
    assert "penalty: failed authentication" in sshd.log()
    assert signs_in(sshd, people, "-o", "BindAddress=127.0.0.2")


@since(9, 8, "PerSourcePenalties")
@pytest.mark.parametrize("line", [
    pytest.param(lambda: PENALTIES + "\n" + re.sub(r" .*", " 127.0.0.0/8", commented(
        "PerSourcePenaltyExemptList")), id="the office is exempt"),
    pytest.param(lambda: commented("PerSourcePenalties"), id="failures count less")])
def test_with_a_line_of_the_drop_in_an_office_gets_in(sshd, people, configure, line):
    configure(attempts=1)
    sshd.start(penalties=line())
    refuse(sshd, people, 6)
    assert signs_in(sshd, people)
    assert ACTIVE not in sshd.log()


@since(9, 8, "PerSourcePenalties")
def test_two_users_slower_than_logingracetime_lock_an_address_out(sshd):
    sshd.start("LoginGraceTime 3", penalties=PENALTIES)
    slow = [sshd.open("alice") for _ in range(2)]
    for terminal in slow:
        terminal.asked()
    assert wait_until(lambda: ACTIVE in sshd.log())
    terminal = sshd.open("alice")
    terminal.end()
    assert (terminal.status, "Sign in" in terminal.transcript) == (255, False)
    assert "penalty: exceeded LoginGraceTime" in sshd.log()
