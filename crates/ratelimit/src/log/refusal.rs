use std::time::Duration;

use super::state::Change;
use super::{Limited, RollingLog};
use crate::learning::{Claim, Refusal};
use crate::{Moment, PermitId, PushBack, WindowUse};

/// Added to what the service asked for: services round to whole seconds, some of them down.
const ROUNDING: Duration = Duration::from_secs(1);
/// A longer pause than this is a mistake for windows of at most an hour.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(65 * 60);
/// The longest pause where the service did not say how long.
const LONGEST_GUESS: Duration = Duration::from_secs(10 * 60);

impl RollingLog {
    /// Records a response that refused the call for its rate. The call still counts, since some
    /// services count what they refuse; all sends pause as long as the service asked, plus 1 s and
    /// the policy's jitter, at least 1 s and at most 65 min. With learning on, limits or spacing are
    /// adjusted once for all refusals of calls that were already out.
    ///
    /// A service that was twice seen to ask for more than its windows can need is believed only as
    /// far as this log explains the wait, until the next refusal shows that it was right.
    pub fn refused(&mut self, id: PermitId, push_back: &PushBack, now: Moment) {
        let now = self.advance(now);
        let usage = self.usage(now);
        let granted = self.in_flight.get(id).map(|open| open.granted);
        let admitted = self.admitted_before(id, now);
        self.close(id, true, now);

        let wait = match push_back.asked_wait() {
            Some(asked) => {
                let claims: Vec<_> = self.claims(now).collect();
                self.learning.believed(asked, &claims, granted, now)
            }
            None => self.guessed_wait(push_back, &usage, now),
        };
        let pause = wait
            .saturating_add(ROUNDING)
            .saturating_add(self.jitter(id, now));
        self.pause_until(now + pause.min(LONGEST_PAUSE));

        self.learning.learn(&Refusal {
            push_back,
            usage: &admitted,
            granted,
            now,
            resumes: self.paused_until,
        });
        self.take_over_limits();
        self.note_learned();
    }

    pub(super) fn pause_until(&mut self, until: Moment) {
        if until > self.paused_until {
            self.paused_until = until;
            self.note(|| Change::Paused { until });
        }
    }

    /// What the service had admitted, as far as we can tell, when it refused this call: all that
    /// was granted before it, less what was refused.
    fn admitted_before(&self, id: PermitId, now: Moment) -> Vec<WindowUse> {
        let open = self.in_flight.granted_before(id);
        let admitted = |window: &Limited| {
            let admitted = self.completions.admitted_within(window.span, now);
            window.with_use(open.saturating_add(admitted))
        };
        self.windows.iter().map(admitted).collect()
    }

    /// For each window, how long our own calls can explain a wait.
    fn claims(&self, now: Moment) -> impl Iterator<Item = Claim> {
        let open = self.in_flight.len();
        self.windows.iter().map(move |window| {
            let used = open.saturating_add(self.completions.within(window.span, now));
            let first = self.completions.first_within(window.span, now);
            Claim {
                period: window.window.period(),
                ours: used.saturating_mul(2) >= window.limit,
                frees: first.map_or(window.span, |ended| (ended + window.span).since(now)),
            }
        })
    }

    /// The service did not say how long. If the shortest window is the fullest, wait it out; else
    /// until our own log has room in the fullest one.
    fn guessed_wait(&self, push_back: &PushBack, usage: &[WindowUse], now: Moment) -> Duration {
        let named = push_back.named_window().and_then(|named| {
            usage
                .iter()
                .position(|entry| entry.window.period() == named.period())
        });
        let guess = match named.unwrap_or_else(|| fullest(usage)) {
            0 => self.windows.first().map(|window| window.window.period()),
            other => self.windows.get(other).map(|window| {
                let free = window.limit.saturating_sub(self.in_flight.len()).max(1);
                let frees = self
                    .completions
                    .newest(free)
                    .map(|ended| ended + window.span);
                frees.map_or(Duration::ZERO, |frees| frees.since(now))
            }),
        };
        guess.unwrap_or(LONGEST_GUESS).min(LONGEST_GUESS)
    }

    /// Between nothing and the policy's jitter, by what differs between two clients that were refused
    /// together: the nanosecond. The same facts give the same jitter, so that a test can repeat it.
    fn jitter(&self, id: PermitId, now: Moment) -> Duration {
        let drawn = scatter(now.as_nanos() ^ scatter(u64::from(id)));
        let most = self.policy.most_jitter().as_nanos();
        let part = (u128::from(drawn) * most.min(u128::from(u64::MAX))) >> u64::BITS;
        Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
    }
}

/// The finalizer of SplitMix64: every bit of the input moves every bit of the answer.
fn scatter(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The window nearest its limit; the shorter one of equals.
fn fullest(usage: &[WindowUse]) -> usize {
    let mut fullest = 0;
    let mut fullest_share = 0.0;
    for (index, entry) in usage.iter().enumerate() {
        let share = f64::from(entry.used) / f64::from(entry.limit.max(1));
        if share > fullest_share {
            (fullest, fullest_share) = (index, share);
        }
    }
    fullest
}
