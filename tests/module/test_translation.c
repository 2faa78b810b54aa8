/* SPDX-License-Identifier: ISC */
/*
 * The dialogue in the language of a host that has set one, and what a
 * catalogue or an environment cannot make of it.
 */
#include "host.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/template.h"

#define LOCALES BUILD "/locale"
/* In C.UTF-8, newer releases of glibc ask no catalogue. */
#define UTF8 "en_US.UTF-8"
#define ENGLISH "Sign in to Genesys Cloud to continue as alice on " HOSTNAME
#define GERMAN "Melden Sie sich innerhalb von "

/* Every sentence of messages.h; one that is missing is seen to be English. */
#define LOOPBACK "callback=loopback redirect_uri="

static const char *const sentences[] = {MESSAGE_SIGN_IN, MESSAGE_PASTE,
    MESSAGE_TYPE_NUMBER, MESSAGE_NUMBER_EARLY, MESSAGE_NUMBER_WRONG,
    MESSAGE_NUMBER_SPENT, MESSAGE_OPEN_HERE, MESSAGE_PASTE_ELSEWHERE,
    MESSAGE_NO_NUMBER, MESSAGE_NO_ADDRESS, MESSAGE_PASTE_ADDRESS,
    MESSAGE_UNREACHABLE, MESSAGE_EARLIER, MESSAGE_OTHER_PAGE, MESSAGE_ADMIN,
    MESSAGE_LATER, MESSAGE_DENIED, MESSAGE_FEWER, MESSAGE_TOO_LATE,
    MESSAGE_EMPTY, MESSAGE_NO_CODE, MESSAGE_OTHER_ADDRESS, MESSAGE_CANCELLED,
    MESSAGE_REFUSED};

/* ---- catalogues ---- */

struct entry {
	const char *sentence;
	const char *translation;
};

static int
entry_cmp(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->sentence,
	    ((const struct entry *)b)->sentence);
}

static void
word_put(FILE *to, size_t value)
{
	const uint32_t word = (uint32_t)value;

	assert_int_equal(fwrite(&word, sizeof(word), 1, to), 1);
}

/* One of the two tables, from the place where its texts begin. */
static size_t
table_put(FILE *to, const struct entry *entries, size_t count, bool translated,
    size_t at)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(
		    translated ? entries[i].translation : entries[i].sentence);

		word_put(to, len);
		word_put(to, at);
		at += len + 1;
	}
	return at;
}

static void
texts_put(FILE *to, const struct entry *entries, size_t count, bool translated)
{
	for (size_t i = 0; i < count; i++) {
		const char *text =
		    translated ? entries[i].translation : entries[i].sentence;

		assert_int_equal(fwrite(text, strlen(text) + 1, 1, to), 1);
	}
}

/* Write a catalogue as msgfmt does; entries get sorted, and the head added. */
static void
catalogue_write(const char *directory, const struct entry *more, size_t count)
{
	struct entry entries[32] = {
	    {"", "Content-Type: text/plain; charset=UTF-8\n"}};
	char path[1024];

	assert_true(count < COUNT(entries));
	memcpy(entries + 1, more, count * sizeof(*more));
	count++;
	qsort(entries, count, sizeof(*entries), entry_cmp);
	(void)mkdir(directory, 0755);
	(void)snprintf(path, sizeof(path), "%s/LC_MESSAGES", directory);
	(void)mkdir(path, 0755);
	(void)snprintf(
	    path, sizeof(path), "%s/LC_MESSAGES/pam_gcpkce.mo", directory);
	FILE *to = fopen(path, "we");
	assert_non_null(to);
	const size_t head[] = {
	    0x950412de, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count};
	for (size_t i = 0; i < COUNT(head); i++)
		word_put(to, head[i]);
	size_t at = table_put(to, entries, count, false, 28 + 16 * count);
	(void)table_put(to, entries, count, true, at);
	texts_put(to, entries, count, false);
	texts_put(to, entries, count, true);
	assert_int_equal(fclose(to), 0);
}

static void
catalogue_remove(const char *directory)
{
	char path[1024];

	(void)snprintf(
	    path, sizeof(path), "%s/LC_MESSAGES/pam_gcpkce.mo", directory);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/LC_MESSAGES", directory);
	(void)rmdir(path);
	(void)rmdir(directory);
}

/* ---- the host's language ---- */

/* As su, login and sudo begin: a locale, of an environment. */
static void
language_set(const char *locale, const char *language)
{
	if (strcmp(language, "de") == 0 &&
	    access(LOCALES "/de/LC_MESSAGES/pam_gcpkce.mo", R_OK) != 0) {
		print_message("NOT TRIED: there was no msgfmt to build with\n");
		skip();
	}
	(void)setenv("LANGUAGE", language, 1);
	(void)setenv("LOCPATH", BUILD "/tests/locale", 1);
	if (setlocale(LC_ALL, locale) == NULL) {
		print_message(
		    "NOT TRIED: there was no localedef to make %s with\n",
		    locale);
		skip();
	}
}

