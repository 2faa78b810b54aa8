# SPDX-License-Identifier: ISC
"""The commands with which README.md and docs/ try a sign-in, as a user types them."""

import os
import re
import shutil
import signal
import subprocess

import pexpect
import pytest

from browser import Browser
from conftest import BUILD, ROOT
from documents import commands, sections
from fake_server import FakeServer
from waiting import PATIENCE, wait_until

TRIAL = "Try it without changing the host"
BLOCK = [line.strip() for line in dict(sections("README.md"))[TRIAL] if line.startswith("    ")]
PRINTED = [line.rstrip(". ") for line in BLOCK if re.match(r"[a-z ]+: .*\w", line)]
MAPPED = [line for line in BLOCK if re.match(r"[a-z]+ +id:", line)]


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


class Shell:
    """bash in the source directory of a user, whose prompt shows the status."""

    def __init__(self, directory):
        os.makedirs(f"{directory}/build")
        os.symlink(BUILD, f"{directory}/build/default")
        os.symlink(f"{ROOT}/tests", f"{directory}/tests")
        self.shown = ""
        self._bash = pexpect.spawn(
            "bash", ["--norc", "--noprofile"], cwd=directory, encoding="utf-8", echo=False,
            timeout=PATIENCE, dimensions=(24, 1000),
            env=dict(os.environ, PS1="@@$?@@ ", SHELL="/bin/bash"))
        self._prompt()

    def _prompt(self):
        self._bash.expect(r"@@(\d+)@@ ")
        self.shown = self._bash.before
        return int(self._bash.match.group(1))

    def run(self, command, browser=None):
        """Gives the status; with a browser, alice signs in when she is asked."""
        self._bash.sendline(command)
        if browser:
            self._bash.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
            address = self._bash.match.group(1)
            self._bash.expect("land on: ")
            self._bash.sendline(browser.sign_in(address, "alice"))
        return self._prompt()

    def close(self):
        self._bash.close(force=True)


@pytest.fixture
def shell(directory):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    shell = Shell(directory)
    yield shell
    shell.close()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(text)


@pytest.fixture
def trial(directory, genesys):
    """my.conf with the keys of README.md, and an empty my.map."""
    client = genesys.clients["public"]
    values = {
        "region": "eu-central-1", "client_id": client.id, "redirect_uri": client.redirect_uris[0],
        "organization": genesys.organization.id, "map_file": f"{directory}/my.map"}
    lines = dict(sections("README.md"))[TRIAL]
    shown = dict(re.findall(r"^    (\w+) += (.+)", "\n".join(lines), re.MULTILINE))
    assert list(shown) == list(values)
    assert all(shown[key] == values[key] for key in ("region", "client_id", "organization"))
    values.update(login_url=genesys.login_url, api_url=genesys.api_url, ca_file=genesys.ca_file)
    if os.geteuid() == 0:
        values["helper_user"] = "nobody"
    for name, text in (("my.conf", "".join(f"{key} = {value}\n" for key, value in values.items())),
                       ("my.map", "")):
        write(f"{directory}/{name}", text)


def test_the_commands_of_a_trial_work(shell, trial, genesys, directory):
    browser = Browser(genesys.ca_file)
    path, *rest = commands("README.md", "Try it without changing the host")
    assert shell.run(path) == 0
    for command in rest:
        if command.startswith("make "):
            continue  # is talked about
        status = shell.run(command, browser if "login" in command else None)
        if "login" in command:
            for line in PRINTED:
                assert line.replace("@example.com", "@example.test") in shell.shown
        else:
            assert status == 1 and f"{directory}/my.map" in shell.shown
    login, = (command for command in rest if "login" in command)
    for line in MAPPED:  # an account of any host in place of each
        write(f"{directory}/my.map", f"nobody {line.split(maxsplit=1)[1]}\n")
        assert shell.run(f"{login} --user nobody", browser) == 0
        assert "decision:      ok: signed in" in shell.shown
    write(f"{directory}/my.map", "")
    keep, *rest = commands("docs/INSTALL.md", "The configuration and the map")
    assert shell.run(keep, browser) == 0
    assert list(genesys.log.tokens().values()).count(True) == 1
    for command in rest:
        assert shell.run(command) == 0
        if "whoami" in command:
            assert f"id:{genesys.people['alice'].id}" in shell.shown
    assert not any(genesys.log.tokens().values())


def test_an_error_is_explained_as_troubleshooting_says(shell, trial, directory):
    with open(f"{directory}/what-came.txt", "w", encoding="utf-8") as file:
        file.write('POST /oauth/token: 400 invalid_grant: "the code is expired"\n')
    assert shell.run("PATH=$PWD/build/default/tests:$PATH") == 0
    for command in commands("docs/TROUBLESHOOTING.md", "Genesys Cloud refuses"):
        assert shell.run(command) == 0
        assert "code_refused" in shell.shown


def test_the_fake_server_is_started_as_contributing_says(shell, directory):
    make, start, play = (command.replace("/tmp/fake", f"{directory}/fake")
                         for command in commands("CONTRIBUTING.md", "The fake server"))
    assert shell.run(make) == 0
    with subprocess.Popen(["sh", "-c", start], cwd=directory, start_new_session=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as fake:
        try:
            assert wait_until(lambda: os.path.exists(f"{directory}/fake.conf")
                              and os.path.getsize(f"{directory}/fake.conf"))
            with open(f"{directory}/fake.conf", "a", encoding="utf-8") as file:
                file.write(f"map_file = {directory}/my.map\n"
                           + ("helper_user = nobody\n" if os.geteuid() == 0 else ""))
            with open(f"{directory}/my.map", "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o644)

            class Played:
                @staticmethod
                def sign_in(address, _):
                    return subprocess.run(
                        ["sh", "-c", play.replace("ADDRESS", address)], cwd=directory,
                        check=True, text=True, stdout=subprocess.PIPE).stdout.strip()

            shell.run("PATH=$PWD/build/default/tests:$PATH")
            shell.run("gcpkce login --conf ./fake.conf", Played)
            assert "signed in:     alice@" in shell.shown
        finally:
            os.killpg(fake.pid, signal.SIGKILL)
