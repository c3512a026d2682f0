//! Asking the kernel what it offers to this process.
#![allow(unsafe_code, reason = "rustix has neither fanotify nor landlock")]

use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};

/// Opens a fanotify group that may decide about the opening of files, and closes it again.
///
/// # Errors
/// `EPERM` without `CAP_SYS_ADMIN`, `ENOSYS` where the kernel was built without it.
pub(crate) fn try_permission_events() -> io::Result<()> {
    let flags = libc::FAN_CLOEXEC | libc::FAN_CLASS_CONTENT;
    // SAFETY: takes two numbers and answers a new descriptor or -1.
    let group = unsafe { libc::fanotify_init(flags, libc::O_RDONLY.cast_unsigned()) };
    if group < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made the descriptor and nobody else knows of it.
    drop(unsafe { OwnedFd::from_raw_fd(group) });
    Ok(())
}

/// The version of landlock's interface.
///
/// # Errors
/// `ENOSYS` where the kernel was built without it, `EOPNOTSUPP` where it is switched off.
pub(crate) fn landlock_version() -> io::Result<u32> {
    /// `LANDLOCK_CREATE_RULESET_VERSION`.
    const VERSION: u32 = 1;
    let (nothing, no_size) = (std::ptr::null::<libc::c_void>(), 0_usize);
    // SAFETY: with this flag the kernel reads nothing and answers a number.
    let answer =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, no_size, VERSION) };
    u32::try_from(answer).map_err(|_| io::Error::last_os_error())
}

/// Whether system calls can be filtered so that the others kill the process.
///
/// # Errors
/// `ENOSYS` or `EINVAL` where the kernel was built without filters.
pub(crate) fn try_system_call_filter() -> io::Result<()> {
    /// `SECCOMP_GET_ACTION_AVAIL` and `SECCOMP_RET_KILL_PROCESS`.
    const ASK: libc::c_uint = 2;
    const KILL_PROCESS: u32 = 0x8000_0000;
    let action: u32 = KILL_PROCESS;
    // SAFETY: the kernel reads the four bytes of a variable that lives until it answers.
    match unsafe { libc::syscall(libc::SYS_seccomp, ASK, 0, &raw const action) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Takes memory that can be written to and executed, and gives it back.
///
/// # Errors
/// `EPERM` or `EACCES` where that is forbidden.
pub(crate) fn try_writable_code() -> io::Result<()> {
    const LENGTH: usize = 4096;
    let nowhere = std::ptr::null_mut();
    let access = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: fresh memory at a place of the kernel's choice; nothing else is touched.
    let memory = unsafe { libc::mmap(nowhere, LENGTH, access, kind, -1, 0) };
    if memory == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the memory was mapped just now with this length, and nobody refers to it.
    unsafe { libc::munmap(memory, LENGTH) };
    Ok(())
}

/// Takes hold of a process as a debugger does, and lets it go.
///
/// # Errors
/// `EPERM` where that is forbidden.
pub(crate) fn try_trace(pid: u32) -> io::Result<()> {
    let nothing = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: neither request reads or writes memory of this process.
    let answer = unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, nothing, nothing) };
    if answer != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as above.
    unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, nothing, nothing) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_changes_nothing_and_may_be_repeated() {
        let group = || try_permission_events().is_ok();
        assert_eq!(group(), group());
        if let Ok(version) = landlock_version() {
            assert!(version >= 1);
        }
        assert!(
            try_system_call_filter().is_ok(),
            "every kernel of today has filters"
        );
    }
}
