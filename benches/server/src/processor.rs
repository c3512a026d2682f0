//! How much of the processors a process took, which hardly changes with what else the machine does.

use std::fs;
use std::time::Duration;

/// The kernel tells in hundredths of a second: `sysconf(_SC_CLK_TCK)` of every Linux of today.
const TICK: Duration = Duration::from_millis(10);
/// In `/proc/<pid>/stat`, after the name in parentheses: the time in the program, and next to it in the kernel.
const TIMES: usize = 11;

/// The time that all threads of a process took so far, in the program and in the kernel.
pub fn spent(process: u32) -> Duration {
    let told = fs::read_to_string(format!("/proc/{process}/stat"))
        .expect("the process runs and this is Linux");
    ticks(&told)
        .and_then(|ticks| TICK.checked_mul(ticks))
        .expect("the kernel says how much")
}

/// A name may have spaces and parentheses of its own: the last one ends it.
fn ticks(told: &str) -> Option<u32> {
    let (_, rest) = told.rsplit_once(')')?;
    let mut times = rest.split_ascii_whitespace().skip(TIMES);
    let (user, system): (u32, u32) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_times_count_whatever_the_name_is() {
        let told = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 31 11 5 6 20 0 3 0 99 0 0";
        assert_eq!(ticks(told), Some(42));
        assert_eq!(ticks("7 (a) S 1"), None);
    }
}
