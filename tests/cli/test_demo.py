# SPDX-License-Identifier: ISC
"""The demo completes itself where there is no terminal."""

import os
import re
import subprocess
import termios

import pexpect
import pytest

from conftest import BUILD, ROOT, descendants
from waiting import wait_until


def test_demo_signs_in_by_itself_and_shows_what_it_promises():
    done = subprocess.run([os.path.join(ROOT, "tools/demo"), "--build", BUILD],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("Sign in to Genesys Cloud to continue as", "pam_authenticate: Success",
                  "<alice@example.test>", "POST   /oauth/token  200",
                  "the sign-in SUCCEEDED"):
        assert words in done.stdout
    if os.geteuid() == 0:
        assert "GENESYSCLOUD_ACCESS_TOKEN=" in done.stdout
        assert "outcome=revoked" in done.stdout
        assert re.search(r" ms=\d+ ", done.stdout)
        assert "(ms: milliseconds from the answer to the decision;" in done.stdout


def test_demo_signs_in_with_cxone():
    done = subprocess.run(["make", "-n", "demo", "PROVIDER=cxone"], cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=True)
    words = re.search(r"tools/demo --build \S+ (.+)", done.stdout)[1].split()
    done = subprocess.run([os.path.join(ROOT, "tools/demo"), "--build", BUILD, *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in ("<alice@example.test>", "GET    /auth/jwks  200", "POST   /auth/token  200",
                 "the fake CXone server", "the sign-in SUCCEEDED"):
        assert line in done.stdout
    if os.geteuid() == 0:
        assert "CXONE_TOKEN=" in done.stdout
        assert 'provider="cxone"' in done.stdout


def test_demo_on_a_terminal_is_completed_from_a_second_one():
    child = pexpect.spawn(os.path.join(ROOT, "tools/demo"), ["--build", BUILD],
                          timeout=60, encoding="utf-8", dimensions=(24, 400))
    child.expect(r"(\S+/browser\.py) \\\r\n +--ca (\S+) ")
    program, authority = child.match.groups()
    child.expect(r"\n(https://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    landed = subprocess.run([program, "--ca", authority, address, "alice"],
                            capture_output=True, text=True, timeout=60, check=True)
    child.sendline(landed.stdout.strip())
    child.expect("the sign-in SUCCEEDED")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_demo_that_is_refused_says_so_and_leaves_nothing(directory):
    child = pexpect.spawn(os.path.join(ROOT, "tools/demo"), ["--build", BUILD],
                          timeout=60, encoding="utf-8", env=dict(os.environ, TMPDIR=directory))
    for _ in range(3):
        child.expect("land on: ")
        child.sendline("no code, surely!")
    child.expect("the sign-in FAILED")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert "Alice Anders" not in child.before
    assert os.listdir(directory) == []


def test_demo_ends_quietly_at_a_keypress():
    child = pexpect.spawn(os.path.join(ROOT, "tools/demo"), ["--build", BUILD],
                          timeout=60, encoding="utf-8")
    child.expect("land on: ")
    child.sendintr()
    child.expect(pexpect.EOF)
    assert "Traceback" not in child.before


@pytest.mark.parametrize("typed", ["", "code=half"])
def test_demo_on_a_terminal_ends_when_its_time_is_over(directory, typed):
    child = pexpect.spawn(os.path.join(ROOT, "tools/demo"), ["--build", BUILD, "--seconds", "8"],
                          timeout=60, encoding="utf-8", env=dict(os.environ, TMPDIR=directory))
    modes = termios.tcgetattr(child.child_fd)
    child.expect("land on: ")
    children = descendants(child.pid)
    child.send(typed)
    child.expect("The time for signing in is over.")
    child.expect("the sign-in FAILED")
    assert termios.tcgetattr(child.child_fd) == modes
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert children and wait_until(
        lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children))
    assert os.listdir(directory) == []
