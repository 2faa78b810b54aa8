/* SPDX-License-Identifier: ISC */
/*
 * The parts one by one, with each of their allocations failing once, and each
 * of their calls of the system: no crash, nothing left, no success.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "cli/diagnose/explain.h"
#include "cli/diagnose/pkce_lint.h"
#include "gcpkce/base/clock.h"
#include "gcpkce/config/client_secret.h"
#include "gcpkce/config/policy.h"
#include "gcpkce/helper_client/helper_client.h"
#include "gcpkce/oauth/answer.h"
#include "gcpkce/oauth/error_table.h"
#include "gcpkce/oauth/names.h"
#include "gcpkce/oauth/profile.h"
#include "gcpkce/oauth/provider.h"
#include "gcpkce/oauth/reply.h"
#include "inject.h"
#include "tests/lib/signer.h"

#define ORGANIZATION "aaaaaaaa-0000-0000-0000-000000000001"
#define PERSON "11111111-2222-3333-4444-555555555555"
#define CODE "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"

/* until memory is mapped that a helper's child shares */
static struct injection own;
struct injection *injection = &own;
static char directory[] = "/tmp/gcpkce-sweep-XXXXXX";
static struct config config;

static const char *
path_of(const char *name)
{
	static char path[2][64];
	static int i;

	i = !i;
	(void)snprintf(path[i], sizeof(path[i]), "%s/%s", directory, name);
	return path[i];
}

