//! Where the next page is, according to the service.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The address of the next page, as the service gave it. Its host may differ from the one that was
/// asked, so nothing here ever uses the host: a request takes only the query over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextLink(String);

/// A next link does not lead to the collection that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the link to the next page does not lead to {expected}")]
pub struct ForeignLink {
    expected: String,
}

impl NextLink {
    /// Takes an address.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// The address as the service gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address's query, if its path is this one, with or without a version.
    pub(crate) fn query_at(&self, path: &str) -> Result<String, ForeignLink> {
        let found = self.path_and_query().filter(|(found, query)| {
            without_version(found).eq_ignore_ascii_case(path) && is_plain(query)
        });
        let foreign = || ForeignLink {
            expected: path.to_owned(),
        };
        found.map(|(_, query)| query.to_owned()).ok_or_else(foreign)
    }

    fn path_and_query(&self) -> Option<(&str, &str)> {
        let path = match self.0.split_once("://") {
            Some((_, after_scheme)) => after_scheme.get(after_scheme.find('/')?..)?,
            None => &self.0,
        };
        path.split_once('?')
    }
}

impl fmt::Display for NextLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn without_version(path: &str) -> String {
    const VERSIONED: &str = "/api/v1.0/";
    match path.split_at_checked(VERSIONED.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(VERSIONED) => format!("/api/{rest}"),
        _ => path.to_owned(),
    }
}

/// Whether a query can be sent as it is: it ends nothing and holds nothing that needs escaping.
fn is_plain(query: &str) -> bool {
    query
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/api/machineactions";

    fn query(link: &str) -> Result<String, ForeignLink> {
        NextLink::new(link).query_at(PATH)
    }

    #[test]
    fn query_is_taken_from_any_host_and_version() {
        for link in [
            "https://api-us3.securitycenter.microsoft.com/api/machineactions?$skip=10000",
            "https://api.securitycenter.microsoft.com/api/V1.0/MachineActions?$skip=10000",
            "/api/machineactions?$skip=10000",
        ] {
            assert_eq!(query(link).as_deref(), Ok("$skip=10000"), "{link}");
        }
    }

    #[test]
    fn other_paths_and_queries_that_cannot_be_sent_are_refused() {
        for link in [
            "",
            "https://host",
            "https://host/api/machineactions",
            "https://host/api/machines?$skip=1",
            "https://host/x/api/machineactions?$skip=1",
            "https://host/api/machineactions?$skip=1 HTTP/1.1\r\nX: y",
            "https://host/api/machineactions?$skip=1#x",
        ] {
            let error = query(link).expect_err(link);
            assert_eq!(
                error.to_string(),
                "the link to the next page does not lead to /api/machineactions"
            );
        }
    }
}
