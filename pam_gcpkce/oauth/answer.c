/* SPDX-License-Identifier: ISC */
/*
 * Extracts the code from an answer.  Nothing in the answer is trusted: any
 * client that reaches a login prompt can send any bytes.  It is read in one
 * forward pass, into buffers that are wiped.  A code must never get into an
 * error text, nor may any other part of the answer except the escaped name and
 * description of an error redirect.
 */
#include "gcpkce/oauth/answer.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/typed.h"
#include "gcpkce/oauth/authorize.h"
#include "parameters.h"

#define ERROR_NAME_MAX 64
#define ERROR_DETAIL_MAX 200

static bool
has_control(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return true;
	}
	return false;
}

/* RFC 6749 appendix A.11, without the space. */
static bool
is_vschar(uint8_t byte)
{
	return byte > 0x20 && byte < 0x7f;
}

static enum outcome
code_check(
    struct view code, size_t max, bool (*has)(uint8_t), struct errinfo *reterr)
{
	if (code.len == 0 || code.len > max)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a code of %zu bytes", code.len);
	if (!view_all(code, has))
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "the answer has a character that no code has");
	return OUTCOME_OK;
}

static enum outcome
code_new(struct view code, struct answer *ret, struct errinfo *reterr)
{
	enum outcome r = secret_new(code.p, code.len, &ret->code);
	if (r != OUTCOME_OK)
		return err_set(reterr, r, "no memory for the code");
	return OUTCOME_OK;
}

/* Is it the hash, alone or followed by a label? */
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
state_judge(struct view value, const struct answer_terms *terms,
    struct answer *ret, struct errinfo *reterr)
{
	autobuf state = BUF_INIT(ANSWER_MAX);

	ret->state_seen = true;
	if (!query_put_decoded(&state, value))
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a broken percent sign in the state");
	if (buf_check(&state) != OUTCOME_OK)
		return err_set(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the state");
	if (state.len < STATE_HASH_LEN)
		return err_set(
		    reterr, OUTCOME_ANSWER_MALFORMED, "the state was cut off");
	if (state_is(buf_view(&state), terms->state))
		return OUTCOME_OK;
	/*
	 * Compare all of them, so that the time does not reveal which one
	 * matched.
	 */
	for (size_t i = 0; i < terms->earlier_count; i++)
		ret->other_address |=
		    state_is(buf_view(&state), terms->earlier[i]);
	return err_set(reterr, OUTCOME_STATE_MISMATCH, "%s",
	    ret->other_address
		? "the state is that of an earlier address"
		: "the state is not that of any address shown here");
}

/* Who made the answer: RFC 9207.  Most servers do not say. */
static enum outcome
issuer_judge(struct view value, const char *issuer, struct errinfo *reterr)
{
	autobuf decoded = BUF_INIT(ANSWER_MAX);

	if (value.p == NULL || issuer[0] == '\0')
		return OUTCOME_OK;
	bool whole = query_put_decoded(&decoded, value);
	if (buf_check(&decoded) != OUTCOME_OK)
		return err_set(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the issuer");
	if (!whole || !view_eq(buf_view(&decoded), view_text(issuer)))
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "iss is another issuer's");
	return OUTCOME_OK;
}

/* An error redirect: its name and description go into reterr, escaped. */
static enum outcome
error_tell(const struct parameters *parameters, struct errinfo *reterr)
{
	const struct view *value = parameters->value;
	struct view described = value[PARAMETER_ERROR_DESCRIPTION];
	autobuf decoded = BUF_INIT(ANSWER_MAX);
	/* What does not fit is left out, never half of an escape. */
	autobuf name = BUF_INIT(ERROR_NAME_MAX);
	autobuf detail = BUF_INIT(ERROR_DETAIL_MAX);

	if (described.len == 0)
		described = value[PARAMETER_DESCRIPTION];
	bool whole = query_put_decoded(&decoded, value[PARAMETER_ERROR]);
	text_put_escaped(&name, buf_view(&decoded));
	if (name.len == 0)
		buf_put_text(&name, "an error without a code");
	buf_reset(&decoded);
	if (!query_put_decoded(&decoded, described) || !whole)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a broken percent sign in the error");
	text_put_escaped(&detail, buf_view(&decoded));
	return err_set(reterr, OUTCOME_SIGNIN_REFUSED, "%s%s%s",
	    buf_text(&name), detail.len > 0 ? ": " : "", buf_text(&detail));
}

static enum outcome
read_error(const struct parameters *parameters,
    const struct answer_terms *terms, struct answer *ret,
    struct errinfo *reterr)
{
	struct view state = parameters->value[PARAMETER_STATE];

