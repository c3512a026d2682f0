//! To and from jiff's moments.

use thiserror::Error;

use super::{NANOSECONDS_PER_TICK, Timestamp};

/// A moment that the one type has and the other has not: jiff's begins before the year 1, and ends
/// a day before the year 9999 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the moment lies outside of what the other type of time can hold")]
pub struct OutOfRange;

/// As [`NANOSECONDS_PER_TICK`], of the width in which jiff counts.
const PER_TICK: i128 = NANOSECONDS_PER_TICK as i128;

impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = OutOfRange;

    fn try_from(moment: Timestamp) -> Result<Self, OutOfRange> {
        let nanoseconds = i128::from(moment.unix_ticks()) * PER_TICK;
        Self::from_nanosecond(nanoseconds).map_err(|_| OutOfRange)
    }
}

impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = OutOfRange;

    /// A fraction of a tick is dropped: the moment becomes the tick in which it lies.
    fn try_from(moment: jiff::Timestamp) -> Result<Self, OutOfRange> {
        let ticks = moment.as_nanosecond().div_euclid(PER_TICK);
        let ticks = i64::try_from(ticks).map_err(|_| OutOfRange)?;
        let found = Self::from_unix_ticks(ticks);
        if found.unix_ticks() == ticks {
            Ok(found)
        } else {
            Err(OutOfRange)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_show_the_same_moment() {
        let ours: Timestamp = "2024-10-21T11:25:48.3308187Z".parse().expect("a moment");
        let theirs = jiff::Timestamp::try_from(ours).expect("in range");
        assert_eq!(theirs.to_string(), ours.to_string());
    }

    #[test]
    fn what_the_other_has_not_is_refused() {
        assert_eq!(jiff::Timestamp::try_from(Timestamp::LAST), Err(OutOfRange));
        assert!(jiff::Timestamp::try_from(Timestamp::NEVER).is_ok());
        assert_eq!(Timestamp::try_from(jiff::Timestamp::MIN), Err(OutOfRange));
        assert!(Timestamp::try_from(jiff::Timestamp::MAX).is_ok());
    }

    #[test]
    fn a_fraction_of_a_tick_is_dropped_before_the_epoch_too() {
        let just_before = jiff::Timestamp::from_nanosecond(-1).expect("in range");
        let tick = Timestamp::try_from(just_before).expect("in range");
        assert_eq!(tick.unix_ticks(), -1);
    }

    proptest! {
        #[test]
        fn there_and_back(ticks in Timestamp::NEVER.unix_ticks()..=Timestamp::LAST.unix_ticks()) {
            let ours = Timestamp::from_unix_ticks(ticks);
            if let Ok(theirs) = jiff::Timestamp::try_from(ours) {
                prop_assert_eq!(Timestamp::try_from(theirs), Ok(ours));
            }
        }
    }
}
