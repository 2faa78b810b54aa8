/* SPDX-License-Identifier: ISC */
/*
 * Stands in the helper's place for the module of traced.c: runs the helper
 * under callgrind.  The paths are those of the bench's private /run.
 */
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
	static const char valgrind[] = "/usr/bin/valgrind";

	(void)execl(valgrind, valgrind, "-q", "--vgdb=no", "--tool=callgrind",
	    "--callgrind-out-file=" PLACE "/out/helper.%p", PLACE "/helper",
	    (char *)NULL);
	perror(valgrind);
	return 127;
}
