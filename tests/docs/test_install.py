# SPDX-License-Identifier: ISC
"""What `make install` puts below DESTDIR: pages whose links lead somewhere there."""

import os
import re
import shutil
import subprocess

import pytest

from named_tests import ROOT
from documents import commands

BUILD = os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default"))


def make(target, place):
    """Runs a target for a place, with what was built for the tests."""
    done = subprocess.run(
        ["make", "--no-print-directory", "--old-file=all", f"B={BUILD}", "prefix=/usr", target,
         f"DESTDIR={place}"], cwd=ROOT, text=True, capture_output=True, check=False,
        env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stdout + done.stderr


def files(place):
    return {os.path.relpath(os.path.join(directory, name), place)
            for directory, _, found in os.walk(place) for name in found}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    place = tmp_path_factory.mktemp("installed")
    make("install", place)
    return place


def test_each_relative_link_of_an_installed_page_leads_somewhere(installed):
    dead, alive = [], set()
    for page in sorted(name for name in files(installed) if name.endswith(".md")):
        with open(installed / page, encoding="utf-8") as file:
            targets = re.findall(r"\]\(([^)\s#]+)", file.read())
        for target in targets:
            if re.match(r"https?:|mailto:", target):
                continue
            there = os.path.exists(installed / os.path.dirname(page) / target)
            (alive.add if there else dead.append)((os.path.basename(page), target))
    assert dead == []
    assert ("README.md", "docs/CALLERS.md") in alive
    assert ("README.md", "docs/pictures/terminal.png") in alive


def test_the_helper_can_be_run_by_all_users_and_read_by_root_alone(installed):
    mode = (installed / "usr/libexec/gcpkce-helper").stat().st_mode
    assert oct(mode & 0o7777) == "0o711"


def test_uninstall_leaves_the_configuration_alone(tmp_path):
    make("install", tmp_path)
    assert len(files(tmp_path)) > 40
    make("uninstall", tmp_path)
    of_greeter = {"etc/gcpkce-greeter.conf"} if os.path.exists(f"{BUILD}/gcpkce-greeter") else set()
    assert files(tmp_path) == of_greeter | {
        "etc/security/pam_gcpkce.conf", "etc/security/pam_gcpkce.map"}
    for place in ("doc/pam_gcpkce", "pam_gcpkce"):
        assert not os.path.exists(tmp_path / "usr/share" / place)


def test_no_script_of_the_documents_is_run_from_the_documentation(installed):
    """A host may have none: dpkg's path-exclude."""
    found = set()
    for name in ("docs/INSTALL.md", "docs/FLEET.md", "packaging/debian/libpam-gcpkce.README.Debian",
                 "packaging/fleet/ansible.yml", "packaging/fleet/cloud-init.yaml"):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            text = file.read().replace("{{ gcpkce_scripts }}", "/usr/share/pam_gcpkce")
        here = re.findall(r"\bsh,? \"?(/[^\s\",]+)", text)
        assert here, name
        found.update(here)
    assert found == {f"/usr/share/pam_gcpkce/{name}" for name in ("settings", "sshd-stack")}
    for script in found:
        assert os.access(f"{installed}{script}", os.X_OK)
    with open(f"{installed}/usr/share/pam_gcpkce/sshd-stack", encoding="utf-8") as file:
        beside = set(re.findall(r"\$here/([\w.-]+)", file.read()))
    assert beside == {"sshd", "10-gcpkce.conf"}
    assert {f"usr/share/pam_gcpkce/{name}" for name in beside} <= files(installed)


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="there is no apt-get here")
def test_the_packages_of_the_build_can_be_installed():
    found = [re.sub(r"\./(build/deb/)?\S+_\*\.deb ", "", command)  # built by "make check-packages"
             for command in [*commands("docs/INSTALL.md", "Build and install"),
                             *commands("docs/WORKSTATIONS.md", "Install"),
                             *commands("docs/WORKSTATIONS.md", "Passkeys and Google: Chromium")]
             if command.startswith("apt")]
    assert len(found) == 6
    for command in found:
        assert re.match("apt(-get)? install( [a-z0-9+.-]+)+$", command)
        done = subprocess.run(["sh", "-c", f"{command} --simulate"], text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_commands_of_the_documents_build_install_and_uninstall(tmp_path):
    """As they stand, but with a build directory and a destination of the test's own."""
    host, package = tmp_path / "host", tmp_path / "package"

    def run(found):
        made = [command for command in found
                if command.startswith("make ") and command != "make deb"]  # test_packaging.py
        assert made
        for command in made:
            command = command.replace("DESTDIR=/tmp/package", f"DESTDIR={package}")
            if "install" in command and "DESTDIR" not in command:
                command += f" DESTDIR={host}"
            done = subprocess.run(
                ["sh", "-c", f"{command} B={tmp_path}/build CFLAGS='-O0 -w'"], cwd=ROOT, text=True,
                capture_output=True, check=False, env={"PATH": os.environ["PATH"]})
            assert done.returncode == 0, done.stdout + done.stderr

    run(commands("README.md", "Configure one host"))
    run(commands("docs/INSTALL.md", "Build and install"))
    assert files(host) == files(package)
    architecture = subprocess.run(["gcc", "-print-multiarch"], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout.strip()
    module = host / f"usr/lib/{architecture}/security/pam_gcpkce.so"
    assert b"\0/usr/libexec/gcpkce-helper\0" in module.read_bytes()
    for name in ("bin/gcpkce", "libexec/gcpkce-helper", "lib/sysusers.d/pam_gcpkce.conf"):
        assert (host / "usr" / name).exists()
    run(commands("docs/INSTALL.md", "Remove"))
    assert {os.path.dirname(name) for name in files(host)} == {"etc/security"}
