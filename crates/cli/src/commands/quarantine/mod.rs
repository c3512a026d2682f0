//! `quell quarantine`: one file, the machines that are named.

mod announce;
pub(super) mod attempt;
mod dry_run;
pub(super) mod earlier;
pub(super) mod report;
pub(super) mod target;
pub(super) mod waiting;

use std::future::IntoFuture as _;

use quell::extension::OwnServer;
use quell::model::Operation;
use quell::{
    ActionRequest, ActionType, Client, Comment, InDoubt, Intent, IntentId, MachineAction,
    MachineId, Priority, Sha1,
};
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
    /// Insist on a file that is protected or on many machines, which quell's own server would refuse; it needs the
    /// permission Quell.Machine.Force there, and Microsoft's service knows nothing of it
    #[arg(long)]
    force: bool,
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

const KIND: ActionType = ActionType::StopAndQuarantineFile;

/// What to do when nobody can tell whether a request was executed.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(super) enum Doubt {
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
    let force = match arguments.force {
        true => Some(own_server(&connection.client, "--force").map_err(at)?),
        false => None,
    };
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
    let asking = Asking {
        arguments,
        unsettled: &unsettled,
        client: &client,
        force,
    };
    let mut attempts = asking.all(&targets, &mut interrupt).await;
    if arguments.wait && !interrupt.came() {
        let deadline = arguments.deadline.duration();
        waiting::for_all(&mut attempts, deadline, &client, &mut interrupt).await;
    }
    report::write(arguments, &attempts, format)?;
    Ok(attempts
        .iter()
        .fold(Exit::Success, |worst, attempt| worst.worst(attempt.exit)))
}

/// The server, if it is one's own; the error says which option or command wanted that.
pub(super) fn own_server(client: &Client, wanted: &str) -> Result<OwnServer, Failure> {
    OwnServer::of(client).map_err(|error| {
        Failure::usage(format!("{wanted} is for quell's own server alone"))
            .because(&error)
            .next("name your own server with --base-url; in Microsoft's portal look at the action center")
    })
}

/// What all requests of one command have in common.
struct Asking<'a> {
    arguments: &'a Arguments,
    unsettled: &'a Unsettled,
    client: &'a Client,
    /// The server to insist at, where that is wanted.
    force: Option<OwnServer>,
}

impl Asking<'_> {
    async fn all(&self, targets: &[Target], interrupt: &mut Interrupt) -> Vec<Attempt> {
        let progress = Progress::new("asking", targets.len());
        let mut attempts = Vec::with_capacity(targets.len());
        for target in targets {
            attempts.push(if interrupt.came() {
                Attempt::not_sent(target.named.clone())
            } else {
                let asked = interrupt.unless(self.one(target)).await;
                asked.unwrap_or_else(|| Attempt::interrupted(target.named.clone()))
            });
            progress.advance();
        }
        attempts
    }

    /// Asks one machine, once it is known what became of what was asked of it before.
    async fn one(&self, target: &Target) -> Attempt {
        let arguments = self.arguments;
        let earlier = self.unsettled.about(&KIND, &target.id, arguments.sha1);
        if let Some(attempt) = take_over(self.client, target, earlier).await {
            return attempt;
        }
        let (machine, comment) = (target.id.clone(), arguments.comment.clone());
        let (tag, doubt) = (arguments.tag, arguments.in_doubt);
        match &self.force {
            None => {
                let machine = self.client.machine(machine);
                let request = machine.stop_and_quarantine_file(arguments.sha1, comment);
                send(target, request, tag, doubt).await
            }
            Some(server) => {
                let sha1 = arguments.sha1;
                let request = server.stop_and_quarantine_file_by_force(machine, sha1, comment);
                send(target, request, tag, doubt).await
            }
        }
    }
}

/// What became of what was asked before, if that forbids to ask again.
pub(super) async fn take_over<'a>(
    client: &Client,
    target: &Target,
    earlier: impl Iterator<Item = (&'a IntentId, &'a Intent)>,
) -> Option<Attempt> {
    for (id, intent) in earlier {
        let machine = target.named.clone();
        return Some(match find_out(client, id, intent).await {
            Ok(Finding::NotPerformed) => continue,
            Ok(Finding::Found(action)) => Attempt::adopted(machine, *action),
            Ok(Finding::MayArrive(left)) => Attempt::on_its_way(machine, intent, left),
            Ok(Finding::Ambiguous(some)) => Attempt::ambiguous(machine, intent, &some),
            Err(error) => Attempt::undecided(machine, &error),
        });
    }
    None
}

/// Sends a request, once as far as anybody can tell.
pub(super) async fn send<O>(
    target: &Target,
    request: ActionRequest<O>,
    tag: bool,
    in_doubt: Doubt,
) -> Attempt
where
    O: Operation<Output = MachineAction> + Send + Sync + 'static,
{
    let request = request.in_doubt(in_doubt.into());
    let request = if tag { request.tagged() } else { request };
    Attempt::of(target.named.clone(), request.into_future().await)
}
