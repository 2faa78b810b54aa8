# SPDX-License-Identifier: ISC
"""A private copy of this machine, in which a login screen is installed and runs.

The root directory becomes an overlay of the machine's by pivot_root, not by
chroot: in a chroot the kernel refuses the user namespaces of WebKit's sandbox.
What is written goes into memory, and goes away with the last process.
"""

import base64
import json
import os
import ssl
import subprocess

from machine import ROOT, furnish_dev, mount, run

DEBS = os.environ.get("GCPKCE_DEBS", "").split()  # packages to test, instead of the build
PREFIX = "/usr" if DEBS else "/usr/local"


def enter(directory):
    """Make the tree in an empty directory, and move this process there."""
    mount("-t", "tmpfs", "-o", "mode=755", "tree", directory)
    upper, work, root = (os.path.join(directory, name) for name in ("upper", "work", "root"))
    for place in (upper, work, root):
        os.mkdir(place, 0o755)
    mount("-t", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", "tree", root)
    for place, mode in (("run", "755"), ("tmp", "1777")):
        mount("-t", "tmpfs", "-o", f"mode={mode}", place, f"{root}/{place}")
    mount("-t", "proc", "proc", f"{root}/proc")
    mount("--rbind", "/sys", f"{root}/sys")
    furnish_dev(f"{root}/dev")
    os.makedirs(root + ROOT, exist_ok=True)
    mount("--rbind", ROOT, root + ROOT)
    os.chdir(root)
    run("pivot_root", ".", ".")
    run("umount", "--lazy", ".")
    os.chdir(ROOT)


def install(build):
    """Install the product, its catalogues and all, as an administrator does."""
    if DEBS:
        run("dpkg", "--install", *DEBS)
        return
    run("make", "install", f"B={os.path.relpath(build, ROOT)}", f"prefix={PREFIX}")


def trust(ca_file, name="site"):
    """Let every program of the tree trust an authority."""
    place = "/usr/local/share/ca-certificates"
    os.makedirs(place, exist_ok=True)
    run("cp", ca_file, f"{place}/greeter-{name}.crt")
    run("update-ca-certificates")
    trust_in_chromium(ca_file)


def trust_in_chromium(ca_file):
    """Chromium reads authorities from its policies alone."""
    path = "/etc/chromium/policies/managed/authorities.json"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    policy = {"CACertificates": []}
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            policy = json.load(file)
    with open(ca_file, encoding="ascii") as file:
        policy["CACertificates"].append(
            base64.b64encode(ssl.PEM_cert_to_DER_cert(file.read())).decode())
    with open(path, "w", encoding="ascii") as file:
        json.dump(policy, file)


def name_hosts(names):
    """Let names stand for this machine; resolvers that look for a configured
    address (AI_ADDRCONFIG) do not count 127.0.0.1."""
    run("ip", "address", "add", "192.0.2.1/32", "dev", "lo")
    with open("/etc/hosts", "w", encoding="ascii") as file:
        file.write(f"127.0.0.1 localhost {' '.join(names)}\n")
    with open("/etc/resolv.conf", "w", encoding="ascii") as file:
        file.write("nameserver 127.0.0.1\n")  # site_server's; without it, failure is known at once


def add_account(name, uid):
    """An account without a home, as a display manager's greeter has; and its
    directory below /run/user."""
    run("groupadd", "--gid", str(uid), name)
    run("useradd", "--uid", str(uid), "--gid", str(uid), "--no-create-home", "--home-dir",
        "/nonexistent", "--shell", "/usr/sbin/nologin", name)
    os.makedirs("/run/user", exist_ok=True)
    os.mkdir(f"/run/user/{uid}", 0o700)
    os.chown(f"/run/user/{uid}", uid, uid)


def as_account(uid, argv, environment, **more):
    """Start a program as an account, with nothing else in its environment."""
    return subprocess.Popen(
        ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--", *argv],
        env=environment, **{"stdin": subprocess.DEVNULL, **more})


def processes_of(uid):
    """The ids of the processes that an account has, as text."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                yield pid
        except OSError:
            continue
