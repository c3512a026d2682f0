//! What refusals teach: the pace, the short windows and the long ones are adjusted apart.
//!
//! The thresholds were found by simulation against rolling, fixed, bucket and estimating servers;
//! they are reachable behavior, not a promise. The log that they adjust has no tuned constant.

mod fade;
mod hints;
mod knob;
mod learned;
mod limits;
mod pace;

use std::time::Duration;

use hints::Hints;
use knob::Knob;
use learned::{LimitNow, PaceNow, Suspect};
use limits::LearnedLimit;
use pace::Pace;

pub(crate) use hints::Claim;
pub use learned::{Learned, LearnedError};

use crate::{Moment, Policy, PushBack, Share, Shortfall, WindowUse};

/// What was lowered eases in steps of this length.
const STEP: Duration = Duration::from_secs(60);
/// Refusals this close together, three times, say that the pace is wrong whatever they name.
const RECENT: Duration = Duration::from_secs(120);
/// Quiet is evidence only while calls are made: this long after the last one it is mere silence.
const SILENCE: Duration = Duration::from_secs(3600);

/// What is known when a call was refused for its rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal<'a> {
    pub(crate) push_back: &'a PushBack,
    /// The use of each window that the service can have seen without refusing.
    pub(crate) usage: &'a [WindowUse],
    /// When the call got its permit; `None` if that was given up meanwhile.
    pub(crate) granted: Option<Moment>,
    /// When the refusal was read.
    pub(crate) now: Moment,
    /// When the next call may go out.
    pub(crate) resumes: Moment,
}

/// Limits and spacing as they were learned. Without leave to learn they stay as they are, and only
/// the account of refusals is kept.
#[derive(Debug, Clone)]
pub(crate) struct Learning {
    allowed: bool,
    pace: Pace,
    limits: Vec<LearnedLimit>,
    adjusted: [Option<Moment>; 3],
    resumes: Moment,
    eased: Moment,
    refusals: u64,
    suspect: Option<Suspect>,
    hints: Hints,
    others: Others,
}

/// What other users of the budget learned, whose policies have other windows or who may learn: of no
/// use here, and not ours to lose.
#[derive(Debug, Clone)]
struct Others {
    limits: Vec<LimitNow>,
    pace: Option<PaceNow>,
}

impl Others {
    fn of(policy: &Policy, learned: &Learned) -> Self {
        let allowed = policy.learns();
        let windows = policy.quota().windows();
        let ours = |limit: &LimitNow| {
            let mut windows = windows.iter();
            allowed && windows.any(|window| window.period() == limit.period)
        };
        let limits = learned.limits.iter().filter(|limit| !ours(limit));
        Self {
            limits: limits.copied().collect(),
            pace: learned.pace.filter(|_| !allowed),
        }
    }
}

impl Learning {
    pub(crate) fn resume(policy: &Policy, learned: &Learned) -> Self {
        let allowed = policy.learns();
        let pace = learned.pace.filter(|_| allowed);
        let known = if allowed {
            learned.limits.as_slice()
        } else {
            &[]
        };
        let limits = policy.ours();
        let limits = limits.map(|(window, share, _)| LearnedLimit::resume(window, share, known));
        Self {
            allowed,
            pace: Pace::resume(policy.base_spacing(), pace),
            limits: limits.collect(),
            adjusted: learned.adjusted,
            resumes: learned.resumes,
            eased: learned.eased,
            refusals: learned.refusals,
            suspect: learned.suspect,
            hints: learned.hints,
            others: Others::of(policy, learned),
        }
    }

    /// What must be kept.
    pub(crate) fn learned(&self) -> Learned {
        let ours = self.limits.iter().filter_map(LearnedLimit::now);
        Learned {
            limits: ours.chain(self.others.limits.iter().copied()).collect(),
            pace: self.pace.now().or(self.others.pace),
            adjusted: self.adjusted,
            resumes: self.resumes,
            eased: self.eased,
            refusals: self.refusals,
            suspect: self.suspect,
            hints: self.hints,
        }
    }

    /// How much of the wait that the service asked for is obeyed, for a call that was granted then.
    pub(crate) fn believed(
        &mut self,
        asked: Duration,
        claims: &[Claim],
        granted: Option<Moment>,
        now: Moment,
    ) -> Duration {
        self.hints.believed(asked, claims, granted, now)
    }

