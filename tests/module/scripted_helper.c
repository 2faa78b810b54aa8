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

#include "../lib/outcome_find.h"
#include "faulty_frames.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/text.h"
#include "gcpkce/wire/frame.h"
#include "script.h"

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

/* Look at what the helper client made of this process, before anything changes.
 */
static void
startup_note(struct helper *h, int argc, char **envp)
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

	if (frame_receive(HELPER_FD_SOCKET, -1, clock_now_ms() + STARTUP_MS,
		&type, payload, NULL) != OUTCOME_OK) {
		report(h, "gone\n");
		_exit(0);
	}
	return type;
}

/* ---- the rounds ---- */

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
	struct wire_ready ready = {0};

	if (h->request.loopback)
		ready.callback =
		    strcmp(h->request.redirect_uri, REDIRECT_TAKEN) == 0
		    ? WIRE_CALLBACK_TAKEN
		    : WIRE_CALLBACK_LISTENS;
	int length =
	    snprintf(ready.address, sizeof(ready.address), ADDRESS, h->round);
	int wanted = length;
	(void)sscanf(twist, "length-%d", &wanted);
	if (wanted > length && wanted < (int)sizeof(ready.address))
		memset(ready.address + length, 'x', (size_t)(wanted - length));
	ready.unreachable = strcmp(twist, "unreachable") == 0;
	twist_missing(&ready.missing, twist);
	wire_put_ready(&frame, &ready);
	twist_send(&frame, h->deadline_ms, twist);
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
	twist_record(&verdict, twist);
	twist_missing(&verdict.missing, twist);
	wire_put_verdict(&frame, &verdict);
	twist_send(&frame, h->deadline_ms, twist);
}

/* Hear what becomes of the token, until the module closes the socket. */
static _Noreturn void
end_report(struct helper *h)
{
	autobuf revoking = BUF_INIT(WIRE_HEADER_LEN);

	wire_put_empty(&revoking, WIRE_REVOKING);
	for (;;) {
		autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
		enum wire_type type = receive(h, &payload);

		report(h, "%s\n",
		    type == WIRE_KEEP          ? "keep"
			: type == WIRE_REVOKE  ? "revoke"
			: type == WIRE_GRANTED ? "granted"
					       : "nonsense");
		if (type == WIRE_REVOKE)
			(void)!frame_send(
			    HELPER_FD_SOCKET, &revoking, h->deadline_ms, NULL);
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
	bool ready = strcmp(name, "ready") == 0;
	bool dialogue = strcmp(name, "dialogue") == 0;
	bool settle = strcmp(name, "settle") == 0;
	bool known = outcome_find(name, &outcome);
	h->round++;
	ready_send(h, ready ? twist : "");
	if (dialogue)
		ready_send(h, twist);
	answer_take(h);
	verdict_send(h, known ? name : "ok",
	    known        ? twist
		: settle ? "other-id"
			 : "");
	if (settle)
		verdict_send(h, "ok", twist);
	return known && outcome_may_retry(outcome);
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
	autobuf revoking = BUF_INIT(WIRE_HEADER_LEN);

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
	wire_put_empty(&revoking, WIRE_REVOKING);
	(void)!frame_send(
	    HELPER_FD_SOCKET, &revoking, clock_now_ms() + STARTUP_MS, NULL);
}

/* Under another file name than its own it does what that says, unasked. */
static void
name_obey(void)
{
	char path[512] = "";
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	struct wire_ready ready = {0};

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		_exit(2);
	const char *slash = strrchr(path, '/');
	if (slash == NULL || strcmp(slash + 1, "scripted-helper") == 0)
		return;
	(void)snprintf(ready.address, sizeof(ready.address), ADDRESS, 1U);
	wire_put_ready(&frame, &ready);
	twist_send(&frame, clock_now_ms() + STARTUP_MS, slash + 1);
}

int
main(int argc, char **argv, char **envp)
{
	struct helper h = {.reports = -1};
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);

	(void)argv;
	startup_note(&h, argc, envp);
	name_obey();
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
	case WIRE_GRANTED:
	case WIRE_PROBE_REQUEST:
	case WIRE_PROBE_REPLY:
	case WIRE_REVOKING:
		_exit(2);
	}
	_exit(0);
}
