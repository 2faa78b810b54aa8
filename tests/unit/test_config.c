/* SPDX-License-Identifier: ISC */
/* The configuration as a whole: every fault by its message, and every source.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "config/config_value.h"
#include "gcpkce/config/lines.h"
#include "gcpkce/wire/wire.h"

#define STRANGER 65534
#define UUID "0123abcd-4567-89ab-cdef-0123456789ab"
#define ARGS_MAX 8
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char directory[] = "/tmp/gcpkce-config-XXXXXX";
static char conf[64]; /* DIRECTORY/c.conf */

static void
command_run(const char *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int
directory_make(void **state)
{
	(void)state;
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	if (mkdtemp(directory) == NULL || chmod(directory, 0755) != 0)
		return -1;
	(void)snprintf(conf, sizeof(conf), "%s/c.conf", directory);
	return 0;
}

static int
directory_remove(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	command_run(command);
	return 0;
}

static void
file_write(const char *path, const void *bytes, size_t len)
{
	autofd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, bytes, len), len);
}

static const char *
drop_in_path(const char *name)
{
	static char path[400];

	(void)snprintf(path, sizeof(path), "%s.d", conf);
	(void)mkdir(path, 0755);
	assert_int_equal(chmod(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s.d/%s", conf, name);
	return path;
}

static void
drop_in_write(const char *name, const char *text)
{
	file_write(drop_in_path(name), text, strlen(text));
}

/* A configuration that is whole, a line a key. */
static const char *const base[][2] = {
    {"region", "region = eu-central-1\n"},
    {"client_id", "client_id = client-1\n"},
    {"redirect_uri", "redirect_uri = http://localhost:8400/\n"},
    {"organization", "organization = " UUID "\n"},
    {"email_domains", "email_domains = example.com\n"},
};

static bool
is_of_cxone(const char *key)
{
	static const char *const keys[] = {"issuer", "authorize_url",
	    "token_url", "jwks_url", "userinfo_url", "trusted_hosts",
	    "client_auth", "nonce", "clock_skew", "userinfo"};

	for (size_t i = 0; key != NULL && i < COUNT(keys); i++) {
		if (strcmp(keys[i], key) == 0)
			return true;
	}
	return false;
}

/* Write the file: some text, then the base, of the key's provider, without
   that key. */
static void
conf_write(const char *text, const char *without)
{
	autobuf all = BUF_INIT(256 * 1024);
	bool is_cxone = is_of_cxone(without);

	buf_put_text(&all, text);
	if (is_cxone)
		buf_put_text(&all, "provider = cxone\n");
	for (size_t i = is_cxone ? 1 : 0; i < COUNT(base); i++) {
		if (without == NULL || strcmp(base[i][0], without) != 0)
			buf_put_text(&all, base[i][1]);
	}
	file_write(conf, buf_text(&all), all.len);
}

/* Load, with conf= and what args has besides (ended by NULL; may be NULL). */
static enum outcome
load(const char *const *args, enum config_purpose purpose, struct config *ret,
    struct buf *ret_lines)
{
	autofaults faults;
	const char *argv[ARGS_MAX + 2];
	char path[80];
	int argc = 0;

	(void)snprintf(path, sizeof(path), "conf=%s", conf);
	argv[argc++] = path;
	while (args != NULL && *args != NULL)
		argv[argc++] = *args++;
	enum outcome r = config_load(argc, argv, purpose, ret, &faults);
	assert_int_equal(r, faults.outcome);
	assert_int_equal(r == OUTCOME_OK, faults.count == 0);
	for (size_t i = 0; i < faults.listed; i++)
		buf_printf(ret_lines, "%s\n", faults.list[i].text);
	return r;
}

static struct config
load_good(const char *const *args)
{
	struct config config;
	autobuf lines = BUF_INIT(64 * 1024);

	if (load(args, CONFIG_FOR_MODULE, &config, &lines) != OUTCOME_OK)
		fail_msg("%s", buf_text(&lines));
	return config;
}

/* Expected texts have '^' for the path of the file. */
static void
assert_lines(const struct buf *lines, const char *expected, const char *what)
{
	autobuf whole = BUF_INIT(64 * 1024);

	for (; *expected != '\0'; expected++) {
		if (*expected == '^')
			buf_put_text(&whole, conf);
		else
			buf_put_byte(&whole, (uint8_t)*expected);
	}
	if (strcmp(buf_text(lines), buf_text(&whole)) != 0)
		fail_msg("%s:\nhave %swant %s", what, buf_text(lines),
		    buf_text(&whole));
}

static void
assert_faults(const char *const *args, enum config_purpose purpose,
    const char *expected, const char *what)
{
	struct config config;
	autobuf lines = BUF_INIT(64 * 1024);
	enum outcome r = load(args, purpose, &config, &lines);

	assert_lines(&lines, expected, what);
	assert_int_equal(
	    r, *expected == '\0' ? OUTCOME_OK : OUTCOME_CONFIG_INVALID);
}

/* ---- one row for each possible fault ---- */

#define UNKNOWN \
	"is given to a key that does not exist; pam_gcpkce.conf(5) lists the " \
	"keys"
#define ALONE "has no '='; write key = value"
#define NOT_REGION \
	"is not a known region; write an AWS name, as in eu-central-1, or a " \
	"login domain, as in mypurecloud.de"
#define IS_ADDRESS \
	"is an address, not a region; write the domain alone, as in " \
	"mypurecloud.de, or use login_url and api_url"
#define NOT_URL "is not a base URL; write https://HOST[:PORT][/PATH]"
#define UNPROTECTED \
	"is not protected; use https (http only for a loopback address)"
#define QUERY \
	"has a query or fragment; write a base URL, https://HOST[:PORT][/PATH]"
#define NOT_CLIENT "is not an id; copy it from the OAuth client's page"
#define NOT_PATH "is not an absolute path; begin with /"
#define NOT_REDIRECT \
	"is not a redirect URI; write the one registered with the client, " \
	"byte for byte"
#define REDIRECT_UNPROTECTED \
	"would carry the code unprotected; register an https redirect URI, " \
	"or http to localhost"
#define REWRITTEN \
	"has a path that browsers rewrite; register one without . and .. " \
	"segments, and with %HH for characters such as { and |"
#define FRAGMENT \
	"has a fragment, which RFC 6749 forbids; register a redirect URI " \
	"without one"
#define NOT_UUID \
	"is not an id; write the UUID in lower case, not a display name"
#define NOT_UUIDS \
	"is not a list of ids; write UUIDs in lower case, separated by commas: " \
	"display names are not unique"
#define NOT_DOMAINS \
	"is not a list of domains; write them separated by commas, as in " \
	"example.com,example.org"
#define NOT_WORD "has a character that is not printable ASCII; write one word"
#define NOT_BOOL "is neither yes nor no; write one"
#define NOT_METHODS \
	"is not a list of methods; write file, email, localpart, each at " \
	"most once, separated by commas"
#define NUMBER(min, max) \
	"is not a whole number from " #min " to " #max "; write one"
#define NUMBER_OR_NO(min, max) \
	"is not a whole number from " #min " to " #max " or no; write one"
#define CHOICE(words) "is not one of the choices; write one of " words
#define NAME_FIRST "is not the name of a variable; begin with a letter"
#define NAME_REST "is not the name of a variable; use letters, digits and _"
#define NAME_TAKEN \
	"is a variable with a meaning of its own; choose another name"
#define NOT_PROXY "is not a proxy; write http://HOST:PORT"
#define NOT_PAGE \
	"is not the address of a page; write https://HOST[:PORT][/PATH]"
#define PAGE_FRAGMENT \
	"has a fragment, where the challenge belongs; write the page's " \
	"address without one"
#define NOT_HERE \
	"does not name this host; with callback=loopback write " \
	"http://localhost[:PORT][/PATH]"
#define NOT_TO_LISTEN \
	"has a port that the helper cannot listen on; register one from 1024 up"
#define LOOPBACK(uri, why) \
	{ \
		"redirect_uri", \
		    "redirect_uri = " uri "\ncallback = loopback\n", \
		    "^:1: redirect_uri: \"" uri "\" " why "\n" \
	}
#define NOT_ENOUGH \
	"is not enough to find Genesys Cloud; set region, or both login_url " \
	"and api_url"

#define FOREIGN(owner) "is a key for provider = " owner " alone; leave it out"
#define NO_NAME \
	"is missing; CXone's programs agree on no name; name the variable " \
	"that your programs read\n"
#define ELSEWHERE \
	"is on another host than the issuer; name the host in trusted_hosts " \
	"if it is CXone's"

struct row {
	const char *key;
	const char *text; /* in the file, before the base without this key */
	const char *expected;
};

/* A bad value, alone on the file's first line. */
#define BAD(key, value, why) \
	{ \
		key, key " = " value "\n", \
		    "^:1: " key ": \"" value "\" " why "\n" \
	}
/* One of which a part may be a credential. */
#define HIDING(key, value, shown, why) \
	{ \
		key, key " = " value "\n", \
		    "^:1: " key ": \"" shown "\" " why "\n" \
	}
#define NOT_SHOWN "(not shown)"
/* A key that is not there at all. */
#define MISSING(key, why) \
	{ \
		key, "", "^: " key ": \"\" " why "\n" \
	}

static const struct row rows[] = {
    BAD("region", "europe", NOT_REGION),
    BAD("region", "EU-CENTRAL-1", NOT_REGION),
    BAD("region", "mypurecloud.de:443", NOT_REGION),
    BAD("region", "https://login.mypurecloud.de", IS_ADDRESS),
    BAD("region", "login.mypurecloud.de", IS_ADDRESS),
    BAD("region", "api.mypurecloud.de", IS_ADDRESS),
    MISSING("region", NOT_ENOUGH),
    {"region", "region =\n", "^:1: region: \"\" " NOT_ENOUGH "\n"},
    {"region", "login_url = https://l.example.com\n",
	"^: region: \"\" " NOT_ENOUGH "\n"},
    {"region", "api_url = https://a.example.com\n",
	"^: region: \"\" " NOT_ENOUGH "\n"},
    BAD("login_url", "login.mypurecloud.de", NOT_URL),
    HIDING("login_url", "https://user@login.mypurecloud.de",
	"https://" NOT_SHOWN "@login.mypurecloud.de", NOT_URL),
    BAD("login_url", "https://h:0", NOT_URL),
    BAD("login_url", "http://login.mypurecloud.de", UNPROTECTED),
    BAD("login_url", "ftp://localhost", UNPROTECTED),
    HIDING("login_url", "https://h/?x", "https://h/?" NOT_SHOWN, QUERY),
    HIDING("login_url", "https://h/x#y", "https://h/x#" NOT_SHOWN, QUERY),
    BAD("api_url", "https://", NOT_URL),
    BAD("api_url", "http://10.0.0.1", UNPROTECTED),
    HIDING("api_url", "https://h?x=y", "https://h?" NOT_SHOWN, QUERY),
    HIDING("client_id", "my client", NOT_SHOWN, NOT_CLIENT),
    HIDING("client_id", "a/b", NOT_SHOWN, NOT_CLIENT),
    HIDING("client_id", "<id>", NOT_SHOWN, NOT_CLIENT),
    BAD("provider", "nice", CHOICE("genesys, cxone")),
    BAD("provider", "Genesys", CHOICE("genesys, cxone")),
    BAD("issuer", "cxone.niceincontact.com", NOT_URL),
    BAD("issuer", "http://cxone.niceincontact.com", UNPROTECTED),
    BAD("authorize_url", "https://h.example.com/a", ELSEWHERE),
    BAD("token_url", "https://h.example.com/t", ELSEWHERE),
    BAD("token_url", "https://xcxone.niceincontact.com", ELSEWHERE),
    BAD("jwks_url", "https://cxone.niceincontact.com.example.com", ELSEWHERE),
    BAD("userinfo_url", "https://h.example.com/u", ELSEWHERE),
    BAD("userinfo_url", "http://cxone.niceincontact.com/u", UNPROTECTED),
    BAD("trusted_hosts", "https://h", NOT_DOMAINS),
    BAD("client_auth", "private_key_jwt", CHOICE("none, basic, post")),
    BAD("client_auth", "basic",
	"needs a client secret; set client_secret_file too"),
    BAD("nonce", "no", CHOICE("require, if_present")),
    BAD("clock_skew", "301", NUMBER(0, 300)),
    BAD("userinfo", "maybe", NOT_BOOL),
    {"nonce", "region = eu-west-1\n",
	"^:1: region: \"eu-west-1\" " FOREIGN("genesys") "\n"},
    {"nonce", "login_url = https://login.example.com\n",
	"^:1: login_url: \"https://login.example.com\" " FOREIGN(
	    "genesys") "\n"},
    {"nonce", "api_url = https://api.example.com\n",
	"^:1: api_url: \"https://api.example.com\" " FOREIGN("genesys") "\n"},
    {"nonce", "partner_logins = no\n",
	"^:1: partner_logins: \"no\" " FOREIGN("genesys") "\n"},
    {"nonce", "signin_org = acme\n",
	"^:1: signin_org: \"acme\" " FOREIGN("genesys") "\n"},
    {"nonce", "signin_provider = okta\n",
	"^:1: signin_provider: \"okta\" " FOREIGN("genesys") "\n"},
    {"nonce", "require_group = " UUID "\n",
	"^:1: require_group: \"" UUID "\" " FOREIGN("genesys") "\n"},
    {"nonce", "require_role = " UUID "\n",
	"^:1: require_role: \"" UUID "\" " FOREIGN("genesys") "\n"},
    {"nonce", "require_division = " UUID "\n",
	"^:1: require_division: \"" UUID "\" " FOREIGN("genesys") "\n"},
    {"nonce", "region_env = MY_REGION\n",
	"^:1: region_env: \"MY_REGION\" " FOREIGN("genesys") "\n"},
    {"nonce", "region_value = aws\n",
	"^:1: region_value: \"aws\" " FOREIGN("genesys") "\n"},
    {"region", "region = eu-west-1\nissuer = https://cxone.niceincontact.com\n",
	"^:2: issuer: \"https://cxone.niceincontact.com\" " FOREIGN(
	    "cxone") "\n"},
    {"region", "region = eu-west-1\nauthorize_url = https://h/a\n",
	"^:2: authorize_url: \"https://h/a\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\ntoken_url = https://h/t\n",
	"^:2: token_url: \"https://h/t\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\njwks_url = https://h/j\n",
	"^:2: jwks_url: \"https://h/j\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\nuserinfo_url = https://h/u\n",
	"^:2: userinfo_url: \"https://h/u\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\nclient_auth = none\n",
	"^:2: client_auth: \"none\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\nnonce = require\n",
	"^:2: nonce: \"require\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\nclock_skew = 60\n",
	"^:2: clock_skew: \"60\" " FOREIGN("cxone") "\n"},
    {"region", "region = eu-west-1\nuserinfo = no\n",
	"^:2: userinfo: \"no\" " FOREIGN("cxone") "\n"},
    {"nonce", "map = file,email\n",
	"^: userinfo: \"no\" leaves map without an e-mail address; set it to "
	"yes, or remove email and localpart from map\n"},
    {"nonce", "userinfo = no\nmap = localpart\n",
	"^:1: userinfo: \"no\" leaves map without an e-mail address; set it "
	"to yes, or remove email and localpart from map\n"},
    {"nonce", "client_secret_file = /etc/secret\n",
	"^:1: client_secret_file: \"/etc/secret\" is never used with "
	"client_auth = none; set client_auth to basic or post, or leave it "
	"out\n"},
    {"nonce", "client_auth = post\n",
	"^:1: client_auth: \"post\" needs a client secret; set "
	"client_secret_file too\n"},
    {"nonce", "issuer = https://cxone.niceincontact.com/\n",
	"^:1: issuer: \"https://cxone.niceincontact.com/\" ends in a slash; "
	"leave the slash out: CXone's issuers have none\n"},
    {"nonce", "revoke = auto\n",
	"^:1: revoke: \"auto\" is not possible: CXone has no revocation; "
	"write never, or leave it out\n"},
    {"nonce", "export = file\n", "^: token_env: \"\" " NO_NAME},
    {"nonce", "export = env\ntoken_env =\n", "^:2: token_env: \"\" " NO_NAME},
    MISSING("client_id", "is missing; write the id of the OAuth client"),
    {"client_id", "client_id=\n",
	"^:1: client_id: \"\" is missing; write the id of the OAuth client\n"},
    HIDING("client_secret_file", "secret", NOT_SHOWN, NOT_PATH),
    HIDING("client_secret_file", "./secret", NOT_SHOWN, NOT_PATH),
    BAD("redirect_uri", "example.com/cb", NOT_REDIRECT),
    HIDING("redirect_uri", "https://example.com/a b",
	"https://example.com/a " NOT_SHOWN, NOT_REDIRECT),
    BAD("redirect_uri", "http://example.com/", REDIRECT_UNPROTECTED),
    BAD("redirect_uri", "app://cb", REDIRECT_UNPROTECTED),
    HIDING("redirect_uri", "https://example.com/#/cb",
	"https://example.com/#" NOT_SHOWN, FRAGMENT),
    BAD("redirect_uri", "https://example.com/a/../cb", REWRITTEN),
    MISSING("redirect_uri",
	"is missing; write one that is registered with the client"),
    HIDING("organization", "My Company", "My " NOT_SHOWN, NOT_UUID),
    BAD("organization", "0123ABCD-4567-89ab-cdef-0123456789ab", NOT_UUID),
    BAD("organization", "0123abcd", NOT_UUID),
    MISSING("organization", "is missing; write the id of the organization"),
    BAD("partner_logins", "true", NOT_BOOL),
    {"signin_org", "signin_org = a b\n",
	"^:1: signin_org: \"a (not shown)\" " NOT_WORD "\n"},
    {"signin_org", "signin_org = a\303\251\n",
	"^:1: signin_org: \"a\\xc3\\xa9\" " NOT_WORD "\n"},
    BAD("signin_org", "acme", "is given alone; set signin_provider too"),
    HIDING("signin_provider", "a b", "a " NOT_SHOWN, NOT_WORD),
    BAD("signin_provider", "okta", "is given alone; set signin_org too"),
    BAD("force_signin", "1", NOT_BOOL),
    BAD("callback", "browser", CHOICE("paste, loopback")),
    LOOPBACK("https://example.com/", NOT_HERE),
    LOOPBACK("https://localhost:8400/", NOT_HERE),
    LOOPBACK("http://localhost:1023/", NOT_TO_LISTEN),
    LOOPBACK("http://localhost:80/", NOT_TO_LISTEN),
    LOOPBACK("http://127.0.0.1:08400/", NOT_TO_LISTEN),
    BAD("bare_code", "maybe", NOT_BOOL),
    BAD("start_url", "start", NOT_PAGE),
    BAD("start_url", "http://example.com", UNPROTECTED),
    BAD("start_url", "https://example.com/s#", PAGE_FRAGMENT),
    BAD("start_url", "https://signin.example.com/gcpkce/start.html#",
	PAGE_FRAGMENT),
    BAD("dialogue", "Auto", CHOICE("prompt, split, auto")),
    BAD("map", "all", NOT_METHODS),
    BAD("map", "file,file", NOT_METHODS),
    BAD("map", "file,", NOT_METHODS),
    BAD("map_file", "pam_gcpkce.map", NOT_PATH),
    BAD("email_domains", "@example.com", NOT_DOMAINS),
    BAD("email_domains", "example.com,", NOT_DOMAINS),
    BAD("email_domains", "*.example.com", NOT_DOMAINS),
    {"email_domains", "map = email\n",
	"^: email_domains: \"\" is missing; map has email or localpart, which "
	"accept these domains alone\n"},
    {"email_domains", "map = file, localpart\nemail_domains =\n",
	"^:2: email_domains: \"\" is missing; map has email or localpart, "
	"which accept these domains alone\n"},
    HIDING("account_group", "a b", "a " NOT_SHOWN, NOT_WORD),
    BAD("require_group", "Agents", NOT_UUIDS),
    BAD("require_role", UUID "," UUID ";", NOT_UUIDS),
    HIDING("require_division", "Home Division", "Home " NOT_SHOWN, NOT_UUIDS),
    BAD("allow_root", "YES", NOT_BOOL),
    BAD("min_uid", "-1", NUMBER(0, 4294967294)),
    BAD("min_uid", "4294967295", NUMBER(0, 4294967294)),
    BAD("timeout", "0", NUMBER(1, 3600)),
    BAD("timeout", "90s", NUMBER(1, 3600)),
    BAD("timeout", "18446744073709551617", NUMBER(1, 3600)),
    BAD("attempts", "21", NUMBER(1, 20)),
    BAD("preconnect", "off", NUMBER_OR_NO(0, 3600)),
    BAD("preconnect_max", "no", NUMBER(0, 65535)),
    BAD("remember", "8h", NUMBER(0, 86400)),
    BAD("remember", "86401", NUMBER(0, 86400)),
    BAD("export", "yes", CHOICE("none, env, file")),
    BAD("token_env", "1TOKEN", NAME_FIRST),
    BAD("token_env", "MY-TOKEN", NAME_REST),
    BAD("token_env", "LD_PRELOAD", NAME_TAKEN),
    BAD("region_env", "=", NAME_FIRST),
    BAD("region_env", "A.B", NAME_REST),
    BAD("region_env", "PATH", NAME_TAKEN),
    BAD("region_env", "GENESYSCLOUD_ACCESS_TOKEN",
	"is token_env too; choose two names"),
    {"token_env", "token_env = A\nregion_env = A\n",
	"^:2: region_env: \"A\" is token_env too; choose two names\n"},
    BAD("region_value", "name", CHOICE("aws, domain")),
    BAD("revoke", "always", CHOICE("auto, never")),
    BAD("ca_file", "ca.pem", NOT_PATH),
    {"ca_file", "ca_file=/\x8c\n",
	"^:1: ca_file: \"/\\x8c\" has a control byte or is not UTF-8; give the "
	"file another name\n"},
    {"map_file", "map_file=/m\033[2J\n",
	"^:1: map_file: \"/m\\x1b[2J\" has a control byte or is not UTF-8; give "
	"the file another name\n"},
    BAD("proxy", "proxy:3128", NOT_PROXY),
    HIDING("proxy", "http://Sommer2026", NOT_SHOWN, NOT_PROXY),
    BAD("proxy", "http://proxy:3128/x", NOT_PROXY),
    BAD("proxy", "socks5://proxy:1080", NOT_PROXY),
    BAD("connect_timeout", "301", NUMBER(1, 300)),
    BAD("request_timeout", "10.5", NUMBER(1, 300)),
    HIDING("helper_user", "_gc pkce", "_gc " NOT_SHOWN, NOT_WORD),
    BAD("sandbox", "off", CHOICE("default, strict")),
    BAD("debug", "2", NOT_BOOL),
    /* what is no key, or no line */
    HIDING("regoin", "eu-central-1", NOT_SHOWN, UNKNOWN),
    HIDING("Region", "eu-central-1", NOT_SHOWN, UNKNOWN),
    BAD("conf", "/etc/x", UNKNOWN), /* conf=FILE is an argument */
    HIDING("tls_verify", "no", NOT_SHOWN, UNKNOWN),
    {"", "= x\n", "^:1: : \"" NOT_SHOWN "\" " UNKNOWN "\n"},
    {"", "a b = c\n", "^:1: a: \"" NOT_SHOWN "\" " UNKNOWN "\n"},
    {"", "nothing =\n", "^:1: nothing: \"\" " UNKNOWN "\n"},
    {"", "colour = \"\033[2J\\\"\n",
	"^:1: colour: \"" NOT_SHOWN "\" " UNKNOWN "\n"},
    {"signin_org", "signin_org = \033[2J\\\"\n",
	"^:1: signin_org: \"\\x1b[2J\\x5c\\x22\" " NOT_WORD "\n"},
    {"", "\377\376r = \"\033[2J\\\"\n",
	"^:1: (not shown): \"(not shown)\" " UNKNOWN "\n"},
    {"", "debug\n", "^:1: debug: \"\" " ALONE "\n"},
    {"", "[section]\n", "^:1: [section]: \"\" " ALONE "\n"},
    {"", "\n# c\n\nregion: eu-central-1 # c\n",
	"^:4: region: \"\" " ALONE "\n"},
    /* the value may be the secret itself */
    {"", "client_secret = hunter2\n",
	"^:1: client_secret: \"(not shown)\" " UNKNOWN "\n"},
    {"", "ClientSecret=hunter2\n",
	"^:1: ClientSecret: \"(not shown)\" " UNKNOWN "\n"},
    {"", "password = hunter2\n",
	"^:1: password: \"(not shown)\" " UNKNOWN "\n"},
    /* all that is wrong is told, in the order of the file */
    {"client_id", "x = 1\ntimeout = 0\ny\ndebug = 7\n",
	"^:1: x: \"" NOT_SHOWN "\" " UNKNOWN "\n^:2: timeout: \"0\" " NUMBER(1,
	    3600) "\n^:3: y: \"\" " ALONE "\n^:4: debug: \"7\" " NOT_BOOL
		  "\n^: client_id: \"\" is missing; write the id of the OAuth client\n"},
};

static void
config_faults_read_as_every_row_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		conf_write(rows[i].text, rows[i].key);
		assert_faults(
		    NULL, CONFIG_FOR_MODULE, rows[i].expected, rows[i].text);
	}
}

