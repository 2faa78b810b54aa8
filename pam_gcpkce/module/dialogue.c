/* SPDX-License-Identifier: ISC */
/*
 * The dialogue.  By default everything is in one prompt: sshd before 10.3 holds
 * texts back until the next prompt, and some clients drop requests without a
 * prompt.  Names and text from the network are escaped before they reach a
 * terminal.
 */
#include "dialogue.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <string.h>

#include "gcpkce/base/text.h"
#include "template.h"
#include "translation.h"

#define TEXT_MAX (64 * 1024)

/* Is there a prompt at all? */
static bool
asks(const struct dialogue *dialogue)
{
	return !dialogue->local || dialogue->callback != WIRE_CALLBACK_LISTENS;
}

static void
paragraph_put(struct buf *b, const char *sentence)
{
	buf_put_text(b, translation_of(sentence));
	buf_put_text(b, "\n\n");
}

/* What of the dialogue is shown. */
enum extent { ADDRESS_ALONE, ADDRESS_AND_WRONG, EVERYTHING };

static void
sign_in_put(struct buf *b, const struct dialogue *dialogue)
{
	char seconds[16];

	if (dialogue->unreachable)
		paragraph_put(b, MESSAGE_UNREACHABLE);
	/* no time of day: the user's clock may be in another zone */
	(void)snprintf(seconds, sizeof(seconds), "%d", dialogue->left_s);
	template_put(b, translation_of(MESSAGE_SIGN_IN),
	    (struct blank[]){{"provider", dialogue->provider},
		{"user", dialogue->user}, {"host", dialogue->host},
		{"seconds", seconds}},
	    4);
	buf_put_text(b, "\n\n");
}

static void
texts_put(const struct dialogue *dialogue, enum extent extent, struct buf *text,
    struct buf *prompt)
{
	struct buf *first = dialogue->split || !asks(dialogue) ? text : prompt;

	buf_put_byte(first, '\n');
	if (extent >= ADDRESS_AND_WRONG && dialogue->wrong[0] != '\0')
		paragraph_put(first, dialogue->wrong);
	if (extent == EVERYTHING)
		sign_in_put(first, dialogue);
	text_put_escaped(first, view_text(dialogue->address));
	buf_put_text(first, first == text ? "\n" : "\n\n");
	if (asks(dialogue)) {
		buf_put_text(prompt, translation_of(dialogue->prompt));
		buf_put_byte(prompt, ' ');
	} else if (extent == EVERYTHING) {
		buf_printf(text, "\n%s\n", translation_of(MESSAGE_OPEN_HERE));
	}
}

void
dialogue_compose(
    const struct dialogue *dialogue, struct buf *text, struct buf *prompt)
{
	for (int extent = EVERYTHING; extent >= ADDRESS_ALONE; extent--) {
		buf_reset(text);
		buf_reset(prompt);
		texts_put(dialogue, (enum extent)extent, text, prompt);
		if (text->len <= dialogue->max && prompt->len <= dialogue->max)
			return;
	}
}

/* Wipe and free the replies of a conversation. */
static void
response_free(struct pam_response *response)
{
	if (response == NULL)
		return;
	if (response->resp != NULL) {
		explicit_bzero(response->resp, strlen(response->resp));
		free(response->resp);
	}
	free(response);
}

/* One message through the conversation function. */
static int
converse(pam_handle_t *pamh, int style, const char *text,
    struct pam_response **ret_response)
{
	const struct pam_message message = {.msg_style = style, .msg = text};
	const struct pam_message *messages = &message;
	const void *item = NULL;

	*ret_response = NULL;
	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return PAM_SYSTEM_ERR;
	const struct pam_conv *conv = item;
	if (conv->conv == NULL)
		return PAM_SYSTEM_ERR;
	return conv->conv(1, &messages, ret_response, conv->appdata_ptr);
}

static bool
has_conversation(pam_handle_t *pamh)
{
	const void *item = NULL;

	return pam_get_item(pamh, PAM_CONV, &item) == PAM_SUCCESS &&
	    item != NULL && ((const struct pam_conv *)item)->conv != NULL;
}

enum outcome
dialogue_ask(pam_handle_t *pamh, const struct dialogue *dialogue,
    struct buf *typed, bool *ret_again, struct errinfo *reterr)
{
	autobuf text = BUF_INIT(TEXT_MAX);
	autobuf prompt = BUF_INIT(TEXT_MAX);
	struct pam_response *response = NULL;
	int result = PAM_SUCCESS;

	*ret_again = false;
	if (!has_conversation(pamh))
		return err_set(reterr, OUTCOME_NO_CONVERSATION,
		    "the application set no conversation function");
	dialogue_compose(dialogue, &text, &prompt);
	if (buf_check(&text) != OUTCOME_OK || buf_check(&prompt) != OUTCOME_OK)
		return OUTCOME_NO_MEMORY;
	if (text.len > dialogue->max || prompt.len > dialogue->max)
		return err_set(reterr, OUTCOME_CONFIG_INVALID,
		    "a message with the address is longer than the %zu bytes "
		    "that LightDM can display: set start_url, or shorten "
		    "redirect_uri",
		    dialogue->max);
	if (text.len > 0) {
		result =
		    converse(pamh, PAM_TEXT_INFO, buf_text(&text), &response);
		response_free(response);
		response = NULL;
	}
	if (result == PAM_SUCCESS && prompt.len > 0)
		result = converse(
		    pamh, PAM_PROMPT_ECHO_ON, buf_text(&prompt), &response);
	if (result != PAM_SUCCESS) {
		response_free(response);
		*ret_again = result == PAM_CONV_AGAIN;
		return err_set(reterr, OUTCOME_ABORTED,
		    "the conversation ended: %s", pam_strerror(pamh, result));
	}
	/* what is cut off here is still too long to be a code */
	if (response != NULL && response->resp != NULL)
		buf_put(
		    typed, response->resp, strnlen(response->resp, typed->max));
	response_free(response);
	return buf_check(typed);
}

void
dialogue_tell(pam_handle_t *pamh, const char *sentence)
{
	struct pam_response *response = NULL;

	if (sentence[0] == '\0')
		return;
	(void)converse(
	    pamh, PAM_ERROR_MSG, translation_of(sentence), &response);
	response_free(response);
}
