/* SPDX-License-Identifier: ISC */
/* The helper's listener: where it listens, and whom it lets the caller see. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../pam_gcpkce/helper/startup.h"
#include "helper/loopback/loopback_callback.h"
#include "helper/loopback/loopback_server.h"

#define URI_CAP 512
#define WAIT_MS 20000

struct fixture {
	char uri[URI_CAP];
	unsigned port;
	struct loopback_server server;
};

static void
begin(struct fixture *f, const char *uri)
{
	struct errinfo why = {0};

	(void)snprintf(f->uri, sizeof(f->uri), "%s", uri);
	if (loopback_server_open(f->uri, sizeof(f->uri), &f->server, &why) !=
	    OUTCOME_OK)
		fail_msg("%s", why.text);
	f->port = (unsigned)strtoul(strrchr(f->uri, ':') + 1, NULL, 10);
}

/* A client's socket; -1 when no process listens. */
static int
call(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	autofd fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0
	    ? take_fd(&fd)
	    : -1;
}

/* May another socket bind the port now? */
static bool
can_be_taken(unsigned port)
{
	static const int on = 1;
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	autofd fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static void
ask(const struct fixture *f, int fd, const char *target)
{
	char text[512];
	int len = snprintf(text, sizeof(text),
	    "GET %s HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", target, f->port);

	assert_int_equal(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
}

/* Serve until there is a request for us; "" when none comes. */
static const char *
query_of(struct fixture *f)
{
	static char text[256];
	struct view query;
	struct pollfd fd = {.fd = f->server.events, .events = POLLIN};

	text[0] = '\0';
	while (poll(&fd, 1, 400) == 1) {
		if (!loopback_server_next(&f->server, &query))
			continue;
		memcpy(text, query.p, query.len);
		text[query.len] = '\0';
		break;
	}
	return text;
}

/* What a client has got, up to the end where it is there. */
static const char *
heard(int fd, size_t least)
{
	static char text[2 * PAGE_MAX];
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	size_t len = 0;

	while (len < least && poll(&ready, 1, WAIT_MS) == 1) {
		ssize_t got = recv(fd, text + len, sizeof(text) - len - 1, 0);

		if (got <= 0)
			break;
		len += (size_t)got;
	}
	text[len] = '\0';
	return text;
}

static void
page_set(struct buf *page, const char *text)
{
	buf_reset(page);
	buf_put_text(page, text);
}

static void
loopback_server_puts_its_port_into_the_redirect_uri(void **state)
{
	static const char *const uris[][2] = {
	    {"http://localhost", "http://localhost:"},
	    {"http://localhost/back", "http://localhost:"},
	    {"http://localhost?a=b", "http://localhost:"},
	    {"http://127.0.0.1/back?a=b", "http://127.0.0.1:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct fixture f;
		char expected[URI_CAP];

		begin(&f, uris[i][0]);
		assert_in_range(f.port, 1024, 65535);
		(void)snprintf(expected, sizeof(expected), "%s%u%s", uris[i][1],
		    f.port, uris[i][0] + strlen(uris[i][1]) - 1);
		assert_string_equal(f.uri, expected);
		loopback_server_done(&f.server);
	}
}

static void
loopback_server_holds_both_of_its_numbers(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "http://127.0.0.1/back");
	for (int i = 0; i < LOOPBACK_SERVER_SOCKETS; i++)
		assert_true(fcntl(HELPER_FD_LISTEN + i, F_GETFD) >= 0);
	loopback_server_done(&f.server);
	for (int i = 0; i < LOOPBACK_SERVER_SOCKETS; i++)
		assert_true(fcntl(HELPER_FD_LISTEN + i, F_GETFD) < 0);
}

static void
loopback_server_gives_requests_of_ours_and_answers_the_rest(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "http://localhost/back");
	autofd stray = call(f.port);
	autofd ours = call(f.port);
	ask(&f, stray, "/other?code=a");
	assert_string_equal(query_of(&f), "");
	assert_non_null(strstr(heard(stray, PAGE_MAX), "404 Not Found"));
	ask(&f, ours, "/back?code=a&state=b");
	assert_string_equal(query_of(&f), "code=a&state=b");
	loopback_server_reject(&f.server, HTTP_CONFLICT);
	assert_non_null(strstr(heard(ours, PAGE_MAX), "409 Conflict"));
	loopback_server_done(&f.server);
}

static void
loopback_server_holds_a_browser_until_there_is_more_to_tell(void **state)
{
	struct fixture f;
	autobuf page = BUF_INIT(PAGE_MAX);

	(void)state;
	begin(&f, "http://localhost/back");
	autofd browser = call(f.port);
	ask(&f, browser, "/back?x");
	assert_string_equal(query_of(&f), "x");
	page_set(&page, "first ");
	loopback_server_hold(&f.server, &page); /* the port is closed at once */
	assert_int_equal(call(f.port), -1);
	assert_string_equal(heard(browser, 6), "first ");
	page_set(&page, "second");
	loopback_server_finish(&f.server, &page);
	loopback_server_finish(&f.server, &page); /* he has heard it */
	assert_string_equal(heard(browser, PAGE_MAX), "second");
	loopback_server_done(&f.server);
}

static void
loopback_server_keeps_its_port_until_it_is_done(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "http://localhost/back");
	unsigned port = f.port;
	assert_false(can_be_taken(port));
	loopback_server_pause(&f.server);
	assert_int_equal(call(port), -1);
	assert_false(can_be_taken(port));
	assert_true(loopback_server_resume(&f.server));
	assert_true(loopback_server_resume(&f.server));
	autofd browser = call(port);
	ask(&f, browser, "/back?again");
	assert_string_equal(query_of(&f), "again");
	assert_false(can_be_taken(port));
	/* the revoker keeps a copy, and must not block another listener */
	autofd copy = fcntl(f.server.sockets[0], F_DUPFD_CLOEXEC, 30);
	assert_true(copy >= 0);
	loopback_server_done(&f.server);
	assert_int_equal(call(port), -1);
	assert_true(can_be_taken(port));
}

