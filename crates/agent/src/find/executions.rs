//! Which process executes which file, in whatever way.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use quell_protocol::Confidence;
use rustix::fs::{Stat, fstat};
use rustix::io::Errno;

use super::identity::FileId;
use super::mappings::{self, Range};
use super::nature::Nature;
use super::processes::{RunningProcess, admitted, current_executable, is_ours};
use super::scope::Scope;
use super::scripts::{self, Seen};
use super::served;
use crate::sys::file;
use crate::sys::process_stat::ProcessStat;

/// The files that an action is about, and what each is to whoever maps it.
pub(crate) type Wanted = HashMap<FileId, Nature>;

/// A process and a file that it executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Execution {
    pub(crate) pid: u32,
    pub(crate) file: FileId,
    handle: Handle,
}

/// By what the process's file can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handle {
    Executable(RunningProcess),
    /// Mapped as code, by the process's own program loader or not.
    Mapping {
        range: Range,
        by_loader: bool,
    },
    Script(Seen),
}

/// What processes execute beside their executables.
#[derive(Debug, Default)]
pub(crate) struct DeepScan {
    pub(crate) executions: Vec<Execution>,
    /// How many processes would not show what they have mapped.
    pub(crate) unreadable: u64,
}

impl From<RunningProcess> for Execution {
    fn from(process: RunningProcess) -> Self {
        Self {
            pid: process.pid,
            file: process.executable,
            handle: Handle::Executable(process),
        }
    }
}

/// Looks at what every process in `scope` has mapped as code, and at the scripts that interpreters
/// run. With `wanted`, only those files are reported, and only mappings with their inode numbers
/// are looked at.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn deep_scan(scope: &Scope, wanted: Option<&Wanted>) -> io::Result<DeepScan> {
    let mut scan = DeepScan::default();
    for pid in admitted(scope)? {
        match beside_the_executable(pid, wanted) {
            Ok(executions) => scan.executions.extend(executions),
            Err(error) if has_gone(&error) || is_empty(pid) || is_ours(pid) => {}
            Err(_) => scan.unreadable += 1,
        }
    }
    Ok(scan)
}

fn has_gone(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOENT | Errno::SRCH)
    )
}

/// Whether the process has no memory of its own: a kernel thread, or one that has ended.
fn is_empty(pid: u32) -> bool {
    ProcessStat::of(pid).is_none_or(|stat| stat.is_kernel_thread() || stat.is_dead())
}

fn beside_the_executable(pid: u32, wanted: Option<&Wanted>) -> io::Result<Vec<Execution>> {
    let own = current_executable(pid);
    let is_wanted =
        |file: FileId| Some(file) != own && wanted.is_none_or(|wanted| wanted.contains_key(&file));
    let mut seen = HashSet::new();
    let mut executions = Vec::new();
    let inodes: Option<HashSet<u64>> =
        wanted.map(|wanted| wanted.keys().map(|file| file.ino).collect());
    let mut mappings = mappings::of(pid)?;
    mappings.retain(|mapping| {
        inodes
            .as_ref()
            .is_none_or(|inodes| inodes.contains(&mapping.inode))
    });
    let by_loader = !mappings.is_empty() && executes_loader(pid);
    for mapping in mappings {
        let Ok(file) = mapping.file(pid) else {
            continue;
        };
        if is_wanted(file) && seen.insert(file) {
            let range = mapping.range;
            let handle = Handle::Mapping { range, by_loader };
            executions.push(Execution { pid, file, handle });
        }
    }
    for script in scripts::of(pid) {
        if is_wanted(script.file) && seen.insert(script.file) {
            executions.push(Execution {
                pid,
                file: script.file,
                handle: Handle::Script(script.seen),
            });
        }
    }
    Ok(executions)
}

fn executes_loader(pid: u32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|link| scripts::is_loader(&link))
}

/// How the process executes one of `wanted` at this moment, if it does.
pub(crate) fn execution_of(pid: u32, wanted: &Wanted) -> Option<Execution> {
    if let Some(process) = RunningProcess::at(pid)
        && wanted.contains_key(&process.executable)
    {
        return Some(process.into());
    }
    let mut executions = beside_the_executable(pid, Some(wanted)).ok()?.into_iter();
    executions.next()
}

impl Execution {
    /// How the process is known to execute the file.
    pub(crate) fn confidence(&self) -> Confidence {
        match self.handle {
            Handle::Executable(_) => Confidence::Executable,
            Handle::Mapping { .. } => Confidence::Mapping,
            Handle::Script(Seen::Descriptor(_)) => Confidence::OpenScript,
            Handle::Script(Seen::Word(_)) => Confidence::CommandLine,
        }
    }

    /// Whether the process does no more with the file, which is of this nature, than use it as a
    /// library.
    pub(crate) fn only_uses(&self, nature: Nature) -> bool {
        let is_loaded = matches!(
            self.handle,
            Handle::Mapping {
                by_loader: false,
                ..
            }
        );
        is_loaded && nature == Nature::Library
    }

    /// Opens the file for reading, wherever it is now.
    ///
    /// # Errors
    /// When the process ended, does not execute that file any more (`ESTALE`), may not be read, or
    /// a server would have to be asked (`EREMOTE`).
    pub(crate) fn open(&self) -> io::Result<(OwnedFd, Stat)> {
        let pinned = match self.handle {
            Handle::Executable(process) => return process.open_executable(),
            Handle::Mapping { range, .. } => range.pin(self.pid)?,
            Handle::Script(seen) => seen.pin(self.pid)?,
        };
        served::refuse(self.pid, &pinned)?;
        // Asked before it is opened: a file that is something else by now is none of our business.
        if FileId::of(&fstat(&pinned)?) != self.file {
            return Err(Errno::STALE.into());
        }
        Ok(file::read_pinned(&pinned)?)
    }

    /// Where the file is, as the kernel tells it, " (deleted)" included; a hint, not an identity.
    pub(crate) fn path(&self) -> Vec<u8> {
        match self.handle {
            Handle::Executable(process) => process.executable_link(),
            Handle::Mapping { range, .. } => range.path(self.pid),
            Handle::Script(seen) => seen.path(self.pid),
        }
    }

    /// The path of the process's executable, as the kernel tells it.
    pub(crate) fn executable_link(&self) -> Vec<u8> {
        match self.handle {
            Handle::Executable(process) => process.executable_link(),
            Handle::Mapping { .. } | Handle::Script(_) => {
                let link = fs::read_link(Path::new(&format!("/proc/{}/exe", self.pid)));
                link.map(|path| path.into_os_string().into_vec())
                    .unwrap_or_default()
            }
        }
    }
}
