//! A transport that fails when it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use super::lock;
use crate::{Transport, TransportError, TransportErrorKind};

/// What happens to one send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing: the send passes.
    None,
    /// No connection: the request does not leave, and the error proves it.
    BeforeSend,
    /// The service acts, and its answer is lost: the reach is unknown.
    AfterSend,
}

/// Wraps another transport and lets chosen sends fail.
///
/// The faults are taken in order, one for each send; after the last all sends pass.
/// `AfterSend` is the case that separates careful callers from the others: the
/// request *was* executed.
#[derive(Debug)]
pub struct FaultyTransport<T> {
    inner: T,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl<T: Transport> FaultyTransport<T> {
    /// Lets the next sends through `inner` meet these faults.
    pub fn new(inner: T, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self {
            inner,
            faults: Arc::new(Mutex::new(faults.into_iter().collect())),
        }
    }
}

#[async_trait]
impl<T: Transport> Transport for FaultyTransport<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let fault = lock(&self.faults).pop_front().unwrap_or(Fault::None);
        match fault {
            Fault::None => self.inner.send(request).await,
            Fault::BeforeSend => Err(TransportError::new(TransportErrorKind::Connect)),
            Fault::AfterSend => {
                self.inner.send(request).await?;
                Err(TransportError::new(TransportErrorKind::Interrupted))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reach;
    use crate::testing::ScriptedTransport;
    use http::StatusCode;

    #[tokio::test]
    async fn faults_differ_in_what_the_service_saw() {
        let service = ScriptedTransport::new();
        service.answer_json(StatusCode::CREATED, "lost");
        service.answer_json(StatusCode::OK, "seen");
        let transport =
            FaultyTransport::new(service.clone(), [Fault::BeforeSend, Fault::AfterSend]);
        let send = || transport.send(Request::new(Bytes::new()));

        assert_eq!(send().await.unwrap_err().reach(), Reach::NotSent);
        assert_eq!(service.requests().len(), 0);
        assert_eq!(send().await.unwrap_err().reach(), Reach::Unknown);
        assert_eq!(service.requests().len(), 1);
        assert_eq!(send().await.unwrap().body(), "seen");
    }
}