static void
file_write(const char *name, const char *text, mode_t mode)
{
	autofd fd =
	    open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static size_t
descriptors_count(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

/* ---- configuration and policy ---- */

static enum outcome
config_part(const char *argument)
{
	char conf[80];
	const char *argv[] = {conf, argument};
	autofaults faults = {0};

	(void)snprintf(conf, sizeof(conf), "conf=%s", path_of("conf"));
	return config_load(2, argv, CONFIG_FOR_MODULE, &config, &faults);
}

static enum outcome
configuration(void)
{
	return config_part("timeout=30");
}

static enum outcome
configuration_with_faults(void)
{
	return config_part("no_such_key=1");
}

static enum outcome
policy(void)
{
	struct errinfo why;
	autopolicy p = {0};
	autoidentity identity = {
	    .id = PERSON,
	    .email = "alice@example.com",
	    .state = "active",
	    .client_id = "client-1",
	    .organization_id = ORGANIZATION,
	    .home_organization_id = ORGANIZATION,
	};

	enum outcome r = policy_gather(&config, "root", &p, &why);
	if (r == OUTCOME_OK)
		r = policy_account_check(&p, &why);
	return r == OUTCOME_OK ? policy_decide(&p, &identity, &why) : r;
}

static enum outcome
client_secret(void)
{
	struct errinfo why;
	autosecret *secret = NULL;

	return client_secret_read(path_of("secret"), &secret, &why);
}

/* ---- frames ---- */

static const char ids[] = "a b c";

static struct view
payload_of(const struct buf *frame)
{
	return frame->len < WIRE_HEADER_LEN
	    ? (struct view){0}
	    : (struct view){.p = frame->p + WIRE_HEADER_LEN,
		  .len = frame->len - WIRE_HEADER_LEN};
}

static enum outcome
request_frame(void)
{
	struct errinfo why;
	autobuf frame = BUF_INIT(WIRE_PAYLOAD_MAX);
	autorequest in = {.client_id = "client-1", .deadline_ms = 1};
	autorequest out = {0};

	enum outcome r = secret_new("secret", 6, &in.client_secret);
	wire_put_request(&frame, &in);
	if (r == OUTCOME_OK)
		r = buf_check(&frame);
	return r == OUTCOME_OK
	    ? wire_request_parse(payload_of(&frame), &out, &why)
	    : r;
}

static enum outcome
verdict_frame(void)
{
	struct errinfo why;
	autobuf frame = BUF_INIT(WIRE_PAYLOAD_MAX);
	autoverdict in = {.outcome = OUTCOME_OK, .identity = {.id = PERSON}};
	autoverdict out = {0};

	enum outcome r = secret_new("token", 5, &in.token);
	id_list_begin(&in.identity.groups);
	buf_put_text(&in.identity.groups.ids, ids);
	wire_put_verdict(&frame, &in);
	if (r == OUTCOME_OK)
		r = buf_check(&in.identity.groups.ids);
	if (r == OUTCOME_OK)
		r = buf_check(&frame);
	return r == OUTCOME_OK
	    ? wire_verdict_parse(payload_of(&frame), &out, &why)
	    : r;
}

static enum outcome
revoke_frame(void)
{
	struct errinfo why;
	autobuf frame = BUF_INIT(WIRE_PAYLOAD_MAX);
	autorevocation in = {.limit_s = 1};
	autorevocation out = {0};

	enum outcome r = secret_new("token", 5, &in.token);
	wire_put_revoke_request(&frame, &in);
	if (r == OUTCOME_OK)
		r = buf_check(&frame);
	return r == OUTCOME_OK
	    ? wire_revoke_request_parse(payload_of(&frame), &out, &why)
	    : r;
}

static enum outcome
token_frames(void)
{
	struct errinfo why;
	autobuf frame = BUF_INIT(WIRE_PAYLOAD_MAX);
	autobuf reply_frame = BUF_INIT(WIRE_PAYLOAD_MAX);
	autotokenrequest in = {.task = WIRE_TASK_IDENTIFY, .limit_s = 1};
	autotokenrequest out = {0};
	static struct wire_token_info reply;

	enum outcome r = secret_new("token", 5, &in.token);
	wire_put_token_request(&frame, &in);
	if (r == OUTCOME_OK)
		r = buf_check(&frame);
	if (r == OUTCOME_OK)
		r = wire_token_request_parse(payload_of(&frame), &out, &why);
	reply = (struct wire_token_info){.verdict.outcome = OUTCOME_OK};
	wire_put_token_reply(&reply_frame, &reply);
	if (r == OUTCOME_OK)
		r = buf_check(&reply_frame);
	if (r == OUTCOME_OK)
		r = wire_token_reply_parse(
		    payload_of(&reply_frame), &reply, &why);
	wire_token_reply_done(&reply);
	return r;
}

static enum outcome
answer_frame(void)
{
	struct errinfo why;
	autobuf frame = BUF_INIT(WIRE_PAYLOAD_MAX);
	autobuf typed = BUF_INIT(WIRE_ANSWER_MAX);

	wire_put_answer(&frame, view_text(CODE));
	enum outcome r = buf_check(&frame);
	return r == OUTCOME_OK
	    ? wire_answer_parse(payload_of(&frame), &typed, &why)
	    : r;
}

/* ---- oauth ---- */

static enum outcome
answer(void)
{
	static const char address[] =
	    "https://example.com/?code=" CODE "&state=0123456789012345678901"
	    "&iss=https%3A%2F%2Fexample.net";
	struct errinfo why;
	autoanswer read = {0};

	return answer_read(view_text(address),
	    &(struct answer_terms){.state = "0123456789012345678901",
		.redirect_uri = "https://example.com",
		.issuer = "https://example.net",
		.code_max = 512},
	    &read, &why);
}

static enum outcome
verifier_and_address(void)
{
	struct errinfo why;
	autosecret *verifier = NULL;
	static const struct wire_route route = {
	    .login_url = "https://login.example.com"};
	autobuf address = BUF_INIT(AUTHORIZE_ADDRESS_MAX);
	char challenge[PKCE_CHALLENGE_LEN + 1];
	struct pkce_lint lint;

	enum outcome r = pkce_verifier_new(&verifier, &why);
	if (r != OUTCOME_OK)
		return r;
	r = pkce_challenge(secret_view(verifier), challenge, &why);
	if (r == OUTCOME_OK)
		r = pkce_lint(
		    secret_view(verifier), view_text(challenge), &lint, &why);
	if (r != OUTCOME_OK)
		return r;
	authorize_address(
	    &(struct authorize_request){
		.route = &route,
		.client_id = "client-1",
		.redirect_uri = "https://example.com/",
		.challenge = challenge,
		.state = "state",
		.signin_org = "",
		.signin_provider = "",
	    },
	    &address);
	return buf_check(&address);
}

static enum outcome
explanation(void)
{
	static const char address[] =
	    "https://login.example.com/oauth/authorize?response_type=code"
	    "&client_id=client-1&redirect_uri=https%3A%2F%2Fexample.com%2F"
	    "&code_challenge=x&code_challenge_method=S256";
	struct errinfo why;
	struct explanation read;

	return explain_read(view_text(address), NULL, &read, &why);
}

static enum outcome
token_reply(void)
{
	static const char body[] = "{\"access_token\":\"abc\",\"token_type\":"
				   "\"bearer\",\"expires_in\":60,"
				   "\"id_token\":\"x\"}";
	struct errinfo why;
	autoreply reply = {0};

	return token_reply_parse(
	    &provider_cxone, view_text(body), &reply, &why);
}

static enum outcome
profile(void)
{
	static const char user[] =
	    "{\"id\":\"" PERSON "\",\"email\":\"a@example.com\",\"state\":"
	    "\"active\",\"groups\":[{\"id\":\"g\"}],\"authorization\":"
	    "{\"roles\":[{\"id\":\"r\"}]},\"division\":{\"id\":\"d\"}}";
	static const char token[] =
	    "{\"organization\":{\"id\":\"o\",\"name\":\"n\"},"
	    "\"homeOrganization\":{\"id\":\"o\"},\"OAuthClient\":{\"id\":\"c\"},"
	    "\"authorizedScope\":[\"s\"]}";
	static const char subject[] =
	    "{\"id\":\"" PERSON "\",\"grants\":[{\"role\":{\"id\":\"r\"}}]}";
	static const struct identity_needs all = {true, true, true};
	static struct wire_names names;
	struct errinfo why;
	autoidentity identity = {0};

	enum outcome r =
	    profile_user_parse(view_text(user), all, &identity, &why);
	if (r == OUTCOME_OK)
		r = profile_token_parse(view_text(token), &identity, &why);
	if (r == OUTCOME_OK)
		r = profile_groups_parse(view_text(user), &identity, &why);
	if (r == OUTCOME_OK)
		r = profile_subject_parse(view_text(subject), &identity, &why);
	if (r == OUTCOME_OK)
		r = names_user_parse(view_text(user), &names, &why);
	if (r == OUTCOME_OK)
		r = names_token_parse(view_text(token), &names, &why);
	return r;
}

static enum outcome
refusals(void)
{
	static const char body[] = "{\"error\":\"invalid_grant\","
				   "\"error_description\":\"no such code\"}";
	struct error_body read;
	autobuf causes = BUF_INIT(ERRINFO_TEXT_MAX);

	enum outcome r = token_error_judge(
	    &provider_genesys, 400, view_text(body), NULL, &read);
	refusal_hints(
	    &(struct refusal){.outcome = r, .body = &read, .code_len = 3},
	    &causes);
	if (r == OUTCOME_OK)
		return r;
	return api_error_judge(
	    &provider_genesys, 500, view_text(body), NULL, &read);
}

/* ---- the id_token ---- */

/* of OpenID Connect Core A.3, with its at_hash; and a JWT of an actor */
#define ACCESS "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define ACCESS_HASH "77QmUPtjPfzWtF2AnpK9RQ"
#define ACTOR "eyJhbGciOiJub25lIn0.eyJhY3QiOnt9fQ.sig"
#define ACTOR_HASH "IMWj5ut93-fA4mZPxR3_NQ"

static struct buf jwks = BUF_INIT(SIGNER_TEXT_MAX);
/* at_hash is that of the access token, or empty; signed well, or not */
static struct buf good = BUF_INIT(SIGNER_TEXT_MAX);
static struct buf hashless = BUF_INIT(SIGNER_TEXT_MAX);
static struct buf forged = BUF_INIT(SIGNER_TEXT_MAX);
static struct buf acted = BUF_INIT(SIGNER_TEXT_MAX);

static void
token_sign(const struct signer *signer, const char *at_hash, struct buf *token)
{
	autobuf claims = BUF_INIT(SIGNER_TEXT_MAX);

	buf_printf(&claims,
	    "{\"iss\":\"https://idp.example\",\"aud\":\"app\",\"sub\":\"user:" PERSON
	    "\",\"userId\":\"" PERSON "\",\"tenantId\":\"" ORGANIZATION
	    "\",\"nonce\":\"n0nce\",\"iat\":1700000000,\"exp\":1700003600,"
	    "\"at_hash\":\"%s\"}",
	    at_hash);
	signer_token(
	    signer, view_text("{\"alg\":\"RS256\"}"), buf_view(&claims), token);
}

static void
tokens_make(void)
{
	struct signer signer;
	struct signer other;

	signer_make(&signer, 2048);
	signer_make(&other, 2048);
	buf_printf(&jwks,
	    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}]}",
	    signer.n, signer.e);
	token_sign(&signer, ACCESS_HASH, &good);
	token_sign(&signer, ACTOR_HASH, &acted);
	token_sign(&signer, "", &hashless);
	token_sign(&other, ACCESS_HASH, &forged);
	signer_done(&signer);
	signer_done(&other);
}

