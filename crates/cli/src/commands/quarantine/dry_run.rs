//! What would be sent, and what of it would be refused. Nothing but reads is sent.

use quell::{Check, Client, Error};
use quell_terminal::{Exit, Failure, Format, output, printable};

use super::Arguments;
use super::attempt::{Attempt, Fault};
use super::report::Report;
use super::target::Target;
use crate::commands::check;
use crate::connection::{exit_of, next_step};

/// Says what would be sent, whatever the service tells of it, and ends as `quell check` does.
pub(super) async fn run(
    arguments: &Arguments,
    targets: &[Target],
    about: &[String],
    client: &Client,
    format: Format,
) -> Result<Exit, Failure> {
    for line in about {
        output::note(&printable(line));
    }
    let machines: Vec<_> = targets.iter().map(|target| target.id.clone()).collect();
    let checked = check::of(client, arguments.sha1, &machines).await;
    match format {
        Format::Table => show(&checked)?,
        Format::Json => write(arguments, targets, &checked)?,
    }
    output::note("dry run: nothing but reads was sent");
    match &checked {
        Ok(check) => Ok(check::exit_of(check)),
        Err(error) => Err(untold(error)),
    }
}

fn show(checked: &Result<Check, Error>) -> Result<(), Failure> {
    match checked {
        Ok(check) => output::text(&check::render(check)),
        Err(_) => Ok(()),
    }
}

fn write(
    arguments: &Arguments,
    targets: &[Target],
    checked: &Result<Check, Error>,
) -> Result<(), Failure> {
    let planned: Vec<_> = targets
        .iter()
        .map(|target| Attempt::planned(target.named.clone()))
        .collect();
    let report = Report::of(arguments, &planned);
    output::json(&match checked {
        Ok(check) => report.checked(check),
        Err(error) => report.unchecked(Fault::from(error)),
    })
}

fn untold(error: &Error) -> Failure {
    let what = "it cannot be told what would be refused";
    let failure = Failure::new(exit_of(error), what).because(error);
    match next_step(error) {
        Some(advice) => failure.next(advice),
        None => failure,
    }
}
