/* SPDX-License-Identifier: ISC */
/*
 * The services that cannot show a prompt.  Add none that some program can use
 * to show one: the module refuses all of these.
 */
#include "gcpkce/config/service.h"

#include <stddef.h>
#include <string.h>

static const char *const services[] = {
    /* mail, news and directories, mostly by saslauthd */
    "smtp", "smtps", "smtpd", "submission", "esmtp", "exim", "exim4", "lmtp",
    "imap", "imaps", "pop", "pop3", "pop3s", "sieve", "managesieve", "dovecot",
    "mail", "nntp", "csync", "mupdate", "saslauthd", "ldap", "xmpp", "ejabberd",
    "prosody",
    /* files */
    "ftp", "ftpd", "vsftpd", "proftpd", "pure-ftpd", "samba", "netatalk",
    "webdav", "svn",
    /* print, databases, proxies, networks */
    "cups", "postgresql", "squid", "openvpn", "radiusd", "freeradius", "ppp",
    "pptpd", "l2tpd",
    /* desktops and web pages with a form for name and password */
    "xrdp-sesman", "vnc", "rstudio", "nginx", "apache2", "httpd"};

bool
service_is_lightdm(const char *service)
{
	return strcmp(service, "lightdm") == 0;
}

bool
service_cannot_ask(const char *service)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcmp(service, services[i]) == 0)
			return true;
	}
	return false;
}