static void
tokens_free(void)
{
	buf_done(&jwks);
	buf_done(&good);
	buf_done(&hashless);
	buf_done(&forged);
	buf_done(&acted);
}

static enum outcome
token_verify(const struct buf *token, const char *access)
{
	struct errinfo why = {0};
	autoidentity identity = {0};
	bool unknown;

	enum outcome r = id_token_verify(buf_view(token), buf_view(&jwks),
	    &(struct id_token_terms){.issuer = "https://idp.example",
		.client_id = "app",
		.organization = ORGANIZATION,
		.nonce = "n0nce",
		.access_token = view_text(access),
		.started_s = 1700000000,
		.now_s = 1700000000},
	    &identity, &unknown, &why);
	assert_int_equal(identity.id[0] != '\0', r == OUTCOME_OK);
	/* nor is it said to be the token's fault */
	if (r == OUTCOME_NO_MEMORY)
		assert_null(strstr(why.text, "base64url"));
	return r;
}

static enum outcome
id_token(void)
{
	return token_verify(&good, ACCESS);
}

static enum outcome
id_token_without_hash(void)
{
	return token_verify(&hashless, ACCESS);
}

static enum outcome
id_token_of_another_key(void)
{
	return token_verify(&forged, ACCESS);
}

static enum outcome
id_token_of_an_actor(void)
{
	return token_verify(&acted, ACTOR);
}

