/* SPDX-License-Identifier: ISC */
/* The state shared by reading and checking a configuration. */
#ifndef GCPKCE_CONFIG_LOADER_H
#define GCPKCE_CONFIG_LOADER_H

#include "config_value.h"

#define KEYS_MAX 64

struct config_loader {
	struct config *config;
	struct config_faults *faults;
	enum config_purpose purpose;
	const char *path; /* of the main file */
	char place[KEYS_MAX]
		  [CONFIG_PLACE_MAX]; /* where each key was set last */
	bool given[KEYS_MAX];         /* has a value that is not "" */
	bool unread;                  /* a file could not be read whole */
	bool seen[KEYS_MAX];          /* in this file, or among the arguments */
	bool faulty[KEYS_MAX];        /* has a fault of its own already */
};

/*
 * Collect a fault: an existing one; one of a value, with its key, quoted unless
 * it may be a secret; or one of a key that is found only after reading
 * everything, at the place where the key was set, at most one for each key.
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

/* Count a fault; returns where to write it, NULL if the list is full. */
struct errinfo *config_fault_new(struct config_loader *l, enum outcome outcome);

/* Where a key was set last; the main file if it was not set. */
const char *config_place(const struct config_loader *l, const char *name);

/* Has the key a value in any source? */
bool config_key_is_set(const struct config_loader *l, const char *name);

size_t config_key_row(const struct config_key *key);

/* The checks of keys that belong to one provider. */
void config_provider_check(struct config_loader *l);

/* Fill the URLs from the region, then check the configuration as a whole. */
void config_check(struct config_loader *l);

#endif
