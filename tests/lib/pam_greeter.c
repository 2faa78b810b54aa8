/* SPDX-License-Identifier: ISC */
/*
 * A PAM host that lives long, as a greeter or a screen locker does: it signs
 * in one account after the other in the same process.  Each line "SERVICE
 * ACCOUNT" of its input is one sign-in, with a session that is opened and
 * closed; what is asked is printed, and the next line is the answer.  Then it
 * says how it ended and how many bytes its heap holds.  It does not wait after
 * a denial, as a host that people reach must.
 *
 *   pam-greeter
 */
#include <malloc.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "no_delay.h"

/* Reads one line without its end; zero at the end of the input. */
static int
line_read(char *line, size_t size)
{
	if (fgets(line, (int)size, stdin) == NULL)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	return 1;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	struct pam_response *answers =
	    calloc((size_t)count, sizeof(struct pam_response));
	char line[4096];

	(void)data;
	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		(void)fputs(messages[i]->msg, stdout);
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_ON) {
			(void)fflush(stdout);
			if (line_read(line, sizeof(line)))
				answers[i].resp = strdup(line);
		}
	}
	*responses = answers;
	return PAM_SUCCESS;
}

static int
sign_in(pam_handle_t *pamh)
{
	int result = set_no_delay(pamh);

	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_acct_mgmt(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	if (result == PAM_SUCCESS)
		result = pam_open_session(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_close_session(pamh, 0);
	return result;
}

int
main(void)
{
	const struct pam_conv conv = {.conv = converse};
	char line[256];

	while (line_read(line, sizeof(line))) {
		pam_handle_t *pamh = NULL;
		char *account = strchr(line, ' ');
		int result = 0;

		if (account == NULL)
			return 2;
		*account++ = '\0';
		result = pam_start(line, account, &conv, &pamh);
		if (result == PAM_SUCCESS) {
			result = sign_in(pamh);
			(void)pam_end(pamh, result);
		}
		(void)printf(
		    "\n@@result=%d heap=%zu\n", result, mallinfo2().uordblks);
		(void)fflush(stdout);
	}
	return 0;
}
