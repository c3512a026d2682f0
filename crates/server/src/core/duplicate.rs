//! A second request while one is active.
//!
//! The service answers one of two ways, and which of them depends on the time that has passed: the
//! pending action again, or a refusal. Here a short window decides: within it a repeat is taken for
//! the same request sent twice.

use std::time::Duration;

use quell_model::Timestamp;

/// How repeats are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateRule {
    /// Until this long after its creation, an active action is answered again.
    pub window: Duration,
}

impl Default for DuplicateRule {
    /// One minute: longer than any client's time-out and retry, shorter than a person's second
    /// thought.
    fn default() -> Self {
        Self {
            window: Duration::from_secs(60),
        }
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It makes an action.
    New,
    /// It is answered with the active action.
    Again,
    /// It is refused: `ActiveRequestAlreadyExists`.
    Refused,
}

impl DuplicateRule {
    /// Decides, given when the active action for the same machine and file was created.
    #[must_use]
    pub fn judge(self, active_since: Option<Timestamp>, now: Timestamp) -> Fate {
        match active_since {
            None => Fate::New,
            Some(since) if now.saturating_duration_since(since) < self.window => Fate::Again,
            Some(_) => Fate::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeat_is_answered_again_within_the_window_and_refused_after_it() {
        let rule = DuplicateRule::default();
        let at = Timestamp::from_unix_seconds;
        assert_eq!(rule.judge(None, at(0)), Fate::New);
        assert_eq!(rule.judge(Some(at(0)), at(0)), Fate::Again);
        assert_eq!(rule.judge(Some(at(0)), at(59)), Fate::Again);
        assert_eq!(rule.judge(Some(at(0)), at(60)), Fate::Refused);
    }

    #[test]
    fn clock_set_back_repeats_rather_than_refuses() {
        let at = Timestamp::from_unix_seconds;
        assert_eq!(
            DuplicateRule::default().judge(Some(at(100)), at(0)),
            Fate::Again
        );
    }

    #[test]
    fn window_of_nothing_always_refuses() {
        let rule = DuplicateRule {
            window: Duration::ZERO,
        };
        let at = Timestamp::from_unix_seconds;
        assert_eq!(rule.judge(Some(at(5)), at(5)), Fate::Refused);
    }
}
