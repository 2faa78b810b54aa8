/* SPDX-License-Identifier: ISC */
/*
 * Remembered sign-ins: their records in /run/gcpkce/remembered, which only root
 * can read or write.  module/remember.c judges them.
 */
#ifndef GCPKCE_REMEMBERED_H
#define GCPKCE_REMEMBERED_H

#include "account.h"
#include "gcpkce/base/buf.h"
#include "gcpkce/wire/identity.h"

#define REMEMBERED_DIR "remembered"
#define REMEMBERED_KEY_MAX 32768   /* bytes of a key */
#define REMEMBERED_FILE_MAX 262144 /* bytes of a file */
#define REMEMBERED_MAX_S 86400     /* no record lasts longer */
#define REMEMBERED_SWEEP_MAX 10000 /* files that one sign-in looks at */

/* The name of a record's file: UID, '-' and 16 hexadecimal digits. */
#define REMEMBERED_NAME_CAP 28

/* One sign-in with a browser.  All-zero bytes: it has lasted too long. */
struct remembered {
	char account[ACCOUNT_NAME_MAX + 1]; /* pw_name */
	uid_t uid;
	uint64_t made_s;  /* CLOCK_BOOTTIME */
	uint64_t lasts_s; /* the key remember, as it was then */
	/*
	 * All that must be the same again: boot, account, service, binding and
	 * settings.  The whole text is compared.
	 */
	struct buf key;
	struct identity identity;
};

#define autoremembered CLEANUP(remembered_done) struct remembered

/* Append a record as its file has it; failures are reported by buf_check. */
void remembered_put(struct buf *content, const struct remembered *record);

/*
 * Parse the content of a file: version, checksum, fields, nothing after them.
 *
 * out:    ret  (remembered_done it); all zero on failure
 * errors: OUTCOME_CONFIG_UNSAFE  reterr says why;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome remembered_parse(
    struct view content, struct remembered *ret, struct errinfo *reterr);

/*
 * Read the record of this account and key.  A record of another key is not
 * returned.  Its age is not looked at.
 *
 * out:    ret  (remembered_done it); all zero on failure
 * errors: OUTCOME_SYSTEM_ERROR   there is none, or it cannot be read
 *         OUTCOME_CONFIG_UNSAFE  the file or the directory is not root's alone,
 *                                or is damaged
 *         OUTCOME_NOT_MAPPED     it is another key's
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome remembered_read(
    uid_t uid, struct view key, struct remembered *ret, struct errinfo *reterr);

/*
 * Write a record to a new file, in place of an earlier one of the same account
 * and key, and remove records that have ended.
 *
 * errors: OUTCOME_SYSTEM_ERROR, OUTCOME_CONFIG_UNSAFE, OUTCOME_NO_MEMORY; then
 *         no file is left over
 */
MUST_CHECK enum outcome remembered_write(
    const struct remembered *record, struct errinfo *reterr);

/*
 * Remove the records of a user, or all files in the directory.
 *
 * in:     user  the name of an account, which need not exist any more; NULL:
 *               all
 * out:    ret_count  the files that were removed; a missing directory has none
 * errors: OUTCOME_SYSTEM_ERROR  a file stays; or the name service failed, then
 *                               only records that have the name are removed
 *         OUTCOME_CONFIG_UNSAFE  the directory is not root's alone
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome remembered_forget(
    const char *user, size_t *ret_count, struct errinfo *reterr);

/* Wipe and free. */
void remembered_done(struct remembered *record);

#endif
