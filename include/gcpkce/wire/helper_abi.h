/* SPDX-License-Identifier: ISC */
/* What the parent sets at the start of a helper, and the helper verifies. */
#ifndef GCPKCE_HELPER_ABI_H
#define GCPKCE_HELPER_ABI_H

#include <sys/resource.h>

/* 0, 1 and 2 are /dev/null; the helper starts with these and no other. */
#define HELPER_FD_SOCKET 3 /* the frames */

/* What the helper opens: the journal, /dev/null if there is no journal ... */
#define HELPER_FD_LOG 4
/* ... and the first of the two of the loopback listener. */
#define HELPER_FD_LISTEN 20

#define HELPER_FILES_MAX 64
_Static_assert(HELPER_FD_SOCKET == 3,
    "the parent closes all above it, and the sandbox counts from there");
_Static_assert(HELPER_FD_LISTEN > HELPER_FD_LOG &&
	HELPER_FD_LISTEN + 2 <= HELPER_FILES_MAX,
    "the listener's two are within the limit and no other's");
/* The lowest port of the loopback listener; lower ones need a capability. */
#define HELPER_PORT_MIN 1024
#define HELPER_CPU_SECONDS_MAX 60
/* Counts all processes of the helper's account: enough for a busy sshd. */
#define HELPER_PROCESSES_MAX 4096

/*
 * Memory, in bytes.  A sign-in with a bundle of certificates has data of 30
 * MiB; a stack is what each of libcurl's resolver threads reserves.
 */
#define HELPER_STACK_MAX (2UL << 20)
#define HELPER_DATA_MAX (256UL << 20)
#define HELPER_ADDRESSES_MAX (1UL << 30)
/* Locked: a page for each secret. */
#define HELPER_LOCKED_MAX (1UL << 20)

/* A sanitizer's shadow memory is larger than any limit. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HELPER_MEMORY_UNLIMITED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HELPER_MEMORY_UNLIMITED 1
#endif
#ifndef HELPER_MEMORY_UNLIMITED
#define HELPER_MEMORY_UNLIMITED 0
#endif

/* The type of getrlimit(2)'s resource: an enumeration in glibc, else int. */
#ifdef __GLIBC__
typedef __rlimit_resource_t limit_name;
#else
typedef int limit_name;
#endif

struct helper_limit {
	limit_name resource;
	rlim_t most;
};

/* All limits but RLIMIT_NPROC, which only a helper has that root started. */
#if HELPER_MEMORY_UNLIMITED
#define HELPER_MEMORY_LIMITS
#else
#define HELPER_MEMORY_LIMITS \
	{RLIMIT_DATA, HELPER_DATA_MAX}, {RLIMIT_AS, HELPER_ADDRESSES_MAX},
#endif
#define HELPER_LIMITS \
	{RLIMIT_NICE, 0}, {RLIMIT_RTPRIO, 0}, {RLIMIT_MSGQUEUE, 0}, \
	    {RLIMIT_MEMLOCK, HELPER_LOCKED_MAX}, {RLIMIT_CORE, 0}, \
	    {RLIMIT_FSIZE, 0}, {RLIMIT_NOFILE, HELPER_FILES_MAX}, \
	    {RLIMIT_CPU, HELPER_CPU_SECONDS_MAX}, \
	    {RLIMIT_STACK, HELPER_STACK_MAX}, HELPER_MEMORY_LIMITS

#endif
