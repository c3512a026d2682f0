//! The distinct files that the machine executes at this moment.

use std::io;

use quell_model::Sha1;

use super::identity::Stamp;
use super::processes::processes;
use super::scope::Scope;
use crate::hash::{Budget, Hasher};

/// One file that at least one process executes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// What it is.
    pub stamp: Stamp,
    /// Its content.
    pub sha1: Sha1,
    /// Where the kernel says that it is, exact bytes; with " (deleted)" at the end when it was
    /// removed from there.
    pub link: Vec<u8>,
    /// Whether it has no path any more (no link is left).
    pub deleted: bool,
    /// How many processes execute it.
    pub processes: usize,
}

/// What the machine executes.
#[derive(Debug, Clone, Default)]
pub struct Executables {
    /// The files.
    pub files: Vec<Executable>,
    /// Processes or files that could not be read.
    pub unreadable: u64,
}

/// Hashes every distinct file that a process in `scope` executes.
///
/// # Errors
/// When `/proc` cannot be read at all.
pub fn executables(scope: &Scope, hasher: &mut Hasher, budget: &Budget) -> io::Result<Executables> {
    let scan = processes(scope)?;
    let mut all = Executables {
        files: Vec::new(),
        unreadable: scan.unreadable,
    };
    for running in scan.by_executable().into_values() {
        let read = running.iter().find_map(|process| {
            let (file, stat) = process.open_executable().ok()?;
            let hashed = hasher.sha1(&file, budget).ok()?;
            Some(Executable {
                stamp: Stamp::of(&file).ok()?,
                sha1: hashed.sha1,
                link: process.executable_link(),
                deleted: stat.st_nlink == 0,
                processes: running.len(),
            })
        });
        match read {
            Some(executable) => all.files.push(executable),
            None => all.unreadable += running.len() as u64,
        }
    }
    Ok(all)
}
