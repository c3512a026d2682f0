//! `quell server audit head`.

use std::path::{Path, PathBuf};

use quell_server::admin::{Admin, Line};
use quell_server::core::audit::SigningKey;
use quell_terminal::{Exit, Failure, Format, Table, output};

use crate::commands::server::cannot;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The key that signs, if not the data directory's
    #[arg(long, value_name = "FILE")]
    audit_key: Option<PathBuf>,
}

/// Shows the head, signed now if the key is there. The JSON is the line of an export, and nothing
/// else, so that it can be given to `verify --head` as it is.
pub(super) async fn run(
    arguments: &Arguments,
    admin: &Admin,
    format: Format,
) -> Result<Exit, Failure> {
    let key = key(admin, arguments.audit_key.as_deref())?;
    let head = admin
        .head(key.as_ref())
        .await
        .map_err(|error| cannot(&error))?
        .ok_or_else(|| {
            Failure::new(
                Exit::Refused,
                "nothing was signed yet, and the key is not here",
            )
            .next("give the key with --audit-key FILE")
        })?;
    if format == Format::Json {
        output::text(&(Line::Head(head).write() + "\n"))?;
        return Ok(Exit::Success);
    }
    let mut table = Table::of_properties();
    table.row(["tenant", &head.statement.tenant.to_string()]);
    table.row(["entry", &head.statement.link.sequence.to_string()]);
    table.row(["hash", &head.statement.link.hash.to_string()]);
    table.row(["time", &head.statement.time.to_string()]);
    table.row(["signed by", &head.key.to_string()]);
    output::text(&table.render(""))?;
    Ok(Exit::Success)
}

/// The key that a command signs with.
pub(super) fn key(admin: &Admin, file: Option<&Path>) -> Result<Option<SigningKey>, Failure> {
    admin
        .audit_key(file)
        .map_err(|error| Failure::of(Exit::Fault, &error))
}
