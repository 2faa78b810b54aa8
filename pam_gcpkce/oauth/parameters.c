/* SPDX-License-Identifier: ISC */
/* Addresses are split and compared as text; only values are decoded, later. */
#include "parameters.h"

#include <string.h>

#include "gcpkce/base/query.h"
#include "gcpkce/base/text.h"
#include "gcpkce/base/url.h"

#define PLACE_MAX 1024 /* bytes of an address before its query */

/* Store a parameter; false if it is already set. */
static bool
parameter_take(
    struct view name, struct view value, struct parameters *parameters)
{
	static const char *const names[PARAMETER_COUNT] = {
	    [PARAMETER_CODE] = "code",
	    [PARAMETER_STATE] = "state",
	    [PARAMETER_ERROR] = "error",
	    [PARAMETER_ERROR_DESCRIPTION] = "error_description",
	    [PARAMETER_DESCRIPTION] = "description",
	    [PARAMETER_ISS] = "iss",
	};

	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		if (!view_eq(name, view_text(names[i])))
			continue;
		if (parameters->value[i].p != NULL)
			return false;
		parameters->value[i] = value;
	}
	return true;
}

static bool
begins_address(struct view text)
{
	return view_begins(text, "https://") || view_begins(text, "http://");
}

/*
 * Does the address at a place of the text belong to a value of the query before
 * it, as one of iss or scope does?  Browsers do not encode it.  One that has a
 * query itself is an address: its parameters are not those of the text before.
 */
static bool
is_in_value(struct view text, size_t at)
{
	uint8_t before = at > 0 ? text.p[at - 1] : '\0';

	if (before != '=' && before != '+' &&
	    !(at >= 3 && memcmp(text.p + at - 3, "%20", 3) == 0))
		return false;
	for (size_t i = at; i < text.len; i++) {
		if (text.p[i] == '?')
			return false;
		if (text.p[i] == '&' || text.p[i] == '#' ||
		    (i > at && begins_address(view_skip(text, i))))
			break;
	}
	return true;
}

/*
 * Take the first of several addresses off a text, without the brackets that
 * chat programs put around the two of a link.
 */
static struct view
address_next(struct view *text)
{
	static const char brackets[] = "[]()|";
	struct view first = *text;
	size_t end = 1;

	while (end < text->len &&
	    (!begins_address(view_skip(*text, end)) || is_in_value(*text, end)))
		end++;
	first.len = end;
	*text = view_skip(*text, end);
	while (first.len > 0 &&
	    memchr(brackets, first.p[first.len - 1], sizeof(brackets) - 1) !=
		NULL)
		first.len--;
	return first;
}

/* The path without its query and the slash at its end. */
static struct view
path_of(const struct url *url)
{
	struct view path = view_before(url->path, '?');

	if (path.len > 0 && path.p[path.len - 1] == '/')
		path.len--;
	return path;
}

static unsigned long
port_of(const struct url *url)
{
	if (url->port_number != 0)
		return url->port_number;
	return text_eq_nocase(url->scheme, view_text("https")) ? 443 : 80;
}

static bool
has_scheme(struct view address)
{
	return memmem(address.p, address.len, "://", 3) != NULL;
}

/*
 * Is it redirect_uri as a browser may write it?  A scheme may be missing: some
 * browsers hide it.
 */
static bool
is_redirect_uri(struct view place, const char *redirect_uri)
{
	char text[PLACE_MAX + 1];
	struct url ours;
	struct url url;

	if (!url_split(redirect_uri, &ours))
		return false;
	struct view scheme = view_text("");
	if (!has_scheme(place))
		scheme = (struct view){ours.scheme.p, ours.scheme.len + 3};
	size_t len = scheme.len + place.len;
	if (len > PLACE_MAX)
		return false;
	memcpy(text, scheme.p, scheme.len);
	memcpy(text + scheme.len, place.p, place.len);
	text[len] = '\0';
	return url_split(text, &url) &&
	    text_eq_nocase(url.scheme, ours.scheme) &&
	    text_eq_nocase(url.host, ours.host) &&
	    port_of(&url) == port_of(&ours) &&
	    view_eq(path_of(&url), path_of(&ours));
}

/* A query alone is of no place. */
static bool
is_elsewhere(struct view address, const char *redirect_uri)
{
	struct view place = view_before(address, '?');
	bool is_alone = place.len == 0 ||
	    (place.len == address.len &&
		!has_scheme(view_before(address, '=')));

	return !is_alone && !is_redirect_uri(place, redirect_uri);
}

/* Find the parameters of one address; false if one occurs twice. */
static bool
parameters_of(struct view address, struct parameters *ret)
{
	struct view query = query_of(address);
	struct view name;
	struct view value;

	while (query_next(&query, &name, &value)) {
		if (!parameter_take(name, value, ret))
			return false;
	}
	return true;
}

bool
parameters_find(
    struct view text, const char *redirect_uri, struct parameters *ret)
{
	bool stateless = false;

	while (text.len > 0) {
		struct parameters one = {0};
		struct view address = address_next(&text);

		if (!parameters_of(address, &one))
			return false;
		if (one.value[PARAMETER_CODE].p != NULL) {
			stateless |= one.value[PARAMETER_STATE].p == NULL;
			ret->is_elsewhere |=
			    is_elsewhere(address, redirect_uri);
		}
		for (size_t i = 0; i < PARAMETER_COUNT; i++) {
			if (one.value[i].p == NULL)
				continue;
			if (ret->value[i].p != NULL &&
			    !view_eq(ret->value[i], one.value[i]))
				return false;
			ret->value[i] = one.value[i];
		}
	}
	if (stateless)
		ret->value[PARAMETER_STATE] = (struct view){0};
	return true;
}
