// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for Machine {
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
        wire::nullable(
            &mut object,
            extra,
            "mergedIntoMachineId",
            self.merged_into_machine_id.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "isPotentialDuplication",
            &self.is_potential_duplication,
            || false,
        )?;
        wire::defaulted(&mut object, extra, "isExcluded", &self.is_excluded, || {
            false
        })?;
        wire::nullable(
            &mut object,
            extra,
            "exclusionReason",
            self.exclusion_reason.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "computerDnsName",
            self.computer_dns_name.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "firstSeen", self.first_seen.as_ref())?;
        wire::nullable(&mut object, extra, "lastSeen", self.last_seen.as_ref())?;
        wire::nullable(&mut object, extra, "osPlatform", self.os_platform.as_ref())?;
        wire::optional(&mut object, extra, "osVersion", self.os_version.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "osProcessor",
            self.os_processor.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "version", self.version.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "lastIpAddress",
            self.last_ip_address.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "lastExternalIpAddress",
            self.last_external_ip_address.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "agentVersion",
            self.agent_version.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "osBuild", self.os_build.as_ref())?;
        wire::defaulted(
            &mut object,
            extra,
            "healthStatus",
            &self.health_status,
            || HealthStatus::Unknown,
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "deviceValue",
            &self.device_value,
            || DeviceValue::Normal,
        )?;
        wire::defaulted(&mut object, extra, "rbacGroupId", &self.rbac_group_id, || 0)?;
        wire::nullable(
            &mut object,
            extra,
            "rbacGroupName",
            self.rbac_group_name.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "riskScore", self.risk_score.as_ref())?;
        wire::defaulted(
            &mut object,
            extra,
            "exposureLevel",
            &self.exposure_level,
            || ExposureLevel::None,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "isAadJoined",
            self.is_aad_joined.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "aadDeviceId",
            self.aad_device_id.as_ref(),
        )?;
        wire::list(&mut object, extra, "machineTags", &self.machine_tags)?;
        wire::optional(
            &mut object,
            extra,
            "defenderAvStatus",
            self.defender_av_status.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "onboardingStatus",
            &self.onboarding_status,
            || OnboardingStatus::from("Unknown"),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "osArchitecture",
            self.os_architecture.as_ref(),
        )?;
        wire::defaulted(&mut object, extra, "managedBy", &self.managed_by, || {
            ManagedBy::Unknown
        })?;
        wire::defaulted(
            &mut object,
            extra,
            "managedByStatus",
            &self.managed_by_status,
            || ManagedByStatus::Unknown,
        )?;
        wire::list(&mut object, extra, "ipAddresses", &self.ip_addresses)?;
        wire::nullable(&mut object, extra, "vmMetadata", self.vm_metadata.as_ref())?;
        wire::optional(
            &mut object,
            extra,
            "systemProductName",
            self.system_product_name.as_ref(),
        )?;
        wire::optional(&mut object, extra, "groupName", self.group_name.as_ref())?;
        wire::extra(&mut object, extra, super::readers::MACHINE_NAMES)?;
        object.end()
    }
}

impl Serialize for IpAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(&mut object, extra, "ipAddress", self.ip_address.as_ref())?;
        wire::nullable(&mut object, extra, "macAddress", self.mac_address.as_ref())?;
        wire::nullable(&mut object, extra, "type", self.kind.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "operationalStatus",
            self.operational_status.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::IP_ADDRESS_NAMES)?;
        object.end()
    }
}

impl Serialize for VmMetadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::nullable(&mut object, extra, "vmId", self.vm_id.as_ref())?;
        wire::defaulted(
            &mut object,
            extra,
            "cloudProvider",
            &self.cloud_provider,
            || CloudProvider::Unknown,
        )?;
        wire::nullable(&mut object, extra, "resourceId", self.resource_id.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "subscriptionId",
            self.subscription_id.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::VM_METADATA_NAMES)?;
        object.end()
    }
}
