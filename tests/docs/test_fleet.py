# SPDX-License-Identifier: ISC
"""packaging/fleet: files that its tools read, and settings that the module accepts.

tests/packages/fleet.py runs the playbook and the script in "make check-release".
"""

import json
import os
import re
import shutil
import subprocess

import pytest

from named_tests import ROOT
from documents import commands, settings_of

yaml = pytest.importorskip("yaml", reason="there is no python3-yaml here; see tools/install-deps")
FLEET = f"{ROOT}/packaging/fleet"
BUILD = os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default"))


def load(name):
    with open(f"{FLEET}/{name}", encoding="utf-8") as file:
        return yaml.safe_load(file)


def faults(directory, settings, lines):
    """What gcpkce check finds wrong with a configuration and a map."""
    for name, text in (("fleet.map", "\n".join(lines)), ("fleet.conf", settings)):
        (directory / name).write_text(re.sub(r"/etc/security/pam_gcpkce\.fleet\.map",
                                             str(directory / "fleet.map"), text) + "\n")
    done = subprocess.run([f"{BUILD}/tests/gcpkce", "--json", "check", "--offline", "--conf",
                           directory / "fleet.conf"], text=True, capture_output=True, check=False)
    return [one["what"] for one in json.loads(done.stdout)["findings"]
            if one["section"] in ("configuration", "files") and one["severity"] == "fault"]


@pytest.mark.skipif(shutil.which("ansible-playbook") is None,
                    reason="there is no ansible-playbook here; see tools/install-deps")
def test_ansible_accepts_the_playbook_and_the_inventory(tmp_path):
    environment = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(tmp_path), "HOME": str(tmp_path)}
    shown = subprocess.run(["ansible-playbook", "-i", "inventory.yml", "--syntax-check", "ansible.yml"],
                           cwd=FLEET, text=True, capture_output=True, check=True, env=environment)
    assert "Could not match" not in shown.stderr


def test_the_settings_of_the_inventory_are_valid(tmp_path):
    variables = load("inventory.yml")["gcpkce"]["vars"]
    settings = [f"{key} = {value}" for key, value in variables["gcpkce_settings"].items()]
    settings.append("map_file = /etc/security/pam_gcpkce.fleet.map")
    lines = [line.replace("alice", "root") for line in variables["gcpkce_map"]]
    assert faults(tmp_path, "\n".join(settings), lines) == []
    assert "timeot" in str(faults(tmp_path, "\n".join([*settings, "timeot = 5"]), lines))
    named = set(re.findall(r"gcpkce_\w+", (open(f"{FLEET}/ansible.yml", encoding="utf-8").read())))
    assert named == {*variables, "gcpkce_canary", "gcpkce_scripts", "gcpkce_stack"}


def test_cloud_init_s_settings_are_valid_and_its_script_is_installed(tmp_path):
    with open(f"{FLEET}/cloud-init.yaml", encoding="utf-8") as file:
        assert file.readline() == "#cloud-config\n"
    config = load("cloud-init.yaml")
    assert set(config) == {"apt", "package_update", "packages", "users", "write_files", "runcmd"}
    settings, lines = (file["content"] for file in config["write_files"])
    assert faults(tmp_path, settings, lines.replace("alice", "root").splitlines()) == []
    (shell, script, word), = config["runcmd"]
    assert (shell, word) == ("sh", "on")
    assert script == "/usr/share/pam_gcpkce/sshd-stack"
    assert all(os.access(f"{FLEET}/{name}", os.X_OK) for name in ("settings", "sshd-stack"))
    assert [file["path"] for file in config["write_files"]] == [
        "/etc/security/pam_gcpkce.conf.d/50-fleet.conf", "/etc/security/pam_gcpkce.fleet.map"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_accepts_the_unit_of_the_secret():
    done = subprocess.run(["systemd-analyze", "verify", f"{FLEET}/gcpkce-secret.service"], text=True,
                          capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_settings_of_the_page_are_valid(tmp_path):
    fleet, zone = settings_of("docs/FLEET.md", "Settings")
    names, = settings_of("docs/FLEET.md", "Who may sign in")
    base = "\n".join(line for line in fleet.splitlines() if "redirect_uri" not in line)
    for more in (zone, fleet.splitlines()[-3]):
        assert faults(tmp_path, f"{base}\n{more}", ["root -"]) == []
    without = "\n".join(line for line in fleet.splitlines() if "map_file" not in line)
    names = names.replace("linux-users", "root")  # a group that is here
    assert faults(tmp_path, f"{without}\n{names}", []) == []


def test_the_names_of_the_page_are_those_of_the_files():
    with open(f"{ROOT}/docs/FLEET.md", encoding="utf-8") as file:
        table = re.findall(r"^\| `([^`]+)` \|", file.read(), re.MULTILINE)
    assert sorted(table) == sorted(os.listdir(FLEET))
    with open(f"{FLEET}/gcpkce-secret.service", encoding="utf-8") as file:
        unit = file.read()
    secret, = settings_of("docs/FLEET.md", "Secrets")
    assert f"{secret.split('= ')[1].strip()}" in unit
    assert "client_secret:/etc/credstore.encrypted/gcpkce\n" in unit
    assert commands("docs/FLEET.md", "Secrets")[1].endswith(" /etc/credstore.encrypted/gcpkce")


def table(page, head):
    """The cells of each row of the first table whose head has the text, by the first cell."""
    with open(f"{ROOT}/docs/{page}", encoding="utf-8") as file:
        rows = [line.strip("|\n ").split(" | ") for line in
                re.search(rf"^\|[^\n]*{head}.*?\n(?!\|)", file.read(), re.MULTILINE | re.DOTALL)[0]
                .splitlines()[2:]]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_the_capacity_of_the_page_is_computed_from_the_bench():
    """Counts are equal; times and memory are those of the bench, rounded up."""
    of_one = table("BENCH.md", "handshakes")["module"]
    requests, connections = sum(map(int, of_one[5:])), int(of_one[0]) + int(of_one[1])
    cpu = max(float(row[1]) for row in table("BENCH.md", "sign-ins a second").values())
    waiting = float(table("BENCH.md", "open connections")["module, after preconnect, 200"][0])
    page = table("FLEET.md", "10,000 hosts")
    in_text = " ".join(page)
    assert f"{requests} a sign-in" in in_text and f"{connections} a sign-in" in in_text
    milliseconds = int(re.search(r"(\d+) ms a sign-in", in_text)[1])
    users, mebibytes = 10, float(page[f"memory on each host while 10 users wait, MiB"][0])
    assert cpu <= milliseconds <= 1.5 * cpu
    assert waiting * users <= mebibytes <= 1.3 * waiting * users
    for column, hosts in enumerate((1, 100, 10_000)):
        day = 50 * hosts
        peak = day / 4 / 3600
        for row, value in (("sign-ins a day", day), ("sign-ins a second", peak),
                           ("requests a second", peak * requests),
                           ("new connections a second", peak * connections),
                           ("journal a day", day / 1024), ("CPU on each host", 50 * milliseconds / 1000)):
            cell, = (cells[column] for name, cells in page.items() if name.startswith(row))
            assert float(cell.replace(",", "")) == pytest.approx(value, rel=0.1), (row, hosts)
