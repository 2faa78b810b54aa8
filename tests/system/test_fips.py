# SPDX-License-Identifier: ISC
"""A host whose openssl.cnf admits FIPS algorithms alone.

Where the machine has OpenSSL's fips.so, it is used as well.
"""

import os
import re
import shutil
import subprocess
from base64 import urlsafe_b64encode
from hashlib import sha1

import pytest

import hosts
from conftest import BUILD
from machine import run

GCPKCE = f"{BUILD}/tests/gcpkce"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
OF_SHA1 = urlsafe_b64encode(sha1(VERIFIER.encode()).digest()).rstrip(b"=").decode()
MODULES = re.search('"(.*)"', subprocess.run(
    ["openssl", "version", "-m"], capture_output=True, text=True, check=True).stdout)[1]
FIPS = f"{MODULES}/fips.so"

CONFIGURATION = """\
openssl_conf = init
[init]
providers = providers
alg_section = algorithms
[providers]
base = base
{provider}
[base]
activate = 1
[algorithms]
default_properties = fips=yes
{section}
"""


@pytest.fixture
def openssl(house):
    """Write the host's openssl.cnf; the old one is back afterwards."""
    path = os.path.realpath("/etc/ssl/openssl.cnf")
    shutil.copyfile(path, house.path("openssl.cnf"))
    yield lambda provider="", section="": house.write(
        path, CONFIGURATION.format(provider=provider, section=section))
    shutil.move(house.path("openssl.cnf"), path)


def fips_like(house, openssl):
    """As fips.so, but without SHA-1."""
    directory = house.path("modules")
    if not os.path.isdir(directory):
        shutil.copytree(MODULES, directory)
        shutil.copyfile(f"{BUILD}/tests/fips_like.so", f"{directory}/fips_like.so")
        run("mount", "--bind", directory, MODULES)
    openssl("fips = fips", f"[fips]\nactivate = 1\nmodule = {MODULES}/fips_like.so")


def fips(house, openssl):
    """The machine's own provider, after its self-tests."""
    section = subprocess.run(
        ["openssl", "fipsinstall", "-module", FIPS, "-out", "/dev/stdout", "-quiet"],
        capture_output=True, text=True, check=True).stdout
    openssl("fips = fips_sect", section)


PROVIDERS = [fips_like] + ([fips] if os.path.exists(FIPS) else [])


def sign_in(house, people):
    terminal = hosts.Pamtester(house).open("alice", "authenticate")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    return terminal.end()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_sign_in_works_with_fips_algorithms_alone(house, people, journal, openssl, provider):
    provider(house, openssl)
    assert subprocess.run(["openssl", "md5", os.devnull], capture_output=True,
                          check=False).returncode != 0
    sign_in(house, people)
    assert journal.decisions()[-1]["outcome"] == "ok"


def test_the_configuration_reaches_the_helper_and_an_error_has_words(house, journal, openssl):
    openssl()
    hosts.Pamtester(house).open("alice", "authenticate").end()
    decision = journal.decisions()[-1]
    assert decision["outcome"] == "system_error"
    assert "OpenSSL: random bytes: " in decision["cause"]
    assert "random number generator::unable to fetch drbg" in decision["cause"]


def test_pkce_says_what_it_could_not_compare(house, openssl):
    argv = [GCPKCE, "pkce", "--verifier", VERIFIER, "--challenge", OF_SHA1]
    before = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    fips_like(house, openssl)
    after = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    assert "SHA-1" in before and "not compared" not in before
    assert after.splitlines()[-1] == (
        "not compared: SHA-1, which OpenSSL does not offer on this host")
