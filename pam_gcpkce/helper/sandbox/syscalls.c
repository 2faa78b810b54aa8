/* SPDX-License-Identifier: ISC */
/*
 * Which system calls, and why.  Landlock and the helper's account forbid much
 * of this already; each layer is complete without the others.
 */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "helper/startup.h"

/* Only s390 has the flags second. */
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

#define TYPE_BITS 0xf /* of a socket's type; the flags are in higher bits */

/* clang-format off */
const char *const calls_denied[] = {
	/* another program, another process; calls_judged handles threads */
	"execve", "execveat", "fork", "vfork", "unshare", "setns",
	/* leaving the session and the limits */
	"setsid", "setpgid", "setrlimit", "timer_create", "timer_settime",
	"timer_delete",
	/*
	 * Signals, to itself too: the process id differs in each worker.
	 * libc's abort() still ends the process, by an illegal instruction.
	 */
	"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
	"pidfd_open", "pidfd_send_signal",
	/* other processes' memory and descriptors */
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"process_mrelease", "pidfd_getfd", "kcmp", "migrate_pages",
	"move_pages",
	/* other processes' share of the processors and disks */
	"nice", "setpriority", "ioprio_set", "sched_setaffinity",
	"sched_setscheduler", "sched_setparam", "sched_setattr",
	/* other ids */
	"setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32",
	"setregid", "setregid32", "setresuid", "setresuid32", "setresgid",
	"setresgid32", "setgroups", "setgroups32", "setfsuid", "setfsuid32",
	"setfsgid", "setfsgid32", "capset",
	/* all that changes a file; calls_judged handles opening to write */
	"creat", "openat2", "truncate", "truncate64", "ftruncate",
	"ftruncate64", "fallocate", "mkdir", "mkdirat",
	"mknod", "mknodat", "rmdir", "unlink", "unlinkat", "rename",
	"renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
	"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "chown32",
	"fchown", "fchown32", "lchown", "lchown32", "fchownat", "utime",
	"utimes", "utimensat", "utimensat_time64", "futimesat", "setxattr",
	"lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr",
	"fremovexattr", "removexattrat", "file_setattr", "name_to_handle_at",
	"open_by_handle_at", "memfd_create", "memfd_secret",
	/* who uses which file, where Landlock does not look */
	"inotify_init", "inotify_init1",
	/* mounts */
	"mount", "umount", "umount2", "pivot_root", "chroot", "move_mount",
	"open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount",
	"fspick", "mount_setattr", "swapon", "swapoff", "quotactl",
	"quotactl_fd", "acct",
	/* keys */
	"keyctl", "add_key", "request_key",
	/* queues and memory that outlive a process */
	"shmget", "shmat", "shmctl", "semget", "semop", "semtimedop",
	"semtimedop_time64", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl",
	"ipc", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedsend_time64",
	"mq_timedreceive", "mq_timedreceive_time64", "mq_notify",
	"mq_getsetattr",
	/*
	 * Receiving descriptors over a socket, and so the journal's under
	 * another number.  glibc's resolver sends by sendmmsg(2) and receives
	 * by recvfrom(2), so it does not need these.
	 */
	"recvmsg", "recvmmsg", "recvmmsg_time64",
	/* parts of the kernel that no sign-in needs */
	"bpf", "perf_event_open", "io_uring_setup", "io_uring_enter",
	"io_uring_register", "io_setup", "io_submit", "userfaultfd", "fanotify_init", "init_module",
	"finit_module", "delete_module", "kexec_load", "kexec_file_load",
	"reboot", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old", "syslog",
	"personality", "lookup_dcookie", "nfsservctl", "_sysctl", "uselib",
	"vmsplice", "vhangup", "sethostname", "setdomainname", "settimeofday",
	"stime", "clock_settime", "clock_settime64", "clock_adjtime",
	"clock_adjtime64", "adjtimex",
#ifdef __x86_64__
	/* of the code that the kernel puts into a probed process */
	"uretprobe", "uprobe",
#endif
	NULL,
};

/* Calls needed only to accept connections. */
const char *const calls_deaf[] = {"listen", "accept", "accept4", NULL};

#define WHEN(a) 1, {a}
#define WHEN_BOTH(a, b) 2, {a, b}
/* One argument, compared; a mask comes before what it must leave. */
#define ARGUMENT(number, op, value) {number, SCMP_CMP_##op, value, 0}
#define MASKED(number, mask, value) \
	{number, SCMP_CMP_MASKED_EQ, mask, value}
/*
 * The kernel takes an int from the lower half alone.  With any other operator
 * the upper half must be on the refusing side.
 */
#define INT(number, value) MASKED(number, 0xffffffff, value)
#define NO_FAMILY(family) {"socket", EACCES, WHEN(INT(0, family))}
#define NO_PAIR(type) \
	{"socketpair", EACCES, \
	    WHEN(MASKED(1, TYPE_BITS, type))}
