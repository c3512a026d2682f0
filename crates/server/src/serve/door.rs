//! What stands behind a listener.

use std::fmt::Debug;
use std::net::SocketAddr;

use axum::body::Body;
use axum::response::Response;
use http::Request;

/// Answers the requests of a listener.
pub(super) trait Answer: Debug + Send + Sync + 'static {
    /// Answers one request of the peer at this address; never fails, for a refusal is an answer.
    fn answer(
        &self,
        peer: SocketAddr,
        request: Request<Body>,
    ) -> impl Future<Output = Response> + Send;
}
