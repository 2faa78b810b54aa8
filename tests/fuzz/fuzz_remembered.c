/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the file of a remembered sign-in.  Whenever the product uses it,
 * a second reading of the same bytes must find the key whole and the time
 * right, and the judge must agree about the identity (judge.h).
 *
 * The input: two bytes that choose account and policy, a byte of modes, two of
 * the key remember, four of the time now, and the file.  By the modes the file
 * gets a right checksum, or also account, uid and key, so that what follows
 * them is reached.
 */
#include "fuzz.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/config/remembered.h"
#include "gcpkce/config/rundir.h"
#include "module/binding.h"
#include "module/environment.h"
#include "module/journal.h"
#include "module/remember.h"
#include "setting.h"

#define VERSION 2 /* of a record, see docs/DESIGN.md */

enum mode { MODE_RAW, MODE_CHECKSUM, MODE_SPLICED, MODES };

static unsigned long decisions;
static unsigned long successes;
static struct view file; /* p is NULL: there is none */
static uint64_t now_s;

/* ---- what the product finds ---- */

uint64_t __wrap_clock_boot_s(void);
enum outcome __wrap_rundir_open_dir(
    const struct rundir *dir, bool make, int *ret_fd, struct errinfo *reterr);
enum outcome __wrap_rundir_file_read(int dir, const char *name, struct buf *ret,
    struct stat *ret_st, struct errinfo *reterr);

uint64_t
__wrap_clock_boot_s(void)
{
	return now_s;
}

enum outcome
__wrap_rundir_open_dir(
    const struct rundir *dir, bool make, int *ret_fd, struct errinfo *reterr)
{
	(void)dir;
	(void)reterr;
	HOLD(!make);
	*ret_fd = -1;
	return OUTCOME_OK;
}

enum outcome
__wrap_rundir_file_read(int dir, const char *name, struct buf *ret,
    struct stat *ret_st, struct errinfo *reterr)
{
	HOLD(dir == -1 && strchr(name, '/') == NULL);
	*ret_st = (struct stat){0};
	if (file.p == NULL)
		return err_set(reterr, OUTCOME_SYSTEM_ERROR, "no file");
	buf_put(ret, file.p, file.len);
	return buf_check(ret);
}

enum outcome
binding_put(pam_handle_t *pamh, const struct place *place,
    const struct account *account, struct buf *key, struct errinfo *reterr)
{
	(void)pamh;
	(void)place;
	(void)account;
	(void)reterr;
	buf_put_text(key, " rhost=\"192.0.2.7\" key=\"ssh-ed25519 AAAA\"");
	return OUTCOME_OK;
}

enum outcome
rounds_judge(
    struct signin *s, const struct identity *identity, struct errinfo *reterr)
{
	return policy_decide(&s->policy, identity, reterr);
}

enum outcome
environment_put_user(pam_handle_t *pamh, const char *id, const char *email,
    uint64_t expires_at_s)
{
	(void)pamh;
	(void)id;
	(void)email;
	(void)expires_at_s;
	return OUTCOME_OK;
}

enum outcome
environment_put_no_token(pam_handle_t *pamh, const struct config *config)
{
	(void)pamh;
	(void)config;
	return OUTCOME_OK;
}

void
environment_clear(pam_handle_t *pamh, const struct config *config)
{
	(void)pamh;
	(void)config;
}

void
journal_debug(pam_handle_t *pamh, const char *fmt, ...)
{
	(void)pamh;
	(void)fmt;
}

void
journal_event(pam_handle_t *pamh, int priority, const char *event,
    const char *user, const char *cause)
{
	(void)pamh;
	(void)priority;
	(void)event;
	(void)user;
	(void)cause;
}

/* ---- the second reading ---- */

static uint64_t
number_cut(struct input *in, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | input_byte(in);
	return value;
}

static struct view
text_cut(struct input *in)
{
	return input_bytes(in, (size_t)number_cut(in, 4));
}

static void
list_cut(struct input *in, enum list which, struct claim *claim)
{
	claim->told[which] = input_byte(in) != 0;
	struct view text = text_cut(in);
	struct input ids = {text.p, text.len};

	while (ids.len > 0 && claim->count[which] < CLAIM_IDS)
		claim->ids[which][claim->count[which]++] =
		    input_until(&ids, ' ');
}

static uint64_t
sum_of(struct view bytes)
{
	uint64_t sum = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < bytes.len; i++) {
		sum ^= bytes.p[i];
		sum *= UINT64_C(1099511628211);
	}
	return sum;
}

