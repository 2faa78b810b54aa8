/* SPDX-License-Identifier: ISC */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "wrap.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define DESCRIPTORS 64
#define START_US (INT64_C(1000) * 1000 * 1000)
#define EPOCH_S 1790000000

struct seen seen;

static struct {
	const struct plan *plan; /* NULL: it stands still */
	unsigned calls[CALLS];
	int64_t now_us;
	int64_t jumped_us; /* of the wall clock */
	enum meanwhile changed;
	size_t mapped;
	bool open[DESCRIPTORS];
	uint8_t random;
} assumption;

const struct plan *
world_plan(void)
{
	return assumption.plan;
}

bool
world_turns(void)
{
	return assumption.plan != NULL;
}

int64_t
world_now_us(void)
{
	return assumption.now_us;
}

void
world_advance_ms(int64_t ms)
{
	assumption.now_us += ms * 1000;
}

enum meanwhile
world_changed(void)
{
	return assumption.changed;
}

void
world_change(enum meanwhile change)
{
	assumption.changed = change;
}

bool
world_fault(enum call call, unsigned *ret_how)
{
	if (assumption.plan == NULL)
		return false;
	unsigned at = assumption.calls[call]++;

	for (size_t i = 0; i < assumption.plan->fault_count; i++) {
		const struct fault *fault = &assumption.plan->faults[i];

		if (fault->call != call || at < fault->nth ||
		    at > (unsigned)fault->nth + fault->run)
			continue;
		seen.faults++;
		*ret_how = fault->how;
		return true;
	}
	return false;
}

/* The same for a call that says why by errno. */
static bool
fails(enum call call)
{
	static const int errors[] = {EIO, ENOMEM, EINTR, EACCES, EMFILE, EPERM,
	    ENOSPC, EAGAIN, ENOENT, ENOSYS};
	unsigned how;

	if (!world_fault(call, &how))
		return false;
	errno = errors[how % COUNT(errors)];
	return true;
}

static int
open_fault(void)
{
	return fails(CALL_OPEN) ? errno : 0;
}

/* It fails, or reports that another process changed it. */
static int
fstat_fault(struct stat *st)
{
	unsigned how;

	if (!world_fault(CALL_FSTAT, &how))
		return 0;
	/* once a helper has its REQUEST, another one's file is for revocation
	 */
	seen.unsafe = seen.unsafe ||
	    (seen.told == 0 && !files_is_below_run(st) &&
		(how % 4 == 1 || how % 4 == 2));
	if (how % 4 == 1)
		st->st_uid = 4000;
	else if (how % 4 == 2)
		st->st_mode |= 022;
	else if (how % 4 == 3)
		st->st_mode = S_IFIFO | 0600;
	return how % 4 == 0 ? EIO : 0;
}

static void
descriptors_note(bool open[DESCRIPTORS])
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		open[fd] = fcntl(fd, F_GETFD) >= 0;
}

void
world_turn(const struct plan *plan)
{
	memset(&assumption, 0, sizeof(assumption));
	seen = (struct seen){0};
	helpers_reset();
	assumption.now_us = START_US;
	descriptors_note(assumption.open);
	files_fault = open_fault;
	files_fstat_fault = fstat_fault;
	files_uid = plan->ordinary_host ? MODULE_UID : 0;
	files_serve(true);
	assumption.plan = plan;
}

void
world_stop(void)
{
	bool open[DESCRIPTORS];

	assumption.plan = NULL;
	files_serve(false);
	descriptors_note(open);
	HOLD(memcmp(open, assumption.open, sizeof(open)) == 0);
	HOLD(assumption.mapped == 0);
	HOLD(helpers_are_gone());
}

/* ---- memory ---- */

WRAP(void *, malloc, (size_t size))
{
	if (fails(CALL_MALLOC)) {
		errno = ENOMEM;
		return NULL;
	}
	return REAL(malloc)(size);
}

WRAP(void *, calloc, (size_t count, size_t size))
{
	if (fails(CALL_CALLOC)) {
		errno = ENOMEM;
		return NULL;
	}
	return REAL(calloc)(count, size);
}

WRAP(void *, mmap64,
    (void *at, size_t size, int access, int flags, int fd, off_t offset))
{
	if (fails(CALL_MMAP))
		return MAP_FAILED;
	void *mapped = REAL(mmap64)(at, size, access, flags, fd, offset);
	if (assumption.plan != NULL && mapped != MAP_FAILED)
		assumption.mapped++;
	return mapped;
}

WRAP(int, munmap, (void *at, size_t size))
{
	if (assumption.plan != NULL) {
		HOLD(assumption.mapped > 0);
		assumption.mapped--;
	}
	return REAL(munmap)(at, size);
}

/* ---- time and chance ---- */

