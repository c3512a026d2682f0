// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
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

impl Serialize for ActionAvailabilityStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("action", &self.action)?;
        object.serialize_entry("isAvailable", &self.is_available)?;
        object.serialize_entry("notSupportedReason", &self.not_supported_reason)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for DownloadLink {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("value", &self.value)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}
