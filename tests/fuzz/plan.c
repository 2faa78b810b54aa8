/* SPDX-License-Identifier: ISC */
#include "plan.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The frames once more, from docs/PROTOCOL.md and not from the product. */
#define VERSION 9
#define FRAME_READY 2
#define FRAME_VERDICT 4
#define OK 1

/* ---- writing what the helper sends ---- */

static void
put(struct plan *plan, const void *bytes, size_t len)
{
	if (len > STREAM_MAX - plan->stream_len)
		len = STREAM_MAX - plan->stream_len;
	if (len > 0)
		memcpy(plan->stream + plan->stream_len, bytes, len);
	plan->stream_len += len;
}

static void
put_number(struct plan *plan, size_t number, size_t bytes)
{
	for (size_t i = bytes; i > 0; i--) {
		uint8_t byte = (uint8_t)(number >> (8 * (i - 1)));

		put(plan, &byte, 1);
	}
}

static void
put_text(struct plan *plan, struct view text)
{
	put_number(plan, text.len, 4);
	put(plan, text.p, text.len);
}

static size_t
frame_begin(struct plan *plan, uint8_t type)
{
	size_t start = plan->stream_len;

	put_number(plan, 0, 4);
	put_number(plan, VERSION, 1);
	put_number(plan, type, 1);
	return start;
}

static void
frame_end(struct plan *plan, size_t start)
{
	if (plan->stream_len - start < 6)
		return; /* the stream is full */
	size_t len = plan->stream_len - start - 4;
	for (size_t i = 0; i < 4; i++)
		plan->stream[start + i] = (uint8_t)(len >> (24 - 8 * i));
}

/* One of four: the right text, none, a wrong one, or the input's own. */
static struct view
choose(uint8_t choice, const char *right, const char *wrong, struct view own)
{
	switch (choice % 4) {
	case 0:
		return view_text(right);
	case 1:
		return view_text("");
	case 2:
		return view_text(wrong);
	default:
		return own;
	}
}

static void
put_ids(struct plan *plan, uint8_t choice, const char *right, struct view own)
{
	char list[128];

	(void)snprintf(list, sizeof(list), CLIENT " %s", right);
	put_number(plan, choice % 8 == 7 ? 0 : 1, 1);
	put_text(plan, choose(choice, list, CLIENT, own));
}

/* The sandbox lacks landlock, or nothing. */
static void
put_missing(struct plan *plan, bool lacks)
{
	put_number(plan, lacks ? 0x80 : 0, 4);
	if (lacks)
		put_number(plan, 38, 4);
}

static void
put_verdict(struct plan *plan, struct view bytes)
{
	static const char *const mailboxes[] = {BOB_EMAIL, ("carol@" DOMAIN),
	    "Dave@Example.COM", "bob@example.org"};
	struct input in = {bytes.p, bytes.len};
	uint8_t choice[CHOICES];

	for (size_t i = 0; i < CHOICES; i++)
		choice[i] = input_byte(&in);
	struct view own = {.p = in.p, .len = in.len};
	size_t start = frame_begin(plan, FRAME_VERDICT);
	put_number(plan, choice[CHOICE_OUTCOME], 1);
	put_number(plan, choice[CHOICE_FLAGS] & 1, 1);
	put_number(plan, choice[CHOICE_FLAGS] >> 1 & 1, 1);
	put_number(plan, choice[CHOICE_FLAGS] >> 3 & 7, 1);
	put_text(plan, view_text("the reason"));
	put_text(plan, view_text("5d2f7b"));
	put_number(plan, 0, 1); /* Genesys Cloud, which has no issuer */
	put_text(plan, view_text(""));
	put_text(plan, choose(choice[CHOICE_ID], ALICE_ID, GROUP, own));
	put_text(plan,
	    choose(choice[CHOICE_EMAIL],
		mailboxes[choice[CHOICE_EMAIL] >> 2 & 3], "mallory@" DOMAIN,
		own));
	put_text(plan, choose(choice[CHOICE_STATE], "active", "deleted", own));
	put_text(plan, choose(choice[CHOICE_CLIENT], CLIENT, ROLE, own));
	put_text(plan,
	    choose(choice[CHOICE_ORGANIZATION], ORGANIZATION, CLIENT, own));
	put_text(plan, choose(choice[CHOICE_HOME], ORGANIZATION, CLIENT, own));
	put_number(plan, choice[CHOICE_FLAGS] >> 2 & 1, 1);
	put_text(plan, view_text("user-basic-info"));
	put_ids(plan, choice[CHOICE_GROUPS], GROUP, own);
	put_ids(plan, choice[CHOICE_ROLES], ROLE, own);
	put_ids(plan, choice[CHOICE_DIVISIONS], DIVISION, own);
	put_number(plan, choice[CHOICE_EXPIRES] * 1000U, 4);
	put_text(
	    plan, choose(choice[CHOICE_TOKEN], PAM_DOUBLE_TOKEN, "=", own));
	put_missing(plan, (choice[CHOICE_FLAGS] & 0x40) != 0);
	frame_end(plan, start);
}

