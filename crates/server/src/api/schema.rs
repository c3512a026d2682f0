//! What the collections are made of, for filters and orders: the properties of the wire and the
//! columns of the store that hold them.
//!
//! A property that is the same for every entity stands for a constant, and says of what type it is:
//! a bare one would be a column's number in `ORDER BY`, or nothing that PostgreSQL orders by.

use crate::odata::{Kind, Property, Schema};

const STATUSES: Kind = Kind::Enum(&[
    "Pending",
    "Cancelled",
    "TimeOut",
    "Failed",
    "InProgress",
    "Succeeded",
]);
const ACTION_TYPES: Kind = Kind::Enum(&[
    "Unknown",
    "RequestSample",
    "Block",
    "RunAntiVirusScan",
    "Offboard",
    "RegenerateId",
    "CollectInvestigationPackage",
    "Isolate",
    "Unisolate",
    "StopAndQuarantineFile",
    "RestrictCodeExecution",
    "UnrestrictCodeExecution",
    "LiveResponse",
    "Troubleshoot",
    "LogsCollection",
    "TokenRefresh",
    "EndpointConfigManagementCheckin",
    "EnableActiveDirectoryUser",
    "DisableActiveDirectoryUser",
    "ResetPasswordActiveDirectoryUser",
    "ImmuneActiveDirectoryCustomPlaybook",
]);
const HEALTH: Kind = Kind::Enum(&[
    "Active",
    "Inactive",
    "ImpairedCommunication",
    "NoSensorData",
    "NoSensorDataImpairedCommunication",
    "Unknown",
]);
const DEVICE_VALUES: Kind = Kind::Enum(&["Normal", "Low", "High"]);
const EXPOSURE: Kind = Kind::Enum(&["None", "Low", "Medium", "High"]);
const RISK: Kind = Kind::Enum(&["None", "Informational", "Low", "Medium", "High"]);
const ONBOARDING: Kind = Kind::Enum(&[
    "Onboarded",
    "CanBeOnboarded",
    "Unsupported",
    "InsufficientInfo",
]);

/// The collection of machine actions.
pub(super) const MACHINE_ACTIONS: Schema = Schema::new(
    "microsoft.windowsDefenderATP.api.MachineAction",
    &[
        Property::stored("id", "id", Kind::Guid).filterable(),
        Property::stored("type", "type", ACTION_TYPES).filterable(),
        Property::stored("title", "title", Kind::Text),
        Property::stored("requestor", "requestor", Kind::Text).filterable(),
        Property::stored("requestorComment", "requestor_comment", Kind::Text),
        Property::stored("status", "status", STATUSES).filterable(),
        Property::stored("machineId", "machine", Kind::Text).filterable(),
        Property::stored("computerDnsName", "computer_dns_name", Kind::Text),
        Property::stored("creationDateTimeUtc", "created", Kind::DateTime).filterable(),
        Property::stored("lastUpdateDateTimeUtc", "last_update", Kind::DateTime),
        Property::stored(
            "cancellationRequestor",
            "cancellation_requestor",
            Kind::Text,
        ),
        Property::stored("cancellationComment", "cancellation_comment", Kind::Text),
        Property::stored("cancellationDateTimeUtc", "cancelled", Kind::DateTime),
        Property::stored("errorHResult", "error_hresult", Kind::Int),
        Property::computed("scope"),
        Property::stored("externalId", "external_id", Kind::Text),
        Property::computed("requestSource"),
        Property::computed("relatedFileInfo"),
        Property::computed("commands"),
        Property::computed("troubleshootInfo"),
    ],
);

