# SPDX-License-Identifier: ISC
"""export=file: the token in a file of the session's own, and nowhere else."""

import os
import re
import shutil
import socket
import stat
import time

import pytest

import contract
import hosts
from browser import pair
from house import ACCOUNTS
from waiting import wait_until, wait_until_revoked

BASE = "/run/gcpkce"
PENDING = f"{BASE}/pending"
UID = ACCOUNTS["alice"]
STALE_S = 11 * 60


class SudoTarget(hosts.Sudo):
    """carol runs something as the account, and sudo asks who that is."""

    name = "sudo targetpw"

    def open(self, account):
        return hosts.Terminal(self._house, hosts.as_account("carol", [
            "sudo", "-u", account, self._house.session]))


LASTING = (hosts.Sshd, SudoTarget, hosts.Su, hosts.Login)
ALL = (*LASTING, hosts.Pamtester)  # whose session is over at once


@pytest.fixture(autouse=True)
def export(configure):
    shutil.rmtree(BASE, ignore_errors=True)
    configure(export="file")
    yield
    shutil.rmtree(BASE, ignore_errors=True)


@pytest.fixture(params=ALL, ids=lambda host: host.name)
def host(request, house):
    host = request.param(house)
    yield host
    if host.name == "sshd":
        host.stop()


def come_in(host, people):
    """alice signs in; gives her terminal and her session's environment."""
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    return terminal, terminal.session()[1]


def directories():
    """What is there besides the file that preconnects are counted by."""
    there = os.listdir(BASE) if os.path.exists(BASE) else []
    return [name for name in there if name != "preconnect.lock"]


def pending():
    return os.listdir(PENDING) if os.path.exists(PENDING) else []


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def mode_and_owner(path):
    found = os.lstat(path)
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def content_of(account, url="https://api.elsewhere.test", revoke="auto", expires=0,
               token="another-token"):
    """What authenticate leaves."""
    return f"{account}\n{url}\n{revoke}\n{expires}\n{token}\n"


