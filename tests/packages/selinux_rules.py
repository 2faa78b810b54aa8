# SPDX-License-Identifier: ISC
"""What a linked policy allows the helper, and the applications that start it.

usage: selinux_rules.py POLICY-DIRECTORY SOURCE

The tables name what each system call needs that helper and child make, and no
kernel here can deny: a call that is not named needs no permission of SELinux.
"""
import collections
import glob
import re
import subprocess
import sys

import setools

HELPER, EXEC = "gcpkce_helper_t", "gcpkce_helper_exec_t"
RUNTIME, TOKEN, SECRET = "gcpkce_runtime_t", "gcpkce_token_t", "gcpkce_secret_t"
SOCKET = "gcpkce_helper_runtime_t"
SU = [f"{role}_su_t" for role in ("auditadm", "secadm", "staff", "sysadm", "user")]
SUDO = [domain.replace("_su_", "_sudo_") for domain in SU]
APPLICATIONS = ["sshd_t", "sshd_session_t", "local_login_t", "remote_login_t", "xdm_t", "cockpit_session_t",
                "policykit_auth_t", "vlock_t", "xscreensaver_t", "unconfined_t", "sysadm_t", *SU, *SUDO]
# users of PAM that sign no person in here
OTHERS = ["postgresql_t", "openvpn_t", "ftpd_t", "crond_t", "saslauthd_t", "keystone_t"]

# Of the application itself.
CHILD = [
    ("self", "process", "fork getsched setrlimit"),  # sched_getscheduler, setrlimit
    ("self", "capability", "setgid setuid"),         # setgroups, setresgid, setresuid
    ("null_device_t", "chr_file", "open read write"),
    ("root_t", "dir", "search"),                     # chdir
    (EXEC, "file", "getattr execute read open map"), # execveat, and fstat before
    (HELPER, "process", "transition"),
    (HELPER, "process2", "nnp_transition nosuid_transition"),
]
PARENT = [
    ("self", "unix_stream_socket", "create getattr getopt setopt connect read write shutdown"),
    ("self", "fifo_file", "getattr read write"),
    (HELPER, "process", "sigkill signal"),           # pidfd_send_signal; PR_SET_PDEATHSIG
    ("self", "capability", "kill"),                  # the helper has another uid
]
MODULE = [
    ("etc_t", "file", "open read"),
    ("var_run_t", "dir", "open read search add_name write"),
    (RUNTIME, "dir", "create open read search add_name remove_name write setattr"),
    (RUNTIME, "file", "create open read write lock setattr getattr rename unlink"),
    (TOKEN, "dir", "create open read search add_name remove_name write setattr rmdir"),
    (TOKEN, "file", "create open read write setattr getattr unlink"),
    ("self", "capability", "chown"),                 # to the user
    (SECRET, "dir", "search"), (SECRET, "file", "open read getattr"),
    ("ramfs_t", "dir", "search"), ("ramfs_t", "file", "open read getattr"),
    ("tmpfs_t", "dir", "search"), ("tmpfs_t", "file", "open read getattr"),
    ("devlog_t", "sock_file", "write"),
    (SOCKET, "sock_file", "getattr write"),
    (HELPER, "unix_stream_socket", "connectto"),
    ("init_t", "unix_stream_socket", "connectto"),
]
# Of the helper on the application: it inherits a socket, and is waited for.
INHERITED = [("fd", "use"), ("process", "sigchld"), ("unix_stream_socket", "getattr getopt read write")]

