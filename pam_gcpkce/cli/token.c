/* SPDX-License-Identifier: ISC */
/*
 * The token of a session, as pam_gcpkce passed it on.  The environment is the
 * caller's own; a file is opened so that it cannot be replaced by another's.
 */
#include "token.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gcpkce/base/text.h"
#include "gcpkce/wire/wire.h"

static enum outcome
token_make(struct view bytes, const char *place, struct secret **ret,
    struct errinfo *reterr)
{
	if (bytes.len > WIRE_TOKEN_MAX || !text_is_token(bytes))
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "%s holds no token: 1 to %d printable characters without "
		    "a blank",
		    place, WIRE_TOKEN_MAX);
	return secret_new(bytes.p, bytes.len, ret);
}

static enum outcome
file_refuse(struct errinfo *reterr, const char *why)
{
	return err_set(reterr, OUTCOME_TOKEN_INVALID,
	    "the file of " ENV_TOKEN_FILE " %s", why);
}

static enum outcome
file_read(const char *path, struct secret **ret, struct errinfo *reterr)
{
	/* a FIFO must not hang the command */
	autofd fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	autobuf text = BUF_INIT(WIRE_TOKEN_MAX + 2); /* with a line break */
	uint8_t block[512];
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(reterr, OUTCOME_TOKEN_INVALID,
		    "the file of " ENV_TOKEN_FILE " cannot be opened");
	if (!S_ISREG(st.st_mode))
		return file_refuse(reterr, "is not a regular file");
	if (st.st_uid != geteuid())
		return file_refuse(reterr, "belongs to another user");
	while ((got = read(fd, block, sizeof(block))) > 0)
		buf_put(&text, block, (size_t)got);
	explicit_bzero(block, sizeof(block));
	if (got < 0)
		return err_sys(reterr, OUTCOME_TOKEN_INVALID,
		    "the file of " ENV_TOKEN_FILE " cannot be read");
	if (text.failed)
		return file_refuse(reterr, "is larger than a token");
	struct view bytes = buf_view(&text);
	if (bytes.len > 0 && bytes.p[bytes.len - 1] == '\n')
		bytes.len--;
	return token_make(bytes, "the file of " ENV_TOKEN_FILE, ret, reterr);
}

enum outcome
token_find(
    const struct config *config, struct secret **ret, struct errinfo *reterr)
{
	const char *token = secure_getenv(config->token_env);
	const char *path = secure_getenv(ENV_TOKEN_FILE);

	if (token != NULL && token[0] != '\0')
		return token_make(
		    view_text(token), config->token_env, ret, reterr);
	if (path != NULL && path[0] != '\0')
		return file_read(path, ret, reterr);
	if (secure_getenv(ENV_USER_ID) != NULL)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "this session's sign-in was remembered, so it has no "
		    "token; \"gcpkce login --export\" gets one");
	return err_set(reterr, OUTCOME_TOKEN_INVALID,
	    "there is no token: neither %s nor " ENV_TOKEN_FILE " is set",
	    config->token_env[0] != '\0' ? config->token_env
					 : "what token_env names");
}

void
token_expires(char ret[static CLOCK_STAMP_LEN + 1])
{
	const char *stamp = secure_getenv(ENV_TOKEN_EXPIRES);
	struct tm tm = {0};
	const char *end =
	    stamp != NULL ? strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	ret[0] = '\0';
	if (end != NULL && *end == '\0' && strlen(stamp) == CLOCK_STAMP_LEN)
		memcpy(ret, stamp, CLOCK_STAMP_LEN + 1);
}
