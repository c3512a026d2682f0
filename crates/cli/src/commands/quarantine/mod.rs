//! `quell quarantine`: one file, the machines that are named.

mod announce;
mod attempt;
mod earlier;
mod report;
mod waiting;

use std::future::IntoFuture as _;

use quell::{Client, Comment, InDoubt, MachineId, Priority, Sha1};
use quell_terminal::{Consent, Exit, Failure, Format, Interrupt, Question, Span};

use crate::connection::{self, Explained as _, ServiceFlags};
use crate::progress::Progress;
use attempt::Attempt;
use earlier::Unsettled;
pub(super) use earlier::{Finding, find_out};

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
    /// End the comment in a tag, as [quell:5W8TQ0ZK3M1P9RHE], by which the action is known as yours
    /// for certain if its answer is lost
    #[arg(long)]
    tag: bool,
    /// What to do when an answer is lost
    #[arg(long, value_name = "CHOICE", value_enum, default_value_t)]
    in_doubt: Doubt,
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

/// What to do when nobody can tell whether a request was executed.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Doubt {
    /// Say so, and end with exit code 5; the next command looks first
    #[default]
    Report,
    /// Look for the action for a minute and a half, and take it over if it is there
    Adopt,
    /// The same, and ask once more if it is not there
    RepeatOnce,
}

impl From<Doubt> for InDoubt {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::Report => Self::Report,
            Doubt::Adopt => Self::Adopt,
            Doubt::RepeatOnce => Self::RepeatOnce,
        }
    }
}

/// Asks, sends one request a machine, waits if wanted, and reports.
pub(crate) async fn run(
    arguments: &Arguments,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let machines = without_repeats(&arguments.machines);
    let connection = connection::connect(flags).await?;
    let client = match machines.as_slice() {
        [_] => connection.client.clone(),
        // Whoever asks for one machine meanwhile goes first.
        _ => connection.client.with_priority(Priority::Batch),
    };
    let unsettled = Unsettled::read(&client)
        .await
        .explained()
        .map_err(|failure| failure.at(&connection.destination))?;
    let about = announce::lines(arguments, &machines, &unsettled, &connection.destination);
    if arguments.dry_run {
        return announce::dry_run(arguments, &machines, &about, format);
    }
    arguments.consent.or_ask(&Question {
        advice: "add --yes, or look first with --dry-run",
        ..Question::go_on(&about)
    })?;
    let mut interrupt = Interrupt::listen()?;
    let mut attempts = ask_all(arguments, &machines, &unsettled, &client, &mut interrupt).await;
    if arguments.wait && !interrupt.came() {
        let deadline = arguments.deadline.duration();
        waiting::for_all(&mut attempts, deadline, &client, &mut interrupt).await;
    }
    report::write(arguments, &attempts, format)?;
    Ok(attempts
        .iter()
        .fold(Exit::Success, |worst, attempt| worst.worst(attempt.exit)))
}

async fn ask_all(
    arguments: &Arguments,
    machines: &[MachineId],
    unsettled: &Unsettled,
    client: &Client,
    interrupt: &mut Interrupt,
) -> Vec<Attempt> {
    let progress = Progress::new("asking", machines.len());
    let mut attempts = Vec::with_capacity(machines.len());
    for machine in machines {
        let attempt = if interrupt.came() {
            Attempt::not_sent(machine.clone())
        } else {
            let asking = ask(arguments, machine, unsettled, client);
            let asked = interrupt.unless(asking).await;
            asked.unwrap_or_else(|| Attempt::interrupted(machine.clone()))
        };
        attempts.push(attempt);
        progress.advance();
    }
    attempts
}

/// Asks one machine, once it is known what became of what was asked of it before.
async fn ask(
    arguments: &Arguments,
    machine: &MachineId,
    unsettled: &Unsettled,
    client: &Client,
) -> Attempt {
    for (id, intent) in unsettled.about(machine, arguments.sha1) {
        let machine = machine.clone();
        return match find_out(client, id, intent).await {
            Ok(Finding::NotPerformed) => continue,
            Ok(Finding::Found(action)) => Attempt::adopted(machine, *action),
            Ok(Finding::MayArrive(left)) => Attempt::on_its_way(machine, intent, left),
            Ok(Finding::Ambiguous(some)) => Attempt::ambiguous(machine, intent, &some),
            Err(error) => Attempt::undecided(machine, &error),
        };
    }
    let request = client
        .machine(machine.clone())
        .stop_and_quarantine_file(arguments.sha1, arguments.comment.clone())
        .in_doubt(arguments.in_doubt.into());
    let request = if arguments.tag {
        request.tagged()
    } else {
        request
    };
    Attempt::of(machine.clone(), request.into_future().await)
}

fn without_repeats(machines: &[MachineId]) -> Vec<MachineId> {
    let mut seen = std::collections::HashSet::new();
    machines
        .iter()
        .filter(|machine| seen.insert(machine.as_str()))
        .cloned()
        .collect()
}
