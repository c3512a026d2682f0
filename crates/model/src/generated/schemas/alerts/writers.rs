// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for Alert {
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
        wire::nullable(&mut object, extra, "incidentId", self.incident_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "investigationId",
            self.investigation_id.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "assignedTo", self.assigned_to.as_ref())?;
        wire::defaulted(&mut object, extra, "severity", &self.severity, || {
            AlertSeverity::UnSpecified
        })?;
        wire::defaulted(&mut object, extra, "status", &self.status, || {
            AlertStatus::Unknown
        })?;
        wire::nullable(
            &mut object,
            extra,
            "classification",
            self.classification.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "determination",
            self.determination.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "investigationState",
            self.investigation_state.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "detectionSource",
            self.detection_source.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "detectorId", self.detector_id.as_ref())?;
        wire::nullable(&mut object, extra, "category", self.category.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "threatFamilyName",
            self.threat_family_name.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "title", self.title.as_ref())?;
        wire::nullable(&mut object, extra, "description", self.description.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "alertCreationTime",
            self.alert_creation_time.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "firstEventTime",
            self.first_event_time.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "lastEventTime",
            self.last_event_time.as_ref(),
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
            "resolvedTime",
            self.resolved_time.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "machineId", self.machine_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "computerDnsName",
            self.computer_dns_name.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "rbacGroupName",
            self.rbac_group_name.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "aadTenantId",
            self.aad_tenant_id.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "threatName", self.threat_name.as_ref())?;
        wire::list(
            &mut object,
            extra,
            "mitreTechniques",
            &self.mitre_techniques,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "relatedUser",
            self.related_user.as_ref(),
        )?;
        wire::list(&mut object, extra, "comments", &self.comments)?;
        wire::list(&mut object, extra, "evidence", &self.evidence)?;
        wire::extra(&mut object, extra, super::readers::ALERT_NAMES)?;
        object.end()
    }
}

impl Serialize for AlertUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(&mut object, extra, "userName", self.user_name.as_ref())?;
        wire::nullable(&mut object, extra, "domainName", self.domain_name.as_ref())?;
        wire::extra(&mut object, extra, super::readers::ALERT_USER_NAMES)?;
        object.end()
    }
}

impl Serialize for AlertComment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(&mut object, extra, "comment", self.comment.as_ref())?;
        wire::nullable(&mut object, extra, "createdBy", self.created_by.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "createdTime",
            self.created_time.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::ALERT_COMMENT_NAMES)?;
        object.end()
    }
}

impl Serialize for AlertEvidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(&mut object, extra, "entityType", self.entity_type.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "evidenceCreationTime",
            self.evidence_creation_time.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "sha1", self.sha1.as_ref())?;
        wire::nullable(&mut object, extra, "sha256", self.sha256.as_ref())?;
        wire::nullable(&mut object, extra, "fileName", self.file_name.as_ref())?;
        wire::nullable(&mut object, extra, "filePath", self.file_path.as_ref())?;
        wire::nullable(&mut object, extra, "processId", self.process_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "processCommandLine",
            self.process_command_line.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "processCreationTime",
            self.process_creation_time.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "parentProcessId",
            self.parent_process_id.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "parentProcessCreationTime",
            self.parent_process_creation_time.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "parentProcessFileName",
            self.parent_process_file_name.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "parentProcessFilePath",
            self.parent_process_file_path.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "ipAddress", self.ip_address.as_ref())?;
        wire::nullable(&mut object, extra, "url", self.url.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "registryKey",
            self.registry_key.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "registryHive",
            self.registry_hive.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "registryValueType",
            self.registry_value_type.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "registryValue",
            self.registry_value.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "accountName",
            self.account_name.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "domainName", self.domain_name.as_ref())?;
        wire::nullable(&mut object, extra, "userSid", self.user_sid.as_ref())?;
        wire::nullable(&mut object, extra, "aadUserId", self.aad_user_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "userPrincipalName",
            self.user_principal_name.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "detectionStatus",
            self.detection_status.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::ALERT_EVIDENCE_NAMES)?;
        object.end()
    }
}