static int
language_forget(void **state)
{
	(void)state;
	(void)unsetenv("LANGUAGE");
	(void)unsetenv("OUTPUT_CHARSET");
	(void)unsetenv("LOCPATH");
	(void)setlocale(LC_ALL, "C");
	return 0;
}

/* How the dialogue begins, behind its line break. */
static void
assert_begins(const char *beginning)
{
	struct host h;

	assert_int_equal(host_run(&h, "ok", ""), PAM_SUCCESS);
	assert_int_equal(h.message_count, 1);
	if (strncmp(h.messages[0].text + 1, beginning, strlen(beginning)) != 0)
		fail_msg(
		    "\"%s\" does not begin:%s", beginning, h.messages[0].text);
	host_end(&h);
}

/* ---- tests ---- */

static void
dialogue_is_in_the_language_of_the_host(void **state)
{
	static const char after[] =
	    " Sekunden bei Genesys Cloud an, um als alice auf " HOSTNAME
	    " weiterzuarbeiten:\n\n"
	    "https://login.example.com/oauth/authorize?round=2\n\n"
	    "F\xc3\xbcgen Sie ein, was die Schaltfl\xc3\xa4"
	    "che kopiert, oder die ganze Adresse der Seite, auf der Sie "
	    "landen: ";
	struct host h;

	(void)state;
	language_set(UTF8, "de");
	assert_int_equal(
	    host_run(&h, "answer_empty,not_mapped", ""), PAM_AUTH_ERR);
	assert_int_equal(h.message_count, 3);
	const char *text = h.messages[1].text;
	static const char first[] = "\nDie Antwort war leer.\n\n" GERMAN;
	assert_int_equal(strncmp(text, first, sizeof(first) - 1), 0);
	text += sizeof(first) - 1;
	assert_string_equal(text + strspn(text, "0123456789"), after);
	assert_string_equal(h.messages[2].text,
	    "Diese Anmeldung gibt keinen Zugriff auf dieses Konto. Prüfen Sie "
	    "den Benutzernamen, und wer auf der Seite angemeldet ist.");
	assert_outcome("not_mapped");
	host_end(&h);
}

static void
journal_is_the_same_in_every_language(void **state)
{
	char english[4096];
	struct host h;

	(void)state;
	assert_int_equal(host_run(&h, "tls_failed", ""), PAM_AUTH_ERR);
	(void)snprintf(english, sizeof(english), "%s", journal_decision());
	host_end(&h);
	language_set(UTF8, "de");
	assert_int_equal(host_run(&h, "tls_failed", ""), PAM_AUTH_ERR);
	assert_string_equal(journal_value(journal_decision(), "cause"), REASON);
	/* but for the milliseconds */
	*strstr(english, " ms=") = '\0';
	assert_int_equal(
	    strncmp(english, journal_decision(), strlen(english)), 0);
	host_end(&h);
}

static void
dialogue_is_english_without_a_utf8_locale_or_a_catalogue(void **state)
{
	static const struct {
		const char *locale;
		const char *language;
	} rows[] = {
	    {"C", "de"},
	    {"POSIX", "de"},
	    {UTF8, ""},
	    {UTF8, "gcpkce-none"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		language_set(rows[i].locale, rows[i].language);
		assert_begins(ENGLISH);
	}
	/* texts in some language, on a terminal of another charset */
	language_set(UTF8, "de");
	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_begins(ENGLISH);
}

/* Has libc loaded a converter of charsets?  Its list of them is no code. */
static bool
has_converter(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096];
	bool found = false;

	assert_non_null(maps);
	while (!found && fgets(line, sizeof(line), maps) != NULL)
		found = strstr(line, "/gconv/") != NULL &&
		    strstr(line, ".so") != NULL;
	(void)fclose(maps);
	return found;
}

/* Runs first: libc reads this variable once. */
static void
environment_names_no_charset(void **state)
{
	(void)state;
	(void)setenv("OUTPUT_CHARSET", "ISO-2022-CN-EXT", 1);
	language_set(UTF8, "de");
	assert_begins(GERMAN);
	assert_false(has_converter());
}

static void
environment_names_no_directory(void **state)
{
	static const struct entry evil[] = {{MESSAGE_PASTE, "Evil"},
	    {MESSAGE_SIGN_IN, "Evil {provider} {user} {host} {seconds}"}};
	char directory[] = "/tmp/pam_gcpkce_test_XXXXXX";
	char language[512] = "";

	(void)state;
	assert_non_null(mkdtemp(directory));
	catalogue_write(directory, evil, COUNT(evil));
	for (const char *p = LOCALES; *p != '\0'; p++) {
		if (*p == '/')
			strcat(language, "../");
	}
	strcat(language, directory + 1);
	language_set(UTF8, language);
	assert_begins(ENGLISH);
	strcat(language, ":de");
	language_set(UTF8, language);
	assert_begins(ENGLISH);
	catalogue_remove(directory);
}

