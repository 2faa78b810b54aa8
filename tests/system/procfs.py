# SPDX-License-Identifier: ISC
"""What the kernel tells of processes: what they hold, and who is there."""

import os
import re
import time

from house import process_ids


def status(pid):
    """The fields of a process's status; none when it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file)
    except OSError:
        return {}


def open_fds(pid):
    """Number -> what is open there: socket, pipe, the path of a file.

    The private /dev is made of the machine's; what happens to a name there
    is not what a test looks for.
    """
    found = {}
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except FileNotFoundError:  # closed meanwhile
            continue
        found[name] = target.removesuffix(" (deleted)").split(":")[0]
    return found


def own_kib(pid):
    """KiB of memory that is its own and not a file's.

    The same in its status is counted on each processor for itself, and is
    wrong by hundreds.
    """
    return rollup(pid, "Anonymous")


def rollup(pid, field):
    """KiB of a field of the sum over all mappings of a process."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(rf"^{field}: +(\d+)", file.read(),
                             re.MULTILINE)[1])


def manners(pid):
    """What a module must leave as it was in the process of its host."""
    fields = status(pid)
    return {key: fields[key] for key in (
        "SigBlk", "SigIgn", "SigCgt", "SigPnd", "Threads", "Umask", "Uid",
        "Gid", "Groups", "NoNewPrivs", "Seccomp")}


def proportional_kib(pids):
    """KiB of memory, of which what is shared counts in parts (PSS)."""
    total = 0
    for pid in pids:
        try:
            total += rollup(pid, "Pss")
        except OSError:  # it has ended meanwhile
            pass
    return total


def present():
    """Who is there, zombies among them: the ids of all processes."""
    return set(process_ids())


def newcomers(before, seconds, but=None):
    """Wait until only processes that existed before are left; gives the others.

    Programs named `but` do not count.
    """
    end = time.monotonic() + seconds
    while True:
        there = {pid: status(pid).get("Name") for pid in present() - before}
        left = {pid: name for pid, name in there.items() if name != but}
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.02)
