# SPDX-License-Identifier: ISC
"""docs/FLEET.md's questions to the journal, asked of a journal of real sign-ins."""

import pwd
import re
import shutil
import subprocess
import time

import pytest

import hosts
from documents import commands
from house import HELPER_USER, ROOT, find_program

REMOTE = "/usr/lib/systemd/systemd-journal-remote"
pytestmark = pytest.mark.skipif(
    shutil.which(REMOTE) is None or find_program("journalctl") is None,
    reason="there is no journalctl or systemd-journal-remote here; see tools/install-deps")


def entry(line, uid, number):
    """A line of syslog(3) and the uid of its sender as journald keeps them."""
    priority, name, text = re.fullmatch(
        r"<(\d+)>\w{3} [ \d]\d [\d:]{8} ([^:\[]+)(?:\[\d+\])?: (.*)", line).groups()
    return "".join(f"{key}={value}\n" for key, value in (
        ("__REALTIME_TIMESTAMP", int(time.time() * 1e6) - 10**6 + number),
        ("_UID", uid), ("_BOOT_ID", "0123456789abcdef0123456789abcdef"), ("PRIORITY", int(priority) & 7),
        ("SYSLOG_FACILITY", int(priority) >> 3), ("SYSLOG_IDENTIFIER", name), ("MESSAGE", text)))


@pytest.fixture
def ask(house, journal, tmp_path):
    """Asks the command of a question; gives the lines of the answer."""
    file = tmp_path / "fleet.journal"

    def ask(question):
        if not file.exists():
            lines = "\n".join(map(entry, journal.raw(), journal.senders(), range(1000)))
            subprocess.run([REMOTE, "-o", file, "-"], input=lines + "\n", text=True, check=True,
                           capture_output=True)
        command = commands_by_question()[question].replace(
            "example.com", "example.test").replace("_gcpkce", HELPER_USER)
        done = subprocess.run(
            ["sh", "-c", command.replace("journalctl ", f"journalctl --file={file} ")], check=True,
            text=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
        assert done.stderr == ""
        return [re.sub(r"\s+", " ", line).strip() for line in done.stdout.splitlines()]
    return ask


def commands_by_question():
    """The ten of the page, by the first two words of their questions."""
    found = commands("docs/FLEET.md", "Ten questions to the journal")
    with open(f"{ROOT}/docs/FLEET.md", encoding="utf-8") as file:
        text = file.read().split("## Ten questions to the journal")[1]
    questions = re.findall(r"^(\w+ \w+)[^\n]*\?\n\n    ", text, re.MULTILINE)
    assert len(found) == len(questions) == 10
    return dict(zip(questions, found))


def sign_in(sshd, person, account):
    terminal = sshd.open(account)
    terminal.answer(person.sign_in(terminal.asked()))
    return terminal


def go_through_a_day(sshd, people, genesys, configure, journal):
    """Three sign-ins, two refusals, and three faults."""
    configure(attempts=1)
    for account, who in (("alice", "alice"), ("ops", "bob"), ("ops", "alice")):
        terminal = sign_in(sshd, people[who], account)
        terminal.session()
        terminal.leave()
    for account, who in (("alice", "bob"), ("absent-user", "alice")):
        sign_in(sshd, people[who], account).end()
    terminal = sshd.open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    genesys.refuse("login")
    terminal.answer(answer)
    terminal.end()
    genesys.listen("login")
    genesys.faults["revoke"] = {"status": 403}
    terminal = sign_in(sshd, people["bob"], "bob")
    terminal.session()
    terminal.leave()
    journal.wait("outcome=revoke_failed")
    configure(client_id=None)
    sshd.open("alice").end()


def forge(lines):
    """alice writes the same lines once more."""
    subprocess.run(hosts.as_account("alice", ["logger", "--prio-prefix", "-t", "sshd"]), check=True, text=True,
                   input="\n".join(re.sub(r"^(<\d+>).*?: ", r"\1", line) for line in lines))


@pytest.mark.parametrize("kind, caller", [(hosts.Sudo, "alice"), (hosts.Su, "carol")])
def test_a_setuid_program_s_lines_have_the_uid_of_its_user(kind, caller, house, people, journal):
    terminal = kind(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.session()
    terminal.leave()
    senders = {uid for uid, line in zip(journal.senders(), journal.raw()) if "outcome=ok" in line}
    assert senders == {pwd.getpwnam(caller).pw_uid}


def test_the_ten_questions_have_the_answers_of_these_sign_ins(
        sshd, people, genesys, configure, journal, ask):
    go_through_a_day(sshd, people, genesys, configure, journal)
    real = journal.raw()
    forge(real)
    journal.wait(r"^\w+ +\d+ \S+ sshd: outcome=revoke_failed")
    assert len(journal.raw()) == 2 * len(real)
    me = 'rhost="127.0.0.1"'
    alice, bob = (f'email="{people[name].email}"' for name in ("alice", "bob"))
    assert ask("How do") == [
        "1 outcome=config_invalid", "1 outcome=not_mapped", "4 outcome=ok", "1 outcome=unreachable",
        "1 outcome=user_unknown"]
    assert ask("Who signed") == [
        f'1 user="alice" {me} {alice}', f'1 user="bob" {me} {bob}', f'1 user="ops" {me} {alice}',
        f'1 user="ops" {me} {bob}']
    assert ask("Who used") == [f"1 {alice}", f"1 {bob}"]
    assert ask("Which accounts") == ['1 user="bob"', '1 user="ops"']
    why = ask("Why is")
    assert len(why) == 4  # the invalid configuration has a line for its fault
    assert why[0] == ('outcome=not_mapped cause="no line of the map file gives the account to this '
                      'user"')
    count, median, most = map(int, ask("How long")[0].split())
    assert count == 4 and 0 < median <= most < 60000
    away, = ask("Can the")
    assert away.startswith('outcome=unreachable cause="')
    wrong = ask("Is something")
    assert wrong and all(line[1:].startswith(' outcome=config_invalid cause="') for line in wrong)
    assert ask("From where") == [f"2 {me}"]
    token, = ask("Which tokens")
    assert token.startswith('user="bob" expires="20') and "403" in token
