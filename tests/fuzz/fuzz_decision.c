/* SPDX-License-Identifier: ISC */
/*
 * From what Genesys Cloud answers to the decision: token reply, users/me and
 * tokens/me are read as the helper reads them, cross the wire, and come before
 * the policy.  Whenever it says yes, a second reading of the same bytes, by
 * json-c alone, must come to the same end (judge.h).
 *
 * The input: two bytes that choose account and policy, then users/me,
 * tokens/me, the token reply, a user with groups and a subject with grants,
 * parted by the byte 0x1e.
 */
#include <json-c/json.h>

#include "fuzz.h"
#include "gcpkce/oauth/names.h"
#include "gcpkce/oauth/profile.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/oauth/reply.h"
#include "judge.h"
#include "setting.h"

#define PART_END 0x1e

enum part { USER, TOKEN, REPLY, GROUP_LIST, SUBJECT, PARTS };

static unsigned long decisions;
static unsigned long successes;

static void
counts_tell(void)
{
	(void)fprintf(
	    stderr, "decision: %lu of %lu said yes\n", successes, decisions);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(counts_tell);
}

/* ---- the second reading ---- */

static struct json_object *
member(struct json_object *object, const char *name, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

static struct view
text_of(struct json_object *object, const char *name)
{
	struct json_object *text = member(object, name, json_type_string);

	if (text == NULL)
		return (struct view){0};
	return (struct view){(const uint8_t *)json_object_get_string(text),
	    (size_t)json_object_get_string_len(text)};
}

static void
ids_of(struct json_object *list, const char *within, enum list which,
    struct claim *claim)
{
	size_t count = list != NULL ? json_object_array_length(list) : 0;

	claim->told[which] = list != NULL;
	for (size_t i = 0; i < count && claim->count[which] < CLAIM_IDS; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (within != NULL)
			item = member(item, within, json_type_object);
		claim->ids[which][claim->count[which]++] = text_of(item, "id");
	}
}

static struct json_object *
tree_of(struct view body)
{
	struct json_tokener *tokener = json_tokener_new();

	HOLD(tokener != NULL);
	struct json_object *tree =
	    json_tokener_parse_ex(tokener, (const char *)body.p, (int)body.len);
	json_tokener_free(tokener);
	return tree;
}

static void
claim_read(struct json_object *const trees[PARTS], struct claim *ret)
{
	struct json_object *user = trees[USER];
	struct json_object *token = trees[TOKEN];
	struct json_object *division =
	    member(user, "division", json_type_object);
	struct json_object *cloned = NULL;

	*ret = (struct claim){
	    .id = text_of(user, "id"),
	    .email = text_of(user, "email"),
	    .state = text_of(user, "state"),
	    .client =
		text_of(member(token, "OAuthClient", json_type_object), "id"),
	    .organization =
		text_of(member(token, "organization", json_type_object), "id"),
	    .home = text_of(
		member(token, "homeOrganization", json_type_object), "id"),
	    .cloned = json_object_is_type(token, json_type_object) &&
		json_object_object_get_ex(token, "clonedUser", &cloned) &&
		cloned != NULL,
	};
	ids_of(member(user, "groups", json_type_array), NULL, LIST_GROUPS, ret);
	ids_of(member(member(user, "authorization", json_type_object), "roles",
		   json_type_array),
	    NULL, LIST_ROLES, ret);
	/* what users/me did not bring is asked for elsewhere */
	if (!ret->told[LIST_GROUPS])
		ids_of(member(trees[GROUP_LIST], "groups", json_type_array),
		    NULL, LIST_GROUPS, ret);
	if (!ret->told[LIST_ROLES])
		ids_of(member(trees[SUBJECT], "grants", json_type_array),
		    "role", LIST_ROLES, ret);
	ret->told[LIST_DIVISIONS] = division != NULL;
	ret->count[LIST_DIVISIONS] = division != NULL ? 1 : 0;
	ret->ids[LIST_DIVISIONS][0] = text_of(division, "id");
}

static void
success_check(const struct setting *setting, const struct view bodies[PARTS])
{
	struct json_object *trees[PARTS];
	struct claim claim;

	for (size_t i = 0; i < PARTS; i++)
		trees[i] = tree_of(bodies[i]);
	claim_read(trees, &claim);
	HOLD(may_sign_in(setting, &claim));
	for (size_t i = 0; i < PARTS; i++)
		(void)json_object_put(trees[i]);
}

/* ---- the product's reading ---- */

/* As the helper does: a list that is needed and missing is asked for again. */
static enum outcome
identity_read(const struct view bodies[PARTS], struct identity_needs needs,
    struct identity *identity, struct errinfo *why)
{
	enum outcome r = profile_user_parse(bodies[USER], needs, identity, why);

	if (r == OUTCOME_OK)
		r = profile_token_parse(bodies[TOKEN], identity, why);
	if (r == OUTCOME_OK && needs.groups && !identity->groups.present)
		r = profile_groups_parse(bodies[GROUP_LIST], identity, why);
	if (r == OUTCOME_OK && needs.roles && !identity->roles.present)
		r = profile_subject_parse(bodies[SUBJECT], identity, why);
	return r;
}

/* Send it over the wire: what arrives is what left. */
static void
cross(struct wire_verdict *verdict)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	struct errinfo why = {0};

	wire_put_verdict(&frame, verdict);
	wire_verdict_done(verdict);
	HOLD(buf_check(&frame) == OUTCOME_OK);
	struct view payload = exact_copy((struct view){
	    frame.p + WIRE_HEADER_LEN, frame.len - WIRE_HEADER_LEN});
	HOLD(wire_verdict_parse(payload, verdict, &why) == OUTCOME_OK);
	exact_free(payload);
}