/// The collections of machines.
pub(super) const MACHINES: Schema = Schema::new(
    "microsoft.windowsDefenderATP.api.Machine",
    &[
        Property::stored("id", "id", Kind::Text).filterable(),
        Property::computed("mergedIntoMachineId"),
        Property::computed("isPotentialDuplication"),
        Property::computed("isExcluded"),
        Property::computed("exclusionReason"),
        Property::stored("computerDnsName", "computer_dns_name", Kind::Text).filterable(),
        Property::stored("firstSeen", "first_seen", Kind::DateTime),
        Property::stored("lastSeen", "last_seen", Kind::DateTime).filterable(),
        Property::stored("osPlatform", "os_platform", Kind::Text).filterable(),
        Property::stored("osProcessor", "os_processor", Kind::Text),
        Property::stored("version", "version", Kind::Text).filterable(),
        Property::stored(
            "lastIpAddress",
            "coalesce(json_extract(ip_addresses, '$[0]'), last_address)",
            Kind::Text,
        )
        .filterable(),
        Property::computed("lastExternalIpAddress"),
        Property::stored("agentVersion", "agent_version", Kind::Text),
        Property::computed("osBuild"),
        Property::stored("healthStatus", "health_status", HEALTH).filterable(),
        Property::stored("deviceValue", "CAST('Normal' AS TEXT)", DEVICE_VALUES).filterable(),
        Property::stored("rbacGroupId", "device_group", Kind::Int).filterable(),
        Property::stored(
            "rbacGroupName",
            "(SELECT name FROM device_groups \
             WHERE device_groups.tenant = machines.tenant AND device_groups.id = device_group)",
            Kind::Text,
        ),
        Property::stored("riskScore", "CAST('None' AS TEXT)", RISK).filterable(),
        Property::stored("exposureLevel", "CAST('None' AS TEXT)", EXPOSURE).filterable(),
        Property::computed("isAadJoined"),
        Property::stored("aadDeviceId", "CAST(NULL AS TEXT)", Kind::Guid).filterable(),
        Property::stored(
            "machineTags",
            "(SELECT json_group_array(tag) FROM machine_tags \
             WHERE machine_tags.tenant = machines.tenant AND machine = machines.id)",
            Kind::TextList,
        )
        .filterable(),
        Property::stored(
            "onboardingStatus",
            "CASE WHEN revoked IS NULL THEN 'Onboarded' ELSE 'CanBeOnboarded' END",
            ONBOARDING,
        )
        .filterable(),
        Property::stored("osArchitecture", "os_architecture", Kind::Text),
        Property::computed("managedBy"),
        Property::computed("managedByStatus"),
        Property::computed("ipAddresses"),
        Property::computed("vmMetadata"),
    ],
);

/// The collection of what can be asked of a machine. It is put together anew for each answer.
pub(super) const AVAILABILITIES: Schema = Schema::new(
    "microsoft.windowsDefenderATP.api.ActionAvailabilityStatus",
    &[
        Property::computed("action"),
        Property::computed("isAvailable"),
        Property::computed("notSupportedReason"),
    ],
);

/// The collection of alerts, which is always empty.
pub(super) const ALERTS: Schema = Schema::new(
    "microsoft.windowsDefenderATP.api.Alert",
    &[
        Property::computed("id"),
        Property::computed("incidentId"),
        Property::computed("investigationId"),
        Property::computed("assignedTo"),
        Property::computed("severity"),
        Property::computed("status"),
        Property::computed("classification"),
        Property::computed("determination"),
        Property::computed("investigationState"),
        Property::computed("detectionSource"),
        Property::computed("detectorId"),
        Property::computed("category"),
        Property::computed("threatFamilyName"),
        Property::computed("title"),
        Property::computed("description"),
        Property::computed("alertCreationTime"),
        Property::computed("firstEventTime"),
        Property::computed("lastEventTime"),
        Property::computed("lastUpdateTime"),
        Property::computed("resolvedTime"),
        Property::computed("machineId"),
        Property::computed("computerDnsName"),
        Property::computed("rbacGroupName"),
        Property::computed("aadTenantId"),
        Property::computed("threatName"),
        Property::computed("mitreTechniques"),
        Property::computed("relatedUser"),
        Property::computed("comments"),
        Property::computed("evidence"),
    ],
);

