/* SPDX-License-Identifier: ISC */
/*
 * Decisions of the policy, as the module makes them: gather, which reads the
 * map file, and decide.
 *
 *   decisions CONF USER ID SECONDS
 *
 * ID is who signed in, and must be let in.  Prints a line of JSON: how many,
 * and the microseconds of all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gcpkce/config/policy.h"

static long long
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
text_set(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* One decision, from nothing to yes. */
static enum outcome
decide(const struct config *config, const char *user,
    const struct identity *identity, struct errinfo *reterr)
{
	autopolicy policy = {0};
	enum outcome r = policy_gather(config, user, &policy, reterr);

	if (r == OUTCOME_OK)
		r = policy_account_check(&policy, reterr);
	return r == OUTCOME_OK ? policy_decide(&policy, identity, reterr) : r;
}

int
main(int argc, char **argv)
{
	static struct config config;
	static struct identity identity;
	autofaults faults = {0};
	struct errinfo why = {0};
	char conf[1024];
	const char *arguments[] = {conf};
	long count = 0;

	if (argc != 5) {
		(void)fprintf(
		    stderr, "usage: decisions CONF USER ID SECONDS\n");
		return 2;
	}
	(void)snprintf(conf, sizeof(conf), "conf=%s", argv[1]);
	if (config_load(1, arguments, CONFIG_FOR_DECIDE, &config, &faults) !=
	    OUTCOME_OK) {
		(void)fprintf(stderr, "%s\n", faults.list[0].text);
		return 1;
	}
	text_set(identity.id, sizeof(identity.id), argv[3]);
	text_set(identity.state, sizeof(identity.state), "active");
	text_set(
	    identity.client_id, sizeof(identity.client_id), config.client_id);
	text_set(identity.organization_id, sizeof(identity.organization_id),
	    config.organization);
	text_set(identity.home_organization_id,
	    sizeof(identity.home_organization_id), config.organization);
	long long begun_us = now_us();
	long long end_us = begun_us + (long long)(strtod(argv[4], NULL) * 1e6);
	do {
		enum outcome r = decide(&config, argv[2], &identity, &why);

		if (r != OUTCOME_OK) {
			(void)fprintf(stderr, "decisions: %s: %s\n",
			    outcome_name(r), why.text);
			return 1;
		}
		count++;
	} while (now_us() < end_us);
	(void)printf(
	    "{\"decisions\": %ld, \"us\": %lld}\n", count, now_us() - begun_us);
	return 0;
}
