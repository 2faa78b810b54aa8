/* SPDX-License-Identifier: ISC */
/* The address is untrusted; the caller checks values and repetitions. */
#include "gcpkce/base/query.h"

#include "gcpkce/base/text.h"

struct view
query_of(struct view address)
{
	struct view query = view_before(address, '#');

	return view_before(query, '?').len < query.len ? view_after(query, '?')
						       : query;
}

bool
query_next(struct view *query, struct view *ret_name, struct view *ret_value)
{
	if (query->len == 0)
		return false;
	struct view pair = view_before(*query, '&');
	*query = view_after(*query, '&');
	*ret_name = view_before(pair, '=');
	*ret_value = view_after(pair, '=');
	return true;
}

static int
hex_value(uint8_t digit)
{
	uint8_t c = text_lower(digit);

	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
query_percent_byte(struct view text)
{
	if (text.len < 3 || text.p[0] != '%')
		return -1;
	int high = hex_value(text.p[1]);
	int low = hex_value(text.p[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool
query_put_decoded(struct buf *decoded, struct view value)
{
	while (value.len > 0) {
		if (value.p[0] != '%') {
			uint8_t c = value.p[0] == '+' ? ' ' : value.p[0];

			buf_put_byte(decoded, c);
			value = view_skip(value, 1);
			continue;
		}
		int byte = query_percent_byte(value);
		if (byte < 0)
			return false;
		buf_put_byte(decoded, (uint8_t)byte);
		value = view_skip(value, 3);
	}
	return true;
}
