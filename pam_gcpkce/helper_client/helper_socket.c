/* SPDX-License-Identifier: ISC */
/* The helper as a service: systemd listens, and starts one for each sign-in. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/config/rundir.h"
#include "helper_child.h"

#define NAME "helper.sock"
#define CONNECT_MAX_MS 2000 /* while its queue is full */

const char helper_socket[] = RUNDIR "/" NAME;

enum outcome
helper_socket_find(enum helper_socket *ret, struct errinfo *reterr)
{
	struct stat st;
	autofd dir = -1;

	*ret = HELPER_SOCKET_ABSENT;
	if (lstat(helper_socket, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR
		    ? OUTCOME_OK
		    : err_sys(reterr, OUTCOME_HELPER_FAILED, helper_socket);
	enum outcome r = rundir_open(false, &dir, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (fstatat(dir, NAME, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, helper_socket);
	if (!S_ISSOCK(st.st_mode) || st.st_uid != 0)
		return err_set(reterr, OUTCOME_CONFIG_UNSAFE,
		    "%s belongs to uid %u and has mode %06o; it must be a "
		    "socket owned by root",
		    helper_socket, (unsigned)st.st_uid, (unsigned)st.st_mode);
	*ret = faccessat(dir, NAME, W_OK, AT_EACCESS) == 0
	    ? HELPER_SOCKET_SERVES
	    : HELPER_SOCKET_SHUT;
	return *ret == HELPER_SOCKET_SERVES || errno == EACCES
	    ? OUTCOME_OK
	    : err_sys(reterr, OUTCOME_HELPER_FAILED, helper_socket);
}

/* The peer of a connection is who listened when it was made. */
static enum outcome
listener_check(int fd, struct errinfo *reterr)
{
	struct ucred listener = {.uid = (uid_t)-1};
	socklen_t len = sizeof(listener);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &listener, &len) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "SO_PEERCRED");
	if (listener.uid != 0)
		return err_set(reterr, OUTCOME_HELPER_FAILED,
		    "%s: uid %u listens there, not root", helper_socket,
		    (unsigned)listener.uid);
	return OUTCOME_OK;
}

enum outcome
helper_proc_connect(
    int64_t deadline_ms, struct helper_proc *ret, struct errinfo *reterr)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	autoproc proc = HELPER_PROC_NONE;
	int left_ms = clock_left_ms(deadline_ms);
	int wait_ms = left_ms < CONNECT_MAX_MS ? left_ms : CONNECT_MAX_MS;
	const struct timeval limit = {
	    .tv_sec = wait_ms / 1000,
	    .tv_usec = wait_ms % 1000 * 1000L + 1, /* 0 would be no limit */
	};

	*ret = HELPER_PROC_NONE;
	memcpy(address.sun_path, helper_socket, sizeof(helper_socket));
	proc.deadline_ms = deadline_ms;
	proc.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (proc.socket < 0 || !fd_lift(&proc.socket) ||
	    setsockopt(proc.socket, SOL_SOCKET, SO_SNDTIMEO, &limit,
		sizeof(limit)) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "socket");
	while (connect(proc.socket, (struct sockaddr *)&address,
		   sizeof(address)) != 0) {
		if (errno != EINTR || clock_left_ms(deadline_ms) == 0)
			return err_sys(
			    reterr, OUTCOME_HELPER_FAILED, helper_socket);
	}
	enum outcome r = listener_check(proc.socket, reterr);
	if (r != OUTCOME_OK)
		return r;
	*ret = proc;
	proc = HELPER_PROC_NONE;
	return OUTCOME_OK;
}
