//! A process that ends with the one that started it.

use std::io;

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// Asks the kernel to kill this process when `parent` ends, however it ends; even while this
/// process is stopped.
///
/// # Errors
/// When the kernel refuses, or when the parent has already gone and somebody else has adopted us.
pub(crate) fn die_with_parent(parent: u32) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let expected = i32::try_from(parent).ok().and_then(Pid::from_raw);
    if expected.is_none() || getppid() != expected {
        return Err(io::Error::other(format!(
            "process {parent} is not the parent of this one"
        )));
    }
    Ok(())
}
