/* SPDX-License-Identifier: ISC */
/* The environment that the programs of the login screen keep. */
#ifndef GCPKCE_GREETER_ENVIRONMENT_H
#define GCPKCE_GREETER_ENVIRONMENT_H

#include <stdbool.h>

/*
 * Remove what the environment could make of GTK, GLib and WebKit: files of the
 * account, modules, debugging, another sandbox.  Language, display, bus, time
 * zone and proxy stay; the sockets of the display manager do not.  For use
 * before any library has read it.
 *
 * gives:  false when memory is short
 */
bool environment_reduce(void);

#endif