static void
record_put(struct plan *plan, enum record kind, struct view bytes)
{
	struct input in = {bytes.p, bytes.len};
	size_t start;

	switch (kind) {
	case RECORD_FRAME:
		start = frame_begin(plan, input_byte(&in));
		put(plan, in.p, in.len);
		frame_end(plan, start);
		break;
	case RECORD_READY:
		start = frame_begin(plan, FRAME_READY);
		put_text(plan,
		    bytes.len > 0 ? bytes
				  : view_text("https://login.example.com/oauth/"
					      "authorize?round=1"));
		/* found dead, where the address is of odd length */
		put_number(plan, bytes.len % 2, 1);
		/* pasted, brought by the browser, or taken */
		put_number(plan, bytes.len / 2 % 3, 1);
		put_missing(plan, bytes.len / 6 % 2 == 1);
		frame_end(plan, start);
		break;
	case RECORD_VERDICT:
		put_verdict(plan, bytes);
		break;
	default:
		put(plan, bytes.p, bytes.len);
		break;
	}
}

static void
records_read(struct input *in, struct plan *plan)
{
	while (in->len > 0 && plan->chunk_count < CHUNKS_MAX) {
		struct chunk *chunk = &plan->chunks[plan->chunk_count++];
		enum record kind = input_byte(in) % RECORDS;
		size_t len = (size_t)input_byte(in) << 8;

		len |= input_byte(in);
		if (kind == RECORD_WAIT) {
			*chunk = (struct chunk){
			    .kind = CHUNK_WAIT, .ms = (uint32_t)len * 100};
			continue;
		}
		if (kind == RECORD_SILENCE) {
			chunk->kind = CHUNK_SILENCE;
			continue;
		}
		*chunk = (struct chunk){
		    .kind = CHUNK_BYTES, .start = plan->stream_len};
		record_put(plan, kind, input_bytes(in, len));
		chunk->end = plan->stream_len;
	}
}

/* ---- the rest of a plan ---- */

static void
faults_read(struct input *in, struct plan *plan)
{
	size_t count = input_byte(in) % (FAULTS_MAX + 1);

	for (size_t i = 0; i < count; i++) {
		struct fault *fault = &plan->faults[plan->fault_count++];

		/* one that is no call's number never strikes */
		fault->call = input_byte(in) % 32;
		fault->nth = (uint16_t)(input_byte(in) << 8);
		fault->nth = (uint16_t)(fault->nth | input_byte(in));
		fault->how = input_byte(in);
		fault->run = fault->how >> 4;
		fault->how &= 0xf;
	}
}

static void
replies_read(struct input *in, struct plan *plan)
{
	static const int results[] = {
	    PAM_SUCCESS, PAM_CONV_AGAIN, PAM_CONV_ERR, PAM_BUF_ERR};
	size_t count = input_byte(in) % (REPLIES_MAX + 1);

	for (size_t i = 0; i < count; i++) {
		struct reply *reply = &plan->replies[plan->reply_count++];
		uint8_t kind = input_byte(in);

		reply->result = results[kind % 4];
		reply->bare = (kind & 4) != 0;
		reply->meanwhile = input_byte(in) % MEANWHILE_COUNT;
		reply->text = input_bytes(in, input_byte(in));
		if ((kind & 8) != 0)
			reply->text.p = NULL;
	}
}

static bool
holds(const struct input *in, const char *text)
{
	return memmem(in->p, in->len, text, strlen(text)) != NULL;
}

void
plan_read(struct input *in, struct plan *ret, struct options *ret_options)
{
	static const unsigned attempts[] = {1, 2, 3, 20};
	static const unsigned timeouts[] = {90, 1, 3, 3600};
	ret->is_tainted =
	    holds(in, PAM_DOUBLE_TOKEN) || holds(in, PAM_DOUBLE_CODE);
	uint8_t who = input_byte(in);
	uint8_t how = input_byte(in);
	uint8_t bits = input_byte(in);
	uint8_t more = input_byte(in);

	ret->setting = setting_of(who, how);
	ret->ordinary_host = (bits & OPTION_NOT_ROOT) != 0;
	ret->no_conversation = (bits & OPTION_NO_CONVERSATION) != 0;
	ret->service = (bits & OPTION_SUDO) != 0 ? "sudo" : "sshd";
	ret->timeout_s = timeouts[more >> 2 & 3];
	ret->fault_count = ret->reply_count = ret->chunk_count = 0;
	ret->stream_len = 0;
	*ret_options = (struct options){
	    .bits = bits,
	    .attempts = attempts[more & 3],
	    .is_silent = (more & 0x10) != 0,
	    .is_elsewhere = (more & 0x20) != 0,
	    .is_twice = (more & 0x40) != 0,
	    .is_strict = (more & 0x80) != 0,
	};
	faults_read(in, ret);
	replies_read(in, ret);
	records_read(in, ret);
}

