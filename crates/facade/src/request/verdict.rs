//! What an answer, or a list, means for a request: pure.

use std::time::Duration;

use quell_model::{ActionType, MachineAction, MachineId, Sha1, Timestamp};

use super::{Placed, Placement};
use crate::reconcile::is_of_another;
use crate::{Outcome, Tag};

/// An answer of the service describes an action that is at most this old, if it was made for it.
const FRESH: Duration = Duration::from_secs(120);

/// What was asked for, as far as an action can show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) kind: &'a ActionType,
    pub(super) machine: &'a MachineId,
    pub(super) sha1: Option<&'a Sha1>,
    pub(super) comment: &'a str,
    pub(super) tag: Option<&'a Tag>,
}

/// A success brought an action that does not stand for the request.
#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) action: Box<MachineAction>,
    /// One that is older than the request was in its way. Of any other nobody can tell why it was
    /// shown, and so not what became of ours.
    pub(super) outcome: Outcome,
}

impl Wanted<'_> {
    /// Judges the action that a success brought: the service may give back one that was open
    /// already, even one about another file.
    pub(super) fn in_answer(
        self,
        action: MachineAction,
        took: Duration,
        answered: Option<Timestamp>,
    ) -> Result<Placed, Foreign> {
        let is_old = is_old(&action, took, answered);
        if self.is_like(&action) {
            let placement = self.placement_of(&action, is_old);
            return Ok(Placed::new(action, placement));
        }
        let in_the_way = is_old && !action.status.is_final();
        let outcome = if in_the_way {
            Outcome::NotPerformed
        } else {
            Outcome::Unknown
        };
        let action = Box::new(action);
        Err(Foreign { action, outcome })
    }

    /// Among a machine's open actions, the one that stands for the request; else the one that is
    /// in its way.
    pub(super) fn among_open(
        self,
        actions: Vec<MachineAction>,
    ) -> Result<Placed, Option<Box<MachineAction>>> {
        let open = actions
            .into_iter()
            .filter(|action| !action.status.is_final() && !is_of_another(self.machine, action));
        let (like, others): (Vec<_>, Vec<_>) = open.partition(|action| self.is_surely_like(action));
        let ours = like.iter().position(|action| self.has_our_tag(action));
        let placement = if ours.is_some() {
            Placement::Adopted
        } else {
            Placement::AlreadyActive
        };
        let chosen = like.into_iter().nth(ours.unwrap_or(0));
        match chosen {
            Some(action) => Ok(Placed::new(action, placement)),
            None => Err(self.blocking(others).map(Box::new)),
        }
    }

    /// Of one type at most one action is open on a machine, so one of the same type is the likeliest.
    fn blocking(self, mut others: Vec<MachineAction>) -> Option<MachineAction> {
        let same_type = others.iter().position(|action| action.kind == *self.kind);
        let first = same_type.or_else(|| (!others.is_empty()).then_some(0))?;
        Some(others.swap_remove(first))
    }

    /// Whether nothing that the action says is against it.
    fn is_like(self, action: &MachineAction) -> bool {
        let kind = action.kind.as_str().is_empty() || action.kind == *self.kind;
        let file = match (self.sha1, action.file_sha1()) {
            (Some(wanted), Some(found)) => *wanted == found,
            _ => true,
        };
        kind && file && !is_of_another(self.machine, action)
    }

    /// Whether all that matters is said, and for it.
    fn is_surely_like(self, action: &MachineAction) -> bool {
        action.kind == *self.kind && action.file_sha1().as_ref() == self.sha1
    }

    fn has_our_tag(self, action: &MachineAction) -> bool {
        let found = action.requestor_comment.as_deref().and_then(Tag::of);
        self.tag
            .zip(found)
            .is_some_and(|(ours, found)| found.is_of_the_item_of(ours))
    }

    fn placement_of(self, action: &MachineAction, is_old: bool) -> Placement {
        if self.tag.is_some() && self.has_our_tag(action) {
            return if is_old {
                Placement::Adopted
            } else {
                Placement::Created
            };
        }
        let another_comment = action
            .requestor_comment
            .as_deref()
            .map(str::trim)
            .is_some_and(|seen| !self.comment.trim().starts_with(seen));
        if is_old || another_comment {
            Placement::AlreadyActive
        } else {
            Placement::Created
        }
    }
}

