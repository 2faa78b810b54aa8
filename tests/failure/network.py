# SPDX-License-Identifier: ISC
"""A network of our own: one name server, and addresses that swallow.

It is a network and a mount namespace of one process and what that starts.
The machine is left as it is.
"""

import ctypes
import functools
import os
import shutil
import signal
import subprocess

from peers import Names

NEIGHBOUR = "192.0.2.2"  # of TEST-NET-1
RESOLVER = "nameserver 127.0.0.1\n"  # libc's own timeouts: 5 s, twice
SWITCH = "passwd: files\ngroup: files\nhosts: dns\n"


@functools.lru_cache(None)
def why_not():
    """Why there can be none here; None when there can."""
    if os.geteuid() != 0:
        return ("no network of our own without root: DNS failures and a "
                "network that swallows are not tried")
    for program in ("unshare", "ip"):
        if shutil.which(program) is None:
            return "there is no %s here; see tools/install-deps" % program
    tried = subprocess.run([*unshare(), "ip", "link", "add", "hole", "type",
                            "veth", "peer", "name", "far"],
                           capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        return "no network of our own here: " + tried.stderr.strip()
    return None


def unshare():
    return ["unshare", "--net", "--mount", "--propagation", "private", "--"]


def enter(command, **more):
    """Starts a command in a new network; it ends when we do."""
    return subprocess.Popen([*unshare(), *command],
                            preexec_fn=die_with_parent, **more)


def die_with_parent():
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def furnish(directory):
    """Makes the network that we are in what rows expect; gives its names."""
    etc = os.path.join(directory, "etc")
    os.mkdir(etc)
    # in memory, so that no copy of a secret stays on a disk
    run("mount", "-t", "tmpfs", "-o", "mode=755", "etc", etc)
    run("cp", "-a", "/etc/.", etc)
    for name, text in (("resolv.conf", RESOLVER), ("nsswitch.conf", SWITCH)):
        place = os.path.join(etc, name)
        if os.path.lexists(place):
            os.unlink(place)
        with open(place, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(text)
    run("mount", "--bind", etc, "/etc")
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "hole", "type", "veth", "peer", "name", "far")
    run("ip", "address", "add", "192.0.2.1/24", "dev", "hole")
    run("ip", "link", "set", "hole", "up")
    run("ip", "link", "set", "far", "up")
    # a neighbour that is known and is not there: no host says "unreachable"
    run("ip", "neighbour", "add", NEIGHBOUR, "lladdr", "02:00:00:00:00:01",
        "dev", "hole", "nud", "permanent")
    return Names()


def run(*command):
    subprocess.run(command, check=True, capture_output=True)
