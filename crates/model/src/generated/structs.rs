// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use super::enums::*;
use super::error_codes::ErrorCode;
use crate::wire::Extra;
use crate::{ActionId, IndicatorId, MachineId, SecretText, Sha1, Timestamp};
use serde_json::Value;

/// One thing asked of one machine, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MachineAction {
    /// `@odata.context`: Where the service describes this entity; its host may differ from the one asked.
    pub odata_context: Option<String>,
    /// `id`: Names the action.
    pub id: ActionId,
    /// `type`: What is done.
    pub kind: ActionType,
    /// `title`: A heading; null in everything recorded.
    pub title: Option<String>,
    /// `requestor`: Who asked, as a person's principal name, an application's name or (in older answers) its id.
    pub requestor: Option<String>,
    /// `requestorComment`: The request's comment.
    pub requestor_comment: Option<String>,
    /// `status`: How far it got.
    pub status: ActionStatus,
    /// `machineId`: The machine it is asked of.
    pub machine_id: Option<MachineId>,
    /// `computerDnsName`: The machine's DNS name.
    pub computer_dns_name: Option<String>,
    /// `creationDateTimeUtc`: When it was asked.
    pub creation_date_time_utc: Timestamp,
    /// `lastUpdateDateTimeUtc`: When its status last changed. The documentation's samples name it lastUpdateTimeUtc.
    pub last_update_date_time_utc: Timestamp,
    /// `cancellationRequestor`: Who cancelled it.
    pub cancellation_requestor: Option<String>,
    /// `cancellationComment`: Why it was cancelled.
    pub cancellation_comment: Option<String>,
    /// `cancellationDateTimeUtc`: When it was cancelled.
    pub cancellation_date_time_utc: Option<Timestamp>,
    /// `errorHResult`: A signed HRESULT, 0 while nothing failed.
    pub error_h_result: i32,
    /// `scope`: How far an isolation or a scan reaches; null for a file.
    pub scope: Option<String>,
    /// `externalId`: The caller's own id, if it sent one.
    pub external_id: Option<String>,
    /// `requestSource`: By which way it was asked.
    pub request_source: RequestSource,
    /// `relatedFileInfo`: The file, where the action is about one.
    pub related_file_info: Option<RelatedFileInfo>,
    /// `commands`: The commands of a live response; empty for every other type.
    pub commands: Vec<CommandEntry>,
    /// `troubleshootInfo`: The troubleshooting mode, where the action is about it.
    pub troubleshoot_info: Option<TroubleshootInfo>,
    /// `error`: Of answers before 2020.
    pub error: Option<String>,
    /// `sha1`: The file's SHA-1, of answers before 2020.
    pub sha1: Option<String>,
    /// `fileId`: Of answers before 2020.
    pub file_id: Option<String>,
    /// `fileInstances`: Where the file was found, of answers before 2020.
    pub file_instances: Vec<FileInstance>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl MachineAction {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(id: ActionId) -> Self {
        Self {
            odata_context: None,
            id,
            kind: ActionType::Unknown,
            title: None,
            requestor: None,
            requestor_comment: None,
            status: ActionStatus::from("Unknown"),
            machine_id: None,
            computer_dns_name: None,
            creation_date_time_utc: Timestamp::NEVER,
            last_update_date_time_utc: Timestamp::NEVER,
            cancellation_requestor: None,
            cancellation_comment: None,
            cancellation_date_time_utc: None,
            error_h_result: 0,
            scope: None,
            external_id: None,
            request_source: RequestSource::Unspecified,
            related_file_info: None,
            commands: Vec::new(),
            troubleshoot_info: None,
            error: None,
            sha1: None,
            file_id: None,
            file_instances: Vec::new(),
            extra: Extra::new(),
        }
    }
}

/// The file that an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelatedFileInfo {
    /// `fileIdentifier`: The hash.
    pub file_identifier: Option<String>,
    /// `fileIdentifierType`: Which hash it is.
    pub file_identifier_type: Option<FileIdentifierType>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl RelatedFileInfo {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            file_identifier: None,
            file_identifier_type: None,
            extra: Extra::new(),
        }
    }
}

impl Default for RelatedFileInfo {
    fn default() -> Self {
        Self::new()
    }
}

