/* SPDX-License-Identifier: ISC */
/*
 * The subcommands of gcpkce, and what they share.
 */
#ifndef GCPKCE_CLI_COMMAND_H
#define GCPKCE_CLI_COMMAND_H

#include "gcpkce/config/config.h"
#include "gcpkce/oauth/json.h"

#define EXIT_GOOD 0
#define EXIT_BAD 1
#define EXIT_USAGE 2

/*
 * X(name, arguments, description)
 *
 * The function of a subcommand is command_NAME.  Its options are those that
 * arguments names; it takes a file if arguments contain "[FILE]".
 */
#define COMMAND_TABLE(X) \
	X(check, \
	    "[--conf FILE] [--service SERVICE | --all-services] " \
	    "[--user NAME] [--offline] [--pam-dir DIRECTORY]", \
	    "report faults of this host, and the effect of each outcome") \
	X(login, \
	    "[--conf FILE] [--user NAME] [--browser] " \
	    "[--print-token | --export [--sh | --csh]]", \
	    "sign in here and print the decision") \
	X(whoami, "[--conf FILE] [--ids [--user NAME]]", \
	    "print the user of this session's token; --ids: lines to copy") \
	X(logout, "[--conf FILE]", "revoke this session's token") \
	X(forget, "--user NAME | --all", \
	    "remove remembered sign-ins of a user, or all (root)") \
	X(decide, "[--conf FILE] --user NAME < identity.json", \
	    "apply the policy to a recorded identity") \
	X(explain, "[--conf FILE] [FILE]", \
	    "explain an error body, status line or redirect address") \
	X(pkce, "[--verifier V] [--challenge C]", \
	    "make a PKCE pair, or check one")

/*
 * FLAG(member, name, meaning) and TEXT(member, name, value, meaning)
 *
 * The value FILE is completed with files, NAME with accounts.  json, help and
 * version are for every command.
 */
#define OPTION_TABLE(FLAG, TEXT) \
	FLAG(json, "json", "print one JSON object") \
	FLAG(help, "help", "print a summary, or that of the command") \
	FLAG(version, "version", "print the version") \
	TEXT(conf, "conf", "FILE", "read this configuration") \
	TEXT(user, "user", "NAME", "the local account") \
	FLAG(browser, "browser", "open the address in a browser, too") \
	FLAG(print_token, "print-token", "print the token, and keep it") \
	FLAG(export, "export", "print lines for eval, and keep the token") \
	FLAG(sh, "sh", "lines for sh, whatever the parent shell is") \
	FLAG(csh, "csh", "lines for csh, whatever the parent shell is") \
	FLAG(ids, "ids", "print lines for the map file and configuration") \
	TEXT(service, "service", "SERVICE", "check this service's stack") \
	FLAG(all_services, "all-services", "check every service") \
	FLAG(offline, "offline", "connect to no other host") \
	FLAG(all, "all", "those of all users") \
	TEXT(pam_dir, "pam-dir", "DIRECTORY", "read stacks from here") \
	TEXT(verifier, "verifier", "V", "the code verifier") \
	TEXT(challenge, "challenge", "C", "the challenge to check")

/* The options of the command line; NULL where one was not given. */
struct options {
#define FLAG(member, name, meaning) bool member;
#define TEXT(member, name, value, meaning) const char *member;
	OPTION_TABLE(FLAG, TEXT)
#undef FLAG
#undef TEXT
	const char *file;
};

/*
 * Run a subcommand.
 *
 * gives:  EXIT_GOOD, EXIT_BAD or EXIT_USAGE
 */
#define X(name, arguments, description) \
	int command_##name(const struct options *options);
COMMAND_TABLE(X)
#undef X

/*
 * Let standard output and standard error gather what is printed, so that it is
 * written at once and no other program's line is mixed into it.  glibc would
 * write single lines, and on standard error pieces of 128 bytes.
 */
void command_gather(void);

/* Print on standard error, at once, after what standard output has gathered. */
void command_message(const char *fmt, ...) PRINTF(1, 2);

/* Report on standard error why the command failed.  Gives EXIT_BAD. */
int command_fail(const char *why);

/* Complain about the command line.  Gives EXIT_USAGE. */
int command_usage(const char *why, const char *what);

/*
 * Read a file, or standard input if path is NULL; if that is a terminal, say so
 * on stderr first.
 *
 * out:    ret  (autobuf) with the content added
 * errors: OUTCOME_REPLY_INVALID  cannot be read, or is too large
 */
MUST_CHECK enum outcome command_input(
    const char *path, struct buf *ret, struct errinfo *reterr);

/*
 * Is there nothing to read: no file; and, of the built-in one, no drop-ins?
 *
 * in:     conf  a path, or NULL for the built-in one
 */
bool command_config_is_missing(const char *conf);

/*
 * Read the configuration as the module would, without the restrictions on
 * applications; report every fault.
 *
 * in:     conf  a path, or NULL for the built-in one
 * gives:  the outcome; faults are on stderr
 */
MUST_CHECK enum outcome command_config(
    const char *conf, enum config_purpose purpose, struct config *ret);

/*
 * The sentence to show with an outcome: the reason, if there is one; good with
 * OUTCOME_OK; else the outcome's own.  *Borrowed*.
 */
const char *command_cause(
    enum outcome outcome, const char *good, const struct errinfo *why);

/* The PAM result of an outcome as text, "PAM_SUCCESS". */
const char *command_pam_text(enum outcome outcome);

/*
 * A new JSON answer with "version", and with "outcome"; NULL when memory is
 * short.  The caller gives it to command_json_print.
 */
struct json_object *command_json_bare(void);
struct json_object *command_json_new(enum outcome outcome);
/* Add a member, which may be NULL: null; append to an array. */
void json_put(
    struct json_object *json, const char *key, struct json_object *value);
void json_put_text(
    struct json_object *json, const char *key, const char *value);
void json_put_view(/* null if empty */
    struct json_object *json, const char *key, struct view value);
void json_put_bool(struct json_object *json, const char *key, bool value);
void json_append(struct json_object *list, struct json_object *value);
/* Whose sign-in it is, as in the journal: "provider" and "subject". */
void command_json_subject(
    struct json_object *json, enum provider_id provider, const char *id);
void command_json_print(struct json_object *json);

#endif
