//! When another issuer's keys are fetched anew.
//!
//! Keys change without notice, and a token may name a key that was not there a moment ago. But a
//! stranger can name any key: he must not have the issuer asked for every token that he makes up. And
//! an issuer that is down for an hour must not shut everybody out who holds a good token.

use std::time::Duration;

/// How old keys may be before they are looked at again in passing.
pub const FRESH: Duration = Duration::from_secs(60 * 60);
/// How old keys may be that are still used while the issuer does not answer.
pub const USABLE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long to wait between two attempts, whatever came of the last.
pub const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(60);

/// What to do about a token that names a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The key is known: use it.
    Use,
    /// Use it, and fetch the keys anew beside that.
    UseAndRefresh,
    /// Fetch the keys, and look again.
    Fetch,
    /// There is no such key.
    Unknown,
    /// It cannot be known whether there is.
    Unavailable,
}

impl Choice {
    /// Decides. `known`: a key of this name was in the last answer; `age`: how old that answer is, if
    /// there was one; `waited`: how long ago the last attempt was, if there was one.
    #[must_use]
    pub fn of(known: bool, age: Option<Duration>, waited: Option<Duration>) -> Self {
        let may_try = waited.is_none_or(|waited| waited >= BETWEEN_ATTEMPTS);
        let usable = age.filter(|age| *age < USABLE);
        match usable {
            Some(age) if known && may_try && age >= FRESH => Self::UseAndRefresh,
            Some(_) if known => Self::Use,
            _ if may_try => Self::Fetch,
            Some(_) => Self::Unknown,
            None => Self::Unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(known: bool, age: Option<u64>, waited: Option<u64>) -> Choice {
        let seconds = |number: Option<u64>| number.map(Duration::from_secs);
        Choice::of(known, seconds(age), seconds(waited))
    }

    #[test]
    fn known_key_is_used_and_looked_at_again_after_an_hour() {
        assert_eq!(choose(true, Some(0), Some(0)), Choice::Use);
        assert_eq!(choose(true, Some(3599), Some(3599)), Choice::Use);
        assert_eq!(choose(true, Some(3600), Some(3600)), Choice::UseAndRefresh);
        assert_eq!(
            choose(true, Some(3600), Some(59)),
            Choice::Use,
            "the issuer is down"
        );
    }

    #[test]
    fn unknown_key_is_fetched_once_a_minute() {
        assert_eq!(choose(false, None, None), Choice::Fetch);
        assert_eq!(choose(false, Some(10), Some(59)), Choice::Unknown);
        assert_eq!(choose(false, Some(10), Some(60)), Choice::Fetch);
    }

    #[test]
    fn issuer_that_is_down_shuts_nobody_out_for_a_day() {
        let day = 24 * 60 * 60;
        assert_eq!(choose(true, Some(day - 1), Some(5)), Choice::Use);
        assert_eq!(choose(true, Some(day), Some(5)), Choice::Unavailable);
        assert_eq!(choose(true, Some(day), Some(60)), Choice::Fetch);
        assert_eq!(choose(false, None, Some(5)), Choice::Unavailable);
    }
}
