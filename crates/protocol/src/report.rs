//! What a machine answers about an action.

use quell_model::{ActionId, Sha1};
use serde::{Deserialize, Serialize};

use crate::{Coverage, ProtocolVersion, Residual, Verdict, WirePath};

/// The state of one action on the machine. Repeating a report is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// Which action.
    pub action_id: ActionId,
    /// How far it is.
    pub phase: Phase,
}

impl Report {
    /// The report in at most `most` bytes of JSON: of a longer one the lists of processes and files
    /// are cut, and `degraded` says by how much. A report that is too long to be sent would be worth
    /// nothing, and the action would never be known to have ended.
    #[must_use]
    pub fn fitted(mut self, most: usize) -> Self {
        if length(&self) <= most {
            return self;
        }
        let Phase::Finished { result } = &mut self.phase else {
            return self;
        };
        let processes = std::mem::take(&mut result.processes);
        let files = std::mem::take(&mut result.files);
        let residuals = std::mem::take(&mut result.residuals);
        let all = (processes.len(), files.len(), residuals.len());
        let mut room = most.saturating_sub(length(&self) + NOTE);
        let Phase::Finished { result } = &mut self.phase else {
            return self;
        };
        // What is left over is what somebody has to see to.
        result.residuals = what_fits(residuals, &mut room);
        result.processes = what_fits(processes, &mut room);
        result.files = what_fits(files, &mut room);
        let processes = all.0.saturating_sub(result.processes.len());
        let files = all.1.saturating_sub(result.files.len());
        let residuals = all.2.saturating_sub(result.residuals.len());
        result.degraded.push(format!(
            "the report was cut: {processes} processes, {files} files and {residuals} residuals are not listed"
        ));
        self
    }
}

/// Room for the sentence that says what was cut.
const NOTE: usize = 192;

/// The entries that fit into the room, which they leave smaller.
fn what_fits<T: Serialize>(entries: Vec<T>, room: &mut usize) -> Vec<T> {
    let fits = |entry: &T| match room.checked_sub(length(entry) + 1) {
        None => false,
        Some(rest) => {
            *room = rest;
            true
        }
    };
    entries.into_iter().take_while(fits).collect()
}

/// Bytes of JSON; none where there is no JSON, which none of these types has.
fn length(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

/// How far an action is on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Phase {
    /// The machine has durably taken up the order and works on it.
    InProgress,
    /// Nothing more will happen.
    Finished {
        /// What happened.
        result: Box<ActionResult>,
    },
    /// The action was given up on request, and everything was put back.
    Cancelled,
}

impl Phase {
    /// Ended like this.
    #[must_use]
    pub fn finished(result: ActionResult) -> Self {
        Self::Finished {
            result: Box::new(result),
        }
    }
}

/// What happened, per process and per path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionResult {
    /// The content that was asked for.
    pub sha1: Sha1,
    /// Whether the contract is fulfilled.
    pub verdict: Verdict,
    /// Every process that executed the file.
    pub processes: Vec<ProcessResult>,
    /// Every path that held the file.
    pub files: Vec<FileResult>,
    /// What is left over, and why; an agent from before there were residuals names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub residuals: Vec<Residual>,
    /// How far the search went, so that "not found" is honest.
    pub coverage: Coverage,
    /// Protections that were off on this machine, in words (for instance "no root: other users'
    /// processes cannot be seen").
    #[serde(default)]
    pub degraded: Vec<String>,
    /// What a real action would have come to, when this was a dry run: nothing was touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<Rehearsal>,
}

impl ActionResult {
    /// A result that names nothing yet.
    #[must_use]
    pub fn new(sha1: Sha1, verdict: Verdict) -> Self {
        Self {
            sha1,
            verdict,
            processes: Vec::new(),
            files: Vec::new(),
            residuals: Vec::new(),
            coverage: Coverage::default(),
            degraded: Vec::new(),
            dry_run: None,
        }
    }
}

/// What an action would come to that was only tried: as far as can be told without touching
/// anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rehearsal {
    /// The verdict that it would end with.
    pub would_be: Verdict,
    /// How many users' processes it would stop.
    pub users: u64,
}

/// One process that executed the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessResult {
    /// The process id in the agent's namespace.
    pub pid: u32,
    /// When it started, in clock ticks since boot (`/proc/PID/stat`, field 22): with the pid it
    /// names one process for as long as the machine runs.
    pub start_time: u64,
    /// The user that it ran as.
    pub uid: u32,
    /// Its executable as the kernel names it, " (deleted)" included.
    #[serde(flatten)]
    pub executable: WirePath,
    /// How the process is known to execute the file.
    #[serde(default)]
    pub confidence: Confidence,
    /// The control group that it ran in, as `/proc/PID/cgroup` names it; none for the root's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<String>,
    /// The container that it ran in, if its control group names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The systemd service that it belonged to, and that may start it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The process that had started it, while that lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// What became of it.
    pub outcome: ProcessOutcome,
}

impl ProcessResult {
    /// A process in no control group of its own, known by its executable.
    #[must_use]
    pub fn new(
        pid: u32,
        start_time: u64,
        uid: u32,
        executable: WirePath,
        outcome: ProcessOutcome,
    ) -> Self {
        Self {
            pid,
            start_time,
            uid,
            executable,
            confidence: Confidence::Executable,
            cgroup: None,
            container: None,
            unit: None,
            parent: None,
            outcome,
        }
    }
}

