//! A process that ends with the one that started it.

use std::io;

/// Asks the kernel to kill this process when its parent ends, however it ends; even while this
/// process is stopped. The kernel means the parent's *thread* that started it.
///
/// # Errors
/// When the kernel refuses, or when the parent is not process `expected` and has thus already gone.
#[cfg(target_os = "linux")]
pub fn die_with_parent(expected: Option<u32>) -> io::Result<()> {
    use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let expected = match expected {
        Some(pid) => i32::try_from(pid).ok().and_then(Pid::from_raw),
        None => parent,
    };
    // Asked only now: had the parent ended before, no signal would ever come.
    if expected.is_none() || getppid() != expected {
        return Err(io::Error::other("the parent has already ended"));
    }
    Ok(())
}

/// Linux alone can do it.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn die_with_parent(_expected: Option<u32>) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "only Linux ends a process with its parent",
    ))
}
