# SPDX-License-Identifier: ISC
"""The table of results of "gcpkce check" against libpam, cell by cell.

Each module of a stack is replaced by pam_inject.so, which answers what the
table assumes or, in our place, each result that an outcome has.  Then libpam
itself reads the files and answers.
"""

import os
import random
import re
import subprocess

import pytest

from conftest import BUILD
from stacks import (FEW, KEEPS_OUT, KEEPS_OUT_LIST, MAY_REFUSE, NO_FEW, PASSES, REAL,
                    SHORT_CUTS, SKIPS, random_stack)

HOST = os.path.join(BUILD, "tests/inject-host")
MODULE = os.path.join(BUILD, "tests/pam_inject.so")
ABORT = 26
ASSUMPTIONS = ("others_agree", "others_right", "others_refuse")
# _pam_types.h
NAMES = """SUCCESS OPEN_ERR SYMBOL_ERR SERVICE_ERR SYSTEM_ERR BUF_ERR PERM_DENIED AUTH_ERR
    CRED_INSUFFICIENT AUTHINFO_UNAVAIL USER_UNKNOWN MAXTRIES NEW_AUTHTOK_REQD ACCT_EXPIRED
    SESSION_ERR CRED_UNAVAIL CRED_EXPIRED CRED_ERR NO_MODULE_DATA CONV_ERR AUTHTOK_ERR
    AUTHTOK_RECOVERY_ERR AUTHTOK_LOCK_BUSY AUTHTOK_DISABLE_AGING TRY_AGAIN IGNORE ABORT
    AUTHTOK_EXPIRED MODULE_UNKNOWN BAD_ITEM CONV_AGAIN INCOMPLETE""".split()
NUMBERS = {"PAM_" + name: number for number, name in enumerate(NAMES)}


def write(directory, files):
    os.makedirs(directory)
    for name, text in files.items():
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)


def injected(directory, files):
    """The same files with our modules; names of includes made absolute.

    Linux-PAM 1.5 looks for included names in /etc/pam.d even when the service
    is in another directory.
    """
    changed = {}
    for name, text in files.items():
        lines, first = [], None
        for number, line in enumerate(text.splitlines(keepends=True), 1):
            first = first or number
            line = re.sub(r"(?<!\S)(/\S*/)?pam_\w+\.so", f"{MODULE} at={name}:{first}", line)
            line = re.sub(r"^(@include|\S+\s+(?:include|substack))(\s+)(\S+)",
                          rf"\1\2{directory}/\3", line)
            lines.append(line)
            if not line.rstrip().endswith("\\"):
                first = None
        changed[name] = "".join(lines)
    write(directory, changed)


def cells_of(table):
    """All cells: assumption, the module's result, what the table says."""
    cells = {(assumption, row["module"]): row[assumption]
             for assumption in ASSUMPTIONS for row in table["outcomes"]}
    assert len(cells) == 24  # eight results of PAM
    return cells


