/* SPDX-License-Identifier: ISC */
/*
 * PAM services whose programs have a name and a password, and show no question.
 */
#ifndef GCPKCE_SERVICE_H
#define GCPKCE_SERVICE_H

#include <stdbool.h>

/*
 * Does the protocol behind this service carry a name and a password, and
 * nothing else?  Its program answers every prompt with the password, or ends:
 * saslauthd dies of one that echoes.
 *
 * in:     service  PAM_SERVICE, which pam_start has made lower case
 * source: docs/CALLERS.md
 */
bool service_cannot_ask(const char *service);

#endif