HELPER_MAY = [
    ("self", "process", "fork getcap sigchld"),      # clone, capget, wait4
    ("self", "process", "sigkill signal"),           # the monitor's kill; PR_SET_PDEATHSIG
    ("self", "fifo_file", "read write getattr"),     # pipe2
    ("self", "unix_stream_socket", "create getattr getopt read write"),
    ("self", "unix_dgram_socket", "create connect write"),
    ("devlog_t", "sock_file", "write"), ("syslogd_t", "unix_dgram_socket", "sendto"),
    ("self", "tcp_socket", "create connect bind listen accept getattr getopt setopt read write shutdown"),
    ("self", "udp_socket", "create connect bind getattr getopt setopt read write"),
    ("self", "netlink_route_socket", "create bind getattr nlmsg_read read write"),  # getaddrinfo
    ("http_port_t", "tcp_socket", "name_connect"), ("http_cache_port_t", "tcp_socket", "name_connect"),
    ("squid_port_t", "tcp_socket", "name_connect"), ("dns_port_t", "tcp_socket", "name_connect"),
    ("unreserved_port_t", "tcp_socket", "name_bind"),
    ("node_t", "tcp_socket", "node_bind"),
    (EXEC, "file", "entrypoint execute read map"),
    ("ld_so_t", "file", "execute read map open"), ("lib_t", "file", "execute read map open"),
    ("ld_so_cache_t", "file", "read map open"),
    ("null_device_t", "chr_file", "open read write getattr"),
    ("root_t", "dir", "open read search"),           # the look at Landlock; fails for Landlock alone
    ("init_t", "fd", "use"), ("init_t", "process", "sigchld"),
    ("init_t", "unix_stream_socket", "getattr getopt read write"),
]
INIT_MAY = [
    (HELPER, "process", "transition"), (HELPER, "process2", "nnp_transition nosuid_transition"),
    (EXEC, "file", "getattr execute read open map"),
    (HELPER, "unix_stream_socket", "create bind listen accept getattr getopt setopt read write"),
    (SOCKET, "sock_file", "create unlink setattr"), (RUNTIME, "dir", "create search add_name write"),
]
HELPER_MAY_NOT = [
    ("self", "capability", None), ("self", "capability2", None), ("self", "cap_userns", None),
    ("self", "process", "setcap setrlimit setexec setcurrent ptrace execmem execstack execheap"),
    ("shadow_t", "file", "read"), ("user_home_t", "file", "read"), ("etc_t", "file", "write create"),
    (RUNTIME, "file", "read write"), (RUNTIME, "dir", "search"), (TOKEN, "file", "read write"),
    (SECRET, "file", "getattr open read"), ("ramfs_t", "file", "read"),
    ("shell_exec_t", "file", "execute"), ("bin_t", "file", "execute"),
    ("ssh_port_t", "tcp_socket", "name_connect"), ("smtp_port_t", "tcp_socket", "name_connect"),
    ("http_port_t", "tcp_socket", "name_bind"), ("sshd_t", "process", "ptrace sigkill signal"),
]
OTHERS_MAY_NOT = [
    (HELPER, "process", "transition"), (RUNTIME, "file", "create read write"),
    (TOKEN, "file", "create read write"), (SECRET, "file", "read"), (SOCKET, "sock_file", "write"),
]


class Policy:
    def __init__(self, path):
        self._policy = setools.SELinuxPolicy(path)
        self._states = {str(b): b.state for b in self._policy.bools()}
        self._members = {}
        self._rules = collections.defaultdict(set)
        self._transitions = collections.defaultdict(dict)
        for rule in self._policy.terules():
            if rule.ruletype == setools.TERuletype.allow and self._counts(rule):
                for source in self._names(rule.source):
                    self._rules[source, str(rule.tclass)].add(rule)
            elif rule.ruletype == setools.TERuletype.type_transition and self._counts(rule):
                name = getattr(rule, "filename", "") if isinstance(rule, setools.policyrep.FileNameTERule) else ""
                for source in self._names(rule.source):
                    for target in self._names(rule.target):
                        self._transitions[source, target, str(rule.tclass)][name] = str(rule.default)

    def _counts(self, rule):
        """Unconditional, or in the branch that the booleans' defaults choose."""
        try:
            condition = rule.conditional
        except setools.exception.RuleNotConditional:
            return True
        names = {str(b): self._states[str(b)] for b in condition.booleans}
        return condition.evaluate(**names) == rule.conditional_block

    def _names(self, side):
        key = str(side)
        if key not in self._members:
            self._members[key] = {str(one) for one in side.expand()}
        return self._members[key]

    def allowed(self, source, target, tclass):
        """The permissions; a type or class that the policy does not know is an error."""
        target = source if target == "self" else target
        for name in (source, target):
            self._policy.lookup_type(name)
        self._policy.lookup_class(tclass)
        return {perm for rule in self._rules[source, tclass] if target in self._names(rule.target)
                for perm in rule.perms}

    def becomes(self, source, target, tclass, name=""):
        named = self._transitions[source, target, tclass]
        return named.get(name, named.get(""))

    def roles_without(self, domain, other):
        """Roles that may have the one type, but not the other."""
        return [str(role) for role in self._policy.roles() if str(role) != "object_r"
                and domain in map(str, role.types()) and other not in map(str, role.types())]


