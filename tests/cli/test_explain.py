# SPDX-License-Identifier: ISC
"""gcpkce explain: what goes in, what comes out, and what never does.

The causes themselves have their rows in tests/unit/test_explain.c.
"""

import json
import os
import subprocess

import pexpect
import pytest

from conftest import CLIENT, GCPKCE

REFUSED = json.dumps({"error": "invalid_client", "description": "client not found",
                      "error_description": "client not found"})
SECRET = "s3cr3t-0123456789-abcdefghij"


def causes(run):
    return [(one["cause"], one["sure"]) for one in run.json["causes"]]


def test_explain_reads_standard_input(gcpkce):
    run = gcpkce("--json", "explain", stdin=REFUSED)
    assert run.status == 0
    assert run.json["version"] == 1
    assert run.json["outcome"] == "client_refused"
    assert (run.json["kind"], run.json["error"]) == ("token_error", "invalid_client")
    assert causes(run) == [("region", "reported"), ("client_id", "inferred"),
                           ("app_id", "inferred"), ("issuer", "inferred")]


def test_explain_reads_a_file_and_a_pipe(gcpkce, directory):
    with open(f"{directory}/body", "w", encoding="utf-8") as file:
        file.write("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n" + REFUSED)
    run = gcpkce("--json", "explain", f"{directory}/body")
    assert (run.json["status"], run.json["error"]) == (400, "invalid_client")
    piped = subprocess.run(["bash", "-c", f'{GCPKCE} explain <(cat "{directory}/body")'],
                           capture_output=True, text=True, timeout=60, check=False)
    assert piped.returncode == 0
    assert "does not know the client" in piped.stdout


def test_explain_says_meaning_and_for_each_cause_how_to_tell_and_what_to_change(gcpkce):
    run = gcpkce("explain", stdin=REFUSED)
    assert run.out.startswith("The login server does not know the client.\n")
    assert run.out.count("    tell:   ") == run.out.count("    change: ") == 4
    assert "(reported)\n" in run.out and "reported: by users" in run.out


def test_explain_compares_an_address_with_the_configuration(gcpkce, configure):
    conf = configure()
    run = gcpkce("--json", "explain", "--conf", conf,
                 stdin="http://signin.example.test:81/call?error=access_denied")
    assert causes(run)[0] == ("redirect_configured", "seen")
    assert (run.json["causes"][0]["text"] ==
            "this address has another redirect URI than the configuration")
    run = gcpkce("--json", "explain", "--conf", conf, stdin=(
        "https://login.mypurecloud.ie/oauth/authorize?response_type=code&client_id="
        f"{CLIENT[:-1]}9&redirect_uri=https://signin.example.test/callback/"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        "&code_challenge_method=S256"))
    assert {cause for cause, sure in causes(run) if sure == "seen"} == {
        "region", "client_id", "redirect_configured"}


@pytest.mark.parametrize("secret, there, absent", [
    (None, "secret_missing", "secret_wrong"), ("/x", "secret_wrong", "secret_missing")])
def test_explain_knows_from_the_configuration_whether_there_is_a_secret(
        gcpkce, configure, secret, there, absent):
    run = gcpkce("--json", "explain", "--conf", configure(client_secret_file=secret),
                 stdin='{"error":"invalid_client"}')
    named = [cause for cause, _ in causes(run)]
    assert there in named and absent not in named


def test_explain_tells_a_broken_configuration(gcpkce, configure):
    run = gcpkce("explain", "--conf", configure(timeout="soon"), stdin=REFUSED)
    assert (run.status, run.out) == (1, "")
    assert 'timeout: "soon"' in run.err


@pytest.mark.parametrize("text", [
    f"https://signin.example.test/callback?code={SECRET}&state={SECRET}",
    f"https://signin.example.test/callback#access_token={SECRET}",
    f"https://signin.example.test/callback?error={SECRET}&error_description={SECRET}",
    json.dumps({"access_token": SECRET, "token_type": SECRET}),
    json.dumps({"error": SECRET, "description": SECRET, "client_secret": SECRET}),
    json.dumps({"code": SECRET, "message": SECRET, "status": 401, "contextId": SECRET}),
    f'{{"error": "invalid_grant", "code": "{SECRET}',
    f"HTTP/1.1 401 {SECRET}\r\nAuthorization: Bearer {SECRET}\r\n\r\n{SECRET}",
    f"POST /oauth/token: 400 invalid_grant: {SECRET}; likely: {SECRET}",
    f"400 {SECRET}", f"grant_type=authorization_code&code_verifier={SECRET}&code={SECRET}",
    SECRET, f"\x1b[31m{SECRET}\x1b]0;{SECRET}\x07", f"429 \x1b[2J{SECRET}"])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_explain_repeats_nothing_of_its_input(gcpkce, text, options):
    run = gcpkce(*options, "explain", stdin=text)
    assert run.status in (0, 1)
    assert SECRET not in run.out + run.err
    assert "\x1b" not in run.out + run.err


def test_explain_says_what_it_takes(gcpkce):
    run = gcpkce("explain", stdin="hello")
    assert (run.status, run.out) == (1, "")
    assert "authorize address" in run.err
    run = gcpkce("--json", "explain", stdin="hello")
    assert (run.status, run.json["outcome"]) == (1, "reply_invalid")


def test_explain_reads_so_much_and_no_more(gcpkce):
    whole = '{"error":"invalid_grant"}'
    run = gcpkce("explain", stdin=whole + " " * (64 * 1024 - len(whole)))
    assert run.status == 0
    run = gcpkce("explain", stdin=whole + " " * (64 * 1024 - len(whole) + 1))
    assert (run.status, run.out) == (1, "")
    assert "65536 bytes" in run.err


@pytest.mark.parametrize("path", ["/nonexistent/file", "/"])
def test_explain_names_a_file_that_it_cannot_read(gcpkce, path):
    run = gcpkce("explain", path)
    assert (run.status, run.out) == (1, "")
    assert path in run.err


def test_explain_asks_for_it_on_a_terminal():
    child = pexpect.spawn(GCPKCE, ["explain"], timeout=60, encoding="utf-8")
    child.expect("Ctrl-D")
    child.sendline(REFUSED)
    child.sendeof()
    child.expect("region or login_url")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_explain_takes_one_file(gcpkce):
    assert gcpkce("explain", os.devnull, os.devnull).status == 2