/* The same rows as module arguments and in a drop-in, with their places. */
static void
config_faults_name_arguments_and_drop_ins_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *line = rows[i].text;
		size_t len = strcspn(line, "\n");
		char argument[300] = "";
		char expected[600];
		const char *const args[] = {argument, NULL};

		/* rows of one line that is told alone */
		if (strncmp(rows[i].expected, "^:1: ", 5) != 0 ||
		    line[len] == '\0' || line[len + 1] != '\0' ||
		    strchr(rows[i].expected, '\n')[1] != '\0')
			continue;
		memcpy(argument, line, len);
		/* "conf=" among arguments is another thing */
		if (strncmp(argument, "conf", 4) == 0)
			continue;
		conf_write("", rows[i].key);
		(void)snprintf(expected, sizeof(expected), "argument: %s",
		    rows[i].expected + 5);
		assert_faults(args, CONFIG_FOR_MODULE, expected, argument);
		(void)snprintf(expected, sizeof(expected), "^.d/10.conf:1: %s",
		    rows[i].expected + 5);
		drop_in_write("10.conf", line);
		assert_faults(NULL, CONFIG_FOR_MODULE, expected, argument);
		assert_int_equal(unlink(drop_in_path("10.conf")), 0);
	}
}

static void
config_has_a_fault_row_for_every_key(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t found = 0;

		for (size_t j = 0; j < COUNT(rows); j++)
			found += strcmp(rows[j].key, keys[i].name) == 0;
		if (found == 0)
			fail_msg("no row for %s", keys[i].name);
	}
}

