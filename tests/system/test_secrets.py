# SPDX-License-Identifier: ISC
"""Codes, verifiers, tokens and client secrets are found nowhere."""

import base64
import contextlib
import os
import subprocess
import threading
import time

import pytest

import hosts
from browser import pair
from faults import REMOVED, Fault
from house import process_ids

NOT_SHOWN = "(not shown: it repeats a secret)"
GROUP = "6f1c2a9e-0000-4000-8000-0000000000d1"


class Watch:
    """Reads argv and environ of every process, over and over."""

    def __init__(self):
        self.seen = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _look(self):
        while not self._stop.is_set():
            self.look_once()
            time.sleep(0.002)

    def look_once(self):
        for pid in process_ids():
            for name in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{name}", "rb") as file:
                        self.seen.add((name, file.read()))
                except OSError:
                    continue  # it ended meanwhile


def files_below(*directories, but, newer_than=0.0):
    """(path, content) of every regular file that is not below `but`.

    find looks at half a million files of others in a second.
    """
    paths = subprocess.run(
        ["find", *directories, "-path", but, "-prune", "-o", "-type", "f",
         "-newerct", f"@{newer_than}", "-print0"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=False).stdout.split(b"\0")
    for path in filter(os.path.isfile, paths[:-1]):  # find takes /dev/zero for one
        with contextlib.suppress(OSError):  # it went meanwhile
            with open(path, "rb") as file:
                yield os.fsdecode(path), file.read()


def forms(secret):
    """A secret as it may be written somewhere."""
    raw = secret.encode()
    return {raw, base64.b64encode(raw), raw.hex().encode()}


@pytest.fixture(params=["public", "confidential"])
def client(request, genesys, house, settings):
    """Configure this client; gives the secret that it has."""
    client = genesys.clients[request.param]
    settings["client_id"] = client.id
    if client.secret is None:
        return None
    path = house.write("/etc/security/pam_gcpkce.secret", client.secret,
                       0o600)
    settings["client_secret_file"] = path
    return client.secret


@pytest.mark.parametrize("host", [hosts.Sshd, hosts.Sudo, hosts.Su],
                         ids=lambda host: host.name)
def test_no_secret_of_a_sign_in_is_found_anywhere(
        house, people, genesys, journal, configure, client, host):
    configure()
    started = time.time() - 1
    entrance = host(house)
    if host is hosts.Sshd:
        entrance.start("LogLevel DEBUG3")
    with Watch() as watch:
        terminal = entrance.open("alice")
        shown = terminal.asked()
        terminal.answer(pair(people["alice"].code(shown) + "x", shown))
        terminal.answer(people["alice"].sign_in(terminal.asked()))
        _, env = terminal.session()
        watch.look_once()
        inside = files(house, started)
        terminal.leave()
        assert house.wait_until_gone("gcpkce-helper") == []
    if host is hosts.Sshd:
        entrance.stop()

    places = [*watch.seen, *inside, *files(house, started),
              ("the journal", journal.text().encode()),
              ("the session", repr(env).encode())]
    secrets = genesys.log.secrets()
    assert len(genesys.log.codes()) == 2
    assert len(genesys.log.verifiers()) == 2
    assert genesys.log.tokens()
    assert len(watch.seen) > 3
    for secret in secrets | ({client} if client else set()):
        for form in forms(secret):
            assert found(form, places) == []


def found(form, places):
    """Names the places that hold it, but for the one where it belongs."""
    return [place for place, content in places
            if form in content and not place.endswith("pam_gcpkce.secret")]


@pytest.mark.parametrize("client, endpoint, status, first", [
    ("public", "token", 503, "body"),
    ("confidential", "token", 503, "body"),
    ("confidential", "token", 500, "headers"),
    ("confidential", "users_me", 403, "headers"),
    ("public", "user", 403, "headers"),
    ("public", "revoke", 403, "headers"),
], indirect=["client"])
def test_no_secret_that_a_server_quotes_is_found_anywhere(
        house, people, genesys, journal, settings, configure, client,
        endpoint, status, first):
    if endpoint == "user":  # which is asked for what users/me left out
        settings["require_group"] = GROUP
        genesys.faults.override_user = {"groups": REMOVED}
    configure()
    genesys.faults[endpoint] = Fault(status=status, echo=first)
    started = time.time() - 1
    terminal = hosts.Su(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    if endpoint == "revoke":
        terminal.session()
        terminal.leave()
        journal.wait("outcome=revoke_failed")
    else:
        terminal.end()
    assert house.wait_until_gone("gcpkce-helper") == []

    places = [*files(house, started),
              ("the journal", journal.text().encode())]
    secrets = genesys.log.secrets()
    assert NOT_SHOWN in journal.text()
    assert genesys.log.codes() and genesys.log.verifiers()
    assert genesys.log.tokens() or endpoint == "token"
    if client:
        basic = f"{settings['client_id']}:{client}"
        secrets |= {client, base64.b64encode(basic.encode()).decode()}
    for secret in secrets:
        for form in forms(secret):
            assert found(form[:12], places) == []


def test_an_earlier_code_in_a_pasted_error_is_not_logged(
        house, people, genesys, journal):
    terminal = hosts.Su(house).open("alice")
    shown = terminal.asked()
    code = people["alice"].code(shown) + "x"
    terminal.answer(pair(code, shown))
    terminal.asked()
    terminal.answer(f"https://signin.example.test/callback?error=access_denied"
                    f"&error_description=no%20use%20of%20{code}")
    terminal.asked()
    terminal.press_eof()
    terminal.end()
    assert NOT_SHOWN in journal.decision("signin_refused")["cause"]
    assert code[:12] not in journal.text()


def test_an_identity_that_repeats_the_token_is_no_identity(
        house, people, genesys, journal):
    genesys.faults["users_me"] = {"delay": 2}
    terminal = hosts.Su(house).open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert genesys.log.wait_for_request("GET", "/api/v2/users/me")
    (token,) = genesys.log.tokens()
    genesys.faults.override_user = {"email": f"{token}@example.test"}
    terminal.end()
    assert journal.decision("reply_invalid")["cause"] == (
        "GET /api/v2/users/me: a field repeats the token")
    assert token[:12] not in journal.text()


def test_a_person_whose_name_begins_like_the_code_is_let_in(
        house, people, genesys, journal):
    terminal = hosts.Su(house).open("alice")
    shown = terminal.asked()
    code = people["alice"].code(shown)
    genesys.faults.override_user = {"email": f"{code[:20]}@example.test"}
    terminal.answer(pair(code, shown))
    terminal.session()
    journal.decision("ok")


def files(house, started):
    """All that lies about where the sign-in could have left something."""
    build = house.path("build")  # hundreds of files, which are older
    ours = [*files_below(house.directory, "/run", house.logs, but=build)]
    assert ours
    return ours + [*files_below(
        build, "/tmp", "/var/tmp", "/dev/shm", "/var/lib/sudo",
        newer_than=started, but=house.directory)]
