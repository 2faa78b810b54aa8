# SPDX-License-Identifier: ISC
"""gcpkce pkce names the mistake: a row for each in the table of faults.

The challenges are made by Python's hashlib and base64.
"""

import hashlib
import os
import re
from base64 import b64encode, urlsafe_b64encode

import pytest

from conftest import ROOT

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def sha256(data):
    return hashlib.sha256(data).digest()


def url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def right(verifier):
    return url(sha256(verifier.encode()))


def with_plus():
    """A verifier whose digest has a '+' in standard base64."""
    for n in range(100):
        verifier = f"{VERIFIER[:-3]}{n:03}"
        if b"+" in b64encode(sha256(verifier.encode())):
            return verifier
    raise AssertionError


V = VERIFIER.encode()
PLUS = with_plus()
PLUS_BASE64 = b64encode(sha256(PLUS.encode())).decode().rstrip("=")

# (verifier, challenge, faults)
ROWS = [
    (VERIFIER, right(VERIFIER), []),
    (VERIFIER, url(sha256(V + b"\n")), ["hashed_lf"]),
    (VERIFIER, url(sha256(V + b"\r\n")), ["hashed_crlf"]),
    (VERIFIER, url(hashlib.sha1(V).digest()), ["sha1"]),
    (VERIFIER, right(VERIFIER) + "=", ["padded"]),
    (PLUS, PLUS_BASE64, ["standard_base64"]),
    (PLUS, PLUS_BASE64 + "=", ["standard_base64"]),
    (VERIFIER, sha256(V).hex(), ["hex"]),
    (VERIFIER, sha256(V).hex().upper(), ["hex"]),
    (VERIFIER, url(sha256(V).hex().encode()), ["hex_encoded"]),
    (VERIFIER, url(right(VERIFIER).encode()), ["encoded_twice"]),
    (VERIFIER, VERIFIER, ["plain"]),
    (right(VERIFIER), VERIFIER, ["swapped"]),
    (VERIFIER, right(VERIFIER).lower(), ["challenge_case"]),
    (VERIFIER, right(VERIFIER)[:-3], ["truncated"]),
    (VERIFIER, right(VERIFIER)[:7], ["other_verifier"]),
    (VERIFIER, right(VERIFIER) + "x", ["other_verifier"]),
    (VERIFIER, right(VERIFIER[::-1]), ["other_verifier"]),
    (VERIFIER, "", ["other_verifier"]),
    (VERIFIER[:42], right(VERIFIER[:42]), ["verifier_short"]),
    (VERIFIER * 3, right(VERIFIER * 3), ["verifier_long"]),
    (VERIFIER[:-1] + "+", right(VERIFIER[:-1] + "+"), ["verifier_characters"]),
    (VERIFIER[:42], right(VERIFIER), ["other_verifier", "verifier_short"]),
    ("+" * 129, "", ["other_verifier", "verifier_long", "verifier_characters"]),
]


@pytest.mark.parametrize("verifier, challenge, faults", ROWS,
                         ids=["+".join(row[2]) or "right" for row in ROWS])
def test_pkce_names_the_mistake(gcpkce, verifier, challenge, faults):
    run = gcpkce("--json", "pkce", "--verifier", verifier, "--challenge", challenge)
    assert run.json["faults"] == faults
    assert run.json["right"] is (faults == [])
    assert run.status == (1 if faults else 0)


def test_every_fault_has_a_row():
    with open(os.path.join(ROOT, "pam_gcpkce/cli/diagnose/pkce_mistake.def"), encoding="utf-8") as file:
        table = set(re.findall(r'^[A-Z]+\(\w+, "(\w+)"', file.read(), re.M))
    assert table == {fault for row in ROWS for fault in row[2]}


def test_pkce_says_each_mistake_on_a_line(gcpkce):
    run = gcpkce("pkce", "--verifier", "+" * 129, "--challenge", "")
    assert [line.split(":")[0] for line in run.out.splitlines()] == ["wrong"] * 3


@pytest.mark.parametrize("option", ["--verifier", "--challenge"])
def test_pkce_refuses_what_is_far_too_long(gcpkce, option):
    values = {"--verifier": VERIFIER, "--challenge": right(VERIFIER), option: "a" * 1025}
    run = gcpkce("pkce", *(word for pair in values.items() for word in pair))
    assert (run.status, run.out) == (2, "")


def test_pkce_never_repeats_a_verifier_that_it_judges(gcpkce):
    run = gcpkce("pkce", "--verifier", "\x1b[31m" + VERIFIER, "--challenge", "\x1b]0;x\x07")
    assert VERIFIER not in run.out + run.err
    assert "\x1b" not in run.out + run.err
