# SPDX-License-Identifier: ISC
"""The units of the helper's service: as systemd reads them, and as it runs them.

systemd is started as the first process of a namespace, with these units and
nothing else, and a sign-in goes over its socket: the helper survives the unit's
whole sandbox.
"""

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

import hosts
from conftest import BUILD, OVER_THE_SOCKET
from documents import commands
from house import ACCOUNTS, HELPER_USER
from procfs import status
from service import SOCKET, UNITS, limits, unit
from waiting import wait_until

FLEET = os.path.join(os.path.dirname(UNITS), "fleet")
SYSTEMD = "/lib/systemd/systemd"
SERVICE = "gcpkce-helper@.service"
NOT_RATED = 2.0  # of 10; the network alone costs 0.5
BOOT = """
set -e
mount -t cgroup2 cgroup /sys/fs/cgroup
mount --bind /run/gcpkce "$1/gcpkce"
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/gcpkce /run/systemd/journal /run/systemd/system
mount --move "$1/gcpkce" /run/gcpkce
touch /run/systemd/journal/dev-log
mount --bind /dev/log /run/systemd/journal/dev-log
cp -r "$1"/units/. /run/systemd/system
mount -t tmpfs none /etc/systemd/system
mount -t tmpfs none /lib/systemd/system
mount --make-rshared / # as every manager of containers does, for credentials
exec env -i container=other "$2" --system --unit=boot.target --log-target=null --show-status=no
"""
TARGET = """
[Unit]
DefaultDependencies=no
"""
# the build's helper, the tests' account, and the certificates below /tmp
HERE = """
[Unit]
DefaultDependencies=no
[Service]
User={user}
PrivateTmp=no
ExecStart=
ExecStart={build}/gcpkce-helper
ExecPaths={build}/gcpkce-helper
"""


@pytest.fixture
def units(tmp_path):
    """The units as they are installed."""
    shutil.copy(f"{UNITS}/gcpkce-helper.socket", tmp_path)
    with open(f"{UNITS}/{SERVICE}.in", encoding="ascii") as file:
        text = file.read().replace("@libexecdir@", BUILD)
    (tmp_path / SERVICE).write_text(text)
    return tmp_path


