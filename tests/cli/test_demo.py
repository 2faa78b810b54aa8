# SPDX-License-Identifier: ISC
"""The demo completes itself where there is no terminal."""

import os
import subprocess

from conftest import BUILD, ROOT


def test_demo_signs_in_by_itself_and_shows_what_it_promises():
    done = subprocess.run([os.path.join(ROOT, "tools/demo"), "--build", BUILD],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("Sign in to Genesys Cloud to continue as", "pam_authenticate: Success",
                  "<alice@example.test>", "POST   /oauth/token  200",
                  "the sign-in SUCCEEDED"):
        assert words in done.stdout
    if os.geteuid() == 0:
        assert "GENESYSCLOUD_ACCESS_TOKEN=" in done.stdout
        assert "outcome=revoked" in done.stdout