static void
translation_that_would_act_or_mislead_is_not_shown(void **state)
{
	static const char *const bad[] = {
	    "Open this of {provider} for {user} on {host}:",
	    "{provider} {user} {user} {host} {seconds}",
	    "{provider} {user} {host} {seconds} {address}",
	    "{provider} {user} {host} {seconds}\033[2J",
	    "{provider} {user} {host} {seconds}\n\nhttps://evil.example/",
	    "{provider} {user} {host} {seconds} \xc2\x9b",
	    "{provider} {user} {host} {seconds} \xfc",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct entry entry = {MESSAGE_SIGN_IN, bad[i]};
		char language[32];
		char directory[512];

		(void)snprintf(language, sizeof(language), "gcpkce-bad%zu", i);
		(void)snprintf(
		    directory, sizeof(directory), LOCALES "/%s", language);
		catalogue_write(directory, &entry, 1);
		language_set(UTF8, language);
		assert_begins(ENGLISH);
		catalogue_remove(directory);
	}
}

static void
translation_is_never_a_format(void **state)
{
	static const struct entry entry = {
	    MESSAGE_SIGN_IN, "%s%n%s {seconds} {host} {user} {provider} %"};
	const char *directory = LOCALES "/gcpkce-format";

	(void)state;
	catalogue_write(directory, &entry, 1);
	language_set(UTF8, "gcpkce-format");
	assert_begins("%s%n%s ");
	catalogue_remove(directory);
}

static bool seen[COUNT(sentences)];

static void
note_seen(const char *line)
{
	for (size_t i = 0; i < COUNT(sentences); i++) {
		size_t len = strcspn(sentences[i], "{");

		seen[i] |= strncmp(line + 1, sentences[i], len) == 0;
	}
}

/* Each line that is neither empty nor an address stands between the marks. */
static void
assert_marked(const char *text)
{
	char *copy = strdup(text);
	char *rest = NULL;

	assert_non_null(copy);
	for (char *line = strtok_r(copy, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t len = strlen(line);

		if (strncmp(line, "https://", 8) == 0)
			continue;
		len -= len > 0 && line[len - 1] == ' ';
		if (line[0] != '<' || line[len - 1] != '>')
			fail_msg("not translated: %s", line);
		note_seen(line);
	}
	free(copy);
}

static void
assert_messages_marked(const char *script, const char *arguments)
{
	struct host h;

	(void)host_run(&h, script, arguments);
	for (size_t i = 0; i < h.message_count; i++)
		assert_marked(h.messages[i].text);
	host_end(&h);
}

/* Where the prompt depends on where the user is. */
static void
assert_messages_marked_at(const char *tty, const char *rhost)
{
	struct host h;

	host_begin(&h);
	h.arguments = LOOPBACK REDIRECT_FREE;
	h.script = "answer_malformed,ok";
	h.tty = tty;
	h.rhost = rhost;
	(void)host_signin(&h);
	assert_true(h.message_count > 0);
	for (size_t i = 0; i < h.message_count; i++)
		assert_marked(h.messages[i].text);
	host_end(&h);
}

/* By a catalogue that puts each sentence between marks. */
static void
every_sentence_goes_through_the_catalogue(void **state)
{
	const char *directory = LOCALES "/gcpkce-marks";
	char texts[COUNT(sentences)][SENTENCE_MAX];
	struct entry entries[COUNT(sentences)];

	(void)state;
	for (size_t i = 0; i < COUNT(sentences); i++) {
		(void)snprintf(
		    texts[i], sizeof(texts[i]), "<%s>", sentences[i]);
		entries[i] = (struct entry){sentences[i], texts[i]};
	}
	catalogue_write(directory, entries, COUNT(entries));
	language_set(UTF8, "gcpkce-marks");
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		assert_messages_marked(
		    outcome_name((enum outcome)i), "attempts=2");
	assert_messages_marked("state_mismatch:other-address,ok", "");
	assert_messages_marked("answer_malformed:other-address,ok", "");
	assert_messages_marked(
	    "answer_malformed:number-early,answer_malformed:number-wrong,"
	    "answer_malformed:number-spent,ok",
	    "attempts=4");
	assert_messages_marked("ready:unreachable", "");
	assert_messages_marked("ready:unreachable", "dialogue=split");
	assert_messages_marked("ok", "no_such_key=1");
	assert_messages_marked("ok", LOOPBACK REDIRECT_FREE);
	assert_messages_marked("ok", LOOPBACK REDIRECT_TAKEN);
	assert_messages_marked_at("tty1", NULL);
	assert_messages_marked_at("pts/3", NULL);
	assert_messages_marked_at("pts/3", "203.0.113.7");
	catalogue_remove(directory);
	for (size_t i = 0; i < COUNT(sentences); i++) {
		if (!seen[i])
			fail_msg("never shown: %s", sentences[i]);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, language_forget)
	const struct CMUnitTest tests[] = {
	    TEST(environment_names_no_charset),
	    TEST(dialogue_is_in_the_language_of_the_host),
	    TEST(journal_is_the_same_in_every_language),
	    TEST(dialogue_is_english_without_a_utf8_locale_or_a_catalogue),
	    TEST(environment_names_no_directory),
	    TEST(translation_that_would_act_or_mislead_is_not_shown),
	    TEST(translation_is_never_a_format),
	    TEST(every_sentence_goes_through_the_catalogue),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
