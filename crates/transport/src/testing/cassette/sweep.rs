//! What is changed throughout a cassette when all of it is known.

use serde_json::Value;

use super::REMOVED;
use super::body::Body;
use super::format::{End, Exchange, Headers};
use super::secrets::Secrets;

/// Removes what became known as a secret since, wherever it stands.
pub(super) fn remove_known(exchange: &mut Exchange, secrets: &Secrets) {
    let request = &mut exchange.request;
    sweep_url(&mut request.url, secrets);
    sweep_headers(&mut request.headers, secrets);
    sweep_body(&mut request.body, secrets);
    if let End::Answer(answer) = &mut exchange.end {
        sweep_headers(&mut answer.headers, secrets);
        sweep_body(&mut answer.body, secrets);
    }
}

/// Piece by piece, so that what identifies the request stays as far as it may.
fn sweep_url(url: &mut String, secrets: &Secrets) {
    if !secrets.are_in(url.as_bytes()) {
        return;
    }
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url.as_str(), None),
    };
    let piece = |piece: &str| {
        if secrets.are_in(piece.as_bytes()) {
            REMOVED.to_owned()
        } else {
            piece.to_owned()
        }
    };
    let pieces = |text: &str, separator: char| {
        let kept: Vec<String> = text.split(separator).map(piece).collect();
        kept.join(separator.encode_utf8(&mut [0; 4]))
    };
    let mut swept = pieces(path, '/');
    if let Some(query) = query {
        swept.push('?');
        swept.push_str(&pieces(query, '&'));
    }
    // A secret across two pieces leaves nothing to be kept.
    if secrets.are_in(swept.as_bytes()) {
        REMOVED.clone_into(&mut swept);
    }
    *url = swept;
}

fn sweep_headers(headers: &mut Headers, secrets: &Secrets) {
    headers
        .values_mut()
        .flatten()
        .for_each(|value| sweep_text(value, secrets));
}

fn sweep_text(text: &mut String, secrets: &Secrets) {
    if secrets.are_in(text.as_bytes()) {
        REMOVED.clone_into(text);
    }
}

fn sweep_body(body: &mut Body, secrets: &Secrets) {
    match body {
        Body::Json(value) => sweep_json(value, secrets),
        Body::Form(pairs) => {
            for (name, value) in pairs {
                sweep_text(name, secrets);
                sweep_text(value, secrets);
            }
        }
        Body::Text(text) => match serde_json::from_str::<Value>(text) {
            Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
                let before = value.clone();
                sweep_json(&mut value, secrets);
                if value != before || secrets.are_in(text.as_bytes()) {
                    *body = Body::Json(value);
                }
            }
            _ => sweep_text(text, secrets),
        },
        Body::Base64(text) => {
            if secrets.are_in(text.as_bytes()) {
                *body = Body::Removed("it holds a secret".to_owned());
            }
        }
        Body::Empty | Body::Removed(_) => {}
    }
}

fn sweep_json(value: &mut Value, secrets: &Secrets) {
    match value {
        Value::String(text) => sweep_text(text, secrets),
        Value::Array(items) => items.iter_mut().for_each(|item| sweep_json(item, secrets)),
        Value::Object(properties) => {
            let swept = std::mem::take(properties)
                .into_iter()
                .map(|(mut name, mut value)| {
                    sweep_text(&mut name, secrets);
                    sweep_json(&mut value, secrets);
                    (name, value)
                });
            *properties = swept.collect();
        }
        Value::Number(number) => {
            if secrets.are_in(number.to_string().as_bytes()) {
                *value = REMOVED.into();
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Another name for a name, wherever it stands.
pub(super) fn replace(exchange: &mut Exchange, private: &str, public: &str) {
    fn within(body: &mut Body, change: &impl Fn(&mut String)) {
        match body {
            Body::Json(value) => within_json(value, change),
            Body::Form(pairs) => pairs.iter_mut().for_each(|(name, value)| {
                change(name);
                change(value);
            }),
            Body::Text(text) => change(text),
            Body::Empty | Body::Base64(_) | Body::Removed(_) => {}
        }
    }
    fn within_json(value: &mut Value, change: &impl Fn(&mut String)) {
        match value {
            Value::String(text) => change(text),
            Value::Array(items) => items.iter_mut().for_each(|item| within_json(item, change)),
            Value::Object(properties) => {
                let changed =
                    std::mem::take(properties)
                        .into_iter()
                        .map(|(mut name, mut value)| {
                            change(&mut name);
                            within_json(&mut value, change);
                            (name, value)
                        });
                *properties = changed.collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let change = |text: &mut String| *text = replaced(text, private, public);
    change(&mut exchange.request.url);
    exchange
        .request
        .headers
        .values_mut()
        .flatten()
        .for_each(change);
    within(&mut exchange.request.body, &change);
    if let End::Answer(answer) = &mut exchange.end {
        answer.headers.values_mut().flatten().for_each(change);
        within(&mut answer.body, &change);
    }
}

/// The same in a URL, where `@` may be `%40`: what was encoded is so again.
fn replaced(text: &str, private: &str, public: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = after_name(rest, private) {
            let as_it_is = rest.starts_with(private);
            written.extend(if as_it_is {
                vec![public]
            } else {
                encoded(public)
            });
            rest = after;
        } else {
            written.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    written
}

/// What follows the name, each of whose bytes stands as it is or percent-encoded.
fn after_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text.as_bytes();
    for byte in name.bytes() {
        rest = match rest.strip_prefix(&[byte]) {
            Some(after) => after,
            None => {
                let (digits, after) = rest.strip_prefix(b"%")?.split_at_checked(2)?;
                let digits = std::str::from_utf8(digits).ok()?;
                let same = u8::from_str_radix(digits, 16).ok()? == byte;
                same.then_some(after)?
            }
        };
    }
    text.get(text.len() - rest.len()..)
}

fn encoded(name: &str) -> Vec<&str> {
    let in_a_form = url::form_urlencoded::byte_serialize(name.as_bytes());
    in_a_form
        .map(|piece| if piece == "+" { "%20" } else { piece })
        .collect()
}
