/* SPDX-License-Identifier: ISC */
/*
 * What binds a remembered sign-in.  It comes from the kernel, or from sshd by
 * way of PAM; a user cannot choose it without a proof.
 */
#include "binding.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "gcpkce/base/text.h"
#include "gcpkce/config/remembered.h"
#include "journal.h"

#define SSH_METHODS "SSH_AUTH_INFO_0"
#define ALL_UIDS 4294967295UL
#define NO_ID 4294967295UL /* the kernel's "not set" */

static enum outcome
none(struct errinfo *reterr, const char *why)
{
	return err_set(reterr, OUTCOME_ABORTED, "%s", why);
}

/* ---- a public key that sshd has verified ---- */

/* "TYPE BASE64", and nothing else. */
static bool
is_key(struct view text)
{
	const uint8_t *blank =
	    text.len > 0 ? memchr(text.p, ' ', text.len) : NULL;

	if (blank == NULL)
		return false;
	struct view type = {text.p, (size_t)(blank - text.p)};
	return text_is_token(type) &&
	    text_is_b64token(view_skip(text, type.len + 1));
}

/*
 * sshd writes a line for each method that has succeeded: "publickey TYPE
 * BASE64", "password", "hostbased TYPE BASE64 ...".  Only keys of users count;
 * a line of another form makes the whole value unusable.
 */
static enum outcome
keys_put(struct buf *key, const char *methods, struct errinfo *reterr)
{
	static const char head[] = "publickey ";
	size_t count = 0;

	for (const char *line = methods; *line != '\0';) {
		struct view text = {(const uint8_t *)line, strcspn(line, "\n")};

		line += text.len + (line[text.len] == '\n' ? 1 : 0);
		if (text.len == 0 || !text_is_clean_utf8(text))
			return none(reterr, SSH_METHODS " is malformed");
		if (!view_begins(text, "publickey"))
			continue;
		if (!view_begins(text, head) ||
		    !is_key(view_skip(text, sizeof(head) - 1)))
			return none(reterr,
			    SSH_METHODS " has a malformed publickey line");
		buf_put_text(key, " key=\"");
		buf_put(key, text.p + sizeof(head) - 1,
		    text.len - (sizeof(head) - 1));
		buf_put_text(key, "\"");
		count++;
	}
	return count > 0
	    ? OUTCOME_OK
	    : none(reterr, "sshd has verified no public key before");
}

static enum outcome
sshd_put(pam_handle_t *pamh, const struct place *place, struct buf *key,
    struct errinfo *reterr)
{
	const char *methods = pam_getenv(pamh, SSH_METHODS);

	if (strcmp(journal_item(pamh, PAM_TTY), "ssh") != 0)
		return none(reterr, "a remote user, and not by sshd");
	if (place->remote[0] == '\0' || strcmp(place->remote, "UNKNOWN") == 0)
		return none(reterr, "sshd does not know the user's host");
	if (methods == NULL)
		return none(reterr, "sshd has set no " SSH_METHODS);
	text_put_field(key, "rhost", place->remote, REMEMBERED_KEY_MAX);
	return keys_put(key, methods, reterr);
}

/* ---- the kernel's audit session ---- */

/* The text of a file of the kernel's, without its line break. */
static bool
kernel_read(const char *path, char *ret, size_t cap)
{
	autofd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t len = fd >= 0 ? read(fd, ret, cap - 1) : -1;

	ret[len > 0 ? len : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return len > 0;
}

static bool
number_read(const char *path, unsigned long *ret)
{
	char text[64];

	return kernel_read(path, text, sizeof(text)) &&
	    text_parse_number(text, 0, NO_ID - 1, ret);
}

/*
 * In a user namespace the kernel shows other uids than those outside.  Only the
 * first one maps all of them.
 */
static bool
has_all_uids(void)
{
	char text[128];
	unsigned long count = 0;

	return kernel_read("/proc/self/uid_map", text, sizeof(text)) &&
	    sscanf(text, "%*u %*u %lu", &count) == 1 && count == ALL_UIDS;
}

/*
 * A server that was started by hand runs in the session of the user who started
 * it, and so do its sign-ins of strangers.  Therefore the kernel must say that
 * a process of the account executed this program (AT_UID), as with sudo, su and
 * polkit's helper.  A screen lock protects against the next user of the very
 * same session, whatever its name; so only named services count.
 */
static enum outcome
session_put(const struct account *account, const struct place *place,
    struct buf *key, struct errinfo *reterr)
{
	unsigned long login = NO_ID;
	unsigned long session = NO_ID;

	if (account->uid == 0)
		return none(reterr, "the account has uid 0");
	if (!place_is_elevation(place))
		return none(reterr, "not sudo, su, polkit or doas");
	if (getauxval(AT_UID) != account->uid ||
	    !place_asks_itself(place, account))
		return none(reterr, "another user asks");
	if (!has_all_uids())
		return none(reterr, "a user namespace");
	if (!number_read("/proc/self/loginuid", &login) ||
	    !number_read("/proc/self/sessionid", &session))
		return none(reterr, "no audit session");
	if (login != account->uid)
		return none(reterr, "the audit session is another user's");
	buf_printf(key, " session=\"%lu\"", session);
	return OUTCOME_OK;
}

enum outcome
binding_put(pam_handle_t *pamh, const struct place *place,
    const struct account *account, struct buf *key, struct errinfo *reterr)
{
	char boot[TEXT_UUID_LEN + 2];

	if (geteuid() != 0)
		return none(reterr, "the application is not root");
	if (!kernel_read("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)))
		return none(reterr, "the boot has no id");
	buf_printf(
	    key, " boot=\"%s\" uid=\"%u\"", boot, (unsigned)account->uid);
	return place->remote[0] != '\0' || strcmp(place->terminal, "ssh") == 0
	    ? sshd_put(pamh, place, key, reterr)
	    : session_put(account, place, key, reterr);
}
