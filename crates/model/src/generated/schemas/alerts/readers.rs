// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const ALERT_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("id", "id"),
    ("incidentId", "incidentId"),
    ("investigationId", "investigationId"),
    ("assignedTo", "assignedTo"),
    ("severity", "severity"),
    ("status", "status"),
    ("classification", "classification"),
    ("determination", "determination"),
    ("investigationState", "investigationState"),
    ("detectionSource", "detectionSource"),
    ("detectorId", "detectorId"),
    ("category", "category"),
    ("threatFamilyName", "threatFamilyName"),
    ("title", "title"),
    ("description", "description"),
    ("alertCreationTime", "alertCreationTime"),
    ("firstEventTime", "firstEventTime"),
    ("lastEventTime", "lastEventTime"),
    ("lastUpdateTime", "lastUpdateTime"),
    ("resolvedTime", "resolvedTime"),
    ("machineId", "machineId"),
    ("computerDnsName", "computerDnsName"),
    ("rbacGroupName", "rbacGroupName"),
    ("aadTenantId", "aadTenantId"),
    ("threatName", "threatName"),
    ("mitreTechniques", "mitreTechniques"),
    ("relatedUser", "relatedUser"),
    ("comments", "comments"),
    ("evidence", "evidence"),
]);

impl<'de> Deserialize<'de> for Alert {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AlertVisitor)
    }
}

struct AlertVisitor;

impl<'de> Visitor<'de> for AlertVisitor {
    type Value = Alert;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object Alert")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Alert, A::Error> {
        let mut odata_context = None;
        let mut id = None;
        let mut incident_id = None;
        let mut investigation_id = None;
        let mut assigned_to = None;
        let mut severity = None;
        let mut status = None;
        let mut classification = None;
        let mut determination = None;
        let mut investigation_state = None;
        let mut detection_source = None;
        let mut detector_id = None;
        let mut category = None;
        let mut threat_family_name = None;
        let mut title = None;
        let mut description = None;
        let mut alert_creation_time = None;
        let mut first_event_time = None;
        let mut last_event_time = None;
        let mut last_update_time = None;
        let mut resolved_time = None;
        let mut machine_id = None;
        let mut computer_dns_name = None;
        let mut rbac_group_name = None;
        let mut aad_tenant_id = None;
        let mut threat_name = None;
        let mut mitre_techniques = None;
        let mut related_user = None;
        let mut comments = None;
        let mut evidence = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ALERT_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "id" => wire::insist(&mut object, "id", &mut id)?,
                "incidentId" => wire::fill(&mut object, &mut extra, name, &mut incident_id)?,
                "investigationId" => {
                    wire::fill(&mut object, &mut extra, name, &mut investigation_id)?
                }
                "assignedTo" => wire::fill(&mut object, &mut extra, name, &mut assigned_to)?,
                "severity" => wire::fill(&mut object, &mut extra, name, &mut severity)?,
                "status" => wire::fill(&mut object, &mut extra, name, &mut status)?,
                "classification" => wire::fill(&mut object, &mut extra, name, &mut classification)?,
                "determination" => wire::fill(&mut object, &mut extra, name, &mut determination)?,
                "investigationState" => {
                    wire::fill(&mut object, &mut extra, name, &mut investigation_state)?
                }
                "detectionSource" => {
                    wire::fill(&mut object, &mut extra, name, &mut detection_source)?
                }
                "detectorId" => wire::fill(&mut object, &mut extra, name, &mut detector_id)?,
                "category" => wire::fill(&mut object, &mut extra, name, &mut category)?,
                "threatFamilyName" => {
                    wire::fill(&mut object, &mut extra, name, &mut threat_family_name)?
                }
                "title" => wire::fill(&mut object, &mut extra, name, &mut title)?,
                "description" => wire::fill(&mut object, &mut extra, name, &mut description)?,
                "alertCreationTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut alert_creation_time)?
                }
                "firstEventTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut first_event_time)?
                }
                "lastEventTime" => wire::fill(&mut object, &mut extra, name, &mut last_event_time)?,
                "lastUpdateTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut last_update_time)?
                }
                "resolvedTime" => wire::fill(&mut object, &mut extra, name, &mut resolved_time)?,
                "machineId" => wire::fill(&mut object, &mut extra, name, &mut machine_id)?,
                "computerDnsName" => {
                    wire::fill(&mut object, &mut extra, name, &mut computer_dns_name)?
                }
                "rbacGroupName" => wire::fill(&mut object, &mut extra, name, &mut rbac_group_name)?,
                "aadTenantId" => wire::fill(&mut object, &mut extra, name, &mut aad_tenant_id)?,
                "threatName" => wire::fill(&mut object, &mut extra, name, &mut threat_name)?,
                "mitreTechniques" => {
                    wire::fill(&mut object, &mut extra, name, &mut mitre_techniques)?
                }
                "relatedUser" => wire::fill(&mut object, &mut extra, name, &mut related_user)?,
                "comments" => wire::fill(&mut object, &mut extra, name, &mut comments)?,
                "evidence" => wire::fill(&mut object, &mut extra, name, &mut evidence)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(Alert {
            odata_context,
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            incident_id,
            investigation_id,
            assigned_to,
            severity: severity.unwrap_or(AlertSeverity::UnSpecified),
            status: status.unwrap_or(AlertStatus::Unknown),
            classification,
            determination,
            investigation_state,
            detection_source,
            detector_id,
            category,
            threat_family_name,
            title,
            description,
            alert_creation_time,
            first_event_time,
            last_event_time,
            last_update_time,
            resolved_time,
            machine_id,
            computer_dns_name,
            rbac_group_name,
            aad_tenant_id,
            threat_name,
            mitre_techniques: mitre_techniques.unwrap_or_default(),
            related_user,
            comments: comments.unwrap_or_default(),
            evidence: evidence.unwrap_or_default(),
            extra,
        })
    }
}

