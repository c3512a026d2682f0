// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

/// What the tenant wants noticed or blocked wherever it turns up, such as a file by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Indicator {
    /// `@odata.context`: Where the service describes this entity.
    pub odata_context: Option<String>,
    /// `id`: Names the indicator.
    pub id: IndicatorId,
    /// `indicatorValue`: What is looked for; which kind of text it is, indicatorType says.
    pub indicator_value: Option<String>,
    /// `indicatorType`: What is looked for.
    pub indicator_type: IndicatorType,
    /// `action`: What is done where it turns up.
    pub action: IndicatorAction,
    /// `createdBy`: Who made it, as a person's principal name or an application's id.
    pub created_by: Option<String>,
    /// `source`: Who made it, by name; of answers before 2022 and of the documentation's.
    pub source: Option<String>,
    /// `sourceType`: Whether a person or an application made it; of answers before 2022 and of the documentation's.
    pub source_type: Option<IndicatorSourceType>,
    /// `severity`: How bad it is when it turns up.
    pub severity: Option<IndicatorSeverity>,
    /// `category`: By number; 1 in everything recorded, and not documented.
    pub category: Option<i32>,
    /// `application`: The application that it belongs to.
    pub application: Option<String>,
    /// `educateUrl`: Where a person who is stopped by it can read why.
    pub educate_url: Option<String>,
    /// `bypassDurationHours`: Not documented; null in everything recorded.
    pub bypass_duration_hours: Option<serde_json::Value>,
    /// `title`: The title of its alerts.
    pub title: Option<String>,
    /// `description`: What it is.
    pub description: Option<String>,
    /// `recommendedActions`: What its alerts recommend.
    pub recommended_actions: Option<String>,
    /// `creationTimeDateTimeUtc`: When it was made.
    pub creation_time_date_time_utc: Option<Timestamp>,
    /// `expirationTime`: When it ends; null for never.
    pub expiration_time: Option<Timestamp>,
    /// `lastUpdateTime`: When it was last changed.
    pub last_update_time: Option<Timestamp>,
    /// `lastUpdatedBy`: Who last changed it.
    pub last_updated_by: Option<String>,
    /// `rbacGroupNames`: The device groups that it holds for; empty for all machines.
    pub rbac_group_names: Vec<String>,
    /// `rbacGroupIds`: The same groups by id.
    pub rbac_group_ids: Vec<String>,
    /// `notificationId`: Not documented; null in everything recorded.
    pub notification_id: Option<serde_json::Value>,
    /// `notificationBody`: Not documented; null in everything recorded.
    pub notification_body: Option<serde_json::Value>,
    /// `version`: Not documented; null in everything recorded.
    pub version: Option<serde_json::Value>,
    /// `mitreTechniques`: Techniques of MITRE ATT&CK; not documented.
    pub mitre_techniques: Vec<String>,
    /// `historicalDetection`: Not documented; false in everything recorded.
    pub historical_detection: bool,
    /// `lookBackPeriod`: Not documented; null in everything recorded.
    pub look_back_period: Option<serde_json::Value>,
    /// `generateAlert`: Whether an alert is raised where it turns up.
    pub generate_alert: bool,
    /// `additionalInfo`: Not documented; null in everything recorded.
    pub additional_info: Option<serde_json::Value>,
    /// `createdByDisplayName`: The name of who made it.
    pub created_by_display_name: Option<String>,
    /// `externalId`: The caller's own id, if it sent one. The documentation writes externalID.
    pub external_id: Option<String>,
    /// `createdBySource`: By which way it was made, such as PublicApi or Portal; the documentation calls it a name.
    pub created_by_source: Option<String>,
    /// `certificateInfo`: The certificate, where the indicator is one; its shape is not documented.
    pub certificate_info: Option<serde_json::Value>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl Indicator {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(id: IndicatorId) -> Self {
        Self {
            odata_context: None,
            id,
            indicator_value: None,
            indicator_type: IndicatorType::from("Unknown"),
            action: IndicatorAction::from("Unknown"),
            created_by: None,
            source: None,
            source_type: None,
            severity: None,
            category: None,
            application: None,
            educate_url: None,
            bypass_duration_hours: None,
            title: None,
            description: None,
            recommended_actions: None,
            creation_time_date_time_utc: None,
            expiration_time: None,
            last_update_time: None,
            last_updated_by: None,
            rbac_group_names: Vec::new(),
            rbac_group_ids: Vec::new(),
            notification_id: None,
            notification_body: None,
            version: None,
            mitre_techniques: Vec::new(),
            historical_detection: false,
            look_back_period: None,
            generate_alert: false,
            additional_info: None,
            created_by_display_name: None,
            external_id: None,
            created_by_source: None,
            certificate_info: None,
            extra: Extra::new(),
        }
    }
}
