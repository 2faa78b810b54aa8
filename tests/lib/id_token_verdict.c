/* SPDX-License-Identifier: ISC */
/*
 * The verdict of the product about id_tokens, for tests that make them by other
 * programs: for each line TOKEN JWKS-FILE, a line with outcome, id and cause,
 * separated by tabs.  The terms are arguments.  Never installed.
 *
 *     id-token-verdict ISSUER CLIENT TENANT NONCE ACCESS-TOKEN STARTED NOW SKEW
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gcpkce/oauth/id_token.h"

/* Read a file; what is too long is read as far as one byte beyond. */
static bool
file_read(const char *path, struct buf *ret)
{
	char block[4096];
	size_t len;
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return false;
	while ((len = fread(block, 1, sizeof(block), file)) > 0)
		buf_put(ret, block, len);
	return fclose(file) == 0 && !ret->failed;
}

static int
line_judge(char *line, const struct id_token_terms *terms)
{
	autobuf jwks = BUF_INIT(4 * (size_t)JWKS_MAX);
	autoidentity identity = {0};
	struct errinfo why = {0};
	bool unknown = false;
	char *path = strrchr(line, ' ');

	if (path == NULL)
		return 1;
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (!file_read(path, &jwks))
		return 1;
	enum outcome r = id_token_verify(
	    view_text(line), buf_view(&jwks), terms, &identity, &unknown, &why);
	(void)printf("%s\t%s\t%s%s\n", outcome_name(r), identity.id, why.text,
	    unknown ? " (unknown)" : "");
	return 0;
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0;
	int status = 0;

	if (argc != 9)
		return 2;
	const struct id_token_terms terms = {.issuer = argv[1],
	    .client_id = argv[2],
	    .organization = argv[3],
	    .nonce = argv[4],
	    .access_token = view_text(argv[5]),
	    .started_s = atoll(argv[6]),
	    .now_s = atoll(argv[7]),
	    .skew_s = atol(argv[8])};
	while (status == 0 && getline(&line, &cap, stdin) > 0)
		status = line_judge(line, &terms);
	free(line);
	return status;
}
