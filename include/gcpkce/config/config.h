/* SPDX-License-Identifier: ISC */
/* One table of keys: for parser, struct, example file, manual and tests. */
#ifndef GCPKCE_CONFIG_H
#define GCPKCE_CONFIG_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"
#include "gcpkce/wire/identity.h"
#include "region.h"

/* Default paths of the files; the Makefile sets them. */
#ifndef GCPKCE_CONF
#define GCPKCE_CONF "/etc/security/pam_gcpkce.conf"
#endif
#ifndef GCPKCE_MAP
#define GCPKCE_MAP "/etc/security/pam_gcpkce.map"
#endif

#define CONFIG_TEXT_CAP 512     /* of a value, with its NUL */
#define CONFIG_REDIRECT_MAX 233 /* leaves 22 bytes of state within 255 */
#define CONFIG_START_MAX 45     /* one line of a terminal, with the challenge */
#define CONFIG_PORT_LEN 6       /* ":65535" */
#define CONFIG_NO (~0UL)        /* the number of a key that may be "no" */
#define CONFIG_PLACE_MAX 600

/*
 * X(key, type, default, min, max, meaning)
 *
 * min and max are the bounds of a number or of a text's length in bytes;
 * choices do not use them.  The default is text, as an administrator would
 * write it; "" means no default.
 */
