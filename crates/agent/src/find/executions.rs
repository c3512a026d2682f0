//! Which process executes which file, in whatever way.

use std::collections::{HashMap, HashSet};
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;

use quell_protocol::Confidence;
use rustix::fs::{Stat, fstat, readlinkat};
use rustix::io::Errno;

use super::hiding::{Patience, who_hides};
use super::identity::FileId;
use super::mappings::{self, Range};
use super::nature::Nature;
use super::processes::{
    ProcessScan, RunningProcess, executable_link, is_ours, open_proc, processes,
};
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

/// What a deep scan looks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sought<'a> {
    /// These files, and nothing else is reported.
    Files(&'a Wanted),
    /// Whatever there is, of this nature where that is known.
    Anything(Option<Nature>),
}

impl Sought<'_> {
    fn is_among(&self, file: FileId) -> bool {
        match self {
            Self::Files(wanted) => wanted.contains_key(&file),
            Self::Anything(_) => true,
        }
    }

    /// Looking at a file costs more than looking at its number.
    fn may_be_numbered(&self, inode: u64) -> bool {
        match self {
            Self::Files(wanted) => wanted.keys().any(|file| file.ino == inode),
            Self::Anything(_) => true,
        }
    }

    /// Whether a program may be the interpreter of such a file that only the file says to be one.
    fn may_name_interpreter(&self) -> bool {
        match self {
            Self::Files(wanted) => wanted.values().any(|nature| *nature == Nature::Interpreted),
            Self::Anything(nature) => nature.is_none_or(|nature| nature == Nature::Interpreted),
        }
    }
}

/// Looks at what every process in `scope` has mapped as code, and at the scripts that interpreters
/// run.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn deep_scan(scope: &Scope, sought: Sought<'_>) -> io::Result<DeepScan> {
    deepen(&processes(scope)?, sought, Patience::Short)
}

/// Looks so at those of a scan that are still there.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn deepen(
    scan: &ProcessScan,
    sought: Sought<'_>,
    patience: Patience,
) -> io::Result<DeepScan> {
    let proc = open_proc()?;
    let executables = scan.executables();
    let mut found = Vec::new();
    let hiding = who_hides(
        scan.listed.iter().copied(),
        patience,
        |pid| *pid,
        |&pid| {
            let own = executables.get(&pid).copied();
            match beside_the_executable(&proc, pid, own, sought) {
                Ok(executions) => found.extend(executions),
                Err(error) => return !(has_gone(&error) || is_empty(pid) || is_ours(pid)),
            }
            false
        },
    );
    Ok(DeepScan {
        executions: found,
        unreadable: hiding.len() as u64,
    })
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

fn beside_the_executable(
    proc: &OwnedFd,
    pid: u32,
    own: Option<FileId>,
    sought: Sought<'_>,
) -> io::Result<Vec<Execution>> {
    let is_wanted = |file: FileId| Some(file) != own && sought.is_among(file);
    let mut seen = HashSet::new();
    let mut executions = Vec::new();
    let mut report = |file: FileId, handle: Handle| {
        if is_wanted(file) && seen.insert(file) {
            executions.push(Execution { pid, file, handle });
        }
    };
    let mut mappings = mappings::of(pid)?;
    mappings.retain(|mapping| sought.may_be_numbered(mapping.inode));
    let link = readlinkat(proc, format!("{pid}/exe"), Vec::new());
    let link = link.map(CString::into_bytes).unwrap_or_default();
    let by_loader = scripts::is_loader(&link);
    for mapping in mappings {
        if let Ok(file) = mapping.file(pid) {
            let range = mapping.range;
            report(file, Handle::Mapping { range, by_loader });
        }
    }
    if !link.is_empty() {
        for script in scripts::of(pid, &link, sought.may_name_interpreter()) {
            report(script.file, Handle::Script(script.seen));
        }
    }
    Ok(executions)
}

/// How the process executes one of `wanted` at this moment, if it does.
pub(crate) fn execution_of(pid: u32, wanted: &Wanted) -> Option<Execution> {
    let (executions, _) = executions_by(pid, wanted)?;
    executions.into_iter().next()
}

/// All ways in which it does, and the program that the process was. That is read first: who becomes
/// another one meanwhile is told as what he was, and never what he became as what executes the file.
pub(crate) fn executions_by(pid: u32, wanted: &Wanted) -> Option<(Vec<Execution>, FileId)> {
    let proc = open_proc().ok()?;
    let running = RunningProcess::in_proc(&proc, pid)?;
    let program = running.executable;
    if wanted.contains_key(&program) {
        return Some((vec![running.into()], program));
    }
    let sought = Sought::Files(wanted);
    let executions = beside_the_executable(&proc, pid, Some(program), sought).ok()?;
    Some((executions, program))
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
            Handle::Mapping { .. } | Handle::Script(_) => executable_link(self.pid),
        }
    }
}
