// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

/// A device that the service knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Machine {
    /// `@odata.context`: Where the service describes this entity.
    pub odata_context: Option<String>,
    /// `id`: Names the machine.
    pub id: MachineId,
    /// `mergedIntoMachineId`: The machine that this one proved to be.
    pub merged_into_machine_id: Option<MachineId>,
    /// `isPotentialDuplication`: Whether it may be another machine seen twice.
    pub is_potential_duplication: bool,
    /// `isExcluded`: Whether it is left out of vulnerability management.
    pub is_excluded: bool,
    /// `exclusionReason`: Why it is left out.
    pub exclusion_reason: Option<ExclusionReason>,
    /// `computerDnsName`: Its full DNS name.
    pub computer_dns_name: Option<String>,
    /// `firstSeen`: When it was first observed.
    pub first_seen: Option<Timestamp>,
    /// `lastSeen`: When its last full report came, about once a day.
    pub last_seen: Option<Timestamp>,
    /// `osPlatform`: Its operating system, such as Windows11 or a Linux distribution.
    pub os_platform: Option<String>,
    /// `osVersion`: Null wherever it is seen; newer answers leave it out.
    pub os_version: Option<String>,
    /// `osProcessor`: Its processor; osArchitecture took its place.
    pub os_processor: Option<String>,
    /// `version`: The operating system's version, such as 23H2.
    pub version: Option<String>,
    /// `lastIpAddress`: Its last address on a local network.
    pub last_ip_address: Option<String>,
    /// `lastExternalIpAddress`: The last address from which it reached the internet.
    pub last_external_ip_address: Option<String>,
    /// `agentVersion`: The version of the agent on it.
    pub agent_version: Option<String>,
    /// `osBuild`: The operating system's build.
    pub os_build: Option<i64>,
    /// `healthStatus`: Whether its agent reports.
    pub health_status: HealthStatus,
    /// `deviceValue`: How much it matters to its owner.
    pub device_value: DeviceValue,
    /// `rbacGroupId`: Its device group, 0 for none. The documentation calls it a string.
    pub rbac_group_id: i32,
    /// `rbacGroupName`: Its device group's name.
    pub rbac_group_name: Option<String>,
    /// `riskScore`: How much danger it is in.
    pub risk_score: Option<RiskScore>,
    /// `exposureLevel`: How much it can be attacked.
    pub exposure_level: ExposureLevel,
    /// `isAadJoined`: Whether it is joined to Entra.
    pub is_aad_joined: Option<bool>,
    /// `aadDeviceId`: Its id in Entra.
    pub aad_device_id: Option<String>,
    /// `machineTags`: Its tags.
    pub machine_tags: Vec<String>,
    /// `defenderAvStatus`: Of answers before 2022.
    pub defender_av_status: Option<String>,
    /// `onboardingStatus`: Whether it is managed by the service.
    pub onboarding_status: OnboardingStatus,
    /// `osArchitecture`: 32-bit or 64-bit.
    pub os_architecture: Option<String>,
    /// `managedBy`: What configures it.
    pub managed_by: ManagedBy,
    /// `managedByStatus`: Whether that works.
    pub managed_by_status: ManagedByStatus,
    /// `ipAddresses`: Its network interfaces.
    pub ip_addresses: Vec<IpAddress>,
    /// `vmMetadata`: Its place in a cloud.
    pub vm_metadata: Option<VmMetadata>,
    /// `systemProductName`: Of answers before 2022.
    pub system_product_name: Option<String>,
    /// `groupName`: Of answers before 2022.
    pub group_name: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl Machine {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(id: MachineId) -> Self {
        Self {
            odata_context: None,
            id,
            merged_into_machine_id: None,
            is_potential_duplication: false,
            is_excluded: false,
            exclusion_reason: None,
            computer_dns_name: None,
            first_seen: None,
            last_seen: None,
            os_platform: None,
            os_version: None,
            os_processor: None,
            version: None,
            last_ip_address: None,
            last_external_ip_address: None,
            agent_version: None,
            os_build: None,
            health_status: HealthStatus::Unknown,
            device_value: DeviceValue::Normal,
            rbac_group_id: 0,
            rbac_group_name: None,
            risk_score: None,
            exposure_level: ExposureLevel::None,
            is_aad_joined: None,
            aad_device_id: None,
            machine_tags: Vec::new(),
            defender_av_status: None,
            onboarding_status: OnboardingStatus::from("Unknown"),
            os_architecture: None,
            managed_by: ManagedBy::Unknown,
            managed_by_status: ManagedByStatus::Unknown,
            ip_addresses: Vec::new(),
            vm_metadata: None,
            system_product_name: None,
            group_name: None,
            extra: Extra::new(),
        }
    }
}

/// A network interface of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IpAddress {
    /// `ipAddress`: The address.
    pub ip_address: Option<String>,
    /// `macAddress`: The hardware address, without separators.
    pub mac_address: Option<String>,
    /// `type`: The interface's type.
    pub kind: Option<IpInterfaceType>,
    /// `operationalStatus`: Whether it works.
    pub operational_status: Option<IpOperationalStatus>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl IpAddress {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            ip_address: None,
            mac_address: None,
            kind: None,
            operational_status: None,
            extra: Extra::new(),
        }
    }
}

impl Default for IpAddress {
    fn default() -> Self {
        Self::new()
    }
}

/// A virtual machine's place in a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VmMetadata {
    /// `vmId`: Its id.
    pub vm_id: Option<String>,
    /// `cloudProvider`: Whose cloud.
    pub cloud_provider: CloudProvider,
    /// `resourceId`: The resource's id.
    pub resource_id: Option<String>,
    /// `subscriptionId`: The subscription's id.
    pub subscription_id: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl VmMetadata {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            vm_id: None,
            cloud_provider: CloudProvider::Unknown,
            resource_id: None,
            subscription_id: None,
            extra: Extra::new(),
        }
    }
}

impl Default for VmMetadata {
    fn default() -> Self {
        Self::new()
    }
}
