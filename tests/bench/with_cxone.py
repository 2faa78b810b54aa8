# SPDX-License-Identifier: ISC
"""Figure 10: sign-ins with CXone, whose id_token decides."""

import json
import time
from statistics import median
from urllib.parse import parse_qs, urlsplit

from cxone_server import CxoneServer
from report import Figure
from signins import PRECONNECT_MS, PRECONNECT_TRIPS, REPETITIONS, trips
from stage import ACCOUNT, RTTS, Failed, Program

WAYS = {
    "module": {"preconnect": "0"},
    "module, userinfo=yes": {"preconnect": "0", "userinfo": "yes"},
    "module, preconnect=no": {"preconnect": "no"},
}
KEYS = ("GET", "/auth/jwks")
REQUESTS = (KEYS, ("POST", "/auth/token"), ("GET", "/auth/userinfo"), ("HEAD", "/"))


class Tenant:
    """The fake CXone server, at each distance, and a service for each way."""

    def __init__(self, setting, fake):
        self.setting, self.fake = setting, fake
        port = str(urlsplit(fake.issuer).port)
        self.relays = [Program(setting.program("relay"), str(rtt * 500), port) for rtt in RTTS]
        self.issuers = {rtt: f"https://localhost:{relay.line()}"
                        for rtt, relay in zip(RTTS, self.relays)}

    def end(self):
        """Ends the relays."""
        for relay in self.relays:
            relay.end()

    def service(self, way, rtt):
        """The service of a way at a distance."""
        issuer = self.issuers[rtt]
        fake = self.fake.settings()
        del fake["ca_file"]  # the system's certificates are used
        return self.setting.service_of(
            f"cxone-{rtt}-" + "-".join(WAYS[way].values()), None, None, region=None,
            login_url=None, api_url=None, **{**fake, **WAYS[way], "issuer": issuer})

    def sign_in(self, way, rtt):
        """Signs in; gives the ms from the code to the result, and how often
        the keys were asked for before the code."""
        self.fake.log.clear()
        self.fake.draft = lambda draft: draft.claims.update(iss=self.issuers[rtt])
        host = Program(*self.setting.host(self.service(way, rtt), "code"))
        try:
            address = host.line()
            asked = {name: values[0] for name, values in
                     parse_qs(urlsplit(address).query).items()}
            if WAYS[way]["preconnect"] != "no" and not self.fake.log.wait(*KEYS):
                raise Failed("no keys were fetched")
            time.sleep((PRECONNECT_MS + PRECONNECT_TRIPS * rtt) / 1000)
            fetched = self.fake.log.count(*KEYS)
            host.tell(self.fake.issue_code(ACCOUNT, asked["code_challenge"],
                                           asked["redirect_uri"], nonce=asked["nonce"]))
            found = json.loads(host.line())
        finally:
            host.end()
        if found["result"] != 0:
            raise Failed(f"{way}: {self.setting.house.journal.text()}")
        return found["signin_us"] / 1000, fetched


def collect(tenant):
    """All ways in turn; gives {(way, rtt): median ms}, and for each way what was
    asked: before the code, and in all."""
    times = {(way, rtt): [] for way in WAYS for rtt in RTTS}
    counts = {}
    for way, rtt in times:  # once for the caches
        tenant.sign_in(way, rtt)
    for _ in range(REPETITIONS):
        for way, rtt in times:
            ms, fetched = tenant.sign_in(way, rtt)
            times[way, rtt].append(ms)
            log = tenant.fake.log
            counts[way] = (fetched, log.connections(), log.handshakes(),
                           *(log.count(*request) for request in REQUESTS))
    return {key: median(values) for key, values in times.items()}, counts


def measure(setting):
    """Figure 10."""
    with CxoneServer(setting.house.path("genesys")) as fake:
        tenant = Tenant(setting, fake)
        try:
            ms, counts = collect(tenant)
        finally:
            tenant.end()
    figure = Figure(10, "Sign-ins with CXone")
    figure.show(
        ["milliseconds, medians", *(f"RTT {rtt} ms" for rtt in RTTS), "round trips k"],
        [[way, *(f"{ms[way, rtt]:.1f}" for rtt in RTTS), f"{trips(ms, way):.2f}"]
         for way in WAYS])
    figure.show(
        ["of one sign-in, counted at the server", "GET jwks before the code", "connections",
         "handshakes", *(" ".join((method, path.rpartition("/")[2] or "/"))
                         for method, path in REQUESTS)],
        [[way, *counts[way]] for way in WAYS])
    figure.say(
        f"Medians of {REPETITIONS} repetitions, all ways in turn; k and the pause at the prompt "
        "are those of figure 1. The server is the fake CXone server of the tests, in Python, "
        "which signs an id_token with RSA while it is waited for: some milliseconds that are in "
        "every time, and not in k. The HEAD opens a connection ahead of the answer.")
    first, second = list(WAYS)[:2]
    figure.promise("CXone: k with preconnect at most 1.05", trips(ms, first),
                   trips(ms, first) <= 1.05)
    figure.promise("CXone with userinfo: k with preconnect at most 2.05", trips(ms, second),
                   trips(ms, second) <= 2.05)
    figure.promise("CXone: the keys are fetched once, before the code", counts[first][0],
                   counts[first][0] == counts[first][3] == 1, "{}")
    after = sum(counts[first][4:6])
    figure.promise("CXone: one request after the code", after, after == 1, "{}")
    return figure
