/* SPDX-License-Identifier: ISC */
/*
 * The helper's limits: set at its start, and looked at by itself.
 */
#ifndef GCPKCE_HELPER_LIMITS_H
#define GCPKCE_HELPER_LIMITS_H

#include <sys/resource.h>

#define HELPER_FILES_MAX 64
/* The lowest port of the loopback listener; lower ones need a capability. */
#define HELPER_PORT_MIN 1024
#define HELPER_CPU_SECONDS_MAX 60
/* Counts all sign-ins of the helper's account: room for a busy sshd's. */
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

/* What getrlimit(2) calls a limit by: glibc has an enumeration, others int. */
#ifdef __GLIBC__
typedef __rlimit_resource_t limit_name;
#else
typedef int limit_name;
#endif

#endif
