/* SPDX-License-Identifier: ISC */
/*
 * The sign-in: its beginning and its end.  It runs in the application's
 * process, as root.  It must never end, fork into or change the application,
 * and never turn a fault into a success.
 */
#include "authenticate.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "export.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/config/service.h"
#include "journal.h"
#include "place.h"
#include "remember.h"
#include "rounds.h"
#include "session.h"

#define INTERRUPTED "gcpkce_signin"
#define FAIL_DELAY_US 2000000

static void
signin_free(struct signin *s)
{
	if (s == NULL)
		return;
	helper_proc_end(&s->proc);
	policy_done(&s->policy);
	wire_verdict_done(&s->verdict);
	buf_done(&s->key);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

static void
signin_cleanup(struct signin **p)
{
	signin_free(*p);
}
#define autosignin CLEANUP(signin_cleanup) struct signin

/*
 * libpam's cleanup of a kept sign-in: acts only in the process that keeps it.
 */
static void
interrupted_free(pam_handle_t *pamh, void *data, int status)
{
	struct signin *s = data;

	(void)pamh;
	if (s != NULL && s->owner == getpid() &&
	    (status & (PAM_DATA_SILENT | PAM_DATA_REPLACE)) == 0)
		signin_free(s);
}

static enum outcome
config_read(struct signin *s, int argc, const char **argv)
{
	autofaults faults;
	enum outcome r =
	    config_load(argc, argv, CONFIG_FOR_MODULE, &s->config, &faults);

	if (r == OUTCOME_OK)
		return r;
	journal_faults(s->pamh, &faults);
	if (faults.count == 0) /* memory */
		return r;
	return err_set(&s->why, r, "the configuration has %zu fault%s",
	    faults.count, faults.count == 1 ? "" : "s");
}

/* A name that no account can have is handled like an unknown one. */
static enum outcome
user_read(struct signin *s, bool *ret_again)
{
	const char *user = NULL;
	int result = pam_get_user(s->pamh, &user, NULL);

	*ret_again = result == PAM_CONV_AGAIN;
	if (result != PAM_SUCCESS || user == NULL)
		return err_set(&s->why, OUTCOME_ABORTED, "no user name: %s",
		    pam_strerror(s->pamh, result));
	if (strlen(user) < sizeof(s->user))
		memcpy(s->user, user, strlen(user) + 1);
	if (gethostname(s->host, sizeof(s->host) - 1) != 0 ||
	    s->host[0] == '\0')
		memcpy(s->host, "this host", sizeof("this host"));
	return OUTCOME_OK;
}

/* What is known of the account before the sign-in. */
static enum outcome
account_status_judge(struct signin *s)
{
	enum outcome r =
	    policy_gather(&s->config, s->user, &s->policy, &s->why);

	if (r != OUTCOME_OK)
		return r;
	if (s->why.text[0] != '\0')
		journal_event(s->pamh, LOG_WARNING, "account_group_missing",
		    s->user, s->why.text);
	s->why.text[0] = '\0';
	s->account_status =
	    policy_account_check(&s->policy, &s->account_status_why);
	if (s->account_status == OUTCOME_OK && geteuid() != 0 &&
	    s->policy.account.uid != geteuid())
		s->account_status =
		    err_set(&s->account_status_why, OUTCOME_UID_REFUSED,
			"the application does not run as root: only its own "
			"account can sign in");
	return OUTCOME_OK;
}

/* Start the helper, which composes the address. */
static enum outcome
helper_start(struct signin *s, const struct place *place)
{
	const struct helper_call call = {
	    .user = s->user,
	    .service = place->service,
	    .host = s->host,
	    .uid = s->policy.account.uid,
	    .listens = place_may_listen(place, &s->policy.account),
	    .unasked = s->dialogue.local,
	    .decoy = s->account_status != OUTCOME_OK,
	    .want_token = s->config.export != EXPORT_NONE,
	};
	int64_t begun_ms = clock_now_ms();
	enum outcome r = helper_client_start(
	    &s->config, &call, s->deadline_ms, &s->proc, &s->why);

	if (r == OUTCOME_OK && s->config.debug && s->why.text[0] != '\0')
		journal_debug(s->pamh, "%s", s->why.text);
	if (r == OUTCOME_OK) {
		s->why.text[0] = '\0';
		r = helper_client_address(
		    &s->proc, s->deadline_ms, &s->ready, &s->why);
	}
	journal_missing_layers(s->pamh, s->user, &s->proc.missing);
	if (s->config.debug)
		journal_debug(s->pamh,
		    "helper %d%s started in %lld ms (%s); account status: %s "
		    "%s",
		    (int)s->proc.pid, s->proc.pid < 0 ? " of the service" : "",
		    (long long)(clock_now_ms() - begun_ms), outcome_name(r),
		    outcome_name(s->account_status),
		    s->account_status_why.text);
	return r;
}

/* Steps 1 and 2: configuration, user, account. */
static enum outcome
signin_begin(struct signin *s, int argc, const char **argv,
    struct place *ret_place, bool *ret_again)
{
	enum outcome r = config_read(s, argc, argv);
	if (r == OUTCOME_OK)
		r = user_read(s, ret_again);
	if (r != OUTCOME_OK)
		return r;
	place_read(s->pamh, ret_place);
	if (service_cannot_ask(ret_place->service))
		return err_set(&s->why, OUTCOME_NO_CONVERSATION,
		    "programs of this service cannot prompt a user: keep "
		    "pam_gcpkce out of its stack");
	s->deadline_ms =
	    clock_now_ms() + (int64_t)s->config.timeout * INT64_C(1000);
	s->dialogue = (struct dialogue){
	    .provider = provider_title(s->config.provider),
	    .user = s->user,
	    .host = s->host,
	    .address = s->ready.address,
	    .wrong = "",
	    .split = place_is_split(s->config.dialogue, ret_place),
	    .max = place_message_max(ret_place),
	    .local = place_is_seat(ret_place),
	};
	return account_status_judge(s);
}

/* The sign-in that the application interrupted; NULL: there is none. */
static struct signin *
interrupted_take(pam_handle_t *pamh)
{
	const void *data = NULL;
	struct signin *s;

	if (pam_get_data(pamh, INTERRUPTED, &data) != PAM_SUCCESS ||
	    data == NULL)
		return NULL;
	memcpy(&s, &data, sizeof(s));
	(void)pam_set_data(
	    pamh, INTERRUPTED, NULL, NULL); /* interrupted_free skips it */
	return s->owner == getpid() ? s : NULL;
}

static struct signin *
signin_new(pam_handle_t *pamh)
{
	struct signin *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->pamh = pamh;
	s->owner = getpid();
	s->proc = HELPER_PROC_NONE;
	return s;
}

/*
 * Begin, unless it has begun; then use what is remembered, or run the rounds.
 */
static void
signin_advance(struct signin *s, bool begun, int argc, const char **argv,
    struct result *result)
{
	if (!begun) {
		struct place place;
		enum outcome r =
		    signin_begin(s, argc, argv, &place, &result->incomplete);

		if (r == OUTCOME_OK && !remember_use(s, &place))
			r = helper_start(s, &place);
		result->outcome = result->shown = r;
		if (r != OUTCOME_OK || s->is_remembered)
			return;
	}
	rounds_run(s, result);
}

static void
denial_finish(struct signin *s, const struct result *result)
{
	/* sudo sets PAM_SILENT whatever the user wants, and shows texts */
	if (((unsigned)s->flags & PAM_SILENT) == 0 || s->dialogue.split)
		dialogue_tell(s->pamh,
		    helper_client_sentence(&s->config, s->ready.callback,
			&s->verdict, result->shown));
	(void)pam_fail_delay(s->pamh, FAIL_DELAY_US);
}

/* After the decision: before it, the time would show which accounts exist. */
static void
success_finish(struct signin *s)
{
	if (s->is_remembered) {
		remember_export(s);
		return;
	}
	remember_keep(s);
	if (s->config.export == EXPORT_FILE)
		export_sweep(s->pamh, &s->config);
}

/* No memory for a sign-in: log and report what needs no memory. */
static struct result
memory_deny(pam_handle_t *pamh, int flags)
{
	enum outcome r = OUTCOME_NO_MEMORY;

	journal_decision(pamh,
	    &(struct journal_entry){
		.outcome = r,
		.provider = "",
		.user = journal_item(pamh, PAM_USER),
		.correlation = "",
		.cause = "",
	    });
	if (((unsigned)flags & PAM_SILENT) == 0)
		dialogue_tell(pamh, outcome_sentence(r));
	(void)pam_fail_delay(pamh, FAIL_DELAY_US);
	return (struct result){.outcome = r, .shown = r};
}

struct result
signin_run(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct result result = {0};
	autosignin *s = interrupted_take(pamh);
	bool begun = s != NULL;

	if (!begun) {
		session_unexport(pamh); /* first: all else may fail */
		s = signin_new(pamh);
	}
	if (s == NULL)
		return memory_deny(pamh, flags);
	s->flags = flags;
	signin_advance(s, begun, argc, argv, &result);
	if (result.incomplete) {
		/* without a begun sign-in, the next call begins again */
		if (s->ready.address[0] != '\0' &&
		    pam_set_data(pamh, INTERRUPTED, s, interrupted_free) ==
			PAM_SUCCESS)
			(void)take_ptr(&s);
		return result;
	}
	rounds_log(s, result.outcome);
	if (result.outcome != OUTCOME_OK || result.shown != OUTCOME_OK)
		denial_finish(s, &result);
	else
		success_finish(s);
	return result;
}
