/* SPDX-License-Identifier: ISC */
/*
 * What the scripted helper and the tests have in common.
 *
 * A script stands in signin_org: words, parted by commas, one for each round;
 * the last one counts for all further rounds.  A word is the name of an
 * outcome, or an outcome and a twist, "ok:other-id"; or a step that the twist
 * strikes in place of the verdict: "ready:die" strikes the address ("ready:
 * unreachable" says that its preconnect found no way, "ready:length-N" makes it
 * N bytes long),
 * "dialogue:die" a second address, unasked, while the person is asked, and
 * "settle:die" a second verdict, behind that of another person.  The twists are
 * the tables of faulty_frames.c.  A copy of the helper whose file has a twist's
 * name does that before it has read anything.
 *
 * ca_file is "/" and the name of an abstract stream socket; the helper tells it
 * what it saw, a line each:
 *
 *   life uid=U gid=U groups=N environment=N arguments=N descriptors=N
 *       directory=D umask=O blocked=N no_new_privs=N death=N session=N core=N
 *       file=N keys=N
 *   request user=U service=S host=H decoy=0 want_token=0 revoke=1 needs=000
 *       secret=S
 *   answer LENGTH FIRST-BYTES
 *   granted, keep, revoke, gone
 *   revoke_request user=U service=S token=T limit_s=N expires_at_s=N
 */
#ifndef GCPKCE_TESTS_PAM_SCRIPT_H
#define GCPKCE_TESTS_PAM_SCRIPT_H

#define CLIENT "6f1c2a9e-0000-4000-8000-0000000000c1"
#define ORGANIZATION "6f1c2a9e-0000-4000-8000-0000000000f1"
#define OTHER_ORGANIZATION "6f1c2a9e-0000-4000-8000-0000000000f2"
#define ALICE_ID "6f1c2a9e-0000-4000-8000-0000000000a1"
#define OTHER_ID "6f1c2a9e-0000-4000-8000-0000000000b2"
#define GROUP "6f1c2a9e-0000-4000-8000-0000000000d1"
#define ROLE "6f1c2a9e-0000-4000-8000-0000000000d2"
#define DIVISION "6f1c2a9e-0000-4000-8000-0000000000d3"
#define ALICE_EMAIL "alice@example.com"
#define CORRELATION "5d2f7b"
#define REASON "the scripted reason"
#define TOKEN "tOkEn-of.alice_0123456789~"
#define EXPIRES_IN_S 86399
#define KEY_NAME "pam_gcpkce test"

/* With callback=loopback: where it can listen, and where it says it cannot. */
#define REDIRECT_FREE "http://localhost:8400/back"
#define REDIRECT_TAKEN "http://localhost:8401/back"

/* The address of a round. */
#define ADDRESS "https://login.example.com/oauth/authorize?round=%u"

#endif
