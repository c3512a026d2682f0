//! One page of a collection.

use serde::{Deserialize, Serialize};

use super::NextLink;
use crate::Extra;

/// One page of a collection of `T`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ODataPage<T> {
    /// `@odata.context`: where the service describes the collection.
    #[serde(
        rename = "@odata.context",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub context: Option<String>,
    /// `@odata.count`: how many there are in all, where that was asked.
    #[serde(
        rename = "@odata.count",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub count: Option<u64>,
    /// `value`: the entities of this page.
    pub value: Vec<T>,
    /// `@odata.nextLink`: where the next page is; none after the last one, and none where `$top` was
    /// asked.
    #[serde(
        rename = "@odata.nextLink",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub next_link: Option<NextLink>,
    /// Properties that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<T> ODataPage<T> {
    /// A page of these entities, and nothing else said.
    #[must_use]
    pub fn new(value: Vec<T>) -> Self {
        Self {
            context: None,
            count: None,
            value,
            next_link: None,
            extra: Extra::new(),
        }
    }
}
