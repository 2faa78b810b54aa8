# SPDX-License-Identifier: ISC
"""The sign-ins of test_cxone.py with a second judge: node's oidc-provider.

make check-oidc runs it; it is not part of make check.
"""

import pytest

import oidc_provider
from person import Person
from test_cxone import (  # noqa: F401, the same tests with another server
    WRONG_EXCHANGES, configure, cxone, outcome_of, prepared,
    test_a_user_of_cxone_signs_in_by_two_requests, test_a_used_code_is_refused,
    test_a_wrong_exchange_is_refused, test_an_answer_is_refused_before_a_request,
    test_an_e_mail_address_needs_one_request_more, test_another_person_is_kept_out_of,
    test_gcpkce_login_signs_in, test_the_browser_brings_a_code_of_any_length,
    test_the_nonce_of_another_sign_in_is_refused)


@pytest.fixture(scope="module", name="genesys")
def oidc_provider_in_its_place(house):
    reason = oidc_provider.why_not()
    if reason is not None:
        pytest.skip(reason)
    with oidc_provider.OidcProvider(house.path("oidc")) as provider:
        yield provider


@pytest.fixture(scope="module")
def people(genesys):
    browser = oidc_provider.OidcBrowser(genesys.ca_file)
    return {key: Person(browser, record) for key, record in genesys.people.items()}


@pytest.fixture(autouse=True)
def judged(request, genesys):
    """oidc-provider refuses a wrong exchange for the reason that it is made for, no other."""
    yield
    why = request.node.callspec.params.get("_why") if hasattr(request.node, "callspec") else None
    if why:
        assert [one[1] for one in genesys.errors] == [why]


@pytest.mark.parametrize("method", ["confidential", "post"])
def test_a_confidential_app_signs_in(house, cxone, people, configure, method):  # noqa: F811
    client = cxone.clients[method]
    secret = house.write("/etc/security/cxone.secret", client.secret + "\n", 0o600)
    configure(client_id=client.id, client_secret_file=secret,
              client_auth={"confidential": "basic"}.get(method, method))
    assert outcome_of(house, cxone, people) == "ok"