WRAP(int, clock_gettime, (clockid_t clock, struct timespec *ret))
{
	unsigned how;

	if (assumption.plan == NULL)
		return REAL(clock_gettime)(clock, ret);
	assumption.now_us += 20; /* so that a loop that reads the clock ends */
	if (world_fault(CALL_CLOCK, &how))
		assumption.jumped_us += ((int64_t)how - 8) * 3600 * 1000 * 1000;
	int64_t us = assumption.now_us;
	if (clock == CLOCK_REALTIME)
		us += EPOCH_S * INT64_C(1000000) + assumption.jumped_us;
	ret->tv_sec = us / 1000000;
	ret->tv_nsec = us % 1000000 * 1000;
	return 0;
}

WRAP(ssize_t, getrandom, (void *bytes, size_t len, unsigned flags))
{
	(void)flags;
	HOLD(assumption.plan != NULL);
	if (fails(CALL_GETRANDOM))
		return -1;
	memset(bytes, ++assumption.random, len);
	return (ssize_t)len;
}

/* ---- who and where ---- */

WRAP(int, gethostname, (char *name, size_t cap))
{
	if (assumption.plan == NULL)
		return REAL(gethostname)(name, cap);
	if (fails(CALL_GETHOSTNAME))
		return -1;
	(void)snprintf(name, cap, "bastion01");
	return 0;
}

static int
entry_give(const struct person *person, const char *name, struct passwd *entry,
    char *space, size_t len, struct passwd **ret)
{
	*ret = NULL;
	if (person == NULL || name == NULL)
		return 0;
	if (strlen(name) >= len)
		return ERANGE;
	memcpy(space, name, strlen(name) + 1);
	*entry = (struct passwd){
	    .pw_name = space,
	    .pw_uid = person->uid,
	    .pw_gid = person->uid,
	};
	*ret = entry;
	return 0;
}

static int
lookup_error(unsigned how)
{
	static const int errors[] = {
	    EIO, EINTR, ERANGE, ENOMEM, EMFILE, ENOENT, EPERM, ESRCH};

	return errors[how % COUNT(errors)];
}

WRAP(int, getpwnam_r,
    (const char *name, struct passwd *entry, char *space, size_t len,
	struct passwd **ret))
{
	unsigned how;

	HOLD(assumption.plan != NULL);
	*ret = NULL;
	if (world_fault(CALL_GETPWNAM, &how))
		return lookup_error(how);
	const struct person *person = person_find(name);
	bool is_asked = strcmp(name, assumption.plan->setting.user) == 0;
	if (is_asked && assumption.changed == MEANWHILE_ACCOUNT_GOES)
		person = NULL;
	int error = entry_give(person, name, entry, space, len, ret);
	if (is_asked && *ret != NULL &&
	    assumption.changed == MEANWHILE_UID_CHANGES)
		entry->pw_uid += 1;
	return error;
}

WRAP(int, getpwuid_r,
    (uid_t uid, struct passwd *entry, char *space, size_t len,
	struct passwd **ret))
{
	unsigned how;

	HOLD(assumption.plan != NULL);
	*ret = NULL;
	if (world_fault(CALL_GETPWUID, &how))
		return lookup_error(how);
	const struct person *person = person_of(uid);
	return entry_give(person, person != NULL ? person->uid_name : NULL,
	    entry, space, len, ret);
}

#define STAFF 50

WRAP(int, getgrnam_r,
    (const char *name, struct group *entry, char *space, size_t len,
	struct group **ret))
{
	unsigned how;

	HOLD(assumption.plan != NULL && strcmp(name, "staff") == 0);
	*ret = NULL;
	if (world_fault(CALL_GETGRNAM, &how))
		return how == 0 ? 0 : lookup_error(how);
	(void)snprintf(space, len, "staff");
	*entry = (struct group){.gr_name = space, .gr_gid = STAFF};
	*ret = entry;
	return 0;
}

/* Staff are in many other groups besides. */
WRAP(int, getgrouplist, (const char *name, gid_t gid, gid_t *list, int *count))
{
	const struct person *person = person_find(name);
	int room = *count;

	/* a name that no account has is asked for as well */
	*count = person != NULL && person->is_staff ? 100 : 1;
	for (int i = 0; i < room && i < *count; i++)
		list[i] = i == 0 ? gid : i == 99 ? STAFF : 3000U + (gid_t)i;
	return *count <= room ? *count : -1;
}

/* ---- files ---- */

WRAP(ssize_t, write, (int fd, const void *bytes, size_t len))
{
	if (fails(CALL_WRITE))
		return -1;
	return REAL(write)(fd, bytes, len);
}

WRAP(int, socket, (int domain, int type, int protocol))
{
	if (fails(CALL_SOCKET))
		return -1;
	return REAL(socket)(domain, type, protocol);
}

/* There is a journal, unless the fault says otherwise. */
WRAP(int, connect, (int fd, const struct sockaddr *address, socklen_t len))
{
	if (assumption.plan == NULL)
		return REAL(connect)(fd, address, len);
	return fails(CALL_CONNECT) ? -1 : 0;
}
