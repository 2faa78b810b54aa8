/* SPDX-License-Identifier: ISC */
/* Reading one value of the configuration into its member. */
#ifndef GCPKCE_CONFIG_VALUE_H
#define GCPKCE_CONFIG_VALUE_H

#include "gcpkce/config/config.h"

enum config_type {
	CONFIG_REGION,
	CONFIG_URL, /* a base URL: without its slashes at the end */
	CONFIG_ENDPOINT,
	CONFIG_START,
	CONFIG_ID,
	CONFIG_PATH,
	CONFIG_REDIRECT,
	CONFIG_UUID,
	CONFIG_UUIDS,
	CONFIG_WORD,
	CONFIG_DOMAINS,
	CONFIG_ENVNAME,
	CONFIG_PROXY,
	CONFIG_NUMBER,
	CONFIG_NUMBER_OR_NO,
	CONFIG_BOOL,
	CONFIG_METHODS,
	CONFIG_CALLBACK,
	CONFIG_DIALOGUE,
	CONFIG_EXPORT,
	CONFIG_REGION_VALUE,
	CONFIG_REVOKE,
	CONFIG_SANDBOX,
	CONFIG_PROVIDER,
	CONFIG_CLIENT_AUTH,
	CONFIG_NONCE,
	CONFIG_TYPE_COUNT
};

/* One row of the table, as data. */
struct config_key {
	const char *name;
	enum config_type type;
	const char *def;
	unsigned long min, max;
	const char *meaning;
	size_t offset; /* of the member in struct config */
};

/* The table. */
const struct config_key *config_keys(size_t *ret_count);

/* The row of a key, or NULL. */
const struct config_key *config_key_find(struct view name);

/*
 * Read a value, which is not "", into the key's member, which is unchanged on
 * failure.
 *
 * errors: OUTCOME_CONFIG_INVALID  reterr as config_text_check_fn's
 */
MUST_CHECK enum outcome config_value_parse(const struct config_key *key,
    const char *value, struct config *config, struct errinfo *reterr);

/*
 * The check of a type's values, which are not ""; NULL if it is not a text.
 *
 * errors: OUTCOME_CONFIG_INVALID  reterr has what is wrong and the fix, but
 *                                no place
 */
typedef enum outcome config_text_check_fn(
    const char *value, struct errinfo *reterr);
config_text_check_fn *config_text_check(enum config_type type);

/* The value of a text, a choice, a number or yes and no, as it is written. */
void config_value_text(const struct config_key *key,
    const struct config *config, char ret[static CONFIG_TEXT_CAP]);

/* Put the default into the key's member. */
void config_value_default(const struct config_key *key, struct config *config);

#endif
