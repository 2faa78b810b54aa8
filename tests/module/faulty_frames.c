/* SPDX-License-Identifier: ISC */
/*
 * The ways in which the scripted helper breaks the rules.
 */
#include "faulty_frames.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/wire/frame.h"
#include "script.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
bytes_send(const struct buf *bytes)
{
	if (frame_send(HELPER_FD_SOCKET, bytes, clock_now_ms() + STARTUP_MS,
		NULL) != OUTCOME_OK)
		_exit(0);
}

/* Wait until the module closes the socket. */
static _Noreturn void
end_await(void)
{
	struct pollfd gone = {.fd = HELPER_FD_SOCKET, .events = POLLRDHUP};

	(void)poll(&gone, 1, STARTUP_MS);
	_exit(0);
}

/* ---- twists of the record, before it becomes a frame ---- */

/* One field of the identity that says something else. */
static const struct {
	const char *name;
	size_t offset;
	const char *value;
} fields[] = {
#define FIELD(name, member, value) \
	{ \
		name, offsetof(struct identity, member), value \
	}
    FIELD("other-id", id, OTHER_ID),
    FIELD("no-id", id, ""),
    FIELD("blank-id", id, "a b"),
    FIELD("line-id", id, "a\nb"),
    FIELD("no-email", email, ""),
    FIELD("other-email", email, "mallory@example.com"),
    FIELD("quote-email", email, "a\" outcome=ok user=\"root\\@example.com"),
    FIELD("utf8-email", email, "\xc3\xa4lice@example.com"),
    FIELD("line-email", email, "a@example.com\noutcome=ok"),
    FIELD("c1-email", email, "a\xc2\x9b@example.com"),
    FIELD("inactive", state, "inactive"),
    FIELD("no-state", state, ""),
    FIELD("other-client", client_id, OTHER_ID),
    FIELD("no-client", client_id, ""),
    FIELD("other-organization", organization_id, OTHER_ORGANIZATION),
    FIELD("no-organization", organization_id, ""),
    FIELD("partner", home_organization_id, OTHER_ORGANIZATION),
    FIELD("no-home", home_organization_id, ""),
};

static void
make_cloned(struct wire_verdict *v)
{
	v->identity.cloned_user = true;
}

static void
make_listless(struct wire_verdict *v)
{
	id_list_done(&v->identity.groups);
	id_list_done(&v->identity.roles);
	id_list_done(&v->identity.divisions);
}

static void
make_empty_lists(struct wire_verdict *v)
{
	id_list_begin(&v->identity.groups);
	id_list_begin(&v->identity.roles);
	id_list_begin(&v->identity.divisions);
}

/* More ids than there may be, the right one among them. */
static void
make_long_list(struct wire_verdict *v)
{
	for (size_t i = 0; i < ID_LIST_MAX; i++)
		buf_put_text(&v->identity.groups.ids, " x");
}

static void
make_loose_list(struct wire_verdict *v)
{
	buf_put_text(&v->identity.groups.ids, "  x");
}

static void
make_empty_identity(struct wire_verdict *v)
{
	identity_done(&v->identity);
}

static void
make_zero(struct wire_verdict *v)
{
	wire_verdict_done(v);
}

static void
make_tokenless(struct wire_verdict *v)
{
	secret_free(v->token);
	v->token = NULL;
}

/* As long as the longest that a frame takes. */
static void
make_long_token(struct wire_verdict *v)
{
	static uint8_t token[WIRE_TOKEN_MAX];

	memset(token, 'x', sizeof(token));
	make_tokenless(v);
	if (secret_new(token, sizeof(token), &v->token) != OUTCOME_OK)
		_exit(2);
}

static void
make_endless(struct wire_verdict *v)
{
	v->expires_in_s = 0;
}

static void
make_junk(struct wire_verdict *v)
{
	v->sshd_junk = true;
}

static void
make_other_address(struct wire_verdict *v)
{
	v->other_address = true;
}

static void
make_number_early(struct wire_verdict *v)
{
	v->number = WIRE_NUMBER_EARLY;
}

static void
make_number_wrong(struct wire_verdict *v)
{
	v->number = WIRE_NUMBER_WRONG;
}

