//! A conversation that is known in advance.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};

use super::lock;
use crate::{Transport, TransportError, TransportErrorKind};

type Line = Result<Response<Bytes>, TransportError>;

/// Answers from a queue and records what was asked. Clones share both.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use http::StatusCode;
/// use quell_transport::{Transport, testing::ScriptedTransport};
///
/// let transport = ScriptedTransport::new();
/// transport.answer_json(StatusCode::CREATED, r#"{"status":"Pending"}"#);
///
/// let request = http::Request::post("https://api.example/api/x").body("{}".into())?;
/// assert_eq!(transport.send(request).await?.status(), StatusCode::CREATED);
/// assert_eq!(transport.requests()[0].body(), "{}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScriptedTransport {
    script: Arc<Mutex<VecDeque<Line>>>,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
}

/// More was sent than the script foresaw; the source of the error that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the script has no answer left")]
pub struct ScriptExhausted;

impl ScriptedTransport {
    /// A script without a line: every send fails with [`ScriptExhausted`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next send is answered with this.
    pub fn answer(&self, response: Response<Bytes>) {
        lock(&self.script).push_back(Ok(response));
    }

    /// The next send is answered with this status and JSON text.
    pub fn answer_json(&self, status: StatusCode, json: impl Into<Bytes>) {
        let mut response = Response::new(json.into());
        *response.status_mut() = status;
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        self.answer(response);
    }

    /// The next send fails with this.
    pub fn fail(&self, error: TransportError) {
        lock(&self.script).push_back(Err(error));
    }

    /// All requests so far, in the order in which they were sent.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        lock(&self.requests).clone()
    }

    /// How many lines of the script were not used.
    #[must_use]
    pub fn remaining(&self) -> usize {
        lock(&self.script).len()
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        lock(&self.requests).push(request);
        let next = lock(&self.script).pop_front();
        next.unwrap_or_else(|| {
            Err(TransportError::with_source(
                TransportErrorKind::Other,
                ScriptExhausted,
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    fn request(path: &str) -> Request<Bytes> {
        Request::get(format!("https://api.example{path}"))
            .body(Bytes::new())
            .unwrap()
    }

    #[tokio::test]
    async fn lines_are_spoken_in_order_and_then_no_more() {
        let transport = ScriptedTransport::new();
        transport.answer_json(StatusCode::OK, "1");
        transport.fail(TransportError::new(TransportErrorKind::Timeout));

        assert_eq!(transport.send(request("/a")).await.unwrap().body(), "1");
        let error = transport.send(request("/b")).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        assert_eq!(transport.remaining(), 0);

        let error = transport.send(request("/c")).await.unwrap_err();
        assert!(error.source().unwrap().is::<ScriptExhausted>());
        let paths: Vec<String> = transport
            .requests()
            .iter()
            .map(|sent| sent.uri().path().to_owned())
            .collect();
        assert_eq!(paths, ["/a", "/b", "/c"]);
    }
}
