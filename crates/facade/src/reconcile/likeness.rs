use std::time::Duration;

use quell_model::{MachineAction, MachineId};

use crate::Tag;
use crate::journal::Intent;
use crate::skew::Skew;

/// How far the service's clock may be from what we take it for.
pub(super) const EARLIER: Duration = Duration::from_secs(120);

/// How long after it was given up a request may still sit in a queue on the way.
const GRACE: Duration = Duration::from_secs(30);

/// Whether an action was made for an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    /// Too little is known of the action to tell.
    Perhaps,
    Other,
}

/// Compares what the service says of an action with what was asked of this machine.
pub(super) fn likeness(
    intent: &Intent,
    machine: &MachineId,
    skew: Skew,
    action: &MachineAction,
) -> Likeness {
    if differs(action.machine_id.as_ref(), Some(machine), is_same_id)
        || action.kind != intent.kind
        || differs(
            action.file_sha1().as_ref(),
            intent.sha1.as_ref(),
            PartialEq::eq,
        )
    {
        return Likeness::Other;
    }
    let comment = action.requestor_comment.as_deref();
    match intent.tag() {
        Some(tag) => by_tag(&tag, intent.comment.as_str(), comment),
        None if is_of_another_time(intent, skew, action) => Likeness::Other,
        None => by_comment(intent, comment, action),
    }
}

/// Whether both are known and unlike.
fn differs<T>(one: Option<&T>, other: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    matches!((one, other), (Some(one), Some(other)) if !same(one, other))
}

pub(super) fn is_same_id(one: &MachineId, other: &MachineId) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

/// A tag decides whenever it can be seen; the comment may have been left out or cut.
fn by_tag(tag: &Tag, sent: &str, seen: Option<&str>) -> Likeness {
    let Some(seen) = seen.map(str::trim).filter(|seen| !seen.is_empty()) else {
        return Likeness::Perhaps;
    };
    match Tag::of(seen) {
        Some(found) if found.is_of_the_item_of(tag) => Likeness::Same,
        Some(_) => Likeness::Other,
        None if sent.starts_with(seen) => Likeness::Perhaps,
        None => Likeness::Other,
    }
}

fn by_comment(intent: &Intent, seen: Option<&str>, action: &MachineAction) -> Likeness {
    let sent = intent.comment.as_str().trim();
    let Some(seen) = seen.map(str::trim).filter(|seen| !seen.is_empty()) else {
        return Likeness::Perhaps;
    };
    let file_is_told = intent.sha1.is_none() || action.file_sha1().is_some();
    let time_is_told = !action.creation_date_time_utc.is_never();
    match (seen == sent, sent.starts_with(seen)) {
        (true, _) if file_is_told && time_is_told => Likeness::Same,
        (true, _) | (_, true) => Likeness::Perhaps,
        _ => Likeness::Other,
    }
}

fn is_of_another_time(intent: &Intent, skew: Skew, action: &MachineAction) -> bool {
    let (created, begun) = (action.creation_date_time_utc, skew.apply(intent.begun));
    let latest = |within: Duration| begun.saturating_add(within + GRACE + EARLIER);
    !created.is_never()
        && (created < begun.saturating_sub(EARLIER)
            || intent.within.is_some_and(|within| created > latest(within)))
}

#[cfg(test)]
mod tests {
    use quell_model::{ActionId, ActionType, RelatedFileInfo, Sha1, Timestamp};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn sha1(digit: &str) -> Sha1 {
        digit.repeat(40).parse().unwrap()
    }

    fn begun() -> Timestamp {
        Timestamp::from_unix_seconds(1_750_000_000)
    }

    fn machine() -> MachineId {
        MachineId::new("m1").unwrap()
    }

    fn intent(comment: &str) -> Intent {
        let comment = comment.parse().unwrap();
        let mut intent = Intent::new(
            ActionType::StopAndQuarantineFile,
            machine(),
            comment,
            begun(),
        );
        intent.sha1 = Some(sha1("a"));
        intent.within = Some(60 * SECOND);
        intent
    }

