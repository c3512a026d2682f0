//! `quell quarantine`: one file, the machines that are named.

use std::future::IntoFuture as _;

use quell::{Client, Comment, Error, MachineAction, MachineId, Outcome, Placed, Sha1};
use quell_terminal::{
    Consent, Exit, Failure, Format, Interrupt, Question, Span, Table, output, printable,
};
use serde::Serialize;

use crate::connection::{self, Connection, ServiceFlags};
use crate::ending;
use crate::progress::Progress;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// SHA-1 of the file: 40 hexadecimal digits
    sha1: Sha1,
    /// Machine id or DNS name; several after one another, or the option several times
    #[arg(long = "machine", value_name = "ID", required = true, num_args = 1..)]
    machines: Vec<MachineId>,
    /// Why: stays with the action for everybody to read
    #[arg(long, value_name = "TEXT")]
    comment: Comment,
    /// Wait until every action has ended
    #[arg(long)]
    wait: bool,
    /// How long to wait, for instance 90s, 10m or 3d
    #[arg(long, value_name = "TIME", default_value = "10m")]
    deadline: Span,
    /// Say what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    consent: Consent,
}

/// What became of one machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    machine_id: MachineId,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<MachineAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fault>,
    #[serde(skip)]
    exit: Exit,
}

/// An error, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fault {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    sha1: Sha1,
    comment: &'a Comment,
    dry_run: bool,
    results: &'a [Attempt],
}

/// Asks, sends one request a machine, waits if wanted, and reports.
pub(crate) async fn run(
    arguments: &Arguments,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let machines = without_repeats(&arguments.machines);
    let connection = connection::connect(flags)?;
    if arguments.dry_run {
        return dry_run(arguments, &machines, &connection, format);
    }
    arguments.consent.or_ask(&Question {
        advice: "add --yes, or look first with --dry-run",
        ..Question::go_on(&announcement(arguments, &machines, &connection))
    })?;
    let mut interrupt = Interrupt::listen()?;
    let mut attempts = post_all(arguments, &machines, &connection.client, &mut interrupt).await;
    if arguments.wait && !interrupt.came() {
        await_all(
            &mut attempts,
            arguments.deadline,
            &connection.client,
            &mut interrupt,
        )
        .await;
    }
    report(arguments, &attempts, format)?;
    Ok(attempts
        .iter()
        .fold(Exit::Success, |worst, attempt| worst.worst(attempt.exit)))
}

async fn post_all(
    arguments: &Arguments,
    machines: &[MachineId],
    client: &Client,
    interrupt: &mut Interrupt,
) -> Vec<Attempt> {
    let progress = Progress::new("asking", machines.len());
    let mut attempts = Vec::with_capacity(machines.len());
    for machine_id in machines {
        let attempt = if interrupt.came() {
            Attempt::not_sent(machine_id.clone())
        } else {
            let machine = client.machine(machine_id.clone());
            let post = machine.stop_and_quarantine_file(arguments.sha1, arguments.comment.clone());
            match interrupt.unless(post.into_future()).await {
                Some(result) => Attempt::of(machine_id.clone(), result.map(Placed::into_action)),
                None => Attempt::interrupted(machine_id.clone()),
            }
        };
        attempts.push(attempt);
        progress.advance();
    }
    attempts
}

async fn await_all(
    attempts: &mut [Attempt],
    deadline: Span,
    client: &Client,
    interrupt: &mut Interrupt,
) {
    let end = tokio::time::Instant::now() + deadline.duration();
    let progress = Progress::new("waiting", attempts.len());
    for attempt in attempts {
        let pending = attempt
            .action
            .as_ref()
            .filter(|action| !action.status.is_final());
        if let Some(id) = pending
            .map(|action| action.id.clone())
            .filter(|_| !interrupt.came())
        {
            let left = end.saturating_duration_since(tokio::time::Instant::now());
            match interrupt
                .unless(client.action(id).wait().within(left))
                .await
            {
                Some(Ok(action)) => attempt.ended(action),
                Some(Err(error)) => attempt.lost_sight(&error),
                None => attempt.left_waiting(),
            }
        }
        progress.advance();
    }
}

impl Attempt {
    fn of(machine_id: MachineId, result: Result<MachineAction, Error>) -> Self {
        match result {
            Ok(action) => {
                let exit = exit_of_status(&action);
                Self {
                    machine_id,
                    outcome: "Performed",
                    action: Some(action),
                    error: None,
                    exit,
                }
            }
            Err(error) => Self {
                machine_id,
                outcome: outcome_name(error.outcome()),
                action: None,
                error: Some(Fault::from(&error)),
                exit: connection::exit_of(&error),
            },
        }
    }

