# SPDX-License-Identifier: ISC
"""Completion and manual: what the shells and gcpkce(1) make of the table."""

import os
import re
import shutil
import subprocess

import pexpect
import pytest

from conftest import BUILD, GCPKCE, ROOT

COMPLETION = os.path.join(ROOT, "etc/completion")
FILES = {"bash": "gcpkce.bash", "zsh": "_gcpkce", "fish": "gcpkce.fish"}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def summary():
    """The commands and their arguments, as --help has them."""
    text = subprocess.run([GCPKCE, "--help"], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^  gcpkce ([a-z]+) (.*)$", text, re.MULTILINE))


def options(arguments):
    return sorted(set(re.findall(r"--[a-z-]+", arguments)) | {"--json", "--help"})


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None,
                              reason=f"there is no {shell} here; see tools/install-deps")


@pytest.mark.parametrize("shell", FILES)
def test_completion_is_what_the_table_says(shell):
    tool = os.path.join(BUILD, "tools/completion")
    made = subprocess.run([tool, shell], capture_output=True, text=True, check=True).stdout
    assert made == read("etc/completion", FILES[shell]), "run make texts"


@pytest.mark.parametrize("command, arguments", summary().items())
def test_help_of_a_command_names_its_options(command, arguments):
    run = subprocess.run([GCPKCE, command, "--help"], capture_output=True, text=True, check=True)
    described = re.findall(r"^  (--[a-z-]+)[ A-Z]+ \S", run.stdout, re.MULTILINE)
    assert sorted({*described, "--help"}) == options(arguments)


# bash

BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gcpkce; printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words, cwd="/"):
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH, "bash", os.path.join(COMPLETION, FILES["bash"]), *words],
        capture_output=True, text=True, timeout=60, check=True, cwd=cwd)
    assert done.stderr == ""
    return sorted(done.stdout.split("\n")[:-1])


def test_bash_completes_commands():
    assert bash("gcpkce", "") == sorted([*summary(), "--json", "--help", "--version"])
    assert bash("gcpkce", "--json", "lo") == ["login", "logout"]


@pytest.mark.parametrize("command, arguments", summary().items())
def test_bash_completes_the_options_of(command, arguments):
    assert bash("gcpkce", command, "--") == options(arguments)


def test_bash_completes_values(directory):
    with open(f"{directory}/my own.conf", "w", encoding="utf-8"):
        pass
    assert bash("gcpkce", "login", "--conf", "my", cwd=directory) == ["my own.conf"]
    assert bash("gcpkce", "explain", "my", cwd=directory) == ["my own.conf"]
    assert bash("gcpkce", "login", "my", cwd=directory) == [""]
    assert bash("gcpkce", "login", "--user", "roo") == ["root"]
    assert bash("gcpkce", "pkce", "--verifier", "-") == [""]


def interactive(command, start):
    """A shell on a terminal of its own, after the lines of its start."""
    child = pexpect.spawn(command[0], command[1:], timeout=60, encoding="utf-8",
                          dimensions=(50, 200), env={
                              "TERM": "dumb", "PATH": os.environ["PATH"], "HOME": "/nonexistent",
                              "LC_ALL": "C.UTF-8", "PS1": "ready> "})
    child.expect("ready> ")
    for line in start:
        child.sendline(line)
        child.expect("ready> ")
    return child


def test_bash_completes_on_a_terminal():
    child = interactive(["bash", "--norc", "--noprofile", "-i"],
                        [f"source {COMPLETION}/{FILES['bash']}"])
    child.send("gcpkce who\t--i\t")
    child.expect_exact("whoami --ids ")
    child.close(force=True)


@needs("zsh")
def test_zsh_completes_on_a_terminal(directory):
    child = interactive(["zsh", "-f", "-i"], [
        f"fpath=({COMPLETION} $fpath)", "autoload -Uz compinit", f"compinit -u -d {directory}/dump"])
    child.send("gcpkce log\t\t")
    child.expect("login +-- sign in here")
    child.expect("logout +-- revoke")
    child.send("\x15gcpkce login --bro\t")
    child.expect("login --browser ")
    child.send("\x15gcpkce pkce --\t\t")
    child.expect("--challenge +-- the challenge to check")
    child.expect("--verifier +-- the code verifier")
    child.close(force=True)


def fish(text):
    done = subprocess.run(
        ["fish", "--no-config", "-c",
         f"source {COMPLETION}/{FILES['fish']}; complete -C '{text}'"],
        capture_output=True, text=True, timeout=60, check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    return sorted(line.split("\t")[0] for line in done.stdout.splitlines())


@needs("fish")
def test_fish_completes_commands():
    assert fish("gcpkce ") == sorted(summary())


@needs("fish")
@pytest.mark.parametrize("command, arguments", summary().items())
def test_fish_completes_the_options_of(command, arguments):
    assert fish(f"gcpkce {command} --") == sorted([*options(arguments), "--version"])


@needs("fish")
def test_fish_completes_values(directory):
    with open(f"{directory}/my.conf", "w", encoding="utf-8"):
        pass
    assert fish(f"gcpkce login --conf {directory}/my") == [f"{directory}/my.conf"]
    assert fish(f"gcpkce explain {directory}/my") == [f"{directory}/my.conf"]
    assert "root" in fish("gcpkce login --user roo")


def test_install_puts_completion_where_shells_look(directory):
    shown = {target: subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--old-file=all", f"B={BUILD}",
         f"DESTDIR={directory}", "prefix=/usr", target],
        cwd=ROOT, check=True, text=True, capture_output=True, env={"PATH": os.environ["PATH"]}).stdout
             for target in ("install", "uninstall")}
    for source, place in (("gcpkce.bash", "bash-completion/completions/gcpkce"),
                          ("_gcpkce", "zsh/site-functions/_gcpkce"),
                          ("gcpkce.fish", "fish/vendor_completions.d/gcpkce.fish")):
        where, name = os.path.split(f"{directory}/usr/share/{place}")
        assert re.search(rf"-m 0644 etc/completion/{source} {where}/({name})?$",
                         shown["install"], re.MULTILINE)
        assert f"rm -f {where}/{name}\n" in shown["uninstall"]


# the manual

def synopsis():
    """The commands of gcpkce(1)'s synopsis and their arguments, as --help would say them."""
    text = read("man/gcpkce.1").split(".Sh SYNOPSIS")[1].split(".Sh DESCRIPTION")[0]
    found = {}
    for entry in text.split(".Nm gcpkce\n")[1:]:
        lines = entry.strip().splitlines()
        command = [line.split()[1] for line in lines if line.startswith(".Cm")]
        if command:
            found[command[0]] = " ".join(lines[lines.index(f".Cm {command[0]}") + 1:])
    return found


def test_the_manual_has_every_command_with_its_options():
    manual = synopsis()
    assert list(manual) == list(summary())
    for command, arguments in summary().items():
        named = {"--" + word for word in re.findall(r"Fl -([a-z-]+)", manual[command])}
        assert sorted(named | {"--json", "--help"}) == options(arguments), command


def test_the_manual_describes_every_command_and_option():
    page = read("man/gcpkce.1")
    described = page.split(".Sh DESCRIPTION")[1]
    for command, arguments in summary().items():
        assert re.search(rf"^\.It Cm {command}\b", described, re.MULTILINE), command
        for option in options(arguments):
            assert re.search(rf"^\.It Fl (h , )?{option[1:]}\b", described, re.MULTILINE), option
