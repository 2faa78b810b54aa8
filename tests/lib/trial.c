/* SPDX-License-Identifier: ISC */
/*
 * The helper as an attacker who controls it would have it: built from the same
 * objects, but in place of the exchange it does what the configuration's
 * signin_org says.  By then it stands where a real one meets the network.  What
 * came of the trial is the verdict's reason, and so stands in the journal.
 * Never installed.
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "pam_gcpkce/helper/exchange.h"
#include "pam_gcpkce/helper/startup.h"
#include "pam_gcpkce/helper/worker.h"
#include "ways.h"

#define THREAD_STACK 16384
#define OTHER_PORT 9 /* no process listens, and no configuration names it */

/*
 * A trial would come to its end without the layer that is to refuse it, or fail
 * with another errno.  It gives what its call gave: below 0, with errno, it
 * was refused.
 */
typedef long trial_fn(void);

static long
file_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

static long
passwd(void)
{
	return file_read("/etc/passwd");
}

static long
shadow(void)
{
	return file_read("/etc/shadow");
}

static long
root_directory(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static long
warden_environment(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)getppid());
	return file_read(path);
}

static long
file_make(void)
{
	return open("/tmp/gcpkce-trial", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long
file_write(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static long
memory_file(void)
{
	return syscall(SYS_memfd_create, "trial", 0);
}

static long
file_mode(void)
{
	int ends[2];

	return pipe(ends) != 0 ? -1 : fchmod(ends[0], 0600);
}

static long
program(void)
{
	static char path[] = "/bin/true";
	char *argv[] = {path, NULL};

	return execve(path, argv, argv + 1);
}

static long
program_by_descriptor(void)
{
	static char path[] = "/bin/true";
	char *argv[] = {path, NULL};

	return syscall(SYS_execveat, AT_FDCWD, path, argv, argv + 1, 0);
}

/* A child that came to be ends at once, or the test would find it. */
static long
process(void)
{
	long pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static long
process_by_clone3(void)
{
	uint64_t arguments[8] = {[4] = SIGCHLD};
	long pid = syscall(SYS_clone3, arguments, sizeof(arguments));

	if (pid == 0)
		_exit(0);
	return pid;
}

static long
trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long
trace_of_warden(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
}

static long
memory_by_another(void)
{
	char byte = 'x';
	struct iovec mine = {&byte, 1};

	return process_vm_readv(getpid(), &mine, 1, &mine, 1, 0);
}

static long
signal_to_another(void)
{
	return kill(getppid(), SIGTERM);
}

static long
signal_by_descriptor(void)
{
	return syscall(SYS_pidfd_open, getppid(), 0);
}

static long
signal_to_group(void)
{
	return kill(-1, SIGCONT);
}

static long
unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
unix_pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends);
}

static long
journal_aimed_elsewhere(void)
{
	struct sockaddr_un there = {.sun_family = AF_UNIX, .sun_path = "/x"};

	return connect(HELPER_FD_LOG, (struct sockaddr *)&there, sizeof(there));
}

static long
journal_sent_elsewhere(void)
{
	struct sockaddr_un there = {.sun_family = AF_UNIX, .sun_path = "/x"};

	return sendto(HELPER_FD_LOG, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&there, sizeof(there));
}

static long
journal_copied(void)
{
	return fcntl(HELPER_FD_LOG, F_DUPFD, 10);
}

static long
raw_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static long
vsock(void)
{
	return socket(AF_VSOCK, SOCK_STREAM, 0);
}

static long
crypto_socket(void)
{
	return socket(AF_ALG, SOCK_SEQPACKET, 0);
}

static long
uevents(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 15);
}

static long
multipath(void)
{
	return socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
}

static long
other_port(void)
{
	struct sockaddr_in there = {.sin_family = AF_INET,
	    .sin_port = htons(OTHER_PORT),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? fd
		      : connect(fd, (struct sockaddr *)&there, sizeof(there));
}

static long
own_port(void)
{
	struct sockaddr_in here = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? fd : bind(fd, (struct sockaddr *)&here, sizeof(here));
}

static long
own_listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? fd : listen(fd, 1);
}

static long
caller_taken(void)
{
	return accept4(HELPER_FD_SOCKET, NULL, NULL, SOCK_NONBLOCK);
}

static long
loopback_server_closed(void)
{
	return close(HELPER_FD_LISTEN);
}

static long
listeners_closed(void)
{
	return syscall(SYS_close_range, HELPER_FD_LISTEN, HELPER_FD_LISTEN, 0);
}

static long
loopback_server_replaced(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? fd : dup2(fd, HELPER_FD_LISTEN + 1);
}

static long
loopback_server_replaced_by_dup3(void)
{
	return dup3(HELPER_FD_SOCKET, HELPER_FD_LISTEN, O_CLOEXEC);
}

static long
back_to_root(void)
{
	return setresuid(0, 0, 0);
}

static long
own_ids(void)
{
	return setresuid(getuid(), getuid(), getuid());
}

static long
own_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static long
mounting(void)
{
	/* the kernel reads the texts before it asks for rights */
	return syscall(SYS_mount, 1L, 1L, 1L, 0, 1L);
}

static long
keys(void)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 1);
}

