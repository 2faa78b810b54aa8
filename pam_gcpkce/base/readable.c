/* SPDX-License-Identifier: ISC */
/*
 * The list and the trust store.  The helper reads the store in its sandbox: a
 * file that Landlock or the file modes deny counts as missing.
 */
#include "gcpkce/base/readable.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_LEN 8
#define HASHED_LEAST 16

static const char *const readable[] = {
    /* the loader: modules of the resolver, TLS and iconv are loaded late */
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/etc/ld.so.cache",
    /* the resolver; the directories may hold the target of resolv.conf */
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    /* TLS: settings, certificates, and targets of links in its directories */
    "/etc/ssl",
    "/etc/ssl/openssl.cnf",
    "/etc/pki",
    "/etc/pki/tls/openssl.cnf",
    "/etc/crypto-policies",
    "/etc/crypto-policies/back-ends/opensslcnf.config",
    "/etc/ca-certificates",
    "/etc/gnutls",
    "/usr/share/ca-certificates",
    "/usr/share/crypto-policies",
    "/usr/share/pki",
    "/usr/local/share/ca-certificates",
    "/var/lib/ca-certificates",
    "/usr/local/ssl",
    /* libc and libcrypto themselves */
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/etc/localtime",
    "/proc/sys/crypto",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu/online",
    NULL,
};

static const char *const directories[] = {
    "/etc/ssl/certs", "/etc/pki/tls/certs", NULL};

/* In the order in which curl's configure searches. */
const char *const trust_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    NULL,
};

bool
trust_name_is_hashed(const char *name)
{
	return strspn(name, "0123456789abcdef") == HASH_LEN &&
	    name[HASH_LEN] == '.' && name[HASH_LEN + 1] != '\0' &&
	    strspn(name + HASH_LEN + 1, "0123456789") ==
	    strlen(name + HASH_LEN + 1);
}

/* Is it a directory of the list, or below one? */
static bool
is_listed(const char *path)
{
	for (const char *const *r = readable; *r != NULL; r++) {
		size_t len = strlen(*r);

		if (strncmp(path, *r, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}

/* The target of the latest link: most links in a directory share one target. */
struct way {
	size_t len; /* of the target's directory, as written in the link */
	char target[PATH_MAX];
	bool listed;
};

/* Is the target of a link in a directory of the list? */
static bool
leads_to_listed(struct way *way, const char *directory, const char *target)
{
	size_t len = (size_t)(strrchr(target, '/') - target);
	char path[2 * PATH_MAX];
	char real[PATH_MAX];

	if (way->len == len && memcmp(way->target, target, len) == 0)
		return way->listed;
	(void)snprintf(path, sizeof(path), "%s/%.*s",
	    target[0] == '/' ? "" : directory, (int)len, target);
	way->len = len;
	memcpy(way->target, target, len);
	way->listed = realpath(path, real) != NULL && is_listed(real);
	return way->listed;
}

static bool
is_link(int directory, const char *path)
{
	struct stat st;

	return fstatat(directory, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode);
}

/*
 * Visit the links in a directory of certificates whose target is outside the
 * list, or is another link in it, which may lead outside.
 */
static bool
links_walk(const char *directory, readable_fn *each, void *arg)
{
	char path[PATH_MAX];
	char target[PATH_MAX];
	struct way way = {0};
	const struct dirent *entry;
	bool go_on = true;
	DIR *dir = opendir(directory);

	while (dir != NULL && go_on && (entry = readdir(dir)) != NULL) {
		if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
			continue;
		ssize_t len = readlinkat(
		    dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (len <= 0)
			continue;
		target[len] = '\0';
		if (strchr(target, '/') == NULL ||
		    (leads_to_listed(&way, directory, target) &&
			!is_link(dirfd(dir), target)))
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/%s", directory, entry->d_name);
		go_on = each(arg, path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return go_on;
}

static bool
list_walk(const char *const *list, readable_fn *each, void *arg)
{
	for (; *list != NULL; list++) {
		if (!each(arg, *list))
			return false;
	}
	return true;
}

static bool
store_walk(readable_fn *each, void *arg)
{
	for (const char *const *d = directories; *d != NULL; d++) {
		if (!links_walk(*d, each, arg))
			return false;
	}
	return list_walk(directories, each, arg) &&
	    list_walk(trust_bundles, each, arg);
}

bool
readable_walk(const char *ca_file, readable_fn *each, void *arg)
{
	return list_walk(readable, each, arg) &&
	    (ca_file[0] != '\0' ? each(arg, ca_file) : store_walk(each, arg));
}

/* Is it a system's store, not just one or two certificates added locally? */
static bool
is_hashed_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned hashed = 0;

	if (dir == NULL)
		return false;
	while (hashed < HASHED_LEAST && (entry = readdir(dir)) != NULL)
		hashed += trust_name_is_hashed(entry->d_name) ? 1 : 0;
	(void)closedir(dir);
	return hashed == HASHED_LEAST;
}

const char *
trust_directory(void)
{
	for (const char *const *d = directories; *d != NULL; d++) {
		if (is_hashed_directory(*d))
			return *d;
	}
	return "";
}

const char *
trust_bundle(void)
{
	for (const char *const *b = trust_bundles; *b != NULL; b++) {
		autofd fd = open(*b, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

		if (fd >= 0)
			return *b;
	}
	return "";
}
