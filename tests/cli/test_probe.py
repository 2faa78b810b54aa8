# SPDX-License-Identifier: ISC
"""What gcpkce check tells of the way to Genesys Cloud, by a proxy and without TLS.

tests/system/test_check.py has the broken hosts.
"""

import os
import time

import pytest

from conftest import ORGANIZATION
from faults import Fault
from fake_server import FakeServer
from test_route import Proxy


class SlowProxy(Proxy):
    """A proxy that thinks before it answers."""

    def _tunnel(self, client):
        time.sleep(3.1)  # from accept, which libcurl sees a moment later
        super()._tunnel(client)


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def probe(gcpkce, configure):
    """Runs check against a fake server; gives the hosts of its probe, login first."""
    def run(genesys, **changes):
        client = genesys.clients["public"]
        conf = configure(**{
            "login_url": genesys.login_url, "api_url": genesys.api_url,
            "ca_file": genesys.ca_file, "client_id": client.id, "organization": ORGANIZATION,
            "redirect_uri": client.redirect_uris[0], **changes})
        answer = gcpkce("--json", "check", "--conf", conf)
        assert answer.status == 0, answer.out
        return answer.json["probe"]["hosts"]
    return run


@pytest.mark.alone
def test_a_proxy_s_time_is_its_own(probe, genesys):
    proxy = SlowProxy()
    hosts = probe(genesys, proxy=proxy.url, connect_timeout=20)
    for host in hosts:
        assert host["ms"]["proxy"] >= 3000
        assert host["ms"]["TCP"] < 3000
        assert host["ms"]["TLS"] < 3000
    assert len(proxy.asked) == 2
    proxy.close()


def test_without_a_proxy_there_is_no_such_step(probe, genesys):
    for host in probe(genesys):
        assert list(host["ms"]) == ["DNS", "TCP", "TLS", "HTTP"]
        assert host["reached"] == "HTTP"
        assert host["tls"].startswith("TLSv1.")


def test_a_host_of_this_machine_may_do_without_tls(probe, directory):
    with FakeServer(os.path.join(directory, "plain"), tls=False) as plain:
        for host in probe(plain, ca_file=None):
            assert list(host["ms"]) == ["DNS", "TCP", "HTTP"]
            assert host["tls"] == ""
            assert host["certificate_end"] is None


def test_no_question_carries_a_credential(probe, genesys):
    probe(genesys)
    for request in genesys.log.requests():
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers
        assert request.method == "GET"


@pytest.mark.parametrize("headers", [
    {"Location": "https://signin.example.test/callback?error=%1b%5b2J&error_description=%0aok"},
    {"Location": "\x1b[2J\x07"},
    {"Location": "x" * 10000},
    {"Date": "\x1b[31mnever"},
    {"Date": "Thu, 01 Jan 99999999999 00:00:00 GMT"},
])
def test_what_a_host_answers_cannot_act(gcpkce, configure, genesys, headers):
    genesys.faults["authorize"] = Fault(status=302, headers=headers)
    genesys.faults["users_me"] = Fault(status=401, headers=headers)
    client = genesys.clients["public"]
    conf = configure(login_url=genesys.login_url, api_url=genesys.api_url,
                     ca_file=genesys.ca_file, client_id=client.id,
                     redirect_uri=client.redirect_uris[0])
    for arguments in (), ("--json",):
        out = gcpkce(*arguments, "check", "--conf", conf).out
        assert "status 401" in out or '"status":401' in out
        assert all(c == "\n" or c.isprintable() for c in out)
