//! Which processes execute which file.
//!
//! The kernel's own link `/proc/PID/exe` names the inode, whatever became of the path since:
//! renamed, deleted, or never there.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use rustix::fs::{CWD, Mode, OFlags, Stat, openat};
use rustix::io::Errno;

use super::hiding::{Patience, who_hides};
use super::identity::FileId;
use super::newcomers::LastId;
use super::scope::Scope;
use super::served;
use crate::sys::file;
use crate::sys::process_stat::{ProcessStat, threads};

/// A process and the file that it executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningProcess {
    /// The process id.
    pub pid: u32,
    /// The file.
    pub executable: FileId,
    /// The thread that told: the first one, unless it has ended before the others.
    thread: u32,
}

/// The processes at one moment.
#[derive(Debug, Clone, Default)]
pub struct ProcessScan {
    /// Those whose executable is known.
    pub running: Vec<RunningProcess>,
    /// How many were looked at, kernel threads left out.
    pub looked_at: u64,
    /// How many of them would not show their executable.
    pub unreadable: u64,
    /// All that were there, by their ids.
    pub(super) listed: Vec<u32>,
    /// The last id that was given out before they were listed.
    pub(crate) last: LastId,
}

/// Looks at every process in `scope`, except kernel threads, this process itself, and what it
/// started if that shows nothing.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub fn processes(scope: &Scope) -> io::Result<ProcessScan> {
    processes_shown_to(Patience::Short, scope)
}

/// The same, with more or less patience for those who do not show themselves.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn processes_shown_to(patience: Patience, scope: &Scope) -> io::Result<ProcessScan> {
    let proc = open_proc()?;
    let last = LastId::now();
    let listed = admitted_in(&proc, scope)?;
    let mut running = Vec::new();
    let hiding = who_hides(
        listed.iter().copied(),
        patience,
        |pid| *pid,
        |&pid| {
            match executable_of(&proc, pid) {
                Looked::At { executable, thread } => running.push(RunningProcess {
                    pid,
                    executable,
                    thread,
                }),
                Looked::Unreadable => return !is_ours(pid),
                Looked::Nothing => {}
            }
            false
        },
    );
    Ok(ProcessScan {
        looked_at: (running.len() + hiding.len()) as u64,
        unreadable: hiding.len() as u64,
        running,
        listed,
        last,
    })
}

/// The ids of all processes in `scope` but this one.
pub(crate) fn admitted(scope: &Scope) -> io::Result<Vec<u32>> {
    admitted_in(&open_proc()?, scope)
}

fn admitted_in(proc: &OwnedFd, scope: &Scope) -> io::Result<Vec<u32>> {
    let mut pids = scope.admitted(proc, all_pids()?);
    let own = std::process::id();
    pids.retain(|pid| *pid != own);
    Ok(pids)
}

/// Whether this process started that one. What an agent starts, its network half, is the agent's own
/// program, and shows nothing of itself to an agent that is not root.
pub(super) fn is_ours(pid: u32) -> bool {
    ProcessStat::of(pid).is_some_and(|stat| stat.parent == std::process::id())
}

/// The ids of all processes.
pub(crate) fn all_pids() -> io::Result<Vec<u32>> {
    let mut pids = Vec::new();
    for entry in fs::read_dir("/proc")? {
        if let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        {
            pids.push(pid);
        }
    }
    Ok(pids)
}

enum Looked {
    At {
        executable: FileId,
        thread: u32,
    },
    Unreadable,
    /// Kernel thread, zombie, or gone.
    Nothing,
}

fn executable_of(proc: &OwnedFd, pid: u32) -> Looked {
    match FileId::behind(proc, format!("{pid}/exe")) {
        Ok(executable) => Looked::At {
            executable,
            thread: pid,
        },
        Err(Errno::NOENT) => executable_of_other_threads(proc, pid),
        Err(Errno::SRCH) => Looked::Nothing,
        Err(_) => Looked::Unreadable,
    }
}

/// When the first thread of a process ends before the others, the process shows no executable
/// although it runs; its other threads do.
fn executable_of_other_threads(proc: &OwnedFd, pid: u32) -> Looked {
    let is_kernel = ProcessStat::of(pid).is_none_or(|stat| stat.is_kernel_thread());
    if is_kernel {
        return Looked::Nothing;
    }
    let mut looked = Looked::Nothing;
    for thread in threads(pid) {
        match FileId::behind(proc, format!("{pid}/task/{thread}/exe")) {
            Ok(executable) => return Looked::At { executable, thread },
            Err(Errno::NOENT | Errno::SRCH) => {}
            // It runs, and will not show what.
            Err(_) => looked = Looked::Unreadable,
        }
    }
    looked
}

pub(super) fn open_proc() -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(CWD, "/proc", flags, Mode::empty())?)
}

/// The file that the process executes at this moment, by whichever of its threads still shows it.
pub(crate) fn current_executable(pid: u32) -> Option<FileId> {
    RunningProcess::at(pid).map(|process| process.executable)
}

impl RunningProcess {
    /// The process with this id and the file that it executes at this moment.
    pub(super) fn at(pid: u32) -> Option<Self> {
        Self::in_proc(&open_proc().ok()?, pid)
    }

    pub(super) fn in_proc(proc: &OwnedFd, pid: u32) -> Option<Self> {
        match executable_of(proc, pid) {
            Looked::At { executable, thread } => Some(Self {
                pid,
                executable,
                thread,
            }),
            Looked::Unreadable | Looked::Nothing => None,
        }
    }

