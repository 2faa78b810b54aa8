/* SPDX-License-Identifier: ISC */
/*
 * The authorize address and its state.  The account and host names in the label
 * are untrusted; only a fixed set of characters reaches the state.  Every value
 * in the address is percent-encoded.  The configured login URL is trusted.  No
 * secret is used here, in particular no verifier.
 */
#include "gcpkce/oauth/authorize.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/oauth/provider.h"

#define LABEL_PART_MAX 31

/* Write at most 31 characters of text to ret, no NUL. */
static size_t
label_part(const char *text, char ret[static LABEL_PART_MAX])
{
	size_t len = 0;

	for (; len < LABEL_PART_MAX && text[len] != '\0'; len++) {
		char c = text[len];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || c == '.' || c == '-';

		ret[len] = plain ? c : '_';
	}
	return len;
}

void
authorize_state(const char *challenge, const char *account, const char *host,
    size_t redirect_len, char ret[static STATE_MAX + 1])
{
	char label[STATE_LABEL_MAX];
	size_t used = redirect_len + STATE_HASH_LEN + 1;
	size_t room =
	    used < REDIRECT_AND_STATE_MAX ? REDIRECT_AND_STATE_MAX - used : 0;

	size_t len = label_part(account, label);
	label[len++] = '~';
	len += label_part(host, label + len);
	if (len > room)
		len = room;

	memcpy(ret, challenge, STATE_HASH_LEN);
	ret[STATE_HASH_LEN] = '\0';
	if (len == 0 || (*account == '\0' && *host == '\0'))
		return;
	ret[STATE_HASH_LEN] = '.';
	memcpy(ret + STATE_HASH_LEN + 1, label, len);
	ret[STATE_HASH_LEN + 1 + len] = '\0';
}

void
authorize_parameter(struct buf *address, const char *name, const char *value)
{
	buf_put_byte(address, '&');
	buf_put_text(address, name);
	buf_put_byte(address, '=');
	text_put_percent(address, view_text(value));
}

static void
start_address(const struct authorize_request *request, struct buf *address)
{
	const char *written = request->state + STATE_HASH_LEN;
	struct view label = view_text(written);

	buf_put_text(address, request->start_url);
	buf_put_byte(address, '#');
	buf_put_text(address, request->challenge);
	size_t room = address->len < START_ADDRESS_MAX
	    ? START_ADDRESS_MAX - address->len
	    : 0;
	/* a cut name could be the name of another account */
	if (label.len > room)
		label.len = strcspn(written, "~");
	if (label.len <= room)
		buf_put(address, label.p, label.len);
}

void
authorize_address(const struct authorize_request *request, struct buf *address)
{
	const struct provider *provider = provider_of(request->route);

	if (request->start_url != NULL && request->start_url[0] != '\0') {
		start_address(request, address);
		return;
	}
	endpoint_url(&provider->authorize, request->route, address);
	buf_put_text(address, "?response_type=code");
	authorize_parameter(address, "client_id", request->client_id);
	authorize_parameter(address, "redirect_uri", request->redirect_uri);
	authorize_parameter(address, "code_challenge", request->challenge);
	authorize_parameter(address, "code_challenge_method", "S256");
	authorize_parameter(address, "state", request->state);
	provider->authorize_query(request, address);
	if (request->force_signin)
		authorize_parameter(address, "prompt", "login");
}
