//! Asking before something happens that cannot be taken back by itself.

use std::io::{BufRead as _, IsTerminal as _};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{note, printable};

/// Whether the user has agreed beforehand.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Consent {
    /// Do it without asking; needed where there is no terminal to ask on
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

/// Shows what is about to happen, and goes on only when the user agrees.
pub(crate) fn confirm(consent: Consent, what: &[String]) -> Result<(), Failure> {
    if consent.yes {
        return Ok(());
    }
    for line in what {
        note(&printable(line));
    }
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(
            Failure::usage("nothing was done: there is no terminal to ask on")
                .next("add --yes, or look first with --dry-run"),
        );
    }
    note("Go on? [y/N]");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(
            Exit::Halted,
            "nothing was done: not confirmed",
        ))
    }
}
