#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod budget;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod clock;
mod error;
mod journal;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod ledger;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod stored;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use clock::{Clock, SinceBoot, Stamp};
pub use error::{Cause, StateError};
pub use journal::{Attempt, Attempts, Begun, Entry, Filter, Intent, IntentId, Journal, Settlement};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresOptions, PostgresState, PostgresWire, ServerTrust};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteState;

/// The guide's code is compiled with the rest.
#[cfg(all(doctest, feature = "sqlite", feature = "postgres"))]
#[doc = include_str!("../guide.md")]
mod guide {}
