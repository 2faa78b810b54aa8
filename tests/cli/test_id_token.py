# SPDX-License-Identifier: ISC
"""Two strangers judge the product's verdict about id_tokens.

Tokens are made by python3-jwcrypto and by OpenSSL's command line, well and
badly, and none by the product's code.  jwcrypto also says whether it verifies
each one with RS256 and the claims; the product may be stricter, never milder.
"""

import base64
import json
import os
import subprocess

import pytest
from jwcrypto import jwk, jws

from conftest import BUILD

VERDICT = os.path.join(BUILD, "tests", "id-token-verdict")
ISSUER, CLIENT, NONCE, ACCESS = "https://idp.example", "app", "n0nce", "access-token"
USER, TENANT = "11ef1287-04bf-8540-8a7e-0242ac110004", "11eb0b5e-1111-4222-8333-0242ac110002"
NOW = 1_700_000_010
HASH = "Pxa-1wifRlPl7yG_0oJNfw"  # of ACCESS: the left half of its SHA-256
CLAIMS = {"iss": ISSUER, "aud": CLIENT, "sub": f"user:{USER}", "userId": USER,
          "tenantId": TENANT, "nonce": NONCE, "iat": 1_700_000_000, "exp": 1_700_003_600}
HEADER = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
DELETE = object()


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def changed(members, changes):
    merged = {**members, **changes}
    return {name: value for name, value in merged.items() if value is not DELETE}


class Keys:
    """Keys of one provider, and of others."""

    def __init__(self):
        self.ours, self.other, self.small = (
            jwk.JWK.generate(kty="RSA", size=size, kid="k1") for size in (2048, 2048, 1024))
        self.long = jwk.JWK.generate(kty="RSA", size=3072, kid="k1")
        self.curve = jwk.JWK.generate(kty="EC", crv="P-256", kid="k1")
        self.public = json.loads(self.ours.export_public())
        self.pem = self.ours.export_to_pem(private_key=True, password=None)


@pytest.fixture(scope="module", name="keys")
def keys_fixture():
    return Keys()


def by_jwcrypto(key, header=None, claims=None):
    """A token that jwcrypto signs."""
    header = changed(HEADER, header or {})
    token = jws.JWS(claims if isinstance(claims, bytes)
                    else json.dumps(changed(CLAIMS, claims or {})).encode())
    token.allowed_algs = [header["alg"]]
    token.add_signature(key, None, json.dumps(header), None)
    return token.serialize(compact=True)


def by_openssl(pem, folder, header=None, claims=None, arguments=("-sha256",)):
    """A token that OpenSSL's command line signs: any header, any algorithm."""
    def part(members, changes):
        text = changes if isinstance(changes, bytes) else json.dumps(changed(members, changes or {})).encode()
        return base64url(text)

    text = f"{part(HEADER, header)}.{part(CLAIMS, claims)}"
    path = os.path.join(folder, "key.pem")
    with open(path, "wb") as file:
        file.write(pem)
    signature = subprocess.run(["openssl", "dgst", *arguments, "-sign", path], input=text.encode(),
                               stdout=subprocess.PIPE, check=True, timeout=60).stdout
    return f"{text}.{base64url(signature)}"


def verdicts(cases, folder):
    """What the product says about each (token, JWK set)."""
    lines = []
    for i, (token, keys) in enumerate(cases):
        path = os.path.join(folder, f"jwks-{i}")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(keys, file)
        lines.append(f"{token} {path}\n")
    done = subprocess.run([VERDICT, ISSUER, CLIENT, TENANT, NONCE, ACCESS, str(NOW - 100), str(NOW),
                           "60"], input="".join(lines), text=True, capture_output=True, check=True,
                          timeout=60)
    return [line.split("\t") for line in done.stdout.splitlines()]


def jwcrypto_says(token, keys):
    """Does jwcrypto verify it with RS256, and do the claims agree?"""
    for key in keys["keys"]:
        try:
            checked = jws.JWS()
            checked.allowed_algs = ["RS256"]
            checked.deserialize(token, jwk.JWK(**key))
        except (jws.InvalidJWSSignature, jws.InvalidJWSObject, jwk.InvalidJWKValue, ValueError):
            continue
        claims = json.loads(checked.payload)
        return (all(claims.get(name) == CLAIMS[name] for name in ("iss", "nonce", "tenantId", "sub"))
                and claims.get("aud") in (CLIENT, [CLIENT]) and claims["exp"] > NOW - 60
                and NOW - 160 <= claims["iat"] <= NOW + 60 and claims.get("nbf", 0) <= NOW + 60)
    return False


