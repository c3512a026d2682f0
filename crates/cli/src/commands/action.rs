//! `quell action`.

mod unsettled;

use quell::{ActionId, Client, Comment, MachineAction, MachineId};
use quell_model::odata::Filter;
use quell_model::{ActionStatus, properties};
use quell_terminal::{Consent, Exit, Failure, Format, Interrupt, Question, Span, Table};
use serde::Serialize;

use crate::connection::{self, Connection, Explained as _, ServiceFlags};
use crate::ending;
use crate::known;
use crate::machine_result::{self, MachineResult};

/// What to do with machine actions.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List machine actions, newest first
    List(List),
    /// Show a machine action
    Show {
        /// The action's id
        id: ActionId,
    },
    /// Wait until a machine action has ended
    Wait {
        /// The action's id
        id: ActionId,
        /// How long, for instance 90s, 10m or 3d
        #[arg(long, value_name = "TIME", default_value = "10m")]
        deadline: Span,
    },
    /// Cancel a machine action that has not ended
    Cancel(Cancel),
    /// List this application's requests of unknown outcome, and find out what became of them
    Unsettled,
    /// Say what became of a request of unknown outcome, where the service's list cannot
    Settle(unsettled::Settle),
}

/// Which actions to list.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those of this machine
    #[arg(long, value_name = "ID")]
    machine: Option<MachineId>,
    /// Only those with this status
    #[arg(long, value_name = "STATUS", ignore_case = true, value_parser = known::value::<ActionStatus>())]
    status: Option<ActionStatus>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    top: u32,
}

/// Which action to cancel, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Cancel {
    /// The action's id
    id: ActionId,
    /// Why: stays with the action for everybody to read
    #[arg(long, value_name = "TEXT")]
    comment: Comment,
    #[command(flatten)]
    consent: Consent,
}

#[derive(Debug, Serialize)]
struct One<'a> {
    action: &'a MachineAction,
    /// What the machine said of it, if it is one of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<MachineResult>,
}

#[derive(Debug, Serialize)]
struct Many<'a> {
    actions: &'a [MachineAction],
}

/// Does it.
pub(crate) async fn run(
    command: &Command,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let connection = connection::connect(flags).await?;
    act(command, &connection, format)
        .await
        .map_err(|failure| failure.at(&connection.destination))
}

async fn act(command: &Command, connection: &Connection, format: Format) -> Result<Exit, Failure> {
    let client = &connection.client;
    match command {
        Command::List(which) => list(which, client, format).await,
        Command::Show { id } => {
            let action = client.action(id.clone()).get().await.explained()?;
            show(&action, client, format).await?;
            Ok(Exit::Success)
        }
        Command::Wait { id, deadline } => wait(id, *deadline, client, format).await,
        Command::Cancel(which) => cancel(which, connection, format).await,
        Command::Unsettled => unsettled::list(client, format).await,
        Command::Settle(which) => unsettled::settle(which, connection, format).await,
    }
}

async fn cancel(which: &Cancel, connection: &Connection, format: Format) -> Result<Exit, Failure> {
    let handle = connection.client.action(which.id.clone());
    if !which.consent.yes {
        let action = handle.get().await.explained()?;
        let mut question = vec![connection.destination.clone()];
        question.extend(about_to_cancel(&action));
        which.consent.or_ask(&Question::go_on(&question))?;
    }
    let action = handle.cancel(which.comment.clone()).await.explained()?;
    show(&action, &connection.client, format).await?;
    Ok(Exit::Success)
}

/// What a person must know of an action before it is cancelled.
fn about_to_cancel(action: &MachineAction) -> Vec<String> {
    let machine = action.machine_id.as_ref().map_or("?", MachineId::as_str);
    let name = action.computer_dns_name.as_deref().unwrap_or("no name");
    let mut lines = vec![
        format!(
            "cancel {} {}, which is {}",
            action.kind, action.id, action.status
        ),
        format!("  machine {machine} ({name})"),
    ];
    lines.extend(file_of(action).map(|file| format!("  file {file}")));
    let by = action.requestor.as_deref().unwrap_or("somebody");
    lines.push(format!(
        "  asked for by {by} at {}",
        action.creation_date_time_utc
    ));
    lines.extend(
        action
            .requestor_comment
            .as_ref()
            .map(|comment| format!("  comment: {comment}")),
    );
    lines
}

