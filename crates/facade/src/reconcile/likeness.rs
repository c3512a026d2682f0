use std::time::Duration;

use quell_model::{MachineAction, MachineId, Timestamp};

use crate::Tag;
use crate::journal::Intent;
use crate::skew::Skew;

/// How far the service's clock may be from what its answers say of it.
const APART: Duration = Duration::from_secs(120);

/// How far two clocks may be apart of which nothing is known: time zones are mistaken.
const STRANGERS: Duration = Duration::from_secs(86_400);

/// What was made this long before we asked may still have been made for us: the clocks of one
/// service differ by seconds, and a `Date` has no fractions. What is older is likelier an earlier
/// request's.
const EARLY: Duration = Duration::from_secs(5);

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

/// The earliest moment, by the service's clock, at which an action may have been made for what
/// began `begun` by ours.
pub(super) fn earliest(begun: Timestamp, skew: Skew) -> Timestamp {
    skew.apply(begun).min(begun).saturating_sub(tolerance(skew))
}

fn tolerance(skew: Skew) -> Duration {
    if skew.is_known() { APART } else { STRANGERS }
}

/// Compares what the service says of an action with what was asked of this machine; without one
/// nobody knows which machine it was.
pub(super) fn likeness(
    intent: &Intent,
    machine: Option<&MachineId>,
    skew: Skew,
    action: &MachineAction,
) -> Likeness {
    if differs(action.machine_id.as_ref(), machine, is_same_id)
        || action.kind != intent.kind
        || differs(
            action.file_sha1().as_ref(),
            intent.sha1.as_ref(),
            PartialEq::eq,
        )
    {
        return Likeness::Other;
    }
    let comment = action.requestor_comment.as_deref().map(str::trim);
    let comment = comment.filter(|comment| !comment.is_empty());
    let time = time_of(intent, skew, action);
    match (intent.tag(), comment.and_then(Tag::of)) {
        (Some(ours), Some(found)) => by_tag(&ours, &found, time, action),
        _ if time == Likeness::Other => Likeness::Other,
        (Some(_), None) => by_cut_comment(intent, comment),
        (None, _) => {
            let machine_is_told = machine.is_some() && action.machine_id.is_some();
            let file_is_told = intent.sha1.is_none() || action.file_sha1().is_some();
            by_comment(intent, comment, time, machine_is_told && file_is_told)
        }
    }
}

/// Whether both are known and unlike.
fn differs<T>(one: Option<&T>, other: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    matches!((one, other), (Some(one), Some(other)) if !same(one, other))
}

pub(crate) fn is_same_id(one: &MachineId, other: &MachineId) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

/// A tag decides. Another attempt's action is ours too if it can have been what this one met.
fn by_tag(ours: &Tag, found: &Tag, time: Likeness, action: &MachineAction) -> Likeness {
    if !found.is_of_the_item_of(ours) {
        return Likeness::Other;
    }
    let met = time == Likeness::Same || !action.status.is_final();
    if found == ours || met {
        Likeness::Same
    } else {
        Likeness::Perhaps
    }
}

/// The tag that was sent cannot be seen: the comment may have been left out, or cut.
fn by_cut_comment(intent: &Intent, seen: Option<&str>) -> Likeness {
    match seen {
        Some(seen) if !intent.comment.as_str().trim().starts_with(seen) => Likeness::Other,
        _ => Likeness::Perhaps,
    }
}

fn by_comment(intent: &Intent, seen: Option<&str>, time: Likeness, all_is_told: bool) -> Likeness {
    if all_is_told && seen == Some(intent.comment.as_str().trim()) {
        time
    } else {
        by_cut_comment(intent, seen)
    }
}

