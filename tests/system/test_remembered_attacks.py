# SPDX-License-Identifier: ISC
"""The table of attacks once more, each identity in a remembered sign-in.

A record is written as if the identity had signed in before; then a user with
the right key comes from the right host.  Whom the policy refuses is asked, as
if there were no record.  Rows about replies that are no identity are left out.
"""

import json
import pwd

import pytest

import hosts
import records
from attacks import ROWS, Row
from conftest import STACK
from records import text
from test_attacks import USER, body_of

SERVICE = "remembered"
HELD = [row for row in ROWS if not row.broken and row.reply == {} and row.outcome != "config_invalid" and not any(
    isinstance(part, bytes) for part in (row.user, row.token))]


def word(value):
    """A text of the record; what JSON has no text for is missing."""
    return text(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else "")


def inner(value, *names):
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def ids(items, needed):
    """A list of ids that the policy needs; items that have none are kept as such."""
    if not needed or not isinstance(items, list):
        return b"\0" + text("")
    found = [inner(item, "id") for item in items]
    return b"\1" + word(" ".join(
        value if isinstance(value, str) and " " not in value else "\n" for value in found))


def identity(user, token, conf):
    division = inner(user, "division")
    return b"".join((
        b"\0", word(""),  # genesys, which has no issuer
        word(user.get("id")), word(user.get("email")), word(user.get("state")),
        word(inner(token, "OAuthClient", "id")), word(inner(token, "organization", "id")),
        word(inner(token, "homeOrganization", "id")),
        b"\1" if "clonedUser" in token else b"\0", word(""),
        ids(user.get("groups"), "require_group" in conf),
        ids(inner(user, "authorization", "roles"), "require_role" in conf),
        ids([division] if division else None, "require_division" in conf)))


def uid_of(account):
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        return 3001


def test_most_rows_are_held_by_records():
    assert len(HELD) > 200
    assert sum(row.outcome == "ok" for row in HELD) > 20
    assert len(HELD) > 0.7 * len(ROWS)
    assert isinstance(HELD[0], Row)


@pytest.mark.parametrize("row", HELD, ids=lambda row: row.sentence)
def test_a_remembered_attack(house, genesys, people, journal, configure, settings, row):
    house.stack(SERVICE, STACK)
    changes = {"remember": 600, "attempts": 1, **row.conf}
    configure(**changes)
    house.map(*row.map)
    genesys.faults.override_user = row.user
    genesys.faults.override_token_info = row.token
    user, token = (json.loads(body_of(genesys, people, row, path)) for path in (USER, "tokens/me"))
    records.write(row.account, uid_of(row.account), SERVICE, {**settings, **changes},
                  identity(user, token, row.conf))
    genesys.log.clear()

    terminal = hosts.Terminal(house, [
        "pamtester", "-Itty=ssh", f"-Irhost={records.RHOST}", f"-ESSH_AUTH_INFO_0=publickey {records.KEY}",
        SERVICE, row.account, "authenticate"])
    if row.outcome == "ok":
        terminal.end()
        assert terminal.status == 0
        line, = journal.decisions()
        assert line["outcome"] == "ok" and line["token"] == "none"
        assert "authorize" not in terminal.transcript
    else:
        assert "authorize" in terminal.asked()
        terminal.hang_up()
        assert all(line["outcome"] != "ok" for line in journal.decisions())
        if not row.unopened:  # the record was found, and refused
            assert "not remembered: " in journal.text()
            assert "No such file" not in journal.text()
    assert genesys.log.count("POST", "/oauth/token") == 0
