/* SPDX-License-Identifier: ISC */
/*
 * The stacks of etc/pam.d and the profile of etc/pam-configs, by libpam: who
 * gets in with each outcome of the module, as people read it from the examples'
 * own words.
 *
 * Our lines load the built module, with a scripted helper.  Every other module
 * is pam_debug.so, which answers what the module would in the case at hand.
 */
#include "host.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define DEBIAN_COMMON_AUTH \
	"auth [success=1 default=ignore] pam_unix.so nullok\n" \
	"auth requisite pam_deny.so\n" \
	"auth required pam_permit.so\n" \
	"auth optional pam_cap.so\n"

/* What the others know of the login at hand. */
struct assumption {
	bool password;  /* it is right */
	bool root;      /* the caller is root */
	bool member;    /* of breakglass, and from its addresses */
	bool locked;    /* by pam_faillock */
	bool no_logins; /* there is /etc/nologin */
};

static bool
by_signin(bool signed_in, const struct assumption *w)
{
	(void)w;
	return signed_in;
}

static bool
by_either(bool signed_in, const struct assumption *w)
{
	return signed_in || w->password;
}

static bool
by_both(bool signed_in, const struct assumption *w)
{
	return signed_in && w->password;
}

static bool
by_root_or_signin(bool signed_in, const struct assumption *w)
{
	return w->root || signed_in;
}

static bool
by_root_or_either(bool signed_in, const struct assumption *w)
{
	return w->root || signed_in || w->password;
}

static bool
by_either_unless_closed(bool signed_in, const struct assumption *w)
{
	return !w->no_logins && (signed_in || w->password);
}

static bool
by_signin_unless_closed(bool signed_in, const struct assumption *w)
{
	return !w->no_logins && signed_in;
}

static bool
by_group(bool signed_in, const struct assumption *w)
{
	return w->member ? w->password && !w->locked : signed_in;
}

/*
 * An example, or the lines in comments that it offers "in place of" its own;
 * and who it is to let in.
 */
static const struct example {
	const char *name; /* NULL: common-auth with the profile */
	bool other;
	bool (*lets_in)(bool signed_in, const struct assumption *w);
} examples[] = {
    {"sshd", false, by_signin},
    {"sshd", true, by_either},
    {"sshd-breakglass", false, by_group},
    {"sshd-password-too", false, by_both},
    {"sudo", false, by_signin},
    {"sudo", true, by_either},
    {"sudo-remember", false, by_signin},
    {"sudo-remember", true, by_either},
    {"su", false, by_root_or_signin},
    {"su", true, by_root_or_either},
    {"login", false, by_either_unless_closed},
    {"login", true, by_signin_unless_closed},
    {NULL, false, by_either},
};

/* What a module answers; NULL for one that these tests do not know. */
static const char *
answer_of(const char *module, const char *arguments, const struct assumption *w)
{
	bool stops = w->locked || strstr(arguments, "authfail") != NULL;
	const struct {
		const char *module;
		const char *answer;
	} known[] = {
	    {"pam_unix.so", w->password ? "success" : "auth_err"},
	    {"pam_rootok.so", w->root ? "success" : "auth_err"},
	    {"pam_succeed_if.so",
		w->member ? "success cred=ignore" : "auth_err cred=ignore"},
	    {"pam_faillock.so", stops ? "auth_err" : "success"},
	    {"pam_nologin.so", w->no_logins ? "auth_err" : "ignore"},
	    {"pam_deny.so", "auth_err cred=cred_err"},
	    {"pam_permit.so", "success"},
	    {"pam_faildelay.so", "ignore cred=ignore"},
	    {"pam_group.so", "ignore"},
	    {"pam_cap.so", "ignore cred=ignore"},
	};

	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcmp(known[i].module, module) == 0)
			return known[i].answer;
	}
	return NULL;
}

/* ---- an example becomes a service file ---- */

struct text {
	char bytes[8192];
	size_t len;
};

static void
text_add(struct text *t, const char *more)
{
	int n =
	    snprintf(t->bytes + t->len, sizeof(t->bytes) - t->len, "%s", more);

	assert_true(n >= 0 && (size_t)n < sizeof(t->bytes) - t->len);
	t->len += (size_t)n;
}

