/* SPDX-License-Identifier: ISC */
/*
 * gettext inside another program.  The directory of the catalogues is compiled
 * in, and root's like the module.  The caller's environment may choose among
 * the languages there, as it does for the application's own texts, and nothing
 * else: it can name no other directory and no other charset.
 */
#include "translation.h"

#include <langinfo.h>
#include <libintl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "locale_path.h"
#include "template.h"

/* libc refuses a path in LANGUAGE only in setuid programs. */
static bool
language_is_path(void)
{
	const char *language = getenv("LANGUAGE");

	return language != NULL && strchr(language, '/') != NULL;
}

/*
 * With any other charset libc would load a converter into the application, and
 * OUTPUT_CHARSET of the environment could say which.
 */
static bool
domain_bind(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	    !language_is_path() &&
	    bindtextdomain(TRANSLATION_DOMAIN, locale_path) != NULL &&
	    bind_textdomain_codeset(TRANSLATION_DOMAIN, "UTF-8") != NULL;
}

const char *
translation_of(const char *sentence)
{
	/* the translation of "" is the catalogue's head */
	if (sentence[0] == '\0' || !domain_bind())
		return sentence;
	const char *translation = dgettext(TRANSLATION_DOMAIN, sentence);
	return template_may_be(sentence, translation) ? translation : sentence;
}
