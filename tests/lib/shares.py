# SPDX-License-Identifier: ISC
"""Tests that are shared out to several runs of pytest, side by side.

A conftest.py takes part that imports the hook.  GCPKCE_SHARE is "2/4" for
the second run of four, and "alone" for the tests with that mark, which are in
no share.  Without it, a run has all tests.
"""

import os

import pytest

SHARE = os.environ.get("GCPKCE_SHARE")


def add_mark(config):
    config.addinivalue_line(
        "markers", "alone: it measures time or load, so none runs beside it")


@pytest.hookimpl(trylast=True)  # of those that were chosen
def pytest_collection_modifyitems(config, items):
    if SHARE is None:
        return
    ours = [item for item in items if item.get_closest_marker("alone")]
    if SHARE != "alone":
        alone = set(ours)
        number, count = map(int, SHARE.split("/"))
        ours = [item for item in items if item not in alone]
        ours = ours[number - 1::count]
    chosen = set(ours)
    config.hook.pytest_deselected(
        items=[item for item in items if item not in chosen])
    items[:] = ours
