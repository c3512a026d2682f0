//! A tenant behind a transport: it issues tokens, answers by script, and remembers
//! what was asked of it and when.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response, header};
use quell::transport::{Transport, TransportError, TransportErrorKind};
use quell::{Client, ClientBuilder, Service};
use tokio::time::Instant;

pub(crate) const SECRET: &str = "canary-secret";
pub(crate) const TOKEN: &str = "canary-token";
pub(crate) const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
pub(crate) const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
pub(crate) const ACTION: &str = "141408d1-384c-4c19-8b57-ba39e378011a";

#[derive(Clone)]
pub(crate) struct Tenant {
    begun: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Line>,
    token_script: VecDeque<Line>,
    otherwise: Option<Line>,
    calls: Vec<Arrival>,
    tokens: u32,
    delay: Duration,
}

/// One line of the script.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    Fail(TransportErrorKind),
    Silence,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Duration,
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) authorization: Option<String>,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Line {
    Line::Answer {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

pub(crate) fn action(status: &str) -> String {
    format!(
        r#"{{"id":"{ACTION}","type":"StopAndQuarantineFile","status":"{status}",
            "creationDateTimeUtc":"2025-07-01T12:00:00Z","lastUpdateDateTimeUtc":"2025-07-01T12:00:00Z"}}"#
    )
}

pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Line {
    answer(
        status,
        format!(r#"{{"error":{{"code":"{code}","message":"{message}","target":"t-1"}}}}"#),
    )
}

impl Line {
    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Answer {
                status,
                mut headers,
                body,
            } => {
                headers.push((name, value.into()));
                Self::Answer {
                    status,
                    headers,
                    body,
                }
            }
            other => other,
        }
    }
}

impl Tenant {
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            state: Arc::default(),
        }
    }

    /// What the next calls get, in this order.
    pub(crate) fn plays(self, script: impl IntoIterator<Item = Line>) -> Self {
        self.state.lock().unwrap().script.extend(script);
        self
    }

    /// What the next token requests get; after these, tokens.
    pub(crate) fn issues(self, script: impl IntoIterator<Item = Line>) -> Self {
        self.state.lock().unwrap().token_script.extend(script);
        self
    }

    /// What every call gets once the script is over.
    pub(crate) fn then_always(self, line: Line) -> Self {
        self.state.lock().unwrap().otherwise = Some(line);
        self
    }

    /// How long each answer takes.
    pub(crate) fn taking(self, delay: Duration) -> Self {
        self.state.lock().unwrap().delay = delay;
        self
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        let service = Service::custom("https://edr.example", "https://login.example")
            .client_secret("tenant", "app", SECRET);
        Client::builder().service(service).transport(self.clone())
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// The calls so far, token requests aside.
    pub(crate) fn calls(&self) -> Vec<Arrival> {
        self.state.lock().unwrap().calls.clone()
    }

    /// When the calls arrived, in seconds from the beginning.
    pub(crate) fn seconds(&self) -> Vec<f64> {
        self.calls()
            .iter()
            .map(|call| call.at.as_secs_f64())
            .collect()
    }

    /// How many token requests there were.
    pub(crate) fn tokens(&self) -> u32 {
        self.state.lock().unwrap().tokens
    }

    fn token(&self, request: &Request<Bytes>) -> Line {
        assert_eq!(
            request.uri(),
            "https://login.example/tenant/oauth2/v2.0/token"
        );
        let mut state = self.state.lock().unwrap();
        state.tokens += 1;
        let number = state.tokens;
        state.token_script.pop_front().unwrap_or_else(|| {
            answer(
                200,
                format!(
                    r#"{{"token_type":"Bearer","expires_in":"3599","access_token":"{TOKEN}-{number}"}}"#
                ),
            )
        })
    }

    fn call(&self, request: &Request<Bytes>) -> (Line, Duration) {
        let mut state = self.state.lock().unwrap();
        let authorization = request.headers().get(header::AUTHORIZATION);
        state.calls.push(Arrival {
            at: self.begun.elapsed(),
            method: request.method().clone(),
            uri: request.uri().to_string(),
            authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
            headers: request.headers().clone(),
            body: request.body().clone(),
        });
        let line = state.script.pop_front().or_else(|| state.otherwise.clone());
        (line.expect("the script has an answer left"), state.delay)
    }
}

/// Its script may hold what nobody is to see.
impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Tenant {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (line, delay) = match request.uri().host() {
            Some("login.example") => (self.token(&request), Duration::ZERO),
            Some("edr.example") => self.call(&request),
            other => panic!("nothing may go to {other:?}"),
        };
        tokio::time::sleep(delay).await;
        match line {
            Line::Fail(kind) => Err(TransportError::new(kind)),
            Line::Silence => std::future::pending().await,
            Line::Answer {
                status,
                headers,
                body,
            } => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(Bytes::from(body)).unwrap())
            }
        }
    }
}
