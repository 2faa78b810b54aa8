#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the commands of docs/FLEET.md, and those of docs/INSTALL.md for the package.

usage: fleet.py [--first-boot] LIBPAM_GCPKCE_DEB

As root in a tree that may be thrown away, where the package is installed.  The
playbook's hosts are this one, and its settings those of the fake server.  With
--first-boot cloud-init does its work, and the package is not installed before.
"""

import contextlib
import hashlib
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


def settings_of(genesys):
    client = genesys.clients["public"]
    return {"login_url": genesys.login_url, "api_url": genesys.api_url,
            "ca_file": genesys.ca_file, "client_id": client.id,
            "redirect_uri": client.redirect_uris[0], "organization": genesys.organization.id}


@contextlib.contextmanager
def sshd(signin, directory):
    """sshd with the stack of this host; gives its port."""
    daemon, port = signin.sshd_start(directory)
    try:
        yield port
    finally:
        daemon.terminate()
        daemon.wait()


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
        gcpkce_settings=settings_of(genesys))
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
    with sshd(signin, directory) as port:
        assert signin.sign_in(genesys, port, "alice")[1] == 0
        assert signin.sign_in(genesys, port, "bob")[1] == 255
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
    with sshd(signin, directory) as port:
        assert ssh.endswith("alice@HOST")  # with options of a test
        assert signin.sign_in(genesys, port, "alice")[1] == 0
    run(off, directory)
    assert read(STACK) == before


def without_a_server():
    """The check finds a fault: a stack stays what it is."""
    before = read(STACK)
    done = subprocess.run(ON, text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "everything is as before" in done.stderr, done
    assert read(STACK) == before


# Of cloud-init's modules those that the example configures: others would change
# the disk and the network that the tree shares with its machine.
MODULES = {
    "datasource_list": ["NoCloud"], "network": {"config": "disabled"},
    "cloud_init_modules": ["write-files", "users-groups"],
    "cloud_config_modules": ["apt-configure", "runcmd"],
    "cloud_final_modules": ["package-update-upgrade-install", "scripts-user"]}
STAGES = ("init --local", "init", "modules --mode=config", "modules --mode=final")


def repository(deb):
    """A repository with the package alone; gives its line for apt."""
    place = tempfile.mkdtemp(dir="/var/cache")
    os.chmod(place, 0o755)
    shutil.copy(deb, place)
    with open(deb, "rb") as file:
        data = file.read()
    fields = subprocess.run(["dpkg-deb", "-f", deb], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    with open(f"{place}/Packages", "w", encoding="utf-8") as file:
        file.write(f"{fields}Filename: ./{os.path.basename(deb)}\nSize: {len(data)}\n"
                   f"SHA256: {hashlib.sha256(data).hexdigest()}\n")
    return f"deb [trusted=yes] file:{place} ./"


def user_data(genesys, deb, key):
    """The example, with the fake server's settings and this repository and key."""
    config = yaml.safe_load(read(f"{FLEET}/cloud-init.yaml"))
    config["apt"]["sources"]["gcpkce"] = {"source": repository(deb)}
    config["users"][1]["ssh_authorized_keys"] = [key]
    settings, lines = config["write_files"]
    settings["content"] = "".join(f"{name} = {value}\n" for name, value in {
        **settings_of(genesys), "map_file": lines["path"]}.items())
    lines["content"] = f"alice id:{genesys.people['alice'].id}\n"
    return "#cloud-config\n" + yaml.safe_dump(config)


def first_boot(signin, genesys, deb, directory):
    """cloud-init on a new host: a user signs in, and the other way in is open."""
    subprocess.run(["cloud-init", "schema", "--config-file", f"{FLEET}/cloud-init.yaml"], check=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{directory}/key"], check=True)
    seed = "/var/lib/cloud/seed/nocloud"
    os.makedirs(seed, exist_ok=True)
    for path, text in ((f"{seed}/user-data", user_data(genesys, deb, read(f"{directory}/key.pub"))),
                       (f"{seed}/meta-data", "instance-id: first\n"),
                       ("/etc/cloud/cloud.cfg.d/99_modules.cfg", yaml.safe_dump(MODULES))):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    for stage in STAGES:
        run(f"cloud-init {stage}", directory)
    assert "pam_gcpkce.so" in read(STACK) and os.path.exists(DROP_IN)
    with sshd(signin, directory) as port:
        assert signin.sign_in(genesys, port, "alice")[1] == 0
        assert signin.sign_in(genesys, port, "bob")[1] == 255
        shown = subprocess.run(
            ["ssh", "-F", "none", "-i", f"{directory}/key", "-p", str(port), "-o", "BatchMode=yes",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "breakglass@127.0.0.1", "id -un"], check=True, text=True, stdout=subprocess.PIPE).stdout
        assert shown == "breakglass\n"
    subprocess.run([*ON[:2], "off"], check=True)
    for name in ("alice", "breakglass"):
        subprocess.run(["userdel", "--remove", name], check=True)


def main():
    if sys.argv[1] == "--first-boot":
        signin, directory = load(f"{ROOT}/packaging/debian/tests/signin"), temporary()
        with FakeServer(directory) as genesys:
            first_boot(signin, genesys, sys.argv[2], directory)
    else:
        fleet()


def temporary():
    directory = tempfile.mkdtemp(prefix="gcpkce-")
    os.chmod(directory, 0o755)
    return directory


def fleet():
    signin = load(f"{ROOT}/packaging/debian/tests/signin")
    directory = temporary()
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
