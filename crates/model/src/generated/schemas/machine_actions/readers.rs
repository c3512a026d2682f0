// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const MACHINE_ACTION_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("id", "id"),
    ("type", "type"),
    ("title", "title"),
    ("requestor", "requestor"),
    ("requestorComment", "requestorComment"),
    ("status", "status"),
    ("machineId", "machineId"),
    ("computerDnsName", "computerDnsName"),
    ("creationDateTimeUtc", "creationDateTimeUtc"),
    ("lastUpdateDateTimeUtc", "lastUpdateDateTimeUtc"),
    ("lastUpdateTimeUtc", "lastUpdateDateTimeUtc"),
    ("cancellationRequestor", "cancellationRequestor"),
    ("cancellationComment", "cancellationComment"),
    ("cancellationDateTimeUtc", "cancellationDateTimeUtc"),
    ("errorHResult", "errorHResult"),
    ("scope", "scope"),
    ("externalId", "externalId"),
    ("requestSource", "requestSource"),
    ("relatedFileInfo", "relatedFileInfo"),
    ("commands", "commands"),
    ("troubleshootInfo", "troubleshootInfo"),
    ("error", "error"),
    ("sha1", "sha1"),
    ("fileId", "fileId"),
    ("fileInstances", "fileInstances"),
]);

impl<'de> Deserialize<'de> for MachineAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MachineActionVisitor)
    }
}

struct MachineActionVisitor;

impl<'de> Visitor<'de> for MachineActionVisitor {
    type Value = MachineAction;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object MachineAction")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<MachineAction, A::Error> {
        let mut odata_context = None;
        let mut id = None;
        let mut kind = None;
        let mut title = None;
        let mut requestor = None;
        let mut requestor_comment = None;
        let mut status = None;
        let mut machine_id = None;
        let mut computer_dns_name = None;
        let mut creation_date_time_utc = None;
        let mut last_update_date_time_utc = None;
        let mut cancellation_requestor = None;
        let mut cancellation_comment = None;
        let mut cancellation_date_time_utc = None;
        let mut error_h_result = None;
        let mut scope = None;
        let mut external_id = None;
        let mut request_source = None;
        let mut related_file_info = None;
        let mut commands = None;
        let mut troubleshoot_info = None;
        let mut error = None;
        let mut sha1 = None;
        let mut file_id = None;
        let mut file_instances = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(MACHINE_ACTION_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "id" => wire::insist(&mut object, "id", &mut id)?,
                "type" => wire::fill(&mut object, &mut extra, name, &mut kind)?,
                "title" => wire::fill(&mut object, &mut extra, name, &mut title)?,
                "requestor" => wire::fill(&mut object, &mut extra, name, &mut requestor)?,
                "requestorComment" => {
                    wire::fill(&mut object, &mut extra, name, &mut requestor_comment)?
                }
                "status" => wire::insist(&mut object, "status", &mut status)?,
                "machineId" => wire::fill(&mut object, &mut extra, name, &mut machine_id)?,
                "computerDnsName" => {
                    wire::fill(&mut object, &mut extra, name, &mut computer_dns_name)?
                }
                "creationDateTimeUtc" => {
                    wire::fill(&mut object, &mut extra, name, &mut creation_date_time_utc)?
                }
                "lastUpdateDateTimeUtc" => wire::fill(
                    &mut object,
                    &mut extra,
                    name,
                    &mut last_update_date_time_utc,
                )?,
                "cancellationRequestor" => {
                    wire::fill(&mut object, &mut extra, name, &mut cancellation_requestor)?
                }
                "cancellationComment" => {
                    wire::fill(&mut object, &mut extra, name, &mut cancellation_comment)?
                }
                "cancellationDateTimeUtc" => wire::fill(
                    &mut object,
                    &mut extra,
                    name,
                    &mut cancellation_date_time_utc,
                )?,
                "errorHResult" => wire::fill(&mut object, &mut extra, name, &mut error_h_result)?,
                "scope" => wire::fill(&mut object, &mut extra, name, &mut scope)?,
                "externalId" => wire::fill(&mut object, &mut extra, name, &mut external_id)?,
                "requestSource" => wire::fill(&mut object, &mut extra, name, &mut request_source)?,
                "relatedFileInfo" => {
                    wire::fill(&mut object, &mut extra, name, &mut related_file_info)?
                }
                "commands" => wire::fill(&mut object, &mut extra, name, &mut commands)?,
                "troubleshootInfo" => {
                    wire::fill(&mut object, &mut extra, name, &mut troubleshoot_info)?
                }
                "error" => wire::fill(&mut object, &mut extra, name, &mut error)?,
                "sha1" => wire::fill(&mut object, &mut extra, name, &mut sha1)?,
                "fileId" => wire::fill(&mut object, &mut extra, name, &mut file_id)?,
                "fileInstances" => wire::fill(&mut object, &mut extra, name, &mut file_instances)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(MachineAction {
            odata_context,
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            kind: kind.unwrap_or(ActionType::Unknown),
            title,
            requestor,
            requestor_comment,
            status: status.unwrap_or_else(|| ActionStatus::from("Unknown")),
            machine_id,
            computer_dns_name,
            creation_date_time_utc: creation_date_time_utc.unwrap_or(Timestamp::NEVER),
            last_update_date_time_utc: last_update_date_time_utc.unwrap_or(Timestamp::NEVER),
            cancellation_requestor,
            cancellation_comment,
            cancellation_date_time_utc,
            error_h_result: error_h_result.unwrap_or_default(),
            scope,
            external_id,
            request_source: request_source.unwrap_or(RequestSource::Unspecified),
            related_file_info,
            commands: commands.unwrap_or_default(),
            troubleshoot_info,
            error,
            sha1,
            file_id,
            file_instances: file_instances.unwrap_or_default(),
            extra,
        })
    }
}