#define NO_OPEN(name, argument, flag) \
	{name, EACCES, \
	    WHEN(MASKED(argument, flag, flag))}
#define NOT_THE_JOURNAL(name) {name, EACCES, WHEN(INT(0, HELPER_FD_LOG))}
#define NO_FASTOPEN(name, argument) \
	{name, EACCES, WHEN(MASKED(argument, MSG_FASTOPEN, MSG_FASTOPEN))}
#define NO_COMMAND(name, command) {name, EPERM, WHEN(INT(1, command))}
#define NO_FCNTL(command) \
	NO_COMMAND("fcntl", command), NO_COMMAND("fcntl64", command)

const struct call_rule calls_judged[] = {
	/*
	 * A thread, not a process.  If the flags cannot be read the call gets
	 * ENOSYS, and libc uses the older one.
	 */
	{"clone", EPERM, WHEN(MASKED(CLONE_FLAGS, CLONE_THREAD, 0))},
	{"clone3", ENOSYS, 0, {{0}}},
	/* Limits may be read. */
	{"prlimit64", EPERM, WHEN(ARGUMENT(2, NE, 0))},
	/* The revoker detaches from its monitor; all else is unchanged. */
	{"prctl", EACCES, WHEN(ARGUMENT(0, NE, PR_SET_PDEATHSIG))},
	{"prctl", EACCES, WHEN(ARGUMENT(1, NE, 0))},
	/* The owner of a descriptor can be sent any signal, by SIGIO. */
	NO_FCNTL(F_SETOWN), NO_FCNTL(F_SETOWN_EX), NO_FCNTL(F_SETSIG),
	NO_FCNTL(F_SETLEASE), NO_FCNTL(F_NOTIFY),
	NO_COMMAND("ioctl", FIOSETOWN), NO_COMMAND("ioctl", SIOCSPGRP),
	NO_COMMAND("ioctl", FIOASYNC),
	/*
	 * Internet by TCP and UDP.  If refused, libc goes on without nscd,
	 * nss-resolve and the kernel's list of interfaces.
	 */
	{"socket", EACCES, WHEN(ARGUMENT(0, LT, AF_INET))},
	NO_FAMILY(3), NO_FAMILY(4), NO_FAMILY(5), NO_FAMILY(6), NO_FAMILY(7),
	NO_FAMILY(8), NO_FAMILY(9),
	{"socket", EACCES, WHEN(ARGUMENT(0, GT, AF_INET6))},
	{"socket", EACCES, WHEN(ARGUMENT(2, GT, IPPROTO_UDP))},
	/*
	 * Pings need no privilege where ping_group_range is wide.  The other
	 * numbers below UDP's are only for raw sockets.
	 */
	{"socket", EACCES, WHEN(INT(2, IPPROTO_ICMP))},
	/* Binding a name: a port, or for a socket pair a file. */
	{"bind", EACCES, 0, {{0}}},
	/* Stream pairs only: a datagram socket can be connected elsewhere. */
	{"socketpair", EACCES, WHEN(ARGUMENT(0, NE, AF_UNIX))},
	{"socketpair", EACCES, WHEN(ARGUMENT(2, NE, 0))},
	NO_PAIR(SOCK_DGRAM), NO_PAIR(SOCK_RAW), NO_PAIR(SOCK_RDM),
	NO_PAIR(SOCK_SEQPACKET),
	/* So can the one to the journal, or a copy of it. */
	NOT_THE_JOURNAL("connect"), NOT_THE_JOURNAL("sendmsg"),
	NOT_THE_JOURNAL("sendmmsg"), NOT_THE_JOURNAL("dup"),
	NOT_THE_JOURNAL("dup2"), NOT_THE_JOURNAL("dup3"),
	NOT_THE_JOURNAL("fcntl"), NOT_THE_JOURNAL("fcntl64"),
	{"sendto", EACCES, WHEN_BOTH(INT(0, HELPER_FD_LOG),
	    ARGUMENT(4, NE, 0))},
	/* TCP to any port, past Landlock, which checks connect(2). */
	NO_FASTOPEN("sendto", 3), NO_FASTOPEN("sendmsg", 2),
	NO_FASTOPEN("sendmmsg", 3),
	/* Files are only read. */
	NO_OPEN("open", 1, O_WRONLY), NO_OPEN("open", 1, O_RDWR),
	NO_OPEN("open", 1, O_CREAT), NO_OPEN("open", 1, O_TRUNC),
	NO_OPEN("openat", 2, O_WRONLY), NO_OPEN("openat", 2, O_RDWR),
	NO_OPEN("openat", 2, O_CREAT), NO_OPEN("openat", 2, O_TRUNC),
	{NULL, 0, 0, {{0}}},
};