/* ---- every key with a good value that is not its default ---- */

static const struct {
	const char *key;
	const char *value;
	const char *with;  /* what it needs besides */
	const char *reset; /* the fault when it is given back; NULL: none */
} goods[] = {
    {"provider", "genesys", "", NULL},
    {"region", "eu-west-1", "", NOT_ENOUGH},
    {"login_url", "https://login.example.com", "", NULL},
    {"api_url", "https://api.example.com", "", NULL},
    {"issuer", "https://cxone-gov.niceincontact.com", "", NULL},
    {"authorize_url", "https://cxone.niceincontact.com/a", "", NULL},
    {"token_url", "https://cxone.niceincontact.com/t", "", NULL},
    {"jwks_url", "https://cxone.niceincontact.com/j", "", NULL},
    {"userinfo_url", "https://cxone.niceincontact.com/u", "", NULL},
    {"trusted_hosts", "keys.example.com", "", NULL},
    {"client_id", "11111111-2222-3333-4444-555555555556", "",
	"is missing; write the id of the OAuth client"},
    {"client_secret_file", "/etc/secret", "", NULL},
    {"client_auth", "none", "", NULL},
    {"redirect_uri", "https://example.org/", "",
	"is missing; write one that is registered with the client"},
    {"organization", "1123abcd-4567-89ab-cdef-0123456789ab", "",
	"is missing; write the id of the organization"},
    {"nonce", "if_present", "", NULL},
    {"clock_skew", "300", "", NULL},
    {"userinfo", "yes", "", NULL},
    {"partner_logins", "yes", "", NULL},
    {"signin_org", "acme", "", NULL},
    {"signin_provider", "okta", "", NULL},
    {"force_signin", "yes", "", NULL},
    {"callback", "loopback", "", NULL},
    {"bare_code", "yes", "", NULL},
    {"start_url", "https://example.com/s", "", NULL},
    {"dialogue", "split", "", NULL},
    {"map", "localpart,email", "", NULL},
    {"map_file", "/etc/map", "", NULL},
    {"email_domains", "example.org", "", NULL},
    {"account_group", "agents", "", NULL},
    {"require_group", UUID, "", NULL},
    {"require_role", UUID, "", NULL},
    {"require_division", UUID, "", NULL},
    {"allow_root", "yes", "", NULL},
    {"min_uid", "500", "", NULL},
    {"timeout", "120", "", NULL},
    {"attempts", "5", "", NULL},
    {"preconnect", "no", "", NULL},
    {"preconnect_max", "0", "", NULL},
    {"remember", "86400", "", NULL},
    {"export", "env", "", NULL},
    {"token_env", "MY_TOKEN", "", NULL},
    {"region_env", "MY_REGION", "", NULL},
    {"region_value", "domain", "", NULL},
    {"revoke", "never", "", NULL},
    {"ca_file", "/etc/ca.pem", "", NULL},
    {"proxy", "http://proxy:3128", "", NULL},
    {"connect_timeout", "7", "", NULL},
    {"request_timeout", "7", "", NULL},
    {"helper_user", "nobody", "", NULL},
    {"sandbox", "strict", "", NULL},
    {"debug", "yes", "", NULL},
};

