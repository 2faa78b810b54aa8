/* SPDX-License-Identifier: ISC */
/*
 * The configuration: a file, two drop-ins and the arguments, parted by the byte
 * 0x1e.  The first byte says for whom it is read, and whether he is root.  What
 * is accepted lies within the bounds of the table, and has all that a sign-in
 * rests on.
 */
#include <strings.h>

#include "config/config_value.h"
#include "files.h"
#include "gcpkce/base/text.h"

#define PART_END 0x1e
#define NOT_ROOT 0x10
#define ARGUMENTS_MAX 12

static unsigned long counted[2]; /* configurations, and the accepted ones */

static void
counts_tell(void)
{
	(void)fprintf(
	    stderr, "config: %lu of %lu said yes\n", counted[1], counted[0]);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	files_set("ca.pem", view_text("certificates"));
	files_drop_ins = true;
	return atexit(counts_tell);
}

static bool
is_number(enum config_type type)
{
	return type == CONFIG_NUMBER || type == CONFIG_NUMBER_OR_NO;
}

static bool
is_text(enum config_type type)
{
	switch (type) {
	case CONFIG_REGION:
	case CONFIG_URL:
	case CONFIG_ID:
	case CONFIG_PATH:
	case CONFIG_START:
	case CONFIG_REDIRECT:
	case CONFIG_UUID:
	case CONFIG_UUIDS:
	case CONFIG_WORD:
	case CONFIG_DOMAINS:
	case CONFIG_ENVNAME:
	case CONFIG_PROXY:
		return true;
	default:
		return false;
	}
}

static void
member_check(const struct config_key *key, const struct config *config)
{
	const char *member = (const char *)config + key->offset;

	if (is_number(key->type)) {
		unsigned long number;

		memcpy(&number, member, sizeof(number));
		HOLD((number >= key->min && number <= key->max) ||
		    (key->type == CONFIG_NUMBER_OR_NO && number == CONFIG_NO));
	}
	if (is_text(key->type)) {
		size_t len = strnlen(member, CONFIG_TEXT_CAP);

		HOLD(len < CONFIG_TEXT_CAP);
		HOLD(key->type == CONFIG_PATH
			? text_is_clean_utf8(view_text(member))
			: is_printable(member));
		/* a URL that the region gave may be longer than one given */
		HOLD(len == 0 || key->type == CONFIG_URL ||
		    (len >= key->min && len <= key->max));
	}
}

static bool
is_https(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 ||
	    strncasecmp(url, "http://localhost", 16) == 0 ||
	    strncasecmp(url, "http://127.", 11) == 0 ||
	    strncasecmp(url, "http://[::1]", 12) == 0;
}

static void
accepted_check(const struct config *config, enum config_purpose purpose)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	for (size_t i = 0; i < count; i++)
		member_check(&keys[i], config);
	HOLD(is_https(config->login_url) && is_https(config->api_url));
	HOLD(purpose != CONFIG_FOR_MODULE || files_uid == 0 ||
	    config->export == EXPORT_NONE);
	HOLD(config->map.list[CONFIG_METHODS_MAX] == METHOD_NONE);
	if (purpose == CONFIG_FOR_TOKEN)
		return;
	HOLD(config->client_id[0] != '\0');
	HOLD(config->redirect_uri[0] != '\0');
	HOLD(config->callback == CALLBACK_PASTE ||
	    (is_https(config->redirect_uri) &&
		strncasecmp(config->redirect_uri, "http://", 7) == 0));
	HOLD(strlen(config->start_url) + 44 <= 89);
	HOLD(strchr(config->start_url, '#') == NULL);
	HOLD(text_is_uuid(view_text(config->organization)));
	for (size_t i = 0; i < CONFIG_METHODS_MAX; i++)
		HOLD(config->map.list[i] < METHOD_EMAIL ||
		    config->email_domains[0] != '\0');
}

static void
refused_check(const struct config_faults *faults)
{
	HOLD(faults->count > 0 && faults->listed > 0);
	HOLD(faults->outcome != OUTCOME_OK);
	for (size_t i = 0; i < faults->listed; i++) {
		HOLD(faults->list[i].text[0] != '\0');
		for (const char *p = faults->list[i].text; *p != '\0'; p++)
			HOLD(*p >= 0x20 && *p <= 0x7e);
	}
}

/* Cut the arguments off: NUL-ended copies, which the caller frees. */
static int
arguments_cut(struct input *in, char *copies[ARGUMENTS_MAX])
{
	int count = 0;

	while (in->len > 0 && count < ARGUMENTS_MAX) {
		struct view argument = input_until(in, PART_END);

		copies[count] = strndup((const char *)argument.p, argument.len);
		HOLD(copies[count++] != NULL);
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config; /* it is large */
	struct input in = {data, size};
	uint8_t who = input_byte(&in);
	enum config_purpose purpose = who % (CONFIG_FOR_TOKEN + 1U);
	char *copies[ARGUMENTS_MAX];
	const char *arguments[ARGUMENTS_MAX + 1] = {"conf=/etc/security/conf"};
	autofaults faults = {0};

	files_set("conf", input_until(&in, PART_END));
	files_set("10-site.conf", input_until(&in, PART_END));
	files_set("20-host.conf", input_until(&in, PART_END));
	int count = arguments_cut(&in, copies);
	for (int i = 0; i < count; i++)
		arguments[i + 1] = copies[i];
	files_uid = (who & NOT_ROOT) != 0 ? 2001 : 0;
	files_serve(true);
	enum outcome r =
	    config_load(count + 1, arguments, purpose, &config, &faults);
	files_serve(false);
	counted[0]++;
	HOLD((r == OUTCOME_OK) == (faults.count == 0));
	if (r == OUTCOME_OK) {
		counted[1]++;
		accepted_check(&config, purpose);
	} else {
		refused_check(&faults);
	}
	for (int i = 0; i < count; i++)
		free(copies[i]);
	return 0;
}