/*
 * Only the sockets that were bound before Landlock, unchanged: if one were
 * closed or replaced, another could get its number.  The kernel closes them
 * when the process ends.
 */
#define NOT_OF_OTHERS(name) \
	{name, EPERM, WHEN(ARGUMENT(0, LT, HELPER_FD_LISTEN))}, \
	{name, EPERM, WHEN(ARGUMENT(0, GT, HELPER_FD_LISTEN + 1))}
#define NOT_OVER_OURS(name, argument) \
	{name, EPERM, WHEN(INT(argument, HELPER_FD_LISTEN))}, \
	{name, EPERM, WHEN(INT(argument, HELPER_FD_LISTEN + 1))}

const struct call_rule calls_judged_listening[] = {
	NOT_OF_OTHERS("listen"), NOT_OF_OTHERS("accept"),
	NOT_OF_OTHERS("accept4"),
	NOT_OVER_OURS("close", 0), NOT_OVER_OURS("dup2", 1),
	NOT_OVER_OURS("dup3", 1),
	{"close_range", EPERM, 0, {{0}}},
	{NULL, 0, 0, {{0}}},
};

/*
 * Tested with glibc 2.36, libcurl 7.88 and OpenSSL 3.0; includes calls that
 * their successors are known to make.
 */
const char *const calls_allowed[] = {
	/* memory and threads */
	"brk", "mmap", "mmap2", "mprotect", "mremap", "munmap", "madvise",
	"clone", "clone3", "futex", "futex_time64", "rseq", "set_robust_list",
	"set_tid_address", "membarrier", "sched_yield", "sched_getaffinity",
	"exit", "exit_group", "restart_syscall",
	/* descriptors */
	"close", "dup", "dup2", "dup3", "fcntl", "fcntl64", "ioctl", "lseek",
	"_llseek", "pipe", "pipe2", "eventfd2", "poll", "ppoll",
	"ppoll_time64", "select", "_newselect", "pselect6",
	"pselect6_time64", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "read", "readv", "pread64", "preadv",
	"write", "writev",
	/* files, only read */
	"open", "openat", "stat", "stat64", "fstat", "fstat64", "lstat",
	"lstat64", "newfstatat", "fstatat64", "statx", "statfs", "statfs64",
	"fstatfs", "fstatfs64", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getdents", "getdents64", "getcwd",
	/* sockets */
	"socket", "socketpair", "connect", "bind", "shutdown", "getsockname",
	"getpeername", "getsockopt", "setsockopt", "recv", "recvfrom",
	"send", "sendto", "sendmmsg",
	/* ids and clocks; calls_judged handles prctl */
	"prctl",
	"getpid", "gettid", "getppid", "getuid", "getuid32", "geteuid",
	"geteuid32", "getgid", "getgid32", "getegid", "getegid32", "uname",
	"sysinfo", "getrandom", "getrlimit", "ugetrlimit", "prlimit64",
	"getrusage", "time", "times", "gettimeofday", "clock_gettime",
	"clock_gettime64", "clock_getres", "clock_getres_time64", "nanosleep",
	"clock_nanosleep", "clock_nanosleep_time64",
	/* signals of the process itself */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn",
	"rt_sigpending", "rt_sigtimedwait", "sigaltstack",
	/* for libc's abort(); the other program refuses it */
	"tgkill", "tkill",
	NULL,
};

const char *const calls_refused[] = {
	"sendmsg", "recvmsg", "recvmmsg", "recvmmsg_time64",
	"mlock", "mlock2", "setpriority",
	"sched_setaffinity", "sched_setscheduler", "openat2", "setitimer",
	"alarm", "inotify_init1", "inotify_init",
	NULL,
};

/* The other program checks whose. */
const char *const calls_allowed_listening[] = {
	"listen", "accept", "accept4", "timerfd_settime", "close_range", NULL,
};

#define RECENT(name, number) {name, CALLS_COMMON + (number)}

const struct call_recent calls_recent[] = {
#ifdef __x86_64__
	{"uretprobe", 335}, {"uprobe", 336},
#endif
	RECENT("openat2", 437), RECENT("pidfd_getfd", 438),
	RECENT("faccessat2", 439), RECENT("process_madvise", 440),
	RECENT("epoll_pwait2", 441), RECENT("mount_setattr", 442),
	RECENT("quotactl_fd", 443), RECENT("memfd_secret", 447),
	RECENT("process_mrelease", 448), RECENT("fchmodat2", 452),
	RECENT("setxattrat", 463), RECENT("removexattrat", 466),
	RECENT("open_tree_attr", 467), RECENT("file_setattr", 469),
	{NULL, 0},
};
/* clang-format on */
