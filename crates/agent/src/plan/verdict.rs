//! Whether the contract is fulfilled, from what became of each process and each path.

use quell_model::Sha1;
use quell_protocol::{FailureReason, FileOutcome, ProcessOutcome, Verdict};

use super::Ending;
use super::obstacle::Obstacle;
use crate::policy::Refusal;

/// What became of everything.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The content that was asked for.
    pub sha1: Sha1,
    /// How the plan ended.
    pub ending: Ending,
    /// Why the machine did not do it, or left something out, if so.
    pub refusal: Option<&'a Refusal>,
    /// Every process that was not left out.
    pub processes: &'a [ProcessOutcome],
    /// Every path that was not left out, with what kept it there.
    pub files: &'a [(FileOutcome, Option<Obstacle>)],
    /// Whether nothing cut the search short.
    pub searched_all: bool,
    /// How many processes did not show what they execute, so that one of them may execute the file.
    pub unknown_processes: u64,
    /// Whether the content was read somewhere in the course of the action, wherever it is now.
    pub was_seen: bool,
    /// Bytes that the vault lacked room for, before anything was taken.
    pub room_lacking: Option<u64>,
}

/// Weighs the evidence. The gravest reason is told.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    match reason(evidence) {
        None => Verdict::Succeeded,
        Some(reason) => Verdict::Failed {
            reason,
            message: message(reason, evidence),
        },
    }
}

fn reason(evidence: &Evidence<'_>) -> Option<FailureReason> {
    if let Some(refusal) = evidence.refusal.filter(|refusal| refusal.is_grave()) {
        return Some(refusal.reason());
    }
    if matches!(evidence.ending, Ending::Broken) {
        return Some(FailureReason::Internal);
    }
    let unsettled = matches!(evidence.ending, Ending::Finished { settled: false });
    let left_out = evidence.refusal.map(Refusal::reason);
    if evidence.processes.is_empty() && evidence.files.is_empty() && left_out.is_none() {
        return Some(if unsettled || evidence.was_seen {
            FailureReason::ContentChanged
        } else {
            FailureReason::FileNotFound
        });
    }
    let shortcomings = [
        any_file(evidence, FailureReason::VaultUnavailable),
        any_process(evidence, ProcessOutcome::AccessDenied).then_some(FailureReason::AccessDenied),
        any_file(evidence, FailureReason::AccessDenied),
        any_file(evidence, FailureReason::ContentChanged),
        any_file(evidence, FailureReason::Incomplete),
        any_process(evidence, ProcessOutcome::KillPending).then_some(FailureReason::Incomplete),
        any_process(evidence, ProcessOutcome::LeftAlone).then_some(FailureReason::Incomplete),
        any_process(evidence, ProcessOutcome::StillMapped).then(|| still_used(evidence.refusal)),
        unsettled.then_some(FailureReason::Incomplete),
        (!evidence.searched_all).then_some(FailureReason::Incomplete),
        left_out,
        (evidence.unknown_processes > 0).then_some(FailureReason::Incomplete),
    ];
    shortcomings.into_iter().flatten().next()
}

fn any_file(evidence: &Evidence<'_>, reason: FailureReason) -> Option<FailureReason> {
    evidence
        .files
        .iter()
        .filter(|(outcome, _)| !is_taken(*outcome))
        .map(|(outcome, obstacle)| file_reason(*outcome, *obstacle))
        .any(|found| found == reason)
        .then_some(reason)
}

fn file_reason(outcome: FileOutcome, obstacle: Option<Obstacle>) -> FailureReason {
    match (outcome, obstacle) {
        (FileOutcome::HeldInCapture, None) => FailureReason::VaultUnavailable,
        (_, Some(obstacle)) => obstacle.reason(),
        (_, None) => FailureReason::Incomplete,
    }
}

fn is_taken(outcome: FileOutcome) -> bool {
    matches!(
        outcome,
        FileOutcome::Quarantined | FileOutcome::QuarantinedDeleted
    )
}

fn any_process(evidence: &Evidence<'_>, outcome: ProcessOutcome) -> bool {
    evidence.processes.contains(&outcome)
}

/// Why a library's users go on: nobody asked for more, or the machine does not let them be stopped.
fn still_used(refusal: Option<&Refusal>) -> FailureReason {
    match refusal {
        Some(Refusal::SparesMappers(_)) => FailureReason::Policy,
        _ => FailureReason::Incomplete,
    }
}

