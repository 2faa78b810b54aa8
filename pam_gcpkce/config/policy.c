/* SPDX-License-Identifier: ISC */
/*
 * The configuration and the local accounts are trusted, the identity record is
 * not: it is checked again here, and a missing field is a denial.
 */
#include "gcpkce/config/policy.h"

#include <string.h>

#include "gcpkce/base/text.h"

enum outcome
policy_gather(const struct config *config, const char *user, struct policy *ret,
    struct errinfo *reterr)
{
	autopolicy policy = {.config = config, .in_account_group = true};
	enum outcome r = account_find(user, &policy.account, reterr);

	if (r != OUTCOME_OK)
		return r;
	if (config_uses_method(config, METHOD_FILE)) {
		r = map_read(config->map_file, config->provider, user,
		    &policy.account, &policy.entry, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	if (config->account_group[0] != '\0') {
		r = account_in_group(&policy.account, user,
		    config->account_group, &policy.in_account_group, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
	*ret = policy;
	policy = (struct policy){0};
	return OUTCOME_OK;
}

void
policy_done(struct policy *policy)
{
	map_entry_done(&policy->entry);
}

static enum outcome
missing(struct errinfo *reterr, const char *field)
{
	return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
	    "the field %s is missing", field);
}

static const char *
issuer_of(const struct config *config)
{
	return config->provider == PROVIDER_CXONE ? config->issuer : "";
}

static enum outcome
issuer_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	if (identity->provider != policy->config->provider)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "the identity is another provider's");
	if (strcmp(identity->issuer, issuer_of(policy->config)) != 0)
		return err_set(reterr, OUTCOME_TOKEN_INVALID,
		    "the identity is another issuer's");
	return OUTCOME_OK;
}

static enum outcome
client_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	if (identity->client_id[0] == '\0')
		return missing(reterr, "client_id");
	if (strcmp(identity->client_id, policy->config->client_id) != 0)
		return err_set(reterr, OUTCOME_WRONG_CLIENT,
		    "the token was given to the client %s",
		    identity->client_id);
	return OUTCOME_OK;
}

static enum outcome
organization_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	if (identity->organization_id[0] == '\0')
		return missing(reterr, "organization_id");
	if (strcmp(identity->organization_id, policy->config->organization) !=
	    0)
		return err_set(reterr, OUTCOME_WRONG_ORGANIZATION,
		    "the token belongs to the organization %s",
		    identity->organization_id);
	return OUTCOME_OK;
}

static enum outcome
partner_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	if (policy->config->partner_logins)
		return OUTCOME_OK;
	/* the helper refuses an actor itself: this is a second check */
	if (policy->config->provider == PROVIDER_CXONE)
		return identity->cloned_user
		    ? err_set(reterr, OUTCOME_PARTNER_REFUSED,
			  "another person acts as this user")
		    : OUTCOME_OK;
	if (identity->home_organization_id[0] == '\0')
		return missing(reterr, "home_organization_id");
	if (strcmp(identity->home_organization_id, identity->organization_id) !=
	    0)
		return err_set(reterr, OUTCOME_PARTNER_REFUSED,
		    "the user's home organization is %s",
		    identity->home_organization_id);
	if (identity->cloned_user)
		return err_set(reterr, OUTCOME_PARTNER_REFUSED,
		    "the user is a clone of a partner's user");
	return OUTCOME_OK;
}

static enum outcome
person_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	if (identity->id[0] == '\0')
		return missing(reterr, "id");
	/* an id_token has no state */
	if (policy->config->provider == PROVIDER_CXONE)
		return OUTCOME_OK;
	if (identity->state[0] == '\0')
		return missing(reterr, "state");
	if (strcmp(identity->state, "active") != 0)
		return err_set(reterr, OUTCOME_ACCOUNT_INACTIVE,
		    "the user's state is not active");
	return OUTCOME_OK;
}

/* Does the method email or localpart map this address to the account? */
static bool
email_maps(
    const struct policy *policy, enum config_method method, const char *email)
{
	struct view address = view_text(email);
	struct view account = view_text(policy->account.name);
	struct view local;
	struct view domain;

	if (!policy->in_account_group ||
	    !text_split_email(address, &local, &domain) ||
	    !text_list_has(policy->config->email_domains, domain))
		return false;
	if (method == METHOD_EMAIL)
		return map_email_eq(address, account);
	return method == METHOD_LOCALPART && text_eq_nocase(local, account);
}

static enum outcome
map_fault(const struct policy *policy, struct errinfo *reterr)
{
	return err_set(
	    reterr, OUTCOME_CONFIG_INVALID, "%s", policy->entry.fault.text);
}

static enum outcome
mapping_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	if (policy->entry.faulty)
		return map_fault(policy, reterr);
	if (policy->entry.named)
		return map_entry_has(&policy->entry, identity)
		    ? OUTCOME_OK
		    : err_set(reterr, OUTCOME_NOT_MAPPED,
			  "no line of the map file gives the account to this "
			  "user");
	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++) {
		if (email_maps(
			policy, policy->config->map.list[i], identity->email))
			return OUTCOME_OK;
	}
	return err_set(reterr, OUTCOME_NOT_MAPPED,
	    policy->in_account_group
		? "no line of the map file names the account, and no other "
		  "method gives it to this user"
		: "the account is not in account_group");
}

