# SPDX-License-Identifier: ISC
"""docs/WORKSTATIONS.md on a desk: its files and its commands, as they stand.

Other are: the values of the fake server, the account's name (carol in place of alice),
the session's command, the console that greetd takes, and the restart of a service,
since there is no systemd.
"""

import contextlib
import glob
import os
import pwd
import re
import socket
import subprocess
import sys

import chromium
import desk as desks
import lightdm
import pexpect
import pytest
import tree
from browser import Browser
from conftest import in_use
from contract import DENIED
from documents import commands, files, settings_of
from house import process_ids, runs
from lightdm import LightDM
from waiting import PATIENCE, wait_until

TEXT = files("docs/WORKSTATIONS.md")
CONF = "/etc/security/pam_gcpkce.conf"
RESTART = "systemctl restart "
ON_X11 = "env WLR_BACKENDS=x11 DISPLAY={} WLR_RENDERER=pixman LIBGL_ALWAYS_SOFTWARE=1 XDG_RUNTIME_DIR=/run/user/{} "
LOGIND = "session optional pam_env.so envfile=/tmp/runtime-directory\n"  # what logind sets


def shell(command, **more):
    """Run a command as the text's reader does; gives what it printed."""
    done = subprocess.run(["sh", "-c", command], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          **{"cwd": "/tmp", "input": "", **more})
    assert done.returncode == 0, (command, done.stdout)
    return done.stdout


def write(path, **replaced):
    """Write a file of the text, with other values of some lines."""
    text = TEXT[path].replace("alice", "carol")
    for key, value in replaced.items():
        text, count = re.subn(rf"^({key} *=).*$", rf"\1 {value}", text, flags=re.MULTILINE)
        assert count == 1, f"{path} has no {key}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    desks.write(path, text)


def register(genesys, text):
    """Register the redirect URI of a text at the client."""
    genesys.clients["public"].redirect_uris.append(
        re.search(r"^redirect_uri *= *(.+)$", text, re.MULTILINE)[1])


def settings_write(genesys):
    """The text's settings, with the fake server's values; its redirect URI stays."""
    values = genesys.settings()
    register(genesys, TEXT[CONF])
    write(CONF, **{key: values[key] for key in ("region", "client_id", "organization")})
    with open(CONF, "a", encoding="utf-8") as file:
        file.writelines(f"{key} = {values[key]}\n" for key in ("login_url", "api_url", "ca_file"))