/* ---- the helper client, with the real helper ---- */

static enum outcome
call(void)
{
	struct errinfo why;
	struct wire_ready ready;
	int64_t deadline_ms = clock_now_ms() + 10000;
	static const struct helper_call decoy = {
	    .user = "a name that is long enough for a buffer to grow, \x1b[1m",
	    .service = "test",
	    .host = "here",
	    .decoy = true};
	autoproc child = HELPER_PROC_NONE;
	autoverdict verdict = {0};

	enum outcome r =
	    helper_client_start(&config, &decoy, deadline_ms, &child, &why);
	if (r == OUTCOME_OK)
		r = helper_client_address(&child, deadline_ms, &ready, &why);
	if (r == OUTCOME_OK)
		r = helper_client_answer(&child, view_text("?"),
		    &(struct helper_client_known){.user = "?"}, deadline_ms,
		    &verdict, &why);
	/* what the helper says of such an answer is the good end here */
	return r == OUTCOME_ANSWER_MALFORMED ? OUTCOME_OK : r;
}

/* ---- the sweep ---- */

static const struct part {
	const char *name;
	enum outcome (*run)(void);
	enum outcome whole; /* what comes of it without a fault */
} parts[] = {
    {"configuration", configuration, OUTCOME_OK},
    {"configuration with faults", configuration_with_faults,
	OUTCOME_CONFIG_INVALID},
    {"policy", policy, OUTCOME_OK},
    {"client secret", client_secret, OUTCOME_OK},
    {"REQUEST", request_frame, OUTCOME_OK},
    {"VERDICT", verdict_frame, OUTCOME_OK},
    {"REVOKE_REQUEST", revoke_frame, OUTCOME_OK},
    {"TOKEN_REQUEST, TOKEN_REPLY", token_frames, OUTCOME_OK},
    {"ANSWER", answer_frame, OUTCOME_OK},
    {"answer", answer, OUTCOME_OK},
    {"verifier and address", verifier_and_address, OUTCOME_OK},
    {"token reply", token_reply, OUTCOME_OK},
    {"explanation", explanation, OUTCOME_OK},
    {"identity", profile, OUTCOME_OK},
    {"refusals", refusals, OUTCOME_PROVIDER_ERROR},
    {"id_token", id_token, OUTCOME_OK},
    {"id_token, empty at_hash", id_token_without_hash, OUTCOME_TOKEN_INVALID},
    {"id_token of another key", id_token_of_another_key, OUTCOME_TOKEN_INVALID},
    {"id_token, access token of an actor", id_token_of_an_actor,
	OUTCOME_PARTNER_REFUSED},
    {"call", call, OUTCOME_OK},
};