/// One command of a live response, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandEntry {
    /// `index`: Its place among the commands, from 0.
    pub index: i32,
    /// `startTime`: When it began.
    pub start_time: Option<Timestamp>,
    /// `endTime`: When it ended.
    pub end_time: Option<Timestamp>,
    /// `commandStatus`: How far it got.
    pub command_status: CommandStatus,
    /// `errors`: What went wrong.
    pub errors: Vec<String>,
    /// `command`: What was asked.
    pub command: Option<Command>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl CommandEntry {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            index: 0,
            start_time: None,
            end_time: None,
            command_status: CommandStatus::from("Unknown"),
            errors: Vec::new(),
            command: None,
            extra: Extra::new(),
        }
    }
}

impl Default for CommandEntry {
    fn default() -> Self {
        Self::new()
    }
}

/// A command of a live response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Command {
    /// `type`: What it does.
    pub kind: CommandType,
    /// `params`: Its parameters.
    pub params: Vec<CommandParameter>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl Command {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kind: CommandType::from("Unknown"),
            params: Vec::new(),
            extra: Extra::new(),
        }
    }
}

impl Default for Command {
    fn default() -> Self {
        Self::new()
    }
}

/// A parameter of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandParameter {
    /// `key`: Its name.
    pub key: CommandParameterKey,
    /// `value`: Its value.
    pub value: Option<String>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl CommandParameter {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key: CommandParameterKey::from("Unknown"),
            value: None,
            extra: Extra::new(),
        }
    }
}

impl Default for CommandParameter {
    fn default() -> Self {
        Self::new()
    }
}

/// A machine's troubleshooting mode.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TroubleshootInfo {
    /// `expirationUtc`: When it ends.
    pub expiration_utc: Option<Timestamp>,
    /// `startTsModeUtc`: When it began.
    pub start_ts_mode_utc: Option<Timestamp>,
    /// `paramsJsonFormatVersion`: The version of its parameters.
    pub params_json_format_version: Option<i32>,
    /// `state`: Its state, by number.
    pub state: Option<i32>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl TroubleshootInfo {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            expiration_utc: None,
            start_ts_mode_utc: None,
            params_json_format_version: None,
            state: None,
            extra: Extra::new(),
        }
    }
}

impl Default for TroubleshootInfo {
    fn default() -> Self {
        Self::new()
    }
}

/// One place of a file, of answers before 2020.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileInstance {
    /// `filePath`: Where the file was.
    pub file_path: Option<String>,
    /// `status`: What became of it.
    pub status: Option<String>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl FileInstance {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            file_path: None,
            status: None,
            extra: Extra::new(),
        }
    }
}

impl Default for FileInstance {
    fn default() -> Self {
        Self::new()
    }
}

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
    /// Properties that this version does not know.
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
            onboarding_status: OnboardingStatus::InsufficientInfo,
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
    /// Properties that this version does not know.
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
    /// Properties that this version does not know.
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

/// What the service knows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// `@odata.context`: Where the service describes this entity.
    pub odata_context: Option<String>,
    /// `sha1`: Names the file.
    pub sha1: Sha1,
    /// `sha256`: The file's SHA-256.
    pub sha256: Option<String>,
    /// `md5`: The file's MD5; not in the documentation's table.
    pub md5: Option<String>,
    /// `globalPrevalence`: On how many machines of all customers it was seen.
    pub global_prevalence: Option<i64>,
    /// `globalFirstObserved`: When any customer had it first.
    pub global_first_observed: Option<Timestamp>,
    /// `globalLastObserved`: When any customer had it last.
    pub global_last_observed: Option<Timestamp>,
    /// `size`: Its size in bytes.
    pub size: Option<i64>,
    /// `fileType`: Its type; often null.
    pub file_type: Option<String>,
    /// `isPeFile`: Whether it is a portable executable.
    pub is_pe_file: Option<bool>,
    /// `filePublisher`: Its publisher.
    pub file_publisher: Option<String>,
    /// `fileProductName`: Its product.
    pub file_product_name: Option<String>,
    /// `signer`: Who signed it.
    pub signer: Option<String>,
    /// `issuer`: Who issued the certificate.
    pub issuer: Option<String>,
    /// `signerHash`: The certificate's hash.
    pub signer_hash: Option<String>,
    /// `isValidCertificate`: Whether the signature is valid.
    pub is_valid_certificate: Option<bool>,
    /// `determinationType`: What the service thinks of it.
    pub determination_type: DeterminationType,
    /// `determinationValue`: The name of what it is, such as a malware family.
    pub determination_value: Option<String>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl File {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(sha1: Sha1) -> Self {
        Self {
            odata_context: None,
            sha1,
            sha256: None,
            md5: None,
            global_prevalence: None,
            global_first_observed: None,
            global_last_observed: None,
            size: None,
            file_type: None,
            is_pe_file: None,
            file_publisher: None,
            file_product_name: None,
            signer: None,
            issuer: None,
            signer_hash: None,
            is_valid_certificate: None,
            determination_type: DeterminationType::Unknown,
            determination_value: None,
            extra: Extra::new(),
        }
    }
}

