//! How far a search went, so that "not found" is honest.

use serde::{Deserialize, Serialize};

use crate::{Protection, WirePath};

/// The most roots that are named as not reached; the rest is counted.
pub const MOST_UNREACHED: usize = 64;

/// How far the search went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Processes that were looked at.
    pub processes: u64,
    /// Processes whose executable could not be read.
    pub processes_unreadable: u64,
    /// The roots that were to be walked.
    pub roots: Vec<WirePath>,
    /// Files that were looked at.
    pub files: u64,
    /// Files that could not be read or were passed over (size cap, other file system).
    pub files_skipped: u64,
    /// `true` when nothing cut the walk short.
    pub complete: bool,
    /// The protection that stopped the action, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// Where was looked to the end, in the order of [`Tier`]; none told by an agent from before
    /// there were tiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// The only size of a file that was read, in bytes, if there was one: a file with the wanted
    /// content and another size does not exist, unless the request was wrong about the size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_size: Option<u64>,
    /// Directories that were not entered, at most [`MOST_UNREACHED`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreached: Vec<Unreached>,
    /// What cut the search short.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended_by: Vec<Limit>,
    /// Bytes that were read to be hashed.
    #[serde(default)]
    pub bytes_read: u64,
    /// How long the search took, in milliseconds.
    #[serde(default)]
    pub milliseconds: u64,
}

impl Coverage {
    /// Notes that a tier was looked through to its end.
    pub fn reached(&mut self, tier: Tier) {
        if let Err(at) = self.tiers.binary_search(&tier) {
            self.tiers.insert(at, tier);
        }
    }

    /// Notes what cut the search short, once.
    pub fn cut_by(&mut self, limit: Limit) {
        self.complete = false;
        if !self.ended_by.contains(&limit) {
            self.ended_by.push(limit);
        }
    }
}

/// Where a search looks: each tier costs more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Tier {
    /// What processes execute.
    Running,
    /// The paths that the request named.
    Hinted,
    /// All files below the roots that have the wanted size; no other can have the content.
    SizeMatch,
    /// The files below the roots that could be executed.
    Executables,
    /// All files below the roots.
    Everything,
    /// A tier that a newer agent knows.
    #[serde(other)]
    Other,
}

impl Tier {
    /// The tier in words, to be read after "looked at".
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Running => "what runs",
            Self::Hinted => "the named paths",
            Self::SizeMatch => "every file of that size",
            Self::Executables => "every file that could be executed",
            Self::Everything => "every file",
            Self::Other => "more than this program knows of",
        }
    }
}

/// A directory that was not entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreached {
    /// Where.
    #[serde(flatten)]
    pub path: WirePath,
    /// Why.
    pub why: Barrier,
}

/// Why a directory was not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Barrier {
    /// The agent may not read it.
    AccessDenied,
    /// Another machine or a program serves it, and might never answer.
    Served,
    /// It holds the kernel's view of itself and no files.
    Pseudo,
    /// A root that is not there.
    Missing,
    /// The system failed in another way.
    Failed,
    /// A reason that a newer agent knows.
    #[serde(other)]
    Other,
}

impl Barrier {
    /// The reason in words.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::AccessDenied => "it may not be read",
            Self::Served => "it is served by another machine or a program",
            Self::Pseudo => "it is the kernel's own",
            Self::Missing => "it is not there",
            Self::Failed | Self::Other => "it could not be read",
        }
    }
}

/// What cut a search short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Limit {
    /// Its time was over.
    Time,
    /// A tree was too deep.
    Depth,
    /// There were more copies than one round takes.
    Copies,
    /// Files were larger than is hashed.
    FileSize,
    /// A limit that a newer agent knows.
    #[serde(other)]
    Other,
}

impl Limit {
    /// The limit in words.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Time => "the time for searching was over",
            Self::Depth => "a tree of directories was too deep",
            Self::Copies => "there were too many copies",
            Self::FileSize => "a file was too large to be read",
            Self::Other => "a limit that this program does not know",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_told_once_and_in_order() {
        let mut coverage = Coverage::default();
        for tier in [Tier::Everything, Tier::Running, Tier::Everything] {
            coverage.reached(tier);
        }
        assert_eq!(coverage.tiers, [Tier::Running, Tier::Everything]);
    }

    #[test]
    fn search_that_was_cut_short_is_not_complete() {
        let mut coverage = Coverage {
            complete: true,
            ..Coverage::default()
        };
        coverage.cut_by(Limit::Time);
        coverage.cut_by(Limit::Time);
        assert_eq!((coverage.complete, coverage.ended_by.len()), (false, 1));
    }

    #[test]
    fn coverage_of_an_older_agent_is_read() {
        let older = r#"{"processes":1,"processesUnreadable":0,"roots":[{"path":"/"}],"files":2,
            "filesSkipped":0,"complete":true}"#;
        let coverage: Coverage = serde_json::from_str(older).unwrap();
        assert!(coverage.tiers.is_empty() && coverage.complete);
        let newer = r#"{"processes":1,"processesUnreadable":0,"roots":[],"files":2,
            "filesSkipped":0,"complete":false,"tiers":["Running","Moon"],"endedBy":["Boredom"],
            "unreached":[{"path":"/x","why":"Ghosts"}],"phase":9}"#;
        let coverage: Coverage = serde_json::from_str(newer).unwrap();
        assert_eq!(coverage.tiers, [Tier::Running, Tier::Other]);
        assert_eq!(coverage.ended_by, [Limit::Other]);
        assert_eq!(coverage.unreached[0].why, Barrier::Other);
    }
}