static void
make_number_spent(struct wire_verdict *v)
{
	v->number = WIRE_NUMBER_SPENT;
}

static const struct {
	const char *name;
	void (*make)(struct wire_verdict *v);
} records[] = {
    {"cloned", make_cloned},
    {"no-lists", make_listless},
    {"empty-lists", make_empty_lists},
    {"long-list", make_long_list},
    {"loose-list", make_loose_list},
    {"no-identity", make_empty_identity},
    {"zero", make_zero},
    {"no-token", make_tokenless},
    {"long-token", make_long_token},
    {"no-expiry", make_endless},
    {"junk", make_junk},
    {"other-address", make_other_address},
    {"number-early", make_number_early},
    {"number-wrong", make_number_wrong},
    {"number-spent", make_number_spent},
};

/* ---- twists of the frame's bytes ---- */

static void
length_write(struct buf *f, size_t len)
{
	for (size_t i = 0; i < 4; i++)
		f->p[i] = (uint8_t)(len >> (24 - 8 * i));
}

static void
spoil_version(struct buf *f)
{
	f->p[4] = WIRE_VERSION + 1;
}

static void
spoil_type(struct buf *f)
{
	f->p[5] = 99;
}

static void
spoil_order(struct buf *f)
{
	f->p[5] = f->p[5] == WIRE_READY ? WIRE_VERDICT : WIRE_READY;
}

static void
spoil_oversized(struct buf *f)
{
	length_write(f, 0xffffffffU);
}

static void
spoil_undersized(struct buf *f)
{
	length_write(f, 1);
}

/* The header promises one byte more than comes before the socket's end. */
static void
spoil_truncated(struct buf *f)
{
	length_write(f, f->len - 4 + 1);
}

/* A whole frame, but its last field is cut off. */
static void
spoil_short(struct buf *f)
{
	f->len--;
	length_write(f, f->len - 4);
}

static void
spoil_trailing(struct buf *f)
{
	buf_put_byte(f, 0);
	length_write(f, f->len - 4);
}

static void
spoil_empty(struct buf *f)
{
	f->len = WIRE_HEADER_LEN;
	length_write(f, 2);
}

static void
spoil_zeros(struct buf *f)
{
	memset(f->p + WIRE_HEADER_LEN, 0, f->len - WIRE_HEADER_LEN);
}

static void
spoil_outcome(struct buf *f)
{
	f->p[WIRE_HEADER_LEN] = 0xff;
}

static void
spoil_boolean(struct buf *f)
{
	f->p[WIRE_HEADER_LEN + 1] = 2;
}

/* An address that would act on a terminal. */
static void
spoil_escape(struct buf *f)
{
	f->p[WIRE_HEADER_LEN + 4] = 0x1b;
}

static const struct {
	const char *name;
	void (*spoil)(struct buf *frame);
} spoils[] = {
    {"version", spoil_version},
    {"type", spoil_type},
    {"order", spoil_order},
    {"oversized", spoil_oversized},
    {"undersized", spoil_undersized},
    {"truncated", spoil_truncated},
    {"short", spoil_short},
    {"trailing", spoil_trailing},
    {"empty", spoil_empty},
    {"zeros", spoil_zeros},
    {"outcome", spoil_outcome},
    {"boolean", spoil_boolean},
    {"escape", spoil_escape},
};

/* ---- deeds in place of sending the frame, or around it ---- */

static void
do_die(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	(void)frame;
	(void)raise(SIGKILL);
}

static void
do_exit(const struct buf *frame, int64_t deadline_ms)
{
	(void)frame;
	(void)deadline_ms;
	_exit(0);
}

static void
do_crash(const struct buf *frame, int64_t deadline_ms)
{
	(void)frame;
	(void)deadline_ms;
	(void)raise(SIGSEGV);
}

static void
do_hang(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	(void)frame;
	end_await();
}

static void
do_stop(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	(void)frame;
	(void)raise(SIGSTOP);
}

