/* SPDX-License-Identifier: ISC */
/*
 * gcpkce login: the whole sign-in in a terminal, with the helper and policy of
 * a login.  It changes nothing on the host.  The dialogue is on stderr, so that
 * stdout holds only what was asked for.
 */
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

#include "command.h"
#include "export.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/config/policy.h"
#include "gcpkce/helper_client/helper_client.h"
#include "open_browser.h"
#include "scopes.h"

struct login {
	const struct options *options;
	bool keeps_token; /* prints it on standard output, and keeps it */
	struct config config;
	struct policy policy;
	struct helper_proc proc;
	struct wire_ready ready; /* what is shown at present */
	char user[ACCOUNT_NAME_MAX + 1];
	int64_t deadline_ms;
	struct wire_verdict verdict;
	uint64_t expires_at_s;
	struct errinfo why;
};

/*
 * Ctrl-C ends this process like any program, and the closed socket ends the
 * helper, which revokes a token that it has.  We only end the line after the
 * prompt.
 */
static void
interrupt_report(int signal)
{
	static const char text[] = "\nInterrupted: nothing was stored.\n";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)raise(signal); /* SA_RESETHAND: this time it ends the process */
}

static void
interrupt_catch(void)
{
	struct sigaction old;
	struct sigaction action = {
	    .sa_handler = interrupt_report, .sa_flags = (int)SA_RESETHAND};

	/* in a background pipeline it is ignored, and stays so */
	if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		(void)sigaction(SIGINT, &action, NULL);
}

static enum outcome
user_choose(struct login *l)
{
	const char *name = l->options->user;
	const struct passwd *own = getpwuid(getuid());

	if (name == NULL && own != NULL)
		name = own->pw_name;
	if (name == NULL || strlen(name) >= sizeof(l->user))
		return err_set(&l->why, OUTCOME_USER_UNKNOWN,
		    "your uid has no account; name one with --user");
	memcpy(l->user, name, strlen(name) + 1);
	return OUTCOME_OK;
}

static enum outcome
helper_start(struct login *l)
{
	char host[256] = "";
	const struct helper_call call = {
	    .user = l->user,
	    .service = "gcpkce",
	    .host = host,
	    .uid = l->policy.account.uid,
	    .listens = true,
	    .want_token = l->keeps_token,
	};

	(void)gethostname(host, sizeof(host) - 1);
	return helper_client_start(
	    &l->config, &call, l->deadline_ms, &l->proc, &l->why);
}

/* In a login this goes to the journal. */
static void
missing_report(struct login *l)
{
	autobuf news = BUF_INIT(ERRINFO_TEXT_MAX);

	if (missing_news(&l->proc.missing, &news))
		command_message("Warning: %s.\n", buf_text(&news));
}

static enum outcome
address_show(struct login *l)
{
	struct wire_ready *ready = &l->ready;
	struct errinfo why;
	enum outcome r =
	    helper_client_address(&l->proc, l->deadline_ms, ready, &l->why);

	missing_report(l);
	if (r != OUTCOME_OK)
		return r;
	if (l->options->browser) {
		command_message("\nOpening a browser ...\n");
		if (browser_open(ready->address, &why) != OUTCOME_OK)
			command_message(
			    "%s; open the address yourself.\n", why.text);
	}
	if (ready->unreachable)
		command_message("\n%s\n", MESSAGE_UNREACHABLE);
	command_message("\nSign in to %s (within %d seconds):\n\n%s\n\n%s ",
	    provider_title(l->config.provider),
	    (clock_left_ms(l->deadline_ms) + 999) / 1000, ready->address,
	    helper_client_prompt(&l->config, ready->callback));
	return r;
}

/* Is there input, or its end, before the time is over? */
static bool
input_wait(const struct login *l)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	int left;

	while ((left = clock_left_ms(l->deadline_ms)) > 0 &&
	    poll(&input, 1, left) <= 0)
		;
	return left > 0;
}

/*
 * Text typed but not entered would go to the shell, and may be a code.  In the
 * background the call would stop this process.
 */
static void
input_drop(void)
{
	if (tcgetpgrp(STDIN_FILENO) == getpgrp())
		(void)tcflush(STDIN_FILENO, TCIFLUSH);
}

