# SPDX-License-Identifier: ISC
"""Common stacks do what their administrator expects of them."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys

import pytest

from conftest import ROOT
from hosts import Sshd, Su, as_account, make_key

sys.path.append(os.path.join(ROOT, "tests/cli"))
from stacks import KEEPS_OUT, PASSES, SHORT_CUTS, SKIPS  # noqa: E402

SUFFICIENT = """\
auth sufficient {module}
auth required pam_deny.so
account required pam_unix.so
session required {module}
"""
REQUIRED = """\
auth required {module}
auth required pam_permit.so
account required {module}
account required pam_unix.so
session required {module}
session required pam_permit.so
"""
DONE_OR_DIE = """\
auth [success=done default=die] {module}
auth sufficient pam_permit.so
account required pam_unix.so
session optional {module}
"""
REQUISITE = """\
auth requisite {module}
auth required pam_env.so
account required pam_permit.so
session required pam_permit.so
"""
AUTH_ALONE = """\
auth required {module}
account required pam_permit.so
session required pam_permit.so
"""
SKIP_DENY = """\
auth [success=1 default=ignore] {module}
auth requisite pam_deny.so
auth required pam_permit.so
account [success=ok default=bad] pam_unix.so
session [default=ok] {module}
"""
ALL = {"sufficient": SUFFICIENT, "required": REQUIRED,
       "success=done default=die": DONE_OR_DIE, "requisite": REQUISITE,
       "auth alone": AUTH_ALONE, "success=1, deny, permit": SKIP_DENY}


@pytest.mark.parametrize("stack", ALL.values(), ids=ALL)
def test_a_stack_lets_the_right_person_in_and_keeps_a_wrong_one_out(
        sshd, house, people, stack):
    house.stack("sshd", stack)
    right, wrong = sshd.open("alice"), sshd.open("alice")
    wrong.answer(people["bob"].sign_in(wrong.asked()))
    right.answer(people["alice"].sign_in(right.asked()))
    assert right.session()[0] == "alice"
    right.leave()
    assert right.status == 0
    wrong.end()
    assert wrong.status == 255
    assert "@@session" not in wrong.transcript


@pytest.mark.parametrize("stack", [DONE_OR_DIE, SUFFICIENT],
                         ids=["success=done default=die", "sufficient"])
def test_a_server_that_is_away_opens_no_stack(
        sshd, house, people, genesys, stack):
    house.stack("sshd", stack)
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    genesys.refuse("login")
    try:
        terminal.answer(answer)
        terminal.end()
    finally:
        genesys.listen("login")
    assert terminal.status == 255
    assert "@@session" not in terminal.transcript


def test_an_account_line_that_says_no_keeps_the_right_person_out(
        sshd, house, people):
    house.stack("sshd", "auth required {module}\n"
                "account required {module}\n"
                "account required pam_deny.so\n")
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    assert "@@session" not in terminal.transcript


def test_an_argument_counts_for_its_own_stack_alone(sshd, house, people):
    house.stack("sshd", "auth required {module} export=env\n"
                "account required pam_permit.so\n"
                "session required {module} export=env\n")
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert "GENESYSCLOUD_ACCESS_TOKEN" in terminal.session()[1]
    terminal = Su(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert "GENESYSCLOUD_ACCESS_TOKEN" not in terminal.session()[1]


# Beside public keys

@pytest.fixture
def key(house):
    """alice's key; gives the ssh options that offer it."""
    directory = os.path.join(house.home("alice"), ".ssh")
    os.mkdir(directory, 0o755)
    path = house.path("alice_key")
    make_key(path)
    shutil.copyfile(f"{path}.pub", f"{directory}/authorized_keys")
    yield "-o", "IdentitiesOnly=yes", "-i", path
    shutil.rmtree(directory)
    os.unlink(path)
    os.unlink(f"{path}.pub")


BOTH = "AuthenticationMethods publickey,keyboard-interactive"
EITHER = "AuthenticationMethods publickey keyboard-interactive"
KEY_FIRST = "publickey,keyboard-interactive"


def test_with_both_asked_for_the_key_alone_is_not_enough(
        sshd, key, people):
    sshd.start(BOTH)
    terminal = sshd.open("alice", *key, methods=KEY_FIRST)
    terminal.answer(people["bob"].sign_in(terminal.asked()))
    terminal.end()
    assert "@@session" not in terminal.transcript


def test_with_both_asked_for_key_and_person_get_in(sshd, key, people):
    sshd.start(BOTH)
    terminal = sshd.open("alice", *key, methods=KEY_FIRST)
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert terminal.session()[0] == "alice"


def test_with_both_required_there_is_no_prompt_without_the_key(
        sshd, journal):
    sshd.start(BOTH)
    terminal = sshd.open("alice", methods=KEY_FIRST)
    terminal.end()
    assert terminal.status == 255
    assert "Sign in to Genesys Cloud" not in terminal.transcript
    assert journal.decisions() == []


def test_with_either_the_key_alone_succeeds_without_a_prompt(
        sshd, key, journal, genesys):
    sshd.start(EITHER)
    terminal = sshd.open("alice", *key, methods=KEY_FIRST)
    assert terminal.session()[0] == "alice"
    terminal.leave()
    assert terminal.status == 0
    assert journal.decisions() == []
    assert genesys.log.records() == []


