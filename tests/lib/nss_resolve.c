/* SPDX-License-Identifier: ISC */
/*
 * A module of libc's resolver that does what nss-resolve does: it asks its
 * daemon by a UNIX socket.  Where it gets one, it ends the look-up.
 */
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <sys/socket.h>
#include <unistd.h>

struct gaih_addrtuple;
__attribute__((visibility("default"))) enum nss_status
_nss_resolve_gethostbyname4_r(const char *name, struct gaih_addrtuple **found,
    char *buffer, size_t len, int *reterrno, int *reth_errno, int32_t *ttl);

enum nss_status
_nss_resolve_gethostbyname4_r(const char *name, struct gaih_addrtuple **found,
    char *buffer, size_t len, int *reterrno, int *reth_errno, int32_t *ttl)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)name;
	(void)found;
	(void)buffer;
	(void)len;
	(void)ttl;
	*reterrno = errno;
	*reth_errno = NO_RECOVERY;
	if (fd < 0)
		return NSS_STATUS_UNAVAIL;
	(void)close(fd);
	*reth_errno = HOST_NOT_FOUND;
	return NSS_STATUS_NOTFOUND;
}
