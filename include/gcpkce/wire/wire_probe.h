/* SPDX-License-Identifier: ISC */
/* Frames of "gcpkce check": facts only, no sign-in and no token. */
#ifndef GCPKCE_WIRE_PROBE_H
#define GCPKCE_WIRE_PROBE_H

#include "wire.h"

#define WIRE_PROBE_TEXT_MAX 255

/* The steps to a host, in their order; 0 is none of them. */
enum wire_step {
	WIRE_STEP_NONE,
	WIRE_STEP_DNS, /* of the proxy, if there is one */
	WIRE_STEP_TCP, /* to the proxy, if there is one */
	WIRE_STEP_PROXY,
	WIRE_STEP_TLS,
	WIRE_STEP_HTTP,
	WIRE_STEP_COUNT
};

enum wire_host { WIRE_HOST_LOGIN, WIRE_HOST_API, WIRE_HOST_COUNT };

struct wire_probe_request {
	struct wire_route route;
	char client_id[WIRE_TEXT_MAX + 1];
	char redirect_uri[WIRE_TEXT_MAX + 1];
	char signin_org[WIRE_TEXT_MAX + 1];
	char signin_provider[WIRE_TEXT_MAX + 1];
	bool network;     /* else only the sandbox */
	uint32_t limit_s; /* how long it may take */
};

/* How far a request to one server got.  All zero: nowhere. */
struct wire_reach {
	enum wire_step reached; /* the last step that succeeded */
	enum wire_step failed;  /* and the one that failed */
	char error[WIRE_PROBE_TEXT_MAX + 1];
	uint32_t ms[WIRE_STEP_COUNT]; /* of each successful step */
	char address[WIRE_PROBE_TEXT_MAX + 1];
	char tls[WIRE_PROBE_TEXT_MAX + 1]; /* version; "" not known */
	uint32_t status;                   /* of HTTP; 0: none came */
	uint32_t proxy_status;             /* of CONNECT; 0: none came */
	uint64_t certificate_end_s;        /* the chain's first; 0: not known */
	uint64_t date_s;  /* the server's clock (Date); 0: not known */
	uint64_t clock_s; /* ours, at the same time */
};

/* The reply to GET /oauth/authorize without a sign-in. */
struct wire_authorize {
	uint32_t status; /* 0: nothing came */
	bool back;       /* it redirects to redirect_uri at once */
	char error[WIRE_PROBE_TEXT_MAX + 1]; /* in the redirect */
	char place[WIRE_PROBE_TEXT_MAX + 1]; /* the target, without the query */
};

enum wire_url {
	WIRE_URL_ISSUER,
	WIRE_URL_AUTHORIZE,
	WIRE_URL_TOKEN,
	WIRE_URL_JWKS,
	WIRE_URL_USERINFO,
	WIRE_URL_COUNT
};

/* CXone's discovery document. */
struct wire_discovery {
	uint32_t status; /* 0: nothing came, or it is not JSON */
	char urls[WIRE_URL_COUNT][WIRE_PROBE_TEXT_MAX + 1]; /* "": not named */
	bool no_rs256; /* lists of it, which have no such entry */
	bool no_s256;
	bool no_none;
	bool no_basic;
	bool no_post;
};

struct wire_probe_reply {
	char reason[WIRE_PROBE_TEXT_MAX + 1]; /* why no request was made */
	struct missing_layers missing; /* every layer that is not active */
	struct wire_reach hosts[WIRE_HOST_COUNT];
	struct wire_authorize ours;    /* with the configured client */
	struct wire_authorize unknown; /* with a client that does not exist */
	bool same_page;                /* both bodies are equal */
	uint32_t keys; /* of CXone's that can verify an id_token */
	char keys_error[WIRE_PROBE_TEXT_MAX + 1]; /* why there are none */
	struct wire_discovery discovery;
};

WIRE_FRAME(probe_request, struct wire_probe_request);
WIRE_FRAME(probe_reply, struct wire_probe_reply);

#endif
