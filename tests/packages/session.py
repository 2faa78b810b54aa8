#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs a command that replaces the package while a session of sshd is open.

usage: session.py COMMAND [ARGUMENT...]

As root in a tree that may be thrown away, where the package is installed.  At its end
the session, which has the module from before, must remove and revoke its token.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, f"{ROOT}/tests/lib")
sys.dont_write_bytecode = True

import pexpect  # noqa: E402

from fake_server import FakeServer  # noqa: E402
from signin_script import load  # noqa: E402
from waiting import wait_until, wait_until_revoked  # noqa: E402


def modules_from_before():
    """Processes that have a module which is no longer in its directory."""
    found = set()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            lines = (process / "maps").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue  # it ended
        found |= {process.name for line in lines if "/pam_gcpkce.so" in line and "(deleted)" in line}
    return found


def main(command):
    signin, directory = load(), tempfile.mkdtemp()
    os.chmod(directory, 0o755)
    with FakeServer(directory) as genesys:
        signin.configure(genesys, f"{signin.DATA}/sshd")
        conf = pathlib.Path("/etc/security/pam_gcpkce.conf")
        conf.write_text(conf.read_text().replace("= env", "= file"))
        daemon, port = signin.sshd_start(directory)
        try:
            session = signin.open_session(genesys, port, "alice", "echo file=$GCPKCE_TOKEN_FILE; read end")
            session.expect(r"file=(/run/gcpkce/\S+)\r\n")
            token = pathlib.Path(session.match[1])
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            assert modules_from_before(), "the session has no module from before"
            assert genesys.log.tokens() == {token.read_text().strip(): True}
            session.sendline("")
            session.expect(pexpect.EOF)
            session.close()
            assert session.exitstatus == 0, session
            wait_until_revoked(genesys)
            assert wait_until(lambda: not token.exists()), "the file is still there"
        finally:
            daemon.terminate()
            daemon.wait()


main(sys.argv[1:])