static void
config_has_a_good_row_for_every_key(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	assert_int_equal(count, COUNT(goods));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(goods[i].key, keys[i].name);
}

static void
config_key_twice_in_one_file_is_a_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(goods); i++) {
		char text[600];
		char expected[300];

		(void)snprintf(text, sizeof(text), "%s = %s\n%s=%s\n",
		    goods[i].key, goods[i].value, goods[i].key, goods[i].value);
		(void)snprintf(expected, sizeof(expected),
		    "^:2: %s: \"%s\" is a second value for this key; keep one "
		    "of them\n",
		    goods[i].key, goods[i].value);
		conf_write(text, goods[i].key);
		/* of an ordinary host's own faults nothing here */
		assert_faults(NULL, CONFIG_FOR_LOGIN, expected, text);
		/* the default's turn is a second value too */
		(void)snprintf(text, sizeof(text), "%s = %s\n%s =\n",
		    goods[i].key, goods[i].value, goods[i].key);
		(void)snprintf(expected, sizeof(expected),
		    "^:2: %s: \"\" is a second value for this key; keep one "
		    "of them\n",
		    goods[i].key);
		conf_write(text, goods[i].key);
		assert_faults(NULL, CONFIG_FOR_LOGIN, expected, text);
	}
}

static void
config_key_twice_among_the_arguments_is_a_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(goods); i++) {
		char argument[300];
		char expected[300];
		const char *const args[] = {argument, argument, NULL};

		(void)snprintf(argument, sizeof(argument), "%s=%s",
		    goods[i].key, goods[i].value);
		(void)snprintf(expected, sizeof(expected),
		    "argument: %s: \"%s\" is a second value for this key; "
		    "keep one of them\n",
		    goods[i].key, goods[i].value);
		conf_write("", goods[i].key);
		assert_faults(args, CONFIG_FOR_LOGIN, expected, argument);
	}
}

/* Equal, but for the places. */
static void
assert_same(struct config *a, struct config *b)
{
	memset(a->helper_user_place, 0, sizeof(a->helper_user_place));
	memset(b->helper_user_place, 0, sizeof(b->helper_user_place));
	assert_memory_equal(a, b, sizeof(*a));
}

static void
config_key_alone_gives_the_default_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(goods); i++) {
		struct config expected;
		struct config config;
		autobuf lines = BUF_INIT(4096);
		char text[300];
		char reset[64];
		char fault[300] = "";
		const char *const args[] = {reset, NULL};

		conf_write("", goods[i].key);
		(void)load(NULL, CONFIG_FOR_LOGIN, &expected, &lines);
		(void)snprintf(text, sizeof(text), "%s = %s\n", goods[i].key,
		    goods[i].value);
		(void)snprintf(reset, sizeof(reset), "%s =\n", goods[i].key);
		conf_write(text, goods[i].key);
		drop_in_write("10.conf", reset);
		if (goods[i].reset != NULL)
			(void)snprintf(fault, sizeof(fault),
			    "^.d/10.conf:1: %s: \"\" %s\n", goods[i].key,
			    goods[i].reset);
		buf_reset(&lines);
		(void)load(NULL, CONFIG_FOR_LOGIN, &config, &lines);
		assert_lines(&lines, fault, reset);
		assert_same(&config, &expected);
		/* and as an argument */
		drop_in_write("10.conf", "");
		(void)snprintf(reset, sizeof(reset), "%s=", goods[i].key);
		if (goods[i].reset != NULL)
			(void)snprintf(fault, sizeof(fault),
			    "argument: %s: \"\" %s\n", goods[i].key,
			    goods[i].reset);
		buf_reset(&lines);
		(void)load(args, CONFIG_FOR_LOGIN, &config, &lines);
		assert_lines(&lines, fault, reset);
		assert_same(&config, &expected);
	}
}

static void
config_every_default_loads_as_it_is_written(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);
	autobuf text = BUF_INIT(4096);

	(void)state;
	conf_write("", NULL);
	struct config expected = load_good(NULL);
	for (size_t i = 0; i < count; i++) {
		if (keys[i].def[0] != '\0' && !is_of_cxone(keys[i].name))
			buf_printf(
			    &text, "%s = %s\n", keys[i].name, keys[i].def);
	}
	conf_write(buf_text(&text), NULL);
	struct config config = load_good(NULL);
	assert_same(&config, &expected);
	conf_write("", "issuer");
	expected = load_good(NULL);
	assert_string_equal(expected.token_env, "");
	conf_write("issuer = https://cxone.niceincontact.com\n"
		   "client_auth = none\nnonce = require\nclock_skew = 60\n"
		   "userinfo = no\nrevoke = never\n",
	    "issuer");
	config = load_good(NULL);
	assert_same(&config, &expected);
}

/* What CXone's keys may be, and that nothing is revoked then. */
static void
config_for_cxone_may_have_all_of_its_keys(void **state)
{
	(void)state;
	conf_write("issuer = https://cxone.example.com\n"
		   "token_url = https://CXONE.example.com/t/\n"
		   "jwks_url = https://keys.example.com/j\n"
		   "userinfo_url = https://127.0.0.1:8443/u\n"
		   "trusted_hosts = keys.example.com,127.0.0.1\n"
		   "client_auth = basic\nclient_secret_file = /etc/secret\n"
		   "nonce = if_present\nclock_skew = 0\nuserinfo = yes\n"
		   "map = file,localpart\n"
		   "export = env\ntoken_env = GENESYSCLOUD_ACCESS_TOKEN\n",
	    "issuer");
	struct config config = load_good(NULL);
	assert_int_equal(config.provider, PROVIDER_CXONE);
	assert_string_equal(config.token_url, "https://CXONE.example.com/t/");
	assert_string_equal(config.jwks_url, "https://keys.example.com/j");
	assert_string_equal(config.token_env, "GENESYSCLOUD_ACCESS_TOKEN");
	assert_string_equal(config.region_env, "");
	assert_int_equal(config.client_auth, CLIENT_AUTH_BASIC);
	assert_int_equal(config.nonce, NONCE_IF_PRESENT);
	assert_int_equal(config.clock_skew, 0);
	assert_int_equal(config.revoke, REVOKE_NEVER);
}

