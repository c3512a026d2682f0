//! Whether an open action is in the way: pure.

use quell_model::precondition::{Evidence, Service, Source, Verdict};
use quell_model::{ActionType, MachineAction, Sha1};

use super::finding::{Finding, Row, Topic};
use crate::error::one_line;

/// Judges the actions of one machine.
pub(super) fn judged<'a>(
    service: Service,
    sha1: Sha1,
    actions: impl IntoIterator<Item = &'a MachineAction>,
) -> Finding {
    let open: Vec<&MachineAction> = actions
        .into_iter()
        .filter(|action| !action.status.is_final())
        .collect();
    let looked_at = looked_at(&open);
    let stops = || open.iter().filter(|action| stops_a_file(action));
    let ours = stops().find(|action| action.file_sha1() == Some(sha1));
    if let Some(action) = ours {
        let reason = format!(
            "action {} for this very file is {}: wait for it instead",
            action.id,
            one_line(action.status.as_str())
        );
        return row(service).found(Verdict::Fails, looked_at, reason);
    }
    let leaving = open.iter().find(|one| one.kind == ActionType::Offboard);
    if let Some(action) = leaving {
        let reason = format!("action {} takes the machine out of the service", action.id);
        return row(service).found(Verdict::CannotBeTold, looked_at, reason);
    }
    // A server of quell's own compares the files, and refuses no other.
    let other = stops().next().filter(|_| service != Service::Quell);
    match other {
        Some(action) => {
            let reason = format!(
                "action {} for another file is open; the service may refuse a second one meanwhile",
                action.id
            );
            row(service).found(Verdict::CannotBeTold, looked_at, reason)
        }
        None => row(service).found(Verdict::Holds, looked_at, "no open action is in the way"),
    }
}

/// The list of actions could not be had.
pub(super) fn unknown(service: Service) -> Finding {
    let reason = "the machine's actions could not be listed";
    row(service).found(Verdict::CannotBeTold, "nothing", reason)
}

fn stops_a_file(action: &MachineAction) -> bool {
    action.kind == ActionType::StopAndQuarantineFile
}

fn looked_at(open: &[&MachineAction]) -> String {
    if open.is_empty() {
        return "no open action".to_owned();
    }
    let named = open.iter().map(|action| {
        let (kind, status) = (action.kind.as_str(), action.status.as_str());
        one_line(&format!("{kind} {status}"))
    });
    named.collect::<Vec<_>>().join(", ")
}

fn row(service: Service) -> Row {
    let (evidence, source) = match service {
        Service::Quell => (
            Evidence::Documented,
            Source::new(
                "quell's server",
                "https://github.com/quell-rs/quell/blob/main/docs/guide/server.md",
            ),
        ),
        _ => (
            Evidence::Reported,
            Source::new(
                "Isolate machine API: action is already in progress",
                "https://github.com/MicrosoftDocs/microsoft-365-docs/issues/5903",
            ),
        ),
    };
    Row {
        topic: Topic::OpenAction,
        requires: "no like action is open on the machine",
        evidence,
        source,
        breach: "such a request is refused with 400 ActiveRequestAlreadyExists, or answered with the open action",
    }
}

#[cfg(test)]
mod tests {
    use quell_model::{ActionId, ActionStatus, RelatedFileInfo};

    use super::*;

    fn sha1(digit: &str) -> Sha1 {
        digit.repeat(40).parse().unwrap()
    }

    fn action(kind: ActionType, file: &str, status: ActionStatus) -> MachineAction {
        let mut action = MachineAction::new(ActionId::new("a-1").unwrap());
        action.kind = kind;
        action.status = status;
        action.related_file_info = Some(RelatedFileInfo::of(sha1(file)));
        action
    }

    fn stop(file: &str, status: ActionStatus) -> MachineAction {
        action(ActionType::StopAndQuarantineFile, file, status)
    }

    fn verdict(service: Service, actions: &[MachineAction]) -> Verdict {
        judged(service, sha1("a"), actions).verdict
    }

    #[test]
    fn the_same_file_under_way_needs_no_second_request() {
        for status in [ActionStatus::Pending, ActionStatus::InProgress] {
            let found = judged(Service::Defender, sha1("a"), &[stop("a", status)]);
            assert_eq!(found.verdict, Verdict::Fails);
            assert!(found.reason.contains("a-1"), "{found}");
        }
    }

    #[test]
    fn what_has_ended_is_not_in_the_way() {
        for status in [ActionStatus::Succeeded, ActionStatus::TimeOut] {
            let verdict = verdict(Service::Defender, &[stop("a", status)]);
            assert_eq!(verdict, Verdict::Holds);
        }
    }

    #[test]
    fn another_file_may_be_in_the_way_at_microsofts_alone() {
        let other = [stop("b", ActionStatus::Pending)];
        assert_eq!(verdict(Service::Defender, &other), Verdict::CannotBeTold);
        assert_eq!(verdict(Service::Quell, &other), Verdict::Holds);
    }

    #[test]
    fn another_kind_is_not_but_a_machine_that_leaves_is_a_warning() {
        let isolate = action(ActionType::Isolate, "b", ActionStatus::Pending);
        assert_eq!(verdict(Service::Defender, &[isolate]), Verdict::Holds);
        let offboard = action(ActionType::Offboard, "b", ActionStatus::Pending);
        assert_eq!(
            verdict(Service::Defender, &[offboard]),
            Verdict::CannotBeTold
        );
    }
}
