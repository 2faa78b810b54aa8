# SPDX-License-Identifier: ISC
"""How the helper reaches Genesys Cloud, and what it makes of bad replies."""

import base64
import os
import socket
import threading

import pexpect
import pytest

from browser import Browser, pair
from conftest import GCPKCE
from faults import Fault, elsewhere, huge_json, login_rate_limit
from fake_server import FakeServer


@pytest.fixture
def genesys(directory):
    with FakeServer(os.path.join(directory, "genesys")) as fake:
        yield fake


@pytest.fixture
def settings(genesys, account):
    """What a working configuration says, as a dict to change."""
    client = genesys.clients["public"]
    return dict(
        lines=[f"{account} id:{genesys.people['alice'].id}"],
        login_url=genesys.login_url, api_url=genesys.api_url, ca_file=genesys.ca_file,
        client_id=client.id, redirect_uri=client.redirect_uris[0],
        organization=genesys.organization.id, attempts=1)


def outcome_of(conf, account, genesys, **environment):
    """The decision of one sign-in of Alice's."""
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                          encoding="utf-8", env=dict(os.environ, **environment))
    child.expect(r"\n(https?://\S+/oauth/authorize\S+)\r")
    address = child.match.group(1)
    child.expect("land on: ")
    child.sendline(Browser(genesys.ca_file).sign_in(address, "alice"))
    child.expect(r"decision:\s+(\w+): ")
    outcome = child.match.group(1)
    child.expect(pexpect.EOF)
    child.close()
    return outcome


def token_requests(genesys):
    return [r for r in genesys.log.requests("login") if r.path == "/oauth/token"]


def test_a_public_client_names_itself_in_the_form(genesys, configure, settings, account):
    assert outcome_of(configure(**settings), account, genesys) == "ok"
    request, = token_requests(genesys)
    assert "authorization" not in request.headers
    assert set(request.form()) == {"grant_type", "code", "code_verifier", "client_id",
                                   "redirect_uri"}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_confidential_client_names_itself_by_basic_alone(
        genesys, configure, settings, account, directory):
    client = genesys.clients["confidential"]
    secret_file = f"{directory}/secret"
    with open(secret_file, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(client.secret + "\n")
    settings.update(client_id=client.id, redirect_uri=client.redirect_uris[0],
                    client_secret_file=secret_file)
    assert outcome_of(configure(**settings), account, genesys) == "ok"
    request, = token_requests(genesys)
    pair = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {pair}"
    assert "client_id" not in request.form()


def test_a_secret_that_others_may_read_is_not_used(genesys, configure, settings, account, directory,
                                                   gcpkce):
    secret_file = f"{directory}/secret"
    with open(secret_file, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o640)
        file.write("secret\n")
    conf = configure(**settings, client_secret_file=secret_file)
    run = gcpkce("--json", "login", "--conf", conf, "--user", account)
    assert run.json["outcome"] == "secret_unreadable"
    assert "0600" in run.json["cause"]


class Proxy:
    """An HTTP proxy that knows CONNECT alone, and counts."""

    def __init__(self, reply=b"HTTP/1.1 200 OK\r\n\r\n"):
        self.reply = reply
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return
            head += more
        target = head.split()[1].decode()
        self.asked.append(target)
        client.sendall(self.reply)
        if b" 200 " not in self.reply:
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", int(target.rsplit(":", 1)[1])))
        threading.Thread(target=self._copy, args=(client, server), daemon=True).start()
        self._copy(server, client)

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self._listener.close()


@pytest.fixture
def proxy():
    one = Proxy()
    yield one
    one.close()


def test_the_configured_proxy_is_used_for_both_hosts(genesys, configure, settings, account, proxy):
    assert outcome_of(configure(**settings, proxy=proxy.url), account, genesys) == "ok"
    ports = sorted({url.rsplit(":", 1)[1] for url in (genesys.login_url, genesys.api_url)})
    assert sorted({target.rsplit(":", 1)[1] for target in proxy.asked}) == ports


def test_a_proxy_of_the_caller_s_environment_is_not(genesys, configure, settings, account, proxy):
    assert outcome_of(configure(**settings), account, genesys, https_proxy=proxy.url,
                      HTTPS_PROXY=proxy.url, ALL_PROXY=proxy.url) == "ok"
    assert proxy.asked == []


def test_a_proxy_that_refuses_is_unreachable(genesys, configure, settings, account):
    refusing = Proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    conf = configure(**settings, proxy=refusing.url)
    assert outcome_of(conf, account, genesys) == "unreachable"
    refusing.close()


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "200 OK"])
def test_a_proxy_sets_no_correlation_id(genesys, configure, settings, gcpkce, status):
    genesys.correlation_header = "X-None"
    proxy = Proxy(f"HTTP/1.1 {status}\r\nININ-Correlation-Id: of-the-proxy\r\n\r\n".encode())
    conf = configure(**settings, proxy=proxy.url)
    run = gcpkce("--json", "whoami", "--conf", conf,
                 env={"GENESYSCLOUD_ACCESS_TOKEN": genesys.issue_token("alice")})
    assert proxy.asked != []
    assert run.json["outcome"] == ("ok" if status == "200 OK" else "unreachable")
    assert run.json["correlation"] == ""
    proxy.close()