/// What the tenant wants noticed or blocked wherever it turns up, such as a file by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Indicator {
    /// `@odata.context`: Where the service describes this entity.
    pub odata_context: Option<String>,
    /// `id`: Names the indicator.
    pub id: IndicatorId,
    /// `indicatorValue`: What is looked for; which kind of text it is, indicatorType says.
    pub indicator_value: Option<String>,
    /// `indicatorType`: What is looked for.
    pub indicator_type: IndicatorType,
    /// `action`: What is done where it turns up.
    pub action: IndicatorAction,
    /// `createdBy`: Who made it, as a person's principal name or an application's id.
    pub created_by: Option<String>,
    /// `source`: Who made it, by name; of answers before 2022 and of the documentation's.
    pub source: Option<String>,
    /// `sourceType`: Whether a person or an application made it; of answers before 2022 and of the documentation's.
    pub source_type: Option<IndicatorSourceType>,
    /// `severity`: How bad it is when it turns up.
    pub severity: Option<IndicatorSeverity>,
    /// `category`: By number; 1 in everything recorded, and not documented.
    pub category: Option<i32>,
    /// `application`: The application that it belongs to.
    pub application: Option<String>,
    /// `educateUrl`: Where a person who is stopped by it can read why.
    pub educate_url: Option<String>,
    /// `bypassDurationHours`: Not documented; null in everything recorded.
    pub bypass_duration_hours: Option<Value>,
    /// `title`: The title of its alerts.
    pub title: Option<String>,
    /// `description`: What it is.
    pub description: Option<String>,
    /// `recommendedActions`: What its alerts recommend.
    pub recommended_actions: Option<String>,
    /// `creationTimeDateTimeUtc`: When it was made.
    pub creation_time_date_time_utc: Option<Timestamp>,
    /// `expirationTime`: When it ends; null for never.
    pub expiration_time: Option<Timestamp>,
    /// `lastUpdateTime`: When it was last changed.
    pub last_update_time: Option<Timestamp>,
    /// `lastUpdatedBy`: Who last changed it.
    pub last_updated_by: Option<String>,
    /// `rbacGroupNames`: The device groups that it holds for; empty for all machines.
    pub rbac_group_names: Vec<String>,
    /// `rbacGroupIds`: The same groups by id.
    pub rbac_group_ids: Vec<String>,
    /// `notificationId`: Not documented; null in everything recorded.
    pub notification_id: Option<Value>,
    /// `notificationBody`: Not documented; null in everything recorded.
    pub notification_body: Option<Value>,
    /// `version`: Not documented; null in everything recorded.
    pub version: Option<Value>,
    /// `mitreTechniques`: Techniques of MITRE ATT&CK; not documented.
    pub mitre_techniques: Vec<String>,
    /// `historicalDetection`: Not documented; false in everything recorded.
    pub historical_detection: bool,
    /// `lookBackPeriod`: Not documented; null in everything recorded.
    pub look_back_period: Option<Value>,
    /// `generateAlert`: Whether an alert is raised where it turns up.
    pub generate_alert: bool,
    /// `additionalInfo`: Not documented; null in everything recorded.
    pub additional_info: Option<Value>,
    /// `createdByDisplayName`: The name of who made it.
    pub created_by_display_name: Option<String>,
    /// `externalId`: The caller's own id, if it sent one. The documentation writes externalID.
    pub external_id: Option<String>,
    /// `createdBySource`: By which way it was made, such as PublicApi or Portal; the documentation calls it a name.
    pub created_by_source: Option<String>,
    /// `certificateInfo`: The certificate, where the indicator is one; its shape is not documented.
    pub certificate_info: Option<Value>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl Indicator {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(id: IndicatorId) -> Self {
        Self {
            odata_context: None,
            id,
            indicator_value: None,
            indicator_type: IndicatorType::from("Unknown"),
            action: IndicatorAction::from("Unknown"),
            created_by: None,
            source: None,
            source_type: None,
            severity: None,
            category: None,
            application: None,
            educate_url: None,
            bypass_duration_hours: None,
            title: None,
            description: None,
            recommended_actions: None,
            creation_time_date_time_utc: None,
            expiration_time: None,
            last_update_time: None,
            last_updated_by: None,
            rbac_group_names: Vec::new(),
            rbac_group_ids: Vec::new(),
            notification_id: None,
            notification_body: None,
            version: None,
            mitre_techniques: Vec::new(),
            historical_detection: false,
            look_back_period: None,
            generate_alert: false,
            additional_info: None,
            created_by_display_name: None,
            external_id: None,
            created_by_source: None,
            certificate_info: None,
            extra: Extra::new(),
        }
    }
}

