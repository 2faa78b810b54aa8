/* SPDX-License-Identifier: ISC */
/*
 * gcpkce decide: the policy on a recorded identity, without network, secret or
 * sign-in.  It reads with the helper's code and judges with the module's code.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "gcpkce/config/policy.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/oauth/reply.h"

/* One part of the input as the text that a host would have sent. */
static bool
part_text(struct json_object *input, const char *name, struct view *ret_text)
{
	struct json_object *part = NULL;

	if (!json_object_object_get_ex(input, name, &part) || part == NULL)
		return false;
	/* never longer than the input: a slash stays one byte */
	*ret_text = view_text(json_object_to_json_string_ext(
	    part, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	return true;
}

static enum outcome
identity_read(struct json_object *input, struct identity_needs needs,
    struct identity *identity, struct errinfo *reterr)
{
	const struct provider *provider = &provider_genesys;
	autoreply reply = {0};
	struct view text = {0};
	enum outcome r = OUTCOME_OK;

	if (part_text(input, "reply", &text))
		r = token_reply_parse(text, &reply, reterr);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++) {
		const struct identity_request *asked = &provider->identity[i];

		if (!part_text(input, asked->input, &text))
			return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
			    "\"%s\", the reply of %s, is missing", asked->input,
			    asked->called);
		r = asked->parse(text, needs, identity, reterr);
	}
	return r;
}

static enum outcome
decide(const struct options *options, struct identity *identity,
    struct errinfo *reterr)
{
	autofree struct config *config = calloc(1, sizeof(*config));
	autopolicy policy = {0};
	autobuf text = BUF_INIT(JSON_TEXT_MAX);
	autojson *input = NULL;

	if (config == NULL)
		return OUTCOME_NO_MEMORY;
	enum outcome r =
	    command_config(options->conf, CONFIG_FOR_DECIDE, config);
	if (r == OUTCOME_OK)
		r = policy_gather(config, options->user, &policy, reterr);
	if (r == OUTCOME_OK)
		r = command_input(NULL, &text, reterr);
	if (r == OUTCOME_OK)
		r = json_parse_object(buf_view(&text), &input, reterr);
	if (r == OUTCOME_OK)
		r = identity_read(
		    input, policy_needs(config), identity, reterr);
	if (r == OUTCOME_OK)
		r = policy_decide(&policy, identity, reterr);
	return r;
}

int
command_decide(const struct options *options)
{
	autoidentity identity = {0};
	struct errinfo why = {0};

	if (options->user == NULL)
		return command_usage("decide needs --user", "");
	enum outcome r = decide(options, &identity, &why);
	const char *cause = command_cause(r, outcome_log_text(r), &why);
	if (options->json) {
		struct json_object *json = command_json_new(r);

		json_put_text(json, "user", options->user);
		command_json_subject(json, identity.id);
		json_put_text(json, "pam", command_pam_text(r));
		json_put_text(json, "cause", cause);
		command_json_print(json);
	} else {
		(void)printf("%s: %s (%s)\n", outcome_name(r), cause,
		    command_pam_text(r));
	}
	return r == OUTCOME_OK ? EXIT_GOOD : EXIT_BAD;
}