static void
loopback_server_says_that_its_port_is_taken(void **state)
{
	struct fixture f;
	struct fixture other;
	struct errinfo why = {0};
	char expected[64];

	(void)state;
	begin(&f, "http://localhost/back");
	memcpy(other.uri, f.uri, sizeof(other.uri));
	assert_int_equal(loopback_server_open(
			     other.uri, sizeof(other.uri), &other.server, &why),
	    OUTCOME_HELPER_FAILED);
	(void)snprintf(expected, sizeof(expected), "port %u is taken", f.port);
	assert_string_equal(why.text, expected);
	assert_string_equal(other.uri, f.uri);
	assert_int_equal(other.server.events, -1);
	loopback_server_done(&f.server);
}

/* A socket that is bound, and may listen whenever it likes. */
static int
lurk(int family, unsigned port, int option)
{
	static const int on = 1;
	struct sockaddr_in v4 = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
	    .sin6_port = htons((uint16_t)port),
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	const void *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
	autofd fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
	return bind(fd, address, family == AF_INET ? sizeof(v4) : sizeof(v6)) ==
		0
	    ? take_fd(&fd)
	    : -1;
}

static void
loopback_server_finds_who_bound_its_port_before(void **state)
{
	static const int families[] = {AF_INET, AF_INET6};
	static const int options[] = {SO_REUSEADDR, SO_REUSEPORT};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct fixture f;
		struct errinfo why = {0};

		begin(&f, "http://localhost/back");
		loopback_server_done(&f.server);
		autofd other = lurk(families[i / 2], f.port, options[i % 2]);
		assert_true(other >= 0);
		assert_int_equal(
		    loopback_server_open(f.uri, sizeof(f.uri), &f.server, &why),
		    OUTCOME_HELPER_FAILED);
		assert_non_null(strstr(why.text, "is taken"));
	}
}

/* Try to bind the port and to listen there, again and again. */
static _Noreturn void
thief_run(unsigned port)
{
	for (;;) {
		autofd fd = lurk(AF_INET, port, SO_REUSEADDR);

		for (int i = 0; fd >= 0 && i < 1000; i++) {
			if (listen(fd, 1) == 0)
				_exit(1);
		}
	}
}

