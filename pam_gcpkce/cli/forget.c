/* SPDX-License-Identifier: ISC */
/*
 * gcpkce forget: remove remembered sign-ins, so that the next one needs a
 * browser.  The configuration is not read: records may outlast it.
 */
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "gcpkce/config/remembered.h"

int
command_forget(const struct options *options)
{
	struct errinfo why = {0};
	size_t count = 0;

	if ((options->user != NULL) == options->all)
		return command_usage("forget needs --user NAME or --all", "");
	enum outcome r = geteuid() == 0
	    ? remembered_forget(options->user, &count, &why)
	    : err_set(&why, OUTCOME_SYSTEM_ERROR,
		  "remembered sign-ins are root's; run this as root");
	if (options->json) {
		struct json_object *json = command_json_new(r);

		json_put_text(
		    json, "cause", command_cause(r, "they are removed", &why));
		(void)json_object_object_add(
		    json, "forgotten", json_object_new_int64((int64_t)count));
		command_json_print(json);
	} else {
		if (r == OUTCOME_OK || count > 0)
			(void)printf("forgotten: %zu remembered sign-in%s\n",
			    count, count == 1 ? "" : "s");
		if (r != OUTCOME_OK)
			(void)command_fail(command_cause(r, "", &why));
	}
	return r == OUTCOME_OK ? EXIT_GOOD : EXIT_BAD;
}
