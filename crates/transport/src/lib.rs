#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod carrier;
mod endpoint;
mod error;
#[cfg(feature = "nearest")]
pub mod nearest;
mod options;
#[cfg(feature = "tower")]
mod service;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;

#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub use carrier::BuildError;
#[cfg(feature = "hyper")]
pub use carrier::HyperTransport;
#[cfg(feature = "reqwest")]
pub use carrier::ReqwestTransport;
pub use endpoint::{Endpoint, EndpointError, ForeignHost, HostPolicy, NextLinkError, TargetError};
pub use error::{Reach, TransportError, TransportErrorKind};
pub use options::{
    Proxy, ProxyError, ProxyRoute, RootCertificate, RootCertificates, TransportOptions,
};
#[cfg(feature = "tower")]
pub use service::{ServiceTransport, TransportService};
pub use transport::{SharedTransport, Transport};

/// The guide's code is compiled and run with the rest.
#[cfg(all(doctest, feature = "hyper", feature = "testing"))]
#[doc = include_str!("../guide.md")]
mod guide {}
