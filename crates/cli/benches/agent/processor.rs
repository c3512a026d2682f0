//! How much of the processors something took.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The time that this program took so far, all threads, those that have ended included.
pub(crate) fn own() -> Duration {
    let told = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(told.tv_sec).expect("time goes forward");
    let nanoseconds = u32::try_from(told.tv_nsec).expect("a part of a second");
    Duration::new(seconds, nanoseconds)
}

/// The time that the threads of these processes took so far, which are still there, to the nanosecond.
pub(crate) fn of(processes: &[u32]) -> Duration {
    processes.iter().copied().map(of_process).sum()
}

fn of_process(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    threads
        .filter_map(|thread| {
            let told = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            told.split_ascii_whitespace().next()?.parse().ok()
        })
        .map(Duration::from_nanos)
        .sum()
}

/// What these processes have in memory, in MiB.
pub(crate) fn resident(processes: &[u32]) -> f64 {
    processes.iter().copied().map(resident_of).sum()
}

fn resident_of(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let kilobytes: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok())
        .expect("the kernel says how much");
    kilobytes / 1024.0
}
