/* SPDX-License-Identifier: ISC */
/*
 * What a person pastes.  The first byte says how many earlier addresses there
 * were, which letter of the state is another one in the second reading, and
 * whether a code may come alone.
 */
#include <ctype.h>

#include "fuzz.h"
#include "gcpkce/oauth/answer.h"

#define SHOWN "AbCdEfGhIjKlMnOpQrStUv"
#define BACK "https://signin.example.com/done"
#define EARLIER_MAX 3

static const char earlier[EARLIER_MAX][STATE_HASH_LEN + 1] = {
    "0123456789-_0123456789", "zyxwvutsrqponmlkjihgfe",
    "----------------------"};

/* Is the byte of the set from low to high? */
static bool
is_at(struct view v, size_t i, uint8_t low, uint8_t high)
{
	return i < v.len && v.p[i] >= low && v.p[i] <= high;
}

/* Where what a terminal sends ends, if it stands at i; else i. */
static size_t
report_end(struct view v, size_t i)
{
	size_t from = i;
	bool caret = is_at(v, i, '^', '^') && is_at(v, i + 1, '[', '[');

	if (!caret && !is_at(v, i, 0x1b, 0x1b))
		return from;
	i += caret ? 2 : 1;
	if (is_at(v, i, 'O', 'O') && is_at(v, i + 1, 0x40, 0x7e))
		return i + 2;
	if (is_at(v, i, '[', '[') && is_at(v, i + 1, 'M', 'M'))
		return i + 5 <= v.len ? i + 5 : from;
	if (is_at(v, i, '[', '[')) {
		for (i++; is_at(v, i, 0x30, 0x3f); i++)
			;
		for (; is_at(v, i, 0x20, 0x2f); i++)
			;
		return is_at(v, i, 0x40, 0x7e) ? i + 1 : from;
	}
	if (i >= v.len || memchr("]P_", v.p[i], 3) == NULL)
		return from;
	for (i++; i < v.len; i++) {
		if (v.p[i] == 7)
			return i + 1;
		if (is_at(v, i, '^', '^') && is_at(v, i + 1, 'G', 'G'))
			return i + 2;
		caret = is_at(v, i, '^', '^') && is_at(v, i + 1, '[', '[');
		if (caret || v.p[i] == 0x1b) {
			i += caret ? 2 : 1;
			return is_at(v, i, '\\', '\\') ? i + 1 : from;
		}
	}
	return from;
}

