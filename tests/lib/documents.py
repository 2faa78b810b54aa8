# SPDX-License-Identifier: ISC
"""The shell commands of the documents, for the tests that run them.

A command is a line of an indented block that is no file, setting, stack, map or
output; a block is a file if the line before it ends with the file's path.  In README.md also a span of code that begins with a program of
PROGRAMS and has an argument.  tests/docs/test_commands.py checks that a test
runs each.
"""

import os
import re
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ("README.md", "docs/INSTALL.md", "docs/STACKS.md", "docs/TOKENS.md",
         "docs/TROUBLESHOOTING.md", "docs/OPERATIONS.md", "docs/FLEET.md",
         "docs/WORKSTATIONS.md", "etc/www/README.md")
PROGRAMS = ("make", "gcpkce", "sudo", "sshd", "ssh", "systemctl", "journalctl", "cp", "rm", "ln",
            "mkdir", "chmod", "man", "apt", "useradd", "usermod", "tools/[a-z-]+")
OTHER_LINES = re.compile(
    r"[a-z_]+ += |"                          # a setting of pam_gcpkce.conf
    r"[a-z]+ +id:|"                          # a line of the map
    r"[a-z ]+: |\.\.\.$|"                    # what gcpkce prints
    r"(auth|account|session|password) +\S|"  # a stack
    r"[A-Z][A-Za-z]+ \S")                    # a keyword of ssh or sshd


def sections(page):
    """(heading, its lines) in order; the lines before the first heading have none."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        text = file.read()
    found = [("", [])]
    for line in re.sub(r"\\\n *", "", text).split("\n"):
        if line.startswith("#"):
            found.append((line.lstrip("# "), []))
        else:
            found[-1][1].append(line)
    return found


def blocks(lines):
    """(the path that the line before a block ends with, or "", its lines) in order."""
    found, before = [], ""
    for line in lines:
        if re.match(r" {4,}\S", line):
            if before is not None:
                path = re.search(r"`(/[^`]+)`:$", before)
                found.append((path[1] if path else "", []))
                before = None
            found[-1][1].append(line)
        elif line:
            before = line
        elif before is None:
            found[-1][1].append("")
    return found


def files(page):
    """path -> text of each file that a page has."""
    found = {}
    for _, lines in sections(page):
        for path, block in blocks(lines):
            if path:
                assert path not in found, f"{page} has {path} twice"
                found[path] = textwrap.dedent("\n".join(block)).strip() + "\n"
    return found


def settings_of(page, heading):
    """The text of each block of a section that has settings ("key = value")."""
    found = [textwrap.dedent("\n".join(block)).strip()
             for _, block in blocks(dict(sections(page))[heading])]
    return [text for text in found if re.search(r"^\w+ += ", text, re.MULTILINE)]


def commands_in(page, lines):
    block = [line.strip() for path, found in blocks(lines) for line in found if line and not path]
    found = [line.split("  # ")[0].split("   #")[0].strip() for line in block
             if not OTHER_LINES.match(line)]
    if page == "README.md":
        prose = "\n".join(line for line in lines if not re.match(r" {4,}\S", line))
        spans = [re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", prose)]
        found += [span for span in spans
                  if re.match(rf"({'|'.join(PROGRAMS)}) ", span) and span not in found]
    return found


def commands(page, heading):
    """The commands of a section, in order."""
    found = [commands_in(page, lines) for name, lines in sections(page) if name == heading]
    assert len(found) == 1 and found[0], f"{page} has no commands in {heading!r}"
    return found[0]


def all_commands():
    """(page, heading, command) of every page."""
    return [(page, heading, command) for page in PAGES for heading, lines in sections(page)
            for command in commands_in(page, lines)]
