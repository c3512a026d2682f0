//! Long-running processes under test.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// A running process; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it with its standard error in `log`.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("the log opens");
        let child = command
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the process starts");
        Self {
            child,
            log: log.to_owned(),
        }
    }

    /// The first line that it writes to its standard output.
    ///
    /// # Panics
    /// When it ends without one; the message shows its log.
    pub fn first_line(&mut self) -> String {
        let stdout = self
            .child
            .stdout
            .take()
            .expect("its standard output is read once");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("its standard output is readable");
        assert!(
            !line.is_empty(),
            "it ended before it was ready; its log: {}",
            self.log()
        );
        line
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its standard error so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// `kill -9`, and waits until it is gone.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn kill_hard(mut self) {
        self.child.kill().expect("the process is ours to kill");
        self.child.wait().expect("the process is ours to wait for");
    }

    /// `kill -TERM`, and waits for the exit code.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn terminate(mut self) -> i32 {
        kill_process(pid(self.child.id()), Signal::TERM).expect("the process is ours to signal");
        self.child
            .wait()
            .expect("the process is ours to wait for")
            .code()
            .unwrap_or(-1)
    }

    /// Waits until it ends by itself, and says whether a signal ended it.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn wait_for_signal(mut self) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt as _;
        self.child
            .wait()
            .expect("the process is ours to wait for")
            .signal()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The direct children of a process, each with a handle that means it and no later one.
///
/// # Panics
/// When `/proc` cannot be read.
#[must_use]
pub fn children_of(parent: u32) -> Vec<(u32, OwnedFd)> {
    let listed = std::fs::read_dir(format!("/proc/{parent}/task")).expect("the process exists");
    listed
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|children| {
            children
                .split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<u32>>()
        })
        .map(|id| (id, open_pidfd(id)))
        .collect()
}

/// Whether the process ends within ten seconds.
#[must_use]
pub fn ends_soon(pidfd: &OwnedFd) -> bool {
    has_ended(pidfd, 10_000)
}

/// A handle on the process that means this process and no later one of the same number.
pub(crate) fn open_pidfd(id: u32) -> OwnedFd {
    pidfd_open(pid(id), PidfdFlags::empty()).expect("the process exists")
}

/// Whether the process has ended, reaped or not.
pub(crate) fn has_ended(pidfd: &OwnedFd, milliseconds: i64) -> bool {
    let timeout = rustix::time::Timespec {
        tv_sec: milliseconds / 1000,
        tv_nsec: (milliseconds % 1000) * 1_000_000,
    };
    let mut fds = [PollFd::new(pidfd, PollFlags::IN)];
    poll(&mut fds, Some(&timeout)).expect("a pidfd can be polled") > 0
}

fn pid(id: u32) -> Pid {
    i32::try_from(id)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id is positive")
}