class Report:
    passed = failed = 0

    def check(self, good, text):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"FAILED: {text}")


def allows(policy, report, source, table):
    for target, tclass, perms in table:
        missing = set(perms.split()) - policy.allowed(source, target, tclass)
        report.check(not missing, f"{source} {target}:{tclass} lacks {' '.join(sorted(missing))}")


def denies(policy, report, source, table):
    for target, tclass, perms in table:
        allowed = policy.allowed(source, target, tclass)
        extra = allowed if perms is None else allowed & set(perms.split())
        report.check(not extra, f"{source} {target}:{tclass} has {' '.join(sorted(extra))}")


def readable_files(policy, report, directory, source):
    """Each path that the helper's Landlock lets it read."""
    with open(f"{source}/pam_gcpkce/base/readable.c", encoding="ascii") as file:
        paths = set(re.findall(r'"(/[a-z][^"%]*)"', file.read()))
    # of SUSE, whose policy has a label for it
    paths = sorted(path for path in paths if not path.startswith("/var/lib/"))
    told = subprocess.run(["matchpathcon", "-n", "-f", f"{directory}/contexts/files/file_contexts", *paths],
                          check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    report.check(len(told) == len(paths) > 30, "the paths of readable.c have labels")
    for path, context in zip(paths, told):
        label = context.split(":")[2] if context != "<<none>>" else "proc"
        tclass = "chr_file" if path.startswith("/dev/") else "file"
        if path.startswith("/proc/"):  # labelled by the kernel
            label = "sysctl_vm_overcommit_t" if "vm" in path else "sysctl_crypto_t"
        missing = {"getattr", "open", "read"} - policy.allowed(HELPER, label, tclass)
        report.check(not missing, f"the helper and {path}: {label}:{tclass} lacks {' '.join(sorted(missing))}")


def main():
    directory, source = sys.argv[1:]
    policy, report = Policy(glob.glob(f"{directory}/policy/policy.*")[0]), Report()

    for domain in APPLICATIONS:
        report.check(policy.becomes(domain, EXEC, "process") == HELPER, f"{domain} starts {HELPER}")
        wanting = policy.roles_without(domain, HELPER)
        report.check(not wanting, f"{domain} has roles without {HELPER}: {wanting}")
        allows(policy, report, domain, CHILD + PARENT + MODULE)
        allows(policy, report, HELPER, [(domain, *rest) for rest in INHERITED])
        report.check(policy.becomes(domain, "var_run_t", "dir", "gcpkce") == RUNTIME, f"{domain} makes /run/gcpkce")
        for name, label in (("pending", RUNTIME), ("remembered", RUNTIME), ("1000", TOKEN)):
            report.check(policy.becomes(domain, RUNTIME, "dir", name) == label, f"{domain} makes {name}")
    allows(policy, report, HELPER, HELPER_MAY)
    readable_files(policy, report, directory, source)
    report.check(policy.becomes("init_t", EXEC, "process") == HELPER, f"init_t starts {HELPER}")
    allows(policy, report, "init_t", INIT_MAY)
    denies(policy, report, HELPER, HELPER_MAY_NOT)
    for domain in OTHERS:
        denies(policy, report, domain, OTHERS_MAY_NOT)
    # export=file; by its mode each user reads the own one only
    for domain in ("user_t", "staff_t", "sysadm_t", "unconfined_t"):
        allows(policy, report, domain, [("var_run_t", "dir", "search"), (RUNTIME, "dir", "search"),
                                        (TOKEN, "dir", "search"), (TOKEN, "file", "open read getattr")])
    denies(policy, report, "user_t", [(TOKEN, "file", "write create unlink"), (RUNTIME, "file", "read write"),
                                      (SECRET, "file", "read"), (SOCKET, "sock_file", "write")])
    print(f"{report.passed} passed, {report.failed} failed")
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
