//! What an agent may touch, decided in one place.

use std::collections::HashMap;
use std::path::PathBuf;

use super::identity::ProcessIdentity;

/// No chain of parents is longer than this; a longer one is a table that changed while it was read.
const LONGEST_CHAIN: usize = 4096;

/// What an agent may touch: paths below the roots and, where it is narrowed, only the processes
/// that one process started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The directories below which files are looked for and taken.
    pub roots: Vec<PathBuf>,
    /// When set, processes that do not descend from this one are neither examined nor signalled.
    pub descend_only_from: Option<ProcessIdentity>,
}

impl Scope {
    /// Everything below `roots`, and every process.
    #[must_use]
    pub fn machine(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            descend_only_from: None,
        }
    }

    /// Everything below `roots`, and only the processes that `ancestor` started.
    #[must_use]
    pub fn descendants(roots: Vec<PathBuf>, ancestor: ProcessIdentity) -> Self {
        Self {
            roots,
            descend_only_from: Some(ancestor),
        }
    }

    /// Whether the process may be examined and signalled, as far as `parents` tells.
    pub(crate) fn admits(&self, pid: u32, parents: &Parents) -> bool {
        self.descend_only_from
            .is_none_or(|ancestor| parents.descends(pid, ancestor))
    }
}

/// Who started whom, as read at one moment.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    by_pid: HashMap<u32, Parentage>,
}

#[derive(Debug, Clone, Copy)]
struct Parentage {
    parent: u32,
    start_time: u64,
}

impl Parents {
    pub(crate) fn insert(&mut self, process: ProcessIdentity, parent: u32) {
        let parentage = Parentage {
            parent,
            start_time: process.start_time,
        };
        self.by_pid.insert(process.pid, parentage);
    }

    /// Whether `ancestor` is a parent of `pid`, at any remove. A process is not its own ancestor.
    fn descends(&self, pid: u32, ancestor: ProcessIdentity) -> bool {
        let mut current = pid;
        for _ in 0..LONGEST_CHAIN {
            let Some(child) = self.by_pid.get(&current) else {
                return false;
            };
            let Some(parent) = self.by_pid.get(&child.parent) else {
                return false;
            };
            if child.parent == ancestor.pid && parent.start_time == ancestor.start_time {
                return true;
            }
            current = child.parent;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANCESTOR: ProcessIdentity = ProcessIdentity {
        pid: 10,
        start_time: 100,
    };

    fn table(rows: &[(u32, u64, u32)]) -> Parents {
        let mut parents = Parents::default();
        for &(pid, start_time, parent) in rows {
            parents.insert(ProcessIdentity { pid, start_time }, parent);
        }
        parents
    }

    fn admitted(rows: &[(u32, u64, u32)], pid: u32) -> bool {
        Scope::descendants(Vec::new(), ANCESTOR).admits(pid, &table(rows))
    }

    #[test]
    fn scope_admits_children_and_grandchildren() {
        let rows = [(1, 1, 0), (10, 100, 1), (11, 110, 10), (12, 120, 11)];
        assert!(admitted(&rows, 11));
        assert!(admitted(&rows, 12));
    }

    #[test]
    fn scope_admits_neither_ancestor_nor_sibling_nor_stranger() {
        let rows = [(1, 1, 0), (10, 100, 1), (20, 200, 1)];
        for pid in [1, 10, 20, 99] {
            assert!(!admitted(&rows, pid), "{pid}");
        }
    }

    #[test]
    fn scope_does_not_admit_children_of_a_process_that_took_over_the_pid() {
        assert!(!admitted(&[(1, 1, 0), (10, 101, 1), (11, 110, 10)], 11));
    }

    #[test]
    fn scope_ends_on_a_table_that_goes_in_circles() {
        assert!(!admitted(&[(10, 100, 1), (5, 1, 6), (6, 1, 5)], 5));
    }

    #[test]
    fn scope_of_the_machine_admits_everything() {
        assert!(Scope::machine(Vec::new()).admits(7, &Parents::default()));
    }
}
