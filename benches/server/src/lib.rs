//! Loads a real `quell serve` from another process and says what it bears.
//!
//! The client is hyper on one thread: connections that are kept alive, each with one request at a time, which is
//! sent when the one before is answered. What is compared with the server is a process of the same kind and gets
//! the same load in the same run, in turns.

#![forbid(unsafe_code)]
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark stops at the first thing that is not as expected, and prints its tables"
)]

pub mod connection;
pub mod devices;
pub mod fill;
pub mod fsync;
pub mod latency;
pub mod load;
pub mod memory;
pub mod peer;
pub mod processor;
pub mod slow;
pub mod stage;
pub mod turns;
