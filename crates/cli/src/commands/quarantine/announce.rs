//! What is about to happen, before it does.

use quell::MachineId;
use quell_terminal::{Exit, Failure, Format, output, printable};

use super::Arguments;
use super::attempt::Attempt;
use super::earlier::Unsettled;
use super::report;

/// What a person sees before it is sent.
pub(super) fn lines(
    arguments: &Arguments,
    machines: &[MachineId],
    unsettled: &Unsettled,
    destination: &str,
) -> Vec<String> {
    let mut lines = vec![
        destination.to_owned(),
        format!(
            "stop and quarantine {} on {} machine(s):",
            arguments.sha1,
            machines.len()
        ),
    ];
    for machine in machines {
        lines.push(format!("  {machine}"));
        for (_, earlier) in unsettled.about(machine, arguments.sha1) {
            lines.push(format!(
                "    the outcome of an earlier request of {} is unknown: its action is looked for first",
                earlier.begun
            ));
        }
    }
    lines.push(format!("comment: {}", arguments.comment));
    lines
}

/// Says what would be sent.
pub(super) fn dry_run(
    arguments: &Arguments,
    machines: &[MachineId],
    about: &[String],
    format: Format,
) -> Result<Exit, Failure> {
    for line in about {
        output::note(&printable(line));
    }
    output::note("dry run: nothing was sent");
    if format == Format::Json {
        let planned: Vec<_> = machines.iter().cloned().map(Attempt::planned).collect();
        report::document(arguments, &planned, true)?;
    }
    Ok(Exit::Success)
}
