//! Which boot of the machine this is, and how long ago it was.

use std::fs;
use std::io;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The kernel's random id of this boot: process ids and start times of another boot mean nothing.
pub(crate) fn boot_id() -> io::Result<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    Ok(text.trim().to_owned())
}

/// How long the machine has been on, sleep included. Nobody can set this.
pub(crate) fn since_boot() -> Duration {
    let since = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(since.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(since.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_since_boot_is_what_the_kernel_says_and_passes() {
        let first = since_boot();
        let told = fs::read_to_string("/proc/uptime").unwrap();
        let told: f64 = told.split(' ').next().unwrap().parse().unwrap();
        let second = since_boot();
        // The kernel tells hundredths of a second.
        assert!(told + 0.01 >= first.as_secs_f64() && told <= second.as_secs_f64());
    }
}