/* Without ornaments. */
static void
put_plain(struct buf *plain, struct view typed)
{
	for (size_t i = 0; i < typed.len; i++) {
		size_t end = report_end(typed, i);

		if (end > i)
			i = end - 1;
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

static bool
is_scheme_at(struct view text, size_t i)
{
	size_t left = text.len - i;

	return (left >= 7 && memcmp(text.p + i, "http://", 7) == 0) ||
	    (left >= 8 && memcmp(text.p + i, "https://", 8) == 0);
}

/* Is the address at i, without a query, a value of the one before it? */
static bool
is_value_at(struct view text, size_t i)
{
	size_t end = i + 1;

	while (end < text.len && memchr("?&#", text.p[end], 3) == NULL &&
	    !is_scheme_at(text, end))
		end++;
	bool has_query = end < text.len && text.p[end] == '?';
	return !has_query &&
	    (text.p[i - 1] == '=' || text.p[i - 1] == '+' ||
		(i >= 3 && memcmp(text.p + i - 3, "%20", 3) == 0));
}

/* How much of a text is one address, up to the next that begins in it? */
static size_t
address_len(struct view text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (is_scheme_at(text, i) && !is_value_at(text, i))
			return i;
	}
	return text.len;
}

/* How much of it stands before a bracket of a chat's link? */
static size_t
without_brackets(struct view pair)
{
	size_t len = 0;

	while (len < pair.len && memchr("[]()|", pair.p[len], 5) == NULL)
		len++;
	return len;
}

/* Has the parameter one value in an address? */
static bool
is_one_in(struct view address, const char *name, struct view *first)
{
	struct input in = {address.p, address.len};
	struct view text = input_until(&in, '#');
	struct input query = {text.p, text.len};
	size_t name_len = strlen(name);

	if (text.len > 0 && memchr(text.p, '?', text.len) != NULL)
		(void)input_until(&query, '?');
	while (query.len > 0) {
		struct view pair = input_until(&query, '&');

		if (pair.len < name_len || memcmp(pair.p, name, name_len) != 0)
			continue;
		pair.len = without_brackets(pair);
		size_t len = first->len < pair.len ? first->len : pair.len;
		if (first->p != NULL && memcmp(first->p, pair.p, len) != 0)
			return false;
		*first = pair;
	}
	return true;
}

/* Has it one value in all addresses, or in what may be a query? */
static bool
is_one(const struct buf *plain, const char *name)
{
	struct view text = buf_view(plain);
	struct view first = {0};

	while (text.len > 0) {
		size_t len = address_len(text);

		if (!is_one_in((struct view){text.p, len}, name, &first))
			return false;
		text = (struct view){text.p + len, text.len - len};
	}
	return true;
}

static bool
is_there(struct view address, const char *name)
{
	struct input in = {address.p, address.len};
	struct view text = input_until(&in, '#');
	struct input query = {text.p, text.len};

	if (text.len > 0 && memchr(text.p, '?', text.len) != NULL)
		(void)input_until(&query, '?');
	while (query.len > 0) {
		struct view pair = input_until(&query, '&');

		if (pair.len >= strlen(name) &&
		    memcmp(pair.p, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/* Is it in one of the addresses?  One with a scheme and no '?' has no query. */
static bool
is_in_any(struct view text, const char *name)
{
	while (text.len > 0) {
		struct view one = {text.p, address_len(text)};
		bool has_query = memchr(one.p, '?', one.len) != NULL ||
		    one.len < 4 || memcmp(one.p, "http", 4) != 0;

		if (has_query && is_there(one, name))
			return true;
		text = (struct view){text.p + one.len, text.len - one.len};
	}
	return false;
}

/* Has each address with a code its state as well? */
static bool
are_pairs(struct view text)
{
	while (text.len > 0) {
		struct view one = {text.p, address_len(text)};

		if (is_there(one, "code=") && !is_there(one, "state="))
			return false;
		text = (struct view){text.p + one.len, text.len - one.len};
	}
	return true;
}

static bool
has_scheme(struct view address)
{
	struct input in = {address.p, address.len};
	struct view start = input_until(&in, '=');

	return memmem(start.p, start.len, "://", 3) != NULL;
}

/* Is each code in a query without an address? */
static bool
has_no_place(struct view text)
{
	while (text.len > 0) {
		struct view one = {text.p, address_len(text)};

		if (is_there(one, "code=") && one.p[0] != '?' &&
		    (memchr(one.p, '?', one.len) != NULL || has_scheme(one)))
			return false;
		text = (struct view){text.p + one.len, text.len - one.len};
	}
	return true;
}

/* A code is of the answer, of the right form, and beside our state alone. */
static void
code_check(struct view typed, bool bare_code, const struct answer *answer)
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
	/* no two values of anything, and no error beside a code */
	HOLD(is_one(&plain, "code="));
	HOLD(is_one(&plain, "state="));
	HOLD(!is_in_any(buf_view(&plain), "error="));
	HOLD(are_pairs(buf_view(&plain)));
	HOLD(answer->state_seen || (bare_code && code.len >= 20));
	if (answer->state_seen)
		HOLD(holds(&decoded, view_text("state=" SHOWN)));
}

/* The same answer to an address of which one letter is another. */
static void
other_state_check(
    struct view typed, bool bare_code, const struct answer *first, uint8_t at)
{
	char state[] = SHOWN ".al~host";
	char before[1][STATE_HASH_LEN + 1] = {SHOWN};
	autoanswer answer;
	struct errinfo why = {0};

	state[at % STATE_HASH_LEN] = '~';
	const struct answer_terms terms = {
	    .code_max = 512,
	    .state = state,
	    .redirect_uri = BACK,
	    .issuer = "",
	    .earlier = (const char(*)[STATE_HASH_LEN + 1]) before,
	    .earlier_count = 1,
	    .bare_code = bare_code,
	};
	enum outcome r = answer_read(typed, &terms, &answer, &why);
	HOLD(r == (first->state_seen ? OUTCOME_STATE_MISMATCH : OUTCOME_OK));
	HOLD(answer.other_address == first->state_seen);
}

/* The same answer where the provider or the redirect_uri is another. */
static void
other_place_check(struct view typed, const struct answer_terms *terms)
{
	struct answer_terms other = *terms;
	autobuf plain = BUF_INIT(ANSWER_MAX);
	struct errinfo why = {0};

	put_plain(&plain, typed);
	{
		autoanswer answer;

		other.redirect_uri = "https://other.example.com/done";
		HOLD((answer_read(typed, &other, &answer, &why) ==
			 OUTCOME_OK) == has_no_place(buf_view(&plain)));
	}
	other.redirect_uri = terms->redirect_uri;
	other.issuer = "-"; /* an iss that decodes to it is improbable */
	autoanswer answer;
	enum outcome r = answer_read(typed, &other, &answer, &why);
	HOLD(r == OUTCOME_OK || holds(&plain, view_text("iss")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint8_t choice = input_byte(&in);
	struct view typed = exact_copy(input_bytes(&in, in.len));
	struct errinfo why = {0};
	struct answer answer;

	const struct answer_terms terms = {
	    .code_max = 512,
	    .state = SHOWN ".alice~bastion01",
	    .redirect_uri = BACK,
	    .issuer = "",
	    .earlier = earlier,
	    .earlier_count = choice % (EARLIER_MAX + 1),
	    .bare_code = choice >= 128,
	};
	enum outcome r = answer_read(typed, &terms, &answer, &why);
	HOLD(r == OUTCOME_OK || r == OUTCOME_ANSWER_EMPTY ||
	    r == OUTCOME_ANSWER_MALFORMED || r == OUTCOME_STATE_MISMATCH ||
	    r == OUTCOME_SIGNIN_REFUSED);
	HOLD((answer.code != NULL) == (r == OUTCOME_OK));
	HOLD(is_printable(why.text));
	HOLD(r == OUTCOME_OK || why.text[0] != '\0');
	HOLD(!answer.sshd_junk || r == OUTCOME_ANSWER_MALFORMED);
	HOLD(!answer.other_address || r == OUTCOME_STATE_MISMATCH ||
	    r == OUTCOME_ANSWER_MALFORMED);
	if (r == OUTCOME_OK) {
		code_check(typed, terms.bare_code, &answer);
		other_place_check(typed, &terms);
		other_state_check(typed, terms.bare_code, &answer, choice / 4);
	}
	answer_done(&answer);
	exact_free(typed);
	return 0;
}
