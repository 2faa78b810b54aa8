/* SPDX-License-Identifier: ISC */
/* What the user sees: one of three pages.  All texts are copied. */
#ifndef GCPKCE_GREETER_SCREEN_H
#define GCPKCE_GREETER_SCREEN_H

#include <stdbool.h>

/* A page that reports, or asks. */
struct screen_question {
	const char *user; /* whose sign-in it is, or NULL */
	const char *title;
	const char *text;   /* lines, or "" */
	const char *prompt; /* NULL: there is no field */
	bool secret;        /* the field hides what is typed */
	const char *open; /* the button that opens the sign-in page, or NULL */
	bool other_way;   /* is there another way? */
};

/* The start page, which asks for the user's name.  Unless locked_by is NULL it
 * says who has locked, and proposes the name, which may be "". */
void screen_show_start(const char *notice, const char *locked_by);

/* A page without an end of its own. */
void screen_show_wait(const char *text);

/* The same until the session begins; the user cannot start again. */
void screen_show_welcome(void);

/* The sign-in ends if the user does not go on for the seconds of timeout. */
void screen_show_question(const struct screen_question *question);

bool screen_is_dark(void);

#endif
