/* SPDX-License-Identifier: ISC */
/* Whole frames over a socket, within a deadline. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/wire/frame.h"

static int pair[2] = {-1, -1};

static int
pair_open(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static void
hang_up(int which)
{
	if (pair[which] >= 0)
		(void)close(pair[which]);
	pair[which] = -1;
}

static int
pair_close(void **state)
{
	(void)state;
	hang_up(0);
	hang_up(1);
	return 0;
}

static void
bytes_send(const void *bytes, size_t len)
{
	assert_int_equal(send(pair[0], bytes, len, MSG_NOSIGNAL), len);
}

/* Receive with little patience. */
static enum outcome
receive(int cancel, enum wire_type *ret_type, struct buf *payload,
    struct errinfo *reterr)
{
	return frame_receive(
	    pair[1], cancel, clock_now_ms() + 20, ret_type, payload, reterr);
}

static void
frame_arrives_as_it_was_sent(void **state)
{
	autobuf frames = BUF_INIT(4096);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;

	(void)state;
	wire_put_answer(&frames, view_text("abc"));
	wire_put_empty(&frames, WIRE_KEEP);
	assert_int_equal(
	    frame_send(pair[0], &frames, clock_now_ms() + 1000, NULL),
	    OUTCOME_OK);
	assert_int_equal(receive(-1, &type, &payload, NULL), OUTCOME_OK);
	assert_int_equal(type, WIRE_ANSWER);
	assert_int_equal(payload.len, 7);
	assert_memory_equal(payload.p, "\0\0\0\3abc", 7);
	/* the next one is left where it was, and payload is reset */
	assert_int_equal(receive(-1, &type, &payload, NULL), OUTCOME_OK);
	assert_int_equal(type, WIRE_KEEP);
	assert_int_equal(payload.len, 0);
}

static void
frame_in_single_bytes_arrives_whole(void **state)
{
	autobuf frame = BUF_INIT(4096);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	int status;

	(void)state;
	wire_put_ready(&frame, &(struct wire_ready){.address = "https://x"});
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		for (size_t i = 0; i < frame.len; i++) {
			if (send(pair[0], frame.p + i, 1, MSG_NOSIGNAL) != 1)
				_exit(1);
			(void)poll(NULL, 0, 1);
		}
		_exit(0);
	}
	assert_int_equal(frame_receive(pair[1], -1, clock_now_ms() + 5000,
			     &type, &payload, NULL),
	    OUTCOME_OK);
	assert_int_equal(type, WIRE_READY);
	assert_int_equal(payload.len, frame.len - WIRE_HEADER_LEN);
	assert_memory_equal(payload.p, frame.p + WIRE_HEADER_LEN, payload.len);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
frame_of_the_largest_payload_arrives(void **state)
{
	autobuf frame = BUF_INIT(WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX);
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	int status;

	(void)state;
	buf_put(&frame, "\0\3\100\2\11\4", 6);
	for (size_t i = 0; i < WIRE_PAYLOAD_MAX; i++)
		buf_put_byte(&frame, (uint8_t)(i % 251));
	/* it is more than a socket holds */
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(frame_send(pair[0], &frame, clock_now_ms() + 5000,
			  NULL) != OUTCOME_OK);
	assert_int_equal(frame_receive(pair[1], -1, clock_now_ms() + 5000,
			     &type, &payload, NULL),
	    OUTCOME_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(payload.len, WIRE_PAYLOAD_MAX);
	assert_memory_equal(
	    payload.p, frame.p + WIRE_HEADER_LEN, WIRE_PAYLOAD_MAX);
}

static void
frame_receive_refuses_what_is_no_frame(void **state)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	struct errinfo err = {0};

	(void)state;
	bytes_send("HTTP/1.1 200 OK\r\n", 17);
	assert_int_equal(
	    receive(-1, &type, &payload, &err), OUTCOME_HELPER_FAILED);
	assert_string_equal(err.text,
	    "frame: version 47, not 9: restart an application that started "
	    "before an upgrade");
	assert_int_equal(payload.len, 0);
}

/* A length is judged before anything is read or allocated for it. */
static void
frame_receive_refuses_a_length_at_once(void **state)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	struct errinfo err = {0};

	(void)state;
	bytes_send("\377\377\377\377\11\4", 6);
	int64_t begun = clock_now_ms();
	assert_int_equal(
	    frame_receive(pair[1], -1, begun + 10000, &type, &payload, &err),
	    OUTCOME_HELPER_FAILED);
	assert_string_equal(
	    err.text, "frame: length 4294967295 is out of bounds");
	assert_true(clock_now_ms() - begun < 5000);
	assert_int_equal(payload.cap, 0);
}

static void
frame_payload_is_bounded_by_its_buffer(void **state)
{
	autobuf frame = BUF_INIT(4096);
	autobuf payload = BUF_INIT(6);
	enum wire_type type;

	(void)state;
	wire_put_answer(&frame, view_text("abc"));
	assert_int_equal(
	    frame_send(pair[0], &frame, clock_now_ms() + 1000, NULL),
	    OUTCOME_OK);
	assert_int_equal(receive(-1, &type, &payload, NULL), OUTCOME_NO_MEMORY);
}

static void
frame_receive_ends_at_the_deadline(void **state)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	struct errinfo err = {0};

	(void)state;
	assert_int_equal(receive(-1, &type, &payload, &err), OUTCOME_TIMED_OUT);
	assert_string_equal(err.text, "the deadline passed");
	/* neither half a header nor half a payload holds it */
	bytes_send("\0\0\0", 3);
	assert_int_equal(receive(-1, &type, &payload, NULL), OUTCOME_TIMED_OUT);
	bytes_send("\0\0\0\12\11\3ab", 8);
	assert_int_equal(frame_receive(pair[1], -1, 0, &type, &payload, NULL),
	    OUTCOME_TIMED_OUT);
}

