#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the tests and ends with one line: N passed, N failed, N skipped.

    run.py --build DIRECTORY [--name PART] all|quick|coverage|web|oidc|greeter

A suite is one test program (cmocka), one directory of pytest, or all fuzz targets
together.  What passes says one line; what fails shows all it printed.

As root, all of it happens on a machine of its own (lib/machine.py).
Suites that mostly wait run side by side; what measures time or load runs at
the end, alone.
"""

import argparse
import concurrent.futures
import functools
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
sys.dont_write_bytecode = True

import machine  # noqa: E402

INSIDE = "GCPKCE_MACHINE"
LOGINS = ("pytest", "tests/system")
COMMANDS = ("pytest", "tests/cli")
ALONE = ("alone",)
# Some directories are shared out to several runs of pytest, since they mostly wait.
SHARES = {LOGINS: 6, COMMANDS: 3}
# in a process of its own: a browser leaves more behind than others can bear
PAGES = ("pytest", "tests/system/test_pages.py")
# make check-oidc alone: it needs a provider that npm installs
OIDC = ("pytest", "tests/system/test_oidc.py")
REPORT = threading.RLock()
TIMEOUT = {"program": 600, "pytest": 1800}


class Outcome(typing.NamedTuple):
    """What one suite came to."""

    passed: int
    failed: int
    skipped: int
    failures: list  # a line each
    printed: str

    def plus(self, other):
        return Outcome(*(ours + theirs for ours, theirs in zip(self, other)))


class Totals:
    """What all suites together came to."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def add(self, outcome):
        self.passed += outcome.passed
        self.failed += outcome.failed
        self.skipped += outcome.skipped
        self.failures += outcome.failures


def say(text):
    print(text, flush=True)


