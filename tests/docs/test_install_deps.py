# SPDX-License-Identifier: ISC
"""tools/install-deps, on a machine that is made up: its package manager and its programs."""

import os
import re
import shutil
import subprocess

import pytest

from named_tests import ROOT

NEEDED = ["csh", "sudo-rs"]


@pytest.fixture
def machine(tmp_path):
    """Has all packages but one; gives what apt-get and npm are asked for, by lines."""
    def run(*programs, known=(), missing="none", root=True, group=()):
        bin_dir = tmp_path / "bin"
        shutil.rmtree(bin_dir, ignore_errors=True)
        bin_dir.mkdir()

        def program(name, text):
            (bin_dir / name).write_text(f"#!/bin/sh\n{text}\n")
            (bin_dir / name).chmod(0o755)
        for name in ("grep", "env", "sh", "dirname", "mkdir"):
            os.symlink(shutil.which(name), bin_dir / name)
        for name in programs:
            program(name, "exit 0")
        program("id", f"echo {0 if root else 1000}")
        program("dpkg-query", f'for last; do :; done; [ "$last" = {missing} ] || echo installed')
        program("apt-cache", f'case " {" ".join(known)} " in *" $2 "*) exit 0 ;; esac; exit 100')
        log = tmp_path / "log"
        log.write_text("")
        program("apt-get", f'echo "$@" >> {log}')
        if "npm" in programs:
            program("npm", f'echo npm "$@" >> {log}')
        (tmp_path / "tools").mkdir(exist_ok=True)
        script = shutil.copy(f"{ROOT}/tools/install-deps", tmp_path / "tools" / "install-deps")
        done = subprocess.run([script, *group], env={"PATH": str(bin_dir)}, text=True,
                              capture_output=True, check=True, timeout=60)
        return log.read_text().splitlines(), done.stderr
    return run


def test_a_package_that_apt_does_not_know_is_left_out(machine):
    asked, _ = machine(known=["csh"], missing="make")
    assert asked[0].endswith("update")
    assert asked[1].split("install ")[1].split() == ["make", "csh"]


def test_with_nothing_else_missing_they_are_installed_too(machine):
    asked, _ = machine(known=NEEDED)
    assert asked[1].split("install ")[1].split() == NEEDED
    assert machine()[0] == []


def test_programs_that_are_there_need_no_package(machine):
    programs = ["bsd-csh", "sudo-rs"]
    assert machine(*programs, known=NEEDED)[0] == []
    asked, _ = machine(*programs[1:], known=NEEDED)
    assert asked[1].split("install ")[1].split() == ["csh"]


def test_without_root_they_are_listed(machine):
    asked, said = machine(known=NEEDED[:1], root=False)
    assert asked == []
    assert "MISSING: csh\n" in said


def test_oidc_provider_comes_by_npm_below_build(machine, tmp_path):
    [asked], _ = machine("node", "npm", group=["oidc"])
    words = asked.split()
    assert (words[:3], words[-1]) == (["npm", "install", "--prefix"], "oidc-provider@8")
    assert os.path.realpath(words[3]) == str(tmp_path / "build" / "oidc")
    os.makedirs(f"{words[3]}/node_modules/oidc-provider")
    assert machine("node", "npm", group=["oidc"])[0] == []
    asked, said = machine(known=["nodejs", "npm"], group=["oidc"])
    assert asked[1].split("install ")[1].split() == ["nodejs", "npm"]


def test_the_packages_that_a_package_is_built_with_are_there():
    with open(f"{ROOT}/packaging/debian/control", encoding="utf-8") as file:
        wanted = re.search(r"^Build-Depends: (.*?)^\S", file.read(), re.MULTILINE | re.DOTALL)[1]
    with open(f"{ROOT}/tools/install-deps", encoding="utf-8") as file:
        found = re.search(r"^build\)\n +apt_packages='(.*?)'", file.read(), re.MULTILINE | re.DOTALL)[1]
    names = {re.split(r"[ (|]", one.strip())[0] for one in wanted.split(",")}
    names -= {"debhelper-compat", "dh-sequence-installsysusers", "pkgconf"}  # debhelper, pkg-config
    assert names <= set(found.split())
    assert {"debhelper", "pkg-config", "git"} <= set(found.split())