def analyze(*arguments):
    done = subprocess.run(["systemd-analyze", *arguments], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def test_systemd_finds_no_fault_in_the_units(house, units):
    assert analyze("verify", "--man=no", f"{units}/gcpkce-helper.socket",
                   f"{units}/{SERVICE}") == (0, "")


def test_systemd_rates_the_service_as_little_exposed(house, units):
    code, text = analyze("security", "--offline=true", "--threshold=20", f"{units}/{SERVICE}")
    rated = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", text).group(1))
    assert rated < NOT_RATED and code == 0, text


# As polkit 127 and 128 install it, with another program, and without what hides the tests.
POLKIT_UNIT = """\
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
DevicePolicy=closed
ExecStart=/usr/bin/pamtester gcpkce-test alice authenticate
StandardInput=socket
StandardOutput=socket
StandardError=socket
LimitMEMLOCK=0
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateNetwork=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ProtectClock=yes
ProtectHostname=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
"""
POLKIT_SOCKET = """\
[Unit]
DefaultDependencies=no
[Socket]
Accept=yes
ListenStream=/run/polkit-agent-helper.sock
"""
# What an agent does: it passes on what is typed and shown.
AGENT = """
import os, select, socket
with socket.socket(socket.AF_UNIX) as helper:
    helper.connect("/run/polkit-agent-helper.sock")
    while True:
        for one in select.select([0, helper], [], [])[0]:
            data = os.read(one if one == 0 else helper.fileno(), 4096)
            if not data:
                raise SystemExit
            os.write(helper.fileno() if one == 0 else 1, data)
"""
POLKIT = "polkit-agent-helper@.service"


def test_systemd_finds_no_fault_in_polkit_s_drop_in(house, tmp_path):
    drop_in = f"{UNITS}/{POLKIT}.d/10-gcpkce.conf"
    (tmp_path / POLKIT).write_text(POLKIT_UNIT)
    (tmp_path / f"{POLKIT}.d").mkdir()
    copy = shutil.copy(drop_in, tmp_path / f"{POLKIT}.d")
    assert analyze("verify", "--man=no", f"{tmp_path}/{POLKIT}") == (0, "")
    with open(copy, "a", encoding="ascii") as file:
        file.write("PrivateNetworks=no\n")  # the drop-in is read
    assert "PrivateNetworks" in analyze("verify", "--man=no", f"{tmp_path}/{POLKIT}")[1]


def test_polkit_s_drop_in_opens_what_the_helper_needs():
    with open(f"{UNITS}/{POLKIT}.d/10-gcpkce.conf", encoding="ascii") as file:
        keys = dict(line.strip().split("=", 1) for line in file if "=" in line)
    assert keys["PrivateNetwork"] == "no"
    assert set(keys["RestrictAddressFamilies"].split()) == {"AF_INET", "AF_INET6"}
    assert set(keys["SystemCallFilter"].split()) == {
        "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"}


def test_the_socket_is_as_the_module_wants_it():
    socket = unit("gcpkce-helper.socket")["Socket"]
    assert socket["ListenStream"] == SOCKET
    assert (socket["SocketUser"], socket["SocketMode"]) == ("root", "0600")
    assert socket["Accept"] == socket["RemoveOnStop"] == "yes"
    assert socket["TriggerLimitIntervalSec"] == "0"  # else it closes for good
    assert socket["MaxConnections"] == "1024"  # as docs/THREATS.md says
    assert socket["MaxConnectionsPerSource"] == "768"


def test_the_limits_are_those_that_the_helper_verifies():
    names = {"files": "nofile", "cpu_seconds": "cpu", "processes": "nproc", "stack": "stack",
             "data": "data", "addresses": "as", "locked": "memlock"}
    with open(os.path.join(os.path.dirname(UNITS), "../include/gcpkce/wire/helper_abi.h"),
              encoding="ascii") as file:
        text = file.read()
    most = dict.fromkeys(("nice", "rtprio", "msgqueue", "core", "fsize"), 0)
    for name, number, shift in re.findall(
            r"#define HELPER_(\w+)_MAX \(?(\d+)(?:UL << (\d+)\))?", text):
        most[names[name.lower()]] = int(number) << int(shift or 0)
    assert limits() == most


class Inside:
    """Where the systemd is that has this process id."""

    def __init__(self, pid):
        self.enter = ["nsenter", f"--target={pid}", "--mount", "--pid"]
        self._units = f"/proc/{pid}/root/run/systemd/system"

    def path(self, *names):
        """The path of a unit's file, from outside."""
        path = os.path.join(self._units, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def __call__(self, command):
        """Run a command of the shell; gives what it prints."""
        done = subprocess.run([*self.enter, "sh", "-c", command], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={"PATH": f"{BUILD}/tests:/usr/sbin:/usr/bin:/sbin:/bin"})
        return done.stdout


@pytest.fixture
def systemd(house, units):
    """systemd as the first process of a namespace; gives its Inside."""
    if OVER_THE_SOCKET:
        pytest.skip("the socket is another's")
    if not os.path.exists(SYSTEMD):
        pytest.skip("there is no systemd here")
    os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
    place = house.make_directory("systemd")
    for name in ("cgroup", "gcpkce", "units", f"units/{SERVICE}.d", "units/gcpkce-helper.socket.d"):
        os.mkdir(f"{place}/{name}")
    for name in (SERVICE, "gcpkce-helper.socket"):
        shutil.copy(units / name, f"{place}/units")
    house.write(f"{place}/units/boot.target", TARGET)
    house.write(f"{place}/units/{SERVICE}.d/here.conf",
                HERE.format(user=HELPER_USER, build=BUILD))
    house.write(f"{place}/units/gcpkce-helper.socket.d/here.conf",
                "[Unit]\nDefaultDependencies=no\n")
    # the unified hierarchy: systemd 258 and later refuse to start with the other
    subprocess.run(["mount", "-t", "cgroup2", "cgroup", f"{place}/cgroup"], check=True)
    own = f"{place}/cgroup/gcpkce-test-{time.monotonic_ns()}"
    os.mkdir(own)
    process = subprocess.Popen(
        ["sh", "-c", f"echo $$ > {own}/cgroup.procs; exec \"$@\"", "sh", "unshare", "--mount",
         "--propagation", "private", "--pid", "--fork", "--kill-child", "--cgroup", "--ipc",
         "--mount-proc", "sh", "-c", BOOT, "sh", place, SYSTEMD],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            assert wait_until(lambda: file.seek(0) == 0 and file.read() != "")
            file.seek(0)
            inside = Inside(file.read().split()[0])
        assert wait_until(lambda: inside("systemctl is-system-running") == "running\n")
        yield inside
    finally:
        process.kill()
        process.wait()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(SOCKET)
        assert wait_until(lambda: remove(own))
        subprocess.run(["umount", f"{place}/cgroup"], check=True)
        shutil.rmtree(place)


def remove(cgroup):
    """Remove a cgroup and those below it; is it gone?"""
    for directory, _, _ in os.walk(cgroup, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(directory)
    return not os.path.exists(cgroup)


def test_a_sign_in_goes_over_systemd_s_socket(
        house, systemd, people, genesys, journal, configure):
    configure(sandbox="strict")  # every layer is live
    enable, check = commands("docs/INSTALL.md", "The helper as a service")
    systemd(enable)
    assert f"systemd, because {SOCKET} exists" in systemd(check)
    # in its process namespace: else systemd 262 fails the socket, as it finds no such client
    terminal = hosts.Terminal(house, [*systemd.enter, *hosts.Pamtester.argv("alice")])
    shown = terminal.asked()
    (helper,) = house.processes("gcpkce-helper")
    state = status(helper)
    assert state["Uid"].split() == [str(ACCOUNTS[HELPER_USER])] * 4
    assert state["CapBnd"] == "0" * 16
    assert int(state["Seccomp_filters"]) > 0  # the unit's, before the helper's own
    assert os.readlink(f"/proc/{helper}/ns/user") != os.readlink("/proc/self/ns/user")
    terminal.answer(people["alice"].sign_in(shown))
    terminal.leave()
    journal.decision("ok")
    journal.wait("outcome=revoked")  # by a process that systemd left alone
    assert house.wait_until_gone("gcpkce-helper") == []
    state, lines = commands("docs/OPERATIONS.md", "The helper's service")
    assert re.search(r"Active: active \(listening\).*Accepted: 2; Connected: 0;", systemd(state),
                     re.DOTALL)
    assert "No journal files were found" in systemd(lines)  # it has no journald
    systemd("systemctl stop gcpkce-helper.socket")
    assert not os.path.exists(SOCKET)  # so that the next sign-in starts its own helper


# Connects, sends, and leaves or stays for a time; prints how many there were of each errno.
CLIENT = """
import collections, socket, sys, time
count, sent, seconds = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), float(sys.argv[3])
held, failed = [], collections.Counter()
for _ in range(count):
    client = socket.socket(socket.AF_UNIX)
    try:
        client.connect(sys.argv[4])
        client.sendall(sent)
    except OSError as error:
        failed[error.errno] += 1
    if seconds:
        held.append(client)
print(dict(failed), flush=True)
time.sleep(seconds)
"""
HALF = b"\0\0"  # of a frame's length


@contextlib.contextmanager
def clients(systemd, account, count, sent, seconds=0):
    """Many connections of an account; gives what their program prints."""
    program = subprocess.Popen(
        [*systemd.enter, *hosts.as_account(account, [
            sys.executable, "-c", CLIENT, str(count), sent.hex(), str(seconds), SOCKET])],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    with program:
        yield program.stdout.readline().strip()
        program.kill()


def signs_in(house, systemd, people, journal):
    """Root's application signs alice in, over the socket."""
    journal.clear()
    terminal = hosts.Terminal(house, [*systemd.enter, *hosts.Pamtester.argv("alice")])
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.leave()
    journal.decision("ok")
    journal.wait("of the service started")


def test_no_other_user_takes_a_connection_of_the_socket(house, systemd, people, journal):
    systemd("systemctl start gcpkce-helper.socket")
    with clients(systemd, "bob", 10000, HALF) as printed:
        assert printed == str({errno.EACCES: 10000})
    assert counted(systemd, "NAccepted") == 0
    assert counted(systemd, "MaxConnections") == 1024
    assert counted(systemd, "MaxConnectionsPerSource") == 768
    signs_in(house, systemd, people, journal)


def test_a_crowd_does_not_close_the_socket_for_good(
        house, systemd, people, journal, configure):
    """With the drop-ins for lockers a user may take all connections, for ten seconds each,
    if systemd counts no users."""
    configure(timeout=200)
    for name in os.listdir(f"{UNITS}/lockers"):
        shutil.copy(f"{UNITS}/lockers/{name}", systemd.path(name.removesuffix(".conf") + ".d", name))
    with open(systemd.path("gcpkce-helper.socket.d", "few.conf"), "w", encoding="ascii") as file:
        file.write("[Socket]\nMaxConnections=4\nMaxConnectionsPerSource=3\n")
    systemd("systemctl daemon-reload; systemctl start gcpkce-helper.socket")
    with clients(systemd, "bob", 300, HALF, 100) as printed:  # more than a limit of triggers has
        assert printed == "{}"
        assert wait_until(lambda: counted(systemd, "NRefused") >= 296)
        if counted(systemd, "NConnections") == 3:
            signs_in(house, systemd, people, journal)
        else:
            terminal = hosts.Terminal(house, [*systemd.enter, *hosts.Pamtester.argv("alice")])
            terminal.end()
            assert "the connection was closed" in journal.decision("helper_failed")["cause"]
        assert wait_until(lambda: counted(systemd, "NConnections") == 0)  # the helpers let them go
        signs_in(house, systemd, people, journal)
    with clients(systemd, "root", 20, b"") as printed:  # gone before systemd looks
        assert printed == "{}"
    assert wait_until(lambda: counted(systemd, "NConnections") == 0)
    signs_in(house, systemd, people, journal)


def counted(systemd, count):
    return int(systemd(f"systemctl show -P {count} gcpkce-helper.socket"))


def test_a_client_secret_may_be_a_credential_of_systemd_s(
        house, systemd, people, genesys, journal, configure):
    """With the page's unit and commands; while it is stopped there is no sign-in."""
    client = genesys.clients["confidential"]
    configure(client_id=client.id,
              client_secret_file="/run/credentials/gcpkce-secret.service/client_secret")
    name = "gcpkce-secret.service"
    shutil.copy(f"{FLEET}/{name}", "/etc")
    encrypt = "; ".join(commands("docs/FLEET.md", "Secrets"))
    # the host's key is not kept in memory
    with tempfile.TemporaryDirectory(dir=f"{BUILD}/tests") as state:
        printed = systemd(f"""
            set -e
            mount --bind {state} /var/lib/systemd
            mkdir /etc/systemd/system/{name}.d
            cp /run/systemd/system/gcpkce-helper.socket.d/here.conf /etc/systemd/system/{name}.d
            mv /etc/{name} /etc/systemd/system
            cd /run
            printf %s '{client.secret}' > secret
            {encrypt}
            systemctl daemon-reload
            systemctl start {name} gcpkce-helper.socket""")
        assert "ailed" not in printed
        signs_in(house, systemd, people, journal)
        systemd(f"systemctl stop {name}")
    terminal = hosts.Terminal(house, [*systemd.enter, *hosts.Pamtester.argv("alice")])
    terminal.end()
    journal.decision("secret_unreadable")


@pytest.mark.parametrize("way", ["socket", "drop-in", "neither"])
def test_polkit_127_signs_in_over_the_socket_or_with_the_drop_in(
        house, systemd, people, journal, way):
    """Its helper's unit has no network, nothing to write to, and few system calls."""
    if way == "socket":
        systemd("systemctl start gcpkce-helper.socket")
    if way == "drop-in":
        shutil.copy(f"{UNITS}/{POLKIT}.d/10-gcpkce.conf", systemd.path(f"{POLKIT}.d", "10.conf"))
    house.write(systemd.path(POLKIT), POLKIT_UNIT)
    house.write(systemd.path("polkit-agent-helper.socket"), POLKIT_SOCKET)
    systemd("systemctl daemon-reload; systemctl start polkit-agent-helper.socket")
    terminal = hosts.Terminal(house, [*systemd.enter, sys.executable, "-c", AGENT])
    outcome = "ok"
    if way == "neither":  # from 257 on @system-service has the calls of the helper's sandbox
        version = int(systemd("systemctl --version").split()[1])
        outcome = "unreachable" if version >= 257 else "helper_failed"
    if outcome != "helper_failed":
        terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert ("successfully authenticated" in terminal.end()) == (outcome == "ok")
    journal.decision(outcome)
