/* SPDX-License-Identifier: ISC */
/*
 * Pasted answers: a table of what people, terminals and attackers send, then
 * the properties that no table shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/base/typed.h"
#include "gcpkce/oauth/answer.h"

#define HASH "E9Melhoa2OwvFrEMTJguCH"
#define SHOWN HASH ".alice~bastion01"
#define OTHER "zzzzzzzzzzzzzzzzzzzzzz"
#define CODE "uXr5-_Bq.7~Kp0mS4tLw" /* of 20 bytes, the least */
#define PAIR "code=" CODE "&state=" SHOWN
#define BACK "https://signin.example.org/cb"
#define AUTHORIZE \
	"https://login.mypurecloud.com/oauth/authorize?response_type=code&" \
	"code_challenge=x&state=" SHOWN
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define Y64 "yxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X512 Y64 X64 X64 X64 X64 X64 X64 X64

static const char earlier[][STATE_HASH_LEN + 1] = {
    "aaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbb"};

#define OK OUTCOME_OK
#define EMPTY OUTCOME_ANSWER_EMPTY
#define BAD OUTCOME_ANSWER_MALFORMED
#define MISMATCH OUTCOME_STATE_MISMATCH
#define REFUSED OUTCOME_SIGNIN_REFUSED

/* What is expected of the struct beside the code. */
#define SEEN 1
#define EARLIER 2
#define JUNK 4

#define T(literal) literal, sizeof(literal) - 1

