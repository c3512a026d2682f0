//! Why an action ended without success, in a sentence, and what to do next.

use quell::extension::restore_file;
use quell::{ActionStatus, MachineAction};

/// What a person reads about an action that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    /// What happened.
    pub(crate) what: String,
    /// What to do next.
    pub(crate) next: &'static str,
}

/// Why the action ended without success; `None` while it goes on, and when it succeeded.
pub(crate) fn of(action: &MachineAction) -> Option<Ending> {
    let (what, next) = match action.status {
        ActionStatus::Failed => of_failure(action),
        ActionStatus::TimeOut => (
            "the machine did not carry it out within three days",
            "see with `quell machine show` whether the machine is there, then ask again",
        ),
        ActionStatus::Cancelled => (
            "it was cancelled",
            "ask again if it should be done after all",
        ),
        _ => return None,
    };
    let what = match action.error_h_result {
        0 => what.to_owned(),
        code => format!("{what} ({code:#010x})"),
    };
    Some(Ending { what, next })
}

fn of_failure(action: &MachineAction) -> (&'static str, &'static str) {
    let code = action.error_h_result.cast_unsigned();
    let of_restoring = (action.kind == restore_file())
        .then(|| of_failed_restoring(code))
        .flatten();
    of_restoring.unwrap_or_else(|| of_error(code))
}

/// What means something else where a file was to be put back.
fn of_failed_restoring(code: u32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        0x8007_0002 => (
            "the vault on the machine has no such file",
            "`quell-agent vault list` on the machine shows what it has",
        ),
        0x8007_0050 => (
            "something is at the file's path by now; it stays, and the file stays in the vault",
            "restore with `--conflict rename` to have the file beside it",
        ),
        0x8007_0005 => (
            "the agent may not put the file where it was",
            "`quell-agent vault restore ITEM --to PATH` on the machine puts it elsewhere",
        ),
        0x8007_0070 => (
            "the vault on the machine could not give the file back",
            "`quell-agent vault verify` on the machine says what is wrong with it",
        ),
        0x8000_4004 => (
            "the file could not be put back to every path; it stays in the vault",
            "`quell action show ID` says why; `quell-agent vault restore` on the machine makes directories that are \
             gone, or puts it elsewhere",
        ),
        _ => return None,
    })
}

/// By `errorHResult`: the numbers of quell's own agents, which are Windows' numbers for the like
/// failures (docs/api/agent-protocol.md). Microsoft documents none for this action.
fn of_error(code: u32) -> (&'static str, &'static str) {
    match code {
        0x8007_0002 => (
            "no process executes the file, and no searched path holds it",
            "it may be gone, or below no root of the agent: `quell-agent find SHA1` on the machine",
        ),
        0x8007_0005 => (
            "the file is protected on the machine, or the agent may not stop or move it",
            "`quell-agent status` on the machine says what the agent may do",
        ),
        0x8007_0070 => (
            "the vault on the machine could not keep the file",
            "make room on the machine and look at the agent's log there, then ask again",
        ),
        0x8007_03EE => (
            "the file kept changing while it was to be taken",
            "ask again",
        ),
        0x8007_0422 => (
            "what stops files on the machine is switched off",
            "switch it on, for Microsoft's service in passive mode at least; then ask again",
        ),
        0x8007_04EC => (
            "the machine's own policy forbids it",
            "ask whoever runs the machine",
        ),
        0x8007_05B4 => ("the order had expired when the machine saw it", "ask again"),
        0x8000_4004 => (
            "a process did not end in time, or something of the file remains",
            "the agent's log on the machine names it; then ask again",
        ),
        _ => (
            "the machine reports a failure",
            "look at the agent's log, or at the portal's action center",
        ),
    }
}

#[cfg(test)]
mod tests {
    use quell::ActionId;
    use quell_protocol::FailureReason;

    use super::*;

    fn action(status: ActionStatus, error: i32) -> MachineAction {
        let mut action = MachineAction::new(ActionId::new("a").unwrap());
        action.status = status;
        action.error_h_result = error;
        action
    }

    #[test]
    fn every_reason_of_our_agents_has_a_sentence_of_its_own() {
        let general = of_error(0).0;
        for reason in [
            FailureReason::FileNotFound,
            FailureReason::Protected,
            FailureReason::AccessDenied,
            FailureReason::ContentChanged,
            FailureReason::Incomplete,
            FailureReason::VaultUnavailable,
            FailureReason::Policy,
            FailureReason::EngineOff,
            FailureReason::Expired,
        ] {
            let ending = of(&action(ActionStatus::Failed, reason.hresult())).unwrap();
            assert!(!ending.what.starts_with(general), "{reason:?}");
        }
    }

    #[test]
    fn what_stands_in_a_restored_file_s_way_is_told_with_the_way_out() {
        let mut restore = action(ActionStatus::Failed, FailureReason::Exists.hresult());
        restore.kind = restore_file();
        assert!(of(&restore).unwrap().next.contains("--conflict rename"));
        restore.error_h_result = FailureReason::FileNotFound.hresult();
        assert!(of(&restore).unwrap().what.starts_with("the vault"));
    }

    #[test]
    fn failed_restore_speaks_of_restoring() {
        for reason in [
            FailureReason::FileNotFound,
            FailureReason::Exists,
            FailureReason::AccessDenied,
            FailureReason::VaultUnavailable,
            FailureReason::Incomplete,
        ] {
            let mut restore = action(ActionStatus::Failed, reason.hresult());
            let of_stopping = of(&restore).unwrap();
            restore.kind = restore_file();
            assert_ne!(of(&restore).unwrap().what, of_stopping.what, "{reason:?}");
        }
    }

    #[test]
    fn number_is_shown_beside_the_sentence() {
        let ending = of(&action(ActionStatus::Failed, -2_147_024_784)).unwrap();
        assert_eq!(
            ending.what,
            "the vault on the machine could not keep the file (0x80070070)"
        );
    }

    #[test]
    fn what_goes_on_or_succeeded_has_no_ending() {
        for status in [
            ActionStatus::Pending,
            ActionStatus::InProgress,
            ActionStatus::Succeeded,
        ] {
            assert_eq!(of(&action(status, 0)), None);
        }
        assert!(of(&action(ActionStatus::TimeOut, 0)).is_some());
    }
}
