# SPDX-License-Identifier: ISC
"""etc/pam-configs by the real pam-auth-update, and a group with a password.

tests/module/test_examples.c has every outcome of the examples; here the modules
around ours are the real ones.
"""

import glob
import os
import re
import shutil
import subprocess

import pytest

from hosts import Su
from house import ROOT, find_program, mount

PASSWORD = "correct-horse-7"
ASKED = "Password: "
OTHERS = """\
account required pam_permit.so
@include common-session
session optional pam_exec.so quiet stdout {session}
"""


def overlay(path, place):
    """Lay a copy of a directory over it, in this house alone."""
    shutil.copytree(path, place)
    mount("--bind", place, path)


@pytest.fixture(scope="module")
def debian(house):
    """What pam-auth-update reads and writes, besides /etc."""
    if find_program("pam-auth-update") is None:
        pytest.skip("there is no pam-auth-update here; it is Debian's")
    for path in ("/usr/share/pam-configs", "/var/lib/pam", "/var/cache/debconf"):
        overlay(path, house.path("overlay" + path.replace("/", "-")))
    for name in os.listdir("/usr/share/pam-configs"):
        if name != "unix":
            os.unlink(f"/usr/share/pam-configs/{name}")
    shutil.copy(f"{ROOT}/etc/pam-configs/gcpkce", "/usr/share/pam-configs/gcpkce")


def auth_update(*arguments):
    subprocess.run(["pam-auth-update", *arguments], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=120,
                   env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                        "DEBIAN_FRONTEND": "noninteractive"})


def lines(kind):
    """The lines of a common file, without comments and spare blanks."""
    with open(f"/etc/pam.d/common-{kind}", encoding="utf-8") as file:
        return [re.sub(r"\s+", " ", line).strip() for line in file
                if not line.startswith("#") and line.strip()]


@pytest.fixture
def packaged(debian):
    """As after the installation of a package with our profile."""
    for name in glob.glob("/var/lib/pam/*"):
        os.unlink(name)
    for path in glob.glob("/usr/share/pam/common-*[!s]"):
        shutil.copy(path, "/etc/pam.d/")
    auth_update("--package", "--force")
    yield
    auth_update("--remove", "gcpkce")  # debconf keeps what was chosen


@pytest.fixture
def password(house):
    """alice has a password, too."""
    with open("/etc/shadow", encoding="utf-8") as file:
        before = file.read()
    made = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True, text=True,
                          stdout=subprocess.PIPE)
    house.write("/etc/shadow", before.replace("alice:*:", f"alice:{made.stdout.strip()}:"), 0o640)
    yield PASSWORD
    house.write("/etc/shadow", before, 0o640)


@pytest.fixture
def enabled(house, packaged):
    """The profile is chosen, and its module is the built one."""
    auth_update("--enable", "gcpkce")
    for kind in ("auth", "session"):
        path = f"/etc/pam.d/common-{kind}"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        house.write(path, text.replace("pam_gcpkce.so", house.module))
    house.stack("su", "@include common-auth\n" + OTHERS)


def test_the_profile_is_offered_and_not_taken(packaged):
    assert lines("auth")[0] == "auth [success=1 default=ignore] pam_unix.so nullok"
    assert "pam_gcpkce" not in str([lines(kind) for kind in ("auth", "session")])


def test_the_profile_stands_behind_the_password_and_before_the_denial(packaged):
    auth_update("--enable", "gcpkce")
    assert lines("auth") == [
        "auth [success=2 default=ignore] pam_unix.so nullok",
        "auth [success=1 default=ignore] pam_gcpkce.so attempts=1",
        "auth requisite pam_deny.so",
        "auth required pam_permit.so"]
    for kind in ("session", "session-noninteractive"):
        assert lines(kind)[-1] == "session optional pam_gcpkce.so attempts=1"
    for kind in ("account", "password"):
        assert "pam_gcpkce" not in str(lines(kind))


def test_the_profile_goes_as_it_came(packaged):
    before = {kind: lines(kind) for kind in ("auth", "session", "session-noninteractive")}
    auth_update("--enable", "gcpkce")
    assert lines("auth") != before["auth"]
    auth_update("--remove", "gcpkce")
    assert {kind: lines(kind) for kind in before} == before


