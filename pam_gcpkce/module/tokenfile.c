/* SPDX-License-Identifier: ISC */
/*
 * Token files.  It runs as root and trusts no existing file: directories are
 * opened by rundir.h, and every file is a new one.
 */
#include "tokenfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/rundir.h"
#include "gcpkce/wire/wire.h"

#define PENDING "pending"
#define AUTO "auto"
#define NEVER "never"
#define CONTENT_MAX (WIRE_TOKEN_MAX + 2048) /* and what stands beside it */
#define VALID_MAX_S (48 * 3600)             /* no token is valid for longer */
/*
 * At most so many in one sign-in; the next one goes on.  Each may need a
 * helper, one after the other, while the user waits and the application's
 * timeout runs (LoginGraceTime).
 */
#define SWEEP_MAX 2

static const struct rundir pending_dir = {PENDING, 0, 0700};

static bool
id_is_valid(const char *id)
{
	return strspn(id, "0123456789abcdef") == TOKENFILE_ID_LEN &&
	    id[TOKENFILE_ID_LEN] == '\0';
}

/* ---- pending ---- */

void
tokenfile_pending_done(struct tokenfile_pending *pending)
{
	secret_free(pending->token);
	*pending = (struct tokenfile_pending){0};
}

/* The content is five lines: account, API host, revoke, expiry, token. */
enum outcome
tokenfile_pending_write(const struct tokenfile_pending *pending,
    char ret_id[static TOKENFILE_ID_LEN + 1], struct errinfo *reterr)
{
	struct view token = secret_view(pending->token);
	autobuf content = BUF_INIT(CONTENT_MAX);
	autofd dir_fd = -1;

	if (strpbrk(pending->account, "\n\r") != NULL)
		return err_set(reterr, OUTCOME_CONFIG_UNSAFE,
		    "the account's name has a line break");
	buf_printf(&content, "%s\n%s\n%s\n%llu\n", pending->account,
	    pending->api_url, pending->revoke ? AUTO : NEVER,
	    (unsigned long long)pending->expires_at_s);
	buf_put(&content, token.p, token.len);
	buf_put_byte(&content, '\n');
	if (buf_check(&content) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	enum outcome r = rundir_id_make(ret_id, reterr);
	if (r == OUTCOME_OK)
		r = rundir_open_dir(&pending_dir, true, &dir_fd, reterr);
	if (r == OUTCOME_OK)
		r = rundir_file_make(
		    dir_fd, ret_id, buf_view(&content), 0, 0, reterr);
	return r;
}

/* Cut off the next line; false when it has no end. */
static bool
line_take(struct view *rest, struct view *ret_line)
{
	const uint8_t *end =
	    rest->len > 0 ? memchr(rest->p, '\n', rest->len) : NULL;

	if (end == NULL)
		return false;
	ret_line->p = rest->p;
	ret_line->len = (size_t)(end - rest->p);
	rest->p = end + 1;
	rest->len -= ret_line->len + 1;
	return true;
}

/* A line that becomes a text of at most so many bytes. */
static bool
line_copy(struct view *rest, char *ret, size_t cap)
{
	struct view line = {0};

	if (!line_take(rest, &line) || line.len >= cap ||
	    (line.len > 0 && memchr(line.p, '\0', line.len) != NULL))
		return false;
	if (line.len > 0)
		memcpy(ret, line.p, line.len);
	ret[line.len] = '\0';
	return true;
}

static enum outcome
content_parse(struct view rest, struct tokenfile_pending *ret)
{
	struct view token = {0};
	char revoke[sizeof(NEVER)] = "";
	char digits[24] = "";
	unsigned long number = 0;

	if (!line_copy(&rest, ret->account, sizeof(ret->account)) ||
	    ret->account[0] == '\0' ||
	    !line_copy(&rest, ret->api_url, sizeof(ret->api_url)) ||
	    !line_copy(&rest, revoke, sizeof(revoke)) ||
	    (strcmp(revoke, AUTO) != 0 && strcmp(revoke, NEVER) != 0) ||
	    !line_copy(&rest, digits, sizeof(digits)) ||
	    !text_parse_number(digits, 0, ~0UL, &number) ||
	    !line_take(&rest, &token) || rest.len != 0 ||
	    !text_is_b64token(token))
		return OUTCOME_CONFIG_UNSAFE;
	ret->revoke = strcmp(revoke, AUTO) == 0;
	ret->expires_at_s = number;
	return secret_new(token.p, token.len, &ret->token);
}

/* Read a file that only authenticate, as root, can have left. */
static enum outcome
content_read(int dir_fd, const char *id, struct tokenfile_pending *ret,
    struct stat *ret_st, struct errinfo *reterr)
{
	autobuf content = BUF_INIT(CONTENT_MAX);

	*ret = (struct tokenfile_pending){0};
	enum outcome r = rundir_file_read(dir_fd, id, &content, ret_st, reterr);
	if (r != OUTCOME_OK)
		return r;
	r = content_parse(buf_view(&content), ret);
	return err_set(reterr, r, "%s",
	    r == OUTCOME_OK ? "" : "the pending token cannot be read");
}

enum outcome
tokenfile_pending_read(
    const char *id, struct tokenfile_pending *ret, struct errinfo *reterr)
{
	struct stat st;
	autofd dir_fd = -1;

	if (!id_is_valid(id))
		return err_set(reterr, OUTCOME_CONFIG_UNSAFE,
		    "the id of the pending token is malformed");
	enum outcome r = rundir_open_dir(&pending_dir, false, &dir_fd, reterr);
	return r == OUTCOME_OK ? content_read(dir_fd, id, ret, &st, reterr) : r;
}

bool
tokenfile_pending_remove(const char *id)
{
	autofd dir_fd = -1;

	return id_is_valid(id) &&
	    rundir_open_dir(&pending_dir, false, &dir_fd, NULL) == OUTCOME_OK &&
	    unlinkat(dir_fd, id, 0) == 0;
}

/*
 * Older than that; or with a time in the future, after a change of the clock.
 */
static bool
is_older(const struct stat *st, uint64_t now_s, uint64_t max_s)
{
	uint64_t made_s = st->st_mtime > 0 ? (uint64_t)st->st_mtime : 0;

	return (now_s > made_s ? now_s - made_s : made_s - now_s) > max_s;
}

/* Is it for a sign-in with this API host to revoke, or no longer of use? */
static bool
is_for(const struct tokenfile_pending *pending, const struct stat *st,
    const char *api_url, uint64_t now_s)
{
	uint64_t end_s = pending->expires_at_s > 0
	    ? pending->expires_at_s
	    : (uint64_t)st->st_mtime + VALID_MAX_S;

	return !pending->revoke || strcmp(pending->api_url, api_url) == 0 ||
	    end_s < now_s;
}

/*
 * Remove one file if it is stale; only the process that removes it reports it.
 */
static bool
stale_remove(int dir_fd, const char *id, uint64_t now_s, const char *api_url,
    struct tokenfile_pending *ret)
{
	struct stat st;

	*ret = (struct tokenfile_pending){0};
	if (!id_is_valid(id) ||
	    fstatat(dir_fd, id, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !is_older(&st, now_s, TOKENFILE_PENDING_MAX_S))
		return false;
	enum outcome r = content_read(dir_fd, id, ret, &st, NULL);
	if (r == OUTCOME_OK ? !is_for(ret, &st, api_url, now_s)
			    : r != OUTCOME_CONFIG_UNSAFE)
		return false; /* a file that cannot be read now stays, too */
	return unlinkat(dir_fd, id, 0) == 0;
}

void
tokenfile_pending_sweep(uint64_t now_s, const char *api_url,
    void (*found)(void *context, const struct tokenfile_pending *pending),
    void *context)
{
	const struct dirent *entry;
	unsigned swept = 0;
	autofd dir_fd = -1;

	if (rundir_open_dir(&pending_dir, false, &dir_fd, NULL) != OUTCOME_OK)
		return;
	DIR *list = rundir_list(dir_fd);
	if (list == NULL)
		return;
	while (swept < SWEEP_MAX && (entry = readdir(list)) != NULL) {
		autopending stale = {0};

		if (!stale_remove(
			dir_fd, entry->d_name, now_s, api_url, &stale))
			continue;
		swept++;
		if (stale.token == NULL ||
		    (stale.revoke && strcmp(stale.api_url, api_url) == 0))
			found(context, &stale);
	}
	(void)closedir(list);
}

/* ---- a session's file ---- */

/* The directory of an account. */
static struct rundir
account_dir(uid_t uid, gid_t gid, char name[static TOKENFILE_PATH_CAP])
{
	(void)snprintf(name, TOKENFILE_PATH_CAP, "%u", (unsigned)uid);
	return (struct rundir){.name = name, .gid = gid, .mode = 0710};
}

enum outcome
tokenfile_create(const struct account *account, const char *id,
    const struct secret *token, char ret_path[static TOKENFILE_PATH_CAP],
    struct errinfo *reterr)
{
	char name[TOKENFILE_PATH_CAP];
	struct rundir own = account_dir(account->uid, account->gid, name);
	autofd dir_fd = -1;

	enum outcome r = id_is_valid(id)
	    ? rundir_open_dir(&own, true, &dir_fd, reterr)
	    : err_set(reterr, OUTCOME_CONFIG_UNSAFE, "no id");
	if (r == OUTCOME_OK)
		r = rundir_file_make(dir_fd, id, secret_view(token),
		    account->uid, account->gid, reterr);
	if (r == OUTCOME_OK)
		(void)snprintf(ret_path, TOKENFILE_PATH_CAP, RUNDIR "/%u/%.*s",
		    (unsigned)account->uid, TOKENFILE_ID_LEN, id);
	return r;
}

enum outcome
tokenfile_remove(uid_t uid, const char *id, struct errinfo *reterr)
{
	char name[TOKENFILE_PATH_CAP];
	struct rundir own = account_dir(uid, 0, name);
	autofd dir_fd = -1;

	enum outcome r = rundir_open_dir(&own, false, &dir_fd, reterr);
	if (r == OUTCOME_OK && unlinkat(dir_fd, id, 0) != 0 && errno != ENOENT)
		r = err_sys(reterr, OUTCOME_SYSTEM_ERROR,
		    "removing the session's token file");
	return r;
}

/* Remove the files of one account whose tokens can no longer be valid. */
static void
account_sweep(int base, const char *uid, uint64_t now_s)
{
	const struct rundir own = {.name = uid};
	const struct dirent *entry;
	struct stat st;
	autofd dir_fd = -1;

	if (strspn(uid, "0123456789") != strlen(uid) ||
	    rundir_open_below(base, &own, false, &dir_fd, NULL) != OUTCOME_OK)
		return;
	DIR *list = rundir_list(dir_fd);
	while (list != NULL && (entry = readdir(list)) != NULL) {
		if (id_is_valid(entry->d_name) &&
		    fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode) && st.st_mtime < (time_t)now_s &&
		    is_older(&st, now_s, VALID_MAX_S))
			(void)unlinkat(dir_fd, entry->d_name, 0);
	}
	if (list != NULL)
		(void)closedir(list);
}

void
tokenfile_session_sweep(uint64_t now_s)
{
	const struct dirent *entry;
	autofd base = -1;

	if (rundir_open(false, &base, NULL) != OUTCOME_OK)
		return;
	DIR *list = rundir_list(base);
	while (list != NULL && (entry = readdir(list)) != NULL)
		account_sweep(base, entry->d_name, now_s);
	if (list != NULL)
		(void)closedir(list);
}
