//! Writing results, for people and for programs.

use std::io::{self, Write as _};

use serde::Serialize;

use super::exit::{Exit, Failure};

/// The version of every JSON document. Properties are only ever added.
const SCHEMA_VERSION: u32 = 1;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs: one JSON document on one line.
    Json,
}

/// The option by which a result is written.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct FormatFlag {
    /// How the result is written to standard output
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        global = true
    )]
    pub(super) output: Format,
}

#[derive(Serialize)]
struct Document<'a, T> {
    #[serde(rename = "schemaVersion")]
    schema_version: u32,
    #[serde(flatten)]
    content: &'a T,
}

impl Format {
    /// Writes a result: the document, or the text that `for_people` makes of it.
    pub(super) fn write<T: Serialize>(
        self,
        content: &T,
        for_people: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        match self {
            Self::Table => text(&for_people(content)),
            Self::Json => text(&format!("{}\n", document(content)?)),
        }
    }
}

fn document<T: Serialize>(content: &T) -> Result<String, Failure> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        content,
    };
    serde_json::to_string(&document).map_err(|error| Failure::of(Exit::Fault, &error))
}

/// A reader that went away (`… | head`) is no fault.
fn text(content: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(content.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Fault,
            "standard output cannot be written",
        )
        .because(Some(&error))),
        _ => Ok(()),
    }
}

/// Writes a line for the person at the terminal.
pub(super) fn note(content: &str) {
    // Standard error may be closed; there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{content}");
}

/// Text from outside, with everything escaped that could move the cursor, break the line or turn
/// the direction round. Escaped and not left out, because it is part of a path's name.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn is_control(c: char) -> bool {
    let reorders = matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || reorders
}

/// Rows below headings, aligned. Nothing is cut, so that ids and paths can be copied.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>], when_empty: &str) -> String {
    if rows.is_empty() {
        return format!("{when_empty}\n");
    }
    let heading = headings.iter().map(|h| h.to_uppercase()).collect();
    let cells = rows
        .iter()
        .map(|row| row.iter().map(|cell| printable(cell)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(heading).chain(cells).collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    lines.iter().map(|line| aligned(line, &widths)).collect()
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = line
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{cell:width$}"))
        .collect();
    format!("{}\n", padded.join("  ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_a_terminal_is_escaped_and_every_script_is_kept() {
        assert_eq!(
            printable("a\u{1b}[2J\n\u{202e}gpj"),
            "a\\u{1b}[2J\\n\\u{202e}gpj"
        );
        let text = "Größe 文件 قرنطينة";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn a_table_is_aligned_and_says_when_it_is_empty() {
        let rows = vec![
            vec!["m1".to_owned(), "a\nb".to_owned()],
            vec!["longer".to_owned(), String::new()],
        ];
        assert_eq!(
            table(&["id", "path"], &rows, "none"),
            "ID      PATH\nm1      a\\nb\nlonger\n"
        );
        assert_eq!(table(&["id"], &[], "none"), "none\n");
    }

    #[test]
    fn a_document_begins_with_its_version() {
        let document = document(&serde_json::json!({ "a": 1 })).unwrap();
        assert_eq!(document, r#"{"schemaVersion":1,"a":1}"#);
    }
}
