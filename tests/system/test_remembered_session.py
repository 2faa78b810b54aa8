# SPDX-License-Identifier: ISC
"""One trip to the browser for sudo, su and polkit within one login session.

The session is one of the kernel's audit: pam_loginuid begins it, by real sshd.
"""

import os
import stat
import subprocess

import pytest

import hosts
from conftest import STACK
from house import SUDOERS, find_program
from remembered import Bastion, Cost, records
from waiting import wait_until

# the key alone opens the session; sign-ins are those of sudo and su in it
SSHD = """\
auth    required pam_permit.so
account required pam_permit.so
session required pam_loginuid.so
"""
PROMPT = "here> "


def audit_is_missing():
    """Why no audit session can begin here; None when one can."""
    tried = subprocess.run(
        ["sh", "-c", "echo 3001 > /proc/self/loginuid && cat /proc/self/sessionid"],
        capture_output=True, text=True, check=False)
    if tried.returncode == 0 and tried.stdout not in ("", "4294967295"):
        return None
    return f"this kernel, or this container, begins no audit session: {tried.stderr.strip()}"


@pytest.fixture
def bastion(house, configure):
    reason = audit_is_missing()
    if reason:
        pytest.skip(reason)
    configure(remember=3600)
    house.stack("sshd", SSHD)
    daemon = Bastion(house)
    daemon.start("AuthenticationMethods publickey")
    yield daemon
    daemon.stop()


@pytest.fixture
def cost(house, genesys, journal):
    one = Cost(house, genesys, journal)
    yield one
    one.helper.close()


class Shell(hosts.Terminal):
    """A login session with a shell in it."""

    def __init__(self, house, bastion, account="alice"):
        ssh, *rest = bastion.argv(account)
        super().__init__(house, [ssh, "-tt", *rest, f"PS1='{PROMPT}' exec sh -i"])
        self.asked(PROMPT)

    def run(self, command):
        """A command that is not asked; gives what it printed."""
        self.answer(command)
        self.asked("\n")
        return self.asked(PROMPT).strip()

    def sign_in(self, person, command):
        """A command that is asked; gives what it printed."""
        self.answer(command)
        self.answer(person.sign_in(self.asked()))
        self.asked("\n")
        return self.asked(PROMPT).strip()


SUDO = "sudo -u ops id -un"
SU = "su alice -c 'id -un'"


def test_sudo_needs_one_trip_in_a_session(bastion, cost, people, house):
    shell = Shell(house, bastion)
    assert shell.run("cat /proc/self/loginuid").endswith("3001")
    assert shell.sign_in(people["alice"], SUDO).endswith("ops")
    for command in (SUDO, "sudo -u ops -- id -un", f"setsid -w {SUDO}", f"sh -c '{SUDO}'"):
        with cost.free(1):
            assert shell.run(command).endswith("ops"), command
    # another stack has a record of its own
    assert shell.sign_in(people["alice"], SU) == "alice"
    with cost.free(1):
        assert shell.run(SU) == "alice"
    assert len(records()) == 2


def test_another_session_of_the_same_user_asks(bastion, cost, people, house):
    first, second = Shell(house, bastion), Shell(house, bastion)
    assert first.sign_in(people["alice"], SUDO).endswith("ops")
    assert second.sign_in(people["alice"], SUDO).endswith("ops")
    for shell in (first, second):
        with cost.free(1):
            assert shell.run(SUDO).endswith("ops")


def test_su_to_another_account_asks_each_time(bastion, people, house):
    shell = Shell(house, bastion)
    assert shell.sign_in(people["alice"], SU) == "alice"
    command = "su ops -c 'id -un'"
    for _ in range(2):
        assert shell.sign_in(people["bob"], command) == "ops"
    assert len(records()) == 1


def test_sudo_after_su_asks_each_time(bastion, people, house):
    """The session's loginuid stays alice's when she has become ops."""
    house.write("/etc/sudoers", SUDOERS + "ops ALL=(ALL:ALL) ALL\n", 0o440)
    shell = Shell(house, bastion)
    shell.answer("su ops -c 'sudo -u bob id -un; sudo -u bob id -un'")
    for _ in range(3):  # su, and sudo twice
        shell.answer(people["bob"].sign_in(shell.asked()))
    assert shell.asked(PROMPT).split()[-1] == "bob"
    house.write("/etc/sudoers", SUDOERS, 0o440)
    assert records() == []


def test_without_an_audit_session_sudo_asks_each_time(house, people, configure, journal):
    """A daemon's child, a container without audit: the harness itself has none."""
    configure(remember=3600)
    with open("/proc/self/sessionid", encoding="ascii") as file:
        if file.read() != "4294967295":
            pytest.skip("these tests were started in an audit session")
    for _ in range(2):
        terminal = hosts.Sudo(house).open("alice")
        terminal.answer(people["alice"].sign_in(terminal.asked()))
        assert terminal.session()[0] == "ops"
        terminal.leave()
    assert records() == []
    assert "not remembered: no audit session" in journal.text()


# polkit: its helper is a setuid program that the session's agent starts

RULES = """\
polkit.addAdminRule(function(action, subject) { return ["unix-user:" + subject.user]; });
"""
PKCHECK = """\
pkttyagent --process $$ 2>&1 &
sleep 1
pkcheck --process $$ -u --action-id org.freedesktop.policykit.exec && echo admitted
kill $!
"""


POLKIT_HELPER = "/usr/lib/polkit-1/polkit-agent-helper-1"


@pytest.fixture
def polkit(house):
    if None in map(find_program, ("dbus-daemon", "pkcheck", "pkttyagent")):
        pytest.skip("there is no polkit here; see tools/install-deps")
    if os.stat(POLKIT_HELPER).st_mode & stat.S_ISUID == 0:
        pytest.skip("polkit's helper is not setuid: from 127 on systemd starts it")
    os.makedirs("/run/dbus", exist_ok=True)
    house.write("/etc/polkit-1/rules.d/10-test.rules", RULES)
    house.stack("polkit-1", STACK)
    bus = subprocess.Popen(["dbus-daemon", "--system", "--nofork", "--nopidfile"])
    assert wait_until(lambda: os.path.exists("/run/dbus/system_bus_socket"))
    daemon = subprocess.Popen(["/usr/lib/polkit-1/polkitd", "--no-debug"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield house.write(house.path("check-polkit"), PKCHECK)
    for one in (daemon, bus):
        one.terminate()
        one.wait()


def test_polkit_s_helper_needs_one_trip_in_a_session(bastion, polkit, cost, people, house):
    shell = Shell(house, bastion)
    assert shell.sign_in(people["bob"], f"sh {polkit}").endswith("Not authorized.")
    assert shell.sign_in(people["alice"], f"sh {polkit}").endswith("admitted")
    with cost.free(1):
        assert shell.run(f"sh {polkit}").endswith("admitted")
    other = Shell(house, bastion)
    assert other.sign_in(people["alice"], f"sh {polkit}").endswith("admitted")
