/* SPDX-License-Identifier: ISC */
/*
 * What the helper's listener shows in the browser: plain pages, complete HTTP
 * responses, without scripts, external resources or caching.
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
 * Append a response to a request that is not part of the sign-in: the status,
 * and a sentence about it.
 *
 * out:    page  buf_check(page) reports failures
 */
void page_put_rejection(struct buf *page, enum http_status status);

/*
 * Append the beginning of the response to the code: that it has arrived, and,
 * where the terminal asks for it, the number to type there.  The rest follows
 * the decision; until then the connection stays open.
 *
 * in:     number  digits; "" where it is not asked for
 */
void page_put_received(
    struct buf *page, const struct page_label *label, const char *number);

/*
 * Append the response to an error redirect: that the sign-in was cancelled or
 * refused, and the error's name.
 *
 * in:     name  printable ASCII
 */
void page_put_refusal(struct buf *page, const struct page_label *label,
    const char *name, bool press_enter);

/* Append the rest of the response to a code: the result of the sign-in. */
void page_put_success(struct buf *page, const struct page_label *label);
void page_put_failure(struct buf *page, enum outcome outcome);

#endif
