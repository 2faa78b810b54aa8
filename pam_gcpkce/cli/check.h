/* SPDX-License-Identifier: ISC */
/*
 * gcpkce check: its sections, and what they share.
 */
#ifndef GCPKCE_CLI_CHECK_H
#define GCPKCE_CLI_CHECK_H

#include <json-c/json.h>

#include "command.h"
#include "finding.h"
#include "gcpkce/base/readable.h"
#include "gcpkce/helper_client/helper_proc.h"
#include "gcpkce/wire/wire_probe.h"

/*
 * X(name, title, needs)
 *
 * The function of a section is check_NAME.  They run in this order; each may
 * use what an earlier one left in struct check.  A section that needs a valid
 * configuration is reported as skipped where there is none.
 */
#define SECTION_TABLE(X) \
	X(configuration, "configuration", false) \
	X(files, "files", true) \
	X(helper, "helper", true) \
	X(network, "network", true) \
	X(stacks, "pam.d", false) \
	X(sshd, "sshd", false)

struct check {
	const struct options *options;
	struct findings findings;
	struct config config;
	bool config_is_good; /* only then is config whole */
	enum helper_socket socket;
	bool probed; /* only then is there a probe */
	struct wire_probe_reply probe;
	struct buf text;          /* for people, after the findings */
	struct json_object *eval; /* "stacks" of the JSON answer, an array */
};

/*
 * Run a section: add findings, and its other results.
 *
 * A section adds a note about what it could not check, as an ordinary user or
 * with --offline, and never fails for that.
 */
#define X(name, title, needs) void check_##name(struct check *check);
SECTION_TABLE(X)
#undef X

/*
 * Is this about the host that the command runs on?  With --pam-dir it may not
 * be; then a note names what was not checked.
 */
bool check_is_of_this_host(struct check *check, const char *what);

/*
 * Is this a trial: a configuration, named by --conf, that is not the system's?
 */
bool check_is_trial(const struct check *check);

/*
 * The probe for people, added to the text, and as a JSON object; nothing, or
 * NULL, if there was none.  The name of a step: "TLS".
 */
void probe_print(struct check *check);
struct json_object *probe_json(const struct check *check);
const char *probe_step_name(enum wire_step step);
const char *probe_url(
    const struct check *check, size_t host); /* enum wire_host */

/* A part of the network section: CXone's keys and discovery document. */
void check_discovery(struct check *check);

/*
 * Parts of the files section: the map file, the system's trust store, and
 * whether the helper's account can read what the helper reads.
 */
void check_map(struct check *check);
void check_trust(struct check *check);
void check_readable(struct check *check);

/* Visit the certificates of the trust store's directory, as the helper does. */
bool check_trust_walk(readable_fn *each, void *arg);

/*
 * Read the configuration as the module would with these arguments, and add what
 * is wrong with it.
 *
 * in:     argc, argv  of the module's line; conf= wins over --conf
 *         where     of that line; NULL: there is none
 *         findings  nullable
 * out:    ret  whole only with true
 * gives:  false if there is a fault, or this user may not read the file
 */
MUST_CHECK bool check_config_load(const struct options *options, int argc,
    char **argv, const char *where, struct findings *findings,
    struct config *ret);

/*
 * Warn about an exported region that the programs it is meant for cannot use.
 *
 * in:     config  whole
 *         where   of the finding
 * source: gc's table of regions; docs/DESIGN.md section 7
 */
void check_region_value(
    struct findings *findings, const struct config *config, const char *where);

#endif
