# SPDX-License-Identifier: ISC
"""What README.md, docs/ and the man pages name is there.

Links, files, commands, make's targets, keys, outcomes and events are taken
from the text as a reader would, and looked up in the tree, the tables of the
code and the built command.
"""

import glob
import os
import re
import shlex
import shutil
import subprocess

import pytest

import named_tests  # noqa: F401  (the path to documents)
from documents import PAGES

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default"))
GCPKCE = os.path.join(BUILD, "tests/gcpkce")

# What else stands before a "=" in these texts.
CONTROLS = {"success", "default", "authinfo_unavail", "service_err", "ignore", "new_authtok_reqd"}
FIELDS = {"outcome", "cause", "attempt", "user", "service", "rhost", "provider", "subject", "email", "organization",
          "correlation", "ms", "remembered", "expires"}  # of the journal
REQUESTS = {"client_id", "redirect_uri", "code", "state", "error", "prompt", "response_type",
            "code_challenge", "code_challenge_method", "grant_type", "expand", "org", "provider"}
# By "make coverage"; and what a reader puts a name of his own for.
MADE = {"docs/COVERAGE.md", "pam_gcpkce/cli/NAME.c", "pam_gcpkce/cli/check_NAME.c",
        "tests/fuzz/corpus/answer/what-it-shows"}
NO_KEYS = CONTROLS | FIELDS | REQUESTS | {"conf", "key"}


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def names(pattern):
    return sorted(os.path.relpath(path, ROOT) for path in glob.glob(os.path.join(ROOT, pattern), recursive=True))


MARKDOWN = names("*.md") + names("docs/*.md") + names("etc/*/*.md") + names("tests/*.md")
MAN = names("man/*.[158]")
DIRECTORIES = {"etc", "docs", "tests", "tools", "include", "man", "pam_gcpkce",
           *os.listdir(os.path.join(ROOT, "pam_gcpkce"))}
KEYS = re.findall(r"^\tX\((\w+), [A-Z_]+, ", read("include/gcpkce/config/config.h"), re.MULTILINE)
SCREEN_KEYS = ["vt", "command"] + re.findall(  # greetd's, gcpkce-greeter's
    r"^\tX\((\w+), ", read("pam_gcpkce/greeter/settings.h"), re.MULTILINE)
OUTCOMES = dict(re.findall(r'X\([A-Z_]+, "(\w+)", (PAM_\w+),', read("include/gcpkce/base/outcome.h")))
TARGETS = {target for path in ("Makefile", *names("mk/*.mk"), *names("tests/**/*.mk"))
           for target in re.findall(r"^([a-z][a-z_.-]*):(?!=)", read(path), re.MULTILINE)}


def code_of(text):
    """All that stands as code in Markdown: spans, and blocks with their comments."""
    text = re.sub(r"^```.*$", "", text, flags=re.MULTILINE)
    spans = re.findall(r"`([^`]+)`", text)
    blocks = re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)
    return [re.sub(r"\s+", " ", piece) for piece in spans + blocks]


def man_text(name):
    """A page as people see it, in one long line a paragraph."""
    done = subprocess.run(["mandoc", "-Tascii", "-Owidth=10000", os.path.join(ROOT, name)],
                          check=True, text=True, stdout=subprocess.PIPE)
    return re.sub(r".\b", "", done.stdout)


