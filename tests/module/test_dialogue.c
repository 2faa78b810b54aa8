/* SPDX-License-Identifier: ISC */
/*
 * What the person sees, and how answers reach the helper.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONG_ANSWER 100000
#define ANSWER_MAX 4097

#define SIGN_IN(user) \
	"Sign in to Genesys Cloud to continue as " user " on " HOSTNAME
#define WHO SIGN_IN("%s")
#define WITHIN " (within N seconds):\n\n"
#define ASK \
	"Paste what the button copies, or the whole address of the page you land on: "

/* What a prompt must be, in round n, behind a sentence about the one before. */
static void
assert_prompt(const struct host *h, size_t n, const char *wrong,
    const char *user, unsigned round)
{
	char wanted[1024];

	assert_true(n < h->message_count);
	(void)host_seconds_mask(h->messages[n].text);
	int len = snprintf(wanted, sizeof(wanted), "\n%s%s", wrong,
	    wrong[0] != '\0' ? "\n\n" : "");
	len += snprintf(
	    wanted + len, sizeof(wanted) - (size_t)len, WHO WITHIN, user);
	len += snprintf(
	    wanted + len, sizeof(wanted) - (size_t)len, ADDRESS, round);
	(void)snprintf(wanted + len, sizeof(wanted) - (size_t)len, "\n\n" ASK);
	assert_int_equal(h->messages[n].style, PAM_PROMPT_ECHO_ON);
	assert_string_equal(h->messages[n].text, wanted);
}

/* The same in two messages. */
static void
assert_split(const struct host *h, size_t n, unsigned round)
{
	char wanted[1024];

	assert_true(n + 1 < h->message_count);
	(void)host_seconds_mask(h->messages[n].text);
	int len = snprintf(wanted, sizeof(wanted), "\n" WHO WITHIN, "alice");
	len += snprintf(
	    wanted + len, sizeof(wanted) - (size_t)len, ADDRESS, round);
	(void)snprintf(wanted + len, sizeof(wanted) - (size_t)len, "\n");
	assert_int_equal(h->messages[n].style, PAM_TEXT_INFO);
	assert_string_equal(h->messages[n].text, wanted);
	assert_int_equal(h->messages[n + 1].style, PAM_PROMPT_ECHO_ON);
	assert_string_equal(h->messages[n + 1].text, ASK);
}

/* LightDM's greeter never gets a message that is longer with the name. */
static void
message_to_lightdm_is_short_enough_to_arrive(void **state)
{
	static const struct {
		const char *script;
		const char *service;
		const char *begins; /* NULL: no address is shown */
	} rows[] = {
	    {"ready:length-800", "lightdm", "\n" SIGN_IN("alice")},
	    {"ready:length-950", "lightdm", "\nhttps://"},
	    {"ready:length-988", "lightdm", "\nhttps://"},
	    {"ready:length-989", "lightdm", NULL},
	    {"ready:length-989", "gdm", "\n" SIGN_IN("alice")},
	    {"answer_empty,ready:length-800", "lightdm",
		"\nThe answer was empty.\n\n" SIGN_IN("alice")},
	    {"answer_empty,ready:length-950", "lightdm",
		"\nThe answer was empty.\n\nhttps://"},
	    {"answer_empty,ready:length-970", "lightdm", "\nhttps://"},
	    {"answer_empty,ready:length-989", "lightdm", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.service = rows[i].service;
		h.script = rows[i].script;
		int result = host_signin(&h);
		for (size_t n = 0; n < h.message_count; n++) {
			if (strcmp(h.service, "lightdm") == 0)
				assert_in_range(strlen(h.messages[n].text), 1,
				    995 - strlen("alice"));
		}
		const struct message *last = &h.messages[h.message_count - 1];
		if (rows[i].begins == NULL) {
			assert_int_equal(result, PAM_SERVICE_ERR);
			assert_outcome("config_invalid");
			assert_int_equal(last->style, PAM_ERROR_MSG);
		} else {
			assert_int_equal(result, PAM_SUCCESS);
			last--;
			if (strncmp(last->text, rows[i].begins,
				strlen(rows[i].begins)) != 0)
				fail_msg("row %zu: %s", i, last->text);
			assert_non_null(strstr(last->text, "xxx\n"));
		}
		host_end(&h);
	}
}

static void
assert_ascii(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '\n' && (*p < 0x20 || *p > 0x7e))
			fail_msg("byte %02x in: %s", (unsigned char)*p, text);
	}
}

