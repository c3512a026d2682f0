//! When to look around.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use quell_protocol::{Inventory, MachineFacts};

use super::messages::messages;
use super::survey::{Seen, Survey, Told};
use crate::engine::Protect;

/// How often to look around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervals {
    /// At what runs: milliseconds of work.
    pub processes: Duration,
    /// At everything below the roots.
    pub roots: Duration,
}

impl Default for Intervals {
    /// What runs every 5 seconds, everything every 6 hours.
    fn default() -> Self {
        Self {
            processes: Duration::from_secs(5),
            roots: Duration::from_secs(6 * 3600),
        }
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
/// is new among what runs, and everything again at its interval.
pub fn watch<P: Protect>(
    mut survey: Survey<P>,
    intervals: Intervals,
    end: &Receiver<()>,
    facts: impl Fn() -> MachineFacts,
    mut tell: impl FnMut(News),
) {
    let mut told = Told::default();
    let mut everything_at = Instant::now();
    loop {
        let new = survey.running().map(|seen| told.only_new(seen.sightings));
        match new {
            Ok(sightings) if !sightings.is_empty() => {
                let seen = Seen {
                    sightings,
                    complete: false,
                };
                tell(News::Addition(messages(&facts(), seen)));
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "processes cannot be looked at"),
        }
        if Instant::now() >= everything_at {
            look_at_everything(&mut survey, &mut told, &facts, &mut tell);
            everything_at = Instant::now() + intervals.roots;
        }
        if end.recv_timeout(intervals.processes) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn look_at_everything<P: Protect>(
    survey: &mut Survey<P>,
    told: &mut Told,
    facts: &impl Fn() -> MachineFacts,
    tell: &mut impl FnMut(News),
) {
    let started = Instant::now();
    match survey.everything() {
        Ok(seen) => {
            let (files, complete) = (seen.sightings.len(), seen.complete);
            tracing::info!(files, complete, elapsed = ?started.elapsed(), "looked at everything");
            told.start_over(&seen.sightings);
            tell(News::Everything(messages(&facts(), seen)));
        }
        Err(error) => tracing::warn!(%error, "files cannot be looked at"),
    }
}
