// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use super::enums::*;
use super::error_codes::ErrorCode;
use super::structs::*;
use crate::Timestamp;
use crate::wire::{self, Extra, Names};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

const MACHINE_ACTION_NAMES: Names = Names(&[
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
                "@odata.context" => wire::fill(&mut object, &mut odata_context)?,
                "id" => wire::fill(&mut object, &mut id)?,
                "type" => wire::fill(&mut object, &mut kind)?,
                "title" => wire::fill(&mut object, &mut title)?,
                "requestor" => wire::fill(&mut object, &mut requestor)?,
                "requestorComment" => wire::fill(&mut object, &mut requestor_comment)?,
                "status" => wire::fill(&mut object, &mut status)?,
                "machineId" => wire::fill(&mut object, &mut machine_id)?,
                "computerDnsName" => wire::fill(&mut object, &mut computer_dns_name)?,
                "creationDateTimeUtc" => wire::fill(&mut object, &mut creation_date_time_utc)?,
                "lastUpdateDateTimeUtc" => wire::fill(&mut object, &mut last_update_date_time_utc)?,
                "cancellationRequestor" => wire::fill(&mut object, &mut cancellation_requestor)?,
                "cancellationComment" => wire::fill(&mut object, &mut cancellation_comment)?,
                "cancellationDateTimeUtc" => {
                    wire::fill(&mut object, &mut cancellation_date_time_utc)?
                }
                "errorHResult" => wire::fill(&mut object, &mut error_h_result)?,
                "scope" => wire::fill(&mut object, &mut scope)?,
                "externalId" => wire::fill(&mut object, &mut external_id)?,
                "requestSource" => wire::fill(&mut object, &mut request_source)?,
                "relatedFileInfo" => wire::fill(&mut object, &mut related_file_info)?,
                "commands" => wire::fill(&mut object, &mut commands)?,
                "troubleshootInfo" => wire::fill(&mut object, &mut troubleshoot_info)?,
                "error" => wire::fill(&mut object, &mut error)?,
                "sha1" => wire::fill(&mut object, &mut sha1)?,
                "fileId" => wire::fill(&mut object, &mut file_id)?,
                "fileInstances" => wire::fill(&mut object, &mut file_instances)?,
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

wire::as_serde_reads!(MachineAction);

const RELATED_FILE_INFO_NAMES: Names = Names(&[
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
                "fileIdentifier" => wire::fill(&mut object, &mut file_identifier)?,
                "fileIdentifierType" => wire::fill(&mut object, &mut file_identifier_type)?,
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

wire::as_serde_reads!(RelatedFileInfo);

const COMMAND_ENTRY_NAMES: Names = Names(&[
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
                "index" => wire::fill(&mut object, &mut index)?,
                "startTime" => wire::fill(&mut object, &mut start_time)?,
                "endTime" => wire::fill(&mut object, &mut end_time)?,
                "commandStatus" => wire::fill(&mut object, &mut command_status)?,
                "errors" => wire::fill(&mut object, &mut errors)?,
                "command" => wire::fill(&mut object, &mut command)?,
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

wire::as_serde_reads!(CommandEntry);

const COMMAND_NAMES: Names = Names(&[("type", "type"), ("params", "params")]);

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
                "type" => wire::fill(&mut object, &mut kind)?,
                "params" => wire::fill(&mut object, &mut params)?,
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

wire::as_serde_reads!(Command);

const COMMAND_PARAMETER_NAMES: Names = Names(&[("key", "key"), ("value", "value")]);

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
                "key" => wire::fill(&mut object, &mut key)?,
                "value" => wire::fill(&mut object, &mut value)?,
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

wire::as_serde_reads!(CommandParameter);

const TROUBLESHOOT_INFO_NAMES: Names = Names(&[
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
                "expirationUtc" => wire::fill(&mut object, &mut expiration_utc)?,
                "startTsModeUtc" => wire::fill(&mut object, &mut start_ts_mode_utc)?,
                "paramsJsonFormatVersion" => {
                    wire::fill(&mut object, &mut params_json_format_version)?
                }
                "state" => wire::fill(&mut object, &mut state)?,
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

wire::as_serde_reads!(TroubleshootInfo);

const FILE_INSTANCE_NAMES: Names = Names(&[("filePath", "filePath"), ("status", "status")]);

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
                "filePath" => wire::fill(&mut object, &mut file_path)?,
                "status" => wire::fill(&mut object, &mut status)?,
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

wire::as_serde_reads!(FileInstance);

const MACHINE_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("id", "id"),
    ("mergedIntoMachineId", "mergedIntoMachineId"),
    ("isPotentialDuplication", "isPotentialDuplication"),
    ("isExcluded", "isExcluded"),
    ("exclusionReason", "exclusionReason"),
    ("computerDnsName", "computerDnsName"),
    ("firstSeen", "firstSeen"),
    ("lastSeen", "lastSeen"),
    ("osPlatform", "osPlatform"),
    ("osVersion", "osVersion"),
    ("osProcessor", "osProcessor"),
    ("version", "version"),
    ("lastIpAddress", "lastIpAddress"),
    ("lastExternalIpAddress", "lastExternalIpAddress"),
    ("agentVersion", "agentVersion"),
    ("osBuild", "osBuild"),
    ("healthStatus", "healthStatus"),
    ("deviceValue", "deviceValue"),
    ("rbacGroupId", "rbacGroupId"),
    ("rbacGroupName", "rbacGroupName"),
    ("riskScore", "riskScore"),
    ("exposureLevel", "exposureLevel"),
    ("isAadJoined", "isAadJoined"),
    ("aadDeviceId", "aadDeviceId"),
    ("machineTags", "machineTags"),
    ("defenderAvStatus", "defenderAvStatus"),
    ("onboardingStatus", "onboardingStatus"),
    ("osArchitecture", "osArchitecture"),
    ("managedBy", "managedBy"),
    ("managedByStatus", "managedByStatus"),
    ("ipAddresses", "ipAddresses"),
    ("vmMetadata", "vmMetadata"),
    ("systemProductName", "systemProductName"),
    ("groupName", "groupName"),
]);

impl<'de> Deserialize<'de> for Machine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MachineVisitor)
    }
}

struct MachineVisitor;

impl<'de> Visitor<'de> for MachineVisitor {
    type Value = Machine;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object Machine")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Machine, A::Error> {
        let mut odata_context = None;
        let mut id = None;
        let mut merged_into_machine_id = None;
        let mut is_potential_duplication = None;
        let mut is_excluded = None;
        let mut exclusion_reason = None;
        let mut computer_dns_name = None;
        let mut first_seen = None;
        let mut last_seen = None;
        let mut os_platform = None;
        let mut os_version = None;
        let mut os_processor = None;
        let mut version = None;
        let mut last_ip_address = None;
        let mut last_external_ip_address = None;
        let mut agent_version = None;
        let mut os_build = None;
        let mut health_status = None;
        let mut device_value = None;
        let mut rbac_group_id = None;
        let mut rbac_group_name = None;
        let mut risk_score = None;
        let mut exposure_level = None;
        let mut is_aad_joined = None;
        let mut aad_device_id = None;
        let mut machine_tags = None;
        let mut defender_av_status = None;
        let mut onboarding_status = None;
        let mut os_architecture = None;
        let mut managed_by = None;
        let mut managed_by_status = None;
        let mut ip_addresses = None;
        let mut vm_metadata = None;
        let mut system_product_name = None;
        let mut group_name = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(MACHINE_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut odata_context)?,
                "id" => wire::fill(&mut object, &mut id)?,
                "mergedIntoMachineId" => wire::fill(&mut object, &mut merged_into_machine_id)?,
                "isPotentialDuplication" => wire::fill(&mut object, &mut is_potential_duplication)?,
                "isExcluded" => wire::fill(&mut object, &mut is_excluded)?,
                "exclusionReason" => wire::fill(&mut object, &mut exclusion_reason)?,
                "computerDnsName" => wire::fill(&mut object, &mut computer_dns_name)?,
                "firstSeen" => wire::fill(&mut object, &mut first_seen)?,
                "lastSeen" => wire::fill(&mut object, &mut last_seen)?,
                "osPlatform" => wire::fill(&mut object, &mut os_platform)?,
                "osVersion" => wire::fill(&mut object, &mut os_version)?,
                "osProcessor" => wire::fill(&mut object, &mut os_processor)?,
                "version" => wire::fill(&mut object, &mut version)?,
                "lastIpAddress" => wire::fill(&mut object, &mut last_ip_address)?,
                "lastExternalIpAddress" => wire::fill(&mut object, &mut last_external_ip_address)?,
                "agentVersion" => wire::fill(&mut object, &mut agent_version)?,
                "osBuild" => wire::fill(&mut object, &mut os_build)?,
                "healthStatus" => wire::fill(&mut object, &mut health_status)?,
                "deviceValue" => wire::fill(&mut object, &mut device_value)?,
                "rbacGroupId" => wire::fill(&mut object, &mut rbac_group_id)?,
                "rbacGroupName" => wire::fill(&mut object, &mut rbac_group_name)?,
                "riskScore" => wire::fill(&mut object, &mut risk_score)?,
                "exposureLevel" => wire::fill(&mut object, &mut exposure_level)?,
                "isAadJoined" => wire::fill(&mut object, &mut is_aad_joined)?,
                "aadDeviceId" => wire::fill(&mut object, &mut aad_device_id)?,
                "machineTags" => wire::fill(&mut object, &mut machine_tags)?,
                "defenderAvStatus" => wire::fill(&mut object, &mut defender_av_status)?,
                "onboardingStatus" => wire::fill(&mut object, &mut onboarding_status)?,
                "osArchitecture" => wire::fill(&mut object, &mut os_architecture)?,
                "managedBy" => wire::fill(&mut object, &mut managed_by)?,
                "managedByStatus" => wire::fill(&mut object, &mut managed_by_status)?,
                "ipAddresses" => wire::fill(&mut object, &mut ip_addresses)?,
                "vmMetadata" => wire::fill(&mut object, &mut vm_metadata)?,
                "systemProductName" => wire::fill(&mut object, &mut system_product_name)?,
                "groupName" => wire::fill(&mut object, &mut group_name)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(Machine {
            odata_context,
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            merged_into_machine_id,
            is_potential_duplication: is_potential_duplication.unwrap_or_default(),
            is_excluded: is_excluded.unwrap_or_default(),
            exclusion_reason,
            computer_dns_name,
            first_seen,
            last_seen,
            os_platform,
            os_version,
            os_processor,
            version,
            last_ip_address,
            last_external_ip_address,
            agent_version,
            os_build,
            health_status: health_status.unwrap_or(HealthStatus::Unknown),
            device_value: device_value.unwrap_or(DeviceValue::Normal),
            rbac_group_id: rbac_group_id.unwrap_or_default(),
            rbac_group_name,
            risk_score,
            exposure_level: exposure_level.unwrap_or(ExposureLevel::None),
            is_aad_joined,
            aad_device_id,
            machine_tags: machine_tags.unwrap_or_default(),
            defender_av_status,
            onboarding_status: onboarding_status.unwrap_or(OnboardingStatus::InsufficientInfo),
            os_architecture,
            managed_by: managed_by.unwrap_or(ManagedBy::Unknown),
            managed_by_status: managed_by_status.unwrap_or(ManagedByStatus::Unknown),
            ip_addresses: ip_addresses.unwrap_or_default(),
            vm_metadata,
            system_product_name,
            group_name,
            extra,
        })
    }
}

wire::as_serde_reads!(Machine);

const IP_ADDRESS_NAMES: Names = Names(&[
    ("ipAddress", "ipAddress"),
    ("macAddress", "macAddress"),
    ("type", "type"),
    ("operationalStatus", "operationalStatus"),
]);

impl<'de> Deserialize<'de> for IpAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(IpAddressVisitor)
    }
}

