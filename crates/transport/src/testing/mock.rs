//! A transport with expectations.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::{Transport, TransportError};

mockall::mock! {
    /// A transport whose calls are expected one by one, see [mockall](https://docs.rs/mockall).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use quell_transport::testing::MockTransport;
    /// use quell_transport::{Transport, TransportError, TransportErrorKind};
    ///
    /// let mut transport = MockTransport::new();
    /// transport
    ///     .expect_send()
    ///     .once()
    ///     .withf(|request| request.uri().path() == "/api/machines")
    ///     .returning(|_| Err(TransportError::new(TransportErrorKind::Timeout)));
    ///
    /// let request = http::Request::get("https://api.example/api/machines");
    /// let answer = transport.send(request.body(bytes::Bytes::new()).unwrap()).await;
    /// assert_eq!(answer.unwrap_err().kind(), TransportErrorKind::Timeout);
    /// # }
    /// ```
    #[derive(Debug)]
    pub Transport {}

    #[async_trait]
    impl Transport for Transport {
        async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
    }
}
