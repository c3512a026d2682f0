//! How many entities are asked for at most.

use std::fmt;

use thiserror::Error;

use crate::limits;

/// A number of entities for `$top`, at most [`limits::PAGE_SIZE`].
///
/// ```
/// use quell_model::odata::Top;
///
/// assert_eq!(Top::new(20)?.get(), 20);
/// assert!(Top::new(10_001).is_err());
/// assert_eq!(Top::from(10_001), Top::MOST);
/// # Ok::<(), quell_model::odata::TopTooLarge>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Top(u32);

/// More entities are asked for than the service gives at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "{asked} entities are more than the {} that the service gives at once",
    Top::MOST
)]
pub struct TopTooLarge {
    asked: u32,
}

impl Top {
    /// As many as the service gives at once.
    pub const MOST: Self = Self(limits::PAGE_SIZE);

    /// So many.
    ///
    /// # Errors
    /// [`TopTooLarge`] when it is more than the service gives at once.
    pub const fn new(count: u32) -> Result<Self, TopTooLarge> {
        if count <= Self::MOST.0 {
            Ok(Self(count))
        } else {
            Err(TopTooLarge { asked: count })
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl From<u32> for Top {
    /// So many, or as many as the service gives at once.
    fn from(count: u32) -> Self {
        Self::new(count).unwrap_or(Self::MOST)
    }
}

impl fmt::Display for Top {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
