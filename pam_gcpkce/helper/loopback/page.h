/* SPDX-License-Identifier: ISC */
/* What the listener shows in the browser: plain pages, as HTTP responses. */
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
 * Each appends to a page, whose buf_check reports failures: the response to a
 * request that is not part of the sign-in; to an error redirect, with the
 * error's name in printable ASCII; and the beginning of the response to a code,
 * with the number to type in the terminal ("" where none is asked for).
 */
void page_put_rejection(struct buf *page, enum http_status status);
void page_put_refusal(struct buf *page, const struct page_label *label,
    const char *name, bool press_enter);
void page_put_received(
    struct buf *page, const struct page_label *label, const char *number);

/* The rest of the response to a code, after the decision. */
void page_put_success(struct buf *page, const struct page_label *label);
void page_put_failure(struct buf *page, enum outcome outcome);

#endif
