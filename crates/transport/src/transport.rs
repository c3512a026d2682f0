//! The one seam: a request goes in, an answer comes out.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::TransportError;

/// Carries one HTTP request to its answer.
///
/// # Contract
///
/// An implementation keeps these promises; the suite `testing::conformance`
/// (feature `testing`) holds it to them.
///
/// - **Any answer is `Ok`.** A status of 404, 429 or 503 is the caller's to read.
///   Redirects are answers too and are never followed: the request carries credentials.
/// - **One `send` is at most one arrival.** Nothing is repeated here, whatever
///   went wrong: the caller alone knows what may be executed twice, and counts
///   every arrival against a quota.
/// - **[`Reach::NotSent`](crate::Reach::NotSent) is a proof.** It is answered only
///   if no byte of the request can have reached the service. When in doubt the
///   error is `Unknown`, which is never wrong.
/// - **The answer is whole.** A body that ends early is an error, and so is one
///   that exceeds the cap of [`TransportOptions`](crate::TransportOptions); a part is never passed off as the whole.
/// - **Errors keep secrets.** No URL, header or body of the request appears in
///   an error's `Display` or `Debug`, or in those of its sources.
/// - **Cancellation is dropping the future.** The request is then abandoned where
///   it stands, and its reach is unknown. Nothing of it continues in the background.
///
/// The request's URI is absolute, and its path and query are percent-encoded.
/// `Host`, `Content-Length` and what the connection needs are the transport's to
/// add; other headers and the body travel unchanged.
///
/// Implementations are shared between tasks; several `send`s run side by side.
/// To add behaviour, wrap one `Transport` in another: `Arc<T>` is a `Transport` too.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends the request and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// When there is no answer; [`TransportError::reach`] says whether the
    /// service may have acted nevertheless.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request).await
    }
}

/// A transport of any make, cheap to clone and free of type parameters.
#[derive(Clone, Debug)]
pub struct SharedTransport(Arc<dyn Transport>);

impl SharedTransport {
    /// Sends the request and waits for the whole answer, see [`Transport::send`].
    ///
    /// # Errors
    ///
    /// Those of the transport inside.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.send(request).await
    }

    /// The transport inside, for instance to wrap it in another one.
    #[must_use]
    pub fn into_inner(self) -> Arc<dyn Transport> {
        self.0
    }
}

impl<T: Transport> From<T> for SharedTransport {
    fn from(transport: T) -> Self {
        Self(Arc::new(transport))
    }
}
