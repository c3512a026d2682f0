//! What is printed: a line a case, and the count at the end.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use crate::case::{Case, Seen};

/// Counts what it prints.
pub(crate) struct Report {
    held: u32,
    failed: u32,
    not_shown: u32,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            held: 0,
            failed: 0,
            not_shown: 0,
        }
    }

    /// A case, what was seen of it, and how long that took.
    pub(crate) fn add(&mut self, case: &Case, seen: Seen, took: Duration) {
        let number = format!("{:>2}", case.number);
        self.line(&number, case.name, case.expected, seen, took);
    }

    /// The same of what is no case of the threat model.
    pub(crate) fn line(
        &mut self,
        number: &str,
        name: &str,
        expected: &str,
        seen: Seen,
        took: Duration,
    ) {
        let (count, word, told) = match seen {
            Seen::Held(told) => (&mut self.held, "held", told),
            Seen::Failed(told) => (&mut self.failed, "FAILED", told),
            Seen::NotShown(told) => (&mut self.not_shown, "not shown", told),
        };
        *count += 1;
        let told = told.replace('\n', " · ");
        let seconds = took.as_secs_f64();
        println!("{number}  {word:<9}  {name} ({seconds:.1} s)");
        println!("    expected: {expected}");
        println!("    seen:     {told}");
        let _ = std::io::stdout().flush();
    }

    /// Success only if every case that ran held, and one did.
    pub(crate) fn conclude(self) -> ExitCode {
        println!();
        println!(
            "{} held, {} failed, {} not shown",
            self.held, self.failed, self.not_shown
        );
        match (self.failed, self.held) {
            (0, 1..) => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}
