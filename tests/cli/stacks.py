# SPDX-License-Identifier: ISC
"""Stacks of pam.d for the tests of "gcpkce check": real ones, and random ones.

A stack is a dictionary of file names and texts; the service is the file "s".
"""

import os

ETC = os.path.join(os.path.dirname(__file__), "../../etc/pam.d")

DENY_OTHER = "auth required pam_deny.so\naccount required pam_deny.so\n" \
    "password required pam_deny.so\nsession required pam_deny.so\n"

COMMON_AUTH = """\
# here are the per-package modules (the "Primary" block)
auth\t[success=1 default=ignore]\tpam_unix.so nullok
# here's the fallback if no module succeeds
auth\trequisite\t\t\tpam_deny.so
auth\trequired\t\t\tpam_permit.so
auth\toptional\t\t\tpam_cap.so
"""
COMMON_REST = """\
account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
account requisite pam_deny.so
account required pam_permit.so
session [default=1] pam_permit.so
session requisite pam_deny.so
session required pam_permit.so
session required pam_unix.so
password required pam_unix.so
"""
REST = "@include common-rest\n"
COMMON = {"common-auth": COMMON_AUTH, "common-rest": COMMON_REST, "other": DENY_OTHER}

SYSTEM_AUTH = """\
auth        required      pam_env.so
auth        required      pam_faildelay.so delay=2000000
auth        [default=1 ignore=ignore success=ok]         pam_usertype.so isregular
auth        [default=1 ignore=ignore success=ok]         pam_localuser.so
auth        sufficient    pam_unix.so nullok
auth        [default=1 ignore=ignore success=ok]         pam_usertype.so isregular
auth        sufficient    pam_sss.so forward_pass
auth        required      pam_deny.so
"""


def stack(service, **more):
    """A stack of one file and the usual ones that it may include."""
    files = dict(COMMON, **{name.replace("_", "-"): text for name, text in more.items()})
    files["s"] = service + REST
    return files


