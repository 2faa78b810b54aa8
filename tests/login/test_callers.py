# SPDX-License-Identifier: ISC
"""Programs and terminals that take or show only part of what there is."""

import pytest

import hosts

SUDO_MAX = 511  # bytes of an answer that sudo takes


def padded(address, length):
    """The address with a parameter that makes it as long."""
    return address + "&pad=" + "x" * (length - len(address) - 5)


def test_sudo_takes_an_answer_of_511_bytes_and_none_in_part(
        house, people, journal):
    terminal = hosts.Sudo(house).open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    terminal.answer(padded(answer, SUDO_MAX))
    terminal.session()
    terminal.leave()
    journal.decision("ok")
    terminal = hosts.Sudo(house).open("alice")
    answer = people["alice"].sign_in(terminal.asked())
    terminal.answer(padded(answer, SUDO_MAX + 1))
    terminal.end()
    assert "@@session" not in terminal.transcript
    journal.decision("aborted")


@pytest.mark.parametrize("kind", [hosts.Su, hosts.Login],
                         ids=lambda host: host.name)
def test_a_terminal_that_nothing_is_known_of_is_enough(
        house, people, kind, monkeypatch):
    monkeypatch.delitem(hosts.CLIENT_ENV, "TERM")
    monkeypatch.delitem(hosts.CLIENT_ENV, "LANG")
    terminal = kind(house).open("alice")
    shown = terminal.asked()
    assert all(char == "\n" or " " <= char <= "~" for char in shown)
    terminal.answer(people["alice"].sign_in(shown))
    assert terminal.session()[0] == "alice"