static void
loopback_server_resumes_before_any_other_process(void **state)
{
	struct fixture f;
	int status = 0;

	(void)state;
	begin(&f, "http://localhost/back");
	pid_t thief = fork();
	if (thief == 0)
		thief_run(f.port);
	assert_true(thief > 0);
	for (int i = 0; i < 20000 && f.server.listening; i++) {
		loopback_server_pause(&f.server);
		(void)loopback_server_resume(&f.server);
	}
	(void)kill(thief, SIGKILL);
	assert_int_equal(waitpid(thief, &status, 0), thief);
	assert_true(f.server.listening);
	assert_true(WIFSIGNALED(status));
	loopback_server_done(&f.server);
}

static void
loopback_server_is_for_loopback_and_free_ports_alone(void **state)
{
	static const char *const uris[] = {"http://example.com:8400/",
	    "http://0.0.0.0:8400/", "http://10.0.0.1:8400/",
	    "http://localhost:80/", "http://localhost:1023/", "localhost"};

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct loopback_server server;
		struct errinfo why = {0};
		char uri[URI_CAP];

		(void)snprintf(uri, sizeof(uri), "%s", uris[i]);
		errno = EADDRINUSE; /* of another failure */
		assert_int_equal(
		    loopback_server_open(uri, sizeof(uri), &server, &why),
		    OUTCOME_HELPER_FAILED);
		assert_string_not_equal(why.text, "");
		assert_null(strstr(why.text, "taken"));
	}
}

/* Send bytes, and serve, until it is no use any more; gives how many. */
static size_t
poured(struct fixture *f, int fd, size_t most)
{
	static const uint8_t bytes[1024];
	struct pollfd come = {.fd = f->server.events, .events = POLLIN};
	struct view query;
	size_t sum = 0;

	while (sum < most) {
		ssize_t sent =
		    send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);

		while (poll(&come, 1, 1) == 1)
			assert_false(loopback_server_next(&f->server, &query));
		if (sent < 0 && errno != EAGAIN)
			break;
		sum += sent > 0 ? (size_t)sent : 0;
	}
	return sum;
}

static void
loopback_server_reads_little_of_what_comes_too_late(void **state)
{
	static const char post[] = "POST /back HTTP/1.1\r\n";
	struct fixture f;

	(void)state;
	begin(&f, "http://localhost/back");
	autofd wordy = call(f.port);
	autofd endless = call(f.port);
	assert_true(send(wordy, post, strlen(post), MSG_NOSIGNAL) > 0);
	assert_int_equal(poured(&f, wordy, 32768), 32768);
	assert_non_null(strstr(heard(wordy, PAGE_MAX), "405 Method Not"));
	assert_true(send(endless, post, strlen(post), MSG_NOSIGNAL) > 0);
	assert_in_range(poured(&f, endless, 1 << 22), 65536, 1 << 20);
	loopback_server_done(&f.server);
}

static void
loopback_server_holds_a_browser_that_goes_on_talking(void **state)
{
	struct fixture f;
	autobuf page = BUF_INIT(PAGE_MAX);

	(void)state;
	begin(&f, "http://localhost/back");
	autofd browser = call(f.port);
	ask(&f, browser, "/back?x");
	assert_string_equal(query_of(&f), "x");
	page_set(&page, "first ");
	loopback_server_hold(&f.server, &page);
	ask(&f, browser, "/back?y");
	assert_string_equal(query_of(&f), "");
	page_set(&page, "second");
	loopback_server_finish(&f.server, &page);
	assert_string_equal(heard(browser, PAGE_MAX), "first second");
	/* and its end is seen behind what it said */
	assert_int_equal(shutdown(browser, SHUT_WR), 0);
	assert_string_equal(query_of(&f), "");
	for (size_t i = 0; i < LOOPBACK_SERVER_CONNECTIONS; i++)
		assert_int_equal(
		    f.server.connections[i].state, CONNECTION_FREE);
	loopback_server_done(&f.server);
}

