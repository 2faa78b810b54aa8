/* SPDX-License-Identifier: ISC */
/*
 * Sentences in the application's language, by libc's gettext.
 */
#ifndef GCPKCE_MODULE_TRANSLATION_H
#define GCPKCE_MODULE_TRANSLATION_H

/* The domain of gettext; the catalogues are called NAME.mo. */
#define TRANSLATION_DOMAIN "pam_gcpkce"

/*
 * The sentence in the language that the application has set, if it has set one
 * with UTF-8 and there is a catalogue with a valid translation
 * (template_may_be).  The application's locale is read and never set.
 *
 * in:     sentence  one of messages.h; "" is in every language the same
 * gives:  a text that stays; otherwise the sentence itself
 * source: docs/DESIGN.md section 5
 */
const char *translation_of(const char *sentence);

#endif