/// How a process is known to execute a file, the surest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum Confidence {
    /// The kernel names the file as the process's executable.
    #[default]
    Executable,
    /// The file is mapped into the process to be executed.
    Mapping,
    /// The process is an interpreter that has the file open.
    OpenScript,
    /// The process is an interpreter whose command line names the file.
    CommandLine,
    /// A way that a newer agent knows.
    #[serde(other)]
    Other,
}

/// What became of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ProcessOutcome {
    /// Killed, and its end was seen.
    Stopped,
    /// Ended by itself before it was killed.
    AlreadyEnded,
    /// Killed, but the kernel has not let it go yet (uninterruptible sleep).
    KillPending,
    /// The agent may not signal it.
    AccessDenied,
    /// Left alone and running, because the action was refused or given up.
    LeftAlone,
    /// Running, with the file mapped as a shared library. Only an order that says so stops whoever
    /// uses a library.
    StillMapped,
    /// Left alone and running: a dry run would have stopped it.
    WouldStop,
    /// An outcome that a newer agent knows.
    #[serde(other)]
    Other,
}

/// One path that held the file, or to which it was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileResult {
    /// Where it was.
    #[serde(flatten)]
    pub path: WirePath,
    /// The device that it was on, `st_dev`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev: Option<u64>,
    /// Its inode number: with the device it says which file it was, whatever it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ino: Option<u64>,
    /// The vault item that keeps it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_item: Option<String>,
    /// What became of it.
    pub outcome: FileOutcome,
    /// Hard links to the same file that were not found.
    #[serde(default)]
    pub residual_links: u64,
    /// Why it is still there, in words, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl FileResult {
    /// A path of which nothing more is known.
    #[must_use]
    pub fn new(path: WirePath, outcome: FileOutcome) -> Self {
        Self {
            path,
            dev: None,
            ino: None,
            vault_item: None,
            outcome,
            residual_links: 0,
            detail: None,
        }
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FileOutcome {
    /// Gone from the path; a verified copy is in the vault.
    Quarantined,
    /// It had no path any more (deleted while running); a verified copy is in the vault.
    QuarantinedDeleted,
    /// Gone from its path but not yet in the vault: kept aside, nobody can execute it.
    HeldInCapture,
    /// Still at its path.
    NotRemoved,
    /// Protected: not touched.
    Protected,
    /// Put back: it is at this path again. The copy in the vault stays.
    Restored,
    /// Not put back; `detail` says why.
    NotRestored,
    /// Still at its path: a dry run would have taken it.
    WouldQuarantine,
    /// An outcome that a newer agent knows.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process() -> ProcessResult {
        let executable = WirePath::from_bytes(b"/tmp/\xff (deleted)");
        ProcessResult {
            confidence: Confidence::Mapping,
            unit: Some("x.service".to_owned()),
            parent: Some(1),
            ..ProcessResult::new(7, 99, 1000, executable, ProcessOutcome::Stopped)
        }
    }

    fn file() -> FileResult {
        FileResult {
            ino: Some(2),
            vault_item: Some("i".to_owned()),
            ..FileResult::new(WirePath::from_bytes(b"/tmp/x"), FileOutcome::Quarantined)
        }
    }

    fn finished(processes: usize, files: usize) -> Report {
        let sha1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap();
        Report {
            protocol_version: ProtocolVersion::CURRENT,
            action_id: ActionId::new("a").unwrap(),
            phase: Phase::finished(ActionResult {
                processes: vec![process(); processes],
                files: vec![file(); files],
                ..ActionResult::new(sha1, Verdict::Succeeded)
            }),
        }
    }

    #[test]
    fn report_finished_reads_back() {
        let report = finished(1, 1);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }

    #[test]
    fn report_that_fits_is_left_alone() {
        let report = finished(2, 2);
        let exactly = length(&report);
        assert_eq!(report.clone().fitted(exactly), report);
        assert_ne!(report.clone().fitted(exactly - 1), report);
    }

    #[test]
    fn report_too_long_is_cut_to_the_end_of_its_room_and_says_so() {
        let cut = finished(2, 50).fitted(2000);
        assert!((1700..=2000).contains(&length(&cut)), "{}", length(&cut));
        let Phase::Finished { result } = cut.phase else {
            panic!("not finished")
        };
        assert_eq!(result.processes.len(), 2);
        let missing = 50 - result.files.len();
        assert_eq!(
            result.degraded,
            [format!(
                "the report was cut: 0 processes, {missing} files and 0 residuals are not listed"
            )]
        );
    }

    #[test]
    fn result_of_an_older_agent_is_read_and_a_newer_one_s_too() {
        let older = serde_json::json!({
            "sha1": "87662bc3d60e4200ceaf7aae249d1c343f4b83c9",
            "verdict": {"type": "Succeeded"},
            "processes": [{"pid": 7, "startTime": 9, "uid": 0, "path": "/x", "outcome": "Stopped"}],
            "files": [{"path": "/x", "outcome": "Quarantined"}],
            "coverage": {"processes": 1, "processesUnreadable": 0, "roots": [], "files": 1,
                "filesSkipped": 0, "complete": true},
        });
        let read: ActionResult = serde_json::from_value(older.clone()).unwrap();
        assert_eq!(read.processes[0].confidence, Confidence::Executable);
        assert_eq!((read.files[0].ino, read.dry_run), (None, None));
        let mut newer = older;
        newer["processes"][0]["confidence"] = "Telepathy".into();
        newer["processes"][0]["mood"] = "bad".into();
        newer["files"][0]["outcome"] = "Evaporated".into();
        let read: ActionResult = serde_json::from_value(newer).unwrap();
        assert_eq!(read.processes[0].confidence, Confidence::Other);
        assert_eq!(read.files[0].outcome, FileOutcome::Other);
    }
}
