//! Namespaces of processes and mounts, where nothing of the machine can be met.
//!
//! As root, the program starts itself again in new namespaces, with a small process 1 that reaps orphans; when it
//! ends, so does everything in them. Without root, the agent is confined to the descendants of this program.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use rustix::process::{Pid, WaitOptions, wait};

/// Set to what the process started again is to be.
const VARIABLE: &str = "QUELL_ADVERSARY";

/// Whose descendants the agent may stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Confinement {
    ///
    /// None is every process that it sees, in a process namespace that is ours alone: only such an agent bars
    /// whoever opens the file, and stops whole groups.
    pub(crate) ancestor: Option<u32>,
    pub(crate) is_root: bool,
}

pub(crate) enum Place {
    /// Where the cases are played.
    Inside(Confinement),
    /// What became of those who went inside.
    Outside(ExitCode),
}

/// Goes where the cases are played.
pub(crate) fn enter() -> Place {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not root: what needs namespaces or other users is not shown");
        // Orphans of a case stay descendants.
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
            .expect("a process may be a subreaper");
        return Place::Inside(Confinement {
            ancestor: Some(std::process::id()),
            is_root: false,
        });
    }
    match std::env::var(VARIABLE).as_deref() {
        Ok("inside") => {
            expect_own_namespace();
            Place::Inside(Confinement {
                ancestor: None,
                is_root: true,
            })
        }
        Ok("init") => Place::Outside(init()),
        _ => Place::Outside(unshare()),
    }
}

/// What the agent may stop is decided by this: process 1 must be this very program.
fn expect_own_namespace() {
    let [first, own] = ["/proc/1/exe", "/proc/self/exe"].map(std::fs::read_link);
    let is_ours = first.is_ok_and(|first| own.is_ok_and(|own| own == first));
    assert!(
        is_ours,
        "process 1 is not this program: these are not its own namespaces"
    );
}

fn unshare() -> ExitCode {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
        .args(["--propagation", "private"])
        .arg(std::env::current_exe().expect("a program knows where it lies"))
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "init");
    let error = command.exec();
    eprintln!("unshare of util-linux is needed to isolate the cases: {error}");
    ExitCode::FAILURE
}

/// Process 1 of the namespace: starts the cases and reaps whatever ends.
#[expect(
    clippy::zombie_processes,
    reason = "whatever ends is waited for, this child too"
)]
fn init() -> ExitCode {
    let child = Command::new("/proc/self/exe")
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "inside")
        .spawn()
        .expect("this program starts again");
    let child = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        let Ok(Some((ended, status))) = wait(WaitOptions::empty()) else {
            continue;
        };
        if Some(ended) == child {
            let code = status
                .exit_status()
                .and_then(|code| u8::try_from(code).ok());
            return ExitCode::from(code.unwrap_or(1));
        }
    }
}
