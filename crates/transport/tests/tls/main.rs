//! The carriers over real TLS: whom they trust, and HTTP/2.

#![cfg(all(feature = "reqwest", feature = "hyper"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod fixture;
mod http2;
#[cfg(target_os = "linux")]
mod platform;
mod trust;
