//! Requests to the server as they are, without the SDK.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response, header, uri::Uri};
use quell::transport::{HyperTransport, Transport as _, TransportOptions};
use serde_json::Value;

use crate::world::Application;

/// Sends requests to one server, or to several that are replicas.
#[derive(Debug)]
pub struct Wire {
    base_urls: Vec<String>,
    preferred: AtomicUsize,
    transport: HyperTransport,
}

impl Wire {
    /// To the server at this URL.
    ///
    /// # Panics
    /// When the transport cannot be made.
    #[must_use]
    pub fn to(base_url: &str) -> Self {
        Self::to_replicas(&[base_url.to_owned()])
    }

    /// To the first of these servers; when one does not answer, to the next one from then on.
    ///
    /// # Panics
    /// When the transport cannot be made.
    #[must_use]
    pub fn to_replicas(base_urls: &[String]) -> Self {
        let trimmed = base_urls
            .iter()
            .map(|url| url.trim_end_matches('/').to_owned());
        Self {
            base_urls: trimmed.collect(),
            preferred: AtomicUsize::new(0),
            transport: HyperTransport::new(&TransportOptions::default())
                .expect("the options are good"),
        }
    }

    /// Sends a request for a path; the status and the JSON of the answer, or nothing when there is
    /// no answer: then it is not known what became of the request.
    ///
    /// # Panics
    /// When the path is none.
    pub async fn send(&self, request: Request<Bytes>) -> Option<(u16, Value)> {
        let response = self.answer(request).await?;
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        Some((response.status().as_u16(), body))
    }

    /// The same, with the answer as it is.
    ///
    /// # Panics
    /// When the path is none.
    pub async fn answer(&self, mut request: Request<Bytes>) -> Option<Response<Bytes>> {
        let url = format!("{}{}", self.base_url(), request.uri());
        *request.uri_mut() = url.parse::<Uri>().expect("the request names a path");
        let answer = self.transport.send(request).await.ok();
        if answer.is_none() {
            self.preferred.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// Sends the next requests to the server of this number.
    pub fn prefer(&self, server: usize) {
        self.preferred.store(server, Ordering::Relaxed);
    }

    fn base_url(&self) -> &str {
        let place = self.preferred.load(Ordering::Relaxed) % self.base_urls.len();
        &self.base_urls[place]
    }

    /// A token of an application.
    ///
    /// # Panics
    /// When the server does not issue one.
    pub async fn token(&self, application: &Application) -> String {
        let Application {
            tenant_id,
            client_id,
            client_secret,
        } = application;
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}\
             &scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default"
        );
        let request = Request::post(format!("/{tenant_id}/oauth2/v2.0/token"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into())
            .expect("the request is well formed");
        let answer = self.send(request).await;
        let (_, issued) = answer.expect("the server answers");
        issued["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token in {issued}"))
            .to_owned()
    }
}
