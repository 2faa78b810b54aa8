#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Prints what a screen reader finds, a line for each: role, name, and "focused"
where the keyboard is."""

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402


def show(thing, depth=0):
    focused = "focused" if thing.get_state_set().contains(Atspi.StateType.FOCUSED) else ""
    print("|".join((thing.get_role_name(), thing.get_name() or "", focused)), flush=True)
    for number in range(thing.get_child_count()):
        child = thing.get_child_at_index(number)
        if child is not None and depth < 20:
            show(child, depth + 1)


show(Atspi.get_desktop(0))
