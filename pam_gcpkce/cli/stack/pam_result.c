/* SPDX-License-Identifier: ISC */
/*
 * One table of PAM's results.
 */
#include "pam_result.h"

#include <security/pam_modules.h>
#include <stddef.h>

#define RESULT_TABLE(X) \
	X(PAM_SUCCESS, "success") \
	X(PAM_OPEN_ERR, "open_err") \
	X(PAM_SYMBOL_ERR, "symbol_err") \
	X(PAM_SERVICE_ERR, "service_err") \
	X(PAM_SYSTEM_ERR, "system_err") \
	X(PAM_BUF_ERR, "buf_err") \
	X(PAM_PERM_DENIED, "perm_denied") \
	X(PAM_AUTH_ERR, "auth_err") \
	X(PAM_CRED_INSUFFICIENT, "cred_insufficient") \
	X(PAM_AUTHINFO_UNAVAIL, "authinfo_unavail") \
	X(PAM_USER_UNKNOWN, "user_unknown") \
	X(PAM_MAXTRIES, "maxtries") \
	X(PAM_NEW_AUTHTOK_REQD, "new_authtok_reqd") \
	X(PAM_ACCT_EXPIRED, "acct_expired") \
	X(PAM_SESSION_ERR, "session_err") \
	X(PAM_CRED_UNAVAIL, "cred_unavail") \
	X(PAM_CRED_EXPIRED, "cred_expired") \
	X(PAM_CRED_ERR, "cred_err") \
	X(PAM_NO_MODULE_DATA, "no_module_data") \
	X(PAM_CONV_ERR, "conv_err") \
	X(PAM_AUTHTOK_ERR, "authtok_err") \
	X(PAM_AUTHTOK_RECOVERY_ERR, "authtok_recover_err") \
	X(PAM_AUTHTOK_LOCK_BUSY, "authtok_lock_busy") \
	X(PAM_AUTHTOK_DISABLE_AGING, "authtok_disable_aging") \
	X(PAM_TRY_AGAIN, "try_again") \
	X(PAM_IGNORE, "ignore") \
	X(PAM_ABORT, "abort") \
	X(PAM_AUTHTOK_EXPIRED, "authtok_expired") \
	X(PAM_MODULE_UNKNOWN, "module_unknown") \
	X(PAM_BAD_ITEM, "bad_item") \
	X(PAM_CONV_AGAIN, "conv_again") \
	X(PAM_INCOMPLETE, "incomplete")

static const char *const names[PAM_RESULT_COUNT] = {
#define X(result, word) [result] = #result,
    RESULT_TABLE(X)
#undef X
};

static const char *const words[PAM_RESULT_COUNT] = {
#define X(result, word) [result] = (word),
    RESULT_TABLE(X)
#undef X
};

const char *
pam_result_name(int result)
{
	return result >= 0 && result < PAM_RESULT_COUNT ? names[result] : NULL;
}

const char *
pam_result_word(int result)
{
	return result >= 0 && result < PAM_RESULT_COUNT ? words[result] : NULL;
}
