//! Proves the arrows between crates and the dependency budgets, from what cargo itself says.
//!
//! Cargo is asked once; every rule is a pure function from its answer to the breaches that it finds.

mod arrows;
mod bans;
mod budgets;
mod compiler;
mod metadata;
mod size;
mod unsafety;

use std::path::Path;

use crate::cargo::Workspace;
use crate::failure::Outcome;
use crate::workspace;
use metadata::Metadata;

/// A rule, what was found of it, and what breaks it.
struct Verdict {
    rule: &'static str,
    found: Vec<String>,
    breaches: Vec<String>,
}

pub(crate) fn run() -> Outcome {
    let root = workspace::root()?;
    let metadata = Metadata::of(&root)?;
    let budgets = budgets::count(&root, &metadata)?;
    let size = size::measure(&Workspace::ask()?.target_directory);
    let verdicts = [
        Verdict {
            rule: "imports run downward",
            found: Vec::new(),
            breaches: arrows::breaches(&metadata),
        },
        Verdict {
            rule: "one TLS, one SQLite",
            found: Vec::new(),
            breaches: bans::breaches(&metadata),
        },
        Verdict {
            rule: "budgets are kept",
            found: budgets.counts,
            breaches: budgets.breaches,
        },
        Verdict {
            rule: "the Rust that we ask for is enough",
            found: Vec::new(),
            breaches: compiler::breaches(&metadata),
        },
        Verdict {
            rule: "the agent's program stays small",
            found: size.counts,
            breaches: size.breaches,
        },
        Verdict {
            rule: "unsafe code stays in its room",
            found: Vec::new(),
            breaches: unsafety::breaches(&metadata)?,
        },
    ];
    for verdict in &verdicts {
        println!("{}", verdict.shown());
    }
    match verdicts
        .iter()
        .map(|verdict| verdict.breaches.len())
        .sum::<usize>()
    {
        0 => Ok(()),
        count => Err(format!(
            "{count} breach(es); docs/architecture.md says what each rule is for"
        )
        .into()),
    }
}

/// Whether the agent's program is within its budget, as it was built last.
///
/// # Errors
/// By how much it is not.
pub(crate) fn program_fits(target: &Path) -> Outcome {
    match size::measure(target).breaches.as_slice() {
        [] => Ok(()),
        breaches => Err(breaches.join("\n").into()),
    }
}

impl Verdict {
    fn shown(&self) -> String {
        let mark = if self.breaches.is_empty() {
            "ok    "
        } else {
            "BREACH"
        };
        let lines = self
            .found
            .iter()
            .chain(&self.breaches)
            .map(|breach| format!("\n       {breach}"));
        format!("{mark} {}{}", self.rule, lines.collect::<String>())
    }
}
