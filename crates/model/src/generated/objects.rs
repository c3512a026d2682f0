// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What each object consists of, for what is derived from that: JSON schemas and property tests.

#![cfg(any(feature = "schemars", feature = "proptest"))]

/// Each answer: its fields, their types and their names on the wire.
macro_rules! answers {
    ($with:ident) => {
        $with! {
            Alert {
                odata_context: Option<String> = "@odata.context",
                id: String = "id" needed,
                incident_id: Option<i64> = "incidentId",
                investigation_id: Option<i64> = "investigationId",
                assigned_to: Option<String> = "assignedTo",
                severity: AlertSeverity = "severity",
                status: AlertStatus = "status",
                classification: Option<AlertClassification> = "classification",
                determination: Option<AlertDetermination> = "determination",
                investigation_state: Option<InvestigationState> = "investigationState",
                detection_source: Option<String> = "detectionSource",
                detector_id: Option<String> = "detectorId",
                category: Option<String> = "category",
                threat_family_name: Option<String> = "threatFamilyName",
                title: Option<String> = "title",
                description: Option<String> = "description",
                alert_creation_time: Option<Timestamp> = "alertCreationTime",
                first_event_time: Option<Timestamp> = "firstEventTime",
                last_event_time: Option<Timestamp> = "lastEventTime",
                last_update_time: Option<Timestamp> = "lastUpdateTime",
                resolved_time: Option<Timestamp> = "resolvedTime",
                machine_id: Option<MachineId> = "machineId",
                computer_dns_name: Option<String> = "computerDnsName",
                rbac_group_name: Option<String> = "rbacGroupName",
                aad_tenant_id: Option<String> = "aadTenantId",
                threat_name: Option<String> = "threatName",
                mitre_techniques: Vec<String> = "mitreTechniques",
                related_user: Option<AlertUser> = "relatedUser",
                comments: Vec<AlertComment> = "comments",
                evidence: Vec<AlertEvidence> = "evidence",
            }
            AlertUser {
                user_name: Option<String> = "userName",
                domain_name: Option<String> = "domainName",
            }
            AlertComment {
                comment: Option<String> = "comment",
                created_by: Option<String> = "createdBy",
                created_time: Option<Timestamp> = "createdTime",
            }
            AlertEvidence {
                entity_type: Option<String> = "entityType",
                evidence_creation_time: Option<Timestamp> = "evidenceCreationTime",
                sha1: Option<String> = "sha1",
                sha256: Option<String> = "sha256",
                file_name: Option<String> = "fileName",
                file_path: Option<String> = "filePath",
                process_id: Option<i64> = "processId",
                process_command_line: Option<String> = "processCommandLine",
                process_creation_time: Option<Timestamp> = "processCreationTime",
                parent_process_id: Option<i64> = "parentProcessId",
                parent_process_creation_time: Option<Timestamp> = "parentProcessCreationTime",
                parent_process_file_name: Option<String> = "parentProcessFileName",
                parent_process_file_path: Option<String> = "parentProcessFilePath",
                ip_address: Option<String> = "ipAddress",
                url: Option<String> = "url",
                registry_key: Option<String> = "registryKey",
                registry_hive: Option<String> = "registryHive",
                registry_value_type: Option<String> = "registryValueType",
                registry_value: Option<String> = "registryValue",
                account_name: Option<String> = "accountName",
                domain_name: Option<String> = "domainName",
                user_sid: Option<String> = "userSid",
                aad_user_id: Option<String> = "aadUserId",
                user_principal_name: Option<String> = "userPrincipalName",
                detection_status: Option<String> = "detectionStatus",
            }
            ErrorEnvelope {
                error: ServiceError = "error" needed,
            }
            ServiceError {
                code: ErrorCode = "code",
                message: String = "message",
                target: Option<String> = "target",
                details: Option<Vec<serde_json::Value>> = "details",
            }
            TokenError {
                error: TokenErrorCode = "error" needed,
                error_description: String = "error_description",
                error_codes: Vec<i64> = "error_codes",
                timestamp: Option<String> = "timestamp",
                trace_id: Option<String> = "trace_id",
                correlation_id: Option<String> = "correlation_id",
                error_uri: Option<String> = "error_uri",
            }
            File {
                odata_context: Option<String> = "@odata.context",
                sha1: Sha1 = "sha1" needed,
                sha256: Option<String> = "sha256",
                md5: Option<String> = "md5",
                global_prevalence: Option<i64> = "globalPrevalence",
                global_first_observed: Option<Timestamp> = "globalFirstObserved",
                global_last_observed: Option<Timestamp> = "globalLastObserved",
                size: Option<i64> = "size",
                file_type: Option<String> = "fileType",
                is_pe_file: Option<bool> = "isPeFile",
                file_publisher: Option<String> = "filePublisher",
                file_product_name: Option<String> = "fileProductName",
                signer: Option<String> = "signer",
                issuer: Option<String> = "issuer",
                signer_hash: Option<String> = "signerHash",
                is_valid_certificate: Option<bool> = "isValidCertificate",
                determination_type: DeterminationType = "determinationType",
                determination_value: Option<String> = "determinationValue",
            }
            InOrgFileStats {
                odata_context: Option<String> = "@odata.context",
                sha1: Sha1 = "sha1" needed,
                org_prevalence: Option<String> = "orgPrevalence",
                organization_prevalence: Option<i64> = "organizationPrevalence",
                org_first_seen: Option<Timestamp> = "orgFirstSeen",
                org_last_seen: Option<Timestamp> = "orgLastSeen",
                global_prevalence: Option<String> = "globalPrevalence",
                globally_prevalence: Option<i64> = "globallyPrevalence",
                global_first_observed: Option<Timestamp> = "globalFirstObserved",
                global_last_observed: Option<Timestamp> = "globalLastObserved",
                top_file_names: Vec<String> = "topFileNames",
            }
            Indicator {
                odata_context: Option<String> = "@odata.context",
                id: IndicatorId = "id" needed,
                indicator_value: Option<String> = "indicatorValue",
                indicator_type: IndicatorType = "indicatorType",
                action: IndicatorAction = "action",
                created_by: Option<String> = "createdBy",
                source: Option<String> = "source",
                source_type: Option<IndicatorSourceType> = "sourceType",
                severity: Option<IndicatorSeverity> = "severity",
                category: Option<i32> = "category",
                application: Option<String> = "application",
                educate_url: Option<String> = "educateUrl",
                bypass_duration_hours: Option<serde_json::Value> = "bypassDurationHours",
                title: Option<String> = "title",
                description: Option<String> = "description",
                recommended_actions: Option<String> = "recommendedActions",
                creation_time_date_time_utc: Option<Timestamp> = "creationTimeDateTimeUtc",
                expiration_time: Option<Timestamp> = "expirationTime",
                last_update_time: Option<Timestamp> = "lastUpdateTime",
                last_updated_by: Option<String> = "lastUpdatedBy",
                rbac_group_names: Vec<String> = "rbacGroupNames",
                rbac_group_ids: Vec<String> = "rbacGroupIds",
                notification_id: Option<serde_json::Value> = "notificationId",
                notification_body: Option<serde_json::Value> = "notificationBody",
                version: Option<serde_json::Value> = "version",
                mitre_techniques: Vec<String> = "mitreTechniques",
                historical_detection: bool = "historicalDetection",
                look_back_period: Option<serde_json::Value> = "lookBackPeriod",
                generate_alert: bool = "generateAlert",
                additional_info: Option<serde_json::Value> = "additionalInfo",
                created_by_display_name: Option<String> = "createdByDisplayName",
                external_id: Option<String> = "externalId",
                created_by_source: Option<String> = "createdBySource",
                certificate_info: Option<serde_json::Value> = "certificateInfo",
            }
            MachineAction {
                odata_context: Option<String> = "@odata.context",
                id: ActionId = "id" needed,
                kind: ActionType = "type",
                title: Option<String> = "title",
                requestor: Option<String> = "requestor",
                requestor_comment: Option<String> = "requestorComment",
                status: ActionStatus = "status",
                machine_id: Option<MachineId> = "machineId",
                computer_dns_name: Option<String> = "computerDnsName",
                creation_date_time_utc: Timestamp = "creationDateTimeUtc",
                last_update_date_time_utc: Timestamp = "lastUpdateDateTimeUtc",
                cancellation_requestor: Option<String> = "cancellationRequestor",
                cancellation_comment: Option<String> = "cancellationComment",
                cancellation_date_time_utc: Option<Timestamp> = "cancellationDateTimeUtc",
                error_h_result: i32 = "errorHResult",
                scope: Option<String> = "scope",
                external_id: Option<String> = "externalId",
                request_source: RequestSource = "requestSource",
                related_file_info: Option<RelatedFileInfo> = "relatedFileInfo",
                commands: Vec<CommandEntry> = "commands",
                troubleshoot_info: Option<TroubleshootInfo> = "troubleshootInfo",
                error: Option<String> = "error",
                sha1: Option<String> = "sha1",
                file_id: Option<String> = "fileId",
                file_instances: Vec<FileInstance> = "fileInstances",
            }
            RelatedFileInfo {
                file_identifier: Option<String> = "fileIdentifier",
                file_identifier_type: Option<FileIdentifierType> = "fileIdentifierType",
            }
            CommandEntry {
                index: i32 = "index",
                start_time: Option<Timestamp> = "startTime",
                end_time: Option<Timestamp> = "endTime",
                command_status: CommandStatus = "commandStatus",
                errors: Vec<String> = "errors",
                command: Option<Command> = "command",
            }
            Command {
                kind: CommandType = "type",
                params: Vec<CommandParameter> = "params",
            }
            CommandParameter {
                key: CommandParameterKey = "key",
                value: Option<SecretText> = "value",
            }
            TroubleshootInfo {
                expiration_utc: Option<Timestamp> = "expirationUtc",
                start_ts_mode_utc: Option<Timestamp> = "startTsModeUtc",
                params_json_format_version: Option<i32> = "paramsJsonFormatVersion",
                state: Option<i32> = "state",
            }
            FileInstance {
                file_path: Option<String> = "filePath",
                status: Option<String> = "status",
            }
            ActionAvailabilityStatus {
                action: FullActionType = "action",
                is_available: bool = "isAvailable",
                not_supported_reason: Option<String> = "notSupportedReason",
            }
            DownloadLink {
                odata_context: Option<String> = "@odata.context",
                value: SecretText = "value" needed,
            }
            Machine {
                odata_context: Option<String> = "@odata.context",
                id: MachineId = "id" needed,
                merged_into_machine_id: Option<MachineId> = "mergedIntoMachineId",
                is_potential_duplication: bool = "isPotentialDuplication",
                is_excluded: bool = "isExcluded",
                exclusion_reason: Option<ExclusionReason> = "exclusionReason",
                computer_dns_name: Option<String> = "computerDnsName",
                first_seen: Option<Timestamp> = "firstSeen",
                last_seen: Option<Timestamp> = "lastSeen",
                os_platform: Option<String> = "osPlatform",
                os_version: Option<String> = "osVersion",
                os_processor: Option<String> = "osProcessor",
                version: Option<String> = "version",
                last_ip_address: Option<String> = "lastIpAddress",
                last_external_ip_address: Option<String> = "lastExternalIpAddress",
                agent_version: Option<String> = "agentVersion",
                os_build: Option<i64> = "osBuild",
                health_status: HealthStatus = "healthStatus",
                device_value: DeviceValue = "deviceValue",
                rbac_group_id: i32 = "rbacGroupId",
                rbac_group_name: Option<String> = "rbacGroupName",
                risk_score: Option<RiskScore> = "riskScore",
                exposure_level: ExposureLevel = "exposureLevel",
                is_aad_joined: Option<bool> = "isAadJoined",
                aad_device_id: Option<String> = "aadDeviceId",
                machine_tags: Vec<String> = "machineTags",
                defender_av_status: Option<String> = "defenderAvStatus",
                onboarding_status: OnboardingStatus = "onboardingStatus",
                os_architecture: Option<String> = "osArchitecture",
                managed_by: ManagedBy = "managedBy",
                managed_by_status: ManagedByStatus = "managedByStatus",
                ip_addresses: Vec<IpAddress> = "ipAddresses",
                vm_metadata: Option<VmMetadata> = "vmMetadata",
                system_product_name: Option<String> = "systemProductName",
                group_name: Option<String> = "groupName",
            }
            IpAddress {
                ip_address: Option<String> = "ipAddress",
                mac_address: Option<String> = "macAddress",
                kind: Option<IpInterfaceType> = "type",
                operational_status: Option<IpOperationalStatus> = "operationalStatus",
            }
            VmMetadata {
                vm_id: Option<String> = "vmId",
                cloud_provider: CloudProvider = "cloudProvider",
                resource_id: Option<String> = "resourceId",
                subscription_id: Option<String> = "subscriptionId",
            }
            TokenResponse {
                token_type: String = "token_type",
                expires_in: i64 = "expires_in",
                ext_expires_in: Option<i64> = "ext_expires_in",
                expires_on: Option<i64> = "expires_on",
                not_before: Option<i64> = "not_before",
                resource: Option<String> = "resource",
                access_token: SecretText = "access_token" needed,
            }
        }
    };
}

