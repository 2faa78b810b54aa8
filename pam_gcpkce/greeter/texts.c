/* SPDX-License-Identifier: ISC */
#include "texts.h"

#include <libintl.h>

#define DOMAIN "pam_gcpkce"

const char *
text_of(const char *sentence)
{
	/* the translation of "" is the catalogue's head */
	return sentence[0] == '\0' ? sentence : dgettext(DOMAIN, sentence);
}