	if (parameters->value[PARAMETER_CODE].p != NULL)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a code and an error in one answer");
	/* no code is sent, so a state is optional; a wrong one is an error */
	enum outcome r = state.p != NULL
	    ? state_judge(state, terms, ret, reterr)
	    : OUTCOME_OK;
	return r == OUTCOME_OK ? error_tell(parameters, reterr) : r;
}

static enum outcome
read_parameters(struct view text, const struct answer_terms *terms,
    struct answer *ret, struct errinfo *reterr)
{
	struct parameters parameters = {0};
	autobuf code = BUF_INIT(ANSWER_MAX);

	if (!parameters_find(text, terms->redirect_uri, &parameters))
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "the same parameter twice");
	enum outcome r = issuer_judge(
	    parameters.value[PARAMETER_ISS], terms->issuer, reterr);
	if (r != OUTCOME_OK) {
		ret->other_address = r == OUTCOME_ANSWER_MALFORMED;
		return r;
	}
	if (parameters.value[PARAMETER_ERROR].p != NULL)
		return read_error(&parameters, terms, ret, reterr);
	ret->other_address = parameters.is_elsewhere;
	if (parameters.is_elsewhere)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "the address with the code is not redirect_uri");
	struct view encoded = parameters.value[PARAMETER_CODE];
	if (encoded.p == NULL)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "an address without a code");
	if (!query_put_decoded(&code, encoded))
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a broken percent sign in the code");
	if (buf_check(&code) != OUTCOME_OK)
		return err_set(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the code");

	ret->code_ends_it = encoded.p + encoded.len == text.p + text.len;
	r = code_check(buf_view(&code), terms->code_max,
	    terms->code_vschar ? is_vschar : text_is_unreserved, reterr);
	if (r == OUTCOME_OK && parameters.value[PARAMETER_STATE].p == NULL)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "a code without its state: it was cut off, or is not of "
		    "this sign-in");
	if (r == OUTCOME_OK)
		r = state_judge(
		    parameters.value[PARAMETER_STATE], terms, ret, reterr);
	return r == OUTCOME_OK ? code_new(buf_view(&code), ret, reterr) : r;
}

/* An answer without a parameter.  It may be a password: report no length. */
static enum outcome
read_bare_code(struct view text, const struct answer_terms *terms,
    struct answer *ret, struct errinfo *reterr)
{
	if (!terms->bare_code || text.len < ANSWER_BARE_CODE_MIN)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    terms->bare_code
			? "too short to be a code, and no address"
			: "no address, and no code with its state");
	ret->code_ends_it = true;
	enum outcome r =
	    code_check(text, terms->code_max, text_is_unreserved, reterr);
	return r == OUTCOME_OK ? code_new(text, ret, reterr) : r;
}

/* sudo's and the ssh client's buffers, without the NUL. */
static bool
has_length_of_a_cut(struct view typed)
{
	return typed.len == 511 || typed.len == 1023;
}

/* The code may go on where the answer was cut. */
static enum outcome
cut_judge(struct view typed, const struct answer_terms *terms, enum outcome r,
    struct answer *ret, struct errinfo *reterr)
{
	if (!terms->may_be_cut || !has_length_of_a_cut(typed) ||
	    (r != OUTCOME_ANSWER_MALFORMED &&
		!(r == OUTCOME_OK && ret->code_ends_it)))
		return r;
	answer_done(ret);
	ret->other_address = false;
	return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
	    "cut by the client, which sends no more than %zu bytes", typed.len);
}

enum outcome
answer_read(struct view typed, const struct answer_terms *terms,
    struct answer *ret, struct errinfo *reterr)
{
	autobuf plain = BUF_INIT(ANSWER_MAX);

	*ret = (struct answer){.sshd_junk = typed_is_sshd_junk(typed)};
	if (ret->sshd_junk)
		return err_set(
		    reterr, OUTCOME_ANSWER_MALFORMED, "%s", LOG_SSHD_JUNK);
	if (typed.len > ANSWER_MAX)
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "an answer of %zu bytes", typed.len);
	struct view text = typed_once(typed_plain(typed, &plain));
	if (buf_check(&plain) != OUTCOME_OK)
		return err_set(
		    reterr, OUTCOME_NO_MEMORY, "no memory for the answer");
	if (text.len == 0)
		return err_set(reterr, OUTCOME_ANSWER_EMPTY,
		    "only white space, quotes or paste marks");
	if (has_control(text))
		return err_set(reterr, OUTCOME_ANSWER_MALFORMED,
		    "the answer holds a control character");
	/* No code has a '=', so one means that there are parameters. */
	enum outcome r = view_before(text, '=').len < text.len
	    ? read_parameters(text, terms, ret, reterr)
	    : read_bare_code(text, terms, ret, reterr);
	return cut_judge(typed, terms, r, ret, reterr);
}

void
answer_done(struct answer *answer)
{
	secret_free(answer->code);
	answer->code = NULL;
}
