/* SPDX-License-Identifier: ISC */
/*
 * What may be behind a refusal of Genesys Cloud, of a proxy or of the person:
 * one table for the journal's "likely:" and for gcpkce explain.
 */
#ifndef GCPKCE_CAUSE_H
#define GCPKCE_CAUSE_H

#include <stdbool.h>

/* When a cause can be, by what is known of the client. */
enum cause_scope {
	CAUSE_ANYWHERE,
	CAUSE_WITH_SECRET,    /* only where a client secret was sent */
	CAUSE_WITHOUT_SECRET, /* only where none was sent */
	CAUSE_ELSEWHERE       /* only in a client that somebody else wrote: this
				 project's own does not make this mistake */
};

/*
 * X(enum suffix, "name", scope, what it is, how to tell, what to change)
 *
 * What it is stands in the journal, too: no "; " in it, and no full stop.
 */
#define CAUSE_TABLE(X) \
	CAUSES_OF_ADDRESS(X) \
	CAUSES_OF_CLIENT(X) \
	CAUSES_OF_REDIRECT(X) \
	CAUSES_OF_CODE(X) \
	CAUSES_OF_PKCE(X) \
	CAUSES_OF_REQUEST(X) \
	CAUSES_OF_SERVICE(X)

/* What an address shows of itself stands first, so that it is named first. */
#define CAUSES_OF_ADDRESS(X) \
	X(ADDRESS_BROKEN, "address_broken", CAUSE_ANYWHERE, \
	    "a blank or a line break stands inside of the address", \
	    "All else here is about the address without it.", \
	    "Copy the address as one line: widen the terminal, or let " \
	    "start_url make the address short.") \
	X(ADDRESS_HOST, "address_host", CAUSE_ANYWHERE, \
	    "this is the API host or the apps host, not the login host", \
	    "The address begins with api. or apps.; the sign-in page is at " \
	    "login.DOMAIN, and so is /oauth/token.", \
	    "Use https://login.DOMAIN.")

#define CAUSES_OF_CLIENT(X) \
	X(REGION, "region", CAUSE_ANYWHERE, \
	    "region or login_url is not the one that the client belongs to", \
	    "Sign in to Genesys Cloud's own pages and look at the address " \
	    "bar: its domain is the organization's.", \
	    "Set region to that domain, or to its AWS name.") \
	X(CLIENT_ID, "client_id", CAUSE_ANYWHERE, \
	    "client_id is mistyped or the client was deleted", \
	    "Compare it with Admin > Integrations > OAuth, character by " \
	    "character.", \
	    "Copy the client's id from there.") \
	X(CLIENT_ID_FORM, "client_id_form", CAUSE_ANYWHERE, \
	    "client_id is not a client's id", \
	    "An id is a UUID, 36 characters with four hyphens; the client's " \
	    "name or its secret is none.", \
	    "Set client_id to the client's id.") \
	X(SECRET_WRONG, "secret_wrong", CAUSE_WITH_SECRET, \
	    "client_secret_file holds a wrong or an old secret", \
	    "Generating a new secret at the client makes the earlier one " \
	    "useless; look when the file was written.", \
	    "Write the client's present secret into client_secret_file.") \
	X(SECRET_MISSING, "secret_missing", CAUSE_WITHOUT_SECRET, \
	    "the client demands its secret and client_secret_file is not set", \
	    "The same client lets an application in that sends the secret.", \
	    "Set client_secret_file, or use a client that takes PKCE alone.") \
	X(CLIENT_INACTIVE, "client_inactive", CAUSE_ANYWHERE, \
	    "the client is disabled or inactive", \
	    "Its page in Admin > Integrations > OAuth shows the state.", \
	    "Have an administrator of the organization enable it.") \
	X(GRANT_TYPE, "grant_type", CAUSE_ANYWHERE, \
	    "the client's grant type is not Code Authorization", \
	    "The client's page names its grant type: Client Credentials, " \
	    "Token Implicit and SAML2 Bearer will not do.", \
	    "Create a client of the type Code Authorization.") \
	X(UNAPPROVED, "unapproved", CAUSE_ANYWHERE, \
	    "an administrator of the organization has not approved the client", \
	    "An administrator can sign in with it and others cannot, or see " \
	    "a page that asks for permission.", \
	    "Have an administrator approve the client for the organization.") \
	X(SCOPE, "scope", CAUSE_ANYWHERE, \
	    "the client has no scope, or one that the organization does not " \
	    "have", \
	    "Look at the list of scopes on the client's page.", \
	    "Give it user-basic-info, and whatever else its tokens are for.") \
	X(SCOPE_ENFORCED, "scope_enforced", CAUSE_ANYWHERE, \
	    "the organization enforces scopes and the client lacks one that " \
	    "this request needs", \
	    "It began when Enforce Scopes was switched on, or other clients' " \
	    "tokens may do the same.", \
	    "Add the scope to the client (a sign-in needs user-basic-info), " \
	    "then sign in anew.") \
	X(PERMISSION, "permission", CAUSE_ANYWHERE, \
	    "the person lacks a permission that the request needs", \
	    "Somebody with more roles can do the same; users/me and " \
	    "tokens/me themselves need no permission.", \
	    "Give the person a role with that permission, in the division " \
	    "that it is about.")

