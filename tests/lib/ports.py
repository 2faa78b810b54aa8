# SPDX-License-Identifier: ISC
"""Ports for servers that must know theirs before they start."""

import contextlib
import random
import socket


def free_port():
    """A loopback port that no process has, and that the kernel gives to none:
    until it is taken, others ask for ports of their own.
    """
    with open("/proc/sys/net/ipv4/ip_local_port_range",
              encoding="ascii") as file:
        theirs = int(file.read().split()[0])
    while True:
        port = random.randrange(10000, theirs if theirs > 10000 else 65536)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
