// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

/// Something that the service noticed on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alert {
    /// `@odata.context`: Where the service describes this entity.
    pub odata_context: Option<String>,
    /// `id`: Names the alert.
    pub id: String,
    /// `incidentId`: The incident that it belongs to.
    pub incident_id: Option<i64>,
    /// `investigationId`: The investigation of it.
    pub investigation_id: Option<i64>,
    /// `assignedTo`: Who takes care of it.
    pub assigned_to: Option<String>,
    /// `severity`: How bad it is.
    pub severity: AlertSeverity,
    /// `status`: How far its handling got.
    pub status: AlertStatus,
    /// `classification`: Whether it was right.
    pub classification: Option<AlertClassification>,
    /// `determination`: What it was.
    pub determination: Option<AlertDetermination>,
    /// `investigationState`: How far the investigation got.
    pub investigation_state: Option<InvestigationState>,
    /// `detectionSource`: What noticed it, such as WindowsDefenderAv.
    pub detection_source: Option<String>,
    /// `detectorId`: The detector that noticed it.
    pub detector_id: Option<String>,
    /// `category`: Its category, such as Execution.
    pub category: Option<String>,
    /// `threatFamilyName`: The family of the threat.
    pub threat_family_name: Option<String>,
    /// `title`: Its title.
    pub title: Option<String>,
    /// `description`: What it is about.
    pub description: Option<String>,
    /// `alertCreationTime`: When it was raised.
    pub alert_creation_time: Option<Timestamp>,
    /// `firstEventTime`: When what it is about happened first on the machine.
    pub first_event_time: Option<Timestamp>,
    /// `lastEventTime`: When it happened last.
    pub last_event_time: Option<Timestamp>,
    /// `lastUpdateTime`: When the alert was last changed.
    pub last_update_time: Option<Timestamp>,
    /// `resolvedTime`: When it was resolved.
    pub resolved_time: Option<Timestamp>,
    /// `machineId`: The machine.
    pub machine_id: Option<MachineId>,
    /// `computerDnsName`: The machine's DNS name.
    pub computer_dns_name: Option<String>,
    /// `rbacGroupName`: The machine's device group.
    pub rbac_group_name: Option<String>,
    /// `aadTenantId`: The tenant.
    pub aad_tenant_id: Option<String>,
    /// `threatName`: The name of the threat.
    pub threat_name: Option<String>,
    /// `mitreTechniques`: Techniques of MITRE ATT&CK, such as T1064. The documentation calls it a string.
    pub mitre_techniques: Vec<String>,
    /// `relatedUser`: The user on the machine.
    pub related_user: Option<AlertUser>,
    /// `comments`: What people wrote about it.
    pub comments: Vec<AlertComment>,
    /// `evidence`: What it rests on.
    pub evidence: Vec<AlertEvidence>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl Alert {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(id: String) -> Self {
        Self {
            odata_context: None,
            id,
            incident_id: None,
            investigation_id: None,
            assigned_to: None,
            severity: AlertSeverity::UnSpecified,
            status: AlertStatus::Unknown,
            classification: None,
            determination: None,
            investigation_state: None,
            detection_source: None,
            detector_id: None,
            category: None,
            threat_family_name: None,
            title: None,
            description: None,
            alert_creation_time: None,
            first_event_time: None,
            last_event_time: None,
            last_update_time: None,
            resolved_time: None,
            machine_id: None,
            computer_dns_name: None,
            rbac_group_name: None,
            aad_tenant_id: None,
            threat_name: None,
            mitre_techniques: Vec::new(),
            related_user: None,
            comments: Vec::new(),
            evidence: Vec::new(),
            extra: Extra::new(),
        }
    }
}

/// A user of an alert's machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertUser {
    /// `userName`: The account's name.
    pub user_name: Option<String>,
    /// `domainName`: The account's domain.
    pub domain_name: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl AlertUser {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            user_name: None,
            domain_name: None,
            extra: Extra::new(),
        }
    }
}

impl Default for AlertUser {
    fn default() -> Self {
        Self::new()
    }
}

/// What somebody wrote about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertComment {
    /// `comment`: The text.
    pub comment: Option<String>,
    /// `createdBy`: Who wrote it.
    pub created_by: Option<String>,
    /// `createdTime`: When.
    pub created_time: Option<Timestamp>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl AlertComment {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            comment: None,
            created_by: None,
            created_time: None,
            extra: Extra::new(),
        }
    }
}

impl Default for AlertComment {
    fn default() -> Self {
        Self::new()
    }
}

/// Something that an alert rests on; what does not fit its kind is null.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertEvidence {
    /// `entityType`: Of what kind it is, such as File, Process or User.
    pub entity_type: Option<String>,
    /// `evidenceCreationTime`: When it was added.
    pub evidence_creation_time: Option<Timestamp>,
    /// `sha1`: The file's SHA-1.
    pub sha1: Option<String>,
    /// `sha256`: The file's SHA-256.
    pub sha256: Option<String>,
    /// `fileName`: The file's name.
    pub file_name: Option<String>,
    /// `filePath`: The file's folder.
    pub file_path: Option<String>,
    /// `processId`: The process.
    pub process_id: Option<i64>,
    /// `processCommandLine`: How the process was started.
    pub process_command_line: Option<String>,
    /// `processCreationTime`: When it was started.
    pub process_creation_time: Option<Timestamp>,
    /// `parentProcessId`: The process that started it.
    pub parent_process_id: Option<i64>,
    /// `parentProcessCreationTime`: When that was started.
    pub parent_process_creation_time: Option<Timestamp>,
    /// `parentProcessFileName`: That process's file.
    pub parent_process_file_name: Option<String>,
    /// `parentProcessFilePath`: That file's folder.
    pub parent_process_file_path: Option<String>,
    /// `ipAddress`: The address.
    pub ip_address: Option<String>,
    /// `url`: The URL.
    pub url: Option<String>,
    /// `registryKey`: The key of the registry.
    pub registry_key: Option<String>,
    /// `registryHive`: The hive of the registry.
    pub registry_hive: Option<String>,
    /// `registryValueType`: The registry value's type.
    pub registry_value_type: Option<String>,
    /// `registryValue`: The value in the registry.
    pub registry_value: Option<String>,
    /// `accountName`: The account's name.
    pub account_name: Option<String>,
    /// `domainName`: The account's domain.
    pub domain_name: Option<String>,
    /// `userSid`: The account's security identifier.
    pub user_sid: Option<String>,
    /// `aadUserId`: The account's id in Entra.
    pub aad_user_id: Option<String>,
    /// `userPrincipalName`: The account's principal name.
    pub user_principal_name: Option<String>,
    /// `detectionStatus`: What became of it, such as Detected.
    pub detection_status: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl AlertEvidence {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            entity_type: None,
            evidence_creation_time: None,
            sha1: None,
            sha256: None,
            file_name: None,
            file_path: None,
            process_id: None,
            process_command_line: None,
            process_creation_time: None,
            parent_process_id: None,
            parent_process_creation_time: None,
            parent_process_file_name: None,
            parent_process_file_path: None,
            ip_address: None,
            url: None,
            registry_key: None,
            registry_hive: None,
            registry_value_type: None,
            registry_value: None,
            account_name: None,
            domain_name: None,
            user_sid: None,
            aad_user_id: None,
            user_principal_name: None,
            detection_status: None,
            extra: Extra::new(),
        }
    }
}

impl Default for AlertEvidence {
    fn default() -> Self {
        Self::new()
    }
}