#define CAUSES_OF_REDIRECT(X) \
	X(REDIRECT, "redirect", CAUSE_ANYWHERE, \
	    "redirect_uri is not the one of the authorize address (a start " \
	    "page with another configuration?)", \
	    "Compare the two byte by byte: scheme, host, port, path, the " \
	    "slash at the end. explain --conf does so with an address.", \
	    "Send one and the same text in both requests, as the client has " \
	    "it registered.") \
	X(REDIRECT_UNREGISTERED, "redirect_unregistered", CAUSE_ANYWHERE, \
	    "redirect_uri is not registered with the client", \
	    "The login page itself complains and the browser is not sent " \
	    "back.", \
	    "Add it to the client's authorized redirect URIs, byte for byte.") \
	X(REDIRECT_SCHEME, "redirect_scheme", CAUSE_ANYWHERE, \
	    "redirect_uri has another scheme", \
	    "One of the two addresses begins with http:, the other with " \
	    "https:.", \
	    "Write the scheme of the registered redirect URI in both places.") \
	X(REDIRECT_HOST, "redirect_host", CAUSE_ANYWHERE, \
	    "redirect_uri has another host", \
	    "Compare the names; localhost and 127.0.0.1 are two, and so are " \
	    "names with and without www.", \
	    "Write the host of the registered redirect URI in both places.") \
	X(REDIRECT_PORT, "redirect_port", CAUSE_ANYWHERE, \
	    "redirect_uri has another port", \
	    "Compare what stands behind the colon; no port is another text " \
	    "than :443.", \
	    "Write the port as the registered redirect URI does. Only one " \
	    "that was registered as http://localhost without a port takes " \
	    "any.") \
	X(REDIRECT_PATH, "redirect_path", CAUSE_ANYWHERE, \
	    "redirect_uri has another path", \
	    "Compare what stands behind the host, upper and lower case too.", \
	    "Write the path of the registered redirect URI in both places.") \
	X(REDIRECT_SLASH, "redirect_slash", CAUSE_ANYWHERE, \
	    "redirect_uri has a slash more or less at its end", \
	    "One of the two addresses ends in a slash, the other does not.", \
	    "Write it as the registered redirect URI does.")

#define CAUSES_OF_CODE(X) \
	X(CODE_REPEATED, "code_repeated", CAUSE_ANYWHERE, \
	    "this very code was sent before, and a code works once", \
	    "The same code was pasted twice, or the program tried again " \
	    "after a failure.", \
	    "Sign in again for a new code; never repeat the exchange.") \
	X(CODE_TAKEN, "code_taken", CAUSE_ANYWHERE, \
	    "something else used the code first (a page that was loaded " \
	    "twice, a link scanner)", \
	    "Whatever serves the redirect URI must not exchange the code " \
	    "itself; see its log.", \
	    "Let nothing but this program use the code: a static page, or " \
	    "an address that nobody serves.") \
	X(CODE_EXPIRED, "code_expired", CAUSE_ANYWHERE, \
	    "the code has expired", \
	    "Minutes passed between the page and the exchange. Genesys Cloud " \
	    "does not publish how long a code lives.", \
	    "Exchange the code at once.") \
	X(CODE_CUT, "code_cut", CAUSE_ANYWHERE, \
	    "the code was cut off when pasted", \
	    "A terminal line takes 1023 characters in ssh, 511 in sudo; " \
	    "compare the end of what was pasted with the page.", \
	    "Paste the code alone instead of the whole address.") \
	X(CODE_EARLIER, "code_earlier", CAUSE_ANYWHERE, \
	    "the code is of an earlier address", \
	    "Several addresses were opened; only the last one's verifier is " \
	    "still there.", \
	    "Open the address that is shown now, and paste its code.") \
	X(CODE_OTHER_CLIENT, "code_other_client", CAUSE_ANYWHERE, \
	    "the address was made with another client_id or redirect_uri (a " \
	    "start page with another configuration?)", \
	    "Look at client_id and redirect_uri in the authorize address.", \
	    "Configure both sides alike.")

