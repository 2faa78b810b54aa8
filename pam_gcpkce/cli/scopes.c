/* SPDX-License-Identifier: ISC */
/*
 * Which scopes a sign-in needs.  Genesys documents user-basic-info for
 * users/me; whether its expanded lists need more is not documented, so the
 * scopes that read those lists are not called broad if the lists are required.
 */
#include "scopes.h"

#include <string.h>

#include "gcpkce/base/text.h"

static bool
is_needed(const struct config *config, struct view scope)
{
	const struct {
		const char *scope;
		bool needed;
	} rows[] = {
	    {"user-basic-info", true},
	    {"users:readonly",
		config->require_group[0] != '\0' ||
		    config->require_role[0] != '\0'},
	    {"groups:readonly", config->require_group[0] != '\0'},
	    {"authorization:readonly", config->require_role[0] != '\0'},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (view_eq(scope, view_text(rows[i].scope)))
			return rows[i].needed;
	}
	return false;
}

void
scopes_put_broader(
    const struct config *config, const char *scopes, struct buf *broader)
{
	while (*scopes != '\0') {
		struct view scope = {
		    .p = (const uint8_t *)scopes, .len = strcspn(scopes, " ")};

		if (scope.len > 0 && !is_needed(config, scope)) {
			if (broader->len > 0)
				buf_put_byte(broader, ' ');
			buf_put(broader, scope.p, scope.len);
		}
		scopes += scope.len;
		scopes += *scopes == ' ';
	}
}
