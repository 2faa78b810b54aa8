/* SPDX-License-Identifier: ISC */
/* The receiver checks the ids again: it does not trust the helper. */
#include "gcpkce/wire/id_list.h"

#include "gcpkce/base/text.h"

static bool
is_id(struct view id)
{
	return id.len >= 1 && id.len <= ID_LIST_ID_MAX &&
	    view_all(id, text_is_id_char);
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
	struct view rest = buf_view(&list->ids);
	bool good = list->present || rest.len == 0;
	struct view id;

	for (size_t n = 0;
	     good && list->ids.len > 0 && view_next(&rest, ' ', &id); n++)
		good = is_id(id) && n < ID_LIST_MAX;
	if (!good)
		return err_set(reterr, OUTCOME_IDENTITY_INCOMPLETE,
		    "%s is not a list of at most %d ids", name, ID_LIST_MAX);
	return OUTCOME_OK;
}

bool
id_list_has(const struct id_list *list, struct view id)
{
	struct view rest = buf_view(&list->ids);
	struct view item;

	while (list->present && id.len > 0 && view_next(&rest, ' ', &item)) {
		if (view_eq(item, id))
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
