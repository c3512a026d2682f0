// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use super::requests::*;
use super::structs::*;
use crate::wire;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for MachineAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("type", &self.kind)?;
        object.serialize_entry("title", &self.title)?;
        object.serialize_entry("requestor", &self.requestor)?;
        object.serialize_entry("requestorComment", &self.requestor_comment)?;
        object.serialize_entry("status", &self.status)?;
        object.serialize_entry("machineId", &self.machine_id)?;
        object.serialize_entry("computerDnsName", &self.computer_dns_name)?;
        object.serialize_entry("creationDateTimeUtc", &self.creation_date_time_utc)?;
        object.serialize_entry("lastUpdateDateTimeUtc", &self.last_update_date_time_utc)?;
        object.serialize_entry("cancellationRequestor", &self.cancellation_requestor)?;
        object.serialize_entry("cancellationComment", &self.cancellation_comment)?;
        object.serialize_entry("cancellationDateTimeUtc", &self.cancellation_date_time_utc)?;
        object.serialize_entry("errorHResult", &self.error_h_result)?;
        object.serialize_entry("scope", &self.scope)?;
        object.serialize_entry("externalId", &self.external_id)?;
        object.serialize_entry("requestSource", &self.request_source)?;
        object.serialize_entry("relatedFileInfo", &self.related_file_info)?;
        object.serialize_entry("commands", &self.commands)?;
        object.serialize_entry("troubleshootInfo", &self.troubleshoot_info)?;
        wire::entry(&mut object, "error", self.error.as_ref())?;
        wire::entry(&mut object, "sha1", self.sha1.as_ref())?;
        wire::entry(&mut object, "fileId", self.file_id.as_ref())?;
        wire::entry(
            &mut object,
            "fileInstances",
            Some(&self.file_instances).filter(|list| !list.is_empty()),
        )?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for RelatedFileInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("fileIdentifier", &self.file_identifier)?;
        object.serialize_entry("fileIdentifierType", &self.file_identifier_type)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for CommandEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("index", &self.index)?;
        object.serialize_entry("startTime", &self.start_time)?;
        object.serialize_entry("endTime", &self.end_time)?;
        object.serialize_entry("commandStatus", &self.command_status)?;
        object.serialize_entry("errors", &self.errors)?;
        object.serialize_entry("command", &self.command)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("type", &self.kind)?;
        object.serialize_entry("params", &self.params)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for CommandParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("key", &self.key)?;
        object.serialize_entry("value", &self.value)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for TroubleshootInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("expirationUtc", &self.expiration_utc)?;
        object.serialize_entry("startTsModeUtc", &self.start_ts_mode_utc)?;
        object.serialize_entry("paramsJsonFormatVersion", &self.params_json_format_version)?;
        object.serialize_entry("state", &self.state)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for FileInstance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("filePath", &self.file_path)?;
        object.serialize_entry("status", &self.status)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for Machine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("mergedIntoMachineId", &self.merged_into_machine_id)?;
        object.serialize_entry("isPotentialDuplication", &self.is_potential_duplication)?;
        object.serialize_entry("isExcluded", &self.is_excluded)?;
        object.serialize_entry("exclusionReason", &self.exclusion_reason)?;
        object.serialize_entry("computerDnsName", &self.computer_dns_name)?;
        object.serialize_entry("firstSeen", &self.first_seen)?;
        object.serialize_entry("lastSeen", &self.last_seen)?;
        object.serialize_entry("osPlatform", &self.os_platform)?;
        wire::entry(&mut object, "osVersion", self.os_version.as_ref())?;
        object.serialize_entry("osProcessor", &self.os_processor)?;
        object.serialize_entry("version", &self.version)?;
        object.serialize_entry("lastIpAddress", &self.last_ip_address)?;
        object.serialize_entry("lastExternalIpAddress", &self.last_external_ip_address)?;
        object.serialize_entry("agentVersion", &self.agent_version)?;
        object.serialize_entry("osBuild", &self.os_build)?;
        object.serialize_entry("healthStatus", &self.health_status)?;
        object.serialize_entry("deviceValue", &self.device_value)?;
        object.serialize_entry("rbacGroupId", &self.rbac_group_id)?;
        object.serialize_entry("rbacGroupName", &self.rbac_group_name)?;
        object.serialize_entry("riskScore", &self.risk_score)?;
        object.serialize_entry("exposureLevel", &self.exposure_level)?;
        object.serialize_entry("isAadJoined", &self.is_aad_joined)?;
        object.serialize_entry("aadDeviceId", &self.aad_device_id)?;
        object.serialize_entry("machineTags", &self.machine_tags)?;
        wire::entry(
            &mut object,
            "defenderAvStatus",
            self.defender_av_status.as_ref(),
        )?;
        object.serialize_entry("onboardingStatus", &self.onboarding_status)?;
        object.serialize_entry("osArchitecture", &self.os_architecture)?;
        object.serialize_entry("managedBy", &self.managed_by)?;
        object.serialize_entry("managedByStatus", &self.managed_by_status)?;
        object.serialize_entry("ipAddresses", &self.ip_addresses)?;
        object.serialize_entry("vmMetadata", &self.vm_metadata)?;
        wire::entry(
            &mut object,
            "systemProductName",
            self.system_product_name.as_ref(),
        )?;
        wire::entry(&mut object, "groupName", self.group_name.as_ref())?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for IpAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("ipAddress", &self.ip_address)?;
        object.serialize_entry("macAddress", &self.mac_address)?;
        object.serialize_entry("type", &self.kind)?;
        object.serialize_entry("operationalStatus", &self.operational_status)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for VmMetadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("vmId", &self.vm_id)?;
        object.serialize_entry("cloudProvider", &self.cloud_provider)?;
        object.serialize_entry("resourceId", &self.resource_id)?;
        object.serialize_entry("subscriptionId", &self.subscription_id)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("sha1", &self.sha1)?;
        object.serialize_entry("sha256", &self.sha256)?;
        object.serialize_entry("md5", &self.md5)?;
        object.serialize_entry("globalPrevalence", &self.global_prevalence)?;
        object.serialize_entry("globalFirstObserved", &self.global_first_observed)?;
        object.serialize_entry("globalLastObserved", &self.global_last_observed)?;
        object.serialize_entry("size", &self.size)?;
        object.serialize_entry("fileType", &self.file_type)?;
        object.serialize_entry("isPeFile", &self.is_pe_file)?;
        object.serialize_entry("filePublisher", &self.file_publisher)?;
        object.serialize_entry("fileProductName", &self.file_product_name)?;
        object.serialize_entry("signer", &self.signer)?;
        object.serialize_entry("issuer", &self.issuer)?;
        object.serialize_entry("signerHash", &self.signer_hash)?;
        object.serialize_entry("isValidCertificate", &self.is_valid_certificate)?;
        object.serialize_entry("determinationType", &self.determination_type)?;
        object.serialize_entry("determinationValue", &self.determination_value)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

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

