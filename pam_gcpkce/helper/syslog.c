/* SPDX-License-Identifier: ISC */
/* Without syslog(3), which would open a socket itself; the helper may not. */
#include "syslog.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/text.h"
#include "startup.h"

enum outcome
journal_open(struct errinfo *reterr)
{
	static const struct sockaddr_un address = {
	    .sun_family = AF_UNIX, .sun_path = "/dev/log"};
	autofd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) !=
		0) {
		cleanup_fd(&fd);
		fd = open("/dev/null", O_RDWR);
	}
	if (fd < 0 || (fd != HELPER_FD_LOG && dup2(fd, HELPER_FD_LOG) < 0))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "/dev/null");
	if (fd == HELPER_FD_LOG)
		(void)take_fd(&fd);
	return OUTCOME_OK;
}

void
journal_write(const char *event, const struct wire_label *label,
    const char *expires, const char *detail)
{
	autobuf line = BUF_INIT(4096);
	bool good = strcmp(event, "revoked") == 0;
	time_t now = time(NULL);
	struct tm tm = {0};
	char stamp[32] = "";

	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(stamp, sizeof(stamp), "%b %e %T", &tm);
	buf_printf(&line, "<%d>%s gcpkce-helper[%d]: outcome=%s",
	    LOG_AUTHPRIV | (good ? LOG_INFO : LOG_WARNING), stamp,
	    (int)getpid(), event);
	text_put_field(&line, "user", label->user, TEXT_FIELD_MAX);
	text_put_field(&line, "service", label->service, TEXT_FIELD_MAX);
	if (expires[0] != '\0')
		text_put_field(&line, "expires", expires, TEXT_FIELD_MAX);
	if (detail[0] != '\0')
		text_put_field(&line, "cause", detail, ERRINFO_TEXT_MAX);
	if (buf_check(&line) == OUTCOME_OK)
		(void)send(HELPER_FD_LOG, line.p, line.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
}
