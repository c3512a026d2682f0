//! What is removed from an exchange before it is kept anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri};
use serde_json::Value;

use super::REMOVED;
use super::body::Body;
use super::format::{Headers, RecordedAnswer, RecordedRequest};
use super::secrets::{Secrets, percent_decoded};

/// Headers whose values are kept.
const KEPT_HEADERS: [&str; 22] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "allow",
    "cache-control",
    "client-request-id",
    "content-encoding",
    "content-type",
    "date",
    "etag",
    "location",
    "odata-maxversion",
    "odata-version",
    "prefer",
    "preference-applied",
    "request-id",
    "retry-after",
    "user-agent",
    "vary",
    "www-authenticate",
    "x-ms-client-request-id",
    "x-ms-request-id",
];

/// A header whose name has such a part holds a secret, to be found elsewhere too.
const TELLING_PARTS: [&str; 7] = [
    "auth",
    "cookie",
    "token",
    "key",
    "secret",
    "signature",
    "credential",
];

/// Fields of a form whose values are kept.
const KEPT_FIELDS: [&str; 8] = [
    "client_assertion_type",
    "client_id",
    "grant_type",
    "requested_token_type",
    "resource",
    "response_type",
    "scope",
    "subject_token_type",
];

/// Properties and parameters whose values are secret, without case and punctuation.
const SECRET_NAMES: [&str; 20] = [
    "accesstoken",
    "actortoken",
    "apikey",
    "assertion",
    "authorization",
    "clientassertion",
    "clientsecret",
    "devicecode",
    "idtoken",
    "password",
    "privatekey",
    "refreshtoken",
    "sastoken",
    "secret",
    "secrettext",
    "sharedkey",
    "subjecttoken",
    "token",
    "usercode",
    "enrolmenttoken",
];

/// Secret in a query, and an innocent name elsewhere.
const SECRET_PARAMETERS: [&str; 3] = ["code", "sig", "signature"];

fn plain_name(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.contains(&plain_name(name).as_str())
}

fn is_secret_parameter(name: &str) -> bool {
    is_secret_name(name) || SECRET_PARAMETERS.contains(&plain_name(name).as_str())
}

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
            secrets.learn(password.unwrap_or(&basic));
        }
    }
    for cookie in value.split(';') {
        if let Some((_name, value)) = cookie.split_once('=') {
            learn(value, secrets);
        }
    }
}

fn learn(value: &str, secrets: &mut Secrets) {
    secrets.learn(value.as_bytes());
    secrets.learn(&percent_decoded(value.as_bytes(), b'+'));
}

fn scrub_body(body: &mut Body, secrets: &mut Secrets) {
    match body {
        Body::Json(value) => scrub_json(value, secrets),
        Body::Form(pairs) => {
            for (name, value) in pairs {
                if !KEPT_FIELDS.contains(&name.as_str()) {
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
        Value::String(text) => *text = scrub_text(text, secrets),
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
        Value::Bool(_) | Value::Number(_) => *value = REMOVED.into(),
    }
}

/// A text without tokens, and without the values of secret parameters and properties,
/// whether it is a URL, a form, broken JSON or holds one of these.
fn scrub_text(text: &str, secrets: &mut Secrets) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    // Each turn begins where a name may, and takes it with its value if it is secret.
    loop {
        if let Some((before, value, after)) = secret_value(rest) {
            if value != REMOVED {
                learn(value, secrets);
            }
            scrubbed.push_str(before);
            scrubbed.push_str(REMOVED);
            rest = after;
        }
        let Some(separator) = rest.find(is_before_a_name) else {
            break;
        };
        let (before, from_name) = rest.split_at(separator + 1);
        scrubbed.push_str(before);
        rest = from_name;
    }
    scrubbed.push_str(rest);
    without_tokens(&scrubbed, secrets)
}

/// What stands before the value, the value, and what follows, if a secret name begins here.
fn secret_value(text: &str) -> Option<(&str, &str, &str)> {
    let is_name =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let name_end = text.find(|letter| !is_name(letter))?;
    let (name, after_name) = text.split_at(name_end);
    let (start, ends) = if after_name.starts_with('=') && is_secret_parameter(name) {
        (name_end + 1, is_end_of_parameter as fn(char) -> bool)
    } else if is_secret_name(name) {
        let value = after_name.strip_prefix('"')?.trim_start();
        let value = value.strip_prefix(':')?.trim_start().strip_prefix('"')?;
        (text.len() - value.len(), is_quote as fn(char) -> bool)
    } else {
        return None;
    };
    let (before, value) = text.split_at_checked(start)?;
    let end = value.find(ends).unwrap_or(value.len());
    let (value, after) = value.split_at(end);
    Some((before, value, after))
}

const fn is_before_a_name(letter: char) -> bool {
    matches!(letter, '?' | '&' | ';' | '"' | ' ' | '\n' | ',')
}

const fn is_end_of_parameter(letter: char) -> bool {
    matches!(
        letter,
        '&' | ';' | '#' | '"' | '\'' | '<' | '>' | ')' | ' ' | '\t' | '\r' | '\n'
    )
}

const fn is_quote(letter: char) -> bool {
    letter == '"'
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
            secrets.learn(token.as_bytes());
            kept.push_str(REMOVED);
        } else {
            kept.push_str(token);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}
