//! Every store against the rules of quell-ratelimit, in processes that share and die.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod account;
mod clock;
mod conformance;
mod database;
mod file;
mod journal;
mod network;
mod outage;
mod processes;
mod tls;
mod worker;
