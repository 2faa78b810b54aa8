/* SPDX-License-Identifier: ISC */
/*
 * Lists of ids as one text.  The helper writes them from JSON; the receiver
 * checks them again, because it does not trust the helper.
 */
#include "gcpkce/wire/id_list.h"

#include <string.h>

#include "gcpkce/base/text.h"

static bool
is_id(struct view id)
{
	bool good = id.len >= 1 && id.len <= ID_LIST_ID_MAX;

	for (size_t i = 0; good && i < id.len; i++)
		good = text_is_id_char((char)id.p[i]);
	return good;
}

/* Cut the first id and its space off. */
static struct view
cut_id(struct view *left)
{
	const uint8_t *space =
	    left->len > 0 ? memchr(left->p, ' ', left->len) : NULL;
	size_t len = space != NULL ? (size_t)(space - left->p) : left->len;
	struct view id = {.p = left->p, .len = len};
	size_t step = space != NULL ? len + 1 : len;

	left->p += step;
	left->len -= step;
	return id;
}

void
id_list_begin(struct id_list *list)
{
	id_list_done(list);
	*list =
	    (struct id_list){.present = true, .ids = BUF_INIT(ID_LIST_BYTES)};
}

enum outcome
id_list_put(struct id_list *list, struct view id, const char *name,
    struct errinfo *reterr)
{
	if (!is_id(id))
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s has an entry that is not an id", name);
	if (list->ids.len > 0)
		buf_put_byte(&list->ids, ' ');
	buf_put(&list->ids, id.p, id.len);
	return buf_check(&list->ids);
}

enum outcome
id_list_check(
    const struct id_list *list, const char *name, struct errinfo *reterr)
{
	struct view left = buf_view(&list->ids);
	bool good = list->present || left.len == 0;

	/* no id follows a space at the end */
	if (left.len > 0 && left.p[left.len - 1] == ' ')
		good = false;
	for (size_t count = 0; good && left.len > 0; count++)
		good = is_id(cut_id(&left)) && count < ID_LIST_MAX;
	if (!good)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s is not a list of at most %d ids", name, ID_LIST_MAX);
	return OUTCOME_OK;
}

bool
id_list_has(const struct id_list *list, struct view id)
{
	struct view left = buf_view(&list->ids);

	while (list->present && id.len > 0 && left.len > 0) {
		if (view_eq(cut_id(&left), id))
			return true;
	}
	return false;
}

void
id_list_move(struct id_list *to, struct id_list *from)
{
	id_list_done(to);
	*to = *from;
	*from = (struct id_list){0};
}

void
id_list_done(struct id_list *list)
{
	buf_done(&list->ids);
	*list = (struct id_list){0};
}
