# SPDX-License-Identifier: ISC
"""How tests are run: counted, shared out, and on machines of their own."""

import os
import stat
import subprocess
import sys

import pytest

import machine
import shares

ROOT = machine.ROOT
sys.path.insert(0, os.path.join(ROOT, "tests"))
import run  # noqa: E402

CLOSING = {
    "1.1.5": "[  PASSED  ] 13 test(s).\n[  SKIPPED ] 1 test(s), listed below:\n"
             "[  SKIPPED ] one\n[  FAILED  ] 2 test(s), listed below:\n"
             "[  FAILED  ] two\n[  FAILED  ] three\n",
    "1.1.7": "[  PASSED  ] 13 test(s).\n[  SKIPPED ] tests: 1 test(s), listed below:\n"
             "[  SKIPPED ] one\n[  FAILED  ] tests: 2 test(s), listed below:\n"
             "[  FAILED  ] two\n[  FAILED  ] three\n",
}


@pytest.mark.parametrize("release", CLOSING)
def test_each_test_of_cmocka_counts(release):
    assert [run.cmocka_count(word, CLOSING[release])
            for word in ("PASSED", "FAILED", "SKIPPED")] == [13, 2, 1]


def test_make_check_has_each_directory_of_tests_once():
    lanes, alone = run.suites("build", "all", False)
    beside = [suite for lane in lanes for suite in lane]
    listed = sorted(what for kind, what in beside if kind == "pytest")
    assert listed == [f"tests/{name}" for name in ("cli", "docs", "failure", "lib", "system", "web")]
    programs = [what for kind, what in beside if kind == "program"]
    assert len(set(programs)) == len(programs) > 80
    assert [kind for kind, _ in alone] == ["alone", "alone", "pytest", "fuzz"]


class Item:
    """A test that pytest has collected."""

    def __init__(self, is_alone):
        self.is_alone = is_alone

    def get_closest_marker(self, name):
        return self.is_alone and name == "alone"


class Config:
    """What the hook needs of pytest's."""

    def __init__(self):
        self.hook = self
        self.left = []

    def pytest_deselected(self, items):
        self.left += items


def test_each_test_is_in_one_share(monkeypatch):
    tests = [Item(number % 5 == 0) for number in range(23)]
    seen = []
    for share in ("1/3", "2/3", "3/3", "alone"):
        monkeypatch.setattr(shares, "SHARE", share)
        config, items = Config(), list(tests)
        shares.pytest_collection_modifyitems(config, items)
        assert all(item.is_alone == (share == "alone") for item in items)
        assert set(items) | set(config.left) == set(tests)
        seen += items
    assert sorted(map(id, seen)) == sorted(map(id, tests))


@pytest.mark.skipif(machine.why_not() is not None, reason="no machine can be made here")
def test_a_clone_below_a_closed_directory_is_reached_on_a_machine_of_its_own(tmp_path):
    clone = tmp_path / "closed" / "more" / "clone"
    clone.mkdir(parents=True)
    (clone / "file").write_text("whole\n")
    (tmp_path / "closed" / "link").symlink_to("more/clone/file")
    for place in (tmp_path / "closed", tmp_path):
        place.chmod(0o700)
    done = subprocess.run(
        [*machine.unshare(*machine.NETWORK), sys.executable, "-B", "-c", f"""
import os, subprocess, sys
sys.path.insert(0, {os.path.dirname(machine.__file__)!r})
import machine
machine.open_path({str(clone)!r})
os.chdir({str(clone)!r})
open("new", "w").close()
sys.exit(subprocess.call(["cat", "file", "../../link"], user=65534, group=65534))
"""], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "whole\n" * 2, "")
    # and the shared machine is as it was
    assert stat.S_IMODE(os.stat(tmp_path / "closed").st_mode) == 0o700
    assert (clone / "new").exists()


@pytest.mark.parametrize("version, finds, status", [
    ("14", False, 0), ("14", True, 1), ("1", True, 0), ("15", True, 0)])
def test_what_the_pinned_release_finds_fails(tmp_path, version, finds, status):
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\n[ "$1" != --version ] || { echo "A tool 14.0.6"; exit 0; }\n'
                    'echo "a finding"; exit "$1"\n')
    tool.chmod(0o755)
    done = subprocess.run([f"{ROOT}/tools/pinned", version, tool, str(int(finds))],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (status, "a finding\n")
    assert ("NOT FAILED: the above is from" in done.stderr) == (finds and status == 0)


def test_a_tool_that_is_not_here_fails():
    assert subprocess.run([f"{ROOT}/tools/pinned", "14", "no-such-tool"],
                          capture_output=True, check=False).returncode == 127


ENTER = os.path.join(ROOT, "tools/enter-release")


@pytest.mark.skipif(machine.why_not() is not None or not os.path.islink("/bin"),
                    reason="no tree can be made here")
def test_a_command_in_a_tree_sees_the_tree_alone_and_may_make_namespaces(tmp_path):
    tree = tmp_path / "other"
    for name in ("usr", "proc", "sys", "dev", "run", "root", "etc"):
        (tree / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (tree / name).symlink_to(f"usr/{name}")
    said = subprocess.run(
        [*machine.unshare(), "sh", "-ec",
         f'mount --bind /usr {tree}/usr; exec {ENTER} --offline {tree} "$@"', "sh",
         "sh", "-c", "echo /*; cat /proc/sys/kernel/hostname; ip -o link | wc -l; "
         "unshare --user echo yes; tty <>/dev/ptmx >/dev/null; (sleep 0.1 &); exit 7"],
        capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (7, "")
    assert said.stdout.split("\n")[:4] == [
        "/bin /dev /etc /lib /lib64 /proc /root /run /sbin /sys /usr", "other", "1", "yes"]


@pytest.mark.parametrize("arguments", [[], ["--offline"], ["/nowhere", "true"]])
def test_enter_release_without_a_tree_says_how(arguments):
    done = subprocess.run([ENTER, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")
