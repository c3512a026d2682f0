use std::collections::VecDeque;
use std::time::Duration;

use super::state::Completion;
use crate::Moment;

/// When the latest calls ended, oldest first: as many as the largest limit can ever ask about.
#[derive(Debug, Clone)]
pub(super) struct Completions {
    /// How many older ones a limit can ask about that are not known any more, since a smaller limit
    /// had no use for them. Each ended no later than the oldest that is known, and counts as if then.
    unknown: usize,
    ring: VecDeque<Entry>,
    most: usize,
    next_number: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    ended: Moment,
    refused: bool,
}

impl Completions {
    /// The completions on record of which the largest limit can ask about `most`.
    pub(super) fn resume(most: usize, recorded: &[Completion], next_number: u64) -> Self {
        let kept = recorded.iter().skip(recorded.len().saturating_sub(most));
        let entry = |completion: &Completion| Entry {
            ended: completion.ended,
            refused: completion.refused,
        };
        let mut ring: VecDeque<_> = kept.map(entry).collect();
        // Whoever recorded them may have had a clock that was set back in between.
        ring.make_contiguous().sort_by_key(|entry| entry.ended);
        let known = u64::try_from(ring.len()).unwrap_or(u64::MAX);
        let forgotten = match ring.is_empty() {
            true => 0,
            false => next_number.saturating_sub(known),
        };
        let room = most.saturating_sub(ring.len());
        Self {
            unknown: usize::try_from(forgotten).map_or(room, |forgotten| forgotten.min(room)),
            ring,
            most,
            next_number,
        }
    }

    /// Completions are recorded as they happen, so the ring stays in order.
    pub(super) fn record(&mut self, ended: Moment, refused: bool) -> Completion {
        if self.len() >= self.most {
            match self.unknown.checked_sub(1) {
                Some(fewer) => self.unknown = fewer,
                None => drop(self.ring.pop_front()),
            }
        }
        self.ring.push_back(Entry { ended, refused });
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        Completion {
            number,
            ended,
            refused,
        }
    }

    /// The number of the oldest completion that is kept.
    pub(super) fn oldest_number(&self) -> u64 {
        let kept = u64::try_from(self.ring.len()).unwrap_or(u64::MAX);
        self.next_number.wrapping_sub(kept)
    }

    pub(super) fn next_number(&self) -> u64 {
        self.next_number
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Completion> {
        let numbers = std::iter::successors(Some(self.oldest_number()), |number| {
            Some(number.wrapping_add(1))
        });
        numbers.zip(&self.ring).map(|(number, entry)| Completion {
            number,
            ended: entry.ended,
            refused: entry.refused,
        })
    }

    /// The `nth` newest completion, counted from 1.
    pub(super) fn newest(&self, nth: usize) -> Option<Moment> {
        let index = self.len().checked_sub(nth)?;
        self.oldest_first(index)
    }

    pub(super) fn oldest_first(&self, index: usize) -> Option<Moment> {
        let known = index.saturating_sub(self.unknown);
        self.ring.get(known).map(|entry| entry.ended)
    }

    /// All that count, known or not.
    pub(super) fn len(&self) -> usize {
        self.unknown.saturating_add(self.ring.len())
    }

    /// How many ended less than `span` ago.
    pub(super) fn within(&self, span: Duration, now: Moment) -> usize {
        self.len() - self.aged_out(span, now)
    }

    /// How many of those that ended less than `span` ago were not refused.
    pub(super) fn admitted_within(&self, span: Duration, now: Moment) -> usize {
        let aged_out = self.aged_out(span, now);
        let known = self.ring.iter().skip(aged_out.saturating_sub(self.unknown));
        let admitted = known.filter(|entry| !entry.refused).count();
        admitted + self.unknown.saturating_sub(aged_out)
    }

    /// The first of those that ended less than `span` ago.
    pub(super) fn first_within(&self, span: Duration, now: Moment) -> Option<Moment> {
        self.oldest_first(self.aged_out(span, now))
    }

    fn aged_out(&self, span: Duration, now: Moment) -> usize {
        match self.ring.partition_point(|entry| entry.ended + span <= now) {
            0 => 0,
            known => self.unknown + known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Moment {
        Moment::after_epoch(Duration::from_secs(second))
    }

    #[test]
    fn ring_keeps_only_what_a_limit_can_ask_about() {
        let mut completions = Completions::resume(3, &[], 0);
        for second in 0..10 {
            completions.record(at(second), second == 9);
        }
        assert_eq!((completions.len(), completions.oldest_number()), (3, 7));
        assert_eq!(
            (completions.newest(1), completions.newest(3)),
            (Some(at(9)), Some(at(7)))
        );
        assert_eq!((completions.newest(0), completions.newest(4)), (None, None));
        let two_seconds = Duration::from_secs(2);
        assert_eq!(completions.within(two_seconds, at(10)), 1, "8 is just out");
        assert_eq!(completions.admitted_within(two_seconds, at(10)), 0);
    }

    #[test]
    fn what_a_smaller_limit_forgot_counts_as_ended_with_the_oldest_known() {
        let completion = |number| Completion {
            number,
            ended: at(number),
            refused: false,
        };
        // 0 to 6 are forgotten, of which the three latest may still be asked about.
        let recorded = [completion(7), completion(8)];
        let mut completions = Completions::resume(5, &recorded, 9);
        assert_eq!((completions.len(), completions.oldest_number()), (5, 7));
        assert_eq!(
            (1..=6)
                .map(|nth| completions.newest(nth))
                .collect::<Vec<_>>(),
            [
                Some(at(8)),
                Some(at(7)),
                Some(at(7)),
                Some(at(7)),
                Some(at(7)),
                None
            ]
        );
        let second = Duration::from_secs(1);
        let counted = |now| {
            (
                completions.within(second, at(now)),
                completions.admitted_within(second, at(now)),
            )
        };
        assert_eq!([7, 8, 9].map(counted), [(5, 5), (1, 1), (0, 0)]);
        for (second, unknown) in [(9, 2), (10, 1), (11, 0), (12, 0)] {
            completions.record(at(second), false);
            assert_eq!((completions.len(), completions.unknown), (5, unknown));
        }
        assert_eq!(completions.newest(5), Some(at(8)));
    }

    #[test]
    fn record_out_of_order_is_put_in_order() {
        let completion = |number, second| Completion {
            number,
            ended: at(second),
            refused: false,
        };
        let recorded = [completion(4, 9), completion(5, 3), completion(6, 7)];
        let completions = Completions::resume(2, &recorded, 7);
        assert_eq!(
            (completions.newest(1), completions.newest(2)),
            (Some(at(7)), Some(at(3))),
            "the two that were recorded last, in order of time"
        );
    }
}
