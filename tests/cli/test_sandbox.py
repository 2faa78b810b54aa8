# SPDX-License-Identifier: ISC
"""What an attacker who controls the helper can do: nothing, in each way.

The helper here is the trial helper: the product's own objects, but in place of
the exchange it tries what signin_org says.
"""

import ctypes
import os
import pwd
import socket
import subprocess
import threading

import pytest

from conftest import BUILD, running
from fake_server import FakeServer
from test_route import Proxy, outcome_of
from waiting import wait_until

TRIAL = os.path.join(BUILD, "tests/gcpkce-trial")
WITHOUT = os.path.join(BUILD, "tests/without")
TRIAL_HELPER = os.path.realpath(os.path.join(BUILD, "tests/trial-helper"))
LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1)  # the kernel's version of it
CODE = "a-code-that-was-not-issued\n"  # it is for the trial helper, which looks at none
SANITIZED = "address" in os.path.basename(BUILD)

# trial -> the errno of sandbox=default, and whether strict ends the worker, or
# has another errno
REFUSED = {
    "passwd": ("EACCES", False),
    "shadow": ("EACCES", False),
    "root-directory": ("EACCES", False),
    "warden-status": ("EACCES", False),
    "file-make": ("EACCES", False),
    "file-write": ("EACCES", False),
    "memory-file": ("EPERM", True),
    "file-mode": ("EPERM", True),
    "exec": ("EPERM", True),
    "execveat": ("EPERM", True),
    "fork": ("EPERM", False),
    "clone3": ("ENOSYS", False),
    "ptrace": ("EPERM", True),
    "process-memory": ("EPERM", True),
    "kill": ("EPERM", True),
    "pidfd": ("EPERM", True),
    "kill-all": ("EPERM", True),
    "unix-socket": ("EACCES", False),
    "unix-pair": ("EACCES", False),
    "journal-connect": ("EACCES", False),
    "journal-sendto": ("EACCES", False),
    "journal-copy": ("EACCES", False),
    "packet-socket": ("EACCES", False),
    "vsock": ("EACCES", False),
    "alg-socket": ("EACCES", False),
    "uevents": ("EACCES", False),
    "mptcp": ("EACCES", False),
    "other-port": ("EACCES", False),
    "bind": ("EACCES", False),
    "listen": ("EPERM", False),
    "accept": ("EPERM", False),
    "setuid": ("EPERM", True),
    "unshare": ("EPERM", True),
    "mount": ("EPERM", True),
    "keyctl": ("EPERM", True),
    "bpf": ("EPERM", True),
    "io_uring": ("EPERM", True),
    "userfaultfd": ("EPERM", True),
    "shared-memory": ("EPERM", True),
    "setrlimit": ("EPERM", False),
    "timer": ("EPERM", True),
    "signal-to-warden": ("EPERM", False),
    "signal-by-ioctl": ("EPERM", False),
    "wide-connect": ("EACCES", False),
    "wide-copy": ("EACCES", False),
    "wide-command": ("EPERM", False),
    "journal-passed": ("EPERM", "EACCES"),
    "journal-passed-in-many": ("EPERM", "EACCES"),
    "fastopen": ("EACCES", False),
    "fastopen-message": ("EACCES", False),
    "fastopen-messages": ("EACCES", False),
    "priority": ("EPERM", "EACCES"),
    "io-priority": ("EPERM", True),
    "processors": ("EPERM", "EACCES"),
    "scheduler": ("EPERM", "EACCES"),
    "scheduler-attributes": ("EPERM", True),
    "scheduler-parameters": ("EPERM", True),
    "semaphore": ("EPERM", True),
    "message-sent": ("EPERM", True),
    "message-taken": ("EPERM", True),
    "pair-of-family": ("EACCES", False),
    "pair-of-protocol": ("EACCES", False),
    "watch": ("EPERM", "EACCES"),
}


# The same of a helper that listens: nothing else gets there.
LISTENING = {
    "bind": "EACCES",
    "listen": "EPERM",
    "accept": "EPERM",
    "listener-close": "EPERM",
    "listener-close-range": "EPERM",
    "listener-dup2": "EPERM",
    "listener-dup3": "EPERM",
}

