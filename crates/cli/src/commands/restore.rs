//! `quell restore`: puts a quarantined file back, by quell's own server.

use quell::extension::{OwnServer, restore_file};
use quell::model::RestoreConflict;
use quell::{ActionId, Client, Comment, MachineAction, MachineId, Sha1};
use quell_terminal::{
    Consent, Exit, Failure, Format, Interrupt, Question, Span, output, printable,
};
use serde::Serialize;

use super::quarantine::attempt::Attempt;
use super::quarantine::earlier::Unsettled;
use super::quarantine::target::{self, Target};
use super::quarantine::{Doubt, own_server, report, send, take_over, waiting};
use crate::connection::{self, Explained as _, ServiceFlags};
use crate::progress::Progress;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// SHA-1 of the file, which is restored on every named machine wherever it was taken from
    #[arg(requires = "machines", required_unless_present = "action")]
    sha1: Option<Sha1>,
    /// Machine id or DNS name; several after one another, or the option several times
    #[arg(long = "machine", value_name = "ID", num_args = 1.., requires = "sha1")]
    machines: Vec<MachineId>,
    /// The action that took the file: what it took is restored where it took it
    #[arg(long, value_name = "ID", conflicts_with_all = ["sha1", "machines"])]
    action: Option<ActionId>,
    /// Why: stays with the action for everybody to read
    #[arg(long, value_name = "TEXT")]
    comment: Comment,
    /// What becomes of the file where something is at its path by now, which stays in either case
    #[arg(long, value_name = "CHOICE", value_enum, default_value_t)]
    conflict: Conflict,
    /// End the comment in a tag, by which the action is known as yours for certain if its answer is lost
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
    /// Say what would be sent; ask for nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    consent: Consent,
}

/// What becomes of a file that finds its place taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Conflict {
    /// It stays in the vault, and the action fails
    #[default]
    Fail,
    /// It appears beside its path as NAME.restored-1
    Rename,
}

impl From<Conflict> for RestoreConflict {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Fail => Self::Fail,
            Conflict::Rename => Self::Rename,
        }
    }
}

/// What is to be put back.
enum Wanted {
    /// The file, wherever it was taken from.
    File(Sha1),
    /// What this action took.
    Taken(Box<MachineAction>, Sha1),
}

impl Wanted {
    const fn sha1(&self) -> Sha1 {
        match self {
            Self::File(sha1) | Self::Taken(_, sha1) => *sha1,
        }
    }
}

/// The whole of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    sha1: Sha1,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_id: Option<&'a ActionId>,
    comment: &'a Comment,
    conflict: Conflict,
    dry_run: bool,
    results: &'a [Attempt],
}

/// Asks, sends one request a machine, waits if wanted, and reports.
pub(crate) async fn run(
    arguments: &Arguments,
    flags: &ServiceFlags,
    format: Format,
) -> Result<Exit, Failure> {
    let connection = connection::connect(flags).await?;
    let at = |failure: Failure| failure.at(&connection.destination);
    let client = &connection.client;
    let server = own_server(client, "restoring").map_err(at)?;
    let (wanted, targets) = look_up(arguments, client).await.map_err(at)?;
    let unsettled = Unsettled::read(client).await.explained().map_err(at)?;
    let about = lines(arguments, &wanted, &targets, &connection.destination);
    let mut attempts: Vec<Attempt> = Vec::new();
    if arguments.dry_run {
        about.iter().for_each(|line| output::note(&printable(line)));
        attempts.extend(
            targets
                .iter()
                .map(|target| Attempt::planned(target.named.clone())),
        );
        write(arguments, &wanted, &attempts, format)?;
        output::note("dry run: nothing but reads was sent");
        return Ok(Exit::Success);
    }
    arguments.consent.or_ask(&Question {
        advice: "add --yes, or look first with --dry-run",
        ..Question::go_on(&about)
    })?;
    let mut interrupt = Interrupt::listen()?;
    let progress = Progress::new("asking", targets.len());
    for target in &targets {
        attempts.push(if interrupt.came() {
            Attempt::not_sent(target.named.clone())
        } else {
            let asking = ask(arguments, &wanted, target, &unsettled, client, &server);
            let asked = interrupt.unless(asking).await;
            asked.unwrap_or_else(|| Attempt::interrupted(target.named.clone()))
        });
        progress.advance();
    }
    if arguments.wait && !interrupt.came() {
        let deadline = arguments.deadline.duration();
        waiting::for_all(&mut attempts, deadline, client, &mut interrupt).await;
    }
    for attempt in &mut attempts {
        attempt.ask_the_machine(client).await;
    }
    write(arguments, &wanted, &attempts, format)?;
    Ok(attempts
        .iter()
        .fold(Exit::Success, |worst, attempt| worst.worst(attempt.exit)))
}