const INDICATOR_TYPES: Kind = Kind::Enum(&[
    "FileSha1",
    "FileSha256",
    "FileMd5",
    "CertificateThumbprint",
    "IpAddress",
    "DomainName",
    "Url",
    "ProcessMemorySimilarityHash",
    "WebCategory",
]);
const INDICATOR_ACTIONS: Kind = Kind::Enum(&[
    "Alert",
    "Warn",
    "Block",
    "Audit",
    "BlockAndRemediate",
    "AlertAndBlock",
    "Allowed",
]);
const SEVERITIES: Kind = Kind::Enum(&["Informational", "Low", "Medium", "High"]);

/// The collection of indicators.
pub(super) const INDICATORS: Schema = Schema::new(
    "microsoft.windowsDefenderATP.api.Indicator",
    &[
        Property::stored("id", "CAST(id AS TEXT)", Kind::Text),
        Property::stored("indicatorValue", "value", Kind::Text).filterable(),
        Property::stored("indicatorType", "type", INDICATOR_TYPES).filterable(),
        Property::stored("action", "action", INDICATOR_ACTIONS).filterable(),
        Property::stored("createdBy", "created_by", Kind::Text).filterable(),
        Property::stored("severity", "severity", SEVERITIES).filterable(),
        Property::computed("category"),
        Property::stored("application", "application", Kind::Text).filterable(),
        Property::stored("educateUrl", "educate_url", Kind::Text),
        Property::computed("bypassDurationHours"),
        Property::stored("title", "title", Kind::Text).filterable(),
        Property::stored("description", "description", Kind::Text),
        Property::stored("recommendedActions", "recommended_actions", Kind::Text),
        Property::stored("creationTimeDateTimeUtc", "created", Kind::DateTime).filterable(),
        Property::stored("expirationTime", "expires", Kind::DateTime).filterable(),
        Property::stored("lastUpdateTime", "last_update", Kind::DateTime),
        Property::stored("lastUpdatedBy", "last_updated_by", Kind::Text),
        Property::stored("rbacGroupNames", "rbac_group_names", Kind::TextList).filterable(),
        Property::stored("rbacGroupIds", "CAST('[]' AS TEXT)", Kind::TextList).filterable(),
        Property::computed("notificationId"),
        Property::computed("notificationBody"),
        Property::computed("version"),
        Property::computed("mitreTechniques"),
        Property::computed("historicalDetection"),
        Property::computed("lookBackPeriod"),
        Property::stored("generateAlert", "generate_alert", Kind::Bool).filterable(),
        Property::computed("additionalInfo"),
        Property::stored("createdByDisplayName", "created_by_name", Kind::Text).filterable(),
        Property::computed("externalId"),
        Property::computed("createdBySource"),
        Property::computed("certificateInfo"),
    ],
);

#[cfg(test)]
mod tests {
    use quell_model::operations::{LIST_MACHINE_ACTIONS, LIST_MACHINES};

    use super::*;
    use crate::odata::Query;

    /// Every property can be compared with null, so this asks for nothing but the name.
    fn can_filter_by(schema: &Schema, name: &str) -> bool {
        let query = if name == "machineTags" {
            format!("$filter={name}/any()")
        } else {
            format!("$filter={name}%20eq%20null")
        };
        Query::parse(&query, schema).is_ok()
    }

    #[test]
    fn filters_name_what_the_contract_lists_and_nothing_else() {
        for (schema, operation, others) in [
            (
                MACHINE_ACTIONS,
                &LIST_MACHINE_ACTIONS,
                &["title", "commands", "errorHResult"][..],
            ),
            (MACHINES, &LIST_MACHINES, &["firstSeen", "agentVersion"]),
        ] {
            for name in operation.filter {
                assert!(can_filter_by(&schema, name), "{name}");
            }
            for name in others {
                assert!(!can_filter_by(&schema, name), "{name}");
            }
        }
    }
}
