// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What filters and orders may name.

/// Properties of a MachineAction that a filter of listMachineActions may name.
pub mod machine_action {
    use crate::*;
    /// `id`: Names the action.
    pub const ID: odata::Property<MachineAction, ActionId> = odata::Property::new("id");
    /// `status`: How far it got.
    pub const STATUS: odata::Property<MachineAction, ActionStatus> = odata::Property::new("status");
    /// `machineId`: The machine it is asked of.
    pub const MACHINE_ID: odata::Property<MachineAction, MachineId> =
        odata::Property::new("machineId");
    /// `type`: What is done.
    pub const KIND: odata::Property<MachineAction, ActionType> = odata::Property::new("type");
    /// `requestor`: Who asked, as a person's principal name, an application's name or (in older answers) its id.
    pub const REQUESTOR: odata::Property<MachineAction, String> = odata::Property::new("requestor");
    /// `creationDateTimeUtc`: When it was asked.
    pub const CREATION_DATE_TIME_UTC: odata::Property<MachineAction, Timestamp> =
        odata::Property::new("creationDateTimeUtc");
}

/// Properties of a Machine that a filter of listMachines may name.
pub mod machine {
    use crate::*;
    /// `computerDnsName`: Its full DNS name.
    pub const COMPUTER_DNS_NAME: odata::Property<Machine, String> =
        odata::Property::new("computerDnsName");
    /// `id`: Names the machine.
    pub const ID: odata::Property<Machine, MachineId> = odata::Property::new("id");
    /// `version`: The operating system's version, such as 23H2.
    pub const VERSION: odata::Property<Machine, String> = odata::Property::new("version");
    /// `deviceValue`: How much it matters to its owner.
    pub const DEVICE_VALUE: odata::Property<Machine, DeviceValue> =
        odata::Property::new("deviceValue");
    /// `aadDeviceId`: Its id in Entra.
    pub const AAD_DEVICE_ID: odata::Property<Machine, String> = odata::Property::new("aadDeviceId");
    /// `machineTags`: Its tags.
    pub const MACHINE_TAGS: odata::Property<Machine, odata::Tags> =
        odata::Property::new("machineTags");
    /// `lastSeen`: When its last full report came, about once a day.
    pub const LAST_SEEN: odata::Property<Machine, Timestamp> = odata::Property::new("lastSeen");
    /// `exposureLevel`: How much it can be attacked.
    pub const EXPOSURE_LEVEL: odata::Property<Machine, ExposureLevel> =
        odata::Property::new("exposureLevel");
    /// `onboardingStatus`: Whether it is managed by the service.
    pub const ONBOARDING_STATUS: odata::Property<Machine, OnboardingStatus> =
        odata::Property::new("onboardingStatus");
    /// `lastIpAddress`: Its last address on a local network.
    pub const LAST_IP_ADDRESS: odata::Property<Machine, String> =
        odata::Property::new("lastIpAddress");
    /// `healthStatus`: Whether its agent reports.
    pub const HEALTH_STATUS: odata::Property<Machine, HealthStatus> =
        odata::Property::new("healthStatus");
    /// `osPlatform`: Its operating system, such as Windows11 or a Linux distribution.
    pub const OS_PLATFORM: odata::Property<Machine, String> = odata::Property::new("osPlatform");
    /// `riskScore`: How much danger it is in.
    pub const RISK_SCORE: odata::Property<Machine, RiskScore> = odata::Property::new("riskScore");
    /// `rbacGroupId`: Its device group, 0 for none. The documentation calls it a string.
    pub const RBAC_GROUP_ID: odata::Property<Machine, i32> = odata::Property::new("rbacGroupId");
}
