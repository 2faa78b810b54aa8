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

/* What recorded claims must agree with. */
static struct identity_context
context_of(const struct config *config)
{
	return (struct identity_context){
	    .needs = policy_needs(config),
	    .terms =
		{
		    .issuer = config->issuer,
		    .client_id = config->client_id,
		    .organization = config->organization,
		    .nonce_if_present = config->nonce == NONCE_IF_PRESENT,
		    .skew_s = (long)config->clock_skew,
		},
	};
}

static enum outcome
identity_read(struct view text, const struct config *config,
    struct identity *identity, struct errinfo *reterr)
{
	const struct wire_route route = {
	    .provider = config->provider, .userinfo = config->userinfo};
	const struct provider *provider = provider_of(&route);
	struct identity_context context = context_of(config);
	autoreply reply = {0};
	autojson *input = NULL;
	struct view part = {0};

	enum outcome r = json_parse_object(text, &input, reterr);
	/* json-c replaces it, and the parser of the part would not see it */
	if (r == OUTCOME_OK && provider->uses_id_token &&
	    json_has_half_character(text))
		r = err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "the input has half a character");
	if (r == OUTCOME_OK && part_text(input, "reply", &part))
		r = token_reply_parse(provider, part, &reply, reterr);
	context.terms.access_token = secret_view(reply.access_token);
	for (size_t i = 0; r == OUTCOME_OK && i < PROVIDER_REQUESTS; i++) {
		const struct identity_request *asked = &provider->identity[i];

		if (!identity_is_wanted(asked, &route))
			continue;
		if (!part_text(input, asked->input, &part))
			return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
			    "\"%s\", %s, is missing", asked->input,
			    asked->called);
		r = asked->parse_input(part, &context, identity, reterr);
	}
	return r;
}

static enum outcome
decide(const struct options *options, struct config *config,
    struct identity *identity, struct errinfo *reterr)
{
	autopolicy policy = {0};
	autobuf text = BUF_INIT(JSON_TEXT_MAX);

	enum outcome r =
	    command_config(options->conf, CONFIG_FOR_DECIDE, config);
	if (r == OUTCOME_OK)
		r = policy_gather(config, options->user, &policy, reterr);
	if (r == OUTCOME_OK)
		r = command_input(NULL, &text, reterr);
	if (r == OUTCOME_OK)
		r = identity_read(buf_view(&text), config, identity, reterr);
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
	autofree struct config *config = calloc(1, sizeof(*config));
	enum outcome r = config != NULL
	    ? decide(options, config, &identity, &why)
	    : OUTCOME_NO_MEMORY;
	const char *cause = command_cause(r, outcome_log_text(r), &why);
	if (options->json) {
		struct json_object *json = command_json_new(r);

		json_put_text(json, "user", options->user);
		command_json_subject(json,
		    config != NULL ? config->provider : PROVIDER_GENESYS,
		    identity.id);
		json_put_text(json, "pam", command_pam_text(r));
		json_put_text(json, "cause", cause);
		command_json_print(json);
	} else {
		(void)printf("%s: %s (%s)\n", outcome_name(r), cause,
		    command_pam_text(r));
	}
	return r == OUTCOME_OK ? EXIT_GOOD : EXIT_BAD;
}
