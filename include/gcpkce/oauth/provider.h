/* SPDX-License-Identifier: ISC */
/*
 * The identity provider as a table: where requests go, what they carry, and who
 * reads the replies.  The code that sends and waits is the same for all.
 */
#ifndef GCPKCE_PROVIDER_H
#define GCPKCE_PROVIDER_H

#include "authorize.h"
#include "gcpkce/wire/wire_token.h"
#include "id_token.h"

/* Requests for the identity, which need the token and run side by side. */
#define PROVIDER_REQUESTS 2
/* Lists that a reply may leave out and that have an endpoint of their own. */
#define PROVIDER_LISTS 2

struct endpoint {
	const char *request; /* method and path, for reasons; NULL: none */
	const char *path;    /* to append to ... */
	size_t base;         /* ... the URL at this offset of wire_route ... */
	size_t whole; /* ... unless the URL there is not empty; 0: none */
};

/* What a parser of identities needs besides the reply. */
struct identity_context {
	struct identity_needs needs;
	struct id_token_terms terms; /* CXone's */
	struct view id_token;        /* CXone's; p is NULL without one */
	bool key_unknown; /* out: the JWKS has no key for the id_token */
};

typedef enum outcome identity_parse_fn(struct view body,
    struct identity_context *context, struct identity *identity,
    struct errinfo *reterr);

struct identity_request {
	struct endpoint endpoint;
	const char *input;  /* the reply's name in the input of gcpkce decide */
	const char *called; /* that input in a sentence */
	bool is_early;      /* needs no token: sent before the answer,
			       and judged before the others are sent */
	bool is_userinfo;   /* sent only if the route asks for it */
	size_t reply_max;   /* with is_early: bytes of its body */
	/* append what asks for lists that are sent only on request; nullable */
	void (*query)(struct identity_needs needs, struct buf *url);
	/* errors: OUTCOME_REPLY_INVALID, OUTCOME_IDENTITY_INCOMPLETE,
	   OUTCOME_NO_MEMORY; CXone's also those of id_token_verify */
	identity_parse_fn *parse;
	identity_parse_fn *parse_input; /* of gcpkce decide */
	/* of gcpkce whoami, which has a token alone; NULL: not asked */
	identity_parse_fn *parse_owner;
	/* the names in the reply, for display; only with parse_owner */
	enum outcome (*names_parse)(
	    struct view body, struct wire_names *names, struct errinfo *reterr);
};

/* Asked for over the connection of the first identity request. */
struct list_request {
	const char *field; /* where the identity request should have it */
	bool (*is_missing)(
	    struct identity_needs needs, const struct identity *identity);
	/* append the path; OUTCOME_IDENTITY_INCOMPLETE: it has none */
	enum outcome (*path)(const struct identity *identity, struct buf *path,
	    struct errinfo *reterr);
	enum outcome (*parse)(struct view body, struct identity *identity,
	    struct errinfo *reterr);
};

struct provider {
	bool http_1_1;            /* no newer version */
	size_t code_max;          /* bytes of a code */
	bool code_vschar;         /* as in struct answer_terms */
	bool expires_may_be_text; /* expires_in: "3600" beside 3600 */
	bool uses_id_token;       /* of the token reply; else it is ignored */
	bool basic_is_encoded;    /* RFC 6749 section 2.3.1 */
	struct endpoint authorize;
	/* append the parameters that no standard has */
	void (*authorize_query)(
	    const struct authorize_request *request, struct buf *address);
	struct endpoint token;
	struct identity_request identity[PROVIDER_REQUESTS];
	struct list_request lists[PROVIDER_LISTS];
	struct endpoint revoke;
	struct endpoint discovery; /* of gcpkce check alone */
	/* how many keys of identity[0] can be used; nullable */
	enum outcome (*keys_count)(
	    struct view body, size_t *ret, struct errinfo *reterr);
	/* members of error bodies; each list is ended by NULL */
	const char *const *error_names;
	const char *const *error_details;
	const char *const *error_correlations;
	const char *const
	    *correlation_headers; /* each with its colon; the same */
	const char *rate_limit;   /* how the description of a 400
				     invalid_request begins that is one */
};

extern const struct provider provider_genesys;
extern const struct provider provider_cxone;

/* The one that a route leads to. */
const struct provider *provider_of(const struct wire_route *route);

/* Is the request made at all? */
bool identity_is_wanted(
    const struct identity_request *request, const struct wire_route *route);

/* Append an endpoint's URL; failures are reported by buf_check(url). */
void endpoint_url(const struct endpoint *endpoint,
    const struct wire_route *route, struct buf *url);

/* The base URL of an endpoint; *borrowed* from route. */
const char *endpoint_base(
    const struct endpoint *endpoint, const struct wire_route *route);

/* Append the address of the endpoint's server, without a resource. */
void endpoint_server(const struct endpoint *endpoint,
    const struct wire_route *route, struct buf *url);

#endif
