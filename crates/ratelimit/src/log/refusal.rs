use std::time::Duration;

use super::{Limited, RollingLog};
use crate::learning::Refusal;
use crate::{Moment, PermitId, PushBack, WindowUse};

/// Added to what the service asked for: services round to whole seconds, some of them down.
const ROUNDING: Duration = Duration::from_secs(1);
/// A longer pause than this is a mistake for windows of at most an hour.
const LONGEST_PAUSE: Duration = Duration::from_secs(65 * 60);
/// The longest pause where the service did not say how long.
const LONGEST_GUESS: Duration = Duration::from_secs(10 * 60);

impl RollingLog {
    /// Records a response that refused the call for its rate. The call still counts, since some
    /// services count what they refuse; all sends pause as long as the service asked plus 1 s, at
    /// least 1 s and at most 65 min. With learning on, limits or spacing are adjusted once for
    /// all refusals of calls that were already out.
    pub fn refused(&mut self, id: PermitId, push_back: &PushBack, now: Moment) {
        let now = self.advance(now);
        let usage = self.usage(now);
        let granted = self.in_flight.get(id).map(|open| open.granted);
        let admitted = self.admitted_before(id, now);
        self.complete(id, now);
        self.refusals.record(now);

        let asked = push_back.asked_wait();
        let wait = asked.unwrap_or_else(|| self.guessed_wait(push_back, &usage, now));
        self.paused_until = self.paused_until.max(now + pause(wait));

        if let (Some(learning), Some(granted)) = (&mut self.learning, granted) {
            let (usage, resumes) = (&admitted, self.paused_until);
            learning.learn(&Refusal {
                push_back,
                usage,
                granted,
                now,
                resumes,
            });
            self.take_over_limits();
        }
    }

    /// What the service had admitted, as far as we can tell, when it refused this call: all that
    /// was granted before it, less what was refused.
    fn admitted_before(&self, id: PermitId, now: Moment) -> Vec<WindowUse> {
        let open = self.in_flight.granted_before(id);
        let admitted = |window: &Limited| {
            let answered = self.completions.within(window.span, now);
            let refused = self.refusals.within(window.span, now);
            window.with_use(open.saturating_add(answered.saturating_sub(refused)))
        };
        self.windows.iter().map(admitted).collect()
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
}

fn pause(wait: Duration) -> Duration {
    wait.saturating_add(ROUNDING).min(LONGEST_PAUSE)
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
