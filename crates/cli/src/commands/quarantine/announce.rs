//! What is about to happen, before it does.

use super::earlier::Unsettled;
use super::target::Target;
use super::{Arguments, KIND};

/// What a person sees before it is sent.
pub(super) fn lines(
    arguments: &Arguments,
    targets: &[Target],
    unsettled: &Unsettled,
    destination: &str,
) -> Vec<String> {
    let mut lines = vec![
        destination.to_owned(),
        format!(
            "stop and quarantine {} on {} machine(s):",
            arguments.sha1,
            targets.len()
        ),
    ];
    for target in targets {
        lines.push(format!("  {target}"));
        for (_, earlier) in unsettled.about(&KIND, &target.id, arguments.sha1) {
            lines.push(format!(
                "    the outcome of an earlier request of {} is unknown: its action is looked for first",
                earlier.begun
            ));
        }
    }
    if arguments.dry_run_on_device {
        lines.push(
            "as a dry run: the machines say what they would do, and touch nothing".to_owned(),
        );
    }
    if arguments.stop_mappers {
        lines.push(
            "with everyone who uses the file as a shared library: those processes are stopped, too, where the machine's \
             policy lets it"
                .to_owned(),
        );
    }
    if arguments.force {
        lines.push(
            "by force: even if the file is protected or on many machines, which the server would refuse".to_owned(),
        );
    }
    lines.push(format!("comment: {}", arguments.comment));
    lines
}
