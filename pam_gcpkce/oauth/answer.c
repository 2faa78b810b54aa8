/* SPDX-License-Identifier: ISC */
/*
 * What a person pasted, made into a code.  Nothing in the answer is trusted:
 * anybody who can reach a login prompt can send any bytes here.  It is read in
 * one pass forward, into buffers that wipe themselves.  A code must never get
 * into an error text, and neither may any other part of the answer but the
 * escaped name and description of an error redirect.
 */
#include "gcpkce/answer.h"

#include <string.h>

#include "gcpkce/authorize.h"
#include "gcpkce/query.h"
#include "gcpkce/text.h"

#define ERROR_NAME_MAX 64
#define ERROR_DETAIL_MAX 200

/* The parameters that count; all others are ignored. */
enum parameter {
	PARAMETER_CODE,
	PARAMETER_STATE,
	PARAMETER_ERROR,
	PARAMETER_ERROR_DESCRIPTION,
	PARAMETER_DESCRIPTION,
	PARAMETER_COUNT
};

/* Their values, still percent-encoded; p is NULL where one is missing. */
struct parameters {
	struct view value[PARAMETER_COUNT];
};

/* What an answer's state is compared with. */
struct states {
	const char *shown;
	const char (*earlier)[STATE_HASH_LEN + 1];
	size_t earlier_count;
};

bool
answer_is_sshd_junk(struct view typed)
{
	static const char junk[] = "\b\n\r\177INCORRECT";

	for (size_t i = 0; i < typed.len; i++) {
		if (typed.p[i] != (uint8_t)junk[i % (sizeof(junk) - 1)])
			return false;
	}
	return typed.len > 0;
}

/* Does bytes begin with the text? */
static bool
starts_with(struct view bytes, const char *text)
{
	size_t len = strlen(text);

	return bytes.len >= len && memcmp(bytes.p, text, len) == 0;
}

static struct view
skip(struct view bytes, size_t count)
{
	return (struct view){.p = bytes.p + count, .len = bytes.len - count};
}

/* How many bytes of ornament stand at the beginning: 0, 1, or a whole mark. */
static size_t
ornament_len(struct view bytes)
{
	static const char single[] = " \t\r\n\v\f'\"`<>";

	if (starts_with(bytes, "\x1b[200~") || starts_with(bytes, "\x1b[201~"))
		return 6;
	return memchr(single, bytes.p[0], sizeof(single) - 1) != NULL ? 1 : 0;
}

/* Append the answer without what terminals and people put around it. */
static void
put_plain(struct buf *plain, struct view typed)
{
	while (typed.len > 0) {
		size_t ornament = ornament_len(typed);

		if (ornament == 0)
			buf_put_byte(plain, typed.p[0]);
		typed = skip(typed, ornament > 0 ? ornament : 1);
	}
}

/* Take marks off that lost their ESC: "[200~" in front, "[201~" behind. */
static struct view
without_bare_marks(struct view text)
{
	while (starts_with(text, "[200~") || starts_with(text, "[201~"))
		text = skip(text, 5);
	while (text.len >= 5 &&
	    (starts_with(skip(text, text.len - 5), "[200~") ||
		starts_with(skip(text, text.len - 5), "[201~")))
		text.len -= 5;
	return text;
}

static bool
has_control(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return true;
	}
	return false;
}

/* Put a parameter where it belongs; false when it was there already. */
static bool
parameter_take(
    struct view name, struct view value, struct parameters *parameters)
{
	static const char *const names[PARAMETER_COUNT] = {
	    [PARAMETER_CODE] = "code",
	    [PARAMETER_STATE] = "state",
	    [PARAMETER_ERROR] = "error",
	    [PARAMETER_ERROR_DESCRIPTION] = "error_description",
	    [PARAMETER_DESCRIPTION] = "description",
	};

	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (!view_eq(name, view_text(names[i])))
			continue;
		if (parameters->value[i].p != NULL)
			return false;
		parameters->value[i] = value;
	}
	return true;
}

/*
 * Find the parameters of an address, or of its query alone.
 *
 * gives:  false when one stands there twice: which of two codes is meant is
 *         not for us to guess
 */
static bool
parameters_find(struct view text, struct parameters *ret)
{
	struct view query = query_of(text);
	struct view name;
	struct view value;

	while (query_next(&query, &name, &value)) {
		if (!parameter_take(name, value, ret))
			return false;
	}
	return true;
}

static enum outcome
code_check(struct view code, struct errinfo *reterr)
{
	if (code.len == 0 || code.len > ANSWER_CODE_MAX)
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a code of %zu bytes", code.len);
	for (size_t i = 0; i < code.len; i++) {
		if (!text_is_unreserved(code.p[i]))
			return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
			    "the answer holds a character that no code has");
	}
	return OUTCOME_OK;
}

static enum outcome
code_new(struct view code, struct answer *ret, struct errinfo *reterr)
{
	enum outcome r = secret_new(code.p, code.len, &ret->code);
	if (r != OUTCOME_OK)
		return err_fail(reterr, r, "no memory for the code");
	return OUTCOME_OK;
}

/* Is it the hash, alone or with a label behind it? */
static bool
state_is(struct view state, const char *hash)
{
	if (state.len < STATE_HASH_LEN ||
	    (state.len > STATE_HASH_LEN && state.p[STATE_HASH_LEN] != '.'))
		return false;
	state.len = STATE_HASH_LEN;
	return view_eq_ct(state,
	    (struct view){.p = (const uint8_t *)hash, .len = STATE_HASH_LEN});
}

