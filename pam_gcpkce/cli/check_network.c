/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about the connection to the provider.  The
 * helper made the requests; this file interprets its results.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/base/url.h"

#define CERTIFICATE_SPARE_S (14 * 86400)
#define CLOCK_WARNING_S 30
/*
 * As long as codes commonly live; Genesys Cloud's lifetime is not documented.
 */
#define CLOCK_FAULT_S 300
#define DATE_STEP_S 1 /* of the header Date */
#define FIX_MAX 1024

/* One host, as the checks see it. */
struct host_context {
	struct check *check;
	const struct wire_reach *reach;
	const char *url;
	const char *key; /* of the configuration, that names it */
};

static bool
has(const char *text, const char *words)
{
	return strcasestr(text, words) != NULL;
}

/*
 * libcurl's messages differ by TLS library; these are OpenSSL's and GnuTLS's.
 */
static void
tls_fix(const struct host_context *v, struct buf *fix)
{
	const char *error = v->reach->error;

	if (has(error, "error setting certificate") || has(error, "CAfile") ||
	    has(error, "error adding trust"))
		buf_put_text(
		    fix, "ca_file must name readable certificates in PEM");
	else if (has(error, "expired") || has(error, "not yet valid"))
		buf_put_text(fix,
		    "set this host's clock; else the server's operator must "
		    "renew its certificate");
	else if (has(error, "subject name") || has(error, "host name"))
		buf_printf(fix,
		    "correct %s: the certificate is for another name", v->key);
	else if (has(error, "version") || has(error, "protocol"))
		buf_put_text(fix,
		    "let the server speak HTTPS with TLS 1.2 or newer on that "
		    "port");
	else if (!has(error, "self") && !has(error, "issuer") &&
	    !has(error, "verif"))
		buf_put_text(fix,
		    "see which server answers there: it must speak HTTPS with "
		    "TLS 1.2 or newer");
	else if (v->check->config.ca_file[0] != '\0')
		buf_put_text(
		    fix, "put the certificate of its authority into ca_file");
	else
		buf_put_text(fix,
		    "install the system's certificates; if a gateway or "
		    "proxy opens TLS, let ca_file name its authority");
}

static void
fix_put(const struct host_context *v, struct buf *fix)
{
	const char *proxy = v->check->config.proxy;
	enum wire_step failed = v->reach->failed;
	bool proxied = proxy[0] != '\0' && strncmp(v->url, "https", 5) == 0;

	if (failed == WIRE_STEP_DNS)
		buf_printf(fix,
		    "correct %s, or let this host resolve the name "
		    "(/etc/resolv.conf, /etc/nsswitch.conf)",
		    proxied ? "proxy" : v->key);
	else if (failed == WIRE_STEP_TCP && proxied)
		buf_printf(fix, "correct proxy, or start it: %s", proxy);
	else if (failed == WIRE_STEP_TCP)
		buf_printf(fix,
		    "let the firewall pass connections to %s, or set proxy",
		    v->url);
	else if (failed == WIRE_STEP_PROXY)
		buf_printf(fix,
		    "let the proxy pass CONNECT to %s without a password",
		    v->url);
	else if (failed == WIRE_STEP_TLS)
		tls_fix(v, fix);
	else
		buf_put_text(fix,
		    "check the path to it (proxy, gateway, filter), and "
		    "request_timeout");
}

static void
reach_check(const struct host_context *v)
{
	struct findings *f = &v->check->findings;
	const struct wire_reach *reach = v->reach;
	autobuf fix = BUF_INIT(FIX_MAX);
	char end[CLOCK_STAMP_LEN + 1];

	if (reach->failed != WIRE_STEP_NONE) {
		fix_put(v, &fix);
		finding_add(f, FINDING_FAULT, v->url, buf_text(&fix),
		    "%s failed: %s", probe_step_name(reach->failed),
		    reach->error);
	} else if (reach->reached != WIRE_STEP_HTTP)
		finding_add(f, FINDING_FAULT, v->url, "see the other findings",
		    "was not contacted: %s", v->check->probe.reason);
	if (reach->certificate_end_s == 0 ||
	    reach->certificate_end_s > clock_wall_s() + CERTIFICATE_SPARE_S)
		return;
	clock_stamp(reach->certificate_end_s, end);
	finding_add(f, FINDING_WARNING, v->url,
	    "the server's operator must renew it; when it ends, all sign-ins "
	    "fail",
	    "a certificate of its chain ends soon, at %s", end);
}

static bool
is_trouble(uint32_t status)
{
	return status == 403 || status == 429 || status >= 500;
}

static void
trouble_add(const struct host_context *v, uint32_t status)
{
	finding_add(&v->check->findings, FINDING_WARNING, v->url,
	    "try again later; if it persists, check gateways and filters on "
	    "the path",
	    "answers with status %u", status);
}

/* The JWK set needs no token. */
static void
jwks_check(const struct host_context *v)
{
	uint32_t status = v->reach->status;

	if (status == 0 || status == 200)
		return;
	if (is_trouble(status))
		trouble_add(v, status);
	else
		finding_add(&v->check->findings, FINDING_FAULT, v->url,
		    "correct issuer or jwks_url",
		    "has no keys of CXone's: the GET has status %u, not 200",
		    status);
}

/* Without a token the API says so; any other answer is not from such an API. */
static void
api_check(const struct host_context *v)
{
	uint32_t status = v->reach->status;

	if (status == 0 || status == 401)
		return;
	if (is_trouble(status))
		trouble_add(v, status);
	else
		finding_add(&v->check->findings, FINDING_FAULT, v->url,
		    "correct api_url or region",
		    "is not Genesys Cloud's API: GET /api/v2/users/me without "
		    "a token has status %u, not 401",
		    status);
}

