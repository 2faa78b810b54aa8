/* SPDX-License-Identifier: ISC */
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "pam_gcpkce/helper/startup.h"

#define OTHER_PORT 9 /* no process listens, and no configuration names it */
#define WIDE(number) ((number) | (1L << 32))
#define WHO_PROCESS 1 /* IOPRIO_WHO_PROCESS */

const char *way_argument;

static const struct sockaddr_un elsewhere = {
    .sun_family = AF_UNIX, .sun_path = "/x"};

static long
signal_send(pid_t pid)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 ||
	    fcntl(ends[0], F_SETOWN, pid) != 0 ||
	    fcntl(ends[0], F_SETSIG, SIGKILL) != 0 ||
	    fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK) != 0)
		return -1;
	return write(ends[1], "x", 1);
}

long
way_signal_to_warden(void)
{
	return signal_send(getppid());
}

long
way_signal_to_process(void)
{
	return signal_send((pid_t)strtol(way_argument, NULL, 10));
}

long
way_signal_by_ioctl(void)
{
	int pid = getppid();
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0
	    ? -1
	    : ioctl(ends[0], SIOCSPGRP, &pid);
}

long
way_wide_connect(void)
{
	return syscall(
	    SYS_connect, WIDE(HELPER_FD_LOG), &elsewhere, sizeof(elsewhere));
}

long
way_wide_copy(void)
{
	return syscall(SYS_fcntl, WIDE(HELPER_FD_LOG), F_DUPFD, 10);
}

long
way_wide_command(void)
{
	return syscall(SYS_fcntl, HELPER_FD_SOCKET, WIDE(F_SETOWN), getpid());
}

/* Take what was sent to the other end, and aim it elsewhere. */
static long
passed_take(int fd)
{
	char byte;
	char space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = space,
	    .msg_controllen = sizeof(space)};

	if (recvmsg(fd, &message, MSG_DONTWAIT) < 0)
		return -1;
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (head == NULL)
		return errno = ENOMSG, -1;
	(void)memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return connect(
	    fd, (const struct sockaddr *)&elsewhere, sizeof(elsewhere));
}

static long
journal_pass(bool many)
{
	int ends[2];
	int journal = HELPER_FD_LOG;
	char byte = 'x';
	char space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {&byte, 1};
	struct mmsghdr all = {.msg_hdr = {.msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = space,
				  .msg_controllen = sizeof(space)}};
	struct cmsghdr *head = CMSG_FIRSTHDR(&all.msg_hdr);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	(void)memcpy(CMSG_DATA(head), &journal, sizeof(journal));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return -1;
	if ((many ? sendmmsg(ends[0], &all, 1, 0)
		  : sendmsg(ends[0], &all.msg_hdr, 0)) < 0)
		return -1;
	return passed_take(ends[1]);
}

long
way_journal_passed(void)
{
	return journal_pass(false);
}

long
way_journal_passed_in_many(void)
{
	return journal_pass(true);
}

enum fast { FAST_TO, FAST_MESSAGE, FAST_MESSAGES };

static long
fast_send(enum fast how)
{
	struct sockaddr_in there = {.sin_family = AF_INET,
	    .sin_port = htons(OTHER_PORT),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct mmsghdr all = {.msg_hdr = {.msg_name = &there,
				  .msg_namelen = sizeof(there),
				  .msg_iov = &part,
				  .msg_iovlen = 1}};
	int flags = MSG_FASTOPEN | MSG_NOSIGNAL;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if (how == FAST_TO)
		return sendto(fd, &byte, 1, flags, (struct sockaddr *)&there,
		    sizeof(there));
	return how == FAST_MESSAGE ? sendmsg(fd, &all.msg_hdr, flags)
				   : sendmmsg(fd, &all, 1, flags);
}

long
way_fastopen(void)
{
	return fast_send(FAST_TO);
}

long
way_fastopen_message(void)
{
	return fast_send(FAST_MESSAGE);
}

long
way_fastopen_messages(void)
{
	return fast_send(FAST_MESSAGES);
}

long
way_priority(void)
{
	return setpriority(PRIO_USER, 0, 19);
}

long
way_io_priority(void)
{
	return syscall(SYS_ioprio_set, WHO_PROCESS, getppid(), 3 << 13);
}

long
way_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) != 0
	    ? -1
	    : sched_setaffinity(getppid(), sizeof(set), &set);
}

long
way_scheduler(void)
{
	struct sched_param none = {0};

	return sched_setscheduler(getppid(), SCHED_BATCH, &none);
}

long
way_scheduler_attributes(void)
{
	uint32_t attributes[12] = {sizeof(attributes), SCHED_BATCH};

	return syscall(SYS_sched_setattr, getppid(), attributes, 0);
}

long
way_scheduler_parameters(void)
{
	struct sched_param none = {0};

	return sched_setparam(getppid(), &none);
}

long
way_semaphore(void)
{
	struct sembuf step = {.sem_flg = IPC_NOWAIT};
	struct timespec when = {0};

	return semtimedop(0, &step, 1, &when);
}

long
way_message_sent(void)
{
	struct timespec when = {0};

	return mq_timedsend(HELPER_FD_SOCKET, "x", 1, 0, &when);
}

long
way_message_taken(void)
{
	char byte;
	struct timespec when = {0};

	return mq_timedreceive(HELPER_FD_SOCKET, &byte, 1, NULL, &when);
}

long
way_pair_of_family(void)
{
	int ends[2];

	return socketpair(AF_INET, SOCK_STREAM, 0, ends);
}

long
way_pair_of_protocol(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 1, ends);
}

long
way_watch(void)
{
	int fd = inotify_init1(IN_CLOEXEC);

	return fd < 0 ? fd : inotify_add_watch(fd, "/etc", IN_OPEN);
}
