//! `quell server audit archive`.

use std::path::PathBuf;

use quell::Timestamp;
use quell_server::admin::{Admin, AdminError};
use quell_terminal::{Consent, Exit, Failure, Format, Question};
use serde::Serialize;

use super::head::key;
use crate::commands::server::cannot;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Entries older than this moment, for instance 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    before: Timestamp,
    /// The file, which must not be there yet
    file: PathBuf,
    /// The key that signs where the trail goes on, if not the data directory's
    #[arg(long, value_name = "FILE")]
    audit_key: Option<PathBuf>,
    #[command(flatten)]
    consent: Consent,
}

#[derive(Debug, Serialize)]
struct Moved {
    from: u64,
    to: u64,
    file: PathBuf,
}

/// Moves the entries.
pub(super) async fn run(
    arguments: &Arguments,
    admin: &Admin,
    format: Format,
) -> Result<Exit, Failure> {
    let key = key(admin, arguments.audit_key.as_deref())?.ok_or_else(|| {
        Failure::usage("the audit key is not in the data directory")
            .next("give it with --audit-key FILE")
    })?;
    let end = admin
        .last_before(arguments.before)
        .await
        .map_err(|error| cannot(&error))?
        .ok_or_else(|| refused(&AdminError::NothingToArchive))?;
    let about = [
        format!("move the audit trail up to entry {}", end.sequence),
        format!("to {}", arguments.file.display()),
    ];
    arguments.consent.or_ask(&Question::go_on(&about))?;
    let archived = admin
        .archive(arguments.before, &arguments.file, &key)
        .await
        .map_err(|error| match error {
            AdminError::NothingToArchive | AdminError::BrokenTrail(_) => refused(&error),
            error => cannot(&error),
        })?;
    let moved = Moved {
        from: archived.from,
        to: archived.to,
        file: arguments.file.clone(),
    };
    format.write(&moved, |moved| {
        format!(
            "moved entries {} to {} to {}\n",
            moved.from,
            moved.to,
            moved.file.display()
        )
    })?;
    Ok(Exit::Success)
}

fn refused(error: &AdminError) -> Failure {
    Failure::of(Exit::Refused, error).next("`quell server audit verify` says what is there")
}
