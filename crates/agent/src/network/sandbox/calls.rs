//! Taking away the system calls that the network half has no use for, by seccomp.
//!
//! Three filters, of which the strictest decides. What is not known to be needed fails with
//! `EPERM`; what only somebody who took the process over would try kills it; and `clone3`, whose
//! flags no filter can see, is said not to exist, so that the C library takes `clone`.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// What a Tokio runtime, TLS over TCP and the C library's name resolution need, whatever the
/// arguments.
const NEEDED: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_openat,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_prlimit64,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_ppoll,
    libc::SYS_eventfd2,
    libc::SYS_pipe2,
    libc::SYS_connect,
    libc::SYS_shutdown,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_recvmmsg,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    // Said not to exist by another filter.
    libc::SYS_clone3,
];

/// What older processors' interfaces have besides.
#[cfg(target_arch = "x86_64")]
const NEEDED_BESIDES: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_access,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_readlink,
    libc::SYS_poll,
    libc::SYS_epoll_wait,
    libc::SYS_dup2,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const NEEDED_BESIDES: &[c_long] = &[];

/// What one C library needs and another does not. musl gives the socket with which it asks name
/// servers an address of its own. No connection can come to it: landlock binds no TCP port, and
/// `listen` is nowhere here.
#[cfg(target_env = "musl")]
const NEEDED_BY_LIBRARY: &[c_long] = &[libc::SYS_bind];
#[cfg(not(target_env = "musl"))]
const NEEDED_BY_LIBRARY: &[c_long] = &[];

/// Nobody tries these by mistake.
const DEADLY: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_open_by_handle_at,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_memfd_create,
];

/// Puts the filters up for this process, which has one thread yet.
pub(super) fn filter() -> Result<String, String> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH)
        .map_err(|error| format!("no filter for this processor: {error}"))?;
    let refused = |error: &dyn std::error::Error| format!("the kernel takes no filter: {error}");
    let refuse = |errno: i32| SeccompAction::Errno(errno.unsigned_abs());
    let filters = [
        (
            whole(DEADLY),
            SeccompAction::Allow,
            SeccompAction::KillProcess,
        ),
        (
            whole(&[libc::SYS_clone3]),
            SeccompAction::Allow,
            refuse(libc::ENOSYS),
        ),
        (
            needed().map_err(|error| refused(&error))?,
            refuse(libc::EPERM),
            SeccompAction::Allow,
        ),
    ];
    for (rules, otherwise, matching) in filters {
        let program: BpfProgram = SeccompFilter::new(rules, otherwise, matching, architecture)
            .and_then(TryInto::try_into)
            .map_err(|error| refused(&error))?;
        apply_filter(&program).map_err(|error| refused(&error))?;
    }
    let lists = [NEEDED, NEEDED_BESIDES, NEEDED_BY_LIBRARY];
    let count: usize = lists.iter().map(|list| list.len()).sum();
    Ok(format!("{count} of them"))
}

/// These system calls with any arguments.
fn whole(calls: &[c_long]) -> Rules {
    calls
        .iter()
        .map(|call| (number(*call), Vec::new()))
        .collect()
}

/// What is needed; some only with certain arguments.
fn needed() -> Result<Rules, seccompiler::BackendError> {
    let mut rules = whole(NEEDED);
    rules.extend(whole(NEEDED_BESIDES));
    rules.extend(whole(NEEDED_BY_LIBRARY));
    let mut only = |call: c_long, choices: Vec<SeccompRule>| rules.insert(number(call), choices);
    let (write, exec) = (bits(libc::PROT_WRITE), bits(libc::PROT_EXEC));
    let both = write | exec;
    // Modules of the C library are mapped to be executed; nothing that can be written to ever is.
    only(
        libc::SYS_mmap,
        vec![
            masked(2, both, 0)?,
            masked(2, both, write)?,
            masked(2, both, exec)?,
        ],
    );
    only(libc::SYS_mprotect, vec![masked(2, exec, 0)?]);
    // Threads, and no processes.
    let thread = bits(libc::CLONE_THREAD);
    only(libc::SYS_clone, vec![masked(0, thread, thread)?]);
    only(libc::SYS_prctl, vec![equal(0, bits(libc::PR_SET_NAME))?]);
    only(libc::SYS_socket, sockets()?);
    // Landlock is asked when somebody connects, and not when he sends a first segment unconnected.
    let fast_open = bits(libc::MSG_FASTOPEN);
    let calls = [
        (libc::SYS_sendto, 3),
        (libc::SYS_sendmsg, 2),
        (libc::SYS_sendmmsg, 3),
    ];
    for (call, flags) in calls {
        only(call, vec![masked(flags, fast_open, 0)?]);
    }
    only(libc::SYS_socketpair, vec![equal(0, bits(libc::AF_UNIX))?]);
    let asks = [libc::FIONREAD, libc::FIONBIO, libc::TCGETS];
    let asks: Result<_, _> = asks
        .map(|ask| equal(1, u64::from(ask as u32)))
        .into_iter()
        .collect();
    only(libc::SYS_ioctl, asks?);
    // A panic that aborts signals itself.
    only(
        libc::SYS_tgkill,
        vec![equal(0, u64::from(std::process::id()))?],
    );
    Ok(rules)
}

/// Sockets of these families for TCP and UDP alone: the ports that landlock opens are those of TCP,
/// and other protocols, as multipath TCP, reach the same servers at any port.
fn sockets() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    const PROTOCOL: u8 = 2;
    let protocols = [0, libc::IPPROTO_TCP, libc::IPPROTO_UDP];
    let families = [
        libc::AF_INET,
        libc::AF_INET6,
        libc::AF_UNIX,
        libc::AF_NETLINK,
    ];
    let mut rules = Vec::new();
    for family in families {
        for protocol in protocols {
            rules.push(SeccompRule::new(vec![
                one(0, SeccompCmpOp::Eq, bits(family))?,
                one(PROTOCOL, SeccompCmpOp::Eq, bits(protocol))?,
            ])?);
        }
    }
    Ok(rules)
}

fn equal(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    condition(argument, SeccompCmpOp::Eq, value)
}

fn masked(argument: u8, mask: u64, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    condition(argument, SeccompCmpOp::MaskedEq(mask), value)
}

fn condition(
    argument: u8,
    compare: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![one(argument, compare, value)?])
}

fn one(
    argument: u8,
    compare: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value)
}

fn number(call: c_long) -> i64 {
    call
}

/// A flag of the kernel's, which are all positive.
fn bits(flag: libc::c_int) -> u64 {
    u64::from(flag.unsigned_abs())
}
