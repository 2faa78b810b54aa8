/* SPDX-License-Identifier: ISC */
/*
 * The helper's orders: it has neither arguments nor an environment, so they
 * are in a page of a file that the test has made, and what came of them, too.
 * It is mapped before main, while no sandbox stands.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"

static struct injection none;
struct injection *injection = &none;

__attribute__((constructor)) static void
page_map(void)
{
	int fd = open(INJECT_PAGE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	void *page = mmap(NULL, sizeof(*injection), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	if (page != MAP_FAILED)
		injection = page;
	(void)close(fd);
}