/// Whether the action was made while the request may have arrived. The service's clock decides,
/// but what only ours allows is not ruled out: an answer's `Date` may be a cache's.
fn time_of(intent: &Intent, skew: Skew, action: &MachineAction) -> Likeness {
    let created = action.creation_date_time_utc;
    let between = |begun: Timestamp, early: Duration, late: Duration| {
        let latest = |within: Duration| begun.saturating_add(within.saturating_add(GRACE + late));
        created >= begun.saturating_sub(early)
            && intent.within.is_none_or(|within| created <= latest(within))
    };
    let (theirs, far) = (skew.apply(intent.begun), tolerance(skew));
    if created.is_never() {
        Likeness::Perhaps
    } else if between(theirs, EARLY, APART) {
        Likeness::Same
    } else if between(theirs, far, far) || between(intent.begun, far, far) {
        Likeness::Perhaps
    } else {
        Likeness::Other
    }
}

#[cfg(test)]
mod tests {
    use quell_model::{ActionId, ActionStatus, ActionType, RelatedFileInfo, Sha1};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TICKS: i64 = 10_000_000;

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

    const AGREED: Skew = Skew(Some(0));

    fn judged(intent: &Intent, change: impl FnOnce(&mut MachineAction)) -> Likeness {
        let mut action = action(intent.comment.as_str());
        change(&mut action);
        likeness(intent, Some(&machine()), AGREED, &action)
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
        assert_eq!(at(-5), Likeness::Same);
        assert_eq!(
            at(-6),
            Likeness::Perhaps,
            "an earlier request's, or clocks differ"
        );
        assert_eq!(at(-120), Likeness::Perhaps);
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
        let by = |skew: Skew| likeness(&intent, Some(&machine()), skew, &action);
        assert_eq!(by(Skew(Some(-600 * TICKS))), Likeness::Same);
        assert_eq!(by(AGREED), Likeness::Other);
        assert_eq!(by(Skew::default()), Likeness::Perhaps, "nobody knows");
    }

    #[test]
    fn a_wrong_date_hides_no_action_that_our_clock_shows() {
        let intent = intent("alert 7");
        for seconds in [-86_400 * 365, -600, 600, 86_400 * 365 * 70] {
            let skew = Skew(Some(seconds * TICKS));
            let found = likeness(&intent, Some(&machine()), skew, &action("alert 7"));
            assert_eq!(found, Likeness::Perhaps, "{seconds}");
        }
        let mut endless = intent;
        endless.within = Some(Duration::MAX);
        let _ = likeness(&endless, Some(&machine()), AGREED, &action("alert 7"));
    }

    #[test]
    fn an_action_of_no_machine_is_nobodys_for_certain() {
        let untagged = intent("alert 7");
        assert_eq!(
            judged(&untagged, |a| a.machine_id = None),
            Likeness::Perhaps
        );
        let tagged = intent("alert 7 [quell:77]");
        assert_eq!(judged(&tagged, |a| a.machine_id = None), Likeness::Same);
    }

    #[test]
    fn of_a_machine_that_is_no_longer_known_only_a_tag_tells() {
        for (comment, expected) in [
            ("alert 7 [quell:77]", Likeness::Same),
            ("alert 7", Likeness::Perhaps),
        ] {
            let found = likeness(&intent(comment), None, AGREED, &action(comment));
            assert_eq!(found, expected);
        }
        let other = likeness(&intent("alert 7"), None, AGREED, &action("alert 8"));
        assert_eq!(other, Likeness::Other);
    }

    #[test]
    fn an_earlier_attempt_that_had_ended_before_is_not_ours_for_certain() {
        let second = intent("alert 7 [quell:1/2/2]");
        let first = |status: ActionStatus| {
            judged(&second, |a| {
                a.requestor_comment = Some("alert 7 [quell:1/2/1]".to_owned());
                a.creation_date_time_utc = begun().saturating_sub(3600 * SECOND);
                a.status = status.clone();
            })
        };
        assert_eq!(
            first(ActionStatus::Pending),
            Likeness::Same,
            "the service gave it back"
        );
        assert_eq!(first(ActionStatus::Failed), Likeness::Perhaps);
    }
}
