//! An authority, or a platform's identity endpoint, behind a transport: it answers by
//! script and remembers what it was asked, and when. Any other request is the API's.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri, header};
use quell::transport::{Transport, TransportError};
use quell::{Client, Credential};
use tokio::time::Instant;

pub(crate) const ACTION: &str = "141408d1-384c-4c19-8b57-ba39e378011a";
pub(crate) const TENANT: &str = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
pub(crate) const TOKEN: &str = "canary-token";

/// What makes a request one to an authority.
const TOKEN_PATHS: [&str; 3] = ["/oauth2/", "/msi/token", "/himds"];

#[derive(Clone)]
pub(crate) struct Authority {
    begun: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Reply>,
    asked: Vec<Asked>,
    calls: Vec<Asked>,
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Duration,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

/// A token of this name, for an hour.
pub(crate) fn token(name: &str) -> Reply {
    reply(
        200,
        format!(r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"{name}"}}"#),
    )
}

pub(crate) fn refusal(code: &str, description: &str) -> Reply {
    reply(
        400,
        format!(r#"{{"error":"{code}","error_description":"{description}"}}"#),
    )
}

impl Reply {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            state: Arc::default(),
        }
    }

    /// What the next token requests get; after these, tokens with numbers.
    pub(crate) fn replies(self, script: impl IntoIterator<Item = Reply>) -> Self {
        self.state.lock().unwrap().script.extend(script);
        self
    }

    /// A client of Microsoft's, whose every request comes here.
    pub(crate) fn client(&self, credential: impl Into<Credential>) -> Client {
        Client::builder()
            .credential(credential)
            .transport(self.clone())
            .build()
            .unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// When the authority was asked, in seconds from the beginning.
    pub(crate) fn seconds(&self) -> Vec<u64> {
        self.asked()
            .iter()
            .map(|asked| asked.at.as_secs())
            .collect()
    }

    pub(crate) fn calls(&self) -> Vec<Asked> {
        self.state.lock().unwrap().calls.clone()
    }

    /// The answer to a request, whatever carried it here.
    pub(crate) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let asked = Asked {
            at: self.begun.elapsed(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            body: String::from_utf8(request.body().to_vec()).unwrap(),
        };
        let path = request.uri().path();
        let mut state = self.state.lock().unwrap();
        if !TOKEN_PATHS.iter().any(|part| path.contains(part)) {
            state.calls.push(asked);
            return Response::new(Bytes::from(action()));
        }
        state.asked.push(asked);
        let number = state.asked.len();
        let script = state.script.pop_front();
        let reply = script.unwrap_or_else(|| token(&format!("{TOKEN}-{number}")));
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        response.body(Bytes::from(reply.body)).unwrap()
    }
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn bearer(&self) -> &str {
        let header = self.headers.get(header::AUTHORIZATION).unwrap();
        header.to_str().unwrap().strip_prefix("Bearer ").unwrap()
    }

    /// A parameter of the form.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}

fn action() -> String {
    format!(
        r#"{{"id":"{ACTION}","type":"StopAndQuarantineFile","status":"Pending",
            "creationDateTimeUtc":"2025-07-01T12:00:00Z","lastUpdateDateTimeUtc":"2025-07-01T12:00:00Z"}}"#
    )
}

/// Its script may hold what nobody is to see.
impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Authority {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Ok(self.answer(&request))
    }
}
