/* SPDX-License-Identifier: ISC */
/*
 * Files of remembered sign-ins.  A file is trusted because only root can have
 * written it; its checksum is against damage alone.
 */
#include "gcpkce/config/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/config/rundir.h"
#include "gcpkce/wire/field.h"

#define VERSION 2
#define NEW_MAX_S 600 /* a file that is not renamed by then never will be */

static const struct rundir dir = {REMEMBERED_DIR, 0, 0700};

void
remembered_done(struct remembered *record)
{
	buf_done(&record->key);
	identity_done(&record->identity);
	memset(record, 0, sizeof(*record));
}

/*
 * FNV-1a with 64 bits.  A change of one byte always changes it.  It names files
 * and shows damage; no decision rests on it, because keys are compared whole.
 */
static uint64_t
checksum(struct view bytes)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < bytes.len; i++)
		sum = (sum ^ bytes.p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static void
name_make(uid_t uid, struct view key, char ret_name[static REMEMBERED_NAME_CAP])
{
	(void)snprintf(ret_name, REMEMBERED_NAME_CAP, "%u-%016llx",
	    (unsigned)uid, (unsigned long long)checksum(key));
}

/* ---- the content ---- */

static void
field_key(struct wire_codec *w, struct buf *key)
{
	if (w->out != NULL) {
		field_put(w, buf_view(key));
		return;
	}
	struct view bytes = field_cut(w, REMEMBERED_KEY_MAX, "key");
	if (w->r != OUTCOME_OK)
		return;
	*key = BUF_INIT(REMEMBERED_KEY_MAX);
	buf_put(key, bytes.p, bytes.len);
	w->r = buf_check(key);
}

static void
fields_pass(struct wire_codec *w, struct remembered *record)
{
	uint32_t uid = record->uid;

	PASS_TEXT(w, record, account);
	field_u32(w, &uid, "uid");
	record->uid = uid;
	field_number(w, &record->made_s, 8, "made_s");
	field_number(w, &record->lasts_s, 8, "lasts_s");
	field_key(w, &record->key);
	field_identity(w, &record->identity);
}

void
remembered_put(struct buf *content, const struct remembered *record)
{
	autobuf fields = BUF_INIT(REMEMBERED_FILE_MAX);
	struct wire_codec w = {.out = &fields, .r = OUTCOME_OK};
	struct remembered lent = *record;
	uint64_t version = VERSION;

	fields_pass(&w, &lent);
	uint64_t sum = checksum(buf_view(&fields));
	w.out = content;
	field_number(&w, &version, 4, "");
	field_number(&w, &sum, 8, "");
	buf_put(content, fields.p, fields.len);
	content->failed = content->failed || fields.failed;
}

enum outcome
remembered_parse(
    struct view content, struct remembered *ret, struct errinfo *reterr)
{
	struct wire_codec w = {
	    .in = content, .r = OUTCOME_OK, .reterr = reterr};
	uint64_t version = 0;
	uint64_t sum = 0;

	*ret = (struct remembered){0};
	field_number(&w, &version, 4, "version");
	if (version != VERSION)
		field_fail(&w, "version", "is another one");
	field_number(&w, &sum, 8, "checksum");
	if (sum != checksum(w.in))
		field_fail(&w, "checksum", "is wrong");
	if (w.r == OUTCOME_OK)
		fields_pass(&w, ret);
	if (field_finish(&w) == OUTCOME_OK)
		return OUTCOME_OK;
	remembered_done(ret);
	return w.r == OUTCOME_NO_MEMORY ? w.r : OUTCOME_CONFIG_UNSAFE;
}

/* ---- files ---- */

static enum outcome
file_read(int dir_fd, const char *name, struct remembered *ret,
    struct errinfo *reterr)
{
	autobuf content = BUF_INIT(REMEMBERED_FILE_MAX);
	struct stat st;
	enum outcome r = rundir_file_read(dir_fd, name, &content, &st, reterr);

	*ret = (struct remembered){0};
	return r == OUTCOME_OK
	    ? remembered_parse(buf_view(&content), ret, reterr)
	    : r;
}

enum outcome
remembered_read(
    uid_t uid, struct view key, struct remembered *ret, struct errinfo *reterr)
{
	char name[REMEMBERED_NAME_CAP];
	autofd dir_fd = -1;

	*ret = (struct remembered){0};
	name_make(uid, key, name);
	enum outcome r = rundir_open_dir(&dir, false, &dir_fd, reterr);
	if (r == OUTCOME_OK)
		r = file_read(dir_fd, name, ret, reterr);
	if (r == OUTCOME_OK &&
	    (ret->uid != uid || !view_eq_ct(buf_view(&ret->key), key))) {
		remembered_done(ret);
		r = err_set(reterr, OUTCOME_NOT_MAPPED,
		    "the record is that of another key");
	}
	return r;
}

/*
 * Has this file no use any more?  A record's time of modification is the end of
 * the record on CLOCK_BOOTTIME.  A file not renamed yet, whose name begins with
 * a dot, may have that too; its time of change is of CLOCK_REALTIME.
 */
static bool
is_stale(int dir_fd, const char *name, uint64_t now_s, uint64_t wall_s)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	time_t time = name[0] == '.' ? st.st_ctime : st.st_mtime;
	uint64_t time_s = time > 0 ? (uint64_t)time : 0;
	if (name[0] == '.')
		return time_s + NEW_MAX_S < wall_s ||
		    time_s > wall_s + NEW_MAX_S;
	return time_s <= now_s || time_s > now_s + REMEMBERED_MAX_S;
}

