# SPDX-License-Identifier: ISC
"""What etc/ holds besides the auth lines, which tests/module/test_examples.c tries."""

import glob
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from named_tests import ROOT
from documents import files

ETC = os.path.join(ROOT, "etc")
STACKS = sorted(glob.glob(f"{ETC}/pam.d/*"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def ours(kind, text):
    """(control, arguments) of our lines of a kind, without those in comments."""
    return re.findall(rf"^{kind}\s+(\[.*?\]|\w+)\s+pam_gcpkce\.so ?(.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("path", STACKS, ids=os.path.basename)
def test_a_token_that_is_exported_is_revoked_at_the_end(path):
    """The session line has the auth line's arguments; none is needed without a token."""
    (_, arguments), = ours("auth", read(path))
    session = ours("session", read(path))
    assert session == ([] if "export=none" in arguments else [("optional", arguments)])


@pytest.mark.parametrize("path", STACKS, ids=os.path.basename)
def test_an_example_has_no_line_that_does_nothing(path):
    assert ours("account", read(path)) == ours("password", read(path)) == []


def test_the_greeter_s_example_has_each_key_at_its_default():
    table = re.findall(r'^\tX\((\w+), (?:"(.*)"|GCPKCE_VIEW), [A-Z_]+\)',
                       read(f"{ROOT}/pam_gcpkce/greeter/settings.h"), re.MULTILINE)
    assert re.findall(r"^#(\w+) = ?(.*)$", read(f"{ETC}/gcpkce-greeter.conf"), re.MULTILINE) == table
    assert len(table) > 10


def test_the_example_of_greetd_is_the_one_of_the_documents():
    text = read(f"{ETC}/greetd/config.toml")
    lines = "".join(line for line in text.splitlines(True) if not line.startswith("#")).strip()
    assert lines == files("docs/WORKSTATIONS.md")["/etc/greetd/config.toml"].strip()
    assert f".Bd -literal -offset indent\n{lines}\n.Ed\n" in read(f"{ROOT}/man/gcpkce-greeter.8")


def test_the_profile_says_what_it_is_and_is_not_a_default():
    text = read(f"{ETC}/pam-configs/gcpkce")
    assert re.search(r"^Name: .*alternative to the password", text, re.MULTILINE)
    assert "\nDefault: no\n" in text
    # a field that pam-auth-update does not know; it has no comments
    caution = re.search(r"^Caution: (.*(?:\n\t.*)*)", text, re.MULTILINE).group(1)
    assert "export=env" in caution and "sudo" in caution
    assert "Interactive-Only" not in text  # sudo's sessions are not interactive
    lines = dict(re.findall(r"^(Auth|Session):\n\t\S.*pam_gcpkce\.so ?(.*)$", text, re.MULTILINE))
    assert lines["Auth"] == lines["Session"]


def need(program):
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")


def test_sysusers_makes_an_account_that_cannot_log_in(tmp_path):
    need("systemd-sysusers")
    (tmp_path / "etc").mkdir()
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}",
                    f"{ETC}/sysusers.d/pam_gcpkce.conf"], check=True, capture_output=True)
    name, _, uid, _, _, home, shell = read(tmp_path / "etc/passwd").strip().split(":")
    assert (name, home, shell) == ("_gcpkce", "/nonexistent", "/usr/sbin/nologin")
    assert 0 < int(uid) < 1000


def test_tmpfiles_makes_the_directories_as_the_module_requires(tmp_path):
    need("systemd-tmpfiles")
    if os.geteuid() != 0:
        pytest.skip("directories of root's need root")
    subprocess.run(["systemd-tmpfiles", f"--root={tmp_path}", "--create",
                    f"{ETC}/tmpfiles.d/pam_gcpkce.conf"], check=True, capture_output=True)
    modes = {path: oct(os.stat(tmp_path / path).st_mode & 0o7777)
             for path in ("run/gcpkce", "run/gcpkce/pending")}
    assert modes == {"run/gcpkce": "0o755", "run/gcpkce/pending": "0o700"}


def test_tmpfiles_removes_tokens_that_can_be_valid_no_more(tmp_path):
    need("systemd-tmpfiles")
    if os.geteuid() != 0:
        pytest.skip("directories of root's need root")
    old = time.time() - 49 * 3600
    young = time.time() - 47 * 3600
    files = {}
    for directory in ("pending", "0", "4242"):
        for name, when in (("old", old), ("young", young)):
            path = tmp_path / "run/gcpkce" / directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("token")
            os.utime(path, (when, when))
            files[path] = name
    subprocess.run(["systemd-tmpfiles", f"--root={tmp_path}", "--clean",
                    f"{ETC}/tmpfiles.d/pam_gcpkce.conf"], check=True, capture_output=True)
    assert {path for path in files if path.exists()} == {
        path for path, name in files.items() if name == "young"}
    assert (tmp_path / "run/gcpkce/4242").stat().st_mode & 0o777 == 0o755


def test_the_hashes_are_those_of_the_pages():
    """Without them a browser runs no script of the pages."""
    done = subprocess.run(
        [sys.executable, os.path.join(os.path.dirname(ETC), "tools", "page-hashes"),
         "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
