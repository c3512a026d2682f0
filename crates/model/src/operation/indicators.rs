//! Operations on indicators: what the tenant wants noticed or blocked wherever it turns up.

use super::{Operation, OperationInfo, RequestParts, json};
use crate::odata::{ForeignLink, ListOptions, NextLink, ODataPage};
use crate::response::{self, ResponseError};
use crate::{
    Indicator, IndicatorAction, IndicatorId, IndicatorSeverity, IndicatorType, Sha1,
    SubmitIndicatorRequest, Timestamp, operations,
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
    ///
    /// The service takes [`IndicatorAction::Audit`] only together with an alert, so where nothing is
    /// said of one, it is asked for; a `false` goes out as it is, and is refused.
    #[must_use]
    pub fn new(mut request: SubmitIndicatorRequest) -> Self {
        if request.action == IndicatorAction::Audit {
            request.generate_alert.get_or_insert(true);
        }
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
        Self::for_file(sha1, IndicatorAction::BlockAndRemediate, title, description)
    }

    /// Raises an alert wherever a file turns up, and lets it run.
    #[must_use]
    pub fn audit_file(
        sha1: Sha1,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self::for_file(sha1, IndicatorAction::Audit, title, description)
    }

    /// Lets a file run on every machine, whatever the service thinks of it.
    #[must_use]
    pub fn allow_file(
        sha1: Sha1,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self::for_file(sha1, IndicatorAction::Allowed, title, description)
    }

    fn for_file(
        sha1: Sha1,
        action: IndicatorAction,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self::new(SubmitIndicatorRequest::new(
            sha1.to_string(),
            IndicatorType::FileSha1,
            action,
            title.into(),
            description.into(),
        ))
    }

    /// It ends at this moment; without one it never does.
    #[must_use]
    pub const fn until(mut self, moment: Timestamp) -> Self {
        self.request.expiration_time = Some(moment);
        self
    }

    /// How bad it is when it turns up.
    #[must_use]
    pub fn severity(mut self, severity: IndicatorSeverity) -> Self {
        self.request.severity = Some(severity);
        self
    }

    /// It holds for the machines of this device group, and of others that are named in the same way;
    /// without any it holds for all.
    #[must_use]
    pub fn device_group(mut self, name: impl Into<String>) -> Self {
        self.request.rbac_group_names.push(name.into());
        self
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(operation: &SubmitIndicator) -> serde_json::Value {
        let body = operation.encode().body.expect("a body");
        serde_json::from_slice(&body).expect("json")
    }

    fn request(action: IndicatorAction) -> SubmitIndicatorRequest {
        let kind = IndicatorType::DomainName;
        SubmitIndicatorRequest::new("a.example".into(), kind, action, "t".into(), "d".into())
    }

    #[test]
    fn audit_comes_with_an_alert_unless_told_otherwise() {
        for action in IndicatorAction::KNOWN {
            let sent = sent(&SubmitIndicator::new(request(action.clone())));
            let is_audit = *action == IndicatorAction::Audit;
            assert_eq!(sent["generateAlert"] == true, is_audit, "{action}");
        }
        let mut quiet = request(IndicatorAction::Audit);
        quiet.generate_alert = Some(false);
        assert_eq!(sent(&SubmitIndicator::new(quiet))["generateAlert"], false);
    }

    #[test]
    fn a_file_is_audited_or_allowed_for_a_while_and_for_some() {
        let audit = SubmitIndicator::audit_file(Sha1::OF_NOTHING, "t", "d")
            .until(Timestamp::UNIX_EPOCH)
            .severity(IndicatorSeverity::Low)
            .device_group("servers")
            .device_group("kiosks");
        let expected = serde_json::json!({
            "indicatorValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "indicatorType": "FileSha1",
            "action": "Audit",
            "title": "t",
            "description": "d",
            "expirationTime": "1970-01-01T00:00:00Z",
            "severity": "Low",
            "rbacGroupNames": ["servers", "kiosks"],
            "generateAlert": true
        });
        assert_eq!(sent(&audit), expected);
        let allowed = SubmitIndicator::allow_file(Sha1::OF_NOTHING, "t", "d");
        assert_eq!(sent(&allowed)["action"], "Allowed");
    }
}