/* Root needs a line that names it, and a configuration that allows it. */
static enum outcome
root_check(const struct policy *policy, struct errinfo *reterr)
{
	if (policy->account.uid != 0)
		return OUTCOME_OK;
	if (!policy->config->allow_root)
		return err_set(reterr, OUTCOME_ROOT_REFUSED,
		    "the account has uid 0 and allow_root is no");
	if (!policy->entry.named)
		return err_set(reterr, OUTCOME_ROOT_REFUSED,
		    "the account has uid 0 and no line of the map file names "
		    "it");
	return OUTCOME_OK;
}

static enum outcome
uid_check(const struct policy *policy, struct errinfo *reterr)
{
	if (policy->account.uid >= policy->config->min_uid ||
	    policy->entry.named)
		return OUTCOME_OK;
	return err_set(reterr, OUTCOME_UID_REFUSED,
	    "the account's uid %u is below min_uid %lu",
	    (unsigned)policy->account.uid, policy->config->min_uid);
}

struct identity_needs
policy_needs(const struct config *config)
{
	return (struct identity_needs){
	    .groups = config->require_group[0] != '\0',
	    .roles = config->require_role[0] != '\0',
	    .divisions = config->require_division[0] != '\0',
	};
}

/* Does the list have one of the comma-separated ids? */
static bool
has_one_of(const struct id_list *list, const char *ids)
{
	struct view rest = view_text(ids);
	struct view id;

	while (view_next(&rest, ',', &id)) {
		if (id_list_has(list, id))
			return true;
	}
	return false;
}

/* The user must have one of each list that is required. */
static enum outcome
requirements_check(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	const struct config *config = policy->config;
	const struct {
		const char *required;
		const struct id_list *list;
		const char *field;
		enum outcome outcome;
		const char *why;
	} requirements[] = {
	    {config->require_group, &identity->groups, "groups",
		OUTCOME_GROUP_MISSING,
		"the user is in none of the required groups"},
	    {config->require_role, &identity->roles, "roles",
		OUTCOME_ROLE_MISSING,
		"the user has none of the required roles"},
	    {config->require_division, &identity->divisions, "division",
		OUTCOME_DIVISION_MISSING,
		"the user is in none of the required divisions"},
	};

	for (size_t i = 0; i < sizeof(requirements) / sizeof(requirements[0]);
	     i++) {
		if (requirements[i].required[0] == '\0')
			continue;
		if (!requirements[i].list->present)
			return missing(reterr, requirements[i].field);
		if (!has_one_of(requirements[i].list, requirements[i].required))
			return err_set(reterr, requirements[i].outcome, "%s",
			    requirements[i].why);
	}
	return OUTCOME_OK;
}

enum outcome
policy_decide(const struct policy *policy, const struct identity *identity,
    struct errinfo *reterr)
{
	static enum outcome (*const checks[])(const struct policy *,
	    const struct identity *, struct errinfo *) = {
	    issuer_check,
	    client_check,
	    organization_check,
	    partner_check,
	    person_check,
	    mapping_check,
	};
	enum outcome r = identity_check(identity, reterr);

	if (r == OUTCOME_OK && !policy->account.exists)
		r = OUTCOME_USER_UNKNOWN;
	for (size_t i = 0;
	     r == OUTCOME_OK && i < sizeof(checks) / sizeof(checks[0]); i++)
		r = checks[i](policy, identity, reterr);
	if (r == OUTCOME_OK)
		r = root_check(policy, reterr);
	if (r == OUTCOME_OK)
		r = uid_check(policy, reterr);
	if (r == OUTCOME_OK)
		r = requirements_check(policy, identity, reterr);
	return r;
}

/* Could a method after the file map an identity to the account's name? */
static bool
name_is_reachable(const struct policy *policy)
{
	struct view account = view_text(policy->account.name);
	struct view local;
	struct view domain;

	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++) {
		enum config_method method = policy->config->map.list[i];

		if (method == METHOD_LOCALPART && text_is_token(account) &&
		    strchr(policy->account.name, '@') == NULL)
			return policy->in_account_group;
		if (method == METHOD_EMAIL &&
		    text_split_email(account, &local, &domain) &&
		    text_list_has(policy->config->email_domains, domain))
			return policy->in_account_group;
	}
	return false;
}

enum outcome
policy_account_check(const struct policy *policy, struct errinfo *reterr)
{
	if (!policy->account.exists)
		return err_set(reterr, OUTCOME_USER_UNKNOWN,
		    "there is no such local account");
	if (policy->entry.faulty)
		return map_fault(policy, reterr);
	if (policy->entry.named ? policy->entry.identities.len == 0
				: !name_is_reachable(policy))
		return err_set(reterr, OUTCOME_NOT_MAPPED,
		    policy->in_account_group
			? "no user is mapped to the account"
			: "the account is not in account_group");
	enum outcome r = root_check(policy, reterr);
	return r == OUTCOME_OK ? uid_check(policy, reterr) : r;
}