struct IpAddressVisitor;

impl<'de> Visitor<'de> for IpAddressVisitor {
    type Value = IpAddress;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object IpAddress")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<IpAddress, A::Error> {
        let mut ip_address = None;
        let mut mac_address = None;
        let mut kind = None;
        let mut operational_status = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(IP_ADDRESS_NAMES)? {
            match name.as_ref() {
                "ipAddress" => wire::fill(&mut object, &mut ip_address)?,
                "macAddress" => wire::fill(&mut object, &mut mac_address)?,
                "type" => wire::fill(&mut object, &mut kind)?,
                "operationalStatus" => wire::fill(&mut object, &mut operational_status)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(IpAddress {
            ip_address,
            mac_address,
            kind,
            operational_status,
            extra,
        })
    }
}

wire::as_serde_reads!(IpAddress);

const VM_METADATA_NAMES: Names = Names(&[
    ("vmId", "vmId"),
    ("cloudProvider", "cloudProvider"),
    ("resourceId", "resourceId"),
    ("subscriptionId", "subscriptionId"),
]);

impl<'de> Deserialize<'de> for VmMetadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(VmMetadataVisitor)
    }
}

struct VmMetadataVisitor;

impl<'de> Visitor<'de> for VmMetadataVisitor {
    type Value = VmMetadata;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object VmMetadata")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<VmMetadata, A::Error> {
        let mut vm_id = None;
        let mut cloud_provider = None;
        let mut resource_id = None;
        let mut subscription_id = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(VM_METADATA_NAMES)? {
            match name.as_ref() {
                "vmId" => wire::fill(&mut object, &mut vm_id)?,
                "cloudProvider" => wire::fill(&mut object, &mut cloud_provider)?,
                "resourceId" => wire::fill(&mut object, &mut resource_id)?,
                "subscriptionId" => wire::fill(&mut object, &mut subscription_id)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(VmMetadata {
            vm_id,
            cloud_provider: cloud_provider.unwrap_or(CloudProvider::Unknown),
            resource_id,
            subscription_id,
            extra,
        })
    }
}

wire::as_serde_reads!(VmMetadata);

const FILE_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("sha1", "sha1"),
    ("sha256", "sha256"),
    ("md5", "md5"),
    ("globalPrevalence", "globalPrevalence"),
    ("globalFirstObserved", "globalFirstObserved"),
    ("globalLastObserved", "globalLastObserved"),
    ("size", "size"),
    ("fileType", "fileType"),
    ("isPeFile", "isPeFile"),
    ("filePublisher", "filePublisher"),
    ("fileProductName", "fileProductName"),
    ("signer", "signer"),
    ("issuer", "issuer"),
    ("signerHash", "signerHash"),
    ("isValidCertificate", "isValidCertificate"),
    ("determinationType", "determinationType"),
    ("determinationValue", "determinationValue"),
]);

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FileVisitor)
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = File;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object File")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<File, A::Error> {
        let mut odata_context = None;
        let mut sha1 = None;
        let mut sha256 = None;
        let mut md5 = None;
        let mut global_prevalence = None;
        let mut global_first_observed = None;
        let mut global_last_observed = None;
        let mut size = None;
        let mut file_type = None;
        let mut is_pe_file = None;
        let mut file_publisher = None;
        let mut file_product_name = None;
        let mut signer = None;
        let mut issuer = None;
        let mut signer_hash = None;
        let mut is_valid_certificate = None;
        let mut determination_type = None;
        let mut determination_value = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(FILE_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut odata_context)?,
                "sha1" => wire::fill(&mut object, &mut sha1)?,
                "sha256" => wire::fill(&mut object, &mut sha256)?,
                "md5" => wire::fill(&mut object, &mut md5)?,
                "globalPrevalence" => wire::fill(&mut object, &mut global_prevalence)?,
                "globalFirstObserved" => wire::fill(&mut object, &mut global_first_observed)?,
                "globalLastObserved" => wire::fill(&mut object, &mut global_last_observed)?,
                "size" => wire::fill(&mut object, &mut size)?,
                "fileType" => wire::fill(&mut object, &mut file_type)?,
                "isPeFile" => wire::fill(&mut object, &mut is_pe_file)?,
                "filePublisher" => wire::fill(&mut object, &mut file_publisher)?,
                "fileProductName" => wire::fill(&mut object, &mut file_product_name)?,
                "signer" => wire::fill(&mut object, &mut signer)?,
                "issuer" => wire::fill(&mut object, &mut issuer)?,
                "signerHash" => wire::fill(&mut object, &mut signer_hash)?,
                "isValidCertificate" => wire::fill(&mut object, &mut is_valid_certificate)?,
                "determinationType" => wire::fill(&mut object, &mut determination_type)?,
                "determinationValue" => wire::fill(&mut object, &mut determination_value)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(File {
            odata_context,
            sha1: sha1.ok_or_else(|| A::Error::missing_field("sha1"))?,
            sha256,
            md5,
            global_prevalence,
            global_first_observed,
            global_last_observed,
            size,
            file_type,
            is_pe_file,
            file_publisher,
            file_product_name,
            signer,
            issuer,
            signer_hash,
            is_valid_certificate,
            determination_type: determination_type.unwrap_or(DeterminationType::Unknown),
            determination_value,
            extra,
        })
    }
}

