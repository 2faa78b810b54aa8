/* SPDX-License-Identifier: ISC */
/*
 * What the browser is shown by the helper's listener: plain pages, whole
 * replies of HTTP, with nothing in them that acts, loads or is kept.
 */
#ifndef GCPKCE_PAGE_H
#define GCPKCE_PAGE_H

#include "gcpkce/base/outcome.h"
#include "http_request.h"

#define PAGE_MAX 8192
#define PAGE_NUMBER_LEN 4

/* Whose sign-in it is; texts of any bytes, *borrowed*. */
struct page_label {
	const char *account;
	const char *host;
};

/*
 * Append a reply for what is no answer to the sign-in: the status, and a
 * sentence about it.
 *
 * out:    page  failures are told by buf_check(page)
 */
void page_put_rejection(struct buf *page, enum http_status status);

/*
 * Append the beginning of the reply to the code: that it has arrived, and,
 * where the terminal asks for it, the number that is to be typed there.  The
 * rest comes when it is decided; until then the connection stays open.
 *
 * in:     number  digits; "" where nobody is asked
 */
void page_put_received(
    struct buf *page, const struct page_label *label, const char *number);

/*
 * Append the reply to an error redirect: that the sign-in was cancelled or
 * refused, and by which error's name.
 *
 * in:     name  printable ASCII
 */
void page_put_refusal(struct buf *page, const struct page_label *label,
    const char *name, bool press_enter);

/* Append the rest of an arrival: what came of the sign-in. */
void page_put_success(struct buf *page, const struct page_label *label);
void page_put_failure(struct buf *page, enum outcome outcome);

#endif
