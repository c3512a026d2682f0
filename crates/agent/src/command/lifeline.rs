//! A process that ends with the one that started it.

use std::io;

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// Asks the kernel to kill this process when its parent ends, however it ends; even while this
/// process is stopped. The kernel means the parent's thread that started it.
///
/// # Errors
/// When the kernel refuses, or when the parent is not process `expected` and has thus already gone.
pub(super) fn die_with_parent(expected: Option<u32>) -> io::Result<()> {
    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let expected = match expected {
        Some(pid) => i32::try_from(pid).ok().and_then(Pid::from_raw),
        None => parent,
    };
    if expected.is_none() || getppid() != expected {
        return Err(io::Error::other("the parent has already ended"));
    }
    Ok(())
}
