/* SPDX-License-Identifier: ISC */
/*
 * A rule applies to a file or directory that exists when it is made.  A missing
 * path gets no rule; a file that is replaced later is refused until the next
 * sign-in, unless its directory is on the list.
 */
#include "landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "gcpkce/base/readable.h"
#include "gcpkce/base/url.h"

#define PORT_DNS 53

/* Constants that older headers lack, with the kernel's numbers. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL_DEV (1ULL << 15)
#define RIGHT_BIND_TCP (1ULL << 0)
#define RIGHT_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)
#define RULE_NET_PORT 2

/* struct landlock_ruleset_attr as of ABI 6; older kernels take its head. */
struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scope;
};

/* struct landlock_net_port_attr */
struct loopback_socket_rule {
	uint64_t allowed;
	uint64_t port;
};

#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ_ALL (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* The kernel's version of Landlock, or -1. */
static int
abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
}

static int
ruleset_open(int version)
{
	struct ruleset rules = {.files = RIGHT_REFER - 1};

	if (version >= 2)
		rules.files |= RIGHT_REFER;
	if (version >= 3)
		rules.files |= RIGHT_TRUNCATE;
	if (version >= 4)
		rules.net = RIGHT_BIND_TCP | RIGHT_CONNECT_TCP;
	if (version >= 5)
		rules.files |= RIGHT_IOCTL_DEV;
	if (version >= 6)
		rules.scope = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
	size_t size = version >= 6 ? sizeof(rules)
	    : version >= 4         ? offsetof(struct ruleset, scope)
				   : offsetof(struct ruleset, net);
	return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}

/* Let one file, or one directory and all below it, be read. */
static bool
path_allow(void *arg, const char *path)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = READ_FILE};
	const int *ruleset = arg;
	struct stat st;
	autofd fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		return true; /* nothing to read there */
	if (S_ISDIR(st.st_mode))
		rule.allowed_access = READ_ALL;
	rule.parent_fd = fd;
	return syscall(SYS_landlock_add_rule, *ruleset,
		   LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* The port of an address that config_load took; 0 when there is none. */
static uint64_t
port_of(const char *address)
{
	struct url url;

	if (!url_split(address, &url))
		return 0;
	return url.port_number != 0                  ? url.port_number
	    : view_eq(url.scheme, view_text("http")) ? 80
						     : 443;
}

static bool
ports_allow(int ruleset, const struct wire_route *route)
{
	uint64_t ports[] = {PORT_DNS, port_of(route->login_url),
	    port_of(route->api_url), port_of(route->issuer),
	    port_of(route->authorize_url), port_of(route->token_url),
	    port_of(route->jwks_url), port_of(route->userinfo_url),
	    port_of(route->proxy)};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct loopback_socket_rule rule = {
		    RIGHT_CONNECT_TCP, ports[i]};

		if (ports[i] != 0 &&
		    syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT,
			&rule, 0) != 0)
			return false;
	}
	return true;
}

int
landlock_confine(const struct wire_route *route)
{
	int version = abi();

	if (version < 0)
		return errno;
	autofd ruleset = ruleset_open(version);
	if (ruleset < 0 ||
	    !readable_walk(route->ca_file, path_allow, &ruleset) ||
	    (version >= 4 && !ports_allow(ruleset, route)) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return errno;
	return 0;
}

bool
landlock_is_live(void)
{
	autofd fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 && errno == EACCES;
}
