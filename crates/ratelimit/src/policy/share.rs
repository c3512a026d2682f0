use std::fmt;
use std::str::FromStr;

/// The part of a limit that is ours, where others use the same budget.
///
/// Written `75%` or `leave 150`. Whatever it says, at least one call of a window is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// Parts of a million, so that a policy can be compared.
    Millionths(u32),
    Leave(u32),
}

const WHOLE: u32 = 1_000_000;

impl Share {
    /// The whole limit: nobody else uses it.
    pub const FULL: Self = Self(Kind::Millionths(WHOLE));

    /// This part of the limit, rounded down. Below 0 (or not a number) counts as 0, above 1 as 1.
    #[must_use]
    pub fn fraction(of_the_limit: f64) -> Self {
        // The cast saturates, and the clamp has taken what is out of range; NaN becomes 0.
        Self(Kind::Millionths(
            (of_the_limit.clamp(0.0, 1.0) * f64::from(WHOLE)).round() as u32,
        ))
    }

    /// So many parts of a hundred, rounded down; above 100 counts as 100.
    #[must_use]
    pub const fn percent(of_the_limit: u32) -> Self {
        let most = if of_the_limit > 100 {
            100
        } else {
            of_the_limit
        };
        Self(Kind::Millionths(most * (WHOLE / 100)))
    }

    /// All but so many calls, which others may make.
    #[must_use]
    pub const fn leave(calls_for_others: u32) -> Self {
        Self(Kind::Leave(calls_for_others))
    }

    /// The calls of this limit that are ours; at least 1.
    #[must_use]
    pub fn of(self, limit: u32) -> u32 {
        let ours = match self.0 {
            Kind::Millionths(part) => {
                let ours = u64::from(limit) * u64::from(part) / u64::from(WHOLE);
                u32::try_from(ours).unwrap_or(limit)
            }
            Kind::Leave(others) => limit.saturating_sub(others),
        };
        ours.max(1)
    }
}

impl Default for Share {
    fn default() -> Self {
        Self::FULL
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Millionths(part) => write!(f, "{}%", f64::from(part) / 10_000.0),
            Kind::Leave(others) => write!(f, "leave {others}"),
        }
    }
}

/// The text is not of the form `75%` or `leave 150`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no share of a limit; write 75% or leave 150")]
pub struct ShareError {
    /// What was written, shortened.
    text: String,
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(written: &str) -> Result<Self, ShareError> {
        let text = written.trim();
        let percent = || {
            let percent: f64 = text.strip_suffix('%')?.trim_end().parse().ok()?;
            (0.0..=100.0)
                .contains(&percent)
                .then(|| Self::fraction(percent / 100.0))
        };
        let leave = || {
            let calls = text.strip_prefix("leave ")?.trim_start();
            let unsigned = calls.bytes().all(|byte| byte.is_ascii_digit());
            unsigned
                .then(|| calls.parse().ok())
                .flatten()
                .map(Self::leave)
        };
        percent().or_else(leave).ok_or_else(|| ShareError {
            text: text.chars().take(40).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn share_rounds_down_and_keeps_one_call() {
        assert_eq!(Share::FULL.of(100), 100);
        assert_eq!(Share::percent(75).of(1500), 1125);
        assert_eq!(Share::percent(75).of(10), 7);
        assert_eq!(Share::fraction(0.0).of(100), 1);
        assert_eq!(Share::fraction(f64::NAN).of(100), 1);
        assert_eq!(Share::fraction(7.0).of(100), 100);
        assert_eq!(Share::leave(25).of(100), 75);
        assert_eq!(Share::leave(2000).of(1500), 1);
        assert_eq!(Share::FULL.of(u32::MAX), u32::MAX);
    }

    #[test]
    fn share_reads_what_it_writes_and_refuses_the_rest() {
        for text in ["75%", "0%", "100%", "12.5%", "leave 150", "leave 0"] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        }
        for text in [
            "", "75", "101%", "-1%", "NaN%", "leave", "leave -1", "leave +1", "leave x",
        ] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn share_never_panics_and_never_exceeds(text in ".*", limit in 1_u32..) {
            if let Ok(share) = text.parse::<Share>() {
                prop_assert!((1..=limit).contains(&share.of(limit)));
            }
        }

        #[test]
        fn every_percentage_survives_being_written(percent in 0_u32..=100, limit in 1_u32..) {
            let share = Share::percent(percent);
            prop_assert_eq!(share.to_string().parse::<Share>().unwrap().of(limit), share.of(limit));
        }
    }
}
