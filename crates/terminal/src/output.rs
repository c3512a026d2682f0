//! Standard output is the result and nothing else.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::Failure;

/// The version of every JSON document. Properties are only ever added.
const SCHEMA_VERSION: u32 = 1;

/// The option by which a result is written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct FormatFlag {
    /// How the result is written to standard output
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        global = true
    )]
    pub output: Format,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs: one JSON document on one line.
    Json,
}

impl Format {
    /// Writes a result: the document, or the text that `for_people` makes of it.
    ///
    /// # Errors
    /// As of [`json`] and [`text`].
    pub fn write<T: Serialize>(
        self,
        content: &T,
        for_people: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        match self {
            Self::Table => text(&for_people(content)),
            Self::Json => json(content),
        }
    }
}

#[derive(Serialize)]
struct Document<'a, T> {
    #[serde(rename = "schemaVersion")]
    schema_version: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes a result as one JSON document on one line, `schemaVersion` first.
///
/// # Errors
/// When `content` is no JSON object, and as of [`text`].
pub fn json<T: Serialize>(content: &T) -> Result<(), Failure> {
    text(&format!("{}\n", document(content)?))
}

fn document<T: Serialize>(content: &T) -> Result<String, Failure> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        content,
    };
    serde_json::to_string(&document)
        .map_err(|error| Failure::fault("the result cannot be written as JSON").because(&error))
}

/// Writes a result for people.
///
/// A reader that went away (`quell … | head`) is no fault.
///
/// # Errors
/// When standard output takes nothing, for instance because a disk is full.
pub fn text(content: &str) -> Result<(), Failure> {
    write_to(io::stdout().lock(), content)
        .map_err(|error| Failure::fault("standard output cannot be written").because(&error))
}

fn write_to(mut out: impl Write, content: &str) -> io::Result<()> {
    match out.write_all(content.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a line for the person at the terminal, to standard error: prompts, progress, advice.
pub fn note(content: &str) {
    // Standard error may be closed; there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{content}");
}

/// Whether to color what goes to a stream: on a terminal or with `CLICOLOR_FORCE`, unless `NO_COLOR`
/// is set (<https://no-color.org>, <https://bixense.com/clicolors>).
pub fn takes_color(stream: &impl IsTerminal) -> bool {
    let value = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let forced = value("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    value("NO_COLOR").is_none() && (forced || stream.is_terminal())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn document_begins_with_its_version() {
        let document = document(&serde_json::json!({ "a": 1 })).unwrap();
        assert_eq!(document, r#"{"schemaVersion":1,"a":1}"#);
    }

    #[test]
    fn document_that_is_no_object_is_a_failure() {
        assert_eq!(document(&7).unwrap_err().exit(), crate::Exit::Fault);
    }

    #[test]
    fn reader_that_went_away_is_no_fault_but_a_full_disk_is() {
        assert!(write_to(Broken(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write_to(Broken(io::ErrorKind::StorageFull), "x").is_err());
    }
}
