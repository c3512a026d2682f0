//! The carriers over real TLS: whom they trust, tunnels to it, and HTTP/2.

#![cfg(all(feature = "nearest", feature = "reqwest013", feature = "rustls023"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod fixture;
mod foreign;
mod http2;
#[cfg(target_os = "linux")]
mod platform;
mod trust;
mod tunnel;
