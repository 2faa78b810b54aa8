/* SPDX-License-Identifier: ISC */
/*
 * The pages.  They tell the user whose sign-in the browser belongs to; all
 * foreign text is escaped.  There is no script, no style and no picture, and
 * the headers forbid all three.
 */
#include "page.h"

#include <string.h>

#define HEADERS \
	"Content-Type: text/html; charset=utf-8\r\n" \
	"Cache-Control: no-store\r\n" \
	"Referrer-Policy: no-referrer\r\n" \
	"Content-Security-Policy: default-src 'none'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'none'\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"X-Frame-Options: DENY\r\n" \
	"Connection: close\r\n"

static const struct {
	enum http_status status;
	const char *phrase;
	const char *sentence;
} rejected[] = {
    {HTTP_BAD, "Bad Request",
	"This is not what a browser sends at the end of a sign-in."},
    {HTTP_NOT_FOUND, "Not Found", "There is no such page here."},
    {HTTP_NOT_ALLOWED, "Method Not Allowed", "Only GET is answered here."},
    {HTTP_CONFLICT, "Conflict",
	"This page belongs to another sign-in than the one that is waited for. "
	"Use the address that the terminal shows now."},
    {HTTP_MISDIRECTED, "Misdirected Request",
	"The browser used another name for this host."},
    {HTTP_TOO_LARGE, "Request Header Fields Too Large",
	"The browser sent too much, perhaps cookies of other programs on this "
	"host. Copy the address of this page into the terminal instead."},
    {HTTP_VERSION, "HTTP Version Not Supported",
	"This server speaks HTTP/1.1."},
};

static void
head_put(struct buf *page, enum http_status status, const char *phrase,
    const char *title)
{
	buf_printf(page, "HTTP/1.1 %d %s\r\n" HEADERS, (int)status, phrase);
	if (status == HTTP_NOT_ALLOWED)
		buf_put_text(page, "Allow: GET\r\n");
	buf_put_text(page,
	    "\r\n<!DOCTYPE html>\n<html lang=\"en\">\n<meta "
	    "charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n");
	buf_printf(page, "<title>%s</title>\n<h1>%s</h1>\n", title, title);
}

/* Append text with each byte that HTML could interpret escaped. */
static void
page_put_text(struct buf *page, const char *text)
{
	for (; *text != '\0'; text++) {
		uint8_t c = (uint8_t)*text;
		bool plain =
		    c >= 0x20 && c < 0x7f && strchr("<>&\"'`", (char)c) == NULL;

		if (plain)
			buf_put_byte(page, c);
		else if (c >= 0x20 && c < 0x7f)
			buf_printf(page, "&#%u;", c);
		else
			buf_printf(page, "\\x%02x", c);
	}
}

static void
label_put(struct buf *page, const struct page_label *label)
{
	page_put_text(page, label->account);
	buf_put_text(page, " on ");
	page_put_text(page, label->host);
}

void
page_put_rejection(struct buf *page, enum http_status status)
{
	size_t i = 0; /* what is not in the table reads as a bad request */

	for (size_t at = 0; at < sizeof(rejected) / sizeof(rejected[0]); at++) {
		if (rejected[at].status == status)
			i = at;
	}
	head_put(page, rejected[i].status, rejected[i].phrase, "Not a sign-in");
	buf_printf(page, "<p>%s</p>\n", rejected[i].sentence);
}

void
page_put_received(
    struct buf *page, const struct page_label *label, const char *number)
{
	head_put(page, HTTP_OK, "OK", "Your sign-in");
	buf_put_text(page, "<p>The code for ");
	label_put(page, label);
	buf_put_text(page, " has arrived.</p>\n");
	if (number[0] == '\0')
		return;
	buf_printf(page,
	    "<p><strong>Type %s in the terminal</strong>, if you yourself have "
	    "just started to sign in there.</p>\n<p>Do not give this number to "
	    "anyone: it signs a terminal in as you. If another person sent you "
	    "here, close this window.</p>\n",
	    number);
}

void
page_put_refusal(struct buf *page, const struct page_label *label,
    const char *name, bool press_enter)
{
	head_put(page, HTTP_OK, "OK", "You are not signed in");
	buf_put_text(page,
	    "<p>The sign-in was cancelled or refused in the browser "
	    "(the sign-in service calls it ");
	page_put_text(page, name);
	buf_put_text(page, "). No one was signed in as ");
	label_put(page, label);
	buf_put_text(page, ".</p>\n<p>");
	if (press_enter)
		buf_put_text(page, "Press Enter in the terminal: it says ");
	else
		buf_put_text(page, "The terminal says ");
	buf_put_text(page, "how to go on. You can close this window.</p>\n");
}

void
page_put_success(struct buf *page, const struct page_label *label)
{
	buf_put_text(page, "<p><strong>You are signed in as ");
	label_put(page, label);
	buf_put_text(page, "; you can close this window.</strong></p>\n");
}

void
page_put_failure(struct buf *page, enum outcome outcome)
{
	buf_put_text(page, "<p><strong>You are not signed in.</strong> ");
	page_put_text(page, outcome_sentence(outcome));
	buf_put_text(page,
	    " The terminal shows the final result; you can close this "
	    "window.</p>\n");
}
