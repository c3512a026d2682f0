use std::time::Duration;

use quell_ratelimit::{Moment, Quota, Window};

/// How a service counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Exactly, over the last period.
    Rolling,
    /// As `Rolling`, and refused calls count too.
    RollingCountsRefused,
    /// From the first call on for one period, closed at both ends; refused calls count.
    FixedFromFirstCall,
    /// Periods aligned to a clock that started this long before.
    Aligned { phase: Duration },
    /// A bucket with this share of the limit as burst, filled evenly.
    Bucket { burst_percent: u32 },
    /// The estimate from the counts of two aligned periods.
    TwoCounters,
}

/// A service with a quota: all windows must have room, then all are charged.
#[derive(Debug)]
pub(crate) struct Service {
    kind: Kind,
    counters: Vec<Counter>,
    pub(crate) admitted: Vec<Moment>,
    pub(crate) refused: usize,
    pub(crate) neighbor: Option<Neighbor>,
}

impl Service {
    pub(crate) fn new(kind: Kind, quota: &Quota) -> Self {
        let counters = quota
            .windows()
            .iter()
            .map(|window| Counter::new(kind, *window))
            .collect();
        Self {
            kind,
            counters,
            admitted: Vec::new(),
            refused: 0,
            neighbor: None,
        }
    }

    pub(crate) fn with_neighbor(mut self, neighbor: Neighbor) -> Self {
        self.neighbor = Some(neighbor);
        self
    }

    /// Handles a call of ours; `Some` is a refusal with whole seconds to wait, rounded up.
    pub(crate) fn arrive(&mut self, at: Moment) -> Option<Duration> {
        while let Some(called) = self.neighbor.and_then(|neighbor| neighbor.due(at)) {
            let wait = self.count(called);
            if let Some(neighbor) = &mut self.neighbor {
                neighbor.answered(wait.is_none());
            }
        }
        let Some(wait) = self.count(at) else {
            self.admitted.push(at);
            return None;
        };
        self.refused += 1;
        Some(Duration::from_secs(wait.as_secs_f64().ceil() as u64))
    }

    /// A call of anyone's: how long it would have to wait, if it is refused.
    fn count(&mut self, at: Moment) -> Option<Duration> {
        let waits = self
            .counters
            .iter_mut()
            .filter_map(|counter| counter.wait(at));
        let wait = waits.max();
        let counts_refused = matches!(
            self.kind,
            Kind::RollingCountsRefused | Kind::FixedFromFirstCall
        );
        if wait.is_none() || counts_refused {
            self.counters
                .iter_mut()
                .for_each(|counter| counter.charge(at));
        }
        wait
    }
}

/// Someone else who uses the same quota, at an even pace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neighbor {
    every: Duration,
    next: Moment,
    pub(crate) admitted: usize,
    pub(crate) refused: usize,
}

impl Neighbor {
    pub(crate) fn every(every: Duration) -> Self {
        Self {
            every,
            next: Moment::EPOCH + every,
            admitted: 0,
            refused: 0,
        }
    }

    fn due(self, now: Moment) -> Option<Moment> {
        (self.next <= now).then_some(self.next)
    }

    fn answered(&mut self, admitted: bool) {
        self.next = self.next + self.every;
        if admitted {
            self.admitted += 1;
        } else {
            self.refused += 1;
        }
    }
}

#[derive(Debug)]
struct Counter {
    window: Window,
    state: State,
}

#[derive(Debug)]
enum State {
    Log(Vec<Moment>),
    FromFirst {
        started: Option<Moment>,
        calls: u32,
    },
    Aligned {
        phase: Duration,
        period: u128,
        calls: u32,
    },
    Bucket {
        burst: f64,
        tokens: f64,
        filled: Moment,
    },
    Two {
        period: u128,
        calls: u32,
        previous: u32,
    },
}

impl Counter {
    fn new(kind: Kind, window: Window) -> Self {
        let state = match kind {
            Kind::Rolling | Kind::RollingCountsRefused => State::Log(Vec::new()),
            Kind::FixedFromFirstCall => State::FromFirst {
                started: None,
                calls: 0,
            },
            Kind::Aligned { phase } => State::Aligned {
                phase,
                period: 0,
                calls: 0,
            },
            Kind::Bucket { burst_percent } => {
                let burst = f64::from(window.limit() * burst_percent / 100).max(1.0);
                State::Bucket {
                    burst,
                    tokens: burst,
                    filled: Moment::EPOCH,
                }
            }
            Kind::TwoCounters => State::Two {
                period: 0,
                calls: 0,
                previous: 0,
            },
        };
        Self { window, state }
    }

    /// How long until a call would fit; `None` if it fits now.
    fn wait(&mut self, at: Moment) -> Option<Duration> {
        let (limit, length) = (self.window.limit(), self.window.period());
        match &mut self.state {
            State::Log(calls) => {
                let blocking = *calls.get(calls.len().checked_sub(limit as usize)?)?;
                Some((blocking + length).since(at)).filter(|wait| !wait.is_zero())
            }
            State::FromFirst { started, calls } => {
                if started.is_none_or(|started| at > started + length) {
                    (*started, *calls) = (Some(at), 0);
                }
                let end = started.unwrap_or(at) + length;
                (*calls >= limit).then(|| end.since(at) + Duration::from_nanos(1))
            }
            State::Aligned {
                phase,
                period,
                calls,
            } => {
                let elapsed = (at.elapsed() + *phase).as_nanos();
                let current = elapsed / length.as_nanos();
                if current != *period {
                    (*period, *calls) = (current, 0);
                }
                let left = (current + 1) * length.as_nanos() - elapsed;
                (*calls >= limit).then(|| Duration::from_nanos(left as u64))
            }
            State::Bucket {
                burst,
                tokens,
                filled,
            } => {
                let rate = f64::from(limit) / length.as_secs_f64();
                *tokens = (*tokens + rate * at.since(*filled).as_secs_f64()).min(*burst);
                *filled = at;
                // A billionth of a call is the rounding of the sum, not a call.
                (*tokens < 1.0 - 1e-9).then(|| Duration::from_secs_f64((1.0 - *tokens) / rate))
            }
            State::Two {
                period,
                calls,
                previous,
            } => {
                let elapsed = at.elapsed().as_nanos();
                let current = elapsed / length.as_nanos();
                if current != *period {
                    *previous = if current == *period + 1 { *calls } else { 0 };
                    (*period, *calls) = (current, 0);
                }
                let passed = (elapsed % length.as_nanos()) as f64 / length.as_nanos() as f64;
                let estimate = f64::from(*calls) + f64::from(*previous) * (1.0 - passed);
                (estimate + 1.0 > f64::from(limit)).then(|| {
                    let room = f64::from(limit) - f64::from(*calls) - 1.0;
                    let fits_at = if room >= 0.0 && *previous > 0 {
                        (1.0 - room / f64::from(*previous)).clamp(passed, 1.0)
                    } else {
                        1.0
                    };
                    length.mul_f64(fits_at - passed)
                })
            }
        }
    }

    fn charge(&mut self, at: Moment) {
        match &mut self.state {
            State::Log(calls) => calls.push(at),
            State::FromFirst { calls, .. }
            | State::Aligned { calls, .. }
            | State::Two { calls, .. } => *calls += 1,
            State::Bucket { tokens, .. } => *tokens -= 1.0,
        }
    }
}