# What Landlock alone refuses, and since which version.
LANDLOCKS = {"passwd": 1, "root-directory": 1, "warden-status": 1, "bind": 4, "other-port": 4}


@pytest.fixture
def sign_in(configure, account):
    """One answer to the trial helper; gives outcome and cause."""
    def run(trial, *before, **changes):
        conf = configure(signin_org=trial, **{
            "signin_provider": "trial", "attempts": 1, "timeout": 20, "bare_code": "yes",
            **changes})
        done = subprocess.run(
            [*before, TRIAL, "login", "--conf", conf, "--user", account],
            input=CODE, text=True, capture_output=True, timeout=60, check=False)
        lines = [line for line in done.stdout.splitlines() if "decision:" in line]
        assert lines, done.stdout + done.stderr
        return tuple(lines[0].split(":", 1)[1].strip().split(": ", 1))
    return run


def need_landlock(trial):
    if LANDLOCK < LANDLOCKS.get(trial, 0):
        pytest.skip(f"this kernel has Landlock {LANDLOCK}")


@pytest.mark.parametrize("trial", REFUSED)
def test_it_is_refused(sign_in, trial):
    need_landlock(trial)
    outcome, cause = sign_in(trial)
    assert outcome == "helper_failed"
    assert cause == f"trial {trial}: {REFUSED[trial][0]}"


@pytest.mark.skipif(SANITIZED, reason="sanitizers make calls of their own")
@pytest.mark.parametrize("trial", REFUSED)
def test_strict_refuses_or_ends_it(sign_in, trial):
    need_landlock(trial)
    outcome, cause = sign_in(trial, sandbox="strict")
    errno, strictly = REFUSED[trial]
    assert outcome == "helper_failed"
    if strictly is True:
        assert "ended by signal 31 (Bad system call)" in cause
    else:
        assert cause == f"trial {trial}: {strictly or errno}"


@pytest.mark.skipif(os.geteuid() != 0, reason="the helper's account must not be the test's")
@pytest.mark.parametrize("before", [(), (WITHOUT, "landlock")], ids=["all", "no-landlock"])
def test_a_process_of_the_same_account_gets_no_signal(sign_in, before):
    nobody = pwd.getpwnam("nobody")
    with subprocess.Popen(["sleep", "600"], user=nobody.pw_uid, group=nobody.pw_gid,
                          extra_groups=[]) as sleeper:
        try:
            for trial in ("signal-to-process", "signal-to-warden"):
                _, cause = sign_in(trial, *before, signin_provider=str(sleeper.pid))
                assert cause == f"trial {trial}: EPERM"
            assert sleeper.poll() is None
        finally:
            sleeper.kill()


@pytest.mark.parametrize("sandbox", [
    "default", pytest.param("strict", marks=pytest.mark.skipif(
        SANITIZED, reason="sanitizers make calls of their own"))])
@pytest.mark.parametrize("trial", LISTENING)
def test_a_listener_is_the_only_one(sign_in, trial, sandbox):
    need_landlock(trial)
    outcome, cause = sign_in(trial, sandbox=sandbox, callback="loopback",
                                redirect_uri="http://localhost/back")
    assert outcome == "helper_failed"
    assert cause == f"trial {trial}: {LISTENING[trial]}"


@pytest.mark.skipif(SANITIZED, reason="sanitizers catch the signal")
@pytest.mark.parametrize("sandbox", ["default", "strict"])
def test_an_abort_ends_it_all_the_same(sign_in, sandbox):
    outcome, cause = sign_in("abort", sandbox=sandbox)
    assert outcome == "helper_failed"
    assert "the helper's worker was ended by signal " in cause


@pytest.mark.skipif(os.geteuid() != 0, reason="whose program a process runs is root's to see")
def test_one_that_goes_on_when_its_caller_has_gone_is_ended(sign_in):
    assert sign_in("stay", timeout=3)[0] == "timed_out"
    assert wait_until(lambda: running(TRIAL_HELPER) == [])


