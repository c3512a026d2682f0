//! What a machine of one's own said of an action: what became of each process and each path.

use quell::extension::OwnServer;
use quell::{Client, ErrorKind, MachineAction};
use quell_protocol::{
    ActionResult, Confidence, Coverage, FileResult, ProcessResult, Rehearsal, Residual, Verdict,
};
use quell_terminal::{Table, printable};
use serde_json::Value;

/// What was said, with everything that a newer machine may say.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct MachineResult {
    told: Value,
    #[serde(skip)]
    read: ActionResult,
}

/// Asks for it. There is none of an action that goes on, and none where the server is Microsoft's or
/// does not know of such a thing; that is no failure of the command.
pub(crate) async fn of(client: &Client, action: &MachineAction) -> Option<MachineResult> {
    if !action.status.is_final() {
        return None;
    }
    let server = OwnServer::of(client).ok()?;
    let told = server.result_of(&action.id).await.inspect_err(|error| {
        if error.kind() != ErrorKind::NotFound {
            tracing::debug!(%error, "what the machine said cannot be read");
        }
    });
    MachineResult::read(told.ok()?)
}

impl MachineResult {
    fn read(told: Value) -> Option<Self> {
        let read = serde_json::from_value(told.clone()).ok()?;
        Some(Self { told, read })
    }

    /// The tables that a person reads below the action.
    pub(crate) fn text(&self) -> String {
        let result = &self.read;
        let parts = [
            result
                .dry_run
                .as_ref()
                .map(|rehearsal| rehearsed(rehearsal, result.processes.len())),
            why(&result.verdict),
            (!result.processes.is_empty()).then(|| processes(&result.processes)),
            (!result.files.is_empty()).then(|| files(&result.files)),
            (!result.residuals.is_empty()).then(|| residuals(&result.residuals)),
            // An order that was refused, or that puts a file back, searches nothing.
            (result.coverage != Coverage::default()).then(|| looked_at(&result.coverage)),
            off(&result.degraded),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join("\n")
    }
}

fn rehearsed(rehearsal: &Rehearsal, processes: usize) -> String {
    let what = match &rehearsal.would_be {
        Verdict::Succeeded => format!(
            "a real action would stop {} of {} and take the files below",
            counted(processes as u64, "process", "processes"),
            counted(rehearsal.users, "user", "users"),
        ),
        Verdict::Failed { message, .. } => {
            format!("a real action would fail: {}", printable(message))
        }
    };
    format!("dry run: nothing was touched; {what}\n")
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn why(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Succeeded => None,
        Verdict::Failed { message, .. } => {
            Some(format!("the machine says: {}\n", printable(message)))
        }
    }
}

fn processes(processes: &[ProcessResult]) -> String {
    let mut table = Table::new(&["process", "user", "outcome", "executable", "where"]);
    for process in processes {
        table.row([
            process.pid.to_string().as_str(),
            &process.uid.to_string(),
            &format!("{:?}{}", process.outcome, by(process.confidence)),
            process.executable.display(),
            &place(process),
        ]);
    }
    table.render("")
}

/// What is not the usual way to know that a process executes a file.
fn by(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Executable => "",
        Confidence::Mapping => " (mapped)",
        Confidence::OpenScript => " (script, open)",
        Confidence::CommandLine => " (script, by its command line)",
        _ => " (otherwise)",
    }
}

fn place(process: &ProcessResult) -> String {
    let container = process.container.as_deref().map(|id| {
        // What people know a container by.
        let short: String = id.chars().take(12).collect();
        format!("container {short}")
    });
    let places = [container, process.unit.clone()];
    let places: Vec<String> = places.into_iter().flatten().collect();
    places.join(", ")
}

fn files(files: &[FileResult]) -> String {
    let mut table = Table::new(&["path", "outcome", "vault item", "remark"]);
    for file in files {
        table.row([
            file.path.display(),
            &format!("{:?}", file.outcome),
            file.vault_item.as_deref().unwrap_or_default(),
            file.detail.as_deref().unwrap_or_default(),
        ]);
    }
    table.render("")
}

fn residuals(residuals: &[Residual]) -> String {
    let mut table = Table::new(&["left over", "what", "more"]);
    for residual in residuals {
        let path = residual.at.as_ref().map(|path| path.display().to_owned());
        let process = residual.pid.map(|pid| format!("process {pid}"));
        let count = residual.count.map(|count| count.to_string());
        let about: Vec<String> = [path, process, count].into_iter().flatten().collect();
        let more = [residual.unit.as_deref(), residual.detail.as_deref()];
        let more: Vec<&str> = more.into_iter().flatten().collect();
        table.row([
            about.join(", ").as_str(),
            residual.reason.why(),
            &more.join("; "),
        ]);
    }
    table.render("")
}