/* An old client of CXone's has a name for an id; Genesys Cloud has none. */
static void
config_client_id_of_cxone_may_be_a_name(void **state)
{
	static const char text[] =
	    "provider = cxone\nredirect_uri = http://localhost:8400/\n"
	    "client_id = Agent Console@inContact Inc.\nmap = file\n"
	    "organization = " UUID "\n";

	(void)state;
	file_write(conf, text, sizeof(text) - 1);
	assert_string_equal(
	    load_good(NULL).client_id, "Agent Console@inContact Inc.");
}

static void
config_values_that_are_too_long_are_faults(void **state)
{
	size_t count;
	const struct config_key *keys = config_keys(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char value[601];
		char text[700];
		char expected[400];

		memset(value, 'a', sizeof(value) - 1);
		value[sizeof(value) - 1] = '\0';
		(void)snprintf(
		    text, sizeof(text), "%s = %s\n", keys[i].name, value);
		bool hidden = strcmp(keys[i].name, "client_secret_file") == 0 ||
		    strcmp(keys[i].name, "client_id") == 0;
		(void)snprintf(expected, sizeof(expected),
		    "^:1: %s: \"%.128s%s\" is too long; no value has more "
		    "than 511 bytes\n",
		    keys[i].name, hidden ? "(not shown)" : value,
		    hidden ? "" : "...");
		conf_write(text, keys[i].name);
		assert_faults(NULL, CONFIG_FOR_LOGIN, expected, text);
		/* texts have a bound of their own below that */
		if (keys[i].type >= CONFIG_NUMBER)
			continue;
		value[keys[i].max + 1] = '\0';
		(void)snprintf(
		    text, sizeof(text), "%s = %s\n", keys[i].name, value);
		(void)snprintf(expected, sizeof(expected),
		    "^:1: %s: \"%.128s%s\" has %lu bytes; at most %lu are "
		    "allowed\n",
		    keys[i].name, hidden ? "(not shown)" : value,
		    keys[i].max + 1 > 128 && !hidden ? "..." : "",
		    keys[i].max + 1, keys[i].max);
		conf_write(text, keys[i].name);
		assert_faults(NULL, CONFIG_FOR_LOGIN, expected, text);
	}
}

static void
config_for_a_token_asks_for_the_way_alone(void **state)
{
	static const char region[] = "region = eu-central-1\n";
	static const char gates[] = "region = eu-central-1\n"
				    "map = email\n"
				    "signin_org = org\n"
				    "callback = loopback\n"
				    "sandbox = strict\n";

	(void)state;
	file_write(conf, region, strlen(region));
	assert_faults(NULL, CONFIG_FOR_TOKEN, "", "region alone");
	file_write(conf, gates, strlen(gates));
	assert_faults(NULL, CONFIG_FOR_TOKEN, "", "what does not matter");
	file_write(conf, "", 0);
	assert_faults(NULL, CONFIG_FOR_TOKEN,
	    "^: region: \"\" " NOT_ENOUGH "\n", "no region");
}

/* The whole must fit into 255 bytes, with a port that is not known yet. */
static void
config_for_a_listener_leaves_room_for_its_port(void **state)
{
	char text[CONFIG_TEXT_CAP];

	(void)state;
	for (size_t len = CONFIG_REDIRECT_MAX - CONFIG_PORT_LEN;
	     len <= CONFIG_REDIRECT_MAX - CONFIG_PORT_LEN + 1; len++) {
		char uri[CONFIG_TEXT_CAP];
		autobuf expected = BUF_INIT(4096);

		memset(uri, 'p', sizeof(uri));
		memcpy(uri, "http://localhost/", 17);
		uri[len] = '\0';
		(void)snprintf(text, sizeof(text),
		    "redirect_uri = %s\ncallback = loopback\n", uri);
		conf_write(text, "redirect_uri");
		if (len + CONFIG_PORT_LEN > CONFIG_REDIRECT_MAX)
			buf_printf(&expected,
			    "^:1: redirect_uri: \"%.128s...\" has no room for "
			    "the listener's port; register a shorter one\n",
			    uri);
		assert_faults(NULL, CONFIG_FOR_LOGIN, buf_text(&expected), uri);
	}
}

/* The page's own settings name one redirect URI. */
static void
config_with_a_start_page_needs_a_port_to_listen_on(void **state)
{
	(void)state;
	conf_write("redirect_uri = http://localhost/back\n"
		   "callback = loopback\n"
		   "start_url = https://example.com/s\n",
	    "redirect_uri");
	assert_faults(NULL, CONFIG_FOR_LOGIN,
	    "^:3: start_url: \"https://example.com/s\" needs a redirect_uri "
	    "with a port; the page cannot know which one the helper listens "
	    "on\n",
	    "no port");
	conf_write("redirect_uri = http://localhost:8400/back\n"
		   "callback = loopback\n"
		   "start_url = https://example.com/s\n",
	    "redirect_uri");
	assert_faults(NULL, CONFIG_FOR_LOGIN, "", "a port");
}

/* ---- sources ---- */

static void
config_lines_may_have_blanks_comments_and_carriage_returns(void **state)
{
	(void)state;
	conf_write("# comment = 1\n"
		   "\n"
		   "  \t\r\n"
		   "  # timeout = 1\n"
		   "timeout=7\n"
		   " attempts \t=  4 \r\n"
		   "signin_org = a#b # the organization\n"
		   "signin_provider = okta=x\n"
		   "map_file = /a b\n"
		   "debug = yes #",
	    "none");
	/* the base follows the comment without a line break */
	struct config config;
	autobuf lines = BUF_INIT(4096);
	assert_int_equal(load(NULL, CONFIG_FOR_MODULE, &config, &lines),
	    OUTCOME_CONFIG_INVALID);
	assert_lines(&lines, "^: region: \"\" " NOT_ENOUGH "\n", "comment");
	assert_int_equal(config.timeout, 7);
	assert_int_equal(config.attempts, 4);
	assert_string_equal(config.signin_org, "a#b");
	assert_string_equal(config.signin_provider, "okta=x");
	assert_string_equal(config.map_file, "/a b");
	assert_true(config.debug);
	assert_string_equal(config.client_id, "client-1");
}

static void
config_drop_ins_are_read_in_name_order_and_the_later_wins(void **state)
{
	static const char *const args[] = {"attempts=9", NULL};

	(void)state;
	conf_write("attempts = 1\ntimeout = 11\n", NULL);
	/* written in another order than that of their names */
	drop_in_write("b.conf", "attempts = 5\n");
	drop_in_write("20-b.conf", "attempts = 3\ntimeout = 13\n");
	drop_in_write("10-z.conf", "attempts = 2\ntimeout = 12\n");
	drop_in_write("B.conf", "attempts = 4\n");
	struct config config = load_good(NULL);
	assert_int_equal(config.attempts, 5);
	assert_int_equal(config.timeout, 13);
	config = load_good(args);
	assert_int_equal(config.attempts, 9);
	assert_int_equal(config.timeout, 13);
}

static void
config_drop_ins_are_the_conf_files_alone(void **state)
{
	static const char *const names[] = {".conf", ".hidden.conf", "a.conf~",
	    "a.conf.bak", "a.conf.dpkg-new", "README", "aconf", "a.CONF",
	    ".a.conf.swp"};

	(void)state;
	conf_write("", NULL);
	for (size_t i = 0; i < COUNT(names); i++)
		drop_in_write(names[i], "attempts = 7\nnonsense\n");
	assert_int_equal(load_good(NULL).attempts, 3);
	drop_in_write("a.conf", "attempts = 8\n");
	assert_int_equal(load_good(NULL).attempts, 8);
}

static void
config_drop_ins_replace_whole_values(void **state)
{
	(void)state;
	conf_write(
	    "map = file,email\nemail_domains = example.org\n", "email_domains");
	drop_in_write("1.conf", "map = email\nemail_domains = example.net\n");
	struct config config = load_good(NULL);
	assert_int_equal(config.map.list[0], METHOD_EMAIL);
	assert_int_equal(config.map.list[1], METHOD_NONE);
	assert_string_equal(config.email_domains, "example.net");
}

static void
config_drop_ins_complete_what_the_file_lacks(void **state)
{
	static const char *const args[] = {"client_id=c", NULL};

	(void)state;
	conf_write("", "client_id");
	drop_in_write("1.conf", "client_id = client-9\n");
	assert_string_equal(load_good(NULL).client_id, "client-9");
	drop_in_write("1.conf", "");
	assert_string_equal(load_good(args).client_id, "c");
}

