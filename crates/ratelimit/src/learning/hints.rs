use std::time::Duration;

use crate::Moment;

/// How far the service's word about the time to wait can be trusted.
///
/// Some limiters answer with a whole window whatever is left of it, or with an absurd time. Such a
/// hint is noted as wrong, and obeyed. After two of them a hint is cut to what our own calls
/// explain; a refusal right after a wait that was cut shows that the service was right, and it is
/// believed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Hints {
    pub(super) wrong: u8,
    /// The end of a wait that was cut.
    pub(super) capped_until: Option<Moment>,
}

/// What our own calls say about the wait for one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) period: Duration,
    /// Whether at least half of it was used by us. If not, others are the reason to wait, and our
    /// own calls explain nothing.
    pub(crate) ours: bool,
    /// When the first of our calls leaves the window.
    pub(crate) frees: Duration,
}

/// Services round to whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);
/// What our answer and the service's may differ by without one of them being wrong.
const TOLERANCE: Duration = Duration::from_secs(3);
const WRONG_TWICE: u8 = 2;
/// A call granted this soon after a wait that was cut, and refused, was sent too early.
const TOO_EARLY: Duration = Duration::from_secs(10);

impl Hints {
    /// The wait to obey, for a call that was granted then.
    pub(super) fn believed(
        &mut self,
        asked: Duration,
        claims: &[Claim],
        granted: Option<Moment>,
        now: Moment,
    ) -> Duration {
        if let Some((until, granted)) = self.capped_until.zip(granted)
            && granted >= until
        {
            self.capped_until = None;
            if granted.since(until) <= TOO_EARLY {
                self.wrong = 0;
            }
        }
        let Some(explained) = exaggerated(asked, claims) else {
            return asked;
        };
        if self.wrong < WRONG_TWICE {
            self.wrong += 1;
            return asked;
        }
        self.capped_until = Some(now + explained);
        explained
    }

    pub(super) fn clamp_to(&mut self, now: Moment) {
        self.capped_until = self.capped_until.map(|until| until.min(now));
    }
}

/// What our own calls explain of a wait that no window can need, or that is a whole window though
/// our calls leave it sooner.
fn exaggerated(asked: Duration, claims: &[Claim]) -> Option<Duration> {
    let longest = claims.last()?;
    if asked > longest.period.saturating_add(TOLERANCE) {
        let explained = claims.iter().filter(|claim| claim.ours);
        return explained
            .map(|claim| claim.frees)
            .max()
            .or(Some(longest.period));
    }
    let whole = claims
        .iter()
        .find(|claim| asked.abs_diff(claim.period) <= ROUNDING)?;
    let sooner = whole.frees.saturating_add(TOLERANCE) < asked;
    (whole.ours && sooner).then_some(whole.frees)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn at(second: u64) -> Moment {
        Moment::after_epoch(seconds(second))
    }

    fn claims(ours: bool, frees: u64) -> [Claim; 2] {
        let claim = |period, frees| Claim {
            period: seconds(period),
            ours,
            frees: seconds(frees),
        };
        [claim(60, frees), claim(3600, 3000)]
    }

    fn believe(hints: &mut Hints, asked: u64, frees: u64, now: u64) -> u64 {
        let believed = hints.believed(seconds(asked), &claims(true, frees), Some(at(now)), at(now));
        believed.as_secs()
    }

    #[test]
    fn whole_window_is_obeyed_twice_and_then_cut() {
        let mut hints = Hints::default();
        let believed = [100, 300, 500].map(|now| believe(&mut hints, 60, 20, now));
        assert_eq!(believed, [60, 60, 20]);
    }

    #[test]
    fn refusal_right_after_a_cut_restores_the_trust() {
        let mut hints = Hints::default();
        for now in [100, 300] {
            believe(&mut hints, 60, 20, now);
        }
        assert_eq!(believe(&mut hints, 60, 20, 500), 20);
        assert_eq!(believe(&mut hints, 60, 20, 522), 60, "it was right");
        assert_eq!(
            believe(&mut hints, 60, 20, 900),
            60,
            "and may be wrong twice again"
        );
    }

    #[test]
    fn absurd_time_is_cut_to_the_longest_window_where_nothing_explains_it() {
        let mut hints = Hints::default();
        for _ in 0..2 {
            hints.believed(seconds(4000), &claims(false, 0), None, at(0));
        }
        let believed = hints.believed(seconds(4000), &claims(false, 0), None, at(0));
        assert_eq!(believed, seconds(3600));
    }

    #[test]
    fn hint_that_others_can_explain_is_always_obeyed() {
        let mut hints = Hints::default();
        for now in 0..9 {
            let believed = hints.believed(seconds(60), &claims(false, 5), None, at(100 * now));
            assert_eq!(believed, seconds(60), "less than half of it was ours");
            assert_eq!(
                believe(&mut hints, 40, 20, 100 * now),
                40,
                "not the whole window"
            );
            assert_eq!(
                believe(&mut hints, 60, 58, 100 * now),
                60,
                "it agrees with our log"
            );
        }
    }
}
