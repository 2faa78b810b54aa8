/* SPDX-License-Identifier: ISC */
/* The parent sets up most layers; each one is verified either way. */
#include "sandbox.h"

#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "gcpkce/wire/helper_abi.h"
#include "helper/heap.h"
#include "helper/startup.h"
#include "helper/syslog.h"
#include "landlock.h"
#include "seccomp.h"

#define DESCRIPTORS_LOOKED_AT 1024

/* When a layer is applied and verified. */
enum stage { STAGE_BEGIN, STAGE_REQUEST, STAGE_CLOSE };

struct layer {
	enum stage stage;
	int (*step)(void); /* sets it; 0 or an errno.  NULL: parent did */
	bool (*is_live)(void);
	const char *refusal; /* the helper refuses to run without the layer, for
				this reason */
};

static const struct wire_route *route;
static const struct wire_label *label;
static bool listens;
static unsigned live; /* one bit per layer */
static struct missing_layers missing;

static int
memory_close(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno;
}

static bool
memory_is_closed(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
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

/* Did root or systemd start it, as an account of its own? */
static bool
has_own_account(void)
{
	return startup_is_service() || startup_peer().uid == 0;
}

/* systemd adds the own group to the list of the others, which is empty. */
static bool
has_own_group_only(gid_t own)
{
	gid_t group = own;

	return own != 0 && getgroups(1, &group) >= 0 && group == own;
}

/*
 * The three ids are equal and not root's, a helper started by root has no group
 * of root's, and changing to another id, which is tried, must fail.
 */
static bool
ids_are_final(void)
{
	uid_t ru, eu, su;
	gid_t rg, eg, sg;

	return getresuid(&ru, &eu, &su) == 0 && getresgid(&rg, &eg, &sg) == 0 &&
	    ru != 0 && ru == eu && eu == su && rg == eg && eg == sg &&
	    (!has_own_account() || has_own_group_only(rg)) &&
	    !has_capabilities() && setresuid(0, 0, 0) != 0 &&
	    setresgid(0, 0, 0) != 0 && setgroups(0, NULL) != 0;
}

static bool
privileges_are_frozen(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/* systemd's is root's, and holds nothing that the helper reads. */
static int
variables_drop(void)
{
	return startup_is_service() && clearenv() != 0 ? ENOMEM : 0;
}

static bool
environment_is_empty(void)
{
	return environ == NULL || environ[0] == NULL;
}

static bool
is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(1, 3);
}

/*
 * Is each descriptor what it should be, and no other open?  startup_begin
 * checks the parent's socket.  poll(2) checks many numbers in one call, open or
 * not.
 */
static bool
descriptors_are_set(void)
{
	struct pollfd fds[HELPER_FILES_MAX];
	bool set = is_null(0) && is_null(1) && is_null(2);

	for (int first = HELPER_FD_SOCKET + 1;
	     set && first < DESCRIPTORS_LOOKED_AT; first += HELPER_FILES_MAX) {
		for (int i = 0; i < HELPER_FILES_MAX; i++)
			fds[i] = (struct pollfd){.fd = first + i};
		set = poll(fds, HELPER_FILES_MAX, 0) == HELPER_FILES_MAX;
		for (int i = 0; i < HELPER_FILES_MAX; i++)
			set = set && (fds[i].revents & POLLNVAL) != 0;
	}
	return set;
}

static bool
limit_is(limit_name resource, rlim_t most)
{
	struct rlimit limit;

	return getrlimit(resource, &limit) == 0 && limit.rlim_max <= most;
}

static bool
limits_are_set(void)
{
	static const struct helper_limit limits[] = {HELPER_LIMITS};
	bool set = true;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		set = set && limit_is(limits[i].resource, limits[i].most);
	return set &&
	    (!has_own_account() ||
		limit_is(RLIMIT_NPROC, HELPER_PROCESSES_MAX));
}

/*
 * SELinux clears what the parent has set, at each change of the domain.  A
 * service's parent is systemd, which ends it by its cgroup as well.
 */
static int
parent_tie(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return errno;
	return startup_is_service() || getppid() == startup_peer().pid ? 0
								       : ESRCH;
}

static bool
dies_with_parent(void)
{
	int signal = 0;

	return prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0) == 0 &&
	    signal == SIGTERM;
}

