// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for Indicator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::optional(
            &mut object,
            extra,
            "@odata.context",
            self.odata_context.as_ref(),
        )?;
        object.serialize_entry("id", &self.id)?;
        wire::nullable(
            &mut object,
            extra,
            "indicatorValue",
            self.indicator_value.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "indicatorType",
            &self.indicator_type,
            || IndicatorType::from("Unknown"),
        )?;
        wire::defaulted(&mut object, extra, "action", &self.action, || {
            IndicatorAction::from("Unknown")
        })?;
        wire::nullable(&mut object, extra, "createdBy", self.created_by.as_ref())?;
        wire::optional(&mut object, extra, "source", self.source.as_ref())?;
        wire::optional(&mut object, extra, "sourceType", self.source_type.as_ref())?;
        wire::nullable(&mut object, extra, "severity", self.severity.as_ref())?;
        wire::nullable(&mut object, extra, "category", self.category.as_ref())?;
        wire::nullable(&mut object, extra, "application", self.application.as_ref())?;
        wire::nullable(&mut object, extra, "educateUrl", self.educate_url.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "bypassDurationHours",
            self.bypass_duration_hours.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "title", self.title.as_ref())?;
        wire::nullable(&mut object, extra, "description", self.description.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "recommendedActions",
            self.recommended_actions.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "creationTimeDateTimeUtc",
            self.creation_time_date_time_utc.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "expirationTime",
            self.expiration_time.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "lastUpdateTime",
            self.last_update_time.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "lastUpdatedBy",
            self.last_updated_by.as_ref(),
        )?;
        wire::list(&mut object, extra, "rbacGroupNames", &self.rbac_group_names)?;
        wire::list(&mut object, extra, "rbacGroupIds", &self.rbac_group_ids)?;
        wire::nullable(
            &mut object,
            extra,
            "notificationId",
            self.notification_id.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "notificationBody",
            self.notification_body.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "version", self.version.as_ref())?;
        wire::list(
            &mut object,
            extra,
            "mitreTechniques",
            &self.mitre_techniques,
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "historicalDetection",
            &self.historical_detection,
            || false,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "lookBackPeriod",
            self.look_back_period.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "generateAlert",
            &self.generate_alert,
            || false,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "additionalInfo",
            self.additional_info.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "createdByDisplayName",
            self.created_by_display_name.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "externalId", self.external_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "createdBySource",
            self.created_by_source.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "certificateInfo",
            self.certificate_info.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::INDICATOR_NAMES)?;
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
