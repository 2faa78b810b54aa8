# SPDX-License-Identifier: ISC
"""Ways to be taken for the user of a remembered sign-in by ssh; each is asked."""

import os
import subprocess

import pytest

import hosts
from conftest import STACK
from remembered import BOTH, Bastion, Cost, records, run

ALONE = "AuthenticationMethods keyboard-interactive:pam"


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


def proof(bastion):
    """What sshd tells PAM of the remembered key; it is no secret."""
    with open(f"{bastion.key('laptop')}.pub", encoding="ascii") as file:
        kind, key, *_ = file.read().split()
    return f"publickey {kind} {key}"


def asks(house, argv):
    terminal = hosts.Terminal(house, argv)
    shown = terminal.asked()
    terminal.hang_up()
    return "/oauth/authorize?" in shown


def test_variables_that_a_client_sends_are_no_proof(bastion, house, people):
    bastion.start(f"{BOTH}\nAcceptEnv *")
    bastion.sign_in(people["alice"])
    bastion.start(f"{ALONE}\nAcceptEnv *")
    setting = f'SetEnv SSH_AUTH_INFO_0="{proof(bastion)}"'
    assert bastion.asks("alice", setting)


def test_variables_of_a_key_s_own_line_are_no_proof(bastion, people, cost):
    bastion.start(f"{BOTH}\nPermitUserEnvironment yes\nExposeAuthInfo yes")
    bastion.sign_in(people["alice"])
    bastion.add_key("thief", "alice",
                    options=f'environment="SSH_AUTH_INFO_0={proof(bastion)}"')
    assert bastion.asks(key="thief")
    with cost.free(1):
        assert bastion.connect() == "alice"


def test_variables_of_a_user_s_file_are_no_proof(bastion, house, people):
    """pam_env reads ~/.pam_environment, before our line as after it."""
    bastion.sign_in(people["alice"])
    house.write(f"{house.home('alice')}/.pam_environment",
                f'SSH_AUTH_INFO_0 DEFAULT="{proof(bastion)}"\n')
    house.stack("su", f"auth required pam_env.so user_readenv=1\n{STACK}")
    for one in (hosts.Su(house), hosts.Login(house)):
        terminal = one.open("alice")
        assert "/oauth/authorize?" in terminal.asked()
    os.unlink(f"{house.home('alice')}/.pam_environment")
    bastion.start(ALONE)
    assert bastion.asks()


@pytest.mark.parametrize("by, tty", [
    ("root", "pts/9"),   # a greeter's environment, in an application of root's
    ("alice", "ssh"),    # a program of the user's own, with all that sshd sets
])
def test_another_application_s_variables_are_no_proof(bastion, house, people, by, tty):
    bastion.sign_in(people["alice"])
    argv = ["pamtester", "-I", f"tty={tty}", "-I", "rhost=127.0.0.1", "-E",
            f"SSH_AUTH_INFO_0={proof(bastion)}", "sshd", "alice", "authenticate"]
    if by != "root":
        argv = hosts.as_account(by, argv)
    assert asks(house, argv)
    assert len(records()) == 1


def test_an_application_of_root_that_sets_all_that_sshd_sets_is_believed(bastion, people, cost):
    """The control of the two above: whatever they lack is what refuses them."""
    bastion.sign_in(people["alice"])
    with cost.free(1):
        done = run(["pamtester", "-I", "tty=ssh", "-I", "rhost=127.0.0.1", "-E",
                    f"SSH_AUTH_INFO_0={proof(bastion)}", "sshd", "alice", "authenticate"])
        assert "successfully authenticated" in done.stdout, done


def test_each_of_two_keys_counts(bastion, people, cost):
    for name in ("second", "third"):
        bastion.add_key(name, "alice")
    bastion.start("AuthenticationMethods publickey,publickey,keyboard-interactive:pam")

    def another(name):
        return ("alice", f"IdentityFile {bastion.key(name)}")
    bastion.sign_in(people["alice"], *another("second"))
    with cost.free(1):
        assert bastion.connect(*another("second")) == "alice"
    assert bastion.asks(*another("third"))


def test_a_new_certificate_of_the_same_key_asks(bastion, house, people, cost):
    authority = bastion.add_key("authority")
    house.write("/etc/ssh/gcpkce-user-ca.pub", open(f"{authority}.pub", encoding="ascii").read())

    def certify(serial):
        subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "alice", "-n", "alice", "-z",
                        str(serial), f"{bastion.key('laptop')}.pub"], check=True)
    bastion.start(f"{BOTH}\nTrustedUserCAKeys /etc/ssh/gcpkce-user-ca.pub")
    os.unlink("/etc/ssh/keys/alice")
    certify(1)
    bastion.sign_in(people["alice"])
    with cost.free(1):
        assert bastion.connect() == "alice"
    certify(2)
    assert bastion.asks()
