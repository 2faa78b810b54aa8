# SPDX-License-Identifier: ISC
"""Figures 1 to 3: what a person waits for, and what the server sees of it."""

import time
from statistics import median

from report import Figure
from stage import RTTS

REPETITIONS = 9
PROMPTS = 15
PRECONNECT_MS = 300  # for a preconnect on loopback; round trips come on top
PRECONNECT_TRIPS = 8  # the second to the API server comes behind the first

MODULE, NO_PRECONNECT, CURLS, LIBCURL, FLOOR = (
    "module", "module, preconnect=no", "two curl commands",
    "libcurl in the host", "floor: bare TLS, warm")


def module_time(setting, rtt):
    """The module, with the connections opened ahead if it can do that."""
    pause = PRECONNECT_MS + PRECONNECT_TRIPS * (rtt or 0)
    service = setting.module(rtt, preconnect=0)
    return setting.sign_in(service, pause)[0]["signin_us"]


def no_preconnect_time(setting, rtt):
    """The module that opens its connections when the code is there."""
    service = setting.module(rtt, preconnect="no")
    return setting.sign_in(service, PRECONNECT_MS)[0]["signin_us"]


def libcurl_time(setting, rtt):
    """The comparison module with fresh handles."""
    service = setting.comparison(rtt, "fresh")
    return setting.sign_in(service, PRECONNECT_MS)[0]["signin_us"]


def curls_time(setting, rtt):
    """The script."""
    return setting.two_curls(rtt)


def floor_time(setting, rtt):
    """The bare sockets."""
    return setting.floor(rtt)["signin_us"][0]


WAYS = {
    MODULE: module_time,
    NO_PRECONNECT: no_preconnect_time,
    CURLS: curls_time,
    LIBCURL: libcurl_time,
    FLOOR: floor_time,
}


def collect(setting):
    """Runs all ways in turn; gives {(way, rtt): median ms}."""
    times = {(way, rtt): [] for way in WAYS for rtt in RTTS}
    times[FLOOR, None] = []
    for way, rtt in times:  # once for the caches
        WAYS[way](setting, rtt)
    setting.far.take()
    for _ in range(REPETITIONS):
        for way, rtt in times:
            times[way, rtt].append(WAYS[way](setting, rtt) / 1000)
    return {key: median(values) for key, values in times.items()}


def trips(ms, way):
    """The effective round trips."""
    return (ms[way, 150] - ms[way, 50]) / 100


def measure_time(setting):
    """Figure 1."""
    ms = collect(setting)
    seen = setting.far.take()
    figure = Figure(1, "From the code's entry to PAM's result")
    figure.show(
        ["milliseconds, medians", *(f"RTT {rtt} ms" for rtt in RTTS),
         "round trips k", "of the floor at 50", "at 150"],
        [[way, *(f"{ms[way, rtt]:.1f}" for rtt in RTTS),
          f"{trips(ms, way):.2f}",
          *(f"{ms[way, rtt] / ms[FLOOR, rtt]:.2f}" for rtt in (50, 150))]
         for way in WAYS])
    requests = sum(seen[name] for name in (
        "post_token", "get_user", "get_token_info", "delete_token", "head"))
    figure.say(
        f"Medians of {REPETITIONS} repetitions, all ways in turn. k is "
        "(ms at 150 - ms at 50) / 100. The floor asks the same server, so "
        "that the server's own time is in it: "
        f"{seen['service_ns'] / requests / 1000:.0f} us a request, and "
        f"{seen['handshake_ns'] / seen['handshakes'] / 1000:.0f} us of CPU a "
        "handshake. The relay's own time is the floor's at RTT 0 without it, "
        f"{ms[FLOOR, None]:.1f} ms, against {ms[FLOOR, 0]:.1f} ms with it.")
    figure.say(
        f"For the module the code is entered {PRECONNECT_MS} ms and "
        f"{PRECONNECT_TRIPS} round trips after the prompt, with preconnect=0. "
        "The two curls and libcurl read the bundle of certificates, twice. "
        "tokens/me, by which the module knows the client and the "
        "organization, is asked by module and floor alone.")
    figure.promise("k with preconnect at most 2.05", trips(ms, MODULE),
                   trips(ms, MODULE) <= 2.05)
    figure.promise("k without preconnect at most 4.2", trips(ms, NO_PRECONNECT),
                   trips(ms, NO_PRECONNECT) <= 4.2)
    for rtt, most in ((50, 1.10), (150, 1.05)):
        ratio = ms[MODULE, rtt] / ms[FLOOR, rtt]
        figure.promise(f"at {rtt} ms within {most:.2f} of the floor", ratio,
                       ratio <= most)
    for rtt in (50, 150):
        ratio = ms[CURLS, rtt] / ms[MODULE, rtt]
        figure.promise(f"at {rtt} ms at least 3 times as fast as two curls",
                       ratio, ratio >= 3)
    return figure


def measure_counts(setting):
    """Figure 2."""
    figure = Figure(2, "Connections, handshakes, requests")
    rows = []
    for way, run in WAYS.items():
        setting.far.take()
        run(setting, 0)
        setting.settle()
        time.sleep(0.2)
        seen = setting.far.take()
        rows.append([
            way, seen["login_connections"], seen["api_connections"],
            seen["handshakes"], seen["resumed"], seen["tls13"],
            seen["post_token"], seen["get_user"], seen["get_token_info"],
            seen["delete_token"], seen["head"]])
    figure.show(["of one sign-in, counted at the server", "connections, login",
                 "API", "handshakes", "resumed", "TLS 1.3", "POST token",
                 "GET users/me", "GET tokens/me", "DELETE tokens/me", "HEAD /"],
                rows)
    figure.say("A HEAD opens a connection ahead of the answer. "
               "The DELETE revokes the token, after the answer and over a "
               "connection that is open; the others leave a token behind "
               "that is good for a day.")
    return figure


def measure_prompt(setting):
    """Figure 3."""
    figure = Figure(3, "From pam_authenticate to the prompt")
    shown = {rtt: [] for rtt in RTTS}
    for _ in range(PROMPTS):
        for rtt, times in shown.items():
            service = setting.module(rtt, preconnect=0)
            times.append(
                setting.sign_in(service, "leave")[0]["prompt_us"] / 1000)
    setting.settle()
    figure.show(["milliseconds", "median", "longest"], [
        [f"RTT {rtt} ms", f"{median(times):.2f}", f"{max(times):.2f}"]
        for rtt, times in shown.items()])
    figure.say(f"Of {PROMPTS} prompts each. In it are the configuration, the "
               "account, the map file, and the helper's start, which loads "
               "its libraries before it makes the address.")
    slowest = max(median(times) for times in shown.values())
    figure.promise("prompt within 6 ms at any RTT", slowest, slowest <= 6,
                   "{:.2f} ms")
    return figure
