/* SPDX-License-Identifier: ISC */
/*
 * gcpkce pkce: for developers of clients of their own.
 */
#include <stdio.h>
#include <string.h>

#include "cli/diagnose/pkce_fault.h"
#include "command.h"
#include "gcpkce/oauth/pkce.h"

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

static void
faults_print(const struct pkce_faults *faults, const char *good)
{
	if (faults->count == 0)
		(void)printf("right: %s\n", good);
	for (size_t i = 0; i < faults->count; i++)
		(void)printf("wrong: %s\n", pkce_fault_text(faults->list[i]));
}

static void
faults_print_json(const struct pkce_faults *faults, const char *good)
{
	struct json_object *json = json_object_new_object();
	struct json_object *names = json_object_new_array();
	autobuf text = BUF_INIT(8192);

	for (size_t i = 0; i < faults->count; i++) {
		(void)json_object_array_add(names,
		    json_object_new_string(pkce_fault_name(faults->list[i])));
		buf_put_text(&text, i > 0 ? " " : "");
		buf_put_text(&text, pkce_fault_text(faults->list[i]));
	}
	(void)json_object_object_add(
	    json, "version", json_object_new_int(JSON_VERSION));
	(void)json_object_object_add(
	    json, "right", json_object_new_boolean(faults->count == 0));
	(void)json_object_object_add(json, "faults", names);
	command_json_text(
	    json, "text", faults->count > 0 ? buf_text(&text) : good);
	command_json_print(json);
}

static int
verdict_print(const struct options *options, const struct pkce_faults *faults)
{
	static const char good[] = "The challenge is right for this verifier.";

	if (options->json)
		faults_print_json(faults, good);
	else
		faults_print(faults, good);
	return faults->count == 0 ? EXIT_GOOD : EXIT_BAD;
}

int
command_pkce(const struct options *options)
{
	struct pkce_faults faults = {0};

	if (options->verifier == NULL)
		return options->challenge == NULL
		    ? pair_make(options)
		    : command_usage("--challenge needs --verifier", "");

	struct view verifier = view_text(options->verifier);
	if (options->challenge == NULL) {
		pkce_faults_of_verifier(verifier, &faults);
		return faults.count == 0 ? pair_print(options, verifier)
					 : verdict_print(options, &faults);
	}
	if (pkce_faults_find(
		verifier, view_text(options->challenge), &faults) != OUTCOME_OK)
		return command_usage(
		    "verifier or challenge is far too long", "");
	return verdict_print(options, &faults);
}
