// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for Indicator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("indicatorValue", &self.indicator_value)?;
        object.serialize_entry("indicatorType", &self.indicator_type)?;
        object.serialize_entry("action", &self.action)?;
        object.serialize_entry("createdBy", &self.created_by)?;
        wire::entry(&mut object, "source", self.source.as_ref())?;
        wire::entry(&mut object, "sourceType", self.source_type.as_ref())?;
        object.serialize_entry("severity", &self.severity)?;
        object.serialize_entry("category", &self.category)?;
        object.serialize_entry("application", &self.application)?;
        object.serialize_entry("educateUrl", &self.educate_url)?;
        object.serialize_entry("bypassDurationHours", &self.bypass_duration_hours)?;
        object.serialize_entry("title", &self.title)?;
        object.serialize_entry("description", &self.description)?;
        object.serialize_entry("recommendedActions", &self.recommended_actions)?;
        object.serialize_entry("creationTimeDateTimeUtc", &self.creation_time_date_time_utc)?;
        object.serialize_entry("expirationTime", &self.expiration_time)?;
        object.serialize_entry("lastUpdateTime", &self.last_update_time)?;
        object.serialize_entry("lastUpdatedBy", &self.last_updated_by)?;
        object.serialize_entry("rbacGroupNames", &self.rbac_group_names)?;
        object.serialize_entry("rbacGroupIds", &self.rbac_group_ids)?;
        object.serialize_entry("notificationId", &self.notification_id)?;
        object.serialize_entry("notificationBody", &self.notification_body)?;
        object.serialize_entry("version", &self.version)?;
        object.serialize_entry("mitreTechniques", &self.mitre_techniques)?;
        object.serialize_entry("historicalDetection", &self.historical_detection)?;
        object.serialize_entry("lookBackPeriod", &self.look_back_period)?;
        object.serialize_entry("generateAlert", &self.generate_alert)?;
        object.serialize_entry("additionalInfo", &self.additional_info)?;
        object.serialize_entry("createdByDisplayName", &self.created_by_display_name)?;
        object.serialize_entry("externalId", &self.external_id)?;
        object.serialize_entry("createdBySource", &self.created_by_source)?;
        object.serialize_entry("certificateInfo", &self.certificate_info)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for SubmitIndicatorRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("indicatorValue", &self.indicator_value)?;
        object.serialize_entry("indicatorType", &self.indicator_type)?;
        object.serialize_entry("action", &self.action)?;
        object.serialize_entry("title", &self.title)?;
        object.serialize_entry("description", &self.description)?;
        wire::entry(&mut object, "application", self.application.as_ref())?;
        wire::entry(&mut object, "expirationTime", self.expiration_time.as_ref())?;
        wire::entry(&mut object, "severity", self.severity.as_ref())?;
        wire::entry(
            &mut object,
            "recommendedActions",
            self.recommended_actions.as_ref(),
        )?;
        wire::entry(
            &mut object,
            "rbacGroupNames",
            Some(&self.rbac_group_names).filter(|list| !list.is_empty()),
        )?;
        wire::entry(&mut object, "educateUrl", self.educate_url.as_ref())?;
        wire::entry(&mut object, "generateAlert", self.generate_alert.as_ref())?;
        object.end()
    }
}
