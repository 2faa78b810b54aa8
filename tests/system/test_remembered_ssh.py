# SPDX-License-Identifier: ISC
"""One trip to the browser for many connections, by a key that sshd has verified."""

import concurrent.futures
import os
import shutil
import sys

import pytest

import contract
import hosts
from conftest import BUILD, STACK
from remembered import BOTH, DIRECTORY, Bastion, Cost, records, run

GCPKCE = os.path.join(BUILD, "tests/gcpkce")
PARAMIKO = """
import sys, warnings
warnings.simplefilter("ignore")
import paramiko
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect("127.0.0.1", int(sys.argv[1]), "alice", key_filename=sys.argv[2],
               look_for_keys=False, allow_agent=False, timeout=60, auth_timeout=60)
print(client.exec_command("id -un")[1].read().decode().strip())
"""


@pytest.fixture
def bastion(house, configure):
    configure(remember=3600)
    daemon = Bastion(house)
    yield daemon
    daemon.stop()


@pytest.fixture
def cost(house, genesys, journal):
    one = Cost(house, genesys, journal)
    yield one
    one.helper.close()


# One trip, then none

def by_scp(bastion, directory):
    done = run(["scp", "-q", "-F", bastion.ssh_config(), "alice@127.0.0.1:/etc/passwd",
                f"{directory}/copied"])
    assert done.returncode == 0, done.stderr
    return os.path.getsize(f"{directory}/copied") == os.path.getsize("/etc/passwd")


def by_rsync(bastion, directory):
    done = run(["rsync", "-e", f"ssh -F {bastion.ssh_config()}", "alice@127.0.0.1:/etc/passwd",
                f"{directory}/synced"])
    assert done.returncode == 0, done.stderr
    return os.path.getsize(f"{directory}/synced") == os.path.getsize("/etc/passwd")


def by_git(bastion, directory):
    done = run(["git", "clone", "-q", f"ssh://alice@127.0.0.1{directory}/project.git",
                f"{directory}/clone"],
               GIT_SSH_COMMAND=f"ssh -F {bastion.ssh_config()}", GIT_CONFIG_NOSYSTEM="1")
    assert done.returncode == 0, done.stderr
    return os.path.isdir(f"{directory}/clone/.git")


def by_sftp(bastion, directory):
    done = run(["sftp", "-q", "-F", bastion.ssh_config(), "alice@127.0.0.1:/etc/passwd",
                f"{directory}/fetched"])
    assert done.returncode == 0, done.stderr
    return os.path.getsize(f"{directory}/fetched") == os.path.getsize("/etc/passwd")


def by_paramiko(bastion, _folder):
    pytest.importorskip("paramiko")
    done = run([sys.executable, "-c", PARAMIKO, str(bastion.port), bastion.key("laptop")])
    return done.stdout.strip() == "alice"


def test_one_trip_serves_all_that_come_by_ssh(bastion, cost, people, house):
    directory = house.path("copies")
    os.mkdir(directory)
    run(["git", "init", "-q", "--bare", f"{directory}/project.git"])
    run(["chown", "-R", "alice", f"{directory}/project.git"])
    bastion.start(f"{BOTH}\nSubsystem sftp internal-sftp")
    assert cost.helper.count() == 0
    bastion.sign_in(people["alice"])
    assert cost.helper.count() > 0  # what is counted below does count
    ways = [by_scp, by_sftp, by_rsync, by_git]
    if shutil.which("rsync") is None:
        ways.remove(by_rsync)
    for way in [*ways, by_paramiko]:
        with cost.free(1):
            assert way(bastion, directory), way.__name__


def test_one_trip_serves_twenty_connections_at_once(bastion, cost, people):
    bastion.sign_in(people["alice"])
    argv = [*bastion.argv("alice"), "id", "-un"]
    with cost.free(20), concurrent.futures.ThreadPoolExecutor(20) as pool:
        came = list(pool.map(lambda _: run(argv).stdout.strip(), range(20)))
        assert came == ["alice"] * 20
    assert len(records()) == 1


def test_a_jump_host_and_what_is_reached_by_it_are_two_records(bastion, cost, people):
    """The jump host sees the user's address, the host after it sees the jump host's."""
    bastion.start(BOTH)
    first = ("Host 127.0.0.1", "BindAddress 127.0.0.2", "Match all")
    bastion.sign_in(people["alice"], "alice", *first)
    bastion.sign_in(people["alice"])
    assert len(records()) == 2
    with cost.free(2):
        done = run(["ssh", "-F", bastion.ssh_config(*first), "-J",
                    f"alice@127.0.0.1:{bastion.port}", "alice@localhost", "id", "-un"])
        assert done.stdout.strip() == "alice", done.stderr


def test_programs_that_force_the_key_alone_are_told_to_allow_both(bastion, cost, people):
    """Ansible adds its options after ssh_args, and ssh takes the first of each."""
    bastion.sign_in(people["alice"])
    ansible = ["-o", "KbdInteractiveAuthentication=no",
               "-o", "PreferredAuthentications=gssapi-with-mic,publickey"]
    ssh_args = ["-o", "KbdInteractiveAuthentication=yes",
                "-o", "PreferredAuthentications=publickey,keyboard-interactive"]
    ssh, *rest = bastion.argv("alice")
    assert run([ssh, *ansible, *rest, "id", "-un"]).returncode == 255
    with cost.free(1):
        assert run([ssh, *ssh_args, *ansible, *rest, "id", "-un"]).stdout.strip() == "alice"


