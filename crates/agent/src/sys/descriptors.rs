//! How many files may be open at once.
#![allow(unsafe_code, reason = "rustix closes no ranges of descriptors")]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of open files to the hard one: an action holds a descriptor for every
/// process and every copy it found. What cannot be raised stays as it is.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(errno) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%errno, "the limit of open files stays as it is");
    }
}

/// Closes every descriptor but standard input, output and error. For a process that has opened
/// nothing itself yet: what is there beside them was left open by whoever started it.
///
/// # Errors
/// When the kernel, older than 5.9, cannot.
pub(crate) fn close_inherited() -> std::io::Result<()> {
    /// The first that is neither of the three.
    const FIRST: libc::c_uint = 3;
    let (first, last, flags) = (FIRST, libc::c_uint::MAX, 0_u32);
    // SAFETY: nothing of this process owns one of them, by the contract above.
    match unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}