static const struct row {
	const char *typed;
	size_t len;
	enum outcome outcome;
	const char *code;
	int flags;
} rows[] = {
    /* a bare code */
    {T(CODE), OK, CODE, 0},
    {T("x"), BAD, NULL, 0},
    {T("Winter2026"), BAD, NULL, 0},
    {T("uXr5-_Bq.7~Kp0mS4tL"), BAD, NULL, 0},
    {T("code"), BAD, NULL, 0},
    {T("codecode-state.error"), OK, "codecode-state.error", 0},
    {T("error"), BAD, NULL, 0},
    {T(X512), OK, X512, 0},
    {T(X512 "x"), BAD, NULL, 0},
    {T("  " CODE "\r\n"), OK, CODE, 0},
    {T("\t\v\f" CODE), OK, CODE, 0},
    {T("uXr5-_\nBq.7~ Kp0mS4tLw"), OK, CODE, 0},
    {T("\"" CODE "\""), OK, CODE, 0},
    {T("'" CODE "'"), OK, CODE, 0},
    {T("`" CODE "`"), OK, CODE, 0},
    {T("<" CODE ">"), OK, CODE, 0},
    {T("\x1b[200~" CODE "\x1b[201~"), OK, CODE, 0},
    {T("uXr5\x1b[201~\x1b[200~-_Bq.7~Kp0mS4tLw"), OK, CODE, 0},
    {T("[200~" CODE "[201~"), OK, CODE, 0},
    {T(" \"[200~" CODE "[201~\"\n"), OK, CODE, 0},
    {T(CODE "[201~"), OK, CODE, 0},
    {T(CODE " " CODE), OK, CODE, 0},
    {T("uXr5[200~-_Bq.7~Kp0mS4tLw"), BAD, NULL, 0},
    {T("[200~~" CODE), OK, "~" CODE, 0},
    {T("\x1b" CODE), BAD, NULL, 0},
    {T("\x1b[2\x1b[200~00~" CODE), BAD, NULL, 0},
    /* what a terminal sends by itself: the focus, the mouse, answers */
    {T("\x1b[O\x1b[I" CODE), OK, CODE, 0},
    {T("\x1b[O\x1b[I" BACK "?" PAIR), OK, CODE, SEEN},
    {T(BACK "?" PAIR "\x1b[O\x1b[I"), OK, CODE, SEEN},
    {T("^[[O^[[I" CODE "^[[O"), OK, CODE, 0},
    {T("[O[I" CODE "[O"), OK, CODE, 0},
    {T("^[[200~" CODE "^[[201~"), OK, CODE, 0},
    {T("uXr5\x1b[I-_Bq.7~Kp0mS4tLw"), OK, CODE, 0},
    {T("\x1b[<35;20;10M\x1b[<35;20;10m" CODE), OK, CODE, 0},
    {T("^[[<35;20;10M" BACK "?" PAIR), OK, CODE, SEEN},
    {T("\x1b[M !!" CODE), OK, CODE, 0},
    {T("\x1b[35;20;10M" CODE), OK, CODE, 0},
    {T("\x1b[?1;2c\x1b[24;80R\x1b[0n\x1b[1 q" CODE), OK, CODE, 0},
    {T("\x1b[A\x1b[1;5C\x1b[3~\x1bOA" CODE), OK, CODE, 0},
    {T("\x1b]11;rgb:0000/0000/0000\x1b\\" CODE), OK, CODE, 0},
    {T("\x1b]11;rgb:0000/0000/0000\a" CODE), OK, CODE, 0},
    {T("^[]11;rgb:0000/0000/0000^G" CODE), OK, CODE, 0},
    {T("^[]11;rgb:0000/0000/0000^[\\" CODE), OK, CODE, 0},
    {T("\x1bP>|XTerm(388)\x1b\\" CODE), OK, CODE, 0},
    {T("\x1b_Gi=31;OK\x1b\\" CODE), OK, CODE, 0},
    {T("\x1b[<35;20;10M"), EMPTY, NULL, 0},
    /* not whole, or no report */
    {T(CODE "\x1b["), BAD, NULL, 0},
    {T(CODE "\x1b[1;2"), BAD, NULL, 0},
    {T(CODE "\x1b[M !"), BAD, NULL, 0},
    {T(CODE "\x1b"), BAD, NULL, 0},
    {T(CODE "^["), BAD, NULL, 0},
    {T(CODE "\x1bO"), BAD, NULL, 0},
    {T("\x1b[\x01"
       "A" CODE),
	BAD, NULL, 0},
    {T("\x1b[1\0"
       "A" CODE),
	BAD, NULL, 0},
    {T("\x1b]11;rgb:0000/0000/0000" CODE), BAD, NULL, 0},
    {T("\x1b]11;\x1b[I\a" CODE), BAD, NULL, 0},
    {T("\x1b"
       "c" CODE),
	BAD, NULL, 0},
    {T("co%64e"), BAD, NULL, 0},
    {T("abc+def"), BAD, NULL, 0},
    {T("abc/def"), BAD, NULL, 0},
    {T("abc#def"), BAD, NULL, 0},
    {T("abc?def"), BAD, NULL, 0},
    {T("abc&def"), BAD, NULL, 0},
    {T("abc\0def"), BAD, NULL, 0},
    {T("\0"), BAD, NULL, 0},
    {T("abc\x7f"), BAD, NULL, 0},
    {T("abc\x01"), BAD, NULL, 0},
    {T("caf\xc3\xa9"), BAD, NULL, 0},
    {T("\xe2\x80\x9c" CODE "\xe2\x80\x9d"), BAD, NULL, 0},
    {T(BACK), BAD, NULL, 0},
    /* nothing */
    {T(""), EMPTY, NULL, 0},
    {T(" \t\r\n"), EMPTY, NULL, 0},
    {T("\"\" '' `` <>"), EMPTY, NULL, 0},
    {T("\x1b[200~\x1b[201~"), EMPTY, NULL, 0},
    {T("[200~[201~"), EMPTY, NULL, 0},
    /* bare parameters */
    {T("code=" CODE), BAD, NULL, 0},
    {T("code=uXr5-_Bq"), BAD, NULL, 0},
    {T("code=" CODE "&stat"), BAD, NULL, 0},
    {T("code=" CODE "&state=" SHOWN), OK, CODE, SEEN},
    {T("state=" SHOWN "&code=" CODE), OK, CODE, SEEN},
    {T("?code=" CODE "&state=" SHOWN), OK, CODE, SEEN},
    {T("&&" PAIR "&&"), OK, CODE, SEEN},
    {T("code=" CODE "&session_state=1&iss=x&state=" HASH), OK, CODE, SEEN},
    {T("code=" CODE "&session_state=" HASH "&iss=x"), BAD, NULL, 0},
    {T("code=c%6Fde&state=" HASH), OK, "code", SEEN},
    {T("code=c%6fde&state=" HASH), OK, "code", SEEN},
    {T("code=&state=" HASH), BAD, NULL, 0},
    {T("code&state=" SHOWN), BAD, NULL, 0},
    {T("code=a=b&state=" HASH), BAD, NULL, 0},
    {T("code=" X512 "&state=" HASH), OK, X512, SEEN},
    {T("code=" X512 "x&state=" HASH), BAD, NULL, 0},
    {T("code=ab%&state=" HASH), BAD, NULL, 0},
    {T("code=ab%6&state=" HASH), BAD, NULL, 0},
    {T("code=ab%6g&state=" HASH), BAD, NULL, 0},
    {T("code=ab%g6&state=" HASH), BAD, NULL, 0},
    {T("code=ab%+6&state=" HASH), BAD, NULL, 0},
    {T("code=%%%&state=" HASH), BAD, NULL, 0},
    {T("code=ab%00&state=" HASH), BAD, NULL, 0},
    {T("code=ab%20cd&state=" HASH), BAD, NULL, 0},
    {T("code=ab+cd&state=" HASH), BAD, NULL, 0},
    {T("code=ab%0acd&state=" HASH), BAD, NULL, 0},
    {T("code=ab%26state&state=" HASH), BAD, NULL, 0},
    {T("code=ab%253D&state=" HASH), BAD, NULL, 0},
    {T("code=a&code=a&state=" HASH), BAD, NULL, 0},
    {T("code=a&code=b&state=" HASH), BAD, NULL, 0},
    {T("code=a&code&state=" HASH), BAD, NULL, 0},
    {T("code&code=a&state=" HASH), BAD, NULL, 0},
    {T("Code=a&state=" HASH), BAD, NULL, 0},
    {T("xcode=a&state=" HASH), BAD, NULL, 0},
    {T("code[]=a&state=" HASH), BAD, NULL, 0},
    {T("%63ode=a&state=" HASH), BAD, NULL, 0},
    {T("abc=="), BAD, NULL, 0},
    {T("="), BAD, NULL, 0},
    {T("state=" SHOWN), BAD, NULL, 0},
    {T("state=" OTHER), BAD, NULL, 0},
    {T("code=a\x01&state=" SHOWN), BAD, NULL, 0},
    {T("code=a&x=\x01"), BAD, NULL, 0},
    {T("code=a&state=" HASH ".\x7f"), BAD, NULL, 0},
    {T("code=a&state=" HASH ".\x1f"), BAD, NULL, 0},
    /* the state */
    {T("code=a&state=" HASH ".%4g"), BAD, NULL, SEEN},
    {T("code=a&state=" HASH ".%4"), BAD, NULL, SEEN},
    {T("code=a&state=" HASH), OK, "a", SEEN},
    {T("code=a&state=" HASH "."), OK, "a", SEEN},
    {T("code=a&state=" HASH ".bob~elsewhere"), OK, "a", SEEN},
    {T("code=a&state=" HASH "%2Ealice~x"), OK, "a", SEEN},
    {T("code=a&state=%459Melhoa2OwvFrEMTJguCH"), OK, "a", SEEN},
    {T("code=a&state=" HASH ".%00%ff"), OK, "a", SEEN},
    {T("code=a&state=" HASH "x"), MISMATCH, NULL, SEEN},
    {T("code=a&state=" HASH "%00"), MISMATCH, NULL, SEEN},
    {T("code=a&state=" HASH "~x"), MISMATCH, NULL, SEEN},
    {T("code=a&state=E9Melhoa2OwvFrEMTJguC"), BAD, NULL, SEEN},
    {T("code=a&state=E9Melhoa2OwvFrEMTJguC."), MISMATCH, NULL, SEEN},
    {T("code=a&state=e9Melhoa2OwvFrEMTJguCH"), MISMATCH, NULL, SEEN},
    {T("code=a&state="), BAD, NULL, SEEN},
    {T("code=a&state"), BAD, NULL, SEEN},
    {T("code=a&state=" OTHER), MISMATCH, NULL, SEEN},
    {T("code=a&state=" OTHER "." HASH), MISMATCH, NULL, SEEN},
    {T("code=a&state=aaaaaaaaaaaaaaaaaaaaaa.x"), MISMATCH, NULL,
	SEEN | EARLIER},
    {T("code=a&state=bbbbbbbbbbbbbbbbbbbbbb"), MISMATCH, NULL, SEEN | EARLIER},
    {T("code=a&state=bbbbbbbbbbbbbbbbbbbbbbb"), MISMATCH, NULL, SEEN},
    {T("code=a&state=" HASH "&state=" HASH), BAD, NULL, 0},
    {T("code=a&state=" HASH "&state=" OTHER), BAD, NULL, 0},
    {T("code=a&state=" HASH "%"), BAD, NULL, SEEN},
    {T("code=a!&state=" OTHER), BAD, NULL, 0},
    /* a whole address */
    {T(BACK "?code=" CODE "&state=" SHOWN), OK, CODE, SEEN},
    {T(BACK "?code=" CODE), BAD, NULL, 0},
    {T(BACK "?code=uXr5-_B"), BAD, NULL, 0},
    {T(BACK "?code=" CODE "&state=E9Mel"), BAD, NULL, SEEN},
    {T("<" BACK "?code=" CODE "&\n  state=" SHOWN ">"), OK, CODE, SEEN},
    {T("\x1b[200~" BACK "?code=" CODE "&state=" SHOWN "\x1b[201~"), OK, CODE,
	SEEN},
    {T(BACK "?code=" CODE "&state=" HASH "[201~"), OK, CODE, SEEN},
    {T(BACK "?app=1&" PAIR "#top"), OK, CODE, SEEN},
    {T(BACK "?" PAIR "#code=x"), OK, CODE, SEEN},
    {T(BACK "?code=" CODE "#state=" HASH), BAD, NULL, 0},
    {T(BACK "#code=" CODE "&state=" HASH), BAD, NULL, 0},
    {T(BACK "#?code=" CODE "&state=" HASH), BAD, NULL, 0},
    {T(BACK "?x=1?code=" CODE "&state=" HASH), BAD, NULL, 0},
    {T(BACK "?code=a?code=b"
	    "&state=" HASH),
	BAD, NULL, 0},
    {T(BACK "code=" CODE "&state=" HASH), BAD, NULL, 0},
    {T(BACK "/code=b?code=a&state=" HASH), BAD, NULL, 0},
    {T(BACK "?code=" CODE "&state=" OTHER), MISMATCH, NULL, SEEN},
    {T(AUTHORIZE), BAD, NULL, 0},
    /* the same twice, as by pasting twice or by a chat, is one */
    {T(BACK "?" PAIR " " BACK "?" PAIR), OK, CODE, SEEN},
    {T(BACK "?" PAIR BACK "?" PAIR), OK, CODE, SEEN},
    {T(BACK "?" PAIR "\n" BACK "?" PAIR "\n" BACK "?" PAIR), OK, CODE, SEEN},
    {T("[" BACK "?" PAIR "](" BACK "?" PAIR ")"), OK, CODE, SEEN},
    {T("<" BACK "?" PAIR "|" BACK "?" PAIR ">"), OK, CODE, SEEN},
    {T(PAIR " " PAIR), OK, CODE, SEEN},
    {T(BACK "?" PAIR " " BACK "?state=" SHOWN "&code=" CODE), OK, CODE, SEEN},
    {T(BACK "?" PAIR " " BACK "?code=b&state=" SHOWN), BAD, NULL, 0},
    {T(BACK "?" PAIR " " BACK "?code=" CODE "&state=" OTHER), BAD, NULL, 0},
    {T("[" BACK "?" PAIR "](" BACK "?code=b&state=" SHOWN ")"), BAD, NULL, 0},
    {T(BACK "?" PAIR "#x" BACK "?code=b&state=" SHOWN), BAD, NULL, 0},
    {T(BACK "?" PAIR " " BACK "?error=x&state=" SHOWN), BAD, NULL, 0},
    /* the state of another address, as of the one that is shown, is not the
     * code's */
    {T(BACK "?code=" CODE " " BACK "?state=" SHOWN), BAD, NULL, 0},
    {T(BACK "?state=" SHOWN " " BACK "?code=" CODE), BAD, NULL, 0},
    {T(BACK "?code=" CODE " " AUTHORIZE), BAD, NULL, 0},
    {T(AUTHORIZE " " BACK "?code=" CODE), BAD, NULL, 0},
    {T("code=" CODE "&" AUTHORIZE), BAD, NULL, 0},
    {T("code=" CODE " " AUTHORIZE), BAD, NULL, 0},
    {T(AUTHORIZE " code=" CODE), BAD, NULL, 0},
    {T("[" BACK "?code=" CODE "](" AUTHORIZE ")"), BAD, NULL, 0},
    {T(BACK "?" PAIR " " BACK "?code=" CODE), BAD, NULL, 0},
    {T(BACK "?code=" CODE " " BACK "?" PAIR), BAD, NULL, 0},
    {T(BACK "?code=" CODE "&iss=https://x.example&state=" SHOWN), OK, CODE,
	SEEN},
    {T(BACK "?code=" CODE "&x=" AUTHORIZE), BAD, NULL, 0},
    {T(BACK "?code=" CODE "&x=a+" AUTHORIZE), BAD, NULL, 0},
    {T("code=" CODE "&x=" AUTHORIZE), BAD, NULL, 0},
    {T(BACK "?" PAIR " " AUTHORIZE), OK, CODE, SEEN},
    {T(AUTHORIZE " " BACK "?" PAIR), OK, CODE, SEEN},
    {T("code=" CODE "&state=" OTHER " " AUTHORIZE), BAD, NULL, 0},
    {T(AUTHORIZE " " BACK "?code=" CODE "&state=" OTHER), BAD, NULL, 0},
    {T(BACK "?iss=https%3A%2F%2Flogin.example.com&" PAIR), OK, CODE, SEEN},
    /* an error redirect */
    {T(BACK "?error=access_denied"), REFUSED, NULL, 0},
    {T("error=access_denied&error_description=no"), REFUSED, NULL, 0},
    {T(BACK "?error=x&error_uri=https://x.example/e&state=" SHOWN), REFUSED,
	NULL, SEEN},
    {T(BACK "?error=x&error_uri=https%3A%2F%2Fx.example&state=" SHOWN), REFUSED,
	NULL, SEEN},
    {T(BACK "?error=x&error_description=see%20https://x.example&state=" SHOWN),
	REFUSED, NULL, SEEN},
    {T(BACK "?error=x&iss=https://x.example&state=" OTHER), MISMATCH, NULL,
	SEEN},
    {T("error=x&iss=https://x.example&state=" SHOWN), REFUSED, NULL, SEEN},
    {T("error=access_denied&state=" SHOWN), REFUSED, NULL, SEEN},
    {T("error=access_denied&state=" OTHER), MISMATCH, NULL, SEEN},
    {T("error=x&state=aaaaaaaaaaaaaaaaaaaaaa"), MISMATCH, NULL, SEEN | EARLIER},
    {T("error="), REFUSED, NULL, 0},
    {T("error=x&code=a"), BAD, NULL, 0},
    {T("code=a&error=x&state=" SHOWN), BAD, NULL, 0},
    {T("error=x&error=y"), BAD, NULL, 0},
    {T("error=x&state=E9Mel"), BAD, NULL, SEEN},
    {T("error=x%"), BAD, NULL, 0},
    {T("error=x%4z"), BAD, NULL, 0},
    {T("error=x&error_description=%zz"), BAD, NULL, 0},
    {T("error_description=x"), BAD, NULL, 0},
    /* what sshd sends for a name that it refuses */
    {T("\b\n\r\177INCORRECT\b\n\r\177INCORRECT\b\n"), BAD, NULL, JUNK},
    {T("\b\n\r\177INCORRECT"), BAD, NULL, JUNK},
    {T("\b"), BAD, NULL, JUNK},
    {T("\b\n\r"), BAD, NULL, JUNK},
    {T("\b\n\r\177INCORRECT\b\n\r\177incorrect"), BAD, NULL, 0},
    {T("INCORRECT"), BAD, NULL, 0},
    {T("\n"), EMPTY, NULL, 0},
};