def libpam(directory, table, cells):
    """What libpam says of each cell."""
    asked = []
    for index, (assumption, ours) in enumerate(cells):
        path = f"{directory}/answers-{index}"
        with open(path, "w", encoding="utf-8") as file:
            for line in table["lines"]:
                place = os.path.basename(line["where"])
                file.write(f"{place} {NUMBERS[line[assumption] or ours]}\n")
        asked.append(f"s {path}\n")
    # libpam leaks where pam_start fails, which is not ours to fix
    done = subprocess.run([HOST, directory], input="".join(asked), text=True, check=True,
                          capture_output=True, timeout=60,
                          env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
    return dict(zip(cells, done.stdout.splitlines(), strict=True))


def compare(gcpkce, directory, files):
    """Compares the table of a stack; gives the number of cells."""
    write(f"{directory}/there", files)
    injected(f"{directory}/here", files)
    run = gcpkce("--json", "check", "--pam-dir", f"{directory}/there", "--service", "s")
    if not run.json["stacks"]:
        assert "PAM_ABORT" in run.out
        there = libpam(f"{directory}/here", {"lines": []}, {(ASSUMPTIONS[0], "PAM_SUCCESS"): None})
        assert set(there.values()) == {f"start {ABORT}"}
        return 1
    table, = run.json["stacks"]
    cells = cells_of(table)
    told = {cell: str(NUMBERS[text]) for cell, text in cells.items()}
    assert told == libpam(f"{directory}/here", table, cells), files
    return len(cells)


@pytest.mark.parametrize("name", REAL)
def test_the_table_is_what_libpam_does(gcpkce, directory, name):
    compare(gcpkce, directory, REAL[name])


def test_the_real_stacks_differ(gcpkce, directory):
    """Lest equality be shown of one answer alone."""
    seen = set()
    for name, files in REAL.items():
        write(f"{directory}/{name}", files)
        tables = gcpkce("--json", "check", "--pam-dir", f"{directory}/{name}",
                       "--service", "s").json["stacks"]
        for table in tables:
            seen.add(tuple(cells_of(table).values()))
    assert len(seen) >= 15


@pytest.mark.parametrize("seed", range(4))
def test_the_table_of_any_stack_is_what_libpam_does(gcpkce, directory, seed):
    rng = random.Random(seed)
    cells = sum(compare(gcpkce, f"{directory}/{number}", random_stack(rng)) for number in range(60))
    assert cells > 1000


@pytest.mark.parametrize("module", ["permit", "deny", "env", "faildelay", "group", "mail",
                                    "nologin", "warn", "issue", "keyinit", "time", "motd",
                                    "limits", "umask"])
def test_a_known_module_answers_as_is_assumed(gcpkce, directory, module):
    """The module itself, in libpam: any other answer than the assumed one is bad."""
    write(f"{directory}/there", {"s": f"auth required pam_{module}.so\nauth required pam_gcpkce.so\n"})
    table, = gcpkce("--json", "check", "--pam-dir", f"{directory}/there",
                    "--service", "s").json["stacks"]
    assumed = {table["lines"][0][assumption] for assumption in ASSUMPTIONS}
    word = assumed.pop().removeprefix("PAM_").lower()
    assert not assumed
    write(f"{directory}/here", {"other": "auth required pam_deny.so\n", "s": (
        f"auth required pam_permit.so\nauth [{word}=ignore default=bad] pam_{module}.so\n")})
    assert list(libpam(f"{directory}/here", {"lines": []},
                       {(ASSUMPTIONS[0], "PAM_SUCCESS"): None}).values()) == ["0"]


def opens_at(gcpkce, directory, service):
    """Where check says that this stack lets in without any credential."""
    write(f"{directory}/checked", {"s": service, "other": "auth required pam_deny.so\n"})
    found = gcpkce("--json", "check", "--pam-dir", f"{directory}/checked",
                   "--service", "s").json["findings"]
    return [os.path.basename(one["where"]) for one in found if one["severity"] == "fault"
            and re.search("lets in without any credential|lets every user in", one["what"])]


def opened(gcpkce, directory, control, line):
    """The same of a line before ours."""
    return opens_at(gcpkce, directory, f"auth {control} {line.format(service='s')}\n"
                    "auth required pam_gcpkce.so\nauth required pam_permit.so\n")


@pytest.mark.parametrize("control", SHORT_CUTS)
def test_a_line_that_an_ordinary_user_passes_opens_the_stack(gcpkce, directory, control):
    assert {line: opened(gcpkce, f"{directory}/{number}", control, line)
            for number, line in enumerate(PASSES)} == {line: ["s:1"] for line in PASSES}
    assert {line: opened(gcpkce, f"{directory}/no-{number}", control, line)
            for number, line in enumerate(KEEPS_OUT)} == {line: [] for line in KEEPS_OUT}


def let_in(directory, service):
    """Does libpam let an ordinary user in: real modules, and ours refuses?"""
    write(directory, {"other": "auth required pam_deny.so\n", "s": re.sub(
        r"pam_gcpkce\.so", f"{MODULE} at=ours", service)})
    path = f"{directory}/answers"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"ours {NUMBERS['PAM_PERM_DENIED']}\n")
    done = subprocess.run([HOST, directory], input=f"s {path}\n", text=True, check=True,
                          capture_output=True, timeout=60,
                          env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"))
    return done.stdout == "0\n"


def skipped(line, control=SKIPS):
    """A stack in which a refusal by the line leads over ours."""
    return (f"auth {control} {line.format(service='s')}\n"
            "auth [success=done default=die] pam_gcpkce.so\nauth required pam_permit.so\n")


def test_a_refusal_that_skips_ours_opens_the_stack(gcpkce, directory):
    """As libpam itself does, with the modules themselves."""
    # these look at who calls, which may be root here, and the account nobody is not a regular user
    tried = set(KEEPS_OUT) - {"pam_rootok.so", "pam_wheel.so trust", "pam_usertype.so issystem"}
    assert {line: let_in(f"{directory}/pam-{number}", skipped(line))
            for number, line in enumerate(tried)} == {line: True for line in tried}
    assert {line: opens_at(gcpkce, f"{directory}/{number}", skipped(line))
            for number, line in enumerate(KEEPS_OUT)} == {line: ["s:1"] for line in KEEPS_OUT}


def test_a_line_that_may_refuse_some_opens_the_stack_that_way(gcpkce, directory):
    told = {line: opens_at(gcpkce, f"{directory}/{number}", skipped(line))
            for number, line in enumerate(MAY_REFUSE)}
    assert told == {line: ["s:1"] for line in MAY_REFUSE}
    with open(f"{directory}/access", "w", encoding="utf-8") as file:
        file.write("-:ALL:ALL\n")
    for line in (f"pam_access.so accessfile={directory}/access",
                 f"pam_listfile.so item=user sense=deny file={directory}/users onerr=succeed"):
        with open(f"{directory}/users", "w", encoding="utf-8") as file:
            file.write("nobody\n")
        assert let_in(f"{directory}/pam-{line[4:8]}", skipped(line)), line


@pytest.mark.parametrize("control, line, is_open", [
    ("[success=ok auth_err=1 default=die]", KEEPS_OUT_LIST, True),
    ("[success=ok perm_denied=1 default=die]", KEEPS_OUT_LIST, False),
    ("[success=ok auth_err=1 default=die]", "pam_succeed_if.so user ingroup root", True),
    ("[success=ok perm_denied=1 default=die]", "pam_succeed_if.so user ingroup root", False),
    ("[success=ok perm_denied=1 default=die]", "pam_wheel.so trust group=daemon", True),
    ("[success=ok auth_err=1 default=die]", "pam_wheel.so trust group=daemon", False),
    ("[success=ok default=ignore]", "pam_succeed_if.so user ingroup root", False),
    ("requisite", "pam_succeed_if.so user ingroup root", False)])
def test_a_refusal_is_what_the_module_really_answers(gcpkce, directory, control, line, is_open):
    service = skipped(line, control)
    assert let_in(f"{directory}/pam", service) is is_open
    assert opens_at(gcpkce, f"{directory}/there", service) == (["s:1"] if is_open else [])


@pytest.mark.parametrize("service, where", [
    # a credential that is not right refuses as well, by any of its results
    (skipped("pam_unix.so"), ["s:1"]),
    (skipped("pam_sss.so", "[success=ok user_unknown=1 default=die]"), ["s:1"]),
    # two lines together
    ("auth [success=ignore default=1] pam_localuser.so\nauth requisite pam_deny.so\n"
     "auth [success=ignore default=1] pam_shells.so\n"
     "auth [success=done default=die] pam_gcpkce.so\nauth required pam_permit.so\n", ["s:3"]),
    ("auth [success=1 default=ignore] pam_localuser.so\nauth requisite pam_deny.so\n"
     "auth [success=1 default=ignore] pam_shells.so\nauth required pam_gcpkce.so\n"
     "auth required pam_permit.so\n", ["s:3"]),
    # the refusal is what lets in, and success is what does not
    (f"auth [success=die default=ignore] {KEEPS_OUT_LIST}\nauth optional pam_gcpkce.so\n"
     "auth required pam_permit.so\n", ["s:2"]),
    (f"auth [success=die default=ignore] {KEEPS_OUT_LIST}\nauth required pam_gcpkce.so\n"
     "auth required pam_permit.so\n", []),
    # accounts of the system alone
    (skipped("pam_usertype.so isregular"), [])])
def test_any_combination_of_answers_may_open(gcpkce, directory, service, where):
    assert opens_at(gcpkce, directory, service) == where


def test_a_list_of_banned_users_locks_no_other_user_out(gcpkce, directory):
    write(f"{directory}/there", {"other": "auth required pam_deny.so\n", "s": (
        f"auth [success=die default=ignore] {KEEPS_OUT_LIST}\nauth required pam_gcpkce.so\n"
        "account required pam_permit.so\n")})
    said = gcpkce("check", "--pam-dir", f"{directory}/there", "--service", "s").out
    assert "every login by" not in said
    assert "a sign-in alone is not enough" not in said


def test_a_refusal_that_leads_to_a_password_is_a_note_at_its_line(gcpkce, directory):
    """As Red Hat's authselect writes it."""
    write(f"{directory}/there", {"other": "auth required pam_deny.so\n", "s": (
        "auth [default=1 ignore=ignore success=ok] pam_localuser.so\n"
        "auth [success=done default=die] pam_gcpkce.so\nauth required pam_unix.so\n")})
    found = gcpkce("--json", "check", "--pam-dir", f"{directory}/there",
                   "--service", "s").json["findings"]
    told = [(os.path.basename(one["where"]), one["severity"]) for one in found
            if "pam_gcpkce is skipped, and another credential of s is enough" in one["what"]]
    assert told == [("s:1", "note")]
    assert not [one for one in found if "never called" in one["what"]]


def few(gcpkce, directory, service):
    """The lines by which few get in without a credential, as check warns."""
    write(directory, {"s": service, "other": "auth required pam_deny.so\n"})
    found = gcpkce("--json", "check", "--pam-dir", directory, "--service", "s").json["findings"]
    assert not [one for one in found if "lets in without any credential" in one["what"]]
    return [(os.path.basename(one["where"]), one["what"]) for one in found
            if "without a credential" in one["what"] and one["severity"] == "warning"]


OURS_LAST = "auth required pam_gcpkce.so\nauth required pam_permit.so\n"


@pytest.mark.parametrize("control", SHORT_CUTS)
def test_few_who_get_in_without_a_credential_are_named(gcpkce, directory, control):
    for number, (line, who) in enumerate(FEW.items()):
        assert few(gcpkce, f"{directory}/{number}", f"auth {control} {line}\n{OURS_LAST}") == [
            ("s:1", f"{who} gets in by s without a credential")], line
        # as a gate it lets none in, and before a password it is none's short cut
        assert few(gcpkce, f"{directory}/gate-{number}", f"auth required {line}\n{OURS_LAST}") == []
        assert few(gcpkce, f"{directory}/both-{number}",
                   f"auth required pam_unix.so\nauth {control} {line}\n{OURS_LAST}") == []
    for number, line in enumerate(NO_FEW):
        assert few(gcpkce, f"{directory}/no-{number}", f"auth {control} {line}\n{OURS_LAST}") == []


def test_a_second_factor_that_need_not_be_there_is_none(gcpkce, directory):
    """As a fallback it ignores users without one, and what is left lets them in."""
    stack = "auth sufficient pam_gcpkce.so\nauth required {line}\nauth required pam_permit.so\n"
    line = "pam_google_authenticator.so nullok"
    assert few(gcpkce, f"{directory}/with", stack.format(line=line)) == [
        ("s:2", "nullok: every user who has not enrolled gets in by s without a credential")]
    assert few(gcpkce, f"{directory}/without", stack.format(line="pam_google_authenticator.so")) == []


@pytest.mark.parametrize("line, who", [
    ("pam_usertype.so isregular", "every account that this line refuses"),
    ("pam_succeed_if.so uid >= 1000", "every account that this line refuses"),
    ("pam_succeed_if.so user notingroup staff", "every account that this line refuses"),
    ("pam_wheel.so deny trust group=staff", "every account that this line refuses")])
def test_few_whom_a_line_leads_past_ours_are_named(gcpkce, directory, line, who):
    assert few(gcpkce, f"{directory}/there", skipped(line)) == [
        ("s:1", f"{who} gets in by s without a credential")]


def test_an_access_file_of_its_own_decides_for_whom_it_succeeds(gcpkce, directory):
    line = "pam_access.so accessfile=/etc/security/ours.conf"
    write(f"{directory}/there", {"other": "auth required pam_deny.so\n", "s": (
        f"auth [success=1 default=ignore] {line}\nauth required pam_gcpkce.so\n"
        "auth required pam_unix.so\naccount required pam_permit.so\n")})
    said = gcpkce("check", "--pam-dir", f"{directory}/there", "--service", "s").out
    assert "never called" not in said and "without any credential" not in said
    # with nothing behind it, it is a fault for those that the file lets pass
    assert opened(gcpkce, directory, "sufficient", line) == ["s:1"]
    assert "never called" not in gcpkce("check", "--pam-dir", f"{directory}/checked",
                                        "--service", "s").out


def test_more_combinations_than_can_be_tried_are_a_warning(gcpkce, directory):
    lines = "auth [success=ok default=ignore] pam_localuser.so\n" * 30
    end = "auth required pam_gcpkce.so\nauth required pam_permit.so\n"
    assert opens_at(gcpkce, directory, lines + end) == []
    said = gcpkce("check", "--pam-dir", f"{directory}/checked", "--service", "s").out
    assert "not all combinations of their results were checked" in said
    # each line has its turn, wherever it is
    assert opens_at(gcpkce, f"{directory}/first",
                    f"auth [success=ignore default=31] pam_shells.so\n{lines}{end}") == ["s:1"]
    assert opens_at(gcpkce, f"{directory}/last",
                    f"{lines}auth [success=ignore default=1] pam_shells.so\n{end}") == ["s:31"]


def test_the_same_line_as_a_gate_opens_nothing(gcpkce, directory):
    assert {line: opened(gcpkce, f"{directory}/{number}", "required", line)
            for number, line in enumerate(PASSES)} == {line: [] for line in PASSES}


def test_a_password_that_skips_the_sign_in_is_no_lock_out(gcpkce, directory):
    write(f"{directory}/pam.d", {"other": "auth required pam_deny.so\n", "s": (
        "auth required pam_faillock.so preauth\nauth [success=1 default=bad] pam_unix.so\n"
        "auth [default=die] pam_faillock.so authfail\n"
        "auth sufficient pam_faillock.so authsucc\n"
        "auth required pam_deny.so\nauth required pam_gcpkce.so\n"
        "account required pam_permit.so\n")})
    said = gcpkce("check", "--pam-dir", f"{directory}/pam.d", "--service", "s").out
    assert "every login by" not in said
    assert "s:6: the line is never called" in said
