// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for MachineAction {
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
        wire::defaulted(&mut object, extra, "type", &self.kind, || {
            ActionType::Unknown
        })?;
        wire::nullable(&mut object, extra, "title", self.title.as_ref())?;
        wire::nullable(&mut object, extra, "requestor", self.requestor.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "requestorComment",
            self.requestor_comment.as_ref(),
        )?;
        object.serialize_entry("status", &self.status)?;
        wire::nullable(&mut object, extra, "machineId", self.machine_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "computerDnsName",
            self.computer_dns_name.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "creationDateTimeUtc",
            &self.creation_date_time_utc,
            || Timestamp::NEVER,
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "lastUpdateDateTimeUtc",
            &self.last_update_date_time_utc,
            || Timestamp::NEVER,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "cancellationRequestor",
            self.cancellation_requestor.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "cancellationComment",
            self.cancellation_comment.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "cancellationDateTimeUtc",
            self.cancellation_date_time_utc.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "errorHResult",
            &self.error_h_result,
            || 0,
        )?;
        wire::nullable(&mut object, extra, "scope", self.scope.as_ref())?;
        wire::nullable(&mut object, extra, "externalId", self.external_id.as_ref())?;
        wire::defaulted(
            &mut object,
            extra,
            "requestSource",
            &self.request_source,
            || RequestSource::Unspecified,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "relatedFileInfo",
            self.related_file_info.as_ref(),
        )?;
        wire::list(&mut object, extra, "commands", &self.commands)?;
        wire::nullable(
            &mut object,
            extra,
            "troubleshootInfo",
            self.troubleshoot_info.as_ref(),
        )?;
        wire::optional(&mut object, extra, "error", self.error.as_ref())?;
        wire::optional(&mut object, extra, "sha1", self.sha1.as_ref())?;
        wire::optional(&mut object, extra, "fileId", self.file_id.as_ref())?;
        wire::optional(
            &mut object,
            extra,
            "fileInstances",
            Some(&self.file_instances).filter(|list| !list.is_empty()),
        )?;
        wire::extra(&mut object, extra, super::readers::MACHINE_ACTION_NAMES)?;
        object.end()
    }
}

impl Serialize for RelatedFileInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(
            &mut object,
            extra,
            "fileIdentifier",
            self.file_identifier.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "fileIdentifierType",
            self.file_identifier_type.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::RELATED_FILE_INFO_NAMES)?;
        object.end()
    }
}

impl Serialize for CommandEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::defaulted(&mut object, extra, "index", &self.index, || 0)?;
        wire::nullable(&mut object, extra, "startTime", self.start_time.as_ref())?;
        wire::nullable(&mut object, extra, "endTime", self.end_time.as_ref())?;
        wire::defaulted(
            &mut object,
            extra,
            "commandStatus",
            &self.command_status,
            || CommandStatus::from("Unknown"),
        )?;
        wire::list(&mut object, extra, "errors", &self.errors)?;
        wire::nullable(&mut object, extra, "command", self.command.as_ref())?;
        wire::extra(&mut object, extra, super::readers::COMMAND_ENTRY_NAMES)?;
        object.end()
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::defaulted(&mut object, extra, "type", &self.kind, || {
            CommandType::from("Unknown")
        })?;
        wire::list(&mut object, extra, "params", &self.params)?;
        wire::extra(&mut object, extra, super::readers::COMMAND_NAMES)?;
        object.end()
    }
}

impl Serialize for CommandParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::defaulted(&mut object, extra, "key", &self.key, || {
            CommandParameterKey::from("Unknown")
        })?;
        wire::nullable(&mut object, extra, "value", self.value.as_ref())?;
        wire::extra(&mut object, extra, super::readers::COMMAND_PARAMETER_NAMES)?;
        object.end()
    }
}

impl Serialize for TroubleshootInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(
            &mut object,
            extra,
            "expirationUtc",
            self.expiration_utc.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "startTsModeUtc",
            self.start_ts_mode_utc.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "paramsJsonFormatVersion",
            self.params_json_format_version.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "state", self.state.as_ref())?;
        wire::extra(&mut object, extra, super::readers::TROUBLESHOOT_INFO_NAMES)?;
        object.end()
    }
}

impl Serialize for FileInstance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(&mut object, extra, "filePath", self.file_path.as_ref())?;
        wire::nullable(&mut object, extra, "status", self.status.as_ref())?;
        wire::extra(&mut object, extra, super::readers::FILE_INSTANCE_NAMES)?;
        object.end()
    }
}

impl Serialize for ActionAvailabilityStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::defaulted(&mut object, extra, "action", &self.action, || {
            FullActionType::Unknown
        })?;
        wire::defaulted(
            &mut object,
            extra,
            "isAvailable",
            &self.is_available,
            || false,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "notSupportedReason",
            self.not_supported_reason.as_ref(),
        )?;
        wire::extra(
            &mut object,
            extra,
            super::readers::ACTION_AVAILABILITY_STATUS_NAMES,
        )?;
        object.end()
    }
}

impl Serialize for DownloadLink {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::optional(
            &mut object,
            extra,
            "@odata.context",
            self.odata_context.as_ref(),
        )?;
        object.serialize_entry("value", &self.value)?;
        wire::extra(&mut object, extra, super::readers::DOWNLOAD_LINK_NAMES)?;
        object.end()
    }
}
