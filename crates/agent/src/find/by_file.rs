//! What runs, by the file that it executes: a file is read once, whoever executes it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::Stat;
use rustix::io::Errno;

use super::executions::{Execution, Sought, deepen};
use super::hiding::{Patience, who_hides};
use super::identity::FileId;
use super::nature::Nature;
use super::processes::ProcessScan;

/// Files, and the processes that execute each.
#[derive(Debug, Default)]
pub(crate) struct ByFile {
    pub(crate) files: HashMap<FileId, Vec<Execution>>,
    /// How many processes would not show what they execute.
    pub(crate) unreadable: u64,
}

/// All who execute one file hide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hidden;

/// The files that are executables of processes.
pub(crate) fn executed(scan: &ProcessScan) -> ByFile {
    let mut by_file = ByFile {
        unreadable: scan.unreadable,
        ..ByFile::default()
    };
    for process in &scan.running {
        let executions = by_file.files.entry(process.executable).or_default();
        executions.push(Execution::from(*process));
    }
    by_file
}

/// The files that the processes of a scan have mapped as code or run as scripts, but for those that
/// are executables; of this nature where what is looked for has a known one.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub(crate) fn executed_otherwise(
    scan: &ProcessScan,
    nature: Option<Nature>,
    patience: Patience,
) -> io::Result<ByFile> {
    let deep = deepen(scan, Sought::Anything(nature), patience)?;
    let mut by_file = ByFile {
        unreadable: deep.unreadable,
        ..ByFile::default()
    };
    let executables = scan.running.iter().map(|process| process.executable);
    let executables: HashSet<FileId> = executables.collect();
    for execution in deep.executions {
        if !executables.contains(&execution.file) {
            let executions = by_file.files.entry(execution.file).or_default();
            executions.push(execution);
        }
    }
    Ok(by_file)
}

/// Opens a file through any of those that execute it. Those that ended since they were seen, or
/// became another program, hide nothing; whoever refuses does.
pub(crate) fn open_any(executions: &[Execution]) -> Result<Option<(OwnedFd, Stat)>, Hidden> {
    let mut opened = None;
    let hiding = who_hides(
        executions,
        Patience::Short,
        |one| one.pid,
        |execution| {
            if opened.is_some() {
                return false;
            }
            match execution.open() {
                Ok(file) => opened = Some(file),
                Err(error) => return !is_over(&error),
            }
            false
        },
    );
    match opened {
        None if !hiding.is_empty() => Err(Hidden),
        opened => Ok(opened),
    }
}

/// Whether the process has ended, or become another program.
fn is_over(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOENT | Errno::SRCH | Errno::STALE)
    )
}