static void
loopback_server_leaves_nothing_behind_when_it_fails(void **state)
{
	static const char plain[] = "http://localhost/back";

	(void)state;
	/* both numbers in use, one of them, and no room for the port */
	for (int i = 0; i < 4; i++) {
		struct loopback_server server;
		struct errinfo why = {0};
		char uri[URI_CAP];
		bool used[] = {i == 0 || i == 1, i == 0 || i == 2};
		size_t cap = i == 3 ? sizeof(plain) : sizeof(uri);
		int next = open("/dev/null", O_RDONLY | O_CLOEXEC);

		(void)snprintf(uri, sizeof(uri), "%s", plain);
		for (int n = 0; n < LOOPBACK_SERVER_SOCKETS; n++) {
			if (used[n])
				assert_true(
				    dup2(next, HELPER_FD_LISTEN + n) >= 0);
		}
		assert_int_equal(loopback_server_open(uri, cap, &server, &why),
		    OUTCOME_HELPER_FAILED);
		assert_string_equal(uri, plain);
		for (int n = 0; n < LOOPBACK_SERVER_SOCKETS; n++)
			assert_int_equal(
			    close(HELPER_FD_LISTEN + n), used[n] ? 0 : -1);
		assert_true(fcntl(HELPER_FD_LISTEN + 2, F_GETFD) < 0);
		(void)close(next);
	}
}

/* A client that repeats itself delays the caller by one request only. */
static void
browser_serves_one_request_at_a_time(void **state)
{
	static const struct answer_terms terms = {.state = "s",
	    .redirect_uri = "http://localhost/back",
	    .issuer = "",
	    .code_max = 512};
	struct fixture f;
	struct pollfd more = {.events = POLLIN};

	(void)state;
	begin(&f, "http://localhost/back");
	struct browser browser = {.wanted = true, .server = f.server};
	autofd first = call(f.port);
	autofd second = call(f.port);
	ask(&f, first, "/back?first");
	ask(&f, second, "/back?second");
	loopback_callback_serve(&browser, &terms);
	assert_non_null(strstr(heard(first, PAGE_MAX), "400 Bad Request"));
	more.fd = second;
	assert_int_equal(poll(&more, 1, 0), 0);
	more.fd = browser.server.events;
	assert_int_equal(poll(&more, 1, 0), 1);
	loopback_callback_serve(&browser, &terms);
	assert_non_null(strstr(heard(second, PAGE_MAX), "400 Bad Request"));
	loopback_callback_end(&browser);
}

static void
loopback_callback_takes_the_number_of_its_page_alone(void **state)
{
	static const struct {
		const char *typed;
		enum wire_number number;
	} rows[] = {
	    {"0042", WIRE_NUMBER_RIGHT},
	    {" \t0042\r\n", WIRE_NUMBER_RIGHT},
	    {"42", WIRE_NUMBER_WRONG},
	    {"00042", WIRE_NUMBER_WRONG},
	    {"0043", WIRE_NUMBER_WRONG},
	    {"4200", WIRE_NUMBER_WRONG},
	    {"00420042", WIRE_NUMBER_WRONG},
	    {"0", WIRE_NUMBER_WRONG},
	    {"1234567890123456789", WIRE_NUMBER_WRONG},
	    {"12345678901234567890", WIRE_NUMBER_NONE},
	    {"", WIRE_NUMBER_NONE},
	    {"  ", WIRE_NUMBER_NONE},
	    {"00 42", WIRE_NUMBER_RIGHT},
	    {"\x1b[O\x1b[I0042", WIRE_NUMBER_RIGHT},
	    {"\x1b[200~0042\x1b[201~", WIRE_NUMBER_RIGHT},
	    {"'0042'", WIRE_NUMBER_RIGHT},
	    {"+042", WIRE_NUMBER_NONE},
	    {"0x2a", WIRE_NUMBER_NONE},
	    {"code=0042", WIRE_NUMBER_NONE},
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&f, "http://localhost/back");
		struct browser browser = {
		    .wanted = true, .number = "0042", .server = f.server};
		struct view typed = view_text(rows[i].typed);

		/* without a code no number is right */
		assert_int_equal(
		    loopback_callback_number_judge(&browser, typed),
		    rows[i].number == WIRE_NUMBER_NONE ? WIRE_NUMBER_NONE
						       : WIRE_NUMBER_EARLY);
		assert_int_equal(browser.wrong_numbers, 0);
		assert_int_equal(
		    secret_new("code", 4, &browser.answer.code), OUTCOME_OK);
		browser.arrived = true;
		browser.unasked = true;
		assert_int_equal(
		    loopback_callback_number_judge(&browser, typed),
		    WIRE_NUMBER_NONE);
		browser.unasked = false;
		if (loopback_callback_number_judge(&browser, typed) !=
		    rows[i].number)
			fail_msg("row %zu", i);
		loopback_callback_end(&browser);
	}
}

