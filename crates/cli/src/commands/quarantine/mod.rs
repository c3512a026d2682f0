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
use quell::model::{Extras, Operation};
use quell::{
    ActionRequest, ActionType, Client, Comment, InDoubt, Intent, IntentId, MachineAction,
    MachineId, Priority, Sha1,
};
use quell_protocol::{Hints, WirePath};
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
    /// How many bytes the file has: a machine of quell's own server then reads files of that size alone
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=i64::MAX.cast_unsigned()))]
    file_size: Option<u64>,
    /// An absolute path at which a machine of quell's own server looks first; may be given several times
    #[arg(long = "path", value_name = "PATH", value_parser = absolute)]
    paths: Vec<String>,
    /// Have the machines say what they would do, and touch nothing; for quell's own server alone
    #[arg(long, conflicts_with = "dry_run")]
    dry_run_on_device: bool,
    /// Stop those, too, who only use the file as a shared library, where the machine's policy lets it; for quell's own
    /// server alone, and it needs the permission Quell.Machine.Force there
    #[arg(long)]
    stop_mappers: bool,
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

/// A path that a machine may be told of.
fn absolute(text: &str) -> Result<String, String> {
    let hints = Hints {
        file_size: None,
        paths: vec![WirePath::from_bytes(text.as_bytes())],
    };
    hints.check().map_err(|fault| fault.to_string())?;
    Ok(text.to_owned())
}

impl Arguments {
    /// The first option that only a server of one's own knows, if there is one.
    fn wants_own_server(&self) -> Option<&'static str> {
        [
            ("--force", self.force),
            ("--file-size", self.file_size.is_some()),
            ("--path", !self.paths.is_empty()),
            ("--dry-run-on-device", self.dry_run_on_device),
            ("--stop-mappers", self.stop_mappers),
        ]
        .into_iter()
        .find_map(|(option, given)| given.then_some(option))
    }

    fn extras(&self) -> Extras {
        let mut extras = Extras::none();
        extras.force = self.force;
        extras.file_size = self.file_size;
        extras.paths.clone_from(&self.paths);
        extras.dry_run = self.dry_run_on_device;
        extras.stop_mappers = self.stop_mappers;
        extras
    }
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
    let own = match arguments.wants_own_server() {
        Some(option) => Some(own_server(&connection.client, option).map_err(at)?),
        None => None,
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
        own,
    };
    let mut attempts = asking.all(&targets, &mut interrupt).await;
    if arguments.wait && !interrupt.came() {
        let deadline = arguments.deadline.duration();
        waiting::for_all(&mut attempts, deadline, &client, &mut interrupt).await;
    }
    for attempt in &mut attempts {
        attempt.ask_the_machine(&client).await;
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
    /// The server, where it is asked for what Microsoft's knows nothing of.
    own: Option<OwnServer>,
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
        match &self.own {
            None => {
                let machine = self.client.machine(machine);
                let request = machine.stop_and_quarantine_file(arguments.sha1, comment);
                send(target, request, tag, doubt).await
            }
            Some(server) => {
                let (sha1, extras) = (arguments.sha1, arguments.extras());
                let request = server.stop_and_quarantine_file_with(machine, sha1, comment, extras);
                let attempt = send(target, request, tag, doubt).await;
                match arguments.force {
                    true => attempt.although_forced(),
                    false => attempt,
                }
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