GOOD = {
    "as it is": ({}, {}), "no typ": ({"typ": DELETE}, {}), "no kid": ({"kid": DELETE}, {}),
    "typ in lower case": ({"typ": "jwt"}, {}), "a list of one": ({}, {"aud": [CLIENT]}),
    "azp": ({}, {"azp": CLIENT}), "nbf": ({}, {"nbf": NOW + 60}), "at_hash": ({}, {"at_hash": HASH}),
    "a name in UTF-8": ({}, {"name": "\u20ac\U0001f600", "given_name": "Zo\u00eb"}),
    "a number": ({}, {"icBUId": 4711, "auth_time": NOW}), "a text": ({}, {"icBUId": "4711"}),
    "just not expired": ({}, {"iat": NOW - 120, "exp": NOW - 59}),
    "from the start": ({}, {"iat": NOW - 160}), "a fast clock": ({}, {"iat": NOW + 60}),
    "a day": ({}, {"exp": CLAIMS["iat"] + 86400}), "unknown members": ({"new": [1]}, {"new": {"a": [{}]}}),
}

# name: (changes of the header, changes of the claims, outcome)
BAD = {
    "at+jwt": ({"typ": "at+jwt"}, {}, "token_invalid"),
    "crit": ({"crit": ["exp"], "exp": 1}, {}, "token_invalid"),
    "b64": ({"b64": True}, {}, "token_invalid"),
    "long kid": ({"kid": "k" * 257}, {}, "token_invalid"),
    "unknown kid": ({"kid": "k2"}, {}, "token_invalid"),
    "another issuer": ({}, {"iss": ISSUER + "/"}, "token_invalid"),
    "no issuer": ({}, {"iss": DELETE}, "identity_incomplete"),
    "another audience": ({}, {"aud": "other"}, "wrong_client"),
    "one audience more": ({}, {"aud": [CLIENT, "other"]}, "wrong_client"),
    "no audience": ({}, {"aud": DELETE}, "identity_incomplete"),
    "empty audience": ({}, {"aud": []}, "token_invalid"),
    "another azp": ({}, {"azp": "other"}, "wrong_client"),
    "expired": ({}, {"exp": NOW - 60, "iat": NOW - 120}, "token_invalid"),
    "exp a text": ({}, {"exp": "1700003600"}, "token_invalid"),
    "exp a fraction": ({}, {"exp": 1700003600.5}, "token_invalid"),
    "no exp": ({}, {"exp": DELETE}, "identity_incomplete"),
    "ten years": ({}, {"exp": NOW + 315360000}, "token_invalid"),
    "no iat": ({}, {"iat": DELETE}, "identity_incomplete"),
    "iat ahead": ({}, {"iat": NOW + 61}, "token_invalid"),
    "iat too old": ({}, {"iat": NOW - 161}, "token_invalid"),
    "nbf ahead": ({}, {"nbf": NOW + 61}, "token_invalid"),
    "another nonce": ({}, {"nonce": "other"}, "token_invalid"),
    "no nonce": ({}, {"nonce": DELETE}, "identity_incomplete"),
    "another at_hash": ({}, {"at_hash": HASH[:-1] + "Q"}, "token_invalid"),
    "act": ({}, {"act": {"sub": "user:x"}}, "partner_refused"),
    "impersonation": ({}, {"impersonatingUserTenantId": USER}, "partner_refused"),
    "another tenant": ({}, {"tenantId": USER}, "wrong_organization"),
    "no tenant": ({}, {"tenantId": DELETE}, "identity_incomplete"),
    "another sub": ({}, {"sub": f"user:{TENANT}"}, "token_invalid"),
    "no sub": ({}, {"sub": DELETE}, "identity_incomplete"),
    "no userId": ({}, {"userId": DELETE}, "identity_incomplete"),
}


def makers(keys, folder):
    return {"jwcrypto": lambda *changes: by_jwcrypto(keys.ours, *changes),
            "openssl": lambda *changes: by_openssl(keys.pem, folder, *changes)}


