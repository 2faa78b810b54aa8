/* SPDX-License-Identifier: ISC */
/*
 * The settings of this host's sshd, as sshd prints them.
 */
#ifndef GCPKCE_CLI_SSHD_SETTINGS_H
#define GCPKCE_CLI_SSHD_SETTINGS_H

#include "cli/stack/stack.h"
#include "gcpkce/base/buf.h"

struct sshd_settings {
	bool is_there;         /* this host has an sshd */
	bool is_good;          /* it printed its settings */
	struct buf text;       /* lines that end with a NUL */
	const char *complaint; /* its last message, if it did not */
};

#define autosettings CLEANUP(sshd_settings_done) struct sshd_settings

/*
 * Run "sshd -T", for Match blocks with a user if one is named; the connection
 * is given as from 127.0.0.1.
 *
 * in:     user  nullable
 * out:    ret   (sshd_settings_done it)
 * source: sshd(8)
 */
void sshd_settings_read(const char *user, struct sshd_settings *ret);

/* The value of a keyword in lower case; "" if it has none. *Borrowed*. */
const char *sshd_setting(
    const struct sshd_settings *settings, const char *keyword);

/* The service whose stack this sshd reads; "sshd" if it does not say. */
void sshd_service(
    const struct sshd_settings *settings, char ret[static STACK_SERVICE_MAX]);

void sshd_settings_done(struct sshd_settings *settings);

#endif