/// Whether this is the worst that became of any process.
fn survives(evidence: &Evidence<'_>, outcome: ProcessOutcome) -> bool {
    let worse = [ProcessOutcome::KillPending, ProcessOutcome::LeftAlone];
    any_process(evidence, outcome) && !worse.iter().any(|worse| any_process(evidence, *worse))
}

/// Whether nothing is known to be left over.
fn only_unknown(evidence: &Evidence<'_>) -> bool {
    let ended = [ProcessOutcome::Stopped, ProcessOutcome::AlreadyEnded];
    evidence.unknown_processes > 0
        && evidence
            .processes
            .iter()
            .all(|outcome| ended.contains(outcome))
        && evidence.files.iter().all(|(outcome, _)| is_taken(*outcome))
}

fn unavailable(room_lacking: Option<u64>) -> String {
    match room_lacking {
        Some(bytes) => format!(
            "the vault has no room for {bytes} bytes more: what it cannot take stays and runs; make room and order again"
        ),
        None => {
            "the vault could not take every file; what it could not take is kept aside".to_owned()
        }
    }
}

fn message(reason: FailureReason, evidence: &Evidence<'_>) -> String {
    let sha1 = evidence.sha1;
    if let Some(refusal) = evidence
        .refusal
        .filter(|refusal| refusal.reason() == reason)
    {
        return refusal.to_string();
    }
    match reason {
        FailureReason::FileNotFound if evidence.searched_all => {
            format!("no process executes {sha1} and no searched path holds it")
        }
        FailureReason::FileNotFound => {
            format!("{sha1} was not found, but the search was cut short")
        }
        FailureReason::AccessDenied => {
            "the agent may not stop every process or move every file".to_owned()
        }
        FailureReason::ContentChanged if evidence.files.is_empty() => {
            format!("{sha1} was found, and had changed or was elsewhere when it was to be taken")
        }
        FailureReason::ContentChanged => "a file kept changing while it was to be taken".to_owned(),
        FailureReason::VaultUnavailable => unavailable(evidence.room_lacking),
        FailureReason::Incomplete if !evidence.searched_all => {
            "the search was cut short, so more copies may remain".to_owned()
        }
        FailureReason::Incomplete if survives(evidence, ProcessOutcome::StillMapped) => {
            "the library is taken away, but processes still use it; the result lists them"
                .to_owned()
        }
        FailureReason::Incomplete if only_unknown(evidence) => match evidence.unknown_processes {
            1 => format!(
                "one process does not show what it executes, so it may still execute {sha1}"
            ),
            some => format!(
                "{some} processes do not show what they execute, so one of them may still execute {sha1}"
            ),
        },
        FailureReason::Incomplete => {
            "a process did not end in time, or a file remains; the result says which".to_owned()
        }
        _ => "the agent could not go on".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: (FileOutcome, Option<Obstacle>) = (FileOutcome::Quarantined, None);

    fn judged(
        processes: &[ProcessOutcome],
        files: &[(FileOutcome, Option<Obstacle>)],
        settled: bool,
    ) -> Option<FailureReason> {
        let verdict = judge(&Evidence {
            sha1: Sha1::OF_NOTHING,
            ending: Ending::Finished { settled },
            refusal: None,
            processes,
            files,
            searched_all: true,
            unknown_processes: 0,
            was_seen: false,
            room_lacking: None,
        });
        match verdict {
            Verdict::Succeeded => None,
            Verdict::Failed { reason, .. } => Some(reason),
        }
    }

    #[test]
    fn verdict_is_success_only_when_everything_is_stopped_and_taken() {
        let ended = [ProcessOutcome::Stopped, ProcessOutcome::AlreadyEnded];
        assert_eq!(judged(&ended, &[TAKEN], true), None);
        assert_eq!(
            judged(&ended, &[(FileOutcome::QuarantinedDeleted, None)], true),
            None
        );
        assert_eq!(
            judged(&ended, &[TAKEN], false),
            Some(FailureReason::Incomplete)
        );
    }

    #[test]
    fn verdict_for_nothing_is_not_found() {
        assert_eq!(judged(&[], &[], true), Some(FailureReason::FileNotFound));
        assert_eq!(judged(&[], &[], false), Some(FailureReason::ContentChanged));
    }

    #[test]
    fn verdict_for_what_was_seen_and_is_out_of_reach_now_is_not_that_it_never_was() {
        let verdict = judge(&Evidence {
            sha1: Sha1::OF_NOTHING,
            ending: Ending::Finished { settled: true },
            refusal: None,
            processes: &[],
            files: &[],
            searched_all: true,
            unknown_processes: 0,
            was_seen: true,
            room_lacking: None,
        });
        let Verdict::Failed { reason, message } = verdict else {
            panic!("whoever moved it away may bring it back");
        };
        assert_eq!(reason, FailureReason::ContentChanged);
        assert!(message.contains("was found"), "{message}");
    }

    #[test]
    fn verdict_names_what_kept_a_file_at_its_path() {
        let left = |obstacle| [TAKEN, (FileOutcome::NotRemoved, Some(obstacle))];
        for (obstacle, reason) in [
            (Obstacle::AccessDenied, FailureReason::AccessDenied),
            (Obstacle::ReadOnly, FailureReason::Incomplete),
            (Obstacle::RaceDetected, FailureReason::ContentChanged),
            (Obstacle::OutsideRoots, FailureReason::Incomplete),
        ] {
            assert_eq!(judged(&[], &left(obstacle), true), Some(reason));
        }
    }

    #[test]
    fn verdict_of_what_the_machine_refused_says_why() {
        let judged = |refusal: &Refusal, files: &[(FileOutcome, Option<Obstacle>)]| {
            judge(&Evidence {
                sha1: Sha1::OF_NOTHING,
                ending: Ending::Finished { settled: true },
                refusal: Some(refusal),
                processes: &[],
                files,
                searched_all: true,
                unknown_processes: 0,
                was_seen: false,
                room_lacking: None,
            })
        };
        let failed = |reason, refusal: &Refusal| Verdict::Failed {
            reason,
            message: refusal.to_string(),
        };
        let (dry, excluded) = (Refusal::DryRunOnly, Refusal::Excluded(2));
        let expected = failed(FailureReason::Policy, &dry);
        assert_eq!(judged(&dry, &[TAKEN]), expected);
        let expected = failed(FailureReason::Policy, &excluded);
        assert_eq!(judged(&excluded, &[TAKEN]), expected);
        assert_eq!(judged(&excluded, &[]), expected);
        // What could not be taken is worse than what was left out.
        let left = [(FileOutcome::NotRemoved, Some(Obstacle::ReadOnly))];
        let Verdict::Failed { reason, .. } = judged(&excluded, &left) else {
            panic!("a file remains");
        };
        assert_eq!(reason, FailureReason::Incomplete);
    }

    #[test]
    fn verdict_of_a_survivor_is_never_success() {
        for survivor in [
            ProcessOutcome::KillPending,
            ProcessOutcome::AccessDenied,
            ProcessOutcome::LeftAlone,
            ProcessOutcome::StillMapped,
        ] {
            assert!(judged(&[survivor], &[TAKEN], true).is_some());
        }
    }

    #[test]
    fn verdict_of_a_search_that_was_cut_short_is_never_success() {
        let verdict = judge(&Evidence {
            sha1: Sha1::OF_NOTHING,
            ending: Ending::Finished { settled: true },
            refusal: None,
            processes: &[ProcessOutcome::Stopped],
            files: &[TAKEN],
            searched_all: false,
            unknown_processes: 0,
            was_seen: false,
            room_lacking: None,
        });
        let Verdict::Failed { reason, message } = verdict else {
            panic!("copies that nobody looked for may remain");
        };
        assert_eq!(reason, FailureReason::Incomplete);
        assert!(message.contains("cut short"), "{message}");
    }

    #[test]
    fn verdict_beside_a_process_that_hides_what_it_executes_is_never_success() {
        for (unknown_processes, said) in [
            (3, "3 processes do not show what they"),
            (1, "one process does not show what it"),
        ] {
            let verdict = judge(&Evidence {
                sha1: Sha1::OF_NOTHING,
                ending: Ending::Finished { settled: true },
                refusal: None,
                processes: &[ProcessOutcome::Stopped],
                files: &[TAKEN],
                searched_all: true,
                unknown_processes,
                was_seen: false,
                room_lacking: None,
            });
            let Verdict::Failed { reason, message } = verdict else {
                panic!("one of them may execute it");
            };
            assert_eq!(reason, FailureReason::Incomplete);
            assert!(message.starts_with(said), "{message}");
        }
    }

    #[test]
    fn verdict_of_a_full_vault_says_so() {
        let held = [(FileOutcome::HeldInCapture, None)];
        let stopped = [ProcessOutcome::Stopped];
        assert_eq!(
            judged(&stopped, &held, true),
            Some(FailureReason::VaultUnavailable)
        );
    }
}