static enum outcome
answer_read_line(struct login *l, struct buf *typed)
{
	uint8_t byte = '\0';
	ssize_t got = 1;

	/* byte by byte: what follows the line is the next answer */
	while (got != 0 && byte != '\n' && input_wait(l)) {
		got = read(STDIN_FILENO, &byte, 1);
		if (got > 0 && typed->len < typed->max)
			buf_put_byte(typed, byte);
		else if (got < 0 && errno != EINTR && errno != EAGAIN)
			got = 0;
	}
	if (byte == '\n' || (got == 0 && typed->len > 0))
		return buf_check(typed);
	command_message("\n"); /* after the prompt */
	if (got == 0)
		return err_set(&l->why, OUTCOME_ABORTED,
		    "standard input ended before an answer came");
	input_drop();
	return err_set(&l->why, OUTCOME_TIMED_OUT,
	    "the time for signing in is over: no answer came within %lu "
	    "seconds",
	    l->config.timeout);
}

/* Prompt until an answer is accepted, or no attempt is left. */
static enum outcome
rounds_run(struct login *l)
{
	const struct helper_client_known known = {.user = l->user};
	enum outcome r = OUTCOME_ANSWER_EMPTY;

	for (unsigned long i = 0;
	     i < l->config.attempts && outcome_may_retry(r); i++) {
		autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);

		if (i > 0)
			command_message("\n%s\n",
			    helper_client_sentence(
				&l->config, l->ready.callback, &l->verdict, r));
		r = address_show(l);
		if (r == OUTCOME_OK)
			r = answer_read_line(l, &typed);
		if (r == OUTCOME_OK) {
			command_message("Checking ...\n");
			r = helper_client_answer(&l->proc, buf_view(&typed),
			    &known, l->deadline_ms, &l->verdict, &l->why);
			missing_report(l);
		}
	}
	return r;
}

/*
 * An account that no user can sign in to looks like any other to a stranger; an
 * administrator is warned before opening the browser.
 */
static void
account_status_report(const struct login *l)
{
	struct errinfo why = {0};
	enum outcome r = policy_account_check(&l->policy, &why);
	autobuf text = BUF_INIT(4 * ERRINFO_TEXT_MAX);

	if (r == OUTCOME_OK)
		return;
	text_put_shown(&text, view_text(why.text));
	command_message(
	    "Warning: no user can sign in to this account (%s: %s).\n",
	    outcome_name(r), buf_text(&text));
}

/* The sign-in, and what the decision would be. */
static enum outcome
login_run(struct login *l)
{
	enum outcome r =
	    command_config(l->options->conf, CONFIG_FOR_LOGIN, &l->config);

	if (r == OUTCOME_OK && l->options->export &&
	    l->config.token_env[0] == '\0')
		r = err_set(&l->why, OUTCOME_CONFIG_INVALID,
		    "--export needs token_env, the variable for the token");
	if (r == OUTCOME_OK)
		r = user_choose(l);
	if (r == OUTCOME_OK)
		r = policy_gather(&l->config, l->user, &l->policy, &l->why);
	if (r != OUTCOME_OK)
		return r;
	account_status_report(l);
	l->deadline_ms =
	    clock_now_ms() + (int64_t)l->config.timeout * INT64_C(1000);
	r = helper_start(l);
	if (r == OUTCOME_OK) {
		l->why.text[0] = '\0'; /* warnings */
		r = rounds_run(l);
	}
	if (r != OUTCOME_OK)
		return r;
	if (l->verdict.expires_in_s > 0)
		l->expires_at_s = clock_wall_s() + l->verdict.expires_in_s;
	return policy_decide(&l->policy, &l->verdict.identity, &l->why);
}

/* Print what was asked for on standard output, outside of JSON. */
static void
token_print(const struct login *l)
{
	const struct options *options = l->options;
	struct view token = secret_view(l->verdict.token);

	if (token.len > 0 && options->export)
		export_print(&l->config, &l->verdict, l->expires_at_s,
		    options->csh || (!options->sh && export_is_for_csh()));
	else if (token.len > 0)
		(void)printf("%.*s\n", (int)token.len, (const char *)token.p);
}

/* The scopes that a sign-in does not need, if the token has no other use. */
static void
broader_put(const struct login *l, struct buf *broader)
{
	if (l->config.export == EXPORT_NONE && !l->keeps_token)
		scopes_put_broader(
		    &l->config, l->verdict.identity.scopes, broader);
}

/* "LABEL VALUE", with bytes that act on a terminal escaped. */
static void
line_print(FILE *to, const char *label, const char *value)
{
	autobuf shown = BUF_INIT(4 * IDENTITY_SCOPES_MAX);

	text_put_shown(&shown, view_text(value));
	(void)fprintf(to, "%s%s\n", label, buf_text(&shown));
}

