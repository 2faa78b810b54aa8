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
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/tests/lib")
sys.dont_write_bytecode = True

import pexpect  # noqa: E402
import yaml  # noqa: E402

from browser import Browser  # noqa: E402
from documents import commands  # noqa: E402
from fake_server import FakeServer  # noqa: E402
from signin_script import load  # noqa: E402

FLEET = f"{ROOT}/packaging/fleet"
STACK, DROP_IN = "/etc/pam.d/sshd", "/etc/ssh/sshd_config.d/10-gcpkce.conf"
MAP = "/etc/security/pam_gcpkce.fleet.map"
SETTINGS = "/etc/security/pam_gcpkce.conf.d/50-fleet.conf"
DATA = "/usr/share/pam_gcpkce"
ON, OFF = (["sh", f"{DATA}/sshd-stack", word] for word in ("on", "off"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


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
    """Where an administrator has them, with an inventory of two hosts, both of which are this one."""
    place = tempfile.mkdtemp()
    shutil.copytree(FLEET, place, dirs_exist_ok=True)
    shutil.copy(deb, place)
    inventory = yaml.safe_load(read(f"{place}/inventory.yml"))
    group = inventory["gcpkce"]
    alice = f"alice id:{genesys.people['alice'].id}"
    group["hosts"] = {name: {"ansible_connection": "local", "gcpkce_map": [f"# {name}", alice]}
                      for name in ("canary01", "bastion01")}
    group["vars"].update(gcpkce_deb=os.path.basename(deb), gcpkce_settings=settings_of(genesys))
    del group["vars"]["gcpkce_map"]
    write(f"{place}/inventory.yml", yaml.safe_dump(inventory, sort_keys=False))
    return place


def secrets(place):
    write(f"{place}/secret", "the secret\n")
    for command in commands("docs/FLEET.md", "Secrets"):
        run(command, place)
    assert not os.path.exists(f"{place}/secret")
    assert "secret" not in read("/etc/credstore.encrypted/gcpkce")
    shown = subprocess.run(["systemd-creds", "decrypt", "--name=client_secret",
                            "/etc/credstore.encrypted/gcpkce", "-"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    assert shown == "the secret\n"


def answer_the_canary(play, place, word):
    """The play in a terminal, where the word is typed; gives its exit status."""
    child = pexpect.spawn("sh", ["-c", play], cwd=place, encoding="utf-8", timeout=300)
    child.logfile_read = sys.stdout
    child.expect("Sign in to canary01 from a new window")
    child.sendline(word)
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def refused(command, place=None):
    """What a command says that fails."""
    done = subprocess.run(command, cwd=place, text=True, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    assert done.returncode != 0
    return done.stdout


def changed_last():
    """The host that the play changed last, as the map says."""
    return read(MAP).splitlines()[0]


def roll_out(signin, genesys, place, directory):
    """The canary alone until it passed, a sign-in, and the way back; then by the script."""
    before = read(STACK)
    play, passed, back, off = commands("docs/FLEET.md", "Roll out")
    assert "The other hosts are not changed" in refused(["sh", "-c", play], place)
    assert changed_last() == "# canary01"
    assert "pam_gcpkce.so" in read(STACK) and os.path.exists(DROP_IN)
    with sshd(signin, directory) as port:
        assert signin.sign_in(genesys, port, "alice")[1] == 0
        assert signin.sign_in(genesys, port, "bob")[1] == 255
    assert answer_the_canary(play, place, "") != 0 and changed_last() == "# canary01"
    assert answer_the_canary(play, place, "passed") == 0 and changed_last() == "# bastion01"
    another_version(passed, place)
    settings_with_a_fault(passed, place)
    run(back, place)
    assert read(STACK) == before and not os.path.exists(DROP_IN)
    subprocess.run(ON, check=True)
    subprocess.run(ON, check=True)
    run(off, place)
    assert read(STACK) == before and not os.path.exists(DROP_IN)


def version():
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libpam-gcpkce"], check=True,
                          text=True, stdout=subprocess.PIPE).stdout


def another_version(play, place):
    """A later package, and back."""
    first = version()
    for command in (f"dpkg-deb -R *{first}*.deb later", "sed -i 's/^Version: .*/&+later/' later/DEBIAN/control",
                    "dpkg-deb --root-owner-group -b later later.deb",
                    f"{play} -e gcpkce_deb=later.deb"):
        run(command, place)
    assert version() == f"{first}+later"
    run(play, place)
    assert version() == first


def settings_with_a_fault(play, place):
    """The check finds it before they are in force, where users sign in already."""
    before = read(SETTINGS), read(MAP), read(STACK)
    said = refused(["sh", "-c", f"""{play} -e '{{"gcpkce_settings": {{"timeout": "soon"}}}}'"""], place)
    assert "those in force stay" in said and "is not a whole number" in said
    said = refused(["sh", "-c", f"""{play} -e '{{"gcpkce_map": ["alice"]}}'"""], place)
    assert "those in force stay" in said
    assert (read(SETTINGS), read(MAP), read(STACK)) == before


def set_up_by_hand():
    """A stack that names the module and was not saved stays, and so does its drop-in."""
    before = read(STACK)
    shutil.copy(f"{DATA}/sshd", STACK)
    write(DROP_IN, "KbdInteractiveAuthentication yes\n")
    for command, words in ((ON, "names pam_gcpkce.so already"), (OFF, "no stack was saved")):
        assert words in refused(command)
        assert read(STACK) == read(f"{DATA}/sshd")
        assert read(DROP_IN) == "KbdInteractiveAuthentication yes\n"
    write(STACK, before)
    subprocess.run(OFF, check=True)
    assert (read(STACK), read(DROP_IN)) == (before, "KbdInteractiveAuthentication yes\n")


def edited_meanwhile():
    """The drop-in from before comes back, and the latest stack without the module."""
    before, drop_in = read(STACK), read(DROP_IN)
    assert "does not name pam_gcpkce.so" in refused([*ON, STACK])
    for later in ("# on follows\n", "# off follows\n"):
        subprocess.run(ON, check=True)
        assert read(DROP_IN) == read(f"{DATA}/10-gcpkce.conf")
        write(STACK, before + later)
    subprocess.run(ON, check=True)
    subprocess.run(OFF, check=True)
    assert (read(STACK), read(DROP_IN)) == (before + "# off follows\n", drop_in)
    subprocess.run(ON, check=True)
    write(STACK, before)
    subprocess.run(OFF, check=True)
    assert (read(STACK), read(DROP_IN)) == (before, drop_in)
    os.unlink(DROP_IN)


def sshd_does_not_reload(directory):
    """The unit has the name of Debian or of Fedora; without a reload nothing changes."""
    before = read(STACK)
    os.makedirs("/run/systemd/system")  # systemctl fails: there is no systemd
    assert "sshd does not reload" in refused(ON)
    assert read(STACK) == before and not os.path.exists(DROP_IN)
    for unit in ("ssh", "sshd"):
        write(f"{directory}/systemctl", f'#!/bin/sh\necho "$@" >>{directory}/$1\ntest "$2" = {unit}\n')
        os.chmod(f"{directory}/systemctl", 0o755)
        subprocess.run(ON, check=True, env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"})
        subprocess.run(["env", f"PATH={directory}:{os.environ['PATH']}", *OFF], check=True)
        assert read(f"{directory}/try-reload-or-restart") == 2 * f"try-reload-or-restart {unit}\n"
        os.unlink(f"{directory}/try-reload-or-restart")
    shutil.rmtree("/run/systemd")


def ended_by_a_signal():
    """While the check runs the drop-in is there; then it is not."""
    before = read(STACK)
    script = subprocess.Popen(ON, text=True, stderr=subprocess.PIPE, start_new_session=True)
    while not os.path.exists(DROP_IN):
        time.sleep(0.002)
    os.killpg(script.pid, signal.SIGTERM)
    assert "everything is as before" in script.communicate(timeout=60)[1] and script.returncode == 1
    assert read(STACK) == before and not os.path.exists(DROP_IN)


def first_sign_in(signin, genesys, directory):
    """What a newcomer does with the package alone."""
    before = read(STACK)
    login, on, ssh, off = commands("docs/INSTALL.md", "The first sign-in with the package")
    signin.write_settings(genesys)
    write("/etc/security/pam_gcpkce.map", "")
    child = pexpect.spawn(login, encoding="utf-8", timeout=60)
    child.expect(r"\n(https://[^\r\n]+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect(r"id: +(\S+)\r\n")
    write("/etc/security/pam_gcpkce.map", f"alice id:{child.match.group(1)}\n")
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
    write(f"{place}/Packages", f"{fields}Filename: ./{os.path.basename(deb)}\nSize: {len(data)}\n"
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
        write(path, text)
    for stage in STAGES:
        run(f"cloud-init {stage}", directory)
    assert "pam_gcpkce.so" in read(STACK) and os.path.exists(DROP_IN)
    with sshd(signin, directory) as port:
        assert signin.sign_in(genesys, port, "alice")[1] == 0
        assert signin.sign_in(genesys, port, "bob")[1] == 255
        shown = subprocess.run(
            ["ssh", "-F", "none", "-i", f"{directory}/key", "-p", str(port), "-o", "BatchMode=yes",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "breakglass@127.0.0.1", "id -un; sudo -n id -un"], check=True, text=True,
            stdout=subprocess.PIPE).stdout
        assert shown == "breakglass\nroot\n"
    subprocess.run(OFF, check=True)
    for name in ("alice", "breakglass"):
        subprocess.run(["userdel", "--remove", name], check=True)


def main():
    if sys.argv[1] == "--first-boot":
        signin, directory = load(), temporary()
        with FakeServer(directory) as genesys:
            first_boot(signin, genesys, sys.argv[2], directory)
    else:
        fleet()


def temporary():
    directory = tempfile.mkdtemp(prefix="gcpkce-")
    os.chmod(directory, 0o755)
    return directory


def fleet():
    os.environ["ANSIBLE_FORKS"] = "1"  # both hosts are this one
    signin = load()
    directory = temporary()
    with FakeServer(directory) as genesys:
        place = copy_of_the_files(genesys, sys.argv[1])
        secrets(place)
        first_sign_in(signin, genesys, directory)
        set_up_by_hand()
        write(DROP_IN, "LogLevel VERBOSE\n")
        edited_meanwhile()
        sshd_does_not_reload(directory)
        ended_by_a_signal()
        roll_out(signin, genesys, place, directory)
        subprocess.run(ON, check=True)
    assert "pam_gcpkce.so" in read(STACK)
    without_a_server()
    assert os.path.exists(DROP_IN)
    subprocess.run(OFF, check=True)
    without_a_server()
    assert not os.path.exists(DROP_IN)
    for name in ("conf.d", "new"):
        shutil.rmtree(f"/etc/security/pam_gcpkce.{name}")
    for name in (MAP, "/etc/credstore.encrypted/gcpkce",
                 "/var/cache/libpam-gcpkce.deb"):
        os.unlink(name)
    print("fleet: users signed in, and the stack is as before")


main()