static void
success_check(const struct signin *s, const struct setting *setting)
{
	static struct claim claim; /* it is large */
	struct input in = {file.p, file.len};

	memset(&claim, 0, sizeof(claim));
	HOLD(number_cut(&in, 4) == VERSION);
	uint64_t sum = number_cut(&in, 8);
	HOLD(sum == sum_of((struct view){in.p, in.len}));
	(void)text_cut(&in); /* whose it is, for gcpkce forget */
	HOLD(number_cut(&in, 4) == setting->person->uid);
	uint64_t made_s = number_cut(&in, 8);
	uint64_t lasts_s = number_cut(&in, 8);
	HOLD(made_s > 0 && made_s <= now_s);
	HOLD(now_s - made_s < lasts_s);
	HOLD(now_s - made_s < s->config.remember);
	HOLD(s->remembered_s == now_s - made_s);
	HOLD(view_eq(text_cut(&in), buf_view(&s->key)));
	HOLD(input_byte(&in) == PROVIDER_GENESYS);
	HOLD(text_cut(&in).len == 0); /* issuer */
	claim.id = text_cut(&in);
	claim.email = text_cut(&in);
	claim.state = text_cut(&in);
	claim.client = text_cut(&in);
	claim.organization = text_cut(&in);
	claim.home = text_cut(&in);
	claim.cloned = input_byte(&in) != 0;
	(void)text_cut(&in); /* scopes */
	list_cut(&in, LIST_GROUPS, &claim);
	list_cut(&in, LIST_ROLES, &claim);
	list_cut(&in, LIST_DIVISIONS, &claim);
	HOLD(in.len == 0);
	HOLD(may_sign_in(setting, &claim));
}

/* ---- the file ---- */

static void
number_put(struct buf *b, uint64_t value, size_t bytes)
{
	while (bytes-- > 0)
		buf_put_byte(b, (uint8_t)(value >> (8 * bytes)));
}

static void
text_put(struct buf *b, struct view text)
{
	number_put(b, text.len, 4);
	buf_put(b, text.p, text.len);
}

static void
file_make(
    enum mode mode, struct input *in, const struct signin *s, struct buf *ret)
{
	autobuf fields = BUF_INIT(REMEMBERED_FILE_MAX);

	if (mode == MODE_RAW) {
		buf_put(ret, in->p, in->len);
		return;
	}
	if (mode == MODE_SPLICED) {
		struct view times = input_bytes(in, 16);

		text_put(&fields, view_text(s->policy.account.name));
		number_put(&fields, s->policy.account.uid, 4);
		buf_put(&fields, times.p, times.len);
		text_put(&fields, buf_view(&s->key));
	}
	buf_put(&fields, in->p, in->len);
	number_put(ret, VERSION, 4);
	number_put(ret, sum_of(buf_view(&fields)), 8);
	buf_put(ret, fields.p, fields.len);
}

static void
counts_tell(void)
{
	(void)fprintf(
	    stderr, "remembered: %lu of %lu said yes\n", successes, decisions);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signin s; /* it is large */
	static const struct place place = {.service = "sshd"};
	autobuf content = BUF_INIT(REMEMBERED_FILE_MAX);
	struct input in = {data, size};
	uint8_t who = input_byte(&in);
	uint8_t how = input_byte(&in);
	enum mode mode = input_byte(&in) % MODES;
	struct setting setting = setting_of(who, how);

	memset(&s, 0, sizeof(s));
	setting_apply(&setting, &s.config, &s.policy);
	s.account_status = policy_account_check(&s.policy, &s.why);
	s.config.remember = number_cut(&in, 2);
	now_s = number_cut(&in, 4);
	file = (struct view){0};
	HOLD(!remember_use(&s, &place)); /* but there is a key now */
	file_make(mode, &in, &s, &content);
	HOLD(buf_check(&content) == OUTCOME_OK);
	file = exact_copy(buf_view(&content));
	buf_done(&s.key);
	decisions++;
	if (remember_use(&s, &place)) {
		successes++;
		HOLD(s.is_remembered && setting.person != NULL);
		success_check(&s, &setting);
	} else {
		HOLD(!s.is_remembered && s.verdict.outcome != OUTCOME_OK);
	}
	exact_free(file);
	wire_verdict_done(&s.verdict);
	policy_done(&s.policy);
	buf_done(&s.key);
	return 0;
}