static void
report_text(const struct login *l, enum outcome outcome, const char *cause)
{
	const struct identity *who = &l->verdict.identity;
	char expires[CLOCK_STAMP_LEN + 1] = "not said";
	FILE *to = l->keeps_token ? stderr : stdout;
	autobuf broader = BUF_INIT(IDENTITY_SCOPES_MAX);

	if (l->expires_at_s > 0)
		clock_stamp(l->expires_at_s, expires);
	if (l->verdict.outcome == OUTCOME_OK) {
		(void)fputc('\n', to);
		if (who->email[0] != '\0')
			line_print(to, "signed in:     ", who->email);
		line_print(to, "id:            ", who->id);
		line_print(to, "organization:  ", who->organization_id);
		if (who->scopes[0] != '\0')
			line_print(to, "scopes:        ", who->scopes);
		line_print(to, "token expires: ", expires);
	}
	(void)fprintf(to, "account:       %s\ndecision:      %s: ",
	    l->user[0] != '\0' ? l->user : "-", outcome_name(outcome));
	line_print(to, "", cause);
	broader_put(l, &broader);
	if (broader.len > 0) {
		line_print(to,
		    "\nWarning: the client's tokens may do more than a sign-in "
		    "needs (user-basic-info):\n",
		    buf_text(&broader));
		(void)fprintf(to,
		    "Use a separate client for sign-ins, with that scope "
		    "alone.\n");
	}
	(void)fflush(to);
}

static void
report_json(const struct login *l, enum outcome outcome, const char *cause)
{
	const struct identity *who = &l->verdict.identity;
	char expires[CLOCK_STAMP_LEN + 1] = "";
	struct view token = secret_view(l->verdict.token);
	struct json_object *json = command_json_new(outcome);
	autobuf broader = BUF_INIT(IDENTITY_SCOPES_MAX);

	broader_put(l, &broader);
	if (l->expires_at_s > 0)
		clock_stamp(l->expires_at_s, expires);
	json_put_text(json, "user", l->user);
	json_put_text(json, "cause", cause);
	command_json_subject(json, l->config.provider, who->id);
	json_put_text(json, "email", who->email);
	json_put_text(json, "organization", who->organization_id);
	json_put_text(json, "scopes", who->scopes);
	json_put_text(json, "scopes_broader", buf_text(&broader));
	json_put_text(json, "expires", expires);
	json_put_text(json, "correlation", l->verdict.correlation);
	if (l->options->print_token && token.len > 0)
		json_put_view(json, "access_token", token);
	if (l->options->export && token.len > 0)
		json_put(json, "environment",
		    export_json(&l->config, &l->verdict, l->expires_at_s));
	command_json_print(json);
}

/* The token is kept only if it was asked for and has been delivered. */
static void
settle(struct login *l, bool written)
{
	bool keep = l->keeps_token && l->verdict.token != NULL && written;

	if (l->verdict.outcome != OUTCOME_OK)
		return;
	(void)helper_client_settle(&l->proc, keep, NULL);
	if (!keep && !l->options->json && l->config.revoke != REVOKE_NEVER)
		command_message("The token is being revoked.\n");
}

int
command_login(const struct options *options)
{
	if (options->print_token && options->export)
		return command_usage("--print-token or --export, not both", "");
	if (options->sh && options->csh)
		return command_usage("--sh or --csh, not both", "");
	if ((options->sh || options->csh) && !options->export)
		return command_usage("--sh and --csh belong to --export", "");
	autofree struct login *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return EXIT_BAD;
	l->options = options;
	l->keeps_token = options->print_token || options->export;
	l->proc = HELPER_PROC_NONE;
	interrupt_catch();
	enum outcome r = login_run(l);
	const char *cause = command_cause(r, outcome_log_text(r), &l->why);
	if (options->json) {
		report_json(l, r, cause);
	} else {
		report_text(l, r, cause);
		token_print(l);
	}
	bool written = fflush(stdout) == 0 && !ferror(stdout);
	if (r == OUTCOME_OK && l->config.callback == CALLBACK_LOOPBACK)
		helper_client_grant(&l->proc);
	settle(l, written);
	helper_proc_end(&l->proc);
	policy_done(&l->policy);
	wire_verdict_done(&l->verdict);
	return r == OUTCOME_OK && written ? EXIT_GOOD : EXIT_BAD;
}
