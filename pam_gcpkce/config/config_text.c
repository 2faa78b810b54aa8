/* SPDX-License-Identifier: ISC */
/*
 * The checks of text values.
 */
#include "config_value.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"

static enum outcome
refuse(struct errinfo *reterr, const char *what, const char *fix)
{
	return err_fault(reterr, OUTCOME_CONFIG_INVALID, NULL, fix, "%s", what);
}

static enum outcome
region_check(const char *value, struct errinfo *reterr)
{
	struct region region;

	if (strstr(value, "://") != NULL || strncmp(value, "login.", 6) == 0 ||
	    strncmp(value, "api.", 4) == 0)
		return refuse(reterr, "is an address, not a region",
		    "write the domain alone, as in mypurecloud.de, or use "
		    "login_url and api_url");
	if (!region_find(value, &region))
		return refuse(reterr, "is not a known region",
		    "write an AWS name, as in eu-central-1, or a login domain, "
		    "as in mypurecloud.de");
	return OUTCOME_OK;
}

static enum outcome
address_check(const char *value, const char *what, const char *fix,
    struct errinfo *reterr)
{
	struct url url;

	if (!url_split(value, &url))
		return refuse(reterr, what, fix);
	return url_is_protected(&url)
	    ? OUTCOME_OK
	    : refuse(reterr, "is not protected",
		  "use https (http only for a loopback address)");
}

static enum outcome
url_check(const char *value, struct errinfo *reterr)
{
	enum outcome r = address_check(value, "is not a base URL",
	    "write https://HOST[:PORT][/PATH]", reterr);

	return r == OUTCOME_OK && strpbrk(value, "?#") != NULL
	    ? refuse(reterr, "has a query or fragment",
		  "write a base URL, https://HOST[:PORT][/PATH]")
	    : r;
}

static enum outcome
start_check(const char *value, struct errinfo *reterr)
{
	enum outcome r = address_check(value, "is not the address of a page",
	    "write https://HOST[:PORT][/PATH]", reterr);

	return r == OUTCOME_OK && strchr(value, '#') != NULL
	    ? refuse(reterr, "has a fragment, where the challenge belongs",
		  "write the page's address without one")
	    : r;
}

static bool
is_dot_segment(struct view segment)
{
	size_t dots = 0;

	for (; segment.len > 0; dots++) {
		bool plain = segment.p[0] == '.';

		if (!plain && query_percent_byte(segment) != '.')
			return false;
		segment = view_skip(segment, plain ? 1 : 3);
	}
	return dots == 1 || dots == 2;
}

static bool
is_path_char(uint8_t byte)
{
	return strchr("\"<>\\^`{|}", byte) == NULL;
}

/* Does a browser send this path as it is?  Otherwise no address matches it. */
static bool
is_kept_by_browsers(struct view path)
{
	struct view rest = view_before(path, '?');

	if (!view_all(rest, is_path_char))
		return false;
	while (rest.len > 0) {
		if (is_dot_segment(view_before(rest, '/')))
			return false;
		rest = view_after(rest, '/');
	}
	return true;
}

static enum outcome
redirect_check(const char *value, struct errinfo *reterr)
{
	struct url url;

	if (!url_split(value, &url))
		return refuse(reterr, "is not a redirect URI",
		    "write the one registered with the client, byte for byte");
	if (!url_is_protected(&url))
		return refuse(reterr, "would carry the code unprotected",
		    "register an https redirect URI, or http to localhost");
	if (strchr(value, '#') != NULL)
		return refuse(reterr, "has a fragment, which RFC 6749 forbids",
		    "register a redirect URI without one");
	if (!is_kept_by_browsers(url.path))
		return refuse(reterr, "has a path that browsers rewrite",
		    "register one without . and .. segments, and with %HH for "
		    "characters such as { and |");
	return OUTCOME_OK;
}

