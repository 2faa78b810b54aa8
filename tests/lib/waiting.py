# SPDX-License-Identifier: ISC
"""Waiting for what comes soon, however busy the machine is."""

import time

PATIENCE = 60  # seconds for any one thing to appear


def wait_until(happened, seconds=PATIENCE):
    """Ask until the answer is yes; gives the last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = happened()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.02)


def wait_until_revoked(genesys):
    """Wait until each token that was given out is worth nothing."""
    assert genesys.log.tokens(), "no token was given out"
    assert wait_until(lambda: not any(genesys.log.tokens().values())), (
        "a token is still valid")