    /// Opens the file that the process executes, for reading, wherever it is now.
    ///
    /// # Errors
    /// When the process ended, executes another file by now (`ESTALE`), may not be read, or a
    /// server would have to be asked (`EREMOTE`).
    pub fn open_executable(&self) -> io::Result<(OwnedFd, Stat)> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let pinned = openat(CWD, self.link().as_str(), flags, Mode::empty())?;
        served::refuse(self.pid, &pinned)?;
        let (opened, stat) = file::read_pinned(&pinned)?;
        if FileId::of(&stat) == self.executable {
            Ok((opened, stat))
        } else {
            Err(Errno::STALE.into())
        }
    }

    /// The executable's path as the kernel tells it, " (deleted)" included; a hint, not an
    /// identity. Empty when the process has ended.
    #[must_use]
    pub fn executable_link(&self) -> Vec<u8> {
        fs::read_link(self.link())
            .map(|path| path.into_os_string().into_vec())
            .unwrap_or_default()
    }

    fn link(&self) -> String {
        format!("/proc/{}/task/{}/exe", self.pid, self.thread)
    }
}

/// The path of a process's executable as the kernel tells it, by whichever of its threads still
/// shows it; a hint, not an identity. Empty when it does not show.
pub(crate) fn executable_link(pid: u32) -> Vec<u8> {
    let process = RunningProcess::at(pid);
    process.map_or_else(Vec::new, |process| process.executable_link())
}

impl ProcessScan {
    /// Of those whose executable is known already.
    pub(crate) fn of(running: Vec<RunningProcess>) -> Self {
        Self {
            running,
            ..Self::default()
        }
    }

    /// Who executes what, by process id.
    pub(super) fn executables(&self) -> HashMap<u32, FileId> {
        let running = self.running.iter();
        running
            .map(|process| (process.pid, process.executable))
            .collect()
    }

    /// The processes by the file that they execute: a machine runs few distinct files.
    #[must_use]
    pub fn by_executable(&self) -> HashMap<FileId, Vec<RunningProcess>> {
        let mut groups: HashMap<FileId, Vec<RunningProcess>> = HashMap::new();
        for process in &self.running {
            groups.entry(process.executable).or_default().push(*process);
        }
        groups
    }
}

/// The user that a process runs as (its effective id); `u32::MAX` when it is gone.
pub(crate) fn uid_of(pid: u32) -> u32 {
    let status = fs::read(format!("/proc/{pid}/status")).unwrap_or_default();
    effective_uid(&status).unwrap_or(u32::MAX)
}

/// The user that a process runs as; nothing once all its threads have ended, whether or not its parent
/// has noticed.
pub(crate) fn user_of(pid: u32) -> Option<u32> {
    let status = fs::read(format!("/proc/{pid}/status")).ok()?;
    effective_uid(&status).filter(|_| !has_ended(&status))
}

/// A process whose first thread has ended still counts that one among those that run.
fn has_ended(status: &[u8]) -> bool {
    let text = String::from_utf8_lossy(status);
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let is_dead = field("State:").is_some_and(|state| state.trim_start().starts_with(['Z', 'X']));
    let threads = field("Threads:").and_then(|count| count.trim().parse().ok());
    is_dead && threads.is_none_or(|count: u32| count <= 1)
}

fn effective_uid(status: &[u8]) -> Option<u32> {
    let text = String::from_utf8_lossy(status);
    let line = text.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_tells_the_effective_user() {
        let status = b"Name:\t\xff\nUid:\t1000\t0\t1000\t1000\nGid:\t5\t5\t5\t5\n";
        assert_eq!(effective_uid(status), Some(0));
        assert_eq!(effective_uid(b"Name: x"), None);
    }

    #[test]
    fn who_has_ended_is_nobody_s_and_who_has_lost_only_its_first_thread_is_somebody_s() {
        let status = |state: &str, threads: u32| {
            format!("Name:\tZ\nState:\t{state}\nUid:\t0\t7\t0\t0\nThreads:\t{threads}\n")
        };
        for (state, threads, ended) in [
            ("S (sleeping)", 1, false),
            ("Z (zombie)", 1, true),
            ("Z (zombie)", 0, true),
            ("X (dead)", 1, true),
            ("Z (zombie)", 2, false),
        ] {
            let status = status(state, threads);
            assert_eq!(has_ended(status.as_bytes()), ended, "{state} {threads}");
        }
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .unwrap();
        assert_eq!(user_of(child.id()), Some(uid_of(std::process::id())));
        child.kill().unwrap();
        let stat = || ProcessStat::of(child.id()).unwrap();
        while !stat().is_dead() {
            std::thread::yield_now();
        }
        assert_eq!(user_of(child.id()), None, "nobody has noticed its end");
        child.wait().unwrap();
        assert_eq!(user_of(child.id()), None);
    }

    #[test]
    fn scan_leaves_this_process_out() {
        let scan = processes(&Scope::default()).unwrap();
        assert!(scan.looked_at > 0);
        assert!(scan.running.iter().all(|p| p.pid != std::process::id()));
    }

    #[test]
    fn scan_of_no_descendants_looks_at_nothing() {
        let nobody = crate::find::ProcessIdentity {
            pid: std::process::id(),
            start_time: u64::MAX,
        };
        let scan = processes(&Scope::descendants(Vec::new(), nobody)).unwrap();
        assert_eq!((scan.looked_at, scan.unreadable), (0, 0));
    }
}