static enum outcome
state_judge(struct view value, const struct states *states, struct answer *ret,
    struct errinfo *reterr)
{
	autobuf state = BUF_INIT(ANSWER_MAX);

	if (value.p == NULL)
		return OUTCOME_OK;
	ret->state_seen = true;
	if (!query_put_decoded(&state, value))
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a broken percent sign in the state");
	if (buf_check(&state) != OUTCOME_OK)
		return err_fail(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the state");
	if (state_is(buf_view(&state), states->shown))
		return OUTCOME_OK;
	/* All of them, so that the time does not tell which one it was. */
	for (size_t i = 0; i < states->earlier_count; i++)
		ret->state_earlier |=
		    state_is(buf_view(&state), states->earlier[i]);
	return err_fail(reterr, OUTCOME_STATE_MISMATCH, "%s",
	    ret->state_earlier ? "the state is that of an earlier address"
			       : "the state is that of no address shown here");
}

/* An error redirect: its name and description go into reterr, escaped. */
static enum outcome
error_tell(const struct parameters *parameters, struct errinfo *reterr)
{
	const struct view *value = parameters->value;
	struct view described = value[PARAMETER_ERROR_DESCRIPTION];
	autobuf decoded = BUF_INIT(ANSWER_MAX);
	/* What does not fit is left out: never half of an escape. */
	autobuf name = BUF_INIT(ERROR_NAME_MAX);
	autobuf detail = BUF_INIT(ERROR_DETAIL_MAX);

	if (described.len == 0)
		described = value[PARAMETER_DESCRIPTION];
	bool whole = query_put_decoded(&decoded, value[PARAMETER_ERROR]);
	text_put_escaped(&name, buf_view(&decoded));
	if (name.len == 0)
		buf_put_text(&name, "an error without a name");
	buf_reset(&decoded);
	if (!query_put_decoded(&decoded, described) || !whole)
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a broken percent sign in the error");
	text_put_escaped(&detail, buf_view(&decoded));
	return err_fail(reterr, OUTCOME_SIGNIN_REFUSED, "%s%s%s",
	    buf_text(&name), detail.len > 0 ? ": " : "", buf_text(&detail));
}

static enum outcome
read_error(const struct parameters *parameters, const struct states *states,
    struct answer *ret, struct errinfo *reterr)
{
	if (parameters->value[PARAMETER_CODE].p != NULL)
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a code and an error in one answer");
	enum outcome r = state_judge(
	    parameters->value[PARAMETER_STATE], states, ret, reterr);
	return r == OUTCOME_OK ? error_tell(parameters, reterr) : r;
}

static enum outcome
read_parameters(struct view text, const struct states *states,
    struct answer *ret, struct errinfo *reterr)
{
	struct parameters parameters = {0};
	autobuf code = BUF_INIT(ANSWER_MAX);

	if (!parameters_find(text, &parameters))
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "the same parameter twice");
	if (parameters.value[PARAMETER_ERROR].p != NULL)
		return read_error(&parameters, states, ret, reterr);
	struct view encoded = parameters.value[PARAMETER_CODE];
	if (encoded.p == NULL)
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "an address without a code");
	if (!query_put_decoded(&code, encoded))
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a broken percent sign in the code");
	if (buf_check(&code) != OUTCOME_OK)
		return err_fail(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the code");

	enum outcome r = code_check(buf_view(&code), reterr);
	if (r == OUTCOME_OK)
		r = state_judge(
		    parameters.value[PARAMETER_STATE], states, ret, reterr);
	return r == OUTCOME_OK ? code_new(buf_view(&code), ret, reterr) : r;
}

enum outcome
answer_read(struct view typed, const char *state,
    const char (*earlier)[STATE_HASH_LEN + 1], size_t earlier_count,
    struct answer *ret, struct errinfo *reterr)
{
	const struct states states = {
	    .shown = state, .earlier = earlier, .earlier_count = earlier_count};
	autobuf plain = BUF_INIT(ANSWER_MAX);

	*ret = (struct answer){.sshd_junk = answer_is_sshd_junk(typed)};
	if (ret->sshd_junk)
		return err_fail(
		    reterr, OUTCOME_ANSWER_MALFORMED, "%s", LOG_SSHD_JUNK);
	if (typed.len > ANSWER_MAX)
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "an answer of %zu bytes", typed.len);
	put_plain(&plain, typed);
	if (buf_check(&plain) != OUTCOME_OK)
		return err_fail(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the answer");

	struct view text = without_bare_marks(buf_view(&plain));
	if (text.len == 0)
		return err_fail(reterr, OUTCOME_ANSWER_EMPTY,
		    "nothing but white space, quotes or paste marks");
	if (has_control(text))
		return err_fail(reterr, OUTCOME_ANSWER_MALFORMED,
		    "the answer holds a control character");
	/* No code has a '=', so where one stands there are parameters. */
	if (query_before(text, '=').len < text.len)
		return read_parameters(text, &states, ret, reterr);
	enum outcome r = code_check(text, reterr);
	return r == OUTCOME_OK ? code_new(text, ret, reterr) : r;
}

void
answer_done(struct answer *answer)
{
	secret_free(answer->code);
	answer->code = NULL;
}