wire::as_serde_reads!(File);

const INDICATOR_NAMES: Names = Names(&[
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
                "@odata.context" => wire::fill(&mut object, &mut odata_context)?,
                "id" => wire::fill(&mut object, &mut id)?,
                "indicatorValue" => wire::fill(&mut object, &mut indicator_value)?,
                "indicatorType" => wire::fill(&mut object, &mut indicator_type)?,
                "action" => wire::fill(&mut object, &mut action)?,
                "createdBy" => wire::fill(&mut object, &mut created_by)?,
                "source" => wire::fill(&mut object, &mut source)?,
                "sourceType" => wire::fill(&mut object, &mut source_type)?,
                "severity" => wire::fill(&mut object, &mut severity)?,
                "category" => wire::fill(&mut object, &mut category)?,
                "application" => wire::fill(&mut object, &mut application)?,
                "educateUrl" => wire::fill(&mut object, &mut educate_url)?,
                "bypassDurationHours" => wire::fill(&mut object, &mut bypass_duration_hours)?,
                "title" => wire::fill(&mut object, &mut title)?,
                "description" => wire::fill(&mut object, &mut description)?,
                "recommendedActions" => wire::fill(&mut object, &mut recommended_actions)?,
                "creationTimeDateTimeUtc" => {
                    wire::fill(&mut object, &mut creation_time_date_time_utc)?
                }
                "expirationTime" => wire::fill(&mut object, &mut expiration_time)?,
                "lastUpdateTime" => wire::fill(&mut object, &mut last_update_time)?,
                "lastUpdatedBy" => wire::fill(&mut object, &mut last_updated_by)?,
                "rbacGroupNames" => wire::fill(&mut object, &mut rbac_group_names)?,
                "rbacGroupIds" => wire::fill(&mut object, &mut rbac_group_ids)?,
                "notificationId" => wire::fill(&mut object, &mut notification_id)?,
                "notificationBody" => wire::fill(&mut object, &mut notification_body)?,
                "version" => wire::fill(&mut object, &mut version)?,
                "mitreTechniques" => wire::fill(&mut object, &mut mitre_techniques)?,
                "historicalDetection" => wire::fill(&mut object, &mut historical_detection)?,
                "lookBackPeriod" => wire::fill(&mut object, &mut look_back_period)?,
                "generateAlert" => wire::fill(&mut object, &mut generate_alert)?,
                "additionalInfo" => wire::fill(&mut object, &mut additional_info)?,
                "createdByDisplayName" => wire::fill(&mut object, &mut created_by_display_name)?,
                "externalId" => wire::fill(&mut object, &mut external_id)?,
                "createdBySource" => wire::fill(&mut object, &mut created_by_source)?,
                "certificateInfo" => wire::fill(&mut object, &mut certificate_info)?,
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

wire::as_serde_reads!(Indicator);

const ERROR_ENVELOPE_NAMES: Names = Names(&[("error", "error")]);

impl<'de> Deserialize<'de> for ErrorEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ErrorEnvelopeVisitor)
    }
}