/* A line of the stack, with what stands in for its module. */
static void
line_add(struct text *t, const char *line, const struct host *h,
    const struct assumption *w)
{
	const char *module = strstr(line, "pam_");
	char name[64];
	char text[1024];

	assert_non_null(module);
	assert_int_equal(sscanf(module, "%63[a-z_.]", name), 1);
	const char *rest = module + strlen(name);
	int control = (int)(module - line);
	if (strcmp(name, "pam_gcpkce.so") == 0) {
		(void)snprintf(text, sizeof(text),
		    "%.*s" MODULE " conf=%s/conf%s", control, line,
		    h->directory, rest);
	} else {
		const char *answer = answer_of(name, rest, w);
		if (answer == NULL)
			fail_msg("these tests do not know %s", name);
		(void)snprintf(text, sizeof(text), "%.*spam_debug.so auth=%s\n",
		    control, line, answer);
	}
	text_add(t, text);
}

static void
lines_add(struct text *t, const char *lines, const struct host *h,
    const struct assumption *w)
{
	char line[256];

	for (const char *p = lines; *p != '\0'; p += strcspn(p, "\n") + 1) {
		(void)snprintf(
		    line, sizeof(line), "%.*s\n", (int)strcspn(p, "\n"), p);
		line_add(t, line, h, w);
	}
}

static bool
begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* In place of these the lines in comments stand. */
static bool
is_replaced(const char *line)
{
	return begins(line, "@include common-auth") ||
	    (begins(line, "auth") && strstr(line, "pam_gcpkce.so") != NULL);
}