/* ---- reading frames ---- */

static size_t
number_read(struct input *in, size_t bytes)
{
	size_t number = 0;

	for (size_t i = 0; i < bytes; i++)
		number = number << 8 | input_byte(in);
	return number;
}

static struct view
text_read(struct input *in)
{
	return input_bytes(in, number_read(in, 4));
}

/* Cut off one whole frame; false when none is left. */
static bool
frame_read(struct input *in, uint8_t *ret_type, struct input *ret_payload)
{
	if (in->len < 6)
		return false;
	size_t len = number_read(in, 4);
	if (len < 2 || len > in->len)
		return false;
	struct view frame = input_bytes(in, len);
	*ret_type = frame.p[1];
	*ret_payload = (struct input){frame.p + 2, frame.len - 2};
	return true;
}

size_t
frames_count(struct view bytes, uint8_t type, uint8_t *ret_last)
{
	struct input in = {bytes.p, bytes.len};
	struct input payload;
	size_t count = 0;

	*ret_last = 0;
	while (frame_read(&in, ret_last, &payload))
		count += *ret_last == type ? 1 : 0;
	return count;
}

static void
ids_read(struct input *in, enum list which, struct claim *claim)
{
	claim->told[which] = input_byte(in) == 1;
	struct view ids = text_read(in);
	struct input left = {ids.p, ids.len};
	while (left.len > 0 && claim->count[which] < CLAIM_IDS)
		claim->ids[which][claim->count[which]++] =
		    input_until(&left, ' ');
}

/* Gives whether layers of the sandbox are missing. */
static bool
missing_read(struct input *in)
{
	size_t layers = number_read(in, 4);

	for (size_t left = layers; left != 0; left &= left - 1)
		(void)number_read(in, 4); /* the error */
	return layers != 0;
}

/* Read what stands after the outcome; gives whether that is all. */
static bool
claim_read(struct input *payload, struct claim *ret)
{
	(void)input_byte(payload); /* other_address */
	bool is_junk = input_byte(payload) != 0;
	(void)input_byte(payload); /* number */
	(void)text_read(payload);  /* reason */
	(void)text_read(payload);  /* correlation */
	bool is_genesys = input_byte(payload) == 0;
	bool has_issuer = text_read(payload).len > 0;
	ret->id = text_read(payload);
	ret->email = text_read(payload);
	ret->state = text_read(payload);
	ret->client = text_read(payload);
	ret->organization = text_read(payload);
	ret->home = text_read(payload);
	ret->cloned = input_byte(payload) != 0;
	(void)text_read(payload); /* scopes */
	for (size_t i = 0; i < LISTS; i++)
		ids_read(payload, (enum list)i, ret);
	(void)number_read(payload, 4);
	(void)text_read(payload); /* token */
	ret->lacks = missing_read(payload);
	return !is_junk && is_genesys && !has_issuer && payload->len == 0;
}

bool
verdict_claims(struct view bytes, struct claim *ret)
{
	struct input in = {bytes.p, bytes.len};
	struct input payload = {0};
	uint8_t type = 0;

	*ret = (struct claim){0};
	while (frame_read(&in, &type, &payload))
		continue;
	return type == FRAME_VERDICT && input_byte(&payload) == OK &&
	    claim_read(&payload, ret);
}

bool
frames_lack(struct view bytes)
{
	static struct claim claim;
	struct input in = {bytes.p, bytes.len};
	struct input payload = {0};
	uint8_t type = 0;
	bool lacks = false;

	while (frame_read(&in, &type, &payload)) {
		claim = (struct claim){0};
		if (type == FRAME_READY) {
			(void)text_read(&payload); /* address */
			(void)number_read(&payload, 2);
			lacks |= missing_read(&payload);
		} else if (type == FRAME_VERDICT) {
			(void)input_byte(&payload);
			(void)claim_read(&payload, &claim);
			lacks |= claim.lacks;
		}
	}
	return lacks;
}