def first_sign_in(genesys):
    """As the section says; gives the id that it prints."""
    add, login = commands("docs/WORKSTATIONS.md", "First without a screen")
    shell(add.replace("alice", "carol"))
    child = pexpect.spawn("sh", ["-c", login.replace("alice", "carol")], encoding="utf-8",
                          timeout=PATIENCE)
    child.expect(r"\n(https://[^\r\n]+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "carol"))
    child.expect(r"id: +(\S+)\r\n")
    found = child.match.group(1)
    child.expect("not_mapped")
    child.expect(pexpect.EOF)
    return found


def stacks_write(*names):
    for name in names:
        desks.write(f"/etc/pam.d/{name}", TEXT["/etc/pam.d/greetd"])


@pytest.fixture(scope="module")
def set_up(genesys):
    """All that the text does before a display manager starts; gives the stacks of before."""
    library = os.path.dirname(glob.glob("/usr/lib/*/security/pam_unix.so")[0])
    with contextlib.suppress(FileExistsError):
        os.symlink(desks.MODULE, f"{library}/pam_gcpkce.so")
    settings_write(genesys)
    desks.write("/etc/security/pam_gcpkce.map", "")
    found = first_sign_in(genesys)
    assert found == genesys.people["carol"].id
    write("/etc/security/pam_gcpkce.map")
    assert found not in desks.read("/etc/security/pam_gcpkce.map")
    desks.write("/etc/security/pam_gcpkce.map", TEXT["/etc/security/pam_gcpkce.map"]
                .replace("alice", "carol").replace("ebc4bf1b-f125-5b73-b0d3-6d57db638c4b", found))
    for command in commands("docs/WORKSTATIONS.md", "The break-glass account"):
        shell(command, input=f"{desks.PASSWORD}\n{desks.PASSWORD}\n")
    write("/etc/security/limits.d/greeter.conf")
    before = {name: desks.read(f"/etc/pam.d/{name}") for name in ("greetd", "lightdm")}
    os.unlink("/etc/pam.d/lightdm")
    [save] = commands("docs/WORKSTATIONS.md", "The stack")
    shell(save)
    stacks_write("greetd")
    desks.write("/etc/pam.d/lightdm", before["lightdm"])  # LightDM is installed
    shell(save)
    stacks_write("lightdm")
    return before


def prepare(found):
    """Run the commands of a display manager's section, but those that need systemd."""
    for left in ("/tmp/leave", "/tmp/session"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(left)
    said = [shell(command) for command in found if not command.startswith(RESTART)]
    assert any("effect of each result" in printed for printed in said)


def session_bus():
    """The one that dbus-run-session has started; None while there is none."""
    for pid in process_ids():
        if runs(pid, "gcpkce-greeter"):
            found = re.search(r"DBUS_SESSION_BUS_ADDRESS=([^\0]+)",
                              desks.read(f"/proc/{pid}/environ"))
            return found and found[1]
    return None


class TextDesk(desks.Desk):
    """The desk of the text, at greetd."""

    def __init__(self, screen, fake):
        account = pwd.getpwnam("_greetd")
        super().__init__(screen, fake, account.pw_name, account.pw_uid)
        os.makedirs(f"/run/user/{self.uid}", mode=0o700, exist_ok=True)
        os.chown(f"/run/user/{self.uid}", account.pw_uid, account.pw_gid)

    def bus(self):
        return session_bus()

    def configure(self):  # pylint: disable=arguments-differ
        settings_write(self.fake)
        write(desks.CONF, session="/tmp/session.sh")
        desks.write(desks.CONF, f"{desks.read(desks.CONF)}login_hosts = localhost\n")
        write("/etc/greetd/config.toml", vt='"none"')
        text = desks.read("/etc/greetd/config.toml")
        begin = 'command = "env '
        assert begin in text
        desks.write("/etc/greetd/config.toml", text.replace(
            begin, f'command = "{ON_X11.format(self.screen.name, self.uid)}'))
        desks.write("/etc/pam.d/greetd-greeter", "@include login\n")  # Debian's

    def start(self):  # pylint: disable=arguments-differ
        prepare(commands("docs/WORKSTATIONS.md", "greetd"))
        self._run("greetd")


class TextChromium(TextDesk):
    """The same with Chromium, as its section says."""

    def configure(self):
        super().configure()
        module, screen = settings_of("docs/WORKSTATIONS.md", "Passkeys and Google: Chromium")
        register(self.fake, module)
        text = re.sub(r"^redirect_uri .*\n", "", desks.read(CONF), flags=re.MULTILINE)
        desks.write(CONF, f"{text}{module}\n")
        screen = screen.replace("/usr/", f"{tree.PREFIX}/")
        desks.write(desks.CONF, f"{desks.read(desks.CONF)}{screen}\n")
        self.by_chromium = True


class TextLightDM(LightDM):
    """The desk of the text, at LightDM."""

    def bus(self):
        return session_bus()

    def configure(self):  # pylint: disable=arguments-differ
        settings_write(self.fake)
        text = TEXT[desks.CONF]
        desks.write(desks.CONF, re.sub(r"^session\w* .*\n", "", text, flags=re.MULTILINE)
                    + "login_hosts = localhost\n")
        write("/etc/lightdm/lightdm.conf.d/50-gcpkce.conf")
        desks.write("/etc/lightdm/lightdm.conf.d/90-here.conf", lightdm.HERE)
        with contextlib.suppress(FileNotFoundError):
            os.unlink("/etc/greetd/config.toml")  # as the text says
        desks.write("/tmp/runtime-directory", f"XDG_RUNTIME_DIR=/run/user/{self.uid}\n")
        desks.write("/etc/pam.d/lightdm-greeter", desks.OPEN_STACK + LOGIND)

    def start(self):  # pylint: disable=arguments-differ
        session = re.search(r"^user-session=(.+)$", TEXT["/etc/lightdm/lightdm.conf.d/50-gcpkce.conf"],
                            re.MULTILINE)[1]
        lightdm.write_entry("/usr/share/xsessions", session, "/tmp/session.sh")
        prepare(commands("docs/WORKSTATIONS.md", "LightDM"))
        self._launch(session)

    def start_again(self):
        self.stop()
        self._launch("xfce")


@pytest.fixture
def text_desk(set_up, screen, genesys, journal):
    with in_use(TextDesk(screen, genesys), journal) as workstation:
        workstation.start()
        yield workstation


@pytest.fixture(params=[TextDesk, TextLightDM, TextChromium])
def each_desk(request, set_up, screen, genesys, journal):
    with in_use(request.param(screen, genesys), journal) as workstation:
        workstation.start()
        yield workstation


NOTIFIER = """\
[D-BUS Service]
Name=org.freedesktop.Notifications
Exec=/usr/bin/touch /tmp/notifier-began
"""


@pytest.fixture
def notifier(set_up):
    """A program of a desktop that the session bus starts when it is asked for."""
    path = "/usr/share/dbus-1/services/org.freedesktop.Notifications.service"
    desks.write(path, NOTIFIER)
    yield "/tmp/notifier-began"
    os.unlink(path)


def start_notifier(workstation):
    """Ask the session bus for it, as the screen's account and without Chromium's confinement."""
    tree.as_account(workstation.uid, [
        "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus"
        ".StartServiceByName", "string:org.freedesktop.Notifications", "uint32:0"], {
            "PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": workstation.bus()}).wait(PATIENCE)


def test_a_desk_as_the_text_says_signs_in_and_refuses(notifier, each_desk, genesys, journal):
    each_desk.wait_for("Example Contact Center")
    each_desk.sign_in("carol")
    each_desk.wait_for_page()
    path = re.search("unix:path=([^,]+)", each_desk.bus())[1]
    there = [root + path for root in chromium.roots()]
    assert bool(there) == each_desk.by_chromium
    assert desks.exists(path) and not any(map(desks.exists, [notifier, *there]))
    start_notifier(each_desk)
    assert wait_until(lambda: desks.exists(notifier))
    os.unlink(notifier)
    each_desk.choose("bob")
    each_desk.wait_for("You are not signed in", DENIED)  # and no password is asked for
    journal.decision("not_mapped")
    each_desk.screen.keys("Return")
    each_desk.sign_in("carol")
    each_desk.choose("carol", 2)
    assert each_desk.session()[0] == "carol"
    assert not desks.exists(notifier)


def test_greetd_takes_the_place_of_another_display_manager(text_desk):
    assert os.path.realpath("/etc/systemd/system/display-manager.service").endswith("/greetd.service")


@pytest.fixture
def way_back(set_up):
    """The commands of the way back, of greetd and of LightDM."""
    found = commands("docs/WORKSTATIONS.md", "To go back")
    yield found[:2], found[2:]
    stacks_write("greetd", "lightdm")


def test_the_way_back_from_greetd_puts_back_its_stack(text_desk, set_up, way_back):
    disable, put_back = way_back[0]
    shell(disable.replace(" --now", ""))
    assert not os.path.lexists("/etc/systemd/system/display-manager.service")
    shell(put_back)
    assert desks.read("/etc/pam.d/greetd") == set_up["greetd"] != TEXT["/etc/pam.d/greetd"]


def test_the_way_back_from_lightdm_shows_another_greeter(set_up, way_back, screen, genesys, journal):
    with in_use(TextLightDM(screen, genesys), journal) as workstation:
        workstation.start()
        workstation.wait_for("User name")
        for command in way_back[1]:
            if not command.startswith(RESTART):
                shell(command)
        assert desks.read("/etc/pam.d/lightdm") == set_up["lightdm"] != TEXT["/etc/pam.d/greetd"]
        workstation.start_again()
        assert wait_until(lambda: any(runs(pid, "lightdm-gtk-greeter") for pid in process_ids())), (
            workstation.said())
        assert not any(runs(pid, "gcpkce-greeter") for pid in process_ids())


def test_the_text_s_other_way_in_needs_no_provider(each_desk, genesys, journal):
    for host in ("login", "api"):
        genesys.refuse(host)
    try:
        for name in ("carol", "alice", "deskadmin"):  # the last two have a password
            each_desk.wait_for("User name")
            each_desk.screen.type(name)
            each_desk.screen.keys("Tab", "Tab", "Return")
            if name != "deskadmin":
                each_desk.wait_for("You are not signed in")
                assert "Password:" not in each_desk.names()
                each_desk.screen.keys("Return")
        each_desk.wait_for("Password:")
        each_desk.screen.type(desks.PASSWORD)
        each_desk.screen.keys("Return")
        assert each_desk.session()[0] == "deskadmin"
        lines = re.findall(r'outcome=(\w+) user="(\w+)"', journal.text())
        assert lines == [*[("answer_empty", "carol")] * 3, *[("not_mapped", "alice")] * 3,
                         *[("not_mapped", "deskadmin")] * 3]
    finally:
        for host in ("login", "api"):
            genesys.listen(host)


def test_the_screen_s_account_has_few_rights(text_desk):
    text_desk.wait_for("User name")
    shell(commands("docs/WORKSTATIONS.md", "The greeter's account")[0])
    account = pwd.getpwnam(text_desk.account)
    assert account.pw_shell.endswith(("/nologin", "/false"))
    home = os.stat(account.pw_dir)
    assert (home.st_uid, home.st_mode & 0o022) == (0, 0)
    [pid] = [pid for pid in process_ids() if runs(pid, "gcpkce-greeter")]
    limits = desks.read(f"/proc/{pid}/limits")
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE), limits


SERVER = """\
import socket, sys, threading
def tcp(port):
    listener = socket.create_server(("192.0.2.9", port))
    while True:
        listener.accept()[0].sendall(b"x")
def udp(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("192.0.2.9", port))
    while True:
        server.sendto(b"x", server.recvfrom(9)[1])
for kind, port in ((tcp, 443), (tcp, 53), (tcp, 80), (tcp, 22), (udp, 53), (udp, 443)):
    threading.Thread(target=kind, args=(port,)).start()
"""
ASK = """\
import socket, sys
kind, port = sys.argv[1:]
try:
    peer = socket.socket(socket.AF_INET, getattr(socket, kind))
    peer.settimeout(5)
    peer.connect(("192.0.2.9", int(port)))
    peer.send(b"x")
    print(peer.recv(1).decode())
except OSError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def other_host(private_tree):
    """A host at 192.0.2.9, beyond a network card of this one."""
    with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; read x; ip link set lo up; "
                           "ip address add 192.0.2.9/30 dev there; ip link set there up; echo; "
                           f"exec {sys.executable} -c '{SERVER}'"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        shell(f"ip link add here type veth peer name there netns {other.pid}; "
              "ip address add 192.0.2.10/30 dev here; ip link set here up")
        other.stdin.write(b"\n")
        other.stdin.flush()
        other.stdout.readline()
        try:
            assert wait_until(lambda: reply_to(0, "SOCK_STREAM", 22) == "x")
            yield other
        finally:
            other.kill()


def reply_to(uid, kind, port):
    child = tree.as_account(uid, [sys.executable, "-c", ASK, kind, str(port)], {},
                            stdout=subprocess.PIPE, text=True)
    return child.communicate(timeout=PATIENCE)[0].strip()


def test_the_screen_s_account_reaches_dns_and_tls_alone(other_host):
    write("/etc/nftables.conf")
    _, load, enable = commands("docs/WORKSTATIONS.md", "The greeter's account")
    shell(f"{load}; {enable}")
    try:
        uid = pwd.getpwnam("_greetd").pw_uid
        rows = {("SOCK_STREAM", 443): "x", ("SOCK_STREAM", 53): "x", ("SOCK_DGRAM", 53): "x",
                ("SOCK_STREAM", 80): "ConnectionRefusedError",
                ("SOCK_STREAM", 22): "ConnectionRefusedError",
                ("SOCK_DGRAM", 443): "PermissionError"}
        assert {row: reply_to(uid, *row) for row in rows} == rows
        assert {reply_to(0, *row) for row in rows} == {"x"}  # others are not concerned
        listener = socket.create_server(("127.0.0.1", 0))
        with listener, subprocess.Popen(
                ["setpriv", f"--reuid={uid}", "--clear-groups", "--", sys.executable, "-c",
                 f"import socket; socket.create_connection({listener.getsockname()})"]) as child:
            assert child.wait(PATIENCE) == 0
    finally:
        shell("nft flush ruleset")


def test_the_hosts_of_a_sign_in_are_found_in_a_browser_s_list(tmp_path):
    (tmp_path / "signin.har").write_text("""{"log": {"entries": [
        {"request": {"method": "GET", "url": "https://login.example.test/oauth/authorize?a=b"}},
        {"request": {"url":"https://idp.example.test/"}}, {"request": {"url": "data:x"}},
        {"request": {"url": "https://idp.example.test/again"}}]}}""")
    find, remove = commands("docs/WORKSTATIONS.md", "The identity provider's hosts")
    assert shell(find, cwd=tmp_path).split() == ["idp.example.test", "login.example.test"]
    shell(remove, cwd=tmp_path)
    assert not os.listdir(tmp_path)
