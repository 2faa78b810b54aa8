# SPDX-License-Identifier: ISC
"""README.md and docs/INSTALL.md on a host: each command as it stands.

The machine's own sshd reads /etc/ssh/sshd_config at port 22 of this house, and
PAM loads the module by its bare name.  Other are: the files of root's home
directory, which are the house's, and systemctl, since there is no systemd.
"""

import contextlib
import os
import shlex
import shutil
import subprocess

import pytest

from conftest import BUILD
from documents import commands
from hosts import Terminal, make_key
from house import ROOT, find_program, mount
from remembered import run
from waiting import wait_until

LOG = "/var/log/sshd"
SSHD_CONFIG = """\
Include /etc/ssh/sshd_config.d/*.conf
HostKey {key}
ListenAddress 127.0.0.1
PidFile {pid}
UsePAM yes
KbdInteractiveAuthentication no
"""
COMMON = {"account": "account required pam_unix.so\n",
          "session": "session required pam_permit.so\n",
          "password": "password required pam_deny.so\n"}
ACCOUNT_FILES = [f"/etc/{name}" for name in ("passwd", "group", "shadow", "gshadow")]


class Administrator:
    """root in the source directory."""

    def __init__(self, house):
        self._house = house
        self.root = house.path("root")
        self.pid = house.path("sshd.pid")
        self._tools = house.path("tools")
        for directory in (self.root, self._tools):
            os.makedirs(directory, exist_ok=True)
        house.write(f"{self._tools}/systemctl", "#!/bin/sh\n[ \"$*\" = 'reload ssh' ] && "
                    f"kill -HUP \"$(cat {self.pid})\"\n", 0o755)
        if not os.path.lexists(f"{self._tools}/gcpkce"):
            os.symlink(f"{BUILD}/tests/gcpkce", f"{self._tools}/gcpkce")
        self._env = {"PATH": f"{self._tools}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.root,
                     "LANG": "C.UTF-8"}

    def adapted(self, command):
        return command.replace("/root/", f"{self.root}/").replace("@HOST", "@127.0.0.1")

    def run(self, command):
        """Gives the status and all that was printed."""
        reloaded = "systemctl reload ssh" in command
        before = listening() if reloaded else 0
        done = subprocess.run(["sh", "-c", self.adapted(command)], cwd=ROOT, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, env=self._env)
        if reloaded and done.returncode == 0:
            assert wait_until(lambda: listening() > before)
        return done.returncode, done.stdout

    def must(self, command):
        status, printed = self.run(command)
        assert status == 0, f"{command}: {printed}"
        return printed

    def start(self, command):
        """A command that stays in the foreground."""
        return subprocess.Popen(shlex.split(self.adapted(command)), cwd=ROOT, env=self._env,
                                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def open(self, command):
        """A command that asks, in a window of its own."""
        ssh = ["-F", "none", *(word for option in (
            "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null", "IdentityAgent=none") for word in ("-o", option))]
        words = shlex.split(self.adapted(command))
        if words[0] == "ssh":
            return Terminal(self._house, ["ssh", *ssh, *words[1:], self._house.session])
        return Terminal(self._house, [f"{self._tools}/{words[0]}", *words[1:]])


def listening():
    with open(LOG, encoding="utf-8") as file:
        return file.read().count("Server listening on 127.0.0.1 port 22.")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@contextlib.contextmanager
def copied(house, place):
    """A copy of a directory over it, which may be changed."""
    copy = house.path("copy" + place.replace("/", "-"))
    shutil.copytree(place, copy)
    mount("--bind", copy, place)
    yield
    subprocess.run(["umount", place], check=True)
    shutil.rmtree(copy)


@pytest.fixture
def module_installed(house):
    """PAM's own directory with our module in it."""
    place = next((directory for directory in (
        "/usr/lib/x86_64-linux-gnu/security", "/usr/lib/aarch64-linux-gnu/security",
        "/lib/security", "/usr/lib64/security") if os.path.exists(f"{directory}/pam_unix.so")), None)
    if place is None:
        pytest.skip("PAM's modules are in a directory that this test does not know")
    with copied(house, place):
        shutil.copy(house.module, f"{place}/pam_gcpkce.so")
        yield


@pytest.fixture
def settings(settings):
    """Step 2: without map_file and helper_user, whose defaults are right."""
    return {key: value for key, value in settings.items() if key not in ("helper_user", "debug")}


@pytest.fixture
def admin(house, module_installed):
    """An installed host whose sshd runs with a stack and settings of its own."""
    for kind, text in COMMON.items():
        house.stack(f"common-{kind}", text)
    house.stack("sshd", "auth required pam_deny.so\n@include common-account\n")
    os.makedirs("/etc/sysusers.d", exist_ok=True)
    shutil.copy(f"{ROOT}/etc/sysusers.d/pam_gcpkce.conf", "/etc/sysusers.d/")
    saved = {path: read(path) for path in ACCOUNT_FILES if os.path.exists(path)}
    for tool in ("userdel", "groupdel"):
        subprocess.run([tool, "_gcpkce"], capture_output=True, check=False)
    admin = Administrator(house)
    key = house.path("documents_key")
    make_key(key)
    house.write(LOG, "")
    with copied(house, "/etc/ssh"):
        shutil.rmtree("/etc/ssh/sshd_config.d", ignore_errors=True)
        os.mkdir("/etc/ssh/sshd_config.d")
        house.write("/etc/ssh/sshd_config", SSHD_CONFIG.format(key=key, pid=admin.pid))
        with subprocess.Popen(["/usr/sbin/sshd", "-D", "-E", LOG],
                              stdin=subprocess.DEVNULL) as sshd:
            try:
                assert wait_until(listening)
                yield admin
            finally:
                sshd.terminate()
    for path, text in saved.items():
        house.write(path, text, os.stat(path).st_mode & 0o7777)
    shutil.rmtree(admin.root)
    for name in (key, f"{key}.pub"):
        os.unlink(name)


def test_one_host_is_configured_as_the_readme_says(admin, people):
    before = read("/etc/pam.d/sshd")

    def again(*kinds):
        """A second run, with the new stack in place, must not replace what was saved."""
        found = [one for one in commands("README.md", "Configure one host")
                 if one.startswith(kinds)]
        assert len(found) == len(kinds)
        for one in found:
            admin.must(one)

    for command in commands("README.md", "Configure one host"):
        if command.startswith("make "):
            continue  # tests/docs/test_install.py
        if command == "systemd-sysusers" and find_program(command) is None:
            make_account(admin)
        elif command.startswith(("gcpkce login", "ssh ")):
            terminal = admin.open(command)
            terminal.answer(people["alice"].sign_in(terminal.asked()))
            if command.startswith("ssh "):
                assert terminal.session()[0] == "alice"
                terminal.leave()
            else:
                terminal.end()
                assert "decision:      ok: signed in" in terminal.transcript
        elif command.startswith("gcpkce check"):
            status, printed = admin.run(command)
            assert status == 0, printed
            assert "sshd has no other way in" in printed
        else:
            if "sshd.before /etc" in command:
                again("cp -an ", "cp -rT ")
            admin.must(command)
    assert read("/etc/pam.d/sshd") == before
    assert not os.path.exists(f"{admin.root}/pam.d.try/pam.d")
    assert os.listdir("/etc/ssh/sshd_config.d") == []


def run_all(admin, found):
    """But those of make, which tests/docs/test_install.py runs, and Debian's elsewhere."""
    absent = ("make ", "apt-get ") if find_program("dpkg") else ("make ", "apt-get ", "dpkg ")
    for command in found:
        if not command.startswith(absent):
            admin.must(command)


def make_account(admin):
    run_all(admin, commands("docs/INSTALL.md", "Build and install"))


def test_the_helper_s_account_is_made_and_removed_as_install_says(admin):
    make_account(admin)
    entry, = (line for line in read("/etc/passwd").split("\n") if line.startswith("_gcpkce:"))
    _, _, uid, *_, home, shell = entry.split(":")
    assert (home, shell) == ("/nonexistent", "/usr/sbin/nologin")
    assert 0 < int(uid) < 1000
    run_all(admin, commands("docs/INSTALL.md", "Remove"))
    assert "_gcpkce:" not in read("/etc/passwd")


def test_the_rehearsal_of_install_changes_nothing_else(admin, house, people):
    make_account(admin)
    before = read("/etc/pam.d/sshd")
    trial = None
    try:
        for command in commands("docs/INSTALL.md", "Rehearse with a second sshd"):
            if command.startswith("/root/sshd-trial"):
                known = admin.must("sshd -T").lower()
                trial = admin.start(command.replace(" -f", " -o HostKey="
                                                    f"{house.path('documents_key')} -f")
                                    + (" -o PAMServiceName=sshd-trial"
                                       if "pamservicename" in known else ""))
                line = next(line for line in trial.stderr if "port 2222" in line)
                assert "Server listening" in line
            elif command.startswith("ssh "):
                terminal = admin.open(command)
                terminal.answer(people["alice"].sign_in(terminal.asked()))
                assert terminal.session()[0] == "alice"
                terminal.leave()
            else:
                admin.must(command)
    finally:
        if trial is not None:
            trial.terminate()
            trial.wait()
            trial.stderr.close()
    assert read("/etc/pam.d/sshd") == before and not os.path.exists("/etc/pam.d/sshd-trial")
    assert os.listdir(admin.root) == []


@pytest.fixture
def own_key(house):
    """Gives an account a key, in its home directory, until the test's end."""
    made = []

    def own_key(account, path):
        if not os.path.exists(path):
            make_key(path)
        uid = os.stat(house.home(account)).st_uid
        directory = f"{house.home(account)}/.ssh"
        os.mkdir(directory)
        made.append(directory)
        shutil.copy(f"{path}.pub", f"{directory}/authorized_keys")
        for one in (directory, f"{directory}/authorized_keys"):
            os.chown(one, uid, uid)

    yield own_key
    for directory in made:
        shutil.rmtree(directory)


def test_the_bastion_of_install_asks_once_and_programs_never(
        admin, house, people, genesys, configure, journal, own_key):
    make_account(admin)
    admin.must("cp etc/sshd_config.d/10-gcpkce.conf /etc/ssh/sshd_config.d/")
    house.stack("sshd", "auth required pam_gcpkce.so\n@include common-account\n"
                        "@include common-session\n")
    configure(remember=28800)
    key = f"{admin.root}/bastion_key"
    for account in ("alice", "nightjob"):
        own_key(account, key)
    example = "/etc/ssh/sshd_config.d/05-gcpkce-bastion.conf"
    for command in commands("docs/INSTALL.md", "Many connections"):
        admin.must(command)
        if command.startswith("cp "):  # an account of a program that is here
            house.write(example, read(example).replace("User deploy,backup", "User nightjob"))
    ssh = ["ssh", "-F", "none", "-i", key, "-o", "StrictHostKeyChecking=no", "-o",
           "UserKnownHostsFile=/dev/null", "-o", "IdentityAgent=none", "-o", "LogLevel=ERROR"]
    terminal = Terminal(house, [*ssh, "alice@127.0.0.1", "id -un"])
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert terminal.end().strip().endswith("alice")
    genesys.log.clear()
    for account in ("alice", "nightjob"):
        assert run([*ssh, f"{account}@127.0.0.1", "id -un"]).stdout == f"{account}\n"
    refused = run([*ssh, "-o", "BatchMode=yes", "alice@127.0.0.1", "true"])
    assert refused.returncode == 255 and "keyboard-interactive" in refused.stderr
    assert genesys.log.count("POST", "/oauth/token") == 0
    assert [one["outcome"] for one in journal.decisions() if "remembered" in one] == ["ok"]
    printed = [admin.must(one) for one in commands("docs/OPERATIONS.md", "Remembered sign-ins")]
    assert printed == ["1\n", "forgotten: 1 remembered sign-in\n",
                       "forgotten: 0 remembered sign-ins\n"]


def test_what_the_drop_in_sets_is_seen_as_install_says(admin):
    admin.must("cp etc/sshd_config.d/10-gcpkce.conf /etc/ssh/sshd_config.d/")
    look, = commands("docs/INSTALL.md", "What the drop-in sets")
    assert set(admin.must(look).lower().splitlines()) >= {
        "usepam yes", "passwordauthentication no", "kbdinteractiveauthentication yes",
        "logingracetime 120", "maxstartups 50:30:200", "persourcemaxstartups 10",
        "persourcenetblocksize 32:64"}
