/* SPDX-License-Identifier: ISC */
/*
 * A helper that does what a test's script says (script.h): gives the verdict
 * it is told to give, or breaks the rules in one way.  It opens no connection.
 * It is not trusted and need not be: what the module makes of it is the test.
 */
#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "gcpkce/clock.h"
#include "gcpkce/frame.h"
#include "gcpkce/text.h"
#include "script.h"

#define FD_MODULE 3
#define LIFE_MS 30000
#define WORD_MAX 128

struct helper {
	int reports;
	char life[512];
	struct wire_request request;
	int64_t deadline_ms; /* the module's */
	const char *next;    /* what is left of the script */
	unsigned round;
};

/* ---- reports ---- */

static void PRINTF(2, 3) report(struct helper *h, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len > 0 && (size_t)len < sizeof(line))
		(void)!send(h->reports, line, (size_t)len, MSG_NOSIGNAL);
}

/* Look at what the courier made of this process, before anything changes. */
static void
life_note(struct helper *h, int argc, char **envp)
{
	char directory[256] = "";
	struct rlimit core = {1, 1};
	struct rlimit file = {1, 1};
	sigset_t blocked;
	int descriptors = 0;
	int environment = 0;
	int death = 0;
	int signals = 0;

	for (int fd = 0; fd < 1024; fd++)
		descriptors += fcntl(fd, F_GETFD) >= 0;
	while (envp[environment] != NULL)
		environment++;
	(void)sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int s = 1; s < NSIG; s++)
		signals += sigismember(&blocked, s) == 1;
	(void)prctl(PR_GET_PDEATHSIG, &death);
	(void)getrlimit(RLIMIT_CORE, &core);
	(void)getrlimit(RLIMIT_FSIZE, &file);
	(void)snprintf(h->life, sizeof(h->life),
	    "life uid=%u gid=%u groups=%d environment=%d arguments=%d "
	    "descriptors=%d directory=%s umask=%o blocked=%d no_new_privs=%d "
	    "death=%d session=%d core=%lu file=%lu keys=%d\n",
	    getuid(), getgid(), getgroups(0, NULL), environment, argc,
	    descriptors, getcwd(directory, sizeof(directory)), umask(077),
	    signals, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), death,
	    getsid(0) == getpid(), (unsigned long)core.rlim_cur,
	    (unsigned long)file.rlim_cur,
	    /* a key that the host put into its session keyring */
	    syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user",
		KEY_NAME, 0) >= 0);
}

static void
reports_open(struct helper *h, const struct wire_route *route)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(route->ca_file);

	if (len < 2 || len > sizeof(address.sun_path))
		_exit(2);
	memcpy(address.sun_path + 1, route->ca_file + 1, len - 1);
	h->reports = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->reports < 0 ||
	    connect(h->reports, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0)
		_exit(2);
	report(h, "%s", h->life);
}

/* ---- frames ---- */

static enum wire_type
receive(struct helper *h, struct buf *payload)
{
	enum wire_type type;

	if (frame_receive(FD_MODULE, -1, clock_now_ms() + LIFE_MS, &type,
		payload, NULL) != OUTCOME_OK) {
		report(h, "gone\n");
		_exit(0);
	}
	return type;
}

static void
bytes_send(const struct buf *bytes)
{
	if (frame_send(FD_MODULE, bytes, clock_now_ms() + LIFE_MS, NULL) !=
	    OUTCOME_OK)
		_exit(0);
}