#define CONFIG_TABLE(X) \
	X(provider, PROVIDER, "genesys", 0, 0, \
	    "the identity provider: genesys (Genesys Cloud), cxone (NICE " \
	    "CXone)") \
	X(region, REGION, "", 1, 253, \
	    "AWS region or login domain of the organization; required, or " \
	    "both URLs") \
	X(login_url, URL, "", 1, 255, \
	    "base URL of the login server, instead of the region's") \
	X(api_url, URL, "", 1, 255, \
	    "base URL of the API server, instead of the region's") \
	X(issuer, ENDPOINT, "https://cxone.niceincontact.com", 1, 255, \
	    "with cxone: the issuer; other CXone systems have their own") \
	X(authorize_url, ENDPOINT, "", 1, 255, \
	    "with cxone: the authorization endpoint, instead of the issuer's") \
	X(token_url, ENDPOINT, "", 1, 255, \
	    "with cxone: the token endpoint, instead of the issuer's") \
	X(jwks_url, ENDPOINT, "", 1, 255, \
	    "with cxone: the key set (JWKS), instead of the issuer's") \
	X(userinfo_url, ENDPOINT, "", 1, 255, \
	    "with cxone: the userinfo endpoint, instead of the issuer's") \
	X(trusted_hosts, DOMAINS, "", 1, 511, \
	    "hosts besides the issuer's that these four may be on") \
	X(client_id, ID, "", 1, 64, "id of the OAuth client; required") \
	X(client_secret_file, PATH, "", 1, 511, \
	    "file with the secret of a confidential client") \
	X(client_auth, CLIENT_AUTH, "none", 0, 0, \
	    "with cxone: how the client proves itself at the token endpoint: none, " \
	    "basic, post") \
	X(redirect_uri, REDIRECT, "", 1, CONFIG_REDIRECT_MAX, \
	    "a redirect URI registered with the client; required") \
	X(organization, UUID, "", 36, 36, \
	    "id of the organization, or of the CXone tenant; required") \
	X(nonce, NONCE, "require", 0, 0, \
	    "with cxone: whether an id_token must have the nonce: require; " \
	    "if_present, where a wrong one is refused all the same") \
	X(clock_skew, NUMBER, "60", 0, 300, \
	    "with cxone: seconds by which the clocks may differ") \
	X(userinfo, BOOL, "no", 0, 1, \
	    "with cxone: ask for the e-mail address, which map needs for email and " \
	    "localpart") \
	X(partner_logins, BOOL, "no", 0, 1, \
	    "accept users whose home organization is another, and clones") \
	X(signin_org, WORD, "", 1, 128, \
	    "organization's short name for the sign-in page; with " \
	    "signin_provider") \
	X(signin_provider, WORD, "", 1, 128, \
	    "identity provider for the sign-in page; with signin_org") \
	X(force_signin, BOOL, "no", 0, 1, \
	    "ask for credentials even when the browser is signed in") \
	X(callback, CALLBACK, "paste", 0, 0, \
	    "how the code is returned: paste; loopback, by the browser on " \
	    "this host") \
	X(bare_code, BOOL, "no", 0, 1, \
	    "also accept a code of at least 20 bytes without its state") \
	X(start_url, START, "", 1, CONFIG_START_MAX, \
	    "static start page that makes the URL short") \
	X(dialogue, DIALOGUE, "auto", 0, 0, \
	    "one prompt, or message and prompt: prompt, split, auto") \
	X(map, METHODS, "file", 1, 64, \
	    "how identities are mapped to accounts, in order: file, email, " \
	    "localpart") \
	X(map_file, PATH, GCPKCE_MAP, 1, 511, \
	    "which identities may sign in to which account") \
	X(email_domains, DOMAINS, "", 1, 511, \
	    "domains that email and localpart accept") \
	X(account_group, WORD, "", 1, 128, \
	    "local group of the accounts that email and localpart may reach") \
	X(require_group, UUIDS, "", 36, 511, \
	    "ids of groups; the user must be in one of them") \
	X(require_role, UUIDS, "", 36, 511, \
	    "ids of roles; the user must have one of them") \
	X(require_division, UUIDS, "", 36, 511, \
	    "ids of divisions; the user must be in one of them") \
	X(allow_root, BOOL, "no", 0, 1, \
	    "allow uid 0 for a map-file line that names the account") \
	X(min_uid, NUMBER, "1000", 0, 4294967294UL, \
	    "accounts with a lower uid need a map-file line that names them") \
	X(timeout, NUMBER, "90", 1, 3600, \
	    "time limit of one sign-in, in seconds") \
	X(attempts, NUMBER, "3", 1, 20, \
	    "number of answers a user may give in one sign-in") \
	X(preconnect, NUMBER_OR_NO, "2", 0, 3600, \
	    "seconds after which connections are opened before the answer, " \
	    "or no") \
	X(preconnect_max, NUMBER, "64", 0, 65535, \
	    "sign-ins with such connections at once on this host") \
	X(remember, NUMBER, "0", 0, 86400, \
	    "seconds for which a sign-in is remembered; 0: it is not") \
	X(export, EXPORT, "none", 0, 0, \
	    "token for the session: none, env, file") \
	X(token_env, ENVNAME, "GENESYSCLOUD_ACCESS_TOKEN", 1, 64, \
	    "variable that holds the token with export=env") \
	X(region_env, ENVNAME, "GENESYSCLOUD_REGION", 1, 64, \
	    "variable that holds the region with export=env") \
	X(region_value, REGION_VALUE, "aws", 0, 0, \
	    "what region_env holds: aws, or domain") \
	X(revoke, REVOKE, "auto", 0, 0, \
	    "revoke the token when it is no longer needed: auto, never") \
	X(ca_file, PATH, "", 1, 511, \
	    "certificates to trust instead of the system's") \
	X(proxy, PROXY, "", 1, 255, "HTTP proxy, http://HOST:PORT") \
	X(connect_timeout, NUMBER, "5", 1, 300, \
	    "time limit to connect, including TLS, in seconds") \
	X(request_timeout, NUMBER, "10", 1, 300, \
	    "time limit of one request, in seconds") \
	X(helper_user, WORD, "_gcpkce", 1, 64, \
	    "account that the helper runs as if the application is root") \
	X(sandbox, SANDBOX, "default", 0, 0, \
	    "the helper's sandbox: default; strict, which refuses the " \
	    "sign-in if a layer is missing") \
	X(debug, BOOL, "no", 0, 1, "log more")

/* The choices; a member holds the position of its word. */
enum config_callback { CALLBACK_PASTE, CALLBACK_LOOPBACK };
enum config_dialogue { DIALOGUE_PROMPT, DIALOGUE_SPLIT, DIALOGUE_AUTO };
enum config_export { EXPORT_NONE, EXPORT_ENV, EXPORT_FILE };
enum config_region_value { REGION_VALUE_AWS, REGION_VALUE_DOMAIN };
enum config_revoke { REVOKE_AUTO, REVOKE_NEVER };
enum config_client_auth {
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_BASIC,
	CLIENT_AUTH_POST
};
enum config_nonce { NONCE_REQUIRE, NONCE_IF_PRESENT };
enum config_sandbox { SANDBOX_DEFAULT, SANDBOX_STRICT };

