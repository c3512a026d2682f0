//! Sending the trail elsewhere: what stands in another place cannot be changed in this one.
//!
//! Each receiver has a courier of its own, which reads the trail behind the API's back and keeps in
//! the store how far its receiver got: one that is slow or dead slows nobody down, and gets all
//! that it missed.

mod courier;
mod destination;
mod file;
mod syslog;
mod webhook;

use std::fmt::Debug;

use async_trait::async_trait;
use quell_transport::TransportError;

use crate::core::TenantId;
use crate::store::record::KeptEntry;

pub(crate) use courier::Courier;
pub use destination::{Destination, InvalidDestination, SyslogAddress};

/// A receiver did not get something, or did not say that it did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// A file or a socket takes nothing.
    #[error("it takes nothing")]
    Io(#[from] std::io::Error),
    /// No request can be made of what it should get.
    #[error("the request cannot be written")]
    Request(#[source] http::Error),
    /// It was not reached, or gave no answer.
    #[error("it gives no answer")]
    Transport(#[source] TransportError),
    /// It answered that it does not take it.
    #[error("it answered {0}")]
    Status(http::StatusCode),
}

/// Gets entries, in their order. One that failed is delivered again, with those behind it: so each
/// comes at least once, and its tenant and number say whether it came before.
#[async_trait]
trait Receiver: Debug + Send {
    /// Returns when the receiver has them, as well as that can be known.
    async fn deliver(
        &mut self,
        tenant: TenantId,
        entries: &[KeptEntry],
    ) -> Result<(), DeliveryError>;
}
