/* SPDX-License-Identifier: ISC */
/*
 * Sentences in the host's language, by libc's gettext.
 */
#ifndef GCPKCE_MODULE_TRANSLATION_H
#define GCPKCE_MODULE_TRANSLATION_H

/* Under this domain of gettext; the catalogues are called NAME.mo. */
#define TRANSLATION_DOMAIN "pam_gcpkce"

/*
 * The sentence in the language that the host has set, where it has set one
 * with UTF-8 and there is a catalogue with a translation that will do
 * (template_may_be).  The host's locale is read and never set.
 *
 * in:     sentence  one of messages.h; "" is in every language the same
 * gives:  a text that stays; otherwise the sentence itself
 * source: docs/DESIGN.md section 5
 */
const char *translation_of(const char *sentence);

#endif