static const struct answer_terms no_earlier = {
    .state = SHOWN, .redirect_uri = BACK, .issuer = "", .code_max = 512};

/* Read a copy of exactly that size, so that a sanitizer sees any overrun. */
static enum outcome
read_with(bool bare_code, const char *typed, size_t len, struct answer *ret,
    struct errinfo *reterr)
{
	const struct answer_terms terms = {
	    .code_max = 512,
	    .state = SHOWN,
	    .redirect_uri = BACK,
	    .issuer = "",
	    .earlier = earlier,
	    .earlier_count = 2,
	    .bare_code = bare_code,
	};
	uint8_t *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, typed, len);
	enum outcome r = answer_read(
	    (struct view){.p = copy, .len = len}, &terms, ret, reterr);
	free(copy);
	return r;
}

/* With bare_code, which accepts more. */
static enum outcome
read_copy(
    const char *typed, size_t len, struct answer *ret, struct errinfo *reterr)
{
	return read_with(true, typed, len, ret, reterr);
}

/*
 * sudo sends 511 bytes of an answer and the ssh client 1,023: such a code may
 * go on, unless something of the address follows it.
 */
static void
answer_that_a_client_cut_is_no_code(void **state)
{
	static const struct answer_terms terms = {.state = SHOWN,
	    .redirect_uri = BACK,
	    .issuer = "",
	    .bare_code = true,
	    .may_be_cut = true,
	    .code_max = ANSWER_CODE_MAX};
	static const size_t lens[] = {510, 511, 512, 1022, 1023, 1024, 2048};
	static const struct {
		const char *before, *after;
		bool goes_on; /* the code is last */
	} cases[] = {
	    {"", "", true},
	    {"state=" HASH "&code=", "", true},
	    {"code=", "&state=" HASH, false},
	    {BACK "?code=", "&state=" HASH ".alice", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t j = 0; j < sizeof(lens) / sizeof(lens[0]); j++) {
			bool cut = lens[j] == 511 || lens[j] == 1023;
			autobuf typed = BUF_INIT(ANSWER_MAX);
			autoanswer answer = {0};
			struct errinfo why = {0};

			buf_put_text(&typed, cases[i].before);
			while (typed.len + strlen(cases[i].after) < lens[j])
				buf_put_byte(&typed, 'x');
			buf_put_text(&typed, cases[i].after);
			enum outcome r = answer_read(
			    buf_view(&typed), &terms, &answer, &why);
			if (r != (cut && cases[i].goes_on ? BAD : OK))
				fail_msg("row %zu, %zu bytes: %s", i, lens[j],
				    why.text);
			if (r == BAD)
				assert_non_null(
				    strstr(why.text, "cut by the client"));
			assert_int_equal(answer.code != NULL, r == OK);
			/* nothing cuts what a browser sends */
			struct answer_terms whole = terms;
			autoanswer sent = {0};
			whole.may_be_cut = false;
			assert_int_equal(
			    answer_read(buf_view(&typed), &whole, &sent, &why),
			    OK);
		}
	}
}

