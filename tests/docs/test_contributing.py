# SPDX-License-Identifier: ISC
"""What CONTRIBUTING.md promises: how each file is compiled, and what is named by rule."""

import glob
import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Keys that do not change whose identities are accepted: the policy judges a
# remembered identity by them again, or no identity depends on them.
JUDGED_AGAIN = {"email_domains", "account_group", "allow_root", "min_uid"}
JUDGES_NONE = {
    "region", "trusted_hosts", "client_secret_file", "client_auth", "redirect_uri", "clock_skew",
    "callback", "bare_code", "start_url",
    "dialogue", "timeout", "attempts", "preconnect", "preconnect_max", "remember", "export",
    "token_env", "region_env", "region_value", "revoke", "ca_file", "proxy", "connect_timeout",
    "request_timeout", "helper_user", "sandbox", "debug"}
ELSEWHERE = {"tests/lib/flush.c"}  # of a flavour of its own


def entries(tmp_path):
    made = tmp_path / "compile_commands.json"
    shown = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "V=1", "CC=cc",
         "test-parts", "unit-parts", "bench-parts", "fuzz-objects", "greeter"],
        cwd=ROOT, check=True, text=True, capture_output=True,
        env={"PATH": os.environ["PATH"]}).stdout
    subprocess.run([f"{ROOT}/tools/compile-commands", made], cwd=ROOT, check=True, input=shown,
                   text=True)
    return json.loads(made.read_text())


def test_each_source_has_a_command_with_which_its_headers_are_found(tmp_path):
    found = {entry["file"]: entry for entry in entries(tmp_path)}
    sources = {os.path.relpath(path, ROOT) for pattern in ("pam_gcpkce", "tests")
               for path in glob.glob(f"{ROOT}/{pattern}/**/*.c", recursive=True)}
    sources |= {os.path.relpath(path, ROOT) for path in glob.glob(f"{ROOT}/tools/*.c")}
    assert len(sources) > 100
    assert set(found) == sources - ELSEWHERE
    for name in ("pam_gcpkce/helper/http/conn.c", "pam_gcpkce/cli/login.c", "tests/module/host.c",
                 "tests/unit/test_policy.c"):
        words = found[name]["arguments"]
        subprocess.run([*words[:words.index("-MMD")], "-fsyntax-only", name],
                       cwd=found[name]["directory"], check=True)


def test_a_dry_run_without_commands_is_an_error(tmp_path):
    done = subprocess.run([f"{ROOT}/tools/compile-commands", tmp_path / "no"], input="nothing\n",
                          text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "no command" in done.stderr
    assert not (tmp_path / "no").exists()


def guard_is_right(path, text):
    """The include guard ends with the file's name."""
    name = re.escape(os.path.basename(path)[:-len(".h")].upper())
    return re.search(rf"^#ifndef (\w*?(?:\b|_){name}_H)\n#define \1$", text, re.MULTILINE)


def test_the_guard_of_a_header_has_the_header_s_name():
    headers = [path for top in ("pam_gcpkce", "include", "tests", "tools")
               for path in glob.glob(f"{ROOT}/{top}/**/*.h", recursive=True)]
    assert len(headers) > 100
    for path in headers:
        with open(path, encoding="utf-8") as file:
            assert guard_is_right(path, file.read()), path
    assert not guard_is_right("http_trace.h", "#ifndef GCPKCE_TRACE_H\n#define GCPKCE_TRACE_H\n")
    assert not guard_is_right("trace.h", "#ifndef GCPKCE_TRACE_H\n#define GCPKCE_TRAC_H\n")


def test_a_key_that_judges_is_part_of_a_remembered_sign_in():
    """A new key is in one of the lists above, or in settings_put and its second copy."""
    with open(f"{ROOT}/include/gcpkce/config/config.h", encoding="utf-8") as file:
        keys = re.findall(r"^\tX\((\w+), ", file.read(), re.MULTILINE)
    with open(f"{ROOT}/pam_gcpkce/module/remember.c", encoding="utf-8") as file:
        body = re.search(r"^settings_put\(.*?^}$", file.read(), re.MULTILINE | re.DOTALL)[0]
    with open(f"{ROOT}/tests/system/records.py", encoding="utf-8") as file:
        judging = re.search(r"^JUDGING = \((.*?)\)$", file.read(), re.MULTILINE | re.DOTALL)[1]
    put = re.findall(r'field\(key, "(\w+)"', body)
    assert put == re.findall(r'"(\w+)"', judging)
    assert sorted([*put, *JUDGED_AGAIN, *JUDGES_NONE]) == sorted(keys)
