//! Namespaces of processes and mounts, where nothing of the machine can be met.
//!
//! As root, the program starts itself again in new namespaces, with a small process 1 that reaps orphans. When it
//! ends, in whatever way, so does everything in them: processes with their namespace, mounts and files with the file system
//! in memory that is mounted there for them. Without root, the agent is confined to the descendants of this program.
//!
//! ```text
//! outside: waits ── launcher: dies with it, becomes unshare(1) ── process 1: reaps ── inside: plays the cases
//! ```

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use rustix::process::{Pid, Signal, WaitOptions, getppid, set_parent_process_death_signal, wait};

/// Set to what the process started again is to be.
const VARIABLE: &str = "QUELL_ADVERSARY";
/// Set to who waits for it.
const WAITING: &str = "QUELL_ADVERSARY_WAITING";

/// Where the files of the cases may be, on a file system in memory: nothing of it outlives its namespace, and nothing waits
/// for a disk that others use.
const SCRATCH: [&str; 2] = ["/mnt", "/media"];

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
        Ok("launcher") => Place::Outside(unshare()),
        _ => Place::Outside(launch()),
    }
}

/// Ends this process as soon as the one with this id has ended, which started it.
pub(crate) fn die_with(parent: Option<Pid>) {
    set_parent_process_death_signal(Some(Signal::KILL)).expect("a process may die with its parent");
    // It may have died before it was asked for.
    if getppid() != parent {
        std::process::exit(1);
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

/// Waits for the cases. What ends this process ends them: `unshare` itself heeds neither Ctrl-C nor SIGTERM.
fn launch() -> ExitCode {
    let launcher = Command::new("/proc/self/exe")
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "launcher")
        .env(WAITING, std::process::id().to_string())
        .status();
    let code = launcher.expect("this program starts again").code();
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn unshare() -> ExitCode {
    let waiting = std::env::var(WAITING).ok().and_then(|id| id.parse().ok());
    die_with(waiting.and_then(Pid::from_raw));
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
    let mut inside = Command::new("/proc/self/exe");
    inside
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "inside");
    if let Some(scratch) = mount_scratch() {
        inside.env("TMPDIR", scratch);
    }
    let child = inside.spawn().expect("this program starts again");
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

/// Mounts a file system in memory for the files of the cases, in the namespace of this process alone. Without one they are where
/// temporary files are.
fn mount_scratch() -> Option<&'static str> {
    let own = std::env::current_exe().ok()?;
    SCRATCH.into_iter().find(|at| {
        let hides_nothing = Path::new(at).is_dir() && !own.starts_with(at);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "mode=1777", "tmpfs", at]);
        let mount = mount.stderr(Stdio::null());
        hides_nothing && mount.status().is_ok_and(|status| status.success())
    })
}
