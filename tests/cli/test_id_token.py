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
                and (claims["aud"] == CLIENT or set(claims["aud"]) == {CLIENT}) and claims["exp"] > NOW - 60
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
    "a day": ({}, {"exp": CLAIMS["iat"] + 86400}), "a second": ({}, {"iat": NOW, "exp": NOW + 1}),
    "typ in full": ({"typ": "application/jwt"}, {}), "a kid of 256 bytes": ({"kid": "k" * 256}, {}),
    "no names": ({}, {"name": ""}), "a claim of null": ({}, {"given_name": None, "act": None}),
    "an escape": ({}, b'{"\\u0069ss":' + json.dumps(CLAIMS).encode().split(b":", 1)[1]),
    "blanks": ({}, json.dumps(CLAIMS, indent=4).encode()),
    "no blanks": ({}, json.dumps(CLAIMS, separators=(",", ":")).encode()),
    "another order": ({}, json.dumps(dict(reversed(CLAIMS.items()))).encode()),
    "a long name": ({}, {"name": "x" * 8000}), "the same twice in aud": ({}, {"aud": [CLIENT, CLIENT]}),
    "a certificate's hash": ({"x5t": "x" * 27, "x5t#S256": "y" * 43}, {}),
    "nbf in the past": ({}, {"nbf": 0}), "claims of CXone": ({}, {
        "tenant": "example", "icClusterId": "C1", "icAgentId": 4711, "icSPId": "1", "area": "na1"}),
    "many claims": ({}, {f"claim{i}": [i, {}] for i in range(100)}), "unknown members": ({"new": [1]}, {"new": {"a": [{}]}}),
}

# name: (changes of the header, changes of the claims, outcome, its cause)
BAD = {
    "at+jwt": ({"typ": "at+jwt"}, {}, "token_invalid", "typ is not JWT"),
    "crit": ({"crit": ["exp"], "exp": 1}, {}, "token_invalid", "the header has crit"),
    "b64": ({"b64": True}, {}, "token_invalid", "the header has b64"),
    "long kid": ({"kid": "k" * 257}, {}, "token_invalid", "kid is too long"),
    "unknown kid": ({"kid": "k2"}, {}, "token_invalid", "no key of the JWK set fits"),
    "another issuer": ({}, {"iss": ISSUER + "/"}, "token_invalid", "iss is not the issuer"),
    "no issuer": ({}, {"iss": DELETE}, "identity_incomplete", "iss is missing"),
    "another audience": ({}, {"aud": "other"}, "wrong_client", "aud has another client"),
    "one audience more": ({}, {"aud": [CLIENT, "other"]}, "wrong_client", "aud has another client"),
    "no audience": ({}, {"aud": DELETE}, "identity_incomplete", "aud is missing"),
    "empty audience": ({}, {"aud": []}, "token_invalid", "aud is an empty list"),
    "another azp": ({}, {"azp": "other"}, "wrong_client", "azp is another client"),
    "expired": ({}, {"exp": NOW - 60, "iat": NOW - 120}, "token_invalid", "it has expired"),
    "exp a text": ({}, {"exp": "1700003600"}, "token_invalid", "exp is not a time"),
    "exp a fraction": ({}, {"exp": 1700003600.5}, "token_invalid", "exp is not a time"),
    "no exp": ({}, {"exp": DELETE}, "identity_incomplete", "exp is missing"),
    "ten years": ({}, {"exp": NOW + 315360000}, "token_invalid", "more than a day"),
    "no iat": ({}, {"iat": DELETE}, "identity_incomplete", "iat is missing"),
    "iat ahead": ({}, {"iat": NOW + 61}, "token_invalid", "iat is in the future"),
    "iat too old": ({}, {"iat": NOW - 161}, "token_invalid", "iat is before this sign-in"),
    "nbf ahead": ({}, {"nbf": NOW + 61}, "token_invalid", "nbf is in the future"),
    "another nonce": ({}, {"nonce": "other"}, "token_invalid", "nonce is not this sign-in's"),
    "no nonce": ({}, {"nonce": DELETE}, "identity_incomplete", "nonce is missing"),
    "another at_hash": ({}, {"at_hash": HASH[:-1] + "Q"}, "token_invalid", "at_hash is not that"),
    "act": ({}, {"act": {"sub": "user:x"}}, "partner_refused", "another person acts"),
    "impersonation": ({}, {"impersonatingUserTenantId": USER}, "partner_refused", "another person acts"),
    "another tenant": ({}, {"tenantId": USER}, "wrong_organization", "tenantId is another organization"),
    "no tenant": ({}, {"tenantId": DELETE}, "identity_incomplete", "tenantId is missing"),
    "another sub": ({}, {"sub": f"user:{TENANT}"}, "token_invalid", "sub is not"),
    "no sub": ({}, {"sub": DELETE}, "identity_incomplete", "sub is missing"),
    "no userId": ({}, {"userId": DELETE}, "identity_incomplete", "userId is missing"),
}


def makers(keys, folder):
    return {"jwcrypto": lambda *changes: by_jwcrypto(keys.ours, *changes),
            "openssl": lambda *changes: by_openssl(keys.pem, folder, *changes)}


@pytest.mark.parametrize("maker", ["jwcrypto", "openssl"])
def test_good_tokens_are_accepted_as_jwcrypto_does(keys, tmp_path, maker):
    make, long_kid = makers(keys, tmp_path)[maker], GOOD["a kid of 256 bytes"][0]["kid"]
    ours = [json.loads(keys.curve.export_public()), keys.public, {**keys.public, "kid": long_kid}]
    cases = [(make(*changes), {"keys": ours}) for changes in GOOD.values()]
    assert len(cases) >= 30
    for case, verdict in zip(cases, verdicts(cases, tmp_path), strict=True):
        assert verdict == ["ok", USER, ""], case[0]
        assert jwcrypto_says(*case), case[0]


