//! Reports that the server has not acknowledged yet.

use std::collections::VecDeque;

use quell_model::ActionId;
use quell_protocol::{Phase, Report};

/// Reports in the order in which they are to be told. Of one action only the last word counts.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Report>,
    in_flight: Option<Report>,
}

impl Outbox {
    /// Takes a report up, in place of what was still to be said of the same action.
    pub(super) fn push(&mut self, report: Report) {
        let same = |waiting: &Report| waiting.action_id == report.action_id;
        let final_word = self.waiting.iter().any(|r| same(r) && is_final(r));
        if final_word && !is_final(&report) {
            return;
        }
        self.waiting.retain(|waiting| !same(waiting));
        self.waiting.push_back(report);
    }

    /// What to send now; nothing while a report is on its way.
    pub(super) fn send(&mut self) -> Option<Report> {
        if self.in_flight.is_none() {
            self.in_flight = self.waiting.pop_front();
            return self.in_flight.clone();
        }
        None
    }

    /// The report on its way arrived, or is not wanted; says whose last word it was.
    pub(super) fn settle(&mut self) -> Option<ActionId> {
        let report = self.in_flight.take()?;
        is_final(&report).then_some(report.action_id)
    }

    /// The report on its way did not arrive. It goes to the end, so that one report that the
    /// server chokes on does not hold up the others.
    pub(super) fn put_back(&mut self) {
        if let Some(report) = self.in_flight.take() {
            let newer = self
                .waiting
                .iter()
                .find(|r| r.action_id == report.action_id);
            let overtaken = newer.is_some_and(|newer| is_final(newer) || !is_final(&report));
            if !overtaken {
                self.push(report);
            }
        }
    }
}

fn is_final(report: &Report) -> bool {
    !matches!(report.phase, Phase::InProgress)
}

#[cfg(test)]
mod tests {
    use quell_protocol::ProtocolVersion;

    use super::*;

    fn report(action: &str, phase: Phase) -> Report {
        let action_id = ActionId::new(action).unwrap();
        Report {
            protocol_version: ProtocolVersion::CURRENT,
            action_id,
            phase,
        }
    }

    fn all(outbox: &mut Outbox) -> Vec<(String, bool)> {
        std::iter::from_fn(|| {
            let report = outbox.send()?;
            outbox.settle();
            Some((report.action_id.to_string(), is_final(&report)))
        })
        .collect()
    }

    #[test]
    fn the_last_word_takes_the_place_of_earlier_ones() {
        let mut outbox = Outbox::default();
        outbox.push(report("a", Phase::InProgress));
        outbox.push(report("b", Phase::InProgress));
        outbox.push(report("a", Phase::Cancelled));
        outbox.push(report("a", Phase::InProgress));
        assert_eq!(
            all(&mut outbox),
            [("b".to_owned(), false), ("a".to_owned(), true)]
        );
    }

    #[test]
    fn a_report_that_did_not_arrive_is_sent_again_after_the_others() {
        let mut outbox = Outbox::default();
        outbox.push(report("a", Phase::Cancelled));
        outbox.push(report("b", Phase::Cancelled));
        assert_eq!(outbox.send().unwrap().action_id.as_str(), "a");
        assert!(outbox.send().is_none(), "two reports at a time");
        outbox.put_back();
        assert_eq!(
            all(&mut outbox),
            [("b".to_owned(), true), ("a".to_owned(), true)]
        );
    }

    #[test]
    fn what_was_overtaken_on_its_way_is_not_sent_again() {
        let mut outbox = Outbox::default();
        outbox.push(report("a", Phase::InProgress));
        outbox.send();
        outbox.push(report("a", Phase::Cancelled));
        outbox.put_back();
        assert_eq!(all(&mut outbox), [("a".to_owned(), true)]);
    }

    #[test]
    fn a_last_word_on_its_way_is_not_lost_to_an_earlier_one_that_comes_late() {
        let mut outbox = Outbox::default();
        outbox.push(report("a", Phase::Cancelled));
        outbox.send();
        outbox.push(report("a", Phase::InProgress));
        outbox.put_back();
        assert_eq!(all(&mut outbox), [("a".to_owned(), true)]);
    }

    #[test]
    fn only_the_last_word_settles_an_action() {
        let mut outbox = Outbox::default();
        outbox.push(report("a", Phase::InProgress));
        outbox.send();
        assert_eq!(outbox.settle(), None);
        outbox.push(report("a", Phase::Cancelled));
        outbox.send();
        assert_eq!(outbox.settle(), Some(ActionId::new("a").unwrap()));
    }
}
