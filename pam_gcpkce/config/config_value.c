/* SPDX-License-Identifier: ISC */
/* The table of keys as data, and a reader for each type of value. */
#include "config_loader.h"

#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"

static const struct config_key keys[] = {
#define X(key, type, def, min, max, meaning) \
	{#key, CONFIG_##type, def, min, max, meaning, \
	    offsetof(struct config, key)},
    CONFIG_TABLE(X)
#undef X
};

const struct config_key *
config_keys(size_t *ret_count)
{
	_Static_assert(
	    sizeof(keys) / sizeof(keys[0]) <= KEYS_MAX, "rows have room");
	*ret_count = sizeof(keys) / sizeof(keys[0]);
	return keys;
}

const struct config_key *
config_key_find(struct view name)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (view_eq(name, view_text(keys[i].name)))
			return &keys[i];
	}
	return NULL;
}

/* Copy a list without the blanks around its commas; it never grows. */
static void
list_tidy(char *value)
{
	char *to = value;

	for (const char *from = value; *from != '\0'; from++) {
		const char *next = from + strspn(from, " \t");
		bool at_comma = to == value || to[-1] == ',' || *next == ',' ||
		    *next == '\0';

		if (!text_is_blank((uint8_t)*from) || !at_comma)
			*to++ = *from;
	}
	*to = '\0';
}

static enum outcome
text_parse(const struct config_key *key, const char *value, char *member,
    config_text_check_fn *check, struct errinfo *reterr)
{
	char copy[CONFIG_TEXT_CAP];
	size_t len = strlen(value);
	bool list = key->type == CONFIG_UUIDS || key->type == CONFIG_DOMAINS;

	if (len > key->max) {
		char fix[48];

		(void)snprintf(
		    fix, sizeof(fix), "at most %lu are allowed", key->max);
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL, fix,
		    "has %zu bytes", len);
	}
	memcpy(copy, value, len + 1);
	if (list)
		list_tidy(copy);
	enum outcome r = check(copy, reterr);
	if (r != OUTCOME_OK)
		return r;
	len = strlen(copy);
	while (key->type == CONFIG_URL && len > 0 && copy[len - 1] == '/')
		copy[--len] = '\0';
	memset(member, 0, CONFIG_TEXT_CAP);
	memcpy(member, copy, len);
	return OUTCOME_OK;
}

static enum outcome
number_parse(const struct config_key *key, const char *value,
    unsigned long *member, struct errinfo *reterr)
{
	bool may_be_no = key->type == CONFIG_NUMBER_OR_NO;

	if (may_be_no && strcmp(value, "no") == 0) {
		*member = CONFIG_NO;
		return OUTCOME_OK;
	}
	if (!text_parse_number(value, key->min, key->max, member))
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL,
		    "write one", "is not a whole number from %lu to %lu%s",
		    key->min, key->max, may_be_no ? " or no" : "");
	return OUTCOME_OK;
}

static enum outcome
bool_parse(const char *value, bool *member, struct errinfo *reterr)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL,
		    "write one", "is neither yes nor no");
	*member = strcmp(value, "yes") == 0;
	return OUTCOME_OK;
}

/* The words of each choice, in the order of its enum. */
static const char *const choices[CONFIG_TYPE_COUNT][4] = {
    [CONFIG_CALLBACK] = {"paste", "loopback"},
    [CONFIG_DIALOGUE] = {"prompt", "split", "auto"},
    [CONFIG_EXPORT] = {"none", "env", "file"},
    [CONFIG_REGION_VALUE] = {"aws", "domain"},
    [CONFIG_REVOKE] = {"auto", "never"},
    [CONFIG_SANDBOX] = {"default", "strict"},
    [CONFIG_PROVIDER] = {"genesys", "cxone"},
    [CONFIG_CLIENT_AUTH] = {"none", "basic", "post"},
    [CONFIG_NONCE] = {"require", "if_present"},
};

static enum outcome
choice_parse(const struct config_key *key, const char *value, unsigned *member,
    struct errinfo *reterr)
{
	const char *const *words = choices[key->type];
	char fix[80] = "write one of ";

	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(value, words[i]) == 0) {
			*member = i;
			return OUTCOME_OK;
		}
		size_t used = strlen(fix);
		(void)snprintf(fix + used, sizeof(fix) - used, "%s%s",
		    i > 0 ? ", " : "", words[i]);
	}
	return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL, fix,
	    "is not one of the choices");
}

static enum config_method
method_find(struct view word)
{
	static const char *const words[] = {
	    [METHOD_FILE] = "file",
	    [METHOD_EMAIL] = "email",
	    [METHOD_LOCALPART] = "localpart",
	};

	for (enum config_method m = METHOD_FILE; m <= METHOD_LOCALPART; m++) {
		if (view_eq(word, view_text(words[m])))
			return m;
	}
	return METHOD_NONE;
}

static enum outcome
methods_parse(
    const char *value, struct config_methods *member, struct errinfo *reterr)
{
	struct config_methods methods = {0};
	bool seen[METHOD_LOCALPART + 1] = {[METHOD_NONE] = true};
	char copy[CONFIG_TEXT_CAP] = ""; /* a long text names no method */
	size_t count = 0;
	struct view word;

	if (strlen(value) < sizeof(copy))
		memcpy(copy, value, strlen(value) + 1);
	list_tidy(copy);
	for (struct view rest = view_text(copy);
	     view_next(&rest, ',', &word);) {
		enum config_method m = method_find(word);

		if (seen[m])
			return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL,
			    "write file, email, localpart, each at most once, "
			    "separated by commas",
			    "is not a list of methods");
		seen[m] = true;
		methods.list[count++] = m;
	}
	*member = methods;
	return OUTCOME_OK;
}

enum outcome
config_value_parse(const struct config_key *key, const char *value,
    struct config *config, struct errinfo *reterr)
{
	void *member = (char *)config + key->offset;
	config_text_check_fn *check = config_text_check(key->type);

	if (check != NULL)
		return text_parse(key, value, member, check, reterr);
	if (choices[key->type][0] != NULL)
		return choice_parse(key, value, member, reterr);
	if (key->type == CONFIG_BOOL)
		return bool_parse(value, member, reterr);
	if (key->type == CONFIG_METHODS)
		return methods_parse(value, member, reterr);
	return number_parse(key, value, member, reterr);
}

void
config_value_text(const struct config_key *key, const struct config *config,
    char ret[static CONFIG_TEXT_CAP])
{
	const void *member = (const char *)config + key->offset;

	if (config_text_check(key->type) != NULL)
		memcpy(ret, member, CONFIG_TEXT_CAP);
	else if (choices[key->type][0] != NULL)
		(void)snprintf(ret, CONFIG_TEXT_CAP, "%s",
		    choices[key->type][*(const unsigned *)member]);
	else if (key->type == CONFIG_BOOL)
		(void)snprintf(ret, CONFIG_TEXT_CAP, "%s",
		    *(const bool *)member ? "yes" : "no");
	else
		(void)snprintf(ret, CONFIG_TEXT_CAP, "%lu",
		    *(const unsigned long *)member);
}

void
config_value_default(const struct config_key *key, struct config *config)
{
	enum outcome r = OUTCOME_OK;

	if (key->def[0] == '\0')
		memset((char *)config + key->offset, 0, CONFIG_TEXT_CAP);
	else
		r = config_value_parse(key, key->def, config, NULL);
	(void)r; /* every default is valid, as a test checks */
}
