/* SPDX-License-Identifier: ISC */
/*
 * Whether LightDM's greeter can display the address of a sign-in.
 */
#include <string.h>

#include "gcpkce/config/service.h"
#include "gcpkce/helper_client/helper_client.h"
#include "gcpkce/oauth/authorize.h"
#include "gcpkce/oauth/provider.h"
#include "stack_check.h"

#define NAME "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" /* in full length */
#define CHALLENGE NAME "xxxxxxxxxxxx"          /* 43 characters */
#define USER_LEN (sizeof(NAME "x") - 1)        /* as useradd allows */
#define LINES_LEN 2                            /* before and after it */
#define WRONG_LEN \
	200 /* the longest sentence about an answer, in any language */

/* Append the longest address; of a listener's the port is not known before. */
static void
longest_put(const struct config *config, struct buf *address)
{
	struct wire_route route = {0};
	char state[STATE_MAX + 1];

	helper_client_route(config, &route);
	authorize_state(
	    CHALLENGE, NAME, NAME, strlen(config->redirect_uri), state);
	authorize_address(
	    &(struct authorize_request){
		.route = &route,
		.client_id = config->client_id,
		.redirect_uri = config->redirect_uri,
		.start_url = config->start_url,
		.challenge = CHALLENGE,
		.state = state,
		.nonce = CHALLENGE,
		.organization = config->organization,
		.signin_org = config->signin_org,
		.signin_provider = config->signin_provider,
		.force_signin = config->force_signin,
	    },
	    address);
	if (config->callback == CALLBACK_LOOPBACK &&
	    config->start_url[0] == '\0')
		buf_put_text(address, "%3A65535");
}

void
stack_lightdm_check(const struct stack_context *v,
    const struct stack_line *auth, const struct config *config)
{
	autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);
	size_t room = LIGHTDM_MESSAGE_MAX - USER_LEN - LINES_LEN;

	if (!service_is_lightdm(v->service))
		return;
	longest_put(config, &address);
	bool fits = buf_check(&address) == OUTCOME_OK && address.len <= room;
	if (fits && address.len <= room - WRONG_LEN)
		return;
	finding_add(&v->check->findings, fits ? FINDING_WARNING : FINDING_FAULT,
	    auth->where, "set start_url, or shorten redirect_uri",
	    "LightDM can display %zu bytes, and the address has up to %zu: "
	    "%s",
	    room, address.len,
	    fits ? "after a refused answer the user sees the address alone"
		 : "no user can sign in there");
}
