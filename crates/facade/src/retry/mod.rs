//! When a request is repeated: one pure table, and the two things that bound it.
//!
//! [`rule`] is the whole table. It knows what happened and what a repetition would do;
//! it knows nothing of clocks, sockets or how often we tried. Attempts, budget and
//! deadline are the concern of those who ask it.
//!
//! | what happened | a read | an action |
//! | --- | --- | --- |
//! | 2xx | done | done |
//! | name not resolved, no connection, connection closed before the first byte | repeat | repeat |
//! | TLS failed, or the request cannot be sent at all | stop | stop |
//! | time-out, or the connection broke | repeat | **stop, outcome unknown** |
//! | answer too large, or not HTTP | stop | **stop, outcome unknown** |
//! | 429 | repeat when the service lets us | the same: it was refused before it began |
//! | 408, 500, 502, 503, 504 | repeat; after `Retry-After` if there is one | **stop, outcome unknown** |
//! | 401 | repeat once with a new token | the same |
//! | any other 4xx | stop | stop |
//! | any other status | stop | **stop, outcome unknown** |

mod budget;
mod course;
mod jitter;
mod policy;

use quell_transport::{Reach, TransportErrorKind};

use crate::Outcome;

pub(crate) use budget::Budget;
pub(crate) use course::{Course, Step};
pub(crate) use jitter::Jitter;
pub use policy::RetryPolicy;

/// What executing an operation a second time would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repetition {
    /// Nothing: it reads, or it ends in the same state.
    Harmless,
    /// Do the thing twice: it starts an action, or ends one that was started since.
    ActsAgain,
}

/// What came of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The service answered with this status.
    Answered(u16),
    /// There was no answer.
    Failed(TransportErrorKind),
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// The service did it: read the answer.
    Accept,
    /// Get a new token and repeat, but only once.
    RenewToken,
    /// Repeat when the limiter, which hears what the service said, lets us.
    RepeatWhenPermitted,
    /// Repeat after the time the service asked for, else after a growing one.
    RepeatLater,
    /// Give up; what is known of the effect goes to the caller.
    Stop(Outcome),
}

/// The table.
#[must_use]
pub const fn rule(event: Event, repetition: Repetition) -> Ruling {
    match event {
        Event::Answered(status) => answered(status, repetition),
        Event::Failed(kind) => failed(kind, repetition),
    }
}

const fn answered(status: u16, repetition: Repetition) -> Ruling {
    match status {
        200..=299 => Ruling::Accept,
        401 => Ruling::RenewToken,
        429 => Ruling::RepeatWhenPermitted,
        408 | 500 | 502..=504 => match repetition {
            Repetition::Harmless => Ruling::RepeatLater,
            Repetition::ActsAgain => Ruling::Stop(Outcome::Unknown),
        },
        400..=499 => Ruling::Stop(Outcome::NotPerformed),
        _ => Ruling::Stop(in_doubt(repetition)),
    }
}

const fn failed(kind: TransportErrorKind, repetition: Repetition) -> Ruling {
    use TransportErrorKind::{BodyTooLarge, Decode, InvalidRequest, Tls};
    match (kind, kind.reach(), repetition) {
        (Tls | InvalidRequest, _, _) => Ruling::Stop(Outcome::NotPerformed),
        (_, Reach::NotSent, _) => Ruling::RepeatLater,
        (_, Reach::Unknown, Repetition::ActsAgain) => Ruling::Stop(Outcome::Unknown),
        // The next answer would be as large, or as broken.
        (BodyTooLarge | Decode, _, _) => Ruling::Stop(Outcome::NotPerformed),
        (_, Reach::Unknown, Repetition::Harmless) => Ruling::RepeatLater,
    }
}

/// What is known of the effect when nobody can tell whether the request was executed.
pub(crate) const fn in_doubt(repetition: Repetition) -> Outcome {
    match repetition {
        Repetition::Harmless => Outcome::NotPerformed,
        Repetition::ActsAgain => Outcome::Unknown,
    }
}

/// What is known of the effect when a successful answer cannot be read.
pub(crate) const fn done(repetition: Repetition) -> Outcome {
    match repetition {
        Repetition::Harmless => Outcome::NotPerformed,
        Repetition::ActsAgain => Outcome::Performed,
    }
}
