#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the commands of docs/FLEET.md, and those of docs/INSTALL.md for the package.

usage: fleet.py LIBPAM_GCPKCE_DEB

As root in a tree that may be thrown away, where the package is installed.  The
playbook's hosts are this one, and its settings those of the fake server.
"""

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/tests/lib")
sys.dont_write_bytecode = True

import pexpect  # noqa: E402
import yaml  # noqa: E402

from browser import Browser  # noqa: E402
from documents import commands  # noqa: E402
from fake_server import FakeServer  # noqa: E402

FLEET = f"{ROOT}/packaging/fleet"
STACK, DROP_IN = "/etc/pam.d/sshd", "/etc/ssh/sshd_config.d/10-gcpkce.conf"
ON = ["sh", "/usr/share/doc/libpam-gcpkce/examples/fleet/sshd-stack", "on"]


def load(path):
    """A script without a suffix, as a module."""
    loader = importlib.machinery.SourceFileLoader("signin", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("signin", loader))
    loader.exec_module(module)
    return module


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run(command, directory):
    print("+", command, flush=True)
    subprocess.run(["sh", "-c", command], cwd=directory, check=True, stdin=subprocess.DEVNULL)


def copy_of_the_files(genesys, deb):
    """Where an administrator has them, with an inventory of his own."""
    place = tempfile.mkdtemp()
    shutil.copytree(FLEET, place, dirs_exist_ok=True)
    with open(f"{place}/inventory.yml", encoding="utf-8") as file:
        inventory = yaml.safe_load(file)
    group = inventory["gcpkce"]
    group["hosts"] = {"localhost": {"ansible_connection": "local"}}
    group["vars"].update(
        gcpkce_deb=os.path.abspath(deb),
        gcpkce_map=[f"alice id:{genesys.people['alice'].id}"],
        gcpkce_settings={
            "login_url": genesys.login_url, "api_url": genesys.api_url,
            "ca_file": genesys.ca_file, "client_id": genesys.clients["public"].id,
            "redirect_uri": genesys.clients["public"].redirect_uris[0],
            "organization": genesys.organization.id})
    with open(f"{place}/inventory.yml", "w", encoding="utf-8") as file:
        yaml.safe_dump(inventory, file)
    return place


def secrets(place):
    with open(f"{place}/secret", "w", encoding="utf-8") as file:
        file.write("the secret\n")
    for command in commands("docs/FLEET.md", "Secrets"):
        run(command, place)
    assert not os.path.exists(f"{place}/secret")
    assert "secret" not in read("/etc/credstore.encrypted/gcpkce")
    shown = subprocess.run(["systemd-creds", "decrypt", "--name=client_secret",
                            "/etc/credstore.encrypted/gcpkce", "-"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    assert shown == "the secret\n"


def roll_out(signin, genesys, place, directory):
    """On, a sign-in, off by the playbook; then on and off by the script."""
    before = read(STACK)
    play, back, off = commands("docs/FLEET.md", "Roll out")
    run(play, place)
    assert "pam_gcpkce.so" in read(STACK) and os.path.exists(DROP_IN)
    daemon, port = signin.sshd_start(directory)
    try:
        assert signin.sign_in(genesys, port, "alice")[1] == 0
        assert signin.sign_in(genesys, port, "bob")[1] == 255
    finally:
        daemon.terminate()
        daemon.wait()
    run(back, place)
    assert read(STACK) == before and not os.path.exists(DROP_IN)
    subprocess.run(ON, check=True)
    subprocess.run(ON, check=True)
    run(off, place)
    assert read(STACK) == before and not os.path.exists(DROP_IN)


def first_sign_in(signin, genesys, directory):
    """What a newcomer does with the package alone."""
    before = read(STACK)
    login, on, ssh, off = commands("docs/INSTALL.md", "The first sign-in with the package")
    signin.write_settings(genesys)
    with open("/etc/security/pam_gcpkce.map", "w", encoding="utf-8"):
        pass
    child = pexpect.spawn(login, encoding="utf-8", timeout=60)
    child.expect(r"\n(https://[^\r\n]+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect(r"id: +(\S+)\r\n")
    with open("/etc/security/pam_gcpkce.map", "w", encoding="utf-8") as file:
        file.write(f"alice id:{child.match.group(1)}\n")
    child.expect("not_mapped")
    child.expect(pexpect.EOF)
    run(on, directory)
    daemon, port = signin.sshd_start(directory)
    try:
        assert ssh.endswith("alice@HOST")  # with options of a test
        assert signin.sign_in(genesys, port, "alice")[1] == 0
    finally:
        daemon.terminate()
        daemon.wait()
    run(off, directory)
    assert read(STACK) == before


def without_a_server():
    """The check finds a fault: a stack stays what it is."""
    before = read(STACK)
    done = subprocess.run(ON, text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "everything is as before" in done.stderr, done
    assert read(STACK) == before


def main():
    signin = load(f"{ROOT}/packaging/debian/tests/signin")
    directory = tempfile.mkdtemp(prefix="gcpkce-")
    os.chmod(directory, 0o755)
    with FakeServer(directory) as genesys:
        place = copy_of_the_files(genesys, sys.argv[1])
        secrets(place)
        first_sign_in(signin, genesys, directory)
        roll_out(signin, genesys, place, directory)
        subprocess.run(ON, check=True)
    assert "pam_gcpkce.so" in read(STACK)
    without_a_server()
    assert os.path.exists(DROP_IN)
    subprocess.run([*ON[:2], "off"], check=True)
    without_a_server()
    assert not os.path.exists(DROP_IN)
    shutil.rmtree("/etc/security/pam_gcpkce.conf.d")
    for name in ("/etc/security/pam_gcpkce.fleet.map", "/etc/credstore.encrypted/gcpkce",
                 "/var/cache/libpam-gcpkce.deb"):
        os.unlink(name)
    print("fleet: users signed in, and the stack is as before")


main()
