//! Who descends from whom, remembered from one listing of the processes to the next.
//!
//! To read every process's parent costs more than all else that a look at the processes does. But a
//! process gets another parent only when its parent ends, so what was read stays true for as long
//! as both are the ones that they were.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, statat};

use super::identity::{ProcessIdentity, nanoseconds};
use super::scope::Parents;
use crate::sys::process_stat::ProcessStat;

/// What was read of each process, shared by all who look within one scope.
#[derive(Debug, Clone, Default)]
pub(super) struct Kinship(Arc<Mutex<HashMap<u32, Kin>>>);

/// A memory is no part of what a scope says.
impl PartialEq for Kinship {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kinship {}

/// The inode that stands for one process below `/proc`. The kernel finds it again by the process
/// and never by the number, so a process that took over a number has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Presence {
    inode: u64,
    made_ns: i64,
}

#[derive(Debug, Clone, Copy)]
struct Kin {
    own: Presence,
    parent: u32,
    /// The parent's, when it could be seen.
    parents: Option<Presence>,
    start_time: u64,
}

impl Kinship {
    /// Who started whom among `pids`. `proc` is `/proc`.
    pub(super) fn among(&self, proc: impl AsFd, pids: &[u32]) -> Parents {
        let proc = proc.as_fd();
        let present: HashMap<u32, Presence> = pids
            .iter()
            .filter_map(|pid| Some((*pid, Presence::of(proc, *pid)?)))
            .collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|pid, kin| kin.is_as_it_was(*pid, &present));
        let mut parents = Parents::default();
        for (&pid, &own) in &present {
            let kin = match known.get(&pid) {
                Some(kin) => *kin,
                None => match Kin::read(pid, own, &present) {
                    Some(read) => *known.entry(pid).or_insert(read),
                    None => continue,
                },
            };
            let start_time = kin.start_time;
            parents.insert(ProcessIdentity { pid, start_time }, kin.parent);
        }
        parents
    }
}

impl Presence {
    fn of(proc: impl AsFd, pid: u32) -> Option<Self> {
        let stat = statat(proc, pid.to_string(), AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(Self {
            inode: stat.st_ino,
            made_ns: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
        })
    }
}

impl Kin {
    fn read(pid: u32, own: Presence, present: &HashMap<u32, Presence>) -> Option<Self> {
        let stat = ProcessStat::of(pid)?;
        Some(Self {
            own,
            parent: stat.parent,
            parents: present.get(&stat.parent).copied(),
            start_time: stat.start_time,
        })
    }

    fn is_as_it_was(&self, pid: u32, present: &HashMap<u32, Presence>) -> bool {
        // Who has no parent that shows never gets one.
        let parent_is = self.parent == 0
            || (self.parents.is_some() && self.parents == present.get(&self.parent).copied());
        parent_is && present.get(&pid) == Some(&self.own)
    }
}