static void
sweep(int dir_fd)
{
	const uint64_t now_s = clock_boot_s();
	const uint64_t wall_s = clock_wall_s();
	const struct dirent *entry;
	DIR *list = rundir_list(dir_fd);

	if (list == NULL)
		return;
	for (unsigned i = 0; i < REMEMBERED_SWEEP_MAX; i++) {
		if ((entry = readdir(list)) == NULL)
			break;
		if (is_stale(dir_fd, entry->d_name, now_s, wall_s))
			(void)unlinkat(dir_fd, entry->d_name, 0);
	}
	(void)closedir(list);
}

/* Set the end of a new record and give the file its name. */
static enum outcome
file_finish(int dir_fd, const char *temporary, const char *name, uint64_t end_s,
    struct errinfo *reterr)
{
	const struct timespec times[2] = {
	    {.tv_sec = (time_t)end_s}, {.tv_sec = (time_t)end_s}};

	if (utimensat(dir_fd, temporary, times, AT_SYMLINK_NOFOLLOW) == 0 &&
	    renameat(dir_fd, temporary, dir_fd, name) == 0)
		return OUTCOME_OK;
	enum outcome r = err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	(void)unlinkat(dir_fd, temporary, 0);
	return r;
}

enum outcome
remembered_write(const struct remembered *record, struct errinfo *reterr)
{
	autobuf content = BUF_INIT(REMEMBERED_FILE_MAX);
	char name[REMEMBERED_NAME_CAP];
	char temporary[RUNDIR_ID_LEN + 2] = ".";
	autofd dir_fd = -1;

	remembered_put(&content, record);
	enum outcome r = buf_check(&content);
	if (r == OUTCOME_OK)
		r = rundir_id_make(temporary + 1, reterr);
	if (r == OUTCOME_OK)
		r = rundir_open_dir(&dir, true, &dir_fd, reterr);
	if (r != OUTCOME_OK)
		return r;
	sweep(dir_fd);
	name_make(record->uid, buf_view(&record->key), name);
	r = rundir_file_make(
	    dir_fd, temporary, buf_view(&content), 0, 0, reterr);
	return r == OUTCOME_OK ? file_finish(dir_fd, temporary, name,
				     record->made_s + record->lasts_s, reterr)
			       : r;
}

/* ---- gcpkce forget ---- */

/* Is it a record of this user, by its name or by what it holds? */
static bool
is_of(int dir_fd, const char *name, const char *user,
    const struct account *account)
{
	char head[REMEMBERED_NAME_CAP];
	autoremembered record = {0};

	if (account->exists) {
		(void)snprintf(
		    head, sizeof(head), "%u-", (unsigned)account->uid);
		if (strncmp(name, head, strlen(head)) == 0)
			return true;
	}
	return file_read(dir_fd, name, &record, NULL) == OUTCOME_OK &&
	    strcmp(record.account, user) == 0;
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum outcome
files_forget(int dir_fd, const char *user, const struct account *account,
    size_t *ret_count, struct errinfo *reterr)
{
	const struct dirent *entry;
	enum outcome r = OUTCOME_OK;
	DIR *list = rundir_list(dir_fd);

	if (list == NULL)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, REMEMBERED_DIR);
	while ((entry = readdir(list)) != NULL) {
		const char *name = entry->d_name;

		if (is_dots(name) ||
		    (user != NULL && !is_of(dir_fd, name, user, account)))
			continue;
		if (unlinkat(dir_fd, name, 0) == 0)
			(*ret_count)++;
		else if (errno != ENOENT)
			r = err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	}
	(void)closedir(list);
	return r;
}

enum outcome
remembered_forget(const char *user, size_t *ret_count, struct errinfo *reterr)
{
	struct account account = {0};
	autofd dir_fd = -1;
	struct errinfo why = {0};
	enum outcome found = OUTCOME_OK;

	*ret_count = 0;
	if (user != NULL) /* on failure the name in the records is left */
		found = account_find(user, &account, reterr);
	enum outcome r = rundir_open_dir(&dir, false, &dir_fd, &why);
	if (r == OUTCOME_SYSTEM_ERROR && errno == ENOENT)
		return found; /* no directory, no records */
	if (r == OUTCOME_OK)
		r = files_forget(dir_fd, user, &account, ret_count, &why);
	if (r != OUTCOME_OK && reterr != NULL)
		*reterr = why;
	return r == OUTCOME_OK ? found : r;
}