struct ErrorEnvelopeVisitor;

impl<'de> Visitor<'de> for ErrorEnvelopeVisitor {
    type Value = ErrorEnvelope;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object ErrorEnvelope")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<ErrorEnvelope, A::Error> {
        let mut error = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ERROR_ENVELOPE_NAMES)? {
            match name.as_ref() {
                "error" => wire::fill(&mut object, &mut error)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(ErrorEnvelope {
            error: error.ok_or_else(|| A::Error::missing_field("error"))?,
            extra,
        })
    }
}

wire::as_serde_reads!(ErrorEnvelope);

const SERVICE_ERROR_NAMES: Names = Names(&[
    ("code", "code"),
    ("message", "message"),
    ("target", "target"),
    ("details", "details"),
]);

impl<'de> Deserialize<'de> for ServiceError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ServiceErrorVisitor)
    }
}

struct ServiceErrorVisitor;

impl<'de> Visitor<'de> for ServiceErrorVisitor {
    type Value = ServiceError;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object ServiceError")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<ServiceError, A::Error> {
        let mut code = None;
        let mut message = None;
        let mut target = None;
        let mut details = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(SERVICE_ERROR_NAMES)? {
            match name.as_ref() {
                "code" => wire::fill(&mut object, &mut code)?,
                "message" => wire::fill(&mut object, &mut message)?,
                "target" => wire::fill(&mut object, &mut target)?,
                "details" => wire::fill(&mut object, &mut details)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(ServiceError {
            code: code.unwrap_or_else(|| ErrorCode::from("")),
            message: message.unwrap_or_default(),
            target,
            details,
            extra,
        })
    }
}

wire::as_serde_reads!(ServiceError);

const TOKEN_ERROR_NAMES: Names = Names(&[
    ("error", "error"),
    ("error_description", "error_description"),
    ("error_codes", "error_codes"),
    ("timestamp", "timestamp"),
    ("trace_id", "trace_id"),
    ("correlation_id", "correlation_id"),
    ("error_uri", "error_uri"),
]);

impl<'de> Deserialize<'de> for TokenError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TokenErrorVisitor)
    }
}

