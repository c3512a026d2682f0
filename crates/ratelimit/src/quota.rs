use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// At most `limit` calls in any stretch of time as long as `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    limit: NonZeroU32,
    period: Duration,
}

impl Window {
    /// A window of `limit` calls in `period`.
    ///
    /// # Errors
    /// [`QuotaError::ZeroLimit`] or [`QuotaError::ZeroPeriod`]: such a window would never let a call
    /// through, or would limit nothing.
    pub fn new(limit: u32, period: Duration) -> Result<Self, QuotaError> {
        let limit = NonZeroU32::new(limit).ok_or(QuotaError::ZeroLimit)?;
        if period.is_zero() {
            return Err(QuotaError::ZeroPeriod);
        }
        Ok(Self { limit, period })
    }

    /// Calls that may fall into one period; at least 1.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit.get()
    }

    /// The length of the window; never zero.
    #[must_use]
    pub fn period(self) -> Duration {
        self.period
    }
}

/// Windows that hold together: a call goes out when every one of them has room.
///
/// Written `100/60s,1500/3600s`: calls, a slash, a length with one of the units
/// `ns`, `us`, `ms`, `s`, `m`, `h`, `d`. [`fmt::Display`] writes what [`FromStr`] reads, in seconds
/// where a length is whole seconds. The windows are kept in order of their length.
///
/// There is no default: what a service allows is a fact about that service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quota {
    windows: Vec<Window>,
}

impl Quota {
    /// A quota of these windows, in any order.
    ///
    /// # Errors
    /// [`QuotaError::NoWindow`] if there is none.
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Result<Self, QuotaError> {
        let mut windows: Vec<_> = windows.into_iter().collect();
        if windows.is_empty() {
            return Err(QuotaError::NoWindow);
        }
        windows.sort_by_key(|window| window.period);
        Ok(Self { windows })
    }

    /// Reads the form `100/60s,1500/3600s`.
    ///
    /// # Errors
    /// A [`QuotaError`] that names the part that could not be read.
    pub fn parse(text: &str) -> Result<Self, QuotaError> {
        text.parse()
    }

    /// The windows, the shortest first; at least one.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// How many of the latest calls decide everything: the largest limit.
    pub(crate) fn largest_limit(&self) -> usize {
        let largest = self.windows.iter().map(|window| window.limit()).max();
        largest.map_or(1, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

impl From<Window> for Quota {
    fn from(window: Window) -> Self {
        Self {
            windows: vec![window],
        }
    }
}

/// Why something is not a [`Quota`] or a [`Window`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuotaError {
    /// No window at all.
    #[error("a quota needs at least one window, such as 100/60s")]
    NoWindow,
    /// A window without calls.
    #[error("a window needs a limit of at least 1 call")]
    ZeroLimit,
    /// A window without length.
    #[error("a window needs a period longer than zero")]
    ZeroPeriod,
    /// A part that is not of the form `100/60s`.
    #[error("{part:?} is not a window; write calls/length, such as 100/60s")]
    NotAWindow {
        /// The part as it was written, shortened.
        part: String,
    },
}

impl FromStr for Quota {
    type Err = QuotaError;

    fn from_str(text: &str) -> Result<Self, QuotaError> {
        if text.trim().is_empty() {
            return Err(QuotaError::NoWindow);
        }
        let windows: Result<Vec<_>, _> = text.split(',').map(str::parse).collect();
        Self::new(windows?)
    }
}

impl FromStr for Window {
    type Err = QuotaError;

    fn from_str(text: &str) -> Result<Self, QuotaError> {
        let text = text.trim();
        let not_a_window = || QuotaError::NotAWindow {
            part: text.chars().take(40).collect(),
        };
        let (limit, period) = text.split_once('/').ok_or_else(not_a_window)?;
        let limit = whole_number(limit).ok_or_else(not_a_window)?;
        let limit = u32::try_from(limit).map_err(|_| not_a_window())?;
        Self::new(limit, read_length(period).ok_or_else(not_a_window)?)
    }
}

/// What the written units are worth, in nanoseconds.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

fn read_length(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, worth) = UNITS.iter().find(|(name, _)| *name == unit)?;
    whole_number(number)?
        .checked_mul(*worth)
        .map(Duration::from_nanos)
}

/// Digits alone: no sign, as `u64::from_str` would allow one.
fn whole_number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.period.as_nanos();
        // Seconds and below only: `3600s` reads beside `Retry-After`, `1h` does not.
        let (unit, worth) = UNITS
            .iter()
            .skip_while(|(name, _)| *name != "s")
            .find(|(_, worth)| nanoseconds.is_multiple_of(u128::from(*worth)))
            .copied()
            .unwrap_or(("ns", 1));
        write!(
            f,
            "{}/{}{unit}",
            self.limit,
            nanoseconds / u128::from(worth)
        )
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, window) in self.windows.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            window.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quota_reads_every_unit_and_sorts_by_length() {
        let quota = Quota::parse("7/1d, 5/2h ,4/3m,3/60s,2/250ms,1/9us").unwrap();
        assert_eq!(
            quota.to_string(),
            "1/9us,2/250ms,3/60s,4/180s,5/7200s,7/86400s"
        );
    }

    #[test]
    fn quota_that_cannot_be_read_names_the_part() {
        for part in [
            "100", "100/", "/60s", "100/60", "+1/60s", "1/-60s", "1/60x", "1/é", "1 /60s",
        ] {
            let error = Quota::parse(&format!("5/1s,{part}")).unwrap_err();
            assert_eq!(
                error,
                QuotaError::NotAWindow { part: part.into() },
                "{part}"
            );
        }
        assert_eq!(Quota::parse("0/60s"), Err(QuotaError::ZeroLimit));
        assert_eq!(Quota::parse("1/0s"), Err(QuotaError::ZeroPeriod));
        assert_eq!(Quota::parse(" "), Err(QuotaError::NoWindow));
        assert!(matches!(
            Quota::parse("1/99999999999d"),
            Err(QuotaError::NotAWindow { .. })
        ));
        assert!(matches!(
            Quota::parse("4294967296/1s"),
            Err(QuotaError::NotAWindow { .. })
        ));
    }

    proptest! {
        #[test]
        fn quota_survives_being_written_and_read(
            windows in prop::collection::vec((1_u32.., 1_u64..), 1..5),
        ) {
            let windows = windows.into_iter().map(|(limit, nanoseconds)| {
                Window::new(limit, Duration::from_nanos(nanoseconds)).unwrap()
            });
            let quota = Quota::new(windows).unwrap();
            prop_assert_eq!(Quota::parse(&quota.to_string()).unwrap(), quota);
        }

        #[test]
        fn quota_never_panics_on_any_text(text in ".*") {
            let _ = Quota::parse(&text);
        }
    }
}
