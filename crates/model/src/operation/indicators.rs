//! Operations on indicators: what the tenant wants noticed or blocked wherever it turns up.

use super::{Operation, OperationInfo, RequestParts, json};
use crate::odata::{ForeignLink, ListOptions, NextLink, ODataPage};
use crate::response::{self, ResponseError};
use crate::{
    Indicator, IndicatorAction, IndicatorId, IndicatorType, Sha1, SubmitIndicatorRequest,
    operations,
};

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

/// Makes an indicator, or changes the one of the same value.
///
/// Quarantining a file does not keep it from coming back; an indicator for its hash that blocks does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitIndicator {
    request: SubmitIndicatorRequest,
}

impl SubmitIndicator {
    /// Asks for this indicator.
    #[must_use]
    pub const fn new(request: SubmitIndicatorRequest) -> Self {
        Self { request }
    }

    /// Keeps a file from running on any machine, and takes it away wherever it turns up.
    ///
    /// ```
    /// use quell_model::{Operation, Sha1, SubmitIndicator};
    ///
    /// let sha1: Sha1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse()?;
    /// let request = SubmitIndicator::block_file(sha1, "quarantined", "alert 4416").encode();
    /// assert_eq!(request.path, "/api/indicators");
    /// # Ok::<(), quell_model::ParseSha1Error>(())
    /// ```
    #[must_use]
    pub fn block_file(
        sha1: Sha1,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self::new(SubmitIndicatorRequest::new(
            sha1.to_string(),
            IndicatorType::FileSha1,
            IndicatorAction::BlockAndRemediate,
            title.into(),
            description.into(),
        ))
    }

    /// What is asked for.
    #[must_use]
    pub const fn request(&self) -> &SubmitIndicatorRequest {
        &self.request
    }
}

impl Operation for SubmitIndicator {
    type Output = Indicator;
    const INFO: &'static OperationInfo = &operations::SUBMIT_INDICATOR;

    fn encode(&self) -> RequestParts {
        RequestParts::post(PATH.to_owned(), json(&self.request))
    }
}

/// Deletes an indicator; 404 when there is none of this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteIndicator {
    indicator: IndicatorId,
}

impl DeleteIndicator {
    /// Deletes this one.
    #[must_use]
    pub const fn new(indicator: IndicatorId) -> Self {
        Self { indicator }
    }
}

impl Operation for DeleteIndicator {
    type Output = ();
    const INFO: &'static OperationInfo = &operations::DELETE_INDICATOR;

    fn encode(&self) -> RequestParts {
        RequestParts::delete(format!("{PATH}/{}", self.indicator.path_segment()))
    }

    /// A success has no body; whatever stands in its place is passed over.
    fn decode(status: u16, body: &[u8]) -> Result<(), ResponseError> {
        response::taken(status, body)
    }
}
