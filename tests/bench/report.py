# SPDX-License-Identifier: ISC
"""What was measured, as text: figures, tables, goals, and docs/BENCH.md."""

import os
import platform
import re
import subprocess
import time
from dataclasses import dataclass, field
from typing import List

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PLACE = os.path.join(ROOT, "docs", "BENCH.md")

HEAD = """\
# What it costs

Written by `make bench` in one run of {seconds:.0f} s; do not edit. One figure
again: `make bench FIGURE=3`, which shows it and leaves this page alone, since
only ratios of one run mean something.

Everything happens on one machine, whose cores near and far end share. The far
end (`tests/bench/fast_server.c`) is a lean server in C, because Python's own time
would drown what is measured; its replies were recorded from the fake server of
the tests. Distance is made by a relay (`tests/bench/relay.c`) that holds every
byte for half the round trip, and a client's first bytes for one round trip
more, which stands for TCP's handshake. It speaks TLS 1.3 and chooses HTTP/1.1.
Certificates are found as on a real host: the module takes the system's hashed
directory, plain curl and libcurl use their default, which on Debian is the
bundle.
"""


@dataclass
class Goal:
    """What was promised, what it came to, and whether that is enough."""

    text: str
    measured: str
    met: bool


@dataclass
class Figure:
    """One of the figures: what it shows, its tables and its goals."""

    number: int
    title: str
    parts: List[str] = field(default_factory=list)
    goals: List[Goal] = field(default_factory=list)

    def say(self, text):
        """Adds a paragraph."""
        self.parts.append(wrapped(text))

    def show(self, head, rows):
        """Adds a table; the first column is text, the others are numbers."""
        lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
        self.parts.append("\n".join(
            "| " + " | ".join(map(str, line)) + " |" for line in lines))

    def promise(self, text, value, met, form="{:.2f}"):
        """Adds a goal."""
        self.goals.append(Goal(text, form.format(value), bool(met)))


def wrapped(text, width=79):
    """Breaks a paragraph into lines."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


def said(*argv):
    """The first line that a command says."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True,
                              check=False)
    except OSError:
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0]


def processor():
    """What the kernel calls the processor."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        found = re.search(r"model name\s*: (.*)", file.read())
    return found.group(1) if found else platform.machine()


def machine():
    """Machine and versions, as a table."""
    rows = [
        ("machine", f"{processor()}, {os.cpu_count()} cores"),
        ("load before the run", " ".join(
            f"{load:.1f}" for load in os.getloadavg())),
        ("kernel", platform.release()),
        ("C library", " ".join(platform.libc_ver())),
        ("compiler", said("cc", "--version")),
        ("curl", " ".join(said("curl", "--version").split()[:2])),
        ("OpenSSL", " ".join(said("openssl", "version").split()[:2])),
        ("valgrind", said("valgrind", "--version")),
        ("pam_gcpkce", said("git", "-C", ROOT, "describe", "--always",
                            "--dirty", "--abbrev=12")),
        ("date", time.strftime("%Y-%m-%d", time.gmtime())),
    ]
    figure = Figure(0, "")
    figure.show(["what", "which"], rows)
    return figure.parts[0].replace("---:", "---")


def compose(figures, seconds, machine_table):
    """The whole text."""
    parts = [HEAD.format(seconds=seconds), machine_table]
    goals = [(figure, goal) for figure in figures for goal in figure.goals]
    if goals:
        table = Figure(0, "")
        table.show(["goal", "figure", "measured", "is"], [
            (goal.text, figure.number, goal.measured,
             "met" if goal.met else "**missed**") for figure, goal in goals])
        parts += ["## Goals", table.parts[0]]
    for figure in figures:
        parts.append(f"## {figure.number}. {figure.title}")
        parts += figure.parts
    return "\n\n".join(part.strip() for part in parts) + "\n"


def keep(text):
    """Writes docs/BENCH.md, whole or not at all."""
    with open(PLACE + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(PLACE + ".new", 0o644)
    os.rename(PLACE + ".new", PLACE)