def test_an_editor_s_second_window_is_free_and_use_does_not_extend(bastion, cost, people):
    bastion.sign_in(people["alice"])
    [name] = records()
    end = os.stat(f"{DIRECTORY}/{name}").st_mtime_ns
    for _ in range(2):
        with cost.free(1):
            assert bastion.connect() == "alice"
    assert (records(), os.stat(f"{DIRECTORY}/{name}").st_mtime_ns) == ([name], end)


# What asks again.  Each is followed by what does not, so that the record was there.

def other_key(bastion, **_):
    bastion.add_key("other", "alice")
    return bastion.asks(key="other")


def other_address(bastion, **_):
    return bastion.asks("alice", "BindAddress 127.0.0.2")


def other_account(bastion, **_):
    bastion.add_key("laptop", "ops")
    return bastion.asks("ops")


def other_map(bastion, house, people, **_):
    house.map(f"alice id:{people['bob'].id}")
    try:
        return bastion.asks()
    finally:
        house.map(f"alice id:{people['alice'].id}")


def line_removed(bastion, house, people, **_):
    house.map(f"bob id:{people['bob'].id}")
    try:
        return bastion.asks()
    finally:
        house.map(f"alice id:{people['alice'].id}")


def other_setting(bastion, configure, genesys, **_):
    configure(remember=3600, require_group=genesys.groups["operators"].id)
    try:
        return bastion.asks()
    finally:
        configure(remember=3600)


def not_remembered(bastion, configure, **_):
    configure()
    try:
        return bastion.asks()
    finally:
        configure(remember=3600)


def other_service(bastion, house, **_):
    """A second sshd with another stack, by its name, or where that is fixed by a keyword."""
    house.stack("sshd-other", STACK)
    try:
        if "pamservicename" in run(["/usr/sbin/sshd", "-G"]).stdout.lower():
            bastion.start(f"{BOTH}\nPAMServiceName sshd-other")
        else:
            bastion.program = (shutil.copy("/usr/sbin/sshd", "/run/sshd-other"),)
            bastion.start()
        return bastion.asks()
    finally:
        bastion.program = hosts.Sshd.program
        bastion.start()


def keyboard_interactive_alone(bastion, **_):
    bastion.start("AuthenticationMethods keyboard-interactive:pam")
    try:
        return bastion.asks()
    finally:
        bastion.start()


def the_key_at_the_end(bastion, **_):
    bastion.start("AuthenticationMethods keyboard-interactive:pam,publickey")
    try:
        return bastion.asks()
    finally:
        bastion.start()


def test_what_differs_asks_again(bastion, cost, people, house, configure, genesys):
    bastion.sign_in(people["alice"])
    for change in (other_key, other_address, other_account, other_map, line_removed,
                   other_setting, not_remembered, other_service, keyboard_interactive_alone,
                   the_key_at_the_end):
        assert change(bastion, house=house, people=people, configure=configure,
                      genesys=genesys), change.__name__
        with cost.free(1):  # and the record is still good for its own place
            assert bastion.connect() == "alice", change.__name__


def test_a_key_alone_opens_nothing(bastion, people, journal):
    bastion.sign_in(people["alice"])
    journal.clear()
    assert bastion.connect("alice", "PreferredAuthentications publickey") == ""
    assert journal.decisions() == []


def forgotten(_bastion):
    done = run([GCPKCE, "forget", "--user", "alice"])
    assert done.stdout == "forgotten: 1 remembered sign-in\n"


def another_boot(_bastion):
    shutil.rmtree("/run/gcpkce")  # as /run is empty after a boot


def time_over(bastion):
    """sshd where an hour more has passed since the boot."""
    bastion.stop()
    bastion.program = ("unshare", "--time", "--boottime", "3600", "/usr/sbin/sshd")


@pytest.mark.parametrize("end", [forgotten, another_boot, time_over])
def test_after_the_end_of_a_record_one_trip_makes_a_new_one(bastion, cost, people, end):
    bastion.sign_in(people["alice"])
    end(bastion)
    assert bastion.asks()
    bastion.sign_in(people["alice"])
    with cost.free(1):
        assert bastion.connect() == "alice"


def test_a_minute_before_its_end_a_record_is_good(bastion, cost, people):
    """The control of the time that is over."""
    bastion.sign_in(people["alice"])
    bastion.stop()
    bastion.program = ("unshare", "--time", "--boottime", "3540", "/usr/sbin/sshd")
    with cost.free(1):
        assert bastion.connect() == "alice"


# No token

def test_a_remembered_session_has_its_user_and_no_token(bastion, people, configure, cost, house):
    configure(remember=3600, export="env")
    bastion.sign_in(people["alice"])
    with cost.free(1):
        shown = run([*bastion.argv("alice"), "env"]).stdout
    env = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    assert contract.ours(env) == {"GCPKCE_USER_ID", "GCPKCE_USER_EMAIL"}
    assert env["GCPKCE_USER_ID"] == people["alice"].id
    for command in ("whoami", "logout"):
        with cost.free(1):
            done = run([*bastion.argv("alice"), GCPKCE, command])
        assert done.returncode == 1
        assert "this session's sign-in was remembered, so it has no token" in done.stderr, done
    bastion.stop()
    assert house.wait_until_gone("sshd") == []
    assert cost.helper.count() == 0  # the end of a session revokes nothing
