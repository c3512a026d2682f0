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
use learned::Suspect;
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
        }
    }

    /// What must be kept.
    pub(crate) fn learned(&self) -> Learned {
        Learned {
            limits: self.limits.iter().filter_map(LearnedLimit::now).collect(),
            pace: self.pace.now(),
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
mod tests {
    use super::*;
    use crate::Quota;

    fn at(seconds: u64) -> Moment {
        Moment::after_epoch(Duration::from_secs(seconds))
    }

    fn documented() -> Quota {
        Quota::parse("100/60s,1500/3600s").unwrap()
    }

    fn unspaced() -> Learning {
        Learning::resume(&Policy::new(documented()), &Learned::default())
    }

    fn usage(minute: u32, hour: u32) -> Vec<WindowUse> {
        let used = [minute, hour];
        let windows = documented().windows().to_vec();
        let with_use = windows.into_iter().zip(used);
        with_use
            .map(|(window, used)| WindowUse {
                window,
                share: window.limit(),
                limit: window.limit(),
                used,
            })
            .collect()
    }

    /// A call granted and refused at these seconds, by a service that asks to wait.
    fn refuse(learning: &mut Learning, wait: u64, usage: &[WindowUse], granted: u64, now: u64) {
        learning.learn(&Refusal {
            push_back: &PushBack::new().retry_after(Duration::from_secs(wait)),
            usage,
            granted: Some(at(granted)),
            now: at(now),
            resumes: at(now + wait),
        });
    }

    /// Time passes, and calls are made in it.
    fn calling(learning: &mut Learning, now: Moment) -> bool {
        learning.ease(now, Some(now))
    }

    fn limits(learning: &Learning) -> Vec<u32> {
        learning.limits().collect()
    }

    #[test]
    fn refusals_of_calls_already_out_adjust_once() {
        let mut learning = unspaced();
        refuse(&mut learning, 30, &usage(80, 200), 99, 100);
        assert_eq!(limits(&learning), [76, 1500]);
        refuse(&mut learning, 30, &usage(60, 200), 100, 101);
        assert_eq!(
            limits(&learning),
            [76, 1500],
            "was granted before the adjustment"
        );
        refuse(&mut learning, 30, &usage(60, 200), 200, 201);
        assert_eq!(limits(&learning), [57, 1500]);
    }

    #[test]
    fn third_adjustment_within_two_minutes_slows_the_pace_instead() {
        let mut learning = unspaced();
        for second in [10, 50, 90] {
            refuse(&mut learning, 30, &usage(80, 200), second, second + 1);
        }
        assert_eq!(learning.spacing(), Duration::from_millis(300));
        assert_eq!(limits(&learning), [76, 1500]);
    }

    #[test]
    fn limits_come_back_after_quiet_and_not_before() {
        let mut learning = unspaced();
        refuse(&mut learning, 30, &usage(80, 200), 0, 1);
        refuse(&mut learning, 600, &usage(10, 1000), 300, 301);
        assert_eq!(limits(&learning), [76, 978]);

        calling(&mut learning, at(901 + 9 * 60));
        assert_eq!(limits(&learning), [76, 978], "after nine quiet minutes");
        assert!(calling(&mut learning, at(901 + 20 * 60)));
        let after_20_min = limits(&learning);
        assert!(
            after_20_min[0] > 76 && after_20_min[1] == 978,
            "{after_20_min:?}"
        );

        calling(&mut learning, at(901 + 24 * 3600));
        assert_eq!(limits(&learning), [100, 1500]);
        assert_eq!(learning.next_easing(), None, "nothing is left to give back");
    }

    #[test]
    fn silence_is_no_evidence_and_fades_what_was_learned_by_half_a_day() {
        let mut learning = unspaced();
        refuse(&mut learning, 30, &usage(80, 1000), 0, 1);
        let last_call = Some(at(1));
        let mut steps = learning.clone();
        let day = 24 * 3600;
        for hour in 1..=25 {
            steps.ease(at(hour * 3600), last_call);
        }
        learning.ease(at(3600 + day), last_call);
        let (once, often) = (limits(&learning), limits(&steps));
        assert_eq!(once, often);
        assert!(
            (90..=96).contains(&once[0]),
            "76, ten quiet minutes more, and half of the rest: {once:?}"
        );
    }

    #[test]
    fn what_was_learned_survives_as_text() {
        let mut learning = unspaced();
        refuse(&mut learning, 600, &usage(10, 700), 0, 1);
        refuse(&mut learning, 2, &usage(10, 700), 700, 701);
        let text = learning.learned().to_string();
        let policy = Policy::new(documented());
        let again = Learning::resume(&policy, &text.parse().unwrap());
        assert_eq!(again.learned(), learning.learned());
        assert_eq!(
            (limits(&again), again.spacing()),
            (limits(&learning), learning.spacing())
        );

        let other = Policy::new(Quota::parse("9/7s").unwrap());
        let other = Learning::resume(&other, &learning.learned());
        assert_eq!(
            limits(&other),
            [9],
            "what concerns other windows is left aside"
        );
    }

    #[test]
    fn refusal_tells_what_was_missing_and_suggests_a_share() {
        let mut learning = unspaced();
        assert_eq!(learning.shortfall(at(0)), None);
        refuse(&mut learning, 600, &usage(10, 1200), 0, 100);
        let shortfall = learning.shortfall(at(130)).unwrap();
        assert_eq!((shortfall.window.limit(), shortfall.missing), (1500, 300));
        assert_eq!(shortfall.suggested, Share::percent(75));
        assert_eq!(shortfall.ago, Duration::from_secs(30));
        assert_eq!(learning.refusals(), 1);
    }

    #[test]
    fn easing_in_one_leap_equals_easing_minute_by_minute() {
        let mut leap = Learning::resume(
            &Policy::new(documented()).spacing(Duration::from_millis(100)),
            &Learned::default(),
        );
        refuse(&mut leap, 600, &usage(10, 700), 0, 1);
        refuse(&mut leap, 2, &usage(10, 700), 700, 701);
        let mut steps = leap.clone();
        for second in (760..40_000).step_by(7) {
            calling(&mut steps, at(second));
        }
        calling(&mut leap, at(40_000));
        assert_eq!(limits(&leap), limits(&steps));
        assert_eq!(leap.spacing(), steps.spacing());
    }
}
