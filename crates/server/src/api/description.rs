//! `/api/openapi.json`: what this server answers, for tools and for people.
//!
//! It is generated from docs/api and says nothing that the repository does not say, so nobody is
//! asked for a token.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::answer::Origin;
use super::{Api, ApiError};
use crate::secret::sha256;

const DOCUMENT: &str = include_str!("../generated/openapi.json");
/// Stands in the document where the address of the server belongs.
const SERVER: &str = "{server}";
/// For how long nobody need ask again: it changes with the program and the address alone.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Api {
    /// The description with this origin as its server, unless that is what the caller has.
    pub(super) fn description(origin: &Origin, headers: &HeaderMap) -> Result<Response, ApiError> {
        // An authority has neither quotation marks nor backslashes: it needs no escape.
        let document = DOCUMENT.replacen(SERVER, &origin.to_string(), 1);
        let digest = sha256(document.as_bytes());
        let short: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let tag = format!("\"{short}\"");
        let has_it = already_has(headers, &tag);
        let tag = HeaderValue::from_str(&tag).map_err(|_| ApiError::internal())?;
        let mut response = match has_it {
            true => {
                let mut unchanged = Response::new(Body::empty());
                *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
                unchanged
            }
            false => {
                let mut whole = Response::new(Body::from(document));
                whole.headers_mut().insert(header::CONTENT_TYPE, JSON);
                whole
            }
        };
        response.headers_mut().insert(header::ETAG, tag);
        response.headers_mut().insert(header::CACHE_CONTROL, FRESH);
        Ok(response)
    }
}

/// Whether `If-None-Match` names this, or anything at all; weak tags are as good (RFC 9110, §13.1.2).
fn already_has(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|given| given.to_str().ok())
        .flat_map(|given| given.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tags: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for tag in tags {
            headers.append(header::IF_NONE_MATCH, tag.parse().unwrap());
        }
        headers
    }

    #[test]
    fn tag_is_found_among_others_and_weak() {
        for tags in [
            &["\"a\""][..],
            &["\"x\", W/\"a\""],
            &["\"x\"", "\"a\""],
            &["*"],
        ] {
            assert!(already_has(&asked(tags), "\"a\""), "{tags:?}");
        }
        for tags in [&[][..], &["\"b\""], &["a"], &["\"a"], &["w/\"a\""]] {
            assert!(!already_has(&asked(tags), "\"a\""), "{tags:?}");
        }
    }

    #[test]
    fn document_has_one_place_for_the_server() {
        assert_eq!(DOCUMENT.matches(SERVER).count(), 1);
        assert!(DOCUMENT.contains(r#""url": "{server}""#));
    }
}