static void
client_fault_add(const struct host_context *v, const char *error)
{
	const char *fix = "gcpkce login shows the same page; compare client, "
			  "redirect_uri and signin_org with the client's page";

	if (v->check->config.provider == PROVIDER_CXONE)
		fix = "gcpkce login shows the same page; compare client_id and "
		      "redirect_uri with the app's registration";
	else if (has(error, "unauthorized_client"))
		fix = "give the client the grant type Code Authorization, "
		      "make it active, and have an administrator approve it";
	else if (has(error, "invalid_scope"))
		fix = "give the client a scope, user-basic-info at least";
	finding_add(&v->check->findings, FINDING_FAULT, "client_id", fix,
	    "the login server refuses the client at once: %s", error);
}

/* An error page is the only result: Genesys Cloud does not redirect then. */
static void
client_refused_add(const struct host_context *v)
{
	const struct check *check = v->check;
	uint32_t status = check->probe.ours.status;
	struct findings *f = &v->check->findings;

	if (check->config.provider == PROVIDER_CXONE)
		finding_add(f, FINDING_FAULT,
		    status == 404 ? v->url : "client_id",
		    status == 404
			? "correct issuer or authorize_url"
			: "compare client_id and redirect_uri with the app's "
			  "registration, byte for byte; NICE must have approved "
			  "the app",
		    "refuses the authorize address (status %u)", status);
	else if (status == 404)
		finding_add(f, FINDING_FAULT, v->url,
		    "correct login_url or region",
		    "is not Genesys Cloud's login server: there is no "
		    "/oauth/authorize (status 404)");
	else if (check->probe.same_page)
		finding_add(f, FINDING_FAULT, "client_id",
		    "correct client_id, or region: a client lives in one "
		    "region",
		    "the login server answers as it does to an unknown client "
		    "(status %u)",
		    status);
	else
		finding_add(f, FINDING_FAULT, "redirect_uri",
		    "compare both with the client's page, byte for byte: "
		    "scheme, port, path, slash at the end",
		    "the login server refuses redirect_uri or client_id "
		    "(status %u)",
		    status);
}

/* Compare the answer for our client with that for an unknown client. */
static void
client_check(const struct host_context *v)
{
	const struct wire_authorize *ours = &v->check->probe.ours;
	const struct wire_authorize *unknown = &v->check->probe.unknown;

	if (ours->status == 0)
		return;
	if (is_trouble(ours->status))
		trouble_add(v, ours->status);
	else if (ours->back && ours->error[0] != '\0')
		client_fault_add(v, ours->error);
	else if (ours->status >= 400)
		client_refused_add(v);
	else if (ours->status == unknown->status &&
	    strcmp(ours->place, unknown->place) == 0)
		finding_add(&v->check->findings, FINDING_NOTE, "client_id",
		    "gcpkce login checks it",
		    "the login server gives an unknown client the same answer "
		    "(status %u): only a sign-in shows whether client_id and "
		    "redirect_uri are right",
		    ours->status);
}

/* By the clock of whichever host sent a date. */
static void
clock_check(struct check *check)
{
	const struct config *config = &check->config;
	/* beyond clock_skew each id_token is refused */
	const int64_t fault_s = config->provider == PROVIDER_CXONE
	    ? (int64_t)config->clock_skew + DATE_STEP_S
	    : CLOCK_FAULT_S;

	for (size_t i = 0; i < WIRE_HOST_COUNT; i++) {
		const struct wire_reach *reach = &check->probe.hosts[i];
		int64_t ahead =
		    (int64_t)reach->clock_s - (int64_t)reach->date_s;
		int64_t far = ahead < 0 ? -ahead : ahead;

		if (reach->date_s == 0)
			continue;
		if (far <= fault_s && far <= CLOCK_WARNING_S)
			return;
		finding_add(&check->findings,
		    far > fault_s ? FINDING_FAULT : FINDING_WARNING, "clock",
		    "let NTP set it: timedatectl set-ntp true",
		    "this host's clock is %" PRId64 " s %s %s's", far,
		    ahead > 0 ? "ahead of" : "behind",
		    provider_title(config->provider));
		return;
	}
}

void
check_network(struct check *check)
{
	const struct config *config = &check->config;
	const bool is_cxone = config->provider == PROVIDER_CXONE;
	const struct host_context login = {check,
	    &check->probe.hosts[WIRE_HOST_LOGIN],
	    probe_url(check, WIRE_HOST_LOGIN),
	    is_cxone                        ? "issuer or authorize_url"
		: config->region[0] != '\0' ? "region or login_url"
					    : "login_url"};
	const struct host_context api = {check,
	    &check->probe.hosts[WIRE_HOST_API], probe_url(check, WIRE_HOST_API),
	    is_cxone                        ? "issuer or jwks_url"
		: config->region[0] != '\0' ? "region or api_url"
					    : "api_url"};

	if (!check_is_of_this_host(check, "the network") ||
	    !check->config_is_good)
		return;
	if (check->options->offline || !check->probed) {
		finding_add(&check->findings, FINDING_NOTE, NULL, NULL,
		    "no request was sent to %s: %s",
		    provider_title(config->provider),
		    check->options->offline ? "--offline"
					    : "the helper did not start");
		return;
	}
	reach_check(&login);
	reach_check(&api);
	client_check(&login);
	(is_cxone ? jwks_check : api_check)(&api);
	if (is_cxone)
		check_discovery(check);
	clock_check(check);
}