/* An address that lost its state's end at the same place. */
static void
answer_that_a_client_cut_says_so(void **state)
{
	static const struct answer_terms terms = {.state = SHOWN,
	    .redirect_uri = BACK,
	    .issuer = "",
	    .may_be_cut = true,
	    .code_max = ANSWER_CODE_MAX};
	autobuf typed = BUF_INIT(ANSWER_MAX);
	autoanswer answer = {0};
	struct errinfo why = {0};

	(void)state;
	buf_put_text(&typed, BACK "?code=");
	while (typed.len < 1023 - 10)
		buf_put_byte(&typed, 'x');
	buf_put_text(&typed, "&state=E9M");
	assert_int_equal(
	    answer_read(buf_view(&typed), &terms, &answer, &why), BAD);
	assert_non_null(strstr(why.text, "cut by the client"));
	assert_null(answer.code);
}

/* A code has as many bytes as the provider's may have. */
static void
answer_s_code_is_bounded_by_the_provider(void **state)
{
	static const size_t bounds[] = {512, ANSWER_CODE_MAX};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct answer_terms terms = {.state = SHOWN,
		    .redirect_uri = BACK,
		    .issuer = "",
		    .code_max = bounds[i]};

		for (size_t more = 0; more < 2; more++) {
			autobuf typed = BUF_INIT(ANSWER_MAX);
			autoanswer answer = {0};

			buf_put_text(&typed, "code=");
			for (size_t j = 0; j < bounds[i] + more; j++)
				buf_put_byte(&typed, 'x');
			buf_put_text(&typed, "&state=" HASH);
			assert_int_equal(answer_read(buf_view(&typed), &terms,
					     &answer, NULL),
			    more == 0 ? OK : BAD);
		}
	}
}

