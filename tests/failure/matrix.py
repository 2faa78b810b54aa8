#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the matrix of faults, many rows side by side, and writes its page.

    matrix.py [--page FILE] [--name PART]

Nearly all of a row is waiting, so eight at a time cost little.  Rows that need
a network of their own run in one, in a process beside the others.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(os.path.dirname(HERE), "lib"))

import network  # noqa: E402
from rows import rows  # noqa: E402
from signin import (PAM_RESULT, Got, World, account,  # noqa: E402
                    preconnect_can_be)

WORKERS = 8
INSIDE_LIMIT = 900  # seconds; for all rows in the private network

INTRODUCTION = """\
# What happens when something goes wrong

Each row is a sign-in through libpam with the built module, helper and TLS, in
which one thing goes wrong at the place that the first column names. The table
is written by the test run itself: `make check` runs every row and leaves its
own table in `build/FLAVOUR/fault-matrix.md`; `make fault-table` renews this
page. The rows are in `tests/failure/rows.py` and `replies.py`.

- **outcome** and **PAM result** are what is expected and what came; a run with
  a difference writes no page. Only `unreachable` and `provider_error` are
  PAM_AUTHINFO_UNAVAIL.
- **seconds** count from the answer to the end of `pam_authenticate`. Rows that
  wait for a timeout have `connect_timeout = 2` and `request_timeout = 2`.
- `/oauth/token`, `users/me` and `tokens/me` are Genesys Cloud's; `/auth/token`,
  `/auth/jwks` and `/auth/userinfo` are CXone's, which is asked with `userinfo =
  yes` and where no token can be revoked.
- The answer comes at once, before any preconnect, where a row does not speak of
  one.
- **revoked**: the helper had got a token, and Genesys Cloud saw its end;
  "tried" where the API server stayed away, so that the revoker gave up.
- **children** and **fds** are what is left: processes after the ten seconds
  that a revoker has, and descriptors that were not there before.
"""
HEAD = """
| where | what goes wrong | outcome | PAM result | seconds | revoked | \
children | fds |
|---|---|---|---|---|---|---|---|
"""


def run_row(row, base, number, names):
    """Runs one row; whatever fails in the test itself is a complaint."""
    try:
        with World(row, base, number, names) as world:
            return world.run(row)
    except Exception:  # a row must not take the others with it
        return Got(complaints=[traceback.format_exc()])


def run_rows(chosen, base, names=None):
    """Runs rows side by side; those that wait come first.  Gives {key: Got}.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        running = {
            row.key: pool.submit(run_row, row, base, number, names)
            for number, row in sorted(
                enumerate(chosen), key=lambda item: not slow(item[1]))}
    return {key: future.result() for key, future in running.items()}


def slow(row):
    return row.waits or (row.token and not row.revoked)


class Matrix:
    """Rows, what came of each, and the page about it."""

    def __init__(self, chosen):
        self.rows = list(chosen)
        self.skipped = network.why_not()
        self.got = {}
        self.seconds = 0.0

    def run(self):
        """Runs all rows that can run here."""
        begun = time.monotonic()
        base = tempfile.mkdtemp(prefix="gcpkce-faults-")
        os.chmod(base, 0o755)
        inside = None
        try:
            if self.skipped is None and any(r.private for r in self.rows):
                inside = self._begin_inside(base)
            self.got.update(run_rows(
                [row for row in self.rows if not row.private
                 and (preconnect_can_be() or not row.warm)], base))
            if inside:
                self._end_inside(inside)
        finally:
            if inside and inside.poll() is None:
                inside.kill()
                inside.wait()
            shutil.rmtree(base)
        self.seconds = time.monotonic() - begun
        return self

    def wrong(self, row):
        """What is not as it must be; None: the row was not tried."""
        got = self.got.get(row.key)
        return None if got is None else got.judge(row)

    def page(self):
        """The page, with what came."""
        return INTRODUCTION + HEAD + "".join(
            line(row, self.got.get(row.key)) for row in self.rows)

    def _begin_inside(self, base):
        private = os.path.join(base, "private")
        os.mkdir(private)
        os.chmod(private, 0o755)
        keys = [row.key for row in self.rows if row.private]
        child = network.enter(
            [sys.executable, "-B", os.path.join(HERE, "matrix.py"),
             "--inside", private], stdin=-1, stdout=-1, text=True)
        child.stdin.write(json.dumps(keys))
        child.stdin.close()
        child.stdin = None  # communicate() would flush it
        return child

    def _end_inside(self, child):
        told, _ = child.communicate(timeout=INSIDE_LIMIT)
        for key, values in json.loads(told).items():
            self.got[key] = Got(**values)


def line(row, got):
    """One line of the table."""
    revoked = "" if not row.token else "yes" if row.revoked else "tried"
    cells = [row.strikes, row.name.replace("|", "\\|"), row.outcome,
             PAM_RESULT[row.outcome]]
    if got is None:
        cells += ["not tried", "", "", ""]
    else:
        cells = [*cells[:2], got.outcome, got.result, "%.1f" % got.seconds,
                 revoked, str(got.children[1]), str(got.fds[1] - got.fds[0])]
    return "| " + " | ".join(cells) + " |\n"


def serve_inside(directory):
    """Runs the rows that standard input names, in the network we are in."""
    keys = json.load(sys.stdin)
    names = network.furnish(directory)
    got = run_rows([row for row in rows() if row.key in keys], directory, names)
    json.dump({key: one.plain() for key, one in got.items()}, sys.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", metavar="FILE",
                        help="write the page there, if all went as it must")
    parser.add_argument("--name", default="", help="only these rows")
    parser.add_argument("--inside", metavar="DIRECTORY", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        serve_inside(given.inside)
        return 0
    if account() is None:
        sys.exit("there is no ordinary account on this machine")
    matrix = Matrix(row for row in rows() if given.name in row.key).run()
    failed = 0
    for row in matrix.rows:
        wrong = matrix.wrong(row)
        if wrong == []:
            continue
        failed += 1
        print("%s\n    %s" % (row.key, "\n    ".join(
            [matrix.skipped] if wrong is None else wrong)))
        if wrong:
            print("        " + matrix.got[row.key].output.replace(
                "\n", "\n        "))
    print("%d rows in %.0f s, %d not as they must be" % (
        len(matrix.rows), matrix.seconds, failed))
    if given.page and not failed:
        with open(given.page, "w", encoding="utf-8") as file:
            file.write(matrix.page())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