static void
frame_that_has_arrived_is_taken_after_the_deadline(void **state)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;

	(void)state;
	bytes_send("\0\0\0\2\11\5", 6);
	assert_int_equal(
	    frame_receive(pair[1], -1, 0, &type, &payload, NULL), OUTCOME_OK);
	assert_int_equal(type, WIRE_KEEP);
}

static void
frame_receive_tells_when_the_other_end_is_gone(void **state)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	struct errinfo err = {0};

	(void)state;
	bytes_send("\0\0\0\12\11\3ab", 8);
	hang_up(0);
	/* a frame that is cut off is no frame */
	assert_int_equal(receive(-1, &type, &payload, &err), OUTCOME_ABORTED);
	assert_string_equal(err.text, "the other end closed the socket");
	assert_int_equal(receive(-1, &type, &payload, &err), OUTCOME_ABORTED);
}

static void
frame_receive_ends_when_cancel_is_readable(void **state)
{
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;
	struct errinfo err = {0};
	int pipes[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	autofd cancel = pipes[0];
	autofd end = pipes[1];
	assert_int_equal(
	    receive(cancel, &type, &payload, &err), OUTCOME_TIMED_OUT);
	assert_int_equal(write(end, "x", 1), 1);
	assert_int_equal(
	    receive(cancel, &type, &payload, &err), OUTCOME_ABORTED);
	assert_string_equal(err.text, "the wait was ended");
	bytes_send("\0\0\0\2\11\5", 6);
	assert_int_equal(
	    receive(cancel, &type, &payload, &err), OUTCOME_ABORTED);
}

/* SIGPIPE has its default here: it would end this test. */
static void
frame_send_raises_no_sigpipe(void **state)
{
	autobuf frame = BUF_INIT(4096);
	struct errinfo err = {0};

	(void)state;
	(void)signal(SIGPIPE, SIG_DFL);
	hang_up(1);
	wire_put_empty(&frame, WIRE_KEEP);
	assert_int_equal(
	    frame_send(pair[0], &frame, clock_now_ms() + 1000, &err),
	    OUTCOME_ABORTED);
	assert_string_equal(err.text, "send: Broken pipe");
}

static void
frame_send_ends_at_the_deadline(void **state)
{
	autobuf frames = BUF_INIT(8 * 1024 * 1024);
	uint8_t bytes[WIRE_ANSWER_MAX] = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		wire_put_answer(&frames, (struct view){bytes, sizeof(bytes)});
	assert_int_equal(
	    frame_send(pair[0], &frames, clock_now_ms() + 20, NULL),
	    OUTCOME_TIMED_OUT);
}

static void
frame_that_is_not_whole_is_not_sent(void **state)
{
	autobuf frame = BUF_INIT(8);
	autobuf payload = BUF_INIT(100);
	enum wire_type type;

	(void)state;
	wire_put_answer(&frame, view_text("abc"));
	assert_int_equal(
	    frame_send(pair[0], &frame, clock_now_ms() + 1000, NULL),
	    OUTCOME_NO_MEMORY);
	assert_int_equal(receive(-1, &type, &payload, NULL), OUTCOME_TIMED_OUT);
}

static void
frame_needs_a_socket(void **state)
{
	autobuf frame = BUF_INIT(4096);
	struct errinfo err = {0};
	autofd null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	wire_put_empty(&frame, WIRE_KEEP);
	assert_int_equal(frame_send(null, &frame, clock_now_ms() + 1000, &err),
	    OUTCOME_SYSTEM_ERROR);
	assert_string_equal(err.text, "send: Socket operation on non-socket");
}

static void
alarm_ignore(int number)
{
	(void)number;
}

/* A host's own timer must neither end a wait nor make it longer. */
static void
frame_receive_survives_signals(void **state)
{
	static const struct itimerval often = {
	    .it_interval = {.tv_usec = 1000}, .it_value = {.tv_usec = 1000}};
	static const struct itimerval never;
	struct sigaction action = {.sa_handler = alarm_ignore};
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	enum wire_type type;

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	int64_t begun = clock_now_ms();
	enum outcome r =
	    frame_receive(pair[1], -1, begun + 50, &type, &payload, NULL);
	int64_t took = clock_now_ms() - begun;
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(r, OUTCOME_TIMED_OUT);
	assert_in_range(took, 49, 5000);
}

#define PAIR_TEST(fn) cmocka_unit_test_setup_teardown(fn, pair_open, pair_close)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    PAIR_TEST(frame_arrives_as_it_was_sent),
	    PAIR_TEST(frame_in_single_bytes_arrives_whole),
	    PAIR_TEST(frame_of_the_largest_payload_arrives),
	    PAIR_TEST(frame_receive_refuses_what_is_no_frame),
	    PAIR_TEST(frame_receive_refuses_a_length_at_once),
	    PAIR_TEST(frame_payload_is_bounded_by_its_buffer),
	    PAIR_TEST(frame_receive_ends_at_the_deadline),
	    PAIR_TEST(frame_that_has_arrived_is_taken_after_the_deadline),
	    PAIR_TEST(frame_receive_tells_when_the_other_end_is_gone),
	    PAIR_TEST(frame_receive_ends_when_cancel_is_readable),
	    PAIR_TEST(frame_send_raises_no_sigpipe),
	    PAIR_TEST(frame_send_ends_at_the_deadline),
	    PAIR_TEST(frame_that_is_not_whole_is_not_sent),
	    PAIR_TEST(frame_needs_a_socket),
	    PAIR_TEST(frame_receive_survives_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
