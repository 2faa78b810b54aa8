/* SPDX-License-Identifier: ISC */
/*
 * What reading and checking a configuration have in common: how far it is, and
 * its faults.
 */
#ifndef GCPKCE_COMMON_CONFIG_LOADER_H
#define GCPKCE_COMMON_CONFIG_LOADER_H

#include "config_value.h"

#define KEYS_MAX 64

struct config_loader {
	struct config *config;
	struct config_faults *faults;
	enum config_purpose purpose;
	const char *path; /* of the main file */
	char place[KEYS_MAX]
		  [CONFIG_PLACE_MAX]; /* where each key was set last */
	bool unread;                  /* a file could not be read whole */
	bool seen[KEYS_MAX];          /* in this file, or among the arguments */
	bool faulty[KEYS_MAX];        /* has a fault of its own already */
};

/*
 * Collect a fault: one that exists; a value with its key, quoted unless it may
 * be a secret; or a key whose fault shows only when all is read, at the place
 * where it was set, one a key.
 *
 * in:     place  "FILE:LINE", or "argument"
 *         fix, fmt, ...  as err_fault's
 */
void config_fault_add(
    struct config_loader *l, enum outcome outcome, const struct errinfo *why);
void config_fault_add_value(struct config_loader *l, const char *place,
    struct view key, struct view value, const char *fix, const char *fmt, ...)
    PRINTF(6, 7);
void config_fault_add_key(struct config_loader *l, const char *name,
    const char *value, const char *fix, const char *what);

/* Count a fault; gives where err_fault is to write it, NULL beyond the list. */
struct errinfo *config_fault_new(struct config_loader *l, enum outcome outcome);

/* Where a key was set last; the main file where nothing sets it. */
const char *config_place(const struct config_loader *l, const char *name);

/* A row's own number in the table. */
size_t config_key_row(const struct config_key *key);

/*
 * Fill the URLs from the region, then see what one key asks of another, what
 * is missing, what is not available, and what a host that is not root may not
 * have.
 */
void config_check(struct config_loader *l);

#endif
