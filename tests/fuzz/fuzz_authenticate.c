/* SPDX-License-Identifier: ISC */
/*
 * All of pam_sm_authenticate, in a world made of the input: accounts,
 * configuration, what the person types, what the helper sends, and which calls
 * fail.  Whatever happens, PAM_SUCCESS needs a verdict whose identity may be
 * this account by a judgement of its own (judge.h), and nothing stays behind.
 */
#include <dirent.h>
#include <fcntl.h>
#include <security/pam_modules.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "plan.h"

#define CALLS_MAX 4 /* of a host that comes back after PAM_INCOMPLETE */
#define FRAME_ANSWER 3
#define FRAME_VERDICT 4
#define FRAME_KEEP 5
#define FRAME_REVOKE 6

const char helper_path[] = HELPER_PATH;
const char locale_path[] = "/nonexistent"; /* the locale is C anyway */

static char run[] = "/dev/shm/gcpkce-fuzz-XXXXXX";
static unsigned long counted[3]; /* sign-ins, successes, with a fault */

static void
goodbye(void)
{
	(void)fprintf(stderr,
	    "authenticate: %lu of %lu said yes, %lu met a fault\n", counted[1],
	    counted[0], counted[2]);
	(void)rmdir(run);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	files_set("gcpkce-helper", view_text("the helper's file"));
	files_set("map", view_text(MAP_TEXT));
	files_set("conf",
	    view_text("region = eu-central-1\n"
		      "client_id = " CLIENT "\n"
		      "redirect_uri = https://signin.example.com/done\n"
		      "organization = " ORGANIZATION "\n"
		      "map_file = /map\n"
		      "helper_user = nobody\n"
		      "email_domains = " DOMAIN "\n"));
	if (mkdtemp(run) != NULL)
		files_run = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return atexit(goodbye);
}

/* ---- the module's arguments ---- */

#define WORDS_MAX 20
struct words {
	int count;
	char text[WORDS_MAX][96];
	const char *list[WORDS_MAX];
};

static void PRINTF(2, 3) word_add(struct words *words, const char *fmt, ...)
{
	char *text = words->text[words->count];
	va_list ap;

	HOLD(words->count < WORDS_MAX);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(words->text[0]), fmt, ap);
	va_end(ap);
	words->list[words->count++] = text;
}

static const char *
yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void
words_make(
    const struct plan *plan, const struct options *options, struct words *words)
{
	const struct setting *setting = &plan->setting;

	words->count = 0;
	word_add(words, "conf=/conf");
	word_add(words, "partner_logins=%s", yes_no(setting->partner_logins));
	word_add(words, "allow_root=%s", yes_no(setting->allow_root));
	word_add(words, "min_uid=%d", setting->every_uid ? 0 : 1000);
	word_add(words, "map=%s",
	    setting->by_email ? "file,email,localpart" : "file");
	if (setting->need[LIST_GROUPS])
		word_add(words, "require_group=" OTHER_GROUP "," GROUP);
	if (setting->need[LIST_ROLES])
		word_add(words, "require_role=" ROLE);
	if (setting->need[LIST_DIVISIONS])
		word_add(words, "require_division=" DIVISION);
	if (setting->staff_alone)
		word_add(words, "account_group=staff");
	word_add(words, "attempts=%u", options->attempts);
	word_add(words, "timeout=%u", plan->timeout_s);
	word_add(words, "debug=%s", yes_no(options->bits & OPTION_DEBUG));
	if ((options->bits & OPTION_EXPORT_ENV) != 0)
		word_add(words, "export=env");
	else if ((options->bits & OPTION_EXPORT_FILE) != 0)
		word_add(words, "export=file");
	if ((options->bits & OPTION_REVOKE_NEVER) != 0)
		word_add(words, "revoke=never");
	if (options->is_strict)
		word_add(words, "sandbox=strict");
}

/* ---- what must hold ---- */

