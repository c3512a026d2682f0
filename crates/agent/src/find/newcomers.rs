//! Who has come since the processes were listed.
//!
//! The kernel gives out process ids in a row and tells the last one, so that it costs next to nothing
//! to see that nobody has come, and little to see who has. Where that cannot be asked, or too many
//! came, all are listed once more.

use std::fs::File;
use std::io::{self, Read as _};

use super::identity::FileId;
use super::processes::{RunningProcess, all_pids, open_proc};
use super::scope::Scope;
use crate::sys::process_stat::is_process;

/// More than this are sooner listed than asked for one by one.
const FEW: u32 = 256;

/// The id that was given out last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LastId(u32);

impl LastId {
    /// The last one up to now; 0 where the kernel does not tell.
    pub(super) fn now() -> Self {
        let mut line = [0; 128];
        let count = File::open("/proc/loadavg").and_then(|mut file| file.read(&mut line));
        let told = line.get(..count.unwrap_or(0)).and_then(last_number);
        Self(told.unwrap_or(0))
    }

    /// The ids that were given out between this one and `now`: those of processes, if anybody still
    /// has them, and of threads.
    fn until(self, now: Self) -> io::Result<Vec<u32>> {
        match now.0.checked_sub(self.0) {
            Some(0) if now.0 > 0 => Ok(Vec::new()),
            Some(count @ 1..=FEW) if self.0 > 0 => {
                Ok((0..count).map(|back| now.0 - back).collect())
            }
            _ => {
                let mut all = all_pids()?;
                all.retain(|pid| self.is_before(*pid, now));
                all.sort_unstable_by(|one, other| other.cmp(one));
                Ok(all)
            }
        }
    }

    /// Ids begin anew when the greatest was given out.
    fn is_before(self, pid: u32, now: Self) -> bool {
        let Self(last) = self;
        match last < now.0 {
            true => pid > last && pid <= now.0,
            false => pid > last || pid <= now.0,
        }
    }
}

fn last_number(line: &[u8]) -> Option<u32> {
    let line = std::str::from_utf8(line).ok()?;
    line.split_ascii_whitespace().nth(4)?.parse().ok()
}

/// Who has come between two looks.
#[derive(Debug, Default)]
pub(crate) struct Newcomers {
    /// Those in scope that execute a wanted file, the newest first.
    pub(crate) wanted: Vec<RunningProcess>,
    /// Whether anybody had gone again before he was seen.
    pub(crate) any_gone: bool,
}

/// Looks at who has come since `last`, which is the last one that was looked at after that.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn newcomers(
    scope: &Scope,
    last: &mut LastId,
    is_wanted: impl Fn(FileId) -> bool,
) -> io::Result<Newcomers> {
    let now = LastId::now();
    let came = last.until(now)?;
    *last = now;
    let mut newcomers = Newcomers::default();
    if came.is_empty() {
        return Ok(newcomers);
    }
    let (proc, own) = (open_proc()?, std::process::id());
    for pid in came.into_iter().filter(|pid| *pid != own) {
        match RunningProcess::in_proc(&proc, pid) {
            Some(process) => {
                let is_meant = is_wanted(process.executable) && is_process(pid);
                if is_meant && scope.admits(pid) {
                    newcomers.wanted.push(process);
                }
            }
            None => newcomers.any_gone = true,
        }
    }
    Ok(newcomers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command};

    fn start() -> Child {
        Command::new("sleep").arg("600").spawn().unwrap()
    }

    #[test]
    fn who_comes_is_seen_once_and_no_thread_is_taken_for_a_process() {
        let mut last = LastId::now();
        let mut child = start();
        let file = super::super::processes::current_executable(child.id()).unwrap();
        let thread = std::thread::spawn(std::thread::park);
        let scope = Scope::default();
        let mut seen = || -> Vec<u32> {
            let came = newcomers(&scope, &mut last, |_| true).unwrap();
            came.wanted.iter().map(|process| process.pid).collect()
        };
        let first = seen();
        assert!(first.contains(&child.id()));
        assert!(!first.contains(&std::process::id()));
        assert!(first.iter().all(|pid| is_process(*pid)));
        assert!(!seen().contains(&child.id()));
        thread.thread().unpark();
        thread.join().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_ne!(file.ino, 0);
    }

    #[test]
    fn ids_that_begin_anew_and_ids_that_are_not_told_are_found_among_all() {
        let own = std::process::id();
        let all = |last: u32, now: u32| LastId(last).until(LastId(now)).unwrap();
        assert_eq!(all(7, 7), [0; 0]);
        assert_eq!(all(7, 9), [9, 8]);
        assert!(all(0, 0).contains(&own), "nothing is told");
        assert!(all(own - 1, 1).contains(&own), "begun anew");
        assert!(!all(own, 1).contains(&own));
        assert!(all(u32::MAX, own).contains(&own));
    }

    #[test]
    fn last_id_is_the_fifth_word() {
        assert_eq!(last_number(b"0.20 0.18 0.12 1/80 11206\n"), Some(11206));
        assert_eq!(last_number(b"0.20 0.18"), None);
        assert_eq!(last_number(b"\xff"), None);
    }
}
