import type { Seccomp, SeccompRule } from './runtime-spec.ts'

/**
 * Which system calls a command may make. What is not named here does not exist for it: mounting, namespaces, kernel modules and keys,
 * bpf, performance counters, io_uring, user faults, other processes' memory, the machine's clock and name. docker's default
 * permits all that is permitted here, and more (moby, `profiles/seccomp/default.json`).
 *
 * Calls that an architecture or a runtime's libseccomp does not know are passed over by the runtime.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'opening, reading and writing files': words(`
    open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2
    lseek _llseek dup dup2 dup3 fcntl fcntl64 ioctl flock truncate truncate64 ftruncate ftruncate64 fallocate
    fsync fdatasync sync syncfs sync_file_range sync_file_range2 arm_sync_file_range readahead fadvise64 fadvise64_64 arm_fadvise64_64
    sendfile sendfile64 copy_file_range splice tee vmsplice pipe pipe2 memfd_create`),
  'asynchronous input and output of the older kind, which databases use': words(`
    io_setup io_submit io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64`),
  'what is where in the file system': words(`
    stat stat64 fstat fstat64 lstat lstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2
    getdents getdents64 readlink readlinkat getcwd chdir fchdir chroot name_to_handle_at
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch cachestat`),
  'changing the file system': words(`
    mkdir mkdirat mknod mknodat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
    chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32 umask
    utime utimes futimesat utimensat utimensat_time64
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr`),
  'waiting for files': words(`
    select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl
    epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4`),
  'the memory of the process': words(`
    brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock munlockall remap_file_pages
    membarrier pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal`),
  'programs and threads': words(`
    execve execveat fork vfork exit exit_group wait4 waitid waitpid gettid getpid getppid getpgid getpgrp setpgid getsid setsid
    set_tid_address set_robust_list get_robust_list futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue rseq
    prctl arch_prctl set_thread_area get_thread_area set_tls cacheflush swapcontext riscv_flush_icache restart_syscall
    pidfd_open pidfd_send_signal seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self`),
  signals: words(`
    kill tkill tgkill pause sigaltstack sigprocmask sigreturn rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
    rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo`),
  'users and capabilities, as far as the process has them': words(`
    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32
    setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32
    setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset`),
  'limits, priorities and what was used': words(`
    getrlimit ugetrlimit setrlimit prlimit64 getrusage times getpriority setpriority ioprio_get ioprio_set getcpu
    sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
    sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64`),
  time: words(`
    time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 nanosleep clock_nanosleep clock_nanosleep_time64
    alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
    timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`),
  'the network, and talking to other processes in the container': words(`
    bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt socketpair
    send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64
    ipc shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr`),
  'the machine, by what it says of itself': words('uname sysinfo getrandom'),
}

const [EPERM, ENOSYS] = [1, 38]

/** Domains of sockets that reach the hypervisor (socket.h). */
const AF_VSOCK = 40

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (sched.h). */
const cloneNewNamespaces = 0x7e020000

/** PER_LINUX and PER_LINUX32, each with and without UNAME26, and the question which one it is (personality.h). */
const personalities = [0, 0x0008, 0x20000, 0x20008, 0xffffffff]

/** Of each kind of processor: what it is to libseccomp, and the 32-bit one that its programs may be for as well. */
const architectures: Partial<Record<NodeJS.Architecture, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  ppc64: ['SCMP_ARCH_PPC64LE'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
}

/**
 * The profile of all commands.
 * @param machine the kind of processor that makes the calls: this one's, also for a program that the kernel has emulated
 */
export function seccompProfile(machine: NodeJS.Architecture = process.arch): Seccomp {
  // The order of clone's arguments is s390's own (clone(2)).
  const flags = machine === 's390x' ? 1 : 0
  const special: SeccompRule[] = [
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: flags, value: cloneNewNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    // Its flags lie in memory, where no rule can look; the C library then takes clone.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    {
      names: ['socket'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }],
    },
    ...personalities.map((value): SeccompRule => ({
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
    })),
  ]
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: architectures[machine] ?? [],
    syscalls: [{ names: Object.values(allowed).flat(), action: 'SCMP_ACT_ALLOW' }, ...special],
  }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
