//! What is left over of a file, and why.

use serde::{Deserialize, Serialize};

use crate::WirePath;

/// One thing that is left over, or that could not be found out: whatever keeps "it is gone" from
/// being the whole truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Residual {
    /// Why.
    pub reason: ResidualReason,
    /// The path that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<WirePath>,
    /// The process that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The systemd unit that starts the program again, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many: links, processes, writers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// More in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Residual {
    /// A residual about nothing in particular.
    #[must_use]
    pub fn new(reason: ResidualReason) -> Self {
        Self {
            reason,
            at: None,
            pid: None,
            unit: None,
            count: None,
            detail: None,
        }
    }

    /// About a path.
    #[must_use]
    pub fn at(mut self, path: WirePath) -> Self {
        self.at = Some(path);
        self
    }

    /// About a process.
    #[must_use]
    pub fn of_process(mut self, pid: u32) -> Self {
        self.pid = Some(pid);
        self
    }

    /// About so many.
    #[must_use]
    pub fn counting(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// With more words.
    #[must_use]
    pub fn because(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }
}

/// Why something is left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ResidualReason {
    /// A process was killed and the kernel has not let it go yet.
    KillPending,
    /// A process runs on, because the agent may not signal it.
    ProcessAccessDenied,
    /// A process runs on, because it was to be left alone.
    LeftRunning,
    /// Processes would not show what they execute.
    UnknownProcesses,
    /// A process may have read the file and gone on without it.
    NotAttributable,
    /// Something starts the program again.
    Respawn,
    /// Hard links to the file that were not found; none of them can be executed.
    ResidualLinks,
    /// The file system is mounted read-only.
    ReadOnly,
    /// The file is part of a container's image, which other containers share.
    ImageLayer,
    /// The agent may not move the file.
    FileAccessDenied,
    /// The file's content changed.
    ContentChanged,
    /// The file's name kept being given to other files.
    RaceDetected,
    /// Somebody has the file open for writing.
    Writers,
    /// The file lies outside of the agent's roots.
    OutsideRoots,
    /// The file system cannot move a file without the risk of replacing another.
    Unsupported,
    /// The vault could not take the file.
    VaultUnavailable,
    /// The file is kept aside, out of reach, and not in the vault yet.
    HeldInCapture,
    /// The file is protected.
    Protected,
    /// The machine's own policy excludes the path.
    Excluded,
    /// The order would touch more than the machine's own policy allows.
    BlastRadius,
    /// The machine's own policy only lets orders be tried.
    OnlyTried,
    /// The file was at a path of a package and was not what the package contained: `detail` names
    /// the package, which is to be installed anew.
    PackageFileModified,
    /// The search was cut short: more copies may remain.
    NotSearched,
    /// The system failed in another way.
    Failed,
    /// A reason that a newer agent knows.
    #[serde(other)]
    Other,
}

impl ResidualReason {
    /// The reason as a sentence for people.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::KillPending => "killed, but the kernel has not let it go yet",
            Self::ProcessAccessDenied => "runs on: the agent may not signal it",
            Self::LeftRunning => "runs on: it was left alone",
            Self::UnknownProcesses => "would not show what they execute",
            Self::NotAttributable => "may have read the file and gone on without it",
            Self::Respawn => "something starts the program again",
            Self::ResidualLinks => "hard links were not found; nobody can execute them",
            Self::ReadOnly => "still there: its file system is read-only",
            Self::ImageLayer => "still there: it is part of a container's image",
            Self::FileAccessDenied => "still there: the agent may not move it",
            Self::ContentChanged => "still there: its content changed",
            Self::RaceDetected => "still there: its name kept being given to other files",
            Self::Writers => "somebody has it open for writing",
            Self::OutsideRoots => "still there: it lies outside of the agent's roots",
            Self::Unsupported => "still there: its file system cannot move it safely",
            Self::VaultUnavailable => "still there: the vault could not take it",
            Self::HeldInCapture => "kept aside, out of reach, and not in the vault yet",
            Self::Protected => "not touched: it is protected",
            Self::Excluded => "not touched: the machine's policy excludes it",
            Self::BlastRadius => "not touched: the machine's policy does not allow so much",
            Self::OnlyTried => "not touched: the machine's policy only lets orders be tried",
            Self::PackageFileModified => "was not what its package contained: install that anew",
            Self::NotSearched => "the search was cut short: more copies may remain",
            Self::Failed | Self::Other => "could not be dealt with",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residual_says_only_what_it_is_about() {
        let residual = Residual::new(ResidualReason::ResidualLinks)
            .at(WirePath::from_bytes(b"/a/\xff"))
            .counting(2);
        let json = serde_json::to_value(&residual).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "reason": "ResidualLinks", "count": 2,
                "at": {"path": "/a/\u{fffd}", "pathBytes": "L2Ev/w=="},
            })
        );
        assert_eq!(serde_json::from_value::<Residual>(json).unwrap(), residual);
    }

    #[test]
    fn reason_of_a_newer_agent_is_still_a_residual() {
        let residual: Residual = serde_json::from_str(r#"{"reason":"Gremlins","pid":7}"#).unwrap();
        assert_eq!(residual.reason, ResidualReason::Other);
        assert_eq!(residual.pid, Some(7));
    }
}
