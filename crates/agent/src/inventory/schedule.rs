//! When to look around.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use quell_protocol::{Inventory, MachineFacts, Sighting};

use super::meanwhile::Meanwhile;
use super::messages::messages;
use super::survey::{Seen, Survey, Told};
use crate::engine::Protect;

/// How often to look around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervals {
    /// At what has begun to run, and every sixth time at all that runs.
    pub processes: Duration,
    /// At everything below the roots, at the latest: a look that cost little is repeated sooner.
    pub roots: Duration,
}

impl Default for Intervals {
    /// What runs every 5 seconds, everything at least every 6 hours.
    fn default() -> Self {
        Self {
            processes: Duration::from_secs(5),
            roots: Duration::from_secs(6 * 3600),
        }
    }
}

impl Intervals {
    /// How long to leave the roots alone after a look that took `cost`: so long that looking takes
    /// at most a hundredth of the time.
    fn after_everything(&self, cost: Duration) -> Duration {
        cost.saturating_mul(100)
            .clamp(self.processes.min(self.roots), self.roots)
    }
}

/// What a look around brought, as messages to the server.
#[derive(Debug)]
pub enum News {
    /// All there is.
    Everything(Vec<Inventory>),
    /// What was not there before.
    Addition(Vec<Inventory>),
}

/// Looks around until `end` is closed. Says at once what runs, then everything; after that what
/// is new among what runs, also while it looks at everything, and everything when it has changed or has not been
/// told for long. A protection that came or went is told at once.
pub fn watch<P: Protect>(
    mut survey: Survey<P>,
    intervals: Intervals,
    end: &Receiver<()>,
    facts: impl Fn() -> MachineFacts,
    tell: impl FnMut(News),
) {
    let mut teller = Teller {
        facts,
        tell,
        told: Told::default(),
        told_degraded: None,
    };
    let mut look_at_everything_at = Instant::now();
    let mut tell_everything_at = Instant::now();
    loop {
        match survey.lately_running() {
            Ok(seen) => teller.tell_what_is_new(seen.sightings),
            Err(error) => tracing::warn!(%error, "processes cannot be looked at"),
        }
        let now = Instant::now();
        if now >= look_at_everything_at {
            let mut tell_new = |sightings: &[Sighting]| teller.tell_what_is_new(sightings.to_vec());
            let mut meanwhile = Meanwhile::told(intervals.processes, &mut tell_new);
            let seen = look_at_everything(&mut survey, &mut meanwhile);
            let cost = now.elapsed().saturating_sub(survey.rested());
            look_at_everything_at = Instant::now() + intervals.after_everything(cost);
            if let Some(seen) =
                seen.filter(|seen| teller.told.differs(seen) || now >= tell_everything_at)
            {
                tell_everything_at = now + intervals.roots;
                teller.tell_everything(seen);
            }
        }
        if end.recv_timeout(intervals.processes) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Tells the server, and remembers what it was told.
struct Teller<F, T> {
    facts: F,
    tell: T,
    told: Told,
    told_degraded: Option<Vec<String>>,
}

impl<F: Fn() -> MachineFacts, T: FnMut(News)> Teller<F, T> {
    /// What was not told before, and that a protection came or went.
    fn tell_what_is_new(&mut self, sightings: Vec<Sighting>) {
        let sightings = self.told.only_new(sightings);
        let machine = (self.facts)();
        let previous = self.told_degraded.replace(machine.degraded.clone());
        let is_other = previous.is_some_and(|previous| previous != machine.degraded);
        if is_other || !sightings.is_empty() {
            let complete = false;
            let seen = Seen {
                sightings,
                complete,
            };
            (self.tell)(News::Addition(messages(&machine, seen)));
        }
    }

    fn tell_everything(&mut self, seen: Seen) {
        self.told.start_over(&seen.sightings);
        (self.tell)(News::Everything(messages(&(self.facts)(), seen)));
    }
}

fn look_at_everything<P: Protect>(
    survey: &mut Survey<P>,
    meanwhile: &mut Meanwhile<'_>,
) -> Option<Seen> {
    let started = Instant::now();
    match survey.everything(meanwhile) {
        Ok(seen) => {
            let (files, complete) = (seen.sightings.len(), seen.complete);
            tracing::debug!(files, complete, elapsed = ?started.elapsed(), "looked at everything");
            Some(seen)
        }
        Err(error) => {
            tracing::warn!(%error, "files cannot be looked at");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::link::machine_facts;

    #[test]
    fn a_cheap_look_is_repeated_soon_and_a_dear_one_late() {
        let intervals = Intervals::default();
        for (cost_ms, expected_s) in [
            (0, 5),
            (49, 5),
            (100, 10),
            (60_000, 6000),
            (9_999_999, 21600),
        ] {
            let pause = intervals.after_everything(Duration::from_millis(cost_ms));
            assert_eq!(pause.as_secs(), expected_s, "{cost_ms}");
        }
        let odd = Intervals {
            processes: Duration::from_secs(9),
            roots: Duration::from_secs(1),
        };
        assert_eq!(odd.after_everything(Duration::ZERO), Duration::from_secs(1));
    }

    /// Also in the middle of a long look at everything, for it is told by the same teller.
    #[test]
    fn protection_that_comes_or_goes_is_told_once_though_nothing_else_is_new() {
        let lacks = RefCell::new(Vec::new());
        let news = RefCell::new(Vec::new());
        let mut teller = Teller {
            facts: || machine_facts(lacks.borrow().clone()),
            tell: |told| news.borrow_mut().push(told),
            told: Told::default(),
            told_degraded: None,
        };
        teller.tell_what_is_new(Vec::new());
        assert!(
            news.borrow().is_empty(),
            "the first look at everything tells of it"
        );
        lacks.borrow_mut().push("paused".to_owned());
        for _ in 0..2 {
            teller.tell_what_is_new(Vec::new());
        }
        lacks.borrow_mut().clear();
        teller.tell_what_is_new(Vec::new());
        let told: Vec<_> = news
            .take()
            .into_iter()
            .map(|told| match told {
                News::Addition(mut messages) => messages.remove(0).machine.degraded,
                News::Everything(_) => panic!("nothing was looked at"),
            })
            .collect();
        assert_eq!(told, [vec!["paused".to_owned()], Vec::new()]);
    }
}
