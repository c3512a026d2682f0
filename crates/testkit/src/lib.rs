//! Whole-process tests: a real server, a real agent, real victims.
//!
//! A [`World`] is one temporary directory with a `quell serve` process, an enrolled device and a
//! `quell agent run` process in it, driven through the command line as an operator would, and killed
//! whenever a test wants. Its agent is confined to files below the world's directory and to
//! descendants of the test's own process, so that no test can touch anything else.
//!
//! The tests themselves stand in `crates/cli/tests`, because only there Cargo says where the
//! executable is.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this crate is used by tests only: a broken expectation should fail the test where it stands"
)]

mod command;
mod device;
mod lab;
mod postgres;
mod process;
mod relay;
mod victim;
mod wire;
mod world;

pub use command::{Outcome, Quell};
pub use device::Device;
pub use lab::Lab;
pub use postgres::Postgres;
pub use process::{Process, children_of, ends_soon};
pub use relay::{Exchange, Relay, Stop};
pub use victim::Victim;
pub use wire::Wire;
pub use world::{Application, Setup, World};