REAL = {
    "debian-sshd": stack("auth required pam_gcpkce.so\naccount required pam_nologin.so\n"),
    "debian-sshd-with-password": stack("auth sufficient pam_gcpkce.so\n@include common-auth\n"),
    "debian-sudo": stack("session required pam_limits.so\n"
                         "auth required pam_gcpkce.so export=none\n"),
    "debian-su": stack("auth sufficient pam_rootok.so\nauth required pam_gcpkce.so\n"),
    "debian-login": stack("auth optional pam_faildelay.so delay=3000000\n"
                          "auth requisite pam_nologin.so\nauth optional pam_group.so\n"
                          "auth sufficient pam_gcpkce.so timeout=50 attempts=1\n"
                          "@include common-auth\n"),
    "common-auth": stack("@include common-auth\n", common_auth=(
        "auth [success=2 default=ignore] pam_unix.so nullok\n"
        "auth [success=1 default=ignore] pam_gcpkce.so\n"
        "auth requisite pam_deny.so\nauth required pam_permit.so\n")),
    "two-factors": stack("@include common-auth\nauth required pam_gcpkce.so\n"),
    "two-factors-first": stack("auth requisite pam_gcpkce.so\n@include common-auth\n"),
    "behind-a-key": stack("auth [success=ok ignore=ignore default=die] pam_ssh_agent_auth.so\n"
                          "auth [success=done default=die] pam_gcpkce.so\n"),
    "sufficient-before-permit": stack("auth sufficient pam_gcpkce.so\n"
                                      "auth required pam_permit.so\n"),
    "optional-alone": stack("auth optional pam_gcpkce.so\n"),
    "optional-beside-permit": stack("auth optional pam_gcpkce.so\nauth required pam_permit.so\n"),
    "ignored-by-default": stack("auth [success=ok default=ignore] pam_gcpkce.so\n"
                                "auth optional pam_permit.so\n"),
    "requisite": stack("auth requisite pam_gcpkce.so\nauth required pam_permit.so\n"),
    "die": stack("auth [success=done default=die] pam_gcpkce.so\nauth sufficient pam_unix.so\n"),
    "die-in-a-substack": stack("auth substack inner\nauth sufficient pam_unix.so\n",
                               inner="auth [success=done default=die] pam_gcpkce.so\n"
                                     "auth required pam_deny.so\n"),
    "done-in-a-substack": stack("auth substack inner\nauth required pam_unix.so\n",
                                inner="auth sufficient pam_gcpkce.so\nauth required pam_deny.so\n"),
    "reset-in-a-substack": stack(
        "auth required pam_unix.so\nauth substack inner\nauth required pam_env.so\n",
        inner="auth required pam_sss.so\nauth [success=ok default=reset] pam_gcpkce.so\n"),
    "nested-substacks": stack(
        "auth substack outer\nauth substack outer\nauth required pam_unix.so\n",
        outer="auth [success=1 default=ignore] pam_gcpkce.so\nauth substack inner\n"
              "auth required pam_permit.so\n",
        inner="auth [success=done default=reset] pam_sss.so\nauth required pam_deny.so\n"),
    "jump-over-a-substack": stack(
        "auth [success=1 default=ignore] pam_gcpkce.so\nauth substack common-auth\n"
        "auth required pam_permit.so\n"),
    "jump-over-an-include": stack(
        "auth [success=4 default=ignore] pam_gcpkce.so\nauth include common-auth\n"
        "auth required pam_env.so\nauth required pam_permit.so\n"),
    "jump-too-far": stack("auth required pam_permit.so\n"
                          "auth [success=ok authinfo_unavail=3 default=die] pam_gcpkce.so\n"
                          "auth required pam_permit.so\n"),
    "jump-out-of-a-substack": stack(
        "auth substack inner\nauth required pam_permit.so\n",
        inner="auth [success=3 default=die] pam_gcpkce.so\nauth requisite pam_deny.so\n"),
    "authinfo-unavail-ignored": stack(
        "auth [success=ok authinfo_unavail=ignore default=die] pam_gcpkce.so\n"
        "auth required pam_permit.so\n"),
    "soft-on-the-network": stack(
        "auth [success=done authinfo_unavail=ignore default=die] pam_gcpkce.so\n"
        "@include common-auth\n"),
    "break-glass": stack(
        "auth [success=done service_err=1 authinfo_unavail=1 default=die] pam_gcpkce.so\n"
        "auth requisite pam_deny.so\n"
        "auth required pam_unix.so\nauth required pam_wheel.so group=emergency\n"),
    "red-hat": stack("auth [success=done default=ignore] pam_gcpkce.so\n"
                     "auth substack password-auth\nauth include postlogin\n",
                     password_auth=SYSTEM_AUTH, postlogin="-session optional pam_umask.so\n"),
    "faillock": stack("auth required pam_faillock.so preauth\n"
                      "auth [success=1 default=ignore] pam_gcpkce.so\n"
                      "auth [default=die] pam_faillock.so authfail\n"
                      "auth sufficient pam_faillock.so authsucc\nauth required pam_deny.so\n"),
    "twice": stack("auth [authinfo_unavail=ignore default=die] pam_gcpkce.so region=de\n"
                   "auth required pam_gcpkce.so\n"),
    "never-reached": stack("auth [default=done] pam_permit.so\nauth required pam_gcpkce.so\n"),
    "other-words": stack("AUTH Required \\\n  pam_gcpkce.so [a b\\] c] # and a comment\n"
                         "-auth [ success = ok  default=bad ] pam_unix.so#x\n"),
    "from-other": {"other": "auth sufficient pam_gcpkce.so\nauth required pam_unix.so\n",
                   "s": "account required pam_permit.so\n"},
    "password-result": stack("auth [success=new] pam_gcpkce.so\n"),
    "wrong-type": stack("auth sufficient pam_gcpkce.so\natuh sufficient pam_unix.so\n"),
    "wrong-control": stack("auth mandatory pam_gcpkce.so\n"),
    "no-module": stack("auth sufficient\nauth sufficient pam_gcpkce.so\nauth required\n"),
    "no-control": stack("auth\nauth sufficient pam_gcpkce.so\n"),
    "no-such-include": stack("auth sufficient pam_gcpkce.so\nauth include nowhere\n"),
    "no-such-debian-include": stack("auth sufficient pam_gcpkce.so\n@include nowhere\n"),
    "ends-in-a-backslash": dict(COMMON, s="auth required pam_gcpkce.so\nauth required \\\n"),
    "included-end-in-a-backslash": stack(
        "auth sufficient pam_gcpkce.so\nauth include inner\nauth sufficient pam_unix.so\n",
        inner="auth sufficient pam_unix.so\nauth required \\"),
    "too-deep": dict(COMMON, s="auth sufficient pam_gcpkce.so\nauth substack a1\n",
                     **{f"a{n}": f"auth substack a{n + 1}\nauth optional pam_unix.so\n"
                        for n in range(1, 20)}, a20="auth required pam_permit.so\n"),
}



