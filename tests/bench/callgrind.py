# SPDX-License-Identifier: ISC
"""Reads what valgrind --tool=callgrind has counted."""

from collections import Counter

CALLGRIND = ("valgrind", "-q", "--vgdb=no", "--tool=callgrind")


class Profile:
    """Instructions by the object, and the function, that spent them."""

    def __init__(self, *paths):
        self.objects = Counter()
        self.functions = Counter()
        for path in paths:
            self._read(path)

    def _read(self, path):
        names = {}
        place = {"ob": "", "fn": ""}
        called = False
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                key, _, value = line.strip().partition("=")
                if key in ("ob", "fn", "cob", "cfn"):
                    name = full_name(names, key[-2:], value)
                    if key in place:
                        place[key] = name
                elif key == "calls":
                    called = True  # the next line is the callee's
                elif line[0] in "+-*0123456789":
                    if not called:
                        self._add(place, line.split())
                    called = False

    def _add(self, place, words):
        cost = int(words[1]) if len(words) > 1 else 0
        self.objects[place["ob"]] += cost
        self.functions[place["fn"], place["ob"]] += cost


def full_name(names, kind, value):
    """A name; the file has it whole once, and then by number."""
    number, _, name = value.partition(" ")
    if not number.startswith("("):
        return value
    return names.setdefault((kind, number), name)
