# SPDX-License-Identifier: ISC
"""Files of remembered sign-ins, as module/remember.c writes them.

The format is written down a second time, by tests/fuzz/seeds.py.
"""

import os
import re
import struct
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "fuzz"))

from seeds import checksum, text  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = "/run/gcpkce/remembered"
RHOST = "192.0.2.7"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEk+/x0="
JUDGING = ("provider", "issuer", "authorize_url", "token_url", "jwks_url", "userinfo_url", "nonce",
           "userinfo", "login_url", "api_url", "client_id", "organization", "partner_logins",
           "signin_org", "signin_provider", "force_signin", "map", "map_file",
           "require_group", "require_role", "require_division")
METHODS = ("", "file", "email", "localpart")
DEFAULTS = {"provider": "genesys", "issuer": "https://cxone.niceincontact.com",
            "nonce": "require", "userinfo": "no", "partner_logins": "no", "force_signin": "no",
            "map": "file", "map_file": "/etc/security/pam_gcpkce.map"}


def quoted(value):
    return '"' + re.sub(r'[^ !#-\[\]-~]', lambda found: "".join(
        f"\\x{byte:02x}" for byte in found.group().encode()), value) + '"'


def key_of(account, uid, service, settings):
    """What must be the same again, for the key KEY from RHOST."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read().strip()
    fields = {"account": account, "service": service}
    fields.update((name, str(settings.get(name, DEFAULTS.get(name, "")))) for name in JUDGING)
    fields["map"] = "".join(str(METHODS.index(word.strip())) for word in fields["map"].split(",")).ljust(3, "0")
    fields.update(boot=boot, uid=str(uid), rhost=RHOST, key=KEY)
    return "".join(f" {name}={quoted(value)}" for name, value in fields.items())


def write(account, uid, service, settings, identity, lasts=600):
    """A record that was made a second ago; identity is its last field's bytes."""
    key = key_of(account, uid, service, settings).encode()
    made = int(time.clock_gettime(time.CLOCK_BOOTTIME)) - 1
    fields = text(account) + struct.pack(">IQQ", uid, made, lasts) + text(key) + identity
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    os.chmod(os.path.dirname(FOLDER), 0o755)
    path = f"{FOLDER}/{uid}-{checksum(key):016x}"
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(struct.pack(">IQ", 2, checksum(fields)) + fields)
