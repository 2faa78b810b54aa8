/* SPDX-License-Identifier: ISC */
/* What a helper is started with: its account, a place for its preconnect. */
#include <fcntl.h>

#include "gcpkce/config/account.h"
#include "gcpkce/config/rundir.h"
#include "gcpkce/config/shown.h"
#include "helper_child.h"

#define FILE_NAME "preconnect.lock"
/* non-blocking: it may be a FIFO */
#define FILE_FLAGS (O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

bool
fd_lift(int *fd)
{
	if (*fd > 2)
		return true;
	int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (lifted < 0)
		return false;
	(void)close(*fd);
	*fd = lifted;
	return true;
}

/* As a fault of the configuration, whose reader does not look accounts up. */
static enum outcome
helper_user_refuse(
    const struct config *config, const char *why, struct errinfo *reterr)
{
	static const char key[] = "helper_user";
	autobuf shown = BUF_INIT(CONFIG_TEXT_CAP);

	shown_put_value(&shown, view_text(key), view_text(config->helper_user));
	return err_set(reterr, OUTCOME_CONFIG_INVALID, "%s: %s: \"%s\" %s",
	    config->helper_user_place, key, buf_text(&shown), why);
}

enum outcome
helper_child_plan(const struct config *config, struct helper_setup *ret,
    struct errinfo *reterr)
{
	struct account account;

	*ret = (struct helper_setup){0};
	if (geteuid() != 0)
		return OUTCOME_OK;
	enum outcome r = account_find(config->helper_user, &account, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (!account.exists || account.uid == 0 || account.gid == 0)
		return helper_user_refuse(config,
		    account.exists
			? "has uid 0 or gid 0; name an account without rights"
			: "does not exist on this host; create the account, or "
			  "name one without rights",
		    reterr);
	ret->drop = true;
	ret->uid = account.uid;
	ret->gid = account.gid;
	return OUTCOME_OK;
}

static bool
place_take(int fd, unsigned long max, bool hold)
{
	for (unsigned long i = 0; i < max; i++) {
		struct flock lock = {
		    .l_type = F_WRLCK,
		    .l_whence = SEEK_SET,
		    .l_start = (off_t)i,
		    .l_len = 1,
		};

		if (fcntl(fd, hold ? F_OFD_SETLK : F_OFD_GETLK, &lock) == 0 &&
		    (hold || lock.l_type == F_UNLCK))
			return true;
	}
	return false;
}

enum outcome
preconnect_admit(unsigned long max, bool hold, bool *ret_admitted,
    int *ret_lock, struct errinfo *reterr)
{
	struct stat st;
	autofd dir = -1;

	enum outcome r = rundir_open(true, &dir, reterr);
	if (r != OUTCOME_OK)
		return r;
	autofd fd = openat(dir, FILE_NAME, FILE_FLAGS, 0600);
	if (fd < 0)
		return rundir_open_failed(FILE_NAME, reterr);
	r = rundir_check(fd, FILE_NAME, S_IFREG, 077, &st, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (!fd_lift(&fd))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fcntl");
	*ret_admitted = place_take(fd, max, hold);
	*ret_lock = *ret_admitted && hold ? take_fd(&fd) : -1;
	return OUTCOME_OK;
}