pub(crate) use answers;

/// Each request, in the same way.
macro_rules! requests {
    ($with:ident) => {
        $with! {
            StopAndQuarantineFileRequest {
                comment: Comment = "Comment" needed,
                sha1: Sha1 = "Sha1" needed,
                external_id: Option<String> = "ExternalId",
                request_source: Option<RequestSource> = "RequestSource",
                title: Option<String> = "Title",
            }
            CancelMachineActionRequest {
                comment: Comment = "Comment" needed,
                external_id: Option<String> = "ExternalId",
                request_source: Option<RequestSource> = "RequestSource",
                title: Option<String> = "Title",
            }
            CommentRequest {
                comment: Comment = "Comment" needed,
            }
            IsolateRequest {
                comment: Comment = "Comment" needed,
                isolation_type: Option<IsolationType> = "IsolationType",
            }
            RunAntiVirusScanRequest {
                comment: Comment = "Comment" needed,
                scan_type: ScanType = "ScanType" needed,
            }
            SubmitIndicatorRequest {
                indicator_value: String = "indicatorValue" needed,
                indicator_type: IndicatorType = "indicatorType" needed,
                action: IndicatorAction = "action" needed,
                title: String = "title" needed,
                description: String = "description" needed,
                application: Option<String> = "application",
                expiration_time: Option<Timestamp> = "expirationTime",
                severity: Option<IndicatorSeverity> = "severity",
                recommended_actions: Option<String> = "recommendedActions",
                rbac_group_names: Vec<String> = "rbacGroupNames",
                educate_url: Option<String> = "educateUrl",
                generate_alert: Option<bool> = "generateAlert",
            }
        }
    };
}

