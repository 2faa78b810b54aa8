#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the tests and ends with one line: N passed, N failed, N skipped.

    run.py --build FOLDER [--name PART] all|quick|coverage|web

A suite is one test program (cmocka), one folder of pytest, or all fuzz targets
together.  What passes says one line; what fails shows all it printed.
"""

import argparse
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree

LOGINS = ("pytest", "tests/login")
# in a process of its own: a browser leaves more behind than others can bear
PAGES = ("pytest", "tests/login/test_pages.py")
REPORT = threading.RLock()
TIMEOUT = {"program": 600, "pytest": 1800}


class Totals:
    """What all suites together came to."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []  # a line each

    def add(self, passed, failed, skipped, failures=()):
        with REPORT:
            self.passed += passed
            self.failed += failed
            self.skipped += skipped
            self.failures += failures


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


def run_program(path, totals):
    """Runs one cmocka program and counts by its own closing lines."""
    status, printed = run([path], TIMEOUT["program"])
    passed = sum(map(int, re.findall(r"\[  PASSED  \] (\d+) test", printed)))
    failed = sum(map(int, re.findall(r"\[  FAILED  \] (\d+) test", printed)))
    skipped = sum(map(int, re.findall(r"\[  SKIPPED \] (\d+) test", printed)))
    if status != 0 and failed == 0:
        failed = 1  # it died
    if status == 0 and passed + skipped == 0:
        failed = 1  # it tested nothing
    name = os.path.basename(path)
    report(name, passed, failed, skipped, printed)
    totals.add(passed, failed, skipped, [name] if failed else [])


def run_shell(name, command, totals):
    """Runs one script: it passes or it fails."""
    status, printed = run(command, TIMEOUT["program"])
    report(name, int(status == 0), int(status != 0), 0, printed)
    totals.add(int(status == 0), int(status != 0), 0, [name] if status else [])


def run_fuzz(command, totals):
    """Runs the fuzz targets for a moment; its last line has the counts."""
    status, printed = run(command, TIMEOUT["program"])
    counts = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", printed, re.MULTILINE)
    passed, failed, skipped = map(int, counts[-1]) if counts else (0, 1, 0)
    if status != 0 and failed == 0:
        failed = 1
    report("fuzz", passed, failed, skipped, printed)
    totals.add(passed, failed, skipped, ["fuzz"] if failed else [])


def run_pytest(folder, build, name, totals):
    """Runs a folder of pytest and counts by its JUnit report."""
    junit = os.path.join(build, "tests", os.path.basename(folder) + ".xml")
    if os.path.exists(junit):
        os.unlink(junit)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs",
               "--junit-xml", junit, folder]
    if folder == LOGINS[1]:
        command += ["--ignore", PAGES[1]]
    if name:
        command += ["-k", name]
    environment = dict(os.environ, GCPKCE_BUILD=build, PYTHONDONTWRITEBYTECODE="1")
    status, printed = run(command, TIMEOUT["pytest"], env=environment)
    if status == 5 and name:
        return  # nothing of that name here
    try:
        suite = ElementTree.parse(junit).getroot().find("testsuite")
        count = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
        failures = list(junit_failures(suite))
    except (OSError, AttributeError, ElementTree.ParseError):
        count = {"tests": 1, "failures": 1, "errors": 0, "skipped": 0}
        failures = [f"{folder}: no report"]
    failed = count["failures"] + count["errors"]
    if status != 0 and failed == 0:
        failed, count["tests"] = 1, count["tests"] + 1
        failures = [f"{folder}: pytest ended with status {status}"]
    passed = count["tests"] - failed - count["skipped"]
    report(os.path.relpath(folder), passed, failed, count["skipped"], printed)
    totals.add(passed, failed, count["skipped"], failures)


def junit_failures(suite):
    """A line for each test of a JUnit report that failed: its name, and why."""
    for case in suite.iter("testcase"):
        for result in case:
            if result.tag in ("failure", "error"):
                why = " ".join(result.get("message", "").split())
                yield f"{case.get('classname')}::{case.get('name')}: {why[:400]}"


def report(name, passed, failed, skipped, printed):
    with REPORT:
        report_alone(name, passed, failed, skipped, printed)