static int
landlock_take(void)
{
	return landlock_confine(route);
}

static int
seccomp_take(void)
{
	return filter_load(route->strict, listens);
}

static const struct layer layers[SANDBOX_LAYERS] = {
    [SANDBOX_MEMORY] = {STAGE_BEGIN, memory_close, memory_is_closed,
	"other processes can read its memory"},
    [SANDBOX_IDS] = {STAGE_BEGIN, NULL, ids_are_final,
	"it runs as root, or could regain privileges"},
    [SANDBOX_PRIVILEGES] = {STAGE_BEGIN, NULL, privileges_are_frozen,
	"it could gain privileges"},
    [SANDBOX_ENVIRONMENT] = {STAGE_BEGIN, variables_drop, environment_is_empty,
	"its environment is not empty"},
    [SANDBOX_DESCRIPTORS] = {STAGE_BEGIN, NULL, descriptors_are_set, NULL},
    [SANDBOX_LIMITS] = {STAGE_BEGIN, NULL, limits_are_set, NULL},
    [SANDBOX_PARENT] = {STAGE_BEGIN, parent_tie, dies_with_parent, NULL},
    [SANDBOX_LANDLOCK] = {STAGE_REQUEST, landlock_take, landlock_is_live, NULL},
    [SANDBOX_SECCOMP] = {STAGE_CLOSE, seccomp_take, filter_is_live, NULL},
};

const struct missing_layers *
sandbox_missing(void)
{
	static const struct missing_layers none;

	return route != NULL && label == NULL ? &missing : &none;
}

bool
sandbox_is_live(enum sandbox_layer layer)
{
	return (live & 1U << layer) != 0;
}

/* Apply the layers of a stage, and record those that are not live. */
static void
stage_take(enum stage stage)
{
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		const struct layer *layer = &layers[i];

		if (layer->stage != stage)
			continue;
		int error = layer->step == NULL ? 0 : layer->step();
		if (error == 0 && layer->is_live())
			live |= 1U << i;
		else
			missing_add(&missing, i, (uint32_t)error);
	}
}

/*
 * If no frame reports missing layers, log the new ones; then go on or refuse.
 */
static enum outcome
layers_judge(struct errinfo *reterr)
{
	autobuf news = BUF_INIT(ERRINFO_TEXT_MAX);

	if (label != NULL && missing_news(&missing, &news))
		journal_write(
		    "sandbox_layer_missing", label, "", buf_text(&news));
	return missing_judge(&missing, route->strict, "", reterr);
}

enum outcome
sandbox_begin(struct errinfo *reterr)
{
	stage_take(STAGE_BEGIN);
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		if (layers[i].refusal != NULL && !sandbox_is_live(i))
			return err_set(reterr, OUTCOME_HELPER_FAILED,
			    "gcpkce-helper refuses to run: %s",
			    layers[i].refusal);
	}
	return OUTCOME_OK;
}

enum outcome
sandbox_confine(const struct wire_route *its_route,
    const struct wire_label *its_label, bool it_listens, struct errinfo *reterr)
{
	route = its_route;
	label = its_label;
	listens = it_listens;
	stage_take(STAGE_REQUEST);
	/* fails later for certain: report it before the user signs in */
	if (!filter_is_possible())
		missing_add(&missing, SANDBOX_SECCOMP, (uint32_t)errno);
	return layers_judge(reterr);
}

void
sandbox_prepare(void)
{
	if (filter_is_possible())
		(void)!filter_prepare(
		    route->strict, listens); /* sandbox_close reports it */
	heap_trim(); /* libseccomp used much memory, and freed it */
}

enum outcome
sandbox_close(struct errinfo *reterr)
{
	if (filter_is_possible())
		stage_take(STAGE_CLOSE);
	return layers_judge(reterr);
}
