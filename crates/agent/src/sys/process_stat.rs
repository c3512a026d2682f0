//! Reading `/proc/PID/stat`.

use std::fs::{self, File};
use std::io::Read as _;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The kernel's flag of a kernel thread (`PF_KTHREAD`).
const KERNEL_THREAD: u32 = 0x0020_0000;
/// The kernel's flag of a thread that is being taken apart (`PF_EXITING`).
const EXITING: u32 = 0x0000_0004;
/// The bit of `SIGKILL` in a set of signals.
const KILL: u64 = 1 << (9 - 1);

/// 52 numbers of at most 20 digits, and a name of at most 64 bytes.
const LONGEST_LINE: usize = 2048;

/// What `/proc/PID/stat` says of a process or of one of its threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessStat {
    /// The state's letter: `R`, `S`, `D`, `T`, `t`, `Z`, `X`, …
    pub(crate) state: u8,
    /// The parent's process id.
    pub(crate) parent: u32,
    /// The process group.
    pub(crate) group: u32,
    /// How many threads the process has; 0 once all have ended.
    pub(crate) threads: u32,
    /// Clock ticks since boot.
    pub(crate) start_time: u64,
    /// Where the stack of the program begins, which is elsewhere in the next program that the process
    /// becomes; 0 to whoever may not know.
    pub(crate) stack: u64,
    flags: u32,
}

impl ProcessStat {
    /// The process with this id, if there is one.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::read(&format!("/proc/{pid}/stat"))
    }

    /// One thread of a process.
    pub(crate) fn of_thread(pid: u32, thread: u32) -> Option<Self> {
        Self::read(&format!("/proc/{pid}/task/{thread}/stat"))
    }

    /// The kernel answers the whole line at once to whoever has room for it.
    fn read(path: &str) -> Option<Self> {
        let mut line = [0; LONGEST_LINE];
        let count = File::open(path).ok()?.read(&mut line).ok()?;
        Self::parse(line.get(..count)?)
    }

    /// The name in parentheses is the process's own choice, so the fields are counted from its
    /// last parenthesis.
    fn parse(text: &[u8]) -> Option<Self> {
        let end_of_name = text.iter().rposition(|byte| *byte == b')')?;
        let rest = std::str::from_utf8(text.get(end_of_name + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        let parent = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().unwrap_or(0);
        let flags = fields.nth(3)?.parse().ok()?;
        let threads = fields.nth(10)?.parse().ok()?;
        let start_time = fields.nth(1)?.parse().ok()?;
        let stack = fields.nth(5).and_then(|field| field.parse().ok());
        Some(Self {
            state,
            parent,
            group,
            threads,
            start_time,
            stack: stack.unwrap_or(0),
            flags,
        })
    }

    /// Whether it is a thread of the kernel itself.
    pub(crate) fn is_kernel_thread(&self) -> bool {
        self.flags & KERNEL_THREAD != 0
    }

    /// Whether it is stopped, by a signal or by a tracer.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self.state, b'T' | b't')
    }

    /// Whether a signal stopped it, so that only another signal lets it go on. A traced process
    /// that rests between two system calls is not meant: its tracer lets it go on.
    pub(crate) fn is_suspended(&self) -> bool {
        self.state == b'T'
    }

    /// Whether it has ended and only waits to be noticed.
    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }
}

/// Whether a process has ended or is about to: it was killed, and the kernel has yet to take it apart.
pub(crate) fn is_ending(pid: u32) -> bool {
    let Some(stat) = ProcessStat::of(pid) else {
        return true;
    };
    let status = fs::read(format!("/proc/{pid}/status")).unwrap_or_default();
    stat.is_dead() || stat.flags & EXITING != 0 || is_killed(&status)
}

/// Whether the signal that ends it is on its way.
fn is_killed(status: &[u8]) -> bool {
    let text = String::from_utf8_lossy(status);
    let sets = text.lines().filter_map(|line| {
        line.strip_prefix("SigPnd:")
            .or(line.strip_prefix("ShdPnd:"))
    });
    let mut sets = sets.filter_map(|set| u64::from_str_radix(set.trim(), 16).ok());
    sets.any(|set| set & KILL != 0)
}

/// Whether the id is that of a process, and not of one of its later threads, which may be looked at
/// below `/proc` as well.
pub(crate) fn is_process(id: u32) -> bool {
    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else {
        return false;
    };
    // Without descriptors to spare it cannot be told, and the look itself has shown somebody.
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(_) | Err(Errno::MFILE | Errno::NFILE) => true,
        Err(_) => false,
    }
}

/// The ids of the threads of a process; empty when it is gone.
pub(crate) fn threads(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_name_that_imitates_fields_does_not_mislead() {
        let text = b"7 (a) R 1 1) T 42 43 44 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 1";
        let stat = ProcessStat::parse(text).unwrap();
        assert_eq!((stat.state, stat.parent, stat.group), (b'T', 42, 43));
        assert_eq!((stat.threads, stat.start_time), (1, 987_654));
        assert!(stat.is_stopped() && !stat.is_kernel_thread());
    }

    #[test]
    fn stat_of_a_traced_process_is_stopped_but_not_suspended() {
        let text = b"7 (a) t 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 1";
        let stat = ProcessStat::parse(text).unwrap();
        assert!(stat.is_stopped() && !stat.is_suspended());
    }

    #[test]
    fn stat_name_that_is_not_utf8_is_read() {
        let text = b"7 (\xff) Z 1 1 1 0 -1 2097152 1 2 3 4 5 6 7 8 20 0 1 0 5 1 1";
        let stat = ProcessStat::parse(text).unwrap();
        assert!(stat.is_dead() && stat.is_kernel_thread());
    }

    #[test]
    fn stat_cut_short_is_nothing() {
        assert_eq!(ProcessStat::parse(b"7 (a) R 1 1 1 0"), None);
        assert_eq!(ProcessStat::parse(b""), None);
    }

    #[test]
    fn process_is_ending_once_the_signal_is_on_its_way() {
        let status = |own: u64, shared: u64| {
            format!("Name:\tx\nSigPnd:\t{own:016x}\nShdPnd:\t{shared:016x}\nSigBlk:\t{KILL:016x}\n")
        };
        assert!(is_killed(status(KILL, 0).as_bytes()) && is_killed(status(0, KILL | 1).as_bytes()));
        assert!(!is_killed(status(!KILL, !KILL).as_bytes()));
        assert!(!is_ending(std::process::id()) && is_ending(u32::MAX));
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .unwrap();
        assert!(!is_ending(child.id()));
        child.kill().unwrap();
        while !is_ending(child.id()) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }

    #[test]
    fn stat_of_this_process_is_alive() {
        let own = ProcessStat::of(std::process::id()).unwrap();
        assert!(own.start_time > 0 && own.stack > 0 && !own.is_dead());
        assert!(threads(std::process::id()).contains(&std::process::id()));
    }
}