def slug(heading):
    """The anchor that a heading gets on the usual sites."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower())
    return kept.replace(" ", "-")


def anchors(name):
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", read(name), re.MULTILINE)}


def test_there_is_something_to_look_at():
    assert len(MARKDOWN) >= 9 and len(MAN) >= 5
    assert len(KEYS) > 30 and len(OUTCOMES) > 30 and "check" in TARGETS
    assert "timeout" in KEYS and OUTCOMES["ok"] == "PAM_SUCCESS"
    assert slug("5. Let sshd use it, `now`") == "5-let-sshd-use-it-now"


@pytest.mark.parametrize("page", MARKDOWN)
def test_each_link_leads_somewhere(page):
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        if not os.path.exists(os.path.join(ROOT, path)):
            dead.append(target)
        elif anchor and anchor not in anchors(path):
            dead.append(target)
    assert dead == []


def sentences(text):
    """The longer sentences of a page, without its indented blocks."""
    prose = re.sub(r"^ {4,}.*$", "", text, flags=re.MULTILINE)
    for piece in re.split(r"\||\n\s*\n|\n- |\n\d+\. ", prose):
        for sentence in re.split(r"(?<=[.:;!?]) ", re.sub(r"\s+", " ", piece)):
            if len(sentence.split()) >= 7:
                yield sentence.strip(" .*:;").lower()


def test_no_sentence_stands_on_two_pages():
    pages = {}
    for page in (*PAGES, "CONTRIBUTING.md", "docs/CALLERS.md", "docs/EVENTS.md"):
        for sentence in sentences(read(page)):
            pages.setdefault(sentence, set()).add(page)
    assert len(pages) > 300
    assert {sentence: found for sentence, found in pages.items() if len(found) > 1} == {}
    assert list(sentences("A short one. This is a sentence of eight words: no.\n    make x\n")) == [
        "this is a sentence of eight words"]


def test_readme_is_short():
    assert read("README.md").count("\n") <= 200


def is_there(path, page=""):
    """Is it a file or directory, or a pattern of some; of the tree, the product or beside the page?"""
    return path in MADE or any(glob.glob(os.path.join(ROOT, base, path.rstrip("/")))
               for base in ("", "pam_gcpkce", "include", os.path.dirname(page)))


def paths_in(text):
    """What looks like a path of this tree."""
    found = re.findall(r"(?<![\w/.~=:-])([a-z_]+/[\w.*/-]*[\w*/])(?![\w=])", text)
    return {path for path in found if path.split("/")[0] in DIRECTORIES}


@pytest.mark.parametrize("page", MARKDOWN)
def test_each_file_that_is_named_is_there(page):
    assert sorted(path for path in paths_in(read(page)) if not is_there(path, page)) == []


def test_paths_are_found_in_texts():
    assert paths_in("see `docs/TOUR.md`, tests/x/ and /etc/pam.d/sshd; and/or") == {
        "docs/TOUR.md", "tests/x/"}
    assert is_there("docs/TOUR.md") and is_there("cli/login.c") and not is_there("docs/NO.md")
    assert is_there("cli/test_login.py", "tests/README.md") and not is_there("cli/test_login.py")


# ---- the command ----

USAGE = subprocess.run([GCPKCE, "--help"], check=True, text=True, stdout=subprocess.PIPE).stdout
COMMANDS = re.findall(r"^  gcpkce ([a-z]+)", USAGE, re.MULTILINE)


def command_lines(text):
    """Each "gcpkce ..." in a piece of code, as a list of words."""
    for found in re.finditer(r"(?<![\w.\"-])gcpkce +((?:-|[a-z])[^`|<>();#\n]*)", text):
        words = found.group(1).replace('"', " ").split("  ")[0].strip()
        if not re.match(r"[A-Za-z ]+\.$", words):
            yield shlex.split(words)


def all_command_lines():
    lines = set()
    for page in MARKDOWN:
        for piece in code_of(read(page)):
            lines.update((page, *words) for words in command_lines(piece))
    for page in MAN:
        for piece in re.findall(r"^\.Dl \$ (.*)$", read(page), re.MULTILINE):
            piece = piece.replace("\\(dq", '"')
            lines.update((page, *words) for words in command_lines(piece))
    return sorted(lines)


LINES = all_command_lines()


def test_command_lines_are_found():
    assert len(LINES) >= 10
    assert ("docs/INSTALL.md", "login", "--conf", "./my.conf", "--export") in LINES
    assert ("man/gcpkce.1", "whoami") in LINES
    assert list(command_lines('eval "$(gcpkce login --export)"')) == [["login", "--export"]]


@pytest.mark.parametrize("line", LINES, ids=[" ".join(line) for line in LINES])
def test_each_command_line_is_one_that_the_command_takes(line, tmp_path):
    """It runs, and may well end badly, but not because of its usage.

    A command alone is talked about.
    """
    if len(line) == 2 and line[1] in COMMANDS:
        return
    done = subprocess.run([GCPKCE, *line[1:]], cwd=tmp_path, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr


def test_a_command_line_that_is_none_is_noticed(tmp_path):
    for words in (["lgoin"], ["login", "--identities"]):
        with pytest.raises(AssertionError):
            test_each_command_line_is_one_that_the_command_takes(("", *words), tmp_path)


def test_the_manual_has_each_command_and_option():
    options = set(re.findall(r"--([a-z-]+)", USAGE))
    page = read("man/gcpkce.1")
    assert len(COMMANDS) >= 5 and "conf" in options
    assert [name for name in COMMANDS if f".It Cm {name}\n" not in page] == []
    assert [name for name in options if not re.search(
        rf"^\.It (Fl \w , )?(Fl )?-{name}\b|^\.Op Fl -{name}|Fl -{name}\b", page,
        re.MULTILINE)] == []


# ---- make ----

@pytest.mark.parametrize("page", MARKDOWN)
def test_each_target_of_make_exists(page):
    named = {word for piece in code_of(read(page))
             for word in re.findall(r"^(?:sudo )?make ((?:[A-Z_]+=\S+ )*)([a-z][a-z_.-]*)(?![\w=/.])",
                                    piece) for word in word[1:]}
    assert sorted(named - TARGETS) == []


# ---- keys ----

def keys_in(page):
    """What a page of Markdown sets by "key = value" or "key=value"."""
    for piece in code_of(read(page)):
        if re.match(r"(sudo )?make |\w+ = [A-Z_]+$", piece):
            continue  # variables of make, and C
        yield from re.findall(r"^([a-z_]+) = ", piece)
        yield from re.findall(r"(?:^|pam_gcpkce\.so |[a-z]=\S+ )([a-z_]+)=(?=\S|$)", piece)


@pytest.mark.parametrize("page", MARKDOWN)
def test_each_key_exists(page):
    known = {*KEYS, *NO_KEYS, *(SCREEN_KEYS if page == "docs/WORKSTATIONS.md" else ())}
    assert sorted(set(keys_in(page)) - known) == []


@pytest.mark.parametrize("page", MAN)
def test_each_key_in_the_manual_exists(page):
    named = set(re.findall(r"\bCm (\w+) Ns = Ns", read(page)))
    assert sorted(named - set(KEYS) - NO_KEYS) == []


def test_keys_are_found_in_texts():
    assert {"region", "client_id", "callback"} <= set(keys_in("README.md"))
    assert {"export", "timeout", "conf"} <= set(keys_in("docs/STACKS.md"))


def test_the_manual_explains_each_key_once():
    page = read("man/pam_gcpkce.conf.5")
    part = page[page.index(".Sh KEYS"):page.index(".Sh THE MAP FILE")]
    items = re.findall(r"^\.It (.*)$", part, re.MULTILINE)
    assert items == [f"Cm {key}" for key in KEYS]


def test_the_manual_s_list_is_that_of_the_table():
    page = os.path.join(ROOT, "man/pam_gcpkce.conf.5")
    made = subprocess.run([os.path.join(BUILD, "tools/config-text"), "manual", page],
                          check=True, text=True, stdout=subprocess.PIPE).stdout
    assert made == read(page)


def test_the_example_has_each_key():
    example = read("etc/pam_gcpkce.conf")
    assert re.findall(r"^# ?(\w+) *=", example, re.MULTILINE) == KEYS


# ---- outcomes and events ----

def table_names(page):
    """The names in the first cells of a page's tables."""
    return [name for cell in re.findall(r"^\| ([^|]+) \|", read(page), re.MULTILINE)
            for name in re.findall(r"\w+", cell)]


