# SPDX-License-Identifier: ISC
"""Each wall that tests/links.sh checks is seen to fail when it is broken."""

import os
import shutil
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("GCPKCE_BUILD", os.path.join(ROOT, "build/default"))

BINARIES = [  # a binary, and a symbol of each directory that it must not hold
    ("gcpkce-helper", "config_load", "config"),
    ("gcpkce-helper", "map_read", "config"),
    ("gcpkce-helper", "policy_decide", "config"),
    ("gcpkce-helper", "safefile_open", "config"),
    ("gcpkce-helper", "helper_client_start", "helper_client"),
    ("gcpkce-helper", "session_open", "module"),
    ("gcpkce-helper", "finding_add", "cli"),
    ("pam_gcpkce.so", "pkce_challenge", "oauth"),
    ("pam_gcpkce.so", "exchange_run", "helper"),
    ("pam_gcpkce.so", "finding_add", "cli"),
    ("gcpkce", "exchange_run", "helper"),
    ("gcpkce", "session_open", "module"),
]
INCLUDES = [  # a file, and a line that it must not have
    ("base/buf.c", '#include "gcpkce/wire/wire.h"'),
    ("wire/wire.c", '#include "gcpkce/config/policy.h"'),
    ("config/map.c", '#include "gcpkce/oauth/reply.h"'),
    ("oauth/reply.c", '#include "gcpkce/config/config.h"'),
    ("oauth/reply.c", "#include <gcpkce/config/config.h>"),
    ("helper_client/helper_client.c", '#include "gcpkce/oauth/reply.h"'),
    ("helper/main.c", '#include "gcpkce/config/policy.h"'),
    ("helper/loopback/page.c", '#include "gcpkce/config/policy.h"'),
    ("module/session.c", '#include "gcpkce/oauth/reply.h"'),
    ("cli/main.c", '#include "helper/signin.h"'),
    ("cli/diagnose/explain.c", '#include "module/result.h"'),
    ("module/session.c", "#include <curl/curl.h>"),
    ("config/map.c", "#include <json-c/json.h>"),
    ("oauth/json.c", "#include <security/pam_modules.h>"),
    ("oauth/json.c", "#include <curl/curl.h>"),
    ("cli/main.c", "  #  include <curl/curl.h>"),
]


def check(build, source):
    return subprocess.run([os.path.join(ROOT, "tests/links.sh"), str(build), str(source)],
                          capture_output=True, text=True, check=False)


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """The sources, and a build directory whose binaries a test may replace."""
    for name in ("pam_gcpkce", "include"):
        shutil.copytree(os.path.join(ROOT, name), tmp_path / name)
    build = tmp_path / "build"
    build.mkdir()
    (build / "pam_gcpkce").symlink_to(os.path.join(BUILD, "pam_gcpkce"))
    for name in ("pam_gcpkce.so", "gcpkce-helper", "gcpkce"):
        shutil.copy(os.path.join(BUILD, name), build / name)
    return tmp_path


def test_the_tree_as_it_is_keeps_to_the_walls(copy):
    done = check(copy / "build", copy)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("binary, symbol, directory", BINARIES)
def test_a_binary_with_a_symbol_of_another_directory_fails(copy, binary, symbol, directory):
    defined = subprocess.run(["nm", "--defined-only", os.path.join(BUILD, binary)],
                             capture_output=True, text=True, check=True).stdout
    assert f" {symbol}\n" not in defined
    subprocess.run(["objcopy", "--add-symbol", f"{symbol}=.text:0,function,local",
                    str(copy / "build" / binary)], check=True)
    done = check(copy / "build", copy)
    assert done.returncode == 1
    assert f"{binary} has {symbol} of {directory}/" in done.stderr


def test_a_stripped_binary_is_not_taken_for_a_clean_one(copy):
    subprocess.run(["strip", str(copy / "build/gcpkce-helper")], check=True)
    done = check(copy / "build", copy)
    assert done.returncode == 1
    assert "gcpkce-helper has no symbols to look at" in done.stderr


@pytest.mark.parametrize("file, line", INCLUDES)
def test_an_include_through_a_wall_fails(copy, file, line):
    with open(copy / "pam_gcpkce" / file, "a", encoding="utf-8") as source:
        source.write(line + "\n")
    done = check(copy / "build", copy)
    assert done.returncode == 1
    assert file.split("/", maxsplit=1)[0] + "/" in done.stdout + done.stderr