impl Serialize for ErrorEnvelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("error", &self.error)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for ServiceError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("code", &self.code)?;
        object.serialize_entry("message", &self.message)?;
        wire::entry(&mut object, "target", self.target.as_ref())?;
        wire::entry(&mut object, "details", self.details.as_ref())?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for TokenError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("error", &self.error)?;
        object.serialize_entry("error_description", &self.error_description)?;
        wire::entry(
            &mut object,
            "error_codes",
            Some(&self.error_codes).filter(|list| !list.is_empty()),
        )?;
        wire::entry(&mut object, "timestamp", self.timestamp.as_ref())?;
        wire::entry(&mut object, "trace_id", self.trace_id.as_ref())?;
        wire::entry(&mut object, "correlation_id", self.correlation_id.as_ref())?;
        wire::entry(&mut object, "error_uri", self.error_uri.as_ref())?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for TokenResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("token_type", &self.token_type)?;
        object.serialize_entry("expires_in", &self.expires_in)?;
        wire::entry(&mut object, "ext_expires_in", self.ext_expires_in.as_ref())?;
        wire::entry(&mut object, "expires_on", self.expires_on.as_ref())?;
        wire::entry(&mut object, "not_before", self.not_before.as_ref())?;
        wire::entry(&mut object, "resource", self.resource.as_ref())?;
        object.serialize_entry("access_token", &self.access_token)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for StopAndQuarantineFileRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        object.serialize_entry("Sha1", &self.sha1)?;
        wire::entry(&mut object, "ExternalId", self.external_id.as_ref())?;
        wire::entry(&mut object, "RequestSource", self.request_source.as_ref())?;
        wire::entry(&mut object, "Title", self.title.as_ref())?;
        object.end()
    }
}

impl Serialize for CancelMachineActionRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        wire::entry(&mut object, "ExternalId", self.external_id.as_ref())?;
        wire::entry(&mut object, "RequestSource", self.request_source.as_ref())?;
        wire::entry(&mut object, "Title", self.title.as_ref())?;
        object.end()
    }
}
