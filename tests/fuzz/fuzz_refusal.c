/* SPDX-License-Identifier: ISC */
/*
 * Error bodies of both hosts: two bytes of status, two of circumstances, and a
 * body.  A status decides where it does; a code is refused by the right words
 * alone; whatever is said is fit for a log, and has no secret in it.
 */
#include "fuzz.h"
#include "gcpkce/oauth/error_table.h"
#include "gcpkce/oauth/provider.h"

#define CAUSES_MAX 4096
#define CODE "Qk3-cOdE_of.alice~1"
#define TOKEN "T0+k/En-of.alice~1=="
#define CLIENT_SECRET "sEcReT:of%the client"
#define CLIENT_ID "client"

static struct sent_secrets sent_secrets;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct secret *code;
	static struct secret *token;
	static struct secret *secret;

	(void)argc;
	(void)argv;
	HOLD(secret_new(CODE, strlen(CODE), &code) == OUTCOME_OK);
	HOLD(secret_new(TOKEN, strlen(TOKEN), &token) == OUTCOME_OK);
	HOLD(secret_new(CLIENT_SECRET, strlen(CLIENT_SECRET), &secret) ==
	    OUTCOME_OK);
	sent_secrets = (struct sent_secrets){
	    .code = code,
	    .token = token,
	    .client_secret = secret,
	    .client_id = CLIENT_ID,
	};
	return 0;
}

/* What is said may be replaced only for a reason that the body shows. */
static void
echo_check(const char *field, struct view body)
{
	/* the first bytes of each, and of base64 of "client:" */
	static const char *const heads[] = {
	    "Qk3-cOdE", "T0+k/En-", "sEcReT:o", "Y2xpZW50"};
	bool reason = memchr(body.p, '%', body.len) != NULL ||
	    memchr(body.p, '\\', body.len) != NULL;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		HOLD(strstr(field, heads[i]) == NULL);
		reason |= memmem(body.p, body.len, heads[i],
			      strlen(heads[i])) != NULL ||
		    memmem(body.p, body.len, REDACTED, sizeof(REDACTED) - 1) !=
			NULL;
	}
	HOLD(reason || strcmp(field, REDACTED) != 0);
}

static void
body_check(const struct error_body *body, struct view bytes)
{
	echo_check(body->name, bytes);
	echo_check(body->detail, bytes);
	echo_check(body->correlation, bytes);
	HOLD(strnlen(body->name, sizeof(body->name)) < sizeof(body->name));
	HOLD(
	    strnlen(body->detail, sizeof(body->detail)) < sizeof(body->detail));
	HOLD(strnlen(body->correlation, sizeof(body->correlation)) <
	    sizeof(body->correlation));
	HOLD(is_printable(body->name) && is_printable(body->detail) &&
	    is_printable(body->correlation));
}

static void
token_host_check(long status, struct view body, enum outcome r,
    const struct error_body *said)
{
	const char grant[] = "invalid_grant";
	bool is_refusal = status == 400 || status == 401;

	if (status == 429)
		HOLD(r == OUTCOME_RATE_LIMITED);
	else if (status >= 500 && status <= 599)
		HOLD(r == OUTCOME_PROVIDER_ERROR);
	else if (!is_refusal)
		HOLD(r == OUTCOME_REPLY_INVALID);
	else
		HOLD(r == OUTCOME_CODE_REFUSED || r == OUTCOME_CLIENT_REFUSED ||
		    r == OUTCOME_RATE_LIMITED || r == OUTCOME_REPLY_INVALID);
	HOLD(r != OUTCOME_CODE_REFUSED || strcmp(said->name, grant) == 0);
	/* said as it is or by escapes: a '\' or the very word */
	HOLD(r != OUTCOME_CODE_REFUSED ||
	    memchr(body.p, '\\', body.len) != NULL ||
	    memmem(body.p, body.len, grant, sizeof(grant) - 1) != NULL);
}

static void
causes_check(
    struct input *circumstances, enum outcome r, const struct error_body *said)
{
	autobuf text = BUF_INIT(CAUSES_MAX);
	uint8_t bits = input_byte(circumstances);
	const struct refusal refusal = {
	    .outcome = r,
	    .provider = (bits & 8) != 0 ? PROVIDER_CXONE : PROVIDER_GENESYS,
	    .body = said,
	    .confidential = (bits & 1) != 0,
	    .state_seen = (bits & 2) != 0,
	    .code_seen_before = (bits & 4) != 0,
	    .shown_s = input_byte(circumstances) * 8UL,
	    .code_len = bits,
	};

	refusal_hints(&refusal, &text);
	HOLD(buf_check(&text) == OUTCOME_OK);
	HOLD(is_printable(buf_text(&text)));
	HOLD((text.len > 0) ==
	    (r == OUTCOME_CODE_REFUSED || r == OUTCOME_CLIENT_REFUSED));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	long status = input_byte(&in) << 8;
	struct error_body said;

	status = (status | input_byte(&in)) % 700;
	struct view bytes = input_bytes(&in, 2);
	struct input circumstances = {bytes.p, bytes.len};
	struct view body = exact_copy((struct view){in.p, in.len});
	enum outcome r = token_error_judge(
	    &provider_genesys, status, body, &sent_secrets, &said);
	body_check(&said, body);
	token_host_check(status, body, r, &said);
	causes_check(&circumstances, r, &said);

	r = api_error_judge(
	    &provider_genesys, status, body, &sent_secrets, &said);
	body_check(&said, body);
	HOLD(r ==
	    (status == 401 || status == 403         ? OUTCOME_TOKEN_INVALID
		    : status == 429                 ? OUTCOME_RATE_LIMITED
		    : status >= 500 && status < 600 ? OUTCOME_PROVIDER_ERROR
						    : OUTCOME_REPLY_INVALID));
	exact_free(body);
	return 0;
}
