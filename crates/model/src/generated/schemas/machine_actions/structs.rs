// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

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
    /// What no field holds: see [`Extra`].
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
    /// What no field holds: see [`Extra`].
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
    /// What no field holds: see [`Extra`].
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
    /// What no field holds: see [`Extra`].
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
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandParameter {
    /// `key`: Its name.
    pub key: CommandParameterKey,
    /// `value`: Its value, such as a script's arguments or the address of a file.
    pub value: Option<SecretText>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

/// Shows no secret, and of what no field holds only the names: it may be secret too.
impl std::fmt::Debug for CommandParameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandParameter")
            .field("key", &self.key)
            .field("value", &self.value)
            .field("extra", &self.extra.keys())
            .finish()
    }
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
    /// What no field holds: see [`Extra`].
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
    /// What no field holds: see [`Extra`].
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

/// Whether an action can be asked of a machine. Seen in the service's metadata and recorded once; not documented.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionAvailabilityStatus {
    /// `action`: The action.
    pub action: FullActionType,
    /// `isAvailable`: Whether it can be asked.
    pub is_available: bool,
    /// `notSupportedReason`: Why not.
    pub not_supported_reason: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl ActionAvailabilityStatus {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            action: FullActionType::Unknown,
            is_available: false,
            not_supported_reason: None,
            extra: Extra::new(),
        }
    }
}

impl Default for ActionAvailabilityStatus {
    fn default() -> Self {
        Self::new()
    }
}

/// Where what an action collected can be downloaded, by whoever has the address and for a short time.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadLink {
    /// `@odata.context`: Where the service describes this answer.
    pub odata_context: Option<String>,
    /// `value`: The address; it may stand in an extra pair of quotation marks.
    pub value: SecretText,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

/// Shows no secret, and of what no field holds only the names: it may be secret too.
impl std::fmt::Debug for DownloadLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DownloadLink")
            .field("odata_context", &self.odata_context)
            .field("value", &self.value)
            .field("extra", &self.extra.keys())
            .finish()
    }
}

impl DownloadLink {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(value: SecretText) -> Self {
        Self {
            odata_context: None,
            value,
            extra: Extra::new(),
        }
    }
}
