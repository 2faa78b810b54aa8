/* SPDX-License-Identifier: ISC */
/* Ids are compared by length, then by bytes; nothing is cut or guessed. */
#include "gcpkce/config/map.h"

#include <string.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/lines.h"
#include "gcpkce/config/map_name.h"
#include "gcpkce/config/safefile.h"
#include "gcpkce/config/shown.h"

/* Take "genesys:" or "cxone:" off an identity; gives PROVIDERS for neither. */
static enum provider_id
provider_take(struct view *word)
{
	for (unsigned i = 0; i < PROVIDERS; i++) {
		struct view name = view_text(provider_name(i));

		if (!view_eq(view_before(*word, ':'), name))
			continue;
		*word = view_after(*word, ':');
		return i;
	}
	return PROVIDERS;
}

static bool
identity_is_valid(struct view word)
{
	struct view local;
	struct view domain;

	if (view_begins(word, "id:"))
		return text_is_uuid(view_skip(word, 3));
	if (view_begins(word, "email:"))
		return text_split_email(view_skip(word, 6), &local, &domain);
	return false;
}

static bool
is_named_identity(struct view word)
{
	(void)provider_take(&word);
	struct view name = view_before(word, ':');

	return name.len < word.len &&
	    (text_eq_nocase(name, view_text("id")) ||
		text_eq_nocase(name, view_text("email")));
}

static enum outcome
line_refuse(struct lines *lines, struct view word, const char *what,
    const char *fix, struct errinfo *reterr)
{
	autobuf text = BUF_INIT(512);

	if (word.len > 80)
		word.len = 80;
	/* "id:VALUE" and "email:VALUE" are identities, not credentials */
	if (is_named_identity(word))
		text_put_escaped(&text, word);
	else
		shown_put_word(&text, word);
	return err_fault(reterr, OUTCOME_CONFIG_INVALID, lines_place(lines),
	    fix, "\"%s\" %s", buf_text(&text), what);
}

/* Read the identities of one line of the account; keep the provider's. */
static enum outcome
identities_read(struct lines *lines, struct view rest,
    enum provider_id provider, struct map_entry *entry, struct errinfo *reterr)
{
	bool shut = false;
	size_t count = 0;

	for (;;) {
		struct view word = lines_word(&rest);

		if (word.len == 0)
			break;
		count++;
		if (view_eq(word, view_text("-"))) {
			shut = true;
			continue;
		}
		struct view identity = word;
		enum provider_id of = provider_take(&identity);
		if (!identity_is_valid(identity))
			return line_refuse(lines, word, "is not an identity",
			    "write id:UUID (in lower case), email:ADDRESS or "
			    "cxone:email:ADDRESS, and before them the account, "
			    "in brackets where its name has blanks: [NAME]",
			    reterr);
		if (of == PROVIDERS && view_begins(identity, "email:")) {
			entry->unqualified_email = true;
			of = PROVIDER_GENESYS;
		}
		if (of != PROVIDERS && of != provider)
			continue;
		buf_put(&entry->identities, identity.p, identity.len);
		buf_put_byte(&entry->identities, '\0');
	}
	if (count == 0 || (shut && count > 1))
		return line_refuse(lines, (struct view){0},
		    count == 0 ? "follows the account"
			       : "and identities on one line contradict each "
				 "other",
		    count == 0 ? "write identities, or - for no user"
			       : "- stands alone",
		    reterr);
	entry->named = true;
	entry->shut = entry->shut || shut;
	if (buf_check(&entry->identities) != OUTCOME_OK)
		return err_fault(reterr, OUTCOME_NO_MEMORY, lines_place(lines),
		    NULL, "too many identities for one account");
	return OUTCOME_OK;
}

/*
 * The next line of a text file.  In another encoding no line would match its
 * account, so a "-" line would not deny access either.
 */
static enum outcome
text_next(struct lines *lines, struct view *ret_line, struct errinfo *reterr)
{
	static const char mark[] = "\xEF\xBB\xBF";
	enum outcome r = lines_next(lines, ret_line, reterr);
	struct view line = *ret_line;
	const char *found = NULL;

	if (r != OUTCOME_OK || line.p == NULL || line.len == 0)
		return r;
	if (memchr(line.p, '\0', line.len) != NULL)
		found = "a NUL byte";
	else if (memchr(line.p, '\r', line.len - 1) != NULL)
		found = "a carriage return before its end";
	else if (view_begins(line, mark))
		found = "a byte order mark";
	return found == NULL
	    ? OUTCOME_OK
	    : err_fault(reterr, OUTCOME_CONFIG_INVALID, lines_place(lines),
		  "save the file as plain UTF-8 text", "the line has %s",
		  found);
}