static void
do_flood(const struct buf *frame, int64_t deadline_ms)
{
	autobuf noise = BUF_INIT(4096);

	(void)deadline_ms;
	(void)frame;
	while (noise.len < 4096)
		buf_put_byte(&noise, 'x');
	for (;;)
		bytes_send(&noise);
}

static void
do_repeat(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	for (;;)
		bytes_send(frame);
}

/* A byte now and then, which would reach beyond any deadline. */
static void
do_drip(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	for (size_t i = 0; i < frame->len; i++) {
		autobuf byte = BUF_INIT(1);

		buf_put_byte(&byte, frame->p[i]);
		bytes_send(&byte);
		(void)poll(NULL, 0, 100);
	}
}

/* Be deaf to the socket's end and to every signal that can be refused. */
static _Noreturn void
remain(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)poll(NULL, 0, STARTUP_MS);
	_exit(0);
}

/* As the other process that holds the socket's end would keep it open. */
static void
do_stay(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	bytes_send(frame);
	remain();
}

static void
do_close(const struct buf *frame, int64_t deadline_ms)
{
	(void)frame;
	(void)deadline_ms;
	(void)close(HELPER_FD_SOCKET);
	remain();
}

/* One frame more than was asked for. */
static void
do_twice(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	bytes_send(frame);
	bytes_send(frame);
}

static void
do_late(const struct buf *frame, int64_t deadline_ms)
{
	(void)poll(NULL, 0, clock_left_ms(deadline_ms + 100));
	bytes_send(frame);
}

/* Say what is to be said, and be gone before the module speaks. */
static void
do_depart(const struct buf *frame, int64_t deadline_ms)
{
	bytes_send(frame);
	do_die(frame, deadline_ms);
}

/* The same, and nothing that the module says can be sent any more. */
static void
do_deafen(const struct buf *frame, int64_t deadline_ms)
{
	(void)shutdown(HELPER_FD_SOCKET, SHUT_RD);
	do_depart(frame, deadline_ms);
}

static void
do_slow(const struct buf *frame, int64_t deadline_ms)
{
	(void)deadline_ms;
	(void)poll(NULL, 0, 200);
	bytes_send(frame);
}

static const struct {
	const char *name;
	void (*act)(const struct buf *frame, int64_t deadline_ms);
} deeds[] = {
    {"exit", do_exit},
    {"die", do_die},
    {"crash", do_crash},
    {"close", do_close},
    {"twice", do_twice},
    {"hang", do_hang},
    {"stop", do_stop},
    {"flood", do_flood},
    {"repeat", do_repeat},
    {"drip", do_drip},
    {"stay", do_stay},
    {"late", do_late},
    {"slow", do_slow},
    {"depart", do_depart},
    {"deafen", do_deafen},
};

void
twist_record(struct wire_verdict *v, const char *twist)
{
	for (size_t i = 0; i < COUNT(fields); i++) {
		if (strcmp(twist, fields[i].name) == 0)
			memcpy((char *)&v->identity + fields[i].offset,
			    fields[i].value, strlen(fields[i].value) + 1);
	}
	for (size_t i = 0; i < COUNT(records); i++) {
		if (strcmp(twist, records[i].name) == 0)
			records[i].make(v);
	}
}

void
twist_missing(struct missing_layers *missing, const char *twist)
{
	bool each = strcmp(twist, "lacks-each") == 0;

	if (!each && strcmp(twist, "lacks") != 0)
		return;
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		if (each || i == SANDBOX_LANDLOCK)
			missing_add(
			    missing, i, i == SANDBOX_LANDLOCK ? ENOSYS : 0);
	}
}

void
twist_send(struct buf *frame, int64_t deadline_ms, const char *twist)
{
	for (size_t i = 0; i < COUNT(spoils); i++) {
		if (strcmp(twist, spoils[i].name) == 0) {
			spoils[i].spoil(frame);
			bytes_send(frame);
			if (strcmp(twist, "truncated") == 0)
				_exit(0);
			return;
		}
	}
	for (size_t i = 0; i < COUNT(deeds); i++) {
		if (strcmp(twist, deeds[i].name) == 0) {
			deeds[i].act(frame, deadline_ms);
			return;
		}
	}
	bytes_send(frame);
}
