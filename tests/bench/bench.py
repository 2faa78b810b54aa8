#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Measures what docs/BENCH.md shows, on this machine alone.

    bench.py --build DIRECTORY [--figure 1..10]

A whole run writes docs/BENCH.md; one figure alone is only shown, because
ratios belong to one run.  Needs root, for the isolated environment of tests/system.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import cost  # noqa: E402
import decisions  # noqa: E402
import limits  # noqa: E402
import memory  # noqa: E402
import remembering  # noqa: E402
import report  # noqa: E402
import signins  # noqa: E402
import stage  # noqa: E402
import with_cxone  # noqa: E402
from house import unshare, why_not  # noqa: E402

INSIDE = "GCPKCE_BENCH"
FIGURES = {
    1: signins.measure_time,
    2: signins.measure_counts,
    3: signins.measure_prompt,
    4: cost.measure_instructions,
    5: memory.measure,
    6: cost.measure_rate,
    7: decisions.measure,
    8: limits.measure,
    9: remembering.measure,
    10: with_cxone.measure,
}


def arguments():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--figure", type=int, choices=sorted(FIGURES))
    return parser.parse_args()


def move_in():
    """Runs this very program inside a house; gives its exit status."""
    directory = tempfile.mkdtemp(prefix="gcpkce-bench-")
    try:
        return subprocess.call(
            [*unshare(), "/bin/sh", "-c", '"$@"; exit $?', "init",
             sys.executable, *sys.argv], env={**os.environ, INSIDE: directory})
    finally:
        os.rmdir(directory)


def main():
    """The program."""
    given = arguments()
    if INSIDE not in os.environ:
        reason = why_not()
        if reason:
            sys.exit(f"bench: {reason}")
        return move_in()
    begun = time.monotonic()
    machine = report.machine()  # now, for the load
    setting = stage.Stage(os.environ[INSIDE], os.path.abspath(given.build))
    figures = []
    try:
        for number, measure in FIGURES.items():
            if given.figure in (None, number):
                print(f"bench: figure {number} ...", file=sys.stderr,
                      flush=True)
                figures.append(measure(setting))
    finally:
        setting.end()
    text = report.compose(figures, time.monotonic() - begun, machine)
    print(text)
    if given.figure is None:
        report.keep(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
