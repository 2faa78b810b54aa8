/* SPDX-License-Identifier: ISC */
/*
 * The part of the files section about the system's trust store, which has two
 * forms: a directory of certificates and a bundle.  Programs that read only one
 * of them trust certificates that the other one may lack.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "gcpkce/base/readable.h"
#include "gcpkce/base/text.h"

#define BYTES_MAX (8 << 20)
#define CERTIFICATES_MAX 4096
#define BEGIN "-----BEGIN "
#define CERTIFICATE "CERTIFICATE-----"
#define END "-----END "

/* Certificates in base64, without blanks and line breaks. */
struct certificates {
	size_t count;
	char *list[CERTIFICATES_MAX];
};

static int
text_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
certificates_done(struct certificates *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->list[i]);
	c->count = 0;
}

/* Add each PEM certificate of a text. */
static void
text_add(struct certificates *c, const char *text)
{
	while ((text = strstr(text, BEGIN)) != NULL) {
		const char *label = text + sizeof(BEGIN) - 1;
		const char *end = strstr(label, END);
		const char *p = strchr(label, '\n');
		size_t len = 0;

		if (end == NULL || p == NULL)
			return;
		text = end;
		/* else a key, a list, or a certificate for OpenSSL alone */
		if (strncmp(label, CERTIFICATE, sizeof(CERTIFICATE) - 1) != 0 ||
		    c->count == CERTIFICATES_MAX)
			continue;
		char *copy = malloc((size_t)(end - p) + 1);
		if (copy == NULL)
			return;
		for (; p < end; p++) {
			if ((unsigned char)*p > ' ')
				copy[len++] = *p;
		}
		copy[len] = '\0';
		c->list[c->count++] = copy;
	}
}

static bool
file_add(void *certificates, const char *path)
{
	autobuf bytes = BUF_INIT(BYTES_MAX);
	uint8_t block[16384];
	autofd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
		buf_put(&bytes, block, (size_t)n);
	if (buf_check(&bytes) == OUTCOME_OK)
		text_add(certificates, buf_text(&bytes));
	return true;
}

bool
check_trust_walk(readable_fn *each, void *arg)
{
	const char *directory = trust_directory();
	char path[PATH_MAX];
	const struct dirent *entry;
	bool go_on = true;
	DIR *dir = directory[0] != '\0' ? opendir(directory) : NULL;

	while (dir != NULL && go_on && (entry = readdir(dir)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", directory, entry->d_name);
		go_on = !trust_name_is_hashed(entry->d_name) || each(arg, path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return go_on;
}

static void
sort(struct certificates *c)
{
	qsort(c->list, c->count, sizeof(c->list[0]), text_compare);
}

/* How many certificates are missing from the second, which is sorted? */
static size_t
missing_count(const struct certificates *a, const struct certificates *b)
{
	size_t missing = 0;

	for (size_t i = 0; i < a->count; i++)
		missing += bsearch(&a->list[i], b->list, b->count,
			       sizeof(b->list[0]), text_compare) == NULL
		    ? 1
		    : 0;
	return missing;
}

static void
forms_compare(struct check *check, const char *directory, const char *bundle)
{
	static struct certificates by_hash, together;
	static const char fix[] =
	    "renew both: update-ca-certificates, or what this host has for it";
	struct findings *f = &check->findings;

	(void)check_trust_walk(file_add, &by_hash);
	(void)file_add(&together, bundle);
	sort(&by_hash);
	sort(&together);
	size_t unhashed = missing_count(&together, &by_hash);
	size_t unbundled = missing_count(&by_hash, &together);
	if (unhashed > 0)
		finding_add(f, FINDING_WARNING, bundle, fix,
		    "has %zu certificate%s that %s does not have by hash: a "
		    "connection that needs one takes a second handshake",
		    unhashed, unhashed == 1 ? "" : "s", directory);
	if (unbundled > 0)
		finding_add(f, FINDING_WARNING, bundle, fix,
		    "lacks %zu certificate%s of %s: a sign-in trusts them, but "
		    "programs that read only the bundle do not",
		    unbundled, unbundled == 1 ? "" : "s", directory);
	certificates_done(&by_hash);
	certificates_done(&together);
}

/* curl fails if its bundle cannot be opened. */
static void
links_check(struct check *check)
{
	struct stat st;

	for (const char *const *b = trust_bundles; *b != NULL; b++) {
		if (lstat(*b, &st) == 0 && S_ISLNK(st.st_mode) &&
		    stat(*b, &st) != 0 && errno == ENOENT)
			finding_add(&check->findings, FINDING_WARNING, *b,
			    "run update-ca-certificates, or remove the link",
			    "is a dangling link");
	}
}

void
check_trust(struct check *check)
{
	const char *directory = trust_directory();
	const char *bundle = trust_bundle();

	if (check->config.ca_file[0] != '\0')
		return; /* only this one is used */
	links_check(check);
	if (directory[0] != '\0' && bundle[0] != '\0')
		forms_compare(check, directory, bundle);
	else if (directory[0] == '\0' && bundle[0] == '\0')
		finding_add(&check->findings, FINDING_FAULT, "ca_file",
		    "install ca-certificates, or set ca_file",
		    "this host has no certificates of authorities (%s)",
		    trust_bundles[0]);
}