    fn action(comment: &str) -> MachineAction {
        let mut action = MachineAction::new(ActionId::new("x").unwrap());
        action.kind = ActionType::StopAndQuarantineFile;
        action.machine_id = Some(machine());
        action.related_file_info = Some(RelatedFileInfo::of(sha1("a")));
        action.requestor_comment = Some(comment.to_owned());
        action.creation_date_time_utc = begun().saturating_add(SECOND);
        action
    }

    fn judged(intent: &Intent, change: impl FnOnce(&mut MachineAction)) -> Likeness {
        let mut action = action(intent.comment.as_str());
        change(&mut action);
        likeness(intent, &machine(), Skew::default(), &action)
    }

    #[test]
    fn another_machine_type_or_file_is_another_action_tagged_or_not() {
        for comment in ["alert 7", "alert 7 [quell:77]"] {
            let intent = intent(comment);
            assert_eq!(judged(&intent, |_| ()), Likeness::Same);
            assert_eq!(
                judged(&intent, |a| a.machine_id = Some("m2".parse().unwrap())),
                Likeness::Other
            );
            assert_eq!(
                judged(&intent, |a| a.kind = ActionType::from("Isolate")),
                Likeness::Other
            );
            let other = RelatedFileInfo::of(sha1("b"));
            assert_eq!(
                judged(&intent, |a| a.related_file_info = Some(other)),
                Likeness::Other
            );
            assert_eq!(
                judged(&intent, |a| a.machine_id = Some("M1".parse().unwrap())),
                Likeness::Same
            );
        }
    }

    #[test]
    fn a_tag_outweighs_the_clock_and_nothing_stands_in_for_it() {
        let intent = intent("alert 7 [quell:1/2/3]");
        let long_ago = begun().saturating_sub(3600 * SECOND);
        assert_eq!(
            judged(&intent, |a| a.creation_date_time_utc = long_ago),
            Likeness::Same
        );
        let comment = |text: &str| {
            let text = text.to_owned();
            judged(&intent, |a| a.requestor_comment = Some(text))
        };
        assert_eq!(
            comment("alert 7 [quell:1/2/9]"),
            Likeness::Same,
            "another attempt"
        );
        assert_eq!(
            comment("alert 7 [quell:1/9/3]"),
            Likeness::Other,
            "another item"
        );
        assert_eq!(
            comment("alert 7 [qu"),
            Likeness::Perhaps,
            "cut by the service"
        );
        assert_eq!(comment("alert 8"), Likeness::Other);
        assert_eq!(
            judged(&intent, |a| a.requestor_comment = None),
            Likeness::Perhaps
        );
    }

    #[test]
    fn without_a_tag_comment_file_and_time_must_agree() {
        let intent = intent("alert 7");
        let at = |seconds: i64| {
            let created = Timestamp::from_unix_seconds(begun().unix_seconds() + seconds);
            judged(&intent, |a| a.creation_date_time_utc = created)
        };
        assert_eq!(at(-120), Likeness::Same, "clocks may differ");
        assert_eq!(at(-121), Likeness::Other);
        assert_eq!(at(60 + 30 + 120), Likeness::Same);
        assert_eq!(at(60 + 30 + 121), Likeness::Other);
        assert_eq!(
            judged(&intent, |a| a.requestor_comment = Some("alert 8".into())),
            Likeness::Other
        );
        assert_eq!(
            judged(&intent, |a| a.requestor_comment = Some("alert".into())),
            Likeness::Perhaps
        );
        assert_eq!(
            judged(&intent, |a| a.requestor_comment = None),
            Likeness::Perhaps
        );
        assert_eq!(
            judged(&intent, |a| a.related_file_info = None),
            Likeness::Perhaps
        );
        assert_eq!(
            judged(&intent, |a| a.creation_date_time_utc = Timestamp::NEVER),
            Likeness::Perhaps
        );
    }

    #[test]
    fn the_services_clock_is_what_counts() {
        let intent = intent("alert 7");
        let mut action = action("alert 7");
        action.creation_date_time_utc = begun().saturating_sub(600 * SECOND);
        let behind = Skew(-600 * 10_000_000);
        assert_eq!(
            likeness(&intent, &machine(), behind, &action),
            Likeness::Same
        );
        assert_eq!(
            likeness(&intent, &machine(), Skew::default(), &action),
            Likeness::Other
        );
    }
}