static bool
offers_other(const char *name)
{
	for (size_t i = 0; i < COUNT(examples); i++) {
		if (examples[i].other && strcmp(examples[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
example_read(const struct example *e, struct text *t, const struct host *h,
    const struct assumption *w)
{
	char path[256];
	char line[256];
	bool has_other = false;

	(void)snprintf(path, sizeof(path), SOURCE "/etc/pam.d/%s", e->name);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *p = line;
		bool offered = begins(p, "#auth") || begins(p, "#@include");
		if (offered)
			has_other = true;
		if (offered && e->other)
			p++;
		else if (e->other && is_replaced(p))
			continue;
		if (begins(p, "@include common-auth"))
			lines_add(t, DEBIAN_COMMON_AUTH, h, w);
		else if (begins(p, "auth"))
			line_add(t, p, h, w);
	}
	(void)fclose(file);
	if (has_other != offers_other(e->name))
		fail_msg("%s: the lines in comments have %s", e->name,
		    has_other ? "no row" : "gone");
}

/* The line behind "Auth:" of the profile, with one more behind it. */
static void
profile_read(char *ret_line, size_t size)
{
	char line[256];
	bool behind = false;
	FILE *file = fopen(SOURCE "/etc/pam-configs/gcpkce", "re");

	assert_non_null(file);
	ret_line[0] = '\0';
	while (fgets(line, sizeof(line), file) != NULL) {
		char *end = strstr(line, "=end");
		if (behind && end != NULL)
			(void)snprintf(ret_line, size, "auth %.*s=2%s",
			    (int)(end - line - 1), line + 1, end + 4);
		behind = begins(line, "Auth:");
	}
	(void)fclose(file);
	assert_string_not_equal(ret_line, "");
}

/*
 * The block of pam-auth-update, but with the password behind us, as another
 * profile might be: it must come to its turn.  tests/system has the real block.
 */
static void
common_auth_compose(
    struct text *t, const struct host *h, const struct assumption *w)
{
	char ours[256];

	profile_read(ours, sizeof(ours));
	line_add(t, ours, h, w);
	lines_add(t, DEBIAN_COMMON_AUTH, h, w);
}

static void
service_compose(const struct example *e, struct text *t, const struct host *h,
    const struct assumption *w)
{
	t->len = 0;
	if (e->name != NULL)
		example_read(e, t, h, w);
	else
		common_auth_compose(t, h, w);
	/* such as pam_env: where only such lines agree no user may get in */
	line_add(t, "auth required pam_permit.so\n", h, w);
	assert_non_null(strstr(t->bytes, MODULE));
}

/* ---- each of them, in each world, with each outcome ---- */

#define WORLDS 32

static struct assumption
assumption_make(unsigned number)
{
	return (struct assumption){
	    .password = (number & 1) != 0,
	    .root = (number & 2) != 0,
	    .member = (number & 4) != 0,
	    .no_logins = (number & 8) != 0,
	    .locked = (number & 16) != 0,
	};
}

static void
login_try(
    const struct example *e, const struct assumption *w, enum outcome outcome)
{
	struct text text = {0};
	struct host h;

	host_begin(&h);
	service_compose(e, &text, &h, w);
	h.script = outcome_name(outcome);
	h.service_file = text.bytes;
	host_open(&h);
	bool is_in = pam_authenticate(h.pamh, 0) == PAM_SUCCESS;
	if (is_in != e->lets_in(outcome == OUTCOME_OK, w))
		fail_msg("%s%s, %s; password %d, root %d, member %d, "
			 "no logins %d, locked %d: %s\n%s",
		    e->name == NULL ? "profile" : e->name,
		    e->other ? " (the other lines)" : "", h.script, w->password,
		    w->root, w->member, w->no_logins, w->locked,
		    is_in ? "is let in" : "is kept out", text.bytes);
	if (journal_decisions() > 0) /* else we were not called */
		assert_outcome(h.script);
	host_check(&h);
	host_close(&h);
	host_end(&h);
}

/* Is this world, to this example, the same as an earlier one? */
static bool
is_known(const struct example *e, unsigned number)
{
	const struct assumption w = assumption_make(number);
	const struct host h = {.directory = "/nowhere"};
	struct text text = {0};

	service_compose(e, &text, &h, &w);
	for (unsigned i = 0; i < number; i++) {
		const struct assumption earlier = assumption_make(i);
		struct text other = {0};

		service_compose(e, &other, &h, &earlier);
		if (strcmp(text.bytes, other.bytes) == 0 &&
		    e->lets_in(true, &w) == e->lets_in(true, &earlier) &&
		    e->lets_in(false, &w) == e->lets_in(false, &earlier))
			return true;
	}
	return false;
}

static void
example_admits_the_users_that_it_names_and_no_other(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		for (unsigned n = 0; n < WORLDS; n++) {
			const struct assumption w = assumption_make(n);

			if (is_known(&examples[i], n))
				continue;
			for (size_t r = 0; r < OUTCOME_COUNT; r++, tried++)
				login_try(&examples[i], &w, (enum outcome)r);
		}
	}
	print_message("%zu logins\n", tried);
	assert_true(tried > 20 * (size_t)OUTCOME_COUNT);
}

static bool
is_tried(const char *name)
{
	for (size_t i = 0; i < COUNT(examples); i++) {
		if (examples[i].name != NULL &&
		    strcmp(examples[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
every_example_is_tried(void **state)
{
	DIR *directory = opendir(SOURCE "/etc/pam.d");
	struct dirent *entry;

	(void)state;
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.' && !is_tried(entry->d_name))
			fail_msg("%s is in no row here", entry->d_name);
	}
	(void)closedir(directory);
}

/* sshd calls it in another process than the one that asked. */
static void
credentials_are_set_without_a_dialogue(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		for (unsigned n = 0; n < WORLDS; n++) {
			const struct assumption w = assumption_make(n);
			struct text text = {0};
			struct host h;

			if (is_known(&examples[i], n))
				continue;
			host_begin(&h);
			service_compose(&examples[i], &text, &h, &w);
			h.service_file = text.bytes;
			host_open(&h);
			assert_int_equal(
			    pam_setcred(h.pamh, PAM_ESTABLISH_CRED),
			    PAM_SUCCESS);
			host_close(&h);
			host_end(&h);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		example_admits_the_users_that_it_names_and_no_other),
	    cmocka_unit_test(every_example_is_tried),
	    cmocka_unit_test(credentials_are_set_without_a_dialogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
