/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_STYLE_H
#define GCPKCE_GREETER_STYLE_H

#include <gtk/gtk.h>

#include "settings.h"

/* Set colours, fonts and scale of all widgets; gives whether it is dark. */
bool style_apply(const struct settings *settings);

/* The size of an em, in pixels. */
int style_em(const struct settings *settings);

#endif