wire::object!(MachineAction, MachineActionVisitor);

pub(super) const RELATED_FILE_INFO_NAMES: Names = Names(&[
    ("fileIdentifier", "fileIdentifier"),
    ("fileIdentifierType", "fileIdentifierType"),
]);

impl<'de> Deserialize<'de> for RelatedFileInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RelatedFileInfoVisitor)
    }
}

struct RelatedFileInfoVisitor;

impl<'de> Visitor<'de> for RelatedFileInfoVisitor {
    type Value = RelatedFileInfo;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object RelatedFileInfo")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<RelatedFileInfo, A::Error> {
        let mut file_identifier = None;
        let mut file_identifier_type = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(RELATED_FILE_INFO_NAMES)? {
            match name.as_ref() {
                "fileIdentifier" => {
                    wire::fill(&mut object, &mut extra, name, &mut file_identifier)?
                }
                "fileIdentifierType" => {
                    wire::fill(&mut object, &mut extra, name, &mut file_identifier_type)?
                }
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(RelatedFileInfo {
            file_identifier,
            file_identifier_type,
            extra,
        })
    }
}

wire::object!(RelatedFileInfo, RelatedFileInfoVisitor);

pub(super) const COMMAND_ENTRY_NAMES: Names = Names(&[
    ("index", "index"),
    ("startTime", "startTime"),
    ("endTime", "endTime"),
    ("commandStatus", "commandStatus"),
    ("errors", "errors"),
    ("command", "command"),
]);

impl<'de> Deserialize<'de> for CommandEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CommandEntryVisitor)
    }
}

struct CommandEntryVisitor;

impl<'de> Visitor<'de> for CommandEntryVisitor {
    type Value = CommandEntry;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object CommandEntry")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<CommandEntry, A::Error> {
        let mut index = None;
        let mut start_time = None;
        let mut end_time = None;
        let mut command_status = None;
        let mut errors = None;
        let mut command = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(COMMAND_ENTRY_NAMES)? {
            match name.as_ref() {
                "index" => wire::fill(&mut object, &mut extra, name, &mut index)?,
                "startTime" => wire::fill(&mut object, &mut extra, name, &mut start_time)?,
                "endTime" => wire::fill(&mut object, &mut extra, name, &mut end_time)?,
                "commandStatus" => wire::fill(&mut object, &mut extra, name, &mut command_status)?,
                "errors" => wire::fill(&mut object, &mut extra, name, &mut errors)?,
                "command" => wire::fill(&mut object, &mut extra, name, &mut command)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(CommandEntry {
            index: index.unwrap_or_default(),
            start_time,
            end_time,
            command_status: command_status.unwrap_or_else(|| CommandStatus::from("Unknown")),
            errors: errors.unwrap_or_default(),
            command,
            extra,
        })
    }
}

wire::object!(CommandEntry, CommandEntryVisitor);

pub(super) const COMMAND_NAMES: Names = Names(&[("type", "type"), ("params", "params")]);

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CommandVisitor)
    }
}

struct CommandVisitor;

impl<'de> Visitor<'de> for CommandVisitor {
    type Value = Command;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object Command")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Command, A::Error> {
        let mut kind = None;
        let mut params = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(COMMAND_NAMES)? {
            match name.as_ref() {
                "type" => wire::fill(&mut object, &mut extra, name, &mut kind)?,
                "params" => wire::fill(&mut object, &mut extra, name, &mut params)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(Command {
            kind: kind.unwrap_or_else(|| CommandType::from("Unknown")),
            params: params.unwrap_or_default(),
            extra,
        })
    }
}

wire::object!(Command, CommandVisitor);

pub(super) const COMMAND_PARAMETER_NAMES: Names = Names(&[("key", "key"), ("value", "value")]);

impl<'de> Deserialize<'de> for CommandParameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CommandParameterVisitor)
    }
}

struct CommandParameterVisitor;

