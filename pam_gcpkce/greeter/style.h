/* SPDX-License-Identifier: ISC */
#ifndef GCPKCE_GREETER_STYLE_H
#define GCPKCE_GREETER_STYLE_H

#include <stdbool.h>

/* Set colours, fonts and scale of all widgets. */
void style_apply(bool dark, unsigned long scale_percent);

#endif
