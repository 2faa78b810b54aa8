#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the fuzz targets, two at a time, and tells what came of them.

    run.py --build DIRECTORY smoke
        replays every seed, sees that those named yes-* are said yes to, and
        fuzzes each target for a few seconds, from the same random seed always
    run.py --build DIRECTORY [--time SECONDS] [--targets "NAME ..."] long
        fuzzes each target for so long and keeps what it learns in
        DIRECTORY/work/NAME; findings are left in DIRECTORY/found/NAME-*

The last line is "N passed, N failed, N skipped", in targets.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
AT_A_TIME = 2
SMOKE_SECONDS = 4
LIMITS = ["-timeout=120", "-rss_limit_mb=2048", "-print_final_stats=1"]
MAX_LEN = {"decision": 6000}  # a whole answer of Genesys Cloud fits
# the order in which they run: the slowest first
TARGETS = ["authenticate", "decision", "config", "wire", "answer", "map", "stack", "reply",
           "remembered", "refusal", "explain", "listener", "jws", "jwks", "claims", "greetd"]


class Result:
    """What one target came to."""

    def __init__(self, name):
        self.name = name
        self.failure = ""  # what it printed, where it failed
        self.seeds = self.runs = self.edges = self.features = self.corpus = 0
        self.yes = ""


def last_number(pattern, printed):
    found = re.findall(pattern, printed)
    return int(found[-1]) if found else 0


class Target:
    """One target: its program, its seeds, and where its findings go."""

    def __init__(self, build, name):
        self.name = name
        self.program = os.path.join(build, "tests", "fuzz", "fuzz_" + name)
        self.seeds = os.path.join(HERE, "corpus", name)
        self.found = os.path.join(build, "found")
        self.work = os.path.join(build, "work", name)
        os.makedirs(self.found, exist_ok=True)

    def run(self, arguments, timeout):
        """Runs the program; gives whether it ended well, and what it printed."""
        command = [self.program] + LIMITS + [
            f"-artifact_prefix={self.found}/{self.name}-",
            f"-max_len={MAX_LEN.get(self.name, 4096)}"] + arguments
        dictionary = os.path.join(HERE, self.name + ".dict")
        if os.path.exists(dictionary):
            command.append("-dict=" + dictionary)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as late:
            return False, (late.stdout or b"").decode(errors="replace") + "\n(it did not end)\n"
        return done.returncode == 0, done.stdout.decode(errors="replace")

    def note(self, result, printed):
        result.runs = last_number(r"stat::number_of_executed_units:\s+(\d+)", printed)
        result.edges = last_number(r"cov: (\d+)", printed)
        result.features = last_number(r"ft: (\d+)", printed)
        result.corpus = last_number(r"corp: (\d+)/", printed)

    def yes_fails(self, result):
        """The seeds that must be said yes to, each for itself; what is wrong, or nothing."""
        seeds = sorted(glob.glob(os.path.join(self.seeds, "yes*")))
        for seed in seeds:
            good, printed = self.run([seed], 300)
            told = re.search(r"^\w+: (\d+) of (\d+) said yes", printed, re.MULTILINE)
            if not good or told is None or told[1] != told[2]:
                return f"{seed} must be said yes to:\n{printed}"
        if seeds:
            result.yes = f", {len(seeds)} of {len(seeds)} said yes"
        return ""

    def smoke(self):
        result = Result(self.name)
        result.seeds = len(os.listdir(self.seeds))
        result.failure = self.yes_fails(result)
        if result.failure:
            return result
        with tempfile.TemporaryDirectory(prefix="gcpkce-fuzz-") as work:
            good, printed = self.run(["-seed=1", f"-max_total_time={SMOKE_SECONDS}", work,
                                      self.seeds], SMOKE_SECONDS + 300)
        self.note(result, printed)
        # it replays all seeds first
        if not good or result.runs < result.seeds:
            result.failure = printed
        return result

    def long(self, seconds):
        result = Result(self.name)
        result.seeds = len(os.listdir(self.seeds))
        os.makedirs(self.work, exist_ok=True)
        good, printed = self.run([f"-max_total_time={seconds}", self.work, self.seeds],
                                 seconds + 600)
        with open(self.work + ".log", "w", encoding="utf-8") as log:
            log.write(printed)
        self.note(result, printed)
        if not good:
            result.failure = printed[-4000:]
        return result


def tell(result):
    print(f"  {'FAIL' if result.failure else 'ok':4}  fuzz {result.name}: {result.seeds} seeds"
          f"{result.yes}, {result.runs} runs, corpus of {result.corpus}, {result.edges} edges, "
          f"{result.features} features", flush=True)
    if result.failure:
        print("\n".join("        " + line for line in result.failure.splitlines()), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--time", type=int, default=3600)
    parser.add_argument("--targets", default="")
    parser.add_argument("which", choices=("smoke", "long"))
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    names = arguments.targets.split() or TARGETS

    targets = [Target(build, name) for name in names]
    missing = [target.name for target in targets if not os.path.exists(target.program)]
    if missing:
        print("SKIPPED: no fuzzing: clang's libFuzzer (libclang-rt-dev) is not here; not built: "
              + " ".join(missing))
        print(f"0 passed, 0 failed, {len(targets)} skipped")
        return 0

    def one(target):
        return target.smoke() if arguments.which == "smoke" else target.long(arguments.time)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        for result in pool.map(one, targets):
            tell(result)
            failed += bool(result.failure)
    print(f"{len(targets) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