impl<'de> Visitor<'de> for CommandParameterVisitor {
    type Value = CommandParameter;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object CommandParameter")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<CommandParameter, A::Error> {
        let mut key = None;
        let mut value = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(COMMAND_PARAMETER_NAMES)? {
            match name.as_ref() {
                "key" => wire::fill(&mut object, &mut extra, name, &mut key)?,
                "value" => wire::fill(&mut object, &mut extra, name, &mut value)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(CommandParameter {
            key: key.unwrap_or_else(|| CommandParameterKey::from("Unknown")),
            value,
            extra,
        })
    }
}

wire::object!(CommandParameter, CommandParameterVisitor);

pub(super) const TROUBLESHOOT_INFO_NAMES: Names = Names(&[
    ("expirationUtc", "expirationUtc"),
    ("startTsModeUtc", "startTsModeUtc"),
    ("paramsJsonFormatVersion", "paramsJsonFormatVersion"),
    ("state", "state"),
]);

impl<'de> Deserialize<'de> for TroubleshootInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TroubleshootInfoVisitor)
    }
}

struct TroubleshootInfoVisitor;

impl<'de> Visitor<'de> for TroubleshootInfoVisitor {
    type Value = TroubleshootInfo;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object TroubleshootInfo")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<TroubleshootInfo, A::Error> {
        let mut expiration_utc = None;
        let mut start_ts_mode_utc = None;
        let mut params_json_format_version = None;
        let mut state = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(TROUBLESHOOT_INFO_NAMES)? {
            match name.as_ref() {
                "expirationUtc" => wire::fill(&mut object, &mut extra, name, &mut expiration_utc)?,
                "startTsModeUtc" => {
                    wire::fill(&mut object, &mut extra, name, &mut start_ts_mode_utc)?
                }
                "paramsJsonFormatVersion" => wire::fill(
                    &mut object,
                    &mut extra,
                    name,
                    &mut params_json_format_version,
                )?,
                "state" => wire::fill(&mut object, &mut extra, name, &mut state)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(TroubleshootInfo {
            expiration_utc,
            start_ts_mode_utc,
            params_json_format_version,
            state,
            extra,
        })
    }
}

wire::object!(TroubleshootInfo, TroubleshootInfoVisitor);

pub(super) const FILE_INSTANCE_NAMES: Names =
    Names(&[("filePath", "filePath"), ("status", "status")]);

impl<'de> Deserialize<'de> for FileInstance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FileInstanceVisitor)
    }
}

struct FileInstanceVisitor;

impl<'de> Visitor<'de> for FileInstanceVisitor {
    type Value = FileInstance;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object FileInstance")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<FileInstance, A::Error> {
        let mut file_path = None;
        let mut status = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(FILE_INSTANCE_NAMES)? {
            match name.as_ref() {
                "filePath" => wire::fill(&mut object, &mut extra, name, &mut file_path)?,
                "status" => wire::fill(&mut object, &mut extra, name, &mut status)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(FileInstance {
            file_path,
            status,
            extra,
        })
    }
}

wire::object!(FileInstance, FileInstanceVisitor);

pub(super) const ACTION_AVAILABILITY_STATUS_NAMES: Names = Names(&[
    ("action", "action"),
    ("isAvailable", "isAvailable"),
    ("notSupportedReason", "notSupportedReason"),
]);

impl<'de> Deserialize<'de> for ActionAvailabilityStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ActionAvailabilityStatusVisitor)
    }
}

struct ActionAvailabilityStatusVisitor;

impl<'de> Visitor<'de> for ActionAvailabilityStatusVisitor {
    type Value = ActionAvailabilityStatus;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object ActionAvailabilityStatus")
    }
    fn visit_map<A: MapAccess<'de>>(
        self,
        mut object: A,
    ) -> Result<ActionAvailabilityStatus, A::Error> {
        let mut action = None;
        let mut is_available = None;
        let mut not_supported_reason = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ACTION_AVAILABILITY_STATUS_NAMES)? {
            match name.as_ref() {
                "action" => wire::fill(&mut object, &mut extra, name, &mut action)?,
                "isAvailable" => wire::fill(&mut object, &mut extra, name, &mut is_available)?,
                "notSupportedReason" => {
                    wire::fill(&mut object, &mut extra, name, &mut not_supported_reason)?
                }
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(ActionAvailabilityStatus {
            action: action.unwrap_or(FullActionType::Unknown),
            is_available: is_available.unwrap_or_default(),
            not_supported_reason,
            extra,
        })
    }
}

wire::object!(ActionAvailabilityStatus, ActionAvailabilityStatusVisitor);

pub(super) const DOWNLOAD_LINK_NAMES: Names =
    Names(&[("@odata.context", "@odata.context"), ("value", "value")]);

impl<'de> Deserialize<'de> for DownloadLink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DownloadLinkVisitor)
    }
}

struct DownloadLinkVisitor;

impl<'de> Visitor<'de> for DownloadLinkVisitor {
    type Value = DownloadLink;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object DownloadLink")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<DownloadLink, A::Error> {
        let mut odata_context = None;
        let mut value = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(DOWNLOAD_LINK_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "value" => wire::insist(&mut object, "value", &mut value)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(DownloadLink {
            odata_context,
            value: value.ok_or_else(|| A::Error::missing_field("value"))?,
            extra,
        })
    }
}

wire::object!(DownloadLink, DownloadLinkVisitor);
