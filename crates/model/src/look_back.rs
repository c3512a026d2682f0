//! How far back a question reaches.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits;

/// How many hours the statistics of a file look back: from one to [`limits::LOOK_BACK`], which is
/// thirty days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct LookBackHours(u16);

/// A number of hours that the service does not look back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the service looks back from 1 to {most} hours, not {hours}", most = limits::LOOK_BACK)]
pub struct InvalidLookBack {
    hours: u16,
}

impl LookBackHours {
    /// As far as the service looks.
    pub const MOST: Self = Self(limits::LOOK_BACK);

    /// Takes a number of hours.
    ///
    /// # Errors
    /// [`InvalidLookBack`] for none, and for more than [`limits::LOOK_BACK`].
    pub const fn new(hours: u16) -> Result<Self, InvalidLookBack> {
        if hours >= 1 && hours <= limits::LOOK_BACK {
            Ok(Self(hours))
        } else {
            Err(InvalidLookBack { hours })
        }
    }

    /// The number of hours.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for LookBackHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u16> for LookBackHours {
    type Error = InvalidLookBack;

    fn try_from(hours: u16) -> Result<Self, InvalidLookBack> {
        Self::new(hours)
    }
}

impl From<LookBackHours> for u16 {
    fn from(hours: LookBackHours) -> Self {
        hours.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_is_a_number_and_refuses_what_new_refuses() {
        let hours: LookBackHours = serde_json::from_str("48").expect("two days");
        assert_eq!(serde_json::to_string(&hours).expect("json"), "48");
        assert!(serde_json::from_str::<LookBackHours>("721").is_err());
    }

    #[test]
    fn one_hour_to_thirty_days_are_taken() {
        for hours in [1, 48, 720] {
            assert_eq!(LookBackHours::new(hours).map(LookBackHours::get), Ok(hours));
        }
        for hours in [0, 721, u16::MAX] {
            assert_eq!(LookBackHours::new(hours), Err(InvalidLookBack { hours }));
        }
        assert_eq!(
            InvalidLookBack { hours: 721 }.to_string(),
            "the service looks back from 1 to 720 hours, not 721"
        );
    }
}
