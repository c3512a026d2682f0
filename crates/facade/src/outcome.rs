//! What is known of an operation's effect after an error.

use std::fmt;

/// Whether the service did what was asked, as far as an error can tell.
///
/// A read has no effect, so a read that failed was simply [`NotPerformed`](Self::NotPerformed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was certainly not done: no byte of the request left, or the service refused it.
    NotPerformed,
    /// It was done, but the service's answer could not be read.
    Performed,
    /// It may have been done. Look at the list of actions before asking again.
    Unknown,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPerformed => "not performed",
            Self::Performed => "performed",
            Self::Unknown => "outcome unknown",
        })
    }
}
