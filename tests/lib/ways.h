/* SPDX-License-Identifier: ISC */
/*
 * Trials of more than one call: ways around a refusal that were found, or
 * thought of.
 */
#ifndef GCPKCE_TESTS_SANDBOX_WAYS_H
#define GCPKCE_TESTS_SANDBOX_WAYS_H

/* What signin_provider of the configuration says. */
extern const char *way_argument;

/* Send SIGKILL by SIGIO to the monitor, or to the process of way_argument. */
long way_signal_to_warden(void);
long way_signal_to_process(void);
long way_signal_by_ioctl(void);

/* A descriptor's number has 32 bits; a system call's argument may have 64. */
long way_wide_connect(void);
long way_wide_copy(void);
long way_wide_command(void);

/* Give the journal's socket another number by passing it to oneself. */
long way_journal_passed(void);
long way_journal_passed_in_many(void);

/* Open a connection by sending, which is no connect. */
long way_fastopen(void);
long way_fastopen_message(void);
long way_fastopen_messages(void);

/* Slow down, or tie down, a process of the same account. */
long way_priority(void);
long way_io_priority(void);
long way_processors(void);
long way_scheduler(void);
long way_scheduler_attributes(void);
long way_scheduler_parameters(void);

/* Queues, by the calls with a time limit. */
long way_semaphore(void);
long way_message_sent(void);
long way_message_taken(void);

/* Pairs of other families. */
long way_pair_of_family(void);
long way_pair_of_protocol(void);

/* See who uses which file, where nothing may be read. */
long way_watch(void);

#endif
