//! A log of calls by the moment at which they arrive: what a client's limiter is judged by.
//!
//! A line a call: `12.345678 APPLICATION OPERATION STATUS`, seconds since the server started. The
//! moment is that of the arrival; the line is written when the call is answered, so that lines may
//! stand in another order than they arrived in.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;

/// What stands for an application that is not known: its token was refused, or it asks for one.
const NOBODY: &str = "-";
/// The longest name of an application that is written, in bytes.
const MAX_NAME: usize = 128;

/// The log.
#[derive(Debug)]
pub(crate) struct Arrivals {
    started: Instant,
    file: Mutex<File>,
}

/// A call that is not answered yet.
#[derive(Debug)]
pub(super) struct Arrival {
    since_start: Duration,
    application: Option<String>,
}

impl Arrivals {
    /// Appends to this file; makes it when it is not there.
    pub(crate) fn open(file: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(file)?;
        Ok(Self {
            started: Instant::now(),
            file: Mutex::new(file),
        })
    }

    /// A call arrives now.
    pub(super) fn arrive(&self) -> Arrival {
        Arrival {
            since_start: self.started.elapsed(),
            application: None,
        }
    }

    /// The call is answered: its line is in the file when this returns.
    pub(super) fn answered(&self, arrival: &Arrival, operation: &str, status: StatusCode) {
        let line = arrival.line(operation, status);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write a line, so that whoever follows the file reads whole lines.
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "an arrival could not be logged");
        }
    }
}

impl Arrival {
    /// Whose call it is.
    pub(super) fn by(&mut self, application: &str) {
        self.application = Some(application.to_owned());
    }

    fn line(&self, operation: &str, status: StatusCode) -> String {
        let application = self.application.as_deref().map_or(NOBODY.into(), one_word);
        format!(
            "{}.{:06} {application} {operation} {}\n",
            self.since_start.as_secs(),
            self.since_start.subsec_micros(),
            status.as_u16()
        )
    }
}

/// Where every client is let in, it calls itself what it likes: no name makes two words or two lines.
fn one_word(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        return NOBODY.into();
    }
    if name.len() <= MAX_NAME && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return name.into();
    }
    let shown = name.chars().take(MAX_NAME);
    let replaced = shown.map(|letter| {
        if letter.is_ascii_graphic() {
            letter
        } else {
            '?'
        }
    });
    Cow::Owned(replaced.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(application: Option<&str>) -> String {
        let arrival = Arrival {
            since_start: Duration::from_micros(12_000_034),
            application: application.map(str::to_owned),
        };
        arrival.line("GetMachine", StatusCode::OK)
    }

    #[test]
    fn line_has_four_words() {
        assert_eq!(line(Some("app-1")), "12.000034 app-1 GetMachine 200\n");
        for nobody in [None, Some("")] {
            assert_eq!(line(nobody), "12.000034 - GetMachine 200\n");
        }
    }

    #[test]
    fn name_makes_neither_words_nor_lines() {
        assert_eq!(
            line(Some("a b\nc\u{1b}é")),
            "12.000034 a?b?c?? GetMachine 200\n"
        );
        assert_eq!(
            line(Some(&"x".repeat(500))).len(),
            "12.000034  GetMachine 200\n".len() + 128
        );
    }

    #[test]
    fn what_the_file_holds_already_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("arrivals");
        for _ in 0..2 {
            let arrivals = Arrivals::open(&path).unwrap();
            arrivals.answered(&arrivals.arrive(), "GetMachine", StatusCode::OK);
        }
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written.lines().count(), 2, "{written}");
    }
}