def is_refused(case, verdict, outcome, cause):
    """Is it, for this cause, in words that have nothing of the token?

    The user of another tenant is named.
    """
    subject = USER if outcome == "wrong_organization" else ""
    secrets = {NONCE, ACCESS, HASH, *(part for part in case[0].split(".") if len(part) > 3)}
    return (verdict[:2] == [outcome, subject] and cause in verdict[2]
            and not any(one in verdict[2] for one in secrets))


@pytest.mark.parametrize("maker", ["jwcrypto", "openssl"])
def test_bad_tokens_are_refused_with_their_outcome(keys, tmp_path, maker):
    make = makers(keys, tmp_path)[maker]
    rows = {name: row for name, row in BAD.items()
            if maker == "openssl" or name not in ("crit", "b64")}  # jwcrypto makes none
    broken = broken_forms(make())
    tokens = [*(make(*row[:2]) for row in rows.values()), *(token for token, _ in broken)]
    cases = [(token, {"keys": [keys.public]}) for token in tokens]
    wanted = [*(row[2:] for row in rows.values()), *(("token_invalid", why) for _, why in broken)]
    assert len(rows) >= 29 and len(cases) >= 40
    for case, why, verdict in zip(cases, wanted, verdicts(cases, tmp_path), strict=True):
        assert is_refused(case, verdict, *why), (case, verdict, why)


PARTS, BASE64URL, SIGNED = "not three parts", "not base64url", "the signature is not that of"


def broken_forms(token):
    """(a good token that was changed after it was signed, the cause)"""
    header, claims, signature = token.split(".")
    return [
        (f"{header}.{claims}.", PARTS), (f"{header}.{claims}", PARTS), (f".{token}", PARTS),
        (f"{token}.{signature}", PARTS), (f"{token}=", f"the signature: {BASE64URL}"),
        (f"{header}=.{claims}.{signature}", f"the header: {BASE64URL}"),
        (f"{header}.{claims}.{signature[:-1]}+", f"the signature: {BASE64URL}"),
        (f"{header}.{base64url(json.dumps({**CLAIMS, 'sub': 'x'}).encode())}.{signature}", SIGNED),
        (f"{header}.{claims[:-4]}{claims[-4:].swapcase()}.{signature}", SIGNED),
        (f"{base64url(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{claims}.{signature}",
         "alg is not RS256"),
        (f"{header}.{claims}.{base64url(base64.urlsafe_b64decode(signature + '==')[:-1])}", SIGNED),
        (f"{header}.{claims}.AAAA{signature}", SIGNED)]


def test_tokens_of_other_keys_and_algorithms_are_refused(keys, tmp_path):
    """Each verifies somewhere: the key or the algorithm is not the provider's."""
    public = {"keys": [keys.public]}
    secret = {"kty": "oct", "k": base64url(keys.ours.export_to_pem())}
    hmac = [jwk.JWK(**secret), jwk.JWK(kty="oct", k=base64url(b"client-secret" * 4))]
    other = json.loads(keys.other.export_public())
    rows = [(by_jwcrypto(keys.other), public, SIGNED),
            (by_jwcrypto(keys.small), public, SIGNED),
            (by_jwcrypto(keys.small), {"keys": [json.loads(keys.small.export_public())]}, "bits"),
            (by_jwcrypto(keys.curve, {"alg": "ES256"}), {"keys": [json.loads(keys.curve.export_public())]},
             "alg is not RS256"),
            (by_jwcrypto(keys.other, {"jwk": other}), public, SIGNED)]
    rows += [(by_jwcrypto(keys.ours, {"alg": name}), public, "alg is not RS256")
             for name in ("PS256", "RS384", "RS512")]
    rows += [(by_jwcrypto(key, {"alg": "HS256"}), public, "alg is not RS256") for key in hmac]
    # an algorithm that the header does not name
    rows += [(by_openssl(keys.pem, tmp_path, None, None, more), public, SIGNED) for more in (
        ("-sha384",), ("-sha512",), ("-sha1",), ("-sha256", "-sigopt", "rsa_padding_mode:pss"))]
    for change, cause in (
            ({"use": "enc"}, "use is not sig"), ({"alg": "RS512"}, "alg is not RS256"),
            ({"key_ops": ["encrypt"]}, "key_ops lacks verify"), ({"kty": "EC"}, "kty is not RSA"),
            ({"d": "AQ"}, "private part"), ({"e": "AQ"}, "e is not an exponent"),
            ({"n": keys.public["n"][:-1] + "A"}, "n is not a modulus"),
            ({"kid": "k2"}, "no key of the JWK set fits")):
        rows.append((by_jwcrypto(keys.ours), {"keys": [{**keys.public, **change}]}, cause))
    for (*case, cause), verdict in zip(
            rows, verdicts([row[:2] for row in rows], tmp_path), strict=True):
        assert is_refused(case, verdict, "token_invalid", cause), (case, verdict, cause)


def test_a_longer_key_verifies(keys, tmp_path):
    case = (by_jwcrypto(keys.long), {"keys": [json.loads(keys.long.export_public())]})
    assert verdicts([case], tmp_path) == [["ok", USER, ""]]
    assert jwcrypto_says(*case)