fn file_of(action: &MachineAction) -> Option<&str> {
    action
        .related_file_info
        .as_ref()?
        .file_identifier
        .as_deref()
}

async fn wait(
    id: &ActionId,
    deadline: Span,
    client: &Client,
    format: Format,
) -> Result<Exit, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let waiting = client.action(id.clone()).wait().within(deadline.duration());
    let Some(action) = interrupt.unless(waiting).await else {
        return Err(
            Failure::new(Exit::Halted, "stopped waiting; the action goes on").next(format!(
                "`quell action wait {id}` waits again, `quell action cancel {id}` cancels it"
            )),
        );
    };
    let action = action.explained()?;
    show(&action, client, format).await?;
    Ok(if action.status.is_success() {
        Exit::Success
    } else {
        Exit::Failed
    })
}

async fn list(which: &List, client: &Client, format: Format) -> Result<Exit, Failure> {
    let mut query = client.actions().top(which.top);
    if let Some(filter) = filter(which) {
        query = query.filter(filter);
    }
    let actions = query.list().await.explained()?;
    format.write(&Many { actions: &actions }, |many| table(many.actions))?;
    Ok(Exit::Success)
}

fn table(actions: &[MachineAction]) -> String {
    let mut table = Table::new(&[
        "created",
        "status",
        "type",
        "machine",
        "action",
        "requestor",
    ]);
    for action in actions {
        table.row([
            action.creation_date_time_utc.to_string().as_str(),
            action.status.as_str(),
            action.kind.as_str(),
            action.machine_id.as_ref().map_or("", MachineId::as_str),
            action.id.as_str(),
            action.requestor.as_deref().unwrap_or_default(),
        ]);
    }
    table.render("no machine actions")
}

fn filter(which: &List) -> Option<Filter<MachineAction>> {
    let machine = which
        .machine
        .clone()
        .map(|machine| properties::machine_action::MACHINE_ID.eq(machine));
    let status = which
        .status
        .clone()
        .map(|status| properties::machine_action::STATUS.eq(status));
    match (machine, status) {
        (Some(machine), Some(status)) => Some(machine.and(status)),
        (machine, status) => machine.or(status),
    }
}

async fn show(action: &MachineAction, client: &Client, format: Format) -> Result<(), Failure> {
    let result = machine_result::of(client, action).await;
    format.write(&One { action, result }, |one| {
        let mut text = properties_of(one.action);
        if let Some(result) = &one.result {
            text.push('\n');
            text.push_str(&result.text());
        }
        text
    })
}

fn properties_of(action: &MachineAction) -> String {
    let mut table = Table::of_properties();
    let file = file_of(action);
    let ending = ending::of(action);
    let rows = [
        ("id", Some(action.id.as_str().to_owned())),
        ("type", Some(action.kind.as_str().to_owned())),
        ("status", Some(action.status.as_str().to_owned())),
        ("why", ending.as_ref().map(|ending| ending.what.clone())),
        ("next", ending.as_ref().map(|ending| ending.next.to_owned())),
        (
            "machine",
            action.machine_id.as_ref().map(ToString::to_string),
        ),
        ("computer", action.computer_dns_name.clone()),
        ("file", file.map(str::to_owned)),
        ("requestor", action.requestor.clone()),
        ("comment", action.requestor_comment.clone()),
        ("created", Some(action.creation_date_time_utc.to_string())),
        (
            "last update",
            Some(action.last_update_date_time_utc.to_string()),
        ),
        ("cancelled by", action.cancellation_requestor.clone()),
        ("cancellation", action.cancellation_comment.clone()),
    ];
    for (property, value) in rows {
        if let Some(value) = value {
            table.row([property, &value]);
        }
    }
    table.render("")
}