#define PKCE_TELL "gcpkce pkce --verifier V --challenge C names it."
#define CAUSES_OF_PKCE(X) \
	X(VERIFIER_NEW, "verifier_new", CAUSE_ELSEWHERE, \
	    "the verifier of the exchange is not the one that the challenge " \
	    "was made of (made anew between the two requests)", \
	    PKCE_TELL " Two processes, a reload or a second tab make two.", \
	    "Keep the verifier from the authorize address to the exchange, " \
	    "beside the state.") \
	X(CHALLENGE_BASE64, "challenge_base64", CAUSE_ELSEWHERE, \
	    "the challenge is in standard base64 in place of base64url", \
	    "It has a '+' or '/' (or %2B, %2F, or a blank in place of the " \
	    "plus); three in four digests show it.", \
	    "Write '-' for '+' and '_' for '/'.") \
	X(CHALLENGE_PADDED, "challenge_padded", CAUSE_ELSEWHERE, \
	    "the challenge has padding", \
	    "It ends in '=' or %3D and has 44 characters.", \
	    "Leave the '=' out: 43 characters.") \
	X(CHALLENGE_HEX, "challenge_hex", CAUSE_ELSEWHERE, \
	    "the challenge is made of the digest in hexadecimal", \
	    "It has 64 characters of 0-9 and a-f, or 86 in base64url.", \
	    "Encode the 32 bytes of the digest, not their text.") \
	X(CHALLENGE_CUT, "challenge_cut", CAUSE_ELSEWHERE, \
	    "the challenge was cut off", "It has fewer than 43 characters.", \
	    "Send all 43; look for a column or a variable that is too short.") \
	X(NEWLINE, "newline", CAUSE_ELSEWHERE, \
	    "a newline at the end of the verifier was hashed or sent", \
	    PKCE_TELL " 'echo' and text files add one.", \
	    "Use printf, or take the newline off, before hashing and before " \
	    "sending.") \
	X(VERIFIER_LENGTH, "verifier_length", CAUSE_ELSEWHERE, \
	    "the verifier is too short or too long", \
	    "RFC 7636 wants 43 to 128 characters.", \
	    "Make it of 32 random bytes: 43 characters of base64url.") \
	X(VERIFIER_BYTES, "verifier_bytes", CAUSE_ELSEWHERE, \
	    "the verifier has characters that a verifier may not have", \
	    "Allowed are A-Z, a-z, 0-9 and - . _ ~; '+', '/' and '=' are not.", \
	    "Make it in base64url without padding.") \
	X(METHOD, "method", CAUSE_ELSEWHERE, \
	    "code_challenge_method is missing or not S256", \
	    "Without it RFC 7636 means plain: then the challenge would have " \
	    "to be the verifier itself.", \
	    "Send code_challenge_method=S256.") \
	X(CHALLENGE_MISSING, "challenge_missing", CAUSE_ELSEWHERE, \
	    "the authorize address has no code_challenge", \
	    "Look for code_challenge= in it.", \
	    "Send the challenge there, and the verifier in the exchange.")

