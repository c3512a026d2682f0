use std::collections::VecDeque;

use super::{Limited, RollingLog};
use crate::{Moment, Priority};

impl RollingLog {
    /// The earliest moment at which a caller with `ahead` others before it can get a permit under the
    /// limits that are in force: exact if every permit that is out comes back now and every later
    /// one at once; later calls than that only make it later. So the last of `n` calls goes out no
    /// sooner than `forecast(n - 1, …)`.
    ///
    /// Takes time proportional to `ahead`.
    #[must_use]
    pub fn forecast(&mut self, ahead: u32, priority: Priority, now: Moment) -> Moment {
        let now = self.advance(now);
        let mut plan = Plan::new(self, priority, now);
        for _ in 0..ahead {
            plan.grant_next();
        }
        plan.earliest()
    }
}

/// The completions on record, then those in flight as if they ended now, then the grants planned.
struct Plan<'log> {
    log: &'log RollingLog,
    priority: Priority,
    now: Moment,
    past: usize,
    granted: usize,
    /// The planned grants that a window can still ask about.
    planned: VecDeque<Moment>,
}

impl<'log> Plan<'log> {
    fn new(log: &'log RollingLog, priority: Priority, now: Moment) -> Self {
        let past = log.completions.len() + log.in_flight.len();
        Self {
            log,
            priority,
            now,
            past,
            granted: 0,
            planned: VecDeque::new(),
        }
    }

    fn grant_next(&mut self) {
        let next = self.earliest();
        self.planned.push_back(next);
        self.granted += 1;
        if self.planned.len() > self.log.policy.quota().largest_limit() {
            self.planned.pop_front();
        }
    }

    fn earliest(&self) -> Moment {
        let spaced = match self.planned.back() {
            Some(last) => *last + self.log.spacing(),
            None => self.log.spaced(),
        };
        let frees = self.log.windows.iter().filter_map(|window| {
            let blocking = self.blocking(window)?;
            Some(self.entry(blocking) + window.span)
        });
        let paused = self.log.paused_until;
        frees.fold(self.now.max(paused).max(spaced), Moment::max)
    }

    /// The entry that has to age out of this window first.
    fn blocking(&self, window: &Limited) -> Option<usize> {
        let entries = self.past + self.granted;
        // An interactive call that waits now will not do so for ever: only a standing reserve counts.
        entries.checked_sub(window.limit_for(self.priority, false))
    }

    fn entry(&self, index: usize) -> Moment {
        if let Some(ended) = self.log.completions.oldest_first(index) {
            return ended;
        }
        let forgotten = self.granted - self.planned.len();
        let planned = index.checked_sub(self.past + forgotten);
        planned
            .and_then(|nth| self.planned.get(nth))
            .copied()
            .unwrap_or(self.now)
    }
}
