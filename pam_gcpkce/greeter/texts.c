/* SPDX-License-Identifier: ISC */
#include "texts.h"

#include <gtk/gtk.h>
#include <libintl.h>
#include <locale.h>

#define DOMAIN "pam_gcpkce"

void
texts_open(void)
{
	/* one that is not installed must not show UTF-8 as question marks */
	if (setlocale(LC_ALL, "") == NULL)
		(void)setlocale(LC_ALL, "C.UTF-8");
	gtk_disable_setlocale();
	(void)bindtextdomain(DOMAIN, GCPKCE_LOCALE);
	(void)bind_textdomain_codeset(DOMAIN, "UTF-8");
}

const char *
text_of(const char *sentence)
{
	/* the translation of "" is the catalogue's head */
	return sentence[0] == '\0' ? sentence : dgettext(DOMAIN, sentence);
}

char *
text_filled(const char *sentence, const char *name, const char *value)
{
	GString *text = g_string_new(text_of(sentence));

	(void)g_string_replace(text, name, value, 1);
	return g_string_free(text, FALSE);
}
