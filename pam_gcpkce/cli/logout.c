/* SPDX-License-Identifier: ISC */
/*
 * gcpkce logout: end the token of this session, and wait until it is confirmed.
 */
#include <stdio.h>

#include "command.h"
#include "gcpkce/helper_client/helper_client.h"
#include "token.h"

static enum outcome
logout_run(const struct options *options, char *correlation, size_t cap,
    struct errinfo *reterr)
{
	autofree struct config *config = calloc(1, sizeof(*config));
	autofree struct wire_token_info *reply = calloc(1, sizeof(*reply));
	autosecret *token = NULL;

	if (config == NULL || reply == NULL)
		return err_set(reterr, OUTCOME_NO_MEMORY, "no memory");
	enum outcome r =
	    command_config(options->conf, CONFIG_FOR_TOKEN, config);
	if (r == OUTCOME_OK)
		r = token_find(config, &token, reterr);
	if (r == OUTCOME_OK)
		r = helper_client_token(
		    config, WIRE_TASK_REVOKE, token, reply, reterr);
	(void)snprintf(correlation, cap, "%s", reply->verdict.correlation);
	wire_token_reply_done(reply);
	return r;
}

int
command_logout(const struct options *options)
{
	char correlation[WIRE_CORRELATION_MAX + 1] = "";
	struct errinfo why = {0};

	enum outcome r =
	    logout_run(options, correlation, sizeof(correlation), &why);
	const char *cause = command_cause(r, "the token is revoked", &why);
	if (options->json) {
		struct json_object *json = command_json_new(r);

		json_put_text(json, "cause", cause);
		json_put_text(json, "correlation", correlation);
		command_json_print(json);
	} else if (r == OUTCOME_OK) {
		(void)printf("revoked: %s\n", cause);
	} else {
		(void)fprintf(
		    stderr, "not revoked: %s: %s\n", outcome_name(r), cause);
	}
	return r == OUTCOME_OK ? EXIT_GOOD : EXIT_BAD;
}
