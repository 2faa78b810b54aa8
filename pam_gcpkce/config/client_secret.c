/* SPDX-License-Identifier: ISC */
/*
 * Reading the client secret.  No message ever shows a byte of it.
 */
#include "gcpkce/config/client_secret.h"

#include <string.h>
#include <unistd.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/config.h"
#include "gcpkce/config/lines.h"
#include "gcpkce/config/safefile.h"

#define SECRET_MAX 511 /* the limit of a request's frame */

const char *
client_secret_place(const char *path)
{
	char dir[CONFIG_TEXT_CAP];
	const char *last = strrchr(path, '/');

	if (last == NULL || last == path || strlen(path) >= sizeof(dir))
		return "client_secret_file";
	memcpy(dir, path, (size_t)(last - path));
	dir[last - path] = '\0';
	return access(dir, F_OK) == 0 ? path : "client_secret_file";
}

enum outcome
client_secret_read(
    const char *path, struct secret **ret, struct errinfo *reterr)
{
	struct view line = {0};
	autofd fd = -1;

	*ret = NULL;
	if (path[0] == '\0')
		return OUTCOME_OK;
	enum outcome r = safefile_open(path, SAFEFILE_SECRET, &fd, reterr);
	if (r != OUTCOME_OK)
		return r == OUTCOME_NO_MEMORY ? r : OUTCOME_SECRET_UNREADABLE;
	if (fd < 0)
		return err_fault(reterr, OUTCOME_SECRET_UNREADABLE,
		    client_secret_place(path),
		    "write the client secret into it", "does not exist");
	autolines lines = {.fd = fd, .path = path};
	r = lines_next(&lines, &line, reterr);
	if (r != OUTCOME_OK)
		return r == OUTCOME_NO_MEMORY ? r : OUTCOME_SECRET_UNREADABLE;
	line = lines_trim(line);
	lines.number = 1; /* also for an empty file */
	if (!text_is_token(line) || line.len > SECRET_MAX)
		return err_fault(reterr, OUTCOME_SECRET_UNREADABLE,
		    lines_place(&lines),
		    "write the secret alone on the first line",
		    "is not a client secret");
	return secret_new(line.p, line.len, ret);
}
