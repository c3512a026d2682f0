//! The crate from outside: the log against simulated services, the limiter on a paused clock.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod arrivals;
mod campaign;
#[cfg(feature = "testing")]
mod conformance;
mod decisions;
mod history;
mod interleavings;
mod learning;
mod limiter;
mod limiter_cancel;
mod limiter_priority;
mod world;