#define ISSUER "https://cxone.example"
#define ISS "iss=https%3A%2F%2Fcxone.example"
#define RAW_ISS "iss=" ISSUER
#define IS_ELSEWHERE "the address with the code is not redirect_uri"
#define IS_OF_ANOTHER "iss is another issuer's"
#define IS_TWICE "the same parameter twice"

/* What a code's address must be, and who may have made it. */
static const struct place {
	const char *redirect_uri;
	const char *issuer;
	const char *typed;
	const char *why; /* NULL: accepted */
} places[] = {
    /* as a browser may write it */
    {BACK, "", BACK "?" PAIR, NULL},
    {BACK, "", BACK "/?" PAIR, NULL},
    {BACK "/", "", BACK "?" PAIR, NULL},
    {BACK, "", "HTTPS://SignIn.Example.org/cb?" PAIR, NULL},
    {BACK, "", "https://signin.example.org:443/cb?" PAIR, NULL},
    {"https://signin.example.org:443/cb", "", BACK "?" PAIR, NULL},
    {BACK, "", "signin.example.org/cb?" PAIR, NULL},
    {BACK, "", "[" BACK "?" PAIR "](" BACK "?" PAIR ")", NULL},
    {BACK, "", "Address: " BACK "?" PAIR, NULL},
    {BACK "?app=1", "", BACK "?app=1&" PAIR, NULL},
    {BACK, "", "?" PAIR, NULL},
    {"http://localhost:8085", "", "http://localhost:8085/?" PAIR, NULL},
    {"http://[::1]:8085/cb", "", "http://[::1]:8085/cb?" PAIR, NULL},
    {"http://localhost", "", "http://localhost:80/?" PAIR, NULL},
    /* another one, each by one part */
    {BACK, "", "http://signin.example.org/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "http://signin.example.org:443/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "ftp://signin.example.org/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://signin.example.org:444/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://signin.example.org:80/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://signin.example.org.evil.example/cb?" PAIR,
	IS_ELSEWHERE},
    {BACK, "", "https://signin.example.org@evil.example/cb?" PAIR,
	IS_ELSEWHERE},
    {BACK, "", "https://evil.example/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "evil.example/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "//signin.example.org/cb?" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://signin.example.org?" PAIR, IS_ELSEWHERE},
    {BACK, "", BACK "b?" PAIR, IS_ELSEWHERE},
    {BACK, "", BACK "//?" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://signin.example.org/CB?" PAIR, IS_ELSEWHERE},
    {BACK, "", BACK "/x?" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://evil.example/&" PAIR, IS_ELSEWHERE},
    {BACK, "", BACK "?" PAIR " https://evil.example/cb?" PAIR, IS_ELSEWHERE},
    {"http://localhost:8085/", "", "http://localhost:8086/?" PAIR,
	IS_ELSEWHERE},
    {"http://localhost:8085/", "", "http://127.0.0.1:8085/?" PAIR,
	IS_ELSEWHERE},
    {"", "", BACK "?" PAIR, IS_ELSEWHERE},
    /* the issuer */
    {BACK, ISSUER, BACK "?" PAIR, NULL},
    {BACK, ISSUER, BACK "?" PAIR "&" ISS, NULL},
    {BACK, ISSUER, PAIR "&" ISS, NULL},
    {BACK, ISSUER, "iss=%68ttps%3a//cxone.example&" PAIR, NULL},
    /* a value that is an address, as browsers leave it */
    {BACK, ISSUER, BACK "?" PAIR "&" RAW_ISS, NULL},
    {BACK, ISSUER, BACK "?" RAW_ISS "&" PAIR, NULL},
    {BACK, ISSUER, PAIR "&" RAW_ISS, NULL},
    {BACK, ISSUER, RAW_ISS "&" PAIR, NULL},
    {BACK, ISSUER, "?" PAIR "&" RAW_ISS, NULL},
    {BACK, ISSUER, BACK "?" PAIR "&" RAW_ISS "#top", NULL},
    {BACK, ISSUER, BACK "?" PAIR "&" RAW_ISS BACK "?" PAIR "&" ISS, IS_TWICE},
    {BACK, ISSUER, BACK "?" PAIR "&" RAW_ISS BACK "?" PAIR "&" RAW_ISS, NULL},
    {BACK, ISSUER,
	"[" BACK "?" PAIR "&" RAW_ISS "](" BACK "?" PAIR "&" RAW_ISS ")", NULL},
    {BACK, ISSUER, BACK "?scope=https://x.example/y&" PAIR, NULL},
    {BACK, ISSUER, BACK "?scope=a+https://x.example/y&" PAIR, NULL},
    {BACK, ISSUER, BACK "?scope=a%20https://x.example/y&" PAIR, NULL},
    {BACK, ISSUER, BACK "?scope=https%3A%2F%2Fx.example%2Fy&" PAIR, NULL},
    {BACK, "", BACK "?" PAIR "&" RAW_ISS, NULL},
    {BACK, "", BACK "?" PAIR "&" ISS, NULL},
    {BACK, "", BACK "?scope=https://x.example/y&" PAIR, NULL},
    {BACK, "", BACK "?scope=http://x.example/y&" PAIR, NULL},
    {BACK, "", "address=" BACK "?" PAIR, NULL},
    {BACK, "", "https://evil.example/?x=" BACK "&" PAIR, IS_ELSEWHERE},
    {BACK, "", "https://evil.example/?x=" BACK "?" PAIR, NULL},
    {BACK, ISSUER, BACK "?" PAIR "&iss=https://other.example", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?error=x&iss=https://other.example", IS_OF_ANOTHER},
    {BACK, "", BACK "?" PAIR "&iss=other", NULL},
    {BACK, ISSUER, BACK "?" PAIR "&iss=", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&iss", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&iss=other", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&" ISS "%2F", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&" ISS "%00", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&" ISS "%", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&iss=https%3A%2F%2Fcxone.exampl",
	IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&iss=https%3A%2F%2FCXone.example",
	IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?error=access_denied&iss=other", IS_OF_ANOTHER},
    {BACK, ISSUER, BACK "?" PAIR "&" ISS "&" ISS, IS_TWICE},
    {BACK, "", BACK "?" PAIR "&" ISS "&" ISS, IS_TWICE},
    {BACK, ISSUER, BACK "?" PAIR "&" ISS " " BACK "?" PAIR "&iss=other",
	IS_TWICE},
};

static void
answer_of_another_place_or_issuer_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *row = &places[i];
		const struct answer_terms terms = {.state = SHOWN,
		    .redirect_uri = row->redirect_uri,
		    .issuer = row->issuer,
		    .code_max = 512};
		const char *expected = row->why == NULL ? "" : row->why;
		autoanswer answer = {0};
		struct errinfo why = {0};

		enum outcome r =
		    answer_read(view_text(row->typed), &terms, &answer, &why);
		if (r != (row->why == NULL ? OK : BAD) ||
		    strcmp(why.text, expected) != 0)
			fail_msg("row %zu, \"%s\": %s; \"%s\"", i, row->typed,
			    outcome_name(r), why.text);
		assert_int_equal(answer.code != NULL, r == OK);
		assert_int_equal(answer.other_address,
		    row->why != NULL && strcmp(row->why, IS_TWICE) != 0);
	}
}

/* What has to be true of every answer. */
static void
check_sound(enum outcome r, const struct answer *answer)
{
	struct view code = secret_view(answer->code);

	assert_true(
	    r == OK || r == EMPTY || r == BAD || r == MISMATCH || r == REFUSED);
	assert_int_equal(answer->code != NULL, r == OK);
	assert_true(r == MISMATCH || r == BAD || !answer->other_address);
	assert_true(r == BAD || !answer->sshd_junk);
	assert_true(code.len <= ANSWER_CODE_MAX);
	for (size_t i = 0; i < code.len; i++)
		assert_non_null(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				       "nopqrstuvwxyz0123456789._~-",
		    code.p[i], 66));
}

static void
answer_reads_every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct errinfo err = {0};
		autoanswer answer;

		enum outcome r = read_copy(row->typed, row->len, &answer, &err);
		struct view code = secret_view(answer.code);
		int flags = (answer.state_seen ? SEEN : 0) |
		    (r == MISMATCH && answer.other_address ? EARLIER : 0) |
		    (answer.sshd_junk ? JUNK : 0);
		if (r != row->outcome || flags != row->flags)
			fail_msg("row %zu, \"%s\": %s, flags %d; \"%s\"", i,
			    row->typed, outcome_name(r), flags, err.text);
		check_sound(r, &answer);
		assert_int_equal(err.text[0] == '\0', r == OK);
		if (row->code == NULL)
			continue;
		if (!view_eq(code, view_text(row->code)))
			fail_msg("row %zu, \"%s\": code \"%.*s\"", i,
			    row->typed, (int)code.len, (const char *)code.p);
	}
}