static void
success_check(
    const struct plan *plan, const struct options *options, pam_handle_t *pamh)
{
	/* what decides comes before KEEP or REVOKE, and only REVOKING later */
	struct view heard = {plan->stream, seen.before};
	struct view told = {seen.to_helper, seen.told};
	struct claim claim;
	uint8_t last;

	/* an answer came in time, and the helper knew of it */
	HOLD(seen.answers > 0 && !seen.late);
	size_t answers = frames_count(told, FRAME_ANSWER, &last);
	HOLD(answers > 0);
	HOLD(seen.faults > 0 || last == FRAME_KEEP || last == FRAME_REVOKE);
	HOLD(frames_count(heard, FRAME_VERDICT, &last) <= answers);
	/* whose sandbox is whole, where it must be */
	HOLD(!options->is_strict || !frames_lack(heard));
	/* the helper's last word was a yes, and about the right person */
	HOLD(verdict_claims(heard, &claim));
	HOLD(may_sign_in(&plan->setting, &claim));
	/* by files that are root's alone; what is in /run decides nothing */
	HOLD(!seen.unsafe);
	/* who is still who he was */
	HOLD(strcmp(pam_double_user(pamh), plan->setting.user) == 0);
	HOLD(world_changed() == MEANWHILE_NOTHING);
	HOLD(!plan->ordinary_host || plan->setting.person->uid == MODULE_UID);
	counted[1]++;
}

static void
result_check(const struct plan *plan, const struct options *options,
    pam_handle_t *pamh, int result)
{
	if (result == PAM_SUCCESS) {
		success_check(plan, options, pamh);
		return;
	}
	HOLD(result == PAM_AUTH_ERR || result == PAM_SYSTEM_ERR ||
	    result == PAM_SERVICE_ERR || result == PAM_CONV_ERR ||
	    result == PAM_BUF_ERR || result == PAM_AUTHINFO_UNAVAIL ||
	    result == PAM_MAXTRIES || result == PAM_INCOMPLETE);
	HOLD(plan->is_tainted || !pam_double_env_has(pamh, PAM_DOUBLE_TOKEN));
}

/* Remove what a sign-in left below /run: tokens, the preconnects' file. */
static void
run_empty(int directory)
{
	DIR *dir = fdopendir(directory);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		int below = openat(dirfd(dir), entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below >= 0)
			run_empty(below);
		(void)unlinkat(
		    dirfd(dir), entry->d_name, below >= 0 ? AT_REMOVEDIR : 0);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

/* A session, as hosts have it: in this process, or in sshd's other one. */
static void
session_pass(pam_handle_t *pamh, int flags, const struct options *options,
    struct words *words)
{
	if (options->is_elsewhere)
		pam_double_forget(pamh);
	for (int i = 0; i < (options->is_twice ? 2 : 1); i++)
		HOLD(pam_sm_open_session(pamh, flags, words->count,
			 words->list) == PAM_SUCCESS);
	HOLD(pam_sm_close_session(pamh, flags, words->count, words->list) ==
	    PAM_SUCCESS);
}

static void
sign_in(const struct plan *plan, const struct options *options)
{
	struct words words;
	int flags = options->is_silent ? (int)PAM_SILENT : 0;
	int result = PAM_INCOMPLETE;

	words_make(plan, options, &words);
	world_turn(plan);
	pam_handle_t *pamh = pam_double_new();
	for (int i = 0; i < CALLS_MAX && result == PAM_INCOMPLETE; i++)
		result =
		    pam_sm_authenticate(pamh, flags, words.count, words.list);
	result_check(plan, options, pamh, result);
	if (result == PAM_SUCCESS && (options->bits & OPTION_SESSION) != 0)
		session_pass(pamh, flags, options, &words);
	pam_double_end(pamh);
	counted[0]++;
	counted[2] += seen.faults > 0 ? 1 : 0;
	world_stop();
	if (files_run >= 0)
		run_empty(
		    openat(files_run, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan; /* it is large */
	struct options options;
	struct input in = {data, size};

	plan_read(&in, &plan, &options);
	sign_in(&plan, &options);
	return 0;
}