static void
config_argument_is_not_cut_at_a_number_sign(void **state)
{
	static const char *const args[] = {"map_file=/a #b", NULL};

	(void)state;
	conf_write("", NULL);
	assert_string_equal(load_good(args).map_file, "/a #b");
}

static void
config_file_that_is_named_must_exist(void **state)
{
	static const char *const args[] = {"region=eu-west-1", "client_id=c",
	    "redirect_uri=https://example.com/", ("organization=" UUID), NULL};

	(void)state;
	assert_faults(args, CONFIG_FOR_MODULE,
	    "argument: conf: \"^\" does not exist; name the file that does\n",
	    "conf");
}

static void
config_file_is_named_once(void **state)
{
	char again[80];
	const char *const args[] = {again, "conf=/x", NULL};

	(void)state;
	conf_write("", NULL);
	(void)snprintf(again, sizeof(again), "conf=%s", conf);
	assert_faults(args, CONFIG_FOR_MODULE,
	    "argument: conf: \"^\" is a second value for this key; keep one "
	    "of them\n"
	    "argument: conf: \"/x\" is a second value for this key; keep one "
	    "of them\n",
	    "conf");
}

static void
config_file_is_named_by_an_absolute_path(void **state)
{
	static const char *const names[] = {"conf=c.conf", "conf="};

	(void)state;
	conf_write("", NULL);
	assert_int_equal(chdir(directory), 0);
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *argv[] = {names[i]};
		struct config config;
		autofaults faults;

		assert_int_equal(
		    config_load(1, argv, CONFIG_FOR_MODULE, &config, &faults),
		    OUTCOME_CONFIG_INVALID);
		assert_int_equal(faults.count, 1);
		assert_non_null(strstr(faults.list[0].text,
		    "\" is not an absolute path; begin with /"));
	}
	assert_int_equal(chdir("/"), 0);
}

static void
config_default_file_may_be_missing(void **state)
{
	const char *argv[] = {"region=eu-west-1", "client_id=c",
	    "redirect_uri=https://example.com/", ("organization=" UUID)};
	struct config config;
	autofaults faults;

	(void)state;
	if (access("/etc/security/pam_gcpkce.conf", F_OK) == 0 ||
	    access("/etc/security/pam_gcpkce.conf.d", F_OK) == 0) {
		print_message("SKIPPED: this host has a configuration\n");
		skip();
	}
	enum outcome r =
	    config_load(4, argv, CONFIG_FOR_MODULE, &config, &faults);
	if (r != OUTCOME_OK)
		fail_msg("%s", faults.list[0].text);
	assert_string_equal(config.client_id, "c");
	config_faults_done(&faults);
	assert_int_equal(
	    config_load(0, NULL, CONFIG_FOR_MODULE, &config, &faults),
	    OUTCOME_CONFIG_INVALID);
	assert_int_equal(faults.count, 4);
	assert_non_null(strstr(faults.list[1].text,
	    "/etc/security/pam_gcpkce.conf: client_id: \"\" is missing"));
}

static void
config_file_with_a_nul_byte_is_refused_by_line(void **state)
{
	static const char text[] = "debug = yes\ntimeout = 9\0 0\n";
	struct config config;
	autobuf lines = BUF_INIT(4096);

	(void)state;
	file_write(conf, text, sizeof(text) - 1);
	assert_int_equal(load(NULL, CONFIG_FOR_MODULE, &config, &lines),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(buf_text(&lines),
	    "/c.conf:2: the line holds a NUL byte; write it again\n"));
}

static void
config_line_beyond_all_bounds_is_refused_by_line(void **state)
{
	autobuf text = BUF_INIT(2 * LINES_MAX);
	struct config config;
	autobuf lines = BUF_INIT(4096);

	(void)state;
	buf_put_text(&text, "debug = yes\n# ");
	for (size_t i = 0; i < LINES_MAX; i++)
		buf_put_byte(&text, 'x');
	file_write(conf, buf_text(&text), text.len);
	assert_int_equal(load(NULL, CONFIG_FOR_MODULE, &config, &lines),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(buf_text(&lines),
	    "/c.conf:2: the line is longer than 1048576 bytes\n"));
}

static void
config_faults_are_counted_beyond_those_that_are_reported(void **state)
{
	autobuf text = BUF_INIT(4096);
	char path[80];
	const char *argv[] = {path};
	struct config config;
	autofaults faults;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "key%d = 1\n", i);
	conf_write(buf_text(&text), NULL);
	(void)snprintf(path, sizeof(path), "conf=%s", conf);
	assert_int_equal(
	    config_load(1, argv, CONFIG_FOR_MODULE, &config, &faults),
	    OUTCOME_CONFIG_INVALID);
	assert_int_equal(faults.count, 100);
	assert_int_equal(faults.listed, 64);
}

/* ---- regions ---- */

