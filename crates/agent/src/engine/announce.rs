//! What became of an action, in the agent's log: whoever has only the device must be able to tell
//! what was done to it.

use quell_protocol::{
    ActionResult, FileOutcome, FileResult, Phase, ProcessOutcome, ProcessResult, Verdict, WirePath,
};
use quell_terminal::printable;

/// Logs how an action ended and what it did. Called within the action's span, which names it.
pub(super) fn announce(phase: &Phase) {
    match phase {
        Phase::Finished { result } => finished(result),
        Phase::Cancelled => tracing::info!("given up on request; everything is as it was"),
        _ => {}
    }
}

fn finished(result: &ActionResult) {
    result.processes.iter().for_each(process);
    result.files.iter().for_each(file);
    let (sha1, processes, files) = (result.sha1, result.processes.len(), result.files.len());
    match &result.verdict {
        Verdict::Succeeded if result.dry_run.is_some() => {
            tracing::info!(%sha1, processes, files, "a dry run: nothing was touched");
        }
        Verdict::Succeeded => tracing::info!(%sha1, processes, files, "the action succeeded"),
        Verdict::Failed { reason, message } => {
            let message = printable(message);
            tracing::warn!(%sha1, ?reason, processes, files, "the action failed: {message}");
        }
    }
}

fn process(process: &ProcessResult) {
    let (pid, uid, outcome) = (process.pid, process.uid, process.outcome);
    let executable = shown(&process.executable);
    match outcome {
        ProcessOutcome::Stopped => tracing::info!(pid, uid, %executable, "killed a process"),
        ProcessOutcome::AlreadyEnded => {
            tracing::info!(pid, uid, %executable, "a process ended by itself");
        }
        ProcessOutcome::WouldStop => {
            tracing::info!(pid, uid, %executable, "would kill a process");
        }
        _ => tracing::warn!(pid, uid, %executable, ?outcome, "a process is left over"),
    }
}

fn file(file: &FileResult) {
    let (path, outcome) = (shown(&file.path), file.outcome);
    let item = file.vault_item.as_deref().unwrap_or_default();
    let detail = printable(file.detail.as_deref().unwrap_or_default());
    match outcome {
        FileOutcome::Quarantined | FileOutcome::QuarantinedDeleted => {
            tracing::info!(%path, item, ?outcome, "took a file into the vault");
        }
        FileOutcome::WouldQuarantine => tracing::info!(%path, "would take a file"),
        FileOutcome::Restored => tracing::info!(%path, item, detail, "put a file back"),
        FileOutcome::NotRestored => {
            tracing::warn!(%path, item, detail, "a file is not put back");
        }
        _ => tracing::warn!(%path, ?outcome, detail, "a file is left over"),
    }
    if file.residual_links > 0 {
        let links = file.residual_links;
        tracing::warn!(%path, links, "the file has hard links that were not found");
    }
}

/// A path can hold anything, and the log is read on terminals.
fn shown(path: &WirePath) -> String {
    printable(path.display())
}
