//! The decisions: which endpoint now, and when to look again. Facts and time go
//! in; nothing here connects, sleeps or reads a clock.

mod pace;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::Why;
use pace::Pace;

/// How long a measurement is believed.
pub(super) const FRESH: Duration = Duration::from_secs(24 * 60 * 60);
/// Two probes that agree are this far apart.
const CONFIRMATION: Duration = Duration::from_secs(10 * 60);
/// How soon an endpoint that failed, or a network that was down, is looked at again.
const RECHECK: Duration = Duration::from_secs(60);
/// So many failures in a row, within this time, and the endpoint is left.
const FAILURES: usize = 3;
const FAILURE_WINDOW: Duration = Duration::from_secs(30);

/// What a call says about the endpoint that it went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// No connection, no TLS, or a 503.
    Failed,
    /// Any other answer, after this time.
    Answered(Duration),
    /// Neither.
    Nothing,
}

/// The gain for which it is worth to move: others share the road, and a choice
/// that follows every breath of it is no choice.
pub(super) fn margin(score: Duration) -> Duration {
    (score / 5).max(Duration::from_millis(15))
}

/// Positions are those of the candidates; home is 0.
#[derive(Debug)]
pub(super) struct Course {
    hosts: Vec<Host>,
    preferred: usize,
    measured: bool,
    /// It was looked at all of them, and none was reached.
    in_vain: bool,
    next_look: Instant,
    last_look: Instant,
    rival: Option<Rival>,
    pace: Pace,
}

#[derive(Clone, Debug, Default)]
struct Host {
    score: Option<Duration>,
    /// Failures in a row, the last ones.
    failures: Vec<Instant>,
    left: Option<Left>,
}

/// An endpoint that was left, and how far it is from being used again.
#[derive(Clone, Copy, Debug)]
struct Left {
    look_again: Instant,
    good_since: Option<Instant>,
}

/// An endpoint that was better in one probe.
#[derive(Clone, Copy, Debug)]
struct Rival {
    host: usize,
    since: Instant,
}

impl Course {
    /// Nothing is known; home is used.
    pub(super) fn new(hosts: usize, now: Instant) -> Self {
        Self {
            hosts: vec![Host::default(); hosts],
            preferred: 0,
            measured: false,
            in_vain: false,
            next_look: now,
            last_look: now,
            rival: None,
            pace: Pace::default(),
        }
    }

    /// An earlier measurement of this age is continued.
    pub(super) fn resume(
        scores: Vec<Option<Duration>>,
        preferred: usize,
        age: Duration,
        now: Instant,
    ) -> Self {
        let mut course = Self::new(scores.len(), now);
        for (host, score) in course.hosts.iter_mut().zip(scores) {
            host.score = score;
        }
        course.preferred = preferred;
        course.measured = true;
        course.next_look = now + FRESH.saturating_sub(age);
        course
    }

    /// The endpoint to use now.
    pub(super) fn using(&self) -> usize {
        if self.is_up(self.preferred) {
            self.preferred
        } else {
            // By score; home before others of which nothing is known.
            let order = |host: &usize| (self.score(*host).is_none(), self.score(*host), *host);
            (0..self.hosts.len())
                .filter(|host| self.is_up(*host))
                .min_by_key(order)
                .unwrap_or(self.preferred)
        }
    }

    pub(super) fn why(&self) -> Why {
        if self.hosts.len() <= 1 {
            Why::Named
        } else if !self.is_up(self.preferred) {
            Why::FailedOver
        } else if self.measured {
            Why::Nearest
        } else if self.in_vain {
            Why::NoneReached
        } else {
            Why::NotMeasured
        }
    }

    pub(super) fn is_measured(&self) -> bool {
        self.measured || self.hosts.len() <= 1
    }

    pub(super) const fn preferred(&self) -> usize {
        self.preferred
    }

    pub(super) fn score(&self, host: usize) -> Option<Duration> {
        self.hosts.get(host).and_then(|host| host.score)
    }

    /// The endpoints to be connected to now; mostly none.
    pub(super) fn due(&self, now: Instant) -> Vec<usize> {
        if self.hosts.len() <= 1 {
            return Vec::new();
        }
        let slower = self.pace.is_slower() && now >= self.last_look + CONFIRMATION;
        if now >= self.next_look || slower {
            return (0..self.hosts.len()).collect();
        }
        let looks_again = |host: &Host| host.left.is_some_and(|left| now >= left.look_again);
        (0..self.hosts.len())
            .filter(|host| self.hosts.get(*host).is_some_and(looks_again))
            .collect()
    }