@pytest.mark.parametrize("lacking, named", [
    ("landlock", "landlock: Function not implemented"),
    ("seccomp", "seccomp: Function not implemented"),
    ("both", "landlock: Function not implemented, seccomp: Function not implemented"),
])
def test_strict_refuses_to_run_without_a_layer(sign_in, lacking, named):
    outcome, cause = sign_in("passwd", WITHOUT, lacking, sandbox="strict")
    assert outcome == "helper_failed"
    assert cause == f"sandbox = strict: the helper's sandbox lacks {named}"


@pytest.mark.parametrize("lacking, cause", [
    ("signalfd4", "signalfd: Function not implemented"),
    ("timer_create", "the worker's session and end: Function not implemented"),
])
def test_a_fault_of_the_host_in_the_helper_is_a_system_error(sign_in, lacking, cause):
    assert sign_in("passwd", WITHOUT, lacking) == ("system_error", cause)


@pytest.mark.parametrize("sandbox", ["default", "strict"])
def test_a_missing_layer_is_reported_once_at_the_terminal(configure, account, sandbox):
    conf = configure(signin_org="passwd", signin_provider="trial", attempts=1, timeout=20,
                     sandbox=sandbox)
    done = subprocess.run(
        [WITHOUT, "landlock", TRIAL, "login", "--conf", conf, "--user", account],
        input=CODE, text=True, capture_output=True, timeout=30, check=False)
    assert done.stderr.count("Warning: the helper's sandbox lacks landlock: "
                             "Function not implemented.\n") == 1
    assert ("Sign in to" in done.stderr) == (sandbox == "default")


def test_without_landlock_the_rest_is_refused(sign_in):
    assert sign_in("passwd", WITHOUT, "landlock")[1] == "trial passwd: done"
    assert sign_in("exec", WITHOUT, "landlock")[1] == "trial exec: EPERM"
    assert sign_in("file-make", WITHOUT, "landlock")[1] == "trial file-make: EACCES"


def test_without_seccomp_the_rest_is_refused(sign_in):
    if LANDLOCK < 1:
        pytest.skip("this kernel has no Landlock")
    for trial, errno in (("exec", "EACCES"), ("passwd", "EACCES"), ("file-make", "EACCES"),
                         ("root", "EPERM"), ("ptrace-warden", "EPERM")):
        assert sign_in(trial, WITHOUT, "seccomp")[1] == f"trial {trial}: {errno}"


class Relay:
    """Takes connections to ::1 on to 127.0.0.1."""

    def __init__(self, port):
        self._port = port
        self._listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=Proxy._copy, args=(source, target), daemon=True).start()

    def close(self):
        self._listener.close()


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def strict(configure, genesys, account):
    """Writes a strict configuration of a sign-in that works."""
    def write(**changes):
        client = genesys.clients["public"]
        return configure(**{
            "lines": [f"{account} id:{genesys.people['alice'].id}"],
            "login_url": genesys.login_url, "api_url": genesys.api_url,
            "ca_file": genesys.ca_file, "client_id": client.id, "attempts": 1,
            "redirect_uri": client.redirect_uris[0],
            "organization": genesys.organization.id, "sandbox": "strict", **changes})
    if SANITIZED:
        pytest.skip("sanitizers make calls of their own")
    return write


def ended_well(conf, account, genesys):
    assert outcome_of(conf, account, genesys) == "ok"
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me"), "the revoker works, too"


def test_a_strict_sign_in_works(strict, account, genesys):
    ended_well(strict(), account, genesys)


def test_a_strict_sign_in_works_by_a_proxy(strict, account, genesys):
    proxy = Proxy()
    ended_well(strict(proxy=proxy.url), account, genesys)
    assert len(proxy.asked) >= 3
    proxy.close()


def test_a_strict_sign_in_works_by_ipv6(strict, account, genesys):
    relays = [Relay(int(url.rsplit(":", 1)[1])) for url in (genesys.login_url, genesys.api_url)]
    login, api = (f"https://[::1]:{relay.port}" for relay in relays)
    ended_well(strict(login_url=login, api_url=api), account, genesys)
    for relay in relays:
        relay.close()


def test_a_strict_sign_in_says_why_a_certificate_is_not_trusted(strict, account, genesys):
    assert outcome_of(strict(ca_file=None), account, genesys) == "tls_failed"
