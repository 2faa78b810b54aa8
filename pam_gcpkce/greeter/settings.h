/* SPDX-License-Identifier: ISC */
/* gcpkce-greeter.conf: how the screen looks, and what it opens and starts. */
#ifndef GCPKCE_GREETER_SETTINGS_H
#define GCPKCE_GREETER_SETTINGS_H

#include "gcpkce/base/errinfo.h"

#define SETTING_MAX 1023

/*
 * X(key, default, form of the value); gcpkce-greeter(8) describes them.
 */
#define SETTINGS_TABLE(X) \
	X(organization, "", TEXT) \
	X(logo, "", PATH) \
	X(appearance, "auto", APPEARANCE) \
	X(scale, "100", SCALE) \
	X(locale, "", LOCALE) \
	X(other_way, "yes", YES_NO) \
	X(view, GCPKCE_VIEW, PATH) \
	X(login_hosts, "", HOSTS) \
	X(trusted_hosts, "", HOSTS) \
	X(timeout, "300", SECONDS) \
	X(start_url, "", URL) \
	X(redirect_uri, "", URL) \
	X(session, "", TEXT) \
	X(session_type, "", SESSION_TYPE)

struct settings {
#define X(key, value, form) char key[SETTING_MAX + 1];
	SETTINGS_TABLE(X)
#undef X
};

/*
 * Read the file.  Keys with a fault have their default, so that a faulty file
 * locks no user out; of a file that another user may write nothing is used.
 *
 * in:     path  absolute; the file may be missing
 * out:    ret   always complete
 *         reterr  the first fault: "FILE:LINE: KEY WHAT; FIX"
 * errors: OUTCOME_CONFIG_INVALID, OUTCOME_CONFIG_UNSAFE, OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome settings_read(
    const char *path, struct settings *ret, struct errinfo *reterr);

#endif
