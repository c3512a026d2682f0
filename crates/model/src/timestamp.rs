//! Moments as the service writes them: UTC, in steps of 100 nanoseconds.

mod calendar;
#[cfg(feature = "jiff02")]
mod jiff02;
mod text;

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(feature = "jiff02")]
pub use jiff02::OutOfRange;
pub use text::ParseTimestampError;

const TICKS_PER_SECOND: i64 = 10_000_000;
const NANOSECONDS_PER_TICK: u32 = 100;

/// A moment in UTC, counted in ticks of 100 nanoseconds since the Unix epoch.
///
/// It covers the years 1 to 9999, as the service's own type does, and is written as the service
/// writes it: RFC 3339 with `Z` and up to seven digits of fraction, trailing zeros trimmed.
/// This type knows no clock: the present moment comes from whoever has one, as a [`SystemTime`].
///
/// ```
/// use quell_model::Timestamp;
///
/// let created: Timestamp = "2024-03-05T06:07:08.1230000+01:00".parse()?;
/// assert_eq!(created.to_string(), "2024-03-05T05:07:08.123Z");
/// # Ok::<(), quell_model::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// `0001-01-01T00:00:00Z`: the first moment, by which the service says "never".
    pub const NEVER: Self = Self(calendar::FIRST_SECOND * TICKS_PER_SECOND);
    /// `9999-12-31T23:59:59.9999999Z`: the last moment.
    pub const LAST: Self = Self((calendar::LAST_SECOND + 1) * TICKS_PER_SECOND - 1);
    /// `1970-01-01T00:00:00Z`.
    pub const UNIX_EPOCH: Self = Self(0);

    /// The moment so many ticks of 100 ns after (or before) the Unix epoch; what lies outside the
    /// years 1 to 9999 becomes the nearest moment inside.
    #[must_use]
    pub fn from_unix_ticks(ticks: i64) -> Self {
        Self(ticks.clamp(Self::NEVER.0, Self::LAST.0))
    }

    /// The moment so many seconds after (or before) the Unix epoch, within the years 1 to 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_unix_ticks(seconds.saturating_mul(TICKS_PER_SECOND))
    }

    /// Ticks of 100 ns since the Unix epoch.
    #[must_use]
    pub const fn unix_ticks(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(TICKS_PER_SECOND)
    }

    /// Whether the service means "never": any moment of the year 1.
    #[must_use]
    pub fn is_never(self) -> bool {
        self.0 < (calendar::FIRST_SECOND + 365 * 86_400) * TICKS_PER_SECOND
    }

    /// This much later, at most the last moment. A fraction of a tick is dropped.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self::from_unix_ticks(self.0.saturating_add(ticks(duration)))
    }

    /// This much earlier, at least the first moment. A fraction of a tick is dropped.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self::from_unix_ticks(self.0.saturating_sub(ticks(duration)))
    }

    /// The time since an earlier moment; nothing if that moment is in fact later.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        let ticks = u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0);
        duration(ticks)
    }

    /// The moment in the platform's clock; `None` where that clock does not reach so far.
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = duration(self.0.unsigned_abs());
        if self.0 >= 0 {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        }
    }
}

fn ticks(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos() / u128::from(NANOSECONDS_PER_TICK)).unwrap_or(i64::MAX)
}

fn duration(ticks: u64) -> Duration {
    let per_second = TICKS_PER_SECOND.unsigned_abs();
    let fraction = u32::try_from(ticks % per_second).unwrap_or(0);
    Duration::new(ticks / per_second, fraction * NANOSECONDS_PER_TICK)
}

impl From<SystemTime> for Timestamp {
    /// A fraction of a tick is dropped; what lies outside the years 1 to 9999 is moved inside.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self::UNIX_EPOCH.saturating_add(after),
            Err(before) => Self::UNIX_EPOCH.saturating_sub(before.duration()),
        }
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text::parse(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(text::Written::of(*self).as_str())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text::Written::of(*self).as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time of RFC 3339")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ends_of_time_are_shown_and_read_back() {
        assert_eq!(Timestamp::NEVER.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Timestamp::LAST.to_string(), "9999-12-31T23:59:59.9999999Z");
        assert_eq!("0001-01-01T00:00:00Z".parse(), Ok(Timestamp::NEVER));
        assert_eq!("9999-12-31T23:59:59.9999999Z".parse(), Ok(Timestamp::LAST));
    }

    #[test]
    fn never_is_the_whole_first_year() {
        let last_of_it: Timestamp = "0001-12-31T23:59:59.9999999Z".parse().expect("a moment");
        assert!(Timestamp::NEVER.is_never() && last_of_it.is_never());
        assert!(
            !last_of_it
                .saturating_add(Duration::from_nanos(100))
                .is_never()
        );
    }

    #[test]
    fn arithmetic_stays_inside() {
        assert_eq!(
            Timestamp::LAST.saturating_add(Duration::MAX),
            Timestamp::LAST
        );
        assert_eq!(
            Timestamp::NEVER.saturating_sub(Duration::MAX),
            Timestamp::NEVER
        );
        assert_eq!(Timestamp::from_unix_ticks(i64::MIN), Timestamp::NEVER);
        assert_eq!(Timestamp::from_unix_seconds(i64::MAX), Timestamp::LAST);
        let hour = Duration::from_secs(3600);
        let later = Timestamp::UNIX_EPOCH.saturating_add(hour);
        assert_eq!(later.saturating_duration_since(Timestamp::UNIX_EPOCH), hour);
        assert_eq!(
            Timestamp::UNIX_EPOCH.saturating_duration_since(later),
            Duration::ZERO
        );
    }

    #[test]
    fn seconds_are_rounded_down_before_the_epoch_too() {
        assert_eq!(Timestamp::from_unix_ticks(-1).unix_seconds(), -1);
        assert_eq!(Timestamp::from_unix_ticks(19_999_999).unix_seconds(), 1);
    }

    proptest! {
        #[test]
        fn any_moment_is_read_back(ticks in Timestamp::NEVER.0..=Timestamp::LAST.0) {
            let moment = Timestamp::from_unix_ticks(ticks);
            prop_assert_eq!(moment.unix_ticks(), ticks);
            prop_assert_eq!(moment.to_string().parse::<Timestamp>(), Ok(moment));
        }

        #[test]
        fn system_clock_gives_the_same_moment(seconds in 0_i64..4_000_000_000, fraction in 0_i64..10_000_000) {
            let moment = Timestamp::from_unix_ticks(seconds * TICKS_PER_SECOND + fraction);
            let system = moment.to_system_time().expect("within the clock");
            prop_assert_eq!(Timestamp::from(system), moment);
        }

        #[test]
        fn text_orders_as_moments_do(left in 0_i64..4_000_000_000, right in 0_i64..4_000_000_000) {
            let (left, right) = (Timestamp::from_unix_seconds(left), Timestamp::from_unix_seconds(right));
            prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        }
    }
}
