// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What requests consist of, and how a server reads them: strictly, see `request`.

use crate::request::RequestBody;
use crate::*;

/// What an indicator is made or changed with. Its keys are written in camel case, unlike those of actions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubmitIndicatorRequest {
    /// `indicatorValue`: What is looked for.
    pub indicator_value: String,
    /// `indicatorType`: What kind of text that is.
    pub indicator_type: IndicatorType,
    /// `action`: What is done where it turns up.
    pub action: IndicatorAction,
    /// `title`: The title of its alerts.
    pub title: String,
    /// `description`: What it is.
    pub description: String,
    /// `application`: The application that it belongs to; only a new indicator takes it.
    pub application: Option<String>,
    /// `expirationTime`: When it ends; it never does without.
    pub expiration_time: Option<Timestamp>,
    /// `severity`: How bad it is when it turns up.
    pub severity: Option<IndicatorSeverity>,
    /// `recommendedActions`: What its alerts recommend.
    pub recommended_actions: Option<String>,
    /// `rbacGroupNames`: The device groups that it holds for; all machines without. The page's table calls it a string, its example and the service's schema have a list.
    pub rbac_group_names: Vec<String>,
    /// `educateUrl`: Where a person who is stopped by it can read why; of URLs that are blocked or warned of.
    pub educate_url: Option<String>,
    /// `generateAlert`: Whether an alert is raised where it turns up; Audit wants true.
    pub generate_alert: Option<bool>,
}

impl SubmitIndicatorRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(
        indicator_value: String,
        indicator_type: IndicatorType,
        action: IndicatorAction,
        title: String,
        description: String,
    ) -> Self {
        Self {
            indicator_value,
            indicator_type,
            action,
            title,
            description,
            application: None,
            expiration_time: None,
            severity: None,
            recommended_actions: None,
            rbac_group_names: Vec::new(),
            educate_url: None,
            generate_alert: None,
        }
    }
    /// Reads a request's body, whatever bytes it is.
    ///
    /// # Errors
    /// [`RequestFault`] with the documented code and message.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestFault> {
        let mut body = RequestBody::parse(body)?;
        Ok(Self {
            indicator_value: body.required("indicatorValue")?,
            indicator_type: body.required("indicatorType")?,
            action: body.required("action")?,
            title: body.required("title")?,
            description: body.required("description")?,
            application: body.optional("application")?,
            expiration_time: body.optional("expirationTime")?,
            severity: body.optional("severity")?,
            recommended_actions: body.optional("recommendedActions")?,
            rbac_group_names: body.optional("rbacGroupNames")?.unwrap_or_default(),
            educate_url: body.optional("educateUrl")?,
            generate_alert: body.optional("generateAlert")?,
        })
    }
}