static enum outcome
proxy_check(const char *value, struct errinfo *reterr)
{
	struct url url;

	if (!url_split(value, &url) || url.port.len == 0 || url.path.len > 1 ||
	    !view_eq(url.scheme, view_text("http")))
		return refuse(
		    reterr, "is not a proxy", "write http://HOST:PORT");
	return OUTCOME_OK;
}

static enum outcome
path_check(const char *value, struct errinfo *reterr)
{
	if (value[0] != '/')
		return refuse(
		    reterr, "is not an absolute path", "begin with /");
	/* a frame to the helper takes no other text */
	return text_is_clean_utf8(view_text(value))
	    ? OUTCOME_OK
	    : refuse(reterr, "has a control byte or is not UTF-8",
		  "give the file another name");
}

/* The provider is not known yet: config_provider_check is stricter. */
static enum outcome
id_check(const char *value, struct errinfo *reterr)
{
	return view_all(view_text(value), text_is_printable)
	    ? OUTCOME_OK
	    : refuse(reterr, "is not an id",
		  "copy it from the OAuth client's page");
}

static enum outcome
uuid_check(const char *value, struct errinfo *reterr)
{
	return text_is_uuid(view_text(value))
	    ? OUTCOME_OK
	    : refuse(reterr, "is not an id",
		  "write the UUID in lower case, not a display name");
}

static enum outcome
word_check(const char *value, struct errinfo *reterr)
{
	return text_is_token(view_text(value))
	    ? OUTCOME_OK
	    : refuse(reterr, "has a character that is not printable ASCII",
		  "write one word");
}

static enum outcome
envname_check(const char *value, struct errinfo *reterr)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				    "abcdefghijklmnopqrstuvwxyz";

	if (strchr(first, value[0]) == NULL)
		return refuse(reterr, "is not the name of a variable",
		    "begin with a letter");
	for (const char *p = value; *p != '\0'; p++) {
		if (strchr(first, *p) == NULL && !(*p >= '0' && *p <= '9'))
			return refuse(reterr, "is not the name of a variable",
			    "use letters, digits and _");
	}
	if (strncmp(value, "LD_", 3) == 0 ||
	    strncmp(value, "GCPKCE_", 7) == 0 || strcmp(value, "PATH") == 0 ||
	    strcmp(value, "IFS") == 0)
		return refuse(reterr, "is a variable with a meaning of its own",
		    "choose another name");
	return OUTCOME_OK;
}

/* Do all items of a comma-separated list pass? */
static bool
list_is_good(const char *value, bool (*item_is_good)(struct view))
{
	struct view rest = view_text(value);
	struct view item;

	while (view_next(&rest, ',', &item)) {
		if (!item_is_good(item))
			return false;
	}
	return true;
}

static enum outcome
uuids_check(const char *value, struct errinfo *reterr)
{
	return list_is_good(value, text_is_uuid)
	    ? OUTCOME_OK
	    : refuse(reterr, "is not a list of ids",
		  "write UUIDs in lower case, separated by commas: display "
		  "names are not unique");
}

static enum outcome
domains_check(const char *value, struct errinfo *reterr)
{
	return list_is_good(value, url_host_is_name)
	    ? OUTCOME_OK
	    : refuse(reterr, "is not a list of domains",
		  "write them separated by commas, as in "
		  "example.com,example.org");
}

config_text_check_fn *
config_text_check(enum config_type type)
{
	static config_text_check_fn *const checks[CONFIG_TYPE_COUNT] = {
	    [CONFIG_REGION] = region_check,
	    [CONFIG_URL] = url_check,
	    [CONFIG_ENDPOINT] = url_check,
	    [CONFIG_START] = start_check,
	    [CONFIG_ID] = id_check,
	    [CONFIG_PATH] = path_check,
	    [CONFIG_REDIRECT] = redirect_check,
	    [CONFIG_UUID] = uuid_check,
	    [CONFIG_UUIDS] = uuids_check,
	    [CONFIG_WORD] = word_check,
	    [CONFIG_DOMAINS] = domains_check,
	    [CONFIG_ENVNAME] = envname_check,
	    [CONFIG_PROXY] = proxy_check,
	};

	return checks[type];
}
