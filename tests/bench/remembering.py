# SPDX-License-Identifier: ISC
"""Figure 9: what a remembered sign-in costs."""

import os
import re
from statistics import median

from cost import crowd, spent
from report import Figure

REPETITIONS = 200
AT_ONCE = 20
KEY = "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEk+/x0="
CALLS = "fork,vfork,clone,clone3,connect"


def calls(setting, service):
    """How many processes and connections one sign-in makes."""
    log = os.path.join(setting.directory, "calls")
    setting.sign_in(service, before=("strace", "-f", "-o", log, "-e", f"trace={CALLS}"))
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    return (len(re.findall(r"\b(?:v?fork|clone3?)\(", text)),
            len(re.findall(r"\bconnect\([^)]*AF_INET", text)))


def measure(setting):
    """Figure 9."""
    os.environ["GCPKCE_BENCH_KEY"] = KEY
    try:
        service = setting.module(None, preconnect="no", revoke="never", remember=3600)
        setting.far.take()
        first, = setting.sign_in(service)
        trips = setting.far.take()["post_token"]
        again = setting.sign_in(service, count=REPETITIONS)
        processes, connections = calls(setting, service)
        _, many = crowd(setting, service, AT_ONCE, 1)
        further = setting.far.take()["post_token"]
    finally:
        del os.environ["GCPKCE_BENCH_KEY"]
    prompts = sum(result["prompts"] for result in again + many)
    ms = median(result["authenticate_us"] for result in again) / 1000
    cpu = spent(again, "module", "helper", "revoker")
    figure = Figure(9, "Remembered sign-ins")
    figure.show(["sign-in", "ms", "CPU, ms", "processes", "connections", "browser trips"], [
        ["with a browser that answers at once", f"{first['authenticate_us'] / 1000:.2f}",
         f"{spent([first], 'module', 'helper', 'revoker'):.2f}", "", "", trips],
        ["remembered", f"{ms:.3f}", f"{cpu:.3f}", processes, connections, prompts],
        [f"{AT_ONCE} connections at once, all of them", "", "", "", "", trips + further]])
    figure.say(
        f"Time and CPU of pam_authenticate in the host, {REPETITIONS} sign-ins in one process; "
        "processes and connections were counted by strace. A browser trip is a "
        "prompt, or a code at the server.")
    figure.promise("remembered: at most 1 ms", ms, ms <= 1, "{:.3f} ms")
    figure.promise("remembered: at most 1 ms of CPU", cpu, cpu <= 1, "{:.3f} ms")
    figure.promise("remembered: no process, no connection", processes + connections,
                   processes + connections == 0, "{}")
    figure.promise(f"{AT_ONCE} connections: one browser trip", trips + further + prompts,
                   trips + further + prompts == 1, "{}")
    return figure
