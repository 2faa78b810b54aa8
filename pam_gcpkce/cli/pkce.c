/* SPDX-License-Identifier: ISC */
/*
 * gcpkce pkce: for developers of other clients.
 */
#include <stdio.h>

#include "cli/diagnose/pkce_lint.h"
#include "command.h"
#include "gcpkce/oauth/pkce.h"

static int
pair_print(const struct options *options, struct view verifier)
{
	char challenge[PKCE_CHALLENGE_LEN + 1];
	struct errinfo why = {0};
	int len = (int)verifier.len;
	const char *text = (const char *)verifier.p;

	if (pkce_challenge(verifier, challenge, &why) != OUTCOME_OK)
		return command_fail(why.text);
	if (!options->json) {
		(void)printf("code_verifier:         %.*s\n"
			     "code_challenge:        %s\n"
			     "code_challenge_method: S256\n",
		    len, text, challenge);
		return EXIT_GOOD;
	}
	struct json_object *json = command_json_bare();
	json_put_view(json, "code_verifier", verifier);
	json_put_text(json, "code_challenge", challenge);
	json_put_text(json, "code_challenge_method", "S256");
	command_json_print(json);
	return EXIT_GOOD;
}

static int
pair_make(const struct options *options)
{
	autosecret *verifier = NULL;
	struct errinfo why = {0};

	if (pkce_verifier_new(&verifier, &why) != OUTCOME_OK)
		return command_fail(why.text);
	return pair_print(options, secret_view(verifier));
}

static void
lint_print_json(const struct pkce_lint *lint, const char *text)
{
	struct json_object *json = command_json_bare();
	struct json_object *names = json_object_new_array();
	struct json_object *skipped = json_object_new_array();

	for (size_t i = 0; i < lint->count; i++)
		json_append(
		    names, json_object_new_string(lint->mistakes[i].name));
	if (lint->sha1_not_compared)
		json_append(skipped, json_object_new_string("sha1"));
	json_put(json, "right", json_object_new_boolean(lint->count == 0));
	json_put(json, "faults", names);
	json_put(json, "not_compared", skipped);
	json_put_text(json, "text", text);
	command_json_print(json);
}

static int
lint_print(const struct options *options, const struct pkce_lint *lint)
{
	static const char good[] = "The challenge is right for this verifier.";
	autobuf text = BUF_INIT(8192);

	if (!options->json && lint->count == 0)
		(void)printf("right: %s\n", good);
	for (size_t i = 0; i < lint->count; i++) {
		if (!options->json)
			(void)printf("wrong: %s\n", lint->mistakes[i].text);
		buf_printf(
		    &text, "%s%s", i > 0 ? " " : "", lint->mistakes[i].text);
	}
	if (options->json)
		lint_print_json(lint, lint->count > 0 ? buf_text(&text) : good);
	else if (lint->count > 0 && lint->sha1_not_compared)
		(void)printf("not compared: SHA-1, which OpenSSL does not "
			     "offer on this host\n");
	return lint->count == 0 ? EXIT_GOOD : EXIT_BAD;
}

int
command_pkce(const struct options *options)
{
	struct pkce_lint lint;
	struct errinfo why = {0};
	struct view challenge = {0};

	if (options->verifier == NULL)
		return options->challenge == NULL
		    ? pair_make(options)
		    : command_usage("--challenge needs --verifier", "");
	struct view verifier = view_text(options->verifier);
	if (options->challenge != NULL)
		challenge = view_text(options->challenge);
	enum outcome r = pkce_lint(verifier, challenge, &lint, &why);
	if (r == OUTCOME_NO_MEMORY)
		return command_usage(why.text, "");
	if (r != OUTCOME_OK)
		return command_fail(why.text);
	if (options->challenge == NULL && lint.count == 0)
		return pair_print(options, verifier);
	return lint_print(options, &lint);
}
