use std::collections::VecDeque;
use std::time::Duration;

use crate::Moment;

/// When the latest calls ended, oldest first: as many as the largest limit can ever ask about.
#[derive(Debug, Clone)]
pub(super) struct Completions {
    ring: VecDeque<Moment>,
    most: usize,
}

impl Completions {
    pub(super) fn new(most: usize) -> Self {
        Self {
            ring: VecDeque::new(),
            most,
        }
    }

    /// Completions are recorded as they happen, so the ring stays in order.
    pub(super) fn record(&mut self, ended: Moment) {
        if self.ring.len() >= self.most {
            self.ring.pop_front();
        }
        self.ring.push_back(ended);
    }

    /// The `nth` newest completion, counted from 1.
    pub(super) fn newest(&self, nth: usize) -> Option<Moment> {
        let index = self.ring.len().checked_sub(nth)?;
        self.ring.get(index).copied()
    }

    pub(super) fn oldest_first(&self, index: usize) -> Option<Moment> {
        self.ring.get(index).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.ring.len()
    }

    /// How many ended less than `span` ago.
    pub(super) fn within(&self, span: Duration, now: Moment) -> usize {
        let aged_out = self.ring.partition_point(|ended| *ended + span <= now);
        self.ring.len() - aged_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ring_keeps_only_what_a_limit_can_ask_about() {
        let at = |second| Moment::after_epoch(Duration::from_secs(second));
        let mut completions = Completions::new(3);
        (0..10).for_each(|second| completions.record(at(second)));
        assert_eq!(completions.len(), 3);
        assert_eq!(
            (completions.newest(1), completions.newest(3)),
            (Some(at(9)), Some(at(7)))
        );
        assert_eq!((completions.newest(0), completions.newest(4)), (None, None));
        assert_eq!(
            completions.within(Duration::from_secs(2), at(10)),
            1,
            "8 is just out"
        );
    }
}
