//! How much one order touches.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::counted::counted;

/// What one order may touch before it takes an order that insists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BlastRadius {
    /// Paths, hard links among them.
    pub paths: u32,
    /// Processes.
    pub processes: u32,
    /// Different users whose processes they are.
    pub users: u32,
}

impl Default for BlastRadius {
    fn default() -> Self {
        Self {
            paths: 20,
            processes: 50,
            users: 3,
        }
    }
}

impl BlastRadius {
    /// Any number of everything.
    pub const UNLIMITED: Self = Self {
        paths: u32::MAX,
        processes: u32::MAX,
        users: u32::MAX,
    };

    /// What is too much, with how many there are and how many may be.
    #[must_use]
    pub fn exceeded(&self, radius: &Radius) -> Option<(Measure, usize, u32)> {
        let counts = [
            (Measure::Paths, radius.paths(), self.paths),
            (Measure::Processes, radius.processes(), self.processes),
            (Measure::Users, radius.users(), self.users),
        ];
        counts
            .into_iter()
            .find(|(_, found, limit)| u32::try_from(*found).is_ok_and(|found| found > *limit))
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Paths.
    Paths,
    /// Processes.
    Processes,
    /// Users.
    Users,
}

impl Measure {
    /// So many of them, in words.
    pub(super) fn counted(self, count: usize) -> String {
        match self {
            Self::Paths => counted(count, "path", "paths"),
            Self::Processes => counted(count, "process", "processes"),
            Self::Users => counted(count, "user", "users"),
        }
    }
}

/// What an order has touched and would touch next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Radius {
    paths: BTreeSet<Vec<u8>>,
    /// Names of files that are known to exist and were not found.
    more_paths: usize,
    processes: BTreeMap<u32, u32>,
}

impl Radius {
    /// Counts a path, once.
    pub fn add_path(&mut self, path: Vec<u8>) {
        self.paths.insert(path);
    }

    /// Says how many further names there are that nobody has found, in place of what was said
    /// before.
    pub fn set_more_paths(&mut self, more: usize) {
        self.more_paths = more;
    }

    /// Counts a process, once, and its user.
    pub fn add_process(&mut self, pid: u32, uid: u32) {
        self.processes.insert(pid, uid);
    }

    fn paths(&self) -> usize {
        self.paths.len() + self.more_paths
    }

    fn processes(&self) -> usize {
        self.processes.len()
    }

    fn users(&self) -> usize {
        self.processes.values().collect::<BTreeSet<_>>().len()
    }
}