struct TokenErrorVisitor;

impl<'de> Visitor<'de> for TokenErrorVisitor {
    type Value = TokenError;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object TokenError")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<TokenError, A::Error> {
        let mut error = None;
        let mut error_description = None;
        let mut error_codes = None;
        let mut timestamp = None;
        let mut trace_id = None;
        let mut correlation_id = None;
        let mut error_uri = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(TOKEN_ERROR_NAMES)? {
            match name.as_ref() {
                "error" => wire::fill(&mut object, &mut error)?,
                "error_description" => wire::fill(&mut object, &mut error_description)?,
                "error_codes" => wire::fill(&mut object, &mut error_codes)?,
                "timestamp" => wire::fill(&mut object, &mut timestamp)?,
                "trace_id" => wire::fill(&mut object, &mut trace_id)?,
                "correlation_id" => wire::fill(&mut object, &mut correlation_id)?,
                "error_uri" => wire::fill(&mut object, &mut error_uri)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(TokenError {
            error: error.ok_or_else(|| A::Error::missing_field("error"))?,
            error_description: error_description.unwrap_or_default(),
            error_codes: error_codes.unwrap_or_default(),
            timestamp,
            trace_id,
            correlation_id,
            error_uri,
            extra,
        })
    }
}

wire::as_serde_reads!(TokenError);

const TOKEN_RESPONSE_NAMES: Names = Names(&[
    ("token_type", "token_type"),
    ("expires_in", "expires_in"),
    ("ext_expires_in", "ext_expires_in"),
    ("expires_on", "expires_on"),
    ("not_before", "not_before"),
    ("resource", "resource"),
    ("access_token", "access_token"),
]);

impl<'de> Deserialize<'de> for TokenResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TokenResponseVisitor)
    }
}

