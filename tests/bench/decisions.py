# SPDX-License-Identifier: ISC
"""Figure 7: the policy, and map files that grow."""

import json
import os
import subprocess
import uuid
from statistics import median

from callgrind import CALLGRIND, Profile
from report import Figure
from stage import ACCOUNT, Failed

SIZES = (10, 1000, 100_000, 1_000_000)
REPETITIONS = 7
SECONDS = "0.2"
ONE = "0"  # seconds: there is one decision in any case
LINEAR = 1.05  # a line of a larger file costs this much more, at most


def map_write(setting, lines):
    """Writes a map file whose last line maps the account; gives its path."""
    path = os.path.join(setting.directory, f"map{lines}")
    namespace = uuid.UUID(setting.person)
    with open(path, "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o644)
        for number in range(lines - 1):
            # an id a thousand lines: making a million takes its time
            if number % 1000 == 0:
                someone = uuid.uuid5(namespace, str(number))
            file.write(f"person{number:06d} id:{someone}\n")
        file.write(f"{ACCOUNT} id:{setting.person}\n")
    return path


def run(setting, conf, seconds, before=()):
    """Decides for a while; gives how often, and the microseconds."""
    done = subprocess.run(
        [*before, setting.program("decisions"), conf, ACCOUNT, setting.person,
         seconds], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"decisions: {done.stderr}")
    return json.loads(done.stdout)


def decide(setting, conf):
    """The microseconds of one decision."""
    found = run(setting, conf, SECONDS)
    return found["us"] / found["decisions"]


def instructions(setting, conf):
    """The instructions of one decision."""
    out = os.path.join(setting.directory, "decision")
    run(setting, conf, ONE, before=(
        *CALLGRIND, "--toggle-collect=policy_gather",
        "--toggle-collect=policy_account_check", "--toggle-collect=policy_decide",
        f"--callgrind-out-file={out}"))
    return sum(Profile(out).objects.values())


def opens(setting, path):
    """How often a whole sign-in opens the map file."""
    log = os.path.join(setting.directory, "opens")
    service = setting.module(None, map_file=path, preconnect="no")
    setting.sign_in(service, before=(
        "strace", "-o", log, "-e", "trace=open,openat,openat2"))
    with open(log, encoding="utf-8", errors="replace") as file:
        return sum(f'"{os.path.basename(path)}"' in line
                   or f'"{path}"' in line for line in file)


def measure(setting):
    """Figure 7."""
    maps = {lines: map_write(setting, lines) for lines in SIZES}
    confs = {lines: setting.configuration(f"policy{lines}", map_file=path)
             for lines, path in maps.items()}
    times = {lines: [] for lines in SIZES}
    for _ in range(REPETITIONS):
        for lines in SIZES:
            times[lines].append(decide(setting, confs[lines]))
    us = {lines: median(values) for lines, values in times.items()}
    spent = {lines: instructions(setting, conf)
             for lines, conf in confs.items()}
    figure = Figure(7, "Decisions, and the size of the map file")
    figure.show(["lines", "decisions a second", "us a decision",
                 "instructions", "ns a further line",
                 "instructions a further line"], [
        [lines, f"{1e6 / us[lines]:,.0f}", f"{us[lines]:,.1f}",
         f"{spent[lines]:,}",
         f"{slope(us, before, lines) * 1000:.1f}" if before else "",
         f"{slope(spent, before, lines):.1f}" if before else ""]
        for before, lines in zip((None, *SIZES), SIZES)])
    opened = opens(setting, maps[SIZES[0]])
    figure.say(
        f"Medians of {REPETITIONS} runs. A decision is policy_gather, which "
        "looks the account up and reads the map file from its beginning to "
        "its end, policy_account_check and policy_decide. The line that counts is "
        "the last one. A whole sign-in opened the map file "
        f"{opened} time(s), counted by strace. The last two columns are what "
        "each line more than in the row above costs; growth is judged by the "
        "instructions, because the caches of the machine have their say in "
        "the time.")
    growth = (slope(spent, SIZES[2], SIZES[3]) /
              slope(spent, SIZES[1], SIZES[2]))
    figure.promise("linear: a line of the largest map costs at most "
                   f"{LINEAR} times as much", growth, growth <= LINEAR)
    figure.promise("the map file is read once", opened, opened == 1,
                   "{} time(s)")
    return figure


def slope(cost, fewer, more):
    """What one line more costs."""
    return (cost[more] - cost[fewer]) / (more - fewer)
