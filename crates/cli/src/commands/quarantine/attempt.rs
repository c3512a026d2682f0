//! What became of one machine.

use std::time::Duration;

use quell::{
    Client, Error, ErrorCode, Intent, MachineAction, MachineId, Outcome, Placed, Placement,
};
use quell_terminal::Exit;
use serde::Serialize;

use crate::connection::{exit_of, next_step};
use crate::ending;
use crate::machine_result::{self, MachineResult};

/// What became of one machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Attempt {
    pub(in crate::commands) machine_id: MachineId,
    pub(in crate::commands) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::commands) placement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::commands) action: Option<MachineAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fault>,
    /// What the machine said of it, if it is one of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::commands) result: Option<MachineResult>,
    #[serde(skip)]
    pub(in crate::commands) exit: Exit,
}

/// An error, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Fault {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
}

impl Fault {
    fn new(message: impl Into<String>, next: Option<&'static str>) -> Self {
        Self {
            message: message.into(),
            code: None,
            next,
        }
    }
}

const AGAIN: &str = "give the same command again later: it looks for the action before it sends anything; \
    or look with `quell action list --machine ID`";
const BY_HAND: &str = "look at those actions, then say which it was: `quell action unsettled` and `quell action settle`";

impl Attempt {
    /// Asks what became of each process and each path, if the action has ended.
    pub(in crate::commands) async fn ask_the_machine(&mut self, client: &Client) {
        if let Some(action) = &self.action {
            self.result = machine_result::of(client, action).await;
        }
    }

    /// What the request came to.
    pub(in crate::commands) fn of(machine_id: MachineId, result: Result<Placed, Error>) -> Self {
        match result {
            Ok(placed) => {
                let placement = placed.placement();
                Self::placed(machine_id, placement, placed.into_action())
            }
            Err(error) => Self::failed(
                machine_id,
                outcome_name(error.outcome()),
                Fault::from(&error),
                exit_of(&error),
            ),
        }
    }

    /// The action of an earlier request was found, and nothing was sent.
    pub(in crate::commands) fn adopted(machine_id: MachineId, action: MachineAction) -> Self {
        Self::placed(machine_id, Placement::Adopted, action)
    }

    /// An earlier request may still arrive within this time, so nothing was sent.
    pub(in crate::commands) fn on_its_way(
        machine_id: MachineId,
        earlier: &Intent,
        left: Duration,
    ) -> Self {
        let message = format!(
            "not sent: the outcome of an earlier request of {} is unknown, and it may still arrive within {} s",
            earlier.begun,
            left.as_secs() + 1
        );
        let fault = Fault::new(message, Some(AGAIN));
        Self::failed(machine_id, "Unknown", fault, Exit::Unknown)
    }

    /// Any of these actions may be an earlier request's, so nothing was sent.
    pub(in crate::commands) fn ambiguous(
        machine_id: MachineId,
        earlier: &Intent,
        actions: &[MachineAction],
    ) -> Self {
        let ids: Vec<_> = actions.iter().map(|action| action.id.as_str()).collect();
        let message = format!(
            "not sent: the outcome of an earlier request of {} is unknown; its action may be any of {}",
            earlier.begun,
            ids.join(", ")
        );
        let fault = Fault::new(message, Some(BY_HAND));
        Self::failed(machine_id, "Unknown", fault, Exit::Unknown)
    }

    /// It could not be found out what an earlier request came to, so nothing was sent.
    pub(in crate::commands) fn undecided(machine_id: MachineId, error: &Error) -> Self {
        let message = format!(
            "not sent: the outcome of an earlier request is unknown, and it could not be found out: {error}"
        );
        Self::failed(
            machine_id,
            "Unknown",
            Fault::new(message, Some(AGAIN)),
            Exit::Unknown,
        )
    }

    /// The user stopped before its turn.
    pub(in crate::commands) fn not_sent(machine_id: MachineId) -> Self {
        let fault = Fault::new("not asked: stopped by the user before", None);
        Self::failed(machine_id, "NotPerformed", fault, Exit::Halted)
    }

    /// The user stopped while it was asked.
    pub(in crate::commands) fn interrupted(machine_id: MachineId) -> Self {
        let message = "stopped by the user while the request was under way; it may have arrived";
        let fault = Fault::new(message, Some(AGAIN));
        Self::failed(machine_id, "Unknown", fault, Exit::Unknown)
    }

