# SPDX-License-Identifier: ISC
"""gcpkce-chromium and the Chromium that it starts, as the tests look at them."""

import os
import re
import subprocess

import tree
from house import process_ids, runs

MANAGED = "/etc/chromium/policies/managed"
PROGRAM = f"{tree.PREFIX}/libexec/gcpkce-chromium"
REDIRECT = "http://localhost:{}/oauth2/callback"


def running():
    """The ids of Chromium's processes; its parents are not among them."""
    return [pid for pid in process_ids() if runs(pid, "chromium")]


def roots():
    """The root directories of its processes; that of the sandboxed ones is empty and left out."""
    found = [f"/proc/{pid}/root" for pid in running()]
    return [root for root in found if os.path.exists(f"{root}/run")]


def field(pid, file, pattern):
    """What a file of /proc says about a process; None if it does not."""
    try:
        with open(f"/proc/{pid}/{file}", encoding="utf-8") as text:
            found = re.search(pattern, text.read())
    except OSError:
        return None
    return found and found[1]


def shows(title):
    """Is a window with this title there?  Its screen is the one that the program was given."""
    for pid in process_ids():
        display = runs(pid, "bwrap") and field(pid, "environ", r"(?:^|\0)DISPLAY=(.*?)\0")
        if not display:
            continue
        look = tree.as_account(
            int(field(pid, "status", r"\nUid:\t(\d+)")),
            ["xdotool", "search", "--onlyvisible", "--name", f"^{title} - Chromium$"],
            {"PATH": "/usr/bin:/bin", "DISPLAY": display,
             "XAUTHORITY": field(pid, "environ", r"\0XAUTHORITY=(.*?)\0") or ""},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return look.wait() == 0
    return False
