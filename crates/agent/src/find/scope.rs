//! What an agent may touch, decided in one place.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::path::PathBuf;

use super::identity::ProcessIdentity;
use super::kinship::Kinship;
use crate::sys::process_stat::ProcessStat;

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
    kinship: Kinship,
}

impl Scope {
    /// Everything below `roots`, and every process.
    #[must_use]
    pub fn machine(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            descend_only_from: None,
            kinship: Kinship::default(),
        }
    }

    /// Everything below `roots`, and only the processes that `ancestor` started.
    #[must_use]
    pub fn descendants(roots: Vec<PathBuf>, ancestor: ProcessIdentity) -> Self {
        Self {
            roots,
            descend_only_from: Some(ancestor),
            kinship: Kinship::default(),
        }
    }

    /// Those among `pids`, which are all that there are, that may be examined and signalled.
    /// `proc` is `/proc`.
    pub(super) fn admitted(&self, proc: impl AsFd, mut pids: Vec<u32>) -> Vec<u32> {
        if let Some(ancestor) = self.descend_only_from {
            let parents = self.kinship.among(proc, &pids);
            pids.retain(|pid| parents.descends(*pid, ancestor));
        }
        pids
    }

    /// Whether one process that has just come may be examined and signalled.
    pub(super) fn admits(&self, pid: u32) -> bool {
        let Some(ancestor) = self.descend_only_from else {
            return true;
        };
        let mut line = Parents::default();
        let mut current = pid;
        while let Some(stat) = ProcessStat::of(current) {
            let start_time = stat.start_time;
            let is_new = line.insert(
                ProcessIdentity {
                    pid: current,
                    start_time,
                },
                stat.parent,
            );
            if !is_new || current == ancestor.pid {
                break;
            }
            current = stat.parent;
        }
        line.descends(pid, ancestor)
    }
}

/// Who started whom, as read at one moment.
#[derive(Debug, Default)]
pub(super) struct Parents {
    by_pid: HashMap<u32, Parentage>,
}

#[derive(Debug, Clone, Copy)]
struct Parentage {
    parent: u32,
    start_time: u64,
}

impl Parents {
    /// Answers whether nothing was known of the process.
    pub(super) fn insert(&mut self, process: ProcessIdentity, parent: u32) -> bool {
        let parentage = Parentage {
            parent,
            start_time: process.start_time,
        };
        self.by_pid.insert(process.pid, parentage).is_none()
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
        table(rows).descends(pid, ANCESTOR)
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
        let proc = std::fs::File::open("/proc").unwrap();
        let machine = Scope::machine(Vec::new());
        assert!(machine.admits(7));
        assert_eq!(machine.admitted(proc, vec![7, 8]), [7, 8]);
    }

    #[test]
    fn scope_admits_a_child_whether_it_is_asked_for_alone_or_among_all_again_and_again() {
        let own = std::process::id();
        let start_time = ProcessStat::of(own).unwrap().start_time;
        let of_us = ProcessIdentity {
            pid: own,
            start_time,
        };
        let proc = std::fs::File::open("/proc").unwrap();
        let scope = Scope::descendants(Vec::new(), of_us);
        let start = || {
            let mut sleeper = std::process::Command::new("sleep");
            sleeper.arg("600").spawn().unwrap()
        };
        let mut first = start();
        let parent = std::os::unix::process::parent_id();
        let all = |child: u32| scope.admitted(&proc, vec![1, parent, own, child]);
        for _ in 0..2 {
            assert_eq!(all(first.id()), [first.id()]);
        }
        let mut second = start();
        assert_eq!(all(second.id()), [second.id()]);
        for pid in [first.id(), second.id()] {
            assert!(scope.admits(pid));
        }
        for pid in [1, parent, own, u32::MAX] {
            assert!(!scope.admits(pid), "{pid}");
        }
        for child in [&mut first, &mut second] {
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(!scope.admits(child.id()));
            assert!(
                all(child.id()).is_empty(),
                "who has ended descends from nobody"
            );
        }
    }
}