    /// Nothing was asked, because nothing was to be.
    pub(in crate::commands) const fn planned(machine_id: MachineId) -> Self {
        Self {
            machine_id,
            outcome: "NotPerformed",
            placement: None,
            action: None,
            error: None,
            result: None,
            exit: Exit::Success,
        }
    }

    fn placed(machine_id: MachineId, placement: Placement, action: MachineAction) -> Self {
        Self {
            exit: exit_of_status(&action),
            outcome: "Performed",
            placement: Some(placement_name(placement)),
            action: Some(action),
            ..Self::planned(machine_id)
        }
    }

    fn failed(machine_id: MachineId, outcome: &'static str, fault: Fault, exit: Exit) -> Self {
        Self {
            outcome,
            error: Some(fault),
            result: None,
            exit,
            ..Self::planned(machine_id)
        }
    }

    /// The action, while it goes on.
    pub(in crate::commands) fn pending(&self) -> Option<&MachineAction> {
        self.action
            .as_ref()
            .filter(|action| !action.status.is_final())
    }

    /// The request insisted, so that insisting is no advice any more.
    pub(in crate::commands) fn although_forced(mut self) -> Self {
        let is_refusal = |fault: &&mut Fault| {
            fault.code.as_deref() == Some(ErrorCode::DisallowedOperation.as_str())
        };
        if let Some(fault) = self.error.as_mut().filter(is_refusal) {
            fault.next = Some("the service says why; --force does not change that");
        }
        self
    }

    /// The action has ended.
    pub(in crate::commands) fn ended(&mut self, action: MachineAction) {
        self.exit = exit_of_status(&action);
        self.action = Some(action);
    }

    /// The action exists and goes on; the user does not wait for it any more.
    pub(in crate::commands) fn left_waiting(&mut self) {
        self.exit = Exit::Halted;
        self.error = Some(Fault::new(
            "stopped waiting; the action goes on",
            Some("`quell action wait ID` waits again, `quell action cancel ID` cancels it"),
        ));
    }

    /// The action exists, but its end was not seen.
    pub(in crate::commands) fn lost_sight(&mut self, error: &Error) {
        self.exit = exit_of(error);
        self.error = Some(Fault::from(error));
    }

    /// The service knows it no more.
    pub(in crate::commands) fn vanished(&mut self) {
        self.exit = Exit::Unknown;
        let message = "the service does not know the action any more";
        self.error = Some(Fault::new(message, Some("look with `quell action list`")));
    }

    /// What there is to say beside the status.
    pub(in crate::commands) fn remark(&self) -> String {
        let of_error = self.error.as_ref().map(|error| error.message.clone());
        let of_ending = || ending::of(self.action.as_ref()?).map(|ending| ending.what);
        let of_placement = || self.placement_in_words();
        of_error
            .or_else(of_ending)
            .or_else(of_placement)
            .unwrap_or_default()
    }

    fn placement_in_words(&self) -> Option<String> {
        let action = self.action.as_ref()?;
        let created = action.creation_date_time_utc;
        match self.placement? {
            "AlreadyActive" => {
                let by = action.requestor.as_deref().unwrap_or("somebody");
                Some(format!(
                    "was open already, asked for by {by} at {created}; nothing was added"
                ))
            }
            "Adopted" => Some(format!(
                "an earlier request, whose answer was lost, had made it at {created}; nothing was sent again"
            )),
            _ => None,
        }
    }

    /// What to do next, if there is something to say.
    pub(in crate::commands) fn advice(&self) -> Option<&'static str> {
        let of_action = || ending::of(self.action.as_ref()?).map(|ending| ending.next);
        self.error
            .as_ref()
            .and_then(|error| error.next)
            .or_else(of_action)
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        Self {
            message: error.to_string(),
            code: error.service_code().map(|code| code.as_str().to_owned()),
            next: next_step(error),
        }
    }
}

fn exit_of_status(action: &MachineAction) -> Exit {
    if action.status.is_final() && !action.status.is_success() {
        Exit::Failed
    } else {
        Exit::Success
    }
}

const fn placement_name(placement: Placement) -> &'static str {
    match placement {
        Placement::Created => "Created",
        Placement::Adopted => "Adopted",
        Placement::AlreadyActive => "AlreadyActive",
    }
}

const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotPerformed => "NotPerformed",
        Outcome::Performed => "Performed",
        Outcome::Unknown => "Unknown",
    }
}