#define CAUSES_OF_REQUEST(X) \
	X(BODY_JSON, "body_json", CAUSE_ELSEWHERE, \
	    "the body was sent as JSON in place of a form", \
	    "The request's Content-Type is application/json.", \
	    "Send application/x-www-form-urlencoded: grant_type=" \
	    "authorization_code&code=...&code_verifier=...&client_id=..." \
	    "&redirect_uri=...") \
	X(FORM_CHANGED, "form_changed", CAUSE_ANYWHERE, \
	    "a proxy or gateway changed the form that was sent", \
	    "The same request by another way out of the network succeeds.", \
	    "Take the login host out of what the proxy inspects.") \
	X(LOGIN_HOST, "login_host", CAUSE_ANYWHERE, \
	    "login_url does not lead to Genesys Cloud's login host", \
	    "It is login.DOMAIN and /oauth/token; neither api.DOMAIN nor " \
	    "apps.DOMAIN nor /api/v2 serves it.", \
	    "Set region, or login_url to https://login.DOMAIN.") \
	X(API_HOST, "api_host", CAUSE_ANYWHERE, \
	    "api_url does not lead to Genesys Cloud's API host", \
	    "It is api.DOMAIN, without /api/v2 behind it.", \
	    "Set region, or api_url to https://api.DOMAIN.") \
	X(GRANT_NAME, "grant_name", CAUSE_ELSEWHERE, \
	    "grant_type in the form is not authorization_code", \
	    "Look at the form that is sent.", \
	    "Send grant_type=authorization_code.") \
	X(PARAMETER, "parameter", CAUSE_ELSEWHERE, \
	    "a parameter is missing, empty, or there twice", \
	    "The authorize address needs response_type, client_id, " \
	    "redirect_uri, code_challenge and code_challenge_method; the form " \
	    "grant_type, code, code_verifier, client_id and redirect_uri.", \
	    "Send each of them once.") \
	X(RESPONSE_TYPE, "response_type", CAUSE_ELSEWHERE, \
	    "response_type is not code", \
	    "response_type=token is the implicit grant: its redirect has " \
	    "#access_token= instead of ?code=.", \
	    "Send response_type=code.") \
	X(ORG_PROVIDER, "org_provider", CAUSE_ELSEWHERE, \
	    "org was sent without provider, or provider without org", \
	    "Look at the authorize address.", "Send both or neither.") \
	X(CANCELLED, "cancelled", CAUSE_ANYWHERE, \
	    "the person cancelled, or declined the client's request", \
	    "Ask the person.", "Sign in again and allow it.") \
	X(BODY_CUT, "body_cut", CAUSE_ANYWHERE, \
	    "the body was cut off or changed when it was copied", \
	    "JSON of an error ends in a brace.", \
	    "Copy it whole, as one line if need be.")

#define CAUSES_OF_SERVICE(X) \
	X(RATE, "rate", CAUSE_ANYWHERE, "too many requests in a short time", \
	    "On the login host it is a 400 whose description begins with " \
	    "'rate limit exceeded', on the API host a 429 with Retry-After. " \
	    "Other programs with the same client or user count, too.", \
	    "Wait a minute; then find out what asks so often.") \
	X(PROVIDER, "provider", CAUSE_ANYWHERE, \
	    "Genesys Cloud itself is in trouble", \
	    "Genesys Cloud's status page, and whether others can sign in.", \
	    "Wait and try again; keep the correlation id for a report.") \
	X(GATEWAY, "gateway", CAUSE_ANYWHERE, \
	    "a proxy, gateway or portal answered in Genesys Cloud's place", \
	    "The body is a page, not JSON, or names another product; the " \
	    "certificate is not Genesys Cloud's.", \
	    "Set proxy as the network wants it, or let both hosts through.") \
	X(PROXY_LOGIN, "proxy_login", CAUSE_ANYWHERE, \
	    "the proxy wants a name and a password", \
	    "407 comes from proxies alone.", \
	    "Let this host through the proxy without them.") \
	X(TOKEN_MISSING, "token_missing", CAUSE_ELSEWHERE, \
	    "no token was sent", \
	    "The request has no Authorization: Bearer header, or a redirect " \
	    "dropped it.", \
	    "Send the access token in that header.") \
	X(TOKEN_ENDED, "token_ended", CAUSE_ANYWHERE, \
	    "the token has expired, was idle too long, or was revoked", \
	    "gcpkce whoami says the same of it; the client's page has the " \
	    "token's duration.", \
	    "Sign in again.") \
	X(TOKEN_REGION, "token_region", CAUSE_ANYWHERE, \
	    "the token is of another region than api_url", \
	    "It works at the API host of its own region.", \
	    "Let login and API host be of one domain.")

enum cause {
	CAUSE_NONE,
#define X(suffix, name, scope, text, tell, fix) CAUSE_##suffix,
	CAUSE_TABLE(X)
#undef X
	    CAUSE_COUNT
};

struct cause_text {
	const char *name; /* stable, for JSON and tests */
	enum cause_scope scope;
	const char *text; /* what it is */
	const char *tell; /* how to tell */
	const char *fix;  /* what to change */
};

/*
 * A cause's row.
 *
 * gives:  static texts, never NULL; empty ones for CAUSE_NONE and for what is
 *         not in the table
 */
const struct cause_text *cause_get(enum cause cause);

/*
 * Can the cause be, where it is known whether a client secret was sent and
 * whether the client is this project's own?
 */
bool cause_applies(enum cause cause, bool own_client, bool secret_sent);

#endif
