/* SPDX-License-Identifier: ISC */
/*
 * The section of gcpkce check about files: those that the configuration names,
 * and those in the module's directories.
 */
#include <dirent.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "file_check.h"
#include "gcpkce/config/client_secret.h"
#include "gcpkce/config/rundir.h"

#define CA_MAX (1 << 20) /* bytes that are searched for a certificate */

static bool
is_backup(const char *name, size_t len)
{
	return name[len - 1] == '~' ||
	    (len > 4 && strcmp(name + len - 4, ".bak") == 0);
}

/* Files in the drop-in directory that look as if they were read. */
static void
drop_ins_check(struct check *check, const char *conf)
{
	char path[PATH_MAX];
	const struct dirent *entry;

	(void)snprintf(path, sizeof(path), "%s.d", conf);
	DIR *dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		size_t len = strlen(name);

		if (name[0] == '.' || is_backup(name, len) ||
		    (len > 5 && strcmp(name + len - 5, ".conf") == 0))
			continue;
		finding_add(&check->findings, FINDING_WARNING, path,
		    "rename it, or remove it",
		    "%s is not read: its name does not end in .conf", name);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

/* A secret in a file of the right mode may still be invalid. */
static void
secret_check(struct check *check)
{
	const char *path = check->config.client_secret_file;
	struct secret *secret = NULL;
	struct errinfo why = {0};

	if (path[0] == '\0' ||
	    !file_check(&check->findings, path, SAFEFILE_SECRET,
		"write the client secret into it, and chmod 0600"))
		return;
	if (client_secret_read(path, &secret, &why) != OUTCOME_OK)
		finding_add_fault(
		    &check->findings, FINDING_FAULT, NULL, NULL, &why);
	secret_free(secret);
}

static bool
holds_certificate(const char *path)
{
	static const char mark[] = "-----BEGIN CERTIFICATE-----";
	static const char trusted[] = "-----BEGIN TRUSTED CERTIFICATE-----";
	autobuf bytes = BUF_INIT(CA_MAX);
	enum outcome r = command_input(path, &bytes, NULL);

	if (r != OUTCOME_OK && !bytes.failed)
		return true; /* reported elsewhere */
	return memmem(bytes.p, bytes.len, mark, sizeof(mark) - 1) != NULL ||
	    memmem(bytes.p, bytes.len, trusted, sizeof(trusted) - 1) != NULL;
}

static void
ca_check(struct check *check)
{
	const char *path = check->config.ca_file;
	struct findings *f = &check->findings;
	struct stat st;

	if (path[0] == '\0')
		return;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		finding_add(f, FINDING_FAULT, path,
		    "name a file that holds the certificates in PEM",
		    "ca_file is a directory");
		return;
	}
	if (!file_check(f, path, SAFEFILE_CONFIG,
		"put the certificates there, or remove ca_file"))
		return;
	if (!holds_certificate(path))
		finding_add(f, FINDING_FAULT, path,
		    "put certificates there in PEM, as openssl x509 prints "
		    "them",
		    "holds no certificate in PEM");
}

static void
group_check(struct check *check)
{
	const char *name = check->config.account_group;

	if (name[0] == '\0' || getgrnam(name) != NULL)
		return;
	finding_add(&check->findings, FINDING_FAULT, "account_group",
	    "create it, or correct account_group",
	    "there is no group %s, so email and localpart reach no account",
	    name);
}

/* The module creates it if it is missing, and trusts an existing one. */
static void
state_check(struct check *check)
{
	struct stat st;

	if (lstat(RUNDIR, &st) != 0)
		return;
	if (!S_ISDIR(st.st_mode))
		finding_add(&check->findings, FINDING_FAULT, RUNDIR,
		    "rm " RUNDIR, "is not a directory");
	else if (st.st_uid != 0)
		finding_add(&check->findings, FINDING_FAULT, RUNDIR,
		    "chown root:root " RUNDIR, "belongs to uid %u",
		    (unsigned)st.st_uid);
	else if ((st.st_mode & 022) != 0)
		finding_add(&check->findings, FINDING_FAULT, RUNDIR,
		    "chmod 0755 " RUNDIR,
		    "may be written by others (mode %04o)",
		    (unsigned)(st.st_mode & 07777));
}

void
check_files(struct check *check)
{
	const struct options *options = check->options;

	if (!check_is_of_this_host(check, "its files"))
		return;
	drop_ins_check(
	    check, options->conf != NULL ? options->conf : GCPKCE_CONF);
	state_check(check);
	if (!check->config_is_good)
		return;
	secret_check(check);
	ca_check(check);
	check_trust(check);
	check_readable(check);
	group_check(check);
	check_map(check);
}
