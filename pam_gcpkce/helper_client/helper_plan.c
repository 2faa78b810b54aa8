/* SPDX-License-Identifier: ISC */
/* What a helper is started with: its account, the journal, the lock file. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

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
helper_child_plan(const struct config *config, int log,
    struct helper_setup *ret, struct errinfo *reterr)
{
	struct account account;

	*ret = (struct helper_setup){.log = log, .lock = -1};
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

int
helper_proc_log_open(void)
{
	struct sockaddr_un address = {
	    .sun_family = AF_UNIX, .sun_path = "/dev/log"};
	autofd fd =
	    socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !fd_lift(&fd) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return -1;
	return take_fd(&fd);
}

enum outcome
preconnect_lock_open(int *ret_fd, struct errinfo *reterr)
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
	*ret_fd = take_fd(&fd);
	return OUTCOME_OK;
}
