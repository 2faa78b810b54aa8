# SPDX-License-Identifier: ISC
"""gcpkce check: each broken set-up is named, with its place and its fix."""

import os
import re
import subprocess

import pytest

from conftest import GCPKCE
from stacks import COMMON, DENY_OTHER, EXAMPLES, REAL, stack

FAULT, WARNING, NOTE = "fault", "warning", "note"


@pytest.fixture
def check(gcpkce, directory, configure):
    """Runs check on a stack; gives the findings about pam.d."""
    def run(files, *arguments, service="s", **settings):
        settings.setdefault("export", "none")
        conf = configure(**settings)
        os.makedirs(f"{directory}/pam.d", exist_ok=True)
        for name, text in files.items():
            with open(f"{directory}/pam.d/{name}", "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
        service = arguments or ("--service", service)
        return gcpkce("--json", "check", "--conf", conf, "--pam-dir", f"{directory}/pam.d", *service)
    return run


def find(run, severity, pattern, where=""):
    """The one finding of a kind whose text or fix matches."""
    found = [one for one in run.json["findings"]
             if one["severity"] == severity and one["where"].endswith(where)
             and re.search(pattern, one["what"])]
    assert len(found) == 1, run.out
    return found[0]


def severities(run):
    return {one["severity"] for one in run.json["findings"]}


# what the table tells

OURS = "auth required pam_gcpkce.so\n"


@pytest.mark.parametrize("name, severity, pattern, where, fix", [
    ("sufficient-before-permit", FAULT, "lets every user in", "s:1", "required"),
    ("optional-beside-permit", FAULT, "lets every user in", "s:1", "pam_deny"),
    ("ignored-by-default", FAULT, "lets every user in", "s:1", "pam_deny"),
    ("authinfo-unavail-ignored", FAULT, "without any credential after: unreachable, provider_error$",
     "s:1", "bad or die"),
    ("soft-on-the-network", WARNING, "enough after: unreachable, provider_error;", "s:1",
     "as every other refusal"),
    ("never-reached", FAULT, "never called", "s:2", "before the line"),
    ("debian-sshd", WARNING, "no other way in", "s:1", "break-glass"),
    ("debian-su", WARNING, "no other way in", "s:2", "break-glass"),
    ("die-in-a-substack", WARNING, "no other way in", "inner:1", "break-glass"),
    ("debian-login", NOTE, "another credential of s is enough", "s:4", ""),
    ("two-factors", NOTE, "alone is not enough", "s:2", ""),
    ("common-auth", NOTE, "called only if no other", "common-auth:2", ""),
    ("jump-out-of-a-substack", FAULT, "even after a successful sign-in it returns PAM_PERM_DENIED",
     "inner:1", "find the line"),
    ("wrong-type", FAULT, "not a type of line: atuh", "s:2", "auth, account"),
    ("wrong-control", FAULT, "cannot be read: .*mandatory", "s:1", "takes every result as bad"),
    ("no-module", FAULT, "names no module", "s:1", "name one"),
    ("no-control", FAULT, "no control", "s:1", "required"),
    ("no-such-include", FAULT, "no file to include: nowhere", "s:2", "correct the name"),
    ("no-such-debian-include", FAULT, "pam_start returns PAM_ABORT", "s", "correct"),
    ("ends-in-a-backslash", FAULT, "ends with a backslash", "s:2", "remove it"),
    ("included-end-in-a-backslash", FAULT, "ends with a backslash", "inner:2", "remove it"),
    ("too-deep", FAULT, "16 deep", "a15:1", "directly"),
])
def test_a_stack_s_trouble_is_named(check, name, severity, pattern, where, fix):
    files = dict(REAL[name])
    files["s"] = "".join(line for line in files["s"].splitlines(keepends=True)
                         if pattern != "names no module" or line != "auth required\n")
    found = find(check(files), severity, pattern, where)
    assert fix in found["fix"]


def test_a_wrong_line_that_is_included_twice_is_named_once(check):
    files = stack(OURS + "auth include inner\nauth substack inner\n",
                  inner="auth mandatory pam_unix.so\n")
    find(check(files), FAULT, "cannot be read", "inner:1")


def test_a_good_stack_is_good(check):
    run = check(REAL["debian-sshd-with-password"])
    assert run.status == 0
    assert severities(run) == {NOTE}


def test_a_fault_is_1_and_a_warning_0(check):
    assert check(REAL["debian-sshd"]).status == 0
    assert check(REAL["wrong-type"]).status == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_let_in_after_ok_alone(check, name):
    run = check(REAL[f"etc-{name}"], export="env")
    assert FAULT not in severities(run), run.out
    rows = run.json["stacks"][0]["outcomes"]
    # which also asks for the password
    wanted = [] if name == "sshd-password-too" else ["ok"]
    assert [row["outcome"] for row in rows if row["others_refuse"] == "PAM_SUCCESS"] == wanted


# lines of other types

@pytest.mark.parametrize("line, severity, pattern, fix", [
    ("account optional pam_gcpkce.so", WARNING, "account line has no effect", "remove"),
    ("account [default=bad] pam_gcpkce.so", FAULT, "account lines of s answer", "PAM_IGNORE"),
    ("password required pam_gcpkce.so", WARNING, "password line has no effect", "remove"),
    ("password requisite pam_gcpkce.so\npassword [ignore=die] pam_gcpkce.so", FAULT,
     "password lines of s answer", "PAM_IGNORE"),
    ("session requisite pam_deny.so", FAULT, "session lines of s answer PAM_AUTH_ERR", "refuses"),
    ("account requisite pam_deny.so", FAULT, "account lines of s answer PAM_AUTH_ERR", "refuses"),
])
def test_a_line_that_cannot_be_right_is_named(check, line, severity, pattern, fix):
    found = find(check(stack(f"{OURS}{line}\n")), severity, pattern)
    assert fix in found["fix"]


def test_a_stack_of_an_account_line_alone_admits_no_user(check):
    files = {"s": OURS + "account required pam_gcpkce.so\nsession required pam_permit.so\n",
             "other": DENY_OTHER}
    find(check(files), FAULT, "account lines of s answer PAM_PERM_DENIED", "s:2")


# export

SESSION = "session optional pam_gcpkce.so\n"


def test_an_exported_file_needs_a_session_line(check):
    assert "session" in find(check(stack(OURS), export="file"), FAULT, "gets no token")["fix"]


def test_an_exported_variable_needs_a_session_line_to_end(check):
    find(check(stack(OURS), export="env"), WARNING, "token stays valid", "s:1")
    run = check(stack(OURS), export="env", revoke="never")
    assert "stays valid" not in run.out


def test_the_session_line_has_the_auth_line_s_arguments(check):
    files = stack("auth required pam_gcpkce.so export=env\n" + SESSION)
    find(check(files), WARNING, "not those of the auth line", "s:2")
    files = stack("auth required pam_gcpkce.so export=env\n"
                  "session optional pam_gcpkce.so export=env\n")
    assert "not those" not in check(files).out


def test_variables_of_the_user_s_come_later(check):
    readenv = "session required pam_env.so user_readenv=1\n"
    find(check(stack(OURS + readenv + SESSION), export="env"), WARNING, "sets variables", "s:3")
    assert "sets variables" not in check(stack(OURS + SESSION + readenv), export="env").out


@pytest.mark.parametrize("service", ["sudo", "sudo-i", "sudo-deploy"])
def test_sudo_with_export_is_named(check, service):
    files = dict(stack(OURS + SESSION), **{service: OURS + SESSION + "@include common-rest\n"})
    find(check(files, service=service, export="env"), WARNING, "after each command")
    run = check(files, service=service, export="env", revoke="never")
    assert "after each command" not in run.out


@pytest.mark.parametrize("service", ["sudo", "sudo-i", "su", "su-l"])
def test_a_token_that_goes_to_another_account_is_named(check, service):
    pattern = f"the target account of {service} gets the token"
    files = dict(stack(SESSION), **{service: OURS + SESSION + "@include common-rest\n"})
    found = find(check(files, service=service, export="env", revoke="never"), WARNING, pattern)
    assert "export=none" in found["fix"]
    assert pattern not in check(files, service=service, export="file").out
    # one service's line counts, not the file alone
    files[service] = files[service].replace(".so\n", ".so export=none\n", 2)
    assert pattern not in check(files, service=service, export="env").out
    files[service] = files[service].replace("export=none", "export=env", 2)
    find(check(files, service=service), WARNING, pattern)


def test_a_token_that_stays_with_its_account_is_not(check):
    run = check(stack(OURS + SESSION), export="env")
    assert "gets the token of" not in run.out


@pytest.mark.parametrize("region, value, pattern", [
    ("me-central-1", "aws", "gc command does not know me-central-1"),
    ("example.test", "aws", "no AWS name")])
def test_a_region_that_cannot_be_read_is_named(check, region, value, pattern):
    run = check(stack(OURS + SESSION), region=region, export="env", region_value=value)
    assert "region_value=domain" in find(run, WARNING, pattern)["fix"]
    run = check(stack(OURS + SESSION), region=region, export="env", region_value="domain")
    assert "region_value" not in run.out


def test_a_wrong_argument_is_named_with_its_line(check):
    run = check(stack("auth required pam_gcpkce.so timeout=soon\n"))
    assert "write one" in find(run, FAULT, 'timeout: "soon" is not a whole number', "s:1")["fix"]


@pytest.mark.parametrize("line", [
    "auth required pam_gcpkce.so http_proxy=http://svc:Sommer2026@proxy.example.test:3128",
    "auth required pam_gcpkce.so proxy=http://svc:Sommer2026@proxy.example.test:3128",
    "auth required pam_gcpkce.so start_url=https://svc:Sommer2026@h.example.test/s",
    "auth required pam_gcpkce.so proxy_user=svc:Sommer2026",
    "auth required pam_gcpkce.so conf=http://svc:Sommer2026@h.example.test",
    # where no argument should stand
    "auth required pam_gcpkce.so\nproxy=http://svc:Sommer2026@proxy.example.test:3128",
    "auth required pam_gcpkce.so\nauth required proxy=http://svc:Sommer2026@h.example.test x.so",
    "auth required pam_gcpkce.so\nauth required proxy_user=svc:Sommer2026 x.so",
    "auth required pam_gcpkce.so\nauth required [curl -u svc:Sommer2026 x] pam_unix.so",
    "auth required pam_gcpkce.so\nauth [svc=Sommer2026 x] pam_unix.so",
    "auth required pam_gcpkce.so timeout=user=svc,password=Sommer2026",
    "auth required pam_gcpkce.so proxy=http://Sommer2026",
    "auth required pam_gcpkce.so client_id=Sommer2026!",
])
def test_an_argument_s_password_is_not_shown(check, gcpkce, directory, line):
    run = check(stack(line + "\n"))
    assert "(not shown)" in run.out
    assert "Sommer2026" not in run.out + run.err
    run = gcpkce("check", "--conf", f"{directory}/conf", "--pam-dir", f"{directory}/pam.d",
                 "--service", "s")
    assert "(not shown)" in run.out and "Sommer2026" not in run.out + run.err


@pytest.mark.parametrize("command", ["check", "login", "explain", "decide", "whoami", "logout"])
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_configuration_s_password_is_not_shown_by_any_command(gcpkce, configure, command,
                                                                arguments):
    conf = configure(http_proxy="http://svc:Sommer2026@proxy.example.test:3128",
                     api_url="https://gw:Sommer2026@gateway.example.test/api")
    user = ("--user", "nobody") if command in ("login", "decide") else ()
    run = gcpkce(*arguments, command, "--conf", conf, *user)
    assert run.status != 0
    assert "(not shown)" in run.out + run.err
    assert "Sommer2026" not in run.out + run.err


# services

def test_all_services_are_those_that_name_the_module(check):
    files = dict(COMMON, sshd=OURS + "@include common-rest\n",
                 sudo="@include mfa\n@include common-rest\n", mfa=OURS,
                 cron="auth required pam_unix.so\n@include common-rest\n")
    files["common-mfa"] = files.pop("mfa")
    files["sudo"] = files["sudo"].replace("mfa", "common-mfa")
    run = check(files, "--all-services")
    assert [table["service"] for table in run.json["stacks"]] == ["sshd", "sudo"]
    find(run, WARNING, "^sudo has no other way in", "common-mfa:1")


def test_a_service_that_libpam_refuses_is_among_all(check):
    files = dict(COMMON, broken="auth required pam_unix.so\n@include nowhere\n" + OURS)
    find(check(files, "--all-services"), FAULT, "every login by broken", "broken")


def test_a_service_without_the_module_is_named(check):
    find(check(stack("@include common-auth\n")), WARNING, "no line of s names pam_gcpkce")


@pytest.mark.parametrize("auth", ["auth required pam_gpckce.so\n", ""])
def test_a_stack_without_a_sign_in_is_a_fault(check, auth):
    run = check(stack(auth + "session optional pam_gcpkce.so\n"))
    assert run.status == 1
    find(run, FAULT, "no auth line of s names pam_gcpkce")


def test_a_service_without_a_file_is_other_s(check):
    run = check({"other": OURS + COMMON["common-rest"]}, service="nowhere")
    find(run, WARNING, "libpam uses \"other\"")
    assert len(run.json["stacks"]) == 1


def test_the_service_s_name_is_in_lower_case_as_for_libpam(check):
    assert check(stack(OURS), service="S").json["stacks"][0]["service"] == "s"


@pytest.mark.parametrize("arguments", [
    ("--service", "../s"), ("--service", ""), ("--service", ".s"),
    ("--service", "s", "--all-services")])
def test_wrong_arguments_are_2(gcpkce, arguments):
    assert gcpkce("check", *arguments).status == 2


def test_without_a_service_it_says_that_no_stack_was_read(gcpkce, configure):
    run = gcpkce("--json", "check", "--offline", "--conf", configure())
    assert run.status == 0
    assert run.json["command"] == "check"
    find(run, NOTE, "no stack was checked")


@pytest.mark.parametrize("address, names_zone", [
    ("https://signin.example.test/callback", False),
    ("https://signin.example.test/callback.html", False),
    ("https://signin.example.test/callback/", False),
    ("https://signin.example.test", False),
    ("https://signin.example.test/", False),
    ("https://signin.example.test/a/callback?app=/prod", False),
    ("https://signin.example.test/callback/a%20b", False),
    ("https://signin.example.test/callback/callback", False),
    ("https://signin.example.test/callback/index.html", False),
    ("https://signin.example.test/callback/a/prod", False),
    ("https://signin.example.test/callback?app=/callback/prod", False),
    ("https://signin.example.test/oauth", False),
    ("https://signin.example.test/oauth2callback", False),
    ("https://signin.example.test/a/b/oauth", False),
    ("https://signin.example.test/xcallback/prod", False),
    ("https://callback/prod", False),
    ("http://localhost:8400/prod", False),
    ("https://signin.example.test/callback/" + "z" * 65, False),
    ("http://localhost/callback", False),
    ("https://signin.example.test/callback/" + "z" * 64, True),
    ("https://signin.example.test/callback/eu-prod_1.a", True),
    ("https://signin.example.test/callback/prod?app=/x%20", True),
    ("https://signin.example.test/a/callback/prod", True),
    ("http://localhost:8400/callback/prod", True)])
def test_one_trust_zone_for_all_hosts_is_a_note(check, address, names_zone):
    run = check({"s": "auth required pam_deny.so\n"}, redirect_uri=address)
    if names_zone:
        assert "one compromised host" not in run.out
        return
    note = find(run, NOTE, "one compromised host can use", "conf")
    assert "redirect_uri of its own" in note["fix"]
    assert "a ZONE of 1 to 64 letters" in note["fix"]


def test_a_browser_that_brings_the_code_names_no_zone(check):
    run = check({"s": "auth required pam_deny.so\n"}, callback="loopback",
                redirect_uri="http://localhost/callback")
    assert "one compromised host" not in run.out


def test_the_text_has_table_fixes_and_a_count(gcpkce, check, directory):
    check(REAL["authinfo-unavail-ignored"],
          redirect_uri="https://signin.example.test/callback/tests")
    run = gcpkce("check", "--conf", f"{directory}/conf", "--pam-dir", f"{directory}/pam.d",
                 "--service", "s")
    assert run.status == 1
    assert "configuration\n  ok\n" in run.out
    assert "fix: let these results be bad or die" in run.out
    assert re.search(r"others refuse\n  SUCCESS +LET IN +LET IN +LET IN\n +ok\n", run.out)
    assert re.search(r"^  AUTHINFO_UNAVAIL +LET IN +LET IN +LET IN\n +unreachable provider_error$",
                     run.out, re.MULTILINE)
    assert re.search(r"^  AUTH_ERR +AUTH_ERR +AUTH_ERR +AUTH_ERR$", run.out, re.MULTILINE)
    assert run.out.endswith("\n1 fault, 0 warnings, 4 notes\n")


def test_the_other_modules_are_listed_where_there_are_any(gcpkce, check, directory):
    for name, listed in (("debian-sshd", False), ("debian-login", True)):
        check(REAL[name])
        run = gcpkce("check", "--conf", f"{directory}/conf", "--pam-dir", f"{directory}/pam.d",
                     "--service", "s")
        assert ("The other modules, column by column:\n    " in run.out) is listed
        assert ("column by column" in run.out) is listed


# configuration

def test_all_faults_of_the_configuration_are_named_at_once(gcpkce, configure):
    conf = configure(timeout="soon", organization="Example", nonsense="1")
    run = gcpkce("--json", "check", "--conf", conf)
    assert run.status == 1
    for pattern in ('timeout: "soon"', 'organization: "Example"', "nonsense"):
        found = find(run, FAULT, pattern)
        assert re.search(r"conf:\d+$", found["where"])
        assert found["fix"] != ""


def test_places_and_values_that_look_like_sentences_stay_whole(gcpkce, configure, directory):
    os.makedirs(f"{directory}/a: b; c")
    os.chmod(f"{directory}/a: b; c", 0o755)
    conf = f'{directory}/a: b; c/"d; e'
    os.rename(configure(timeout="soon"), conf)
    found = find(gcpkce("--json", "check", "--conf", conf), FAULT, "")
    assert re.search('/a: b; c/"d; e:[0-9]+$', found["where"])
    assert found["what"].startswith('timeout: "soon" is not a whole number')
    assert found["fix"] == "write one"
    with open(conf, encoding="ascii") as file:
        text = file.read().replace("soon", "9")
    with open(conf, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(conf, 0o666)
    found = find(gcpkce("--json", "check", "--conf", conf), FAULT, "")
    assert found["where"] == conf
    assert found["what"] == "may be written by others (mode 0666)"
    assert found["fix"] == "chmod go-w it"


@pytest.mark.parametrize("client_id, warned", [
    ("linux-sign-in", True), ("11111111-2222-4333-8444-55555555555", True),
    ("11111111-2222-4333-8444-55555555555A", True),
    ("11111111-2222-4333-8444-55555555555a", False)])
def test_an_unlikely_client_id_is_a_warning(gcpkce, configure, check, client_id, warned):
    run = gcpkce("--json", "check", "--offline", "--conf", configure(client_id=client_id))
    assert run.status == 0
    if warned:
        found = find(run, WARNING, f'"{client_id}" does not look like .* UUID', "client_id")
        assert "not its name" in found["fix"]
    else:
        assert "does not look like" not in run.out
    run = check(stack(f"auth required pam_gcpkce.so client_id={client_id}\n" + OURS))
    assert ("does not look like" in run.out) is warned


def test_an_unlikely_client_id_is_reported_once(check):
    run = check(dict(stack(OURS), t=stack(OURS)["s"]), "--all-services", client_id="mine")
    find(run, WARNING, "does not look like", "client_id")


LATER = ["files", "helper", "network"]


def test_a_missing_configuration_is_one_fault(gcpkce, directory):
    conf = f"{directory}/none.conf"
    run = gcpkce("--json", "check", "--conf", conf)
    assert run.status == 1
    fault = find(run, FAULT, "no such file", conf)
    assert [one for one in run.json["findings"] if one["severity"] != NOTE] == [fault]
    assert fault["section"] == "configuration" and "write it" in fault["fix"]
    assert [one for one in run.json["findings"] if one["section"] in LATER] == []
    assert run.json["not_looked_at"] == LATER
    text = gcpkce("check", "--conf", conf).out
    assert text.count(conf) == text.count("  fault ") == 1
    for section in LATER:
        assert f"\n{section}\n  not checked\n" in text


def test_sections_with_faults_are_printed_first_then_warnings_then_notes(gcpkce, configure):
    text = gcpkce("check", "--offline", "--conf", configure(map_file="/none")).out
    sections = re.findall(r"^\S+\n  (fault|warning|note|ok)", text, re.MULTILINE)
    assert sections[0] == "fault" and "note" in sections
    assert sections == sorted(sections, key=["fault", "warning", "note", "ok"].index)


def test_faults_of_the_configuration_are_not_repeated_by_later_sections(gcpkce, configure):
    run = gcpkce("--json", "check", "--conf", configure(timeout="soon"))
    assert [one for one in run.json["findings"] if one["section"] in LATER] == []
    assert run.json["not_looked_at"] == LATER


def test_what_was_looked_at_is_not_named_otherwise(gcpkce, configure):
    run = gcpkce("--json", "check", "--offline", "--conf", configure())
    assert run.json["not_looked_at"] == []
    assert "not checked\n" not in gcpkce("check", "--offline", "--conf", configure()).out


def test_a_missing_configuration_of_several_lines_is_one_fault(check, directory):
    line = f"auth required pam_gcpkce.so conf={directory}/none.conf\n"
    run = check({"s": line + OURS, "t": line, **COMMON}, "--all-services")
    find(run, FAULT, "no such file", "none.conf")
    assert not re.search("is missing|is not enough", run.out)


@pytest.mark.skipif(os.path.exists("/etc/security/pam_gcpkce.conf") or
                    os.path.exists("/etc/security/pam_gcpkce.conf.d"),
                    reason="this host has a configuration")
def test_a_host_without_a_configuration_is_one_fault(gcpkce, check, directory):
    def faults(*arguments):
        run = gcpkce("--json", "check", *arguments)
        return [one["what"] for one in run.json["findings"] if one["severity"] == FAULT]
    assert faults() == ["there is no such file"]
    check(dict(stack(OURS), t=stack(OURS)["s"]))
    stacks = ("--pam-dir", f"{directory}/pam.d", "--all-services")
    assert faults(*stacks) == ["there is no such file, and lines of pam.d give no settings"]
    check(stack("auth required pam_gcpkce.so region=eu-central-1\n"))
    given = faults("--pam-dir", f"{directory}/pam.d", "--service", "s")
    assert sorted(text.split(":")[0] for text in given) == [
        "client_id", "organization", "redirect_uri"]


def as_ordinary_user(*arguments):
    return subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                           GCPKCE, *arguments], text=True, capture_output=True, timeout=60,
                          check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming an ordinary user needs root")
def test_an_ordinary_user_learns_what_was_not_read(check, directory):
    check(REAL["debian-sshd"])
    os.chmod(f"{directory}/conf", 0o600)
    arguments = ("check", "--conf", f"{directory}/conf", "--pam-dir", f"{directory}/pam.d",
                 "--service", "s")
    run = as_ordinary_user(*arguments)
    assert run.returncode == 0
    assert "note     " + f"{directory}/conf: this user may not read the file" in run.stdout
    assert "no other way in" in run.stdout
    os.chmod(f"{directory}/pam.d/common-rest", 0o600)
    run = as_ordinary_user(*arguments)
    assert "run this as root to have it read" in run.stdout
    assert "there is no table for s" in run.stdout
    assert "LET IN" not in run.stdout


# hostile files: an answer in time, and no table where there is doubt

def loops(word):
    return {"s": f"{OURS}{word} a\n", "a": f"{word} b\n", "b": f"{word} a\n"}


@pytest.mark.parametrize("word", ["auth include", "auth substack", "@include"])
def test_a_loop_of_includes_is_named(check, word):
    run = check(dict(COMMON, **loops(word)))
    find(run, FAULT, "includes itself: .*pam.d/a", "b:1")
    assert run.json["stacks"] == []
    assert "PAM_ABORT" not in run.out


def test_a_thousand_includes_are_read(check):
    run = check(stack(OURS + "auth include inner\n" * 1000, inner="auth optional pam_unix.so\n"))
    assert len(run.json["stacks"][0]["lines"]) == 1001


@pytest.mark.parametrize("innermost", ["auth optional pam_unix.so\n", "# nothing\n"])
def test_more_includes_than_could_be_read_are_named(check, innermost):
    files = stack(OURS + "auth include a1\n" * 4)
    for level in range(1, 15):
        files[f"a{level}"] = f"auth include a{level + 1}\n" * 4
    files["a15"] = innermost
    run = check(files)
    find(run, FAULT, "more files are included than can be checked")
    assert run.json["stacks"] == []


@pytest.mark.parametrize("text, pattern", [
    (OURS * 100000, "more lines than can be checked"),
    ("x" * (1 << 21), "cannot be read: .*longer than"),
], ids=["many", "long"])
def test_files_beyond_measure_are_named(check, text, pattern):
    run = check(dict(COMMON, s=text))
    find(run, FAULT, pattern)
    assert run.json["stacks"] == []
    assert "PAM_ABORT" not in run.out


@pytest.mark.parametrize("text, pattern", [
    (b"auth required pam_gcpkce.so " + b"x" * 2000 + b"\n", "longer than 1022"),
    (b"auth required pam_gcpkce.so\0 timeout=1\n", "NUL byte"),
    (b"auth required pam_gcpkce.so\r\n", "carriage return"),
    (b"auth required pam_gcpkce.so [export=env\n", "no ']'"),
    (b"auth [success=ok pam_gcpkce.so\n", "no ']'"),
    (b"auth required []\n", "name of the module is empty"),
    (b"auth required pam_gcpkce.so\n@include\n", "names no file"),
    (b"\xff\xfe\x1b[2J required pam_gcpkce.so\n", r"not a type of line: \\xff\\xfe\\x1b"),
])
def test_odd_bytes_are_named(check, text, pattern):
    files = dict(COMMON, s=text)
    find(check(files), FAULT, pattern)


def test_what_is_no_file_is_named_and_not_waited_for(check, directory):
    os.makedirs(f"{directory}/pam.d")
    os.mkfifo(f"{directory}/pam.d/fifo")
    run = check(stack(OURS + "auth include fifo\n"))
    find(run, FAULT, "not a regular file", "pam.d/fifo")
    assert run.json["stacks"] == []


# remember

READENV = "auth required pam_env.so envfile=/etc/environment user_readenv=1\n"


@pytest.mark.parametrize("value", ["1", "2", "01", "-1", "1x", "0 user_readenv=1"])
def test_variables_of_users_before_a_remembered_sign_in_are_a_warning(check, value):
    line = READENV.replace("=1\n", f"={value}\n")
    found = find(check(stack(line + OURS), remember=60), WARNING, "users can set PAM variables",
                 "s:1")
    assert "after pam_gcpkce" in found["fix"]


@pytest.mark.parametrize("argument, severity, pattern, where", [
    ("remember=60", WARNING, "users can set PAM variables", "s:2"),
    ("remember=soon", FAULT, 'remember: "soon"', "s:3")])
def test_a_second_line_with_remember_is_checked(check, argument, severity, pattern, where):
    second = OURS.replace("\n", f" {argument}\n")
    find(check(stack(OURS + READENV + second)), severity, pattern, where)


@pytest.mark.parametrize("lines, settings", [
    (OURS + READENV, {"remember": 60}),                          # after it
    (READENV.replace("=1\n", "=0\n") + OURS, {"remember": 60}),  # nothing of a user's
    (READENV.replace("=1\n", "=1 user_readenv=0\n") + OURS, {"remember": 60}),  # the last counts
    (READENV.replace("=1\n", "=yes\n") + OURS, {"remember": 60}),  # is 0 to pam_env
    (READENV + OURS, {}),                                        # nothing is remembered
])
def test_other_lines_of_pam_env_are_good(check, lines, settings):
    assert "PAM variables" not in check(stack(lines), **settings).out


# LightDM

@pytest.mark.parametrize("redirect, start_url, severity, pattern", [
    ("https://signin.example.com/callback/zone", "", None, ""),
    # each byte that is escaped counts three times
    ("https://signin.example.com/" + "/" * 130, "", WARNING, "sees the address alone"),
    ("https://signin.example.com/" + "/" * 206, "", FAULT, "no user can sign in there"),
    ("https://signin.example.com/" + "/" * 206, "https://signin.example.com/s", None, ""),
])
def test_an_address_too_long_for_lightdm_is_named(check, redirect, start_url, severity, pattern):
    label = "login" * 12
    settings = {"redirect_uri": redirect, "login_url": f"https://{label}.{label}.example.com"}
    if start_url:
        settings["start_url"] = start_url
    files = {**stack(""), "lightdm": stack(OURS)["s"], "gdm": stack(OURS)["s"]}
    run = check(files, service="lightdm", **settings)
    if severity:
        assert "start_url" in find(run, severity, "LightDM can display .*" + pattern,
                                   "lightdm:1")["fix"]
    else:
        assert "LightDM" not in run.out
    assert "LightDM" not in check(files, service="gdm", **settings).out
