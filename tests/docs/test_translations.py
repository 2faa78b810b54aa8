# SPDX-License-Identifier: ISC
"""Every sentence for people is in the template, and every catalogue has all.

The sentences stand in include/gcpkce/base/messages.h, and those of the login
screen in pam_gcpkce/greeter/*_messages.h.  `make texts` renews the template
po/pam_gcpkce.pot and puts what is new into the catalogues, for translators to
translate.
"""

import glob
import os
import re
import shutil
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TEMPLATE = os.path.join(ROOT, "po/pam_gcpkce.pot")
SOURCES = ["include/gcpkce/base/messages.h", *sorted(
    glob.glob("pam_gcpkce/greeter/*_messages.h", root_dir=ROOT))]
CATALOGUES = sorted(glob.glob(os.path.join(ROOT, "po/*.po")))


@pytest.fixture
def gettext():
    """Run a tool of gettext in the project's directory; gives what it printed."""
    def run(tool, *arguments):
        if shutil.which(tool) is None:
            pytest.skip(f"there is no {tool} here; see tools/install-deps")
        done = subprocess.run([tool, *arguments], cwd=ROOT, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr
    return run


def said():
    """name -> text of each sentence of SOURCES, and whether it is marked."""
    lines = "".join(read(os.path.join(ROOT, source)) for source in SOURCES)
    assert lines.isascii()
    lines = lines.replace("\\\n", " ")
    for name, body in re.findall(r"#define (MESSAGE_\w+)[ \t]+(.*)", lines):
        text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body))
        yield name, text, body.startswith("N_(")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def messages(path):
    """The messages of a template, each in one piece."""
    entries = re.findall(r'^msgid ((?:"[^\n]*"\n)+)', read(path), re.MULTILINE)
    return {"".join(re.findall(r'"(.*)"\n', entry)) for entry in entries}


def test_the_sentences_are_marked_and_the_template_has_them_all():
    sentences = [row for row in said() if row[1]]
    assert len(sentences) > 10
    assert [name for name, _, marked in sentences if not marked] == []
    assert {text for _, text, _ in sentences} == messages(TEMPLATE)


def test_sentences_stand_in_these_headers_alone():
    sources = [path for directory in ("include", "pam_gcpkce")
               for path in glob.glob(f"{ROOT}/{directory}/**/*.[ch]",
                                     recursive=True)]
    assert len(sources) > 80
    named = {os.path.relpath(path, ROOT) for path in sources
             if re.search(r"#\s*define MESSAGE_", read(path))}
    assert named == set(SOURCES)


def test_the_template_is_what_xgettext_makes(gettext):
    made = gettext("xgettext", "--language=C", "--keyword=N_",
                   "--from-code=UTF-8", "--omit-header", "--no-location",
                   "--output=-", *SOURCES)
    assert made == read(TEMPLATE), "renew it by: make texts"


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=os.path.basename)
def test_a_catalogue_translates_every_sentence(gettext, catalogue):
    gettext("msgcmp", catalogue, TEMPLATE)
    assert re.fullmatch(
        r"\d+ translated messages?\.\n",
        gettext("msgfmt", "--check-format", "--check-domain", "--statistics",
                "--output-file=/dev/null", catalogue))


def test_there_is_a_catalogue():
    assert CATALOGUES
