//! Carrying one request to the server and its answer back.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request as HttpRequest, Response, header};
use quell_protocol::route::{MAX_BODY, MAX_HOLD_SECONDS};
use quell_protocol::{EnrolResponse, Fault, HoldResponse};
use quell_transport::{
    Endpoint, HyperTransport, RootCertificate, RootCertificates, SharedTransport, TransportOptions,
};
use serde::de::DeserializeOwned;

use super::http_date;
use crate::bridge::{Answer, Begin, ExchangeError, Request, Route};
use crate::causes::WithCauses;

/// What an answer may take beyond the time that the server was asked to wait.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most characters of somebody else's text that are passed on.
const MAX_TEXT: usize = 2000;

/// The way to one server.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    transport: SharedTransport,
    endpoint: Endpoint,
}

impl Carrier {
    /// The way over a new HTTP client that trusts the named authority alone.
    ///
    /// # Errors
    /// In words, when address or authority cannot be used.
    pub(super) fn new(begin: &Begin) -> Result<Self, String> {
        let endpoint: Endpoint = begin
            .server
            .parse()
            .map_err(|error| WithCauses(&error).to_string())?;
        let longest = Duration::from_secs(MAX_HOLD_SECONDS.into()) + PATIENCE;
        let mut options = TransportOptions::default()
            .with_first_byte_timeout(longest)
            .with_total_timeout(longest)
            .with_body_cap(MAX_BODY);
        if let Some(authority) = &begin.authority {
            let authority = RootCertificate::der(authority.clone());
            options = options.with_roots(RootCertificates::Only(vec![authority]));
        }
        let transport =
            HyperTransport::new(&options).map_err(|error| WithCauses(&error).to_string())?;
        Ok(Self {
            transport: transport.into(),
            endpoint,
        })
    }

    /// The port of the server.
    pub(super) fn port(&self) -> Option<u16> {
        self.endpoint.url().port_or_known_default()
    }

    /// Carries `request` to the server and reads what it answers.
    pub(super) async fn carry(&self, request: Request) -> Result<Answer, ExchangeError> {
        let route = request.route;
        let response = match self.transport.send(self.http(request)?).await {
            Ok(response) => response,
            Err(error) => {
                let why = clipped(&WithCauses(&error).to_string());
                let reach = error.reach();
                return Err(ExchangeError::Unreachable { reach, why });
            }
        };
        if !response.status().is_success() {
            return Err(refusal(&response));
        }
        match route {
            Route::Hold => read::<HoldResponse>(response.body()).map(Answer::Orders),
            Route::Enrol => read::<EnrolResponse>(response.body()).map(Answer::Enrolled),
            Route::Report | Route::Inventory | Route::Rotate => Ok(Answer::Heard),
        }
    }

    fn http(&self, request: Request) -> Result<HttpRequest<Bytes>, ExchangeError> {
        let unsendable = |error: &dyn std::error::Error| {
            ExchangeError::Unsendable(clipped(&WithCauses(error).to_string()))
        };
        let mut proof = header::HeaderValue::try_from(format!("Bearer {}", request.proof))
            .map_err(|error| unsendable(&error))?;
        proof.set_sensitive(true);
        let url = self
            .endpoint
            .join(request.route.path(), None)
            .map_err(|error| unsendable(&error))?;
        HttpRequest::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, proof)
            .body(Bytes::from(request.body))
            .map_err(|error| unsendable(&error))
    }
}

fn read<A: DeserializeOwned>(body: &[u8]) -> Result<A, ExchangeError> {
    serde_json::from_slice(body).map_err(|error| ExchangeError::Unreadable(error.to_string()))
}

fn refusal(response: &Response<Bytes>) -> ExchangeError {
    let Ok(fault) = serde_json::from_slice::<Fault>(response.body()) else {
        return ExchangeError::Unexpected(response.status().as_u16());
    };
    let date = response
        .headers()
        .get(header::DATE)
        .and_then(|date| date.to_str().ok());
    ExchangeError::Refused {
        code: fault.error,
        message: clipped(&fault.message),
        server_time: date.and_then(http_date::parse),
    }
}

/// Text of somebody else, in a length that a log line bears.
fn clipped(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests;
