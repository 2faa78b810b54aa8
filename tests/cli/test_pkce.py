# SPDX-License-Identifier: ISC
"""gcpkce pkce names the mistake: a row for each in the table of faults.

The challenges are made by Python's hashlib and base64.
"""

import hashlib
import os
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from conftest import ROOT

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
TILDE = VERIFIER[:-1] + "~"


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
    (VERIFIER, url(sha256(V + b"\0")), ["hashed_nul"]),
    (VERIFIER + "\n", right(VERIFIER), ["hashed_without_newline", "verifier_newline"]),
    (VERIFIER, url(sha256(VERIFIER.encode("utf-16-le"))), ["hashed_utf16le"]),
    (VERIFIER, url(sha256(VERIFIER.encode("utf-16-be"))), ["hashed_utf16be"]),
    (VERIFIER, right(f'"{VERIFIER}"'), ["hashed_quotes"]),
    (VERIFIER, url(sha256(urlsafe_b64decode(VERIFIER + "="))), ["hashed_raw_bytes"]),
    (VERIFIER, right(VERIFIER + "="), ["hashed_padding"]),
    (VERIFIER, right(VERIFIER.lower()), ["hashed_lower_case"]),
    (TILDE, right(TILDE.replace("~", "%7E")), ["hashed_percent_encoded"]),
    (VERIFIER, right(""), ["hashed_nothing"]),
    (VERIFIER, url(hashlib.md5(V).digest()), ["md5"]),
    (VERIFIER, url(hashlib.sha1(V).digest()), ["sha1"]),
    (VERIFIER, url(hashlib.sha384(V).digest()), ["sha384"]),
    (VERIFIER, url(hashlib.sha512(V).digest()), ["sha512"]),
    (VERIFIER, url(sha256(sha256(V))), ["hashed_twice"]),
    (VERIFIER, url(sha256(sha256(V).hex().encode())), ["hashed_hex_digest"]),
    (VERIFIER, url(V), ["not_hashed"]),
    (VERIFIER, VERIFIER, ["plain"]),
    (VERIFIER, right(VERIFIER) + "=", ["padded"]),
    (PLUS, PLUS_BASE64, ["standard_base64"]),
    (VERIFIER, sha256(V).hex(), ["hex_lower"]),
    (VERIFIER, sha256(V).hex().upper(), ["hex_upper"]),
    (VERIFIER, url(sha256(V).hex().encode()), ["hex_encoded"]),
    (VERIFIER, url(sha256(V).hex().upper().encode()), ["hex_upper_encoded"]),
    (VERIFIER, url(right(VERIFIER).encode()), ["encoded_twice"]),
    (VERIFIER, right(VERIFIER) + "\n", ["challenge_newline"]),
    (VERIFIER, right(VERIFIER) + "%3D", ["padded", "challenge_percent_encoded"]),
    (PLUS, PLUS_BASE64.replace("+", " "), ["standard_base64", "challenge_blank"]),
    (VERIFIER, right(VERIFIER).lower(), ["challenge_case"]),
    (VERIFIER, right(VERIFIER)[:-3], ["truncated"]),
    (VERIFIER, right(VERIFIER) + "x", ["longer"]),
    (right(VERIFIER), VERIFIER, ["swapped"]),
    (VERIFIER, right(VERIFIER[::-1]), ["other_verifier"]),
    (VERIFIER[:42], right(VERIFIER[:42]), ["verifier_short"]),
    (VERIFIER * 3, right(VERIFIER * 3), ["verifier_long"]),
    (VERIFIER[:-1] + "+", right(VERIFIER[:-1] + "+"), ["verifier_characters"]),
    # several at once
    (PLUS, PLUS_BASE64 + "=", ["standard_base64", "padded"]),
    (PLUS, quote(PLUS_BASE64 + "=", safe=""),
     ["standard_base64", "padded", "challenge_percent_encoded"]),
    (VERIFIER, hashlib.sha512(V + b"\n").hexdigest(), ["hashed_lf", "sha512", "hex_lower"]),
    (VERIFIER, hashlib.sha1(VERIFIER.encode("utf-16-le")).hexdigest().upper(),
     ["hashed_utf16le", "sha1", "hex_upper"]),
    (VERIFIER, sha256(V).hex()[:32], ["hex_lower", "truncated"]),
    (VERIFIER[:42], right(VERIFIER), ["other_verifier", "verifier_short"]),
    (VERIFIER, "", ["other_verifier"]),
]


@pytest.mark.parametrize("verifier, challenge, faults", ROWS,
                         ids=["+".join(row[2]) or "right" for row in ROWS])
def test_pkce_names_the_mistake(gcpkce, verifier, challenge, faults):
    run = gcpkce("--json", "pkce", "--verifier", verifier, "--challenge", challenge)
    assert run.json["faults"] == faults
    assert run.json["right"] is (faults == [])
    assert run.status == (1 if faults else 0)


def test_every_fault_has_a_row():
    with open(os.path.join(ROOT, "pam_gcpkce/cli/diagnose/pkce_fault.h"), encoding="utf-8") as file:
        table = set(re.findall(r'X\(\w+, "(\w+)"', file.read()))
    assert table == {fault for row in ROWS for fault in row[2]}


def test_pkce_says_each_mistake_on_a_line(gcpkce):
    run = gcpkce("pkce", "--verifier", VERIFIER,
                 "--challenge", hashlib.sha512(V + b"\n").hexdigest())
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