    /// Takes in a probe. `elsewhere` says that the network is another one than
    /// at the last probe, so that what was known of it counts no more.
    pub(super) fn probed(
        &mut self,
        now: Instant,
        scores: &[(usize, Option<Duration>)],
        elsewhere: bool,
    ) {
        let whole = scores.len() == self.hosts.len();
        let lost = scores.iter().all(|(_, score)| score.is_none());
        if elsewhere && !lost {
            self.forget(now);
        }
        for (host, score) in scores {
            self.note(*host, *score, now);
        }
        if !whole {
            return;
        }
        self.last_look = now;
        self.in_vain = lost;
        self.pace.mark();
        if lost {
            // Every road at once: it is ours that is closed, and nothing was learnt.
            self.next_look = now + RECHECK;
            return;
        }
        for (host, score) in scores {
            if let Some(host) = self.hosts.get_mut(*host) {
                host.score = *score;
            }
        }
        if self.measured {
            self.leave_if_out(now);
            self.compare(now);
        } else {
            self.measured = true;
            self.preferred = self.best().unwrap_or(self.preferred);
        }
        self.next_look = self
            .rival
            .map_or(now + FRESH, |rival| rival.since + CONFIRMATION);
    }

    /// Takes in what a call to `host` met.
    pub(super) fn report(&mut self, now: Instant, host: usize, sign: Sign) {
        let used = self.using();
        let Some(called) = self.hosts.get_mut(host) else {
            return;
        };
        match sign {
            Sign::Nothing => {}
            Sign::Answered(took) => {
                called.failures.clear();
                if host == used {
                    self.pace.add(took);
                }
            }
            Sign::Failed => {
                called
                    .failures
                    .retain(|then| now.saturating_duration_since(*then) <= FAILURE_WINDOW);
                called.failures.push(now);
                if called.failures.len() >= FAILURES {
                    self.leave(host, now);
                }
            }
        }
    }

    fn is_up(&self, host: usize) -> bool {
        self.hosts.get(host).is_some_and(|host| host.left.is_none())
    }

    /// The best that is in use or may be.
    fn best(&self) -> Option<usize> {
        (0..self.hosts.len())
            .filter(|host| self.is_up(*host))
            .filter_map(|host| Some((self.score(host)?, host)))
            .min()
            .map(|(_, host)| host)
    }

    /// One probe of an endpoint that may be one that was left.
    fn note(&mut self, host: usize, score: Option<Duration>, now: Instant) {
        let Some(host) = self.hosts.get_mut(host) else {
            return;
        };
        let Some(left) = &mut host.left else {
            return;
        };
        match (score, left.good_since) {
            (None, _) => {
                left.good_since = None;
                left.look_again = now + RECHECK;
            }
            (Some(_), None) => {
                left.good_since = Some(now);
                left.look_again = now + CONFIRMATION;
            }
            (Some(_), Some(since)) if now >= since + CONFIRMATION => {
                host.left = None;
                host.failures.clear();
            }
            (Some(_), Some(_)) => {}
        }
    }

    fn leave(&mut self, host: usize, now: Instant) {
        let Some(leaving) = self.hosts.get_mut(host) else {
            return;
        };
        leaving.failures.clear();
        leaving.left.get_or_insert(Left {
            look_again: now + RECHECK,
            good_since: None,
        });
        if self.hosts.iter().all(|host| host.left.is_some()) {
            // It cannot be all of them: no reason to prefer any but the nearest.
            for host in &mut self.hosts {
                host.left = None;
            }
        }
        self.pace = Pace::default();
    }

    fn leave_if_out(&mut self, now: Instant) {
        if self.score(self.preferred).is_none() && self.is_up(self.preferred) {
            self.leave(self.preferred, now);
        }
    }

    /// Moves to an endpoint that was better in two probes, and notes one that was in this.
    fn compare(&mut self, now: Instant) {
        let gain = |course: &Self, best: usize| {
            let preferred = course.score(course.preferred)?;
            let gain = preferred.saturating_sub(course.score(best)?);
            (best != course.preferred && gain >= margin(preferred)).then_some(best)
        };
        let better = self.best().and_then(|best| gain(self, best));
        self.rival = match (better, self.rival) {
            (Some(host), Some(rival)) if rival.host == host => {
                if now >= rival.since + CONFIRMATION {
                    self.preferred = host;
                    self.pace = Pace::default();
                    None
                } else {
                    Some(rival)
                }
            }
            (Some(host), _) => Some(Rival { host, since: now }),
            (None, _) => None,
        };
    }

    /// Distances from elsewhere say nothing here: home again, until all were looked at.
    fn forget(&mut self, now: Instant) {
        for host in &mut self.hosts {
            *host = Host::default();
        }
        self.preferred = 0;
        self.measured = false;
        self.next_look = now;
        self.rival = None;
        self.pace = Pace::default();
    }
}
