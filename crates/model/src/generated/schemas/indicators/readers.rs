// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const INDICATOR_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("id", "id"),
    ("indicatorValue", "indicatorValue"),
    ("indicatorType", "indicatorType"),
    ("action", "action"),
    ("createdBy", "createdBy"),
    ("source", "source"),
    ("sourceType", "sourceType"),
    ("severity", "severity"),
    ("category", "category"),
    ("application", "application"),
    ("educateUrl", "educateUrl"),
    ("bypassDurationHours", "bypassDurationHours"),
    ("title", "title"),
    ("description", "description"),
    ("recommendedActions", "recommendedActions"),
    ("creationTimeDateTimeUtc", "creationTimeDateTimeUtc"),
    ("expirationTime", "expirationTime"),
    ("lastUpdateTime", "lastUpdateTime"),
    ("lastUpdatedBy", "lastUpdatedBy"),
    ("rbacGroupNames", "rbacGroupNames"),
    ("rbacGroupIds", "rbacGroupIds"),
    ("notificationId", "notificationId"),
    ("notificationBody", "notificationBody"),
    ("version", "version"),
    ("mitreTechniques", "mitreTechniques"),
    ("historicalDetection", "historicalDetection"),
    ("lookBackPeriod", "lookBackPeriod"),
    ("generateAlert", "generateAlert"),
    ("additionalInfo", "additionalInfo"),
    ("createdByDisplayName", "createdByDisplayName"),
    ("externalId", "externalId"),
    ("createdBySource", "createdBySource"),
    ("certificateInfo", "certificateInfo"),
]);

impl<'de> Deserialize<'de> for Indicator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(IndicatorVisitor)
    }
}

struct IndicatorVisitor;

impl<'de> Visitor<'de> for IndicatorVisitor {
    type Value = Indicator;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object Indicator")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Indicator, A::Error> {
        let mut odata_context = None;
        let mut id = None;
        let mut indicator_value = None;
        let mut indicator_type = None;
        let mut action = None;
        let mut created_by = None;
        let mut source = None;
        let mut source_type = None;
        let mut severity = None;
        let mut category = None;
        let mut application = None;
        let mut educate_url = None;
        let mut bypass_duration_hours = None;
        let mut title = None;
        let mut description = None;
        let mut recommended_actions = None;
        let mut creation_time_date_time_utc = None;
        let mut expiration_time = None;
        let mut last_update_time = None;
        let mut last_updated_by = None;
        let mut rbac_group_names = None;
        let mut rbac_group_ids = None;
        let mut notification_id = None;
        let mut notification_body = None;
        let mut version = None;
        let mut mitre_techniques = None;
        let mut historical_detection = None;
        let mut look_back_period = None;
        let mut generate_alert = None;
        let mut additional_info = None;
        let mut created_by_display_name = None;
        let mut external_id = None;
        let mut created_by_source = None;
        let mut certificate_info = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(INDICATOR_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "id" => wire::insist(&mut object, "id", &mut id)?,
                "indicatorValue" => {
                    wire::fill(&mut object, &mut extra, name, &mut indicator_value)?
                }
                "indicatorType" => wire::fill(&mut object, &mut extra, name, &mut indicator_type)?,
                "action" => wire::fill(&mut object, &mut extra, name, &mut action)?,
                "createdBy" => wire::fill(&mut object, &mut extra, name, &mut created_by)?,
                "source" => wire::fill(&mut object, &mut extra, name, &mut source)?,
                "sourceType" => wire::fill(&mut object, &mut extra, name, &mut source_type)?,
                "severity" => wire::fill(&mut object, &mut extra, name, &mut severity)?,
                "category" => wire::fill(&mut object, &mut extra, name, &mut category)?,
                "application" => wire::fill(&mut object, &mut extra, name, &mut application)?,
                "educateUrl" => wire::fill(&mut object, &mut extra, name, &mut educate_url)?,
                "bypassDurationHours" => {
                    wire::fill(&mut object, &mut extra, name, &mut bypass_duration_hours)?
                }
                "title" => wire::fill(&mut object, &mut extra, name, &mut title)?,
                "description" => wire::fill(&mut object, &mut extra, name, &mut description)?,
                "recommendedActions" => {
                    wire::fill(&mut object, &mut extra, name, &mut recommended_actions)?
                }
                "creationTimeDateTimeUtc" => wire::fill(
                    &mut object,
                    &mut extra,
                    name,
                    &mut creation_time_date_time_utc,
                )?,
                "expirationTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut expiration_time)?
                }
                "lastUpdateTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut last_update_time)?
                }
                "lastUpdatedBy" => wire::fill(&mut object, &mut extra, name, &mut last_updated_by)?,
                "rbacGroupNames" => {
                    wire::fill(&mut object, &mut extra, name, &mut rbac_group_names)?
                }
                "rbacGroupIds" => wire::fill(&mut object, &mut extra, name, &mut rbac_group_ids)?,
                "notificationId" => {
                    wire::fill(&mut object, &mut extra, name, &mut notification_id)?
                }
                "notificationBody" => {
                    wire::fill(&mut object, &mut extra, name, &mut notification_body)?
                }
                "version" => wire::fill(&mut object, &mut extra, name, &mut version)?,
                "mitreTechniques" => {
                    wire::fill(&mut object, &mut extra, name, &mut mitre_techniques)?
                }
                "historicalDetection" => {
                    wire::fill(&mut object, &mut extra, name, &mut historical_detection)?
                }
                "lookBackPeriod" => {
                    wire::fill(&mut object, &mut extra, name, &mut look_back_period)?
                }
                "generateAlert" => wire::fill(&mut object, &mut extra, name, &mut generate_alert)?,
                "additionalInfo" => {
                    wire::fill(&mut object, &mut extra, name, &mut additional_info)?
                }
                "createdByDisplayName" => {
                    wire::fill(&mut object, &mut extra, name, &mut created_by_display_name)?
                }
                "externalId" => wire::fill(&mut object, &mut extra, name, &mut external_id)?,
                "createdBySource" => {
                    wire::fill(&mut object, &mut extra, name, &mut created_by_source)?
                }
                "certificateInfo" => {
                    wire::fill(&mut object, &mut extra, name, &mut certificate_info)?
                }
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(Indicator {
            odata_context,
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            indicator_value,
            indicator_type: indicator_type.unwrap_or_else(|| IndicatorType::from("Unknown")),
            action: action.unwrap_or_else(|| IndicatorAction::from("Unknown")),
            created_by,
            source,
            source_type,
            severity,
            category,
            application,
            educate_url,
            bypass_duration_hours,
            title,
            description,
            recommended_actions,
            creation_time_date_time_utc,
            expiration_time,
            last_update_time,
            last_updated_by,
            rbac_group_names: rbac_group_names.unwrap_or_default(),
            rbac_group_ids: rbac_group_ids.unwrap_or_default(),
            notification_id,
            notification_body,
            version,
            mitre_techniques: mitre_techniques.unwrap_or_default(),
            historical_detection: historical_detection.unwrap_or_default(),
            look_back_period,
            generate_alert: generate_alert.unwrap_or_default(),
            additional_info,
            created_by_display_name,
            external_id,
            created_by_source,
            certificate_info,
            extra,
        })
    }
}

wire::object!(Indicator, IndicatorVisitor);
