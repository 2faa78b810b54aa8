/* SPDX-License-Identifier: ISC */
/* A compromised helper may lie about layers, but supplies no text itself. */
#include "gcpkce/wire/layers.h"

static const char *const names[SANDBOX_LAYERS] = {
    [SANDBOX_MEMORY] = "memory",
    [SANDBOX_IDS] = "ids",
    [SANDBOX_PRIVILEGES] = "privileges",
    [SANDBOX_ENVIRONMENT] = "environment",
    [SANDBOX_DESCRIPTORS] = "descriptors",
    [SANDBOX_LIMITS] = "limits",
    [SANDBOX_PARENT] = "parent",
    [SANDBOX_LANDLOCK] = "landlock",
    [SANDBOX_SECCOMP] = "seccomp",
};

const char *
layer_name(enum sandbox_layer layer)
{
	return names[layer];
}

void
missing_add(
    struct missing_layers *missing, enum sandbox_layer layer, uint32_t error)
{
	if ((missing->layers & 1U << layer) != 0)
		return;
	missing->layers |= 1U << layer;
	missing->errors[layer] = error;
}

void
missing_merge(struct missing_layers *missing, const struct missing_layers *more)
{
	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		if ((more->layers & 1U << i) != 0)
			missing_add(missing, i, more->errors[i]);
	}
}

static void
layers_put(
    const struct missing_layers *missing, uint32_t layers, struct buf *text)
{
	const char *before = "the helper's sandbox lacks ";

	for (unsigned i = 0; i < SANDBOX_LAYERS; i++) {
		char space[ERR_TEXT_MAX];
		int error = (int)missing->errors[i];

		if ((layers & 1U << i) == 0)
			continue;
		buf_printf(text, "%s%s%s%s", before, names[i],
		    error == 0 ? "" : ": ",
		    error == 0 ? "" : err_text(error, space));
		before = ", ";
	}
}

bool
missing_news(struct missing_layers *missing, struct buf *text)
{
	uint32_t news = missing->layers & ~missing->reported;

	missing->reported = missing->layers;
	layers_put(missing, news, text);
	return news != 0;
}

enum outcome
missing_judge(const struct missing_layers *missing, bool strict,
    const char *end, struct errinfo *reterr)
{
	autobuf all = BUF_INIT(ERRINFO_TEXT_MAX);

	if (!strict || missing->layers == 0)
		return OUTCOME_OK;
	layers_put(missing, missing->layers, &all);
	return err_set(reterr, OUTCOME_HELPER_FAILED, "sandbox = strict: %s%s",
	    buf_text(&all), end);
}
