/* SPDX-License-Identifier: ISC */
/* Without syslog(3), which would open a socket itself; the helper may not. */
#include "syslog.h"

#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/text.h"
#include "startup.h"

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
