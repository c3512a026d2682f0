//! The carriers that come with the crate, and what they share.
//!
//! Whatever can differ between two HTTP stacks to a caller's surprise (limits of
//! time and size, gzip, headers of their own, trust, proxies, names, the meaning of
//! errors) is written once here; a carrier adds connections and HTTP itself.

mod build;
mod classify;
mod coding;
mod exchange;
mod resolver;
mod tls;

#[cfg(feature = "hyper")]
mod connector;
#[cfg(feature = "nearest")]
mod dialer;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "reqwest")]
mod reqwest;

use std::time::Duration;

pub use build::BuildError;
#[cfg(feature = "nearest")]
pub(crate) use dialer::Dialer;
#[cfg(feature = "hyper")]
pub use hyper::HyperTransport;
#[cfg(feature = "reqwest")]
pub use reqwest::ReqwestTransport;

/// How long an unused connection is kept for the next request. Below the four
/// minutes after which the load balancers in front of such services forget it.
const IDLE_CONNECTION: Duration = Duration::from_secs(90);

/// How often a silent connection is probed, so that one whose other end vanished
/// is noticed within a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
