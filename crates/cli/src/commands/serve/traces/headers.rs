//! What a collector wants to see: headers, which are secrets.

use std::fmt;
use std::path::Path;

use quell_terminal::Failure;

use crate::connection::read_text;

/// As many as are sent.
const MAX_HEADERS: usize = 16;
/// What the exporter writes itself.
const OURS: [&str; 4] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
];

/// Headers by name, in lower case.
#[derive(Clone, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

impl Headers {
    /// Reads `name: value` lines; empty ones and those that begin with `#` say nothing.
    pub(super) fn of_file(file: &Path) -> Result<Self, Failure> {
        let text = read_text(file).map_err(|error| {
            Failure::usage(format!(
                "the headers for traces, {}, cannot be read",
                file.display()
            ))
            .because(&error)
        })?;
        Self::parse(&text).map_err(|line| {
            Failure::usage(format!("{}, line {line}: no header", file.display())).next(format!(
                "write at most {MAX_HEADERS} lines as `authorization: Bearer …`"
            ))
        })
    }

    #[cfg(feature = "otlp")]
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The number of the line that is none: what stands in it may be a secret.
    fn parse(text: &str) -> Result<Self, usize> {
        let mut found = Vec::new();
        for (number, line) in (1_usize..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let header = header(line).filter(|_| found.len() < MAX_HEADERS);
            found.push(header.ok_or(number)?);
        }
        Ok(Self(found))
    }
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let is_name = !name.is_empty() && name.bytes().all(is_token) && !OURS.contains(&&*name);
    let is_value = !value.is_empty() && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (is_name && is_value).then(|| (name, value.to_owned()))
}

/// A byte of a field name (RFC 9110, 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_headers() {
        let read = Headers::parse("# a key\n\nAuthorization: Bearer a:b\nx-scope:1\n").unwrap();
        let wanted = [("authorization", "Bearer a:b"), ("x-scope", "1")];
        assert_eq!(
            read.0,
            wanted.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(format!("{read:?}"), r#"{"authorization", "x-scope"}"#);
    }

    #[test]
    fn what_is_no_header_is_named_by_its_line_alone() {
        for bad in ["Bearer", "a b: c", ": c", "a:", "a: \u{e9}", "Host: x"] {
            assert_eq!(
                Headers::parse(&format!("a: b\n{bad}\n")).err(),
                Some(2),
                "{bad}"
            );
        }
        assert_eq!(Headers::parse(&"a: b\n".repeat(17)).err(), Some(17));
    }

    #[test]
    fn secret_of_a_bad_file_is_not_told() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("headers");
        std::fs::write(&file, "Bearer s3cret\n").unwrap();
        let told = Headers::of_file(&file).unwrap_err().render();
        assert!(
            told.contains("line 1") && !told.contains("s3cret"),
            "{told}"
        );
        assert!(Headers::of_file(&directory.path().join("none")).is_err());
    }
}
