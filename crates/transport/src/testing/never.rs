//! A service that accepts every request and answers none.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::{Transport, TransportError};

/// Never answers: for timeouts and cancellation in virtual time.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverTransport;

#[async_trait]
impl Transport for NeverTransport {
    async fn send(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        std::future::pending().await
    }
}
