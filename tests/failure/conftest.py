# SPDX-License-Identifier: ISC
"""One run of the whole matrix, before the first test looks at a row."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from matrix import Matrix  # noqa: E402
from signin import BUILD, account  # noqa: E402


def chosen(session):
    """The rows of those tests that were chosen."""
    for item in session.items:
        if "row" in getattr(item, "fixturenames", ()):
            yield item.callspec.params["row"]


@pytest.fixture(scope="session")
def matrix(request):
    """The matrix after its run, which leaves its page beside what was built.
    """
    if account() is None:
        pytest.skip("there is no ordinary account on this machine")
    for built in ("gcpkce-helper", "tests/fault-host", "tests/leaping-host"):
        if not os.path.exists(os.path.join(BUILD, built)):
            pytest.exit(f"{built} is not built; run make test-parts", 2)
    run = Matrix(chosen(request.session)).run()
    with open(os.path.join(BUILD, "fault-matrix.md"), "w",
              encoding="utf-8") as file:
        file.write(run.page())
    return run
