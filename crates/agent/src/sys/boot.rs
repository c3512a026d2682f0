//! Which boot of the machine this is.

use std::fs;
use std::io;

/// The kernel's random id of this boot: process ids and start times of another boot mean nothing.
pub(crate) fn boot_id() -> io::Result<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    Ok(text.trim().to_owned())
}