/* The rows again: whatever has no state is malformed, and all else the same. */
static void
answer_without_its_state_is_no_answer(void **state)
{
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		bool bare = row->outcome == OK && (row->flags & SEEN) == 0;
		struct errinfo err = {0};
		autoanswer answer;

		enum outcome r =
		    read_with(false, row->typed, row->len, &answer, &err);
		if (r != (bare ? BAD : row->outcome))
			fail_msg("row %zu, \"%s\": %s; \"%s\"", i, row->typed,
			    outcome_name(r), err.text);
		check_sound(r, &answer);
		assert_true(r != OK || answer.state_seen);
		refused += bare;
	}
	assert_true(refused > 20);
}

static void
answer_is_read_up_to_4096_bytes(void **state)
{
	char typed[ANSWER_MAX + 1];
	autoanswer most, more;
	struct errinfo err;

	(void)state;
	memset(typed, ' ', sizeof(typed));
	memcpy(typed + ANSWER_MAX - strlen(CODE), CODE, strlen(CODE));
	assert_int_equal(read_copy(typed, ANSWER_MAX, &most, &err), OK);
	assert_int_equal(read_copy(typed, ANSWER_MAX + 1, &more, &err), BAD);
	assert_null(more.code);
}

static void
answer_codes_have_66_characters(void **state)
{
	static const char ornaments[] = " \t\r\n\v\f'\"`<>";
	size_t count = 0;

	(void)state;
	for (int c = 0; c < 256; c++) {
		char typed[] = "a?" CODE;
		size_t len = sizeof(typed) - 1;
		autoanswer answer;

		typed[1] = (char)c;
		enum outcome r = read_copy(typed, len, &answer, NULL);
		check_sound(r, &answer);
		if (c != '\0' && strchr(ornaments, c) != NULL)
			assert_int_equal(secret_view(answer.code).len, len - 1);
		else if (r == OK)
			count++;
		else
			assert_int_equal(r, BAD);
	}
	assert_int_equal(count, 66);
}

