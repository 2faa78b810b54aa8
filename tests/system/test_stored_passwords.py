# SPDX-License-Identifier: ISC
"""Programs that give a stored password, or a name, at whatever prompt.

Real programs do it, each in its way.  What is counted is what reaches Genesys
Cloud: no code goes out.
"""

import subprocess
import sys

import pexpect
import pytest

import hosts
from waiting import PATIENCE

SHORT = "Winter2026"
LONG = "correct-horse-battery-staple"  # as long as a code, and of its bytes
PARAMIKO = """
import sys, warnings
warnings.simplefilter("ignore")
import paramiko
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
try:
    client.connect("127.0.0.1", int(sys.argv[1]), "alice", sys.argv[2],
                   look_for_keys=False, allow_agent=False, timeout=60, auth_timeout=60)
except Exception as fault:
    print(type(fault).__name__)
else:
    print("signed in")
"""


def run(argv, stdin=""):
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False,
                          env=hosts.CLIENT_ENV, timeout=PATIENCE * 2)


def by_paramiko(house, word):
    pytest.importorskip("paramiko")
    daemon = hosts.Sshd(house)
    daemon.start()
    done = run([sys.executable, "-c", PARAMIKO, str(daemon.port), word])
    daemon.stop()
    # its two words for a denial
    assert done.stdout.strip() in ("AuthenticationException", "BadAuthenticationType"), (
        done.stdout + done.stderr)


def by_curl(house, word):
    if "sftp" not in run(["curl", "--version"]).stdout:
        pytest.skip("this curl knows no sftp")
    daemon = hosts.Sshd(house)
    daemon.start()
    done = run(["curl", "-sS", "-k", "-u", f"alice:{word}",
                f"sftp://127.0.0.1:{daemon.port}/etc/hostname"])
    daemon.stop()
    assert done.returncode == 67, done.stderr  # the login was denied


def by_sshpass(house, word):
    daemon = hosts.Sshd(house)
    daemon.start()
    done = run(["sshpass", "-p", word, "-P", "land on:", *daemon.command("alice")])
    daemon.stop()
    assert done.returncode != 0 and "@@session" not in done.stdout


def by_sudo(house, word):
    done = run(hosts.as_account("alice", ["sudo", "-S", "-u", "ops", "id"]), f"{word}\n" * 9)
    assert done.returncode != 0 and "uid=" not in done.stdout


def by_pamtester(house, word):
    done = run(["pamtester", hosts.Pamtester.service, "alice", "authenticate"], f"{word}\n" * 9)
    assert done.returncode != 0 and "successfully" not in done.stdout


def by_expect(house, word):
    """Answers whatever looks like a prompt, as such scripts do."""
    daemon = hosts.Sshd(house)
    daemon.start()
    command, *arguments = daemon.command("alice", "-o", "NumberOfPasswordPrompts=3")
    child = pexpect.spawn(command, arguments, timeout=PATIENCE, encoding="utf-8",
                          env=hosts.CLIENT_ENV)
    prompts = 0
    while child.expect([r": $", pexpect.EOF]) == 0:
        child.sendline(word)
        prompts += 1
    child.close()
    daemon.stop()
    assert prompts >= 1 and child.exitstatus != 0


PROGRAMS = pytest.mark.parametrize("by", [
    by_paramiko, by_curl, by_sshpass, by_sudo, by_pamtester, by_expect],
    ids=lambda by: by.__name__[3:])


def sent(genesys):
    return [record.form()["code"] for record in genesys.log.requests("login")
            if record.path == "/oauth/token"]


@PROGRAMS
@pytest.mark.parametrize("word, bare_code", [
    (SHORT, "no"), (LONG, "no"), (SHORT, "yes"), ("alice", "yes")])
def test_a_stored_word_goes_nowhere(
        house, genesys, journal, configure, by, word, bare_code):
    configure(bare_code=bare_code)
    by(house, word)
    assert sent(genesys) == []
    assert {line["outcome"] for line in journal.decisions()} == {"answer_malformed"}
    assert word == "alice" or word not in journal.text()


@pytest.fixture
def unix_password(house):
    """alice has a password here; the stacks ask for it first."""
    made = subprocess.run(["openssl", "passwd", "-6", LONG], check=True,
                          capture_output=True, text=True).stdout.strip()
    with open("/etc/shadow", encoding="utf-8") as file:
        before = file.read()
    house.write("/etc/shadow", before.replace("\nalice:*:", f"\nalice:{made}:"), 0o600)
    for service in ("sudo", "sshd", hosts.Pamtester.service):
        house.stack(service, hosts.PASSWORD_FIRST)
    yield
    house.write("/etc/shadow", before, 0o600)


@pytest.mark.parametrize("bare_code", ["no", "yes"])
@pytest.mark.parametrize("by", [by_paramiko, by_curl, by_sudo, by_pamtester, by_expect],
                         ids=lambda by: by.__name__[3:])
def test_the_password_of_the_line_before_is_no_answer(
        house, genesys, journal, configure, unix_password, by, bare_code):
    """As long as a code, and right where it belongs."""
    configure(bare_code=bare_code)
    by(house, LONG)
    assert sent(genesys) == []
    causes = {line["cause"] for line in journal.decisions()}
    assert causes == {"the answer was the account's name or its password here, and was not sent"}
    assert LONG not in journal.text()


def test_where_a_bare_code_is_allowed_a_long_word_may_be_one(house, genesys, configure):
    """What remains, and shows that the others count what they say."""
    configure(bare_code="yes")
    by_pamtester(house, LONG)
    assert sent(genesys) == [[LONG]] * 3