static long
bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long
io_uring(void)
{
	struct io_uring_params how = {0};

	return syscall(SYS_io_uring_setup, 1, &how);
}

static long
page_faults(void)
{
	return syscall(SYS_userfaultfd, 1 /* of user mode alone */);
}

static long
shared_memory(void)
{
	return shmget(IPC_PRIVATE, 4096, 0600);
}

static long
own_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) != 0
	    ? -1
	    : setrlimit(RLIMIT_NOFILE, &limit);
}

static long
own_end(void)
{
	return syscall(SYS_timer_delete, 0);
}

static _Noreturn void
stay(void)
{
	for (;;)
		(void)poll(NULL, 0, -1);
}

static long
staying(void)
{
	stay();
}

static void *
thread_run(void *arg)
{
	(void)arg;
	stay();
}

/* As many threads as there may be; then stay, whatever the caller says. */
static long
bomb(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, THREAD_STACK);
	while (pthread_create(&thread, &attributes, thread_run, NULL) == 0)
		;
	while (fork() > 0)
		;
	stay();
}

static long
aborting(void)
{
	abort();
}

/* What the revoker does, without an end. */
static long
revoker_that_stays(void)
{
	worker_detach();
	stay();
}

static const struct {
	const char *name;
	trial_fn *run;
} trials[] = {
    {"passwd", passwd},
    {"shadow", shadow},
    {"root-directory", root_directory},
    {"warden-status", warden_environment},
    {"file-make", file_make},
    {"file-write", file_write},
    {"memory-file", memory_file},
    {"file-mode", file_mode},
    {"exec", program},
    {"execveat", program_by_descriptor},
    {"fork", process},
    {"clone3", process_by_clone3},
    {"ptrace", trace},
    {"ptrace-warden", trace_of_warden},
    {"process-memory", memory_by_another},
    {"kill", signal_to_another},
    {"pidfd", signal_by_descriptor},
    {"kill-all", signal_to_group},
    {"unix-socket", unix_socket},
    {"unix-pair", unix_pair},
    {"journal-connect", journal_aimed_elsewhere},
    {"journal-sendto", journal_sent_elsewhere},
    {"journal-copy", journal_copied},
    {"packet-socket", raw_socket},
    {"vsock", vsock},
    {"alg-socket", crypto_socket},
    {"uevents", uevents},
    {"mptcp", multipath},
    {"other-port", other_port},
    {"bind", own_port},
    {"listen", own_listener},
    {"accept", caller_taken},
    {"listener-close", loopback_server_closed},
    {"listener-close-range", listeners_closed},
    {"listener-dup2", loopback_server_replaced},
    {"listener-dup3", loopback_server_replaced_by_dup3},
    {"root", back_to_root},
    {"setuid", own_ids},
    {"unshare", own_namespace},
    {"mount", mounting},
    {"keyctl", keys},
    {"bpf", bpf},
    {"io_uring", io_uring},
    {"userfaultfd", page_faults},
    {"shared-memory", shared_memory},
    {"setrlimit", own_limit},
    {"timer", own_end},
    {"signal-to-warden", way_signal_to_warden},
    {"signal-to-process", way_signal_to_process},
    {"signal-by-ioctl", way_signal_by_ioctl},
    {"wide-connect", way_wide_connect},
    {"wide-copy", way_wide_copy},
    {"wide-command", way_wide_command},
    {"journal-passed", way_journal_passed},
    {"journal-passed-in-many", way_journal_passed_in_many},
    {"fastopen", way_fastopen},
    {"fastopen-message", way_fastopen_message},
    {"fastopen-messages", way_fastopen_messages},
    {"priority", way_priority},
    {"io-priority", way_io_priority},
    {"processors", way_processors},
    {"scheduler", way_scheduler},
    {"scheduler-attributes", way_scheduler_attributes},
    {"scheduler-parameters", way_scheduler_parameters},
    {"semaphore", way_semaphore},
    {"message-sent", way_message_sent},
    {"message-taken", way_message_taken},
    {"pair-of-family", way_pair_of_family},
    {"pair-of-protocol", way_pair_of_protocol},
    {"watch", way_watch},
    {"stay", staying},
    {"bomb", bomb},
    {"abort", aborting},
    {"false-revoker", revoker_that_stays},
};

enum outcome __real_exchange_run(struct exchange *x,
    const struct exchange_order *order, const struct wait *wait,
    struct errinfo *reterr);
enum outcome __wrap_exchange_run(struct exchange *x,
    const struct exchange_order *order, const struct wait *wait,
    struct errinfo *reterr);

enum outcome
__wrap_exchange_run(struct exchange *x, const struct exchange_order *order,
    const struct wait *wait, struct errinfo *reterr)
{
	const char *wanted = order->request->signin_org;

	way_argument = order->request->signin_provider;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		if (strcmp(trials[i].name, wanted) != 0)
			continue;
		errno = 0;
		long r = trials[i].run();
		return err_set(reterr, OUTCOME_HELPER_FAILED, "trial %s: %s",
		    wanted, r < 0 ? strerrorname_np(errno) : "done");
	}
	return __real_exchange_run(x, order, wait, reterr);
}
