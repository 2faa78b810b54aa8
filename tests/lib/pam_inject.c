/* SPDX-License-Identifier: ISC */
/*
 * A PAM module that answers what the test wants: of the file that
 * GCPKCE_ANSWERS names, the line with its own "at=" argument.
 *
 *   auth required /path/pam_inject.so at=common-auth:3
 */
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY __attribute__((visibility("default")))

static const char *
place_of(int argc, const char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "at=", 3) == 0)
			return argv[i] + 3;
	}
	return "";
}

/* Lines are "PLACE NUMBER"; an answer that is missing spoils the test. */
static int
answer(int argc, const char **argv)
{
	const char *path = getenv("GCPKCE_ANSWERS");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	char place[512];
	int result;
	int found = PAM_ABORT;

	if (file == NULL)
		return PAM_ABORT;
	while (fscanf(file, "%511s %d", place, &result) == 2) {
		if (strcmp(place, place_of(argc, argv)) == 0)
			found = result;
	}
	(void)fclose(file);
	return found;
}

#define ANSWER(name) \
	ENTRY int name( \
	    pam_handle_t *pamh, int flags, int argc, const char **argv) \
	{ \
		(void)pamh; \
		(void)flags; \
		return answer(argc, argv); \
	}

ANSWER(pam_sm_authenticate)
ANSWER(pam_sm_setcred)
ANSWER(pam_sm_acct_mgmt)
ANSWER(pam_sm_open_session)
ANSWER(pam_sm_close_session)
ANSWER(pam_sm_chauthtok)
