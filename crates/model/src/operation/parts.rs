//! A request before anyone carries it.

use std::fmt;

use super::Method;

/// A request without host, token and headers. A body is always JSON: send it with
/// `Content-Type: application/json`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestParts {
    /// The method.
    pub method: Method,
    /// The path, percent-encoded, beginning with `/api/` (an extension's with `/quell/`).
    pub path: String,
    /// The query, percent-encoded, without the question mark.
    pub query: Option<String>,
    /// The body, if there is one.
    pub body: Option<Vec<u8>>,
}

impl RequestParts {
    pub(super) const fn get(path: String, query: Option<String>) -> Self {
        Self {
            method: Method::Get,
            path,
            query,
            body: None,
        }
    }

    pub(super) const fn delete(path: String) -> Self {
        Self {
            method: Method::Delete,
            path,
            query: None,
            body: None,
        }
    }

    pub(super) const fn post(path: String, body: Vec<u8>) -> Self {
        Self {
            method: Method::Post,
            path,
            query: None,
            body: Some(body),
        }
    }

    /// The path with the query, as it stands in the first line of a request.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Shows where the request goes and how large it is; a body may hold what a log should not.
impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .finish()
    }
}