def example(name):
    """One of the examples in etc/, among files such as Debian's."""
    with open(os.path.join(ETC, name), encoding="utf-8") as file:
        text = file.read()
    lines = {kind: "".join(line for line in COMMON_REST.splitlines(keepends=True)
                           if line.startswith(kind))
             for kind in ("account", "session", "password")}
    return {"s": text, "other": DENY_OTHER, "common-auth": COMMON_AUTH,
            "common-account": lines["account"], "common-session": lines["session"],
            "common-session-noninteractive": lines["session"],
            "common-password": lines["password"]}


EXAMPLES = sorted(os.listdir(ETC))
REAL.update({f"etc-{name}": example(name) for name in EXAMPLES})

RESULTS = ["success", "auth_err", "authinfo_unavail", "service_err", "system_err", "buf_err",
           "conv_err", "maxtries", "perm_denied", "ignore", "new_authtok_reqd", "default"]
ACTIONS = ["ok", "done", "bad", "die", "ignore", "reset", "1", "2", "3"]
MODULES = ["pam_gcpkce.so", "pam_unix.so", "pam_sss.so", "pam_deny.so", "pam_permit.so",
           "pam_env.so", "pam_rootok.so", "pam_wheel.so", "/lib/security/pam_krb5.so"]
WRONG = ["auth required", "auth", "auth sufficient", "atuh required pam_unix.so",
         "auth [success=ok;default=bad] pam_unix.so", "auth [success] pam_unix.so",
         "auth [default=0] pam_unix.so", "auth include nowhere", "auth substack nowhere",
         "nonsense", "auth required # pam_unix.so", "auth [success=okdefault=die] pam_unix.so"]


def control(rng):
    if rng.random() < 0.5:
        return rng.choice(["required", "requisite", "sufficient", "optional"])
    pairs = [f"{result}={rng.choice(ACTIONS)}"
             for result in rng.sample(RESULTS, rng.randint(1, 5))]
    return "[" + " ".join(pairs) + "]"


def random_stack(rng):
    """Any stack at all; files include only files behind them."""
    names = ["s", "a", "b", "c", "d"]
    files = {"other": DENY_OTHER}
    for number, name in enumerate(names):
        lines = []
        for _ in range(rng.randint(1, 6)):
            kind = rng.random()
            later = names[number + 1:]
            if kind < 0.05:
                lines.append(rng.choice(WRONG))
            elif kind < 0.3 and later:
                word = rng.choice(["auth include", "auth substack", "auth substack", "@include"])
                lines.append(f"{word} {rng.choice(later)}")
            else:
                lines.append(f"{rng.choice(['auth'] * 8 + ['account'])} {control(rng)} "
                             f"{rng.choice(MODULES)}")
        files[name] = "\n".join(lines) + "\n"
    files["s"] += "auth optional pam_gcpkce.so\n"
    return files

# Lines that an ordinary user passes, with no credential.
PASSES = ["pam_faillock.so authsucc deny=10", "pam_faillock.so preauth", "pam_access.so",
          "pam_listfile.so item=user sense=deny file=/etc/nowhere onerr=succeed",
          "pam_listfile.so item=shell sense=allow file=/etc/shells", "pam_nologin.so successok",
          "pam_shells.so", "pam_securetty.so", "pam_wheel.so deny trust", "pam_localuser.so",
          "pam_usertype.so isregular", "pam_echo.so welcome", "pam_debug.so", "pam_exec.so /bin/true",
          "pam_succeed_if.so quiet", "pam_succeed_if.so uid >= 1000 quiet_success",
          "pam_succeed_if.so uid ne 0", "pam_succeed_if.so user != root",
          "pam_succeed_if.so user notingroup admin", "pam_succeed_if.so uid gt 999 user notin root:bin",
          "pam_succeed_if.so shell = /bin/sh", "pam_succeed_if.so service in other:{service}",
          "pam_succeed_if.so service notin other:another", "pam_succeed_if.so user =~ *"]