/// How the service refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorEnvelope {
    /// `error`: What is wrong.
    pub error: ServiceError,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl ErrorEnvelope {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(error: ServiceError) -> Self {
        Self {
            error,
            extra: Extra::new(),
        }
    }
}

/// Why the service refuses. The OData layer's own refusals have an empty code, details, and no target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// `code`: The reason, for programs.
    pub code: ErrorCode,
    /// `message`: The reason, for people; may change at any time and may hold HTML.
    pub message: String,
    /// `target`: The service's name for this exchange; usually, not always, a GUID.
    pub target: Option<String>,
    /// `details`: Of the OData layer; empty in everything recorded.
    pub details: Option<Vec<Value>>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl ServiceError {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            code: ErrorCode::from(""),
            message: String::new(),
            target: None,
            details: None,
            extra: Extra::new(),
        }
    }
}

impl Default for ServiceError {
    fn default() -> Self {
        Self::new()
    }
}

/// How the token endpoint refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenError {
    /// `error`: The reason, for programs.
    pub error: TokenErrorCode,
    /// `error_description`: The reason, for people.
    pub error_description: String,
    /// `error_codes`: The issuer's numbers for the reason.
    pub error_codes: Vec<i64>,
    /// `timestamp`: When; the issuer's own format, not RFC 3339.
    pub timestamp: Option<String>,
    /// `trace_id`: The issuer's name for this exchange.
    pub trace_id: Option<String>,
    /// `correlation_id`: The caller's name for this exchange, or the issuer's.
    pub correlation_id: Option<String>,
    /// `error_uri`: Where the reason is explained.
    pub error_uri: Option<String>,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl TokenError {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(error: TokenErrorCode) -> Self {
        Self {
            error,
            error_description: String::new(),
            error_codes: Vec::new(),
            timestamp: None,
            trace_id: None,
            correlation_id: None,
            error_uri: None,
            extra: Extra::new(),
        }
    }
}

/// A bearer token, and how long it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenResponse {
    /// `token_type`: Always Bearer.
    pub token_type: String,
    /// `expires_in`: Seconds from now until it expires. The first version writes it as a string.
    pub expires_in: i64,
    /// `ext_expires_in`: Seconds until it expires if the issuer is down.
    pub ext_expires_in: Option<i64>,
    /// `expires_on`: Unix seconds at which it expires; first version alone.
    pub expires_on: Option<i64>,
    /// `not_before`: Unix seconds from which it holds; first version alone.
    pub not_before: Option<i64>,
    /// `resource`: What it opens; first version alone.
    pub resource: Option<String>,
    /// `access_token`: The token.
    pub access_token: SecretText,
    /// Properties that this version does not know.
    pub extra: Extra,
}

impl TokenResponse {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(access_token: SecretText) -> Self {
        Self {
            token_type: "Bearer".to_owned(),
            expires_in: 0,
            ext_expires_in: None,
            expires_on: None,
            not_before: None,
            resource: None,
            access_token,
            extra: Extra::new(),
        }
    }
}