pub(crate) use requests;

/// Each request, in the same way.
#[cfg(feature = "extension")]
macro_rules! extension_requests {
    ($with:ident) => {
        $with! {
            RestoreFileRequest {
                comment: Comment = "Comment" needed,
                action_id: Option<ActionId> = "ActionId",
                sha1: Option<Sha1> = "Sha1",
                conflict: Option<RestoreConflict> = "Conflict",
                external_id: Option<String> = "ExternalId",
                title: Option<String> = "Title",
            }
        }
    };
}

#[cfg(feature = "extension")]
pub(crate) use extension_requests;

/// Each request, in the same way.
#[cfg(feature = "high-risk")]
macro_rules! high_risk_requests {
    ($with:ident) => {
        $with! {
            RunLiveResponseRequest {
                commands: Vec<Command> = "Commands" needed,
                comment: Comment = "Comment" needed,
            }
        }
    };
}

#[cfg(feature = "high-risk")]
pub(crate) use high_risk_requests;

/// Every open enumeration.
macro_rules! enumerations {
    ($with:ident) => {
        $with! {
            ActionStatus,
            ActionType,
            AlertClassification,
            AlertDetermination,
            AlertSeverity,
            AlertStatus,
            CloudProvider,
            CommandParameterKey,
            CommandStatus,
            CommandType,
            DeterminationType,
            DeviceValue,
            ErrorCode,
            ExclusionReason,
            ExposureLevel,
            FileIdentifierType,
            FullActionType,
            HealthStatus,
            IndicatorAction,
            IndicatorSeverity,
            IndicatorSourceType,
            IndicatorType,
            InvestigationState,
            IpInterfaceType,
            IpOperationalStatus,
            IsolationType,
            ManagedBy,
            ManagedByStatus,
            OnboardingStatus,
            RequestSource,
            RestoreConflict,
            RiskScore,
            ScanType,
            TokenErrorCode,
        }
    };
}

pub(crate) use enumerations;
