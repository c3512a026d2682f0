//! Answers from a cassette.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use url::form_urlencoded;

use super::super::lock;
use super::body::Body;
use super::format::{Cassette, End, RecordedAnswer, RecordedRequest};
use super::secrets::Secrets;
use super::{REMOVED, scrub};
use crate::{Transport, TransportError, TransportErrorKind};

/// Answers requests from a [`Cassette`], each recorded exchange once.
///
/// A request that was not recorded fails with [`Unmatched`] as the error's source.
/// Clones share what was used.
#[derive(Clone, Debug)]
pub struct Replayer {
    lines: Arc<Mutex<Vec<Line>>>,
}

#[derive(Debug)]
struct Line {
    asked: Asked,
    end: End,
    used: bool,
}

/// A request as it is compared.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    body: Body,
}

/// No unused exchange of the cassette is an answer to a request.
///
/// It shows both as they are compared, so without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no exchange of the cassette answers {request}; {hint}")]
pub struct Unmatched {
    request: String,
    hint: String,
}

impl Replayer {
    /// Answers from this cassette.
    #[must_use]
    pub fn new(cassette: Cassette) -> Self {
        let line = |exchange: super::format::Exchange| Line {
            asked: Asked::new(exchange.request),
            end: exchange.end,
            used: false,
        };
        let lines = cassette.exchanges.into_iter().map(line).collect();
        Self {
            lines: Arc::new(Mutex::new(lines)),
        }
    }

    /// How many exchanges were not used: at the end of most tests, none.
    #[must_use]
    pub fn remaining(&self) -> usize {
        lock(&self.lines).iter().filter(|line| !line.used).count()
    }

    fn find(&self, asked: &Asked) -> Result<End, Unmatched> {
        let mut lines = lock(&self.lines);
        let fitting = lines
            .iter_mut()
            .find(|line| !line.used && line.asked.differences(asked).is_empty());
        match fitting {
            Some(line) => {
                line.used = true;
                Ok(line.end.clone())
            }
            None => Err(unmatched(asked, &lines)),
        }
    }
}

#[async_trait]
impl Transport for Replayer {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let asked = Asked::new(scrub::request(&request, &mut Secrets::default()));
        let end = self.find(&asked).map_err(failure)?;
        match end {
            End::Answer(answer) => replay(&answer).map_err(failure),
            End::Failure(name) => Err(TransportError::new(name.into())),
        }
    }
}

fn failure(cause: Unmatched) -> TransportError {
    TransportError::with_source(TransportErrorKind::Other, cause)
}

fn replay(recorded: &RecordedAnswer) -> Result<Response<Bytes>, Unmatched> {
    let unusable = |what: String| Unmatched {
        request: "this request".to_owned(),
        hint: format!("the one that matches cannot be replayed: {what}"),
    };
    let body = recorded.body.bytes().map_err(unusable)?;
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(recorded.status)
        .map_err(|_| unusable(format!("{} is no status", recorded.status)))?;
    for (name, values) in &recorded.headers {
        let name: HeaderName = name
            .parse()
            .map_err(|_| unusable("a header's name is none".to_owned()))?;
        for value in values.iter().filter(|value| !value.contains(REMOVED)) {
            let value = HeaderValue::from_str(value)
                .map_err(|_| unusable(format!("the value of `{name}` is none")))?;
            answer.headers_mut().append(name.clone(), value);
        }
    }
    Ok(answer)
}

impl Asked {
    fn new(request: RecordedRequest) -> Self {
        let (url, query) = match request.url.split_once('?') {
            Some((url, query)) => (url, query),
            None => (request.url.as_str(), ""),
        };
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = after_scheme
            .find('/')
            .and_then(|start| after_scheme.get(start..))
            .unwrap_or("/");
        let mut query: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        query.sort();
        Self {
            method: request.method,
            path: path.to_owned(),
            query,
            body: request.body.normal(),
        }
    }

    /// In what the recorded request (`self`) and this one differ.
    fn differences(&self, asked: &Self) -> Vec<&'static str> {
        let parts = [
            ("method", self.method == asked.method),
            ("path", is_path(&self.path, &asked.path)),
            ("query", are_pairs(&self.query, &asked.query)),
            ("body", is_body(&self.body, &asked.body)),
        ];
        let differs = |(part, same): (&'static str, bool)| (!same).then_some(part);
        parts.into_iter().filter_map(differs).collect()
    }

    fn shown(&self) -> String {
        let mut shown = format!("{} {}", self.method, self.path);
        if !self.query.is_empty() {
            let pairs: Vec<_> = self
                .query
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            shown.push('?');
            shown.push_str(&pairs.join("&"));
        }
        shown
    }
}

/// Names the recorded request that comes nearest, and in what it differs.
fn unmatched(asked: &Asked, lines: &[Line]) -> Unmatched {
    let differences = |line: &Line| line.asked.differences(asked);
    // Another body is nearer than another path: it is what changes by mistake.
    let weight = |part: &&str| match *part {
        "path" => 8,
        "method" => 4,
        "query" => 2,
        _ => 1,
    };
    let distance =
        |line: &&Line| -> (u32, bool) { (differences(line).iter().map(weight).sum(), line.used) };
    let hint = match lines.iter().min_by_key(distance) {
        None => "the cassette is empty".to_owned(),
        Some(line) if differences(line).is_empty() => {
            "every exchange that answers it was used already".to_owned()
        }
        Some(line) => {
            let parts = differences(line).join(" and ");
            format!(
                "the nearest is {}, which has another {parts}",
                line.asked.shown()
            )
        }
    };
    Unmatched {
        request: asked.shown(),
        hint,
    }
}

/// What was removed from the recording may have been anything.
fn is_text(recorded: &str, asked: &str) -> bool {
    recorded == REMOVED || recorded == asked
}

fn is_path(recorded: &str, asked: &str) -> bool {
    let (recorded, asked) = (recorded.split('/'), asked.split('/'));
    recorded.clone().count() == asked.clone().count()
        && recorded
            .zip(asked)
            .all(|(recorded, asked)| is_text(recorded, asked))
}

fn are_pairs(recorded: &[(String, String)], asked: &[(String, String)]) -> bool {
    recorded.len() == asked.len()
        && recorded.iter().zip(asked).all(|(recorded, asked)| {
            is_text(&recorded.0, &asked.0) && is_text(&recorded.1, &asked.1)
        })
}

fn is_body(recorded: &Body, asked: &Body) -> bool {
    match (recorded, asked) {
        (Body::Json(recorded), Body::Json(asked)) => is_json(recorded, asked),
        (Body::Form(recorded), Body::Form(asked)) => are_pairs(recorded, asked),
        (Body::Text(recorded), Body::Text(asked)) => is_text(recorded, asked),
        (Body::Removed(_), _) => true,
        (recorded, asked) => recorded == asked,
    }
}

fn is_json(recorded: &Value, asked: &Value) -> bool {
    match (recorded, asked) {
        (Value::String(recorded), _) if recorded == REMOVED => true,
        (Value::Array(recorded), Value::Array(asked)) => {
            recorded.len() == asked.len()
                && recorded
                    .iter()
                    .zip(asked)
                    .all(|(recorded, asked)| is_json(recorded, asked))
        }
        (Value::Object(recorded), Value::Object(asked)) => {
            recorded.len() == asked.len()
                && recorded
                    .iter()
                    .all(|(name, value)| asked.get(name).is_some_and(|asked| is_json(value, asked)))
        }
        (recorded, asked) => recorded == asked,
    }
}
