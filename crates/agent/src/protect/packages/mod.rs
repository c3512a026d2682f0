//! What the machine's package managers say of a file.
//!
//! A file that a package put there, and that still is what the package contained, is part of the
//! system. A file at a package's path that is something else was exchanged. Both are told by the
//! package manager's own records: dpkg's database is read here, rpm's is asked for by the command
//! `rpm`. Root can change these records, and dpkg keeps nothing better than MD5: they guard
//! against an operator's mistake and prove nothing about who made a file.

mod dpkg;
mod locks;
mod record;
mod rpm;
mod timed_command;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dpkg::Dpkg;
use rpm::Rpm;

use crate::engine::{Condition, Examined, Ownership};
use crate::hash::Hasher;

/// What is left to the package managers where their records cannot be read: there nothing may be
/// taken that could be theirs.
const SYSTEM_DIRECTORIES: [&str; 6] = ["/usr/", "/bin/", "/sbin/", "/lib", "/boot/", "/opt/"];

/// The package databases of one machine.
pub struct Packages {
    root: PathBuf,
    rpm_program: PathBuf,
    state: Mutex<State>,
}

impl fmt::Debug for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packages")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct State {
    dpkg: Dpkg,
    hasher: Hasher,
}

impl Packages {
    /// Those of this machine.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self::below(Path::new("/"), Path::new("/usr/bin/rpm"))
    }

    /// Those whose records and files lie below `root`; rpm's are asked for with `rpm_program`.
    #[must_use]
    pub fn below(root: &Path, rpm_program: &Path) -> Self {
        Self {
            root: root.to_owned(),
            rpm_program: rpm_program.to_owned(),
            state: Mutex::default(),
        }
    }

    /// Takes up what was installed since, so that an order need not wait for it. Costs three looks
    /// while nothing has changed.
    pub fn refresh(&self) {
        let mut state = self.lock();
        state.dpkg.refresh(&self.root);
    }

    /// Why the records cannot be relied on, if they cannot.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.lock().dpkg.trouble()
    }

    /// Whose each of the files is, and whether it is what its package contained; nothing for a file
    /// that no package knows.
    #[must_use]
    pub fn ownership(&self, files: &[Examined<'_>]) -> Vec<Option<Ownership>> {
        let mut state = self.lock();
        let State { dpkg, hasher } = &mut *state;
        dpkg.refresh(&self.root);
        let mut answers: Vec<_> = files
            .iter()
            .map(|file| dpkg.ownership(&self.root, file, hasher))
            .collect();
        if let Some(rpm) = Rpm::find(&self.root, &self.rpm_program) {
            let told = rpm.ownership(files, hasher);
            for (answer, told) in answers.iter_mut().zip(told) {
                *answer = answer.take().or(told);
            }
        }
        answers
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer where the records cannot be read.
fn unknown(file: &Examined<'_>) -> Option<Ownership> {
    let is_system = |path: &Vec<u8>| {
        SYSTEM_DIRECTORIES
            .iter()
            .any(|directory| path.starts_with(directory.as_bytes()))
    };
    file.paths.iter().any(is_system).then_some(Ownership {
        package: None,
        condition: Condition::Unverifiable,
    })
}

#[cfg(test)]
mod tests;