/* Wait until the module closes the socket. */
static _Noreturn void
end_await(void)
{
	struct pollfd gone = {.fd = FD_MODULE, .events = POLLRDHUP};

	(void)poll(&gone, 1, LIFE_MS);
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
make_nobody(struct wire_verdict *v)
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
make_earlier(struct wire_verdict *v)
{
	v->state_earlier = true;
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
    {"nobody", make_nobody},
    {"zero", make_zero},
    {"no-token", make_tokenless},
    {"no-expiry", make_endless},
    {"junk", make_junk},
    {"earlier", make_earlier},
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
	f->p[f->len - 1] = 0x1b;
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
do_die(struct helper *h, const struct buf *frame)
{
	(void)h;
	(void)frame;
	(void)raise(SIGKILL);
}

static void
do_hang(struct helper *h, const struct buf *frame)
{
	(void)h;
	(void)frame;
	end_await();
}

static void
do_flood(struct helper *h, const struct buf *frame)
{
	autobuf noise = BUF_INIT(4096);

	(void)h;
	(void)frame;
	while (noise.len < 4096)
		buf_put_byte(&noise, 'x');
	for (;;)
		bytes_send(&noise);
}

static void
do_repeat(struct helper *h, const struct buf *frame)
{
	(void)h;
	for (;;)
		bytes_send(frame);
}

/* A byte now and then, which would reach beyond any deadline. */
static void
do_drip(struct helper *h, const struct buf *frame)
{
	(void)h;
	for (size_t i = 0; i < frame->len; i++) {
		autobuf byte = BUF_INIT(1);

		buf_put_byte(&byte, frame->p[i]);
		bytes_send(&byte);
		(void)poll(NULL, 0, 100);
	}
}

/* As the other process that holds the socket's end would keep it open. */
static void
do_stay(struct helper *h, const struct buf *frame)
{
	(void)h;
	bytes_send(frame);
	for (;;)
		(void)pause();
}

static void
do_late(struct helper *h, const struct buf *frame)
{
	(void)poll(NULL, 0, clock_left_ms(h->deadline_ms + 100));
	bytes_send(frame);
}

/* Say what is to be said, and be gone before the module speaks. */
static void
do_depart(struct helper *h, const struct buf *frame)
{
	bytes_send(frame);
	do_die(h, frame);
}

/* The same, and nothing that the module says can be sent any more. */
static void
do_deafen(struct helper *h, const struct buf *frame)
{
	(void)shutdown(FD_MODULE, SHUT_RD);
	do_depart(h, frame);
}

static void
do_slow(struct helper *h, const struct buf *frame)
{
	(void)h;
	(void)poll(NULL, 0, 200);
	bytes_send(frame);
}

static const struct {
	const char *name;
	void (*act)(struct helper *h, const struct buf *frame);
} deeds[] = {
    {"die", do_die},
    {"hang", do_hang},
    {"flood", do_flood},
    {"repeat", do_repeat},
    {"drip", do_drip},
    {"stay", do_stay},
    {"late", do_late},
    {"slow", do_slow},
    {"depart", do_depart},
    {"deafen", do_deafen},
};

/* ---- the rounds ---- */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Twist the record; a twist of another kind leaves it. */
static void
record_twist(struct wire_verdict *v, const char *twist)
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

/* Send a frame, in the way that the twist says. */
static void
frame_twist(struct helper *h, struct buf *frame, const char *twist)
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
			deeds[i].act(h, frame);
			return;
		}
	}
	bytes_send(frame);
}

/* The next word of the script, in two parts; the last word stays. */
static void
word_take(struct helper *h, char name[WORD_MAX], char twist[WORD_MAX])
{
	size_t len = strcspn(h->next, ",");
	size_t cut = strcspn(h->next, ",:");
	size_t rest = cut < len ? len - cut - 1 : 0;

	if (len >= WORD_MAX)
		_exit(2);
	(void)snprintf(name, WORD_MAX, "%.*s", (int)cut, h->next);
	(void)snprintf(
	    twist, WORD_MAX, "%.*s", (int)rest, h->next + len - rest);
	if (h->next[len] == ',')
		h->next += len + 1;
}

static void
ready_send(struct helper *h, const char *twist)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	char address[WIRE_ADDRESS_MAX];

	(void)snprintf(address, sizeof(address), ADDRESS, ++h->round);
	wire_put_ready(&frame, address);
	frame_twist(h, &frame, twist);
}

static void
answer_take(struct helper *h)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);
	autobuf shown = BUF_INIT(1024);

	if (receive(h, &payload) != WIRE_ANSWER ||
	    wire_answer_parse(buf_view(&payload), &typed, NULL) != OUTCOME_OK)
		_exit(2);
	text_put_escaped(&shown,
	    (struct view){
		.p = typed.p, .len = typed.len < 64 ? typed.len : 64});
	report(h, "answer %zu %s\n", typed.len, buf_text(&shown));
}

/* Make a list of ids that are parted by spaces. */
static void
list_set(struct id_list *list, const char *ids)
{
	id_list_begin(list);
	buf_put_text(&list->ids, ids);
}

