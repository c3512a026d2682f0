// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for Alert {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("incidentId", &self.incident_id)?;
        object.serialize_entry("investigationId", &self.investigation_id)?;
        object.serialize_entry("assignedTo", &self.assigned_to)?;
        object.serialize_entry("severity", &self.severity)?;
        object.serialize_entry("status", &self.status)?;
        object.serialize_entry("classification", &self.classification)?;
        object.serialize_entry("determination", &self.determination)?;
        object.serialize_entry("investigationState", &self.investigation_state)?;
        object.serialize_entry("detectionSource", &self.detection_source)?;
        object.serialize_entry("detectorId", &self.detector_id)?;
        object.serialize_entry("category", &self.category)?;
        object.serialize_entry("threatFamilyName", &self.threat_family_name)?;
        object.serialize_entry("title", &self.title)?;
        object.serialize_entry("description", &self.description)?;
        object.serialize_entry("alertCreationTime", &self.alert_creation_time)?;
        object.serialize_entry("firstEventTime", &self.first_event_time)?;
        object.serialize_entry("lastEventTime", &self.last_event_time)?;
        object.serialize_entry("lastUpdateTime", &self.last_update_time)?;
        object.serialize_entry("resolvedTime", &self.resolved_time)?;
        object.serialize_entry("machineId", &self.machine_id)?;
        object.serialize_entry("computerDnsName", &self.computer_dns_name)?;
        object.serialize_entry("rbacGroupName", &self.rbac_group_name)?;
        object.serialize_entry("aadTenantId", &self.aad_tenant_id)?;
        object.serialize_entry("threatName", &self.threat_name)?;
        object.serialize_entry("mitreTechniques", &self.mitre_techniques)?;
        object.serialize_entry("relatedUser", &self.related_user)?;
        object.serialize_entry("comments", &self.comments)?;
        object.serialize_entry("evidence", &self.evidence)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for AlertUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("userName", &self.user_name)?;
        object.serialize_entry("domainName", &self.domain_name)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for AlertComment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("comment", &self.comment)?;
        object.serialize_entry("createdBy", &self.created_by)?;
        object.serialize_entry("createdTime", &self.created_time)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for AlertEvidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("entityType", &self.entity_type)?;
        object.serialize_entry("evidenceCreationTime", &self.evidence_creation_time)?;
        object.serialize_entry("sha1", &self.sha1)?;
        object.serialize_entry("sha256", &self.sha256)?;
        object.serialize_entry("fileName", &self.file_name)?;
        object.serialize_entry("filePath", &self.file_path)?;
        object.serialize_entry("processId", &self.process_id)?;
        object.serialize_entry("processCommandLine", &self.process_command_line)?;
        object.serialize_entry("processCreationTime", &self.process_creation_time)?;
        object.serialize_entry("parentProcessId", &self.parent_process_id)?;
        object.serialize_entry(
            "parentProcessCreationTime",
            &self.parent_process_creation_time,
        )?;
        object.serialize_entry("parentProcessFileName", &self.parent_process_file_name)?;
        object.serialize_entry("parentProcessFilePath", &self.parent_process_file_path)?;
        object.serialize_entry("ipAddress", &self.ip_address)?;
        object.serialize_entry("url", &self.url)?;
        object.serialize_entry("registryKey", &self.registry_key)?;
        object.serialize_entry("registryHive", &self.registry_hive)?;
        object.serialize_entry("registryValueType", &self.registry_value_type)?;
        object.serialize_entry("registryValue", &self.registry_value)?;
        object.serialize_entry("accountName", &self.account_name)?;
        object.serialize_entry("domainName", &self.domain_name)?;
        object.serialize_entry("userSid", &self.user_sid)?;
        object.serialize_entry("aadUserId", &self.aad_user_id)?;
        object.serialize_entry("userPrincipalName", &self.user_principal_name)?;
        object.serialize_entry("detectionStatus", &self.detection_status)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}