@pytest.mark.parametrize("maker", ["jwcrypto", "openssl"])
def test_good_tokens_are_accepted_as_jwcrypto_does(keys, tmp_path, maker):
    make = makers(keys, tmp_path)[maker]
    sets = [{"keys": [keys.public]}, {"keys": [json.loads(keys.curve.export_public()), keys.public]}]
    cases = [(make(*changes), a_set) for changes in GOOD.values() for a_set in sets]
    assert len(cases) >= 30
    for case, verdict in zip(cases, verdicts(cases, tmp_path), strict=True):
        assert verdict == ["ok", USER, ""], case[0]
        assert jwcrypto_says(*case), case[0]


@pytest.mark.parametrize("maker", ["jwcrypto", "openssl"])
def test_bad_tokens_are_refused_with_their_outcome(keys, tmp_path, maker):
    make = makers(keys, tmp_path)[maker]
    rows = {name: row for name, row in BAD.items()
            if maker == "openssl" or name not in ("crit", "b64")}  # jwcrypto makes none
    cases = [(make(*row[:2]), {"keys": [keys.public]}) for row in rows.values()]
    cases += broken_forms(make(), keys)
    wanted = [row[2] for row in rows.values()] + ["token_invalid"] * (len(cases) - len(rows))
    assert len(cases) >= 30
    for case, outcome, verdict in zip(cases, wanted, verdicts(cases, tmp_path), strict=True):
        assert verdict[:2] == [outcome, ""], case[0]
        assert verdict[2] and not set(case[0].split(".")) & set(verdict[2].split())


def broken_forms(token, keys):
    """A good token, changed after it was signed."""
    header, claims, signature = token.split(".")
    forms = [f"{header}.{claims}.", f"{header}.{claims}", f"{token}.{signature}", f".{token}",
             f"{token}=", f"{header}=.{claims}.{signature}", token.replace("-", "+") + "+",
             f"{header}.{base64url(json.dumps({**CLAIMS, 'sub': 'x'}).encode())}.{signature}",
             f"{base64url(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{claims}.{signature}",
             f"{header}.{claims}.{signature[:-4]}", f"{header}.{claims}.AAAA{signature}"]
    return [(form, {"keys": [keys.public]}) for form in forms]


def test_tokens_of_other_keys_and_algorithms_are_refused(keys, tmp_path):
    """Each verifies somewhere: the key or the algorithm is not the provider's."""
    public = {"keys": [keys.public]}
    secret = {"kty": "oct", "k": base64url(keys.ours.export_to_pem())}
    hmac = [jwk.JWK(**secret), jwk.JWK(kty="oct", k=base64url(b"client-secret" * 4))]
    cases = [(by_jwcrypto(keys.other), public), (by_jwcrypto(keys.small), public),
             (by_jwcrypto(keys.small), {"keys": [json.loads(keys.small.export_public())]}),
             (by_jwcrypto(keys.curve, {"alg": "ES256"}), {"keys": [json.loads(keys.curve.export_public())]}),
             (by_jwcrypto(keys.other, {"jwk": json.loads(keys.other.export_public())}), public)]
    cases += [(by_jwcrypto(keys.ours, {"alg": name}), public) for name in ("PS256", "RS384", "RS512")]
    cases += [(by_jwcrypto(key, {"alg": "HS256"}), public) for key in hmac]
    # an algorithm that the header does not name
    cases += [(by_openssl(keys.pem, tmp_path, None, None, more), public) for more in (
        ("-sha384",), ("-sha512",), ("-sha1",), ("-sha256", "-sigopt", "rsa_padding_mode:pss"))]
    for change in ({"use": "enc"}, {"alg": "RS512"}, {"key_ops": ["encrypt"]}, {"kty": "EC"}, {"d": "AQ"},
                   {"e": "AQ"}, {"n": keys.public["n"][:-1] + "A"}, {"kid": "k2"}):
        cases.append((by_jwcrypto(keys.ours), {"keys": [{**keys.public, **change}]}))
    for case, verdict in zip(cases, verdicts(cases, tmp_path), strict=True):
        assert verdict[:2] == ["token_invalid", ""], case


def test_a_longer_key_verifies(keys, tmp_path):
    case = (by_jwcrypto(keys.long), {"keys": [json.loads(keys.long.export_public())]})
    assert verdicts([case], tmp_path) == [["ok", USER, ""]]
    assert jwcrypto_says(*case)
