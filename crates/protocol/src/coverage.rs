//! How far a search went, so that "not found" is honest.

use std::time::Duration;

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

    /// Adds what a search cost, which may have gone in several rounds: `bytes` that it read, and the
    /// time that it took, begun milliseconds counted as whole ones.
    pub fn add_cost(&mut self, bytes: u64, time: Duration) {
        let milliseconds = time.as_nanos().div_ceil(1_000_000);
        let milliseconds = u64::try_from(milliseconds).unwrap_or(u64::MAX);
        self.bytes_read = self.bytes_read.saturating_add(bytes);
        self.milliseconds = self.milliseconds.saturating_add(milliseconds);
    }

    /// Notes what cut the search short, once.
    pub fn cut_by(&mut self, limit: Limit) {
        self.complete = false;
        if !self.ended_by.contains(&limit) {
            self.ended_by.push(limit);
        }
    }

    /// What to tell a person, line by line. Paths are as the machine tells them: whoever shows them
    /// takes out what a terminal would obey.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.looked_at()];
        let left_out = self.processes_unreadable.saturating_add(self.files_skipped);
        if left_out > 0 {
            lines.push(format!("could not be read or were passed over: {left_out}"));
        }
        let ended = self.ended_by.iter();
        lines.extend(ended.map(|limit| format!("cut short: {}", limit.what())));
        lines.extend(self.unreached.iter().map(|unreached| {
            let (path, why) = (unreached.path.display(), unreached.why.why());
            format!("not entered: {path}, {why}")
        }));
        lines
    }

    fn looked_at(&self) -> String {
        let (processes, files) = (self.processes, self.files);
        let s = |count: u64, ending| if count == 1 { "" } else { ending };
        let mut line = format!(
            "looked at {processes} process{} and {files} file{}",
            s(processes, "es"),
            s(files, "s")
        );
        let tiers: Vec<&str> = self.tiers.iter().map(|tier| tier.what()).collect();
        if !tiers.is_empty() {
            line.push_str(&format!(": {}", tiers.join(", ")));
        }
        if let Some(size) = self.only_size {
            line.push_str(&format!(" ({size} bytes)"));
        }
        line
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
    /// A tree was too deep: said only by older agents.
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
    fn cost_of_all_rounds_is_told_and_none_is_for_nothing() {
        let mut coverage = Coverage::default();
        coverage.add_cost(3, Duration::from_nanos(1));
        coverage.add_cost(4, Duration::from_micros(2001));
        assert_eq!((coverage.bytes_read, coverage.milliseconds), (7, 4));
        coverage.add_cost(u64::MAX, Duration::MAX);
        assert_eq!(coverage.bytes_read, u64::MAX);
    }

    #[test]
    fn lines_say_how_far_was_looked_and_what_was_not() {
        let mut coverage = Coverage {
            processes: 621,
            processes_unreadable: 1,
            files: 9,
            files_skipped: 2,
            only_size: Some(99),
            ..Coverage::default()
        };
        coverage.reached(Tier::SizeMatch);
        coverage.cut_by(Limit::Time);
        coverage.unreached.push(Unreached {
            path: WirePath::from_bytes(b"/mnt"),
            why: Barrier::Served,
        });
        assert_eq!(
            coverage.lines(),
            [
                "looked at 621 processes and 9 files: every file of that size (99 bytes)",
                "could not be read or were passed over: 3",
                "cut short: the time for searching was over",
                "not entered: /mnt, it is served by another machine or a program",
            ]
        );
        assert_eq!(
            Coverage::default().lines(),
            ["looked at 0 processes and 0 files"]
        );
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