static void
prompt_holds_everything(void **state)
{
	static const char *const modes[] = {
	    "", "dialogue=auto", "dialogue=prompt"};

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct host h;

		assert_int_equal(host_run(&h, "ok", modes[i]), PAM_SUCCESS);
		assert_int_equal(h.message_count, 1);
		assert_prompt(&h, 0, "", "alice", 1);
		assert_ascii(h.messages[0].text);
		host_end(&h);
	}
}

static void
prompt_says_how_much_time_is_left(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "ok", "timeout=120"), PAM_SUCCESS);
	assert_in_range(host_seconds_mask(h.messages[0].text), 60, 120);
	host_end(&h);
}

static void
split_parts_the_address_from_the_prompt(void **state)
{
	static const struct {
		const char *service;
		const char *arguments;
		const char *xdisplay;
		bool split;
	} rows[] = {
	    {"signin", "dialogue=split", NULL, true},
	    {"sudo", "", NULL, true},
	    {"sudo-i", "", NULL, true},
	    {"sudo-deploy", "", NULL, true},
	    {"sudo_deploy", "", NULL, true},
	    {"asudo", "", NULL, false},
	    {"gdm-password", "", NULL, true},
	    {"gdm-switchable-auth", "", NULL, true},
	    {"cosmic-greeter", "", NULL, true},
	    {"xsecurelock", "", NULL, true},
	    {"physlock", "", NULL, true},
	    {"vlock", "", NULL, true},
	    {"polkit-1", "", NULL, true},
	    {"signin", "", ":0", true},
	    {"signin", "", "", false},
	    {"sshd", "", NULL, false},
	    {"login", "", NULL, false},
	    {"su", "", NULL, false},
	    {"sudo", "dialogue=prompt", ":0", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.service = rows[i].service;
		h.arguments = rows[i].arguments;
		h.xdisplay = rows[i].xdisplay;
		assert_int_equal(host_signin(&h), PAM_SUCCESS);
		assert_int_equal(h.message_count, rows[i].split ? 2 : 1);
		if (rows[i].split)
			assert_split(&h, 0, 1);
		else
			assert_prompt(&h, 0, "", "alice", 1);
		host_end(&h);
	}
}

/* ---- callback=loopback ---- */

#define FREE "callback=loopback redirect_uri=" REDIRECT_FREE
#define TAKEN "callback=loopback redirect_uri=" REDIRECT_TAKEN
#define NUMBER \
	"Then type the number that the page shows, or paste the whole " \
	"address of the page you land on: "
#define PASTE_ELSEWHERE \
	"Even if the browser shows an error, paste the whole address of the " \
	"page you land on: "
#define PASTE_ADDRESS \
	"The browser cannot bring the code here: the port of redirect_uri is " \
	"taken, or cannot be had. Paste the whole address of the page you " \
	"land on: "

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static void
prompt_of_a_listener_asks_for_the_number(void **state)
{
	static const struct reply number = {.text = " 0042"};
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = FREE;
	h.replies = &number;
	h.reply_count = 1;
	assert_int_equal(host_signin(&h), PAM_SUCCESS);
	assert_int_equal(h.message_count, 1);
	assert_int_equal(h.messages[0].style, PAM_PROMPT_ECHO_ON);
	assert_true(ends_with(h.messages[0].text, "round=1\n\n" NUMBER));
	assert_ascii(h.messages[0].text);
	/* it is the helper's to compare */
	assert_holds(h.reports, "answer 5  0042\ngranted\nrevoke\n");
	host_end(&h);
}

static void
prompt_says_that_the_port_is_taken(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "ok", TAKEN), PAM_SUCCESS);
	assert_int_equal(h.message_count, 1);
	assert_true(ends_with(h.messages[0].text, "\n\n" PASTE_ADDRESS));
	host_end(&h);
}

