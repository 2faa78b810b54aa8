# SPDX-License-Identifier: ISC
"""The same through sudo, su, login and pamtester."""

import pytest

import contract
import hosts
from browser import pair
from conftest import STACK
from house import SUDOERS

SUDO_QUESTION = "Code from the browser: "


class SudoWithPrompt(hosts.Sudo):
    """sudo -p replaces the text of our question, so the rest must stand
    before it."""

    name = "sudo -p"

    def open(self, account):
        return super().open(account, "-p", SUDO_QUESTION)


ALL = (hosts.Sudo, SudoWithPrompt, hosts.Su, hosts.Login, hosts.Pamtester)


@pytest.fixture(params=ALL, ids=lambda host: host.name)
def host(request, house):
    return request.param(house)


class SudoOfAnotherService(SudoWithPrompt):
    """pam_service in sudoers gives sudo a stack of another name."""

    name = "sudo -p, pam_service"
    service = "sudo-deploy"

    def open(self, account):
        self._house.write("/etc/sudoers", SUDOERS + "Defaults pam_service=sudo-deploy\n", 0o440)
        return super().open(account)


@pytest.fixture
def deploy(house):
    house.stack("sudo-deploy", STACK)
    yield SudoOfAnotherService(house)
    house.write("/etc/sudoers", SUDOERS, 0o440)


def test_sudo_of_another_service_shows_the_address(deploy, people, journal):
    terminal = deploy.open("alice")
    shown = terminal.asked(SUDO_QUESTION)
    assert "/oauth/authorize?" in shown
    terminal.answer(people["alice"].sign_in(shown))
    assert terminal.session()[0] == "ops"
    terminal.leave()
    assert journal.decision("ok")["service"] == "sudo-deploy"


def question(host):
    return SUDO_QUESTION if host.name == "sudo -p" else hosts.PASTE


def session_of(host, account):
    """Whose session it is, after a sign-in as the account."""
    if host.service == "sudo":
        return "ops"
    return "root" if host.name == "pamtester" else account


def keep_out(terminal, journal, outcome, sentence):
    terminal.end()
    assert "@@session" not in terminal.transcript
    assert sentence in terminal.transcript
    return journal.decision(outcome)


def test_the_right_person_gets_in_and_sees_the_token(
        host, people, journal, configure, genesys):
    configure(export="env")
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked(question(host))))
    name, env = terminal.session()
    assert name == session_of(host, "alice")
    assert contract.ours(env) == contract.EXPORTED
    assert env["GENESYSCLOUD_ACCESS_TOKEN"] in genesys.log.tokens()
    assert env["GCPKCE_USER_ID"] == people["alice"].id
    terminal.leave()
    assert terminal.status == 0
    decision = journal.decision("ok")
    assert decision["user"] == "alice"
    assert decision["service"] == host.service


def test_without_export_the_session_sees_nothing(host, people):
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked(question(host))))
    name, env = terminal.session()
    assert name == session_of(host, "alice")
    assert contract.ours(env) == set()


def test_a_wrong_person_is_kept_out(host, people, journal):
    terminal = host.open("alice")
    terminal.answer(people["bob"].sign_in(terminal.asked(question(host))))
    decision = keep_out(terminal, journal, "not_mapped", contract.DENIED)
    assert decision["subject"] == people["bob"].id


def test_the_second_attempt_works(host, people):
    terminal = host.open("alice")
    used = "B" * 43
    first = terminal.asked(question(host))
    terminal.answer(pair(used, first))
    second = terminal.asked(question(host))
    assert contract.REFUSED in second
    answer = people["alice"].sign_in(second)
    assert answer != people["alice"].sign_in(first)
    terminal.answer(answer)
    assert terminal.session()[0] == session_of(host, "alice")


def test_three_wrong_answers_are_the_end(host, people, journal, genesys):
    terminal = host.open("alice")
    shown = terminal.asked(question(host))
    terminal.answer("")
    assert contract.EMPTY in terminal.asked(question(host))
    terminal.answer("no code here?")
    assert contract.NO_CODE in terminal.asked(question(host))
    terminal.answer(people["alice"].cancel(shown))
    keep_out(terminal, journal, "signin_refused", contract.CANCELLED)
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_an_end_of_file_is_a_denial(host, journal, configure):
    configure(attempts=1)
    terminal = host.open("alice")
    terminal.asked(question(host))
    terminal.press_eof()
    terminal.end()
    assert "@@session" not in terminal.transcript
    # sudo's conversation fails; the others' gives an empty answer
    journal.decision("aborted" if host.service == "sudo" else "answer_empty")


def test_a_server_that_is_away_refuses_all_users(
        host, people, journal, genesys):
    terminal = host.open("alice")
    answer = people["alice"].sign_in(terminal.asked(question(host)))
    genesys.refuse("api")
    try:
        terminal.answer(answer)
        keep_out(terminal, journal, "unreachable", contract.LATER)
    finally:
        genesys.listen("api")


def test_a_person_who_leaves_takes_the_helper_along(host, house, configure):
    configure(preconnect="no")  # which has a process more
    terminal = host.open("alice")
    terminal.asked(question(host))
    assert len(house.processes("gcpkce-helper")) == 1
    terminal.close_window()
    assert house.wait_until_gone("gcpkce-helper") == []


def test_a_person_who_leaves_in_the_exchange_takes_the_helper_along(
        host, house, genesys, people, configure):
    """sudo holds the hang-up back until PAM has answered, so that the
    request's own limit ends it."""
    limit = 1 if host.service == "sudo" else 85
    configure(connect_timeout=3, request_timeout=limit)
    genesys.faults["token"] = {"delay": 90}
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked(question(host))))
    assert genesys.log.wait_for_request("POST", "/oauth/token")
    terminal.close_window()
    assert house.wait_until_gone("gcpkce-helper") == []


@pytest.mark.parametrize("kind", [hosts.Sshd, *ALL],
                         ids=lambda host: host.name)
def test_a_session_is_the_same_as_without_the_module(house, people, kind):
    host = kind(house)
    ours = f"session optional pam_exec.so quiet stdout {house.session}\n"
    extra = ours if kind is hosts.Pamtester else ""
    house.stack(host.service, "auth required pam_permit.so\n"
                "account required pam_permit.so\n"
                "session required pam_permit.so\n" + extra)
    without = state(host.open("alice").session())
    house.stack(host.service, "auth required {module}\n"
                "account required pam_permit.so\n"
                "session required {module}\n" + extra)
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked(question(host))))
    assert state(terminal.session()) == without
    if kind is hosts.Sshd:
        host.stop()


def state(session):
    """What a host hands on to a session, and the names it sets."""
    account, env = session
    handed_on = {name: value for name, value in env.items()
                 if name.startswith("STATE_")}
    assert len(handed_on) == 8
    return account, handed_on, set(env)


@pytest.mark.parametrize("kind", [hosts.Login, hosts.Pamtester],
                         ids=lambda host: host.name)
def test_an_unknown_account_is_asked_like_any_other(
        house, people, journal, configure, kind):
    configure(attempts=1)
    terminal = kind(house).open("absent-user")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    keep_out(terminal, journal, "user_unknown", contract.REFUSED)