/* A code in parameters may be base64, where the provider's may. */
static void
answer_codes_of_a_provider_have_every_vschar(void **state)
{
	static const struct {
		const char *code;
		const char *decoded; /* NULL: refused */
	} codes[] = {
	    {"a%2Fb%2Bc%3D", "a/b+c="},
	    {"a/b%2bc==", "a/b+c=="},
	    {"a%25%32%46", "a%2F"},
	    {"a+b", NULL},
	    {"a%20b", NULL},
	    {"a%", NULL},
	};
	struct answer_terms terms = {.state = SHOWN,
	    .redirect_uri = BACK,
	    .issuer = "",
	    .bare_code = true,
	    .code_max = ANSWER_CODE_MAX,
	    .code_vschar = true};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		autobuf typed = BUF_INIT(ANSWER_MAX);
		autoanswer answer = {0};

		buf_printf(&typed, BACK "?code=%s&state=" HASH, codes[i].code);
		enum outcome r =
		    answer_read(buf_view(&typed), &terms, &answer, NULL);
		assert_int_equal(r, codes[i].decoded != NULL ? OK : BAD);
		assert_true(r != OK ||
		    view_eq(
			secret_view(answer.code), view_text(codes[i].decoded)));
	}
	for (unsigned c = 0; c < 256; c++) {
		autobuf typed = BUF_INIT(ANSWER_MAX);
		autoanswer answer = {0};

		buf_printf(&typed, "code=a%%%02x&state=" HASH, c);
		assert_int_equal(
		    answer_read(buf_view(&typed), &terms, &answer, NULL),
		    c > 0x20 && c < 0x7f ? OK : BAD);
	}
	autoanswer bare = {0};
	assert_int_equal(
	    answer_read(view_text(CODE "/"), &terms, &bare, NULL), BAD);
}

static void
answer_of_a_null_view_is_empty(void **state)
{
	autoanswer answer;

	(void)state;
	assert_int_equal(
	    answer_read((struct view){0}, &no_earlier, &answer, NULL), EMPTY);
}

static void
answer_works_without_earlier_states_and_without_errinfo(void **state)
{
	autoanswer answer;

	(void)state;
	assert_int_equal(
	    answer_read(view_text("code=a&state=aaaaaaaaaaaaaaaaaaaaaa"),
		&no_earlier, &answer, NULL),
	    MISMATCH);
	assert_false(answer.other_address);
}

static void
answer_overwrites_what_the_struct_held(void **state)
{
	struct answer answer;

	(void)state;
	memset(&answer, 0xff, sizeof(answer));
	assert_int_equal(read_copy("!", 1, &answer, NULL), BAD);
	assert_null(answer.code);
	assert_false(answer.state_seen);
	assert_false(answer.other_address);
	assert_false(answer.sshd_junk);
}