def run(command, timeout, **more):
    """Runs a command; gives its status and all that it printed."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout, check=False, **more)
        return done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        printed = (late.stdout or b"").decode(errors="replace")
        return 124, printed + f"\n(still running after {timeout} s)\n"


def cmocka_count(word, printed):
    """How many tests a closing line has: "2 test(s)"; since 1.1.7 "GROUP: 2 test(s)"."""
    found = re.findall(rf"^\[ +{word} +\] (?:\S+: )?(\d+) test", printed, re.MULTILINE)
    return sum(map(int, found))


def run_program(path, totals):
    """Runs one cmocka program and counts by its own closing lines."""
    began = time.monotonic()
    status, printed = run([path], TIMEOUT["program"])
    passed, failed, skipped = (
        cmocka_count(word, printed) for word in ("PASSED", "FAILED", "SKIPPED"))
    name = os.path.basename(path)
    tests = re.findall(r"^\[  FAILED  \] (?:\S+: )?([A-Za-z_]\w+)$", printed, re.MULTILINE)
    failures = [f"{name}::{test}" for test in dict.fromkeys(tests)]
    if status != 0 and failed == 0:
        failed = 1  # it died
    if status == 0 and passed + skipped == 0:
        failed = 1  # it tested nothing
    if failed and not failures:
        failures = [name]
    report(name, Outcome(passed, failed, skipped, failures, printed), began, totals)


def run_shell(name, command, totals):
    """Runs one script: it passes or it fails."""
    began = time.monotonic()
    status, printed = run(command, TIMEOUT["program"])
    report(name, Outcome(int(status == 0), int(status != 0), 0, [name] if status else [],
                         printed), began, totals)


def run_fuzz(command, totals):
    """Runs the fuzz targets for a moment; its last line has the counts."""
    began = time.monotonic()
    status, printed = run(command, TIMEOUT["program"])
    counts = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", printed, re.MULTILINE)
    passed, failed, skipped = map(int, counts[-1]) if counts else (0, 1, 0)
    if status != 0 and failed == 0:
        failed = 1
    report("fuzz", Outcome(passed, failed, skipped, ["fuzz"] if failed else [], printed),
           began, totals)


def pytest_outcome(directory, build, name, share=""):
    """Runs a directory of pytest, or a share of it; gives its Outcome."""
    # not below /tmp: tests/greeter has a /tmp of its own
    with tempfile.TemporaryDirectory(prefix="report-", dir=os.path.join(os.path.abspath(build), "tests")) as place:
        junit = os.path.join(place, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs",
                   "--disable-warnings", "--junit-xml", junit, directory]
        if directory == LOGINS[1]:
            command += ["--ignore", PAGES[1], "--ignore", OIDC[1]]
        if name:
            command += ["-k", name]
        environment = dict(os.environ, GCPKCE_BUILD=build, PYTHONDONTWRITEBYTECODE="1")
        if share:
            environment["GCPKCE_SHARE"] = share
            command = machine.command(command)
        status, printed = run(command, TIMEOUT["pytest"], env=environment)
        if status == 5 and (name or share):
            return Outcome(0, 0, 0, [], "")  # no such test here
        return junit_outcome(directory, junit, status, printed)


def junit_outcome(directory, junit, status, printed):
    """The Outcome of a run of pytest, by its report."""
    try:
        suite = ElementTree.parse(junit).getroot().find("testsuite")
        count = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
        failures = list(junit_failures(suite))
    except (OSError, AttributeError, ElementTree.ParseError):
        return Outcome(0, 1, 0, [f"{directory}: no report"], printed)
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    if status != 0 and failed == 0:
        failed, failures = 1, [f"{directory}: pytest ended with status {status}"]
    return Outcome(passed, failed, count["skipped"], failures, printed)


def run_pytest(directory, build, name, totals, shares=("",)):
    """Runs a directory of pytest, its shares side by side."""
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(shares)) as pool:
        whole = functools.reduce(Outcome.plus, pool.map(
            lambda share: pytest_outcome(directory, build, name, share), shares))
    if whole.passed + whole.failed + whole.skipped:
        alone = " (alone)" if shares == ALONE else ""
        report(os.path.relpath(directory) + alone, whole, began, totals)


def junit_failures(suite):
    """A line for each test of a JUnit report that failed: its name, and why."""
    for case in suite.iter("testcase"):
        for result in case:
            if result.tag in ("failure", "error"):
                why = " ".join(result.get("message", "").split())
                yield f"{case.get('classname')}::{case.get('name')}: {why[:400]}"


def report(name, outcome, began, totals):
    """Counts what a suite came to, and says so."""
    with REPORT:
        totals.add(outcome)
        report_alone(name, outcome, time.monotonic() - began)


def report_alone(name, outcome, seconds):
    extra = f", {outcome.skipped} SKIPPED" if outcome.skipped else ""
    say(f"  {'FAIL' if outcome.failed else 'ok':4}  {name}: {outcome.passed} passed{extra}"
        + (f", {outcome.failed} FAILED" if outcome.failed else "")
        + (f" ({seconds:.0f} s)" if seconds >= 1 else ""))
    if outcome.failed:
        say("\n".join("        " + line for line in outcome.printed.splitlines()))
    elif outcome.skipped:
        for reason in sorted(skip_reasons(outcome.printed)):
            say("        SKIPPED: " + reason)
    for figure in re.findall(r"^MEASURED: (.*)$", outcome.printed, re.MULTILINE):
        say("        " + figure)


def skip_reasons(printed):
    """Why tests were skipped, each reason once: pytest's words, or a test's own."""
    reasons = set(re.findall(r"^SKIPPED \[\d+\] \S+: (.*)$", printed, re.MULTILINE))
    reasons.update(re.findall(r"^(?:NOT TRIED|SKIPPED): (.*)$", printed, re.MULTILINE))
    return reasons or {"see what the test prints"}


def suites(build, which, sanitized):
    """All suites, as (kind, what) pairs: lanes, which run side by side, and
    then what runs alone, in its order."""
    if which == "web":
        return [[("pytest", "tests/web")]], [] if sanitized else [PAGES]
    if which == "oidc":
        return [[OIDC]], []
    if which == "service":
        return [[LOGINS]], [("alone", LOGINS[1])]
    if which == "greeter":
        # each file with a tree, a screen and buses of its own
        return [[("pytest", file) for file in sorted(glob.glob("tests/greeter/test_*.py"))]], []
    lane = []
    if which != "coverage":  # what counts links a library more
        lane.append(("shell", ("check-links", ["tests/links.sh", build])))
    for kind in ("unit", "module", "failure"):
        for path in sorted(glob.glob(f"tests/{kind}/test_*.c")):
            name = os.path.splitext(os.path.basename(path))[0]
            lane.append(("program", os.path.join(build, "tests", kind, name)))
    docs = ("pytest", "tests/docs")
    if which == "quick":
        return [[*lane, docs, ("pytest", "tests/cli/test_command.py")]], []
    lanes = [lane, [COMMANDS], [("pytest", "tests/failure"), docs]]
    alone = [("alone", COMMANDS[1])]
    if which == "all":
        lanes.append([("pytest", "tests/web"), ("pytest", "tests/lib")])  # no C in them
    if not sanitized:
        lanes.insert(0, [LOGINS])
        alone += [("alone", LOGINS[1]), *([PAGES] if which == "all" else [])]
    # of a flavour of its own, whatever this one is
    alone.append(("fuzz", [sys.executable, "tests/fuzz/run.py", "--build", "build/fuzz", "smoke"]))
    return lanes, alone


class Run:
    """A run of suites, and what they came to."""

    def __init__(self, build, name):
        self.build = build
        self.name = name
        self.totals = Totals()
        self.has_machines = machine.why_not() is None

    def suite(self, kind, what):
        name = self.name
        if kind == "alone" and not self.has_machines:
            return  # they were among the others
        if kind in ("pytest", "alone"):
            shares = ALONE if kind == "alone" else self.shares(kind, what)
            # a directory's own name selects all of it
            run_pytest(what, self.build, "" if name and name in what else name, self.totals,
                       shares)
        elif kind == "shell" and name in what[0]:
            run_shell(what[0], what[1], self.totals)
        elif kind == "fuzz" and (not name or "fuzz" in name):
            run_fuzz(what, self.totals)
        elif kind == "program" and name in os.path.basename(what):
            run_program(what, self.totals)

    def shares(self, kind, what):
        count = SHARES.get((kind, what), 1) if self.has_machines else 1
        return [f"{i}/{count}" for i in range(1, count + 1)] if count > 1 else [""]

    def lane(self, lane):
        for suite in lane:
            self.suite(*suite)

    def all(self, lanes, alone):
        with concurrent.futures.ThreadPoolExecutor(len(lanes)) as pool:
            for done in [pool.submit(self.lane, lane) for lane in lanes]:
                done.result()
        self.lane(alone)


def move_in():
    """Runs this very program on a machine of its own; gives its exit status.

    Gives None when it runs there already, or when there can be none.
    """
    if os.environ.pop(INSIDE, None) or machine.why_not() is not None:
        return None
    return subprocess.call(machine.command([sys.executable, *sys.argv]),
                           env=dict(os.environ, **{INSIDE: "yes"}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--name", default="")
    parser.add_argument("--sanitized", action="store_true",
                        help="the module cannot be loaded by programs without a sanitizer")
    parser.add_argument("which", choices=("all", "quick", "coverage", "web", "oidc", "greeter", "service"))
    arguments = parser.parse_args()
    if arguments.which == "service":
        os.environ["GCPKCE_SERVICE"] = "yes"  # tests/system/conftest.py
    # a shell starts what is in the background with ^C ignored, nohup with the
    # hang-up; programs under test would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    status = move_in()
    if status is not None:
        return status
    running = Run(os.path.abspath(arguments.build), arguments.name)
    running.all(*suites(running.build, arguments.which, arguments.sanitized))
    return close(arguments, running.totals)


def close(arguments, totals):
    """Says what all came to; gives the exit status."""
    if arguments.sanitized:
        say("\n*** SANITIZED: sshd, sudo, su and login cannot load such a module; tests/system was SKIPPED ***")
    if os.geteuid() != 0:
        say("\n*** NOT ROOT: whole sign-ins through sshd, sudo, su and login were SKIPPED ***")
    if arguments.which == "all" and not arguments.name and totals.passed == 0:
        totals.failed += 1
    if totals.failures:
        say("\nWhat failed, again:")
        for failure in totals.failures:
            say(f"  {failure}")
    say(f"\n{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    return 1 if totals.failed or totals.passed + totals.skipped == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
