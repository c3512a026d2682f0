//! How batches of spans get to their collector: by the transport that everything else goes by.

use std::sync::Mutex;
use std::sync::PoisonError;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use quell::transport::{SharedTransport, TransportError};
use tokio::runtime::Handle;

use super::headers::Headers;

/// Sends on the runtime's threads what the exporter's own thread gives it, and says in the log when the collector
/// goes away and when it is back; not once for every batch.
#[derive(Debug)]
pub(super) struct Carrier {
    transport: SharedTransport,
    headers: HeaderMap,
    runtime: Handle,
    /// Why the last batch was lost, if it was.
    lost: Mutex<Option<String>>,
}

impl Carrier {
    pub(super) fn new(transport: SharedTransport, headers: &Headers, runtime: Handle) -> Self {
        let header = |(name, value): (&str, &str)| {
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
        };
        Self {
            transport,
            headers: headers.iter().filter_map(header).collect(),
            runtime,
            lost: Mutex::default(),
        }
    }

    fn note(&self, answered: &Result<Response<Bytes>, TransportError>) {
        let loss = match answered {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status().as_u16())),
            Err(error) => Some(error.to_string()),
        };
        let mut last = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*last, &loss) {
            (last, Some(why)) if last.as_ref() != Some(why) => {
                tracing::warn!(why, "the collector takes no traces");
            }
            (Some(_), None) => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        *last = loss;
    }
}

#[async_trait]
impl HttpClient for Carrier {
    async fn send_bytes(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        request.headers_mut().extend(self.headers.clone());
        let transport = self.transport.clone();
        // Whoever asks stands outside of the runtime.
        let sent = self
            .runtime
            .spawn(async move { transport.send(request).await });
        let answered = sent.await?;
        self.note(&answered);
        Ok(answered?)
    }
}
