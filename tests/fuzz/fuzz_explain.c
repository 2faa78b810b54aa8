/* SPDX-License-Identifier: ISC */
/*
 * What is handed to gcpkce explain: a first byte of circumstances, then
 * anything.  Whatever comes of it is of the tables, each hint once, and what
 * was seen in front.
 */
#include "cli/diagnose/explain.h"
#include "fuzz.h"

static void
explanation_check(const struct explanation *e)
{
	bool listed[HINT_COUNT] = {false};

	HOLD(e->row != NULL && e->row->meaning[0] != '\0');
	HOLD(e->count < HINT_COUNT);
	for (size_t i = 0; i < e->count; i++) {
		enum hint hint = e->hints[i].hint;

		HOLD(hint > HINT_NONE && hint < HINT_COUNT);
		HOLD(!listed[hint]);
		listed[hint] = true;
		HOLD(i == 0 || e->hints[i].certainty != CERTAINTY_SEEN ||
		    e->hints[i - 1].certainty == CERTAINTY_SEEN);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {.p = data, .len = size};
	uint8_t circumstances = input_byte(&in);
	const struct config known = {
	    .client_id = "11111111-2222-4333-8444-555555555555",
	    .redirect_uri = "https://host.example/callback",
	    .login_url = "https://login.mypurecloud.de",
	    .client_secret_file = {(circumstances & 2) != 0 ? '/' : '\0'},
	};
	struct explanation e;
	struct errinfo why = {0};

	enum outcome r = explain_read((struct view){.p = in.p, .len = in.len},
	    (circumstances & 1) != 0 ? &known : NULL, &e, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_REPLY_INVALID);
	if (r == OUTCOME_OK)
		explanation_check(&e);
	else
		HOLD(why.text[0] != '\0');
	return 0;
}
