# SPDX-License-Identifier: ISC
"""People with a language of their own, before hosts that ask for it."""

import os
import shutil

import pytest

import contract
import hosts
from conftest import BUILD
from machine import mount, run

PASTE = ("Fügen Sie ein, was die Schaltfläche kopiert, oder die ganze Adresse der Seite, auf "
         "der Sie landen: ")
SIGN_IN = "Melden Sie sich innerhalb von "
DENIED = ("Diese Anmeldung gibt keinen Zugriff auf dieses Konto. Prüfen Sie den Benutzernamen, und wer auf der"
          " Seite angemeldet ist.")


PLACE = "/usr/lib/locale"  # setuid programs look nowhere else
LOCALES = f"{BUILD}/tests/locale"


@pytest.fixture(scope="module", autouse=True)
def locales(house):
    """Real locales: in C.UTF-8, newer releases of glibc ask no catalogue."""
    if not os.path.exists(f"{BUILD}/locale/de/LC_MESSAGES/pam_gcpkce.mo"):
        pytest.skip("there was no msgfmt to build with")
    if not os.path.exists(LOCALES):
        pytest.skip("there was no localedef to build with (package locales)")
    ours = house.path("locales")
    if os.path.exists(PLACE):
        shutil.copytree(PLACE, ours)
    shutil.copytree(LOCALES, ours, dirs_exist_ok=True)
    os.makedirs(PLACE, exist_ok=True)
    mount("--bind", ours, PLACE)
    yield
    run("umount", "--lazy", PLACE)
    shutil.rmtree(ours)


@pytest.fixture(autouse=True)
def german(monkeypatch):
    monkeypatch.setitem(hosts.CLIENT_ENV, "LANG", "en_US.UTF-8")
    monkeypatch.setitem(hosts.CLIENT_ENV, "LANGUAGE", "de")


@pytest.mark.parametrize("kind", [hosts.Su, hosts.Sudo],
                         ids=lambda host: host.name)
def test_a_host_with_a_language_asks_in_it(house, people, kind, journal):
    sign_in_in_german(kind, house, people, journal)


def test_login_asks_in_the_language_of_its_locale(
        house, people, journal, monkeypatch):
    """login keeps no LANGUAGE."""
    monkeypatch.delitem(hosts.CLIENT_ENV, "LANGUAGE")
    monkeypatch.setitem(hosts.CLIENT_ENV, "LANG", "de_DE.UTF-8")
    sign_in_in_german(hosts.Login, house, people, journal)


def sign_in_in_german(kind, house, people, journal):
    terminal = kind(house).open("alice")
    shown = terminal.asked(PASTE)
    assert SIGN_IN in shown
    terminal.answer(people["alice"].sign_in(shown))
    terminal.session()
    terminal.leave()
    assert journal.decision("ok")["user"] == "alice"


def test_a_refusal_is_in_that_language_too(house, people, journal):
    terminal = hosts.Su(house).open("alice")
    terminal.answer(people["bob"].sign_in(terminal.asked(PASTE)))
    terminal.end()
    assert DENIED in terminal.transcript
    journal.decision("not_mapped")


@pytest.mark.parametrize("kind", [hosts.Su, hosts.Sudo, hosts.Login],
                         ids=lambda host: host.name)
def test_a_host_in_the_c_locale_asks_in_ascii(house, kind, monkeypatch):
    monkeypatch.setitem(hosts.CLIENT_ENV, "LANG", "C")
    terminal = kind(house).open("alice")
    assert contract.SIGN_IN in terminal.asked()
    assert terminal.transcript.isascii()


def test_sshd_has_no_language_and_asks_in_english(sshd):
    terminal = sshd.open("alice", "-o", "SendEnv=LANG LANGUAGE")
    assert contract.SIGN_IN in terminal.asked()
