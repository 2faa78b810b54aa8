/* SPDX-License-Identifier: ISC */
/*
 * The subcommands of gcpkce, and what they share.
 */
#ifndef GCPKCE_CLI_COMMAND_H
#define GCPKCE_CLI_COMMAND_H

#include "gcpkce/config.h"
#include "gcpkce/json.h"

#define EXIT_GOOD 0
#define EXIT_BAD 1
#define EXIT_USAGE 2
#define JSON_VERSION 1

/*
 * X(name, arguments, description)
 *
 * The function of a subcommand is command_NAME.
 */
#define COMMAND_TABLE(X) \
	X(check, \
	    "[--conf FILE] [--service NAME | --all-services] [--user NAME] " \
	    "[--offline] [--pam-dir FOLDER]", \
	    "what is wrong on this host, and what a login makes of outcomes") \
	X(login, "[--conf FILE] [--user NAME] [--print-token | --export]", \
	    "sign in here and say what the decision would be") \
	X(whoami, "[--conf FILE] [--ids [--user NAME]]", \
	    "say whom this session's token belongs to; --ids: lines to copy") \
	X(logout, "[--conf FILE]", "revoke this session's token") \
	X(decide, "[--conf FILE] --user NAME < identity.json", \
	    "the policy alone, on a recorded identity") \
	X(pkce, "[--verifier V] [--challenge C]", \
	    "make a PKCE pair, or check one")

/* What was given on the command line; NULL where it was not. */
struct options {
	bool json;
	bool print_token;
	bool export;
	bool ids;
	bool all_services;
	bool offline;
	const char *conf;
	const char *user;
	const char *service;
	const char *pam_dir;
	const char *verifier;
	const char *challenge;
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

/* Complain about the command line.  Gives EXIT_USAGE. */
int command_usage(const char *why, const char *what);

/*
 * Read the configuration as the module would, but for what binds a host alone;
 * say every fault.
 *
 * in:     conf  a path, or NULL for the built-in one
 * gives:  the outcome; faults stand on stderr
 */
MUST_CHECK enum outcome command_config(
    const char *conf, enum config_purpose purpose, struct config *ret);

/*
 * The sentence to show with an outcome: the reason, where there is one; good
 * with OUTCOME_OK; else the outcome's own.  *Borrowed*.
 */
const char *command_cause(
    enum outcome outcome, const char *good, const struct errinfo *why);

/* The PAM result of an outcome as text, "PAM_SUCCESS". */
const char *command_pam_text(enum outcome outcome);

/*
 * A new JSON answer with "version" and "outcome"; NULL when memory is short.
 * The caller gives it to command_json_print.
 */
struct json_object *command_json_new(enum outcome outcome);
void command_json_text(
    struct json_object *json, const char *key, const char *value);
void command_json_print(struct json_object *json);

#endif