    /// Takes in a refusal. One adjustment answers all refusals of calls that were already out when
    /// it was made.
    pub(crate) fn learn(&mut self, refusal: &Refusal<'_>) {
        if self.at_rest() {
            self.eased = refusal.now;
        }
        self.refusals = self.refusals.saturating_add(1);
        self.resumes = self.resumes.max(refusal.resumes);
        if self.is_answered(refusal) {
            return;
        }
        let [_, second, third] = self.adjusted;
        self.adjusted = [second, third, Some(refusal.now)];
        let third_in_a_row = self.third_in_a_row(refusal.now);
        match knob::choose(refusal.push_back, refusal.usage, third_in_a_row) {
            Knob::Pace if self.allowed => self.pace.slow_down(refusal.now),
            Knob::Pace => {}
            Knob::Window(index) => self.learn_of_window(index, refusal),
        }
    }

    fn learn_of_window(&mut self, index: usize, refusal: &Refusal<'_>) {
        let limit = self.limits.get_mut(index).zip(refusal.usage.get(index));
        let Some((limit, usage)) = limit else {
            return;
        };
        self.suspect = Some(Suspect {
            period: usage.window.period(),
            used: usage.used,
            at: refusal.now,
        });
        if self.allowed {
            limit.cut(usage.used, refusal.push_back.named_window(), refusal.now);
        }
    }

    /// Gives back what quiet minutes have earned since it was last asked. True if anything changed.
    pub(crate) fn ease(&mut self, now: Moment, last_call: Option<Moment>) -> bool {
        let begun = self.eased;
        let silence = last_call.unwrap_or_default().max(self.resumes) + SILENCE;
        while !self.at_rest() && self.eased + STEP <= now {
            if self.eased >= silence {
                self.fade(now);
                break;
            }
            self.eased = self.eased + STEP;
            if self.eased < self.resumes {
                continue;
            }
            self.pace.ease(self.eased);
            let quiet = self.eased.since(self.resumes);
            for limit in &mut self.limits {
                limit.ease(quiet);
            }
        }
        self.eased > begun
    }

    /// All minutes up to now passed without a call: what was learned is half forgotten in a day.
    fn fade(&mut self, now: Moment) {
        let minutes = now.since(self.eased).as_secs() / STEP.as_secs();
        self.eased = self.eased + Duration::from_secs(minutes.saturating_mul(STEP.as_secs()));
        self.pace.fade(minutes);
        for limit in &mut self.limits {
            limit.fade(minutes);
        }
    }

    /// When [`ease`](Self::ease) may next give something back.
    pub(crate) fn next_easing(&self) -> Option<Moment> {
        (!self.at_rest()).then(|| self.eased + STEP)
    }

    pub(crate) fn spacing(&self) -> Duration {
        self.pace.spacing()
    }

    pub(crate) fn limits(&self) -> impl Iterator<Item = u32> {
        self.limits.iter().map(LearnedLimit::in_force)
    }

    pub(crate) fn refusals(&self) -> u64 {
        self.refusals
    }

    pub(crate) fn shortfall(&self, now: Moment) -> Option<Shortfall> {
        let suspect = self.suspect?;
        let windows = self.limits.iter().map(LearnedLimit::window);
        let window = windows
            .into_iter()
            .find(|window| window.period() == suspect.period)?;
        Some(Shortfall {
            window,
            missing: window.limit().saturating_sub(suspect.used),
            suggested: clear_of_others(suspect.used, window.limit()),
            ago: now.since(suspect.at),
        })
    }

    fn at_rest(&self) -> bool {
        self.pace.at_rest() && self.limits.iter().all(LearnedLimit::at_rest)
    }

    /// A refusal of a call that was already out, or of one so old that nobody knows, tells nothing
    /// new.
    fn is_answered(&self, refusal: &Refusal<'_>) -> bool {
        let [.., last] = self.adjusted;
        refusal
            .granted
            .is_none_or(|granted| last.is_some_and(|adjusted| granted <= adjusted))
    }

    fn third_in_a_row(&self, now: Moment) -> bool {
        let [first, ..] = self.adjusted;
        first.is_some_and(|first| now.since(first) <= RECENT)
    }
}

/// What we used of the limit, less five parts of a hundred, in steps of five: with 20% used by others
/// that was 75%, the only share without a refusal on either side in simulation.
fn clear_of_others(used: u32, limit: u32) -> Share {
    let percent = u64::from(used) * 100 / u64::from(limit.max(1));
    let clear = (percent / 5 * 5).saturating_sub(5).clamp(5, 95);
    Share::percent(u32::try_from(clear).unwrap_or(5))
}

#[cfg(test)]
mod tests;