def make_pending(name, text, age_s=0, mode=0o600):
    """A pending file as authenticate leaves it."""
    os.makedirs(PENDING, exist_ok=True)
    os.chmod(PENDING, 0o700)
    path = f"{PENDING}/{name}"
    with open(path, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    then = time.time() - age_s
    os.utime(path, (then, then))
    return path


# present where asked for

@pytest.mark.parametrize("host", LASTING, indirect=True, ids=lambda host: host.name)
def test_a_session_has_its_token_in_a_file_of_its_own(
        host, people, genesys, journal):
    terminal, env = come_in(host, people)
    assert contract.ours(env) == contract.EXPORTED_FILE
    path = env["GCPKCE_TOKEN_FILE"]
    assert re.fullmatch(rf"{BASE}/{UID}/[0-9a-f]{{32}}", path)
    (token,) = genesys.log.tokens()
    assert read(path) == token
    assert genesys.log.tokens()[token]
    assert mode_and_owner(path) == (0o600, UID, UID)
    assert mode_and_owner(f"{BASE}/{UID}") == (0o710, 0, UID)
    assert mode_and_owner(PENDING) == (0o700, 0, 0)
    assert mode_and_owner(BASE) == (0o755, 0, 0)
    assert pending() == []
    assert env["GCPKCE_USER_ID"] == people["alice"].id
    assert token not in "".join(env.values())
    assert "export_failed" not in journal.text()
    terminal.leave()


def test_file_and_token_end_with_the_session(
        host, people, genesys, journal):
    terminal, env = come_in(host, people)
    terminal.leave()
    wait_until_revoked(genesys)
    journal.wait("outcome=revoked")
    assert not os.path.exists(env["GCPKCE_TOKEN_FILE"])
    assert genesys.log.count("DELETE", "/api/v2/tokens/me") == 1
    assert "GCPKCE_TOKEN_ID" not in env


def test_without_export_there_is_no_file(host, people, configure):
    configure(export="none")
    terminal, env = come_in(host, people)
    assert contract.ours(env) == set()
    assert directories() == []
    terminal.leave()


def test_two_sessions_have_a_file_each(sshd, people, genesys):
    one, one_env = come_in(sshd, people)
    two, two_env = come_in(sshd, people)
    paths = [env["GCPKCE_TOKEN_FILE"] for env in (one_env, two_env)]
    assert sorted(map(read, paths)) == sorted(genesys.log.tokens())
    kept = read(paths[1])
    one.leave()
    assert wait_until(lambda: sum(genesys.log.tokens().values()) == 1)
    assert not os.path.exists(paths[0])
    assert read(paths[1]) == kept
    assert genesys.log.tokens()[kept]
    two.leave()
    wait_until_revoked(genesys)
    assert os.listdir(f"{BASE}/{UID}") == []


def test_revoke_never_removes_the_file_and_leaves_the_token(
        sshd, house, people, genesys, configure):
    configure(export="file", revoke="never")
    terminal, env = come_in(sshd, people)
    assert os.path.exists(env["GCPKCE_TOKEN_FILE"])
    terminal.leave()
    # sshd outlives its client
    assert wait_until(lambda: not os.path.exists(env["GCPKCE_TOKEN_FILE"]))
    assert house.wait_until_gone("gcpkce-helper") == []
    assert all(genesys.log.tokens().values())


def test_sudo_to_another_account_hands_nothing_over(
        house, people, genesys, journal):
    terminal, env = come_in(hosts.Sudo(house), people)
    assert contract.ours(env) == set()
    wait_until_revoked(genesys)
    assert "not that of the account" in journal.wait("outcome=export_failed")
    assert pending() == []
    assert directories() == ["pending"]
    terminal.leave()
    assert terminal.status == 0


# what others prepared

def prepare_link(path):
    os.symlink("/etc", path)


def prepare_file(path):
    with open(path, "w", encoding="utf-8"):
        pass


def prepare_fifo(path):
    os.mkfifo(path, 0o666)


def prepare_directory(path):
    os.mkdir(path)
    os.chown(path, UID, UID)


def prepare_open_directory(path):
    os.mkdir(path)
    os.chmod(path, 0o777)


PREPARED = (prepare_link, prepare_file, prepare_fifo, prepare_directory,
            prepare_open_directory)


@pytest.mark.parametrize("place", [BASE, f"{BASE}/{UID}"])
@pytest.mark.parametrize("prepare", PREPARED,
                         ids=lambda prepare: prepare.__name__)
def test_a_place_that_others_prepared_is_not_used(
        house, people, genesys, journal, place, prepare):
    if place != BASE:
        os.mkdir(BASE)
        os.chmod(BASE, 0o755)
    prepare(place)
    before = os.lstat(place)
    terminal, env = come_in(hosts.Su(house), people)
    assert contract.ours(env) == set()
    journal.wait("outcome=export_failed")
    terminal.leave()
    assert terminal.status == 0
    after = os.lstat(place)
    assert (before.st_mode, before.st_uid, before.st_ino) == (
        after.st_mode, after.st_uid, after.st_ino)
    assert not os.path.isdir(place) or os.path.islink(place) or (
        os.listdir(place) == [])
    wait_until_revoked(genesys)
    assert pending() == []
    if place == BASE:
        if stat.S_ISLNK(before.st_mode) or not stat.S_ISDIR(before.st_mode):
            os.unlink(place)


# Between authenticate and our open_session, a user who knows the id makes
# a thing where the session's file is to be.
MAKER = """\
#!/bin/sh
set -e
[ "$PAM_TYPE" = open_session ] || exit 0
file={base}/{uid}/$GCPKCE_TOKEN_ID
mkdir -p {base}/{uid}
echo keep > {base}/victim
chown {uid}:{uid} {base}/victim
case {kind} in
symlink) ln -s {base}/victim "$file" ;;
hardlink) ln {base}/victim "$file" ;;
directory) mkdir "$file" ;;
fifo) mkfifo "$file" ;;
file) echo keep > "$file" ;;
esac
"""


@pytest.mark.parametrize(
    "kind", ["symlink", "hardlink", "directory", "fifo", "file"])
@pytest.mark.parametrize("way", [hosts.Sshd, hosts.Su],
                         ids=lambda host: host.name)
def test_a_thing_in_the_file_s_place_is_neither_followed_nor_replaced(
        house, people, genesys, journal, way, kind):
    maker = house.write(f"{house.share}/maker", MAKER.format(
        base=BASE, uid=UID, kind=kind), 0o755)
    host = way(house)
    house.stack(host.service, "auth required {module}\n"
                "account required pam_permit.so\n"
                f"session required pam_exec.so quiet seteuid {maker}\n"
                "session required {module}\n")
    try:
        terminal, env = come_in(host, people)
        assert contract.ours(env) == set()
        journal.wait("outcome=export_failed")
        wait_until_revoked(genesys)
        (name,) = os.listdir(f"{BASE}/{UID}")
        is_kind = {"symlink": stat.S_ISLNK, "directory": stat.S_ISDIR,
                   "fifo": stat.S_ISFIFO}.get(kind, stat.S_ISREG)
        assert is_kind(os.lstat(f"{BASE}/{UID}/{name}").st_mode)
        if kind == "file":
            assert read(f"{BASE}/{UID}/{name}") == "keep\n"
        assert read(f"{BASE}/victim") == "keep\n"
        assert pending() == []
        terminal.leave()
        assert terminal.status == 0
    finally:
        if way is hosts.Sshd:
            host.stop()


# what the environment claims

FOREIGN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("claim", [
    FOREIGN, "../../../etc/passwd", "..", "/etc/passwd", FOREIGN[:-1],
    FOREIGN + "0", FOREIGN.upper(), "pending"])
def test_an_id_that_authenticate_did_not_set_opens_nothing(
        house, people, genesys, claim):
    """In one process the environment is not asked at all."""
    path = make_pending(FOREIGN, content_of("bob"))
    conf = house.write(f"{house.share}/env.conf",
                       f"GCPKCE_TOKEN_ID OVERRIDE={claim}\n"
                       "GCPKCE_TOKEN_FILE OVERRIDE=/etc/passwd\n")
    house.stack("su", "auth required {module}\n"
                f"auth required pam_env.so conffile={conf} readenv=0\n"
                "account required pam_permit.so\n"
                "session required {module}\n")
    terminal, env = come_in(hosts.Su(house), people)
    (token,) = genesys.log.tokens()
    assert contract.ours(env) == contract.EXPORTED_FILE
    assert read(env["GCPKCE_TOKEN_FILE"]) == token
    terminal.leave()
    wait_until_revoked(genesys)
    assert read(path) == content_of("bob")


@pytest.mark.parametrize("claim, content, mode", [
    (FOREIGN, content_of("bob"), 0o600),
    (FOREIGN, content_of("alice", token="another token"), 0o600),
    (FOREIGN, content_of("alice"), 0o644),
    (FOREIGN, content_of("alice", expires=-1), 0o600),
    (FOREIGN, content_of("alice") + "more\n", 0o600),
    (FOREIGN, content_of("alice", url="x" * 512), 0o600),
    (FOREIGN, content_of("alice", revoke="no"), 0o600),
    (FOREIGN, content_of("alice") + "x" * 4096, 0o600),
    (FOREIGN, "alice", 0o600), (FOREIGN, "", 0o600),
    ("../pending/" + FOREIGN, content_of("alice"), 0o600),
    (FOREIGN + "/", content_of("alice"), 0o600)])
def test_under_sshd_a_claimed_id_must_lead_to_the_account_s_own_token(
        sshd, house, people, journal, claim, content, mode):
    path = make_pending(FOREIGN, content, mode=mode)
    conf = house.write(f"{house.share}/env.conf",
                       f"GCPKCE_TOKEN_ID OVERRIDE={claim}\n")
    house.stack("sshd", "auth required {module}\n"
                "account required pam_permit.so\n"
                f"session required pam_env.so conffile={conf} readenv=0\n"
                "session required {module}\n")
    terminal, env = come_in(sshd, people)
    assert contract.ours(env) == set()
    journal.wait("outcome=export_failed")
    assert not os.path.exists(f"{BASE}/{UID}")
    assert read(path) == content
    terminal.leave()


@pytest.mark.parametrize("kind", ["symlink", "hardlink", "fifo", "directory",
                                  "another's"])
def test_what_is_pending_must_be_root_s_own_file(
        sshd, house, people, journal, kind):
    path = f"{PENDING}/{FOREIGN}"
    real = make_pending("real", content_of("alice"))
    if kind == "symlink":
        os.symlink(real, path)
    elif kind == "hardlink":
        os.link(real, path)
    elif kind == "fifo":
        os.mkfifo(path, 0o600)
    elif kind == "directory":
        os.mkdir(path)
    else:
        os.rename(real, path)
        os.chown(path, UID, UID)
    conf = house.write(f"{house.share}/env.conf",
                       f"GCPKCE_TOKEN_ID OVERRIDE={FOREIGN}\n")
    house.stack("sshd", "auth required {module}\n"
                "account required pam_permit.so\n"
                f"session required pam_env.so conffile={conf} readenv=0\n"
                "session required {module}\n")
    terminal, env = come_in(sshd, people)
    assert contract.ours(env) == set()
    journal.wait("outcome=export_failed")
    assert not os.path.exists(f"{BASE}/{UID}")
    terminal.leave()


def test_closing_removes_the_file_that_was_made_and_no_other(
        house, people, genesys):
    victim = house.write(f"{house.share}/victim", "keep\n")
    conf = house.write(f"{house.share}/env.conf",
                       f"GCPKCE_TOKEN_FILE OVERRIDE={victim}\n")
    house.stack("su", "auth required {module}\n"
                "account required pam_permit.so\n"
                "session required {module}\n"
                f"session required pam_env.so conffile={conf} readenv=0\n")
    terminal, env = come_in(hosts.Su(house), people)
    assert env["GCPKCE_TOKEN_FILE"] == victim
    assert len(os.listdir(f"{BASE}/{UID}")) == 1
    terminal.leave()
    wait_until_revoked(genesys)
    assert os.listdir(f"{BASE}/{UID}") == []
    assert read(victim) == "keep\n"


def test_under_sshd_an_id_counts_that_leads_to_the_account_s_own_token(
        sshd, house, people):
    """Which is what makes the refusals above worth something."""
    path = make_pending(FOREIGN, content_of("alice", revoke="never"))
    conf = house.write(f"{house.share}/env.conf",
                       f"GCPKCE_TOKEN_ID OVERRIDE={FOREIGN}\n")
    house.stack("sshd", "auth required {module}\n"
                "account required pam_permit.so\n"
                f"session required pam_env.so conffile={conf} readenv=0\n"
                "session required {module} revoke=never\n")
    terminal, env = come_in(sshd, people)
    assert read(env["GCPKCE_TOKEN_FILE"]) == "another-token"
    assert not os.path.exists(path)
    terminal.leave()


@pytest.mark.parametrize("kind, export", [
    (hosts.Sshd, "file"), (hosts.Su, "file"), (hosts.Su, "env")],
    ids=lambda value: getattr(value, "name", value))
def test_a_session_line_for_another_host_sends_the_token_nowhere(
        house, people, genesys, journal, configure, kind, export):
    """Which host gave it is known, but for export=env under sshd."""
    configure(export=export)
    host = kind(house)
    with socket.create_server(("127.0.0.1", 0)) as other:
        house.stack(host.service, "auth required {module}\n"
                    "account required pam_permit.so\n"
                    "session required {module} api_url=http://127.0.0.1:%d\n"
                    % other.getsockname()[1])
        terminal, _ = come_in(host, people)
        terminal.leave()
        wait_until_revoked(genesys)
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.accept()
    journal.wait("outcome=revoked")
    if kind is hosts.Sshd:
        host.stop()


# what is left behind

def test_a_session_that_is_never_closed_ends_with_its_host(
        house, people, genesys):
    terminal = hosts.Pamtester(house).open(
        "alice", "authenticate", "open_session")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    path = terminal.session()[1]["GCPKCE_TOKEN_FILE"]
    terminal.end()
    wait_until_revoked(genesys)
    assert not os.path.exists(path)


@pytest.mark.parametrize("kind", [hosts.Sshd, hosts.Su, hosts.Login, hosts.Pamtester],
                         ids=lambda kind: kind.name)
def test_a_session_that_another_module_refuses_leaves_nothing(
        house, people, genesys, kind):
    host = kind(house)
    house.stack(host.service, "auth required {module}\n"
                "account required pam_permit.so\n"
                "session required {module}\n"
                "session required pam_deny.so\n")
    terminal = host.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    wait_until_revoked(genesys)
    assert pending() == []
    assert os.listdir(f"{BASE}/{UID}") == []
    if kind is hosts.Sshd:
        host.stop()


@pytest.mark.parametrize("host", LASTING, indirect=True, ids=lambda host: host.name)
def test_a_configuration_that_breaks_meanwhile_keeps_no_token_alive(
        host, house, people, genesys, configure):
    terminal, env = come_in(host, people)
    configure(export="file", no_such_key="1")
    terminal.leave()
    wait_until_revoked(genesys)
    assert not os.path.exists(env["GCPKCE_TOKEN_FILE"])


def test_what_is_pending_for_too_long_is_revoked_at_the_next_sign_in(
        sshd, house, people, genesys):
    house.stack("sshd", "auth required {module}\n"
                "account required pam_deny.so\n"
                "session required {module}\n")
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    assert "@@session" not in terminal.transcript
    (left,) = pending()
    (stale,) = genesys.log.tokens()
    house.stack("sshd", "auth required {module}\n"
                "account required pam_permit.so\n"
                "session required {module}\n")
    # not too long yet
    come_in(sshd, people)
    assert pending() == [left]
    assert genesys.log.tokens()[stale]
    then = time.time() - STALE_S
    os.utime(f"{PENDING}/{left}", (then, then))
    come_in(sshd, people)
    assert pending() == []
    assert wait_until(lambda: not genesys.log.tokens()[stale])


def test_only_a_success_revokes_what_is_pending(sshd, genesys):
    """Else strangers could cause requests, and time would tell of accounts."""
    make_pending(FOREIGN, content_of("alice", genesys.api_url), STALE_S)
    for account in ("alice", "absent-user"):
        terminal = sshd.open(account)
        for _ in range(3):
            terminal.answer(pair("A" * 43, terminal.asked()))
        terminal.end()
    assert pending() == [FOREIGN]
    assert "another-token" not in revoked_tokens(genesys)


def revoked_tokens(genesys):
    """The tokens that the fake server was asked to revoke."""
    return {r.headers["authorization"].split()[-1] for r in genesys.log.requests("api")
            if r.method == "DELETE"}


@pytest.mark.parametrize("own", ["auto", "never"])
def test_the_line_that_wrote_it_says_whether_and_where_it_is_revoked(
        house, sshd, people, genesys, configure, own):
    configure(export="file", revoke=own)
    files = {
        "a": content_of("alice", genesys.api_url, "never", token="kept"),
        "b": content_of("alice", token="elsewhere"),
        "c": content_of("alice", expires=1, token="expired"),
        "d": content_of("alice", genesys.api_url, token="due"),
    }
    for name, content in files.items():
        make_pending(FOREIGN[:-1] + name, content, STALE_S)
    for _ in range(2):  # a sweep takes two
        come_in(sshd, people)
    assert pending() == [FOREIGN[:-1] + "b"]
    ours = set(genesys.log.tokens())
    house.close_terminals()
    assert house.wait_until_gone("gcpkce-helper") == []
    assert revoked_tokens(genesys) - ours == {"due"}


def test_a_pending_file_that_cannot_be_read_is_removed_and_logged(
        sshd, people, genesys, journal):
    make_pending(FOREIGN, "alice\n", STALE_S)
    come_in(sshd, people)
    assert pending() == []
    assert 'cause="the file of a pending token' in journal.wait("outcome=revoke_failed")
    assert revoked_tokens(genesys) == set()


def test_what_is_not_known_to_expire_does_not_wait_for_ever(
        sshd, people):
    make_pending(FOREIGN, content_of("alice"), 47 * 3600)
    come_in(sshd, people)
    assert pending() == [FOREIGN]
    make_pending(FOREIGN, content_of("alice"), 49 * 3600)
    come_in(sshd, people)
    assert pending() == []


def test_a_sign_in_without_revocation_says_so_in_what_it_leaves(
        sshd, house, people, genesys, configure):
    configure(export="file", revoke="never")
    house.stack("sshd", "auth required {module}\n"
                "account required pam_deny.so\n"
                "session required {module}\n")
    terminal = sshd.open("alice")
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    terminal.end()
    (left,) = pending()
    (token,) = genesys.log.tokens()
    assert read(f"{PENDING}/{left}").split("\n")[:3] == ["alice", genesys.api_url, "never"]
    assert read(f"{PENDING}/{left}").split("\n")[4] == token


def test_a_sweep_takes_a_few_at_a_time(sshd, people):
    for i in range(5):
        make_pending(f"{i:032x}", content_of("alice", revoke="never"), STALE_S)
    for left in (3, 1, 0):
        come_in(sshd, people)
        assert len(pending()) == left


def test_a_caller_s_limit_of_file_sizes_ends_no_host(
        house, people, genesys, journal):
    """A write beyond the limit would be a SIGXFSZ."""
    terminal = hosts.Terminal(house, hosts.as_account("carol", [
        "env", "--default-signal=XFSZ",  # python ignores it
        "prlimit", "--fsize=0", "su", "alice", "-c", house.session]))
    terminal.answer(people["alice"].sign_in(terminal.asked()))
    assert contract.ours(terminal.session()[1]) == set()
    journal.wait("outcome=export_failed")
    wait_until_revoked(genesys)
    terminal.leave()
    assert terminal.status == 0


# what sessions left over

TWO_DAYS_S = 48 * 3600


def left_over(uid, name, age):
    """A session's file of that age; its account need not exist."""
    directory = f"{BASE}/{uid}"
    os.makedirs(directory, mode=0o710, exist_ok=True)
    path = f"{directory}/{name}"
    with open(path, "w", encoding="utf-8") as file:
        file.write("token")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_sign_in_removes_what_the_sessions_of_every_account_left_over(sshd, people, journal):
    gone = [left_over(uid, f"{number:032x}", TWO_DAYS_S + 60)
            for uid in (0, UID, 424242) for number in range(2)]
    stays = [left_over(uid, FOREIGN, TWO_DAYS_S - 600) for uid in (0, UID, 424242)]
    stays += [left_over(424242, name, TWO_DAYS_S + 60) for name in ("notes", FOREIGN + "0")]
    # of open sessions, after the clock was set back
    stays += [left_over(uid, "d" * 32, -TWO_DAYS_S - 60) for uid in (0, UID, 424242)]
    stays += [left_over("pending", FOREIGN.upper(), TWO_DAYS_S + 60),
              left_over("other", "f" * 32, TWO_DAYS_S + 60)]
    os.symlink("/etc/passwd", f"{BASE}/424242/{'e' * 32}")
    os.utime(f"{BASE}/424242/{'e' * 32}", (0, 0), follow_symlinks=False)
    stays.append(f"{BASE}/424242/{'e' * 32}")
    terminal, env = come_in(sshd, people)
    assert [path for path in gone if os.path.exists(path)] == []
    assert [path for path in stays if not os.path.lexists(path)] == []
    assert os.path.exists(env["GCPKCE_TOKEN_FILE"])
    terminal.leave()


@pytest.mark.parametrize("spoil", ["link", "writable", "owner"])
def test_a_directory_that_root_does_not_own_is_left_as_it_is(sshd, house, people, spoil):
    path = left_over(424242, "a" * 32, TWO_DAYS_S + 60)
    directory = os.path.dirname(path)
    if spoil == "link":
        shutil.move(directory, house.path("elsewhere"))
        os.symlink(house.path("elsewhere"), directory)
    elif spoil == "writable":
        os.chmod(directory, 0o777)
    else:
        os.chown(directory, 424242, 0)
    terminal, _ = come_in(sshd, people)
    assert os.path.exists(path)
    terminal.leave()
    shutil.rmtree(house.path("elsewhere"), ignore_errors=True)