def test_with_either_the_person_alone_gets_in(sshd, people):
    sshd.start(EITHER)
    terminal = sshd.open("alice", methods=KEY_FIRST)
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert terminal.session()[0] == "alice"


# One client that takes all places

DROP_IN = os.path.join(ROOT, "etc/sshd_config.d/10-gcpkce.conf")
# From 20 on sshd drops every connection, and not some at random.
PLACES = "20:100:200"


def drop_in_lines(begins):
    with open(DROP_IN, encoding="utf-8") as file:
        return "".join(line for line in file if line.startswith(begins))


def second_sshd():
    """The settings of the sshd for break-glass, out of the drop-in's comments."""
    with open(DROP_IN, encoding="utf-8") as file:
        block = file.read().split("/etc/ssh/sshd_breakglass.conf:\n")[1].split("#\n")[0]
    return "".join(line[1:].strip() + "\n" for line in block.splitlines())


@pytest.fixture
def flood():
    """Idle connections from 127.0.0.2; gives how many of 40 sshd has kept."""
    with contextlib.ExitStack() as lines:
        def begin(port):
            flooding = [lines.enter_context(socket.create_connection(
                ("127.0.0.1", port), source_address=("127.0.0.2", 0))) for _ in range(40)]
            return sum(line.recv(8).startswith(b"SSH-2.0-") for line in flooding)
        yield begin


def test_an_idle_client_keeps_its_share_and_others_sign_in(sshd, flood, people):
    sshd.start(drop_in_lines("PerSource"), startups=PLACES)
    assert flood(sshd.port) == 10
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert terminal.session()[0] == "alice"


def test_without_that_line_an_idle_client_locks_out_all_but_the_second_sshd(
        house, sshd, flood, key):
    sshd.start(startups=PLACES)
    second = Sshd(house)
    settings = second_sshd().replace("breakglass", "alice")
    second.start(settings, startups=PLACES)
    try:
        assert flood(sshd.port) == 20
        for methods in ("keyboard-interactive", "publickey"):
            terminal = sshd.open("alice", *key, methods=methods)
            terminal.end()
            assert (terminal.status, "Sign in" in terminal.transcript) == (255, False)
        terminal = second.open("alice", *key, methods="publickey")
        assert terminal.session()[0] == "alice"
        terminal.leave()
        terminal = second.open("alice")
        terminal.end()
        assert (terminal.status, "Sign in" in terminal.transcript) == (255, False)
    finally:
        second.stop()


# The rehearsal of docs/INSTALL.md

@pytest.fixture
def rehearsal(house):
    """A second sshd whose stack is sshd-trial, as docs/INSTALL.md starts it."""
    class Trial(Sshd):
        def start(self, options="", startups="100:30:200"):
            super().start(options, startups)
            self.stop()  # for its configuration alone
            link, earlier = house.path("sshd-trial"), len(self.log())
            os.symlink("/usr/sbin/sshd", link)
            known = subprocess.run(["/usr/sbin/sshd", "-T", "-f", house.path("sshd_config")],
                                   capture_output=True, text=True, check=True).stdout.lower()
            newer = ["-o", "PAMServiceName=sshd-trial"] if "pamservicename" in known else []
            self._daemon = subprocess.Popen(
                [link, "-D", "-f", house.path("sshd_config"), "-E", self.log_path, *newer],
                stdin=subprocess.DEVNULL)
            self._wait_for_port(earlier)

    trial = Trial(house)
    yield trial
    trial.stop()
    os.unlink(house.path("sshd-trial"))


def test_the_rehearsal_takes_its_own_stack_and_not_that_of_sshd(house, rehearsal, people):
    house.stack("sshd", "auth required pam_deny.so\naccount required pam_permit.so\n")
    house.stack("sshd-trial", AUTH_ALONE)
    terminal = rehearsal.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert terminal.session()[0] == "alice"


# Other modules as short cuts: what gcpkce check takes them to answer

def let_in(house, control, lines):
    """The lines by which alice is let in, with no question, by real modules.

    pam_debug.so stands where our line would: it refuses, and at once.
    """
    def one(number, line):
        service = f"gcpkce-test-{number}"
        house.stack(service, f"auth {control} {line.format(service=service)}\n"
                    "auth required pam_debug.so auth=auth_err\nauth required pam_permit.so\n")
        return subprocess.Popen(
            as_account("alice", ["pamtester", service, "alice", "authenticate"]),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    asked = [one(number, line) for number, line in enumerate(lines)]
    return [line for line, process in zip(lines, asked) if process.wait() == 0]


@pytest.mark.parametrize("control", SHORT_CUTS)
def test_a_module_lets_an_ordinary_user_pass_where_check_says_so(house, control):
    assert let_in(house, control, PASSES) == PASSES
    assert let_in(house, control, KEEPS_OUT) == []


def test_a_refusal_leads_an_ordinary_user_past_ours_where_check_says_so(house):
    assert let_in(house, SKIPS, KEEPS_OUT) == KEEPS_OUT
    assert let_in(house, SKIPS, PASSES) == []


def test_a_stack_that_faillock_opens_has_no_sign_in(house, journal):
    house.stack("gcpkce-test", "auth sufficient pam_faillock.so authsucc\n"
                "auth required {module}\naccount required pam_permit.so\n")
    done = subprocess.run(["pamtester", "gcpkce-test", "alice", "authenticate"],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (done.returncode, journal.decisions()) == (0, [])
