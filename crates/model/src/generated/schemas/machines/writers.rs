// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

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
