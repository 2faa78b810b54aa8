# SPDX-License-Identifier: ISC
"""What a screen reader is told: lists the accessible objects that are visible.

    look.py

It is run as the greeter's account, on its session bus.  For each line on its standard
input it prints a line of JSON: a list of objects, each with role, name, description,
text and states.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

STATES = ("focused", "sensitive", "focusable", "editable")


def text_of(accessible):
    if "EditableText" not in accessible.get_interfaces():
        return ""
    # GTK gives "" for an end of -1
    return Atspi.Text.get_text(accessible, 0, Atspi.Text.get_character_count(accessible))


def described(accessible):
    states = accessible.get_state_set()
    return {"role": accessible.get_role_name(), "name": accessible.get_name(),
            "description": accessible.get_description(), "text": text_of(accessible),
            "states": [name for name in STATES
                       if states.contains(getattr(Atspi.StateType, name.upper()))]}


def is_hidden(states):
    """GTK's hidden parts have these states; two of WebKit's are not "visible" either."""
    return [states.contains(state) for state in (
        Atspi.StateType.VISIBLE, Atspi.StateType.SENSITIVE, Atspi.StateType.ENABLED)] == [False, True, False]


def walk(accessible, found):
    if is_hidden(accessible.get_state_set()):
        return
    found.append(described(accessible))
    for index in range(accessible.get_child_count()):
        child = accessible.get_child_at_index(index)
        if child is not None:
            walk(child, found)


def look():
    found = []
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        try:
            application = desktop.get_child_at_index(index)
            found.append(described(application))
            for number in range(application.get_child_count()):
                walk(application.get_child_at_index(number), found)
        except (GLib.Error, AttributeError):  # it has changed meanwhile
            pass
    return found


def main():
    context = GLib.MainContext.default()
    for _ in sys.stdin:
        while context.iteration(False):  # what has come since the last look
            pass
        Atspi.get_desktop(0).clear_cache()
        print(json.dumps(look()), flush=True)


main()