/// How far it went, so that "not found" is honest.
fn looked_at(coverage: &Coverage) -> String {
    let lines = coverage.lines().into_iter();
    lines
        .map(|line| format!("{}\n", printable(&line)))
        .collect()
}

fn off(degraded: &[String]) -> Option<String> {
    let lines: Vec<String> = degraded
        .iter()
        .map(|one| format!("off: {}\n", printable(one)))
        .collect();
    (!lines.is_empty()).then(|| lines.concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn told() -> Value {
        json!({
            "sha1": "87662bc3d60e4200ceaf7aae249d1c343f4b83c9",
            "verdict": {"type": "Failed", "reason": "Incomplete", "message": "a file \u{1b}[31mremains"},
            "processes": [
                {"pid": 4242, "startTime": 9, "uid": 1000, "path": "/opt/evil (deleted)",
                 "outcome": "Stopped", "unit": "evil.service"},
                {"pid": 4300, "startTime": 9, "uid": 0, "path": "/usr/bin/bash",
                 "outcome": "KillPending", "confidence": "OpenScript",
                 "container": "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3"},
            ],
            "files": [
                {"path": "/opt/evil", "outcome": "Quarantined", "vaultItem": "5e1f"},
                {"path": "/ro/\u{fffd}", "pathBytes": "L3JvL/8=", "outcome": "NotRemoved",
                 "detail": "ReadOnly"},
            ],
            "residuals": [
                {"reason": "KillPending", "pid": 4300},
                {"reason": "ReadOnly", "at": {"path": "/ro/\u{fffd}", "pathBytes": "L3JvL/8="}},
                {"reason": "ResidualLinks", "at": {"path": "/opt/evil"}, "count": 2},
                {"reason": "Martians"},
            ],
            "coverage": {"processes": 621, "processesUnreadable": 1, "roots": [{"path": "/"}],
                "files": 465000, "filesSkipped": 2, "complete": false, "onlySize": 99,
                "tiers": ["Running", "SizeMatch"], "endedBy": ["Time"],
                "unreached": [{"path": "/mnt/nfs", "why": "Served"}]},
            "degraded": ["no root: other users' processes and files are out of reach"],
            "mood": "bad",
        })
    }

    #[test]
    fn result_is_shown_whole_and_harmless() {
        let text = MachineResult::read(told()).unwrap().text();
        for part in [
            "evil.service",
            "container c3c3c3c3c3c3\n",
            "KillPending (script, open)",
            "5e1f",
            "ReadOnly",
            "process 4300",
            "/opt/evil, 2",
            "looked at 621 processes and 465000 files: what runs, every file of that size (99 bytes)",
            "could not be read or were passed over: 3",
            "cut short: the time for searching was over",
            "not entered: /mnt/nfs, it is served by another machine or a program",
            "off: no root",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn dry_run_says_so_first() {
        let mut dry = told();
        dry["verdict"] = json!({"type": "Succeeded"});
        dry["dryRun"] = json!({"wouldBe": {"type": "Succeeded"}, "users": 2});
        let text = MachineResult::read(dry).unwrap().text();
        let first = text.lines().next().unwrap();
        assert_eq!(
            first,
            "dry run: nothing was touched; a real action would stop 2 processes of 2 users and take the files below"
        );
    }

    #[test]
    fn order_that_searched_nothing_says_nothing_of_a_search() {
        let refused = ActionResult::new(quell::Sha1::OF_NOTHING, Verdict::Succeeded);
        let refused = serde_json::to_value(refused).unwrap();
        let text = MachineResult::read(refused).unwrap().text();
        assert!(!text.contains("looked at"), "{text}");
    }

    #[test]
    fn dry_run_counts_one_as_one() {
        let mut dry = told();
        dry["processes"].as_array_mut().unwrap().truncate(1);
        dry["dryRun"] = json!({"wouldBe": {"type": "Succeeded"}, "users": 1});
        let text = MachineResult::read(dry).unwrap().text();
        assert!(
            text.contains("would stop 1 process of 1 user and take"),
            "{text}"
        );
    }

    #[test]
    fn what_a_newer_machine_says_is_passed_on() {
        let read = MachineResult::read(told()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap()["mood"], "bad");
        assert!(MachineResult::read(json!({"verdict": 7})).is_none());
    }
}