def test_certificates_of_the_caller_s_environment_are_not_trusted(
        genesys, configure, settings, account):
    settings["ca_file"] = None
    conf = configure(**settings)
    assert outcome_of(conf, account, genesys, SSL_CERT_FILE=genesys.ca_file,
                      CURL_CA_BUNDLE=genesys.ca_file,
                      SSL_CERT_DIR=genesys.ca_dir) == "tls_failed"
    assert token_requests(genesys) == []


@pytest.mark.parametrize("kind", ["expired", "wrong_host", "self_signed", "other_ca"])
@pytest.mark.parametrize("host", ["login", "api"])
def test_a_wrong_certificate_is_tls_failed(genesys, configure, settings, account, host, kind):
    conf = configure(**settings)
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                          encoding="utf-8")
    child.expect(r"\n(https?://\S+/oauth/authorize\S+)\r")
    landed = Browser(genesys.ca_file).sign_in(child.match.group(1), "alice")
    genesys.present(host, kind)
    child.expect("land on: ")
    child.sendline(landed)
    child.expect("decision: +tls_failed: ")
    child.close()
    assert genesys.log.count("GET", "/api/v2/users/me") == 0
    if host == "login":
        assert token_requests(genesys) == []


def test_plain_http_to_a_loopback_host_works(configure, settings, account, directory):
    with FakeServer(os.path.join(directory, "plain"), tls=False) as plain:
        settings.update(login_url=plain.login_url, api_url=plain.api_url)
        assert outcome_of(configure(**settings), account, plain) == "ok"


def test_an_unreachable_host_is_unreachable(genesys, configure, settings, account):
    conf = configure(**settings)
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                          encoding="utf-8")
    child.expect("land on: ")
    genesys.refuse("login")
    child.sendline(pair("A" * 43, child.before))
    child.expect("decision: +unreachable: ")
    child.close()


@pytest.mark.parametrize("fault, outcome", [
    (login_rate_limit(), "rate_limited"),
    (Fault(status=429, headers={"Retry-After": "1"}), "rate_limited"),
    (Fault(status=500), "provider_error"),
    (Fault(status=503, body="<html>"), "provider_error"),
    (elsewhere("https://localhost:1/elsewhere"), "reply_invalid"),
    (Fault(status=200, body="<html>"), "reply_invalid"),
    (Fault(status=200, body=""), "reply_invalid"),
    (Fault(status=404), "reply_invalid"),
    (huge_json(300 * 1024), "reply_invalid"),
    (Fault(close="before"), "unreachable"),
    (Fault(status=400, body='{"error":"invalid_client","description":"client not found",'
                            '"error_description":"client not found"}'), "client_refused"),
    (Fault(status=400, body='{"error":"invalid_grant","description":"x",'
                            '"error_description":"x"}'), "code_refused"),
    (Fault(status=200, body='{"access_token":"a b","token_type":"bearer"}'), "token_invalid"),
])
def test_a_bad_reply_of_the_token_endpoint_has_its_outcome(
        genesys, configure, settings, account, fault, outcome):
    genesys.faults["token"] = fault
    assert outcome_of(configure(**settings), account, genesys) == outcome
    assert len(token_requests(genesys)) == 1, "a code goes out once"
    assert genesys.log.count("GET", "/api/v2/users/me") == 0


def test_a_token_of_another_type_is_refused_and_revoked(genesys, configure, settings, account):
    genesys.faults.override_reply = {"token_type": "mac"}
    assert outcome_of(configure(**settings), account, genesys) == "token_invalid"
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")


def test_a_sign_in_makes_three_requests_over_three_connections(
        genesys, configure, settings, account):
    conf = configure(**settings)
    child = pexpect.spawn(GCPKCE, ["login", "--conf", conf, "--user", account], timeout=60,
                          encoding="utf-8")
    child.expect(r"\n(https?://\S+/oauth/authorize\S+)\r")
    landed = Browser(genesys.ca_file).sign_in(child.match.group(1), "alice")
    genesys.log.clear()
    child.expect("land on: ")
    child.sendline(landed)
    child.expect("decision: +ok: ")
    child.close()
    assert genesys.log.wait("DELETE", "/api/v2/tokens/me")
    seen = sorted((r.method, r.path) for r in genesys.log.requests())
    # a HEAD opens each connection to the API server while the code is exchanged
    assert seen == [("DELETE", "/api/v2/tokens/me"), ("GET", "/api/v2/tokens/me"),
                    ("GET", "/api/v2/users/me"), ("HEAD", "/"), ("HEAD", "/"),
                    ("POST", "/oauth/token")]
    assert genesys.log.handshakes("login") == 1
    assert genesys.log.handshakes("api") == 2