static enum outcome
decision_make(const struct setting *setting, const struct view bodies[PARTS])
{
	static struct config config; /* it is large */
	autopolicy policy;
	autoverdict verdict = {.outcome = OUTCOME_OK};
	autoreply reply = {0};
	struct errinfo why = {0};

	memset(&config, 0, sizeof(config));
	setting_apply(setting, &config, &policy);
	enum outcome r =
	    token_reply_parse(&provider_genesys, bodies[REPLY], &reply, &why);
	HOLD(r != OUTCOME_OK || reply.access_token != NULL);
	if (r == OUTCOME_OK)
		r = identity_read(
		    bodies, policy_needs(&config), &verdict.identity, &why);
	HOLD(is_printable(why.text));
	if (r != OUTCOME_OK) {
		/* of what was refused nothing is left to decide on */
		HOLD(policy_decide(&policy, &verdict.identity, &why) !=
		    OUTCOME_OK);
		return r;
	}
	verdict.expires_in_s = (uint32_t)reply.expires_in_s;
	verdict.token = take_ptr(&reply.access_token);
	cross(&verdict);
	r = policy_decide(&policy, &verdict.identity, &why);
	HOLD(r != OUTCOME_OK ||
	    policy_account_check(&policy, &why) == OUTCOME_OK);
	return r;
}

static void
names_read(const struct view bodies[PARTS])
{
	static struct wire_token_info reply; /* it is large */
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	struct errinfo why = {0};

	memset(&reply, 0, sizeof(reply));
	(void)!names_user_parse(bodies[USER], &reply.names, &why);
	(void)!names_token_parse(bodies[TOKEN], &reply.names, &why);
	HOLD(is_printable(why.text));
	wire_put_token_reply(&frame, &reply);
	HOLD(buf_check(&frame) == OUTCOME_OK);
	HOLD(wire_token_reply_parse((struct view){frame.p + WIRE_HEADER_LEN,
					frame.len - WIRE_HEADER_LEN},
		 &reply, &why) == OUTCOME_OK);
	wire_token_reply_done(&reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	uint8_t who = input_byte(&in);
	uint8_t how = input_byte(&in);
	struct setting setting = setting_of(who, how);
	struct view bodies[PARTS];

	for (size_t i = 0; i < PARTS; i++)
		bodies[i] = exact_copy(input_until(&in, PART_END));
	decisions++;
	if (decision_make(&setting, bodies) == OUTCOME_OK) {
		successes++;
		success_check(&setting, bodies);
	}
	names_read(bodies);
	for (size_t i = 0; i < PARTS; i++)
		exact_free(bodies[i]);
	return 0;
}
