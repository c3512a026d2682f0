//! `quell quarantine`: one file, the machines that are named.

mod announce;
mod attempt;
mod dry_run;
mod earlier;
mod report;
mod target;
mod waiting;

use std::future::IntoFuture as _;

use quell::{Client, Comment, InDoubt, MachineId, Priority, Sha1};
use quell_terminal::{Consent, Exit, Failure, Format, Interrupt, Question, Span};

use crate::connection::{self, Explained as _, ServiceFlags};
use crate::progress::Progress;
use attempt::Attempt;
use earlier::Unsettled;
pub(super) use earlier::{Finding, find_out};
use target::Target;

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
    /// Say what would be sent and what of it would be refused, as `quell check` does; ask for nothing
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
    let connection = connection::connect(flags).await?;
    let at = |failure: Failure| failure.at(&connection.destination);
    let client = match arguments.machines.as_slice() {
        [_] => connection.client.clone(),
        // Whoever asks for one machine meanwhile goes first.
        _ => connection.client.with_priority(Priority::Batch),
    };
    let targets = match target::look_up(&client, &arguments.machines).await {
        // Of what cannot be looked up the check says why.
        Err(_) if arguments.dry_run => target::as_named(&arguments.machines),
        targets => targets.explained().map_err(at)?,
    };
    let unsettled = Unsettled::read(&client).await.explained().map_err(at)?;
    let about = announce::lines(arguments, &targets, &unsettled, &connection.destination);
    if arguments.dry_run {
        let planned = dry_run::run(arguments, &targets, &about, &client, format).await;
        return planned.map_err(at);
    }
    arguments.consent.or_ask(&Question {
        advice: "add --yes, or look first with --dry-run",
        ..Question::go_on(&about)
    })?;
    let mut interrupt = Interrupt::listen()?;
    let mut attempts = ask_all(arguments, &targets, &unsettled, &client, &mut interrupt).await;
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
    targets: &[Target],
    unsettled: &Unsettled,
    client: &Client,
    interrupt: &mut Interrupt,
) -> Vec<Attempt> {
    let progress = Progress::new("asking", targets.len());
    let mut attempts = Vec::with_capacity(targets.len());
    for target in targets {
        let attempt = if interrupt.came() {
            Attempt::not_sent(target.named.clone())
        } else {
            let asking = ask(arguments, target, unsettled, client);
            let asked = interrupt.unless(asking).await;
            asked.unwrap_or_else(|| Attempt::interrupted(target.named.clone()))
        };
        attempts.push(attempt);
        progress.advance();
    }
    attempts
}

/// Asks one machine, once it is known what became of what was asked of it before.
async fn ask(
    arguments: &Arguments,
    target: &Target,
    unsettled: &Unsettled,
    client: &Client,
) -> Attempt {
    for (id, intent) in unsettled.about(&target.id, arguments.sha1) {
        let machine = target.named.clone();
        return match find_out(client, id, intent).await {
            Ok(Finding::NotPerformed) => continue,
            Ok(Finding::Found(action)) => Attempt::adopted(machine, *action),
            Ok(Finding::MayArrive(left)) => Attempt::on_its_way(machine, intent, left),
            Ok(Finding::Ambiguous(some)) => Attempt::ambiguous(machine, intent, &some),
            Err(error) => Attempt::undecided(machine, &error),
        };
    }
    let request = client
        .machine(target.id.clone())
        .stop_and_quarantine_file(arguments.sha1, arguments.comment.clone())
        .in_doubt(arguments.in_doubt.into());
    let request = if arguments.tag {
        request.tagged()
    } else {
        request
    };
    Attempt::of(target.named.clone(), request.into_future().await)
}
