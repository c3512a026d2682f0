//! Operations that run code on a machine, or that blind the service to it.
//!
//! They are behind the feature `high-risk`, so that a program that can quarantine a file cannot, by
//! a slip or by somebody else's hand, take a fleet out of the service or run a script on it: that such
//! a request can be made at all is a line in its `Cargo.toml`, for reviewers to see.

use super::actions::{asked_of_a_machine, asked_with_a_reason};
use super::{Operation, OperationInfo, RequestParts, json};
use crate::{
    ActionId, Command, CommandParameter, CommandParameterKey, CommandType, Comment, CommentRequest,
    DownloadLink, MachineAction, MachineId, RunLiveResponseRequest, SecretText, operations,
};

asked_with_a_reason! {
    /// Takes a machine out of the service, which then neither sees nor protects it. There is no
    /// operation that brings it back: that is done on the machine.
    Offboard, OFFBOARD, "offboard"
}

asked_of_a_machine! {
    /// Runs commands on a machine.
    RunLiveResponse, RunLiveResponseRequest, RUN_LIVE_RESPONSE, "runliveresponse"
}

impl RunLiveResponse {
    /// Asks one machine to run a command, with a reason.
    #[must_use]
    pub fn new(machine: MachineId, first: LiveResponseCommand, comment: Comment) -> Self {
        let request = RunLiveResponseRequest::new(vec![first.into()], comment);
        Self::from_request(machine, request)
    }

    /// And to run this one: after every earlier one of its kind. The service takes files to put
    /// first, then scripts to run, then files to get; when one fails, the rest is not run.
    #[must_use]
    pub fn and(mut self, command: LiveResponseCommand) -> Self {
        self.request.commands.push(command.into());
        self.request.commands.sort_by_key(place);
        self
    }
}

/// The place of a command's kind in the order that the service wants.
const fn place(command: &Command) -> u8 {
    match command.kind {
        CommandType::PutFile => 0,
        CommandType::GetFile => 2,
        _ => 1,
    }
}

/// A command of a live response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveResponseCommand {
    /// Puts a file of the tenant's library on the machine.
    PutFile {
        /// The file's name in the library.
        file_name: String,
    },
    /// Runs a script of the tenant's library, for at most
    /// [`limits::LIVE_RESPONSE_SCRIPT`](crate::limits::LIVE_RESPONSE_SCRIPT).
    RunScript {
        /// The script's name in the library.
        script_name: String,
        /// What the script is given, if anything; `Debug` does not show it.
        args: Option<SecretText>,
    },
    /// Collects a file from the machine.
    GetFile {
        /// Where it is on the machine.
        path: String,
    },
}

impl LiveResponseCommand {
    /// Puts a file of the tenant's library on the machine.
    #[must_use]
    pub fn put_file(file_name: impl Into<String>) -> Self {
        let file_name = file_name.into();
        Self::PutFile { file_name }
    }

    /// Runs a script of the tenant's library without arguments.
    #[must_use]
    pub fn run_script(script_name: impl Into<String>) -> Self {
        Self::RunScript {
            script_name: script_name.into(),
            args: None,
        }
    }

    /// Runs a script of the tenant's library with arguments.
    #[must_use]
    pub fn run_script_with(script_name: impl Into<String>, args: impl Into<String>) -> Self {
        Self::RunScript {
            script_name: script_name.into(),
            args: Some(SecretText::new(args)),
        }
    }

    /// Collects a file from the machine.
    #[must_use]
    pub fn get_file(path: impl Into<String>) -> Self {
        Self::GetFile { path: path.into() }
    }
}

impl From<LiveResponseCommand> for Command {
    fn from(command: LiveResponseCommand) -> Self {
        use CommandParameterKey::{Args, FileName, Path, ScriptName};
        let (kind, parameters) = match command {
            LiveResponseCommand::PutFile { file_name } => (
                CommandType::PutFile,
                vec![(FileName, Some(file_name.into()))],
            ),
            LiveResponseCommand::RunScript { script_name, args } => (
                CommandType::RunScript,
                vec![(ScriptName, Some(script_name.into())), (Args, args)],
            ),
            LiveResponseCommand::GetFile { path } => {
                (CommandType::GetFile, vec![(Path, Some(path.into()))])
            }
        };
        let mut command = Self::new();
        command.kind = kind;
        command.params = parameters
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .map(|(key, value)| parameter(key, value))
            .collect();
        command
    }
}

fn parameter(key: CommandParameterKey, value: Option<SecretText>) -> CommandParameter {
    let mut parameter = CommandParameter::new();
    parameter.key = key;
    parameter.value = value;
    parameter
}

/// Gets where the result of one command of a live response can be downloaded, for
/// [`limits::LIVE_RESPONSE_LINK`](crate::limits::LIVE_RESPONSE_LINK).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetLiveResponseResult {
    action: ActionId,
    index: u32,
}

impl GetLiveResponseResult {
    /// Asks for the result of the command at this place, from 0. Putting a file has none.
    #[must_use]
    pub const fn new(action: ActionId, index: u32) -> Self {
        Self { action, index }
    }
}

impl Operation for GetLiveResponseResult {
    type Output = DownloadLink;
    const INFO: &'static OperationInfo = &operations::GET_LIVE_RESPONSE_RESULT;

    fn encode(&self) -> RequestParts {
        let (action, index) = (self.action.path_segment(), self.index);
        let path = format!(
            "/api/machineactions/{action}/GetLiveResponseResultDownloadLink(index={index})"
        );
        RequestParts::get(path, None)
    }
}
