# SPDX-License-Identifier: ISC
"""A machine of the tests' own: processes, mounts, a network with lo alone.

    machine.py COMMAND...    prepares the machine that it is in, and runs COMMAND

Root's tests run in one, so that two runs beside each other do not meet, and
so that every account reaches a clone below a closed directory such as /root.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
NETWORK = ("--net",)
DEV_NODES = ("null", "zero", "full", "random", "urandom", "tty")
DEV_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1",
             "stderr": "fd/2", "ptmx": "pts/ptmx"}


def unshare(*more):
    """The argv before that of a program in namespaces of its own."""
    return ["unshare", "--mount", "--propagation", "private", "--uts", "--ipc",
            "--pid", "--fork", "--kill-child", "--mount-proc", *more, "--"]


def under_init(command):
    """The command below a shell as process 1, which collects orphans."""
    return ["/bin/sh", "-c", '"$@"; exit $?', "init", *command]


def why_not():
    """Why no such machine can be made here; None when one can."""
    if os.geteuid() != 0:
        return "not root"
    for program in ("unshare", "mount", "umount", "ip"):
        if shutil.which(program) is None:
            return f"there is no {program} here; see tools/install-deps"
    tried = subprocess.run([*unshare(*NETWORK), "true"], capture_output=True,
                           text=True, check=False)
    return tried.stderr.strip() if tried.returncode != 0 else None


def start_network():
    run("ip", "link", "set", "lo", "up")


def furnish():
    """Prepares the machine that this process is in."""
    start_network()
    mount("-t", "tmpfs", "-o", "mode=1777", "shm", "/dev/shm")
    open_path(ROOT)


def furnish_dev(dev):
    """Mounts on a directory a /dev with terminals of its own, and no others."""
    mount("-t", "tmpfs", "-o", "mode=755,dev", "dev", dev)
    for node in DEV_NODES:
        with open(f"{dev}/{node}", "x", encoding="ascii"):
            pass
        mount("--bind", f"/dev/{node}", f"{dev}/{node}")
    for link, target in DEV_LINKS.items():
        os.symlink(target, f"{dev}/{link}")
    for name, kind, options in (
            ("shm", "tmpfs", "mode=1777"),
            ("pts", "devpts", "newinstance,ptmxmode=666,mode=620,gid=5")):
        os.mkdir(f"{dev}/{name}")
        mount("-t", kind, "-o", options, name, f"{dev}/{name}")


def command(argv):
    """The argv that runs another one on a machine of its own."""
    return [*unshare(*NETWORK),
            *under_init([sys.executable, "-B", __file__, *argv])]


def open_path(root):
    """Opens every directory above root to all accounts, in this machine."""
    while True:
        closed = next((place for place in above(root) if not is_open(place)),
                      None)
        if closed is None:
            return
        replace(closed)
        os.chdir(os.getcwd())  # into what is there now


def above(path):
    """The directories above a path, the root first."""
    parts = os.path.realpath(path).strip("/").split("/")[:-1]
    return ["/" + "/".join(parts[:count]) for count in range(len(parts) + 1)]


def is_open(directory):
    return bool(os.stat(directory).st_mode & stat.S_IXOTH)


def replace(directory):
    """Mounts over a directory one of mode 0755 that has the same entries."""
    real = tempfile.mkdtemp(prefix="gcpkce-machine-", dir="/dev/shm")
    mount("--rbind", directory, real)
    mount("-t", "tmpfs", "-o", "mode=755", "open", directory)
    for entry in os.scandir(real):
        place = os.path.join(directory, entry.name)
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), place)
            continue
        if entry.is_dir():
            os.mkdir(place)
        else:
            os.mknod(place)
        mount("--rbind", entry.path, place)
    run("umount", "--lazy", real)
    os.rmdir(real)


def mount(*arguments):
    run("mount", *arguments)


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{argv}: {done.stderr.strip()}")


if __name__ == "__main__":
    furnish()
    os.execvp(sys.argv[1], sys.argv[1:])
