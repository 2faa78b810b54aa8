# SPDX-License-Identifier: ISC
"""gcpkce login: a whole sign-in in a terminal, against the fake server."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import termios
import time

import pexpect
import pytest

from browser import Browser, pair
from conftest import GCPKCE, descendants
from faults import Fault
from people import Named, lasting_id
from fake_server import FakeServer
from waiting import PATIENCE, wait_until


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def conf(genesys, configure, account):
    client = genesys.clients["public"]
    return configure(
        [f"{account} id:{genesys.people['alice'].id}"],
        login_url=genesys.login_url, api_url=genesys.api_url, ca_file=genesys.ca_file,
        client_id=client.id, redirect_uri=client.redirect_uris[0],
        organization=genesys.organization.id)


def sign_in(genesys, person, *arguments):
    """Drives gcpkce login; gives its status and all that the terminal showed."""
    child = pexpect.spawn(GCPKCE, list(arguments), timeout=60, encoding="utf-8", echo=False)
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, person))
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.before


def test_login_says_who_signed_in_and_what_the_decision_would_be(genesys, conf, account):
    status, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert status == 0
    alice = genesys.people["alice"]
    for words in (alice.email, alice.id, genesys.organization.id, "token expires: 2",
                  "decision:      ok"):
        assert words in shown


def writes_of(arguments, answer, **environment):
    """Runs gcpkce; gives what each write to standard error and output had."""
    outputs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2)]
    (errors, error), (results, output) = outputs
    with subprocess.Popen([GCPKCE, *arguments], stdin=subprocess.PIPE, stdout=output,
                          stderr=error, env={**os.environ, **environment}) as child:
        error.close()
        output.close()
        told = []
        while packet := errors.recv(1 << 20):
            told.append(packet.decode())
            if "land on: " in told[-1]:
                child.stdin.write(answer(told[-1]).encode() + b"\n")
                child.stdin.close()
        said = []
        while packet := results.recv(1 << 20):
            said.append(packet.decode())
        child.wait(PATIENCE)
    errors.close()
    results.close()
    return told, said


def as_alice(genesys):
    """Signs alice in at the address of a text."""
    return lambda text: Browser(genesys.ca_file).sign_in(
        re.search(r"https://\S+/oauth/authorize\S+", text).group(), "alice")


def test_login_shows_each_text_in_one_write(genesys, conf, account):
    told, said = writes_of(["login", "--conf", conf, "--user", account], as_alice(genesys))
    assert [text.count("\n") for text in told] == [5, 1, 1]
    assert re.match(r"\nSign in to Genesys Cloud \(within \d+ seconds\):\n", told[0])
    assert told[2] == "The token is being revoked.\n"
    assert len(said) == 1 and "decision:      ok" in said[0]


def test_login_shows_a_result_beside_a_token_in_one_write(genesys, conf, account):
    told, said = writes_of(
        ["login", "--conf", conf, "--user", account, "--export"],
        as_alice(genesys))
    assert [text for text in told if "signed in: " in text and "decision:      ok" in text]
    assert len(said) == 1 and "export GENESYSCLOUD_ACCESS_TOKEN=" in said[0]


def test_a_long_report_is_one_write(genesys, conf):
    alice = genesys.people["alice"]
    alice.groups = [Named(lasting_id("group/%d" % i), "Group %d" % i) for i in range(64)]
    told, said = writes_of(["whoami", "--conf", conf, "--ids"], None,
                           GENESYSCLOUD_ACCESS_TOKEN=genesys.issue_token("alice"))
    assert told == [] and len(said) == 1 and len(said[0]) > 4096


def test_login_names_the_denial_of_another_person(genesys, conf, account):
    status, shown = sign_in(genesys, "bob", "login", "--conf", conf, "--user", account)
    assert status == 1
    assert "decision:      not_mapped" in shown
    assert genesys.people["bob"].email in shown


def test_login_revokes_the_token_it_does_not_print(genesys, conf, account):
    sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    assert list(genesys.log.tokens().values()) == [False]


def test_login_prints_the_token_when_asked_to_and_keeps_it(genesys, conf, account):
    status, shown = sign_in(genesys, "alice", "--json", "login", "--conf", conf,
                            "--user", account, "--print-token")
    assert status == 0
    report = json.loads(shown[shown.index("{"):])
    assert genesys.log.tokens() == {report["access_token"]: True}
    assert report["outcome"] == "ok"
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 0


def evaluated(genesys, person, conf, argv, shell="/bin/sh"):
    """Signs in by a shell's eval; gives its status, its variables, and what it showed.

    What must not be inherited is set before; what the shell has afterwards
    goes to the file $PLACE, NUL between the variables.
    """
    place = conf + ".env"
    child = pexpect.spawn(
        argv[0], argv[1:], timeout=60, encoding="utf-8", echo=False,
        env=dict(os.environ, PLACE=place, SHELL=shell, GCPKCE_TOKEN_EXPIRES="old",
                 GENESYSCLOUD_REGION="old"))
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, person))
    child.expect(pexpect.EOF)
    child.close()
    with open(place, encoding="utf-8") as file:
        variables = dict(text.split("=", 1) for text in file.read().split("\0") if text)
    return child.exitstatus, variables, child.before


def exported(genesys, person, conf, account, *words):
    script = 'lines=$("$@"); status=$?; eval "$lines"; env -0 >"$PLACE"; exit $status'
    return evaluated(genesys, person, conf, [
        "/bin/sh", "-c", script, "sh", GCPKCE, "login", "--conf", conf, "--user", account,
        "--export", *words])


EVAL = {
    "dash": ("dash", 'eval "$({login})"'),
    "bash": ("bash", 'eval "$({login})"'),
    "bash without quotes": ("bash", "eval `{login}`"),
    "bash below a program": ("bash", 'eval "$(timeout --foreground 60 {login} --sh)"'),
    "fish": ("fish", "eval ({login})"),
    "tcsh": ("tcsh -f", "eval `{login}`"),
    "tcsh with quotes": ("tcsh -f", 'eval "`{login}`"'),
    "tcsh below a program": ("tcsh -f", "eval `timeout --foreground 60 {login} --csh`"),
    "csh of BSD": ("bsd-csh -f", "eval `{login}`"),
}


def shell_exported(genesys, conf, account, way, shell):
    shell_name, *options = EVAL[way][0].split()
    if shutil.which(shell_name) is None:
        pytest.skip(f"there is no {shell_name} here; see tools/install-deps")
    login = f"{GCPKCE} login --conf {conf} --user {account} --export"
    return evaluated(genesys, "alice", conf, [
        shell_name, *options, "-c", EVAL[way][1].format(login=login) + '; env -0 >"$PLACE"'],
                     shell)


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/tcsh"])
@pytest.mark.parametrize("way", EVAL)
def test_login_export_reaches_the_shell_that_runs_it(genesys, conf, account, way, shell):
    _, variables, shown = shell_exported(genesys, conf, account, way, shell)
    assert genesys.log.tokens() == {variables.get("GENESYSCLOUD_ACCESS_TOKEN"): True}
    assert variables["GCPKCE_USER_EMAIL"] == genesys.people["alice"].email
    assert variables["GCPKCE_TOKEN_EXPIRES"].startswith("2")
    assert "not found" not in shown


@pytest.mark.parametrize("shell, kind", [("/bin/tcsh", "setenv"), ("/bin/bash", "export"),
                                         ("", "export")])
def test_login_export_goes_by_shell_where_no_shell_runs_it(genesys, conf, account, shell, kind):
    child = pexpect.spawn(
        GCPKCE, ["login", "--conf", conf, "--user", account, "--export"], timeout=60,
        encoding="utf-8", echo=False, env=dict(os.environ, SHELL=shell))
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect(pexpect.EOF)
    assert f"\n{kind} GENESYSCLOUD_ACCESS_TOKEN" in child.before
    child.close()


def test_login_export_sets_the_variables_of_the_shell(genesys, conf, account):
    with open(conf, "r+", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("region")]
        file.seek(0)
        file.writelines(["region = eu-central-1\n", *lines])
        file.truncate()
    status, variables, shown = exported(genesys, "alice", conf, account)
    assert status == 0
    token, = genesys.log.tokens()
    assert variables["GENESYSCLOUD_ACCESS_TOKEN"] == token
    assert variables["GENESYSCLOUD_REGION"] == "eu-central-1"
    assert variables["GCPKCE_USER_ID"] == genesys.people["alice"].id
    assert variables["GCPKCE_USER_EMAIL"] == genesys.people["alice"].email
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ", variables["GCPKCE_TOKEN_EXPIRES"])
    assert token not in shown and "decision:      ok" in shown


def test_login_export_keeps_the_token_for_whoami_and_logout(genesys, conf, account, gcpkce):
    _, variables, _ = exported(genesys, "alice", conf, account)
    assert list(genesys.log.tokens().values()) == [True]
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 0
    run = gcpkce("--json", "whoami", "--conf", conf, env=variables)
    assert run.json["subject"] == genesys.people["alice"].id
    assert run.json["expires"] == variables["GCPKCE_TOKEN_EXPIRES"]
    assert gcpkce("logout", "--conf", conf, env=variables).status == 0
    assert list(genesys.log.tokens().values()) == [False]


@pytest.mark.parametrize("email", [
    "a'b@example.test", "'; touch \"$PLACE.bad\"; '@x", "$(touch $PLACE.bad)`touch $PLACE.bad`",
    "\\'\\\"$HOME\\", "''", "ä 'ö", "-n", "a\\"])
def test_login_export_lets_no_value_act_in_the_shell(genesys, conf, account, email):
    genesys.faults.override_user = {"email": email}
    _, variables, _ = exported(genesys, "alice", conf, account)
    assert variables["GCPKCE_USER_EMAIL"] == email
    assert not os.path.exists(conf + ".env.bad")


@pytest.mark.parametrize("way", ["tcsh", "tcsh with quotes", "csh of BSD"])
@pytest.mark.parametrize("email", [
    "'; touch $PLACE.bad; '$(touch $PLACE.bad)`touch $PLACE.bad`\"$HOME\\",
    "~root  !!a!1 ä |<>()#%=:@,+/ ''^a^b  ", "-n&touch $PLACE.bad&b"])
def test_login_export_lets_no_value_act_in_csh(genesys, conf, account, email, way):
    genesys.faults.override_user = {"email": email}
    _, variables, _ = shell_exported(genesys, conf, account, way, "/bin/bash")
    assert variables["GCPKCE_USER_EMAIL"] == email
    assert variables["GENESYSCLOUD_ACCESS_TOKEN"] in genesys.log.tokens()
    assert not os.path.exists(conf + ".env.bad")


@pytest.mark.parametrize("pattern", list("*?[]{}"))
def test_login_export_leaves_out_in_csh_what_is_a_pattern(genesys, conf, account, pattern):
    genesys.faults.override_user = {"email": f"a{pattern}b"}
    _, variables, _ = shell_exported(genesys, conf, account, "tcsh", "/bin/bash")
    assert "GCPKCE_USER_EMAIL" not in variables
    assert variables["GENESYSCLOUD_ACCESS_TOKEN"] in genesys.log.tokens()


def test_login_export_leaves_nothing_of_an_earlier_token(genesys, conf, account):
    with open(conf, "r+", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("region")]
        file.seek(0)
        file.writelines(lines)
        file.truncate()
    genesys.faults["token"] = without_expiry(genesys)
    _, variables, _ = exported(genesys, "alice", conf, account)
    assert "GCPKCE_TOKEN_EXPIRES" not in variables
    assert "GENESYSCLOUD_REGION" not in variables


def without_expiry(genesys):
    """A token reply that does not say when the token ends."""
    return Fault(body={"access_token": genesys.issue_token("alice"), "token_type": "bearer"})


def test_login_export_is_for_the_sign_in_whatever_the_decision(genesys, conf, account):
    status, variables, shown = exported(genesys, "bob", conf, account)
    assert status == 1
    assert "decision:      not_mapped" in shown
    assert genesys.log.tokens() == {variables["GENESYSCLOUD_ACCESS_TOKEN"]: True}


def test_login_export_prints_nothing_of_a_sign_in_that_failed(genesys, conf, account):
    genesys.faults["users_me"] = Fault(status=500)
    status, variables, _ = exported(genesys, "alice", conf, account)
    assert status == 1
    assert "GCPKCE_USER_ID" not in variables
    assert variables["GCPKCE_TOKEN_EXPIRES"] == "old"
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    assert list(genesys.log.tokens().values()) == [False]


def test_login_export_json_has_the_variables(genesys, conf, account):
    status, shown = sign_in(genesys, "alice", "--json", "login", "--conf", conf,
                            "--user", account, "--export")
    assert status == 0
    report = json.loads(shown[shown.index("{"):])
    assert genesys.log.tokens() == {
        report["environment"]["GENESYSCLOUD_ACCESS_TOKEN"]: True}
    assert report["environment"]["GCPKCE_USER_ID"] == genesys.people["alice"].id


@pytest.mark.parametrize("option", ["--export", "--print-token"])
def test_login_revokes_a_token_that_could_not_be_written(genesys, conf, account, option):
    child = pexpect.spawn("/bin/sh", ["-c", 'exec "$@" >/dev/full', "sh", GCPKCE, "login",
                                      "--conf", conf, "--user", account, option],
                          timeout=60, encoding="utf-8", echo=False)
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")


def test_login_gives_further_attempts_with_the_sentence_for_each(genesys, conf, account):
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account],
                          timeout=60, encoding="utf-8")
    child.expect("land on: ")
    child.sendline("")
    child.expect("The answer was empty")
    child.expect("land on: ")
    child.sendline("Winter2026")
    child.expect("A password does not belong here")
    child.expect("land on: ")
    child.sendline(pair("A" * 43, child.before))
    child.expect("code_refused")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1


def test_login_ends_with_its_input(conf, account):
    done = subprocess.run([GCPKCE, "--json", "login", "--conf", conf, "--user", account],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["outcome"] == "aborted"
    assert re.search(r"\nhttps://\S+\n", done.stderr)


@pytest.mark.parametrize("fault, outcome", [
    (dict(delay=60), "timed_out"), (dict(status=500), "provider_error"),
    (dict(status=401), "token_invalid"), (dict(status=200, body="<html>"), "reply_invalid"),
    (dict(close="before"), "unreachable")])
@pytest.mark.parametrize("endpoint", ["users_me", "tokens_me"])
def test_login_revokes_the_token_of_an_identity_that_failed(
        genesys, conf, account, endpoint, fault, outcome):
    if outcome == "timed_out":
        with open(conf, "a", encoding="utf-8") as file:
            file.write("timeout = 6\n")
    genesys.faults[endpoint] = Fault(**fault)
    status, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert status == 1
    assert f"decision:      {outcome}" in shown
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    assert list(genesys.log.tokens().values()) == [False]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give capabilities")
def test_login_hands_no_ambient_capability_to_the_helper(conf):
    child = pexpect.spawn("setpriv", [
        "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--inh-caps", "+kill",
        "--ambient-caps", "+kill", GCPKCE, "login", "--conf", conf, "--user", "nobody"],
        timeout=60, encoding="utf-8")
    assert child.expect(["land on: ", "decision: "]) == 0
    child.close()


def test_login_shows_no_secret_that_a_server_quotes(genesys, conf, account):
    genesys.faults["token"] = Fault(status=503, echo="body")
    status, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert status == 1
    assert "503 (not shown: it repeats a secret)" in shown
    for secret in genesys.log.verifiers() + genesys.log.codes():
        assert secret[:12] not in shown


def test_login_says_what_it_does(genesys, conf, account):
    _, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert shown.index("Checking ...") < shown.index("signed in:")
    assert "The token is being revoked." in shown


CODE = "A" * 43


@pytest.mark.parametrize("answer, goes_out", [
    ("", False), ("what?", False), ("https://x.example.test/?error=access_denied", False),
    (f"code={CODE}&state={'x' * 22}", False), (CODE, False), (f"code={CODE}", False),
    (f"BACK?code={CODE}", False), (f"'code={CODE}&state=STATE'", True),
    (f"BACK?code={CODE}&state=STATE", True),
    (f"https://x.example.test/?code={CODE}&state=STATE", False)],
    ids=["empty", "malformed", "error", "stranger", "code", "no state", "cut", "quoted", "address",
         "another address"])
@pytest.mark.parametrize("start_url", [None, "https://x.example.test/s"])
def test_login_checks_each_answer_and_sends_no_code_of_another_sign_in(
        genesys, conf, account, answer, goes_out, start_url):
    with open(conf, "a", encoding="utf-8") as file:
        file.write(f"start_url = {start_url}\n" if start_url else "")
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account],
                          timeout=20, encoding="utf-8", echo=False)
    child.expect(r"[&#](?:state=)?([\w-]{22})[\w.~-]*\r\n\r\n")
    state = child.match.group(1)
    child.expect("land on: ")
    back = genesys.clients["public"].redirect_uris[0]
    child.sendline(answer.replace("STATE", state).replace("BACK", back))
    child.expect("land on: ")
    assert child.before.count("Checking ...") == 1
    assert genesys.log.count("POST", "/oauth/token") == int(goes_out)
    child.close(force=True)


# the browser

OPENER = """#!/bin/sh
{
    printf '%s\\n' "$#" "$@"
    readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2
    set -- /proc/$$/fd/*
    echo $#
    ps -o sid= -p $$ | tr -d ' '; echo $$
} >"$OPENED.new"
mv "$OPENED.new" "$OPENED"
"""


def with_opener(directory, conf, account, opener=OPENER):
    """Starts gcpkce login --browser with an xdg-open of ours, or none."""
    os.makedirs(f"{directory}/bin", exist_ok=True)
    if opener is not None:
        with open(f"{directory}/bin/xdg-open", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o755)
            file.write(opener)
    path = f"{directory}/bin" + (":/usr/bin:/bin" if opener else "")
    return pexpect.spawn(
        GCPKCE, ["login", "--browser", "--conf", conf, "--user", account], timeout=60,
        encoding="utf-8", echo=False,
        env=dict(os.environ, PATH=path, OPENED=f"{directory}/opened"))


def test_login_hands_the_address_to_xdg_open_as_one_argument(directory, conf, account):
    child = with_opener(directory, conf, account)
    child.expect("Opening a browser")
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    assert wait_until(lambda: os.path.exists(f"{directory}/opened"))
    with open(f"{directory}/opened", encoding="utf-8") as file:
        count, argument, *files, open_files, session, pid = file.read().split()
    child.close(force=True)
    assert (count, argument) == ("1", address)
    assert files[0] == files[2] == "/dev/null"
    assert session == pid
    assert int(open_files) <= 6  # and the shell's: its script, its saved output, the directory
    assert "&" in address  # a shell would have taken it apart


@pytest.mark.parametrize("opener, words", [
    (None, "xdg-open: No such file or directory"), ("#!/bin/false\n", "xdg-open failed")])
def test_login_goes_on_without_a_browser(directory, conf, account, opener, words):
    for _ in range(5):  # it waits half a second for the opener's end
        child = with_opener(directory, conf, account, opener)
        told = child.expect([words, "land on: "]) == 0
        if told:
            child.expect("open the address yourself")
            child.expect("land on: ")
        child.close(force=True)
        if told:
            return
    pytest.fail("nothing was told")


def test_login_does_not_wait_for_a_browser(directory, conf, account):
    child = with_opener(directory, conf, account, "#!/bin/sh\nexec sleep 90\n")
    begin = time.monotonic()
    child.expect("land on: ")
    assert time.monotonic() - begin < PATIENCE
    child.close(force=True)


# Ctrl-C

def gone(pids):
    return wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids))


def test_login_ends_cleanly_by_ctrl_c(conf, account):
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                          encoding="utf-8")
    before = termios.tcgetattr(child.child_fd)
    child.expect("land on: ")
    helpers = descendants(child.pid)
    assert helpers
    child.sendintr()
    child.expect("\r\nInterrupted")
    child.expect(pexpect.EOF)
    assert termios.tcgetattr(child.child_fd) == before
    child.close()
    assert (child.exitstatus, child.signalstatus) == (None, signal.SIGINT)
    assert gone(helpers)


def test_login_revokes_the_token_of_an_exchange_that_ctrl_c_ended(genesys, conf, account):
    genesys.faults["users_me"] = Fault(delay=9)
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                          encoding="utf-8")
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect("Checking ...")
    assert genesys.log.wait_for_request("GET", "/api/v2/users/me")  # and is answered late
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.signalstatus == signal.SIGINT
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    assert list(genesys.log.tokens().values()) == [False]


def test_login_leaves_an_ignored_sigint_ignored(conf, account):
    child = pexpect.spawn("/bin/sh", ["-c", "trap '' INT; exec \"$@\"", "sh", GCPKCE, "login",
                                      "--conf", conf, "--user", account],
                          timeout=60, encoding="utf-8")
    child.expect("land on: ")
    child.sendintr()
    child.sendline("")
    child.expect("The answer was empty")
    child.close(force=True)


# the time is over

@pytest.mark.parametrize("words", [(), ("--browser",), ("--export",)],
                         ids=["plain", "browser", "export"])
@pytest.mark.parametrize("typed", ["", "code=half"])
def test_login_at_a_terminal_ends_when_its_time_is_over(
        genesys, directory, conf, account, words, typed):
    with open(conf, "a", encoding="utf-8") as file:
        file.write("timeout = 3\n")
    os.mkdir(f"{directory}/bin")
    os.symlink("/bin/true", f"{directory}/bin/xdg-open")
    child = pexpect.spawn(
        "/bin/sh", ["-c", '"$@"; echo "status=$?"; read -r rest; echo "rest=[$rest]"', "sh",
                    GCPKCE, "login", "--conf", conf, "--user", account, *words],
        timeout=PATIENCE, encoding="utf-8", env=dict(os.environ, PATH=f"{directory}/bin:/bin"))
    before = termios.tcgetattr(child.child_fd)
    child.expect("you land on: ")
    begin = time.monotonic()
    helpers = descendants(child.pid)
    assert len(helpers) > 1  # the command, and the helper below it
    child.send(typed)
    child.expect("decision: +timed_out: the time for signing in is over: "
                 "no answer came within 3 seconds\r\n")
    assert time.monotonic() - begin < 3 + PATIENCE / 4
    child.expect("status=1")
    assert termios.tcgetattr(child.child_fd) == before
    child.sendline("")
    child.expect_exact("rest=[]")
    child.expect(pexpect.EOF)
    child.close()
    assert gone(helpers)
    assert genesys.log.count("POST", "/oauth/token") == 0


@pytest.mark.parametrize("typed", ["", "code=half"])
def test_login_ends_in_time_where_its_input_is_a_silent_pipe(conf, account, typed):
    with open(conf, "a", encoding="utf-8") as file:
        file.write("timeout = 2\n")
    with subprocess.Popen([GCPKCE, "--json", "login", "--conf", conf, "--user", account],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        process.stdin.write(typed)
        process.stdin.flush()
        try:
            assert process.wait(timeout=PATIENCE) == 1
        finally:
            process.kill()
        assert json.loads(process.stdout.read())["outcome"] == "timed_out"


# an ordinary user

@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_login_works_for_an_ordinary_user(genesys, conf, account):
    child = pexpect.spawn("setpriv", [
        "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", GCPKCE, "login",
        "--conf", conf, "--user", account], timeout=60, encoding="utf-8", echo=False)
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect("decision:      ok")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_login_tells_an_ordinary_user_that_the_secret_is_root_s(conf, directory):
    with open(f"{directory}/secret", "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("secret\n")
    with open(conf, "a", encoding="utf-8") as file:
        file.write(f"client_secret_file = {directory}/secret\n")
    done = subprocess.run(
        ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", GCPKCE,
         "--json", "login", "--conf", conf],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    report = json.loads(done.stdout)
    assert report["outcome"] == "secret_unreadable"
    assert f"{directory}/secret" in report["cause"]
    assert "secret\n" not in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to the helper's account")
def test_login_prints_quotes_as_they_are(gcpkce, conf, account):
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    with open(conf, "w", encoding="utf-8") as file:
        file.write(re.sub("^helper_user.*", "helper_user = no-such-user", text, flags=re.MULTILINE))
    run = gcpkce("login", "--conf", conf, "--user", account)
    assert 'helper_user: "no-such-user" does not exist on this host' in run.out + run.err


# scopes

def scoped(genesys, *scopes):
    genesys.faults.override_token_info = {"authorizedScope": list(scopes)}


def test_login_warns_of_scopes_that_a_sign_in_does_not_need(genesys, conf, account):
    scoped(genesys, "user-basic-info", "users", "analytics:readonly")
    _, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert "more than a sign-in needs" in shown
    assert "users analytics:readonly" in shown


@pytest.mark.parametrize("settings, scopes", [
    ({}, ["user-basic-info"]), ({}, []),
    ({"export": "env"}, ["user-basic-info", "users"]),
    ({"require_group": ["groups"]}, ["user-basic-info", "groups:readonly", "users:readonly"])])
def test_login_warns_of_no_scope_that_is_wanted(genesys, conf, account, settings, scopes):
    scoped(genesys, *scopes)
    with open(conf, "a", encoding="utf-8") as file:
        for key, value in settings.items():
            value = "01234567-89ab-4cde-8f01-23456789ab01" if value == ["groups"] else value
            file.write(f"{key} = {value}\n")
    _, shown = sign_in(genesys, "alice", "login", "--conf", conf, "--user", account)
    assert "signed in:" in shown
    assert "more than a sign-in needs" not in shown
