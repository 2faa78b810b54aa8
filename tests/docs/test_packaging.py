# SPDX-License-Identifier: ISC
"""The packages' files name what exists; "make check-packages" builds them."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def test_the_changelogs_name_the_version():
    version = read("VERSION").strip()
    assert read("packaging/debian/changelog").startswith(f"pam-gcpkce ({version}) ")
    assert f" - {version}-1\n" in read("packaging/rpm/pam_gcpkce.spec")
    assert f"\nVersion:        {version}\n" in read("packaging/rpm/pam_gcpkce.spec")


def scripts_of_the_spec():
    """By name, with the macros of Fedora, of which Debian's rpm has none."""
    if shutil.which("rpmspec") is None:
        pytest.skip("there is no rpmspec")
    macros = ["sysusers_create_compat", "systemd_post", "systemd_preun", "systemd_postun"]
    defined = [f"--define={name}() {name}:%{{basename:%1}}" for name in macros]
    text = subprocess.run(
        ["rpmspec", "-P", *defined, f"{ROOT}/packaging/rpm/pam_gcpkce.spec"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(re.findall(r"^%(pre|post|preun|postun)\n(.*?)^(?=%|\Z)", text, re.M | re.S))


def test_the_spec_uses_the_macros_of_fedora():
    script = scripts_of_the_spec()
    assert "sysusers_create_compat:pam_gcpkce.sysusers\n" in script["pre"]
    for name in ("post", "preun", "postun"):
        assert f"systemd_{name}:gcpkce-helper.socket\n" in script[name]


def test_the_scripts_of_the_package_are_shell_scripts_that_parse():
    for name in ("libpam-gcpkce.postinst", "libpam-gcpkce.prerm", "libpam-gcpkce.postrm",
                 "gcpkce-greeter.postinst", "gcpkce-greeter.prerm"):
        subprocess.run(["sh", "-n", f"{ROOT}/packaging/debian/{name}"], check=True)


def test_what_signs_in_with_the_package_finds_what_it_imports(monkeypatch):
    """It runs in check-release alone, with the parts of these tests."""
    monkeypatch.setattr(sys, "path", [f"{ROOT}/tests/lib", *sys.path])
    imports = [node for node in ast.walk(ast.parse(read("packaging/debian/tests/signin")))
               if isinstance(node, ast.ImportFrom)]
    assert len(imports) == 3
    for node in imports:
        for name in node.names:
            assert hasattr(importlib.import_module(node.module), name.name), name.name


def test_all_scripts_look_for_the_module_in_one_way():
    pattern = r"'^[^#]*pam_gcpkce\.so' /etc/pam.d/* /usr/lib/pam.d/*"
    for name in ("debian/libpam-gcpkce.prerm", "debian/libpam-gcpkce.postinst",
                 "rpm/pam_gcpkce.spec"):
        assert pattern in read(f"packaging/{name}"), name


@pytest.mark.parametrize("place", ["/etc/pam.d", "/usr/lib/pam.d"])
@pytest.mark.parametrize("package", ["deb", "rpm"])
def test_a_removal_stops_while_a_stack_names_the_module(tmp_path, package, place):
    """/usr/lib/pam.d has stacks of packages, where /etc/pam.d has none of that name."""
    script, argument = ((read("packaging/debian/libpam-gcpkce.prerm"), "remove") if package == "deb"
                        else (scripts_of_the_spec()["preun"], "0"))
    script = re.sub(r"/(etc/pam\.d|usr/lib/pam\.d|var/lib/pam)\b", rf"{tmp_path}/\1", script)
    (tmp_path / "pam-auth-update").symlink_to("/bin/false")  # where it would go on

    def remove():
        return subprocess.run(["sh", "-c", script, "script", argument], text=True, capture_output=True,
                              check=False, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    stack = tmp_path / place.strip("/") / "polkit-1"
    stack.parent.mkdir(parents=True)
    stack.write_text("# auth required pam_gcpkce.so\nauth required pam_unix.so\n")
    assert "WARNING" not in remove().stderr
    stack.write_text("auth required pam_gcpkce.so\n")
    done = remove()
    assert done.returncode == 1 and f"    {stack}\n" in done.stderr and "Not removed" in done.stderr


def test_both_packages_look_for_the_greeter_in_one_way():
    pattern = re.escape("'^[^#]*gcpkce-greeter'") + r" (/etc/lightdm /etc/greetd [^|]*) \|"
    deb, rpm = [re.findall(pattern, read(f"packaging/{name}"))
                for name in ("debian/gcpkce-greeter.prerm", "rpm/pam_gcpkce.spec")]
    assert len(deb) == 1 and deb == rpm


def test_the_build_dependencies_are_those_of_the_build():
    """Each library that the makefiles ask pkg-config for is a build dependency."""
    wanted = set(re.findall(r"--(?:cflags|libs) ([a-z0-9. -]+?) 2>",
                            read("Makefile") + read("mk/greeter.mk")))
    names = {name for group in wanted for name in group.split()}
    packages = {"libcrypto": "libssl-dev", "json-c": "libjson-c-dev", "libcurl": "libcurl4-openssl-dev",
                "libseccomp": "libseccomp-dev", "gtk4": "libgtk-4-dev", "x11": "libx11-dev",
                "webkitgtk-6.0": "libwebkitgtk-6.0-dev",
                "liblightdm-gobject-1": "liblightdm-gobject-dev"}
    control, spec = read("packaging/debian/control"), read("packaging/rpm/pam_gcpkce.spec")
    for name in names:
        assert packages[name] in control
        assert f"pkgconfig({name})" in spec


def test_both_greeters_recommend_and_suggest_the_same():
    fedora = {"dbus-bin": "dbus-tools", "fonts-cantarell": "abattis-cantarell-fonts", "fonts-dejavu-core": "dejavu-sans-fonts",
              "fonts-noto-core": "google-noto-sans-fonts", "libpam-systemd": "systemd-pam",
              "xwayland": "xorg-x11-server-Xwayland"}
    control = re.sub(r"^#.*\n", "", read("packaging/debian/control").split("Package: gcpkce-greeter")[1],
                     flags=re.M)
    spec = read("packaging/rpm/pam_gcpkce.spec")
    for field in ("Recommends", "Suggests"):
        line = re.search(rf"^{field}: ((?:.*,\n)*.*)$", control, re.M)[1]
        deb = {frozenset(fedora.get(name, name) for name in one.split(" | "))
               for one in re.split(r",\s+", line)}
        rpm = {frozenset(one.strip("()").split(" or "))
               for one in re.findall(rf"^{field}: +(.*)$", spec, re.M)}
        assert deb == rpm


def test_the_policy_labels_what_is_installed():
    contexts = read("packaging/selinux/gcpkce.fc")
    assert "/usr/libexec/gcpkce-helper\t" in contexts
    assert "/run/gcpkce(/.*)?" in contexts


def test_the_profile_of_authselect_names_the_module():
    for name in ("system-auth", "password-auth"):
        text = read(f"packaging/rpm/authselect/{name}")
        auth = [line.split()[2] for line in text.splitlines() if line.startswith("auth")]
        assert auth.index("pam_gcpkce.so") == len(auth) - 2
        assert auth[-1] == "pam_deny.so"


def test_the_package_is_built_and_installed_as_the_documents_say():
    """In a tree of each release, by "make check-release"."""
    assert ("make deb && tests/packages/lifecycle build/deb/libpam-gcpkce_[0-9]*.deb"
            in read("tools/check-release"))
    assert "apt install \"$deb\"" in read("tests/packages/lifecycle")


@pytest.fixture
def check_release(tmp_path):
    """Runs the tool in a clone whose trees are made up; gives its status and the page."""
    clone, tree, programs = (tmp_path / name for name in ("clone", "sid", "bin"))
    for place in (clone / "tools", clone / "docs", tree / "etc", programs):
        place.mkdir(parents=True)
    shutil.copy(f"{ROOT}/tools/check-release", clone / "tools")
    page = clone / "docs/RELEASES.md"
    page.write_text("# Releases\n\n| release |\n|---|\n| sid | old |\n| trixie | stays |\n")

    def program(path, text):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    program(programs / "id", "echo 0")
    program(programs / "dpkg-query", 'for last; do :; done; [ "$last" != libcurl4t64 ] && echo 1:2.3p1-4+deb5')
    subprocess.run("git init -q && git add -A && git -c user.name=x -c user.email=x@example.org "
                   "commit -q -m x", shell=True, cwd=clone, check=True)

    def run(check):
        program(clone / "tools/enter-release", f"""\
case "$*" in
*install-deps*|*dist-upgrade*) ;;
*lifecycle*) echo '51 passed, 0 failed' ;;
*all\\ test-parts*) echo 'x.c:1:2: warning: y' ;;
*quick*) echo '7 passed, 0 failed, 1 skipped' ;;
*check*) {check} ;;
*) exit 9 ;;
esac""")
        done = subprocess.run(["tools/check-release", "sid", tree], cwd=clone, text=True, check=False,
                              capture_output=True,
                              env={"PATH": f"{programs}:{os.environ['PATH']}"})
        return done, page.read_text().splitlines()
    return run


def test_a_run_replaces_the_row_of_its_release(check_release):
    done, lines = check_release("echo '9 passed, 0 failed, 2 skipped'")
    assert done.returncode == 0, done.stderr
    assert lines[:-1] == ["# Releases", "", "| release |", "|---|", "| trixie | stays |"]
    cells = [cell.strip() for cell in lines[-1].strip("|").split("|")]
    assert cells[0] == "sid" and len(cells) == 15
    assert [re.sub(r" \(\d+\.\d\)$", "", cell) for cell in cells[3:7]] == [
        "1 warnings", "7 0 1", "9 0 2", "51 0"]
    assert cells[7:] == ["2.3p1"] * 8


def test_a_row_says_what_failed(check_release):
    done, lines = check_release("echo '8 passed, 1 failed, 2 skipped'; exit 1")
    assert done.returncode == 1 and "failed: check" in done.stderr
    assert "| **failed** 8 1 2 (" in lines[-1]


def test_two_runs_at_once_lose_no_row(check_release):
    _, lines = check_release("""
        { flock 9; page=$(cat <&9); sleep 1; printf '%s\\n' "$page" '| bookworm |' >docs/RELEASES.md
        } 9<docs/RELEASES.md >/dev/null 2>&1 &""")
    assert "| bookworm |" in lines and lines[-1].startswith("| sid | ")


def test_each_release_has_a_whole_row_without_a_failure():
    head, _, *found = [line for line in read("docs/RELEASES.md").splitlines() if line.startswith("|")]
    assert head.count("|") == 16
    assert [row.split()[1] for row in found] == ["bookworm", "trixie", "sid"]
    for row in found:
        assert row.count("|") == 16 and "failed" not in row, row
