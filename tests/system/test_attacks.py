# SPDX-License-Identifier: ISC
"""Every row of the table of attacks, by `gcpkce decide` and by the module.

Both judge the very same bytes: what the fake server answers is fetched once more
for decide.  A row's two outcomes must be the expected one, and so equal.
"""

import json
import os
import subprocess
import urllib.request

import pytest

import hosts
from attacks import ROWS
from conftest import BUILD, STACK
from faults import overridden
from waiting import wait_until

SERVICE = "attacked"
USER = "users/me?expand=groups&expand=authorization"
# pam_strerror's words, as pam-session prints them
WORDS = {
    "PAM_SUCCESS": "Success",
    "PAM_AUTH_ERR": "Authentication failure",
    "PAM_MAXTRIES": "Have exhausted maximum number of retries for service",
    "PAM_SERVICE_ERR": "Error in service module",
}


def body_of(genesys, people, row, path):
    """What the fake server says of the row's person, byte for byte."""
    request = urllib.request.Request(
        f"{genesys.api_url}/api/v2/{path}", headers={
            "Authorization": f"Bearer {genesys.issue_token(row.person)}"})
    context = people[row.person].browser_context
    with urllib.request.urlopen(request, context=context) as reply:
        return reply.read()


def decide(genesys, people, row):
    """The same identity through the command; gives its answer."""
    reply = overridden({"access_token": "a" * 86, "token_type": "bearer",
                        "expires_in": 86399}, row.reply).body
    parts = {"user": body_of(genesys, people, row, USER),
             "token": body_of(genesys, people, row, "tokens/me"),
             "reply": reply}
    text = b"{%s}" % b",".join(
        b'"%s":%s' % (name.encode(), body) for name, body in parts.items())
    done = subprocess.run(
        [os.path.join(BUILD, "tests/gcpkce"), "--json", "decide", "--user",
         row.account], input=text, capture_output=True, timeout=120,
        check=False)
    answer = json.loads(done.stdout)
    assert (done.returncode == 0) == (answer["outcome"] == "ok")
    return answer


def sign_in(house, people, row):
    """The same identity through libpam; gives pam-session's words."""
    terminal = hosts.Terminal(house, [
        os.path.join(BUILD, "tests/pam-session"), "/etc/pam.d", SERVICE,
        row.account, "/bin/true"])
    if not (row.outcome == "config_invalid" and row.conf):
        terminal.answer(people[row.person].sign_in(terminal.asked()))
    terminal.end()
    assert (terminal.status == 0) == (row.outcome == "ok")
    return terminal.transcript


def test_the_table_is_large_and_no_row_is_there_twice():
    assert len(ROWS) >= 80
    assert len({row.sentence for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sentence)
def test_attack(house, genesys, people, journal, configure, row):
    house.stack(SERVICE, STACK)
    configure(attempts=1, **row.conf)
    house.map(*row.map)
    genesys.faults.override_user = row.user
    genesys.faults.override_token_info = row.token
    genesys.faults.override_reply = row.reply
    for endpoint in row.broken:
        genesys.faults[endpoint] = {"status": 404}

    answer = decide(genesys, people, row)
    assert answer["outcome"] == row.outcome, answer["cause"]

    genesys.log.clear()
    shown = sign_in(house, people, row)
    logged = wait_until(lambda: [
        line["outcome"] for line in journal.decisions()
        if "attempt" in line or "ms" in line])
    assert logged == [row.outcome], shown
    # who could not sign in anyway hears the same as after a wrong code
    pam = "PAM_MAXTRIES" if row.unopened else answer["pam"]
    assert f"pam_authenticate: {WORDS[pam]}\n" in shown
    if row.unopened:
        assert genesys.log.count("POST", "/oauth/token") == 0
