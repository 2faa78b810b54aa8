/* SPDX-License-Identifier: ISC */
/* What messages show of values that may be credentials. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gcpkce/config/client_secret.h"
#include "gcpkce/config/shown.h"

#define UUID "11111111-2222-3333-4444-555555555555"
#define NOT SHOWN_NOT

static void
values_show_no_credential(void **state)
{
	static const struct {
		const char *key; /* NULL: a word */
		const char *value;
		const char *shown;
	} rows[] = {
	    {"timeout", "soon", "soon"},
	    {"timeout", "user=svc,password=Sommer2026", "user=" NOT},
	    {"timeout", "svc Sommer2026", "svc " NOT},
	    {"timeout", "svc, Sommer2026", "svc, " NOT},
	    {"timeout", "svc\tSommer2026", "svc\\x09" NOT},
	    {"timeout", "svc:Sommer2026", "svc:" NOT},
	    {"timeout", "svc:Som mer@host", "svc:" NOT},
	    {"map", "file, emial", "file, emial"},
	    {"map", "file, emial Sommer2026", "file, emial " NOT},
	    {"client_id", UUID, UUID},
	    {"client_id", UUID " SECRET", UUID " " NOT},
	    {"client_id", "SECRET!", NOT},
	    {"client_id", UUID "SECRET!", NOT},
	    {"proxy", "http://Sommer2026", NOT},
	    {"proxy", "http://Som mer@host:1", "http://" NOT "@host:1"},
	    {"proxy", "Som mer@host:1", NOT "@host:1"},
	    {"proxy", "http://host:1 Sommer2026", "http://host:" NOT},
	    {"login_url", "https://host/a=b", "https://host/a=b"},
	    {"login_url", "https://Som mer@host/", "https://" NOT "@host/"},
	    {"login_url", "https://host/ Sommer2026", "https://host/ " NOT},
	    {"ca_file", "/etc/a=b", "/etc/a=b"},
	    {"client_secret_file", "SECRET", NOT},
	    {"colour", "red", NOT},
	    {NULL, "password=Sommer2026", "password=" NOT},
	    {NULL, "proxy=http://svc:Sommer2026@host", "proxy=" NOT},
	    {NULL, "curl -u svc:Sommer2026 x", "curl " NOT},
	    {NULL, "pam_unix.so", "pam_unix.so"},
	    {NULL, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf shown = BUF_INIT(1024);

		if (rows[i].key != NULL)
			shown_put_value(&shown, view_text(rows[i].key),
			    view_text(rows[i].value));
		else
			shown_put_word(&shown, view_text(rows[i].value));
		if (strcmp(buf_text(&shown), rows[i].shown) != 0)
			fail_msg("row %zu, \"%s\": \"%s\"", i, rows[i].value,
			    buf_text(&shown));
	}
}

static void
secret_in_place_of_its_file_is_not_shown(void **state)
{
	(void)state;
	assert_string_equal(
	    client_secret_place("/SECRET"), "client_secret_file");
	assert_string_equal(
	    client_secret_place("/SEC/RET"), "client_secret_file");
	assert_string_equal(client_secret_place("/etc/secret"), "/etc/secret");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_show_no_credential),
	    cmocka_unit_test(secret_in_place_of_its_file_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
