/* SPDX-License-Identifier: ISC */
/*
 * A PAM host for stacks of pam_inject.so: says what libpam answers.
 *
 *   inject-host DIRECTORY < lines of "SERVICE ANSWERS-FILE"
 *
 * For each line one of output: "NUMBER", the result of pam_authenticate, or
 * "start NUMBER" when pam_start fails already.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	(void)count;
	(void)messages;
	(void)responses;
	(void)data;
	return PAM_CONV_ERR;
}

static void
try(const char *directory, const char *service)
{
	static const struct pam_conv conv = {converse, NULL};
	pam_handle_t *pamh = NULL;

	int r = pam_start_confdir(service, "nobody", &conv, directory, &pamh);
	if (r != PAM_SUCCESS) {
		(void)printf("start %d\n", r);
		return;
	}
	r = pam_authenticate(pamh, 0);
	(void)printf("%d\n", r);
	(void)pam_end(pamh, r);
}

int
main(int argc, char **argv)
{
	char service[256];
	char answers[4096];

	if (argc != 2)
		return 2;
	while (scanf("%255s %4095s", service, answers) == 2) {
		(void)setenv("GCPKCE_ANSWERS", answers, 1);
		try(argv[1], service);
	}
	return 0;
}