/* The verdict of a sign-in in which all is well, before any twist. */
static void
verdict_make(struct helper *h, enum outcome outcome, struct wire_verdict *v)
{
	*v = (struct wire_verdict){
	    .outcome = outcome, .correlation = CORRELATION};
	if (outcome != OUTCOME_OK) {
		memcpy(v->reason, REASON, sizeof(REASON));
		return;
	}
	v->identity = (struct identity){
	    .id = ALICE_ID,
	    .email = ALICE_EMAIL,
	    .state = "active",
	    .client_id = CLIENT,
	    .organization_id = ORGANIZATION,
	    .home_organization_id = ORGANIZATION,
	};
	if (h->request.needs.groups)
		list_set(&v->identity.groups, OTHER_ID " " GROUP);
	if (h->request.needs.roles)
		list_set(&v->identity.roles, ROLE);
	if (h->request.needs.divisions)
		list_set(&v->identity.divisions, DIVISION);
	v->expires_in_s = EXPIRES_IN_S;
	if (h->request.want_token &&
	    secret_new(TOKEN, strlen(TOKEN), &v->token) != OUTCOME_OK)
		_exit(2);
}

static void
verdict_send(struct helper *h, const char *name, const char *twist)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autoverdict verdict;
	enum outcome outcome;

	if (!outcome_find(name, &outcome))
		_exit(2);
	verdict_make(h, outcome, &verdict);
	record_twist(&verdict, twist);
	wire_put_verdict(&frame, &verdict);
	frame_twist(h, &frame, twist);
}

/* Hear what becomes of the token, until the module closes the socket. */
static _Noreturn void
end_report(struct helper *h)
{
	for (;;) {
		autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
		enum wire_type type = receive(h, &payload);

		report(h, "%s\n",
		    type == WIRE_KEEP         ? "keep"
			: type == WIRE_REVOKE ? "revoke"
					      : "nonsense");
	}
}

/* One round; gives whether there is a further one. */
static bool
round_serve(struct helper *h)
{
	char name[WORD_MAX];
	char twist[WORD_MAX];
	enum outcome outcome;

	word_take(h, name, twist);
	bool early = strcmp(name, "ready") == 0;
	ready_send(h, early ? twist : "");
	answer_take(h);
	verdict_send(h, early ? "ok" : name, early ? "" : twist);
	return outcome_find(name, &outcome) && outcome_may_retry(outcome);
}

static void
request_serve(struct helper *h, struct view payload)
{
	const struct wire_request *r = &h->request;

	if (wire_request_parse(payload, &h->request, NULL) != OUTCOME_OK)
		_exit(2);
	struct view secret = secret_view(r->client_secret);

	h->deadline_ms = clock_now_ms() + r->deadline_ms;
	h->next = r->signin_org;
	reports_open(h, &r->route);
	report(h,
	    "request user=%s service=%s host=%s decoy=%d want_token=%d "
	    "revoke=%d needs=%d%d%d secret=%.*s\n",
	    r->label.user, r->label.service, r->label.host, r->decoy,
	    r->want_token, r->revoke, r->needs.groups, r->needs.roles,
	    r->needs.divisions, (int)secret.len, (const char *)secret.p);
	while (round_serve(h))
		continue;
	end_report(h);
}

static void
revocation_serve(struct helper *h, struct view payload)
{
	autorevocation request;

	if (wire_revoke_request_parse(payload, &request, NULL) != OUTCOME_OK)
		_exit(2);
	struct view token = secret_view(request.token);

	reports_open(h, &request.route);
	report(h,
	    "revoke_request user=%s service=%s token=%.*s limit_s=%u "
	    "expires_at_s=%llu\n",
	    request.label.user, request.label.service, (int)token.len,
	    (const char *)token.p, request.limit_s,
	    (unsigned long long)request.expires_at_s);
}

int
main(int argc, char **argv, char **envp)
{
	struct helper h = {.reports = -1};
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);

	(void)argv;
	life_note(&h, argc, envp);
	switch (receive(&h, &payload)) {
	case WIRE_REQUEST:
		request_serve(&h, buf_view(&payload));
		break;
	case WIRE_REVOKE_REQUEST:
		revocation_serve(&h, buf_view(&payload));
		break;
	case WIRE_READY:
	case WIRE_ANSWER:
	case WIRE_VERDICT:
	case WIRE_KEEP:
	case WIRE_REVOKE:
	case WIRE_TOKEN_REQUEST:
	case WIRE_TOKEN_REPLY:
		_exit(2);
	}
	_exit(0);
}