wire::object!(Alert, AlertVisitor);

pub(super) const ALERT_USER_NAMES: Names =
    Names(&[("userName", "userName"), ("domainName", "domainName")]);

impl<'de> Deserialize<'de> for AlertUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AlertUserVisitor)
    }
}

struct AlertUserVisitor;

impl<'de> Visitor<'de> for AlertUserVisitor {
    type Value = AlertUser;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object AlertUser")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<AlertUser, A::Error> {
        let mut user_name = None;
        let mut domain_name = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ALERT_USER_NAMES)? {
            match name.as_ref() {
                "userName" => wire::fill(&mut object, &mut extra, name, &mut user_name)?,
                "domainName" => wire::fill(&mut object, &mut extra, name, &mut domain_name)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(AlertUser {
            user_name,
            domain_name,
            extra,
        })
    }
}

wire::object!(AlertUser, AlertUserVisitor);

pub(super) const ALERT_COMMENT_NAMES: Names = Names(&[
    ("comment", "comment"),
    ("createdBy", "createdBy"),
    ("createdTime", "createdTime"),
]);

impl<'de> Deserialize<'de> for AlertComment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AlertCommentVisitor)
    }
}

struct AlertCommentVisitor;

impl<'de> Visitor<'de> for AlertCommentVisitor {
    type Value = AlertComment;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object AlertComment")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<AlertComment, A::Error> {
        let mut comment = None;
        let mut created_by = None;
        let mut created_time = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ALERT_COMMENT_NAMES)? {
            match name.as_ref() {
                "comment" => wire::fill(&mut object, &mut extra, name, &mut comment)?,
                "createdBy" => wire::fill(&mut object, &mut extra, name, &mut created_by)?,
                "createdTime" => wire::fill(&mut object, &mut extra, name, &mut created_time)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(AlertComment {
            comment,
            created_by,
            created_time,
            extra,
        })
    }
}

wire::object!(AlertComment, AlertCommentVisitor);

pub(super) const ALERT_EVIDENCE_NAMES: Names = Names(&[
    ("entityType", "entityType"),
    ("evidenceCreationTime", "evidenceCreationTime"),
    ("sha1", "sha1"),
    ("sha256", "sha256"),
    ("fileName", "fileName"),
    ("filePath", "filePath"),
    ("processId", "processId"),
    ("processCommandLine", "processCommandLine"),
    ("processCreationTime", "processCreationTime"),
    ("parentProcessId", "parentProcessId"),
    ("parentProcessCreationTime", "parentProcessCreationTime"),
    ("parentProcessFileName", "parentProcessFileName"),
    ("parentProcessFilePath", "parentProcessFilePath"),
    ("ipAddress", "ipAddress"),
    ("url", "url"),
    ("registryKey", "registryKey"),
    ("registryHive", "registryHive"),
    ("registryValueType", "registryValueType"),
    ("registryValue", "registryValue"),
    ("accountName", "accountName"),
    ("domainName", "domainName"),
    ("userSid", "userSid"),
    ("aadUserId", "aadUserId"),
    ("userPrincipalName", "userPrincipalName"),
    ("detectionStatus", "detectionStatus"),
]);

