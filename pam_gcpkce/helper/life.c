/* SPDX-License-Identifier: ISC */
/*
 * The helper's first steps.  It does not trust whoever started it to have done
 * what docs/DESIGN.md says: it looks.
 */
#include "life.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static bool
ids_are_one(void)
{
	uid_t ru, eu, su;
	gid_t rg, eg, sg;

	return getresuid(&ru, &eu, &su) == 0 && getresgid(&rg, &eg, &sg) == 0 &&
	    ru == eu && eu == su && rg == eg && eg == sg;
}

static bool
has_capabilities(void)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capget, &header, data) != 0 ||
	    (data[0].permitted | data[1].permitted) != 0;
}

static bool
has_socket(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(LIFE_FD_SOCKET, SOL_SOCKET, SO_TYPE, &type, &len) ==
	    0 &&
	    type == SOCK_STREAM;
}

enum outcome
life_verify(struct errinfo *reterr)
{
	const char *wrong = NULL;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, "prctl");
	(void)prctl(PR_SET_NAME, "gcpkce-helper", 0, 0, 0);
	if (!has_socket())
		wrong =
		    "it is started by pam_gcpkce.so and gcpkce, not by hand";
	else if (getuid() == 0 || geteuid() == 0)
		wrong = "it does not run as root";
	else if (!ids_are_one())
		wrong = "its real, effective and saved ids differ";
	else if (has_capabilities())
		wrong = "it has capabilities";
	else if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		wrong = "it could gain privileges";
	else if (environ != NULL && environ[0] != NULL)
		wrong = "its environment is not empty";
	if (wrong != NULL)
		return err_fail(reterr, OUTCOME_HELPER_FAILED,
		    "gcpkce-helper refuses to run: %s", wrong);
	return OUTCOME_OK;
}

enum outcome
life_signals(int *ret_signals, struct errinfo *reterr)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, "sigprocmask");
	(void)signal(SIGPIPE, SIG_IGN);
	*ret_signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*ret_signals < 0)
		return err_sys(reterr, OUTCOME_HELPER_FAILED, "signalfd");
	return OUTCOME_OK;
}