def test_with_the_profile_the_password_is_enough(house, enabled, password):
    terminal = Su(house).open("alice")
    terminal.asked(ASKED)
    terminal.answer(password)
    assert terminal.session()[0] == "alice"


def test_with_the_profile_a_signin_is_enough(house, enabled, password, people):
    terminal = Su(house).open("alice")
    terminal.asked(ASKED)
    terminal.answer("")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert terminal.session()[0] == "alice"


def test_with_the_profile_neither_is_not_enough(house, enabled, password, people):
    terminal = Su(house).open("alice")
    terminal.asked(ASKED)
    terminal.answer("wrong")
    terminal.answer(people["bob"].sign_in(terminal.asked()))
    terminal.end()
    assert "@@session" not in terminal.transcript and terminal.status != 0


@pytest.fixture
def breakglass(house, packaged):
    """The example for such a group, of which alice is a member; from 127.0.0.2."""
    subprocess.run(["groupadd", "--system", "breakglass"], check=True)
    subprocess.run(["usermod", "-aG", "breakglass", "alice"], check=True)
    with open(f"{ROOT}/etc/pam.d/sshd-breakglass", encoding="utf-8") as file:
        auth = "".join(line for line in file if line.startswith("auth"))
    assert "192.0.2.*" in auth
    house.stack("sshd", auth.replace("192.0.2.*", "127.0.0.2").replace("pam_gcpkce.so", house.module)
                + "account required pam_permit.so\nsession optional pam_permit.so\n")
    yield
    subprocess.run(["faillock", "--user", "alice", "--reset"], check=True)
    subprocess.run(["gpasswd", "-d", "alice", "breakglass"], check=True, stdout=subprocess.PIPE)
    subprocess.run(["groupdel", "breakglass"], check=True)


def come(sshd, account, address, answer):
    """One who comes by ssh from an address and answers "Password:"; gives the Terminal."""
    terminal = sshd.open(account, "-b", address)
    terminal.asked(ASKED)
    terminal.answer(answer)
    return terminal


def test_a_member_of_the_group_needs_a_password_and_no_genesys_cloud(
        sshd, breakglass, password, genesys):
    terminal = come(sshd, "alice", "127.0.0.2", password)
    assert terminal.session()[0] == "alice"
    assert not genesys.log.requests()


@pytest.mark.parametrize("account, address", [("bob", "127.0.0.2"), ("alice", "127.0.0.3")],
                         ids=["others", "a member from elsewhere"])
def test_all_others_sign_in_and_are_never_asked_for_a_password(
        sshd, breakglass, password, people, account, address):
    terminal = sshd.open(account, "-b", address)
    assert ASKED not in terminal.asked()
    terminal.answer(people[account].sign_in(terminal.transcript))
    assert terminal.session()[0] == account


@pytest.mark.parametrize("remote, asked", [
    ("192.0.2.7", True), ("192.0.2.7.example.test", False), ("192.0.2.x", False),
    ("2001:db8::192.0.2.7", False)])
def test_who_chooses_a_name_like_a_listed_address_is_not_asked_for_a_password(
        house, breakglass, remote, asked):
    with open(f"{ROOT}/etc/pam.d/sshd-breakglass", encoding="utf-8") as file:
        auth = "".join(line for line in file if line.startswith("auth"))
    house.stack("glass", auth.replace("pam_gcpkce.so", "pam_deny.so"))
    done = subprocess.run(
        ["pamtester", "-I", f"rhost={remote}", "glass", "alice", "authenticate"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=60, check=False)
    assert done.returncode != 0
    assert (ASKED in done.stdout) is asked, done.stdout


def test_a_right_password_after_five_wrong_ones_is_refused(sshd, breakglass, password):
    for _ in range(5):
        come(sshd, "alice", "127.0.0.2", "wrong").end()
    terminal = come(sshd, "alice", "127.0.0.2", password)
    terminal.end()
    assert "@@session" not in terminal.transcript and terminal.status == 255
    subprocess.run(["faillock", "--user", "alice", "--reset"], check=True)
    assert come(sshd, "alice", "127.0.0.2", password).session()[0] == "alice"
