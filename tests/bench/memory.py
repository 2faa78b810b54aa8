# SPDX-License-Identifier: ISC
"""Figure 5: what logins that wait for a person hold."""

import re
import time

from report import Figure
from stage import Program

NUMBERS = (1, 50, 200)
SETTLE = 1.0  # seconds
SETTLE_EACH = 0.02
LIBRARY = re.compile(r"\S*/(\S+\.so[.\d]*)$", re.M)
PRECONNECTS = 60  # seconds for all of them
BEFORE, AFTER = "module, before preconnect", "module, after preconnect"
CONNECTIONS = {AFTER: 3}  # of a login that waits


def held(pid):
    """(PSS, private) of a process, in KiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        sizes = {name: int(size) for name, size in re.findall(
            r"^(\w+): +(\d+) kB", file.read(), re.M)}
    return sizes["Pss"], sizes["Private_Clean"] + sizes["Private_Dirty"]


def held_by_all(pids):
    """(PSS, private) of all of these together."""
    sizes = [held(pid) for pid in pids]
    return [sum(column) for column in zip(*sizes)] if sizes else [0, 0]


def libraries(pid):
    """The names of the libraries in a process."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return set(LIBRARY.findall(file.read()))


class Waiting:
    """Some logins that wait at the prompt, measured."""

    def __init__(self, setting, service, number, expected=0):
        self.number = number
        self._open = 0  # connections
        setting.far.take()
        hosts = [Program(*setting.host(service, "ask"))
                 for _ in range(number)]
        try:
            self._watch(setting, hosts, expected)
        finally:
            for host in hosts:
                host.end()
        setting.settle(30)

    def _watch(self, setting, hosts, expected):
        pids = [host.process.pid for host in hosts]
        self._all(hosts, "ready")
        before = held_by_all(pids)
        known = libraries(pids[0])
        for host in hosts:
            host.tell()
        self._all(hosts, "waiting")
        self._await(setting, expected * self.number)
        time.sleep(SETTLE + SETTLE_EACH * self.number)
        after = held_by_all(pids)
        self.host = [(b - a) / self.number for a, b in zip(before, after)]
        helpers = setting.house.processes("gcpkce-helper")
        self.helper = [
            size / self.number for size in held_by_all(helpers)]
        self.processes = len(helpers) / self.number
        self.libraries = libraries(pids[0]) - known
        self._count(setting)
        self.connections = self._open / self.number

    def _await(self, setting, expected):
        """Waits for preconnects; what does not come is told by its row."""
        end = time.monotonic() + PRECONNECTS
        self._count(setting)
        while self._open < expected and time.monotonic() < end:
            time.sleep(0.2)
            self._count(setting)

    def _count(self, setting):
        seen = setting.far.take()
        self._open += (seen["login_connections"] + seen["api_connections"]
                       - seen["ended"])

    @staticmethod
    def _all(hosts, place):
        for host in hosts:
            if host.line() != place:
                raise RuntimeError(f"a host is not {place}")

    @property
    def total(self):
        """PSS a login, in MiB."""
        return (self.host[0] + self.helper[0]) / 1024

    def row(self, name):
        """A row of the table."""
        return [f"{name}, {self.number}", f"{self.total:.2f}",
                *(f"{size:.0f}" for size in (*self.host, *self.helper)),
                f"{self.connections:g}", len(self.libraries)]


def services(setting):
    """name -> service."""
    return {
        BEFORE: setting.module(None, preconnect="no"),
        AFTER: setting.module(None, preconnect=0, preconnect_max=1024),
        "libcurl in the host, idle": setting.comparison(
            None, "idle", "hashed"),
        "the same, warm": setting.comparison(None, "warm", "hashed"),
        "the same, warm, with the bundle": setting.comparison(None, "warm"),
    }


def measure(setting):
    """Figure 5."""
    found = {(name, number): Waiting(setting, service, number,
                                     CONNECTIONS.get(name, 0))
             for name, service in services(setting).items()
             for number in NUMBERS}
    figure = Figure(5, "What a waiting login holds")
    figure.show(
        ["a login, how many wait", "PSS, MiB", "host grows: PSS, KiB",
         "private", "helper: PSS, KiB", "private", "open connections",
         "libraries new in the host"],
        [waiting.row(name) for (name, _), waiting in found.items()])
    figure.say(
        "Real processes, one host each, so that what they share is shared. "
        "A host's growth is from before pam_start to the prompt. PSS divides "
        "a shared page among its users; the far end holds libssl and "
        "libcrypto, too. Memory of the kernel (sockets, page tables) is not "
        "in it.")
    first = found[BEFORE, NUMBERS[0]]
    figure.say("New in a host with the module: "
               + (", ".join(sorted(first.libraries)) or "nothing")
               + f". Processes of the helper: {first.processes:g} a login.")
    most = NUMBERS[-1]
    for name, limit in ((BEFORE, 1.1), (AFTER, 2.1)):
        waiting = found[name, most]
        figure.promise(
            f"{name}: at most {limit} MiB a login, {most} waiting",
            waiting.total, waiting.total <= limit
            and waiting.connections == CONNECTIONS.get(name, 0),
            "{:.2f} MiB")
    strange = [name for name in first.libraries
               if not name.startswith("pam_")]
    figure.promise("no library beyond libpam's in the host", len(strange),
                   not strange, "{}")
    return figure