/* Of an answer that was pasted twice one is read; a number is all of it. */
static void
loopback_callback_takes_a_number_of_equal_halves_whole(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "http://localhost/back");
	struct browser browser = {
	    .wanted = true, .number = "4848", .server = f.server};
	assert_int_equal(
	    secret_new("code", 4, &browser.answer.code), OUTCOME_OK);
	browser.arrived = true;
	assert_int_equal(
	    loopback_callback_number_judge(&browser, view_text("48")),
	    WIRE_NUMBER_WRONG);
	assert_int_equal(
	    loopback_callback_number_judge(&browser, view_text("48484848")),
	    WIRE_NUMBER_WRONG);
	assert_int_equal(
	    loopback_callback_number_judge(&browser, view_text("4848")),
	    WIRE_NUMBER_RIGHT);
	loopback_callback_end(&browser);
}

static void
loopback_callback_drops_a_code_with_the_third_wrong_number(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "http://localhost/back");
	struct browser browser = {
	    .wanted = true, .number = "0042", .server = f.server};
	assert_int_equal(
	    secret_new("code", 4, &browser.answer.code), OUTCOME_OK);
	browser.arrived = true;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    loopback_callback_number_judge(&browser, view_text("0041")),
		    WIRE_NUMBER_WRONG);
	assert_non_null(browser.answer.code);
	assert_int_equal(
	    loopback_callback_number_judge(&browser, view_text("0041")),
	    WIRE_NUMBER_SPENT);
	assert_null(browser.answer.code);
	assert_false(browser.arrived);
	assert_string_equal(browser.number, "");
	/* not even by a number of no digits, or by the right one */
	assert_int_equal(
	    loopback_callback_number_judge(&browser, view_text("")),
	    WIRE_NUMBER_NONE);
	assert_int_equal(
	    loopback_callback_number_judge(&browser, view_text("0042")),
	    WIRE_NUMBER_EARLY);
	loopback_callback_end(&browser);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		loopback_server_puts_its_port_into_the_redirect_uri),
	    cmocka_unit_test(loopback_server_holds_both_of_its_numbers),
	    cmocka_unit_test(
		loopback_server_gives_requests_of_ours_and_answers_the_rest),
	    cmocka_unit_test(
		loopback_server_holds_a_browser_until_there_is_more_to_tell),
	    cmocka_unit_test(loopback_server_keeps_its_port_until_it_is_done),
	    cmocka_unit_test(loopback_server_says_that_its_port_is_taken),
	    cmocka_unit_test(
		loopback_server_is_for_loopback_and_free_ports_alone),
	    cmocka_unit_test(
		loopback_server_leaves_nothing_behind_when_it_fails),
	    cmocka_unit_test(loopback_server_finds_who_bound_its_port_before),
	    cmocka_unit_test(loopback_server_resumes_before_any_other_process),
	    cmocka_unit_test(
		loopback_server_reads_little_of_what_comes_too_late),
	    cmocka_unit_test(
		loopback_server_holds_a_browser_that_goes_on_talking),
	    cmocka_unit_test(browser_serves_one_request_at_a_time),
	    cmocka_unit_test(
		loopback_callback_takes_the_number_of_its_page_alone),
	    cmocka_unit_test(
		loopback_callback_takes_a_number_of_equal_halves_whole),
	    cmocka_unit_test(
		loopback_callback_drops_a_code_with_the_third_wrong_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