def report_alone(name, passed, failed, skipped, printed):
    extra = f", {skipped} SKIPPED" if skipped else ""
    say(f"  {'FAIL' if failed else 'ok':4}  {name}: {passed} passed{extra}"
        + (f", {failed} FAILED" if failed else ""))
    if failed:
        say("\n".join("        " + line for line in printed.splitlines()))
    elif skipped:
        for reason in sorted(skip_reasons(printed)):
            say("        SKIPPED: " + reason)
    for figure in re.findall(r"^MEASURED: (.*)$", printed, re.MULTILINE):
        say("        " + figure)


def skip_reasons(printed):
    """Why tests were skipped, each reason once: pytest's words, or a test's own."""
    reasons = set(re.findall(r"^SKIPPED \[\d+\] \S+: (.*)$", printed, re.MULTILINE))
    reasons.update(re.findall(r"^(?:NOT TRIED|SKIPPED): (.*)$", printed, re.MULTILINE))
    return reasons or {"see what the test prints"}


def suites(build, which, sanitized):
    """All suites, as (kind, what) pairs, in the order in which they run."""
    if which == "web":
        yield "pytest", "tests/web"
        if not sanitized:
            yield PAGES
        return
    if which != "coverage":  # what counts links a library more
        yield "shell", ("check-links", ["tests/links.sh", build])
    for kind in ("unit", "pam", "sweep"):
        for path in sorted(glob.glob(f"tests/{kind}/test_*.c")):
            name = os.path.splitext(os.path.basename(path))[0]
            yield "program", os.path.join(build, "tests", kind, name)
    yield "pytest", "tests/docs"
    if which == "quick":
        yield "pytest", "tests/cli/test_command.py"
    else:
        yield "pytest", "tests/cli"
        if which == "all":
            yield "pytest", "tests/genesys"  # no C in it
        yield "pytest", "tests/faults"
        if which == "all":
            yield "pytest", "tests/web"
        if not sanitized:
            yield LOGINS
            if which == "all":
                yield PAGES
        # of a flavour of its own, whatever this one is
        yield "fuzz", [sys.executable, "tests/fuzz/run.py", "--build", "build/fuzz", "smoke"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--name", default="")
    parser.add_argument("--sanitized", action="store_true",
                        help="the module cannot be loaded by programs without a sanitizer")
    parser.add_argument("which", choices=("all", "quick", "coverage", "web"))
    arguments = parser.parse_args()
    # a shell starts what is in the background with ^C ignored, nohup with the
    # hang-up; programs under test would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    build = os.path.abspath(arguments.build)
    name = arguments.name
    totals = Totals()

    def run_suite(kind, what):
        if kind == "pytest":
            # a folder's own name selects all of it
            run_pytest(what, build, "" if name and name in what else name, totals)
        elif kind == "shell" and name in what[0]:
            run_shell(what[0], what[1], totals)
        elif kind == "fuzz" and (not name or "fuzz" in name):
            run_fuzz(what, totals)
        elif kind == "program" and name in os.path.basename(what):
            run_program(what, totals)

    # whole logins mostly wait, so the others run beside them; fuzzers do not
    chosen = list(suites(build, arguments.which, arguments.sanitized))
    waiting = [threading.Thread(target=run_suite, args=suite)
               for suite in chosen if suite == LOGINS]
    for thread in waiting:
        thread.start()
    for suite in chosen:
        if suite[0] == "fuzz":
            for thread in waiting:
                thread.join()
        if suite != LOGINS:
            run_suite(*suite)
    for thread in waiting:
        thread.join()

    if arguments.sanitized:
        say("\n*** SANITIZED: sshd, sudo, su and login cannot load such a module; tests/login was SKIPPED ***")
    if os.geteuid() != 0:
        say("\n*** NOT ROOT: whole sign-ins through sshd, sudo, su and login were SKIPPED ***")
    if arguments.which == "all" and not name and totals.passed == 0:
        totals.failed += 1
    if totals.failures:
        say("\nWhat failed, again:")
        for failure in totals.failures:
            say(f"  {failure}")
    say(f"\n{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    return 1 if totals.failed or totals.passed + totals.skipped == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