/* Run with the n-th call failing; gives whether there was one. */
static bool
part_run(
    const struct part *part, enum inject_kind kind, int n, enum outcome *ret)
{
	size_t descriptors = descriptors_count();

	*injection = (struct injection){.kind = (int)kind, .fail_at = n};
	*ret = part->run();
	injection->kind = INJECT_NOTHING;
	if (injection->live != 0 || descriptors_count() != descriptors)
		fail_msg("%s, %d (%s): something is left", part->name, n,
		    injection->failed);
	return injection->failed[0] != '\0';
}

static void
no_memory_is_no_success_and_leaves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		enum outcome r;
		int n = 1;

		for (; part_run(&parts[i], INJECT_MEMORY, n, &r); n++) {
			if (r == OUTCOME_OK)
				fail_msg("%s, %d (%s)", parts[i].name, n,
				    injection->failed);
			if (parts[i].whole == OUTCOME_OK &&
			    r != OUTCOME_NO_MEMORY)
				fail_msg("%s, %d (%s): %s", parts[i].name, n,
				    injection->failed, outcome_name(r));
		}
		assert_int_equal(r, parts[i].whole);
		print_message("%s: %d allocations\n", parts[i].name, n - 1);
	}
}

static void
fault_of_the_system_leaves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		enum outcome r;
		int n = 1;

		while (part_run(&parts[i], INJECT_SYSTEM, n, &r))
			n++;
		if (r != parts[i].whole)
			fail_msg("%s: %s", parts[i].name, outcome_name(r));
		print_message("%s: %d calls\n", parts[i].name, n - 1);
	}
}

/* OpenSSL can do without some of it, and never says yes for the lack of it. */
static void
no_memory_of_openssl_is_no_verdict(void **state)
{
	enum outcome r;
	int n;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strncmp(parts[i].name, "id_token", 8) != 0)
			continue;
		for (n = 1; part_run(&parts[i], INJECT_OPENSSL, n, &r); n++) {
			if (r != parts[i].whole && r != OUTCOME_NO_MEMORY &&
			    r != OUTCOME_SYSTEM_ERROR)
				fail_msg("%s, %d (%s): %s", parts[i].name, n,
				    injection->failed, outcome_name(r));
		}
		assert_int_equal(r, parts[i].whole);
		assert_true(n > 10);
		print_message("%s: %d of OpenSSL\n", parts[i].name, n - 1);
	}
}

static int
directory_make(void **state)
{
	char text[512];

	(void)state;
	void *shared = mmap(NULL, sizeof(*injection), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || mkdtemp(directory) == NULL)
		return -1;
	injection = shared;
	tokens_make();
	(void)snprintf(text, sizeof(text),
	    "region = eu-central-1\nclient_id = client-1\n"
	    "redirect_uri = https://example.com/\norganization = " ORGANIZATION
	    "\nmap = file,email\nemail_domains = example.com\n"
	    "account_group = root\nallow_root = yes\nmap_file = %s\n"
	    "helper_user = nobody\n",
	    path_of("map"));
	file_write("conf", text, 0644);
	file_write("map", "root id:" PERSON "\n", 0644);
	file_write("secret", "s3cret\n", 0600);
	(void)mkdir(path_of("conf.d"), 0755);
	file_write("conf.d/10.conf", "debug = yes\n", 0644);
	return 0;
}

static int
directory_remove(void **state)
{
	static const char *const names[] = {
	    "conf.d/10.conf", "conf.d", "conf", "map", "secret", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(path_of(names[i]));
	tokens_free();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_memory_is_no_success_and_leaves_nothing),
	    cmocka_unit_test(fault_of_the_system_leaves_nothing),
	    cmocka_unit_test(no_memory_of_openssl_is_no_verdict),
	};

	if (CRYPTO_set_mem_functions(inject_openssl_malloc,
		inject_openssl_realloc, inject_openssl_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, directory_make, directory_remove);
}
