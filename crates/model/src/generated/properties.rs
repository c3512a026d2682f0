// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What queries of collections may name: a module for each entity.

/// Properties of [`MachineAction`](crate::MachineAction) that a filter of [`ListMachineActions`](crate::ListMachineActions) and [`ListActionsOfMachine`](crate::ListActionsOfMachine) may name, and an order where it takes one.
pub mod machine_action {
    use crate::*;
    /// Every property, by its name on the wire: what a `$select` may name.
    pub const SELECTABLE: &[&str] = &[
        "id",
        "type",
        "title",
        "requestor",
        "requestorComment",
        "status",
        "machineId",
        "computerDnsName",
        "creationDateTimeUtc",
        "lastUpdateDateTimeUtc",
        "cancellationRequestor",
        "cancellationComment",
        "cancellationDateTimeUtc",
        "errorHResult",
        "scope",
        "externalId",
        "requestSource",
        "relatedFileInfo",
        "commands",
        "troubleshootInfo",
        "error",
        "sha1",
        "fileId",
        "fileInstances",
    ];
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

/// Properties of [`Machine`](crate::Machine) that a filter of [`ListMachines`](crate::ListMachines) may name, and an order where it takes one.
pub mod machine {
    use crate::*;
    /// Every property, by its name on the wire: what a `$select` may name.
    pub const SELECTABLE: &[&str] = &[
        "id",
        "mergedIntoMachineId",
        "isPotentialDuplication",
        "isExcluded",
        "exclusionReason",
        "computerDnsName",
        "firstSeen",
        "lastSeen",
        "osPlatform",
        "osVersion",
        "osProcessor",
        "version",
        "lastIpAddress",
        "lastExternalIpAddress",
        "agentVersion",
        "osBuild",
        "healthStatus",
        "deviceValue",
        "rbacGroupId",
        "rbacGroupName",
        "riskScore",
        "exposureLevel",
        "isAadJoined",
        "aadDeviceId",
        "machineTags",
        "defenderAvStatus",
        "onboardingStatus",
        "osArchitecture",
        "managedBy",
        "managedByStatus",
        "ipAddresses",
        "vmMetadata",
        "systemProductName",
        "groupName",
    ];
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

/// Properties of [`Indicator`](crate::Indicator) that a filter of [`ListIndicators`](crate::ListIndicators) may name, and an order where it takes one.
pub mod indicator {
    use crate::*;
    /// Every property, by its name on the wire: what a `$select` may name.
    pub const SELECTABLE: &[&str] = &[
        "id",
        "indicatorValue",
        "indicatorType",
        "action",
        "createdBy",
        "source",
        "sourceType",
        "severity",
        "category",
        "application",
        "educateUrl",
        "bypassDurationHours",
        "title",
        "description",
        "recommendedActions",
        "creationTimeDateTimeUtc",
        "expirationTime",
        "lastUpdateTime",
        "lastUpdatedBy",
        "rbacGroupNames",
        "rbacGroupIds",
        "notificationId",
        "notificationBody",
        "version",
        "mitreTechniques",
        "historicalDetection",
        "lookBackPeriod",
        "generateAlert",
        "additionalInfo",
        "createdByDisplayName",
        "externalId",
        "createdBySource",
        "certificateInfo",
    ];
    /// `application`: The application that it belongs to.
    pub const APPLICATION: odata::Property<Indicator, String> = odata::Property::new("application");
    /// `createdByDisplayName`: The name of who made it.
    pub const CREATED_BY_DISPLAY_NAME: odata::Property<Indicator, String> =
        odata::Property::new("createdByDisplayName");
    /// `expirationTime`: When it ends; null for never.
    pub const EXPIRATION_TIME: odata::Property<Indicator, Timestamp> =
        odata::Property::new("expirationTime");
    /// `generateAlert`: Whether an alert is raised where it turns up.
    pub const GENERATE_ALERT: odata::Property<Indicator, bool> =
        odata::Property::new("generateAlert");
    /// `title`: The title of its alerts.
    pub const TITLE: odata::Property<Indicator, String> = odata::Property::new("title");
    /// `rbacGroupNames`: The device groups that it holds for; empty for all machines.
    pub const RBAC_GROUP_NAMES: odata::Property<Indicator, odata::Tags> =
        odata::Property::new("rbacGroupNames");
    /// `rbacGroupIds`: The same groups by id.
    pub const RBAC_GROUP_IDS: odata::Property<Indicator, odata::Tags> =
        odata::Property::new("rbacGroupIds");
    /// `indicatorValue`: What is looked for; which kind of text it is, indicatorType says.
    pub const INDICATOR_VALUE: odata::Property<Indicator, String> =
        odata::Property::new("indicatorValue");
    /// `indicatorType`: What is looked for.
    pub const INDICATOR_TYPE: odata::Property<Indicator, IndicatorType> =
        odata::Property::new("indicatorType");
    /// `creationTimeDateTimeUtc`: When it was made.
    pub const CREATION_TIME_DATE_TIME_UTC: odata::Property<Indicator, Timestamp> =
        odata::Property::new("creationTimeDateTimeUtc");
    /// `createdBy`: Who made it, as a person's principal name or an application's id.
    pub const CREATED_BY: odata::Property<Indicator, String> = odata::Property::new("createdBy");
    /// `action`: What is done where it turns up.
    pub const ACTION: odata::Property<Indicator, IndicatorAction> = odata::Property::new("action");
    /// `severity`: How bad it is when it turns up.
    pub const SEVERITY: odata::Property<Indicator, IndicatorSeverity> =
        odata::Property::new("severity");
}
