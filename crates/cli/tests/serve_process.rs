//! `quell serve` as a process: signals, its supervisor, its certificate, and a store that cannot.

#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod serve_process {
    pub(crate) mod act;
    pub(crate) mod client;
    mod copies;
    mod drain;
    mod renewal;
    mod store;
    mod tenants;
    mod traces;
    mod trail;
}
