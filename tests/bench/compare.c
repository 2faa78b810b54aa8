/* SPDX-License-Identifier: ISC */
/*
 * What the module is compared with: libcurl in the host's own process, as the
 * usual OAuth modules have it.  Asks, exchanges the code with one fresh handle,
 * asks users/me with another.  It decides nothing and is never installed.
 *
 * Arguments: login=URL api=URL, and what it does before it asks:
 *   fresh    nothing
 *   idle     starts libcurl and makes its handles
 *   warm     opens both connections, too
 * and hashed, which takes certificates from the system's hashed directory; else
 * libcurl's default stands, which is the system's bundle.
 */
#include <curl/curl.h>
#include <openssl/x509.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY __attribute__((visibility("default")))
#define REPLY_MAX 16384
#define HANDLES 2

struct reply {
	char bytes[REPLY_MAX];
	size_t len;
};

struct options {
	const char *login;
	const char *api;
	bool idle;
	bool warm;
	bool hashed;
};

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
	struct reply *reply = arg;
	size_t len = size * count;

	if (len >= sizeof(reply->bytes) - reply->len)
		return 0;
	memcpy(reply->bytes + reply->len, bytes, len);
	reply->len += len;
	reply->bytes[reply->len] = '\0';
	return len;
}

static void
options_read(struct options *ret, int argc, const char **argv)
{
	*ret = (struct options){0};
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "login=", 6) == 0)
			ret->login = argv[i] + 6;
		else if (strncmp(argv[i], "api=", 4) == 0)
			ret->api = argv[i] + 4;
		ret->idle = ret->idle || strcmp(argv[i], "idle") == 0;
		ret->warm = ret->warm || strcmp(argv[i], "warm") == 0;
		ret->hashed = ret->hashed || strcmp(argv[i], "hashed") == 0;
	}
}

static CURL *
handle_new(const struct options *options, const char *base, const char *path)
{
	char url[512];
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		return NULL;
	(void)snprintf(url, sizeof(url), "%s%s", base, path);
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	if (options->hashed) {
		(void)curl_easy_setopt(
		    easy, CURLOPT_CAPATH, X509_get_default_cert_dir());
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	}
	return easy;
}

static bool
perform(CURL *easy, struct reply *reply)
{
	long status = 0;

	reply->len = 0;
	reply->bytes[0] = '\0';
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, reply);
	return curl_easy_perform(easy) == CURLE_OK &&
	    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) ==
	    CURLE_OK &&
	    status == 200;
}

/* The handles stay; with warm their connections, too. */
static bool
prepare(const struct options *options, CURL *handles[HANDLES])
{
	const char *const bases[HANDLES] = {options->login, options->api};

	for (int i = 0; i < HANDLES; i++) {
		handles[i] = handle_new(options, bases[i], "/");
		if (handles[i] == NULL)
			return false;
		(void)curl_easy_setopt(handles[i], CURLOPT_CONNECT_ONLY, 1L);
		if (options->warm && curl_easy_perform(handles[i]) != CURLE_OK)
			return false;
	}
	return true;
}

/* The token request's form, and the token of its reply into a header. */
static bool
token_ask(const struct options *options, const char *code, char *header,
    size_t header_size)
{
	char form[1024];
	struct reply reply = {0};
	CURL *easy = handle_new(options, options->login, "/oauth/token");

	if (easy == NULL)
		return false;
	(void)snprintf(form, sizeof(form),
	    "grant_type=authorization_code&code=%s&redirect_uri=http%%3A%%2F"
	    "%%2Flocalhost&client_id=00000000-0000-4000-8000-000000000000&"
	    "code_verifier=0123456789012345678901234567890123456789012",
	    code);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, form);
	bool good = perform(easy, &reply);
	curl_easy_cleanup(easy);
	const char *start = strstr(reply.bytes, "\"access_token\": \"");
	if (!good || start == NULL)
		return false;
	start += 17;
	(void)snprintf(header, header_size, "Authorization: Bearer %.*s",
	    (int)strcspn(start, "\""), start);
	return true;
}

static bool
user_ask(const struct options *options, char *header)
{
	struct reply reply = {0};
	struct curl_slist headers = {.data = header};
	CURL *easy = handle_new(options, options->api, "/api/v2/users/me");

	if (easy == NULL)
		return false;
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, &headers);
	bool good = perform(easy, &reply);
	curl_easy_cleanup(easy);
	return good && strstr(reply.bytes, "\"state\": \"active\"") != NULL;
}

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options options;
	char header[4096];
	char *code = NULL;
	CURL *handles[HANDLES] = {NULL, NULL};
	bool good = true;

	(void)flags;
	options_read(&options, argc, argv);
	if (options.login == NULL || options.api == NULL)
		return PAM_SERVICE_ERR;
	if (options.idle || options.warm)
		good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
		    prepare(&options, handles);
	if (good)
		good = pam_prompt(pamh, PAM_PROMPT_ECHO_ON, &code,
			   "Paste the code: ") == PAM_SUCCESS &&
		    code != NULL;
	if (good)
		good = token_ask(&options, code, header, sizeof(header)) &&
		    user_ask(&options, header);
	free(code);
	for (int i = 0; i < HANDLES; i++)
		curl_easy_cleanup(handles[i]);
	return good ? PAM_SUCCESS : PAM_AUTH_ERR;
}

ENTRY int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