impl<'de> Deserialize<'de> for AlertEvidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AlertEvidenceVisitor)
    }
}

struct AlertEvidenceVisitor;

impl<'de> Visitor<'de> for AlertEvidenceVisitor {
    type Value = AlertEvidence;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object AlertEvidence")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<AlertEvidence, A::Error> {
        let mut entity_type = None;
        let mut evidence_creation_time = None;
        let mut sha1 = None;
        let mut sha256 = None;
        let mut file_name = None;
        let mut file_path = None;
        let mut process_id = None;
        let mut process_command_line = None;
        let mut process_creation_time = None;
        let mut parent_process_id = None;
        let mut parent_process_creation_time = None;
        let mut parent_process_file_name = None;
        let mut parent_process_file_path = None;
        let mut ip_address = None;
        let mut url = None;
        let mut registry_key = None;
        let mut registry_hive = None;
        let mut registry_value_type = None;
        let mut registry_value = None;
        let mut account_name = None;
        let mut domain_name = None;
        let mut user_sid = None;
        let mut aad_user_id = None;
        let mut user_principal_name = None;
        let mut detection_status = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ALERT_EVIDENCE_NAMES)? {
            match name.as_ref() {
                "entityType" => wire::fill(&mut object, &mut extra, name, &mut entity_type)?,
                "evidenceCreationTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut evidence_creation_time)?
                }
                "sha1" => wire::fill(&mut object, &mut extra, name, &mut sha1)?,
                "sha256" => wire::fill(&mut object, &mut extra, name, &mut sha256)?,
                "fileName" => wire::fill(&mut object, &mut extra, name, &mut file_name)?,
                "filePath" => wire::fill(&mut object, &mut extra, name, &mut file_path)?,
                "processId" => wire::fill(&mut object, &mut extra, name, &mut process_id)?,
                "processCommandLine" => {
                    wire::fill(&mut object, &mut extra, name, &mut process_command_line)?
                }
                "processCreationTime" => {
                    wire::fill(&mut object, &mut extra, name, &mut process_creation_time)?
                }
                "parentProcessId" => {
                    wire::fill(&mut object, &mut extra, name, &mut parent_process_id)?
                }
                "parentProcessCreationTime" => wire::fill(
                    &mut object,
                    &mut extra,
                    name,
                    &mut parent_process_creation_time,
                )?,
                "parentProcessFileName" => {
                    wire::fill(&mut object, &mut extra, name, &mut parent_process_file_name)?
                }
                "parentProcessFilePath" => {
                    wire::fill(&mut object, &mut extra, name, &mut parent_process_file_path)?
                }
                "ipAddress" => wire::fill(&mut object, &mut extra, name, &mut ip_address)?,
                "url" => wire::fill(&mut object, &mut extra, name, &mut url)?,
                "registryKey" => wire::fill(&mut object, &mut extra, name, &mut registry_key)?,
                "registryHive" => wire::fill(&mut object, &mut extra, name, &mut registry_hive)?,
                "registryValueType" => {
                    wire::fill(&mut object, &mut extra, name, &mut registry_value_type)?
                }
                "registryValue" => wire::fill(&mut object, &mut extra, name, &mut registry_value)?,
                "accountName" => wire::fill(&mut object, &mut extra, name, &mut account_name)?,
                "domainName" => wire::fill(&mut object, &mut extra, name, &mut domain_name)?,
                "userSid" => wire::fill(&mut object, &mut extra, name, &mut user_sid)?,
                "aadUserId" => wire::fill(&mut object, &mut extra, name, &mut aad_user_id)?,
                "userPrincipalName" => {
                    wire::fill(&mut object, &mut extra, name, &mut user_principal_name)?
                }
                "detectionStatus" => {
                    wire::fill(&mut object, &mut extra, name, &mut detection_status)?
                }
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(AlertEvidence {
            entity_type,
            evidence_creation_time,
            sha1,
            sha256,
            file_name,
            file_path,
            process_id,
            process_command_line,
            process_creation_time,
            parent_process_id,
            parent_process_creation_time,
            parent_process_file_name,
            parent_process_file_path,
            ip_address,
            url,
            registry_key,
            registry_hive,
            registry_value_type,
            registry_value,
            account_name,
            domain_name,
            user_sid,
            aad_user_id,
            user_principal_name,
            detection_status,
            extra,
        })
    }
}

wire::object!(AlertEvidence, AlertEvidenceVisitor);