static void
answer_shows_an_error_redirect_escaped(void **state)
{
	static const struct {
		const char *typed;
		const char *text;
	} errors[] = {
	    {"error=access_denied", "access_denied"},
	    {"error=access_denied&error_description=The+user%20said%20no",
		"access_denied: The user said no"},
	    {"error=access_denied&description=no", "access_denied: no"},
	    {"error=a&description=b&error_description=c", "a: c"},
	    {"error=a&description=b&error_description=", "a: b"},
	    {"error=a%22%0a%1b%5b2J&error_description=%c3%a9",
		"a\\x22\\x0a\\x1b[2J: \\xc3\\xa9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct errinfo err = {0};
		autoanswer answer;

		assert_int_equal(read_copy(errors[i].typed,
				     strlen(errors[i].typed), &answer, &err),
		    REFUSED);
		assert_string_equal(err.text, errors[i].text);
	}
}

static void
answer_never_cuts_an_escape_of_an_error_in_two(void **state)
{
	(void)state;
	for (size_t pad = 0; pad < 4; pad++) {
		struct errinfo err = {0};
		autoanswer answer;
		autobuf typed = BUF_INIT(ANSWER_MAX);

		buf_printf(
		    &typed, "error=e&error_description=%.*s", (int)pad, "xxxx");
		for (size_t i = 0; i < 300; i++)
			buf_put_text(&typed, "%00");
		assert_int_equal(buf_check(&typed), OK);
		assert_int_equal(
		    read_copy(buf_text(&typed), typed.len, &answer, &err),
		    REFUSED);
		size_t shown = strlen(err.text) - strlen("e: ") - pad;
		assert_int_equal(shown % strlen("\\x00"), 0);
		assert_int_equal(shown, (200 - pad) / 4 * 4);
	}
}

static void
answer_error_texts_never_hold_a_code(void **state)
{
	static const char *const typed[] = {
	    "code=SeCrEt&code=SeCrEt",
	    "code=SeCrEt!",
	    "code=SeCrEt%",
	    "SeCrEt!",
	    "SeCrEt\x01",
	    "code=SeCrEt&error=x",
	    "code=SeCrEt&state=SeCrEt",
	    "code=SeCrEt",
	    "SeCrEt",
	    "code=SeCrEt&state=SeCrEtSeCrEtSeCrEtSeCrEt",
	    "https://SeCrEt/#code=SeCrEt",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		struct errinfo err = {0};
		autoanswer answer;

		assert_int_not_equal(
		    read_copy(typed[i], strlen(typed[i]), &answer, &err), OK);
		assert_null(strstr(err.text, "SeCrEt"));
		assert_string_not_equal(err.text, "");
	}
}

static void
answer_recognises_sshd_junk_of_every_length(void **state)
{
	static const char junk[] = "\b\n\r\177INCORRECT";
	uint8_t typed[6000];

	(void)state;
	for (size_t i = 0; i < sizeof(typed); i++)
		typed[i] = (uint8_t)junk[i % 13];
	assert_false(typed_is_sshd_junk((struct view){.p = typed, .len = 0}));
	for (size_t len = 1; len <= sizeof(typed); len += len < 80 ? 1 : 997) {
		struct view view = {.p = typed, .len = len};
		autoanswer answer;

		assert_true(typed_is_sshd_junk(view));
		assert_int_equal(
		    answer_read(view, &no_earlier, &answer, NULL), BAD);
		assert_true(answer.sshd_junk);
		typed[len - 1] ^= 1;
		assert_false(typed_is_sshd_junk(view));
		typed[len - 1] ^= 1;
	}
}

static const char *const good[] = {
    "\x1b[200~ <" BACK "?code=" CODE "&state=" SHOWN "#x> \x1b[201~",
    "code=c%6Fde&state=" HASH "%2Ealice",
    BACK "?error=access_denied&error_description=a%20b+c&state=" SHOWN,
};

static void
answer_survives_every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		for (size_t len = 0; len <= strlen(good[i]); len++) {
			struct errinfo err;
			autoanswer answer;

			check_sound(
			    read_copy(good[i], len, &answer, &err), &answer);
		}
	}
}

static void
answer_survives_every_bit_flip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = strlen(good[i]);
		char *typed = strdup(good[i]);

		assert_non_null(typed);
		for (size_t bit = 0; bit < len * 8; bit++) {
			struct errinfo err;
			autoanswer answer;
			char old = typed[bit / 8];

			typed[bit / 8] = (char)(old ^ 1 << bit % 8);
			check_sound(
			    read_copy(typed, len, &answer, &err), &answer);
			typed[bit / 8] = old;
		}
		free(typed);
	}
}

static void
answer_accepts_no_state_but_the_shown_one(void **state)
{
	char typed[] = "code=a&state=" HASH;
	size_t at = strlen("code=a&state=");

	(void)state;
	for (size_t i = 0; i < STATE_HASH_LEN; i++) {
		autoanswer answer;
		char old = typed[at + i];

		typed[at + i] = old == 'x' ? 'y' : 'x';
		assert_int_equal(
		    read_copy(typed, strlen(typed), &answer, NULL), MISMATCH);
		typed[at + i] = old;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answer_reads_every_row),
	    cmocka_unit_test(answer_that_a_client_cut_is_no_code),
	    cmocka_unit_test(answer_that_a_client_cut_says_so),
	    cmocka_unit_test(answer_s_code_is_bounded_by_the_provider),
	    cmocka_unit_test(answer_of_another_place_or_issuer_is_refused),
	    cmocka_unit_test(answer_without_its_state_is_no_answer),
	    cmocka_unit_test(answer_is_read_up_to_4096_bytes),
	    cmocka_unit_test(answer_codes_have_66_characters),
	    cmocka_unit_test(answer_codes_of_a_provider_have_every_vschar),
	    cmocka_unit_test(answer_of_a_null_view_is_empty),
	    cmocka_unit_test(
		answer_works_without_earlier_states_and_without_errinfo),
	    cmocka_unit_test(answer_overwrites_what_the_struct_held),
	    cmocka_unit_test(answer_shows_an_error_redirect_escaped),
	    cmocka_unit_test(answer_never_cuts_an_escape_of_an_error_in_two),
	    cmocka_unit_test(answer_error_texts_never_hold_a_code),
	    cmocka_unit_test(answer_recognises_sshd_junk_of_every_length),
	    cmocka_unit_test(answer_survives_every_truncation),
	    cmocka_unit_test(answer_survives_every_bit_flip),
	    cmocka_unit_test(answer_accepts_no_state_but_the_shown_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
