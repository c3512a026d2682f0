//! What a simulated machine says that it did.

use quell_model::Sha1;
use quell_protocol::{
    ActionResult, Coverage, FailureReason, FileOutcome, FileResult, ProcessOutcome, ProcessResult,
    Verdict, WirePath,
};

/// The process that it pretends to have stopped.
const PID: u32 = 4242;

/// One process stopped and one file taken away.
pub(crate) fn taken(sha1: Sha1, path: WirePath, degraded: Vec<String>) -> ActionResult {
    ActionResult {
        processes: vec![ProcessResult::new(
            PID,
            1,
            1000,
            path.clone(),
            ProcessOutcome::Stopped,
        )],
        files: vec![FileResult {
            vault_item: Some(format!("simulated-{sha1}")),
            ..FileResult::new(path, FileOutcome::Quarantined)
        }],
        ..told(sha1, Verdict::Succeeded, degraded)
    }
}

/// One file put back from the vault.
pub(crate) fn put_back(sha1: Sha1, path: WirePath, degraded: Vec<String>) -> ActionResult {
    ActionResult {
        files: vec![FileResult {
            vault_item: Some(format!("simulated-{sha1}")),
            ..FileResult::new(path, FileOutcome::Restored)
        }],
        ..told(sha1, Verdict::Succeeded, degraded)
    }
}

/// Nothing stopped, for this reason.
pub(crate) fn failed(sha1: Sha1, reason: FailureReason, degraded: Vec<String>) -> ActionResult {
    let verdict = Verdict::Failed {
        reason,
        message: "the simulated machine was told to fail like this".to_owned(),
    };
    told(sha1, verdict, degraded)
}

fn told(sha1: Sha1, verdict: Verdict, degraded: Vec<String>) -> ActionResult {
    ActionResult {
        coverage: Coverage {
            processes: 1,
            files: 1,
            complete: true,
            ..Coverage::default()
        },
        degraded,
        ..ActionResult::new(sha1, verdict)
    }
}