static enum outcome
map_open(const char *path, int *ret_fd, struct errinfo *reterr)
{
	enum outcome r = safefile_open(path, SAFEFILE_CONFIG, ret_fd, reterr);

	if (r == OUTCOME_OK && *ret_fd < 0)
		return err_fault(reterr, OUTCOME_CONFIG_INVALID, path,
		    "write it, or set map_file", "does not exist");
	return r;
}

/* Read one line, if it names the account. */
static enum outcome
line_read(struct lines *lines, struct view line, enum provider_id provider,
    const char *user, const struct account *account,
    struct map_spellings *spellings, struct map_entry *entry,
    struct errinfo *reterr)
{
	struct view rest = line;
	struct view word = map_name_take(&rest);
	enum map_naming naming;

	enum outcome r = map_name_judge(
	    line, word, user, account, spellings, &naming, reterr);
	if (r != OUTCOME_OK || naming == MAP_NAME_OTHER)
		return r;
	if (naming == MAP_NAME_MISSPELT)
		r = line_refuse(lines, word, "is meant for this account",
		    "write its name as the passwd entry has it, without quotes "
		    "and escapes, in brackets where it has blanks: [NAME]",
		    &entry->fault);
	else if (naming == MAP_NAME_UNASKED)
		r = line_refuse(lines, word,
		    "is one of too many spellings of this account's name",
		    "write names as their passwd entries have them",
		    &entry->fault);
	else
		r = identities_read(lines, lines_cut_comment(rest), provider,
		    entry, &entry->fault);
	if (r == OUTCOME_NO_MEMORY)
		return err_set(reterr, r, "%s", entry->fault.text);
	if (r != OUTCOME_OK)
		entry->named = entry->faulty = true;
	return OUTCOME_OK;
}

static enum outcome
lines_read(struct lines *lines, enum provider_id provider, const char *user,
    const struct account *account, struct map_entry *entry,
    struct errinfo *reterr)
{
	struct map_spellings spellings = {0};

	for (;;) {
		struct view line;
		enum outcome r = text_next(lines, &line, reterr);

		if (r == OUTCOME_OK && line.p == NULL)
			return map_spellings_fill(&spellings, user, reterr);
		if (r == OUTCOME_OK && !entry->faulty)
			r = line_read(lines, line, provider, user, account,
			    &spellings, entry, reterr);
		if (r != OUTCOME_OK)
			return r;
	}
}

enum outcome
map_read(const char *path, enum provider_id provider, const char *user,
    const struct account *account, struct map_entry *ret,
    struct errinfo *reterr)
{
	automap entry = {.identities = BUF_INIT(MAP_IDENTITIES_MAX)};
	autofd fd = -1;
	enum outcome r = map_open(path, &fd, reterr);

	if (r != OUTCOME_OK)
		return r;
	autolines lines = {.fd = fd, .path = path};
	r = lines_read(&lines, provider, user, account, &entry, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (entry.shut)
		buf_done(&entry.identities);
	*ret = entry;
	entry = (struct map_entry){0};
	return OUTCOME_OK;
}

enum outcome
map_walk(const char *path, enum provider_id provider, map_line_fn *each,
    void *arg, struct errinfo *reterr)
{
	autofd fd = -1;
	enum outcome r = map_open(path, &fd, reterr);

	if (r != OUTCOME_OK)
		return r;
	autolines lines = {.fd = fd, .path = path};
	for (;;) {
		automap entry = {.identities = BUF_INIT(MAP_IDENTITIES_MAX)};
		struct errinfo fault = {0};
		struct view line;

		r = text_next(&lines, &line, reterr);
		if (r != OUTCOME_OK || line.p == NULL)
			return r;
		struct view rest = line;
		struct view account = map_name_take(&rest);
		if (account.len == 0)
			continue;
		r = identities_read(
		    &lines, lines_cut_comment(rest), provider, &entry, &fault);
		if (!each(arg, lines.number, account, &entry,
			r == OUTCOME_OK ? NULL : &fault))
			return OUTCOME_OK;
	}
}

bool
map_email_eq(struct view a, struct view b)
{
	struct view a_local, a_domain, b_local, b_domain;

	return text_split_email(a, &a_local, &a_domain) &&
	    text_split_email(b, &b_local, &b_domain) &&
	    text_eq_nocase(a_domain, b_domain) &&
	    text_eq_nocase(a_local, b_local);
}

bool
map_entry_has(const struct map_entry *entry, const struct identity *identity)
{
	const char *p = buf_text(&entry->identities);
	const char *end = p + entry->identities.len;

	while (p < end) {
		struct view item = view_text(p);
		bool by_id = view_begins(item, "id:");
		struct view value = view_skip(item, by_id ? 3 : 6);

		if (by_id ? view_eq(value, view_text(identity->id))
			  : map_email_eq(value, view_text(identity->email)))
			return true;
		p += item.len + 1;
	}
	return false;
}

void
map_entry_done(struct map_entry *entry)
{
	buf_done(&entry->identities);
	entry->named = false;
}
