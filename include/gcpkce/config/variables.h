/* SPDX-License-Identifier: ISC */
/* Variables of a session with fixed names; see pam_gcpkce(8). */
#ifndef GCPKCE_VARIABLES_H
#define GCPKCE_VARIABLES_H

#define ENV_TOKEN_ID "GCPKCE_TOKEN_ID" /* from authenticate to session */
#define ENV_TOKEN_FILE "GCPKCE_TOKEN_FILE"
#define ENV_TOKEN_EXPIRES "GCPKCE_TOKEN_EXPIRES"
#define ENV_USER_ID "GCPKCE_USER_ID"
#define ENV_USER_EMAIL "GCPKCE_USER_EMAIL"

#endif
