//! Standard output is the result and nothing else.

mod printable;
mod table;

use std::io::{self, Write as _};

use serde::Serialize;

pub(crate) use printable::printable;
pub(crate) use table::Table;

use crate::failure::Failure;

/// The version of every JSON document that the command prints. Properties are only ever added.
const SCHEMA_VERSION: u32 = 1;

/// The option by which a result is written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct FormatFlag {
    /// How the result is written to standard output
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        global = true
    )]
    pub(crate) output: Format,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs: one JSON document on one line.
    Json,
}

#[derive(Serialize)]
struct Document<'a, T> {
    #[serde(rename = "schemaVersion")]
    schema_version: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes a result as one JSON document on one line, `schemaVersion` first.
pub(crate) fn json<T: Serialize>(content: &T) -> Result<(), Failure> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        content,
    };
    let line = serde_json::to_string(&document)
        .map_err(|error| Failure::fault("the result cannot be written as JSON").because(&error))?;
    text(&format!("{line}\n"))
}

/// Writes a result for people.
///
/// A reader that went away (`quell … | head`) is no fault.
pub(crate) fn text(content: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(content.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::fault("standard output cannot be written").because(&error))
        }
        _ => Ok(()),
    }
}

/// Writes a line for the person at the terminal: prompts, progress, advice.
pub(crate) fn note(content: &str) {
    // Standard error may be closed; there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{content}");
}