static void
config_urls_come_from_the_region_and_win_over_it(void **state)
{
	static const struct {
		const char *text;
		const char *login_url, *api_url, *aws, *domain;
	} cases[] = {
	    {"region = eu-central-1\n", "https://login.mypurecloud.de",
		"https://api.mypurecloud.de", "eu-central-1", "mypurecloud.de"},
	    {"region = mypurecloud.com.au\n",
		"https://login.mypurecloud.com.au",
		"https://api.mypurecloud.com.au", "ap-southeast-2",
		"mypurecloud.com.au"},
	    {"region = new9.pure.cloud\n", "https://login.new9.pure.cloud",
		"https://api.new9.pure.cloud", NULL, "new9.pure.cloud"},
	    {"region = us-east-1\nlogin_url = https://gw.example.com/\n",
		"https://gw.example.com", "https://api.mypurecloud.com",
		"us-east-1", "mypurecloud.com"},
	    {"api_url = https://a\nregion = us-east-1\nlogin_url = https://l\n",
		"https://l", "https://a", "us-east-1", "mypurecloud.com"},
	    {"api_url = https://a\nlogin_url = https://l\n", "https://l",
		"https://a", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		conf_write(cases[i].text, "region");
		struct config config = load_good(NULL);
		struct region region = config_region(&config);

		assert_string_equal(config.login_url, cases[i].login_url);
		assert_string_equal(config.api_url, cases[i].api_url);
		assert_int_equal(region.aws == NULL, cases[i].aws == NULL);
		if (region.aws != NULL)
			assert_string_equal(region.aws, cases[i].aws);
		assert_int_equal(
		    region.domain == NULL, cases[i].domain == NULL);
		if (region.domain != NULL)
			assert_string_equal(region.domain, cases[i].domain);
	}
}

static void
config_region_of_the_longest_domain_makes_whole_urls(void **state)
{
	char text[300];

	(void)state;
	(void)snprintf(text, sizeof(text), "region = a.%0251d\n", 0);
	conf_write(text, "region");
	struct config config = load_good(NULL);
	assert_int_equal(strlen(config.login_url), 253 + 14);
	assert_int_equal(strlen(config.api_url), 253 + 12);
}

/* ---- who asks ---- */

static void
config_of_a_command_ignores_what_binds_the_module(void **state)
{
	static const struct {
		const char *text;
		bool module, login, decide; /* is it taken? */
	} cases[] = {
	    {"sandbox = strict\n", true, true, true},
	    {"require_group = " UUID "\n", true, true, true},
	    {"require_role = " UUID "\n", true, true, true},
	    {"require_division = " UUID "\n", true, true, true},
	    {"callback = loopback\n", true, true, true},
	    {"start_url = https://example.com/s\n", true, true, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const bool taken[] = {
		    cases[i].module, cases[i].login, cases[i].decide};

		conf_write(cases[i].text, NULL);
		for (int p = CONFIG_FOR_MODULE; p <= CONFIG_FOR_DECIDE; p++) {
			struct config config;
			autobuf lines = BUF_INIT(4096);

			if ((load(NULL, (enum config_purpose)p, &config,
				 &lines) == OUTCOME_OK) != taken[p])
				fail_msg("purpose %d: %s%s", p, cases[i].text,
				    buf_text(&lines));
		}
	}
}

/* Load as an ordinary user: in a child where this test runs as root. */
static enum outcome
load_as_stranger(enum config_purpose purpose, struct buf *ret_lines)
{
	struct config config;
	char block[4096];
	int pipes[2];
	int status;
	ssize_t got;

	if (geteuid() != 0)
		return load(NULL, purpose, &config, ret_lines);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	autofd from = pipes[0];
	autofd to = pipes[1];
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		autobuf lines = BUF_INIT(4096);

		if (setresgid(STRANGER, STRANGER, STRANGER) != 0 ||
		    setresuid(STRANGER, STRANGER, STRANGER) != 0)
			_exit(99);
		enum outcome r = load(NULL, purpose, &config, &lines);
		if (write(to, lines.p, lines.len) != (ssize_t)lines.len)
			_exit(98);
		_exit((int)r);
	}
	(void)close(take_fd(&to));
	while ((got = read(from, block, sizeof(block))) > 0)
		buf_put(ret_lines, block, (size_t)got);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (enum outcome)WEXITSTATUS(status);
}

static void
config_of_an_ordinary_host_refuses_export_and_secret(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {
	    {"", ""},
	    {"export = none\n", ""},
	    {"export = env\n",
		"^:1: export: \"env\" needs an application that runs as root; "
		"leave it out\n"},
	    {"client_secret_file = /etc/secret\n",
		"^:1: client_secret_file: \"/etc/secret\" needs an application "
		"that runs as root; use a public client\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		autobuf module = BUF_INIT(4096);
		autobuf login = BUF_INIT(4096);
		autobuf decide = BUF_INIT(4096);

		conf_write(cases[i].text, NULL);
		enum outcome r = load_as_stranger(CONFIG_FOR_MODULE, &module);
		assert_lines(&module, cases[i].expected, cases[i].text);
		assert_int_equal(r,
		    cases[i].expected[0] == '\0' ? OUTCOME_OK
						 : OUTCOME_CONFIG_INVALID);
		/* the command runs as any user */
		assert_int_equal(
		    load_as_stranger(CONFIG_FOR_LOGIN, &login), OUTCOME_OK);
		assert_int_equal(
		    load_as_stranger(CONFIG_FOR_DECIDE, &decide), OUTCOME_OK);
	}
}

static void
config_of_an_ordinary_host_quotes_what_export_is(void **state)
{
	autobuf lines = BUF_INIT(4096);

	(void)state;
	conf_write("export = file\n", NULL);
	assert_int_equal(load_as_stranger(CONFIG_FOR_MODULE, &lines),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(buf_text(&lines), "export: \"file\" "));
	assert_null(strstr(buf_text(&lines), "\"env\""));
}

/* ---- files that another could have written ---- */

/* The first line that is told, and the outcome. */
static void
assert_first(enum outcome outcome, const char *expected)
{
	struct config config;
	autobuf lines = BUF_INIT(64 * 1024);
	autobuf first = BUF_INIT(4096);
	enum outcome r = load(NULL, CONFIG_FOR_MODULE, &config, &lines);

	if (r != outcome)
		fail_msg("%s: %s", outcome_name(r), buf_text(&lines));
	buf_put(&first, buf_text(&lines), strcspn(buf_text(&lines), "\n") + 1);
	assert_lines(&first, expected, expected);
}

static void
config_file_that_others_may_write_is_unsafe(void **state)
{
	(void)state;
	conf_write("", NULL);
	assert_int_equal(chmod(conf, 0664), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^: may be written by others (mode 0664); chmod go-w it\n");
	assert_int_equal(chmod(conf, 0602), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^: may be written by others (mode 0602); chmod go-w it\n");
	assert_int_equal(chmod(conf, 0600), 0);
	(void)load_good(NULL);
}

static void
config_directory_that_others_may_write_is_unsafe(void **state)
{
	char expected[200];

	(void)state;
	conf_write("", NULL);
	assert_int_equal(chmod(directory, 0777), 0);
	(void)snprintf(expected, sizeof(expected),
	    "^: the directory \"%s\" on its way may be written by others "
	    "(mode 0777); chmod go-w it\n",
	    directory + 5);
	assert_first(OUTCOME_CONFIG_UNSAFE, expected);
	/* a sticky one will do */
	assert_int_equal(chmod(directory, 01777), 0);
	(void)load_good(NULL);
}

static void
config_drop_in_that_others_may_write_is_unsafe(void **state)
{
	char drop_ins[80];

	(void)state;
	conf_write("", NULL);
	drop_in_write("1.conf", "debug = yes\n");
	assert_int_equal(chmod(drop_in_path("1.conf"), 0666), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^.d/1.conf: may be written by others (mode 0666); chmod go-w "
	    "it\n");
	assert_int_equal(chmod(drop_in_path("1.conf"), 0644), 0);
	(void)snprintf(drop_ins, sizeof(drop_ins), "%s.d", conf);
	assert_int_equal(chmod(drop_ins, 0775), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^.d: the directory \"^.d\" on its way may be written by others "
	    "(mode 0775); chmod go-w it\n");
	assert_int_equal(chmod(drop_ins, 0755), 0);
	assert_true(load_good(NULL).debug);
}

static void
config_files_of_others_are_unsafe(void **state)
{
	char drop_ins[80];

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root\n");
		skip();
	}
	conf_write("", NULL);
	drop_in_write("1.conf", "debug = yes\n");
	(void)snprintf(drop_ins, sizeof(drop_ins), "%s.d", conf);
	assert_int_equal(chown(conf, STRANGER, 0), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^: belongs to uid 65534; give it to root\n");
	assert_int_equal(chown(conf, 0, 0), 0);
	assert_int_equal(chown(drop_in_path("1.conf"), STRANGER, 0), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^.d/1.conf: belongs to uid 65534; give it to root\n");
	assert_int_equal(chown(drop_in_path("1.conf"), 0, 0), 0);
	assert_int_equal(chown(drop_ins, STRANGER, 0), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^.d: the directory \"^.d\" on its way belongs to uid 65534; "
	    "give it to root\n");
	assert_int_equal(chown(drop_ins, 0, 0), 0);
	assert_int_equal(chown(drop_ins, STRANGER, 0), 0);
	struct config config;
	autobuf lines = BUF_INIT(4096);
	assert_int_equal(load(NULL, CONFIG_FOR_MODULE, &config, &lines),
	    OUTCOME_CONFIG_UNSAFE);
	assert_int_equal(chown(drop_ins, 0, 0), 0);
	(void)load_good(NULL);
}

static void
config_links_are_unsafe(void **state)
{
	char other[80];

	(void)state;
	conf_write("", NULL);
	(void)snprintf(other, sizeof(other), "%s/other", directory);
	assert_int_equal(rename(conf, other), 0);
	assert_int_equal(symlink("other", conf), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^: is a symbolic link; name the file itself\n");
	assert_int_equal(rename(other, conf), 0);
	assert_int_equal(symlink(conf, drop_in_path("1.conf")), 0);
	assert_first(OUTCOME_CONFIG_UNSAFE,
	    "^.d/1.conf: is a symbolic link; name the file itself\n");
}

static void
config_that_is_no_file_is_refused_without_hanging(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(conf, 0600), 0);
	assert_first(OUTCOME_CONFIG_INVALID, "^: is not a regular file\n");
	assert_int_equal(unlink(conf), 0);
	conf_write("", NULL);
	assert_int_equal(mkfifo(drop_in_path("1.conf"), 0600), 0);
	assert_first(
	    OUTCOME_CONFIG_INVALID, "^.d/1.conf: is not a regular file\n");
	assert_int_equal(unlink(drop_in_path("1.conf")), 0);
	assert_int_equal(mkdir(drop_in_path("2.conf"), 0755), 0);
	assert_first(
	    OUTCOME_CONFIG_INVALID, "^.d/2.conf: is not a regular file\n");
	assert_int_equal(rmdir(drop_in_path("2.conf")), 0);
	char drop_ins[80];
	(void)snprintf(drop_ins, sizeof(drop_ins), "%s.d", conf);
	assert_int_equal(rmdir(drop_ins), 0);
	assert_int_equal(mkfifo(drop_ins, 0600), 0);
	assert_first(OUTCOME_CONFIG_INVALID, "^.d: Not a directory\n");
}

static void
config_drop_ins_of_a_long_path_are_read(void **state)
{
	char path[400];
	char drop_in[500];
	char argument[420];
	struct config config;
	autofaults faults;
	const char *argv[] = {argument};

	(void)state;
	conf_write("", NULL);
	(void)snprintf(path, sizeof(path), "%s/%0200d", directory, 0);
	assert_int_equal(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/%0200d/%0100d", directory, 0, 0);
	assert_int_equal(rename(conf, path), 0);
	(void)snprintf(drop_in, sizeof(drop_in), "%s.d", path);
	assert_int_equal(mkdir(drop_in, 0755), 0);
	(void)snprintf(drop_in, sizeof(drop_in), "%s.d/1.conf", path);
	file_write(drop_in, "attempts = 7\n", 13);
	(void)snprintf(argument, sizeof(argument), "conf=%s", path);
	/* to refuse such a path would do as well */
	if (config_load(1, argv, CONFIG_FOR_MODULE, &config, &faults) ==
	    OUTCOME_OK)
		assert_int_equal(config.attempts, 7);
}

static void
config_fault_of_a_long_line_ends_in_the_fix(void **state)
{
	autobuf text = BUF_INIT(8192);
	struct config config;
	autobuf lines = BUF_INIT(64 * 1024);

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		buf_put_byte(&text, 'x');
	buf_put_byte(&text, '\n');
	conf_write(buf_text(&text), NULL);
	assert_int_equal(load(NULL, CONFIG_FOR_MODULE, &config, &lines),
	    OUTCOME_CONFIG_INVALID);
	assert_non_null(strstr(buf_text(&lines), "write key = value\n"));
}

/* A token, and a secret that ends in = where no = was meant, are shown
 */
/* How many of these texts, each the whole file, bring the word to a fault? */
static size_t
count_shown(const char *text, const char *word, const char *place)
{
	struct config config;
	autobuf lines = BUF_INIT(4096);

	conf_write(text, place);
	if (load(NULL, CONFIG_FOR_MODULE, &config, &lines) == OUTCOME_OK ||
	    strstr(buf_text(&lines), word) == NULL)
		return 0;
	print_message("%s", buf_text(&lines));
	return 1;
}

static void
config_faults_never_show_a_secret(void **state)
{
	static const char *const texts[] = {
	    "client_secret hunter2\n",
	    "client_secret: hunter2\n",
	    "client_secret_file = 0123456789abcdefghijklmnop_hunter2-ABCDEFGHI\n",
	    "client_secret = hunter2\nclient_secret = hunter2\n",
	    "access_token = hunter2\n",
	    "client_secret: hunter2=\n",
	    "proxy = http://user:hunter2@proxy:3128\n",
	    "my_very_own_long_name_for_the_client_secret = hunter2\n",
	    "hunter2\n",
	    "hunter2-abcdefghijklmnopqrstuvwxyz\n",
	    "Y2hhaHVudGVyMg-hunter2==\n",
	    "client_secret_file = aBcD/0123456789abcdef+hunter2\n",
	    "client_secret_file = hunter2\n",
	    "http_proxy = http://svc:hunter2@proxy:3128\n",
	    "PROXY = http://svc:hunter2@proxy:3128\n",
	    "proxy http://svc:hunter2@proxy:3128\n",
	    "proxy_user = svc:hunter2\n",
	    "auth=hunter2\n",
	    "bearer = hunter2\n",
	    "PIN = hunter2\n",
	};
	size_t shown = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		shown += count_shown(texts[i], "hunter2", NULL);
	assert_int_equal(shown, 0);
}

/* A second value for a key makes a fault of values that are good. */
static void
config_faults_never_show_what_looks_like_a_credential(void **state)
{
	static const char *const values[] = {
	    "http://svc:hunter2@proxy.example.com:3128",
	    "https://hunter2@h.example.com/s",
	    "https://svc:p/hunter2@h.example.com",
	    "https://svc:p@hunter2@h.example.com",
	    "https://svc:hunter2#x@h.example.com",
	    "http://svc:hunter2/",
	    "https://h.example.com/s?token=hunter2",
	    "https://h.example.com/s#access_token=hunter2",
	    "svc:hunter2@proxy.example.com:3128",
	    "//svc:hunter2@proxy.example.com",
	    "svc:hunter2",
	    "http://[::1]:hunter2",
	};
	size_t count;
	const struct config_key *keys = config_keys(&count);
	size_t shown = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		for (size_t k = 0; k < count; k++) {
			char text[300];

			(void)snprintf(text, sizeof(text), "%s = %s\n%s = %s\n",
			    keys[k].name, values[i], keys[k].name, values[i]);
			shown += count_shown(text, "hunter2", keys[k].name);
		}
	}
	assert_int_equal(shown, 0);
}

static void
config_values_in_quotes_are_named_as_such(void **state)
{
	static const char *const marks[] = {"\"", "'", "\xE2\x80\x9C",
	    "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x98", "\xE2\x80\x99",
	    "\xE2\x80\x9A"};
	static const char why[] =
	    "\" stands in quotes; write the value without them\n";

	(void)state;
	for (size_t i = 0; i < COUNT(goods); i++) {
		for (size_t m = 0; m < COUNT(marks); m++) {
			struct config config;
			autobuf lines = BUF_INIT(4096);
			char text[300];

			(void)snprintf(text, sizeof(text), "%s = %s%s%s\n",
			    goods[i].key, marks[m], goods[i].value, marks[m]);
			conf_write(text, goods[i].key);
			assert_int_equal(
			    load(NULL, CONFIG_FOR_LOGIN, &config, &lines),
			    OUTCOME_CONFIG_INVALID);
			/* it is the only fault, of this key's line */
			const char *said = buf_text(&lines);
			const char *end = strchr(said, '\n');
			const char *place = strstr(said, ":1: ");
			if (place == NULL || end[1] != '\0' ||
			    strncmp(place + 4, goods[i].key,
				strlen(goods[i].key)) != 0 ||
			    strstr(said, why) == NULL)
				fail_msg("%s: %s", text, said);
		}
	}
}

static void
config_keeps_the_place_of_helper_user(void **state)
{
	static const char *const args[] = {"helper_user=nobody", NULL};
	char expected[128];

	(void)state;
	conf_write("", NULL);
	struct config config = load_good(NULL);
	assert_string_equal(config.helper_user_place, conf);
	conf_write("# one\nhelper_user = nobody\n", NULL);
	config = load_good(NULL);
	(void)snprintf(expected, sizeof(expected), "%s:2", conf);
	assert_string_equal(config.helper_user_place, expected);
	drop_in_write("10.conf", "\n\nhelper_user = _gcpkce\n");
	config = load_good(NULL);
	(void)snprintf(expected, sizeof(expected), "%s.d/10.conf:3", conf);
	assert_string_equal(config.helper_user_place, expected);
	config = load_good(args);
	assert_string_equal(config.helper_user_place, "argument");
}

#define CONFIG_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, directory_make, directory_remove)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    CONFIG_TEST(config_faults_read_as_every_row_says),
	    CONFIG_TEST(config_faults_name_arguments_and_drop_ins_too),
	    CONFIG_TEST(config_has_a_fault_row_for_every_key),
	    CONFIG_TEST(config_has_a_good_row_for_every_key),
	    CONFIG_TEST(config_key_twice_in_one_file_is_a_fault),
	    CONFIG_TEST(config_key_twice_among_the_arguments_is_a_fault),
	    CONFIG_TEST(config_key_alone_gives_the_default_back),
	    CONFIG_TEST(config_every_default_loads_as_it_is_written),
	    CONFIG_TEST(config_for_cxone_may_have_all_of_its_keys),
	    CONFIG_TEST(config_client_id_of_cxone_may_be_a_name),
	    CONFIG_TEST(config_values_that_are_too_long_are_faults),
	    CONFIG_TEST(config_for_a_token_asks_for_the_way_alone),
	    CONFIG_TEST(config_for_a_listener_leaves_room_for_its_port),
	    CONFIG_TEST(config_with_a_start_page_needs_a_port_to_listen_on),
	    CONFIG_TEST(
		config_lines_may_have_blanks_comments_and_carriage_returns),
	    CONFIG_TEST(
		config_drop_ins_are_read_in_name_order_and_the_later_wins),
	    CONFIG_TEST(config_drop_ins_are_the_conf_files_alone),
	    CONFIG_TEST(config_drop_ins_replace_whole_values),
	    CONFIG_TEST(config_drop_ins_complete_what_the_file_lacks),
	    CONFIG_TEST(config_argument_is_not_cut_at_a_number_sign),
	    CONFIG_TEST(config_file_that_is_named_must_exist),
	    CONFIG_TEST(config_file_is_named_once),
	    CONFIG_TEST(config_file_is_named_by_an_absolute_path),
	    CONFIG_TEST(config_default_file_may_be_missing),
	    CONFIG_TEST(config_file_with_a_nul_byte_is_refused_by_line),
	    CONFIG_TEST(config_line_beyond_all_bounds_is_refused_by_line),
	    CONFIG_TEST(
		config_faults_are_counted_beyond_those_that_are_reported),
	    CONFIG_TEST(config_urls_come_from_the_region_and_win_over_it),
	    CONFIG_TEST(config_region_of_the_longest_domain_makes_whole_urls),
	    CONFIG_TEST(config_of_a_command_ignores_what_binds_the_module),
	    CONFIG_TEST(config_of_an_ordinary_host_refuses_export_and_secret),
	    CONFIG_TEST(config_of_an_ordinary_host_quotes_what_export_is),
	    CONFIG_TEST(config_file_that_others_may_write_is_unsafe),
	    CONFIG_TEST(config_directory_that_others_may_write_is_unsafe),
	    CONFIG_TEST(config_drop_in_that_others_may_write_is_unsafe),
	    CONFIG_TEST(config_files_of_others_are_unsafe),
	    CONFIG_TEST(config_links_are_unsafe),
	    CONFIG_TEST(config_that_is_no_file_is_refused_without_hanging),
	    CONFIG_TEST(config_drop_ins_of_a_long_path_are_read),
	    CONFIG_TEST(config_fault_of_a_long_line_ends_in_the_fix),
	    CONFIG_TEST(config_faults_never_show_a_secret),
	    CONFIG_TEST(config_faults_never_show_what_looks_like_a_credential),
	    CONFIG_TEST(config_values_in_quotes_are_named_as_such),
	    CONFIG_TEST(config_keeps_the_place_of_helper_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