/// What is to be restored and where: of an action the service is asked.
async fn look_up(arguments: &Arguments, client: &Client) -> Result<(Wanted, Vec<Target>), Failure> {
    let Some(id) = &arguments.action else {
        let sha1 = arguments.sha1.ok_or_else(|| {
            Failure::usage("nothing says what to restore").next("name a SHA-1, or --action ID")
        })?;
        let targets = target::look_up(client, &arguments.machines)
            .await
            .explained()?;
        return Ok((Wanted::File(sha1), targets));
    };
    let taken = client.action(id).get().await.explained()?;
    match (taken.machine_id.clone(), taken.file_sha1()) {
        (Some(machine), Some(sha1)) if taken.kind == quell::ActionType::StopAndQuarantineFile => {
            let targets = target::as_named(&[machine]);
            Ok((Wanted::Taken(Box::new(taken), sha1), targets))
        }
        _ => Err(Failure::new(
            Exit::Refused,
            format!("action {id} took no file from a machine"),
        )
        .next("`quell action list` shows the actions; name one of type StopAndQuarantineFile")),
    }
}

/// What a person sees before it is sent.
fn lines(
    arguments: &Arguments,
    wanted: &Wanted,
    targets: &[Target],
    destination: &str,
) -> Vec<String> {
    let mut lines = vec![
        destination.to_owned(),
        format!("restore {} on {} machine(s):", wanted.sha1(), targets.len()),
    ];
    lines.extend(targets.iter().map(|target| format!("  {target}")));
    if let Wanted::Taken(action, _) = wanted {
        let taken = action.creation_date_time_utc;
        lines.push(format!("what action {} of {taken} took", action.id));
    }
    lines.push(match arguments.conflict {
        Conflict::Fail => {
            "where something is at the path by now: the file stays in the vault".to_owned()
        }
        Conflict::Rename => {
            "where something is at the path by now: beside it, as NAME.restored-1".to_owned()
        }
    });
    lines.push(format!("comment: {}", arguments.comment));
    lines
}

/// Asks one machine, once it is known what became of what was asked of it before.
async fn ask(
    arguments: &Arguments,
    wanted: &Wanted,
    target: &Target,
    unsettled: &Unsettled,
    client: &Client,
    server: &OwnServer,
) -> Attempt {
    let kind = restore_file();
    let earlier = unsettled.about(&kind, &target.id, wanted.sha1());
    if let Some(attempt) = take_over(client, target, earlier).await {
        return attempt;
    }
    let (conflict, comment) = (arguments.conflict.into(), arguments.comment.clone());
    let request = match wanted {
        Wanted::Taken(action, _) => server.restore_what(action, conflict, comment),
        Wanted::File(sha1) => server.restore_file(target.id.clone(), *sha1, conflict, comment),
    };
    send(target, request, arguments.tag, arguments.in_doubt).await
}

fn write(
    arguments: &Arguments,
    wanted: &Wanted,
    attempts: &[Attempt],
    format: Format,
) -> Result<(), Failure> {
    match format {
        Format::Table => report::show(attempts),
        Format::Json => output::json(&Report {
            sha1: wanted.sha1(),
            action_id: arguments.action.as_ref(),
            comment: &arguments.comment,
            conflict: arguments.conflict,
            dry_run: arguments.dry_run,
            results: attempts,
        }),
    }
}