    fn not_sent(machine_id: MachineId) -> Self {
        let error = Fault {
            message: "not asked: stopped by the user before".to_owned(),
            code: None,
            next: None,
        };
        Self {
            machine_id,
            outcome: "NotPerformed",
            action: None,
            error: Some(error),
            exit: Exit::Halted,
        }
    }

    fn interrupted(machine_id: MachineId) -> Self {
        let error = Fault {
            message: "stopped by the user while the request was under way; it may have arrived"
                .to_owned(),
            code: None,
            next: Some("look with `quell action list --machine ID`"),
        };
        Self {
            machine_id,
            outcome: "Unknown",
            action: None,
            error: Some(error),
            exit: Exit::Unknown,
        }
    }

    fn ended(&mut self, action: MachineAction) {
        self.exit = exit_of_status(&action);
        self.action = Some(action);
    }

    /// The action exists and goes on; the user does not wait for it any more.
    fn left_waiting(&mut self) {
        self.exit = Exit::Halted;
        self.error = Some(Fault {
            message: "stopped waiting; the action goes on".to_owned(),
            code: None,
            next: Some("`quell action wait ID` waits again, `quell action cancel ID` cancels it"),
        });
    }

    /// What there is to say beside the status.
    fn remark(&self) -> String {
        let of_error = self.error.as_ref().map(|error| error.message.clone());
        let of_action = || ending::of(self.action.as_ref()?).map(|ending| ending.what);
        of_error.or_else(of_action).unwrap_or_default()
    }

    /// What to do next, if there is something to say.
    fn advice(&self) -> Option<&'static str> {
        let of_action = || ending::of(self.action.as_ref()?).map(|ending| ending.next);
        self.error
            .as_ref()
            .and_then(|error| error.next)
            .or_else(of_action)
    }

    /// The action exists, but its end was not seen.
    fn lost_sight(&mut self, error: &Error) {
        self.exit = connection::exit_of(error);
        self.error = Some(Fault::from(error));
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        Self {
            message: error.to_string(),
            code: error.service_code().map(|code| code.as_str().to_owned()),
            next: connection::next_step(error),
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

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotPerformed => "NotPerformed",
        Outcome::Performed => "Performed",
        Outcome::Unknown => "Unknown",
    }
}

fn without_repeats(machines: &[MachineId]) -> Vec<MachineId> {
    let mut seen = std::collections::HashSet::new();
    machines
        .iter()
        .filter(|machine| seen.insert(machine.as_str()))
        .cloned()
        .collect()
}

fn announcement(
    arguments: &Arguments,
    machines: &[MachineId],
    connection: &Connection,
) -> Vec<String> {
    let mut lines = vec![
        format!("{}", connection.destination),
        format!(
            "stop and quarantine {} on {} machine(s):",
            arguments.sha1,
            machines.len()
        ),
    ];
    lines.extend(machines.iter().map(|machine| format!("  {machine}")));
    lines.push(format!("comment: {}", arguments.comment));
    lines
}

fn dry_run(
    arguments: &Arguments,
    machines: &[MachineId],
    connection: &Connection,
    format: Format,
) -> Result<Exit, Failure> {
    for line in announcement(arguments, machines, connection) {
        output::note(&printable(&line));
    }
    output::note("dry run: nothing was sent");
    if format == Format::Json {
        let results: Vec<Attempt> = machines
            .iter()
            .map(|machine| Attempt {
                machine_id: machine.clone(),
                outcome: "NotPerformed",
                action: None,
                error: None,
                exit: Exit::Success,
            })
            .collect();
        output::json(&Report {
            sha1: arguments.sha1,
            comment: &arguments.comment,
            dry_run: true,
            results: &results,
        })?;
    }
    Ok(Exit::Success)
}

fn report(arguments: &Arguments, attempts: &[Attempt], format: Format) -> Result<(), Failure> {
    if format == Format::Json {
        return output::json(&Report {
            sha1: arguments.sha1,
            comment: &arguments.comment,
            dry_run: false,
            results: attempts,
        });
    }
    let mut table = Table::new(&["machine", "status", "action", "remark"]);
    for attempt in attempts {
        let action = attempt.action.as_ref();
        table.row([
            attempt.machine_id.as_str(),
            action.map_or(attempt.outcome, |action| action.status.as_str()),
            action.map_or("", |action| action.id.as_str()),
            &attempt.remark(),
        ]);
    }
    output::text(&table.render("no machines"))?;
    advise(attempts);
    Ok(())
}

fn advise(attempts: &[Attempt]) {
    let mut told = std::collections::HashSet::new();
    for advice in attempts.iter().filter_map(Attempt::advice) {
        if told.insert(advice) {
            output::note(&format!("next: {advice}"));
        }
    }
}
