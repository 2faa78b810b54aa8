/* SPDX-License-Identifier: ISC */
/*
 * greetd answers each request in turn, and a module may think for seconds
 * before it does.  A cancelled sign-in is therefore ended when the reply that
 * is due has come, and the next one waits for that.
 */
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "backend.h"
#include "gcpkce/base/cleanup.h"
#include "greetd.h"
#include "texts.h"

enum state {
	IDLE,
	WAITING,   /* for the reply to create_session or an answer */
	ASKED,     /* an answer is due */
	GRANTED,   /* start_session is due */
	STARTING,  /* waiting for its reply */
	CANCELLING /* waiting for the reply to cancel_session */
};

struct greetd {
	struct backend base;
	int fd;
	enum state state;
	bool cancel_pending; /* cancel when the reply has come */
	struct buf next;     /* begin with this name after that, or empty */
	struct buf received;
};

static void
fail(const char *what)
{
	(void)fprintf(stderr, "gcpkce-greeter: greetd: %s\n", what);
	exit(1);
}

/* Send a request, which puts the session into a state. */
static void
request_send(struct greetd *greetd, struct buf *frame, enum state state)
{
	struct view rest = buf_view(frame);

	if (buf_check(frame) != OUTCOME_OK)
		fail("a request is too long");
	while (rest.len > 0) {
		ssize_t sent = send(greetd->fd, rest.p, rest.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			fail("the connection is lost");
		rest = view_skip(rest, (size_t)sent);
	}
	buf_reset(frame);
	greetd->state = state;
}

static void
greetd_begin(struct backend *backend, const char *name)
{
	struct greetd *greetd = (struct greetd *)backend;
	autobuf frame = BUF_INIT(GREETD_FRAME_MAX);

	if (greetd->cancel_pending || greetd->state == CANCELLING) {
		buf_reset(&greetd->next);
		buf_put_text(&greetd->next, name);
		return;
	}
	if (greetd->state != IDLE)
		fail("a sign-in begins before another one has ended");
	greetd_put_create(&frame, name);
	request_send(greetd, &frame, WAITING);
}

static void
answer_send(struct greetd *greetd, const char *text)
{
	autobuf frame = BUF_INIT(GREETD_FRAME_MAX);

	greetd_put_answer(&frame, text);
	request_send(greetd, &frame, WAITING);
}

static void
greetd_answer(struct backend *backend, const char *text)
{
	struct greetd *greetd = (struct greetd *)backend;

	if (greetd->state == ASKED)
		answer_send(greetd, text);
}

static void
cancel_send(struct greetd *greetd)
{
	autobuf frame = BUF_INIT(GREETD_FRAME_MAX);

	greetd->cancel_pending = false;
	greetd_put_cancel(&frame);
	request_send(greetd, &frame, CANCELLING);
}

static void
greetd_cancel(struct backend *backend)
{
	struct greetd *greetd = (struct greetd *)backend;

	buf_reset(&greetd->next);
	if (greetd->state == WAITING)
		greetd->cancel_pending = true;
	else if (greetd->state == ASKED || greetd->state == GRANTED)
		cancel_send(greetd);
}

static void
ended(struct greetd *greetd, enum backend_end end, const char *text)
{
	greetd->base.handler->ended(greetd->base.handler->arg, end, text);
}

static void
greetd_start(struct backend *backend)
{
	struct greetd *greetd = (struct greetd *)backend;
	const struct settings *settings = backend->settings;
	autobuf frame = BUF_INIT(GREETD_FRAME_MAX);

	if (greetd->state != GRANTED)
		return;
	if (settings->session[0] == '\0') {
		cancel_send(greetd);
		ended(
		    greetd, BACKEND_FAILED, text_of(MESSAGE_SCREEN_NO_SESSION));
		return;
	}
	greetd_put_start(&frame, settings->session, settings->session_type);
	request_send(greetd, &frame, STARTING);
}

/*
 * A session that has failed still has to be cancelled.  Of a denial the text is
 * a name that PAM has; greetd 0.9 cannot change passwords.
 */
static void
error_handle(struct greetd *greetd, const struct greetd_reply *reply)
{
	cancel_send(greetd);
	if (reply->denied)
		ended(greetd, BACKEND_DENIED,
		    strstr(buf_text(&reply->text), "NEW_AUTHTOK_REQD") != NULL
			? text_of(MESSAGE_SCREEN_PASSWORD_EXPIRED)
			: "");
	else
		ended(greetd, BACKEND_FAILED, buf_text(&reply->text));
}

static void
message_handle(struct greetd *greetd, const char *text)
{
	const struct backend_handler *handler = greetd->base.handler;

	greetd->state = ASKED;
	handler->message(handler->arg, text);
	/* unless the handler has cancelled */
	if (greetd->state == ASKED)
		answer_send(greetd, NULL);
}

static void
cancelled_handle(struct greetd *greetd)
{
	greetd->state = IDLE;
	if (greetd->next.len > 0)
		greetd_begin(&greetd->base, buf_text(&greetd->next));
	buf_reset(&greetd->next);
}

static void
reply_handle(struct greetd *greetd, const struct greetd_reply *reply)
{
	const struct backend_handler *handler = greetd->base.handler;

	if (greetd->state == CANCELLING) {
		cancelled_handle(greetd);
		return;
	}
	if (greetd->state != WAITING && greetd->state != STARTING)
		fail("a reply without a request");
	if (greetd->cancel_pending) {
		cancel_send(greetd);
		return;
	}
	switch (reply->type) {
	case GREETD_ERROR:
		error_handle(greetd, reply);
		break;
	case GREETD_SUCCESS:
		/* it starts the session when this process has ended */
		if (greetd->state == STARTING)
			exit(0);
		greetd->state = GRANTED;
		ended(greetd, BACKEND_GRANTED, "");
		break;
	case GREETD_VISIBLE:
	case GREETD_SECRET:
		greetd->state = ASKED;
		handler->prompt(handler->arg, reply->type == GREETD_SECRET,
		    buf_text(&reply->text));
		break;
	case GREETD_INFO:
	case GREETD_WARNING:
		message_handle(greetd, buf_text(&reply->text));
		break;
	}
}

/* Handle the first frame of what was received; false: it is not complete. */
static bool
frame_handle(struct greetd *greetd)
{
	struct errinfo why = {0};
	struct view json;
	autoreply reply = {0};
	autobuf rest = BUF_INIT(greetd->received.max);

	if (greetd_frame_find(buf_view(&greetd->received), &json, &why) !=
	    OUTCOME_OK)
		fail(why.text);
	if (json.p == NULL)
		return false;
	if (greetd_reply_parse(json, &reply, &why) != OUTCOME_OK)
		fail(why.text);
	size_t used = (size_t)(json.p - greetd->received.p) + json.len;
	buf_put(&rest, greetd->received.p + used, greetd->received.len - used);
	buf_reset(&greetd->received);
	buf_put(&greetd->received, rest.p, rest.len);
	reply_handle(greetd, &reply);
	return true;
}

static gboolean
readable(gint fd, GIOCondition condition, gpointer arg)
{
	struct greetd *greetd = arg;
	char block[4096];
	ssize_t got = recv(fd, block, sizeof(block), 0);

	(void)condition;
	if (got < 0 && errno == EINTR)
		return G_SOURCE_CONTINUE;
	if (got <= 0)
		fail("the connection is lost");
	buf_put(&greetd->received, block, (size_t)got);
	if (buf_check(&greetd->received) != OUTCOME_OK)
		fail("more than one reply to a request");
	while (frame_handle(greetd)) {
	}
	return G_SOURCE_CONTINUE;
}

static int
socket_connect(struct errinfo *reterr)
{
	const char *path = getenv("GREETD_SOCK");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	autofd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (path == NULL || strlen(path) >= sizeof(address.sun_path)) {
		(void)err_set(reterr, OUTCOME_SYSTEM_ERROR,
		    "GREETD_SOCK is missing or too long");
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		(void)err_sys(reterr, OUTCOME_SYSTEM_ERROR, path);
		return -1;
	}
	return take_fd(&fd);
}

struct backend *
backend_greetd_new(const struct settings *settings,
    const struct backend_handler *handler, struct errinfo *reterr)
{
	static const struct backend_operations operations = {
	    greetd_begin, greetd_answer, greetd_cancel, greetd_start};
	static struct greetd greetd;

	greetd = (struct greetd){
	    .base = {&operations, handler, settings, GREETD_TEXT_MAX, NULL},
	    .fd = socket_connect(reterr),
	    .next = BUF_INIT(GREETD_FRAME_MAX),
	    .received = BUF_INIT(GREETD_FRAME_MAX + sizeof(uint32_t)),
	};
	if (greetd.fd < 0)
		return NULL;
	(void)g_unix_fd_add(greetd.fd, G_IO_IN | G_IO_HUP, readable, &greetd);
	return &greetd.base;
}