/* There is a page with a button only where redirect_uri is a web server's. */
static void
malformed_answer_is_explained_as_its_prompt_asks(void **state)
{
	static const struct {
		const char *arguments;
		const char *rhost;
		const char *prompt;
		const char *sentence;
	} rows[] = {
	    {"", NULL, ASK,
		"That is not the answer: paste the whole address of the page "
		"you land on, or what its button copies. A password does not "
		"belong here.\n"},
	    {FREE, NULL, NUMBER,
		"That is not the answer: type the number that the page shows, "
		"or paste the whole address of the page you land on. A "
		"password does not belong here.\n"},
	    {FREE, "203.0.113.7", PASTE_ELSEWHERE,
		"That is not the answer: paste the whole address of the page "
		"you land on. A password does not belong here.\n"},
	    {TAKEN, NULL, PASTE_ADDRESS,
		"That is not the answer: paste the whole address of the page "
		"you land on. A password does not belong here.\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.arguments = rows[i].arguments;
		h.script = "answer_malformed,ok";
		h.rhost = rows[i].rhost;
		assert_int_equal(host_signin(&h), PAM_SUCCESS);
		assert_int_equal(h.message_count, 2);
		for (size_t m = 0; m < 2; m++)
			assert_true(
			    ends_with(h.messages[m].text, rows[i].prompt));
		assert_holds(h.messages[1].text, rows[i].sentence);
		host_end(&h);
	}
}

struct place {
	const char *service;
	const char *user;
	const char *ruser;
	const char *tty;
	const char *xdisplay;
	const char *rhost;
};

/* Is there a listener for who is at such a place? */
static bool
listens(const struct place *place)
{
	struct host h;

	host_begin(&h);
	h.arguments = FREE;
	if (place->service != NULL)
		h.service = place->service;
	if (place->user != NULL)
		h.user = place->user;
	h.ruser = place->ruser;
	h.tty = place->tty;
	h.xdisplay = place->xdisplay;
	h.rhost = place->rhost;
	(void)host_signin(&h);
	size_t at = 0; /* of the first prompt; at a seat there is none */
	while (
	    at < h.message_count && h.messages[at].style != PAM_PROMPT_ECHO_ON)
		at++;
	assert_true(h.message_count > 0);
	bool ret =
	    at == h.message_count || ends_with(h.messages[at].text, NUMBER);
	assert_true(ret || ends_with(h.messages[at].text, PASTE_ELSEWHERE));
	host_end(&h);
	return ret;
}

/* Else a browser here would bring its code to a sign-in begun elsewhere. */
static void
loopback_server_is_for_who_comes_from_this_host(void **state)
{
	static const char *const here[] = {
	    NULL, "", "127.0.0.1", "127.8.0.1", "::1", "localhost"};
	static const char *const elsewhere[] = {"203.0.113.7",
	    "::ffff:127.0.0.1", "localhost.evil.example", "UNKNOWN"};

	(void)state;
	for (size_t i = 0; i < COUNT(here); i++)
		assert_true(
		    listens(&(struct place){.tty = "pts/3", .rhost = here[i]}));
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		assert_false(listens(
		    &(struct place){.tty = "pts/3", .rhost = elsewhere[i]}));
}

/* An application at none of them may serve a network. */
static void
loopback_server_is_for_a_terminal_a_display_or_a_greeter(void **state)
{
	static const struct {
		struct place place;
		bool listens;
	} rows[] = {
	    {{.service = "signin"}, false},
	    {{.service = "signin", .tty = "", .xdisplay = ""}, false},
	    {{.service = "signin", .rhost = ""}, false},
	    {{.service = "su"}, false},
	    {{.service = "sudo"}, false},
	    {{.service = "polkit-1"}, false},
	    {{.service = "signin", .tty = "pts/3"}, true},
	    {{.service = "signin", .tty = "/dev/pts/3"}, true},
	    {{.service = "signin", .tty = "tty2"}, true},
	    {{.service = "signin", .tty = "/dev/ttyS0"}, true},
	    {{.service = "signin", .tty = "hvc0"}, true},
	    {{.service = "signin", .tty = "console"}, true},
	    {{.service = "signin", .tty = ":0"}, true},
	    {{.service = "signin", .tty = ":10.0"}, true},
	    {{.service = "signin", .xdisplay = ":0.1"}, true},
	    {{.service = "signin", .xdisplay = "unix:0"}, true},
	    /* what a server of a network writes there is no terminal */
	    {{.service = "signin", .tty = "ssh"}, false},
	    {{.service = "signin", .tty = "web"}, false},
	    {{.service = "signin", .tty = "192.0.2.7:0"}, false},
	    {{.service = "signin", .tty = "xrdp-sesman"}, false},
	    {{.service = "signin", .tty = "pts/"}, false},
	    {{.service = "signin", .tty = "pts/3x"}, false},
	    {{.service = "signin", .tty = "/dev/"}, false},
	    {{.service = "signin", .tty = "/dev/pts/3/../x"}, false},
	    {{.service = "signin", .tty = "ttyS"}, false},
	    {{.service = "signin", .tty = "consoles"}, false},
	    {{.service = "signin", .tty = ":0.192"}, true},
	    {{.service = "signin", .tty = ":0.x"}, false},
	    {{.service = "signin", .xdisplay = "192.0.2.7:0"}, false},
	    {{.service = "signin", .xdisplay = "localhost:10.0"}, false},
	    {{.service = "signin", .xdisplay = "unix"}, false},
	    {{.service = "signin", .tty = "pts/3", .xdisplay = "h:0"}, false},
	    {{.service = "gdm", .xdisplay = "192.0.2.7:0"}, false},
	    {{.service = "xdm", .tty = "192.0.2.7:0"}, false},
	    {{.service = "signin", .rhost = "127.0.0.1"}, true},
	    {{.service = "signin", .tty = "ssh", .rhost = "127.0.0.1"}, true},
	    {{.service = "greetd"}, true},
	    {{.service = "cosmic-greeter"}, true},
	    {{.service = "swaylock"}, true},
	    {{.service = "greetd", .rhost = "203.0.113.7"}, false},
	    {{.service = "greetd", .ruser = "carol"}, false},
	    {{.service = "greetd-of-mine"}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (listens(&rows[i].place) != rows[i].listens)
			fail_msg("row %zu", i);
	}
}

/* A browser here may be another account's: su to it has no listener. */
static void
loopback_server_is_for_the_account_of_who_asks(void **state)
{
	static const struct {
		const char *ruser;
		const char *user;
		bool listens;
	} rows[] = {
	    {"", "alice", true},
	    {"alice", "alice", true},
	    {"carol", "alice", false},
	    {"root", "alice", false},
	    {"alice", "absent-user", false},
	    {"absent-user", "absent-user", true},
	    {"alic", "alice", false},
	    {"alice ", "alice", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (listens(&(struct place){.user = rows[i].user,
			.ruser = rows[i].ruser,
			.tty = "pts/3"}) != rows[i].listens)
			fail_msg("row %zu", i);
	}
}

static void
browser_reports_no_success_for_a_refused_user(void **state)
{
	static const char *const scripts[] = {
	    "ok:other-id", "not_mapped", "code_refused", "ok:other-client"};

	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct host h;

		assert_int_not_equal(
		    host_run(&h, scripts[i], FREE), PAM_SUCCESS);
		assert_lacks(h.reports, "granted");
		host_end(&h);
	}
}

static void
browser_reports_success_before_the_token_is_stored(void **state)
{
	struct host h;

	(void)state;
	need_root();
	assert_int_equal(host_run(&h, "ok", FREE " export=env"), PAM_SUCCESS);
	assert_holds(h.reports, "\ngranted\nkeep\n");
	host_end(&h);
}

static void
prompt_is_left_out_for_who_sits_at_this_host(void **state)
{
	static const struct {
		const char *arguments;
		const char *xdisplay;
		const char *tty;
		const char *rhost;
		bool asked;
	} rows[] = {
	    {FREE, ":0", NULL, NULL, false},
	    {FREE, ":1", "pts/3", NULL, false},
	    {FREE, NULL, ":0", NULL, false},
	    {FREE, NULL, ":1.0", "", false},
	    {FREE, NULL, "tty1", NULL, false},
	    {FREE, NULL, "/dev/tty12", NULL, false},
	    {FREE, NULL, ":0", "localhost", false},
	    {FREE, ":0", NULL, "127.0.0.1", false},
	    {FREE, NULL, "ssh", "127.0.0.1", true},
	    {FREE " dialogue=prompt", ":0", NULL, NULL, false},
	    {FREE " dialogue=split", NULL, "tty1", NULL, false},
	    {FREE, ":0", "tty1", "203.0.113.7", true},
	    {FREE, NULL, "tty1", "h", true},
	    {FREE, NULL, NULL, NULL, true},
	    {FREE, "", "", NULL, true},
	    {FREE, NULL, "ssh", NULL, true},
	    {FREE, NULL, "tty", NULL, true},
	    {FREE, NULL, "ttyS0", NULL, true},
	    {FREE, NULL, "tty1x", NULL, true},
	    {FREE, NULL, "pts/1", NULL, true},
	    {FREE, NULL, "/dev/pts/1", NULL, true},
	    {FREE, NULL, ":", NULL, true},
	    {FREE, NULL, ":x", NULL, true},
	    {FREE, NULL, ":0x", NULL, true},
	    {FREE, NULL, ":0.", NULL, true},
	    {FREE, NULL, "192.0.2.7:0", NULL, true},
	    {FREE, "192.0.2.7:0", NULL, NULL, true},
	    {FREE, "192.0.2.7:0", "tty1", NULL, true},
	    {FREE, "localhost:10.0", "pts/3", NULL, true},
	    {FREE, "x", "", NULL, true},
	    {FREE, "unix:0.0", NULL, NULL, false},
	    {TAKEN, ":0", "tty1", NULL, true},
	    {"", ":0", "tty1", NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.arguments = rows[i].arguments;
		h.xdisplay = rows[i].xdisplay;
		h.tty = rows[i].tty;
		h.rhost = rows[i].rhost;
		assert_int_equal(host_signin(&h), PAM_SUCCESS);
		bool asked =
		    h.messages[h.message_count - 1].style == PAM_PROMPT_ECHO_ON;
		if (asked != rows[i].asked)
			fail_msg("row %zu", i);
		if (!asked) {
			assert_int_equal(h.message_count, 1);
			assert_int_equal(h.messages[0].style, PAM_TEXT_INFO);
			assert_true(ends_with(h.messages[0].text,
			    "round=1\n\nOpen it in a browser on this host; "
			    "then the sign-in goes on by itself.\n"));
			assert_holds(h.reports, "answer 0 \n");
		}
		host_end(&h);
	}
}

static void
hostile_user_name_cannot_act(void **state)
{
	static const struct {
		const char *user;
		const char *shown;
	} rows[] = {
	    {"eve\x1b[2J", "eve\\x1b[2J"},
	    {"eve\n\nhttps://evil.example",
		"eve\\x0a\\x0ahttps://evil.example"},
	    {"\"\\", "\"\\"},
	    {"EXAMPLE\\jdoe", "EXAMPLE\\jdoe"},
	    {"\xc3\xa9\xc2\x9b", "\\xc3\\xa9\\xc2\\x9b"},
	    {"%s%n", "%s%n"},
	    {"\r\b\x7f", "\\x0d\\x08\\x7f"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.user = rows[i].user;
		h.script = "code_refused";
		h.arguments = "attempts=1";
		assert_int_equal(host_signin(&h), PAM_MAXTRIES);
		assert_prompt(&h, 0, "", rows[i].shown, 1);
		for (size_t j = 0; j < h.message_count; j++)
			assert_ascii(h.messages[j].text);
		host_end(&h);
	}
}

static void
endless_user_name_is_one_that_no_account_has(void **state)
{
	char name[4096];
	struct host h;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	host_begin(&h);
	h.user = name;
	h.script = "code_refused";
	h.arguments = "attempts=1";
	assert_int_equal(host_signin(&h), PAM_MAXTRIES);
	assert_outcome("user_unknown");
	host_end(&h);
}

static void
answer_reaches_the_helper_as_it_was_typed(void **state)
{
	static const struct {
		struct reply reply;
		const char *report;
	} rows[] = {
	    {{.text = "code"}, "answer 4 code\n"},
	    {{.text = " a\tb\r\n"}, "answer 6  a\\x09b\\x0d\\x0a\n"},
	    {{.text = ""}, "answer 0 \n"},
	    {{.text = NULL}, "answer 0 \n"},
	    {{.bare = true}, "answer 0 \n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct host h;

		host_begin(&h);
		h.replies = &rows[i].reply;
		h.reply_count = 1;
		h.script = "answer_empty";
		h.arguments = "attempts=1";
		assert_int_equal(host_signin(&h), PAM_MAXTRIES);
		assert_holds(h.reports, rows[i].report);
		assert_outcome("answer_empty");
		host_end(&h);
	}
}

static void
endless_answer_is_cut_to_one_that_is_still_too_long(void **state)
{
	char *answer = malloc(LONG_ANSWER + 1);
	char wanted[32];
	struct host h;

	(void)state;
	assert_non_null(answer);
	memset(answer, 'x', LONG_ANSWER);
	answer[LONG_ANSWER] = '\0';
	host_begin(&h);
	h.replies = &(struct reply){.text = answer};
	h.reply_count = 1;
	h.script = "answer_malformed";
	h.arguments = "attempts=1";
	assert_int_equal(host_signin(&h), PAM_MAXTRIES);
	(void)snprintf(wanted, sizeof(wanted), "answer %d x", ANSWER_MAX);
	assert_holds(h.reports, wanted);
	host_end(&h);
	free(answer);
}

/* Run with PAM_SILENT; gives whether a sentence was told at the end. */
static bool
is_reported_silently(const char *arguments)
{
	struct host h;

	host_begin(&h);
	h.script = "tls_failed";
	h.arguments = arguments;
	host_open(&h);
	assert_int_equal(host_authenticate(&h, PAM_SILENT), PAM_AUTH_ERR);
	host_close(&h);
	assert_true(h.message_count >= 1);
	bool told = h.messages[h.message_count - 1].style == PAM_ERROR_MSG;
	host_end(&h);
	return told;
}

static void
silence_keeps_the_prompt_and_drops_the_sentence(void **state)
{
	(void)state;
	assert_false(is_reported_silently("dialogue=prompt"));
	/* sudo is always silent, and shows texts all the same */
	assert_true(is_reported_silently("dialogue=split"));
}

static void
text_that_cannot_be_shown_ends_the_signin(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = "dialogue=split";
	h.info_result = PAM_CONV_ERR;
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("aborted");
	assert_int_equal(h.replies_used, 0);
	host_end(&h);
}

/* ---- PAM_CONV_AGAIN ---- */

static void
interrupted_signin_goes_on_at_the_same_address(void **state)
{
	static const struct reply replies[] = {{.result = PAM_CONV_AGAIN},
	    {.result = PAM_CONV_AGAIN}, {.text = "one"},
	    {.result = PAM_CONV_AGAIN}, {.text = "two"}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.script = "code_refused,ok";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	host_open(&h);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	assert_int_equal(fail_delays, 0);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.helpers, 1);
	assert_int_equal(h.message_count, 5);
	for (size_t i = 0; i < 3; i++)
		assert_prompt(&h, i, "", "alice", 1);
	assert_string_equal(h.messages[3].text, h.messages[4].text);
	assert_holds(h.messages[4].text, "round=2");
	assert_holds(h.reports, "answer 3 one\nanswer 3 two\nrevoke\n");
	assert_string_equal(journal_value(journal_decision(), "attempt"), "2");
	assert_int_equal(journal_decisions(), 2);
	host_end(&h);
}

static void
interrupted_text_is_shown_again(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = "dialogue=split";
	h.info_result = PAM_CONV_AGAIN;
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	h.info_result = PAM_SUCCESS;
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	assert_int_equal(h.message_count, 3);
	assert_int_equal(h.helpers, 1);
	assert_split(&h, 1, 1);
	host_end(&h);
}

static void
interrupted_signin_keeps_its_deadline(void **state)
{
	static const struct reply replies[] = {
	    {.result = PAM_CONV_AGAIN}, {.text = CODE}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.arguments = "timeout=2";
	h.replies = replies;
	h.reply_count = COUNT(replies);
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	(void)usleep(2050 * 1000);
	assert_int_equal(host_authenticate(&h, 0), PAM_MAXTRIES);
	host_close(&h);
	assert_outcome("timed_out");
	assert_lacks(h.reports, "answer");
	host_end(&h);
}

static void
interrupted_signin_that_is_given_up_leaves_nothing(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.replies = &(struct reply){.result = PAM_CONV_AGAIN};
	h.reply_count = 1;
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	host_close(&h);
	assert_int_equal(h.helpers, 1);
	assert_holds(h.reports, "gone\n");
	host_end(&h);
}

static void
interrupted_signin_is_for_one_user(void **state)
{
	static const struct reply replies[] = {
	    {.result = PAM_CONV_AGAIN}, {.text = CODE}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.replies = replies;
	h.reply_count = COUNT(replies);
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	assert_int_equal(pam_set_item(h.pamh, PAM_USER, "bob"), PAM_SUCCESS);
	assert_int_equal(host_authenticate(&h, 0), PAM_AUTH_ERR);
	host_close(&h);
	assert_outcome("account_changed");
	host_end(&h);
}

static void
user_name_may_be_asked_for(void **state)
{
	static const struct reply replies[] = {
	    {.result = PAM_CONV_AGAIN}, {.text = "alice"}, {.text = CODE}};
	struct host h;

	(void)state;
	host_begin(&h);
	h.user = NULL;
	h.replies = replies;
	h.reply_count = COUNT(replies);
	host_open(&h);
	assert_int_equal(host_authenticate(&h, 0), PAM_INCOMPLETE);
	assert_int_equal(host_authenticate(&h, 0), PAM_SUCCESS);
	host_close(&h);
	assert_prompt(&h, 2, "", "alice", 1);
	assert_string_equal(journal_value(journal_decision(), "user"), "alice");
	assert_int_equal(journal_decisions(), 1);
	host_end(&h);
}

static void
user_name_that_is_not_given_is_aborted(void **state)
{
	struct host h;

	(void)state;
	host_begin(&h);
	h.user = NULL;
	h.reply_count = 0;
	assert_int_equal(host_signin(&h), PAM_CONV_ERR);
	assert_outcome("aborted");
	assert_int_equal(h.helpers, 0);
	host_end(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prompt_holds_everything),
	    cmocka_unit_test(prompt_says_how_much_time_is_left),
	    cmocka_unit_test(split_parts_the_address_from_the_prompt),
	    cmocka_unit_test(message_to_lightdm_is_short_enough_to_arrive),
	    cmocka_unit_test(prompt_of_a_listener_asks_for_the_number),
	    cmocka_unit_test(prompt_says_that_the_port_is_taken),
	    cmocka_unit_test(malformed_answer_is_explained_as_its_prompt_asks),
	    cmocka_unit_test(loopback_server_is_for_who_comes_from_this_host),
	    cmocka_unit_test(
		loopback_server_is_for_a_terminal_a_display_or_a_greeter),
	    cmocka_unit_test(loopback_server_is_for_the_account_of_who_asks),
	    cmocka_unit_test(browser_reports_no_success_for_a_refused_user),
	    cmocka_unit_test(
		browser_reports_success_before_the_token_is_stored),
	    cmocka_unit_test(prompt_is_left_out_for_who_sits_at_this_host),
	    cmocka_unit_test(hostile_user_name_cannot_act),
	    cmocka_unit_test(endless_user_name_is_one_that_no_account_has),
	    cmocka_unit_test(answer_reaches_the_helper_as_it_was_typed),
	    cmocka_unit_test(
		endless_answer_is_cut_to_one_that_is_still_too_long),
	    cmocka_unit_test(silence_keeps_the_prompt_and_drops_the_sentence),
	    cmocka_unit_test(text_that_cannot_be_shown_ends_the_signin),
	    cmocka_unit_test(interrupted_signin_goes_on_at_the_same_address),
	    cmocka_unit_test(interrupted_text_is_shown_again),
	    cmocka_unit_test(interrupted_signin_keeps_its_deadline),
	    cmocka_unit_test(
		interrupted_signin_that_is_given_up_leaves_nothing),
	    cmocka_unit_test(interrupted_signin_is_for_one_user),
	    cmocka_unit_test(user_name_may_be_asked_for),
	    cmocka_unit_test(user_name_that_is_not_given_is_aborted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
