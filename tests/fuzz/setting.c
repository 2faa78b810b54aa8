/* SPDX-License-Identifier: ISC */
#include "setting.h"

void
setting_apply(
    const struct setting *setting, struct config *config, struct policy *policy)
{
	const struct person *person = setting->person;

	(void)snprintf(config->client_id, sizeof(config->client_id), CLIENT);
	(void)snprintf(
	    config->organization, sizeof(config->organization), ORGANIZATION);
	(void)snprintf(
	    config->email_domains, sizeof(config->email_domains), DOMAIN);
	if (setting->need[LIST_GROUPS])
		(void)snprintf(config->require_group,
		    sizeof(config->require_group), OTHER_GROUP "," GROUP);
	if (setting->need[LIST_ROLES])
		(void)snprintf(
		    config->require_role, sizeof(config->require_role), ROLE);
	if (setting->need[LIST_DIVISIONS])
		(void)snprintf(config->require_division,
		    sizeof(config->require_division), DIVISION);
	config->partner_logins = setting->partner_logins;
	config->allow_root = setting->allow_root;
	config->min_uid = setting->every_uid ? 0 : 1000;
	config->map.list[0] = METHOD_FILE;
	config->map.list[1] = setting->by_email ? METHOD_EMAIL : METHOD_NONE;
	config->map.list[2] =
	    setting->by_email ? METHOD_LOCALPART : METHOD_NONE;

	*policy = (struct policy){
	    .config = config,
	    .in_account_group = true,
	    .entry = {.identities = BUF_INIT(MAP_IDENTITIES_MAX)},
	};
	if (person == NULL)
		return;
	policy->account.exists = true;
	policy->account.uid = person->uid;
	(void)snprintf(policy->account.name, sizeof(policy->account.name), "%s",
	    person->name);
	policy->in_account_group = !setting->staff_alone || person->is_staff;
	policy->entry.named = person->is_named;
	policy->entry.faulty = person->is_faulty;
	if (person->mapped_id != NULL)
		buf_printf(&policy->entry.identities, "id:%s%c",
		    person->mapped_id, '\0');
	if (person->mapped_email != NULL)
		buf_printf(&policy->entry.identities, "email:%s%c",
		    person->mapped_email, '\0');
}