def test_troubleshooting_has_each_outcome_once():
    listed = re.findall(r"^\| `(\w+)` \|", read("docs/TROUBLESHOOTING.md"), re.MULTILINE)
    assert sorted(name for name in listed if name in OUTCOMES) == sorted(OUTCOMES)


def test_events_have_each_outcome_with_its_meaning():
    texts = dict(re.findall(r"^\| `(\w+)` \| (PAM_\w+) \|", read("docs/EVENTS.md"), re.MULTILINE))
    assert texts == OUTCOMES


def test_the_protocol_has_each_outcome_at_its_number():
    text = re.sub(r"\s+", " ", read("docs/PROTOCOL.md"))
    assert [name for number, name in enumerate(OUTCOMES)
            if not re.search(rf"\b{number} {name}\b", text)] == []


def test_the_design_has_each_outcome_at_its_result():
    told = {name: result for names_of, result in re.findall(
        r"^\| ([a-z_, ()]*\w.*?) \| (PAM_\w+)", read("docs/DESIGN.md"), re.MULTILINE)
            for name in re.findall(r"\w+", names_of) if name in OUTCOMES}
    assert told == OUTCOMES


def test_the_manual_has_each_outcome_at_its_result():
    page = read("man/pam_gcpkce.8")
    part = page[page.index(".Sh OUTCOMES"):page.index(".Sh JOURNAL")]
    told = {name: result for result, text in re.findall(
        r"^\.It Dv (PAM_\w+)\n((?:(?!\.It|\.El).*\n)*)", part, re.MULTILINE)
        for name in re.findall(r"\w+", text) if name in OUTCOMES}
    assert told == OUTCOMES


def events_in_the_code():
    """Words that the module, the helper and what they use write as an event."""
    return {name for path in names("pam_gcpkce/**/*.c") for name in re.findall(
        r'journal_(?:event|write)\([^;]*?"([a-z]+_[a-z_]+|revoked)"', read(path))}


def test_each_event_is_described():
    events = events_in_the_code()
    assert {"revoked", "revoke_failed", "export_failed", "region_not_set",
            "sandbox_layer_missing", "account_group_missing"} <= events
    assert sorted(events - set(table_names("docs/EVENTS.md"))) == []
    journal = read("man/pam_gcpkce.8")
    assert [name for name in sorted(events) if name not in journal] == []


# ---- the examples, and the manual's form ----

def test_each_example_is_named_where_people_read():
    shown = "".join(map(read, ["README.md", "docs/INSTALL.md", "docs/STACKS.md",
                               "etc/www/README.md", *MAN]))
    files = [os.path.relpath(os.path.join(directory, name), os.path.join(ROOT, "etc"))
             for directory, _, found in os.walk(os.path.join(ROOT, "etc")) for name in found
             if os.path.basename(directory) != "completion" and not name.endswith(".md")]
    assert len(files) > 10
    assert [name for name in files if name not in shown
            and os.path.basename(name) not in shown] == []


@pytest.mark.parametrize("page", MAN)
def test_the_manual_is_clean(page):
    if shutil.which("mandoc") is None:
        pytest.skip("there is no mandoc here; see tools/install-deps")
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", os.path.join(ROOT, page)],
                          text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
