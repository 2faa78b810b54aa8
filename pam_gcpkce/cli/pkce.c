/* SPDX-License-Identifier: ISC */
/*
 * gcpkce pkce: for developers of clients of their own.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "gcpkce/pkce.h"

static int
pair_print(const struct options *options, struct view verifier)
{
	char challenge[PKCE_CHALLENGE_LEN + 1];

	pkce_challenge(verifier, challenge);
	if (!options->json) {
		(void)printf("code_verifier:         %.*s\n", (int)verifier.len,
		    (const char *)verifier.p);
		(void)printf("code_challenge:        %s\n", challenge);
		(void)printf("code_challenge_method: S256\n");
		return EXIT_GOOD;
	}
	struct json_object *json = json_object_new_object();
	(void)json_object_object_add(
	    json, "version", json_object_new_int(JSON_VERSION));
	(void)json_object_object_add(json, "code_verifier",
	    json_object_new_string_len(
		(const char *)verifier.p, (int)verifier.len));
	command_json_text(json, "code_challenge", challenge);
	command_json_text(json, "code_challenge_method", "S256");
	command_json_print(json);
	return EXIT_GOOD;
}

static int
pair_make(const struct options *options)
{
	autosecret *verifier = NULL;
	struct errinfo why = {0};

	if (pkce_verifier_new(&verifier, &why) != OUTCOME_OK) {
		(void)fprintf(stderr, "gcpkce: %s\n", why.text);
		return EXIT_BAD;
	}
	return pair_print(options, secret_view(verifier));
}

static int
verdict_print(const struct options *options, bool good, const char *text)
{
	if (options->json) {
		struct json_object *json = json_object_new_object();

		(void)json_object_object_add(
		    json, "version", json_object_new_int(JSON_VERSION));
		(void)json_object_object_add(
		    json, "right", json_object_new_boolean(good));
		command_json_text(json, "text", text);
		command_json_print(json);
	} else {
		(void)printf("%s: %s\n", good ? "right" : "wrong", text);
	}
	return good ? EXIT_GOOD : EXIT_BAD;
}

int
command_pkce(const struct options *options)
{
	enum pkce_match match;
	struct errinfo why = {0};

	if (options->verifier == NULL)
		return options->challenge == NULL
		    ? pair_make(options)
		    : command_usage("--challenge needs --verifier", "");

	struct view verifier = view_text(options->verifier);
	if (options->challenge != NULL) {
		if (pkce_compare(verifier, view_text(options->challenge),
			&match, &why) != OUTCOME_OK) {
			(void)fprintf(stderr, "gcpkce: %s\n", why.text);
			return EXIT_BAD;
		}
		if (match != PKCE_MATCH_RIGHT)
			return verdict_print(
			    options, false, pkce_match_text(match));
	}
	if (!pkce_verifier_is_valid(verifier))
		return verdict_print(options, false,
		    "the verifier is not 43 to 128 characters of "
		    "[A-Za-z0-9-._~], as RFC 7636 section 4.1 asks");
	if (options->challenge != NULL)
		return verdict_print(
		    options, true, pkce_match_text(PKCE_MATCH_RIGHT));
	return pair_print(options, verifier);
}
