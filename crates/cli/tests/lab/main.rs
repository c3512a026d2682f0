//! `quell lab`, as whoever writes a client uses it.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod calls;
mod devices;
mod reinfect;
mod tls;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
