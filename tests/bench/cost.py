# SPDX-License-Identifier: ISC
"""Figures 4 and 6: instructions, and sign-ins a second."""

import glob
import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from statistics import mean

from callgrind import CALLGRIND, Profile
from report import Figure
from stage import PLACE, Failed

GROUPS = {  # what belongs to whom, by the object's name
    "loading": re.compile(r"ld-linux|ld-musl"),
    "TLS": re.compile(r"libssl|libcrypto"),
    "libcurl": re.compile(r"libcurl"),
    "libseccomp": re.compile(r"libseccomp"),
    "libc": re.compile(r"libc\.so|libc-"),
    "own code": re.compile(r"gcpkce|/helper$"),
}
OTHERS = "others"
PRECONNECT_PAUSE_MS = 15000  # valgrind takes its time
CROWDS = {1: 40, 8: 10, 32: 4}  # how many at once -> sign-ins of each
MILLION = 1e6
TOP = 12  # functions


def grouped(profile):
    """{group: instructions}, by where they were spent."""
    costs = Counter()
    for name, cost in profile.objects.items():
        group = next((key for key, pattern in GROUPS.items()
                      if pattern.search(name)), OTHERS)
        costs[group] += cost
    return costs


def prepare(setting):
    """Puts the traced helper into its place in the private /run."""
    out = f"{PLACE}/out"
    if not os.path.isdir(PLACE):
        os.makedirs(out)
        os.chmod(PLACE, 0o755)
        os.chmod(out, 0o777)
        for built, name in (("helper-traced", "helper"),
                            ("tracer", "tracer")):
            shutil.copyfile(setting.program(built), f"{PLACE}/{name}")
            os.chmod(f"{PLACE}/{name}", 0o755)
    for name in os.listdir(out):
        os.unlink(f"{out}/{name}")
    return out


def trace(setting, pause, **keys):
    """Signs in under callgrind; gives the profiles of module and helper."""
    out = prepare(setting)
    setting.sign_in(
        setting.module(None, traced=True, **keys), pause, before=(
            *CALLGRIND, "--toggle-collect=pam_sm_authenticate",
            f"--callgrind-out-file={out}/host"))
    setting.settle()
    module = Profile(f"{out}/host")
    helper = Profile(*glob.glob(f"{out}/helper.*"))
    if not module.objects.total() or not helper.objects.total():
        raise Failed("callgrind has counted nothing")
    return module, helper


def floor_total(setting):
    """The floor's instructions, in millions."""
    path = f"{prepare(setting)}/floor"
    setting.floor(None, 1, "cold", before=(
        *CALLGRIND, f"--callgrind-out-file={path}"))
    return Profile(path).objects.total() / MILLION


def row(name, costs):
    """A row of the table: the sum and its parts, in millions."""
    return [name, *(f"{cost / MILLION:.2f}" for cost in (
        costs.total(), *(costs[group] for group in (*GROUPS, OTHERS))))]


def measure_instructions(setting):
    """Figure 4."""
    figure = Figure(4, "Instructions")
    floor = floor_total(setting)
    _, start = trace(setting, "leave", preconnect="no", revoke="never")
    module, helper = trace(setting, 0, preconnect="no", revoke="never")
    _, ahead = trace(setting, PRECONNECT_PAUSE_MS, preconnect=0, revoke="never")
    _, revoking = trace(setting, 0, preconnect="no", revoke="auto")
    start, module = grouped(start), grouped(module)
    whole, early = grouped(helper), grouped(ahead)
    figure.show(["millions", "all", *GROUPS, OTHERS], [
        row("module, pam_sm_authenticate", module),
        row("helper, from exec to the prompt", start),
        row("helper, the whole sign-in", whole),
        row("helper, the same with preconnect=0", early),
        row("helper, the same with the revocation", grouped(revoking))])
    total = (module.total() + max(whole.total(), early.total())) / MILLION
    figure.say(
        "Counted by valgrind --tool=callgrind, in user space, by the library "
        "they were spent in; these repeat almost exactly. A sign-in is "
        f"module and helper: {total:.2f} millions, without the revocation, "
        "which comes after the answer, and whose process frees nothing. "
        "The helper is linked for the bench alone with tests/bench/traced.c: "
        "no limits, the seccomp filter made but not loaded, Landlock refused "
        "as an old kernel refuses it, and its looks at itself are done but "
        "not heeded.")
    figure.say("Where the helper spends most, the whole sign-in:")
    figure.show(["function", "millions", "library"], [
        [f"`{function}`", f"{cost / MILLION:.2f}", os.path.basename(name)]
        for (function, name), cost in helper.functions.most_common(TOP)])
    ratio = total / floor
    figure.say(
        f"The floor, bare sockets that load libssl, read one certificate, and "
        f"make the same three handshakes and requests, takes {floor:.2f} "
        f"millions: a sign-in takes {ratio:.2f} times as many.")
    figure.promise("instructions at most 1.5 times the floor's", ratio,
                   ratio <= 1.5)
    return figure


def crowd(setting, service, number, each):
    """Signs in with so many hosts at once; gives seconds and each's counts."""
    begun = time.monotonic()
    hosts = [subprocess.Popen(setting.host(service, 0, each),
                              stdout=subprocess.PIPE, text=True)
             for _ in range(number)]
    results = []
    for host in hosts:
        said, _ = host.communicate()
        if host.returncode != 0:
            raise Failed(f"{service}: {said}\n{setting.house.journal.text()}")
        results += [json.loads(line) for line in said.splitlines()]
    return time.monotonic() - begun, results


def spent(results, *parts):
    """The mean CPU of these parts of a sign-in, in ms."""
    return mean(sum(result[f"{part}_cpu_us"] for part in parts)
                for result in results) / 1000


def measure_rate(setting):
    """Figure 6."""
    figure = Figure(6, "Sign-ins a second, and their CPU")
    service = setting.module(None, preconnect="no", revoke="never")
    revoking = setting.module(None, preconnect="no", revoke="auto")
    crowd(setting, service, 1, 2)  # for the caches
    rows = []
    for number, each in CROWDS.items():
        before = setting.far.take()["cpu_us"]
        seconds, results = crowd(setting, service, number, each)
        server = (setting.far.take()["cpu_us"] - before) / len(results) / 1000
        _, more = crowd(setting, revoking, number, each)
        sockets = setting.floor(None, 40, "cold")["cpu_us"] / 40 / 1000
        module, helper = (spent(results, "module"),
                          spent(results, "helper", "revoker"))
        revocation = spent(more, "module", "helper", "revoker") - (
            module + helper)
        rows.append([number, f"{len(results) / seconds:.0f}", *(
            f"{ms:.2f}" for ms in (module + helper, module, helper, sockets,
                                   revocation, server))])
    figure.show(["at once", "sign-ins a second", "CPU, ms", "module",
                 "helper", "of it TLS", "revocation on top", "far end"], rows)
    figure.say(
        "No relay, a person who answers at once, so preconnect=no, and "
        "revoke=never; the revocation's CPU is the difference to as many "
        "sign-ins with revoke=auto. Near and far end share the cores; CPU is "
        "a sign-in's, from getrusage of the host and of the processes that "
        "it or its helper collects. The share of TLS is what bare sockets "
        "pay for the same three handshakes and requests, measured beside it; "
        "the rest of the helper is loading libraries, libcurl, and the end "
        "of the process.")
    return figure