/* The methods of "map", in order; METHOD_NONE ends them. */
enum config_method { METHOD_NONE, METHOD_FILE, METHOD_EMAIL, METHOD_LOCALPART };
#define CONFIG_METHODS_MAX 3
struct config_methods {
	enum config_method list[CONFIG_METHODS_MAX + 1];
};

/* What a member of each type is. */
#define CONFIG_MEMBER_REGION(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_URL(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_ENDPOINT(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_START(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_ID(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_PATH(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_REDIRECT(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_UUID(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_UUIDS(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_WORD(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_DOMAINS(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_ENVNAME(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_PROXY(key) char key[CONFIG_TEXT_CAP];
#define CONFIG_MEMBER_NUMBER(key) unsigned long key;
#define CONFIG_MEMBER_NUMBER_OR_NO(key) unsigned long key;
#define CONFIG_MEMBER_BOOL(key) bool key;
#define CONFIG_MEMBER_METHODS(key) struct config_methods key;
#define CONFIG_MEMBER_CALLBACK(key) enum config_callback key;
#define CONFIG_MEMBER_DIALOGUE(key) enum config_dialogue key;
#define CONFIG_MEMBER_EXPORT(key) enum config_export key;
#define CONFIG_MEMBER_REGION_VALUE(key) enum config_region_value key;
#define CONFIG_MEMBER_REVOKE(key) enum config_revoke key;
#define CONFIG_MEMBER_SANDBOX(key) enum config_sandbox key;
#define CONFIG_MEMBER_PROVIDER(key) enum provider_id key;
#define CONFIG_MEMBER_CLIENT_AUTH(key) enum config_client_auth key;
#define CONFIG_MEMBER_NONCE(key) enum config_nonce key;

/*
 * Every key of the table as a member of its name.  After config_load,
 * login_url and api_url are filled from the region if they were not set.
 */
struct config {
#define X(key, type, def, min, max, meaning) CONFIG_MEMBER_##type(key)
	CONFIG_TABLE(X)
#undef X
	/*
	 * Where helper_user was set ("FILE:LINE", "argument", or the file that
	 * could set it), for a fault that is found only when a helper starts.
	 */
	char helper_user_place[CONFIG_PLACE_MAX];
};

/* The purpose: some restrictions of the module do not apply to commands. */
enum config_purpose {
	CONFIG_FOR_MODULE, /* all; with restrictions if not root */
	CONFIG_FOR_LOGIN,  /* the command's sign-in, by any user */
	CONFIG_FOR_DECIDE, /* the policy alone: the secret, export, timeout
			      and sandbox do not matter */
	CONFIG_FOR_TOKEN,  /* how to reach the provider with an existing
			      token: no client, no policy */
};

#define CONFIG_FAULTS_MAX 64

/* All faults of a configuration; the list has the first 64. */
struct config_faults {
	struct errinfo *list; /* each with place and fix */
	size_t listed;
	size_t count;
	enum outcome outcome; /* the first fault's */
};

#define autofaults CLEANUP(config_faults_done) struct config_faults

/*
 * Read the configuration: the file, its drop-ins in name order, and the
 * arguments; later ones replace earlier ones, key by key.
 *
 * The file is that of a "conf=" argument, or the built-in path; drop-ins are
 * the *.conf in the directory with its name and the suffix ".d".  Every fault
 * is collected, each with file, line, key, quoted value and the fix.
 *
 * in:     argc, argv  "key=value" each, as libpam passes them
 * out:    ret     the configuration; complete only with OUTCOME_OK
 *         faults  (config_faults_done it) all faults
 * errors: OUTCOME_CONFIG_INVALID, OUTCOME_CONFIG_UNSAFE, OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md section 3; pam.conf(5)
 */
MUST_CHECK enum outcome config_load(int argc, const char **argv,
    enum config_purpose purpose, struct config *ret,
    struct config_faults *faults);

void config_faults_done(struct config_faults *faults);

/* Is the method one of map's? */
bool config_uses_method(const struct config *config, enum config_method method);

/* The configured region; aws and domain are NULL if only URLs are set. */
struct region config_region(const struct config *config);

#endif
