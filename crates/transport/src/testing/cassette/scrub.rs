//! What is removed from an exchange before it is kept anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri};
use serde_json::Value;

use super::REMOVED;
use super::body::Body;
use super::escapes::unescaped;
use super::format::{Headers, RecordedAnswer, RecordedRequest};
use super::names::{KEPT_FIELDS, KEPT_HEADERS, TELLING_PARTS, is_secret_name};
use super::pairs::without_values;
use super::secrets::{Secrets, percent_decoded};

/// How often in a row something is percent-encoded, at most.
const ENCODINGS: usize = 3;

pub(super) fn request(request: &Request<Bytes>, secrets: &mut Secrets) -> RecordedRequest {
    let mut body = Body::of_request(request.headers(), request.body());
    scrub_body(&mut body, secrets);
    RecordedRequest {
        method: request.method().to_string(),
        url: url(request.uri(), secrets),
        headers: headers(request.headers(), secrets),
        body,
    }
}

pub(super) fn answer(answer: &Response<Bytes>, secrets: &mut Secrets) -> RecordedAnswer {
    let is_clean = |value: &Value| {
        let mut scrubbed = value.clone();
        scrub_json(&mut scrubbed, &mut Secrets::default());
        scrubbed == *value
    };
    let mut body = Body::of_answer(answer.headers(), answer.body(), is_clean);
    scrub_body(&mut body, secrets);
    RecordedAnswer {
        status: answer.status().as_u16(),
        headers: headers(answer.headers(), secrets),
        body,
    }
}

fn url(uri: &Uri, secrets: &mut Secrets) -> String {
    // A user name before the host is a credential.
    let bare = uri.to_string();
    match uri.authority().map(http::uri::Authority::as_str) {
        Some(authority) if authority.contains('@') => {
            let (user, host) = authority.rsplit_once('@').unwrap_or_default();
            user.split(':').for_each(|part| learn(part, secrets));
            scrub_text(&bare.replacen(authority, host, 1), secrets)
        }
        _ => scrub_text(&bare, secrets),
    }
}

fn headers(headers: &HeaderMap, secrets: &mut Secrets) -> Headers {
    let mut kept = Headers::new();
    for (name, value) in headers {
        let name = name.as_str();
        // The length is that of the body before anything was removed from it.
        if matches!(name, "content-length" | "host") {
            continue;
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        let shown = if KEPT_HEADERS.contains(&name) {
            scrub_text(&text, secrets)
        } else {
            if TELLING_PARTS.iter().any(|part| name.contains(part)) {
                learn_header(&text, secrets);
            }
            REMOVED.to_owned()
        };
        kept.entry(name.to_owned()).or_default().push(shown);
    }
    kept
}

/// The whole, and the parts that may stand alone elsewhere.
fn learn_header(value: &str, secrets: &mut Secrets) {
    learn(value, secrets);
    if let Some((_scheme, credentials)) = value.split_once(' ') {
        learn(credentials, secrets);
        if let Ok(basic) = STANDARD.decode(credentials.trim()) {
            let password = basic.splitn(2, |byte| *byte == b':').nth(1);
            learn_bytes(password.unwrap_or(&basic), secrets);
        }
    }
    for cookie in value.split(';') {
        if let Some((_name, value)) = cookie.split_once('=') {
            learn(value, secrets);
        }
    }
}

/// As it stands, as it is without an encoding, and the parts of a token that would
/// do as well together.
fn learn(value: &str, secrets: &mut Secrets) {
    learn_bytes(value.as_bytes(), secrets);
    if value.starts_with("eyJ") {
        let after_header = value.split('.').skip(1);
        after_header.for_each(|part| secrets.learn(part.as_bytes()));
    }
}

fn learn_bytes(value: &[u8], secrets: &mut Secrets) {
    secrets.learn(value);
    secrets.learn(&percent_decoded(value, b'+'));
    secrets.learn(&percent_decoded(value, b' '));
    secrets.learn(&unescaped(value));
}

fn scrub_body(body: &mut Body, secrets: &mut Secrets) {
    match body {
        Body::Json(value) => scrub_json(value, secrets),
        Body::Form(pairs) => {
            for (name, value) in pairs {
                if KEPT_FIELDS.contains(&name.as_str()) {
                    *value = scrub_text(value, secrets);
                } else {
                    learn(value, secrets);
                    REMOVED.clone_into(value);
                }
            }
        }
        // JSON too: a name that stands there twice was read once.
        Body::Text(text) => *text = scrub_text(text, secrets),
        Body::Empty | Body::Base64(_) | Body::Removed(_) => {}
    }
}

fn scrub_json(value: &mut Value, secrets: &mut Secrets) {
    match value {
        Value::String(text) => scrub_string(text, secrets),
        Value::Array(items) => items.iter_mut().for_each(|item| scrub_json(item, secrets)),
        Value::Object(properties) => {
            for (name, value) in properties {
                if is_secret_name(name) {
                    remove(value, secrets);
                } else {
                    scrub_json(value, secrets);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// JSON within JSON is JSON.
fn scrub_string(text: &mut String, secrets: &mut Secrets) {
    if let Ok(mut within @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
        let before: Value = within.clone();
        scrub_json(&mut within, secrets);
        if within != before {
            *text = within.to_string();
        }
    }
    *text = scrub_text(text, secrets);
}

/// Everything within, whatever it is called.
fn remove(value: &mut Value, secrets: &mut Secrets) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, secrets)),
        Value::Object(properties) => properties
            .values_mut()
            .for_each(|value| remove(value, secrets)),
        Value::String(text) => {
            learn(text, secrets);
            *value = REMOVED.into();
        }
        Value::Number(number) => {
            learn(&number.to_string(), secrets);
            *value = REMOVED.into();
        }
        Value::Bool(_) => *value = REMOVED.into(),
    }
}

/// A text without tokens, and without the values of secret names.
fn scrub_text(text: &str, secrets: &mut Secrets) -> String {
    let scrubbed = without_values(text, |value| learn(value, secrets));
    learn_encoded(text, secrets);
    without_tokens(&scrubbed, secrets)
}

/// What is behind an encoding is learnt, and removed from there when all is known.
fn learn_encoded(text: &str, secrets: &mut Secrets) {
    let mut encoded = text.as_bytes().to_vec();
    for _ in 0..ENCODINGS {
        if !encoded.contains(&b'%') {
            return;
        }
        encoded = percent_decoded(&encoded, b' ');
        let decoded = String::from_utf8_lossy(&encoded);
        let without = without_values(&decoded, |value| learn(value, secrets));
        without_tokens(&without, secrets);
    }
}

/// A JSON web token is three parts in base64, the first of an object: `eyJ…`.
fn without_tokens(text: &str, secrets: &mut Secrets) -> String {
    let is_part =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '=');
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("eyJ") {
        let (before, token) = rest.split_at(start);
        let end = token.find(|letter| !is_part(letter)).unwrap_or(token.len());
        let (token, after) = token.split_at(end);
        kept.push_str(before);
        if token.matches('.').count() >= 2 {
            learn(token, secrets);
            kept.push_str(REMOVED);
        } else {
            kept.push_str(token);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}
