# SPDX-License-Identifier: ISC
"""What the tests of the pages find: a browser, and a web server."""

import os
import sys

import pytest

from chrome import Chrome, why_not
from webhost import ROOT, Webhost

sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))

BUILD = os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default"))
SHOTS = os.path.join(BUILD, "web")


@pytest.fixture(scope="session")
def chrome():
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    browser = Chrome()
    yield browser
    browser.close()


@pytest.fixture
def tab(chrome):
    return chrome.page()


@pytest.fixture
def webhost():
    server = Webhost()
    yield server
    server.close()


@pytest.fixture
def shot(tab):
    """Photograph the page: shot("name")."""
    os.makedirs(SHOTS, exist_ok=True)
    return lambda name: tab.screenshot(os.path.join(SHOTS, name + ".png"))
