//! How far a search is, for a person who waits.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How often the line is written anew.
const BEAT: Duration = Duration::from_millis(200);

/// One line on standard error that is written over; nothing where that is no terminal.
#[derive(Debug)]
pub(super) struct Progress {
    shown: bool,
    written: Instant,
}

impl Progress {
    pub(super) fn on_a_terminal() -> Self {
        Self {
            shown: io::stderr().is_terminal(),
            written: Instant::now(),
        }
    }

    /// Says how much was looked at and found by now.
    pub(super) fn tell(&mut self, files: u64, bytes: u64, found: usize) {
        if self.shown && self.written.elapsed() >= BEAT {
            self.written = Instant::now();
            let read = bytes >> 20;
            write(&format!(
                "\r\x1b[Klooked at {files} files, read {read} MiB, found {found}"
            ));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            write("\r\x1b[K");
        }
    }
}

/// A terminal that is gone is no reason not to go on.
fn write(text: &str) {
    let mut terminal = io::stderr().lock();
    let _ = terminal.write_all(text.as_bytes());
    let _ = terminal.flush();
}
