/* SPDX-License-Identifier: ISC */
/* The sandbox's layers: the helper sends bits and errnos, not text. */
#ifndef GCPKCE_LAYERS_H
#define GCPKCE_LAYERS_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

enum sandbox_layer {
	SANDBOX_MEMORY,      /* undumpable: no access by its account */
	SANDBOX_IDS,         /* an account of its own, irrevocably */
	SANDBOX_PRIVILEGES,  /* none, and none gained by exec */
	SANDBOX_ENVIRONMENT, /* empty */
	SANDBOX_DESCRIPTORS, /* at most six */
	SANDBOX_LIMITS,
	SANDBOX_PARENT, /* ends with its parent */
	SANDBOX_LANDLOCK,
	SANDBOX_SECCOMP, /* of the worker, see worker.h */
	SANDBOX_LAYERS
};

/* The layers that are missing.  All zero: none. */
struct missing_layers {
	uint32_t layers;   /* one bit for each layer */
	uint32_t reported; /* those that missing_news has reported */
	uint32_t errors[SANDBOX_LAYERS]; /* an errno, or 0 */
};

const char *layer_name(enum sandbox_layer layer);

/* Add a missing layer, or those of another record; earlier errors are kept. */
void missing_add(
    struct missing_layers *missing, enum sandbox_layer layer, uint32_t error);
void missing_merge(
    struct missing_layers *missing, const struct missing_layers *more);

/*
 * Is a missing layer a refusal?
 *
 * in:     end  of the sentence, or ""
 * errors: OUTCOME_HELPER_FAILED  reterr names the missing layers
 */
MUST_CHECK enum outcome missing_judge(const struct missing_layers *missing,
    bool strict, const char *end, struct errinfo *reterr);

/*
 * Append "the helper's sandbox lacks ..." about the layers that this has not
 * appended before; false if there are none.
 */
bool missing_news(struct missing_layers *missing, struct buf *text);

#endif
