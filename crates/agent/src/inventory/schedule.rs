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
    mut tell: impl FnMut(News),
) {
    let mut told = Told::default();
    let mut told_degraded = None;
    let mut look_at_everything_at = Instant::now();
    let mut tell_everything_at = Instant::now();
    loop {
        let new = survey
            .lately_running()
            .map(|seen| told.only_new(seen.sightings));
        let machine = facts();
        let previous = told_degraded.replace(machine.degraded.clone());
        let is_other = previous.is_some_and(|previous| previous != machine.degraded);
        match new {
            Ok(sightings) if is_other || !sightings.is_empty() => {
                tell(addition(&machine, sightings));
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "processes cannot be looked at"),
        }
        let now = Instant::now();
        if now >= look_at_everything_at {
            let mut tell_new = |sightings: &[Sighting]| {
                let new = told.only_new(sightings.to_vec());
                if !new.is_empty() {
                    tell(addition(&facts(), new));
                }
            };
            let mut meanwhile = Meanwhile::told(intervals.processes, &mut tell_new);
            let seen = look_at_everything(&mut survey, &mut meanwhile);
            let cost = now.elapsed().saturating_sub(survey.rested());
            look_at_everything_at = Instant::now() + intervals.after_everything(cost);
            if let Some(seen) = seen.filter(|s| told.differs(s) || now >= tell_everything_at) {
                tell_everything_at = now + intervals.roots;
                told.start_over(&seen.sightings);
                tell(News::Everything(messages(&facts(), seen)));
            }
        }
        if end.recv_timeout(intervals.processes) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn addition(machine: &MachineFacts, sightings: Vec<Sighting>) -> News {
    let complete = false;
    let seen = Seen {
        sightings,
        complete,
    };
    News::Addition(messages(machine, seen))
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
    use super::*;

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
}
