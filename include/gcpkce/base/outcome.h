/* SPDX-License-Identifier: ISC */
/*
 * Every way a sign-in can end, and the one error type of the project.
 *
 * The table defines name, PAM result, sentence for the user and text for the
 * log.  Names are stable: they appear in the journal, in --json and in tests.
 * Only module/ and cli/ expand the PAM column, so base/ needs no PAM header.
 *
 * The first row has the value 0: a struct or a frame of zero bytes is a
 * denial.  OUTCOME_OK is never 0.
 */
#ifndef GCPKCE_OUTCOME_H
#define GCPKCE_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "messages.h"

/* For the log, if sshd sends its own junk in place of an answer. */
#define LOG_SSHD_JUNK \
	"sshd refuses this name: unknown, AllowUsers/DenyUsers, or root " \
	"without PermitRootLogin yes"

/*
 * X(enum suffix, "name", PAM result, sentence for the user, text for the log)
 */
#define OUTCOME_TABLE(X) \
	X(HELPER_FAILED, "helper_failed", PAM_SYSTEM_ERR, MESSAGE_ADMIN, \
	    "the helper could not start, died, or violated the protocol") \
	X(OK, "ok", PAM_SUCCESS, MESSAGE_NOTHING, "signed in") \
	X(CONFIG_INVALID, "config_invalid", PAM_SERVICE_ERR, MESSAGE_ADMIN, \
	    "the configuration is refused") \
	X(CONFIG_UNSAFE, "config_unsafe", PAM_SERVICE_ERR, MESSAGE_ADMIN, \
	    "another user may write to a configuration file") \
	X(SECRET_UNREADABLE, "secret_unreadable", PAM_SERVICE_ERR, \
	    MESSAGE_ADMIN, "the client secret file cannot be used") \
	X(CLIENT_REFUSED, "client_refused", PAM_SERVICE_ERR, MESSAGE_ADMIN, \
	    "the provider refused the OAuth client or the request") \
	X(NO_CONVERSATION, "no_conversation", PAM_CONV_ERR, MESSAGE_NOTHING, \
	    "the application offers no way to prompt the user") \
	X(ABORTED, "aborted", PAM_CONV_ERR, MESSAGE_NOTHING, \
	    "the user or the application ended the dialogue") \
	X(SYSTEM_ERROR, "system_error", PAM_SYSTEM_ERR, MESSAGE_ADMIN, \
	    "this host failed: the name service, a file below /run, OpenSSL, " \
	    "libcurl, or a limit of processes or descriptors") \
	X(NO_MEMORY, "no_memory", PAM_BUF_ERR, MESSAGE_ADMIN, "out of memory") \
	X(UNREACHABLE, "unreachable", PAM_AUTHINFO_UNAVAIL, MESSAGE_LATER, \
	    "the provider could not be reached") \
	X(PROVIDER_ERROR, "provider_error", PAM_AUTHINFO_UNAVAIL, \
	    MESSAGE_LATER, "the provider answered with a server error") \
	X(TLS_FAILED, "tls_failed", PAM_AUTH_ERR, MESSAGE_ADMIN, \
	    "the TLS connection was refused") \
	X(RATE_LIMITED, "rate_limited", PAM_AUTH_ERR, MESSAGE_FEWER, \
	    "the provider limits the rate of requests") \
	X(REPLY_INVALID, "reply_invalid", PAM_AUTH_ERR, MESSAGE_ADMIN, \
	    "the provider's reply is not understood") \
	X(TIMED_OUT, "timed_out", PAM_MAXTRIES, MESSAGE_TOO_LATE, \
	    "the deadline passed") \
	X(ANSWER_EMPTY, "answer_empty", PAM_AUTH_ERR, MESSAGE_EMPTY, \
	    "the answer was empty") \
	X(ANSWER_MALFORMED, "answer_malformed", PAM_AUTH_ERR, MESSAGE_NO_CODE, \
	    "no code in the answer") \
	X(STATE_MISMATCH, "state_mismatch", PAM_AUTH_ERR, \
	    MESSAGE_OTHER_ADDRESS, "the answer's state is not this sign-in's") \
	X(SIGNIN_REFUSED, "signin_refused", PAM_AUTH_ERR, MESSAGE_CANCELLED, \
	    "an error redirect was pasted") \
	X(CODE_REFUSED, "code_refused", PAM_AUTH_ERR, MESSAGE_REFUSED, \
	    "the provider refused the code") \
	X(TOKEN_INVALID, "token_invalid", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the token cannot be used") \
	X(IDENTITY_INCOMPLETE, "identity_incomplete", PAM_AUTH_ERR, \
	    MESSAGE_DENIED, "the identity lacks a field") \
	X(WRONG_CLIENT, "wrong_client", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the token belongs to another OAuth client") \
	X(WRONG_ORGANIZATION, "wrong_organization", PAM_AUTH_ERR, \
	    MESSAGE_DENIED, "the token belongs to another organization") \
	X(PARTNER_REFUSED, "partner_refused", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "a partner's or cloned user's token") \
	X(ACCOUNT_INACTIVE, "account_inactive", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the user is not active") \
	X(NOT_MAPPED, "not_mapped", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the user may not sign in to this account") \
	X(ROOT_REFUSED, "root_refused", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "uid 0 is not allowed") \
	X(UID_REFUSED, "uid_refused", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the account's uid is not allowed") \
	X(GROUP_MISSING, "group_missing", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the user is in none of the required groups") \
	X(ROLE_MISSING, "role_missing", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the user has none of the required roles") \
	X(DIVISION_MISSING, "division_missing", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the user is in none of the required divisions") \
	X(USER_UNKNOWN, "user_unknown", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "there is no such local account") \
	X(ACCOUNT_CHANGED, "account_changed", PAM_AUTH_ERR, MESSAGE_DENIED, \
	    "the local account changed during the sign-in")

enum outcome {
#define X(suffix, name, pam, sentence, log) OUTCOME_##suffix,
	OUTCOME_TABLE(X)
#undef X
	    OUTCOME_COUNT
};

/*
 * The stable name of an outcome, its sentence for the user ("" if nothing is
 * shown), and its text for the log.
 *
 * in:     outcome  any value; one outside the table counts as helper_failed
 * gives:  a static string, never NULL
 * source: docs/DESIGN.md section 6
 */
const char *outcome_name(enum outcome outcome);
const char *outcome_sentence(enum outcome outcome);
const char *outcome_log_text(enum outcome outcome);

/*
 * Is this one of the outcomes after which the user may answer again?
 *
 * gives:  true for answer_empty, answer_malformed, state_mismatch,
 *         signin_refused and code_refused
 * source: docs/DESIGN.md section 2
 */
bool outcome_may_retry(enum outcome outcome);

#endif