struct TokenResponseVisitor;

impl<'de> Visitor<'de> for TokenResponseVisitor {
    type Value = TokenResponse;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object TokenResponse")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<TokenResponse, A::Error> {
        let mut token_type = None;
        let mut expires_in = None;
        let mut ext_expires_in = None;
        let mut expires_on = None;
        let mut not_before = None;
        let mut resource = None;
        let mut access_token = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(TOKEN_RESPONSE_NAMES)? {
            match name.as_ref() {
                "token_type" => wire::fill(&mut object, &mut token_type)?,
                "expires_in" => wire::fill(&mut object, &mut expires_in)?,
                "ext_expires_in" => wire::fill(&mut object, &mut ext_expires_in)?,
                "expires_on" => wire::fill(&mut object, &mut expires_on)?,
                "not_before" => wire::fill(&mut object, &mut not_before)?,
                "resource" => wire::fill(&mut object, &mut resource)?,
                "access_token" => wire::fill(&mut object, &mut access_token)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(TokenResponse {
            token_type: token_type.unwrap_or_else(|| "Bearer".to_owned()),
            expires_in: expires_in.unwrap_or_default(),
            ext_expires_in,
            expires_on,
            not_before,
            resource,
            access_token: access_token.ok_or_else(|| A::Error::missing_field("access_token"))?,
            extra,
        })
    }
}

wire::as_serde_reads!(TokenResponse);
