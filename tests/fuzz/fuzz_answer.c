/* SPDX-License-Identifier: ISC */
/*
 * What a person pastes.  The first byte says how many earlier addresses there
 * were and which letter of the state is another one in the second reading.
 */
#include <ctype.h>

#include "fuzz.h"
#include "gcpkce/answer.h"

#define SHOWN "AbCdEfGhIjKlMnOpQrStUv"
#define EARLIER_MAX 3

static const char earlier[EARLIER_MAX][STATE_HASH_LEN + 1] = {
    "0123456789-_0123456789", "zyxwvutsrqponmlkjihgfe",
    "----------------------"};

/* Without ornaments. */
static void
put_plain(struct buf *plain, struct view typed)
{
	for (size_t i = 0; i < typed.len; i++) {
		if (typed.len - i >= 6 &&
		    (memcmp(typed.p + i, "\x1b[200~", 6) == 0 ||
			memcmp(typed.p + i, "\x1b[201~", 6) == 0))
			i += 5;
		else if (typed.p[i] == '\0' ||
		    strchr(" \t\r\n\v\f'\"`<>", typed.p[i]) == NULL)
			buf_put_byte(plain, typed.p[i]);
	}
}

/* Without percent signs, wherever they stand. */
static void
put_decoded(struct buf *decoded, const struct buf *plain)
{
	for (size_t i = 0; i < plain->len; i++) {
		const char *p = buf_text(plain) + i;
		unsigned byte = plain->p[i];

		if (*p == '%' && isxdigit(p[1]) && isxdigit(p[2])) {
			HOLD(sscanf(p + 1, "%2x", &byte) == 1);
			i += 2;
		}
		buf_put_byte(decoded, (uint8_t)byte);
	}
}

static bool
holds(const struct buf *text, struct view part)
{
	return memmem(text->p, text->len, part.p, part.len) != NULL;
}

/* How often does the parameter stand in the query, or in what may be one? */
static size_t
parameter_count(const struct buf *plain, const char *name)
{
	struct input in = {plain->p, plain->len};
	struct view text = input_until(&in, '#');
	struct input query = {text.p, text.len};
	size_t count = 0;

	if (text.len > 0 && memchr(text.p, '?', text.len) != NULL)
		(void)input_until(&query, '?');
	while (query.len > 0) {
		struct view pair = input_until(&query, '&');

		count += pair.len >= strlen(name) &&
		    memcmp(pair.p, name, strlen(name)) == 0;
	}
	return count;
}

/* A code is of the answer, of the right form, and beside our state alone. */
static void
code_check(struct view typed, const struct answer *answer)
{
	static const char set[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "._~-";
	struct view code = secret_view(answer->code);
	autobuf plain = BUF_INIT(ANSWER_MAX);
	autobuf decoded = BUF_INIT(ANSWER_MAX);

	HOLD(code.len >= 1 && code.len <= 512);
	for (size_t i = 0; i < code.len; i++)
		HOLD(code.p[i] != '\0' && strchr(set, code.p[i]) != NULL);
	put_plain(&plain, typed);
	put_decoded(&decoded, &plain);
	HOLD(holds(&decoded, code));
	/* no two of anything, and no error beside a code */
	HOLD(parameter_count(&plain, "code=") <= 1);
	HOLD(parameter_count(&plain, "state=") <= 1);
	HOLD(parameter_count(&plain, "error=") == 0);
	if (answer->state_seen)
		HOLD(holds(&decoded, view_text("state=" SHOWN)));
}

/* The same answer to an address of which one letter is another. */
static void
other_state_check(struct view typed, const struct answer *first, uint8_t at)
{
	char state[] = SHOWN ".al~host";
	char before[1][STATE_HASH_LEN + 1] = {SHOWN};
	autoanswer answer;
	struct errinfo why = {0};

	state[at % STATE_HASH_LEN] = '~';
	enum outcome r = answer_read(typed, state,
	    (const char(*)[STATE_HASH_LEN + 1]) before, 1, &answer, &why);
	HOLD(r == (first->state_seen ? OUTCOME_STATE_MISMATCH : OUTCOME_OK));
	HOLD(answer.state_earlier == first->state_seen);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint8_t choice = input_byte(&in);
	struct view typed = exact_copy(input_bytes(&in, in.len));
	struct errinfo why = {0};
	struct answer answer;

	enum outcome r = answer_read(typed, SHOWN ".alice~bastion01", earlier,
	    choice % (EARLIER_MAX + 1), &answer, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_ANSWER_EMPTY ||
	    r == OUTCOME_ANSWER_MALFORMED || r == OUTCOME_STATE_MISMATCH ||
	    r == OUTCOME_SIGNIN_REFUSED);
	HOLD((answer.code != NULL) == (r == OUTCOME_OK));
	HOLD(is_printable(why.text));
	HOLD(r == OUTCOME_OK || why.text[0] != '\0');
	HOLD(!answer.sshd_junk || r == OUTCOME_ANSWER_MALFORMED);
	HOLD(!answer.state_earlier || r == OUTCOME_STATE_MISMATCH);
	if (r == OUTCOME_OK) {
		code_check(typed, &answer);
		other_state_check(typed, &answer, choice / 4);
	}
	answer_done(&answer);
	exact_free(typed);
	return 0;
}