/// Whether an action was there before the request that this answers.
fn is_old(action: &MachineAction, took: Duration, answered: Option<Timestamp>) -> bool {
    let created = action.creation_date_time_utc;
    let before = |answered: Timestamp| created < answered.saturating_sub(took + FRESH);
    !created.is_never() && answered.is_some_and(before)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use quell_model::{ActionId, ActionStatus, RelatedFileInfo};

    use super::*;

    const STOP: ActionType = ActionType::StopAndQuarantineFile;

    fn sha1(digit: &str) -> Sha1 {
        digit.repeat(40).parse().unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(1_750_000_000)
    }

    fn action(id: &str, file: &str, comment: &str) -> MachineAction {
        let mut action = MachineAction::new(ActionId::new(id).unwrap());
        action.kind = STOP;
        action.status = ActionStatus::Pending;
        action.related_file_info = Some(RelatedFileInfo::of(sha1(file)));
        action.requestor_comment = Some(comment.to_owned());
        action.creation_date_time_utc = now();
        action
    }

    fn wanted<'a>(sha1: &'a Sha1, comment: &'a str, tag: Option<&'a Tag>) -> Wanted<'a> {
        static MACHINE: LazyLock<MachineId> = LazyLock::new(|| machine("c"));
        Wanted {
            kind: &STOP,
            machine: &MACHINE,
            sha1: Some(sha1),
            comment,
            tag,
        }
    }

    fn machine(digit: &str) -> MachineId {
        digit.repeat(40).parse().unwrap()
    }

    fn answered(change: impl FnOnce(&mut MachineAction)) -> Result<Placement, Outcome> {
        let mut action = action("x", "a", "alert 7");
        change(&mut action);
        let file = sha1("a");
        wanted(&file, "alert 7", None)
            .in_answer(action, Duration::from_secs(1), Some(now()))
            .map(|placed| placed.placement())
            .map_err(|foreign| foreign.outcome)
    }

    #[test]
    fn a_fresh_action_with_our_comment_was_created() {
        assert_eq!(answered(|_| ()), Ok(Placement::Created));
        assert_eq!(
            answered(|a| a.requestor_comment = None),
            Ok(Placement::Created)
        );
        assert_eq!(
            answered(|a| a.creation_date_time_utc = Timestamp::NEVER),
            Ok(Placement::Created)
        );
    }

    #[test]
    fn an_older_one_or_somebody_elses_was_open_already() {
        let old = now().saturating_sub(Duration::from_secs(122));
        assert_eq!(
            answered(|a| a.creation_date_time_utc = old),
            Ok(Placement::AlreadyActive)
        );
        assert_eq!(
            answered(|a| a.requestor_comment = Some("mine".into())),
            Ok(Placement::AlreadyActive)
        );
    }

    #[test]
    fn one_about_another_file_type_or_machine_does_not_stand_for_ours() {
        let changes: [fn(&mut MachineAction); 3] = [
            |a| a.related_file_info = Some(RelatedFileInfo::of(sha1("b"))),
            |a| a.kind = ActionType::from("Isolate"),
            |a| a.machine_id = Some(machine("d")),
        ];
        for change in changes {
            assert_eq!(answered(change), Err(Outcome::Unknown), "why is it shown?");
            let old = answered(|a| {
                change(a);
                a.creation_date_time_utc = now().saturating_sub(Duration::from_secs(122));
            });
            assert_eq!(old, Err(Outcome::NotPerformed), "it was in the way");
        }
        let same = answered(|a| a.machine_id = Some("C".repeat(40).parse().unwrap()));
        assert_eq!(same, Ok(Placement::Created));
        let named = answered(|a| a.machine_id = Some("host.example.org".parse().unwrap()));
        assert_eq!(named, Ok(Placement::Created));
    }

    #[test]
    fn a_list_that_lost_its_filter_gives_no_other_machines_action() {
        let file = sha1("a");
        let mut elsewhere = action("elsewhere", "a", "alert 7");
        elsewhere.machine_id = Some(machine("d"));
        let found = wanted(&file, "alert 7", None).among_open(vec![elsewhere]);
        assert_eq!(found, Err(None));
    }

    #[test]
    fn among_open_actions_ours_goes_before_anothers_and_the_ended_do_not_count() {
        let (file, tag) = (sha1("a"), Tag::random());
        let ours = action("ours", "a", &format!("alert 7 [quell:{tag}]"));
        let theirs = action("theirs", "a", "mine");
        let mut ended = action("ended", "a", "alert 7");
        ended.status = ActionStatus::Succeeded;

        let wanted = wanted(&file, "alert 7", Some(&tag));
        let placed = wanted
            .among_open(vec![ended.clone(), theirs.clone(), ours])
            .unwrap();
        assert_eq!(
            (placed.id().as_str(), placed.placement()),
            ("ours", Placement::Adopted)
        );
        let placed = wanted.among_open(vec![ended.clone(), theirs]).unwrap();
        assert_eq!(
            (placed.id().as_str(), placed.placement()),
            ("theirs", Placement::AlreadyActive)
        );
        assert_eq!(wanted.among_open(vec![ended]), Err(None));
    }

    #[test]
    fn what_is_in_the_way_is_named_one_of_the_same_type_first() {
        let file = sha1("a");
        let mut isolation = action("isolation", "b", "mine");
        isolation.kind = ActionType::from("Isolate");
        let other_file = action("other-file", "b", "mine");
        let wanted = wanted(&file, "alert 7", None);
        let blocked = wanted
            .among_open(vec![isolation.clone(), other_file])
            .unwrap_err();
        assert_eq!(blocked.unwrap().id.as_str(), "other-file");
        let blocked = wanted.among_open(vec![isolation]).unwrap_err();
        assert_eq!(blocked.unwrap().id.as_str(), "isolation");
    }
}
