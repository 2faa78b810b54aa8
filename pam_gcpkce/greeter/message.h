/* SPDX-License-Identifier: ISC */
/*
 * What a PAM module says, as a greeter reads it: text to show, and the address
 * of a page to open.
 */
#ifndef GCPKCE_GREETER_MESSAGE_H
#define GCPKCE_GREETER_MESSAGE_H

#include "gcpkce/base/buf.h"

#define GREETER_TEXT_MAX (64 * 1024)
#define GREETER_ADDRESS_MAX 4096

/* What the configuration says about addresses; *borrowed*. */
struct message_rules {
	const char *start_url;    /* of the start page, or "" */
	const char *redirect_uri; /* where it leads, if start_url is set */
	/* hosts of authorize requests, separated by commas; "" for those that
	 * the providers are known to have */
	const char *login_hosts;
	/* a line in the language of the screen; gives the line itself, or
	 * memory that stays */
	const char *(*translate)(const char *line);
};

struct message {
	struct buf text;    /* lines; with an address only what precedes the
			       paragraph that introduces it */
	struct buf address; /* empty if the message has no address */
	struct buf redirect_uri; /* the address at which that page ends */
	struct buf unlisted;     /* the page's host, if it is no login host: the
				    page may not be opened; else empty */
	bool asks; /* no text follows the address: its prompt comes next */
};

#define automessage CLEANUP(message_done) struct message

void message_done(struct message *message);

/*
 * Take a message apart.  An address is alone on its line, https (or http of
 * this host), and an authorize request (response_type=code with one
 * redirect_uri), or begins with start_url and '#'.  The first one counts.
 * Control bytes and malformed UTF-8 become U+FFFD.
 *
 * in:     text  any bytes
 * out:    ret   owned (automessage), also after an error
 * errors: OUTCOME_NO_MEMORY  also if the text is too long
 * source: RFC 6749 section 4.1.1
 */
MUST_CHECK enum outcome message_read(
    struct view text, const struct message_rules *rules, struct message *ret);

/* Is it the redirect URI with a query, and a text that can be an answer? */
bool message_is_caught(struct view address, const char *redirect_uri);

/*
 * Append the redirect by which a page says that the user cancels, with the
 * state of the message's address.
 *
 * source: RFC 6749 section 4.1.2.1
 */
void message_put_denial(const struct message *message, struct buf *b);

#endif