# Lines that he does not pass as a short cut: they are for few, or answer nothing.
KEEPS_OUT = ["pam_faillock.so authfail", "pam_rootok.so", "pam_wheel.so trust",
             "pam_nologin.so", "pam_env.so", "pam_group.so", "pam_warn.so",
             "pam_issue.so issue=/etc/hostname", "pam_mail.so", "pam_usertype.so issystem",
             "pam_listfile.so item=user sense=allow file=/etc/hostname onerr=fail",
             "pam_succeed_if.so uid < 1000", "pam_succeed_if.so uid eq 0",
             "pam_succeed_if.so user ingroup root", "pam_succeed_if.so user = root",
             "pam_succeed_if.so uid >= 1000 user in root:bin", "pam_succeed_if.so uid >=",
             "pam_succeed_if.so service = other", "pam_succeed_if.so service !~ *{service}*",
             # one word, which is no condition: the module answers PAM_SERVICE_ERR
             "pam_succeed_if.so [user ingroup nogroup]",
             "pam_time.so", "pam_motd.so", "pam_limits.so", "pam_deny.so"]
KEEPS_OUT_LIST = "pam_listfile.so item=user sense=allow file=/etc/hostname onerr=fail"
# Lines that an ordinary user passes or not: files of the host say it, or a state.
# Lines that few pass, and who they are.
FEW = {"pam_succeed_if.so quiet user ingroup sudo": "every member of sudo",
       "pam_succeed_if.so use_uid user ingroup [domain users]": "every member of domain users",
       "pam_succeed_if.so gid eq 27": "every member of 27",
       "pam_succeed_if.so gid = 27 uid >= 1000": "every member of 27",
       "pam_wheel.so trust group=staff use_uid": "every member of staff",
       "pam_wheel.so trust": "every member of wheel",
       "pam_listfile.so item=group sense=allow file=/etc/few": "every account that this line accepts",
       "pam_listfile.so item=user sense=allow file=/etc/few": "every account that this line accepts",
       "pam_usertype.so issystem": "every account that this line accepts",
       "pam_succeed_if.so user in ann:bob": "every account that this line accepts",
       "pam_succeed_if.so uid < 1000": "every account that this line accepts",
       "pam_u2f.so cue nouserok": "nouserok: every user who has not enrolled",
       "pam_google_authenticator.so nullok": "nullok: every user who has not enrolled",
       "pam_yubico.so id=1 nullok": "nullok: every user who has not enrolled"}
# Lines that look at the caller, or that a credential passes.
NO_FEW = ["pam_rootok.so", "pam_timestamp.so", "pam_succeed_if.so use_uid uid = 0",
          "pam_succeed_if.so use_uid user = root", "pam_u2f.so cue", "pam_unix.so nullok",
          "pam_google_authenticator.so", "pam_deny.so", "pam_wheel.so",
          "pam_succeed_if.so service = other"]
MAY_REFUSE = ["pam_faillock.so preauth", "pam_access.so", "pam_shells.so", "pam_securetty.so",
              "pam_localuser.so", "pam_nologin.so successok", "pam_exec.so /bin/false",
              "pam_listfile.so item=user sense=deny file=/etc/nowhere onerr=succeed",
              "pam_listfile.so item=shell sense=allow file=/etc/shells",
              "pam_succeed_if.so shell = /bin/sh", "pam_succeed_if.so user =~ a*"]
SKIPS = "[success=ignore default=1]"  # what refuses leads over the next line
SHORT_CUTS = ["sufficient", "[success=done default=ignore]", "[success=1 default=ignore]"]
REAL.update({f"passes-{number}": stack(f"auth sufficient {line.format(service='s')}\n"
                                       "auth required pam_gcpkce.so\n")
             for number, line in enumerate(PASSES + KEEPS_OUT)})
