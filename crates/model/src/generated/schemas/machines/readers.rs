// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const MACHINE_NAMES: Names = Names(&[
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
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "id" => wire::insist(&mut object, "id", &mut id)?,
                "mergedIntoMachineId" => {
                    wire::fill(&mut object, &mut extra, name, &mut merged_into_machine_id)?
                }
                "isPotentialDuplication" => {
                    wire::fill(&mut object, &mut extra, name, &mut is_potential_duplication)?
                }
                "isExcluded" => wire::fill(&mut object, &mut extra, name, &mut is_excluded)?,
                "exclusionReason" => {
                    wire::fill(&mut object, &mut extra, name, &mut exclusion_reason)?
                }
                "computerDnsName" => {
                    wire::fill(&mut object, &mut extra, name, &mut computer_dns_name)?
                }
                "firstSeen" => wire::fill(&mut object, &mut extra, name, &mut first_seen)?,
                "lastSeen" => wire::fill(&mut object, &mut extra, name, &mut last_seen)?,
                "osPlatform" => wire::fill(&mut object, &mut extra, name, &mut os_platform)?,
                "osVersion" => wire::fill(&mut object, &mut extra, name, &mut os_version)?,
                "osProcessor" => wire::fill(&mut object, &mut extra, name, &mut os_processor)?,
                "version" => wire::fill(&mut object, &mut extra, name, &mut version)?,
                "lastIpAddress" => wire::fill(&mut object, &mut extra, name, &mut last_ip_address)?,
                "lastExternalIpAddress" => {
                    wire::fill(&mut object, &mut extra, name, &mut last_external_ip_address)?
                }
                "agentVersion" => wire::fill(&mut object, &mut extra, name, &mut agent_version)?,
                "osBuild" => wire::fill(&mut object, &mut extra, name, &mut os_build)?,
                "healthStatus" => wire::fill(&mut object, &mut extra, name, &mut health_status)?,
                "deviceValue" => wire::fill(&mut object, &mut extra, name, &mut device_value)?,
                "rbacGroupId" => wire::fill(&mut object, &mut extra, name, &mut rbac_group_id)?,
                "rbacGroupName" => wire::fill(&mut object, &mut extra, name, &mut rbac_group_name)?,
                "riskScore" => wire::fill(&mut object, &mut extra, name, &mut risk_score)?,
                "exposureLevel" => wire::fill(&mut object, &mut extra, name, &mut exposure_level)?,
                "isAadJoined" => wire::fill(&mut object, &mut extra, name, &mut is_aad_joined)?,
                "aadDeviceId" => wire::fill(&mut object, &mut extra, name, &mut aad_device_id)?,
                "machineTags" => wire::fill(&mut object, &mut extra, name, &mut machine_tags)?,
                "defenderAvStatus" => {
                    wire::fill(&mut object, &mut extra, name, &mut defender_av_status)?
                }
                "onboardingStatus" => {
                    wire::fill(&mut object, &mut extra, name, &mut onboarding_status)?
                }
                "osArchitecture" => {
                    wire::fill(&mut object, &mut extra, name, &mut os_architecture)?
                }
                "managedBy" => wire::fill(&mut object, &mut extra, name, &mut managed_by)?,
                "managedByStatus" => {
                    wire::fill(&mut object, &mut extra, name, &mut managed_by_status)?
                }
                "ipAddresses" => wire::fill(&mut object, &mut extra, name, &mut ip_addresses)?,
                "vmMetadata" => wire::fill(&mut object, &mut extra, name, &mut vm_metadata)?,
                "systemProductName" => {
                    wire::fill(&mut object, &mut extra, name, &mut system_product_name)?
                }
                "groupName" => wire::fill(&mut object, &mut extra, name, &mut group_name)?,
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
            onboarding_status: onboarding_status
                .unwrap_or_else(|| OnboardingStatus::from("Unknown")),
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

wire::object!(Machine, MachineVisitor);

pub(super) const IP_ADDRESS_NAMES: Names = Names(&[
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
                "ipAddress" => wire::fill(&mut object, &mut extra, name, &mut ip_address)?,
                "macAddress" => wire::fill(&mut object, &mut extra, name, &mut mac_address)?,
                "type" => wire::fill(&mut object, &mut extra, name, &mut kind)?,
                "operationalStatus" => {
                    wire::fill(&mut object, &mut extra, name, &mut operational_status)?
                }
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

wire::object!(IpAddress, IpAddressVisitor);

pub(super) const VM_METADATA_NAMES: Names = Names(&[
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
                "vmId" => wire::fill(&mut object, &mut extra, name, &mut vm_id)?,
                "cloudProvider" => wire::fill(&mut object, &mut extra, name, &mut cloud_provider)?,
                "resourceId" => wire::fill(&mut object, &mut extra, name, &mut resource_id)?,
                "subscriptionId" => {
                    wire::fill(&mut object, &mut extra, name, &mut subscription_id)?
                }
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

wire::object!(VmMetadata, VmMetadataVisitor);
