//! Operations on indicators: what the tenant wants noticed or blocked wherever it turns up.

use super::{Operation, OperationInfo, RequestParts};
use crate::odata::{ForeignLink, ListOptions, NextLink, ODataPage};
use crate::{Indicator, operations};

const PATH: &str = "/api/indicators";

/// Lists the indicators that are active.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListIndicators {
    query: Option<String>,
}

impl ListIndicators {
    /// Asks for these indicators.
    #[must_use]
    pub fn new(options: &ListOptions<Indicator>) -> Self {
        Self {
            query: options.query(),
        }
    }

    /// Asks for the next page.
    ///
    /// # Errors
    /// [`ForeignLink`] when the link does not lead to indicators. Its host is never used.
    pub fn following(link: &NextLink) -> Result<Self, ForeignLink> {
        Ok(Self {
            query: Some(link.query_at(PATH)?),
        })
    }
}

impl Operation for ListIndicators {
    type Output = ODataPage<Indicator>;
    const INFO: &'static OperationInfo = &operations::LIST_INDICATORS;

    fn encode(&self) -> RequestParts {
        RequestParts::get(PATH.to_owned(), self.query.clone())
    }
}
